"""Mending typos against the words of the sources, without touching words that are simply not theirs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from assistant.keywords import STOPWORDS, WORD
from assistant.query.foreign import FOREIGN_FRAME
from assistant.query.lexicon import ATTRIBUTES, FACETS, NUMBER_WORDS, SCAFFOLD, SHORT_FORMS, UNITS

# Letters. Shorter words have too many neighbours; those of one letter less are mended to frame words only.
_MIN_LENGTH = 4
_ONE_SLIP = 5  # letters up to which one slip is allowed; longer words may have two
_WRONG_SLIPS = 8  # letters from which both slips may be wrong letters; before, "Podman" would be "Postman"
_ACRONYM = 5  # letters that a word in capitals has at most
_CANDIDATES = 12  # near words that are told apart by more than their distance
_SHORTEST_JOINED = 5  # letters of a name that may have been typed as two words ("ml flow")
_OFTEN = 3  # a name that stands more often than this is meant even where both its halves are words too
_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er")


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """English words by the dictionary of pyspellchecker; a word outside it is a name or a typo."""
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en").word_frequency.dictionary)


@lru_cache(maxsize=1)
def rare_words() -> frozenset[str]:
    """English words that hardly anyone types; between words of the sources such a word may be a typo."""
    from spellchecker import SpellChecker

    counts = SpellChecker(language="en").word_frequency.dictionary
    floor = min(counts.values())
    return frozenset(word for word, count in counts.items() if count == floor)


@lru_cache(maxsize=1)
def frame_words() -> frozenset[str]:
    """Words a question is framed with, as targets for mending ("wich" -> "which")."""
    return frozenset().union(SCAFFOLD, STOPWORDS, NUMBER_WORDS, asked_words(), *ATTRIBUTES.values())


@lru_cache(maxsize=1)
def asked_words() -> frozenset[str]:
    """Words that name what is asked for: labels and units."""
    return frozenset().union(UNITS, (f"{unit}s" for unit in UNITS), *FACETS.values())


@lru_cache(maxsize=1)
def _short_frame_words() -> list[str]:
    shortest, longest = _MIN_LENGTH - 1, _MIN_LENGTH
    return sorted(w for w in {*SCAFFOLD, *STOPWORDS, *UNITS} if shortest <= len(w) <= longest)


class Speller:
    """Knows the words of one index; words of texts `beside` are right, and often enough what was meant."""

    def __init__(self, texts: Iterable[str], beside: Iterable[str] = ()) -> None:
        counts: Counter[str] = Counter()
        capitals: Counter[str] = Counter()
        self._pairs: set[tuple[str, str]] = set()
        for text in texts:
            found = WORD.findall(text)
            self._pairs.update(pairwise(word.lower() for word in found))
            counts.update(word.lower() for word in found)
            capitals.update(word.lower() for word in found if word[0].isupper())
        self.counts: Mapping[str, int] = counts
        self._names = frozenset(word for word, often in capitals.items() if 2 * often > counts[word])
        self._beside_counts: Mapping[str, int] = Counter(
            word.lower() for text in beside for word in WORD.findall(text)
        )
        often = {word for word, count in self._beside_counts.items() if count >= _OFTEN}
        self._targets = sorted(
            (w for w in {*counts, *often, *frame_words()} if len(w) >= _MIN_LENGTH and w.isalpha()),
            key=lambda w: (-counts[w], w),
        )

    def knows(self, word: str) -> bool:
        return word in self.counts

    def mend(self, text: str, *, english: bool = True) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The text with misspelt words replaced, and the replacements; in other languages only the names."""
        text = self._joined(text)
        corrections: list[tuple[str, str]] = []
        parts: list[str] = []
        position = 0
        found = list(WORD.finditer(text))
        # in a title or a shout capitals mark no names
        marked = 2 * sum(match[0][0].isupper() for match in found) <= len(found)
        for place, match in enumerate(found):
            word = match[0].lower()
            name = ""
            if english and marked and (match[0].isupper() or _within(text, match.start())):
                name = match[0] if match[0][0].isupper() else ""
            better = self._better(word, name) if english or word not in FOREIGN_FRAME else None
            if english and not better and word in rare_words() and not self.knows(word):
                better = self._beside_neighbour(
                    word, [m[0].lower() for m in found[max(place - 1, 0) : place + 2]]
                )
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
        """Whether two words make a name of the sources, a frequent one where both are words of theirs too."""
        if len(whole) < _SHORTEST_JOINED or whole in english_words() or not self.counts.get(whole):
            return False
        apart = self.knows(left.lower()) and self.knows(right.lower())
        return not apart or self.counts[whole] > _OFTEN

    def _better(self, word: str, name: str) -> str | None:
        """The word it was meant to be, None when it is right or nothing is close; `name` as it was typed."""
        if len(word) < _MIN_LENGTH - 1 or not word.isalpha():
            return None
        if self._is_word(word):
            return self._other_spelling(word)
        targets = _short_frame_words() if len(word) < _MIN_LENGTH else self._targets
        slips = 1 if len(word) <= _ONE_SLIP else 2
        near = process.extract(word, targets, scorer=OSA.distance, score_cutoff=slips, limit=_CANDIDATES)
        close = [
            (
                sorted(word) != sorted(target),  # letters swapped, none missing
                distance,
                target not in asked_words(),
                -JaroWinkler.similarity(word, target),
                -self.counts.get(target, 0),
                target,
            )
            for target, distance, _ in near
            if _alike(word, target, distance) and (not name or self._may_be(name, target))
        ]
        return min(close)[-1] if close else None

    def _other_spelling(self, word: str) -> str | None:
        """The sources' spelling of a word that only the texts beside them spell so: "visualisation"."""
        if word in self.counts or word not in self._beside_counts or len(word) < _WRONG_SLIPS:
            return None
        near = process.extract(word, list(self.counts), scorer=OSA.distance, score_cutoff=1)
        swapped = (target for target, _, _ in near if len(target) == len(word) and target[-1] == word[-1])
        return next((t for t in swapped if {*t} ^ {*word} <= {"s", "z"}), None)

    def _beside_neighbour(self, word: str, around: Sequence[str]) -> str | None:
        """The word of the sources that stands next to a neighbour there: "crash corse" is "crash course"."""
        for target, _, _ in process.extract(word, self._targets, scorer=OSA.distance, score_cutoff=1):
            stands = any({(target, o), (o, target)} & self._pairs for o in around)
            if stands and _alike(word, target, 1):
                return target
        return None

    def _may_be(self, name: str, target: str) -> bool:
        """Whether a word with a capital, so a name, was meant to be this: "Scala" is not "scale"."""
        kept = _only_missing(name.lower(), target)
        if name.isupper() and len(name) <= _ACRONYM:
            return kept and target in self._names
        return kept or target in self._names

    def _is_word(self, word: str) -> bool:
        """Whether a word is right as it is: one of the sources, of questions or of English."""
        if word in frame_words() or word in SHORT_FORMS or self._stands(word):
            return True
        bases = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))
        # a short English base is as likely a slip: "learing" is no form of "lear"
        return any(
            len(base) >= _MIN_LENGTH
            and (self.knows(base) or (len(base) > _MIN_LENGTH and self._stands(base)))
            for base in bases
        )

    def _stands(self, word: str) -> bool:
        return word in self.counts or word in self._beside_counts or word in english_words()


def _alike(word: str, target: str, slips: float) -> bool:
    """Whether a typo is likely: the first letter seldom changes, and a short word loses letters at most."""
    if word[0] != target[0] and set(word[:2]) != set(target[:2]):
        return False
    if _only_missing(word, target) or len(word) >= _WRONG_SLIPS:
        return True
    return slips == 1 and len(word) >= _MIN_LENGTH


def _only_missing(word: str, target: str) -> bool:
    """Whether letters were left out or swapped and none is wrong."""
    return Counter(word) <= Counter(target)


def _within(text: str, start: int) -> bool:
    """Whether a word stands inside a sentence rather than at its beginning."""
    before = text[:start].rstrip()
    return bool(before) and before[-1] not in ".!?:"
