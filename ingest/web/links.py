"""The links of a page's text, whatever its format, as whole web addresses. Pure.

An HTML page is read by a streaming parser, so that neither depth nor damage matters; other texts are scanned.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin

from lxml import etree

from ingest.urls import URL
from ingest.web.github import link_base
from ingest.web.keys import SCHEME, mend, url_key, web_address

MOST_LINKS = 5000  # of one page; more is a list that nobody wrote
_LONGEST_TEXT = 10_000_000  # characters scanned
_LONGEST_HREF = 2048

_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))
_NOTEBOOK_TYPES = frozenset(("application/x-ipynb+json", "application/json"))
_LOOKS_LIKE_HTML = re.compile(r"\s*(?:<\?xml|<!--|<!doctype\s+html|<html|<head|<body)", re.IGNORECASE)
_REFRESH = re.compile(
    r"^\s*\d*(?:\.\d*)?(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?[\"']?([^\"'\s][^\"']*)", re.IGNORECASE
)
_SLOW_REFRESH_S = 30  # a page that renews itself later than this is a page of its own
# "www.a.org" or "https//a.org" where a path is expected
_DAMAGED = re.compile(rf"(?:www\.|{SCHEME}\s*(?:[;:.]/|//|:))(?!//)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # Markdown's backslash before a sign
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
# "](target)", "[name]: target"; reStructuredText's "`words <target>`_", ".. _name: target"; <a href="target">
_WRITTEN = re.compile(
    r"\]\(\s*<?([^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)"
    r"|^ {0,3}\[[^\]\n]{1,200}\]:\s*<?([^\s<>]+)"
    r"|<([^\s<>`]{1,2048})>`__?"
    r"|^\.\. _[^:\n]{1,200}:\s+(\S+)"
    r"|\shref=[\"']([^\"'\s<>]{1,2048})[\"']",
    re.MULTILINE | re.IGNORECASE,
)


def links_of(text: str, base_url: str, content_type: str = "") -> tuple[str, ...]:
    """Web addresses that the text links to, in order, one a page, at most `MOST_LINKS`.

    `content_type` is a media type; without one the text says itself whether it is HTML. A page that asks
    robots not to follow has none.
    """
    text = text[:_LONGEST_TEXT]
    if content_type in _HTML_TYPES or (not content_type and _LOOKS_LIKE_HTML.match(text)):
        base, hrefs = _html_links(text, base_url)
    else:
        base, hrefs = link_base(base_url), list(_written(_prose(text, content_type)))
    found: dict[str, str] = {}
    for href in islice(dict.fromkeys(hrefs), 4 * MOST_LINKS):
        url = _resolved(href, base)
        if url and (key := url_key(url)) and key not in found:
            found[key] = url
            if len(found) == MOST_LINKS:
                break
    return tuple(found.values())


def refresh_target(text: str, base_url: str) -> str | None:
    """Where an HTML page sends its reader on at once (`<meta http-equiv="refresh">`); None when it stays."""
    collector = _collect(text[:_LONGEST_TEXT])
    if collector.refresh is None:
        return None
    target = _resolved(collector.refresh, urljoin(base_url, collector.base) if collector.base else base_url)
    return target if target and url_key(target) != url_key(base_url) else None


class _Collector:
    """What the parser calls for each tag."""

    def __init__(self) -> None:
        self.hrefs: list[str] = []
        self.base = ""
        self.refresh: str | None = None
        self.follow = True

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("a", "area"):
            self._link(attributes.get("href", ""))
        elif tag in ("frame", "iframe"):
            self._link(attributes.get("src", ""))
        elif tag == "base" and not self.base:
            self.base = attributes.get("href", "").strip()
        elif tag == "meta":
            self._meta(attributes)

    def _link(self, target: str) -> None:
        if target and len(target) <= _LONGEST_HREF and len(self.hrefs) < 4 * MOST_LINKS:
            self.hrefs.append(target)

    def _meta(self, attributes: dict[str, str]) -> None:
        content = attributes.get("content", "")
        if attributes.get("http-equiv", "").lower() == "refresh" and self.refresh is None:
            seconds = re.match(r"\s*(\d{1,9})", content)
            match = _REFRESH.match(content)
            if match and int(seconds[1] if seconds else 0) < _SLOW_REFRESH_S:
                self.refresh = match[1].strip()
        elif attributes.get("name", "").lower() == "robots":
            words = {word.strip() for word in content.lower().split(",")}
            self.follow = self.follow and not words & {"nofollow", "none"}

    def close(self) -> "_Collector":
        return self


def _collect(text: str) -> _Collector:
    collector = _Collector()
    try:
        parser = etree.HTMLParser(target=collector, encoding="utf-8", no_network=True)
        parser.feed(text.encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, AssertionError, ValueError):
        pass  # nested too deeply or no markup at all: what was read so far counts
    return collector


def _html_links(text: str, base_url: str) -> tuple[str, list[str]]:
    collector = _collect(text)
    base = _resolved(collector.base, base_url) if collector.base else None
    if not collector.follow:
        return base_url, []
    hrefs = [collector.refresh] if collector.refresh else []
    return base or base_url, hrefs + collector.hrefs


def _prose(text: str, content_type: str) -> str:
    """The text without code: a notebook's Markdown cells, or what stands outside fences."""
    if content_type in _NOTEBOOK_TYPES or text.lstrip()[:1] == "{":
        try:
            notebook = json.loads(text)
            cells = notebook.get("cells", []) if isinstance(notebook, dict) else []
            text = "\n\n".join(
                source if isinstance(source, str) else "".join(map(str, source))
                for cell in cells
                if isinstance(cell, dict) and cell.get("cell_type") == "markdown"
                for source in [cell.get("source", "")]
                if isinstance(source, str | list)
            )
        except (ValueError, RecursionError, AttributeError, TypeError):
            pass  # not a notebook after all
    return _FENCED.sub("", text)


def _written(text: str) -> Iterator[str]:
    """Targets as the text writes them, and bare addresses, in order."""
    places = [
        (match.start(), _ESCAPED.sub(r"\1", next(filter(None, match.groups()), "")))
        for match in _WRITTEN.finditer(text)
    ]
    places += [(match.start(), match[0].rstrip(".,;:!?*_'")) for match in URL.finditer(text)]
    for _, target in sorted(places, key=lambda place: place[0]):
        yield target


def _resolved(href: str, base: str) -> str | None:
    """The whole address as a browser would make it, a damaged one mended; None for anything but the web."""
    href = re.sub(r"[\t\r\n]", "", href).strip().replace(" ", "%20")
    if not href or href.startswith("#"):
        return None
    if _DAMAGED.match(href):
        return mend(href)
    try:
        return web_address(urljoin(base, href.replace("\\", "/") if "?" not in href else href))
    except ValueError:
        return None
