"""Index generations: written into a new directory, verified in a fresh process, switched to in one rename.

`assistant.index` documents the layout. Each generation also has a file `parent` with the name of the one
that served before it, which is what a rollback returns to.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import bm25s
import numpy as np
from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from assistant.documents import Chunk, Document, Link, Topic
from assistant.embedding import EmbeddingStamp, Vectors
from assistant.errors import IndexBusy, InputError, RoadmapError
from assistant.index import SCHEMA_VERSION, Manifest, SourceRecord, read_manifest, read_pointer
from assistant.keywords import token_lists
from assistant.settings import SplitterSettings
from ingest import child
from ingest.library import sync_directory, write_atomically

_FOLDER = "generations"
_CHILD_S = 300.0  # for a few chunks; a slow disk and cold imports of chromadb are within it
_CHILD_S_PER_CHUNK = 0.02
_NOTHING = "\0"  # the only word of a keyword index whose texts have no words
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a generation holds besides vectors, ready to be written."""

    documents: Sequence[Document]
    chunks: Sequence[Chunk]
    links: Sequence[Link]
    topics: Sequence[Topic]  # the prerequisite graph of the study notes
    texts: Sequence[str]  # what is embedded and keyword-indexed, one a chunk
    blocks: Sequence[tuple[str, int]]  # source id and number of each block that has a vector of its own
    block_texts: Sequence[str]  # what is embedded of them
    dropped: Mapping[str, int]

    @property
    def questions(self) -> list[str]:
        """What learners ask, topic by topic; embedded as it stands."""
        return [question.ask for topic in self.topics for question in topic.questions]

    def sha256(self) -> str:
        """Of all documents with their structure, of the graph and of all that is indexed."""
        digest = hashlib.sha256()
        records: tuple[tuple[Sequence[Any], type[Any]], ...] = (
            (self.documents, Document),
            (self.chunks, Chunk),
            (self.links, Link),
            (self.topics, Topic),
        )
        for rows, kind in records:
            for line in _lines(rows, kind):
                digest.update(line)
        digest.update(json.dumps([self.texts, self.blocks, self.block_texts]).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Encoded:
    """The vectors of a content, in its order, each of shape (texts, dimension)."""

    chunks: Vectors
    blocks: Vectors
    questions: Vectors


@contextmanager
def writer_lock(data: Path) -> Iterator[None]:
    """Lets one process write; raises IndexBusy at once when another one does."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        with FileLock(data / "ingest.lock", timeout=0):
            yield
    except Timeout as error:
        raise IndexBusy(
            f"Another ingest is writing the index in {data}; wait until it has finished, "
            "then run the command again."
        ) from error


def serves_already(
    data: Path, corpus_sha256: str, stamp: EmbeddingStamp, splitter: SplitterSettings
) -> str | None:
    """The serving generation's name if it holds exactly this, else None."""
    name = read_pointer(data)
    if name is None:
        return None
    try:
        manifest = read_manifest(data / _FOLDER / name)
    except RoadmapError:
        return None
    same = (
        manifest.schema_version == SCHEMA_VERSION
        and manifest.corpus_sha256 == corpus_sha256
        and manifest.embedding == stamp.as_dict()
        and manifest.splitter == splitter.model_dump()
    )
    return name if same else None


def write_generation(
    data: Path,
    content: Content,
    encoded: Encoded,
    stamp: EmbeddingStamp,
    splitter: SplitterSettings,
) -> str:
    """Build, verify and switch to a new generation; returns its name. The caller holds the writer lock.

    Raises RoadmapError, and leaves the old generation serving, when Chroma or the check fails.
    """
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    directory = data / _FOLDER / name
    directory.mkdir(parents=True)
    _write_files(directory, content)
    files = (("vectors", encoded.chunks), ("blocks", encoded.blocks), ("questions", encoded.questions))
    for file, vectors in files:
        np.save(directory / f"{file}.npy", np.ascontiguousarray(vectors, dtype=np.float32))
    _write_keywords(directory / "keywords", content.texts)
    _in_child("ingest.store", directory, len(content.chunks))
    (directory / "parent").write_text(read_pointer(data) or "", encoding="utf-8")
    manifest = _manifest(content, stamp, splitter)
    (directory / "manifest.json").write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    _in_child("ingest.verify", directory, len(content.chunks))
    _sync(directory)
    write_atomically(data / "current", name + "\n")
    prune(data)
    return name


def manifest_of(data: Path, name: str) -> Manifest:
    """Raises IndexMissing when the generation is not complete."""
    return read_manifest(data / _FOLDER / name)


def roll_back(data: Path) -> str:
    """Switch to the generation that served before; returns its name. The caller holds the writer lock."""
    name = read_pointer(data)
    parent = _parent(data, name) if name else ""
    if not parent or not (data / _FOLDER / parent / "manifest.json").is_file():
        raise InputError("There is no earlier index to go back to; build the index anew with: roadmap ingest")
    write_atomically(data / "current", parent + "\n")
    return parent


def prune(data: Path) -> None:
    """Remove generations that neither serve nor served last, abandoned ones among them."""
    name = read_pointer(data)
    kept = {name, _parent(data, name)} if name else set()
    folder = data / _FOLDER
    for directory in sorted(folder.iterdir()) if folder.is_dir() else []:
        if directory.name not in kept:
            shutil.rmtree(
                directory, ignore_errors=True
            )  # what a reader on Windows still holds goes next time


def _parent(data: Path, name: str) -> str:
    try:
        return (data / _FOLDER / name / "parent").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _in_child(module: str, directory: Path, chunks: int) -> None:
    failure = child.run(module, str(directory), timeout_s=_CHILD_S + chunks * _CHILD_S_PER_CHUNK)
    if failure:
        step = {"ingest.store": "could not be stored", "ingest.verify": "did not pass its check"}[module]
        raise RoadmapError(
            f"The new index {step} ({failure}); the one before keeps serving, "
            "try again with: roadmap ingest --rebuild"
        )


def _lines(rows: Sequence[T], kind: type[T]) -> Iterator[bytes]:
    adapter: TypeAdapter[T] = TypeAdapter(kind)
    for row in rows:
        yield adapter.dump_json(row) + b"\n"


def _write_files(directory: Path, content: Content) -> None:
    files: tuple[tuple[str, Sequence[Any], type[Any]], ...] = (
        ("documents.jsonl", content.documents, Document),
        ("chunks.jsonl", content.chunks, Chunk),
        ("links.jsonl", content.links, Link),
    )
    for name, rows, kind in files:
        with (directory / name).open("wb") as stream:
            stream.writelines(_lines(rows, kind))
    topics = [topic.model_dump(mode="json") for topic in content.topics]
    (directory / "topics.json").write_text(json.dumps({"topics": topics}) + "\n", encoding="utf-8")
    (directory / "blocks.json").write_text(json.dumps(list(content.blocks)) + "\n", encoding="utf-8")


def _write_keywords(directory: Path, texts: Sequence[str]) -> None:
    """A BM25 index whose row i is chunk i; k1 and b as Lucene and the BEIR papers set them."""
    corpus = token_lists(texts)
    if not any(corpus):
        corpus = [[_NOTHING] for _ in corpus] or [[_NOTHING]]
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(corpus, show_progress=False)
    index.save(str(directory), show_progress=False)


def _manifest(content: Content, stamp: EmbeddingStamp, splitter: SplitterSettings) -> Manifest:
    counts: dict[str, int] = {}
    for chunk in content.chunks:
        counts[chunk.source] = counts.get(chunk.source, 0) + 1
    return Manifest(
        schema_version=SCHEMA_VERSION,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        embedding=asdict(stamp),
        splitter=splitter.model_dump(),
        corpus_sha256=content.sha256(),
        documents=len(content.documents),
        chunks=len(content.chunks),
        links=len(content.links),
        sources=tuple(
            SourceRecord(
                id=document.source.id,
                kind=document.source.kind,
                title=document.source.title,
                text_sha256=hashlib.sha256(document.text.encode()).hexdigest(),
                characters=len(document.text),
                chunks=counts.get(document.source.id, 0),
            )
            for document in content.documents
        ),
        dropped=dict(content.dropped),
    )


def _sync(directory: Path) -> None:
    """Make every file of the generation durable before the pointer names it."""
    for folder, _, names in os.walk(directory):
        for name in names:
            with open(Path(folder) / name, "rb+") as stream:
                os.fsync(stream.fileno())
        sync_directory(Path(folder))
    sync_directory(directory.parent)
