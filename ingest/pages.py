"""A fetched body to a page worth indexing, or why it is kept as a titled link alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.documents import Block
from ingest.folding import Fold, fold
from ingest.load import Loader, Skipped
from ingest.load.records import EMPTY, NO_TEXT

__all__ = ["Fold", "Page", "Text", "Thin", "fold", "read_page", "read_structured"]

Text = tuple[str, tuple[Block, ...]]  # a cleaned text and its blocks

_FEWEST_WORDS = 40  # of content; what says less is a door to other pages
_MOST_WORDS_BEHIND = 150  # a form to log in or a call for scripts, with its explanations
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")  # writing without blanks between words
_CHARS_A_WORD = 2


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, as cleaned Markdown."""

    text: str
    title: str = ""
    language: str = ""  # two letters, "" where unknown
    licence_note: str = ""  # as the page's head states it
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    refresh: str = ""  # the whole address that the page sends its readers to


@dataclass(frozen=True, slots=True)
class Thin:
    """A page without content of its own: worth a link with its title."""

    reason: str  # "redirect", "needs a login", "needs a script", "few words"
    title: str = ""
    refresh: str = ""


def read_page(body: bytes, media_type: str, charset: str, url: str, loader: Loader) -> Page | Thin | Skipped:
    """The page behind a body as it was served; `media_type` and `charset` come from its header."""
    found = loader.load_page(body, media_type.partition(";")[0].strip().lower(), charset, url)
    if isinstance(found, Skipped):
        return Thin("few words") if found in (EMPTY, NO_TEXT) else found
    count = count_words(found.text)
    if count < _FEWEST_WORDS and found.refresh:
        return Thin("redirect", found.title, found.refresh)
    if found.barrier and count < _MOST_WORDS_BEHIND:
        return Thin(f"needs a {found.barrier}", found.title, found.refresh)
    if count < _FEWEST_WORDS:
        return Thin("few words", found.title, found.refresh)
    return Page(found.text, found.title, found.language, found.licence, found.front_matter, found.refresh)


def read_structured(
    body: bytes, media_type: str, charset: str, url: str, loader: Loader
) -> tuple[Page | Thin | Skipped, Text | None]:
    """The same with the page's text and structure, where it is a page."""
    page = read_page(body, media_type, charset, url, loader)
    if not isinstance(page, Page):
        return page, None
    structure = loader.structure(page.text)
    if isinstance(structure, Skipped):
        return structure, None
    return replace(page, text=structure[0]), structure


def count_words(text: str) -> int:
    """The words of a text; two characters of Chinese, Japanese or Korean count as one."""
    wide = len(_WIDE.findall(text))
    return len(re.findall(r"\w+", _WIDE.sub(" ", text))) + wide // _CHARS_A_WORD
