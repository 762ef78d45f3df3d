"""Whether a difference between two reports is more than chance: a paired bootstrap over the cases they share.

Cases are resampled with replacement; the interval lies between percentiles of the mean difference (B. Efron,
"Bootstrap methods: another look at the jackknife", Annals of Statistics 7, 1979; P. Koehn, EMNLP 2004).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.errors import InputError
from evals.report import Report

SAMPLES = 5000  # the interval's ends move by less than 0.001 between seeds
SEED = 20_000
CONFIDENCE = 0.95
# a larger fall is a regression even where few cases make the interval wide: the default answerer is
# deterministic, so what fell has really fallen
TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Difference:
    """One score against the baseline; `change` is the mean of new minus old over the shared cases."""

    name: str
    before: float
    after: float | None
    change: float
    low: float
    high: float
    cases: int  # shared cases; 0: only the two means could be compared
    regressed: bool

    def sentence(self) -> str:
        after = "nothing" if self.after is None else f"{self.after:.3f}"
        interval = (
            f", 95 % interval {self.low:+.3f} to {self.high:+.3f} over {self.cases} cases"
            if self.cases
            else ""
        )
        verdict = "REGRESSION: " if self.regressed else ""
        return f"{verdict}{self.name} was {self.before:.3f}, is {after} ({self.change:+.3f}{interval})"


def interval(
    differences: Sequence[float], *, samples: int = SAMPLES, seed: int = SEED, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean of paired differences; (0, 0) for none."""
    if not differences:
        return 0.0, 0.0
    values: NDArray[np.float64] = np.asarray(differences, dtype=np.float64)
    random = np.random.default_rng(seed)
    means = np.empty(samples)
    for sample in range(samples):
        means[sample] = values[random.integers(0, len(values), len(values))].mean()
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def differences(report: Report, baseline: Report, tolerance: float = TOLERANCE) -> list[Difference]:
    """Every gated score of the baseline against the report's, in the baseline's order.

    Raises InputError when the two measure different things.
    """
    if (report.name, report.dataset) != (baseline.name, baseline.dataset):
        raise InputError(
            f"The baseline measures {baseline.name} on {baseline.dataset}, "
            f"this run {report.name} on {report.dataset}; "
            "name a baseline of the same evaluation with --baseline FILE."
        )
    old_rows = {row.id: row.scores for row in baseline.rows}
    found = []
    for name in baseline.gates:
        before = baseline.scores.get(name)
        if before is None:
            continue
        pairs = [
            (old, new)
            for row in report.rows
            if (old := old_rows.get(row.id, {}).get(name)) is not None
            and (new := row.scores.get(name)) is not None
        ]
        better = -1 if name in baseline.lower_is_better else 1
        found.append(_difference(name, before, report.scores.get(name), pairs, better, tolerance))
    return found


def compare(report: Report, baseline: Report, tolerance: float = TOLERANCE) -> list[Difference]:
    """The regressions: scores that are gone, fell beyond the tolerance, or whose whole interval is a fall."""
    return [difference for difference in differences(report, baseline, tolerance) if difference.regressed]


def _difference(
    name: str,
    before: float,
    after: float | None,
    pairs: Sequence[tuple[float, float]],
    better: int,
    tolerance: float,
) -> Difference:
    if after is None:
        return Difference(name, before, None, -better * before, 0.0, 0.0, 0, regressed=True)
    if not pairs:
        change = after - before
        return Difference(name, before, after, change, 0.0, 0.0, 0, regressed=better * change < -tolerance)
    changes = [new - old for old, new in pairs]
    change = sum(changes) / len(changes)
    low, high = interval(changes)
    worst, best = (low, high) if better > 0 else (-high, -low)
    regressed = better * change < -tolerance or (worst < 0 and best < 0)
    return Difference(name, before, after, change, low, high, len(pairs), regressed)
