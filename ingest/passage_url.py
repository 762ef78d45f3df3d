"""The address of a passage within its page: a text fragment, which browsers scroll to and highlight. Pure.

See https://wicg.github.io/scroll-to-text-fragment/; a browser that does not know it shows the page's top.
"""

import re
from urllib.parse import quote

from assistant.documents import Source
from assistant.outline import plain
from ingest.web.special import special_kind

_NO_TEXT_THERE = frozenset(("pdf", "video", "notebook"))  # browsers show something else of these
# lines that are no table, code, heading, rule, picture, formula, markup or footnote; their list marks
_PROSE = re.compile(
    r"^(?!\s*(?:[|`~#]|[-*_=]{3,}\s*$|!\[|\$\$|<|\[\^))\s*(?:>\s*)*(?:[-*+]\s+|\d+[.)]\s+)?(\S.*)$"
)
_FENCE = re.compile(r"^[ \t>]*(?:```|~~~).*?(?:^[ \t>]*(?:```|~~~)[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_CLEAR = re.compile(r"[\w'’(),.:;-]+")  # words as any page shows them; formulas and pictures differ
_WORDS = 6  # enough to be the only such place
_FEWEST = 3


def passage_url(source: Source, text: str) -> str | None:
    """The page's address with the first clear words of the passage; without a place where there are none."""
    if source.kind != "page" or not source.url:
        return source.url
    if special_kind(source.url) in _NO_TEXT_THERE or source.url.endswith((".ipynb", ".pdf")):
        return source.url
    for line in _FENCE.sub("", text).split("\n"):
        prose = _PROSE.match(line)
        words = _first_words(plain(prose[1])) if prose else ""
        if words:
            return f"{source.url}#:~:text={quote(words, safe='').replace('-', '%2D')}"
    return source.url


def _first_words(line: str) -> str:
    found = []
    for word in line.split()[:_WORDS]:
        if not _CLEAR.fullmatch(word):
            break
        found.append(word)
    return " ".join(found).rstrip(",.:;") if len(found) >= _FEWEST else ""
