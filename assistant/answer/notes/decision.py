"""Who answers, the notes or the roadmaps? A logistic model over what is known of both before either is shown.

The weights are fitted by `evals/benchmarks/note_decision.py` on cases that one of the two answers rightly.
"""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from assistant.answer.draft import Draft, Outcome
from assistant.answer.facts import SENTENCE_WORDS
from assistant.answer.inquiry import Inquiry
from assistant.answer.notes.explain import Explanation
from assistant.query.aspects import about_roadmaps, shaped_for_roadmaps

Weights = Mapping[str, float]  # by figure, and "bias"


def notes_answer(
    explanation: Explanation, outcome: Outcome, inquiry: Inquiry, weights: Weights | None = None
) -> float:
    """How likely it is that the explanation answers and the roadmaps' outcome does not, 0..1."""
    model = shipped_weights() if weights is None else weights
    known = figures(explanation, outcome, inquiry)
    score = model["bias"] + sum(model.get(name, 0.0) * value for name, value in known.items())
    return 1 / (1 + math.exp(-score))


def figures(explanation: Explanation, outcome: Outcome, inquiry: Inquiry) -> dict[str, float]:
    """What the model looks at, by name."""
    question = inquiry.question
    cited = inquiry.cited(outcome.lines) if isinstance(outcome, Draft) else []
    sentences = [k for k in cited if not inquiry.is_heading(k)]
    known: dict[str, float] = {
        "score of the best block": explanation.score,
        "meaning of the notes": explanation.meaning,
        "closest learner question": explanation.closest,
        "notes among the best blocks": explanation.spread,
        "topic is named": explanation.named,
        "heaviest word not told": explanation.missing,
        "words unknown to the notes": explanation.unknown,
        "roadmaps answer": isinstance(outcome, Draft),
        "meaning of the roadmaps": max((inquiry.scout.meaning.get(key, 0.0) for key in cited), default=0.0),
        "subject held by the roadmaps": max((inquiry.scout.rate(key).lexical for key in cited), default=0.0),
        "a roadmap says it": any(len(inquiry.title(k).split()) >= SENTENCE_WORDS for k in sentences),
        "a roadmap lists it": isinstance(outcome, Draft) and any(line.depth for line in outcome.lines),
        "asks what roadmaps say": about_roadmaps(question),
        "names a roadmap": bool(question.sources),
        "names a place": bool(question.places),
        "asks for a unit": bool(question.unit),
        "shaped for roadmaps": shaped_for_roadmaps(question),
        "goes on from before": bool(question.carried),
        f"asks for {question.ask.value}": True,
    }
    known.update({f"side: {aspect.value}": True for aspect in explanation.aspects})
    known.update({f"label: {facet}": True for facet in question.facets})
    return {name: float(value) for name, value in known.items()}


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """The weights that come with the package."""
    found: Weights = json.loads((files("assistant.answer.notes") / "decision.json").read_text("utf-8"))
    return found
