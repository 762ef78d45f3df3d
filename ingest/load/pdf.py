"""PDF files: the text of each page, bookmarks as headings; scans and locked files are left out."""

import io
import logging
import re
from collections.abc import Mapping
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from ingest.load.records import BROKEN, ENCRYPTED, NO_TEXT, Loaded, Skipped

_FEWEST_LETTERS_A_PAGE = 20  # scans carry page numbers and stamps at most
_HYPHENATED = re.compile(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])")
_MOST_BOOKMARKS = 5000


def load_pdf(data: bytes) -> Loaded | Skipped:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return ENCRYPTED
        headings = _bookmarks(reader)
        pages = [
            _page(page.extract_text(), headings.get(number, {})) for number, page in enumerate(reader.pages)
        ]
        title = reader.metadata.title if reader.metadata else None
    except (FileNotDecryptedError, DependencyError):
        return ENCRYPTED
    except (
        PyPdfError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        ZeroDivisionError,
        OSError,
    ):
        return BROKEN  # pypdf lets its own slips on damaged objects through
    if sum(c.isalnum() for page in pages for c in page) < _FEWEST_LETTERS_A_PAGE * max(1, len(pages)) ** 0.5:
        return NO_TEXT
    return Loaded("\n\n".join(page for page in pages if page.strip()), _usable(title))


def _usable(title: Any) -> str | None:
    """A document's title, unless a program left a file name or nothing there."""
    text = str(title).strip() if title else ""
    return (
        None
        if not text or re.search(r"\.(docx?|tex|indd|dvi|pdf)$|^untitled|^microsoft word", text, re.I)
        else text
    )


def _key(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _bookmarks(reader: PdfReader) -> Mapping[int, Mapping[str, int]]:
    """Depth of each bookmark by page number and by its words."""
    found: dict[int, dict[str, int]] = {}
    queue: list[tuple[Any, int]] = [(reader.outline, 1)]
    seen = 0
    while queue and seen < _MOST_BOOKMARKS:
        items, depth = queue.pop(0)
        for item in items:
            seen += 1
            if isinstance(item, list):
                queue.append((item, depth + 1))
            elif item.title and (page := reader.get_destination_page_number(item)) is not None and page >= 0:
                found.setdefault(page, {})[_key(str(item.title))] = min(depth, 6)
    return found


def _page(text: str, headings: Mapping[str, int]) -> str:
    """A page's lines; those that are a bookmark's words become headings."""
    text = _HYPHENATED.sub("", text)
    if not headings:
        return text
    lines = []
    for line in text.split("\n"):
        depth = headings.get(_key(line)) if line.strip() else None
        lines.append(f"\n{'#' * depth} {line.strip()}\n" if depth else line)
    return "\n".join(lines)
