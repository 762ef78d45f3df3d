"""Roadmaps and notes in one answer: a note explains, a roadmap says where to learn it and when."""

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.inquiry import Inquiry
from assistant.answer.notes.explain import Explanation
from assistant.answer.notes.places import best_places, blocks_of
from assistant.query import Ask
from assistant.query.aspects import Aspect, aspects_of
from assistant.query.lexicon import LINK_FACETS
from assistant.query.wording import wording

MOST_ROADMAP_LINES = 2
# What the roadmaps answer themselves: places, numbers, people, links and what they list.
_ROADMAP_ASKS = frozenset({Ask.COUNT, Ask.PLACE, Ask.MENTIONS, Ask.PERSON, Ask.LINKS})
_ROADMAP_FACETS = LINK_FACETS | {"project", "task", "tool", "stretch goal", "bonus"}
_ABOUT_ROADMAPS = wording(
    r"\b(?:roadmaps?|plans?|weeks?|months?|phases?|sections?|chapters?|documents?|sources?|sequence)\b",
    r"\b(?:listed|lists?|mention\w*|recommend\w*|suggest\w*)\b",
    r"\bcomes? (?:right |directly )?(?:before|after|first|next|last)\b",
    r"\b(?:learn|study|do|go|tackle|cover)\w*\b[^.?!]{0,30}\b(?:between|after|next|then)\b",
)
# Asked of a topic these are answered by its note even where a roadmap has words of the question.
_OF_NOTES = frozenset(
    {
        Aspect.COMPARISON,
        Aspect.MISTAKES,
        Aspect.EFFORT,
        Aspect.PREREQUISITES,
        Aspect.EXAMPLE,
        Aspect.PRACTICE,
        Aspect.DEFINITION,
        Aspect.WHEN,
        Aspect.WHY,
        Aspect.HOW,
    }
)
CLEARLY = 0.15  # of the subject that a note must hold more than a roadmap to answer in its stead


def blend(outcome: Outcome, explanation: Explanation | None, inquiry: Inquiry) -> Outcome:
    """The roadmaps' outcome, the note's explanation with a roadmap's place, or both."""
    if explanation is None or _about_roadmaps(inquiry):
        return outcome
    if isinstance(outcome, Refusal):
        question = inquiry.question
        return outcome if question.missing else _explained(explanation, inquiry)
    if _is_order(inquiry) or not _note_first(explanation, inquiry, outcome):
        return outcome
    if inquiry.question.ask is Ask.REASON:  # a roadmap's own reason goes first
        return Draft((*outcome.lines, *explanation.lines))
    return _explained(explanation, inquiry, outcome)


def _about_roadmaps(inquiry: Inquiry) -> bool:
    """Whether the question is about a roadmap as such: one that is named, a place in it, what it lists."""
    question = inquiry.question
    if question.sources or question.places or question.unit:
        return True
    if question.ask in _ROADMAP_ASKS and not (question.ask is Ask.PLACE and Aspect.WHEN in _aspects(inquiry)):
        return True
    if set(question.facets) & _ROADMAP_FACETS:
        return True
    return bool(_ABOUT_ROADMAPS.search(question.standalone))


def _is_order(inquiry: Inquiry) -> bool:
    return inquiry.question.ask is Ask.ORDER and Aspect.PREREQUISITES not in _aspects(inquiry)


def _aspects(inquiry: Inquiry) -> tuple[Aspect, ...]:
    return aspects_of(inquiry.question.standalone)


def _note_first(explanation: Explanation, inquiry: Inquiry, draft: Draft) -> bool:
    """Whether the note speaks to the question better than what the roadmaps say."""
    if inquiry.question.ask is Ask.LIST and Aspect.MISTAKES not in explanation.aspects:
        return False
    if _OF_NOTES & set(explanation.aspects):
        return True
    return explanation.fit > _share_held(inquiry, draft) + CLEARLY


def _share_held(inquiry: Inquiry, draft: Draft) -> float:
    """Share of the subject that the draft's blocks hold, weighted by rarity."""
    spans = [span for line in draft.lines for span in line.spans]
    keys = {(span.source, inquiry.outline(span.source).at(span.start)) for span in spans}
    return max((inquiry.scout.rate(key).lexical for key in keys), default=0.0)


def _explained(explanation: Explanation, inquiry: Inquiry, draft: Draft | None = None) -> Draft:
    """The note's lines, then where the roadmaps name the topic: as the draft says it, if it does."""
    topic = explanation.note.topic
    outlines = inquiry.scout.index.outlines
    named = set(blocks_of(topic, outlines, inquiry.sources))
    told: list[Line] = []
    for line in _statements(explanation, inquiry, draft):
        keys = {(s.source, inquiry.outline(s.source).at(s.start)) for s in line.spans}
        around = {(s, i) for s, b in keys for i in (b, *inquiry.outline(s).ancestors(b))}
        if keys and around & (named | {inquiry.section(key) for key in named}):
            told.append(line)
    places = best_places(topic, explanation.named, outlines, inquiry.sources)
    lines = told[:MOST_ROADMAP_LINES] or [_place_line(inquiry, key) for key in places]
    return Draft((*explanation.lines, *lines), settled=True)


def _statements(explanation: Explanation, inquiry: Inquiry, draft: Draft | None) -> list[Line]:
    """The draft's lines that may stand beside an explanation: no lists, and no places for their own sake."""
    if draft is None or Aspect.PREREQUISITES in explanation.aspects or inquiry.question.ask is Ask.PLACE:
        return []
    return [line for line in draft.lines if not line.depth and not line.text.endswith(":")]


def _place_line(inquiry: Inquiry, key: tuple[str, int]) -> Line:
    return inquiry.summary(key)[0] if inquiry.is_heading(key) else inquiry.statement(key)
