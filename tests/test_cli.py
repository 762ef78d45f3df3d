"""The front door: exit codes, streams, and what `--help` does not load."""

import json
import os
import signal
import subprocess
import sys
import time
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from fakes_cli import FakeAssistant

from assistant.cli import main
from assistant.documents import Exchange

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("chat", "ask", "search", "ingest", "eval", "status")
HEAVY = ("torch", "chromadb", "chainlit", "transformers", "sentence_transformers", "bm25s", "numpy")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeAssistant:
    assistant = FakeAssistant()
    for command in ("ask", "search"):
        monkeypatch.setattr(
            sys.modules[f"assistant.cli.{command}"], "ready_assistant", lambda settings: assistant
        )
    return assistant


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        timeout=120,
        check=False,
    )


# --- help and version -----------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    done = run_python(
        "import sys\n"
        "from assistant.cli import main\n"
        f"code = main({arguments!r})\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])\n"
        "sys.exit(code)"
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: roadmap" in done.stdout
    assert "LOADED []" in done.stdout


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert [command for command in COMMANDS if f"\n  {command} " not in told] == []


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Usage: roadmap")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("roadmap ")


# --- ask ------------------------------------------------------------------------------------------


def test_an_answer_goes_to_stdout_with_its_sources(
    fake: FakeAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", " When Docker? "]) == 0
    told = capsys.readouterr()
    assert told.out == "You asked: When Docker? [1]\n\n[1] Plan > Week 2\n"
    assert told.err == ""


def test_a_notice_goes_to_stderr(fake: FakeAssistant, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "stalled"]) == 0
    told = capsys.readouterr()
    assert told.err == "The chat model did not answer.\n"
    assert told.out.startswith("You asked: stalled")


def test_json_is_one_object(fake: FakeAssistant, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--json", "When Docker?"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["id"], row["question"]) == (None, "When Docker?")


def test_a_dash_reads_the_question_from_standard_input(
    fake: FakeAssistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        sys, "stdin", TextIOWrapper(BytesIO("Wann kommt Kübernetes?\n".encode()), encoding="utf-8")
    )
    assert main(["ask", "-"]) == 0
    assert fake.asked[0][0] == "Wann kommt Kübernetes?"


def test_roadmaps_restrict_the_answer(fake: FakeAssistant) -> None:
    assert main(["ask", "--roadmap", "six-month-plan", "--roadmap", "roadmap-2024", "q"]) == 0
    assert fake.asked == [("q", (), ("six-month-plan", "roadmap-2024"))]


def test_a_file_is_answered_in_order_with_a_bad_row_in_its_place(
    fake: FakeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        '{"id": "a", "question": "first"}\n'
        "not json\n"
        '{"id": "c", "question": ""}\n'
        '{"id": "d", "question": "too long"}\n'
        '{"id": "e", "question": "And then?", "history": [["What?", "That."]]}\n'
    )
    assert main(["ask", "--file", str(rows)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in told] == ["a", None, "c", "d", "e"]
    assert ["error" in row for row in told] == [False, True, True, True, False]
    assert told[3] == {"id": "d", "error": "The question is too long; ask a shorter one."}
    assert fake.asked[-1] == ("And then?", (Exchange("What?", "That."),), ())


def test_an_error_that_is_not_the_rows_own_ends_the_run(
    fake: FakeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "a", "question": "first"}\n{"id": "b", "question": "no model"}\n')
    assert main(["ask", "--file", str(rows)]) == 2
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 1
    assert told.err == "The model is gone; set ROADMAP_EMBEDDING__MODEL=bundled.\n"


def test_rows_are_flushed_one_by_one(
    fake: FakeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting(BytesIO):
        flushed: list[int] = []  # noqa: RUF012

        def flush(self) -> None:
            self.flushed.append(self.getvalue().count(b"\n"))

    stream = Counting()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(stream, encoding="utf-8"))
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1, "question": "a"}\n{"id": 2, "question": "b"}\n')
    assert main(["ask", "--file", str(rows)]) == 0
    assert set(stream.flushed) >= {1, 2}


# --- search ---------------------------------------------------------------------------------------


def test_search_prints_hits_for_people_and_for_programs(
    fake: FakeAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "docker", "-k", "3", "--roadmap", "six-month-plan"]) == 0
    assert capsys.readouterr().out == "1. Plan > Week 2  (six-month-plan, 1.00)\n   Docker\n"
    assert main(["search", "docker", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hits"][0]["chunk_id"] == "six-month-plan:0-6"
    assert fake.searched == [("docker", 3, ("six-month-plan",)), ("docker", None, ())]


def test_a_file_of_queries_comes_back_as_json_lines(
    fake: FakeAssistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1, "query": "docker"}\n{"id": 2}\n{"id": 3, "query": "helm"}\n')
    assert main(["search", "--file", str(rows), "-k", "2"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["id"], sorted(row)) for row in told] == [
        (1, ["hits", "id", "query"]),
        (2, ["error", "id"]),
        (3, ["hits", "id", "query"]),
    ]
    assert fake.searched == [("docker", 2, ()), ("helm", 2, ())]


# --- streams and signals --------------------------------------------------------------------------


def test_a_reader_who_hangs_up_ends_the_command_quietly() -> None:
    code = (
        "import sys, assistant.cli.status as status\n"
        "from assistant.cli import main, app\n"
        "from assistant.cli.output import emit\n"
        "def status():\n"
        "    for _ in range(100_000): emit('x' * 100)\n"
        "app.status = status\n"
        "sys.exit(main(['status']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT, as a terminal's Ctrl-C does")
def test_ctrl_c_exits_with_130_and_says_nothing() -> None:
    code = (
        "import sys, time\n"
        "from assistant.cli import main, app\n"
        "def status():\n"
        "    print('ready', flush=True); time.sleep(60)\n"
        "app.status = status\n"
        "sys.exit(main(['status']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, b"")


def test_any_locale_can_print_an_answer() -> None:
    code = (
        "import sys\n"
        "from assistant.cli import main, app\n"
        "from assistant.cli.output import emit_json\n"
        "def status(): emit_json({'text': '→ é \\udc80'})\n"
        "app.status = status\n"
        "sys.exit(main(['status']))\n"
    )
    done = run_python(code, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == '{"text": "→ é \\udc80"}\n'
    json.loads(done.stdout)
