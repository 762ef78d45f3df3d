"""Numbered and named sections: "week 20", "5.4", "the third month", "the last phase"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.keywords import keyword_tokens, words
from assistant.outline import Outline
from assistant.query.lexicon import GENERIC_UNITS, NUMBER_WORDS, SCAFFOLD, UNITS, unit_of
from assistant.query.question import MissingPlace, Place

_UNIT_WORDS = "|".join(sorted({*UNITS, *(u + "s" for u in UNITS), "categories"}, key=len, reverse=True))
_GENERIC_WORDS = "|".join(
    sorted(
        {w for u in UNITS if UNITS[u] in GENERIC_UNITS for w in (u, u + "s")} | {"categories"},
        key=len,
        reverse=True,
    )
)
_NUMBER_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_TITLE_UNIT = re.compile(rf"^({_UNIT_WORDS})\s+(\d+)\b", re.IGNORECASE)
_TITLE_NUMBER = re.compile(r"^(\d+(?:\.\d+)*)[.):]?\s")
_LEADING_NUMBER = re.compile(rf"^(?:\d+(?:\.\d+)*[.):]?\s+|(?:{_UNIT_WORDS})\s+\d+\s*:\s*)", re.IGNORECASE)
_TITLE_NAMED = re.compile(rf"\b({_UNIT_WORDS})$", re.IGNORECASE)
_N = rf"(?:\d+(?:\.\d+)*|{_NUMBER_WORD})"
_FORWARD = re.compile(
    rf"\b(?P<unit>{_UNIT_WORDS})\s*(?:no\.?|number|#|nr\.?)?\s*(?P<n>{_N})(?P<more>(?:\s*(?:,|and|&|to|-|–|through|until|or)\s*(?:{_UNIT_WORDS})?\s*{_N}\b(?!\s*(?:{_UNIT_WORDS})))*)",
    re.IGNORECASE,
)
_BACKWARD = re.compile(
    rf"\b(?:(?P<n>\d+)(?:st|nd|rd|th)|(?P<word>{'|'.join(w for w in sorted(NUMBER_WORDS, key=len, reverse=True) if w.endswith(('st', 'nd', 'rd', 'th')))})|(?P<edge>last|final|very last|closing|opening))\s+(?P<unit>{_UNIT_WORDS})\b(?!\s*\d)",
    re.IGNORECASE,
)
_NTH_ONE = re.compile(
    rf"\b({'|'.join(w for w in NUMBER_WORDS if w.endswith(('st', 'nd', 'rd', 'th')))})\s+one\b", re.IGNORECASE
)
_SHORT_WEEK = re.compile(r"\bw(?:k)?\.?\s?(\d{1,2})\b", re.IGNORECASE)
_DOTTED = re.compile(r"(?<![\w.])(\d+\.\d+)(?![\w.]*\d)")
_DURATION = re.compile(rf"\b(?:{_N})[\s-]+(?:{_UNIT_WORDS})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """A place as the question words it; `number` is digits, "first" is 1, `edge` is "last" or ""."""

    unit: str
    number: str
    edge: str
    start: int
    end: int
    ordinal: bool = False  # "the third week" counts positions where sections carry no number


def references(text: str) -> list[Reference]:
    """All places a text names, in order of appearance."""
    found: list[Reference] = []
    for match in _FORWARD.finditer(text):
        unit = _unit(match["unit"])
        numbers = [_digits(match["n"]), *map(_digits, re.findall(_N, match["more"], re.IGNORECASE))]
        if (
            re.search(r"\bto\b|-|–|through|until", match["more"])
            and len(numbers) == 2
            and "." not in "".join(numbers)
        ):
            low, high = sorted(map(int, numbers))
            numbers = [str(n) for n in range(low, min(high, low + 60) + 1)]
        found.extend(Reference(unit, n, "", match.start(), match.end()) for n in numbers)
    for match in _BACKWARD.finditer(text):
        unit = _unit(match["unit"])
        edge = "last" if match["edge"] and match["edge"].lower() != "opening" else ""
        number = "" if edge else match["n"] or str(NUMBER_WORDS.get((match["word"] or "").lower(), 1))
        found.append(Reference(unit, number, edge, match.start(), match.end(), ordinal=True))
    unit_word = re.search(rf"\b({_UNIT_WORDS})\b", text, re.IGNORECASE)
    if unit_word and not found and (nth := _NTH_ONE.search(text)):  # "five phases ... the fifth one"
        found.append(
            Reference(
                _unit(unit_word[1]),
                str(NUMBER_WORDS[nth[1].lower()]),
                "",
                nth.start(),
                nth.end(),
                ordinal=True,
            )
        )
    for match in _SHORT_WEEK.finditer(text):
        found.append(Reference("week", match[1], "", match.start(), match.end()))
    for match in _DOTTED.finditer(text):
        if not any(r.start <= match.start() < r.end for r in found):
            found.append(Reference("section", match[1], "", match.start(), match.end()))
    return sorted(found, key=lambda r: r.start)


def members(outline: Outline, unit: str) -> list[tuple[int, str]]:
    """Headings of that unit in order with their number ("" for a named one such as "Beginner Phase")."""
    found = []
    for index, block in enumerate(outline.blocks):
        if block.kind != "heading":
            continue
        titled = _TITLE_UNIT.match(block.title)
        if titled and _unit(titled[1]) == unit:
            found.append((index, titled[2]))
        elif unit in GENERIC_UNITS and (numbered := _TITLE_NUMBER.match(block.title)):
            found.append((index, numbered[1]))
        elif (
            unit not in GENERIC_UNITS
            and (named := _TITLE_NAMED.search(block.title))
            and _unit(named[1]) == unit
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
    for index, block in enumerate(outline.blocks):
        if block.kind != "heading" or not block.level:
            continue
        title = re.escape(" ".join(words(_LEADING_NUMBER.sub("", block.title))))
        if (match := _TITLE_NAMED.search(block.title)) and re.search(rf"\b{title}\b", lowered):
            yield Place(outline.document.source.id, index, _unit(match[1]))
        elif title and re.search(
            rf"\b{title} (?:{_GENERIC_WORDS})\b|\b(?:{_GENERIC_WORDS}) (?:called |named |on |about )?{title}$",
            lowered,
        ):
            yield Place(outline.document.source.id, index, "section")


_ABOUT = re.compile(r"\b((?:[\w/-]+\s+){1,3})(week|month|phase|one)\b(?!\s*\d)", re.IGNORECASE)
_NOT_A_SUBJECT = frozenset(["each", "per", "every", "this", "that", "same", "whole", "final", "my"])


_WH = re.compile(r"\b(?:which|what|how)\b", re.IGNORECASE)


def _by_subject(text: str, outline: Outline) -> Iterator[Place]:
    """ "the Docker week": the weeks whose title holds the words before "week"."""
    for match in _ABOUT.finditer(text):
        if _WH.search(match[1]):
            continue
        unit = _unit(match[2]) if match[2].lower() != "one" else _unit_in(text)
        subject = {
            s
            for w in words(match[1])
            if w not in SCAFFOLD and w not in _NOT_A_SUBJECT
            for s in keyword_tokens(w)
        }
        if not subject or not unit:
            continue
        for index, _ in members(outline, unit or "section"):
            title = set(keyword_tokens(_LEADING_NUMBER.sub("", outline.blocks[index].title)))
            if subject <= title:
                yield Place(outline.document.source.id, index, unit)
                break


def _unit_in(text: str) -> str:
    """The unit that "one" stands for: the last named in the question."""
    found = re.findall(rf"\b({_UNIT_WORDS})\b", text, re.IGNORECASE)
    return _unit(found[-1]) if found else ""


def titled(text: str, outlines: Mapping[str, Outline], sources: Sequence[str]) -> tuple[Place, ...]:
    """Sections whose whole title, of two words or more, stands in the question ("Further Textbooks")."""
    lowered = " ".join(words(text))
    found = []
    for source in sources:
        for index, block in enumerate(outlines[source].blocks):
            title = (
                words(_LEADING_NUMBER.sub("", block.title)) if block.kind == "heading" and block.level else []
            )
            if len(title) > 1 and re.search(rf"\b{re.escape(' '.join(title))}\b", lowered):
                found.append(Place(source, index, "section"))
    longest = max((len(words(outlines[p.source].blocks[p.block].title)) for p in found), default=0)
    return tuple(p for p in found if len(words(outlines[p.source].blocks[p.block].title)) >= longest - 1)


def title_words(places: Sequence[Place], outlines: Mapping[str, Outline]) -> frozenset[str]:
    """Stems of the titles of sections that are named by their title: they say where, not what."""
    return frozenset(
        s
        for p in places
        for s in keyword_tokens(_LEADING_NUMBER.sub("", outlines[p.source].blocks[p.block].title))
    )


def _inside(place: Place, outer: Place, outlines: Mapping[str, Outline]) -> bool:
    return place.source == outer.source and outer.block in outlines[place.source].ancestors(place.block)


def without_references(text: str) -> str:
    """The text with its place names and durations blanked."""
    for pattern in (_FORWARD, _BACKWARD, _SHORT_WEEK, _DOTTED, _DURATION):
        text = pattern.sub(" ", text)
    return text


def _lookup(outline: Outline, reference: Reference) -> Iterator[Place]:
    there = members(outline, reference.unit)
    if not there:
        return
    if reference.edge:
        last = there[-1][0]
        if reference.unit in GENERIC_UNITS:  # a closing section need not carry a number
            outermost = min(there, key=lambda m: outline.blocks[m[0]].level)[0]
            last = outline.siblings(outermost)[-1]
        picked = [last]
    else:
        picked = [index for index, number in there if number == reference.number]
        if not picked and reference.ordinal and all(not number for _, number in there):
            position = int(reference.number) - 1
            picked = [there[position][0]] if 0 <= position < len(there) else []
    for index in picked:
        yield Place(outline.document.source.id, index, reference.unit)


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
    for source in sources:
        there = members(outlines[source], reference.unit)
        numbered = [(i, n) for i, n in there if n]
        if len(there) > 1:
            blocks = outlines[source].blocks
            ends = (numbered or there)[0][0], (numbered or there)[-1][0]
            return MissingPlace(
                reference.unit, reference.number, source, blocks[ends[0]].title, blocks[ends[1]].title
            )
    return MissingPlace(reference.unit, reference.number, sources[0] if len(sources) == 1 else "")


def _unit(word: str) -> str:
    return unit_of(word.lower())


def _digits(word: str) -> str:
    return word if word[0].isdigit() else str(NUMBER_WORDS[re.sub(r"\s+", " ", word.lower())])
