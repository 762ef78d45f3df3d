"""Labelled parts of sections: "the project", "its objective", "which books"."""

import re

from assistant.answer.draft import Draft, Line, Refusal
from assistant.answer.evidence import OWN, Evidence, Key
from assistant.answer.inquiry import Inquiry

# A labelled block answers "which project ...?" when its section is about as relevant as the best block's.
FACET_SLACK = 0.55
MOST_LABELLED = 10  # items of a list that nothing narrows
# Parts that a section either has under that label or does not have.
PART_FACETS = frozenset({"stretch goal", "bonus", "assessment", "project", "objective"})
_SECTION_NUMBER = re.compile(r"^(\d+\.\d+)")


def labelled(inquiry: Inquiry, best: Evidence) -> Key | None:
    """The labelled block that the question asks for ("the project", "its objective"), in the best section."""
    facets = inquiry.question.facets
    if not facets:
        return None
    found = [
        e
        for e in inquiry.ranked
        if inquiry.scout.facet(e.key) in facets and (inquiry.scope or e.score >= best.score - FACET_SLACK)
    ]
    if not found:
        return None
    ordered = sorted(
        found,
        key=lambda e: (
            facets.index(inquiry.scout.facet(e.key)) if inquiry.scope and not inquiry.question.terms else 0,
            -e.score,
        ),
    )
    top = ordered[0]
    container = _container(inquiry, top)
    return container or top.key


def alike(inquiry: Inquiry, part: Key) -> Draft | None:
    """All items under the label that hold the subject as well as the best one ("books by ...")."""
    if inquiry.outline(part[0]).children(part[1]) or not inquiry.terms:
        return None
    facet, best = inquiry.scout.facet(part), inquiry.scout.rate(part)
    found = [
        e
        for e in inquiry.ranked[:60]
        if inquiry.scout.facet(e.key) == facet
        and not inquiry.outline(e.source).children(e.block)
        and e.lexical >= best.lexical - 0.02
        and any(e.covered.get(t.word, 0.0) >= OWN for t in inquiry.terms)
    ]
    if not 1 < len(found) <= MOST_LABELLED:
        return None
    lines = []
    for e in found:
        section = inquiry.section_name(inquiry.section(e.key))
        text = f"{inquiry.shown(e.key).rstrip('.')} – {section}, {inquiry.source_title(e.source)}"
        lines.append(Line(text, (inquiry.span(e.key),), 1))
    return Draft(tuple(lines))


def _container(inquiry: Inquiry, evidence: Evidence) -> Key | None:
    """The labelled item above, when the question fits all that lies beneath it as well as this one."""
    outline = inquiry.outline(evidence.source)
    parent = outline.blocks[evidence.block].parent
    if parent < 0 or outline.blocks[parent].kind == "heading":
        return None
    above = inquiry.scout.rate((evidence.source, parent))
    return above.key if above.lexical >= evidence.lexical - 0.15 else None


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
    source = inquiry.scope[0][0]
    pattern = re.compile(rf"(?<![\d.]){re.escape(number[1])}(?![\d.]*\d)")
    outline = inquiry.outline(source)
    found = [
        (source, i)
        for i, block in enumerate(outline.blocks)
        if block.kind == "item"
        and inquiry.scout.facet((source, i)) == "book"
        and pattern.search(outline.text(i))
    ]
    if not found:
        return None
    spans = tuple(inquiry.span(k) for k in found)
    intro = Line(f"{inquiry.place(found[0])} names these for section {number[1]}:", spans[:1])
    return Draft((intro, *(Line(inquiry.words(k), (s,), 1) for k, s in zip(found, spans, strict=True))))


def all_labelled(inquiry: Inquiry) -> Draft | None:
    """Everything under a label ("which books ...?") when nothing narrows the question."""
    found: list[Line] = []
    for source in inquiry.sources:
        outline = inquiry.outline(source)
        for index, block in enumerate(outline.blocks):
            key = (source, index)
            if (
                block.kind != "item"
                or outline.children(index)
                or inquiry.scout.facet(key) not in inquiry.question.facets
            ):
                continue
            section = inquiry.section_name(inquiry.section(key))
            found.append(
                Line(
                    f"{inquiry.shown(key).rstrip('.')} – {section}, {inquiry.source_title(source)}",
                    (inquiry.span(key),),
                    1,
                )
            )
    if len(found) < 2:
        return None
    listed = found[:MOST_LABELLED]
    left_out = len(found) - len(listed)
    note = (
        (Line(f"{left_out} more stand in the roadmaps; name a topic or a roadmap to see them."),)
        if left_out
        else ()
    )
    return Draft((*listed, *note))
