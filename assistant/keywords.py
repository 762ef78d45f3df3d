"""Words for the keyword index and for matching: the same tokens on the writing and the reading side."""

import re
from collections.abc import Iterable
from functools import lru_cache

import Stemmer
from bm25s.stopwords import STOPWORDS_EN

STOPWORDS = frozenset(STOPWORDS_EN)
# numbers keep their dots ("5.4"), "c++" and "c#" keep their marks; everything else splits at punctuation
WORD = re.compile(r"\d+(?:\.\d+)+|c\+\+|c#|[^\W_]+", re.IGNORECASE)
_ACRONYMS = re.compile(r"^[bcdfghjklmnpqrtvwxz]{2,4}s$")  # the plural of initials without a vowel
_STEMMER = Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Lower-cased words in order, apostrophe endings cut ("model's" -> "model")."""
    return [match[0].lower() for match in WORD.finditer(re.sub(r"['’]s?\b", "", text))]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Snowball English stem of one lower-case word; "llms", which it leaves alone, is "llm"."""
    if _ACRONYMS.match(word):
        return word[:-1]
    return str(_STEMMER.stemWord(word))


def keyword_tokens(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, repeats kept; lone letters are dropped."""
    return [stem(w) for w in words(text) if w not in STOPWORDS and (len(w) > 1 or w.isdigit())]


def token_lists(texts: Iterable[str]) -> list[list[str]]:
    """`keyword_tokens` of each text, as bm25s takes a corpus."""
    return [keyword_tokens(text) for text in texts]
