"""What an HTML page says itself: menus, banners, side bars and the like taken out, the main part found."""

import re
from collections import Counter

import trafilatura
from lxml import html
from lxml.html import HtmlElement

from ingest.load.html_listings import has_class
from ingest.load.html_tree import words

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ROLE_NAMES = "navigation search banner contentinfo complementary dialog alertdialog menu menubar"
_ROLES = frozenset(_ROLE_NAMES.split())
_TAGS = frozenset(("nav", "footer"))
_NEVER = frozenset(("html", "body", "main", "article", *_HEADINGS, "pre", "code", "table", "span"))
# parts of class names and ids, each a whole word of them: "md-sidebar", "page_footer", "cookieBanner"
_ALL_NAMES = """
    cookies? consent gdpr breadcrumbs? pagination pager prev-next prevnext page-nav page-navigation
    sidebar sidenav side-nav navbar navigation nav-links site-header site-footer footer colophon
    masthead toc table-of-contents tableofcontents skip-link skiplink edit-this-page edit-page editlink
    edit-link page-meta page-tools feedback newsletter subscribe social share sharing share-buttons
    advert advertisement ads promo sponsors? carbon-ads comments?-list disqus related-posts
    related-articles announcement version-warning outdated rst-versions versions lang-select
    language-switcher printfriendly article-tags md-source source-file md-top back-to-top sphinxsidebar
    sphx-glr-footer sphx-glr-signature sphx-glr-download-link-note
"""
_NAMES = re.compile(rf"(?:^|[-_ ])(?:{'|'.join(_ALL_NAMES.split())})(?:$|[-_ ])", re.I)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_KEPT_CLASSES = "topic admonition callout sidebar-content note warning example docutils"
_MOST_SHARE = 0.5  # of the page's words: what holds more is no boilerplate, whatever its name
_MAIN_SHARE = 0.4  # of the words left: what is marked as main and holds less is not trusted
_ARTICLE_SHARE = 0.7
_DESCENT_SHARE = 0.95  # of the judged text: the smallest element that holds so much of it is the main part
_FEWEST_MATCHED = 0.5
_LEAVES = ("p", "li", "pre", "td", "dd", "blockquote")
_MAIN = (".//main", ".//*[@role='main']", ".//article", ".//*[@itemprop='articleBody']")
_KNOWN = "markdown-body rst-content document-body post-content entry-content article-body page-content"


def main_part(tree: HtmlElement) -> HtmlElement | None:
    """The element that holds the page's own text, None for an empty page; the tree loses its boilerplate."""
    body = tree.find(".//body") if tree.tag == "html" else tree
    if body is None:
        return None
    _drop_boilerplate(body)
    total = _count(body)
    if not total:
        return None
    marked = _marked(body, total)
    if marked is not None:
        return marked
    return _judged(body) if total > 100 else body


def _count(element: HtmlElement) -> int:
    return len(str(element.text_content()).split())


def _drop_boilerplate(body: HtmlElement) -> None:
    for element in list(body.iter("script", "style", "noscript", "template")):
        if not (element.get("type") or "").startswith("math/tex"):
            element.drop_tree()
    total = _count(body)
    for element in list(body.iter()):
        if element is body or not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if _is_boilerplate(element) and _count(element) <= total * _MOST_SHARE:
            element.drop_tree()


def _is_boilerplate(element: HtmlElement) -> bool:
    if element.tag in _NEVER:
        return False
    if element.tag in _TAGS or element.get("role") in _ROLES:
        return True
    if element.tag == "header":
        return not any(a.tag in ("main", "article", "section") for a in element.iterancestors())
    if "display:none" in (element.get("style") or "").replace(" ", "") and element.get("role") != "tabpanel":
        return not has_class(element, "tab-content tab-pane tabcontent")
    names = element.get("class") or ""
    if not _is_section(element):  # those have ids made from their headings: "cookies", "versions"
        names = f"{names} {element.get('id') or ''}"
    if not names.strip() or has_class(element, _KEPT_CLASSES):
        return False
    if element.tag == "aside" and has_class(element, "sidebar"):  # a box beside the text, in Sphinx
        return not any(a.tag == "main" or a.get("role") == "main" for a in element.iterancestors())
    return bool(_NAMES.search(_CAMEL.sub("-", names))) and not _is_code(element)


def _is_section(element: HtmlElement) -> bool:
    first = next((child for child in element if isinstance(child.tag, str)), None)
    return element.tag == "section" or (
        first is not None and first.tag in ("h1", "h2", "h3", "h4", "h5", "h6")
    )


def _is_code(element: HtmlElement) -> bool:
    return element.find(".//pre") is not None or any(
        a.tag in ("pre", "code") for a in element.iterancestors()
    )


def _marked(body: HtmlElement, total: int) -> HtmlElement | None:
    """The part that the page itself marks as main; within it the one article, if it holds nearly all."""
    found: HtmlElement | None = None
    for path in _MAIN:
        inside = found if found is not None else body
        candidates = inside.xpath(path)
        share = _ARTICLE_SHARE if found is not None else _MAIN_SHARE
        if len(candidates) == 1 and _count(candidates[0]) >= share * (
            _count(inside) if found is not None else total
        ):
            found = candidates[0]
    if found is None:
        known = [e for e in body.iter() if isinstance(e.tag, str) and has_class(e, _KNOWN)]
        if len(known) == 1 and _count(known[0]) >= _MAIN_SHARE * total:
            return known[0]
    return found


def _judged(body: HtmlElement) -> HtmlElement:
    """The smallest element that holds what trafilatura takes for the text."""
    markup = html.tostring(body, encoding="unicode")
    text = trafilatura.extract(markup, include_comments=False, include_tables=True, favor_recall=True) or ""
    taken = set(_shingles(text))
    weights: Counter[HtmlElement] = Counter()
    matched = 0
    for element in body.iter(*_LEAVES):
        shingles = _shingles(words(element))
        count = sum(shingle in taken for shingle in shingles)
        if count * 2 < len(shingles) or not count:
            continue
        matched += count
        for holder in element.iterancestors():
            weights[holder] += count
    if not matched or matched < len(taken) * _FEWEST_MATCHED:
        return body
    found = body
    while inner := [child for child in found if weights[child] >= _DESCENT_SHARE * matched]:
        found = inner[0]
    return found


def _shingles(text: str) -> list[tuple[str, ...]]:
    """Every run of five words."""
    found = re.findall(r"\w+", text.lower())
    return [tuple(found[i : i + 5]) for i in range(len(found) - 4)]
