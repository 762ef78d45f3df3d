"""Where to learn: the links themselves, those that stand with the subject."""

import re
from dataclasses import dataclass

from assistant.answer.draft import Draft, Line, Outcome, Span
from assistant.answer.evidence import Evidence
from assistant.answer.inquiry import Inquiry
from assistant.documents import Link
from assistant.keywords import stem, words
from assistant.query.lexicon import FACETS, LINK_FACETS, facet_of

MAX_LINKS = 8
_READ = re.compile(r"\bread(?:ing)?\b|\bbooks?\b", re.IGNORECASE)
# A link further from the best one than this belongs to another subject.
SLACK = 0.3


@dataclass(frozen=True, slots=True)
class _Candidate:
    link: Link
    evidence: Evidence
    score: float


def answer_links(inquiry: Inquiry) -> Outcome | None:
    """The links of the sections about the subject, those of the asked kind first; None without any."""
    candidates = _candidates(inquiry)
    if not candidates:
        return None
    books = _books(inquiry)
    wanted = [f for f in inquiry.question.facets if f in LINK_FACETS and f != "resource"]
    of_kind = [c for c in candidates if any(_is_kind(c.link, f) for f in wanted)]
    if of_kind and of_kind[0].score >= candidates[0].score - 2 * SLACK:
        candidates = of_kind
    best = candidates[0].score
    lines: list[Line] = []
    shown: set[str] = set()
    for c in candidates:
        if c.score < best - SLACK or len(lines) == MAX_LINKS:
            break
        if c.link.url in shown:
            continue
        shown.add(c.link.url)
        section = inquiry.section(c.evidence.key)
        text = f"[{c.link.text}]({c.link.url}) – {inquiry.section_name(section)}, {inquiry.source_title(section[0])}"
        lines.append(Line(text, (inquiry.span(c.evidence.key),), 1))
    lines += books
    if len(lines) == 1:
        return Draft((Line(lines[0].text + ".", lines[0].spans),))
    spans: tuple[Span, ...] = tuple(dict.fromkeys(s for line in lines for s in line.spans))
    return Draft((Line("The roadmaps link to these:", spans[:1]), *lines)) if lines else None


def _books(inquiry: Inquiry) -> list[Line]:
    """Books on the subject, which have no link, when something to read is asked for."""
    if not _READ.search(inquiry.question.standalone) or not inquiry.ranked:
        return []
    best = inquiry.ranked[0].score
    found = [
        e
        for e in inquiry.ranked[:60]
        if inquiry.scout.facet(e.key) == "book"
        and not inquiry.outline(e.source).children(e.block)
        and e.score >= best - 0.6
        and e.lexical >= 0.5
    ]
    return [
        Line(
            f"{inquiry.words(e.key)} – {inquiry.section_name(inquiry.section(e.key))}, {inquiry.source_title(e.source)}",
            (inquiry.span(e.key),),
            1,
        )
        for e in found[:3]
    ]


def _candidates(inquiry: Inquiry) -> list[_Candidate]:
    """Links and named books in scope with how well the block they stand in fits, best first."""
    found: list[_Candidate] = []
    tops = {key[0]: [k[1] for k in inquiry.scope if k[0] == key[0]] for key in inquiry.scope}
    needed = [t.word for t in inquiry.terms if t.specific and t.known]
    for link in inquiry.scout.index.links:
        if link.source not in inquiry.sources or (tops and link.source not in tops):
            continue
        outline = inquiry.outline(link.source)
        block = outline.at(link.start)
        if block < 0:
            continue
        if tops and not any(block == t or t in outline.ancestors(block) for t in tops[link.source]):
            continue
        evidence = inquiry.scout.rate((link.source, block))
        if not tops and (evidence.lexical < 0.4 and evidence.meaning < 0.45):
            continue
        if not tops and needed and not any(evidence.covered.get(w, 0.0) > 0.35 for w in needed):
            continue
        kind = 0.15 if any(_is_kind(link, f) for f in inquiry.question.facets) else 0.0
        found.append(_Candidate(link, evidence, evidence.lexical * 1.5 + evidence.meaning * 0.5 + kind))
    return sorted(found, key=lambda c: -c.score)


def _is_kind(link: Link, facet: str) -> bool:
    """Whether a link is a course, video ... by its label, its words or its host."""
    if facet_of(link.label) == facet:
        return True
    if facet == "video" and ("youtube.com" in link.url or "youtu.be" in link.url):
        return True
    if facet == "repository" and "github.com" in link.url:
        return True
    if facet not in FACETS:
        return False
    return bool({stem(w) for w in words(link.text)} & {stem(w) for w in FACETS[facet]})
