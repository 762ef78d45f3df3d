"""Pages fetched, read and written down one by one, many at a time; a fault in one never ends the run."""

import asyncio
import hashlib
import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from assistant.settings import IngestSettings
from ingest.load import Loader, Skipped
from ingest.load.records import CRASHED, TOO_SLOW
from ingest.pages import Text, Thin, read_structured
from ingest.web.frontier import Visit
from ingest.web.keys import url_key
from ingest.web.links import links_of, refresh_target
from ingest.web.listed import Pages
from ingest.web.records import NO_VALIDATORS, Failed, Fetched, Getter, Outcome, Unchanged
from ingest.web.register import Record, Register, Run, Status
from ingest.web.special import Special
from ingest.web.walls import REASONS, Wall, wall

# Raise it when pages are read differently: bodies that did not change are then read anew.
READER = 1
REDIRECT = "redirect"
NOT_READ = "could not be read"
_AT_ONCE = 32  # pages under way: bounds the bodies held in memory, and is enough to keep every host's turn
_MOST_REFRESHES = 5
_ASKED_LATELY = timedelta(hours=1)  # pages that an interrupted run asked since then are not asked again
_PASSING = frozenset((TOO_SLOW.reason, CRASHED.reason))  # worth another try with the same body
_HTML = frozenset(("text/html", "application/xhtml+xml"))

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the pages of a run: how many by status and reason."""

    counts: Counter[tuple[Status, str]]
    keys: frozenset[str]
    unheard: frozenset[str]  # linked pages beneath which not every link could be learned


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a visit made of a page."""

    record: Record
    text: Text | None = None
    follow: tuple[str, ...] = ()  # links worth a visit


class Crawl:
    """One run over the pages; `follow_to` is the depth up to which links are followed."""

    def __init__(
        self,
        getter: Getter,
        pages: Pages,
        register: Register,
        run: Run,
        settings: IngestSettings,
        *,
        follow_to: int = 0,
        one_by_one: bool = False,
        left_out: Callable[[str], bool] = lambda key: False,
        progress: Progress | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`one_by_one`: each page stands for itself, none leads to another; `left_out`: keys not to ask."""
        self._getter = getter
        self._pages = pages
        self._register = register
        self._run = run
        self._settings = settings
        self._follow_to = follow_to
        self._one_by_one = one_by_one
        self._left_out = left_out
        self._progress = progress
        self._now = now
        self._loaders: asyncio.LifoQueue[Loader] = asyncio.LifoQueue()  # few pages start one process
        self._counts: Counter[tuple[Status, str]] = Counter()
        self._keys: set[str] = set()
        self._unheard: set[str] = set()

    async def all(self) -> Tally:
        """Visits every page; what was learned is in the register. Raises sqlite3.Error where it is full."""
        under_way: set[asyncio.Task[None]] = set()
        with ExitStack() as stack:
            for _ in range(min(4, os.cpu_count() or 1)):
                self._loaders.put_nowait(stack.enter_context(Loader(self._settings)))
            try:
                while True:
                    while len(under_way) < _AT_ONCE and (visit := self._pages.next()):
                        under_way.add(asyncio.create_task(self._visit(visit)))
                    if not under_way:
                        break
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()
                    if self._progress:
                        ready = self._pages.visited - len(under_way)
                        self._progress(ready, self._pages.visited + len(self._pages), "fetching pages")
            finally:
                for task in under_way:
                    task.cancel()
                await asyncio.gather(*under_way, return_exceptions=True)
        return Tally(self._counts, frozenset(self._keys), frozenset(self._unheard))

    async def _visit(self, visit: Visit) -> None:
        old = self._register.record(visit.key)
        if self._left_out(visit.key):
            self._pages.found(visit, (old.links or ()) if old else ())
            return
        if old and self._known(visit, old):
            seen = _Seen(old, follow=old.links or ())
        else:
            try:
                seen = await self._asked(visit, old)
            except Exception as error:  # the last resort: no page may end a run
                seen = self._failed(visit, old, "failed", f"{NOT_READ} ({type(error).__name__})")
            self._register.save(seen.record, seen.text)
        self._counts[seen.record.status, seen.record.reason] += 1
        self._keys.add(visit.key)
        if seen.follow and visit.depth < self._follow_to:
            self._pages.found(visit, seen.follow)

    def _known(self, visit: Visit, old: Record) -> bool:
        """Whether the run, before it was interrupted, has asked this page a short while ago."""
        if not self._run.resumed or old.run != self._run.id:
            return False
        lately = datetime.fromisoformat(old.checked) + _ASKED_LATELY > self._now()
        lacks_links = visit.depth < self._follow_to and old.links is None and old.body_sha256
        if lately and not lacks_links:
            self._pages.moved(visit, old.url)
            return True
        return False

    async def _asked(self, visit: Visit, old: Record | None) -> _Seen:
        """Get, see whether a wall stands there, go where the page sends its readers, then read it."""
        validators = NO_VALIDATORS
        if old and self._is_read(old) and (old.links is not None or visit.depth >= self._follow_to):
            validators = old.validators
        through = old is not None and old.refreshed
        got = await self._getter.get(visit.url, NO_VALIDATORS if through else validators)
        links: tuple[str, ...] = ()
        refreshed = False
        passed = {url_key(visit.url)}
        while isinstance(got, Fetched):
            barrier, target, links = await asyncio.to_thread(self._looked_at, got)
            if barrier:
                return self._failed(visit, old, "thin", REASONS[barrier])
            key = url_key(target or "")
            if not target or key in passed or len(passed) > _MOST_REFRESHES:
                break
            passed.add(key)
            refreshed = True
            got = await self._getter.get(target, validators)
        if isinstance(got, Failed):
            if barrier := wall(got):
                return self._failed(visit, old, "thin", REASONS[barrier])
            return self._failed(visit, old, got.status, got.reason)
        if not self._pages.moved(visit, got.url):  # what it says is said elsewhere
            record = self._record(visit, old, "thin", REDIRECT)
            return _Seen(
                replace(record, url=got.url, body_sha256="", etag="", last_modified="", text_sha256="")
            )
        seen = await self._settled(visit, old, got, links, refreshed)
        return replace(seen, follow=(*seen.follow, *await self._documents(visit, got.url)))

    def _is_read(self, old: Record) -> bool:
        """Whether what is kept of the last body still stands for it."""
        return bool(old.body_sha256) and old.reader == READER

    def _looked_at(self, got: Fetched) -> tuple[Wall, str | None, tuple[str, ...]]:
        """What keeps readers out, where the page sends them, and its links."""
        barrier = wall(got)
        text = "" if self._one_by_one else got.body.decode(_codec(got.charset), "replace")
        target = refresh_target(text, got.url) if text and got.content_type in _HTML else None
        return barrier, target, () if barrier else links_of(text, got.url, got.content_type)

    async def _documents(self, visit: Visit, url: str) -> tuple[str, ...]:
        """What else there is to read in a repository, where its depth is asked for."""
        if visit.depth >= self._follow_to or not isinstance(self._getter, Special):
            return ()
        found = await self._getter.documents(url)
        if isinstance(found, Failed):
            self._unheard.update(self._pages.roots(visit.key))
            return ()
        return found

    async def _settled(
        self, visit: Visit, old: Record | None, got: Outcome, links: tuple[str, ...], refreshed: bool
    ) -> _Seen:
        """A page that came, or that is still what it was."""
        if isinstance(got, Unchanged) and old:
            return self._judged(visit, replace(old, url=got.url), old.reading, old.links or ())
        if not isinstance(got, Fetched):
            return self._failed(visit, old, "failed", NOT_READ)
        digest = hashlib.sha256(got.body).hexdigest()
        record = replace(
            self._record(visit, old, "unchanged", ""),
            url=got.url,
            etag=got.validators.etag,
            last_modified=got.validators.last_modified,
            fetched=got.fetched,
            body_sha256=digest,
            media_type=got.content_type,
            refreshed=refreshed,
            links=None if self._one_by_one else links,
        )
        same = (digest, got.content_type) == (old.body_sha256, old.media_type) if old else False
        if old and same and self._is_read(old):
            return self._judged(visit, replace(record, fetched=old.fetched), old.reading, links)
        return await self._read(visit, old, replace(record, reader=READER), got)

    async def _read(self, visit: Visit, old: Record | None, record: Record, got: Fetched) -> _Seen:
        """A new body: its text is kept where it is a good one."""
        links = record.links or ()
        loader = await self._loaders.get()
        try:
            page, text = await asyncio.to_thread(
                read_structured, got.body, got.content_type, got.charset, got.url, loader
            )
        finally:
            self._loaders.put_nowait(loader)
        if isinstance(page, Skipped):
            reading = f"failed: {page.reason}"
            if page.reason in _PASSING:
                record = replace(record, body_sha256="")
            return self._judged(visit, record, reading, links)
        if isinstance(page, Thin) and page.reason.startswith("needs"):  # a wall with links of its own
            return self._failed(visit, old, "thin", page.reason)
        if isinstance(page, Thin):
            kept = record if record.text_sha256 else replace(record, title=page.title)
            return self._judged(visit, kept, f"thin: {page.reason}", links)
        digest = hashlib.sha256(page.text.encode()).hexdigest()
        found = replace(
            record,
            status="new",
            reason="",
            reading="",
            text_sha256=digest,
            title=page.title,
            language=page.language,
            licence=got.licence or page.licence_note,
        )
        if record.text_sha256:
            found = replace(found, status="unchanged" if _said(found) == _said(record) else "changed")
        if found.status != "unchanged":
            found = replace(found, changed=got.fetched)
        return _Seen(found, text, links)

    def _judged(self, visit: Visit, record: Record, reading: str, links: tuple[str, ...]) -> _Seen:
        """A body that was read before, or that is no page to keep: what it was read as counts."""
        kind, _, reason = reading.partition(": ")
        status: Status = "unchanged" if not kind else "thin" if kind == "thin" else "failed"
        found = self._record(visit, record, status, reason)
        return _Seen(replace(found, reading=reading), follow=links)

    def _failed(self, visit: Visit, old: Record | None, status: Status, reason: str) -> _Seen:
        """A page that did not come: what it said last is kept, and the links it had are followed still."""
        if old and old.text_sha256:
            self._pages.moved(visit, old.url)
            if old.links is None:
                self._unheard.update(self._pages.roots(visit.key))
        return _Seen(self._record(visit, old, status, reason), follow=(old.links or ()) if old else ())

    def _record(self, visit: Visit, old: Record | None, status: Status, reason: str) -> Record:
        now = self._now().astimezone(UTC).isoformat(timespec="seconds")
        base = old or Record(visit.key, visit.url, (), visit.depth, status, reason, "", 0, now, now)
        return replace(
            base,
            roots=tuple(dict.fromkeys((*self._pages.roots(visit.key), *base.roots))),
            depth=visit.depth,
            status=status,
            reason=reason,
            origin=self._run.origin,
            run=self._run.id,
            checked=now,
        )


def _said(record: Record) -> tuple[str, ...]:
    return record.text_sha256, record.title, record.language, record.licence


def _codec(charset: str) -> str:
    try:
        "".encode(charset or "utf-8")
    except LookupError:
        return "utf-8"
    return charset or "utf-8"
