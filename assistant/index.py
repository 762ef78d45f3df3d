"""Reading an index generation: vectors in Chroma, the keyword index, documents with their structure.

Layout of the data directory (written by `ingest.generations` alone):

    current                  one line: the name of the generation that serves
    generations/<name>/      manifest.json documents.jsonl chunks.jsonl links.jsonl topics.json
                             vectors.npy (row i belongs to line i of chunks.jsonl) keywords/ chroma/
                             blocks.npy blocks.json (vectors of single blocks: roadmaps, notes and files)
                             questions.npy (vectors of the topics' learner questions, in their order)
"""

import json
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter

from assistant.documents import Chunk, Document, Link, Topic
from assistant.embedding import EmbeddingStamp
from assistant.errors import IndexMismatch, IndexMissing
from assistant.outline import Outline

SCHEMA_VERSION = 2
COLLECTION = "chunks"
T = TypeVar("T")


class SourceRecord(BaseModel):
    """One source as the manifest lists it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: str
    title: str
    text_sha256: str
    characters: int
    chunks: int


class Manifest(BaseModel):
    """What a generation was built from; a reader refuses one that does not fit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: int
    created: str  # ISO time, UTC
    embedding: dict[str, Any]  # EmbeddingStamp
    splitter: dict[str, Any]
    corpus_sha256: str
    documents: int
    chunks: int
    links: int
    sources: tuple[SourceRecord, ...] = ()
    dropped: dict[str, int] = {}


def read_pointer(data: Path) -> str | None:
    """The name of the serving generation, None when there is none."""
    try:
        return (data / "current").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def read_manifest(directory: Path) -> Manifest:
    """Raises IndexMissing when the directory holds no complete generation."""
    try:
        return Manifest.model_validate_json((directory / "manifest.json").read_bytes())
    except (FileNotFoundError, ValueError) as error:
        raise IndexMissing(
            f"The index in {directory} has no readable manifest; build it anew with: roadmap ingest --rebuild"
        ) from error


def read_rows(path: Path, kind: type[T]) -> Iterator[T]:
    """Records of a JSON Lines file."""
    adapter: TypeAdapter[T] = TypeAdapter(kind)
    with path.open("rb") as stream:
        for line in stream:
            yield adapter.validate_json(line)


class Index:
    """One open generation; immutable, so safe to share between threads."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.manifest = read_manifest(directory)
        if self.manifest.schema_version != SCHEMA_VERSION:
            raise IndexMismatch(
                f"The index has schema {self.manifest.schema_version}, this version reads {SCHEMA_VERSION}; "
                "build it anew with: roadmap ingest --rebuild"
            )
        self.chunks: tuple[Chunk, ...] = tuple(read_rows(directory / "chunks.jsonl", Chunk))
        self.rows: Mapping[str, int] = {chunk.id: row for row, chunk in enumerate(self.chunks)}
        self._lock = threading.Lock()

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """Documents by source id, in corpus order."""
        return {d.source.id: d for d in read_rows(self.directory / "documents.jsonl", Document)}

    @cached_property
    def outlines(self) -> Mapping[str, Outline]:
        """The structure of each document by source id."""
        return {source: Outline(document) for source, document in self.documents.items()}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return tuple(read_rows(self.directory / "links.jsonl", Link))

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """The prerequisite graph of the study notes by topic id."""
        stored = json.loads((self.directory / "topics.json").read_bytes())
        return {topic.id: topic for topic in map(Topic.model_validate, stored["topics"])}

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """All vectors, memory-mapped, shape (chunks, dimension)."""
        found: NDArray[np.float32] = np.load(self.directory / "vectors.npy", mmap_mode="r")
        return found

    @cached_property
    def block_rows(self) -> Mapping[tuple[str, int], int]:
        """Rows of `block_vectors` by source id and block index; pages have none."""
        pairs = TypeAdapter(list[tuple[str, int]]).validate_json(
            (self.directory / "blocks.json").read_bytes()
        )
        return {pair: row for row, pair in enumerate(pairs)}

    @cached_property
    def block_vectors(self) -> NDArray[np.float32]:
        """Vectors of single blocks, shape (len(block_rows), dimension)."""
        found: NDArray[np.float32] = np.load(self.directory / "blocks.npy")
        return found

    @cached_property
    def question_vectors(self) -> NDArray[np.float32]:
        """Vectors of the learner questions of all topics, topic by topic, shape (questions, dimension)."""
        found: NDArray[np.float32] = np.load(self.directory / "questions.npy")
        return found

    @cached_property
    def _keywords(self) -> Any:
        import bm25s

        return bm25s.BM25.load(str(self.directory / "keywords"), mmap=True)

    @cached_property
    def _collection(self) -> Any:
        return open_collection(self.directory)

    def warm(self) -> None:
        """Open everything, so that the first question does not wait for it."""
        _ = (
            self.outlines,
            self.links,
            self.vectors,
            self.block_rows,
            self.block_vectors,
            self.question_vectors,
        )
        if self.chunks:
            self.dense(np.asarray(self.vectors[0]), 1)
            self.keyword_scores([])

    def rows_of(self, sources: Sequence[str] | None) -> NDArray[np.int64]:
        """Rows of the chunks that belong to one of these sources (None: all)."""
        if sources is None:
            return np.arange(len(self.chunks))
        wanted = set(sources)
        return np.array(
            [row for row, chunk in enumerate(self.chunks) if chunk.source in wanted], dtype=np.int64
        )

    def dense(
        self, vector: NDArray[np.float32], n: int, sources: Sequence[str] | None = None
    ) -> dict[int, float]:
        """The n nearest rows and their cosine similarity, found by Chroma."""
        if not self.chunks:
            return {}
        where = None if sources is None else {"source": {"$in": list(sources)}}
        if sources is not None and not sources:
            return {}
        with self._lock:
            found = self._collection.query(
                query_embeddings=[np.asarray(vector, dtype=np.float32)],
                n_results=min(n, len(self.chunks)),
                where=where,
                include=["distances"],
            )
        return {
            self.rows[i]: 1.0 - float(d) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)
        }

    def cosine(self, vector: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Exact cosine similarity of the vector to these rows."""
        found: NDArray[np.float32] = self.vectors[rows] @ np.asarray(vector, dtype=np.float32)
        return found

    def keyword_scores(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every row for these stems, shape (chunks,); zeros when no stem is known."""
        if not self.chunks or not tokens:
            return np.zeros(len(self.chunks), dtype=np.float32)
        vocabulary = self._keywords.vocab_dict
        known = [token for token in tokens if token in vocabulary]
        if not known:
            return np.zeros(len(self.chunks), dtype=np.float32)
        found: NDArray[np.float32] = self._keywords.get_scores(known)
        return found


def open_collection(directory: Path) -> Any:
    """The generation's Chroma collection, telemetry off."""
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    logging.getLogger("chromadb").setLevel(logging.ERROR)
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    client = chromadb.PersistentClient(
        path=str(directory / "chroma"), settings=ChromaSettings(anonymized_telemetry=False)
    )
    return client.get_collection(COLLECTION, embedding_function=None)


class LiveIndex:
    """The serving generation of a data directory; notices when ingest has switched to a new one."""

    def __init__(self, data: Path, stamp: EmbeddingStamp | None = None) -> None:
        """`stamp` is the querying embedder's; None skips the check (keyword use, status)."""
        self._data = data
        self._stamp = stamp
        self._lock = threading.Lock()
        self._name: str | None = None
        self._index: Index | None = None

    def get(self) -> Index:
        """The index that serves now. Raises IndexMissing or IndexMismatch with the command that mends it."""
        name = read_pointer(self._data)
        with self._lock:
            if self._index is not None and name == self._name:
                return self._index
            if name is None:
                raise IndexMissing(f"There is no index in {self._data} yet; build it with: roadmap ingest")
            index = Index(self._data / "generations" / name)
            self._check(index.manifest)
            self._name, self._index = name, index
            return index

    def _check(self, manifest: Manifest) -> None:
        if self._stamp is None:
            return
        for key in ("weights", "dimension"):
            if manifest.embedding[key] != getattr(self._stamp, key):
                raise IndexMismatch(
                    f"The index was embedded with {manifest.embedding['model']}, the settings name "
                    f"{self._stamp.model}; build it anew with: roadmap ingest --rebuild"
                )
