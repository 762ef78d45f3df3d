"""Sentences and passages as tokens: stems, numbers, names, negation; a passage's tokens are kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.grounding.lexicon import FUNCTION_WORDS, LABELS, NEGATORS, NUMBER_WORDS
from assistant.keywords import stem

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^\s)>]+)>?[^)]*\)")
_URL = re.compile(r"<?(https?://[^\s<>\])|]+)>?", re.IGNORECASE)
_MARKER = re.compile(r"(?<![\w\]])\s?\[\d+(?:\s*[,;–-]\s*\d+)*\]|(?<=\w)\[\d+\]")
_MARKUP = re.compile(r"[*`~|]+|(?<!\w)_+|_+(?!\w)|^\s{0,3}(?:#{1,6}|[-+•]|>)\s+", re.MULTILINE)
_LIST_NUMBER = re.compile(r"^\s*\d{1,3}[.)]\s+")
_TRACKING = re.compile(r"[?&](?:utm_\w+|ref|source|fbclid|gclid)=[^&#]*")
_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*(?:st|nd|rd|th)?(?![\w])|[cC]\+\+|[cC]#|[^\W_]+(?:['’][^\W_]+)?|[.!?;:\n](?=\s|$)|\n"
)
_NEGATION_REACH = 3  # words after "not" that it is taken to deny
_TENS_UNIT = re.compile(r"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ](one|two|three|four|five|six|seven|eight|nine)\b", re.I)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `stem` is the number's digits for a number; `name` marks a capital inside a sentence."""

    word: str
    stem: str
    number: bool
    name: bool
    content: bool
    negated: bool
    unit: int  # the sentence or line it stands in


@dataclass(frozen=True, slots=True)
class Text:
    tokens: tuple[Token, ...]
    urls: frozenset[str]


def url_key(url: str) -> str:
    """A URL without scheme, www, tracking, fragment and closing slash, lower case in the host's spelling."""
    bare = _TRACKING.sub("", url.split("#")[0].rstrip(".,;:!?*_'\""))
    return re.sub(r"^https?://(?:www\.)?", "", bare, flags=re.IGNORECASE).rstrip("/?&").lower()


def read(text: str) -> Text:
    """Markdown to tokens; markers and markup are dropped, link targets kept apart as URLs."""
    urls = {url_key(m[3]) for m in _LINK.finditer(text) if m[3].lower().startswith("http")}
    text = _LINK.sub(lambda m: "" if m[1] else m[2], text)
    urls.update(url_key(m[1]) for m in _URL.finditer(text))
    text = _URL.sub(" ", text)
    text = _MARKER.sub("", _LIST_NUMBER.sub("", text))
    text = _TENS_UNIT.sub(lambda m: NUMBER_WORDS[f"{m[1]}-{m[2]}".lower()], _MARKUP.sub(" ", text))
    return Text(_tokens(text), frozenset(urls))


def _tokens(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    unit, first, reach = 0, True, 0  # reach: how many more words a negator still covers
    for match in _TOKEN.finditer(text):
        raw = match[0]
        if raw in ".!?\n":
            unit, first, reach = unit + (not first), True, 0
            continue
        if raw in ";:":
            reach = 0
            continue
        word = raw.lower().replace("’", "'")
        if word.endswith("n't") or word in NEGATORS:
            reach = _NEGATION_REACH + 1
        word = word.removesuffix("'s").removesuffix("n't")
        number = raw[0].isdigit() or word in NUMBER_WORDS
        if number:
            stemmed = _digits(word)
        else:
            stemmed = stem(word)
        capital = not raw.islower() and (not first or not raw[1:].islower()) and len(raw) > 1
        tokens.append(
            Token(
                word=word,
                stem=stemmed,
                number=number,
                name=capital and not number and word not in FUNCTION_WORDS,
                content=number and word != "one" or word not in FUNCTION_WORDS and len(word) > 1,
                negated=reach > 0,
                unit=unit,
            )
        )
        first, reach = False, max(0, reach - 1)
    return tuple(tokens)


def _digits(word: str) -> str:
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word.replace(",", ""))
    return re.sub(r"(\.\d*?)0+$", r"\1", plain).rstrip(".") if plain.count(".") == 1 else plain


@lru_cache(maxsize=1024)
def _read_passage(text: str) -> Text:
    return read(text)


class Evidence:
    """All cited passages together, looked up by stem; sentences and lines are numbered through."""

    def __init__(self, passages: Sequence[str]) -> None:
        self.urls: set[str] = set()
        self.units: dict[str, list[int]] = {}  # stem -> units it stands in
        self.negated: dict[str, set[tuple[int, bool]]] = {}  # content stem -> (unit, under a negation)
        self.numbers: set[str] = set()
        self.labelled: dict[str, set[str]] = {}  # "week" -> the numbers that follow it
        self.words: set[str] = set()
        self.pairs: set[tuple[str, str]] = set()  # content stems next to each other
        self.triples: set[tuple[str, str, str]] = set()
        self.headers: set[int] = set()  # units that give the heading path of a passage
        self.neighbours: list[tuple[int, ...]] = []
        self.initials = ""
        base = 0
        for passage in passages:
            base = self._add(_read_passage(passage), base, header=" > " in passage.split("\n", 1)[0])
        self.counts = {key: len(units) for key, units in self.units.items()}
        self.vocabulary = tuple(self.units)
        self.unit_count = max(1, base)

    def _add(self, text: Text, base: int, header: bool) -> int:
        self.urls |= text.urls
        last = base
        before, before2 = "", ""
        label = ""
        for token in text.tokens:
            unit = base + token.unit
            last = max(last, unit)
            self.units.setdefault(token.stem, []).append(unit)
            self.words.add(token.word)
            if token.number:
                self.numbers.add(token.stem)
                if label:
                    self.labelled.setdefault(label, set()).add(token.stem)
            label = token.stem if token.word in LABELS else ""
            if token.content:
                self.negated.setdefault(token.stem, set()).add((unit, token.negated))
                self.pairs.add((before, token.stem))
                self.triples.add((before2, before, token.stem))
                before2, before = before, token.stem
                self.initials += token.word[0]
        if header:
            self.headers.add(base)
        count = last + 1 - base if text.tokens else 0
        self.neighbours.extend(
            tuple(u for u in (base, i - 1, i, i + 1) if base <= u < base + count and (u != base or header or abs(u - i) < 2))
            for i in range(base, base + count)
        )
        return base + count


@lru_cache(maxsize=128)
def evidence(passages: tuple[str, ...]) -> Evidence:
    """The passages ready for lookup; the most recent ones are kept, an answer's sentences share them."""
    return Evidence(passages)
