"""Inline Markdown to styled pieces that remember their place in the text. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_INLINE = re.compile(
    r"(?P<code>(?P<tick>`+)(?!`)(?P<code_text>.+?)(?<!`)(?P=tick)(?!`))"
    r"|!?\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?(?P<target>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?"
    r"(?:\s+[\"'][^\n]*?[\"'])?\s*\)"
    r"|(?P<url>https?://[^\s<>()\[\]]+(?:\([^\s<>()]*\)[^\s<>()\[\]]*)*)"
    r"|(?P<strong>(?P<double>\*\*|__)(?=\S)(?P<strong_text>.+?)(?<=\S)(?P=double))"
    r"|(?P<em>(?<![\w*])(?P<single>[*_])(?=[^\s*_])(?P<em_text>[^\n]+?)(?<=[^\s*_])(?P=single)(?![\w*]))",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_WEB = re.compile(r"https?://\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one style; `start:end` is where they stand in the document."""

    text: str
    start: int
    end: int
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    url: str | None = None  # http and https only


def pieces(text: str, start: int) -> Iterator[Piece]:
    """The pieces of a text that begins at `start`; markup characters belong to no piece."""
    yield from _parse(text, Piece("", start, start))


def _parse(text: str, style: Piece) -> Iterator[Piece]:
    """`style` carries what the surroundings ask for, its `start` is where `text` begins."""
    position = 0
    for match in _INLINE.finditer(text):
        yield from _plain(text[position : match.start()], style, position)
        yield from _styled(match, style)
        position = match.end()
    yield from _plain(text[position:], style, position)


def _plain(text: str, style: Piece, offset: int) -> Iterator[Piece]:
    if text:
        start = style.start + offset
        yield _like(style, text, start, start + len(text))


def _like(style: Piece, text: str, start: int, end: int) -> Piece:
    return Piece(text, start, end, style.strong, style.emphasis, style.code, style.url)


def _styled(match: re.Match[str], style: Piece) -> Iterator[Piece]:
    if match["code"]:
        start = style.start + match.start("code_text")
        yield Piece(match["code_text"], start, start + len(match["code_text"]), style.strong, code=True)
        return
    if match["url"]:
        url = match["url"].rstrip(".,;:!?'\"")
        start = style.start + match.start()
        yield Piece(url, start, start + len(url), style.strong, style.emphasis, url=url)
        yield from _plain(match["url"][len(url) :], style, match.start() + len(url))
        return
    if match["strong"]:
        group, inner = "strong_text", Piece("", 0, 0, True, style.emphasis, url=style.url)
    elif match["em"]:
        group, inner = "em_text", Piece("", 0, 0, style.strong, True, url=style.url)
    else:
        url = match["target"] if _WEB.match(match["target"]) else None
        group, inner = "words", Piece("", 0, 0, style.strong, style.emphasis, url=url)
    start = style.start + match.start(group)
    yield from _parse(match[group], _like(inner, "", start, start))


def cut(piece: Piece, start: int, end: int) -> Iterator[tuple[Piece, bool]]:
    """The piece split at a span's borders; True for the part inside."""
    first = min(max(start, piece.start), piece.end) - piece.start
    last = max(min(end, piece.end), piece.start) - piece.start
    bounds = [(0, first, False), (first, last, True), (last, len(piece.text), False)]
    for low, high, inside in bounds:
        if high > low:
            yield _like(piece, piece.text[low:high], piece.start + low, piece.start + high), inside


def words(text: str) -> str:
    """A piece's text as read: backslash escapes resolved, line breaks as spaces."""
    return re.sub(r"\s*\n\s*", " ", _ESCAPED.sub(r"\1", text))
