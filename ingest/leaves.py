"""What a roadmap names: its leaves, each of which a study note has to explain. Pure.

Leaves are numbered sections and weeks, the list items beneath them, the entries behind "Topics" and "Tools",
and bold labels that name a skill. Books, links, exercises and the reasons for an order are not leaves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.documents import Document
from assistant.outline import LINK, Outline

_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*[.)]\s|week \d+\b)", re.IGNORECASE)
_CLOSING = re.compile(r"^summary\b", re.IGNORECASE)
# Labels whose entries are topics themselves; their own name is none.
_ENTRY_LABELS = frozenset(["topics", "important topics", "tools", "tool"])
# Labels that frame a section (what for, in which order, with what to practise) and name no topic.
_FRAME_LABEL = re.compile(
    r"^(?:(?:focus|objective|tasks|project|bonus|example|note|resources|stretch goal)$"
    r"|(?:why|builds|books?)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A name that a roadmap gives: an item beneath a heading, or the heading itself when `item` is empty."""

    source: str
    heading: str  # as printed, its number included
    item: str = ""


def leaves(document: Document) -> tuple[Leaf, ...]:
    """The leaves of a roadmap in reading order; a name that a section lists twice stands once."""
    outline = Outline(document)
    return tuple(dict.fromkeys(_walk(outline, -1)))


def _walk(outline: Outline, parent: int) -> Iterator[Leaf]:
    for index in outline.children(parent):
        block = outline.blocks[index]
        if block.kind == "heading":
            if _CLOSING.match(block.title):
                continue
            beneath = list(_walk(outline, index))
            # a group is covered through its sections, a section through its items and by its own name
            groups = any(outline.blocks[i].kind == "heading" for i in outline.descendants(index))
            if _NUMBERED.match(block.title) and not groups:
                yield Leaf(outline.document.source.id, block.title)
            yield from beneath
        elif block.kind == "item":
            yield from _item(outline, index)


def _item(outline: Outline, index: int) -> Iterator[Leaf]:
    block = outline.blocks[index]
    heading = outline.blocks[outline.heading_of(index)].title
    source = outline.document.source.id
    label = block.label.lower()
    if label in _ENTRY_LABELS:
        for entry in _entries(block.title):
            yield Leaf(source, heading, entry)
        for child in outline.children(index):
            yield Leaf(source, heading, outline.blocks[child].title)
        return
    if label:
        if not _FRAME_LABEL.match(label) and not LINK.search(outline.full_text(index)):
            yield Leaf(source, heading, block.label)
        return
    if _NUMBERED.match(heading) and not LINK.search(outline.text(index)):
        yield Leaf(source, heading, block.title)
        for child in outline.children(index):
            if outline.blocks[child].kind == "item":
                yield from _item(outline, child)


def _entries(text: str) -> Iterator[str]:
    """The parts between commas that stand outside of parentheses."""
    depth, part = 0, ""
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += letter
    if part.strip():
        yield part.strip()
