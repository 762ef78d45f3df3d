"""What is embedded and keyword-indexed: plain words with what they stand under, link targets left out."""

from assistant.documents import Chunk
from assistant.outline import Outline, plain


def indexed_text(chunk: Chunk) -> str:
    """Headings and parents above, then the chunk's words."""
    return f"{chunk.context}\n{plain(chunk.text)}".strip()


def indexed_block(outline: Outline, number: int) -> str:
    """One block in one line; that of a study note under its title, since sections are named alike in all."""
    block = outline.blocks[number]
    if outline.document.source.kind != "note" or block.kind == "heading":
        return outline.indexed_text(number)
    words = block.title or " ".join(plain(outline.text(number)).split())
    return " - ".join(part for part in (outline.document.source.title, block.label, words) if part)
