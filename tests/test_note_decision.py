"""Who answers, notes or roadmaps: the figures that are looked at, and what the weights make of them."""

import pytest

from assistant.answer.compose import of_roadmaps
from assistant.answer.notes.decision import figures, notes_answer, shipped_weights
from assistant.answer.notes.explain import explain
from assistant.bootstrap import Assistant


def judged(assistant: Assistant, question: str) -> tuple[dict[str, float], float]:
    request, _ = assistant.prepare(question, (), ())
    outcome, inquiry = of_roadmaps(request)
    explanation = explain(request.shelf, request.question, request.vector, request.sources)
    assert explanation is not None
    return figures(explanation, outcome, inquiry), notes_answer(explanation, outcome, inquiry)


def test_the_figures_tell_what_is_asked_and_what_both_sides_have(shipped_assistant: Assistant) -> None:
    known, _ = judged(
        shipped_assistant, "Why do I need Docker, and which week of the six-month plan covers it?"
    )
    assert known["names a roadmap"] == known["asks what roadmaps say"] == known["asks for a unit"] == 1
    assert known["side: why"] == known["topic is named"] == 1
    plain, _ = judged(shipped_assistant, "what is a canary release?")
    assert plain["names a roadmap"] == plain["asks what roadmaps say"] == 0
    assert plain["side: definition"] == 1 and plain["meaning of the notes"] > 0.5


@pytest.mark.parametrize(
    ("question", "notes"),
    [
        ("what is a canary release?", True),
        ("How does federated learning train a model if the data never leaves the phones?", True),
        ("which week covers canary releases?", False),
        ("List the senior roadmap's deployment strategies", False),
        ("why did the roman empire fall", False),
        ("best exercises for lower back pain", False),
    ],
)
def test_notes_explain_and_roadmaps_list(shipped_assistant: Assistant, question: str, notes: bool) -> None:
    assert (judged(shipped_assistant, question)[1] >= 0.5) is notes


def test_a_figure_without_a_weight_counts_nothing(shipped_assistant: Assistant) -> None:
    request, _ = shipped_assistant.prepare("what is a canary release?", (), ())
    outcome, inquiry = of_roadmaps(request)
    explanation = explain(request.shelf, request.question, request.vector, request.sources)
    assert explanation is not None
    assert notes_answer(explanation, outcome, inquiry, {"bias": 0.0}) == 0.5
    assert notes_answer(explanation, outcome, inquiry, {"bias": -30.0}) < 1e-6
    assert "bias" in shipped_weights()
