"""The pages that documents link to: each once, with every place that links to it and why. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from assistant.documents import Document, Link
from assistant.outline import Outline, plain
from ingest.web.keys import SCHEME, mend, url_key

Why = Literal["book", "course", "tool", "article", "video", "repository"]

# "[words](target)" whatever the target is, and what looks like an address outside of one
_INLINE = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)")
# (a single slash after the bare word is a version of the protocol, unless a host follows: "HTTP/2")
_BARE = re.compile(
    rf"(?<![\w/.:@=-])(?:www\.|{SCHEME}(?:[:;]/{{1,2}}|//|/(?=[a-z][\w-]*\.)))[^\s<>()\[\]`\"]+",
    re.IGNORECASE,
)
_MEANT = re.compile(rf"www\.|//|{SCHEME}\s?[:;.]?\s?[/\\]", re.IGNORECASE)
_TITLE = re.compile(r"\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\))\s*$")

# what these are whatever the words around a link say; the longest fitting beginning of a key decides
_BY_SITE: dict[str, Why] = {
    "youtube.com": "video",
    "youtu.be": "video",
    "vimeo.com": "video",
    "amazon.com": "book",
    "oreilly.com/library": "book",
    "manning.com/books": "book",
    "packtpub.com": "book",
    "leanpub.com": "book",
    "nostarch.com": "book",
    "udemy.com": "course",
    "coursera.org": "course",
    "edx.org": "course",
    "udacity.com": "course",
    "codecademy.com": "course",
    "pluralsight.com": "course",
    "deeplearning.ai": "course",
    "app.datacamp.com": "course",
    "datacamp.com/courses": "course",
    "datacamp.com/tutorial": "article",
    "kaggle.com/learn": "course",
    "arxiv.org": "article",
    "medium.com": "article",
    "substack.com": "article",
    "towardsdatascience.com": "article",
    "dev.to": "article",
    "freecodecamp.org/news": "article",
}
_WITH_SUBDOMAINS = frozenset(("medium.com", "substack.com", "udemy.com", "coursera.org"))
_FORGES = frozenset(("github.com", "gitlab.com", "bitbucket.org", "codeberg.org"))
# words of a label, a heading or the link itself; the first that fits decides
_BY_WORD: dict[Why, str] = {
    "repository": r"repositor(?:y|ies)|repos?",
    "book": r"(?:text|hand)?books?",
    "video": r"videos?|talks?|screencasts?",
    "course": r"courses?|(?:skill )?tracks?|certifications?|moocs?|beginners?|bootcamps?",
    "article": r"articles?|blogs?|posts?|tutorials?|guides?|papers?|assessments?|roadmaps?|how[ -]to",
    "tool": r"tools?|librar(?:y|ies)|frameworks?|platforms?|documentation|docs|practice|datasets?",
}
_WORDS = {why: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for why, words in _BY_WORD.items()}
# the first part of a host, and path segments
_BY_PART: dict[str, Why] = {
    **dict.fromkeys(("course", "courses", "learn", "lessons"), "course"),
    **dict.fromkeys(("blog", "blogs", "article", "articles", "news", "p", "posts", "post"), "article"),
    **dict.fromkeys(("book", "books"), "book"),
}
_DOCUMENTATION = frozenset(("doc", "docs", "documentation"))
_SLUG = re.compile(r"(?:[^-/]+-){3}[^-/]+$")  # a headline as the last part of an address


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that documents link to."""

    key: str
    url: str  # mended and tidied, of the first place; https where any place has it
    places: tuple[Link, ...]  # where it is linked from, in reading order
    why: Why
    roadmaps: tuple[str, ...]  # those that link to it; of the notes and files that do where no roadmap does


def wanted(documents: Iterable[Document]) -> tuple[Wanted, ...]:
    """Every page that the documents link to, in the order of first mention."""
    places: dict[str, list[Link]] = {}
    urls: dict[str, str] = {}
    sources = {}
    for document in documents:
        sources[document.source.id] = document.source
        for link in document_links(document):
            url = mend(link.url)
            key = url_key(url) if url else ""
            if not url or not key:
                continue
            places.setdefault(key, []).append(link)
            if not urls.get(key, "").startswith("https:") and (key not in urls or url.startswith("https:")):
                urls[key] = url
    found = []
    for key, links in places.items():
        linking = [sources[link.source] for link in links]
        named = [source for source in linking if source.kind == "roadmap"] or linking
        roadmaps = tuple(dict.fromkeys(roadmap for source in named for roadmap in source.roadmaps))
        found.append(Wanted(key, urls[key], tuple(links), why_linked(key, links), roadmaps))
    return tuple(found)


def damaged(documents: Iterable[Document]) -> tuple[Link, ...]:
    """Links that are meant for the web and lead nowhere, to be reported."""
    return tuple(
        link for document in documents for link in document_links(document) if mend(link.url) is None
    )


def document_links(document: Document) -> tuple[Link, ...]:
    """The document's links as they are written, damaged ones too, in reading order; none out of code."""
    outline = Outline(document)
    text = document.text
    found: dict[int, Link] = {link.start: link for link in outline.links()}
    ends = [(link.start, link.end) for link in found.values()]
    pictures = []
    for match in _INLINE.finditer(text):
        target = _TITLE.sub("", match[2]).strip()
        whole = target.removeprefix("<").removesuffix(">")
        if match[0].startswith("!"):
            pictures.append(match.span())
        elif _MEANT.match(whole) or (match.start() not in found and mend(whole)):
            found[match.start()] = _link(outline, match.start(), match.end(), plain(match[1]) or whole, whole)
            ends.append(match.span())
    inside = _Spans(ends + pictures)
    for match in _BARE.finditer(text):
        if not inside.holds(match.start()):
            found[match.start()] = _link(outline, match.start(), match.end(), match[0], match[0])
    pictured = _Spans(pictures)
    found = {start: link for start, link in found.items() if not pictured.holds(start)}
    return tuple(link for _, link in sorted(found.items()) if not _in_code(outline, link))


def why_linked(key: str, places: Sequence[Link]) -> Why:
    """What a page is linked for: told by its site, else by label, address, words, heading and form."""
    address = key.partition("?")[0].lower()
    host, *segments = address.split("/")
    parts = [host.partition(".")[0], *segments]
    return (
        _of_site(address)
        or _of_words(place.label for place in places)
        or next((_BY_PART[part] for part in parts if part in _BY_PART), None)
        or _of_words(place.text for place in places if not place.text.startswith("http"))
        or _of_words(place.heading_path[-1] for place in places if place.heading_path)
        or ("tool" if _DOCUMENTATION.intersection(parts) else None)
        or ("article" if len(segments) > 1 or _SLUG.search(address) else "tool")
    )


def _of_site(address: str) -> Why | None:
    host, *segments = address.split("/")
    if host in _FORGES and len(segments) > 1:
        return "repository"
    fitting = [site for site in _BY_SITE if _at(address, host, site)]
    return _BY_SITE[max(fitting, key=len)] if fitting else None


def _at(address: str, host: str, site: str) -> bool:
    within = f"{address}/".startswith(f"{site}/")
    return within or (site in _WITH_SUBDOMAINS and host.endswith(f".{site}"))


def _of_words(texts: Iterable[str]) -> Why | None:
    for text in texts:
        for why, pattern in _WORDS.items():
            if pattern.search(text):
                return why
    return None


def _link(outline: Outline, start: int, end: int, words: str, url: str) -> Link:
    block = outline.at(start)
    path = outline.heading_path(block) if block >= 0 else ()
    label = outline.label_of(block) if block >= 0 else ""
    return Link(outline.document.source.id, path, words, url, start, end, label)


def _in_code(outline: Outline, link: Link) -> bool:
    block = outline.at(link.start)
    if block >= 0 and outline.blocks[block].kind == "code":
        return True
    text = outline.document.text
    line = text.rfind("\n", 0, link.start) + 1
    return text.count("`", line, link.start) % 2 == 1


class _Spans:
    """Whether a position lies within one of many spans."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = list(accumulate((end for _, end in ordered), max))

    def holds(self, position: int) -> bool:
        index = bisect_right(self._starts, position) - 1
        return index >= 0 and position < self._ends[index]
