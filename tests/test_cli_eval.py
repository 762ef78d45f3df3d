"""`eval`: figures on stdout, a report in a folder, and a gate; over a scripted assistant."""

import json
import sys
from pathlib import Path

import pytest
from fakes_assistant import FakeAssistant, answer

from assistant.cli import main
from assistant.documents import Answer

Streams = pytest.CaptureFixture[str]
CASES = [
    {"id": "a", "question": "What first?", "kind": "fact", "must": [["Docker"]]},
    {"id": "b", "question": "What salary?", "kind": "unanswerable", "refuse": True},
]
RIGHT = {
    "What first?": answer("Learn Docker first [1].", "Learn **Docker** first."),
    "What salary?": answer("The roadmaps do not say.", refused=True),
}
WRONG = {**RIGHT, "What first?": answer("Learn Helm first.")}


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(json.dumps(case) + "\n" for case in CASES))
    return file


def use(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Answer]) -> None:
    assistant = FakeAssistant(answers)
    monkeypatch.setattr(sys.modules["assistant.cli.evaluate"], "ready_assistant", lambda settings: assistant)


def test_figures_are_printed_as_json(dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: Streams) -> None:
    use(monkeypatch, RIGHT)
    assert main(["eval", "answers", "--dataset", str(dataset), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["dataset"], summary["cases"]) == ("cases.jsonl", 2)


def test_figures_are_printed_for_people(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: Streams
) -> None:
    use(monkeypatch, RIGHT)
    assert main(["eval", "answers", "--dataset", str(dataset)]) == 0
    assert capsys.readouterr().out.startswith("# Evaluation of answers on cases.jsonl")


def test_a_report_is_written_and_serves_as_the_next_baseline(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Streams
) -> None:
    use(monkeypatch, RIGHT)
    assert (
        main(["eval", "answers", "--dataset", str(dataset), "--report", str(tmp_path / "old"), "--json"]) == 0
    )
    assert f"Written: {tmp_path / 'old' / 'answers.md'}" in capsys.readouterr().err
    arguments = ["eval", "answers", "--dataset", str(dataset), "--json"]
    assert main([*arguments, "--baseline", str(tmp_path / "old" / "answers.json")]) == 0
    assert main([*arguments, "--baseline", str(tmp_path / "old")]) == 0


def test_a_regression_exits_with_1_and_is_named(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Streams
) -> None:
    use(monkeypatch, RIGHT)
    assert (
        main(["eval", "answers", "--dataset", str(dataset), "--report", str(tmp_path / "old"), "--json"]) == 0
    )
    use(monkeypatch, WRONG)
    capsys.readouterr()
    arguments = [
        "eval",
        "answers",
        "--dataset",
        str(dataset),
        "--baseline",
        str(tmp_path / "old" / "answers.json"),
    ]
    assert main([*arguments, "--json", "--report", str(tmp_path / "new")]) == 1
    streams = capsys.readouterr()
    json.loads(streams.out)
    assert "REGRESSION: " in streams.err
    assert "REGRESSION: " in (tmp_path / "new" / "answers.md").read_text()


def test_a_baseline_is_never_replaced_by_the_report_that_is_compared_with_it(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, RIGHT)
    arguments = ["eval", "answers", "--dataset", str(dataset), "--report", str(tmp_path / "old")]
    assert main(arguments) == 0
    before = (tmp_path / "old" / "answers.json").read_bytes()
    assert main([*arguments, "--baseline", str(tmp_path / "old" / "answers.json")]) == 2
    assert (tmp_path / "old" / "answers.json").read_bytes() == before


def test_all_runs_retrieval_and_answers(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: Streams
) -> None:
    use(monkeypatch, RIGHT)
    assert main(["eval", "all", "--dataset", str(dataset), "--json"]) == 0
    assert sorted(json.loads(capsys.readouterr().out)) == ["answers", "retrieval"]


def test_grounding_is_measured_on_a_file_of_rows(tmp_path: Path, capsys: Streams) -> None:
    rows = tmp_path / "rows.jsonl"
    context = "Docker packages a service. Kubernetes schedules containers."
    rows.write_text(
        json.dumps({"id": "1", "context": context, "response": "Docker packages a service.", "label": 0})
        + "\n"
        + json.dumps({"id": "2", "context": context, "response": "Kafka costs forty dollars.", "label": 1})
        + "\n"
    )
    assert main(["eval", "grounding", "--dataset", str(rows), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["rows"] == 2
    assert summary["auroc"] == 1.0
    assert set(summary) >= {"rows", "auroc", "balanced_accuracy", "f1", "threshold", "ms_per_response"}
