"""A small world of documents, a data directory and a loopback web, to refresh linked pages in."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from mirror_server import MirrorServer

from assistant.documents import Document, Source
from assistant.settings import Settings
from ingest.library import Library
from ingest.load import Loader
from ingest.page_documents import page_documents
from ingest.pipeline import make_document
from ingest.report import IngestRequest
from ingest.resources import Refresh, note_places, wanted_pages
from ingest.web.client import Web, WebSettings
from ingest.web.records import Getter
from ingest.web.register import Record, Register
from ingest.web.special import MEDIA_TYPES, Addresses, Special

TOPICS = (
    *(
        "registry",
        "drift",
        "canary",
        "pipeline",
        "feature",
        "store",
        "quantile",
        "vector",
        "schema",
        "ledger",
    ),
    *("shard", "cache", "broker", "token", "lineage", "replica", "quota", "tensor", "backfill", "snapshot"),
)


def prose(subject: str, paragraphs: int = 3) -> str:
    """Sentences about one subject that are like no other subject's."""
    start = sum(map(ord, subject))
    return "\n".join(
        "<p>" + " ".join(
            f"The {subject} {TOPICS[(start + n * 7 + i * 3) % len(TOPICS)]} number {start + i * n} keeps "
            f"its {TOPICS[(start + n * 5 + i * 11) % len(TOPICS)]} in order."
            for i in range(5)
        ) + "</p>"
        for n in range(1, paragraphs + 1)
    )  # fmt: skip


def html(subject: str, *links: str, head: str = "") -> str:
    """A page about a subject that links to others."""
    anchors = "".join(f'<li><a href="{link}">more on {link}</a></li>' for link in links)
    return (
        f"<!doctype html><html lang='en'><head><title>{subject}</title>{head}</head>"
        f"<body><main><h1>{subject}</h1>{prose(subject)}<ul>{anchors}</ul></main></body></html>"
    )


class KeptLoader(Loader):
    """A loader whose reading process goes on to the next run: starting one takes a second."""

    def __exit__(self, *exception: object) -> None:
        """Nothing: `close` ends it."""

    def close(self) -> None:
        super().__exit__()


def document(text: str, id: str = "one", kind: Any = "roadmap") -> Document:
    """A document that links to what its text says."""
    return make_document(Source(id, kind, f"Title of {id}", roadmaps=(id,)), text)


class World:
    """Documents in `documents`, pages on `server`; each refresh is a run of its own."""

    def __init__(self, data: Path, server: MirrorServer | None = None) -> None:
        self.data = data
        self.server = server
        self.settings = Settings(data=data)
        self.shelf = Library()
        self.documents: list[Document] = []
        self.addresses: Addresses | None = None  # of the special servers
        self.dropped: Counter[str] = Counter()
        data.mkdir(parents=True, exist_ok=True)

    def links(self, *urls: str, id: str = "one") -> None:
        """The one document links to these pages, each under a heading of its own."""
        text = "".join(f"## Part {n}\n\n- [Page {n}]({url})\n\n" for n, url in enumerate(urls))
        self.documents = [document(text or "Nothing.", id)]

    def url(self, address: str) -> str:
        """The address that the server answers for a real one."""
        assert self.server is not None
        return self.server.local(f"https://{address}")

    @asynccontextmanager
    async def web(self, allow_private: bool) -> AsyncIterator[Getter]:
        assert self.server is not None
        settings = WebSettings(pause_s=0.0, attempts=1, read_s=2.0, also_media_types=MEDIA_TYPES)
        async with Web(settings, allow_private=True, resolver=self.server.resolver) as web:
            yield Special(web, self.addresses)

    @contextmanager
    def register(self, copy: bool = False) -> Iterator[Register]:
        with Register(self.data, copy=copy) as register:
            yield register

    def refresh(self, **request: Any) -> dict[str, Any]:
        """The counts of one run over all links."""
        asked = IngestRequest(**({"links": True} | request))
        with self.register(copy=asked.dry_run) as register:
            wants = wanted_pages(self.documents, self.shelf)
            note_places(register, self.documents, wants)
            return Refresh(asked, self.settings, self.shelf, register, self.web).run(wants)

    def pages(self) -> dict[str, Document]:
        """The documents that an index would hold, by id."""
        self.dropped.clear()
        with self.register() as register:
            wants = wanted_pages(self.documents, self.shelf)
            found = page_documents(register, wants, self.shelf, self.dropped)
        return {found_one.source.id: found_one for found_one in found}

    def record(self, address: str) -> Record:
        """What the register knows of a page of the server."""
        assert self.server is not None
        host, slash, path = address.partition("/")
        with self.register() as register:
            record = register.record(f"{host}:{self.server.port}{slash}{path}")
        assert record is not None
        return record


def only(counts: dict[str, Any]) -> dict[str, Any]:
    """The counts that are not empty."""
    return {name: count for name, count in counts.items() if count}
