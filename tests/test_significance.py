"""The paired bootstrap is seeded and honest, and a baseline comparison says what fell."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from evals.report import Report, Row
from evals.significance import TOLERANCE, compare, differences, interval


def report(values: Sequence[float | None], score: str = "right", **fields: Any) -> Report:
    rows = [Row(id=str(n), scores={score: value}) for n, value in enumerate(values)]
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known) if known else None
    given_fields = {
        "name": "answers",
        "dataset": "d.jsonl",
        "created": "",
        "setup": {},
        "summary": {},
        "gates": [score],
    }
    return Report(**{**given_fields, "scores": {score: mean}, "rows": rows, **fields})


def test_the_same_differences_give_the_same_interval_each_time() -> None:
    values = [0.1, -0.2, 0.3, 0.0]
    assert interval(values) == interval(values)
    assert interval(values) != interval(values, seed=1)


def test_the_interval_of_a_large_sample_is_the_normal_one() -> None:
    values = np.random.default_rng(3).normal(0.5, 1.0, 400)
    low, high = interval(values.tolist())
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.02)
    assert high == pytest.approx(values.mean() + half, abs=0.02)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20))
def test_the_interval_lies_within_the_values(values: list[float]) -> None:
    low, high = interval(values, samples=50)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


def test_no_difference_is_no_regression() -> None:
    same = report([1, 0, 1, 1])
    (difference,) = differences(same, same)
    assert (difference.change, difference.low, difference.high) == (0, 0, 0)
    assert compare(same, same) == []


def test_a_fall_beyond_the_tolerance_is_a_regression_however_wide_the_interval() -> None:
    before, after = report([1] * 30), report([1] * 29 + [0])
    (found,) = compare(after, before)
    assert found.high == 0  # the interval alone would not say so
    assert found.change == pytest.approx(-1 / 30)
    assert found.sentence().startswith("REGRESSION: right was 1.000, is 0.967 (-0.033, 95 % interval ")
    assert compare(after, before, tolerance=0.05) == []


def test_a_small_fall_of_nearly_every_case_is_a_regression_by_its_interval() -> None:
    before, after = report([0.5] * 100), report([0.49] * 100)
    assert TOLERANCE > 0.01
    (found,) = compare(after, before)
    assert found.high < 0


def test_a_small_fall_of_few_cases_is_not() -> None:
    assert compare(report([1] * 199 + [0]), report([1] * 200)) == []


def test_a_rise_is_no_regression_and_is_told() -> None:
    (difference,) = differences(report([1, 1, 1]), report([1, 0, 1]))
    assert not difference.regressed
    assert difference.sentence().startswith("right was 0.667, is 1.000 (+0.333")


def test_where_lower_is_better_a_rise_is_the_regression() -> None:
    lower = {"score": "wrongly_refused", "lower_is_better": ["wrongly_refused"]}
    few, many = report([0, 0, 0, 0], **lower), report([1, 0, 0, 0], **lower)
    assert [d.name for d in compare(many, few)] == ["wrongly_refused"]
    assert compare(few, many) == []


def test_only_cases_that_both_measured_are_paired() -> None:
    (difference,) = differences(report([1, None, 0, 1]), report([1, 1, None, 0]))
    assert difference.cases == 2
    assert difference.change == 0.5


def test_a_score_that_is_gone_is_a_regression() -> None:
    (found,) = compare(report([None, None]), report([1, 1]))
    assert "is nothing" in found.sentence()


def test_means_without_rows_are_compared_by_the_tolerance() -> None:
    before, after = report([], scores={"right": 0.66}), report([], scores={"right": 0.62})
    (found,) = compare(after, before)
    assert found.cases == 0
    assert "interval" not in found.sentence()
    assert compare(report([], scores={"right": 0.65}), before) == []


def test_a_score_that_is_no_gate_is_not_compared() -> None:
    assert differences(report([0], gates=[]), report([1], gates=[])) == []


@pytest.mark.parametrize("other", [{"name": "retrieval"}, {"dataset": "e.jsonl"}])
def test_a_baseline_of_something_else_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(InputError, match="name a baseline of the same evaluation with --baseline FILE"):
        compare(report([1]), report([1], **other))
