"""A growing Markdown reply cut into the units that are checked one by one: sentences, items, rows, fences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from assistant.citations import strip_markers
from assistant.grounding import sentences

UnitKind = Literal["sentence", "item", "row", "code", "heading"]
LineKind = UnitKind | Literal["rule"]

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?=\S)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+\S")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^(?=.*--)[\s|:-]+$|^\s*(?:[-*_]\s*){3,}$")
_SIGNS: dict[LineKind, re.Pattern[str]] = {"rule": _RULE, "heading": _HEADING, "row": _ROW, "item": _ITEM}
# an unfinished last line whose kind is settled: it starts with a word, or with an item's sign and a word
_SETTLED = re.compile(r"^\s*(?:(?:[-*+•]|\d{1,3}[.)])\s+)?(?:\*\*|[\"'“‘(\[])?[^\W\d_]")
# a marker that is being written, or one after which more may still close the sentence before it
_OPEN_MARKER = re.compile(r"^\[[\d\s,;–\-\[\]\"'”’)*_`]*$")
THOUGHT, THOUGHT_END = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence, list item, table row or fence; `gap` is the white space before it.

    `intro` is what is true only together with it, white space after it included: a line that ends with
    a colon, a table's head.
    """

    gap: str
    text: str
    kind: UnitKind
    intro: str = ""


class Units:
    """Feeds on pieces of a reply and hands out each unit once, as soon as no further piece can change it."""

    def __init__(self) -> None:
        self._raw = ""
        self._given = 0

    def feed(self, piece: str) -> list[Unit]:
        """The units that the piece completes."""
        self._raw += piece
        found = list(split(without_thought(_settled(self._raw))))
        # the last one may go on, and a marker that is being written belongs to the one before it
        hold = 2 if found and _OPEN_MARKER.match(found[-1].text) else 1
        return self._hand_out(found[:-hold])

    def finish(self, complete: bool = True) -> list[Unit]:
        """The rest; an incomplete reply loses a last unit that breaks off."""
        found = list(split(without_thought(self._raw)))
        if not complete and found and not is_whole(found[-1].text):
            found.pop()
        return self._hand_out(found)

    @property
    def seen(self) -> int:
        """Characters fed so far."""
        return len(self._raw)

    def _hand_out(self, found: list[Unit]) -> list[Unit]:
        fresh = found[self._given :]
        self._given = max(self._given, len(found))
        return fresh


def is_whole(text: str) -> bool:
    """Whether a text ends as a finished sentence, row or fence does."""
    bare = strip_markers(text).rstrip().rstrip("\"'”’)*_")
    return bare.endswith((".", "!", "?", "…", "|", "```", "~~~"))


def without_thought(reply: str) -> str:
    """The reply without the reasoning that some models write before it between <think> tags."""
    start = reply.lstrip()
    if not start.startswith(THOUGHT):
        return "" if THOUGHT.startswith(start) else reply
    return start.partition(THOUGHT_END)[2]


def split(text: str) -> Iterator[Unit]:
    """The units of a Markdown text in reading order; empty lines and rules live on as gaps."""
    waiting: Unit | None = None
    gap = ""
    for line_gap, line, kind in _lines(text):
        gap += line_gap
        if kind == "rule":
            if waiting and waiting.kind == "row" and "\n\n" not in gap:
                waiting = replace(waiting, intro=f"{waiting.intro}{waiting.text}{gap}{line}", text="")
                gap = ""
            continue
        for unit in _cut(gap, line, kind):
            gap = ""
            if waiting:
                if _leads(waiting, unit):
                    unit = replace(unit, gap=waiting.gap, intro=waiting.intro + waiting.text + unit.gap)
                elif waiting.text:
                    yield waiting
            waiting = unit
    if waiting and waiting.text:
        yield waiting


def _leads(first: Unit, second: Unit) -> bool:
    """Whether the first unit is nothing by itself: a table's head, or "These are its tools:"."""
    if not first.text:
        return second.kind == "row"
    if first.kind not in ("sentence", "item") or second.kind not in ("item", "row", "code"):
        return False
    return strip_markers(first.text).rstrip("*_ ").endswith(":")


def _lines(text: str) -> Iterator[tuple[str, str, LineKind]]:
    """(white space before, text, kind) of each logical line: wrapped lines are joined, a fence is one."""
    gap, block, fence = "", "", ""
    kind: LineKind | None = None
    for number, line in enumerate(text.split("\n")):
        newline = "\n" if number else ""
        mark = _FENCE.match(line)
        if fence:
            block += newline + line
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                yield gap, block, "code"
                gap, block, kind, fence = "", "", None, ""
            continue
        this = _kind(line)
        if this == "sentence" and kind in ("sentence", "item"):
            block = f"{block.rstrip()} {line.strip()}"  # a wrapped line
            continue
        if kind:
            yield gap, block, kind
            gap, block, kind = "", "", None
        gap += newline
        if mark:
            block, kind, fence = line, "code", mark[1]
        elif this:
            indent = line[: len(line) - len(line.lstrip())]
            gap, block, kind = gap + indent, line.strip(), this
    if kind:
        yield gap, block, kind


def _kind(line: str) -> LineKind | None:
    """What an ordinary line is; None when it is empty."""
    if not line.strip():
        return None
    return next((kind for kind, pattern in _SIGNS.items() if pattern.match(line)), "sentence")


def _cut(gap: str, line: str, kind: UnitKind) -> Iterator[Unit]:
    """One logical line as units; a piece that is nothing but markers stays with the one before it."""
    if kind not in ("sentence", "item"):
        yield Unit(gap, line, kind)
        return
    starts = [0]
    position = 0
    for piece in sentences(line):
        found = line.find(piece, position)
        if found < 0:
            break
        if found > 0 and not (piece.startswith("[") and not strip_markers(piece).strip()):
            starts.append(found)
        position = found + len(piece)
    for start, end in zip(starts, [*starts[1:], len(line)], strict=True):
        text = line[start:end]
        yield Unit(gap, text.rstrip(), kind if start == 0 else "sentence")
        gap = text[len(text.rstrip()) :]


def _settled(raw: str) -> str:
    """The reply without a last line that may yet turn out to be a row, a fence, an item or a rule."""
    head, newline, last = raw.rpartition("\n")
    return raw if _SETTLED.match(last) else head + newline
