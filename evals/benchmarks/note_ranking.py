"""Fits the weights by which blocks of the study notes are ranked, and measures them on unseen folds.

    python -m evals.benchmarks.note_ranking [--data DIR] [--write]

The cases are `evals/datasets/learners.jsonl`: each `must` group lists the beginnings of blocks of which an
answer has to tell one. A case counts as told at k when its first k blocks hold one of every group. `--write`
replaces assistant/answer/notes/ranking.json by weights fitted on all cases; the figures printed are always
those of folds that were not fitted on.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.answer import notes
from assistant.answer.notes.explainer import Explainer
from assistant.answer.notes.ranking import FIGURES, SECTIONS, read_weights
from assistant.answer.notes.shelf import Shelf
from assistant.bootstrap import Assistant, build_assistant
from assistant.query.aspects import Aspect
from assistant.settings import load_settings
from evals.cases import Case, load_dataset
from evals.spans import Letters

DATASET = Path(str(files("evals"))) / "datasets" / "learners.jsonl"
FOLDS, SEEDS = 5, (0, 1)
RIDGE = 0.03  # of 0.01, 0.03 and 0.1 the best or nearly so on folds of the first 180 cases
POOL = 200  # blocks of a case that are fitted on: the best by the shipped weights, and those that answer
DEPTHS = (1, 2, 3, 4, 5, 6)
ASPECTS = tuple(Aspect)


@dataclass(frozen=True, slots=True)
class Sample:
    """One case: figures of its pool, shape (blocks, FIGURES), and where each group's blocks stand in it."""

    figures: torch.Tensor
    sections: torch.Tensor  # (blocks,) indices into SECTIONS
    aspects: torch.Tensor  # (ASPECTS,) 1 where asked for
    groups: tuple[torch.Tensor, ...]


class Model(torch.nn.Module):
    """The ranking's own form, with weights that can be fitted."""

    def __init__(self) -> None:
        super().__init__()
        self.figures = torch.nn.Parameter(torch.zeros(len(FIGURES), dtype=torch.float64))
        self.sections = torch.nn.Parameter(torch.zeros(len(SECTIONS), dtype=torch.float64))
        self.aspects = torch.nn.Parameter(torch.zeros(len(ASPECTS), len(SECTIONS), dtype=torch.float64))

    def scores(self, sample: Sample) -> torch.Tensor:
        by_section = self.sections + sample.aspects @ self.aspects
        return sample.figures @ self.figures + by_section[sample.sections]

    def loss(self, samples: Sequence[Sample], spread: torch.Tensor) -> torch.Tensor:
        """Mean log loss of the groups' shares of the softmax over the pool, with a ridge."""
        told = [
            torch.logsumexp(scores, 0) - torch.logsumexp(scores[rows], 0)
            for sample in samples
            for scores in [self.scores(sample)]
            for rows in sample.groups
        ]
        ridge = ((self.figures * spread) ** 2).sum() + (self.sections**2).sum() + (self.aspects**2).sum()
        return torch.stack(told).sum() / len(samples) + RIDGE / 2 * ridge

    def as_json(self, samples: int) -> str:
        """The weights as the package ships them."""

        def by_section(row: torch.Tensor) -> dict[str, float]:
            return {
                str(name): round(float(w), 3) for name, w in zip(SECTIONS, row.tolist(), strict=True) if w
            }

        fitted = {
            "figures": {n: round(w, 3) for n, w in zip(FIGURES, self.figures.tolist(), strict=True)},
            "sections": by_section(self.sections),
            "aspects": {
                aspect.value: by_section(row) for aspect, row in zip(ASPECTS, self.aspects, strict=True)
            },
            "fitted_on": {"dataset": DATASET.name, "cases": samples},
        }
        return json.dumps(fitted, indent=2) + "\n"


def samples_of(assistant: Assistant, cases: Iterable[Case]) -> list[Sample]:
    """The cases whose every group has a block in the notes."""
    found = []
    texts: list[str] | None = None
    for case in cases:
        request, _ = assistant.prepare(case.question, (), ())
        shelf = request.shelf
        texts = texts or _letters(shelf)
        groups = [_rows_with(texts, group) for group in case.must]
        if not groups or not all(groups):
            print(f"{case.id}: no block holds {case.must}", file=sys.stderr)
            continue
        explainer = Explainer(shelf, request.question, request.vector, request.sources)
        figures = shelf.ranking.figures(explainer.wanted)
        best = np.argsort(-figures[:, 0])[:POOL].tolist()
        pool = sorted({*best, *(row for group in groups for row in group)})
        at = {row: position for position, row in enumerate(pool)}
        found.append(
            Sample(
                torch.from_numpy(figures[pool]),
                torch.from_numpy(shelf.ranking.sections[pool]),
                torch.tensor([float(a in explainer.aspects) for a in ASPECTS], dtype=torch.float64),
                tuple(torch.tensor([at[row] for row in group]) for group in groups),
            )
        )
    return found


def _letters(shelf: Shelf) -> list[str]:
    """Each block as written, reduced to its letters and digits."""
    return [Letters(shelf.notes[source].outline.text(block)).letters for source, block in shelf.ranking.keys]


def _rows_with(texts: Sequence[str], group: Sequence[str]) -> list[int]:
    quotes = [Letters(quote).letters for quote in group]
    return [row for row, text in enumerate(texts) if any(quote in text for quote in quotes)]


def fit(samples: Sequence[Sample]) -> Model:
    model = Model()
    spread = torch.cat([sample.figures for sample in samples]).std(0)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        loss = model.loss(samples, spread)
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return model


def told_at(model: Model, sample: Sample) -> NDArray[np.bool_]:
    """Whether the first k blocks tell every group, for each k of DEPTHS."""
    with torch.no_grad():
        order = torch.argsort(-model.scores(sample)).tolist()
    place = {row: rank for rank, row in enumerate(order)}
    deepest = max(min(place[row] for row in rows.tolist()) for rows in sample.groups)
    return np.array([deepest < depth for depth in DEPTHS])


def cross_validated(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Share of unseen cases told, for each k of DEPTHS, over folds and seeds."""
    told = []
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(samples))
        for fold in np.array_split(order, FOLDS):
            unseen = set(fold.tolist())
            model = fit([sample for row, sample in enumerate(samples) if row not in unseen])
            told += [told_at(model, samples[row]) for row in unseen]
    return np.asarray(np.mean(told, axis=0))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, help="data directory with an index of the shipped corpus")
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    options = parser.parse_args()
    assistant = build_assistant(load_settings(data=options.data))
    samples = samples_of(assistant, load_dataset(DATASET).cases)
    told = cross_validated(samples)
    print(f"{len(samples)} cases, told by unseen folds: ", end="")
    print(", ".join(f"{share:.3f} at {depth}" for depth, share in zip(DEPTHS, told, strict=True)))
    text = fit(samples).as_json(len(samples))
    read_weights(text)
    if options.write:
        (Path(notes.__file__).parent / "ranking.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
