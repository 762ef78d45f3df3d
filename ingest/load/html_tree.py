"""A parsed HTML tree made ready for Markdown: what is not text goes, tabs and notes get their titles."""

import re

from lxml import html
from lxml.html import HtmlElement

from ingest.load.html_listings import NUMBERS_CLASSES, has_class, plain_code
from ingest.load.masks import LONG, OPEN

# never read by a person, or nothing without its script
_MUTE_NAMES = """
    script style template noscript svg canvas iframe object embed video audio map input select textarea
    button datalist dialog progress meter link meta base hr
"""
_BLOCK_NAMES = """
    address article aside blockquote details dd div dl dt fieldset figcaption figure footer form h1 h2 h3
    h4 h5 h6 header li main nav ol p pre section summary table tbody td tfoot th thead tr ul
"""
_MUTE = frozenset(_MUTE_NAMES.split())
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SELF_LINKS = ("¶", "#", "§", "🔗", "")  # links from a heading to itself
_UNSEEN_CLASSES = """
    copybtn copy-button clipboard btn-clipboard code-copy md-clipboard
    sr-only visually-hidden screen-reader-text visuallyhidden
    sphx-glr-download-link-note sphx-glr-footer sphx-glr-signature
    headerlink anchor-link anchorjs-link hash-link header-anchor viewcode-link heading-link
"""
_NOTE_TITLES = """
    admonition-title callout-title callout-title-container alert-title admonition-heading alert-heading
"""
_FILE_NAME = re.compile(r"[\w./%~+-]+\.\w{2,5}(?:\?\S*)?$")
_BADGE = re.compile(r"shields\.io|badge|travis-ci|codecov|circleci|appveyor|/workflows/", re.I)
_MERE_MARK = re.compile(r"\b(?:logo|icon|badge|avatar|banner|thumbnail)$|^screenshot", re.I)
_FEWEST_ALT_WORDS = 4  # fewer only name a picture that is not here
_CONTENTS = re.compile(
    r"(?:table of )?contents:?|index(?: of [\w -]{1,40})?|toc|on this page:?|"
    r"in this (?:article|page|guide):?|jump to:?|quick links:?|"
    r"inhalt(?:sverzeichnis)?|sommaire|目次|目录|目錄",
    re.I,
)


def prepare(tree: HtmlElement) -> None:
    """Change the tree in place; what it says stays."""
    _drop_unseen(tree)
    for listing in list(tree.iter("pre")):
        plain_code(listing)
    for element in list(tree.iter()):
        if element.getparent() is not None:
            _name_parts(element)
    _label_tabs(tree)
    for contents in list(tree.iter("ul", "ol")):
        _drop_contents(contents)
    for anchor in list(tree.iter("a")):
        _simplify_link(anchor)
    for image in list(tree.iter("img")):
        _simplify_image(image)
    for table in list(tree.iter("table")):
        _unwrap_layout(table)
    for quote in list(tree.iter("blockquote")):
        _unwrap_indentation(quote)


def words(element: HtmlElement) -> str:
    """The text of an element on one line."""
    return " ".join(str(element.text_content()).split())


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _drop_unseen(tree: HtmlElement) -> None:
    for element in list(tree.iter()):
        if element is tree:
            continue
        if not isinstance(element.tag, str):  # comments and processing instructions
            _drop(element)
        elif element.tag == "script" and (element.get("type") or "").startswith("math/tex"):
            element.tag, element.text = "span", f"${(element.text or '').strip()}$"
        elif (
            element.tag in _MUTE
            or has_class(element, _UNSEEN_CLASSES)
            or (element.get("aria-hidden") == "true" and not has_class(element, "math"))
        ):
            _drop(element)


def _name_parts(element: HtmlElement) -> None:
    """Titles of notes and folded parts, signatures, types and formulas as Markdown can show them."""
    if has_class(element, _NOTE_TITLES):
        _title_of_note(element)
    elif element.tag == "summary":
        _to_bold_paragraph(element)
    elif element.tag == "dt" and (has_class(element, "sig") or element.find_class("descname")):
        _signature(element)
    elif has_class(element, "classifier"):  # the type of a parameter, set apart by style alone
        _to_text(element, f" ({words(element)})")
    elif element.tag == "math" or has_class(element, "katex"):
        tex = element.xpath(".//*[local-name()='annotation'][@encoding='application/x-tex']")
        if tex:  # without it the symbols stay as they are
            _to_text(element, f"${words(tex[0])}$")


def _to_text(element: HtmlElement, text: str) -> None:
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = "span", text, tail


def _to_bold_paragraph(element: HtmlElement) -> None:
    text, tail = words(element), element.tail
    element.clear()
    element.tag, element.tail = "p", tail
    if text:
        element.append(_strong(text))


def _strong(text: str) -> HtmlElement:
    strong = html.Element("strong")
    strong.text = text
    return strong


def _title_of_note(element: HtmlElement) -> None:
    """ "Note" above a paragraph becomes "**Note:**" at its beginning."""
    title = words(element).rstrip(":")
    following = element.getnext()
    while following is not None and following.tag == "div" and len(following):
        if (following.text or "").strip():
            break
        following = following[0]
    if title and following is not None and following.tag == "p":
        strong = _strong(f"{title}:")
        strong.tail, following.text = " " + (following.text or "").lstrip(), None
        following.insert(0, strong)
        _drop(element)
    else:
        _to_bold_paragraph(element)


def _signature(term: HtmlElement) -> None:
    """What a function is called with, as code: its stars and underscores are none of Markdown's."""
    for anchor in list(term.iter("a")):
        if words(anchor) in (*_SELF_LINKS, "[source]"):
            _drop(anchor)
    text, tail = words(term), term.tail
    term.clear()
    term.tail = tail
    code = html.Element("code")
    code.text = text
    term.append(code)


def _label_tabs(tree: HtmlElement) -> None:
    """Each tab's label stands before its content instead of in a row above all of them."""
    for tab in tree.xpath(".//*[@role='tab'][@aria-controls]"):
        panels = tree.xpath(".//*[@id=$name]", name=tab.get("aria-controls"))
        if panels and words(tab):
            _insert_label(panels[0], words(tab))
            _drop(tab)
    for row in list(tree.find_class("tabbed-labels")):
        parent = row.getparent()
        blocks = parent.find_class("tabbed-block") if parent is not None else []
        outer = [block for block in blocks if not any(a in blocks for a in block.iterancestors())]
        labels = [words(child) for child in row if words(child)]
        if len(labels) == len(outer):
            for text, block in zip(labels, outer, strict=True):
                _insert_label(block, text)
            _drop(row)
    for label in list(tree.iter("label")):
        following = label.getnext()
        if following is not None and has_class(following, "tabbed-content tab-content sd-tab-content"):
            _to_bold_paragraph(label)


def _insert_label(panel: HtmlElement, text: str) -> None:
    label = html.Element("p")
    label.append(_strong(text))
    label.tail, panel.text = panel.text, None
    panel.insert(0, label)


def _drop_contents(listing: HtmlElement) -> None:
    """A table of contents goes with its title; other lists of links may be facts."""
    before = listing.getprevious()
    if listing.getparent() is None or before is None or not _CONTENTS.fullmatch(words(before)):
        return
    linked = [anchor for anchor in listing.iter("a") if (anchor.get("href") or "").startswith("#")]
    if len(linked) * 2 > len(list(listing.iter("li"))):
        _drop(before)
        _drop(listing)


def _simplify_link(anchor: HtmlElement) -> None:
    """Marks beside headings vanish; links within the site, around blocks and in headings are taken off."""
    if anchor.getparent() is None:
        return
    text, target = words(anchor), (anchor.get("href") or "").strip()
    if text in _SELF_LINKS and anchor.find(".//img") is None:
        _drop(anchor)
    elif (
        not text
        or not re.match(r"https?://", target)
        or any(child.tag in _BLOCKS for child in anchor.iterdescendants())
        or _in_heading(anchor)
    ):
        anchor.drop_tag()
    else:
        anchor.attrib.clear()
        anchor.set("href", target)


def _in_heading(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in ("h1", "h2", "h3", "h4", "h5", "h6")


def _simplify_image(image: HtmlElement) -> None:
    """A picture is what its description says; file names, logos and badges say nothing."""
    alt = " ".join((image.get("alt") or "").split())
    unsaid = _FILE_NAME.fullmatch(alt) or _MERE_MARK.search(alt) or _BADGE.search(image.get("src") or "")
    shown = "" if unsaid or len(alt.split()) < _FEWEST_ALT_WORDS or _in_heading(image) else alt
    _to_text(image, shown)


def _unwrap_layout(table: HtmlElement) -> None:
    """Tables that hold listings or other tables, and those of a single row, are layout, not data."""
    if table.getparent() is None:
        return
    holds_blocks = any(table.find(f".//{tag}") is not None for tag in ("pre", "table", "h1", "h2", "h3"))
    long_listing = f"{OPEN}{LONG}" in str(table.text_content())
    single = len(list(table.iter("tr"))) == 1
    if not (holds_blocks or long_listing or single or table.get("role") == "presentation"):
        return
    for part in list(table.iter("td", "th", "tr", "thead", "tbody", "tfoot", "colgroup", "col")):
        if next(part.iterancestors("table"), None) is table:
            if part.tag in ("td", "th") and has_class(part, NUMBERS_CLASSES):
                _drop(part)
            else:
                part.tag = "div"
    table.tag = "div"


def _unwrap_indentation(quote: HtmlElement) -> None:
    """Sphinx writes an indented list as a quotation of it."""
    inner = quote[0] if len(quote) == 1 and quote[0].tag == "div" else quote
    if len(inner) and all(child.tag in ("ul", "ol", "dl", "pre", "div", "table") for child in inner):
        quote.tag = "div"
