"""A dataset through a scripted assistant: rows, summaries, crashes and dataset errors."""

import json
from pathlib import Path
from typing import Any

import pytest
from fakes_assistant import CHUNKS, TEXT, FakeAssistant, FakeIndex, answer

from evals.report import markdown
from evals.runner import eval_answers, eval_retrieval, relevant_chunks
from evals.spans import Span

DOCKER, GUIDE, KSERVE, PROMETHEUS = CHUNKS
GOLD = [{"source": "plan", "quote": "Learn Docker first."}]


def dataset(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(json.dumps({"kind": "fact", **row}) for row in rows), encoding="utf-8")
    return path


FACT = {"id": "fact", "question": "first?", "must": [["Docker"]], "gold": GOLD, "reference": "Docker"}
PRICE = {"id": "price", "question": "price?", "kind": "unanswerable", "refuse": True}
RIGHT = answer("Docker. [1]", "Docker", ms=10)
REFUSED = answer("The roadmaps don't say.", refused=True, ms=30)


def test_answers_are_scored_by_case_by_kind_and_overall(tmp_path: Path) -> None:
    assistant = FakeAssistant({"first?": RIGHT, "price?": REFUSED})
    found = eval_answers(assistant, dataset(tmp_path, FACT, PRICE))
    assert found.name == "answers"
    assert found.dataset == "cases.jsonl"
    assert [row.why for row in found.rows] == [[], []]
    assert found.scores["right"] == found.scores["right_and_cited"] == found.scores["refused_as_wanted"] == 1
    assert found.scores["wrongly_refused"] == 0
    assert found.counts["right"] == 2
    assert found.counts["right_and_cited"] == found.counts["refused_as_wanted"] == 1
    assert set(found.kinds) == {"fact", "unanswerable"}
    assert found.kinds["unanswerable"]["rightly_cited"] is None
    assert found.summary["latency_ms"] == {"median": 20, "p95": 29}
    assert found.summary["length"] == {"median": 17, "max": 23, "over_limit": 0}
    assert found.setup["generation"] == "g1"
    assert "wrongly_refused" in found.lower_is_better
    assert "ms" not in found.gates


def test_both_reports_can_be_shown_as_a_page(tmp_path: Path) -> None:
    assistant = FakeAssistant({"first?": RIGHT}, {"first?": {"fused": [DOCKER]}})
    path = dataset(tmp_path, FACT)
    for found in (eval_answers(assistant, path), eval_retrieval(assistant, path)):
        assert "| fact | 1 | 1.000 |" in markdown(found)


def test_what_is_wrong_with_an_answer_is_said_in_words(tmp_path: Path) -> None:
    long = answer("Podman " * 300, "KServe")
    assistant = FakeAssistant({"first?": long, "price?": answer("5 dollars"), "why?": REFUSED})
    path = dataset(
        tmp_path,
        {**FACT, "must_not": ["Podman"]},
        PRICE,
        {"id": "why", "question": "why?", "must": [["soon"]]},
    )
    found = eval_answers(assistant, path)
    start = TEXT.index("Learn")
    assert found.rows[0].why == [
        "does not say 'Docker'",
        "says 'Podman'",
        f"does not cite plan:{start}-{start + len('Learn **Docker** first')}",
        "2100 characters long",
    ]
    assert found.rows[1].why == ["should have refused"]
    assert found.rows[2].why == ["refused wrongly", "does not say 'soon'"]
    assert found.summary["length"]["over_limit"] == 1
    assert found.scores["short_enough"] == pytest.approx(2 / 3)


def test_a_crashed_case_is_a_failure_row_and_the_run_goes_on(tmp_path: Path) -> None:
    assistant = FakeAssistant({"first?": ValueError("broken index"), "price?": REFUSED})
    found = eval_answers(assistant, dataset(tmp_path, FACT, PRICE))
    assert found.rows[0].error == "ValueError: broken index"
    assert found.rows[0].scores["right"] == 0
    assert found.scores["right"] == 0.5
    assert found.scores["right_and_cited"] == 0
    assert (found.summary["crashed"], found.summary["dataset_errors"]) == (1, 0)


def test_gold_that_cannot_be_located_is_a_dataset_error_and_no_score(tmp_path: Path) -> None:
    wrong = {**FACT, "id": "wrong", "gold": [{"source": "plan", "quote": "Learn Podman"}]}
    found = eval_answers(FakeAssistant({"first?": RIGHT}), dataset(tmp_path, wrong, FACT))
    assert found.rows[0].error == "dataset error: gold quote 'Learn Podman' does not stand in 'plan'"
    assert found.rows[0].scores == {}
    assert found.scores["right"] == 1
    assert found.counts["right"] == 1
    assert (found.summary["crashed"], found.summary["dataset_errors"]) == (0, 1)


def test_history_and_roadmaps_reach_the_assistant(tmp_path: Path) -> None:
    assistant = FakeAssistant({"first?": RIGHT})
    eval_answers(assistant, dataset(tmp_path, {**FACT, "history": [["hi?", "hello"]], "roadmaps": ["plan"]}))
    ((question, history, roadmaps),) = assistant.asked
    assert question == "first?"
    assert [(e.question, e.answer) for e in history] == [("hi?", "hello")]
    assert roadmaps == ("plan",)


def test_progress_is_told_after_each_case(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = dataset(tmp_path, FACT, PRICE)
    eval_answers(FakeAssistant({"first?": RIGHT, "price?": REFUSED}), path, lambda *now: told.append(now))
    assert told == [(1, 2), (2, 2)]


def test_each_arm_is_scored_by_where_the_gold_chunk_stands(tmp_path: Path) -> None:
    arms = {"dense": [KSERVE, DOCKER], "bm25": [], "fused": [DOCKER, KSERVE]}
    found = eval_retrieval(FakeAssistant(arms={"first?": arms}), dataset(tmp_path, FACT, PRICE))
    assert [row.id for row in found.rows] == ["fact"]
    assert found.summary["without_gold"] == 1
    by_arm = found.summary["arms"]
    assert by_arm["dense"]["recall@1"] == 0
    assert by_arm["dense"]["recall@5"] == by_arm["dense"]["hit@5"] == 1
    assert by_arm["dense"]["mrr@10"] == 0.5
    assert by_arm["dense"]["ndcg@10"] == pytest.approx(0.6309, abs=1e-4)
    assert set(by_arm["bm25"].values()) == {0}
    assert set(by_arm["fused"].values()) == {1}
    assert (found.kinds["fact"]["cases"], found.kinds["fact"]["fused.recall@1"]) == (1, 1)
    assert "dense.recall@1" not in found.kinds["fact"]
    assert "fused.ndcg@10" in found.gates
    assert "dense.ndcg@10" not in found.gates


def test_a_crashed_search_scores_zero_and_says_why(tmp_path: Path) -> None:
    found = eval_retrieval(FakeAssistant(arms={"first?": OSError("gone")}), dataset(tmp_path, FACT))
    assert found.rows[0].error == "OSError: gone"
    assert found.scores["fused.recall@20"] == 0
    assert found.summary["crashed"] == 1


def test_gold_across_two_chunks_makes_both_relevant() -> None:
    start, end = TEXT.index("KServe"), TEXT.index("Prometheus")
    assert relevant_chunks([Span("plan", start, end + 1)], FakeIndex()) == [KSERVE, PROMETHEUS]


def test_a_heading_that_no_chunk_holds_makes_its_sections_first_chunk_relevant() -> None:
    start = TEXT.index("Week 2")
    assert relevant_chunks([Span("plan", start, start + 6)], FakeIndex()) == [KSERVE]


def test_gold_that_no_chunk_holds_is_a_dataset_error(tmp_path: Path) -> None:
    assistant = FakeAssistant(arms={"first?": {}})
    assistant.index.chunks = (KSERVE,)
    found = eval_retrieval(assistant, dataset(tmp_path, FACT))
    assert found.rows[0].error.startswith("dataset error: no passage of the index holds plan:")
