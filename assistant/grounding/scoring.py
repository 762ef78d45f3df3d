"""The support score: a small logistic model over explainable figures, and vetoes it cannot outvote."""

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from assistant.grounding.evidence import evidence, read
from assistant.grounding.features import FEATURES, measure

THRESHOLD = 0.5  # at or above it a sentence counts as supported
NEUTRAL = 1.0  # a sentence that claims nothing ("Yes.") has nothing to support, so it is never the weakest
CAP = 0.35  # what a sentence scores at most when a number, URL or attribute in it is nowhere in the passages


@lru_cache(maxsize=1)
def _model() -> tuple[float, tuple[float, ...]]:
    fitted = json.loads((files("assistant.grounding") / "weights.json").read_text("utf-8"))
    return float(fitted["bias"]), tuple(float(fitted["weights"][name]) for name in FEATURES)


def support(sentence: str, passages: Sequence[str]) -> float:
    """How well the passages support the sentence, 0..1; at `THRESHOLD` and above it counts as supported.

    Passages may begin with a line "title > heading > heading", which then belongs to each of their
    sentences. Markers and Markdown are ignored, links are compared by URL. No passage: 0. A sentence
    without a content word, or with words about the answer alone: `NEUTRAL`.
    """
    given = tuple(p for p in passages if p.strip())
    if not given:
        return 0.0
    text = read(sentence)
    figures = measure(text, evidence(given))
    if not figures["_content"] and not figures["_url"]:
        return NEUTRAL
    bias, weights = _model()
    score = 1 / (1 + math.exp(-bias - sum(w * figures[n] for w, n in zip(weights, FEATURES, strict=True))))
    if figures["missing_numbers"] or figures["_label"] or figures["_url"] or figures["_attribute"]:
        return min(score, CAP)
    return score
