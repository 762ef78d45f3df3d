"""Repair of damaged text, pure and idempotent: encodings, invisible characters, links, headings, blanks.

Characters are mended everywhere; layout and links only outside code fences, whose lines stay as they are.
"""

import html
import re
import unicodedata
from collections.abc import Callable

import ftfy

from ingest.urls import URL, tidy_url

# UTF-8 read as Mac Roman: what the bytes E0..EF and F0 look like, and the bytes 80..BF that follow.
# Two-byte sequences are left to ftfy: "√π" or "«é" may be meant.
_MAC = {chr_: byte for byte in range(0x80, 0x100) for chr_ in [bytes([byte]).decode("mac_roman")]}
_MAC_TAIL = "".join(re.escape(c) for c, byte in _MAC.items() if byte < 0xC0)
_MAC_THREE = "".join(re.escape(c) for c, byte in _MAC.items() if 0xE0 <= byte < 0xF0)
_MAC_FOUR = "".join(re.escape(c) for c, byte in _MAC.items() if 0xF0 <= byte < 0xF5)
_MAC_RUN = re.compile(f"[{_MAC_FOUR}][{_MAC_TAIL}]{{3}}|[{_MAC_THREE}][{_MAC_TAIL}]{{2}}")

_FTFY = ftfy.TextFixerConfig(
    unescape_html=False,  # done below, where "<" would not turn text into markup
    uncurl_quotes=False,
    normalization="NFC",
    explain=False,
)
_LONGEST_LINE = 100_000  # characters given to ftfy at once; longer lines are mended in pieces

# zero-width and soft marks, bidirectional overrides, tag characters (they hide instructions), other controls
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b\u2060-\u2064\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\U000e0000-\U000e007f\ufff9-\ufffb\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)
# joiners mean something between letters of some scripts and inside emoji, never beside ASCII
_LONE_JOINER = re.compile(r"(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LINE_END = re.compile("\r\n?|\x0c|\x85|\u2028|\u2029")
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP = frozenset("<>`*_[]()#|\\~\n\r\t ")
_DATA_URI = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,80}(?:;[\w=.-]{1,40}){0,4},[^\s()<>\"']*")
_NO_TARGET = re.compile(r"!?\[([^\[\]]*)\]\([ \t]*(?:<>)?[ \t]*(?:\"[^\"\n]{0,200}\"[ \t]*)?\)")
_CODE_SPAN = re.compile(r"(`+)(?:(?!\1)[\s\S])*?[^`]\1(?!`)")
_HEADING = re.compile(r"^([ \t>]*#{1,6}[ \t]+)(.*)$")
_PICTURE = (
    "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff"
    "\ufe0e\ufe0f\u200d\u20e3]"
)
_LEADING = re.compile(rf"^(?:{_PICTURE}+[ \t\u00a0]*)+")
_TRAILING = re.compile(rf"(?:[ \t\u00a0]*{_PICTURE}+)+[ \t]*(?=#*$)")
_ROUNDS = 10  # each repair may uncover another (twice-encoded text); more rounds were never seen


def clean(text: str) -> str:
    """The text repaired; `clean(clean(text)) == clean(text)`."""
    for _ in range(_ROUNDS):
        mended = _layout(_characters(text))
        if mended == text:
            break
        text = mended
    return text


def _characters(text: str) -> str:
    text = _TERMINAL.sub("", _LINE_END.sub("\n", text))
    if not text.isascii():
        text = "\n".join(line if line.isascii() else _mend_line(line) for line in text.split("\n"))
        text = unicodedata.normalize("NFC", text)
    return _LONE_JOINER.sub("", _INVISIBLE.sub("", _LINE_END.sub("\n", text)))


def _mend_line(line: str) -> str:
    pieces = (line[i : i + _LONGEST_LINE] for i in range(0, len(line), _LONGEST_LINE))
    return "".join(ftfy.fix_text(_MAC_RUN.sub(_from_mac, piece), _FTFY) for piece in pieces)


def _from_mac(match: re.Match[str]) -> str:
    try:
        found = bytes(_MAC[c] for c in match[0]).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
    return found if unicodedata.category(found) not in ("Cn", "Co", "Cs", "Cc") else match[0]


def _layout(text: str) -> str:
    """Everything that is done line by line, code fences left out."""
    out: list[str] = []
    prose: list[str] = []
    fence = ""

    def close_prose() -> None:
        if prose:
            out.extend(_prose("\n".join(prose)).split("\n"))
            prose.clear()

    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            out.append(line)
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark and not (mark[1][0] == "`" and "`" in line[mark.end() :]):
            close_prose()
            fence = mark[1]
            out.append(line.rstrip())
        else:
            prose.append(line)
    close_prose()
    cleaned = "\n".join(out).strip("\n")
    return cleaned + "\n" if cleaned.strip() else ""


def _prose(text: str) -> str:
    """Links, entities, headings and blanks of text without code fences."""
    text = _outside_code_spans(text, _inline)
    lines = [_heading(line.rstrip()) for line in text.split("\n")]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))


def _inline(text: str) -> str:
    if "data:" in text:
        text = _NO_TARGET.sub(lambda m: m[1], _DATA_URI.sub("", text))
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    return URL.sub(lambda m: tidy_url(m[0]), text) if "://" in text else text


def _outside_code_spans(text: str, change: Callable[[str], str]) -> str:
    if "`" not in text:
        return change(text)
    out = []
    position = 0
    for paragraph in re.finditer(r"(?:.+\n?)+|\n+", text):  # a code span ends within its paragraph
        for span in _CODE_SPAN.finditer(text, paragraph.start(), paragraph.end()):
            out += [change(text[position : span.start()]), span[0]]
            position = span.end()
    out.append(change(text[position:]))
    return "".join(out)


def _entity(match: re.Match[str]) -> str:
    """The character meant, unless it would turn into Markdown or HTML markup."""
    found = html.unescape(match[0])
    if found == "\u00a0":
        return " "
    return match[0] if found in _MARKUP or found == match[0] else found


def _heading(line: str) -> str:
    """A heading without the pictures around its words; one of pictures alone stays."""
    match = _HEADING.match(line)
    if not match or match[2].isascii():
        return line
    words = _TRAILING.sub(" ", _LEADING.sub("", match[2])).rstrip()
    return match[1] + words if any(c.isalnum() for c in words) else line
