"""The encoding of a page: what its bytes prove, else what its server or itself declares, else a guess."""

import codecs
import re

from ingest.load.text import decode

_META = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.I)
_META_BYTES = 4096
# these write other alphabets in plain ASCII bytes: such a text is valid UTF-8 and yet unreadable as that
_SEVEN_BIT = ("iso2022", "iso-2022", "iso2022-", "hz")
# browsers read these labels as the wider Windows encoding
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def decode_declared(data: bytes, header: str = "") -> str | None:
    """The page's text; `header` is the charset of its Content-Type, "" if none. None when nothing fits."""
    if data.startswith(_MARKS):
        return decode(data)
    declared = [name for name in (_known(header), _known(_in_page(data))) if name]
    for name in declared:
        if name.startswith(_SEVEN_BIT) or name.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
            text = _exactly(data, name)
            if text is not None:
                return text
    for name in ("utf-8", *declared):
        text = _exactly(data, _WIDER.get(name, name))
        if text is not None:
            return text
    return decode(data)


def _known(label: str) -> str:
    """Python's name of an encoding, "" for one it does not know or that is no encoding of text."""
    try:
        found = codecs.lookup(label.strip("\"' ").lower()) if label else None
    except (LookupError, ValueError):
        return ""
    return found.name if found and getattr(found, "_is_text_encoding", True) else ""


def _in_page(data: bytes) -> str:
    match = _META.search(data[:_META_BYTES])
    return match[1].decode("ascii", errors="replace") if match else ""


def _exactly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (LookupError, ValueError):
        return None
