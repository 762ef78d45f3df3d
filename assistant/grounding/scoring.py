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
VETO = 0.4  # the most that a sentence can score when it states what no passage has


@lru_cache(maxsize=1)
def _model() -> tuple[float, tuple[float, ...]]:
    fitted = json.loads((files("assistant.grounding") / "weights.json").read_text("utf-8"))
    return float(fitted["bias"]), tuple(float(fitted["weights"][name]) for name in FEATURES)


def support(sentence: str, passages: Sequence[str]) -> float:
    """How well the passages support the sentence, 0..1; at `THRESHOLD` and above it counts as supported.

    A passage may begin with a line "title > heading > heading"; it then belongs to each of its sentences.
    Markers and Markdown are ignored, links are compared by URL. Without a passage the score is 0. A
    sentence in a passage's own words scores 1; one without a content word, or with words about the answer
    alone, scores `NEUTRAL`. A number, name, URL or attribute that no passage has, and a denial or opposite
    of the passage, keep the score below the threshold.
    """
    given = tuple(passage for passage in passages if passage.strip())
    if not given:
        return 0.0
    text = read(sentence)
    figures = measure(text, evidence(given))
    if figures.verbatim and not figures.veto:
        return 1.0
    if not figures.words and not text.urls:
        return NEUTRAL
    bias, weights = _model()
    score = 1 / (1 + math.exp(-bias - sum(w * x for w, x in zip(weights, figures.vector(), strict=True))))
    return min(VETO, score) if figures.veto else score
