"""Roadmaps and notes in one answer: a note explains, a roadmap says where to learn it and when."""

from collections.abc import Iterable

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.facts import SENTENCE_WORDS
from assistant.answer.inquiry import Inquiry
from assistant.answer.notes.explain import Explanation
from assistant.answer.notes.places import best_places, blocks_of
from assistant.keywords import words
from assistant.query import Ask
from assistant.query.aspects import Aspect, about_roadmaps, shaped_for_roadmaps
from assistant.query.lexicon import FACETS
from assistant.query.wording import wording

MOST_ROADMAP_LINES = 2
# Share of the subject that a roadmap's own reason or fact must hold to go before the explanation.
OWN_WORDS = {Ask.REASON: 0.6, Ask.FACT: 0.8, Ask.YES_NO: 0.8}
# "what are the types of tests?" asks for a list, "tests explained" does not
_LISTABLE = frozenset({None, Aspect.DEFINITION, Aspect.HOW, Aspect.WHY, Aspect.WHEN})
_EXPLAIN = wording(r"\b(?:explain\w*|defin\w+|describe|mean(?:s|ing)?|what(?:'s| is)|how does)\b")
_LISTING = frozenset({Ask.LIST, Ask.COUNT, Ask.MENTIONS, Ask.PERSON})
CLOSER = 0.1  # cosine by which a note must be closer to the question to answer in a roadmap's stead
CLEARLY = 0.15  # of the subject that a note must hold more than a roadmap to answer in its stead


def blend(outcome: Outcome, explanation: Explanation | None, inquiry: Inquiry) -> Outcome:
    """The roadmaps' outcome, the note's explanation with a roadmap's place, or both."""
    if explanation is None or about_roadmaps(inquiry.question):
        return outcome
    if inquiry.question.missing or (
        shaped_for_roadmaps(inquiry.question) and not _only_in_name(explanation, inquiry)
    ):
        return outcome
    if isinstance(outcome, Refusal):
        return _explained(explanation, inquiry)
    if _is_order(explanation, inquiry) or not _note_first(explanation, inquiry, outcome):
        return outcome
    cited = tuple(line for line in outcome.lines if line.spans)
    bar = OWN_WORDS.get(inquiry.question.ask)
    # what a roadmap states itself goes first
    if bar and _says(inquiry, cited) and _share_held(inquiry, outcome) >= bar:
        return Draft((*cited, *explanation.lines))
    return _explained(explanation, inquiry, outcome)


def _is_order(explanation: Explanation, inquiry: Inquiry) -> bool:
    """Whether it is asked which of several topics comes first, rather than what one of them needs."""
    compared = explanation.aspects[:1] == (Aspect.COMPARISON,)
    return inquiry.question.ask is Ask.ORDER and not explanation.before and not compared


def _note_first(explanation: Explanation, inquiry: Inquiry, draft: Draft) -> bool:
    """Whether the note speaks to the question better than what the roadmaps say."""
    lead = explanation.aspects[0] if explanation.aspects else None
    if inquiry.question.ask is Ask.LIST and lead in _LISTABLE:
        return bool(_EXPLAIN.search(inquiry.question.standalone))
    if not explanation.aspects and any(line.depth for line in draft.lines):
        return False  # the roadmaps list what is asked for
    closer = explanation.meaning > _meaning(inquiry, draft) + CLOSER
    return bool(explanation.aspects) or closer or explanation.fit > _share_held(inquiry, draft) + CLEARLY


def _says(inquiry: Inquiry, lines: Iterable[Line]) -> bool:
    """Whether one of the cited blocks is a sentence rather than a name."""
    keys = inquiry.cited(lines)
    return any(len(inquiry.title(k).split()) >= SENTENCE_WORDS and not inquiry.is_heading(k) for k in keys)


def _only_in_name(explanation: Explanation, inquiry: Inquiry) -> bool:
    """Whether the label that seems to be asked for is part of a topic's name ("cross-site scripting")."""
    if inquiry.question.unit or inquiry.question.ask in _LISTING:
        return False
    asked = set(words(inquiry.question.standalone))
    heard = {word for facet in inquiry.question.facets for word in FACETS[facet] & asked}
    return bool(heard) and heard <= set(words(" ".join(explanation.names)))


def _share_held(inquiry: Inquiry, draft: Draft) -> float:
    """Share of the subject that the draft's best block holds, weighted by rarity."""
    return max((inquiry.scout.rate(key).lexical for key in inquiry.cited(draft.lines)), default=0.0)


def _meaning(inquiry: Inquiry, draft: Draft) -> float:
    """Cosine of the question and the closest block that the draft cites."""
    return max((inquiry.scout.meaning.get(key, 0.0) for key in inquiry.cited(draft.lines)), default=0.0)


def _explained(explanation: Explanation, inquiry: Inquiry, draft: Draft | None = None) -> Draft:
    """The note's lines, then where the roadmaps name the topic: as the draft says it, if it does."""
    topic = explanation.note.topic
    outlines = inquiry.scout.index.outlines
    named = set(blocks_of(topic, outlines, inquiry.sources))
    told: list[Line] = []
    for line in _statements(explanation, inquiry, draft):
        keys = inquiry.cited([line])
        around = {(s, i) for s, b in keys for i in (b, *inquiry.outline(s).ancestors(b))}
        if keys and around & (named | {inquiry.section(key) for key in named}):
            told.append(line)
    places = best_places(topic, " ".join(explanation.names) or topic.title, outlines, inquiry.sources)
    lines = told[:MOST_ROADMAP_LINES] or [_place_line(inquiry, key) for key in places]
    return Draft((*explanation.lines, *lines), settled=True)


def _statements(explanation: Explanation, inquiry: Inquiry, draft: Draft | None) -> list[Line]:
    """The draft's lines that may stand beside an explanation: no lists, and no places for their own sake."""
    if draft is None or Aspect.PREREQUISITES in explanation.aspects or inquiry.question.ask is Ask.PLACE:
        return []
    return [line for line in draft.lines if not line.depth and not line.text.endswith(":")]


def _place_line(inquiry: Inquiry, key: tuple[str, int]) -> Line:
    return inquiry.summary(key)[0] if inquiry.is_heading(key) else inquiry.statement(key)
