"""The composition root of the writing side: sources to documents to chunks to vectors to a generation."""

import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from assistant.documents import Block, Chunk, Document, Source, Topic
from assistant.embedding import Embedder
from assistant.errors import InputError
from assistant.outline import Outline
from assistant.settings import Settings
from ingest import generations, library, notes, questions, sources, vectors
from ingest.blocks import parse_blocks
from ingest.clean import clean
from ingest.generations import Content, Encoded
from ingest.index_text import indexed_block, indexed_text
from ingest.load import Loader, Skipped
from ingest.sources import Candidate
from ingest.split import split
from ingest.vectors import Progress, VectorCache

DUPLICATE = "duplicate"
NO_PASSAGE = "no passage in it"
# Single blocks have vectors so that answers can be picked line by line. A user's folder of books would
# cost hours and memory for them; past this many, later files are found by their passages alone.
MOST_FILE_BLOCKS = 20_000


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """What `roadmap ingest` was asked to do."""

    paths: tuple[str, ...] = ()
    only: bool = False
    remove: tuple[str, ...] = ()
    rebuild: bool = False
    dry_run: bool = False
    rollback: bool = False


def _no_resources() -> dict[str, Any]:
    return {"new": 0, "changed": 0, "unchanged": 0, "gone": 0, "thin": 0, "disallowed": 0, "failed": {}}


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a run did; `embedded` and `reused` count chunks, `generation` is None after a dry run."""

    generation: str | None
    documents: int
    chunks: int
    embedded: int
    reused: int
    dropped: Mapping[str, int]
    resources: Mapping[str, Any] = field(default_factory=_no_resources)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def run(
    settings: Settings, embedder: Embedder, request: IngestRequest, progress: Progress | None = None
) -> IngestReport:
    """One `roadmap ingest`. Raises InputError, IndexBusy or RoadmapError; the old index serves on then."""
    began = time.perf_counter()
    data = settings.data
    with _writable(data), generations.writer_lock(data):
        if request.rollback:
            return _report_of_serving(data, generations.roll_back(data), began)
        shelf = library.read_library(data)
        shelf = sources.removed(shelf, request.remove, settings.ingest, data)
        shelf = sources.added(shelf, request.paths, settings.ingest, data)
        found = sources.find_sources(shelf, settings.ingest, only=request.only, data=data)
        dropped = Counter(found.dropped)
        topics: list[Topic] = []
        documents = list(_documents(found.candidates, settings, dropped, topics, progress))
        content = make_content(documents, settings, dropped, topics)
        if not content.chunks:
            raise InputError(_nothing_found(dropped))
        if not request.dry_run:
            library.write_library(data, shelf)
        return _index(content, settings, embedder, data, data / vectors.FILE_NAME, request, progress, began)


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
    links = [link for outline in outlines for link in outline.links()]
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


def _documents(
    candidates: Sequence[Candidate],
    settings: Settings,
    dropped: Counter[str],
    topics: list[Topic],
    progress: Progress | None,
) -> Iterator[Document]:
    """Every candidate that can be read, cleaned; the rest is counted by reason. Notes add to the graph."""
    seen: set[str] = set()
    titles = notes.titles(candidate.path for candidate in candidates if candidate.kind == "note")
    with Loader(settings.ingest) as loader:
        for number, candidate in enumerate(candidates):
            if progress:
                progress(number, len(candidates), "reading")
            read = read_source(candidate, loader, titles)
            if isinstance(read, Skipped):
                dropped[read.reason] += 1
                continue
            document, topic = read
            digest = hashlib.sha256(document.text.encode()).hexdigest()
            if digest in seen:
                dropped[DUPLICATE] += 1
                continue
            seen.add(digest)
            if topic:
                topics.append(topic)
            yield document
    if progress:
        progress(len(candidates), len(candidates), "reading")


def read_source(
    candidate: Candidate, loader: Loader, titles: Mapping[str, str]
) -> tuple[Document, Topic | None] | Skipped:
    """One file as a document, a note with its node of the graph, or why it is left out."""
    loaded = loader.load(candidate.path, candidate.path.name)
    if isinstance(loaded, Skipped):
        return loaded
    text, note = loaded.text, None
    try:
        if candidate.kind == "note":
            note = notes.note_of(loaded.front_matter)
            text = notes.with_effort(note, text, titles)
        structure = loader.structure(text)
        if isinstance(structure, Skipped):
            return structure
        text, blocks = structure
        title = _title(loaded.title, blocks, candidate)
        document = Document(sources.describe(candidate, loaded.front_matter, title), text, blocks)
        if note is None:
            return document, None
        asked, _ = questions.read_questions(candidate.path, document)
        return document, notes.topic_of(note, document, asked)
    except notes.FaultyNote:  # `roadmap status --corpus` says what is wrong with it
        return Skipped(notes.FAULTY)


def _title(given: str | None, blocks: Sequence[Block], candidate: Candidate) -> str:
    """The title the file gives itself, else its first heading, else its name."""
    headings = (block.title for block in blocks if block.kind == "heading" and block.title)
    title = " ".join(clean(given).split()) if given else ""
    return title or next(headings, "") or candidate.path.stem


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
    if name is None:
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
