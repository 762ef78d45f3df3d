"""How a question words a place: "week 20", "5.4", "the third month", "weeks 9 to 12". Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.query.lexicon import NUMBER_WORDS, unit_of
from assistant.query.wording import NUMBER, ORDINAL, UNIT, wording

_LONGEST_RANGE = 60  # sections; "weeks 1 to 9999" is no list of places

# "week 20", "week no. 4", "sections 1.1 and 1.2", "weeks nine to twelve, week 14"
_FORWARD = wording(
    rf"\b(?P<unit>{UNIT})\s*(?:no\.?|number|#|nr\.?)?\s*(?P<n>{NUMBER})"
    rf"(?P<more>(?:\s*(?:,|and|&|to|-|–|through|until|or)\s*(?:{UNIT})?\s*{NUMBER}\b(?!\s*(?:{UNIT})))*)",
)
# "the 3rd month", "the twenty-first week", "the last phase"
_BACKWARD = wording(
    rf"\b(?:(?P<n>\d+)(?:st|nd|rd|th)|(?P<word>{ORDINAL})|(?P<edge>last|final|very last|closing|opening))"
    rf"\s+(?P<unit>{UNIT})\b(?!\s*\d)",
)
_NTH_ONE = wording(rf"\b({ORDINAL})\s+one\b")
_SHORT_WEEK = wording(r"\bw(?:k)?\.?\s?(\d{1,2})\b")  # "w12", "wk 7"
# "5.4", but no version "1.2.3", no 0.05, no share "99.5%" and no "68-95-99.7 rule"
_DOTTED = wording(r"(?P<before>\S+\s)?(?<![\w.=-])(?P<n>[1-9]\d*\.\d*[1-9])(?![\w.]*\d|\s?(?:%|percent\b))")
_DURATION = wording(rf"\b{NUMBER}[\s-]+(?:{UNIT})\b")  # "six weeks"
_RANGE = re.compile(r"\bto\b|-|–|through|until")
_NUMBER = wording(NUMBER)
_UNIT = wording(rf"\b({UNIT})\b")


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
    found = [*_forward(text), *_backward(text)]
    unit = _UNIT.search(text)
    if unit and not found and (nth := _NTH_ONE.search(text)):  # "five phases ... the fifth one"
        number = str(NUMBER_WORDS[nth[1].lower()])
        found.append(Reference(unit_of(unit[1]), number, "", nth.start(), nth.end(), ordinal=True))
    for match in _SHORT_WEEK.finditer(text):
        found.append(Reference("week", match[1], "", match.start(), match.end()))
    for match in _dotted(text):
        if not any(r.start <= match.start("n") < r.end for r in found):
            found.append(Reference("section", match["n"], "", match.start("n"), match.end()))
    return sorted(found, key=lambda r: r.start)


def without_references(text: str) -> str:
    """The text with its place names and durations blanked."""
    for pattern in (_FORWARD, _BACKWARD, _SHORT_WEEK, _DURATION):
        text = pattern.sub(" ", text)
    for match in reversed(list(_dotted(text))):
        text = f"{text[: match.start('n')]} {text[match.end() :]}"
    return text


def unit_in(text: str) -> str:
    """The unit named last in a text, as answers call it; "" without one."""
    found = _UNIT.findall(text)
    return unit_of(found[-1]) if found else ""


def _forward(text: str) -> Iterator[Reference]:
    for match in _FORWARD.finditer(text):
        numbers = [_digits(match["n"]), *map(_digits, _NUMBER.findall(match["more"]))]
        if len(numbers) == 2 and _RANGE.search(match["more"]) and "." not in "".join(numbers):
            low, high = sorted(map(int, numbers))
            numbers = [str(n) for n in range(low, min(high, low + _LONGEST_RANGE) + 1)]
        for number in numbers:
            yield Reference(unit_of(match["unit"]), number, "", match.start(), match.end())


def _backward(text: str) -> Iterator[Reference]:
    for match in _BACKWARD.finditer(text):
        edge = "last" if match["edge"] and match["edge"].lower() != "opening" else ""
        number = "" if edge else match["n"] or str(NUMBER_WORDS.get((match["word"] or "").lower(), 1))
        yield Reference(unit_of(match["unit"]), number, edge, match.start(), match.end(), ordinal=True)


def _dotted(text: str) -> Iterator[re.Match[str]]:
    """Section numbers; the version in a name ("TLS 1.3", "my Python 3.11") is none."""
    for match in _DOTTED.finditer(text):
        before = match["before"] or ""
        capitals = sum(letter.isupper() for letter in before)
        if capitals < (2 if match.start() == 0 else 1):
            yield match


def _digits(number: str) -> str:
    return number if number[0].isdigit() else str(NUMBER_WORDS[" ".join(number.lower().split())])
