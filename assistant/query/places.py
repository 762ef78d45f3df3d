"""The sections a question means, by number, title or subject ("the Docker week"), and those there are not."""

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.documents import Block
from assistant.keywords import keyword_tokens, words
from assistant.outline import Outline
from assistant.query.lexicon import GENERIC_UNITS, SCAFFOLD, UNITS, unit_of
from assistant.query.question import MissingPlace, Place
from assistant.query.references import Reference, references, unit_in
from assistant.query.wording import GENERIC_UNIT, UNIT, wording

_TITLE_UNIT = wording(rf"^({UNIT})\s+(\d+)\b")  # "Week 9: ..."
_TITLE_NUMBER = wording(r"^(\d+(?:\.\d+)*)[.):]?\s")  # "1.7) ..."
_TITLE_NAMED = wording(rf"\b({UNIT})$")  # "Beginner Phase"
_LEADING_NUMBER = wording(rf"^(?:\d+(?:\.\d+)*[.):]?\s+|(?:{UNIT})\s+\d+\s*:\s*)")
_SUBJECT_UNIT = wording(r"\b((?:[\w/-]+\s+){1,3})(week|month|phase|one)\b(?!\s*\d)")  # "the Docker week"
_NOT_A_SUBJECT = frozenset({"each", "every", "final", "my", "per", "same", "that", "this", "whole"})
_ASKS_WHICH = wording(r"\b(?:which|what|how)\b")


def members(outline: Outline, unit: str) -> list[tuple[int, str]]:
    """Headings of that unit in order with their number ("" for a named one such as "Beginner Phase")."""
    found = []
    for index, block in enumerate(outline.blocks):
        if block.kind != "heading":
            continue
        titled = _TITLE_UNIT.match(block.title)
        if titled and unit_of(titled[1]) == unit:
            found.append((index, titled[2]))
        elif unit in GENERIC_UNITS and (numbered := _TITLE_NUMBER.match(block.title)):
            found.append((index, numbered[1]))
        elif (
            unit not in GENERIC_UNITS
            and (named := _TITLE_NAMED.search(block.title))
            and UNITS.get(named[1].lower()) == unit  # "Learning Phases" is none
        ):
            found.append((index, ""))
    return found


def resolve(
    text: str, outlines: Mapping[str, Outline], sources: Sequence[str]
) -> tuple[tuple[Place, ...], tuple[MissingPlace, ...]]:
    """The sections a question names, and those it names in vain. `sources` are the roadmaps in question."""
    named = named_places(text, outlines, sources)
    places: list[Place] = []
    missing: list[MissingPlace] = []
    context = set(keyword_tokens(text))
    for reference in references(text):
        hits = [p for source in sources for p in _lookup(outlines[source], reference)]
        if named and reference.unit in GENERIC_UNITS:  # "step 2 of the intermediate phase"
            hits = [p for p in hits if any(_inside(p, n, outlines) for n in named)]
        hits = _closest(hits, outlines, context)
        if hits:
            places.extend(p for p in hits if p not in places)
        else:
            missing.append(_missing(reference, outlines, [n.source for n in named] or sources))
    inner = [p for p in places if any(_inside(p, n, outlines) for n in named)]
    if missing and not places:
        return (), tuple(missing)
    return tuple(inner or [*named, *(p for p in places if p not in named)]), tuple(missing)


def named_places(text: str, outlines: Mapping[str, Outline], sources: Sequence[str]) -> list[Place]:
    """Sections that the question calls by their title or subject rather than by a number."""
    found = (p for s in sources for p in (*_named(text, outlines[s]), *_by_subject(text, outlines[s])))
    return list(dict.fromkeys(found))


def _named(text: str, outline: Outline) -> Iterator[Place]:
    """Headings such as "Beginner Phase" whose whole title stands in the question, or "the MLOps group"."""
    lowered = " ".join(words(text))
    for index, block in _headings(outline):
        title = re.escape(" ".join(words(_unnumbered(block))))
        if (match := _TITLE_NAMED.search(block.title)) and re.search(rf"\b{title}\b", lowered):
            yield Place(outline.document.source.id, index, unit_of(match[1]))
        elif title and re.search(
            rf"\b{title} (?:{GENERIC_UNIT})\b|\b(?:{GENERIC_UNIT}) (?:called |named |on |about )?{title}$",
            lowered,
        ):
            yield Place(outline.document.source.id, index, "section")


def _by_subject(text: str, outline: Outline) -> Iterator[Place]:
    """ "the Docker week": the weeks whose title holds the words before "week"."""
    for match in _SUBJECT_UNIT.finditer(text):
        if _ASKS_WHICH.search(match[1]):
            continue
        unit = unit_in(text) if match[2].lower() == "one" else unit_of(match[2])
        subject = {
            s
            for w in words(match[1])
            if w not in SCAFFOLD and w not in _NOT_A_SUBJECT
            for s in keyword_tokens(w)
        }
        if not subject or not unit:
            continue
        for index, _ in members(outline, unit or "section"):
            if subject <= set(keyword_tokens(_unnumbered(outline.blocks[index]))):
                yield Place(outline.document.source.id, index, unit)
                break


def titled(text: str, outlines: Mapping[str, Outline], sources: Sequence[str]) -> tuple[Place, ...]:
    """Sections whose whole title, of two words or more, stands in the question ("Further Textbooks")."""
    lowered = " ".join(words(text))
    lengths: dict[Place, int] = {}
    for source in sources:
        for index, block in _headings(outlines[source]):
            written = _unnumbered(block)
            title = words(written)
            if len(written.split()) > 1 and re.search(rf"\b{re.escape(' '.join(title))}\b", lowered):
                lengths[Place(source, index, "section")] = len(words(block.title))
    longest = max(lengths.values(), default=0)
    # one word less is let pass: a number before the title counts as a word
    return tuple(place for place, length in lengths.items() if length >= longest - 1)


def title_words(places: Sequence[Place], outlines: Mapping[str, Outline]) -> frozenset[str]:
    """Stems of the titles of sections that are named by their title: they say where, not what."""
    titles = (_unnumbered(outlines[p.source].blocks[p.block]) for p in places)
    return frozenset(s for title in titles for s in keyword_tokens(title))


def following(outline: Outline, place: Place, offset: int) -> int:
    """The section `offset` steps on in reading order among its kind; -1 past either end."""
    blocks = outline.blocks
    for unit in (place.unit or "section", "week", "month", "phase", "section"):
        order = [index for index, _ in members(outline, unit)]
        if place.block in order:
            level = blocks[place.block].level
            order = [index for index in order if blocks[index].level == level]
            break
    else:
        order = outline.siblings(place.block)
    target = order.index(place.block) + offset
    return order[target] if 0 <= target < len(order) else -1


def _headings(outline: Outline) -> Iterator[tuple[int, Block]]:
    """The sections of a document; its title is none."""
    return ((i, block) for i, block in enumerate(outline.blocks) if block.kind == "heading" and block.level)


def _unnumbered(block: Block) -> str:
    """A section's title without "5.4" or "Week 9:"."""
    return _LEADING_NUMBER.sub("", block.title)


def _inside(place: Place, outer: Place, outlines: Mapping[str, Outline]) -> bool:
    return place.source == outer.source and outer.block in outlines[place.source].ancestors(place.block)


def _lookup(outline: Outline, reference: Reference) -> Iterator[Place]:
    """The sections of one document that a reference means: by number, at the end, or by position."""
    there = members(outline, reference.unit)
    if reference.edge:
        picked = [_last(outline, there, reference.unit)] if there else []
    else:
        picked = [index for index, number in there if number == reference.number]
        if not picked and reference.ordinal and not any(number for _, number in there):
            position = int(reference.number) - 1
            picked = [index for index, _ in there[position : position + 1]] if position >= 0 else []
    for index in picked:
        yield Place(outline.document.source.id, index, reference.unit)


def _last(outline: Outline, there: Sequence[tuple[int, str]], unit: str) -> int:
    if unit not in GENERIC_UNITS:
        return there[-1][0]
    levels = [outline.blocks[index].level for index, _ in there]
    outermost = [index for (index, _), level in zip(there, levels, strict=True) if level == min(levels)]
    return outline.siblings(outermost[-1])[-1]  # a closing section need not carry a number


def _closest(hits: list[Place], outlines: Mapping[str, Outline], context: set[str]) -> list[Place]:
    """Of several sections with the number, those whose headings share most words with the question."""
    if len(hits) < 2:
        return hits

    def shared(place: Place) -> int:
        path = outlines[place.source].heading_path(place.block)
        return len(context & set(keyword_tokens(" ".join(path[1:]))))

    best = max(map(shared, hits))
    return [p for p in hits if shared(p) == best]


def _missing(reference: Reference, outlines: Mapping[str, Outline], sources: Sequence[str]) -> MissingPlace:
    """A section that is not there; the first source with sections of the unit tells both ends of them."""
    for source in sources:
        there = members(outlines[source], reference.unit)
        if len(there) > 1:
            counted = [index for index, number in there if number] or [index for index, _ in there]
            first, last = (outlines[source].blocks[index].title for index in (counted[0], counted[-1]))
            return MissingPlace(reference.unit, reference.number, source, first, last)
    return MissingPlace(reference.unit, reference.number, sources[0] if len(sources) == 1 else "")
