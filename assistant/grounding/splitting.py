"""Answers cut into the sentences that are scored and shown one by one; knows Markdown."""

import re

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
# between two runs of dashes stands a bar, a colon or space: a run that could be cut anywhere takes for ever
_RULE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?(?:\s*\||(?=\s*:|\s+-|\s*$)))+\s*$|^\s*(?:[-*_]\s*){3,}$")
# a mark that ends a sentence, what may close after it (quotes, emphasis, citation markers), then space
_END = re.compile(r"[.!?…]+(?:[\"'”’)\]*_`]|\s?\[\d+(?:\s*,\s*\d+)*\])*(?=\s|$)")
_SHORT = re.compile(
    r"(?:^|[\s(\[\"'*_])(?:e\.?g|i\.?e|vs|etc|cf|approx|resp|incl|max|min|no|fig|sec|ch|vol|eds?|al|mr|mrs|ms|dr|prof|st|jr|"
    r"sr|inc|ltd|co|corp|dept|gen|gov|sen|rep|rev|sgt|capt|lt|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|"
    r"[a-z]|(?:[a-z]\.)+[a-z])$",
    re.IGNORECASE,
)
# these close a sentence as often as not: they are cut only before a capital letter
_EITHER = re.compile(r"(?:etc|al|inc|ltd|co|corp|jr|sr|a\.m|p\.m|u\.s|u\.k|no|min|max)$", re.IGNORECASE)
_OPENER = re.compile(r"[\"'“‘(\[*_`]*[A-Z0-9]")


def sentences(text: str) -> list[str]:
    """The sentences of a Markdown text in reading order, markup and `[n]` markers kept.

    A list item or paragraph line is cut at its sentence ends, a table row is one sentence (its header row
    is joined to nothing and dropped with the rule below it), a code fence stays whole. A heading stands
    alone. A line that ends with a colon is an announcement: it is joined to the first list item, row or
    fence beneath it, because it is true only together with them.
    """
    found: list[str] = []
    intro = ""
    for kind, block in _blocks(text):
        if kind in ("item", "row", "code"):
            pieces = [block] if kind != "item" else _cut(block)
            if intro:
                pieces[0] = f"{intro}\n{pieces[0]}"
            found.extend(pieces)
            intro = ""
            continue
        if intro:
            found.append(intro)
            intro = ""
        pieces = [block] if kind == "heading" else _cut(block)
        if pieces[-1].rstrip("*_ ").endswith(":"):
            intro = pieces.pop()
        found.extend(pieces)
    if intro:
        found.append(intro)
    return found


def _blocks(text: str) -> list[tuple[str, str]]:
    """(kind, text) of each block: lines of a paragraph or item are joined, a fence keeps its lines."""
    blocks: list[tuple[str, str]] = []
    fence = ""
    fresh = True  # the next plain line opens a new block
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            blocks[-1] = ("code", f"{blocks[-1][1]}\n{line}")
            if mark and mark[1].startswith(fence) and not line.strip().strip(mark[1][0]):
                fence, fresh = "", True
        elif mark:
            fence = mark[1]
            blocks.append(("code", line))
        elif not line.strip():
            fresh = True
        elif _RULE.match(line):
            if blocks and blocks[-1][0] == "row" and "-" in line and not fresh:
                blocks.pop()  # the header row above names columns and states nothing
            fresh = True
        elif _HEADING.match(line):
            blocks.append(("heading", line.strip()))
            fresh = True
        elif _ROW.match(line):
            blocks.append(("row", line.strip()))
            fresh = False
        elif _ITEM.match(line):
            blocks.append(("item", line.strip()))
            fresh = False
        elif fresh or not blocks or blocks[-1][0] == "row":
            blocks.append(("line", line.strip()))
            fresh = False
        else:
            blocks[-1] = (blocks[-1][0], f"{blocks[-1][1]} {line.strip()}")
    return blocks


def _cut(block: str) -> list[str]:
    """One block at its sentence ends; never inside an abbreviation, a number, a URL or a marker."""
    lead = _ITEM.match(block)
    start = 0
    position = lead.end() if lead else 0
    pieces = []
    for match in _END.finditer(block, position):
        rest = block[match.end() :].lstrip()
        before = block[start : match.start()]
        if match[0][0] == ".":
            short = _SHORT.search(before)
            if short and not (_EITHER.search(before) and rest[:1].isupper()):
                continue
            if not _OPENER.match(rest):
                continue
        pieces.append(block[start : match.end()].strip())
        start = match.end()
    if block[start:].strip():
        pieces.append(block[start:].strip())
    return pieces
