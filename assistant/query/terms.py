"""The subject of a question: the words that an answer has to be about."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.keywords import WORD, stem, words
from assistant.query.lexicon import ATTRIBUTE_WORDS, FACETS, NUMBER_WORDS, SCAFFOLD, SHORT_FORMS, UNITS
from assistant.query.question import Term
from assistant.query.spelling import Speller, english_words
from assistant.query.wording import wording

_NUMERONYM = re.compile(r"^([a-z])(\d{1,2})([a-z])$")
_CONTRACTION = wording(r"['’](?:s|ve|re|ll|d|m|t)\b")
# "which Python version", but not "version control" or "what versions the data"
_WHICH_VERSION = wording(
    r"\b(?:which|what|latest|required|minimum) (?!makes|is|are|does|do)(?:\w+ )?versions?\b(?! control)",
    r"\bversions? (?:of|number|does|is|should|do)\b",
)
# "what does it cost", but not "optimize for cost" or "housing price model"
_NO_PRICE = r"(?! (?:optimi|manag|control|model|predict))"
_WHICH_PRICE = wording(
    r"\bhow (?:much|expensive|cheap)\b",
    r"\bcosts? (?:per|of|for|each|an?|monthly|me|us|you|anything|something|to)\b",
    rf"\b(?:it|they|that|this|these|those|does|do|will|would|\w+s) (?:\w+ly )?costs?\b{_NO_PRICE}",
    r"\b(?:what|which|whats|its|their|monthly|total|yearly|any|is|are|what's the|is the) "
    rf"(?:price\w*|costs?|fees?|charges?)\b{_NO_PRICE}",
    r"\bpric(?:es?|ing|ed) (?:of|for|per|tag|list|plans?)\b",
    r"\b(?:pricing|fees?|cheap\w*|expensive|free|dollars?|euros?|usd|eur|discount|subscription|budget)\b",
    r"\b(?:price|cost)\W*$",
)
_WANTS = {"version": _WHICH_VERSION, "price": _WHICH_PRICE}
# "... and not straight away with machine learning": what the question sets aside
_UNWANTED = wording(
    r"\b(?:and not|but not|instead of|rather than|as opposed to)\b",
    r"\bwhy\b.*\bcomes? (?:right |directly |only )?(?:after|before)\b",
)
# "by Erich Gamma, Richard Helm, and John Vlissides": capitalised words after "by"
_AUTHORS = re.compile(r"\bby (?:[A-Z][\w.'’-]*|,|and|\s)+")
_ABOUT_PEOPLE = wording(
    r"\b(?:by|authors?|books?|textbooks?|read|who|whose|wrote|written|edit\w*|person|people)\b"
)
UNWANTED_WEIGHT = 0.2  # of a word that is set aside; it may still tell two passages apart
CONTEXT_WEIGHT = 0.35  # of a word that only helps to find the passage
# "how hard is it?": sources rarely say
_DEGREES = frozenset(
    {
        "big",
        "deep",
        "difficult",
        "easy",
        "fast",
        "good",
        "hard",
        "heavy",
        "large",
        "popular",
        "reliable",
        "safe",
    }
    | {"tall", "wide"}
)
_SMALL = frozenset({"a", "and", "as", "for", "in", "of", "on", "the", "to"})  # words left out of initials
_LONGEST_PHRASE = 5  # words that initials may stand for
_ACRONYM = re.compile(r"\b([A-Z]{3,5})s?\b")
_KIN_HEAD = 6  # letters that two words of one family share at least, bar an ending of four
_CLAUSE_END = re.compile(r"[\n.;:(),\[\]]")


class Vocabulary:
    """The words and initials of one index's texts."""

    def __init__(self, texts: Iterable[str], beside: Iterable[str] = ()) -> None:
        """`beside` are texts whose words are right but not among those that answers are looked for with."""
        texts = list(texts)
        self.speller = Speller(texts, beside)
        self.stems = frozenset(stem(w) for w in self.speller.counts)
        self._initials = _initials(texts)
        self._authors = _author_names(texts)
        self._acronyms = frozenset(m[1].lower() for text in texts for m in _ACRONYM.finditer(text))
        self._pairs = _pairs(texts)

    def is_phrase(self, left: str, right: str) -> bool:
        """Whether two words stand side by side in the sources, as in "project management"."""
        return left + right in self._pairs

    def terms(self, text: str, facets: Iterable[str] = ()) -> tuple[Term, ...]:
        """Subject words of a text in order, each once; frame words and the facets' own words are left out."""
        spelled_out = self._spelled_out(text)
        asked = frozenset(w for facet in facets for w in FACETS[facet])
        found: dict[str, Term] = {}
        previous = ""
        unwanted = _UNWANTED.search(text)
        for match in WORD.finditer(_CONTRACTION.sub("", text)):
            word = match[0].lower()
            if self._is_subject(word, asked, previous):
                term = self._term(match[0], sentence_start=match.start() == 0)
                if self._is_but_a_name(word, text):
                    term = replace(term, alternatives=(), known=False, specific=True)
                if word in spelled_out:
                    term = replace(term, alternatives=(*term.alternatives, spelled_out[word]), known=True)
                wants = _WANTS.get(term.attribute)
                elsewhere = wants is not None and not wants.search(text)
                if elsewhere or (word in _DEGREES and previous != "how"):
                    term = replace(term, attribute="")
                if unwanted and match.start() >= unwanted.end():
                    term = replace(term, weight=UNWANTED_WEIGHT, required=False)
                found.setdefault(stem(word), term)
            previous = word
        if not any(
            t.required for t in found.values()
        ):  # the subject stands behind it: "what comes after Docker?"
            return tuple(replace(t, weight=1.0, required=True) for t in found.values())
        return tuple(found.values())

    def _spelled_out(self, text: str) -> dict[str, tuple[str, ...]]:
        """The words of a text whose initials the sources have instead: "large language models" are "LLMs"."""
        found: dict[str, tuple[str, ...]] = {}
        for run in _phrases([*words(text)]):
            letters = "".join(w[0] for w in run if w not in _SMALL)
            if letters in self._acronyms and len(letters) > 2:
                found |= {w: (stem(letters),) for w in run}
        return found

    def _is_but_a_name(self, word: str, text: str) -> bool:
        """Whether an English word stands in the sources as an author's name alone, and none is asked for."""
        if word not in self._authors or word not in english_words() or _ABOUT_PEOPLE.search(text):
            return False
        return not any(w in self._authors for w in words(text) if w != word)

    def _is_subject(self, word: str, asked: frozenset[str], previous: str) -> bool:
        if _is_attribute(word, previous):
            return True
        if word in asked or word in SCAFFOLD:
            return False
        if word in UNITS or word.removesuffix("s") in UNITS or word in NUMBER_WORDS:
            return False
        return len(word) > 1 or word.isdigit() or word in ("r", "c")

    def _term(self, typed: str, sentence_start: bool) -> Term:
        word = typed.lower()
        alternatives: list[tuple[str, ...]] = [(stem(word),)]
        if word in SHORT_FORMS:
            alternatives.append(tuple(stem(w) for w in SHORT_FORMS[word]))
        numeronym = _NUMERONYM.match(word)
        if numeronym:
            size = int(numeronym[2]) + 2
            alternatives += [
                (stem(w),)
                for w in self.speller.counts
                if len(w) == size and w[0] == numeronym[1] and w[-1] == numeronym[3]
            ]
        initials = sum(c.isupper() for c in typed) > 1 or (len(word) > 2 and word not in english_words())
        if initials and word not in self.speller.counts:
            alternatives += [phrase for phrase in self._initials.get(word, ()) if phrase not in alternatives]
        if word in self._pairs:
            alternatives.append(self._pairs[word])
        if word not in self.speller.counts and word.isalpha():
            alternatives += [(s,) for s in self._kin(word)]
        if word not in english_words() and len(word) == 3:  # "llm" stands in "llmops"
            alternatives += sorted(
                {(stem(w),) for w in self.speller.counts if w.startswith(word) and w != word}
            )
        known = any(all(s in self.stems for s in option) for option in alternatives)
        plain_word = word in english_words() or word.removesuffix("s") in english_words()
        name = not plain_word or (typed[0].isupper() and not sentence_start) or any(c.isdigit() for c in word)
        return Term(word, tuple(alternatives), known, specific=name, attribute=_attribute(word))

    def _kin(self, word: str) -> list[str]:
        """Stems of the sources' words that share a long beginning: "containerise" ~ "containerization"."""
        if len(word) < _KIN_HEAD:
            return []
        head = word[: max(_KIN_HEAD, len(word) - 4)]
        return sorted({stem(w) for w in self.speller.counts if w.startswith(head)})


def helping(terms: Iterable[Term], own: Iterable[Term]) -> tuple[Term, ...]:
    """Words that only help to find the passage, those of the question itself left out."""
    said = {t.word for t in own}
    return tuple(replace(t, weight=CONTEXT_WEIGHT, required=False) for t in terms if t.word not in said)


def _author_names(texts: Iterable[str]) -> frozenset[str]:
    """Words that the sources have only in the names of authors: "Helm" in "by Richard Helm"."""
    inside: set[str] = set()
    outside: set[str] = set()
    for text in texts:
        outside.update(words(_AUTHORS.sub(" ", text)))
        for match in _AUTHORS.finditer(text):
            inside.update(words(match[0]))
    return frozenset(w for w in inside - outside if len(w) > 1)


def _attribute(word: str) -> str:
    return ATTRIBUTE_WORDS.get(word, "") or (
        "degree" if word in _DEGREES else "price" if word == "much" else ""
    )


def _is_attribute(word: str, previous: str) -> bool:
    """ "how long", "how old", "how difficult": a word after "how" that asks for an attribute."""
    return previous == "how" and (word in ATTRIBUTE_WORDS or word in _DEGREES or word == "much")


def _pairs(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """ "cicd" -> the stems of "ci" and "cd": neighbouring words of the sources written as one."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        for left, right in pairwise(words(text)):
            if left.isalpha() and right.isalpha():
                found.setdefault(left + right, (stem(left), stem(right)))
    return found


def _initials(texts: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """ "iac" -> the stems of "infrastructure as code", for runs of two to five words in the texts."""
    table: dict[str, set[tuple[str, ...]]] = {}
    for text in texts:
        for clause in _CLAUSE_END.split(text):
            for phrase in _phrases(words(clause)):
                large = [w for w in phrase if w not in _SMALL]
                meaning = tuple(map(stem, large))
                for letters in {"".join(w[0] for w in phrase), "".join(w[0] for w in large)}:
                    table.setdefault(letters, set()).add(meaning)
    return {letters: tuple(sorted(meanings)) for letters, meanings in table.items()}


def _phrases(run: Sequence[str]) -> Iterator[Sequence[str]]:
    """Runs of words that begin and end with a large one and hold no figures."""
    for start, first in enumerate(run):
        if first in _SMALL:
            continue
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(run))):
            if not all(w.isalpha() for w in run[start : end + 1]):
                break
            if run[end] not in _SMALL:
                yield run[start : end + 1]
