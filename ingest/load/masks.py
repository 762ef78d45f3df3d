"""Code set aside while the prose around it is changed, and put back as it was."""

import re
from collections.abc import Callable

OPEN, SHUT = "\ufdd0", "\ufdd1"  # no characters: no text may hold them
LONG = "L"  # marks the token of a listing of several lines
TOKEN = re.compile(f"{OPEN}{LONG}?(\\d+){SHUT}")
BLOCK = re.compile(f"^([ \t>]*){OPEN}{LONG}?(\\d+){SHUT}[ \t]*$", re.M)
_NEWLINE = "\n"
_SHORT_LISTING = 2  # line ends of a listing of one line between its fences
_FENCE = re.compile(
    r"^(?P<indent>[ \t]*(?:>[ \t]?)*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?[ \t]*)(?P<mark>`{3,}|~{3,})"
)
_SPAN = re.compile(r"(`+)(?:(?!\1)[\s\S])*?[^`]\1(?!`)")
_PARAGRAPH = re.compile(r"(?:.+\n?)+|\n+")


class Masked:
    """A text in which every fenced listing is one token on a line of its own, and every code span a token.

    Lists may open a fence on the line of their mark; the mark stays outside the token.
    """

    def __init__(self, text: str) -> None:
        self._kept: list[str] = []
        self.text = self._mask_spans(self._mask_fences(text.replace(OPEN, "").replace(SHUT, "")))

    def keep(self, text: str) -> str:
        """The token that stands for this text from now on."""
        self._kept.append(text)
        return f"{OPEN}{LONG if text.count(_NEWLINE) > _SHORT_LISTING else ''}{len(self._kept) - 1}{SHUT}"

    def change_code(self, change: Callable[[str], str]) -> None:
        """Apply a change to everything that is set aside."""
        self._kept = [change(text) for text in self._kept]

    def code(self, number: str) -> str:
        """What a token's number stands for, nothing where a page wrote a token itself."""
        return self._kept[int(number)] if int(number) < len(self._kept) else ""

    def replace_code(self, number: str, text: str) -> None:
        """Let a token stand for another text."""
        self._kept[int(number)] = text

    def restore(self, text: str | None = None) -> str:
        """The text with all code back in its place, listings indented as their tokens are now."""
        text = self.text if text is None else text
        while OPEN in text:
            found = BLOCK.sub(lambda m: _indented(self.code(m[2]), m[1]), text)
            found = TOKEN.sub(self._restored_inline, found)
            if found == text:
                break
            text = found
        return text

    def _restored_inline(self, match: re.Match[str]) -> str:
        """A span as it was; a listing that stands behind a list mark is indented to that column."""
        kept = self.code(match[1])
        if "\n" not in kept:
            return kept
        before = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
        return _indented(kept, re.sub(r"[^\s>]", " ", before))[len(before) :]

    def _mask_fences(self, text: str) -> str:
        out: list[str] = []
        lines = text.split("\n")
        position = 0
        while position < len(lines):
            opening = _FENCE.match(lines[position])
            if not opening or (opening["mark"][0] == "`" and "`" in lines[position][opening.end() :]):
                out.append(lines[position])
                position += 1
                continue
            end = _closing(lines, position, opening["mark"])
            body = [lines[position][opening.start("mark") :]]
            column = len(opening["indent"])
            body += [_without_indent(line, column, opening["indent"]) for line in lines[position + 1 : end]]
            out.append(opening["indent"] + self.keep("\n".join(body)))
            position = end
        return "\n".join(out)

    def _mask_spans(self, text: str) -> str:
        if "`" not in text:
            return text
        out: list[str] = []
        position = 0
        for paragraph in _PARAGRAPH.finditer(text):  # a code span ends within its paragraph
            for span in _SPAN.finditer(text, paragraph.start(), paragraph.end()):
                if OPEN in span[0]:
                    continue
                out += [text[position : span.start()], self.keep(" ".join(span[0].split("\n")))]
                position = span.end()
        out.append(text[position:])
        return "".join(out)


def _closing(lines: list[str], first: int, mark: str) -> int:
    """The line after the one that closes a fence; an open fence reaches to the end."""
    for number in range(first + 1, len(lines)):
        words = lines[number].strip(" \t>")
        if words.startswith(mark) and not words.strip(mark[0]):
            return number + 1
    return len(lines)


def _without_indent(line: str, column: int, indent: str) -> str:
    """The line without what stands before the fence, as far as it is blank or a quotation's mark."""
    cut = 0
    while cut < min(column, len(line)) and (line[cut] in " \t" or (line[cut] == ">" and ">" in indent)):
        cut += 1
    return line[cut:]


def _indented(text: str, indent: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join(
        [indent + first, *((indent + line).rstrip() if not line else indent + line for line in rest)]
    )
