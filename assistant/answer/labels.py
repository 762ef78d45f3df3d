"""Labelled parts of sections: "the project", "its objective", "which books"."""

import re

from assistant.answer.draft import Draft, Line, Refusal
from assistant.answer.evidence import Evidence, Key
from assistant.answer.inquiry import Inquiry

# A labelled block answers "which project ...?" when its section is about as relevant as the best block's.
FACET_SLACK = 0.55
MOST_LABELLED = 10  # items of a list that nothing narrows
LOOKED_AT = 60  # of the ranked blocks
ALIKE_SLACK = 0.02  # of its words, what an item may lack beside the best one
CONTAINER_SLACK = 0.15  # of its words, what the item above may lack
# Parts that a section either has under that label or does not have.
PART_FACETS = frozenset({"stretch goal", "bonus", "assessment", "project", "objective"})
_SECTION_NUMBER = re.compile(r"^(\d+\.\d+)")


def labelled(inquiry: Inquiry, best: Evidence) -> Key | None:
    """The labelled block that the question asks for ("the project", "its objective"), in the best section."""
    facets = inquiry.question.facets
    found = [
        e
        for e in inquiry.ranked
        if inquiry.facet(e.key) in facets and (inquiry.scope or e.score >= best.score - FACET_SLACK)
    ]
    if not found:
        return None
    if inquiry.scope and not inquiry.question.terms:  # the label that was asked for first
        found.sort(key=lambda e: facets.index(inquiry.facet(e.key)))
    return _container(inquiry, found[0]) or found[0].key


def alike(inquiry: Inquiry, part: Key) -> Draft | None:
    """All items under the label that hold the subject as well as the best one ("books by ...")."""
    if inquiry.children(part) or not inquiry.terms:
        return None
    facet, best = inquiry.facet(part), inquiry.scout.rate(part)
    found = [
        e.key
        for e in inquiry.ranked[:LOOKED_AT]
        if inquiry.facet(e.key) == facet
        and not inquiry.children(e.key)
        and e.lexical >= best.lexical - ALIKE_SLACK
        and any(e.holds(t.word) for t in inquiry.terms)
    ]
    if not 1 < len(found) <= MOST_LABELLED:
        return None
    return Draft(tuple(_listed(inquiry, key) for key in found))


def absent_label(inquiry: Inquiry) -> Refusal | None:
    """A section has no such part ("stretch goal of week 12"), though others of its roadmap do."""
    for facet in inquiry.question.facets:
        if facet in PART_FACETS and inquiry.scope:
            return Refusal(f"{inquiry.place(inquiry.scope[0])} has no {facet}.", facet)
    return None


def referring(inquiry: Inquiry) -> Draft | None:
    """Books whose entry names the section by its number ("sections 1.8, 2.1")."""
    if "book" not in inquiry.question.facets or not inquiry.scope:
        return None
    number = _SECTION_NUMBER.match(inquiry.title(inquiry.scope[0]))
    if not number:
        return None
    pattern = re.compile(rf"(?<![\d.]){re.escape(number[1])}(?![\d.]*\d)")
    found = [
        key
        for key in _items_under(inquiry, inquiry.scope[0][0], ("book",))
        if pattern.search(inquiry.text(key))
    ]
    if not found:
        return None
    intro = f"{inquiry.place(found[0])} names these for section {number[1]}:"
    lines = [Line(inquiry.words(key), (inquiry.span(key),), 1) for key in found]
    return Draft((Line(intro, lines[0].spans), *lines))


def all_labelled(inquiry: Inquiry) -> Draft | None:
    """Everything under a label ("which books ...?") when nothing narrows the question."""
    found = [
        key
        for source in inquiry.sources
        for key in _items_under(inquiry, source, inquiry.question.facets)
        if not inquiry.children(key)
    ]
    if len(found) < 2:
        return None
    lines = [_listed(inquiry, key) for key in found[:MOST_LABELLED]]
    if left_out := len(found) - len(lines):
        lines.append(Line(f"{left_out} more stand in the roadmaps; name a topic or a roadmap to see them."))
    return Draft(tuple(lines))


def _items_under(inquiry: Inquiry, source: str, facets: tuple[str, ...]) -> list[Key]:
    """All items of a source that stand under one of these labels, in reading order."""
    items = ((source, i) for i, block in enumerate(inquiry.outline(source).blocks) if block.kind == "item")
    return [key for key in items if inquiry.facet(key) in facets]


def _listed(inquiry: Inquiry, key: Key) -> Line:
    """An item of a list across sections, with where it stands."""
    return Line(f"{inquiry.shown(key).rstrip('.')} – {inquiry.whereabouts(key)}", (inquiry.span(key),), 1)


def _container(inquiry: Inquiry, evidence: Evidence) -> Key | None:
    """The labelled item above, when the question fits all that lies beneath it as well as this one."""
    parent = inquiry.block(evidence.key).parent
    if parent < 0 or inquiry.is_heading((evidence.source, parent)):
        return None
    above = inquiry.scout.rate((evidence.source, parent))
    return above.key if above.lexical >= evidence.lexical - CONTAINER_SLACK else None
