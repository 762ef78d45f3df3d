"""What the side panel shows of a citation: its section, with the cited span marked. Pure.

The view is plain data (lists, dicts, strings): the browser's component sets every text as text, so
nothing that a source says can become markup.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from assistant.documents import Block, Citation, Document
from assistant.outline import Outline
from assistant.ui.inline import cut, pieces, words

SECTION_CHARS = 3500  # about two screens; a longer section is shown around the cited span
KIND_NAMES = {"roadmap": "Roadmap", "note": "Study note", "page": "Web page", "file": "Your file"}
MOVED = "The source has changed since this answer was given; this is the passage as it was cited."
_LEAD = re.compile(r"(?:[-*+]|\d+[.)]|#{1,6})[ \t]+")
_FENCE = re.compile(r"^[ ]*(?:```|~~~)[^\n]*$", re.MULTILINE)
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_RULE_ROW = re.compile(r"^[\s|:\-]+$")
View = dict[str, Any]


def passage_view(citation: Citation, outline: Outline | None) -> View:
    """Props of the panel's component; `outline` is the document's structure, None when it is gone."""
    span = locate(citation, outline.document) if outline is not None else None
    view: View = {
        "n": citation.n,
        "kind": KIND_NAMES[citation.kind],
        "title": citation.title,
        "place": [heading for heading in citation.heading_path if heading != citation.title],
        "url": citation.url if citation.url and re.match(r"https?://", citation.url) else None,
        "before": False,
        "after": False,
        "remark": "",
    }
    if outline is None or span is None:
        view["remark"] = MOVED
        view["blocks"] = [_paragraph(citation.quote)]
        return view
    section = _section(outline, span)
    chosen = _around(outline.blocks, section, span)
    view["before"] = bool(chosen) and chosen[0] != section[0]
    view["after"] = bool(chosen) and chosen[-1] != section[-1]
    base = min((outline.blocks[i].level for i in chosen), default=0)
    view["blocks"] = [_block(outline, i, base, span) for i in chosen] or [_paragraph(citation.quote)]
    return view


def locate(citation: Citation, document: Document) -> tuple[int, int] | None:
    """Where the quote stands now: at its offsets, or elsewhere after a new generation, or nowhere."""
    if document.text[citation.start : citation.end] == citation.quote:
        return citation.start, citation.end
    found = document.text.find(citation.quote) if citation.quote else -1
    return (found, found + len(citation.quote)) if found >= 0 else None


def _section(outline: Outline, span: tuple[int, int]) -> list[int]:
    """Block indices of the innermost section that holds the whole span, its heading first."""
    innermost = outline.at(span[0])
    heading = outline.heading_of(innermost) if innermost >= 0 else -1
    while heading >= 0 and outline.blocks[heading].extent < span[1]:
        parent = outline.blocks[heading].parent
        heading = outline.heading_of(parent) if parent >= 0 else -1
    if heading < 0:
        return list(range(len(outline.blocks)))
    return [heading, *sorted(outline.descendants(heading))]


def _around(blocks: Sequence[Block], section: list[int], span: tuple[int, int]) -> list[int]:
    """The cited blocks and as many neighbours on both sides as fit."""
    cited = [i for i in section if blocks[i].start < span[1] and blocks[i].end > span[0]]
    if not cited:
        return section[:1]
    low, high = section.index(cited[0]), section.index(cited[-1])
    room = SECTION_CHARS - sum(blocks[i].end - blocks[i].start for i in section[low : high + 1])
    growing = True
    while growing:
        growing = False
        for step in (-1, 1):
            at = low - 1 if step < 0 else high + 1
            if not 0 <= at < len(section):
                continue
            size = blocks[section[at]].end - blocks[section[at]].start
            if size <= room:
                room -= size
                low, high = (at, high) if step < 0 else (low, at)
                growing = True
    return section[low : high + 1]


def _block(outline: Outline, index: int, base: int, span: tuple[int, int]) -> View:
    block = outline.blocks[index]
    start, end = _window(block, span)
    text = outline.document.text[start:end]
    view: View = {"kind": block.kind, "depth": block.level - base}
    if block.kind == "code":
        return view | {"pieces": _code(text, start, span)}
    if block.kind == "table":
        return view | {"rows": _rows(text, start, span)}
    lead = _LEAD.match(text) if start == block.start else None
    skipped = lead.end() if lead else 0
    marker = lead[0].strip() if lead else ""
    view["lead"] = marker if marker[:1].isdigit() else "•" if block.kind == "item" else ""
    pieces_shown = _inline(text[skipped:], start + skipped, span)
    ellipsis: list[View] = [{"text": " … ", "mark": False}]
    before = ellipsis if start > block.start else []
    after = ellipsis if end < block.end else []
    return view | {"pieces": before + pieces_shown + after}


def _window(block: Block, span: tuple[int, int]) -> tuple[int, int]:
    """The whole block, or of an overlong one the part around the span."""
    if block.end - block.start <= SECTION_CHARS:
        return block.start, block.end
    start = max(block.start, span[0] - SECTION_CHARS // 3)
    return start, min(block.end, start + SECTION_CHARS)


def _paragraph(quote: str) -> View:
    pieces_shown = _inline(quote, 0, (0, len(quote)))
    return {"kind": "paragraph", "depth": 0, "lead": "", "pieces": pieces_shown}


def _inline(text: str, start: int, span: tuple[int, int]) -> list[View]:
    found: list[View] = []
    for piece in pieces(text, start):
        for part, inside in cut(piece, *span):
            shown = part.text if part.code else words(part.text)
            style = {"strong": part.strong, "em": part.emphasis, "code": part.code, "url": part.url}
            view: View = {"text": shown, "mark": inside}
            found.append(view | {name: value for name, value in style.items() if value})
    return found


def _code(text: str, start: int, span: tuple[int, int]) -> list[View]:
    """Code as it stands, its fence lines left out."""
    fences = list(_FENCE.finditer(text))
    low = fences[0].end() + 1 if fences and fences[0].start() == 0 else 0
    high = fences[-1].start() if len(fences) > 1 else len(text)
    first = min(max(span[0] - start, low), high)
    last = max(min(span[1] - start, high), low)
    parts = [(text[low:first], False), (text[first:last], True), (text[last:high], False)]
    return [{"text": part, "mark": mark} for part, mark in parts if part]


def _rows(text: str, start: int, span: tuple[int, int]) -> list[list[list[View]]]:
    """Rows of cells of pieces; the ruler beneath a table's head is left out."""
    rows = []
    position = start
    for line in text.split("\n"):
        if line.strip() and not _RULE_ROW.match(line):
            borders = [-1, *(m.start() for m in _CELL_BORDER.finditer(line)), len(line)]
            cells = [(a + 1, b) for a, b in pairwise(borders)]
            if line.lstrip().startswith("|"):
                cells = cells[1:]
            if line.rstrip().endswith("|"):
                cells = cells[:-1]
            rows.append(
                [_inline(line[a:b].strip(), position + a + _indent(line[a:b]), span) for a, b in cells]
            )
        position += len(line) + 1
    return rows


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
