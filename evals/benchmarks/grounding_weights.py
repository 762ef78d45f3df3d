"""Fits the six weights of `assistant.grounding` on labelled (evidence, claim) pairs and measures them.

    python -m evals.benchmarks.grounding_weights [DIRECTORY] [--write]

DIRECTORY holds stage1, stage2 and dev as .jsonl.gz with rows {evidence, claim, label, source}; default
$ROADMAP_SHARED/benchmarks/grounding_train. Only sets of generated or rewritten text are fitted on (what
an answer is); dev is never fitted on. `--write` replaces assistant/grounding/weights.json.
"""

import argparse
import gzip
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import assistant.grounding
from assistant.grounding import THRESHOLD, support
from assistant.grounding.evidence import evidence, read
from assistant.grounding.features import FEATURES, measure
from evals.grounding_file import auroc

SETS = ("SynthDocs", "DeFacto", "FactCG", "Factcheck-GPT", "HAGRID", "WiCE", "BUMP", "FIB", "BEGIN")
SIGNS = np.array([1, -1, -1, -1, -1, -1])  # a figure may only count in the direction that its name says
RIDGE = 3e-3  # on standardised figures
STEPS, RATE = 4000, 0.5  # projected gradient descent; converged to three digits well before

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    evidence: str
    claim: str
    supported: bool
    family: str  # the set's name: "SynthDocs/chroma/ident" -> "SynthDocs"


def load(directory: Path, name: str) -> list[Pair]:
    """The pairs of one split that have any evidence."""
    with gzip.open(directory / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Pair(row["evidence"], row["claim"], row["label"] == 1, row["source"].split("/")[0])
        for row in rows
        if row["evidence"].strip()
    ]


def figures(pairs: list[Pair]) -> Floats:
    """One row of `FEATURES` a pair."""
    return np.array([measure(read(p.claim), evidence((p.evidence,))).vector() for p in pairs])


def balance(pairs: list[Pair]) -> Floats:
    """Weights that make both labels of a set count alike and a set as the root of its size."""
    keys = np.array([f"{p.family} {p.supported}" for p in pairs])
    families = np.array([p.family for p in pairs])
    weights = np.zeros(len(pairs))
    for key in np.unique(keys):
        rows = keys == key
        size = int((families == families[rows][0]).sum())
        weights[rows] = np.sqrt(size) / rows.sum()
    weights /= weights.sum()
    return weights


def fit(inputs: Floats, supported: NDArray[np.bool_], weights: Floats) -> tuple[float, Floats]:
    """Bias and weights of a logistic regression whose weights keep their `SIGNS`."""
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    scaled = (inputs - mean) / spread
    bias, slopes = 0.0, np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        error = weights * (1 / (1 + np.exp(-bias - scaled @ slopes)) - supported)
        bias -= RATE * float(error.sum())
        slopes -= RATE * (scaled.T @ error + 2 * RIDGE * slopes)
        slopes = np.where(slopes * SIGNS > 0, slopes, 0.0)
    return bias - float((slopes * mean / spread).sum()), slopes / spread


def report(pairs: list[Pair]) -> None:
    """Prints AUROC and balanced accuracy of the shipped score, in all and for each set."""
    started = time.perf_counter()
    scores = np.array([support(p.claim, [p.evidence]) for p in pairs])
    micros = (time.perf_counter() - started) * 1e6 / len(pairs)
    labels = np.array([p.supported for p in pairs])
    families = np.array([p.family for p in pairs])
    for name in ("all", *sorted(set(families.tolist()))):
        rows = (families == name) | (name == "all")
        yes, no = scores[rows & labels], scores[rows & ~labels]
        if len(yes) and len(no):
            balanced = ((yes >= THRESHOLD).mean() + (no < THRESHOLD).mean()) / 2
            area = auroc(labels[rows], scores[rows])
            print(f"{name:16} {rows.sum():5} pairs  AUROC {area:.3f}  balanced accuracy {balanced:.3f}")
    print(f"{micros:.0f} microseconds a pair, reading its evidence included")


def main() -> int:
    default = Path(os.environ.get("ROADMAP_SHARED", "../shared")) / "benchmarks" / "grounding_train"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("directory", nargs="?", type=Path, default=default)
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    options = parser.parse_args()
    if not (options.directory / "dev.jsonl.gz").is_file():
        print(
            f"{options.directory} holds no dev.jsonl.gz; name the folder of the labelled pairs.",
            file=sys.stderr,
        )
        return 2
    pairs = [p for name in ("stage1", "stage2") for p in load(options.directory, name)]
    pairs = [p for p in pairs if p.family.startswith(SETS)]
    labels = np.array([p.supported for p in pairs])
    bias, weights = fit(figures(pairs), labels, balance(pairs))
    fitted = {
        "bias": round(bias, 3),
        "weights": {name: round(float(w), 3) for name, w in zip(FEATURES, weights, strict=True)},
        "fitted_on": {"sets": list(SETS), "pairs": len(pairs)},
    }
    text = json.dumps(fitted, indent=2) + "\n"
    print(text)
    if options.write:
        (Path(assistant.grounding.__file__).parent / "weights.json").write_text(text, encoding="utf-8")
        assistant.grounding.scoring._model.cache_clear()
    report(load(options.directory, "dev"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
