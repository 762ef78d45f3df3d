"""`[n]` markers in an answer's text: found, renumbered, placed, taken out. Pure.

A marker is `[1]`, `[1, 2]`, `[1-3]` or a run of them, `[1][2]`, with numbers of at most three digits
("[2024]" is a year). Code and Markdown links hold no markers.

The one convention of the product: markers stand after a statement's words and before its final mark,
"Week 20 covers KServe [1]."; written by us they hold one number each, "[1][2]".
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.outline import LINK

_NUMBER = r"\d{1,3}(?:\s*[-–]\s*\d{1,3})?"
# not "[1](target)" and not "[[1]](target)", which are links
_MARKER = re.compile(rf"\[(\s*{_NUMBER}(?:\s*[,;]\s*{_NUMBER})*\s*)\](?!\]?\()")
_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.M | re.S)
_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
_END = re.compile(r"(?:[.!?…]+|[:;])[\"'”’)*_]*$")
_CLOSED_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*\Z", re.M)


@dataclass(frozen=True, slots=True)
class Marker:
    """One pair of brackets and the numbers in it, ranges written out; a reversed range names nothing."""

    start: int
    end: int
    numbers: tuple[int, ...]


def markers(text: str) -> tuple[Marker, ...]:
    """The markers of a text in reading order."""
    masked = [m.span() for pattern in (_FENCE, _CODE, LINK) for m in pattern.finditer(text)]
    return tuple(
        Marker(match.start(), match.end(), _numbers(match[1]))
        for match in _MARKER.finditer(text)
        if not any(start <= match.start() < end for start, end in masked)
    )


def cited(text: str) -> tuple[int, ...]:
    """The numbers that a text cites, each once, in order of first use."""
    return tuple(dict.fromkeys(n for marker in markers(text) for n in marker.numbers))


def renumber(text: str, known: Collection[int], order: Sequence[int] = ()) -> tuple[str, tuple[int, ...]]:
    """The text with its markers numbered 1, 2, … in order of first use, and the old number of each new one.

    Numbers that are not known are removed; a marker that names nothing else goes with the space before
    it, and one glued to a word ("KServe[1]") is given its space. `order` continues an earlier text: its
    numbers are taken already.
    """
    while any(set(m.numbers) - set(known) or not m.numbers for m in markers(text)):
        text = _rewrite(text, {n: n for n in known})
    found = list(dict.fromkeys((*order, *cited(text))))
    return _rewrite(text, {old: new for new, old in enumerate(found, 1)}), tuple(found)


def strip_markers(text: str) -> str:
    """The text without markers and without the space before them."""
    while markers(text):
        text = _rewrite(text, {})
    return text


def place_markers(sentence: str, numbers: Iterable[int]) -> str:
    """The sentence with these markers before its final mark: "Week 20 covers KServe [1]."

    A table row takes them into its last cell, a code fence on a line below it.
    """
    run = "".join(f"[{n}]" for n in dict.fromkeys(numbers))
    body = sentence.rstrip()
    if not run:
        return sentence
    if _CLOSED_FENCE.search(body):
        return f"{body}\n{run}"
    if body.endswith("|") and body.lstrip().startswith("|") and len(body.strip()) > 1:
        return f"{body[:-1].rstrip()} {run} |"
    end = _END.search(body)
    words = (body[: end.start()] if end else body).rstrip()
    return f"{words}{' ' if words else ''}{run}{body[end.start() :] if end else ''}"


def settle_markers(sentence: str) -> str:
    """The sentence with markers that trail its final mark ("KServe. [1]") moved before it."""
    body = sentence.rstrip()
    trailing: list[int] = []
    for marker in reversed(markers(body)):
        if body[marker.end :].strip():
            break
        trailing = [*marker.numbers, *trailing]
        body = body[: marker.start].rstrip()
    placed = place_markers(body, trailing)
    return _rewrite(placed, {n: n for n in cited(placed)}) if trailing else sentence


def _numbers(inside: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in re.split(r"[,;]", inside):
        first, *last = (int(n) for n in re.findall(r"\d+", part))
        numbers.extend(range(first, (last[0] if last else first) + 1))
    return tuple(dict.fromkeys(numbers))


def _rewrite(text: str, names: dict[int, int]) -> str:
    """Every run of markers with its numbers renamed; numbers without a name go, empty runs too."""
    pieces: list[str] = []
    position = 0
    for run in _runs(text):
        before = text[position : run[0].start]
        numbers = dict.fromkeys(names[n] for marker in run for n in marker.numbers if n in names)
        position = run[-1].end
        if numbers:
            space = " " if before[-1:].isalnum() or before[-1:] in tuple(")\"'”’*_%") else ""
            pieces += [before + space, "".join(f"[{n}]" for n in numbers)]
            continue
        kept = before.rstrip(" \t")
        after = text[position : position + 1]
        if (not kept and not pieces) or kept.endswith("\n"):
            kept = before  # at a line's start the space after it goes, the indent stays
            position += len(text[position:]) - len(text[position:].lstrip(" \t"))
        elif len(kept) < len(before) and (after.isalnum() or after in ("*", "_", "(", "[", "`", '"', "“")):
            kept += " "  # "A [9]b": the words stay apart
        pieces.append(kept)
    return "".join(pieces) + text[position:]


def _runs(text: str) -> list[list[Marker]]:
    """Markers grouped where nothing but spaces lies between them."""
    runs: list[list[Marker]] = []
    for marker in markers(text):
        if runs and not text[runs[-1][-1].end : marker.start].strip(" \t"):
            runs[-1].append(marker)
        else:
            runs.append([marker])
    return runs
