"""HTML pages: the main content as Markdown, menus and banners left out."""

import logging
import re

import trafilatura
from lxml import etree, html

from ingest.load.charset import decode_declared
from ingest.load.html_markdown import render
from ingest.load.main_content import main_part
from ingest.load.records import BROKEN, NO_TEXT, TOO_DEEP, Loaded, Skipped
from ingest.load.text import split_front_matter

_DEEPEST = 500  # elements within each other; real pages stay below 100
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
# elements without an end, and those whose end may be left out
_UNCOUNTED = "area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option"


def load_html(data: bytes) -> Loaded | Skipped:
    """The page's own text and its title."""
    text = decode_declared(data)
    if text is None:
        return BROKEN
    front_matter, text = split_front_matter(text)
    if nested_too_deeply(text):
        return TOO_DEEP
    tree = parse_html(text)
    if tree is None:
        return NO_TEXT
    title = front_matter.get("title") or title_of(tree)
    found = main_text(tree)
    if not found.strip():
        return NO_TEXT
    return Loaded(found, title if isinstance(title, str) else None, front_matter)


def main_text(tree: html.HtmlElement) -> str:
    """The main content as Markdown; the tree is changed."""
    for name in ("trafilatura", "htmldate", "justext", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    part = main_part(tree)
    return render(part) if part is not None else ""


def parse_html(text: str) -> html.HtmlElement | None:
    """The page as a tree, None where there is nothing to parse."""
    text = text.replace("\x00", "")
    tree = trafilatura.load_html(text)
    if tree is not None or not text.strip():
        return tree
    try:
        return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None


def title_of(tree: html.HtmlElement) -> str | None:
    """What the page calls itself."""
    found = tree.findtext(".//title") or tree.findtext(".//h1")
    return " ".join(found.split()) or None if found else None


def nested_too_deeply(text: str) -> bool:
    """Whether the tags themselves open more elements within each other than a parser can follow."""
    uncounted = frozenset(_UNCOUNTED.split())
    depth = deepest = 0
    for match in _TAG.finditer(text):
        if match[2].lower() in uncounted or match[3]:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest > _DEEPEST
