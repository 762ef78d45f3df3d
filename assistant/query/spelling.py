"""Mending typos against the words of the sources, without touching words that are simply not theirs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from assistant.keywords import STOPWORDS, WORD
from assistant.query.lexicon import ATTRIBUTES, FACETS, FOREIGN, FOREIGN_FRAME, NUMBER_WORDS, SCAFFOLD, SHORT_FORMS, UNITS

_MIN_LENGTH = 4  # shorter words have too many neighbours


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
        {*SCAFFOLD, *STOPWORDS, *UNITS, *(u + "s" for u in UNITS), *NUMBER_WORDS, *(w for m in members for w in m)}
    )


class Speller:
    """Knows the words of one index."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(match[0].lower() for match in WORD.finditer(text))
        self.counts: Mapping[str, int] = counts
        self._targets = sorted(
            (w for w in {*counts, *frame_words()} if len(w) >= _MIN_LENGTH and w.isalpha()), key=lambda w: (-counts[w], w)
        )

    def knows(self, word: str) -> bool:
        return word in self.counts

    def mend(self, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The text with misspelt words replaced, and the replacements made."""
        corrections: list[tuple[str, str]] = []
        parts: list[str] = []
        position = 0
        for match in WORD.finditer(text):
            word = match[0].lower()
            better = self._better(word)
            parts.append(text[position : match.start()])
            parts.append(better or match[0])
            position = match.end()
            if better:
                corrections.append((match[0], better))
        return "".join([*parts, text[position:]]), tuple(corrections)

    def _better(self, word: str) -> str | None:
        """The word of the sources it was meant to be, None when it is right or nothing is close."""
        if len(word) < _MIN_LENGTH or not word.isalpha() or self._is_word(word):
            return None
        allowed = 1 if len(word) < 6 else 2
        found = process.extract(word, self._targets, scorer=OSA.distance, score_cutoff=allowed, limit=8)
        close = [
            (distance, -JaroWinkler.similarity(word, target), -self.counts.get(target, 0), target)
            for target, distance, _ in found
            if _alike(word, target)
        ]
        return min(close)[3] if close else None

    def _is_word(self, word: str) -> bool:
        if self.knows(word) or word in frame_words() or word in english_words():
            return True
        if word in FOREIGN or word in FOREIGN_FRAME or word in SHORT_FORMS:
            return True
        for ending in ("s", "es", "ed", "d", "ing", "ly", "er"):
            base = word.removesuffix(ending)
            if base != word and len(base) > 3 and (base in self.counts or base in english_words()):
                return True
        return False


def _alike(word: str, target: str) -> bool:
    """Typos seldom change the first letter; a swap of the first two keeps both."""
    return word[0] == target[0] or set(word[:2]) == set(target[:2])
