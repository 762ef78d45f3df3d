"""The composition root of the writing side: sources to documents to chunks to vectors to a generation."""

import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

from assistant.documents import Chunk, Document, Source, Topic
from assistant.embedding import Embedder
from assistant.errors import InputError
from assistant.outline import Outline
from assistant.settings import Settings
from ingest import generations, library, sources, vectors
from ingest.blocks import parse_blocks
from ingest.clean import clean
from ingest.generations import Content, Encoded
from ingest.index_text import indexed_block, indexed_text
from ingest.library import Library
from ingest.page_documents import page_documents
from ingest.reading import read_documents, read_source
from ingest.report import IngestReport, IngestRequest, no_resources
from ingest.resources import (
    Refresh,
    WebOpener,
    known_pages,
    note_places,
    open_web,
    opened_mirror,
    pages_left_out,
    wanted_pages,
    whole_path,
)
from ingest.split import split
from ingest.vectors import Progress, VectorCache
from ingest.web.register import Register, has_register

__all__ = [
    "IngestReport",
    "IngestRequest",
    "index_documents",
    "make_content",
    "make_document",
    "read_source",
    "run",
]

NO_PASSAGE = "no passage in it"
# Single blocks have vectors so that answers can be picked line by line. A user's folder of books would
# cost hours and memory for them; past this many, later files are found by their passages alone.
MOST_FILE_BLOCKS = 20_000


def run(
    settings: Settings,
    embedder: Embedder,
    request: IngestRequest,
    progress: Progress | None = None,
    *,
    web: WebOpener = open_web,
) -> IngestReport:
    """One `roadmap ingest`. Raises InputError, IndexBusy or RoadmapError; the old index serves on then."""
    began = time.perf_counter()
    data = settings.data
    with _writable(data), generations.writer_lock(data):
        if request.rollback:
            return _report_of_serving(data, generations.roll_back(data), began)
        shelf = library.read_library(data)
        with _register(data, request) as register:
            pages = known_pages(register) if register and request.remove else ()
            shelf = sources.removed(shelf, request.remove, settings.ingest, data, pages)
            shelf = _added(shelf, request, settings)
            found = sources.find_sources(shelf, settings.ingest, only=request.only, data=data)
            dropped = Counter(found.dropped)
            topics: list[Topic] = []
            documents = list(read_documents(found.candidates, settings, dropped, topics, progress))
            resources = no_resources()
            if register:
                refresh = Refresh(request, settings, shelf, register, web, progress)
                wants = wanted_pages(documents, shelf)
                damaged = note_places(register, documents, wants)
                if request.fetches:
                    resources = refresh.run(wants) | {"damaged": damaged}
                documents += page_documents(register, wants, shelf, dropped)
        content = make_content(documents, settings, dropped, topics)
        if not content.chunks:
            raise InputError(_nothing_found(dropped + pages_left_out(resources)))
        if not request.dry_run:
            library.write_library(data, shelf)
        cache = data / vectors.FILE_NAME
        report = _index(content, settings, embedder, data, cache, request, progress, began)
        return replace(report, resources=resources)


def _added(shelf: Library, request: IngestRequest, settings: Settings) -> Library:
    """The library with what the request brings: paths, links, and a mirror that names pages of its own."""
    shelf = sources.added(shelf, request.paths, settings.ingest, settings.data)
    if request.mirror and opened_mirror(request.mirror).has_manifest and request.all_links:
        shelf = shelf.with_mirror(whole_path(request.mirror))
    return shelf


@contextmanager
def _register(data: Path, request: IngestRequest) -> Iterator[Register | None]:
    """The register of linked pages, where there is one or this run begins it; a dry run gets a copy."""
    if not request.fetches and not has_register(data):
        yield None
        return
    with Register(data, copy=request.dry_run) as register:
        yield register


def index_documents(
    documents: Sequence[Document],
    settings: Settings,
    embedder: Embedder,
    data: Path,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Index finished documents into any data directory, as `run` does; `cache` may be shared by many."""
    began = time.perf_counter()
    with _writable(data), generations.writer_lock(data):
        content = make_content(documents, settings, Counter())
        if not content.chunks:
            raise InputError(_nothing_found(content.dropped))
        where = cache or data / vectors.FILE_NAME
        return _index(content, settings, embedder, data, where, IngestRequest(), progress, began)


def make_document(source: Source, text: str) -> Document:
    """A cleaned text with its structure."""
    cleaned = clean(text)
    return Document(source, cleaned, parse_blocks(cleaned))


def make_content(
    documents: Sequence[Document], settings: Settings, dropped: Counter[str], topics: Sequence[Topic] = ()
) -> Content:
    """Chunks, links and index texts of the documents; one without a chunk is dropped and counted."""
    kept: list[Document] = []
    chunks: list[Chunk] = []
    for document in documents:
        found = split(document, settings.splitter)
        if found:
            kept.append(document)
            chunks.extend(found)
        else:
            dropped[NO_PASSAGE] += 1
    outlines = [Outline(document) for document in kept]
    # what pages link to is theirs: answers give the links that roadmaps, notes and files give
    links = [
        link for outline in outlines if outline.document.source.kind != "page" for link in outline.links()
    ]
    texts = [indexed_text(chunk) for chunk in chunks]
    blocks = list(_blocks(outlines))
    return Content(
        kept, chunks, links, topics, texts, [key for key, _ in blocks], [t for _, t in blocks], dict(dropped)
    )


def _blocks(outlines: Sequence[Outline]) -> Iterator[tuple[tuple[str, int], str]]:
    """Keys and texts of the blocks that get a vector: no pages, and files only up to a limit."""
    room = MOST_FILE_BLOCKS
    for outline in outlines:
        source = outline.document.source
        if source.kind == "file":
            room -= len(outline.blocks)
        if source.kind == "page" or (source.kind == "file" and room < 0):
            continue
        for number in range(len(outline.blocks)):
            yield (source.id, number), indexed_block(outline, number)


def _index(
    content: Content,
    settings: Settings,
    embedder: Embedder,
    data: Path,
    cache_path: Path,
    request: IngestRequest,
    progress: Progress | None,
    began: float,
) -> IngestReport:
    """Embed what is new, write the generation and switch to it, unless it serves already."""
    stamp = embedder.stamp
    embedded = 0
    name: str | None = None
    if not request.rebuild:
        name = generations.serves_already(data, content.sha256(), stamp, settings.splitter)
    if name is None and request.dry_run and not cache_path.is_file():
        embedded = len(content.texts)
    elif name is None:
        with VectorCache(cache_path) as cache:
            if request.dry_run:
                embedded = len(content.texts) - (0 if request.rebuild else cache.known(stamp, content.texts))
            else:
                kinds = (content.texts, content.block_texts, content.questions)
                done = [cache.embed(embedder, t, anew=request.rebuild, progress=progress) for t in kinds]
                embedded = done[0].computed
                encoded = Encoded(*(part.vectors for part in done))
                name = generations.write_generation(data, content, encoded, stamp, settings.splitter)
                if cache_path.parent == data:
                    cache.finish_run(stamp, chain(*kinds))
    return IngestReport(
        generation=None if request.dry_run else name,
        documents=len(content.documents),
        chunks=len(content.chunks),
        embedded=embedded,
        reused=len(content.chunks) - embedded,
        dropped=content.dropped,
        seconds=round(time.perf_counter() - began, 3),
    )


def _report_of_serving(data: Path, name: str, began: float) -> IngestReport:
    manifest = generations.manifest_of(data, name)
    return IngestReport(
        generation=name,
        documents=manifest.documents,
        chunks=manifest.chunks,
        embedded=0,
        reused=manifest.chunks,
        dropped=manifest.dropped,
        seconds=round(time.perf_counter() - began, 3),
    )


def _nothing_found(dropped: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(dropped.items()))
    return (
        f"Nothing to index was found ({reasons or 'no source is left'}); "
        "name a file or folder with text in it: roadmap ingest PATH"
    )


@contextmanager
def _writable(data: Path) -> Iterator[None]:
    """Turns a full disk or a forbidden directory into one sentence."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise InputError(
            f"The data directory {data} cannot be written ({error}); "
            "free some space there or choose another with --data."
        ) from error
