"""Cutting a document into chunks along its structure. Pure.

A section (a heading and what stands directly beneath it) is one chunk where it fits; a larger one is
cut between its blocks. List items, code fences and table rows are never cut; a paragraph is cut only
when it alone is too long, between sentences where it can be.
"""

from collections.abc import Iterator
from itertools import groupby

from langchain_text_splitters import RecursiveCharacterTextSplitter

from assistant.documents import Chunk, Document
from assistant.outline import Outline, plain
from assistant.settings import SplitterSettings
from ingest.passage_url import passage_url

_PARENT_CHARS = 160  # of a parent item's words, enough to say what a nested item belongs to
Span = tuple[int, int, int]  # block the span belongs under (-1: document), start, end


def split(document: Document, settings: SplitterSettings) -> list[Chunk]:
    """Chunks in reading order; they do not overlap and `chunk.text == document.text[start:end]`."""
    outline = Outline(document)
    spans = (
        _sections(outline, -1, settings.max_chars)
        if document.blocks
        else _whole(document, settings.max_chars)
    )
    return [_chunk(outline, *span) for span in spans if document.text[span[1] : span[2]].strip()]


def _whole(document: Document, limit: int) -> Iterator[Span]:
    yield from ((-1, start, end) for start, end in _cut_prose(document.text, 0, len(document.text), limit))


def _sections(outline: Outline, parent: int, limit: int) -> Iterator[Span]:
    """The parent's own content and the sections beneath it, in reading order."""
    children = outline.children(parent)
    first = parent if parent >= 0 else None
    for is_heading, run in groupby(children, key=lambda i: outline.blocks[i].kind == "heading"):
        if is_heading:
            for heading in run:
                yield from _sections(outline, heading, limit)
        else:
            yield from _pack(outline, parent, first, list(run), limit)
        first = None
    if parent >= 0 and not children:  # a heading with nothing beneath still names a topic
        yield parent, outline.blocks[parent].start, outline.blocks[parent].end


def _pack(outline: Outline, owner: int, first: int | None, content: list[int], limit: int) -> Iterator[Span]:
    """Consecutive blocks joined up to `limit` characters; `first` (heading or item) opens the first chunk."""
    start = end = -1
    if first is not None:
        start, end = outline.blocks[first].start, outline.blocks[first].end
    for index in content:
        block = outline.blocks[index]
        if start >= 0 and block.start >= start and block.extent - start <= limit:
            end = block.extent
            continue
        if start >= 0 and not _only_opener(outline, first, start, end):
            yield owner, start, end
            start = -1
        if block.extent - block.start <= limit:
            start, end = (start if start >= 0 else block.start), block.extent
            continue
        opener = start if start >= 0 else None
        pieces = list(_divide(outline, index, limit))
        if opener is not None and pieces:  # the heading travels with the first piece of what it opens
            pieces[0] = (owner, opener, pieces[0][2])
        yield from pieces
        start = -1
    if start >= 0:
        yield owner, start, end


def _only_opener(outline: Outline, first: int | None, start: int, end: int) -> bool:
    """Whether the open chunk holds nothing but the heading, which must not stand alone."""
    return first is not None and start == outline.blocks[first].start and end == outline.blocks[first].end


def _divide(outline: Outline, index: int, limit: int) -> Iterator[Span]:
    """A block that alone is over the limit, cut where its kind allows."""
    block = outline.blocks[index]
    children = outline.children(index)
    if children:
        yield from _pack(outline, index, index, children, limit)
    elif block.kind == "paragraph":
        for start, end in _cut_prose(outline.document.text, block.start, block.end, limit):
            yield block.parent, start, end
    elif block.kind == "table":
        for start, end in _cut_lines(outline.document.text, block.start, block.end, limit):
            yield index, start, end
    else:
        yield block.parent, block.start, block.end


def _cut_prose(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=limit,
        chunk_overlap=0,
        separators=["\n\n", "\n", r"(?<=[.!?])\s+", r"\s+", ""],
        is_separator_regex=True,
        keep_separator="end",
        strip_whitespace=False,
    )
    position = start
    for piece in splitter.split_text(text[start:end]):
        found = text.index(piece, position)
        position = found + len(piece)
        inner = piece.strip()
        if inner:
            lead = len(piece) - len(piece.lstrip())
            yield found + lead, found + lead + len(inner)


def _cut_lines(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    first = position = start
    for line in text[start:end].splitlines(keepends=True):
        if position > first and position + len(line) - first > limit:
            yield first, first + len(text[first:position].rstrip())
            first = position
        position += len(line)
    yield first, end


def _chunk(outline: Outline, owner: int, start: int, end: int) -> Chunk:
    source = outline.document.source
    path = outline.heading_path(owner) if owner >= 0 else ()
    return Chunk(
        source=source.id,
        kind=source.kind,
        title=source.title,
        heading_path=path,
        start=start,
        end=end,
        text=outline.document.text[start:end],
        context=_context(outline, owner, start, path),
        url=passage_url(source, outline.document.text[start:end]),
        roadmaps=source.roadmaps,
    )


def _context(outline: Outline, owner: int, start: int, path: tuple[str, ...]) -> str:
    """Title, headings and the items above, as far as the chunk's own text does not show them."""
    title = outline.document.source.title
    parts = [title] if not path or path[0] != title else []
    parts.extend(path)
    if owner >= 0:
        above = [i for i in (owner, *outline.ancestors(owner)) if outline.blocks[i].kind != "heading"]
        for index in reversed(above):
            block = outline.blocks[index]
            if block.start < start:
                own = outline.text(index) if block.kind != "table" else outline.text(index).split("\n", 1)[0]
                parts.append(plain(own)[:_PARENT_CHARS])
    return " > ".join(parts)
