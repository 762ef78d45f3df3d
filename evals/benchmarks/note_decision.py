"""Fits the weights by which notes or roadmaps answer, and measures them on unseen folds.

    python -m evals.benchmarks.note_decision [--data DIR] [--write]

Every case of the shipped datasets is answered twice: as the roadmaps would, and as the notes would. Where
just one of the two says what the case wants (a refusal counts as the roadmaps' answer), that one should
have been shown. `--write` replaces assistant/answer/notes/decision.json by weights fitted on all of them;
the figures printed are those of folds that were not fitted on.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.answer import notes
from assistant.answer.compose import of_roadmaps, unanswerable
from assistant.answer.draft import Outcome, Refusal, render
from assistant.answer.notes.blend import explained
from assistant.answer.notes.decision import figures
from assistant.answer.notes.explain import explain
from assistant.bootstrap import Assistant, build_assistant
from assistant.settings import load_settings
from evals.cases import Case, load_dataset
from evals.metrics import forbidden_words, missing_facts

DATASETS = ("learners", "notes", "refusals", "exam", "roadmaps")
FOLDS = 10
RIDGE = 0.01  # on standardised figures; not swept
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One case that the notes and the roadmaps could both answer."""

    dataset: str
    known: dict[str, float]
    notes_right: bool
    roadmaps_right: bool


def samples_of(assistant: Assistant, dataset: str) -> list[Sample]:
    found = []
    for case in load_dataset(Path(str(files("evals"))) / "datasets" / f"{dataset}.jsonl").cases:
        request, _ = assistant.prepare(case.question, case.exchanges, case.roadmaps)
        outcome, inquiry = of_roadmaps(request)
        if unanswerable(inquiry):
            continue
        explanation = explain(request.shelf, request.question, request.vector, request.sources)
        if explanation is None:
            continue
        known = figures(explanation, outcome, inquiry)
        draft = explained(explanation, inquiry, outcome)
        found.append(Sample(dataset, known, _right(draft, case), _right(outcome, case)))
    return found


def _right(outcome: Outcome, case: Case) -> bool:
    """Whether an outcome says what the case wants, or refuses where it wants that."""
    if isinstance(outcome, Refusal) or case.refuse:
        return isinstance(outcome, Refusal) and case.refuse
    text = render(outcome.lines)
    return not missing_facts(case, text) and not forbidden_words(case, text)


def fit(inputs: Floats, wanted: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Bias and weights of a logistic regression with a ridge on the standardised figures."""
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    scaled, labels = torch.from_numpy((inputs - mean) / spread), torch.from_numpy(wanted.astype(np.float64))
    weights = torch.zeros(inputs.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(scaled @ weights + bias, labels)
        loss = loss + RIDGE / 2 * (weights**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    slopes = weights.detach().numpy() / spread
    return float(bias.detach()) - float(slopes @ mean), slopes


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, help="data directory with an index of the shipped corpus")
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    options = parser.parse_args()
    assistant = build_assistant(load_settings(data=options.data))
    every = [sample for dataset in DATASETS for sample in samples_of(assistant, dataset)]
    samples = [sample for sample in every if sample.notes_right != sample.roadmaps_right]
    names = sorted({name for sample in samples for name in sample.known})
    inputs = np.array([[sample.known.get(name, 0.0) for name in names] for sample in samples])
    wanted = np.array([sample.notes_right for sample in samples])
    report(samples, inputs, wanted)
    bias, slopes = fit(inputs, wanted)
    weights = {"bias": round(bias, 4)} | {
        name: round(float(slope), 4) for name, slope in zip(names, slopes, strict=True)
    }
    if options.write:
        path = Path(notes.__file__).parent / "decision.json"
        path.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    return 0


def report(samples: Sequence[Sample], inputs: Floats, wanted: NDArray[np.bool_]) -> None:
    """Prints the share of unseen cases that are given to the right one, by dataset."""
    order = np.random.default_rng(0).permutation(len(samples))
    hit = np.zeros(len(samples), dtype=bool)
    for fold in np.array_split(order, FOLDS):
        rest = np.setdiff1d(order, fold)
        bias, slopes = fit(inputs[rest], wanted[rest])
        hit[fold] = (inputs[fold] @ slopes + bias > 0) == wanted[fold]
    for dataset in DATASETS:
        of_set = np.array([sample.dataset == dataset for sample in samples])
        if of_set.any():
            print(f"{dataset:10} {hit[of_set].sum():4} of {of_set.sum():4} given to the right one")
    print(f"{'all':10} {hit.mean():.3f}")


if __name__ == "__main__":
    sys.exit(main())
