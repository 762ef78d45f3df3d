"""Markdown and plain text: the encoding found, front matter read and cut off."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml
from charset_normalizer import from_bytes

from ingest.load.records import BINARY, EMPTY, Loaded, Skipped

_SAMPLE_BYTES = 200_000  # enough to tell an encoding, and quick
_MOST_DAMAGED = 0.001  # of all characters: UTF-8 with a few broken bytes is still UTF-8
_YAML = re.compile(r"\A\ufeff?\s*?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S)
_TOML = re.compile(r"\A\ufeff?\s*?\+\+\+[ \t]*\r?\n(.*?)\r?\n\+\+\+[ \t]*(?:\r?\n|\Z)", re.S)
_LONGEST_FRONT_MATTER = 20_000  # characters
_ANCHOR = re.compile(r"(?<![^\s\[,:-])&([\w-]+)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_CODE = re.compile(r"(^[ \t>]*(?:```|~~~).*?^[ \t>]*(?:```|~~~)[ \t]*$|`[^`\n]*`)", re.S | re.M)


def decode(data: bytes) -> str | None:
    """The text in whatever encoding it is; None when no encoding fits."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return data.decode("utf-32", errors="replace")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if data[:200].count(0) > 40:  # two bytes a character, without a mark
        little = data[1:200:2].count(0) > data[0:200:2].count(0)
        return data.decode("utf-16-le" if little else "utf-16-be", errors="replace")
    broken = data.decode("utf-8-sig", errors="replace")
    if broken.count("\ufffd") <= len(broken) * _MOST_DAMAGED:
        return broken
    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    return data.decode(best.encoding, errors="replace") if best else None


def load_text(data: bytes) -> Loaded | Skipped:
    """Markdown as it stands, comments for its authors left out."""
    text = decode(data)
    if text is None:
        return BINARY
    front_matter, body = split_front_matter(text)
    body = _without_comments(body)
    if not body.strip():
        return EMPTY
    title = front_matter.get("title")
    return Loaded(body, title if isinstance(title, str) and title.strip() else None, front_matter)


def split_front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """YAML between `---` lines or TOML between `+++`, and the text after it; anything else stays text."""
    head = text[:_LONGEST_FRONT_MATTER]
    try:
        if match := _YAML.match(head):
            # an anchor that is used can make a few lines grow without bound; nobody needs one here
            anchors = _ANCHOR.findall(match[1])
            found = {} if any(f"*{name}" in match[1] for name in anchors) else yaml.safe_load(match[1])
        elif match := _TOML.match(head):
            found = tomllib.loads(match[1])
        else:
            return {}, text
    except (yaml.YAMLError, ValueError, RecursionError):  # a TOML error is a ValueError
        return {}, text
    if not isinstance(found, dict):
        return {}, text
    return {str(key): value for key, value in found.items()}, text[match.end() :]


def _without_comments(text: str) -> str:
    """Comments are not shown to readers and may hide instructions; code keeps them."""
    if "<!--" not in text:
        return text
    parts = _CODE.split(text)
    return "".join(part if index % 2 else _COMMENT.sub("", part) for index, part in enumerate(parts))
