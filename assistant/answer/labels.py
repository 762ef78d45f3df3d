"""Labelled parts of sections: "the project", "its objective", "which books"."""

import re

from assistant.answer.draft import Draft, Line, Refusal
from assistant.answer.evidence import Evidence, Key, stems_of
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
        if inquiry.facet(e.key) in facets
        and (inquiry.scope or e.score >= best.score - FACET_SLACK or _is_its_own(inquiry, best, e))
    ]
    if not found:
        return None
    if facets == ("tool",) and _names_it_better(inquiry, best, found[0]):
        return None
    if inquiry.scope and not inquiry.question.terms:  # the label that was asked for first
        found.sort(key=lambda e: facets.index(inquiry.facet(e.key)))
    return _container(inquiry, found[0]) or found[0].key


def _names_it_better(inquiry: Inquiry, best: Evidence, tools: Evidence) -> bool:
    """Whether a line of the same section speaks of the subject more than the one labelled "Tools"."""
    if _is_its_own(inquiry, best, tools) or inquiry.is_heading(best.key):
        return False
    near = best.source == tools.source and inquiry.section(best.key) == inquiry.section(tools.key)
    better = best.lexical > tools.lexical + CONTAINER_SLACK or inquiry.scout.label_asked(best.key)
    return near and better


def _is_its_own(inquiry: Inquiry, best: Evidence, part: Evidence) -> bool:
    """Whether a part stands in the best block's section under just the label asked for ("Tools")."""
    label = stems_of(inquiry.block(part.key).label)
    if not label or inquiry.section(best.key) != inquiry.section(part.key):
        return False
    return label <= stems_of(inquiry.question.standalone)


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
    if not inquiry.scope:
        return None
    place = inquiry.place(inquiry.scope[0])
    for facet in inquiry.question.facets:
        if facet in PART_FACETS:
            return Refusal(f"{place} has no {facet}.", facet)
        if facet == "book" and not any("book" in _all_of(inquiry, key) for key in inquiry.scope):
            return Refusal(f"{place} names no book.", facet)
    return None


def _all_of(inquiry: Inquiry, key: Key) -> str:
    """A section with everything beneath it, in lower case."""
    return inquiry.outline(key[0]).full_text(key[1]).lower()


def referring(inquiry: Inquiry) -> Draft | None:
    """Books whose entry names a section in question by its number ("sections 1.8, 2.1").

    Where several roadmaps have a section of the number, the books in the others' sections come first.
    """
    if "book" not in inquiry.question.facets:
        return None
    own: list[Line] = []
    referred: list[Line] = []
    for source, section in inquiry.scope:
        number = _SECTION_NUMBER.match(inquiry.title((source, section)))
        if not number:
            continue
        beneath = set(inquiry.outline(source).descendants(section))
        books = _items_under(inquiry, source, ("book",))
        own += (_listed(inquiry, k) for k in books if k[1] in beneath and not inquiry.children(k))
        pattern = re.compile(rf"(?<![\d.]){re.escape(number[1])}(?![\d.]*\d)")
        if found := [key for key in books if pattern.search(inquiry.text(key))]:
            listed = [Line(inquiry.words(key), (inquiry.span(key),), 1) for key in found]
            intro = f"{inquiry.place(found[0])} names these for section {number[1]}:"
            referred += (Line(intro, listed[0].spans), *listed)
    return Draft((*own, *referred)) if referred else None


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
