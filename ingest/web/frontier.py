"""Which page comes next: breadth first, fair between hosts and linked pages, within limits, past the traps.

The linked pages themselves are never refused. Beneath one, a page is visited when it lies on the same site,
in the linked page's folder (anywhere on the site when that is the front page), and is no trap.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import splitext

from ingest.web.keys import url_key
from ingest.web.links import links_of, refresh_target
from ingest.web.traps import trap
from ingest.web.wanted import Wanted, damaged, wanted

__all__ = [
    "Frontier",
    "Limits",
    "Visit",
    "Wanted",
    "damaged",
    "folder_of",
    "links_of",
    "refresh_target",
    "wanted",
]

OTHER_SITE = "other site"
OUTSIDE = "outside the linked folder"
TOO_DEEP = "over the depth"
OVER_PAGES = "over the page limit"
OVER_HOST = "over the host's page limit"
NUMBERED = "endless numbering"
QUERIES = "endless queries"

_PAGE_ENDINGS = frozenset((".html", ".htm", ".php", ".aspx", ".md", ".mdx", ".rst", ".txt", ".ipynb", ".pdf"))
# a section's own front page, whose neighbors are what it leads to
_LANDING = frozenset(("home", "overview", "welcome"))
_GITHUB_FOLDER = re.compile(r"^(github\.com/[^/]+/[^/]+)/tree/")
_MOST_NUMBERED = 50  # pages of a host that differ in numbers alone; the largest course seen has 25
_MOST_QUERIES = 20  # pages of one path that differ in their query alone
_MOST_REMEMBERED = 500_000  # refused addresses, so that each is counted once


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a crawl goes; `depth` counts links from a linked page, 0 is the linked pages alone."""

    depth: int = 0
    max_pages: int = 1000
    max_per_host: int = 300


@dataclass(frozen=True, slots=True)
class Visit:
    """A page to fetch; `root` is the key of the linked page it lies beneath (its own, for that page)."""

    key: str
    url: str
    depth: int
    root: str


class Frontier:
    """Pages still to be visited. Not safe for threads; any number of visits may be under way in one loop."""

    def __init__(self, linked: Iterable[Wanted], limits: Limits) -> None:
        self._limits = limits
        self._queues: dict[int, dict[str, dict[str, deque[Visit]]]] = {}  # by depth, host, linked page
        self._seen: set[str] = set()
        self._refused: set[tuple[str, str]] = set()
        self._roots: dict[str, list[str]] = {}
        self._folders: dict[str, set[str]] = {}
        self._taken: Counter[str] = Counter()  # visits by host, by (host, linked page)
        self._shapes: Counter[str] = Counter()
        self.visited = 0
        self.skipped: Counter[str] = Counter()  # why links were not followed; each page once a linked page
        for page in linked:
            if page.key not in self._seen:
                self._folders[page.key] = {folder_of(page.url)}
                self._put(Visit(page.key, page.url, 0, page.key))

    def __len__(self) -> int:
        """How many pages wait."""
        return sum(
            len(q) for hosts in self._queues.values() for roots in hosts.values() for q in roots.values()
        )

    def next(self) -> Visit | None:
        """The next page; None when none waits now (what is under way may still bring some)."""
        if self.visited >= self._limits.max_pages:
            self.skipped[OVER_PAGES] += len(self)
            self._queues.clear()
        while self._queues:
            depth = min(self._queues)
            hosts = self._queues[depth]
            host = min(hosts, key=lambda name: self._taken[name])
            if self._taken[host] >= self._limits.max_per_host:
                self.skipped[OVER_HOST] += sum(map(len, hosts.pop(host).values()))
                self._tidy(depth)
                continue
            roots = hosts[host]
            root = min(roots, key=lambda name: self._taken[f"{host} {name}"])
            visit = roots[root].popleft()
            self._taken.update((host, f"{host} {root}"))
            self.visited += 1
            self._tidy(depth, host, root)
            return visit
        return None

    def found(self, visit: Visit, links: Iterable[str]) -> int:
        """Takes in the links of a visited page; how many of them are new pages that will be visited."""
        new = 0
        roots = self._roots.get(visit.key) or [visit.root]
        for url in links:
            key = url_key(url)
            if not key or key == visit.key:
                continue
            if key not in self._seen:
                reasons = []
                for root in roots:
                    reasons.append(self._refusal(url, key, visit.depth, root))
                    if not reasons[-1]:
                        self._put(Visit(key, url, visit.depth + 1, root))
                        new += 1
                        break
                else:
                    self._refuse(reasons[0], key, roots[0])
            if key in self._roots:
                for root in roots:
                    if self._within(key, root):
                        self._belongs(key, root)
        return new

    def moved(self, visit: Visit, url: str) -> bool:
        """A visit ended at another address; False when its page is not to be kept.

        That is when it is known already or, beneath a linked page, would not have been visited under its own
        address. A linked page takes its folder along, unless it was sent to a site's front page: a page that
        is gone often is, and would open the whole site.
        """
        key = url_key(url)
        if not key or key == visit.key:
            return True
        if visit.depth > 0 and (reason := self._astray(url, key, visit.root)):
            self._refuse(reason, key, visit.root)
            return False
        if visit.depth == 0 and ("/" in key or "/" not in visit.key):
            self._folders[visit.root].add(folder_of(url))
        if key in self._seen:
            self._belongs(key, visit.root)
            return False
        self._seen.add(key)
        self._belongs(key, visit.root)
        return True

    def roots(self, key: str) -> tuple[str, ...]:
        """Keys of the linked pages that a page lies beneath, as far as their links were seen."""
        return tuple(self._roots.get(key, ()))

    def beneath(self, url: str) -> tuple[str, ...]:
        """Keys of the linked pages in whose folder an address lies, whether or not one leads there."""
        key = url_key(url)
        return tuple(root for root in self._folders if self._within(key, root))

    def _astray(self, url: str, key: str, root: str) -> str:
        """Why an address does not lie beneath a linked page, "" when it does."""
        if _site(key) not in {_site(folder) for folder in self._folders[root]}:
            return OTHER_SITE
        return trap(url) if self._within(key, root) else OUTSIDE

    def _refusal(self, url: str, key: str, depth: int, root: str) -> str:
        reason = self._astray(url, key, root)
        if reason in (OTHER_SITE, OUTSIDE):
            return reason
        if depth >= self._limits.depth:
            return TOO_DEEP
        if reason:
            return reason
        path, _, query = key.partition("?")
        shape = re.sub(r"\d+", "#", key)
        if shape != key and self._shapes[shape] >= _MOST_NUMBERED:
            return NUMBERED
        if query and self._shapes[path] >= _MOST_QUERIES:
            return QUERIES
        waiting = self._queues.get(depth + 1, {}).get(_site(key), {}).get(root, ())
        if len(waiting) >= self._limits.max_per_host:  # would never be reached
            return OVER_HOST
        self._shapes.update({shape, path} - {key})
        return ""

    def _refuse(self, reason: str, key: str, root: str) -> None:
        if (key, root) not in self._refused and len(self._refused) < _MOST_REMEMBERED:
            self._refused.add((key, root))
            self.skipped[reason] += 1

    def _within(self, key: str, root: str) -> bool:
        path = f"{_path(key)}/"
        return any(path.startswith(f"{folder}/") for folder in self._folders[root])

    def _belongs(self, key: str, root: str) -> None:
        roots = self._roots.setdefault(key, [])
        if root not in roots:
            roots.append(root)

    def _put(self, visit: Visit) -> None:
        self._seen.add(visit.key)
        self._belongs(visit.key, visit.root)
        roots = self._queues.setdefault(visit.depth, {}).setdefault(_site(visit.key), {})
        roots.setdefault(visit.root, deque()).append(visit)

    def _tidy(self, depth: int, host: str = "", root: str = "") -> None:
        """Drops queues that have run empty."""
        hosts = self._queues[depth]
        if host and not hosts[host][root]:
            del hosts[host][root]
        if host and not hosts[host]:
            del hosts[host]
        if not hosts:
            del self._queues[depth]


def folder_of(url: str) -> str:
    """The key of the folder whose pages count as beneath this one; the site for its front page.

    "a.org/docs/page.html" and "a.org/docs/overview" lie in "a.org/docs", "a.org/docs" is a folder itself.
    """
    folder = _path(url_key(url))
    above, slash, last = folder.rpartition("/")
    is_page = splitext(last)[1].lower() in _PAGE_ENDINGS or last.lower() in _LANDING
    return above if slash and is_page else folder


def _site(key: str) -> str:
    return key.partition("/")[0].partition("?")[0]


def _path(key: str) -> str:
    """The key without parameters; on GitHub a folder lies where its files do."""
    return _GITHUB_FOLDER.sub(r"\1/blob/", key.partition("?")[0])
