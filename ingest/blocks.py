"""The structure of a cleaned Markdown text: headings, items, paragraphs, code, tables; with offsets. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from assistant.documents import Block, BlockKind
from assistant.outline import plain

_QUOTED = r"(?:>\s*)*"
_MARKER = r"(?:[-*+]|\d+[.)])"
_BOLD = r"(?:\*\*|__)"
# "**Tasks**:" or "**Tasks:**", as an item or by itself
_LABEL = re.compile(rf"^\s*{_QUOTED}(?:{_MARKER}\s+)?{_BOLD}([^*_\n]{{1,60}}?)\s*(?::\s*{_BOLD}|{_BOLD}\s*:)")
_BOLD_ONLY = re.compile(rf"^{_QUOTED}{_MARKER}\s+{_BOLD}(?P<words>[^*\n]+?){_BOLD}\s*$")
_NUMBER = re.compile(rf"^{_QUOTED}(\d+)[.)]\s")
_ITEM_START = re.compile(rf"{_QUOTED}{_MARKER}[ \t]*")
# what closes a heading: "# Title #", or the line of "=" or "-" below it
_HEADING_END = re.compile(r"(?<!\s)\s+#+\s*$|\n\s*(?:>\s*)*[=-]+\s*$")
_MAX_NESTING = 60  # deeper quotes and lists are hostile: the parser stops there


@dataclass(slots=True)
class _Node:
    """A block while the tree is built."""

    kind: BlockKind
    start: int
    end: int
    rank: int = 0  # heading level 1..6, 0 for anything else
    children: list["_Node"] = field(default_factory=list)


def parse_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text in reading order; see `assistant.documents.Block`."""
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
    tree = SyntaxTreeNode(parser.parse(text))
    lines = _Lines(text)
    flat = [node for child in tree.children for node in _nodes(child, lines)]
    root = _nest(_adopt_lists(flat, text))
    blocks: list[Block] = []
    _emit_all(root, -1, 0, text, blocks)
    return tuple(blocks)


class _Lines:
    """Line numbers to character offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of lines first..last-1, without surrounding white space."""
        start = self.starts[first] if first < len(self.starts) else len(self.text)
        end = self.starts[last] if last < len(self.starts) else len(self.text)
        inner = self.text[start:end]
        return start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())


def _nodes(node: SyntaxTreeNode, lines: _Lines) -> Iterator[_Node]:
    if node.map is None:
        return
    start, end = lines.span(*node.map)
    if end <= start:
        return
    if node.type == "heading":
        yield _Node("heading", start, end, rank=int(node.tag[1]))
    elif node.type in ("bullet_list", "ordered_list"):
        for child in node.children:
            yield from _item(child, lines)
    elif node.type == "blockquote":
        for child in node.children:
            yield from _nodes(child, lines)
    elif node.type in ("fence", "code_block"):
        yield _Node("code", start, end)
    elif node.type == "table":
        yield _Node("table", start, end)
    elif node.type in ("paragraph", "html_block"):
        yield from _paragraphs(start, end, lines.text)


def _paragraphs(start: int, end: int, text: str) -> Iterator[_Node]:
    """One node a paragraph, or one a labelled line where several labels share a paragraph."""
    cuts = [start]
    position = start
    for line in text[start:end].split("\n"):
        if position > start and _LABEL.match(line):
            cuts.append(position)
        position += len(line) + 1
    for first, last in zip(cuts, [*cuts[1:], end], strict=True):
        part = text[first:last].rstrip()
        if part:
            yield _Node("paragraph", first, first + len(part))


def _item(node: SyntaxTreeNode, lines: _Lines) -> Iterator[_Node]:
    """The item with what is nested in it; an item without words of its own is only what is nested in it."""
    if node.map is None:
        return
    start, end = lines.span(*node.map)
    if end <= start:
        return
    own_end = start
    nested: list[_Node] = []
    for child in node.children:
        if child.type == "paragraph" and not nested and child.map:
            own_end = max(own_end, lines.span(*child.map)[1])
        else:
            nested.extend(_nodes(child, lines))
    if own_end > start:
        yield _Node("item", start, own_end, children=nested)
        return
    if nested and nested[0].start == start:  # "- - a": the parser knows lines, not columns
        marker = _ITEM_START.match(lines.text, start)
        nested[0].start = marker.end() if marker else start
    yield from nested


def _adopt_lists(nodes: list[_Node], text: str) -> list[_Node]:
    """Items that follow a paragraph ending in a colon become its children ("Tools:" and its list)."""
    found: list[_Node] = []
    opener: _Node | None = None
    for node in nodes:
        if node.kind == "item" and opener is not None:
            opener.children.append(node)
            continue
        words = text[node.start : node.end].rstrip("*_ ")
        opener = node if node.kind == "paragraph" and words.endswith(":") else None
        found.append(node)
    return found


def _nest(nodes: list[_Node]) -> list[_Node]:
    """Everything after a heading goes beneath it, until one of the same rank or higher."""
    root: list[_Node] = []
    open_headings: list[_Node] = []
    for node in nodes:
        if node.kind == "heading":
            while open_headings and open_headings[-1].rank >= node.rank:
                open_headings.pop()
        (open_headings[-1].children if open_headings else root).append(node)
        if node.kind == "heading":
            open_headings.append(node)
    return root


def _bold_words(node: _Node, text: str) -> str:
    """The words of an item that is bold as a whole and has no colon, else nothing."""
    match = _BOLD_ONLY.match(text[node.start : node.end]) if node.kind == "item" else None
    return match["words"] if match and not match["words"].rstrip().endswith(":") else ""


def _emit_all(nodes: list[_Node], parent: int, level: int, text: str, blocks: list[Block]) -> None:
    """Beside a bold item that opens a list, the bold items that open none are headings too."""
    bold_are_headings = any(node.children and _bold_words(node, text) for node in nodes)
    for node in nodes:
        _emit(node, parent, level, text, blocks, bold_are_headings)


def _emit(
    node: _Node, parent: int, level: int, text: str, blocks: list[Block], bold_are_headings: bool
) -> None:
    own = text[node.start : node.end]
    kind, label, title = node.kind, "", ""
    if kind == "heading":
        title = plain(_HEADING_END.sub("", own))
    elif bold_are_headings and (bold := _bold_words(node, text)):
        kind = "heading"
        number = _NUMBER.match(own)
        title = (f"{number[1]}. " if number else "") + plain(bold)
    elif kind in ("item", "paragraph"):
        match = _LABEL.match(own)
        label = plain(match[1]) if match else ""
        title = plain(own[match.end() :] if match else own)
    index = len(blocks)
    blocks.append(Block(kind, node.start, node.end, node.end, parent, level, label, title))
    _emit_all(node.children, index, level + 1, text, blocks)
    if len(blocks) > index + 1:
        blocks[index] = replace(blocks[index], extent=max(block.extent for block in blocks[index + 1 :]))
