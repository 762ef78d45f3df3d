"""What of a chunk is embedded and keyword-indexed: its context and its plain words, link targets left out."""

from assistant.documents import Chunk
from assistant.outline import plain


def indexed_text(chunk: Chunk) -> str:
    """Headings and parents above, then the chunk's words."""
    return f"{chunk.context}\n{plain(chunk.text)}".strip()
