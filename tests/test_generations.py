"""A generation is verified before it serves, switched to in one step, and kept for a rollback."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import HashingEmbedder

from assistant.documents import Document, Source
from assistant.embedding import EmbeddingStamp, Vectors
from assistant.errors import IndexBusy, InputError, RoadmapError
from assistant.index import Index, LiveIndex, read_pointer
from assistant.keywords import keyword_tokens
from assistant.settings import Settings
from ingest import child, generations
from ingest.pipeline import IngestReport, index_documents, make_content, make_document
from ingest.vectors import VectorCache

TOPICS = (
    "docker images",
    "kubernetes pods",
    "model drift",
    "feature stores",
    "data versioning",
    "canary releases",
)


def documents(*texts: str) -> list[Document]:
    return [make_document(Source(f"file:{n}", "file", f"Notes {n}"), text) for n, text in enumerate(texts)]


def notes(count: int) -> list[Document]:
    return documents(
        *(
            f"# About {TOPICS[n % 6]} {n}\n\nNote {n} explains {TOPICS[n % 6]} in depth.\n"
            for n in range(count)
        )
    )


def build(data: Path, found: Sequence[Document], embedder: HashingEmbedder | None = None) -> IngestReport:
    return index_documents(found, Settings(data=data), embedder or HashingEmbedder(), data)


def generation_names(data: Path) -> list[str]:
    return sorted(p.name for p in (data / "generations").iterdir())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("built")
    build(data, [*notes(30), *documents(*[""] * 30, "See [Docker](https://docs.docker.com/) first.")[30:]])
    return data


def damaged(built: Path, tmp_path: Path) -> Path:
    """A copy of a good generation for a test to break."""
    return Path(shutil.copytree(built / "generations" / (read_pointer(built) or ""), tmp_path / "copy"))


def test_every_part_of_a_generation_agrees(built: Path) -> None:
    index = LiveIndex(built, HashingEmbedder().stamp).get()
    assert index.manifest.chunks == len(index.chunks) == index.vectors.shape[0]
    assert [record.chunks for record in index.manifest.sources].count(0) == 0
    assert index.manifest.links == len(index.links) == 1
    assert (
        len(index.block_rows)
        == len(index.block_vectors)
        == sum(len(d.blocks) for d in index.documents.values())
    )
    assert json.loads((index.directory / "topics.json").read_text()) == {"topics": []}
    vector = HashingEmbedder().embed(["kubernetes pods 7"])[0]
    best = max(index.dense(vector, 30).items(), key=lambda item: item[1])[0]
    assert index.chunks[best].source == "file:7"
    scores = index.keyword_scores(keyword_tokens("feature stores"))
    assert {index.chunks[int(row)].title for row in np.flatnonzero(scores)} == {
        f"Notes {n}" for n in range(3, 30, 6)
    }
    assert set(index.dense(vector, 5, ["file:2", "file:3"])) == set(
        index.rows_of(["file:2", "file:3"]).tolist()
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("chunks.jsonl", '"start":', '"start":1', "no text|not what its document says|Chroma lost"),
        ("documents.jsonl", "explains", "explayns", "not what its document says"),
        ("chunks.jsonl", "file:3", "file:4", "is not what|ids are|has no text"),
        ("links.jsonl", '"start":', '"start":99', "has no text at"),
        ("manifest.json", '"chunks": ', '"chunks": 1', "the manifest says"),
        ("manifest.json", "{", "[", "no readable manifest"),
        ("manifest.json", '"schema_version": 2', '"schema_version": 99', "schema 99"),
        ("keywords/vocab.index.json", '"note":', '"nothing":', "does not find .* by the word 'note'"),
    ],
)  # fmt: skip
def test_a_damaged_generation_is_refused(
    built: Path, tmp_path: Path, name: str, old: str, new: str, reason: str
) -> None:
    directory = damaged(built, tmp_path)
    text = (directory / name).read_text(encoding="utf-8")
    assert old in text
    (directory / name).write_text(text.replace(old, new), encoding="utf-8")
    failure = child.run("ingest.verify", str(directory), timeout_s=120)
    assert failure and re.search(reason, failure), failure


def test_vectors_that_chroma_does_not_have_are_refused(built: Path, tmp_path: Path) -> None:
    directory = damaged(built, tmp_path)
    vectors = np.load(directory / "vectors.npy")
    np.save(directory / "vectors.npy", vectors[::-1])
    assert "Chroma has another vector for" in child.run("ingest.verify", str(directory), timeout_s=120)


def test_rows_that_chroma_lost_are_refused(built: Path, tmp_path: Path) -> None:
    directory = damaged(built, tmp_path)
    with sqlite3.connect(directory / "chroma" / "chroma.sqlite3") as database:
        database.execute("DELETE FROM embeddings WHERE id = (SELECT max(id) FROM embeddings)")
    assert "Chroma holds" in child.run("ingest.verify", str(directory), timeout_s=120)
    (directory / "chroma" / "chroma.sqlite3").write_bytes(b"junk" * 1000)
    assert child.run("ingest.verify", str(directory), timeout_s=120)


def test_when_the_check_dies_the_old_generation_serves_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(tmp_path, notes(2))

    def fail(module: str, *arguments: str, timeout_s: float) -> str:
        return "" if module == "ingest.store" else "it was ended by signal 11"

    monkeypatch.setattr(child, "run", fail)
    with pytest.raises(
        RoadmapError, match=r"did not pass its check \(it was ended by signal 11\); the one before"
    ):
        build(tmp_path, notes(3))
    assert read_pointer(tmp_path) == first.generation
    assert LiveIndex(tmp_path).get().manifest.documents == 2


@pytest.mark.skipif(os.name == "nt", reason="no signals here")
def test_a_child_that_dies_by_a_signal_is_told_in_a_phrase() -> None:
    assert child.run("this.is.no.module", timeout_s=60)
    process = child.start("ingest.load.worker", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    process.send_signal(signal.SIGSEGV)
    assert process.wait(30) == -signal.SIGSEGV
    assert "within 0 seconds" in child.run("ingest.load.worker", timeout_s=0.01)


def test_switch_keep_one_roll_back_and_prune(tmp_path: Path) -> None:
    live = LiveIndex(tmp_path)
    names = []
    for count in (1, 2, 3):
        (tmp_path / "generations" / "abandoned").mkdir(parents=True, exist_ok=True)
        names.append(build(tmp_path, notes(count)).generation or "")
        assert live.get().manifest.documents == count, "a reader picks up the new generation by itself"
    assert generation_names(tmp_path) == names[1:]
    assert generations.roll_back(tmp_path) == names[1]
    assert live.get().manifest.documents == 2
    with pytest.raises(
        InputError, match="no earlier index to go back to; build the index anew with: roadmap ingest"
    ):
        generations.roll_back(tmp_path)
    fourth = build(tmp_path, notes(4)).generation
    assert generation_names(tmp_path) == [names[1], fourth]
    assert generations.roll_back(tmp_path) == names[1]


def test_a_rollback_without_any_index_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no earlier index"):
        generations.roll_back(tmp_path)


def test_a_second_writer_gets_one_sentence_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ingest.generations import writer_lock\n"
        "with writer_lock(Path(sys.argv[1])):\n print('locked', flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(generations.__file__).parent.parent)}
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
    )  # fmt: skip
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"locked\n"
        with pytest.raises(
            IndexBusy, match=r"^Another ingest is writing the index in .*; wait until it has finished"
        ):
            build(tmp_path, notes(1))
    finally:
        holder.kill()
        holder.communicate()
    assert build(tmp_path, notes(1)).documents == 1, "a killed writer's lock is free again"


def test_texts_without_words_can_be_indexed(tmp_path: Path) -> None:
    build(tmp_path, documents("!!! ???", "--- …"))
    index = LiveIndex(tmp_path).get()
    assert index.chunks and not index.keyword_scores(["docker"]).any()
    index.warm()


def test_repeated_texts_do_not_upset_the_check(tmp_path: Path) -> None:
    assert build(tmp_path, documents(*["The same words."] * 60)).chunks == 60


def test_equal_content_has_an_equal_hash_and_a_changed_title_another() -> None:
    settings = Settings()

    def content(title: str) -> str:
        return make_content(
            [make_document(Source("file:a", "file", title), "Text.")], settings, Counter()
        ).sha256()

    assert content("A") == content("A") != content("B")


# --- the vector cache ------------------------------------------------------------------------------


class Interrupted(HashingEmbedder):
    """Fails at its second batch, as a killed process would."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.texts:
            raise KeyboardInterrupt
        return super().embed(texts)


def test_an_interrupted_run_resumes_after_its_last_batch(tmp_path: Path) -> None:
    texts = [f"text {n}" for n in range(700)]
    with VectorCache(tmp_path / "v.sqlite") as cache, pytest.raises(KeyboardInterrupt):
        cache.embed(Interrupted(), texts)
    with VectorCache(tmp_path / "v.sqlite") as cache:
        embedder = HashingEmbedder()
        done = cache.embed(embedder, texts)
    assert (done.computed, done.reused) == (188, 512) == (len(embedder.texts), 700 - 188)
    assert np.array_equal(done.vectors, HashingEmbedder().embed(texts))


def test_a_vector_is_reused_only_for_the_same_weights_precision_and_text(tmp_path: Path) -> None:
    with VectorCache(tmp_path / "v.sqlite") as cache:
        cache.embed(HashingEmbedder(), ["a", "b", "a"])
        assert cache.known(HashingEmbedder().stamp, ["a", "b", "c"]) == 2
        assert cache.known(HashingEmbedder(name="other").stamp, ["a"]) == 0
        assert cache.known(HashingEmbedder(dimension=64).stamp, ["a"]) == 0
        stamp = HashingEmbedder().stamp
        assert cache.known(EmbeddingStamp(stamp.model, stamp.weights, stamp.dimension, "bf16"), ["a"]) == 0
        assert cache.embed(HashingEmbedder(), ["a"], anew=True).computed == 1


def test_a_damaged_cache_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "v.sqlite").write_bytes(b"no database at all" * 100)
    with VectorCache(tmp_path / "v.sqlite") as cache:
        assert cache.embed(HashingEmbedder(), ["a"]).computed == 1


def test_vectors_that_no_recent_build_used_are_removed(tmp_path: Path) -> None:
    stamp = HashingEmbedder().stamp
    with VectorCache(tmp_path / "v.sqlite") as cache:
        cache.embed(HashingEmbedder(), ["old", "kept"])
        for _ in range(8):
            cache.finish_run(stamp, ["kept"])
        assert (cache.known(stamp, ["old"]), cache.known(stamp, ["kept"])) == (0, 1)


class Broken(HashingEmbedder):
    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), 256), np.nan, dtype=np.float32)


def test_unusable_vectors_are_refused_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RoadmapError, match=r"returned unusable vectors .* roadmap ingest"):
        build(tmp_path, notes(1), Broken())
    assert read_pointer(tmp_path) is None


# --- recall ----------------------------------------------------------------------------------------


def test_chroma_finds_what_an_exact_scan_finds(tmp_path: Path) -> None:
    """3,000 clustered vectors of the real model's dimension: recall at 10, 100 and 1,000 is at least 0.99."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(60, 384))
    rows = centres[rng.integers(0, 60, 3000)] + rng.normal(size=(3000, 384)) * 0.8
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    found = make_content(documents(*(f"text {n}" for n in range(3000))), Settings(), Counter())
    stamp = EmbeddingStamp("composed", "0", 384, "float32")
    blocks = np.zeros((len(found.blocks), 384), dtype=np.float32)
    encoded = generations.Encoded(vectors, blocks, np.zeros((0, 384), dtype=np.float32))
    name = generations.write_generation(tmp_path, found, encoded, stamp, Settings().splitter)
    index = Index(tmp_path / "generations" / name)
    queries = centres[rng.integers(0, 60, 40)] + rng.normal(size=(40, 384)) * 0.9
    queries = (queries / np.linalg.norm(queries, axis=1, keepdims=True)).astype(np.float32)
    for n in (10, 100, 1000):
        hits = 0
        for query in queries:
            exact = set(np.argsort(-(vectors @ query))[:n].tolist())
            near = index.dense(query, n)
            assert len(near) == n
            hits += len(exact & set(near))
        assert hits / (n * len(queries)) >= 0.99, n
