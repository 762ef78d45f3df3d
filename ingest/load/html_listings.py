"""Listings of an HTML page: without line numbers, with the language that they are marked with."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

NUMBERS_CLASSES = "linenos lineno linenodiv line-numbers gutter lnt ln"
_LANGUAGE = re.compile(r"^(?:(?:language|lang|highlight|highlight-source|brush:?)-)+([\w+#.-]{1,30})$")
# Sphinx marks the language of most Python listings as "default"
_PYTHON = re.compile(r"^(?:>>> |from [\w.]+ import |import [\w.]+(?: as \w+)?$|def \w+\(.*\).*:$)", re.M)
_NAME = re.compile(r"[A-Za-z][\w+#.-]{0,29}")
_NO_LANGUAGE_NAMES = "default none text plain plaintext notranslate output txt example"
_NO_LANGUAGE = frozenset(_NO_LANGUAGE_NAMES.split())


def has_class(element: HtmlElement, names: str) -> bool:
    """Whether one of these classes (parted by blanks) is set."""
    classes = element.get("class")
    return bool(classes) and not set(names.split()).isdisjoint(classes.split())


def plain_code(pre: HtmlElement) -> None:
    """A listing without its line numbers, its language noted in `data-language`."""
    for element in list(pre.iter()):
        if element is not pre and isinstance(element.tag, str) and has_class(element, NUMBERS_CLASSES):
            if element.tag != "span" or not element.text_content().strip(" 0123456789\n"):
                element.drop_tree()
        elif element.tag == "br":
            element.tail = "\n" + (element.tail or "")
    found = _language(pre) or ("python" if _PYTHON.search(str(pre.text_content())) else "")
    pre.set("data-language", found)


def _language(pre: HtmlElement) -> str:
    """The language a listing is marked with, on itself, on its code or on the boxes right around it."""
    marked = [pre, *pre.iterfind("code"), *_around(pre, 3)]
    for element in marked:
        classes = (element.get("class") or "").split()
        named = [element.get("data-lang") or "", element.get("data-language") or ""]
        named += [match[1] for match in map(_LANGUAGE.match, classes) if match]
        if "sourceCode" in classes:  # pandoc writes the bare name beside it
            named += [name for name in classes if name != "sourceCode"]
        for name in named:
            if _NAME.fullmatch(name):
                return "" if name.lower() in _NO_LANGUAGE else name.lower()
    return ""


def _around(element: HtmlElement, steps: int) -> Iterator[HtmlElement]:
    """The boxes that hold this element and nothing else of note."""
    for _ in range(steps):
        parent = element.getparent()
        if parent is None or len(parent) > 3 or parent.tag not in ("div", "figure", "td", "span"):
            return
        yield parent
        element = parent
