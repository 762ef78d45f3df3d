"""Sentences and passages as tokens: stems, numbers, names, denials; a passage's tokens are kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from assistant.grounding.lexicon import FUNCTION_WORDS, LABELS, NEGATORS, NUMBER_WORDS, SHORT_NAMES
from assistant.keywords import stem

NEGATION_REACH = 3  # words after "not" that it is taken to deny
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^\s)>]+)>?[^)]*\)")
_URL = re.compile(r"<?(https?://[^\s<>\])|]+)>?", re.IGNORECASE)
_TRACKING = re.compile(r"(?<=[?&])(?:utm_\w+|fbclid|gclid)=[^&#]*&?")
_MARKER = re.compile(r"\s?\[\d+(?:\s*[,;–-]\s*\d+)*\]")
_MARKUP = re.compile(r"[*`~|]+|(?<!\w)_+|_+(?!\w)|^[ \t]*(?:#{1,6}|[-+•>]|\d{1,3}[.)])[ \t]+", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+\S", re.MULTILINE)
_COMPOUND = re.compile(
    r"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"[- ](one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*(?:st|nd|rd|th)?(?!\w)|c\+\+|c#"
    r"|[^\W_]+(?:['’][^\W_]+)?|[.!?;:](?=\s|$)|\n",
    re.IGNORECASE,
)
_BRITISH = re.compile(r"(?<=\w{4})is(e|es|ed|ing|ation)$")  # read like "ize" on both sides
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)$")


class Token(NamedTuple):
    """One word; `stem` holds the digits of a number, `unit` counts sentences and lines."""

    word: str
    stem: str
    number: bool
    name: bool  # capitalised inside a sentence, or with a capital inside the word
    content: bool
    negator: bool
    negated: bool  # stands within reach of a negator
    unit: int


@dataclass(frozen=True, slots=True)
class Text:
    tokens: tuple[Token, ...]
    urls: frozenset[str]
    denies: bool  # a negator stands anywhere in it
    enumerated: int  # members of an enumeration with commas, 0 without one


def url_key(url: str) -> str:
    """A URL as it is compared: no scheme, www, tracking, fragment, closing slash; lower case."""
    bare = _TRACKING.sub("", url.split("#")[0].rstrip(".,;:!?*_'\""))
    return re.sub(r"^https?://(?:www\.)?", "", bare, flags=re.IGNORECASE).rstrip("/?&").lower()


def read(text: str) -> Text:
    """Markdown to tokens: markers and markup are dropped, link targets kept apart as URLs."""
    urls: set[str] = set()
    if "](" in text or "://" in text:
        urls.update(url_key(m[3]) for m in _LINK.finditer(text) if m[3].lower().startswith("http"))
        text = _LINK.sub(lambda m: "" if m[1] else m[2], text)
        urls.update(url_key(m[1]) for m in _URL.finditer(text))
        text = _URL.sub(" ", text)
    text = _MARKUP.sub(" ", _MARKER.sub("", text))
    text = _COMPOUND.sub(lambda m: NUMBER_WORDS[f"{m[1]}-{m[2]}".lower()], text)
    commas = text.count(", ") + text.count("; ")
    joined = len(re.findall(r"(?<!,) (?:and|or) ", text))
    tokens = _tokens(text)
    denies = any(t.negator for t in tokens)
    return Text(tokens, frozenset(urls), denies, commas + joined + 1 if commas + joined else 0)


def _tokens(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    unit, first, reach = 0, True, 0  # reach: words that a negator still covers
    for raw in _TOKEN.findall(text):
        if raw in ".!?\n":
            if not first and not (raw == "." and "." in tokens[-1].stem):  # "2.2. Networking" goes on
                unit, first, reach = unit + 1, True, 0
            continue
        if raw in ";:":
            reach = 0
            continue
        lower = raw.lower().replace("’", "'")
        word, number, stemmed, content, inner = _word(lower)
        capital = raw != lower and len(raw) > 1 and (not first or any(c.isupper() for c in raw[1:]))
        short = raw in SHORT_NAMES and not first
        negator = lower in NEGATORS or lower.endswith("n't")
        if negator:
            reach = NEGATION_REACH + 1
        tokens.append(
            Token(
                word=word,
                stem=stemmed,
                number=number,
                name=short or (capital and content and not number and not inner),
                content=content or short,
                negator=negator,
                negated=reach > 0,
                unit=unit,
            )
        )
        first, reach = False, max(0, reach - 1)
    return tuple(tokens)


def labels(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """("week n", "20") for "week 20", ("n week", "2") for "2 weeks"."""
    return [
        (f"{one.stem} n", two.stem) if two.number else (f"n {two.stem}", one.stem)
        for one, two in pairwise(tokens)
        if (two.number and one.word in LABELS) or (one.number and not two.number and two.stem in LABELS)
    ]


@lru_cache(maxsize=65536)
def _word(lower: str) -> tuple[str, bool, str, bool, bool]:
    """(word without its ending, a number?, stem or digits, content?, a contraction?) of a lower-case word."""
    word = lower.removesuffix("'s").removesuffix("n't")
    number = word[:1].isdigit() or word in NUMBER_WORDS
    if number and word[:1].isdigit() and any(c.isalpha() for c in _ORDINAL.sub("", word)):
        number = False  # "3d", "1080p": identifiers
    word = _BRITISH.sub(r"iz\1", word)
    content = word not in FUNCTION_WORDS and (number or len(word) > 1)
    return word, number, _digits(word) if number else stem(word), content, "'" in word


def _digits(word: str) -> str:
    """The value as text: "five", "5" and "5th" agree, "1,000" and "1000", "5.10" and "5.1" do not."""
    return NUMBER_WORDS.get(word) or _ORDINAL.sub("", word.replace(",", ""))


@lru_cache(maxsize=1024)
def _read_passage(passage: str) -> tuple[Text, int]:
    return read(passage), len(_ITEM.findall(passage))


class Evidence:
    """All cited passages together, looked up by stem; sentences and lines are numbered through."""

    def __init__(self, passages: Sequence[str]) -> None:
        self.urls: set[str] = set()
        self.units: dict[str, set[int]] = {}  # stem -> sentences it stands in
        self.denials: dict[tuple[str, int], set[bool]] = {}  # content stem in a sentence -> denied there?
        self.denying: set[int] = set()  # sentences with a negator
        self.labelled: dict[str, set[str]] = {}  # "week n", "n week" -> the numbers there
        self.passages = len(passages)
        self.counts: set[str] = set()  # numbers of list items, as digits
        self.content: list[str] = []  # stems of the content words in order, "" between passages
        self.initials = ""  # their first letters, a space between passages
        self._headers: dict[int, range] = {}  # a heading path -> the sentences it stands above
        self._reach: dict[str, frozenset[int]] = {}
        self._around: dict[str, frozenset[int]] = {}
        lines = []
        base = items = 0
        for passage in passages:
            text, own = _read_passage(passage)
            end = self._add(text, base)
            if " > " in passage.split("\n", 1)[0]:
                self._headers[base] = range(base, end)
            lines.append(" ".join(t.stem for t in text.tokens))
            self.counts.add(str(own))
            self.urls |= text.urls
            items += own
            base = end + 1  # a gap: the last sentence of one passage is no neighbour of the next one's first
        self.counts.add(str(items))
        self.size = max(1, base)
        self.initials = "".join(stem_[:1] or " " for stem_ in self.content)
        self.vocabulary = tuple(self.units)
        self._text = f" {' | '.join(lines)} "

    def _add(self, text: Text, base: int) -> int:
        for label, number in labels(text.tokens):
            self.labelled.setdefault(label, set()).add(number)
        for token in text.tokens:
            unit = base + token.unit
            self.units.setdefault(token.stem, set()).add(unit)
            if token.negator:
                self.denying.add(unit)
            if token.content:
                self.denials.setdefault((token.stem, unit), set()).add(token.negated)
                self.content.append(token.stem)
        self.content.append("")
        return base + text.tokens[-1].unit + 1 if text.tokens else base

    def reach(self, stem_: str) -> frozenset[int]:
        """The sentences a word stands in; one of a heading path stands in every sentence beneath it."""
        cached = self._reach.get(stem_)
        if cached is None:
            units = self.units.get(stem_, set())
            beneath = (u for header, units_ in self._headers.items() if header in units for u in units_)
            cached = self._reach[stem_] = frozenset(units).union(beneath)
        return cached

    def around(self, stem_: str) -> frozenset[int]:
        """The sentences a word stands in and their neighbours."""
        cached = self._around.get(stem_)
        if cached is None:
            cached = self._around[stem_] = frozenset(
                near for unit in self.reach(stem_) for near in (unit - 1, unit, unit + 1)
            )
        return cached

    def holds(self, text: Text) -> bool:
        """True when the words stand in one passage in the same order with nothing between them."""
        return f" {' '.join(t.stem for t in text.tokens)} " in self._text


@lru_cache(maxsize=128)
def evidence(passages: tuple[str, ...]) -> Evidence:
    """The passages ready for lookup; the latest are kept, since an answer's sentences share them."""
    return Evidence(passages)
