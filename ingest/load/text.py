"""Markdown and plain text: the encoding found, YAML front matter read and cut off."""

import re
from collections.abc import Mapping
from typing import Any

import yaml
from charset_normalizer import from_bytes

from ingest.load.records import BINARY, EMPTY, Loaded, Skipped

_SAMPLE_BYTES = 200_000  # enough to tell an encoding, and quick
_FRONT_MATTER = re.compile(r"\A\ufeff?\s*?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S)
_LONGEST_FRONT_MATTER = 100_000  # characters
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)


def decode(data: bytes) -> str | None:
    """The text in whatever encoding it is; None when no encoding fits."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return data.decode("utf-32", errors="replace")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if data[:200].count(0) > 40:  # two bytes a character, without a mark
        return data.decode("utf-16-le" if data[1:200:2].count(0) > data[0:200:2].count(0) else "utf-16-be", "replace")
    broken = data.decode("utf-8", errors="replace")
    if broken.count("\ufffd") <= len(broken) * 0.001:  # UTF-8 with a few damaged bytes
        return broken
    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    return data.decode(best.encoding, errors="replace") if best else None


def load_text(data: bytes) -> Loaded | Skipped:
    text = decode(data)
    if text is None:
        return BINARY
    front_matter, body = split_front_matter(text)
    body = _outside_fences(body)
    if not body.strip():
        return EMPTY
    title = front_matter.get("title")
    return Loaded(body, title if isinstance(title, str) and title.strip() else None, front_matter)


def split_front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """YAML between `---` lines and the text after it; what is no YAML mapping stays in the text."""
    match = _FRONT_MATTER.match(text[: _LONGEST_FRONT_MATTER])
    if not match:
        return {}, text
    if "&" in match[1] and "*" in match[1]:  # YAML anchors can be made to grow without bound
        return {}, text[match.end() :]
    try:
        found = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, text
    if not isinstance(found, dict):
        return {}, text
    return {str(key): value for key, value in found.items()}, text[match.end() :]


def _outside_fences(text: str) -> str:
    """Comments are for authors, and may hide instructions; code keeps them."""
    if "<!--" not in text:
        return text
    parts = re.split(r"(^[ \t>]*(?:```|~~~).*?^[ \t>]*(?:```|~~~)[ \t]*$|`[^`\n]*`)", text, flags=re.S | re.M)
    return "".join(part if index % 2 else _COMMENT.sub("", part) for index, part in enumerate(parts))
