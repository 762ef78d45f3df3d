"""Which format a file has, by what it holds first and by its suffix second."""

import re
from enum import Enum
from pathlib import PurePath


class Format(Enum):
    """The formats that have a loader."""

    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"
    RST = "rst"
    NOTEBOOK = "notebook"
    BINARY = "binary"


SUFFIXES = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".mdown": Format.MARKDOWN,
    ".mkd": Format.MARKDOWN,
    ".mdx": Format.MARKDOWN,
    ".txt": Format.MARKDOWN,
    ".text": Format.MARKDOWN,
    "": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".pdf": Format.PDF,
    ".rst": Format.RST,
    ".rest": Format.RST,
    ".ipynb": Format.NOTEBOOK,
}

_HEAD_BYTES = 8192
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_HTML_START = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S
)
_NOTEBOOK_KEYS = re.compile(rb'"(?:cells|worksheets|nbformat)"\s*:')
# first bytes of archives, pictures, sound, office files, programs and databases
_MAGIC = (
    b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd",
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"OggS", b"ID3", b"\x7fELF", b"MZ\x90",
    b"\xd0\xcf\x11\xe0", b"SQLite format 3", b"\xca\xfe\xba\xbe", b"\x00\x00\x01\x00", b"{\\rtf",
)  # fmt: skip
_MOST_NULS = 0.01  # a few stray ones in a text are cleaned away
_MOST_CONTROLS = 0.1  # a larger share of control characters is no text in any encoding


def detect(data: bytes, name: str) -> Format:
    """The format to load this file as; content outweighs the suffix where it is unmistakable."""
    head = data[:_HEAD_BYTES]
    suffix = PurePath(name).suffix.lower()
    wanted = SUFFIXES.get(suffix, Format.MARKDOWN)
    if b"%PDF-" in head[:1024]:
        return Format.PDF
    if _is_binary(head):
        return Format.BINARY
    if wanted is Format.NOTEBOOK:
        return Format.NOTEBOOK
    if (
        suffix in (".json", ".txt", "")
        and head.lstrip()[:1] == b"{"
        and len(set(_NOTEBOOK_KEYS.findall(data))) > 1
    ):
        return Format.NOTEBOOK
    if _HTML_START.match(head.removeprefix(b"\xef\xbb\xbf")):
        return Format.HTML
    if wanted is Format.PDF:  # a .pdf without the mark is text that was named wrongly
        return Format.MARKDOWN
    return wanted


def _is_binary(head: bytes) -> bool:
    if head.startswith(_MAGIC):
        return True
    if head.startswith(_UTF16_MARKS) or _looks_like_utf16(head):
        return False
    controls = sum(1 for byte in head if byte < 9 or 13 < byte < 27 or 27 < byte < 32)
    return head.count(0) > len(head) * _MOST_NULS or controls > len(head) * _MOST_CONTROLS


def _looks_like_utf16(head: bytes) -> bool:
    """Nearly every second byte is zero, as in Latin text of two bytes a character without a mark."""
    if len(head) < 16:
        return False
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    return (odd > half * 0.8 and even < half * 0.05) or (even > half * 0.8 and odd < half * 0.05)
