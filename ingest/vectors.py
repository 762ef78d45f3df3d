"""A cache of vectors in SQLite, keyed by model weights, precision and text; survives kills.

Each batch is one transaction, so an interrupted run resumes after its last batch. A damaged cache is
thrown away: it can always be computed anew.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.embedding import Embedder, EmbeddingStamp, Vectors
from assistant.errors import RoadmapError

FILE_NAME = "vectors.sqlite"
_BATCH_TEXTS = 512  # texts per call of the embedder and per transaction: seconds of work at risk
_LOOKUP = 500  # keys per SELECT, below SQLite's limit on variables
_KEPT_RUNS = 5  # entries that the last five builds did not use are removed
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    key BLOB PRIMARY KEY, vector BLOB NOT NULL, run INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (number INTEGER PRIMARY KEY);
"""
Progress = Callable[[int, int, str], None]  # done, total, what


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors in the order of the texts, and how many of them had to be computed."""

    vectors: Vectors
    computed: int
    reused: int


class VectorCache:
    """Vectors by text; use it as a context manager, by one thread of one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = _open(path)

    def __enter__(self) -> "VectorCache":
        return self

    def __exit__(self, *exception: object) -> None:
        self._database.close()

    def known(self, stamp: EmbeddingStamp, texts: Sequence[str]) -> int:
        """How many of the texts have a vector of this model."""
        keys = [_key(stamp, text) for text in texts]
        return sum(key in self._find(set(keys), stamp.dimension) for key in keys)

    def embed(
        self,
        embedder: Embedder,
        texts: Sequence[str],
        *,
        anew: bool = False,
        progress: Progress | None = None,
    ) -> Embedded:
        """A vector for each text, computed where the cache has none (or `anew`), the longest texts first."""
        stamp = embedder.stamp
        keys = [_key(stamp, text) for text in texts]
        found = {} if anew else self._find(set(keys), stamp.dimension)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        order = sorted(missing, key=lambda key: len(missing[key]), reverse=True)
        for start in range(0, len(order), _BATCH_TEXTS):
            if progress:
                progress(start, len(order), "embedding")
            batch = order[start : start + _BATCH_TEXTS]
            vectors = _checked(embedder.embed([missing[key] for key in batch]), len(batch), stamp)
            self._store(batch, vectors)
            found.update(zip(batch, vectors, strict=True))
        if progress:
            progress(len(order), len(order), "embedding")
        ordered = (
            np.stack([found[key] for key in keys]) if keys else np.zeros((0, stamp.dimension), np.float32)
        )
        return Embedded(ordered.astype(np.float32, copy=False), len(order), len(texts) - len(order))

    def finish_run(self, stamp: EmbeddingStamp, texts: Iterable[str]) -> None:
        """Note which vectors an index in service uses, and remove those unused for long."""
        with self._database:
            cursor = self._database.execute("INSERT INTO runs DEFAULT VALUES")
            run = cursor.lastrowid or 0
            self._database.executemany(
                "UPDATE vectors SET run = ? WHERE key = ?", ((run, _key(stamp, text)) for text in texts)
            )
            self._database.execute("DELETE FROM vectors WHERE run < ?", (run - _KEPT_RUNS,))
            self._database.execute("DELETE FROM runs WHERE number < ?", (run,))

    def _find(self, keys: set[bytes], dimension: int) -> dict[bytes, Vectors]:
        found = {}
        ordered = sorted(keys)
        for start in range(0, len(ordered), _LOOKUP):
            part = ordered[start : start + _LOOKUP]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608 question marks
            for key, blob in self._database.execute(query, part):
                if len(blob) == dimension * 4:
                    found[key] = np.frombuffer(blob, dtype="<f4")
        return found

    def _store(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        with self._database:
            run = self._database.execute("SELECT coalesce(max(number), 0) FROM runs").fetchone()[0]
            rows = (
                (key, vector.astype("<f4").tobytes(), run) for key, vector in zip(keys, vectors, strict=True)
            )
            self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.OperationalError:  # locked or not writable: no reason to throw it away
        raise
    except sqlite3.DatabaseError:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=30)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_SCHEMA)
        with closing(database.execute("PRAGMA quick_check(1)")) as check:
            if check.fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("the vector cache is damaged")
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _key(stamp: EmbeddingStamp, text: str) -> bytes:
    return hashlib.sha256(f"{stamp.weights}\0{stamp.precision}\0{text}".encode()).digest()


def _checked(vectors: Vectors, count: int, stamp: EmbeddingStamp) -> Vectors:
    if vectors.shape != (count, stamp.dimension) or not np.isfinite(vectors).all():
        raise RoadmapError(
            f"The embedding model {stamp.model} returned unusable vectors (shape {vectors.shape}); "
            "set ROADMAP_EMBEDDING__MODEL=bundled and run: roadmap ingest"
        )
    return vectors
