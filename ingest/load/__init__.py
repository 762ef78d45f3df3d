"""Files of any supported format to Markdown, behind one function that never raises for a bad file."""

from pathlib import Path, PurePath
from urllib.parse import urlsplit

from assistant.documents import Block
from assistant.settings import IngestSettings
from ingest.blocks import parse_blocks
from ingest.clean import clean
from ingest.load.detect import Format, detect
from ingest.load.reader import TIMEOUT_S, Reader
from ingest.load.records import BINARY, EMPTY, TOO_LARGE, UNREADABLE, UNSUPPORTED, Loaded, Reading, Skipped
from ingest.load.text import load_text

__all__ = ["Loaded", "Loader", "Reading", "Skipped"]

# media types whose bodies may be anything: what they hold and their address decide
_VAGUE = frozenset(("", "text/plain", "application/octet-stream", "binary/octet-stream", "application/json"))
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/mdx": ".mdx",
    "text/x-rst": ".rst",
    "text/prs.fallenstein.rst": ".rst",
    "application/x-ipynb+json": ".ipynb",
    "application/pdf": ".pdf",
}

_LONGEST_HERE = 100_000  # characters: even nothing but brackets is parsed within seconds


class Loader:
    """Loads files; formats whose parsers may hang or crash are read in a child process of its own.

    Use it as a context manager, so that the child ends with it.
    """

    def __init__(self, settings: IngestSettings, timeout_s: float = TIMEOUT_S) -> None:
        self._settings = settings
        self._reader = Reader(timeout_s)

    def __enter__(self) -> "Loader":
        return self

    def __exit__(self, *exception: object) -> None:
        self._reader.close()

    def load(self, source: Path | bytes, name: str) -> Loaded | Skipped:
        """The file's text as Markdown, or why it is left out; `name` gives the suffix."""
        data = source if isinstance(source, bytes) else self._read(source)
        if isinstance(data, Skipped):
            return data
        if len(data) > self._settings.max_file_mb * 1e6:
            return TOO_LARGE
        if not data.strip():
            return EMPTY
        form = detect(data, name)
        if form is Format.BINARY:
            return BINARY
        found = load_text(data) if form is Format.MARKDOWN else self._reader.read(form, data)
        if isinstance(found, Loaded) and len(found.text) > self._settings.max_chars:
            return TOO_LARGE
        return found

    def load_page(self, data: bytes, media_type: str, charset: str, url: str) -> Reading | Skipped:
        """A page that the web served; content outweighs what its server says of it."""
        path = urlsplit(url).path
        suffix = PurePath(path).suffix.lower() if media_type in _VAGUE else _SUFFIXES.get(media_type)
        if suffix is None:
            return UNSUPPORTED
        if len(data) > self._settings.max_file_mb * 1e6:
            return TOO_LARGE
        if not data.strip():
            return EMPTY
        form = detect(data, f"page{suffix}")
        if form is Format.BINARY:
            return BINARY
        if media_type == "application/json" and form is Format.MARKDOWN:
            return UNSUPPORTED
        mdx = suffix == ".mdx" or path.endswith(".mdx")
        found = self._reader.read_web_page(form, data, charset, url, mdx=mdx)
        if isinstance(found, Reading) and len(found.text) > self._settings.max_chars:
            return TOO_LARGE
        return found

    def structure(self, text: str) -> tuple[str, tuple[Block, ...]] | Skipped:
        """The text cleaned, and its blocks; long texts are left to the child process."""
        if len(text) > _LONGEST_HERE:
            return self._reader.structure(text)
        cleaned = clean(text)
        return cleaned, parse_blocks(cleaned)

    def _read(self, path: Path) -> bytes | Skipped:
        try:
            if not path.is_file():  # pipes and devices never end
                return UNREADABLE
            if path.stat().st_size > self._settings.max_file_mb * 1e6:
                return TOO_LARGE
            return path.read_bytes()
        except OSError:
            return UNREADABLE
