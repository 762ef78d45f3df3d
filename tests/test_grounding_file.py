"""Labelled responses are scored by their weakest sentence, and the figures are those counted by hand."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.settings import AnswerSettings, Settings
from evals.grounding_file import auroc, classification, run_grounding, weakest_sentence

CONTEXT = (
    "Docker packages applications in containers. Kubernetes schedules containers on a cluster of machines."
)
SUPPORTED = "Docker packages applications in containers."
FOREIGN = "Penguins hatch their eggs on Antarctic ice."
ROWS = [
    {"id": "a", "context": CONTEXT, "response": SUPPORTED, "label": 0, "spans": [], "split": "test"},
    {"id": 2, "context": [CONTEXT], "response": f"{SUPPORTED} {FOREIGN}", "label": 1},
]


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_a_file_gives_the_row_of_the_contract(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    found = run_grounding(write(tmp_path / "rows.jsonl", *ROWS), Settings(), lambda *now: told.append(now))
    assert set(found.summary) == {"rows", "auroc", "balanced_accuracy", "f1", "threshold", "ms_per_response"}
    assert found.summary["rows"] == 2
    assert found.summary["auroc"] == found.summary["balanced_accuracy"] == found.summary["f1"] == 1
    assert found.summary["threshold"] == 0.5
    assert [row.id for row in found.rows] == ["a", "2"]
    assert found.rows[1].details == {"label": 1, "flagged": True, "weakest": FOREIGN}
    assert told == [(1, 2), (2, 2)]


def test_the_shipped_threshold_is_the_one_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(answer=AnswerSettings(support_threshold=0.0))
    found = run_grounding(write(tmp_path / "rows.jsonl", *ROWS), settings)
    assert found.summary["threshold"] == 0
    assert found.summary["f1"] == 0  # nothing scores below 0, so nothing is flagged
    assert found.summary["balanced_accuracy"] == 0.5
    assert found.summary["auroc"] == 1


def test_a_response_scores_as_its_weakest_sentence() -> None:
    alone, _ = weakest_sentence(FOREIGN, [CONTEXT])
    score, sentence = weakest_sentence(f"{SUPPORTED} {FOREIGN}", [CONTEXT])
    assert (score, sentence) == (alone, FOREIGN)
    assert score < weakest_sentence(SUPPORTED, [CONTEXT])[0]
    assert weakest_sentence("", [CONTEXT]) == (1.0, "")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"id": "a", "context": "x", "response": "y", "label": 2}, "rows.jsonl, line 1: label: "),
        ({"id": "a", "context": "x", "label": 0}, "rows.jsonl, line 1: response: Field required"),
        ({}, "rows.jsonl, line 1: id: Field required"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, row: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InputError) as caught:
        run_grounding(write(tmp_path / "rows.jsonl", row), Settings())
    assert complaint in str(caught.value)


def test_an_empty_file_is_refused_with_the_fields_that_a_row_needs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"one JSON object a line with id, context, response, label\."):
        run_grounding(write(tmp_path / "rows.jsonl"), Settings())


@pytest.mark.parametrize(
    ("positive", "scores", "expected"),
    [
        ([1, 1, 0, 0], [4, 3, 2, 1], 1.0),
        ([1, 1, 0, 0], [1, 2, 3, 4], 0.0),
        ([1, 0, 1, 0], [4, 3, 2, 1], 0.75),
        ([1, 0], [5, 5], 0.5),
        ([1, 1, 0, 0], [2, 1, 1, 0], 0.875),
    ],
)
def test_auroc_is_the_share_of_pairs_in_order(
    positive: list[int], scores: list[float], expected: float
) -> None:
    assert auroc(np.array(positive, dtype=bool), np.array(scores, dtype=float)) == expected


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=30))
def test_auroc_equals_counting_the_pairs(rows: list[tuple[bool, int]]) -> None:
    above = [score for positive, score in rows if positive]
    below = [score for positive, score in rows if not positive]
    if not above or not below:
        return
    won = sum((a > b) + (a == b) / 2 for a, b in product(above, below))
    found = auroc(np.array([p for p, _ in rows]), np.array([s for _, s in rows], dtype=float))
    assert found == pytest.approx(won / (len(above) * len(below)))


def test_figures_at_the_threshold_as_counted_by_hand() -> None:
    unsupported = np.array([True, True, True, False, False])
    support = np.array(
        [0.1, 0.4, 0.9, 0.2, 0.5]
    )  # flagged: 0.1, 0.4 and 0.2; a score on the bar is supported
    found = classification(unsupported, support, 0.5)
    assert found["balanced_accuracy"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found["f1"] == pytest.approx(2 * 2 / (3 + 3))
    assert found["auroc"] == pytest.approx(3 / 6)


def test_rows_of_one_label_have_no_figures() -> None:
    found = classification(np.array([True]), np.array([0.1]), 0.5)
    assert set(found.values()) == {None}
