"""HTML pages: the main content as Markdown, menus and banners left out."""

import logging
import re

import trafilatura
from lxml import etree, html

from ingest.load.records import BROKEN, NO_TEXT, TOO_DEEP, Loaded, Skipped
from ingest.load.text import decode, split_front_matter

_DEEPEST = 500  # elements within each other; real pages stay below 100
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
# elements without an end, and those whose end may be left out
_UNCOUNTED = "area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option"
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.I)
_MARKS = ("¶", "#", "§", "🔗")  # links from a heading to itself


def load_html(data: bytes) -> Loaded | Skipped:
    for name in ("trafilatura", "htmldate", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    text = _decode(data)
    if text is None:
        return BROKEN
    front_matter, text = split_front_matter(text)
    if _depth(text) > _DEEPEST:
        return TOO_DEEP
    tree = _parse(text)
    if tree is None:
        return NO_TEXT
    title = front_matter.get("title") or _title(tree)
    _drop_inner_links(tree)
    found = trafilatura.extract(
        tree,
        output_format="markdown",
        include_comments=False,
        include_tables=True,
        include_links=True,
        include_formatting=True,
        favor_recall=True,
    ) or trafilatura.html2txt(tree)
    if not found or not found.strip():
        return NO_TEXT
    # names such as n_jobs need no escape for their underscores, and are searched without one
    return Loaded(found.replace("\\_", "_"), title if isinstance(title, str) else None, front_matter)


def _decode(data: bytes) -> str | None:
    """The text in the encoding that its bytes prove, else the one it declares, else the likeliest."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(data[:4096])
    if declared:
        try:
            return data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


def _parse(text: str) -> html.HtmlElement | None:
    text = text.replace("\x00", "")
    tree = trafilatura.load_html(text)
    if tree is not None or not text.strip():
        return tree
    try:
        return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None


def _title(tree: html.HtmlElement) -> str | None:
    found = tree.findtext(".//title") or tree.findtext(".//h1")
    return " ".join(found.split()) or None if found else None


def _drop_inner_links(tree: html.HtmlElement) -> None:
    """Links that lead nowhere outside their site become plain words, marks beside headings vanish."""
    for anchor in list(tree.iter("a")):
        if anchor.text_content().strip() in _MARKS:
            anchor.drop_tree()
        elif not re.match(r"https?://", anchor.get("href") or ""):
            anchor.drop_tag()


def _depth(text: str) -> int:
    """The deepest nesting that the tags themselves open."""
    uncounted = frozenset(_UNCOUNTED.split())
    depth = deepest = 0
    for match in _TAG.finditer(text):
        if match[2].lower() in uncounted or match[3]:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
