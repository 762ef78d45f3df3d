"""How many: sections of a unit, items beneath a block, roadmaps; every count names what was counted."""

import re
from itertools import takewhile

from assistant.answer.draft import Draft, Line, Outcome, Refusal, Span
from assistant.answer.evidence import Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.answer.surveys import answer_mentions, roadmaps
from assistant.keywords import STOPWORDS, keyword_tokens, stem, words
from assistant.outline import unnumbered
from assistant.query.lexicon import (
    FACETS,
    GENERIC_UNITS,
    LINK_FACETS,
    NUMBER_WORDS,
    SCAFFOLD,
    facet_of,
    unit_of,
)
from assistant.query.places import members

_COUNTED = re.compile(r"\b(?:how many|number of|count of)\s+((?:[\w/-]+\s*){1,4})", re.IGNORECASE)
_HOW_LONG = re.compile(r"\bhow long\b", re.IGNORECASE)
_IN_UNITS = re.compile(r"\bin (\w+)\W*$")
_ROADMAPS = frozenset(["roadmap", "roadmaps", "documents", "sources", "plans", "guides"])
# what ends the noun after "how many"
_HAVING = "have has had is are was were do does did can should will would come comes stand"
_VERBS = frozenset([*_HAVING.split(), "in", "of", "on", "under", "there"])
_ANY_ITEM = frozenset({"entries", "bullets", "lines", "names"})
_SHOWN = 12  # items named under a count
# What speaks for a list of just the things counted, and how far it may lie behind the best block.
_FITS_BONUS, _SAID_BONUS, _LIST_SLACK = 0.6, 0.2, 0.45


def answer_count(inquiry: Inquiry) -> Outcome | None:
    """A number and what it is the number of; None when the question counts nothing of ours."""
    match = _COUNTED.search(inquiry.question.standalone)
    counted = _noun(words(match[1])) if match else []
    unit = _unit(inquiry, counted)
    if any(w in _ROADMAPS for w in counted[:3]) and not any(map(unit_of, counted)):
        return _count_roadmaps(inquiry)
    if unit and (found := _count_units(inquiry, unit)):
        return found
    return _count_items(inquiry, counted)


def _noun(wording: list[str]) -> list[str]:
    """What stands between "how many" and the verb: "books" of "books have section references"."""
    return list(takewhile(lambda w: w not in _VERBS, wording))[:4] or wording[:4]


def answer_units(inquiry: Inquiry) -> Outcome | None:
    """The weeks of a month or the steps of a phase, when just those are asked for."""
    question = inquiry.question
    within = inquiry.scope or question.sources
    narrowed = any(t.known for t in question.terms) or set(question.facets) - {"topic"}
    if not question.unit or question.offset or narrowed or not within:
        return None
    if any(place.unit == question.unit for place in question.places):
        return None
    return _count_units(inquiry, question.unit)


def _unit(inquiry: Inquiry, counted: list[str]) -> str:
    """The unit that is counted ("weeks"), "" when things of another kind are."""
    wording = inquiry.question.standalone
    if not counted and _HOW_LONG.search(wording):
        asked = _IN_UNITS.search(wording)
        return (unit_of(asked[1].lower()) if asked else "") or "week"
    if unit := next(filter(None, map(unit_of, counted or words(wording))), ""):
        return unit
    if all(w in SCAFFOLD or w in STOPWORDS for w in counted):  # "how many are there in the advanced one?"
        return inquiry.question.unit
    return ""


def _count_roadmaps(inquiry: Inquiry) -> Outcome | None:
    if inquiry.terms:
        return answer_mentions(inquiry)
    lines = [Line(f"**{inquiry.source_title(s)}**", (inquiry.span((s, 0)),), 1) for s in roadmaps(inquiry)]
    spans = tuple(line.spans[0] for line in lines)
    intro = Line(f"There are {len(lines)} roadmaps:", spans, counted=f"{len(lines)} roadmaps")
    return Draft((intro, *lines))


def _count_units(inquiry: Inquiry, unit: str) -> Draft | None:
    """Weeks, months, phases, steps, sections of the roadmap or place in question."""
    tops: list[Key] = list(inquiry.scope) or [(s, -1) for s in inquiry.sources]
    for source, top in tops:
        outline = inquiry.outline(source)
        inside = set(outline.descendants(top))
        found = [i for i, _ in members(outline, unit) if i in inside]
        if top < 0 and unit in GENERIC_UNITS and not inquiry.question.sources:
            continue  # every roadmap has sections: which one is meant must be said
        if unit == "section" and found:
            outermost = min(outline.blocks[i].level for i in found)
            found = [i for i in found if outline.blocks[i].level == outermost]
        if found:
            return Draft(
                _counted(inquiry, (source, top), [(source, i) for i in found], _as_asked(inquiry, unit))
            )
    return None


def _as_asked(inquiry: Inquiry, unit: str) -> str:
    """The question's own word for the unit, in the singular: "category" for sections."""
    for word in words(inquiry.question.standalone):
        if unit_of(word) == unit:
            return word.removesuffix("ies") + "y" if word.endswith("ies") else word.removesuffix("s")
    return unit


def _counted(inquiry: Inquiry, owner: Key, found: list[Key], noun: str) -> tuple[Line, ...]:
    """The count and what was counted, by both ends where it is much."""
    whole_source = owner[1] < 0
    name = f"**{inquiry.source_title(owner[0])}**" if whole_source else inquiry.place(owner)
    many = f"{noun.removesuffix('y')}ies" if noun.endswith("ry") else f"{noun}s"
    counted = f"{len(found)} {noun if len(found) == 1 else many}"
    stated = _stated(inquiry, owner, len(found), noun)
    if len(found) > _SHOWN:
        first, last = found[0], found[-1]
        text = f"{name} has {counted}, from {inquiry.title(first)} to {inquiry.title(last)}."
        return (Line(text, (*stated, inquiry.span(first), inquiry.span(last)), counted=counted),)
    spans = tuple(inquiry.span(key) for key in found)
    rests_on = stated or (spans if whole_source else (inquiry.span(owner),))
    intro = Line(f"{name} has {counted}:", rests_on, counted=counted)
    return intro, *(Line(inquiry.title(k), (span,), 1) for k, span in zip(found, spans, strict=True))


def _stated(inquiry: Inquiry, owner: Key, count: int, noun: str) -> tuple[Span, ...]:
    """Where the source itself gives the number ("In 24 weeks ...", "three phases")."""
    spelled = [word for word, n in NUMBER_WORDS.items() if n == count]
    number = "|".join((str(count), *spelled))
    pattern = re.compile(rf"\b(?:{number})[\s-]+(?:\w+\s+)?{noun}s?\b", re.IGNORECASE)
    outline = inquiry.outline(owner[0])
    for index in (*([owner[1]] if owner[1] >= 0 else []), *outline.descendants(owner[1])):
        if outline.blocks[index].kind == "paragraph" and pattern.search(outline.text(index)):
            return (inquiry.span((owner[0], index)),)
    return ()


def _count_items(inquiry: Inquiry, counted: list[str]) -> Outcome | None:
    """Items of the list that the question is about: tasks of a week, books of a section, patterns."""
    noun = counted[0] if counted else "items"
    unnarrowed = not inquiry.scope and not any(t.known for t in inquiry.terms)
    if inquiry.question.facets and unnarrowed and (total := _count_labelled(inquiry, noun)):
        return total
    key = _list_meant(inquiry, counted)
    if key is None:
        return None
    if not _is_of_kind(inquiry, key, counted):
        return Refusal(f"The roadmaps do not say how many {' '.join(counted)}.", noun)
    items = inquiry.children(key, "item", "heading")
    asked = {stem(w) for w in counted}
    link_facets = [f for f in inquiry.question.facets if f in LINK_FACETS]
    if any({stem(w) for w in FACETS[f]} & asked for f in link_facets):
        items = [item for item in items if inquiry.outline(item[0]).links(item[1])] or items
    intro = f"{inquiry.place(key)} lists {len(items)} {noun}:"
    first, *lines = inquiry.list_of(key, intro, deepest=1)
    return Draft((Line(first.text, first.spans, counted=f"{len(items)} {noun}"), *lines))


def _is_of_kind(inquiry: Inquiry, key: Key, counted: list[str]) -> bool:
    """Whether a list holds what is counted, by its label, the titles above it or its items' words."""
    asked = {stem(w) for w in counted if w not in SCAFFOLD and w not in STOPWORDS}
    if not asked or {inquiry.facet(key), facet_of(inquiry.title(key))} & {*inquiry.question.facets}:
        return True
    if any(unit_of(w) in GENERIC_UNITS or w in _ANY_ITEM for w in counted):
        return True
    outline = inquiry.outline(key[0])
    named = outline.blocks[key[1]].label, inquiry.words(key), *outline.heading_path(key[1])
    beneath = [inquiry.words(child) for child in inquiry.children(key, "item", "heading")]
    return bool(asked & {stem(w) for text in (*named, *beneath) for w in words(text)})


def _list_meant(inquiry: Inquiry, counted: list[str]) -> Key | None:
    """The best block with items beneath it; one that is titled or labelled with what is counted is better."""
    asked = {stem(w) for w in counted}
    said = {stem(w) for w in words(inquiry.question.standalone) if w not in SCAFFOLD} - asked

    def fit(e: Evidence) -> float:
        block = inquiry.block(e.key)
        title = {stem(w) for w in words(f"{block.label} {block.title}")}
        facet = inquiry.facet(e.key)
        fits = bool(title & asked) or (facet and facet in inquiry.question.facets)
        return e.score + (_FITS_BONUS if fits else 0.0) + _SAID_BONUS * len(title & said)

    lists = [e for e in inquiry.ranked if len(inquiry.children(e.key, "item", "heading")) > 1]
    if not lists:
        return None
    best = max(lists, key=fit)
    return best.key if fit(best) >= inquiry.ranked[0].score - _LIST_SLACK else None


def _count_labelled(inquiry: Inquiry, noun: str) -> Draft | None:
    """Everything under a label in the roadmaps in question, counted section by section."""
    counts: dict[Key, int] = {}
    for source in inquiry.sources:
        for number, block in enumerate(inquiry.outline(source).blocks):
            key = (source, number)
            leaf = block.kind == "item" and not inquiry.children(key)
            if leaf and inquiry.facet(key) in inquiry.question.facets:
                section = inquiry.section(key)
                counts[section] = counts.get(section, 0) + 1
    said = {stem(w) for w in words(inquiry.question.standalone)} - {stem(noun)}
    named = {
        key: n for key, n in counts.items() if said & set(keyword_tokens(unnumbered(inquiry.title(key))))
    }
    counts = named or counts  # "books with section references": only the section that says so
    if not 0 < len(counts) <= _SHOWN:
        return None
    lines = [
        Line(
            f"{inquiry.whereabouts(section)}: {count}",
            (inquiry.span(section, whole=True),),
            1,
            counted=f"{count} {noun}",
        )
        for section, count in counts.items()
    ]
    total = sum(counts.values())
    spans = tuple(line.spans[0] for line in lines)
    intro = Line(f"In total {total} {noun} are listed:", spans, counted=f"{total} {noun} listed in total")
    return Draft((intro, *lines))
