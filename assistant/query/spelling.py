"""Mending typos against the words of the sources, without touching words that are simply not theirs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from assistant.keywords import STOPWORDS, WORD
from assistant.query.lexicon import (
    ATTRIBUTES,
    FACETS,
    FOREIGN_FRAME,
    NUMBER_WORDS,
    SCAFFOLD,
    SHORT_FORMS,
    UNITS,
)

_MIN_LENGTH = (
    4  # shorter words have too many neighbours; those of three letters are mended to frame words only
)


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """English words by the dictionary of pyspellchecker; a word outside it is a name or a typo."""
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en").word_frequency.dictionary)


@lru_cache(maxsize=1)
def frame_words() -> frozenset[str]:
    """Words a question is framed with, as targets for mending ("wich" -> "which")."""
    members = (*FACETS.values(), *ATTRIBUTES.values())
    return frozenset(
        {
            *SCAFFOLD,
            *STOPWORDS,
            *UNITS,
            *(u + "s" for u in UNITS),
            *NUMBER_WORDS,
            *(w for m in members for w in m),
        }
    )


@lru_cache(maxsize=1)
def asked_words() -> frozenset[str]:
    """Words that name what is asked for: labels and units."""
    return frozenset({*(w for m in FACETS.values() for w in m), *UNITS, *(u + "s" for u in UNITS)})


@lru_cache(maxsize=1)
def _short_frame_words() -> list[str]:
    return sorted(w for w in {*SCAFFOLD, *STOPWORDS, *UNITS} if 3 <= len(w) <= 4)


class Speller:
    """Knows the words of one index."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(match[0].lower() for match in WORD.finditer(text))
        self.counts: Mapping[str, int] = counts
        self._targets = sorted(
            (w for w in {*counts, *frame_words()} if len(w) >= _MIN_LENGTH and w.isalpha()),
            key=lambda w: (-counts[w], w),
        )

    def knows(self, word: str) -> bool:
        return word in self.counts

    def mend(self, text: str, *, english: bool = True) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The text with misspelt words replaced, and the replacements made; other languages only get names mended."""
        text = self._joined(text)
        corrections: list[tuple[str, str]] = []
        parts: list[str] = []
        position = 0
        for match in WORD.finditer(text):
            word = match[0].lower()
            better = self._better(word) if english or word not in FOREIGN_FRAME else None
            parts.append(text[position : match.start()])
            parts.append(better or match[0])
            position = match.end()
            if better:
                corrections.append((match[0], better))
        return "".join([*parts, text[position:]]), tuple(corrections)

    def _joined(self, text: str) -> str:
        """ "fast api" and "ml flow" as the sources write them, where the joined word is a name of theirs."""
        found = list(WORD.finditer(text))
        for left, right in zip(reversed(found[:-1]), reversed(found[1:]), strict=True):
            whole = left[0].lower() + right[0].lower()
            apart = text[left.end() : right.start()]
            if apart in (" ", "-") and whole.isalpha() and self._is_name(whole, left[0], right[0]):
                text = text[: left.start()] + whole + text[right.end() :]
        return text

    def _is_name(self, whole: str, left: str, right: str) -> bool:
        """Whether two words make a name of the sources; where both are theirs too it must be a frequent one."""
        if len(whole) < 5 or whole in english_words() or not self.counts.get(whole):
            return False
        apart = self.knows(left.lower()) and self.knows(right.lower())
        return self.counts[whole] > 3 if apart else True

    def _better(self, word: str) -> str | None:
        """The word of the sources it was meant to be, None when it is right or nothing is close."""
        if len(word) < _MIN_LENGTH - 1 or not word.isalpha() or self._is_word(word):
            return None
        short = len(word) < _MIN_LENGTH
        allowed = 1 if len(word) < 6 else 2
        targets = _short_frame_words() if short else self._targets
        found = process.extract(word, targets, scorer=OSA.distance, score_cutoff=allowed, limit=12)
        close = [
            (
                sorted(word) != sorted(target),  # letters swapped, none missing
                distance,
                target not in asked_words(),
                -JaroWinkler.similarity(word, target),
                -self.counts.get(target, 0),
                target,
            )
            for target, distance, _ in found
            if _alike(word, target)
        ]
        return min(close)[-1] if close else None

    def _is_word(self, word: str) -> bool:
        if self.knows(word) or word in frame_words() or word in english_words():
            return True
        if word in SHORT_FORMS:
            return True
        for ending in ("s", "es", "ed", "d", "ing", "ly", "er"):
            base = word.removesuffix(ending)
            if base != word and len(base) > 3 and (base in self.counts or base in english_words()):
                return True
        return False


def _alike(word: str, target: str) -> bool:
    """Typos seldom change the first letter; a swap of the first two keeps both."""
    return word[0] == target[0] or set(word[:2]) == set(target[:2])
