"""An ingest killed at any moment leaves the old index answering, and the next one succeeds."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakes import HashingEmbedder

from assistant.embedding import build_embedder
from assistant.index import LiveIndex, read_pointer
from assistant.settings import Settings
from ingest import child
from ingest.pipeline import IngestRequest, run
from ingest.sources import shipped_corpus

TESTS = Path(__file__).parent
CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from fakes import HashingEmbedder
from assistant.embedding import build_embedder
from assistant.settings import Settings
from ingest.pipeline import IngestRequest, run
settings = Settings(data=Path(sys.argv[2]))
embedder = build_embedder(settings.embedding) if sys.argv[3] == "real" else HashingEmbedder()
_ = embedder.stamp
print("ready", flush=True)
run(settings, embedder, IngestRequest(only=True, rebuild=True))
"""
SEED = 20  # of the random moments; any other must do as well


def start(data: Path, kind: str) -> "subprocess.Popen[bytes]":
    """An ingest in a process of its own that has just begun."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    command = [sys.executable, "-c", CODE, str(TESTS), str(data), kind]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    return process


def kill_and_check(data: Path, kind: str, paths: list[str], kills: int, check_next: int) -> None:
    settings = Settings(data=data)
    embedder = build_embedder(settings.embedding) if kind == "real" else HashingEmbedder()
    run(settings, embedder, IngestRequest(paths=tuple(paths), only=True))
    live = LiveIndex(data, embedder.stamp)
    vector = embedder.embed(["Serving Models with KServe"])[0]
    began = time.monotonic()
    assert start(data, kind).wait(300) == 0
    whole = time.monotonic() - began
    moments = random.Random(SEED)
    killed = 0
    while killed < kills:
        before = read_pointer(data)
        process = start(data, kind)
        try:
            process.wait(moments.uniform(0, whole))
            continue  # it was quicker this time: no kill
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        finally:
            assert process.stdout is not None
            process.stdout.close()
        killed += 1
        after = read_pointer(data)
        assert after is not None
        directory = data / "generations" / after
        assert child.run("ingest.verify", str(directory), timeout_s=120) == "", (
            f"kill {killed}, {before} to {after}"
        )
        best = next(iter(live.get().dense(vector, 1)))
        assert "KServe" in live.get().chunks[best].text
        if killed % check_next == 0:
            report = run(settings, embedder, IngestRequest(only=True, rebuild=True))
            assert report.generation == read_pointer(data) != after
            assert len(list((data / "generations").iterdir())) == 2, "abandoned builds are cleared away"


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL here")
def test_killing_an_ingest_at_20_random_moments_leaves_the_old_index_answering(tmp_path: Path) -> None:
    kill_and_check(
        tmp_path,
        "hashing",
        [str(c.path) for c in shipped_corpus() if c.kind == "roadmap"],
        kills=20,
        check_next=10,
    )


@pytest.mark.model
@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL here")
def test_killing_an_ingest_at_3_random_moments_with_the_real_model_leaves_the_old_index_answering(
    tmp_path: Path,
) -> None:
    plan = next(str(c.path) for c in shipped_corpus() if c.id == "six-month-plan")  # one, to keep it quick
    kill_and_check(tmp_path, "real", [plan], kills=3, check_next=3)
