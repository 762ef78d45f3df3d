"""The pages behind links in an ingest run: which are wanted, how they are fetched, what they become."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.documents import Document
from assistant.errors import InputError
from assistant.settings import Settings
from ingest.library import Library
from ingest.report import IngestRequest, no_resources
from ingest.web.client import Web, WebSettings
from ingest.web.crawl import Crawl, Progress, Tally
from ingest.web.frontier import OVER_HOST, OVER_PAGES, Frontier, Limits, Visit
from ingest.web.keys import mend, site_of, url_key
from ingest.web.listed import Listed, Pages
from ingest.web.mirror import Mirror
from ingest.web.records import Fetched, Getter
from ingest.web.register import Place, Register
from ingest.web.special import MEDIA_TYPES, Special
from ingest.web.wanted import Wanted, damaged, wanted, why_linked

WEB = "web"
MAX_PAGES = Limits().max_pages
_MANY_SITES = frozenset(("github.com", "gitlab.com"))  # whose pages have nothing to do with each other
_KEPT_UNWANTED = timedelta(days=90)  # a link that comes back in that time finds its page still there

WebOpener = Callable[[bool], AbstractAsyncContextManager[Getter]]  # given whether private addresses may be


def page_source(key: str) -> str:
    """The source id of the page with this key."""
    return f"page:{key}"


def mirror_root(directory: str) -> str:
    """What a page lies beneath that no document links to, but a mirror's manifest names."""
    return f"mirror:{directory}"


def mended_link(argument: str) -> str:
    """The address that a user typed; raises InputError where it is none."""
    url = mend(argument)
    if url is None or not url_key(url):
        raise InputError(f"{argument} is no address of a web page; check it and run: roadmap ingest URL")
    return url


def wanted_pages(documents: Iterable[Document], shelf: Library) -> dict[str, Wanted]:
    """What the documents link to and what the user added, by key."""
    found = {page.key: page for page in wanted(documents)}
    for url in shelf.links:
        key = url_key(url)
        own = Wanted(key, url, (), why_linked(key, ()), (page_source(key),))
        found.setdefault(key, own)
    return found


@asynccontextmanager
async def open_web(allow_private: bool) -> AsyncIterator[Getter]:
    """The open web, repositories and videos by their own servers."""
    async with Web(WebSettings(also_media_types=MEDIA_TYPES), allow_private=allow_private) as web:
        yield Special(web)


@dataclass(frozen=True, slots=True)
class Refresh:
    """One fetching of linked pages; `web` opens what stands for the web where no mirror is given."""

    request: IngestRequest
    settings: Settings
    shelf: Library
    register: Register
    web: WebOpener = open_web
    progress: Progress | None = None

    def run(self, wants: Mapping[str, Wanted]) -> dict[str, Any]:
        """Fetches what the request means, and counts what became of it; see `IngestReport.resources`."""
        if not self.request.only:
            self._forget({*wants, *map(mirror_root, self.shelf.mirrors)})
        if not self.request.all_links:
            added = {url_key(mended_link(link)) for link in self.request.added_links}
            wants = {key: page for key, page in wants.items() if key in added}
        if self.request.dry_run and not self.request.mirror:
            most = self.request.max_pages or MAX_PAGES
            urls = [page.url for key, page in wants.items() if page_source(key) not in self.shelf.removed]
            return no_resources() | {"would_fetch": urls[:most]}
        return asyncio.run(self._fetched(wants))

    def _forget(self, alive: set[str]) -> None:
        """Pages that nothing has led to for long go for good."""
        before = (datetime.now(UTC) - _KEPT_UNWANTED).isoformat()
        records = [r for r in self.register.records() if r.checked < before and alive.isdisjoint(r.roots)]
        self.register.remove(record.key for record in records)

    async def _fetched(self, wants: Mapping[str, Wanted]) -> dict[str, Any]:
        limits = Limits(self.request.depth or 0, self.request.max_pages or MAX_PAGES)
        frontier = Frontier(wants.values(), limits)
        if not self.request.mirror:
            async with self.web(self.request.allow_private) as getter:
                return await self._crawled(getter, frontier, wants, WEB, limits.depth)
        mirror = opened_mirror(self.request.mirror)
        origin = whole_path(self.request.mirror)
        if not mirror.has_manifest or not self.request.all_links:
            return await self._crawled(mirror, frontier, wants, origin, limits.depth)
        roots = await _roots_of_rows(mirror, frontier, wants)
        rows = Listed(mirror.frontier(), roots, self.request.max_pages)
        return await self._crawled(mirror, rows, wants, origin, 0)

    async def _crawled(
        self, getter: Getter, pages: Pages, wants: Mapping[str, Wanted], origin: str, depth: int
    ) -> dict[str, Any]:
        run = self.register.begin(origin, depth, _now())
        crawl = Crawl(
            getter,
            pages,
            self.register,
            run,
            self.settings.ingest,
            follow_to=depth,
            one_by_one=isinstance(pages, Listed),
            left_out=lambda key: page_source(key) in self.shelf.removed,
            progress=self.progress,
        )
        tally = await crawl.all()
        self._settle_roots(pages, tally, set(wants), origin, depth)
        counts = _counted(tally, pages)
        self.register.finish(replace(run, depth=depth), counts, _now())
        return counts

    def _settle_roots(self, pages: Pages, tally: Tally, covered: set[str], origin: str, depth: int) -> None:
        """What each page lies beneath now; what no link leads to any more lies beneath nothing."""
        whole = not (pages.skipped[OVER_PAGES] or pages.skipped[OVER_HOST])
        told = covered - tally.unheard if whole else set()
        listed = mirror_root(origin) if isinstance(pages, Listed) else ""
        roots: dict[str, tuple[str, ...]] = {}
        for record in self.register.records():
            before = [root for root in record.roots if root not in told]
            if record.key in tally.keys:
                found = dict.fromkeys((*pages.roots(record.key), *before))
                if listed:
                    found.pop(listed, None)
                    found = found or {listed: None}
                roots[record.key] = tuple(found)
            elif not whole or record.origin != origin or page_source(record.key) in self.shelf.removed:
                continue
            elif listed or 0 < record.depth <= depth:
                own = {record.key} if record.key in covered else set()
                roots[record.key] = tuple(r for r in record.roots if r in (set(before) | own) - {listed})
        self.register.set_roots(roots)


def known_pages(register: Register) -> frozenset[str]:
    """The ids of all pages that were ever asked for."""
    keys = {key for record in register.records() for key in (record.key, url_key(record.url))}
    return frozenset(map(page_source, keys - {""}))


def whole_path(directory: str) -> str:
    return str(Path(directory).expanduser().resolve())


def opened_mirror(directory: str) -> Mirror:
    """Raises InputError where there is no such folder."""
    path = Path(directory).expanduser()
    if not path.is_dir():
        raise InputError(
            f"There is no folder {directory} to stand for the web; "
            "name one: roadmap ingest --links --mirror DIR"
        )
    return Mirror(path)


async def _roots_of_rows(
    mirror: Mirror, frontier: Frontier, wants: Mapping[str, Wanted]
) -> dict[str, tuple[str, ...]]:
    """The linked pages that a manifest's rows lie beneath: by folder, else by site, else none."""
    rows = {url_key(row) or row: row for row in mirror.frontier()}
    aliases: dict[str, list[str]] = {}
    for page in wants.values():
        if page.key in rows:
            continue
        got = await mirror.get(page.url)  # a redirect may lead to a row
        if isinstance(got, Fetched) and (key := url_key(got.url)) in rows:
            aliases.setdefault(key, []).append(page.key)
            frontier.moved(Visit(page.key, page.url, 0, page.key), got.url)
    by_site: dict[str, list[str]] = {}
    for key in wants:
        by_site.setdefault(site_of(f"https://{key}"), []).append(key)
    roots = {}
    for key, row in rows.items():
        site = site_of(row)
        beneath = (*aliases.get(key, ()), *frontier.beneath(row))
        roots[key] = beneath or (() if site in _MANY_SITES else tuple(by_site.get(site, ())))
    return roots


def _counted(tally: Tally, pages: Pages) -> dict[str, Any]:
    counts = no_resources()
    thin: Counter[str] = Counter()
    for (status, reason), count in sorted(tally.counts.items()):
        if status == "failed":
            counts["failed"][reason] = count
            continue
        counts[status] += count
        if status == "thin":
            thin[reason] += count
    return counts | {"thin_reasons": dict(thin), "not_followed": dict(sorted(pages.skipped.items()))}


def pages_left_out(resources: Mapping[str, Any]) -> Counter[str]:
    """Pages that gave no text in a run, by reason."""
    whole = {f"page {status}": resources[status] for status in ("gone", "disallowed") if resources[status]}
    return Counter({**whole, **resources["failed"], **resources.get("thin_reasons", {})})


def note_places(register: Register, documents: Sequence[Document], wants: Mapping[str, Wanted]) -> int:
    """Keeps where every link stands, for `roadmap status`; how many of them are damaged."""
    titles = {document.source.id: document.source.title for document in documents}
    broken = damaged(documents)
    places = [
        Place(page.key, page.url, p.source, titles[p.source], p.heading_path, p.text, page.why)
        for page in wants.values()
        for p in page.places
    ]
    places += [Place("", p.url, p.source, titles[p.source], p.heading_path, p.text) for p in broken]
    register.set_places(places)
    return len(broken)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
