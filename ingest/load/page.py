"""HTML pages: the main content as Markdown, menus and banners left out."""

import logging
import re

import trafilatura
from lxml import etree, html

from ingest.load.records import BROKEN, NO_TEXT, Loaded, Skipped

_DEEPEST = 500  # elements within each other; real pages stay below 100
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr p li td tr th dt dd".split())


def load_html(data: bytes) -> Loaded | Skipped:
    for name in ("trafilatura", "htmldate", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if _depth(data) > _DEEPEST:
        return Skipped("nested too deeply")
    try:
        tree = trafilatura.load_html(data)
    except (etree.LxmlError, ValueError):
        return BROKEN
    if tree is None:
        return NO_TEXT
    title = _title(tree)
    _drop_inner_links(tree)
    text = trafilatura.extract(
        tree,
        output_format="markdown",
        include_comments=False,
        include_tables=True,
        include_links=True,
        include_formatting=True,
        favor_recall=True,
    )
    if not text or not text.strip():
        text = trafilatura.html2txt(tree)
    # names such as n_jobs need no escape for their underscores, and are searched without one
    return Loaded(text.replace("\\_", "_"), title) if text and text.strip() else NO_TEXT


def _drop_inner_links(tree: html.HtmlElement) -> None:
    """Links that lead nowhere outside their site become plain words, marks beside headings vanish."""
    for anchor in list(tree.iter("a")):
        if (anchor.text_content() or "").strip() in ("¶", "#", "§", "🔗"):
            anchor.text = ""
            anchor.drop_tree()
        elif not re.match(r"https?://", anchor.get("href") or ""):
            anchor.drop_tag()


def _title(tree: html.HtmlElement) -> str | None:
    found = tree.findtext(".//title") or tree.findtext(".//h1")
    return " ".join(found.split()) or None if found else None


def _depth(data: bytes) -> int:
    """The deepest nesting that the tags themselves open; elements whose end may be left out do not count."""
    depth = deepest = 0
    for match in _TAG.finditer(data):
        if match[2].lower() in _VOID or match[3]:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
