"""How well `assistant.grounding` tells supported from unsupported responses, on a file of labelled rows."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from assistant.grounding import sentences, support
from assistant.settings import Settings
from evals import report
from evals.report import Report, Row
from evals.rows import read_rows
from evals.runner import Progress


class Labelled(BaseModel):
    """A response and the context it was written from; label 1: something in it is not supported.

    Public files carry further columns (spans, split, model); those are ignored.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str
    context: str | list[str]
    response: str
    label: Literal[0, 1]

    @property
    def passages(self) -> list[str]:
        return [self.context] if isinstance(self.context, str) else self.context


def run_grounding(file: Path, settings: Settings, progress: Progress | None = None) -> Report:
    """AUROC, and balanced accuracy and F1 (of the unsupported) at the shipped threshold.

    A response scores as its weakest sentence. Raises InputError for a row that cannot be read.
    """
    labelled = read_rows(file, Labelled)
    threshold = settings.answer.support_threshold
    rows, started = [], time.perf_counter()
    for done, entry in enumerate(labelled, start=1):
        score, weakest = weakest_sentence(entry.response, entry.passages)
        details = {"label": entry.label, "flagged": score < threshold, "weakest": weakest}
        rows.append(Row(id=entry.id, scores={"support": score}, details=details))
        if progress:
            progress(done, len(labelled))
    ms = (time.perf_counter() - started) * 1000 / len(labelled)
    unsupported = np.array([entry.label == 1 for entry in labelled])
    support_scores = np.array([row.scores["support"] for row in rows], dtype=np.float64)
    figures = classification(unsupported, support_scores, threshold)
    summary: dict[str, Any] = {"rows": len(rows), **figures, "threshold": threshold, "ms_per_response": ms}
    return Report(
        name="grounding",
        dataset=file.name,
        created=report.now(),
        setup=report.setup(settings),
        summary=report.rounded(summary),
        scores=figures,
        gates=list(figures),
        rows=rows,
    )


def weakest_sentence(response: str, passages: Sequence[str]) -> tuple[float, str]:
    """The lowest support of any sentence and that sentence; (1, "") for a response that says nothing."""
    scored = [(support(sentence, passages), sentence) for sentence in sentences(response)]
    return min(scored, default=(1.0, ""))


def classification(
    unsupported: NDArray[np.bool_], support_scores: NDArray[np.float64], threshold: float
) -> dict[str, float | None]:
    """Figures for finding the unsupported, who score below the threshold; None where a class has no row."""
    flagged = support_scores < threshold
    caught = int((flagged & unsupported).sum())
    cleared = int((~flagged & ~unsupported).sum())
    positives, negatives = int(unsupported.sum()), int((~unsupported).sum())
    if not positives or not negatives:
        return {"auroc": None, "balanced_accuracy": None, "f1": None}
    return {
        "auroc": auroc(unsupported, -support_scores),
        "balanced_accuracy": (caught / positives + cleared / negatives) / 2,
        "f1": 2 * caught / (positives + int(flagged.sum())),
    }


def auroc(positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """The chance that a positive row scores above a negative one, ties counting half.

    The Mann-Whitney statistic from mean ranks (Hanley and McNeil, Radiology 143, 1982).
    """
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(sizes) - (sizes - 1) / 2
    positives = int(positive.sum())
    negatives = len(positive) - positives
    rank_sum = float(mean_rank[group][positive].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)
