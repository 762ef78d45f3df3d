"""One tag of HTML or JSX read from a text: its name and properties, expressions in braces whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Za-z@:][\w.:@-]*")
_BARE = re.compile(r"[^\s>]*")
_BRACES = re.compile(r"[{}]|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`[^`]*`")
_LONGEST = 200_000  # characters: properties may hold whole data sets


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; a fragment (`<>`) has no name."""

    name: str
    closing: bool
    empty: bool  # ends in "/>"
    end: int
    properties: Mapping[str, str] = field(default_factory=dict)  # an expression with its braces


def read_tag(text: str, match: re.Match[str]) -> Tag | None:
    """The tag whose beginning matched (slash, name); None where it is none: `a <b and c`, `<https://…>`."""
    name = match[2]
    if name is None:
        return Tag("", True, False, match.end())
    position, limit = match.end(), min(len(text), match.end() + _LONGEST)
    if ":" in name or (position < limit and text[position] not in " \t\n/>{"):
        return None
    properties: dict[str, str] = {}
    while 0 <= position < limit:
        if text[position].isspace():
            position += 1
        elif text[position] == ">":
            return Tag(name, bool(match[1]), False, position + 1, properties)
        elif text.startswith("/>", position):
            return Tag(name, bool(match[1]), True, position + 2, properties)
        elif text[position] == "{":
            position = _balanced(text, position, limit)
        elif key := _NAME.match(text, position):
            value, position = "", key.end()
            if text.startswith("=", position):
                value, position = _value(text, position + 1, limit)
            properties[key[0]] = value
        else:
            return None
    return None


def plain_value(value: str) -> str | None:
    """A property's text; None for an expression that is no text."""
    if not value.startswith("{"):
        return value
    inner = value[1:-1].strip()
    return inner[1:-1] if len(inner) > 1 and inner[0] in "\"'`" and inner[-1] == inner[0] else None


def _value(text: str, position: int, limit: int) -> tuple[str, int]:
    """A property's value and where it ends, -1 if it does not."""
    while position < limit and text[position] in " \t\n":
        position += 1
    quote = text[position : position + 1]
    if quote and quote in "\"'":
        end = text.find(quote, position + 1, limit)
        return (text[position + 1 : end], end + 1) if end >= 0 else ("", -1)
    if quote == "{":
        end = _balanced(text, position, limit)
        return (text[position:end], end) if end >= 0 else ("", -1)
    bare = _BARE.match(text, position)
    if bare is None:
        return "", -1
    found = bare[0].removesuffix("/")
    return found, position + len(found)


def _balanced(text: str, position: int, limit: int) -> int:
    """The position after the brace that closes the one here, -1 if none does."""
    depth = 0
    for mark in _BRACES.finditer(text, position, limit):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    return -1
