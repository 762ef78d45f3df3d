"""Finding words in text regardless of case, marks, markup and spacing; each match has exact offsets. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from assistant.outline import LINK

_MARKER = re.compile(r"\[\d+\](?!\()")  # a citation marker "[3]", not a link "[3](https://…)"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source's cleaned text, end exclusive."""

    source: str
    start: int
    end: int

    def overlaps(self, source: str, start: int, end: int) -> bool:
        return self.source == source and start < self.end and self.start < end


class Letters:
    """A text reduced to its letters and digits, lower-cased and without accents, and where each came from."""

    def __init__(self, text: str, *, link_targets: bool = True) -> None:
        """`link_targets=False` skips the address of `[words](address)`, as a reader of the page would."""
        self.text = text
        self._skipped = [] if link_targets else [m.span(2) for m in LINK.finditer(text) if m[2] is not None]

    @cached_property
    def _reduced(self) -> tuple[str, list[int]]:
        skipped = {position for start, end in self._skipped for position in range(start, end)}
        letters: list[str] = []
        offsets: list[int] = []
        for position, character in enumerate(self.text):
            if position in skipped:
                continue
            for piece in unicodedata.normalize("NFKD", character).casefold():
                if piece.isalnum():
                    letters.append(piece)
                    offsets.append(position)
        return "".join(letters), offsets

    @property
    def letters(self) -> str:
        return self._reduced[0]

    def find(self, needle: str) -> list[tuple[int, int]]:
        """Every place where the needle stands as whole words: offsets into the text, end exclusive."""
        wanted = Letters(needle, link_targets=not self._skipped).letters
        letters, offsets = self._reduced
        found = []
        at = letters.find(wanted) if wanted else -1
        while at >= 0:
            start, last = offsets[at], offsets[at + len(wanted) - 1]
            if self._starts_word(start) and self._ends_word(last + 1):
                found.append((start, last + 1))
            at = letters.find(wanted, at + 1)
        return found

    def _starts_word(self, start: int) -> bool:
        """A word does not begin inside a word, nor a number behind the point of another: "5" in "3.5"."""
        before = self.text[:start][-2:]
        if before[-1:].isalnum():
            return False
        return not (self.text[start].isdigit() and re.fullmatch(r"\d[.,]", before))

    def _ends_word(self, end: int) -> bool:
        """As `_starts_word`, but a plural's ending may follow: "model" is found in "models"."""
        if self.text[end - 1].isdigit():
            return re.match(r"[^\W_]|[.,]\d", self.text[end:]) is None
        return re.match(r"(?:e?s)?(?![^\W_])", self.text[end:]) is not None


def locate(quote: str, text: str) -> list[tuple[int, int]]:
    """Where a quote stands in a text: as written, else by its letters, else also without link targets."""
    words = re.escape(quote.strip())
    exact = [match.span() for match in re.finditer(rf"(?<![^\W_]){words}(?![^\W_])", text)] if words else []
    if exact:
        return exact
    return Letters(text).find(quote) or Letters(text, link_targets=False).find(quote)


def without_markers(text: str) -> str:
    """An answer's text without its citation markers."""
    return _MARKER.sub("", text)


def says(text: str, wanted: str) -> bool:
    """Whether a text contains these words; citation markers are not part of what it says."""
    return bool(Letters(without_markers(text)).find(wanted))
