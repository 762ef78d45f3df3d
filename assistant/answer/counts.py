"""How many: sections of a unit, items beneath a block, roadmaps; every count names what was counted."""

import re

from assistant.answer.draft import Draft, Line, Outcome, Span
from assistant.answer.evidence import Key
from assistant.answer.inquiry import Inquiry
from assistant.answer.surveys import answer_mentions, roadmaps
from assistant.keywords import STOPWORDS, stem, words
from assistant.query.lexicon import FACETS, GENERIC_UNITS, LINK_FACETS, NUMBER_WORDS, SCAFFOLD, unit_of
from assistant.query.places import members

_COUNTED = re.compile(r"\b(?:how many|number of|count of)\s+((?:[\w/-]+\s*){1,4})", re.IGNORECASE)
_ROADMAPS = frozenset(["roadmap", "roadmaps", "documents", "sources", "plans", "guides"])
_SHOWN = 12  # items named under a count


def answer_count(inquiry: Inquiry) -> Outcome | None:
    """A number and what it is the number of; None when the question counts nothing of ours."""
    match = _COUNTED.search(inquiry.question.standalone)
    counted = words(match[1]) if match else []
    head = counted[:4]
    if any(w in _ROADMAPS for w in head[:3]) and not any(map(unit_of, head)):
        return _count_roadmaps(inquiry)
    unit = next(filter(None, map(unit_of, head)), "") or next(
        filter(None, map(unit_of, words(inquiry.question.standalone))) if not head else iter(()), ""
    )
    if not match and re.search(r"\bhow long\b", inquiry.question.standalone, re.IGNORECASE):
        asked = re.search(r"\bin (\w+)\W*$", inquiry.question.standalone)
        unit = (unit_of(asked[1].lower()) if asked else "") or "week"
    if not unit and all(
        w in SCAFFOLD or w in STOPWORDS for w in head
    ):  # "how many are there in the advanced one?"
        unit = inquiry.question.unit
    if unit:
        found = _count_units(inquiry, unit)
        if found:
            return found
    return _count_items(inquiry, head)


def answer_units(inquiry: Inquiry) -> Outcome | None:
    """The weeks of a month or the steps of a phase, when just those are asked for."""
    question = inquiry.question
    if (
        not question.unit
        or question.offset
        or any(t.known for t in question.terms)
        or set(question.facets) - {"topic"}
        or not (inquiry.scope or question.sources)
    ):
        return None
    if any(place.unit == question.unit for place in question.places):
        return None
    return _count_units(inquiry, question.unit)


def _count_roadmaps(inquiry: Inquiry) -> Outcome | None:
    if inquiry.terms:
        return answer_mentions(inquiry)
    found = roadmaps(inquiry)
    lines = [Line(f"**{inquiry.source_title(s)}**", (inquiry.span((s, 0)),), 1) for s in found]
    intro = Line(
        f"There are {len(found)} roadmaps:",
        tuple(line.spans[0] for line in lines),
        counted=f"{len(found)} roadmaps",
    )
    return Draft((intro, *lines))


def _count_units(inquiry: Inquiry, unit: str) -> Outcome | None:
    """Weeks, months, phases, steps, sections of the roadmap or place in question."""
    drafts: list[tuple[Line, ...]] = []
    tops: list[Key] = list(inquiry.scope) or [(s, -1) for s in inquiry.sources]
    for source, top in tops:
        outline = inquiry.outline(source)
        inside = set(outline.descendants(top)) if top >= 0 else set(range(len(outline.blocks)))
        found = [i for i, _ in members(outline, unit) if i in inside]
        if top < 0 and unit in GENERIC_UNITS and found and not inquiry.question.sources:
            continue  # every roadmap has sections: which one is meant must be said
        if unit == "section" and found:
            outermost = min(outline.blocks[i].level for i in found)
            found = [i for i in found if outline.blocks[i].level == outermost]
        if found:
            drafts.append(_counted(inquiry, (source, top), [(source, i) for i in found], unit))
    return Draft(drafts[0]) if drafts else None


def _counted(inquiry: Inquiry, owner: Key, found: list[Key], noun: str) -> tuple[Line, ...]:
    name = inquiry.place(owner) if owner[1] >= 0 else f"**{inquiry.source_title(owner[0])}**"
    many = noun if len(found) == 1 else f"{noun}s"
    if len(found) > _SHOWN:
        ends = found[0], found[-1]
        text = f"{name} has {len(found)} {many}, from {inquiry.title(ends[0])} to {inquiry.title(ends[1])}."
        spans = (*_stated(inquiry, owner, len(found), noun), *(inquiry.span(k) for k in ends))
        return (Line(text, spans, counted=f"{len(found)} {many}"),)
    spans = tuple(inquiry.span(k) for k in found)
    stated = _stated(inquiry, owner, len(found), noun)
    intro = Line(
        f"{name} has {len(found)} {many}:",
        stated or ((inquiry.span(owner),) if owner[1] >= 0 else spans),
        counted=f"{len(found)} {many}",
    )
    return intro, *(Line(inquiry.title(k), (span,), 1) for k, span in zip(found, spans, strict=True))


def _count_labelled(inquiry: Inquiry, noun: str) -> Outcome | None:
    """Everything under a label in the roadmaps in question, counted section by section."""
    lines: list[Line] = []
    total = 0
    for source in inquiry.sources:
        outline = inquiry.outline(source)
        by_section: dict[int, int] = {}
        for i, block in enumerate(outline.blocks):
            leaf = block.kind == "item" and not outline.children(i)
            if leaf and inquiry.scout.facet((source, i)) in inquiry.question.facets:
                section = outline.heading_of(i)
                by_section[section] = by_section.get(section, 0) + 1
        for section, count in by_section.items():
            name = f"{inquiry.section_name((source, section))}, {inquiry.source_title(source)}: {count}"
            lines.append(
                Line(name, (inquiry.span((source, section), whole=True),), 1, counted=f"{count} {noun}")
            )
            total += count
    if not lines or len(lines) > _SHOWN:
        return None
    intro = Line(
        f"In total {total} {noun} are listed:",
        tuple(line.spans[0] for line in lines),
        counted=f"{total} {noun} listed in total",
    )
    return Draft((intro, *lines))


def _stated(inquiry: Inquiry, owner: Key, count: int, noun: str) -> tuple[Span, ...]:
    """Where the source itself gives the number ("In 24 weeks ...", "three phases")."""
    outline = inquiry.outline(owner[0])
    spelled = [w for w, n in NUMBER_WORDS.items() if n == count] if count < 100 else []
    pattern = re.compile(
        rf"\b(?:{'|'.join([str(count), *spelled])})[\s-]+(?:\w+\s+)?{noun}s?\b", re.IGNORECASE
    )
    blocks = [owner[1], *outline.descendants(owner[1])] if owner[1] >= 0 else range(len(outline.blocks))
    for index in blocks:
        if outline.blocks[index].kind == "paragraph" and pattern.search(outline.text(index)):
            return (inquiry.span((owner[0], index)),)
    return ()


def _count_items(inquiry: Inquiry, head: list[str]) -> Outcome | None:
    """Items of the list that the question is about: tasks of a week, books of a section, patterns."""
    asked = {stem(w) for w in head}
    said = {stem(w) for w in words(inquiry.question.standalone) if w not in SCAFFOLD} - asked
    links = any({stem(w) for w in FACETS[f]} & asked for f in LINK_FACETS if f in inquiry.question.facets)
    if inquiry.question.facets and not inquiry.scope and not [t for t in inquiry.terms if t.known]:
        if total := _count_labelled(inquiry, head[0] if head else "items"):
            return total
    best: tuple[float, Key] | None = None
    for e in inquiry.ranked:
        outline = inquiry.outline(e.source)
        inner = [i for i in outline.children(e.block) if outline.blocks[i].kind in ("item", "heading")]
        if len(inner) < 2:
            continue
        block = outline.blocks[e.block]
        title = {stem(w) for w in words(f"{block.label} {block.title}")}
        facet = inquiry.scout.facet(e.key)
        fits = bool(title & asked) or (facet and facet in inquiry.question.facets)
        score = e.score + (0.6 if fits else 0.0) + 0.2 * len(title & said)
        if best is None or score > best[0]:
            best = score, e.key
    if best is None or (inquiry.ranked and best[0] < inquiry.ranked[0].score - 0.45):
        return None
    key = best[1]
    outline = inquiry.outline(key[0])
    items = [i for i in outline.children(key[1]) if outline.blocks[i].kind in ("item", "heading")]
    noun = " ".join(head[:1]) if head else "items"
    if links:
        items = [i for i in items if outline.links(i)] or items
    lines = inquiry.list_of(key, f"{inquiry.place(key)} lists {len(items)} {noun}:", deepest=1)
    first = Line(lines[0].text, lines[0].spans, counted=f"{len(items)} {noun}")
    return Draft((first, *lines[1:]))
