"""Roadmaps and notes in one answer: a note explains, a roadmap says where to learn it and when."""

from collections.abc import Iterable
from dataclasses import replace

from assistant.answer.draft import Draft, Line, Outcome
from assistant.answer.facts import SENTENCE_WORDS
from assistant.answer.inquiry import Inquiry
from assistant.answer.notes.decision import notes_answer
from assistant.answer.notes.explain import Explanation
from assistant.answer.notes.places import best_places, blocks_of
from assistant.query import Ask
from assistant.query.aspects import Aspect, about_roadmaps

LIKELY = 0.5  # from which the notes answer in the roadmaps' stead
# The same where the roadmaps refuse: a wrong answer is worse than none. Set with a look at the refusals of
# `roadmaps.jsonl`, `exam.jsonl` and `refusals.jsonl`.
SURE = 0.65
MOST_ROADMAP_LINES = 2
# Share of the subject that a roadmap's own reason or fact must hold to go before the explanation.
OWN_WORDS = {Ask.REASON: 0.6, Ask.FACT: 0.8, Ask.YES_NO: 0.8}


def blend(outcome: Outcome, explanation: Explanation | None, inquiry: Inquiry) -> Outcome:
    """The roadmaps' outcome, the note's explanation with a roadmap's place, or both."""
    if explanation is None:
        return outcome
    # an exercise or a list of mistakes is no roadmap's to give
    asked_whole = explanation.whole and not about_roadmaps(inquiry.question)
    # "what is cross site scripting": a topic by its name, and nothing of the question is left untold
    plain = explanation.named and not explanation.missing
    bar = LIKELY if plain or isinstance(outcome, Draft) else SURE
    if not asked_whole and notes_answer(explanation, outcome, inquiry) < bar:
        return outcome
    if isinstance(outcome, Draft):
        cited = tuple(line for line in outcome.lines if line.spans)
        own = OWN_WORDS.get(inquiry.question.ask)
        # what a roadmap states itself goes first
        stated = tuple(line for line in cited if _says(inquiry, [line]))
        if own and stated and _share_held(inquiry, outcome) >= own:
            return Draft((*stated, *explanation.lines))
    return explained(explanation, inquiry, outcome)


def explained(explanation: Explanation, inquiry: Inquiry, outcome: Outcome) -> Draft:
    """The note's lines, then where the roadmaps name the topic: as their draft says it, if it does."""
    topic = explanation.note.topic
    outlines = inquiry.scout.index.outlines
    named = set(blocks_of(topic, outlines, inquiry.sources))
    told: list[Line] = []
    for line in _statements(explanation, inquiry, outcome):
        keys = inquiry.cited([line])
        around = {(s, i) for s, b in keys for i in (b, *inquiry.outline(s).ancestors(b))}
        if keys and around & (named | {inquiry.section(key) for key in named}):
            told.append(line)
    places = best_places(topic, " ".join(explanation.names) or topic.title, outlines, inquiry.sources)
    lines = told[:MOST_ROADMAP_LINES] or [_place_line(inquiry, key) for key in places]
    closing = (replace(line, closing=True) for line in lines)
    return Draft((*explanation.lines, *closing), settled=True)


def _says(inquiry: Inquiry, lines: Iterable[Line]) -> bool:
    """Whether one of the cited blocks is a sentence rather than a name."""
    keys = inquiry.cited(lines)
    return any(len(inquiry.title(k).split()) >= SENTENCE_WORDS and not inquiry.is_heading(k) for k in keys)


def _share_held(inquiry: Inquiry, draft: Draft) -> float:
    """Share of the subject that the draft's best block holds, weighted by rarity."""
    return max((inquiry.scout.rate(key).lexical for key in inquiry.cited(draft.lines)), default=0.0)


def _statements(explanation: Explanation, inquiry: Inquiry, outcome: Outcome) -> list[Line]:
    """The draft's lines that may stand beside an explanation: no lists, and no places for their own sake."""
    if not isinstance(outcome, Draft) or inquiry.question.ask is Ask.PLACE:
        return []
    if Aspect.PREREQUISITES in explanation.aspects:
        return []
    return [line for line in outcome.lines if not line.depth and not line.text.endswith(":")]


def _place_line(inquiry: Inquiry, key: tuple[str, int]) -> Line:
    return inquiry.summary(key)[0] if inquiry.is_heading(key) else inquiry.statement(key)
