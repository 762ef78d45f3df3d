"""Where to learn: the links themselves, those that stand with the subject."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answer.draft import Draft, Line, Outcome
from assistant.answer.evidence import BESIDE, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.documents import Link
from assistant.keywords import stem, words
from assistant.query.lexicon import FACETS, LINK_FACETS, facet_of

MAX_LINKS = 8
MOST_BOOKS = 3
# A link further from the best one than this belongs to another subject.
FAR_BETTER = 0.3  # share of the subject
SLACK = 0.3
# Where no place is named, a link's block must hold this much of the subject, or mean it.
ENOUGH_WORDS, ENOUGH_MEANING = 0.4, 0.45
BOOK_SLACK, BOOK_WORDS = 0.6, 0.5
BOOKS_AMONG = 60  # of the ranked blocks
_WORDS_WEIGHT, _MEANING_WEIGHT, _KIND_BONUS = 1.5, 0.5, 0.15
_READ = re.compile(r"\bread(?:ing)?\b|\bbooks?\b", re.IGNORECASE)
_HOSTS = {"video": ("youtube.com", "youtu.be"), "repository": ("github.com",)}


@dataclass(frozen=True, slots=True)
class _Candidate:
    link: Link
    key: Key  # the block it stands in
    score: float


def answer_links(inquiry: Inquiry) -> Outcome | None:
    """The links of the sections about the subject, those of the asked kind first; None without any."""
    candidates = sorted(_candidates(inquiry), key=lambda c: -c.score)
    if not candidates or _said_elsewhere(inquiry, candidates[0]):
        return None
    lines = [_line(inquiry, c) for c in _shown(_of_kind(inquiry, candidates))]
    lines += _books(inquiry)
    if len(lines) == 1:
        return Draft((Line(f"{lines[0].text}.", lines[0].spans),))
    return Draft((Line("The roadmaps link to these:", lines[0].spans), *lines))


def _said_elsewhere(inquiry: Inquiry, best: _Candidate) -> bool:
    """Whether a line without a link speaks of the subject far better, and no link was asked for by name."""
    if inquiry.question.facets or not inquiry.best:
        return False
    return inquiry.best.lexical - inquiry.scout.rate(best.key).lexical > FAR_BETTER


def _candidates(inquiry: Inquiry) -> Iterator[_Candidate]:
    """Links in scope with how well the block they stand in fits."""
    for link in inquiry.scout.index.links:
        if link.source not in inquiry.sources:
            continue
        key = (link.source, inquiry.outline(link.source).at(link.start))
        if key[1] < 0 or not _in_scope(inquiry, key):
            continue
        evidence = inquiry.scout.rate(key)
        if inquiry.scope or _is_about(inquiry, evidence):
            kind = _KIND_BONUS if any(_is_kind(link, f) for f in inquiry.question.facets) else 0.0
            fit = evidence.lexical * _WORDS_WEIGHT + evidence.meaning * _MEANING_WEIGHT
            yield _Candidate(link, key, fit + kind)


def _in_scope(inquiry: Inquiry, key: Key) -> bool:
    """Whether a block lies in a section that the question names; any does where it names none."""
    if not inquiry.scope:
        return True
    chain = (key[1], *inquiry.outline(key[0]).ancestors(key[1]))
    return any((key[0], number) in inquiry.scope for number in chain)


def _is_about(inquiry: Inquiry, evidence: Evidence) -> bool:
    """Whether a block holds or means the subject, and one of its names where it has some."""
    if evidence.lexical < ENOUGH_WORDS and evidence.meaning < ENOUGH_MEANING:
        return False
    names = [t.word for t in inquiry.terms if t.specific and t.known]
    return not names or any(evidence.covered.get(name, 0.0) > BESIDE for name in names)


def _of_kind(inquiry: Inquiry, candidates: list[_Candidate]) -> list[_Candidate]:
    """Only the links of the kind asked for ("videos"), where some fit about as well as the best."""
    wanted = [f for f in inquiry.question.facets if f in LINK_FACETS and f != "resource"]
    of_kind = [c for c in candidates if any(_is_kind(c.link, f) for f in wanted)]
    return of_kind if of_kind and of_kind[0].score >= candidates[0].score - 2 * SLACK else candidates


def _shown(candidates: list[_Candidate]) -> list[_Candidate]:
    """The best links, each address once."""
    found: dict[str, _Candidate] = {}
    for c in candidates:
        if c.score >= candidates[0].score - SLACK:
            found.setdefault(c.link.url, c)
    return list(found.values())[:MAX_LINKS]


def _line(inquiry: Inquiry, c: _Candidate) -> Line:
    text = f"[{c.link.text}]({c.link.url}) – {inquiry.whereabouts(c.key)}"
    return Line(text, (inquiry.span(c.key),), 1)


def _books(inquiry: Inquiry) -> list[Line]:
    """Books on the subject, which have no link, when something to read is asked for."""
    if not _READ.search(inquiry.question.standalone) or inquiry.best is None:
        return []
    bar = inquiry.best.score - BOOK_SLACK
    found = [
        e.key
        for e in inquiry.ranked[:BOOKS_AMONG]
        if inquiry.facet(e.key) == "book"
        and not inquiry.children(e.key)
        and e.score >= bar
        and e.lexical >= BOOK_WORDS
    ]
    return [
        Line(f"{inquiry.words(key)} – {inquiry.whereabouts(key)}", (inquiry.span(key),), 1)
        for key in found[:MOST_BOOKS]
    ]


def _is_kind(link: Link, facet: str) -> bool:
    """Whether a link is a course, video ... by its label, its host or its words."""
    if facet_of(link.label) == facet or any(host in link.url for host in _HOSTS.get(facet, ())):
        return True
    return bool({stem(w) for w in words(link.text)} & {stem(w) for w in FACETS.get(facet, ())})
