"""Walking a document's structure: sections, children, neighbours, links. Pure; reads `Document.blocks`."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from assistant.documents import Document, Link

# "[words](url)" with one level of brackets in either, or an address by itself
LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(<?(https?://(?:[^\s()>]|\([^\s()]*\))+)>?[^)]*\)"
    r"|<?(https?://(?:[^\s()>\]]|\([^\s()]*\))+)>?"
)
_LEADING_NUMBER = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")
_MARKS = re.compile(r"(\*\*|__|`|(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*]))")
# quote marks, then an item's or a heading's sign
_LEAD = re.compile(r"^(?:\s*>)*(?:\s*(?:[-*+]|\d+[.)]|#{1,6})\s+)?")


def plain(markdown: str) -> str:
    """The words of a Markdown fragment: markup and link targets gone, one space between words."""
    text = LINK.sub(lambda m: m[1] if m[1] is not None else "", markdown)
    lines = (_LEAD.sub("", line) for line in text.split("\n"))
    return " ".join(_MARKS.sub("", " ".join(lines)).split())


def unnumbered(title: str) -> str:
    """A title without the number in front: "8.6) LLMs" is "LLMs"."""
    return _LEADING_NUMBER.sub("", title)


class Outline:
    """Navigation over one document; block arguments and results are indices into `document.blocks`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.blocks = document.blocks

    @cached_property
    def _children(self) -> dict[int, list[int]]:
        table: dict[int, list[int]] = {}
        for index, block in enumerate(self.blocks):
            table.setdefault(block.parent, []).append(index)
        return table

    @cached_property
    def _starts(self) -> list[int]:
        return [block.start for block in self.blocks]

    def children(self, index: int) -> list[int]:
        """The blocks directly beneath; -1 names the document itself."""
        return self._children.get(index, [])

    def descendants(self, index: int) -> Iterator[int]:
        for child in self.children(index):
            yield child
            yield from self.descendants(child)

    def ancestors(self, index: int) -> list[int]:
        """From the direct parent outwards."""
        found = []
        parent = self.blocks[index].parent
        while parent >= 0:
            found.append(parent)
            parent = self.blocks[parent].parent
        return found

    def heading_of(self, index: int) -> int:
        """The block itself when it is a heading, else the nearest heading above; -1 at the top."""
        for candidate in (index, *self.ancestors(index)):
            if self.blocks[candidate].kind == "heading":
                return candidate
        return -1

    def heading_path(self, index: int) -> tuple[str, ...]:
        """Titles of the headings above, outermost first, the block's own included when it is one."""
        path = [
            self.blocks[i].title for i in (index, *self.ancestors(index)) if self.blocks[i].kind == "heading"
        ]
        return tuple(reversed(path))

    def label_of(self, index: int) -> str:
        """The label of the block or of the closest labelled item above it within its section."""
        for candidate in (index, *self.ancestors(index)):
            if self.blocks[candidate].kind == "heading":
                return ""
            if self.blocks[candidate].label:
                return self.blocks[candidate].label
        return ""

    def indexed_text(self, index: int) -> str:
        """The block in one line with what it stands under: what its own vector is made of."""
        block = self.blocks[index]
        path = self.heading_path(index)
        parts = [*path[-2 if block.kind == "heading" else -1 :]]
        if block.kind != "heading":
            above = [i for i in self.ancestors(index) if self.blocks[i].kind != "heading"]
            parts += [self.blocks[i].label or self.blocks[i].title for i in reversed(above)]
            parts += [block.label, block.title]
        if block.label or block.kind == "heading" or self.children(index):
            inner = [self.blocks[i].title for i in self.children(index) if self.blocks[i].kind == "item"]
            parts.append(", ".join(inner)[:300])
        return " - ".join(part for part in parts if part)

    def siblings(self, index: int) -> list[int]:
        """Blocks of the same kind under the same parent, in order, the block itself included."""
        kind = self.blocks[index].kind
        return [i for i in self.children(self.blocks[index].parent) if self.blocks[i].kind == kind]

    def text(self, index: int) -> str:
        """The block's own text without what is nested beneath it."""
        block = self.blocks[index]
        return self.document.text[block.start : block.end]

    def full_text(self, index: int) -> str:
        """The block with everything beneath it."""
        block = self.blocks[index]
        return self.document.text[block.start : block.extent]

    def at(self, position: int) -> int:
        """The innermost block whose extent holds the character position; -1 when none does."""
        index = bisect_right(self._starts, position) - 1
        while index >= 0 and position >= self.blocks[index].extent:
            index = self.blocks[index].parent
        return index

    def links(self, index: int | None = None) -> list[Link]:
        """Links beneath a block (its own included), or of the whole document, in reading order."""
        if index is None:
            start, end = 0, len(self.document.text)
        else:
            start, end = self.blocks[index].start, self.blocks[index].extent
        found = []
        for match in LINK.finditer(self.document.text, start, end):
            block = self.at(match.start())
            url = match[2] or match[3].rstrip(".,;")
            found.append(
                Link(
                    source=self.document.source.id,
                    heading_path=self.heading_path(block) if block >= 0 else (),
                    text=plain(match[1]) if match[1] else url,
                    url=url,
                    start=match.start(),
                    end=match.end(),
                    label=self.label_of(block) if block >= 0 else "",
                )
            )
        return found
