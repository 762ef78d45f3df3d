"""Checks a whole generation in a fresh process: `python -m ingest.verify DIR` exits 0 or says what is wrong.

Everything is read the way readers read it: each id and vector out of Chroma, each offset, each link, the
keyword index, and a sample of stored vectors and words asked as queries.
"""

import sys
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from assistant.documents import Chunk, Link
from assistant.errors import RoadmapError
from assistant.index import Index, open_collection
from assistant.keywords import keyword_tokens
from ingest.child import end_with_parent
from ingest.index_text import indexed_text

_PAGE = 1000  # ids read from Chroma at once
_SAMPLES = 50
_WORDS = 20  # asked singly of each sampled chunk
_POOL = 1000  # neighbours that readers ask for
_TOLERANCE = 1e-4  # of a vector's coordinates and of a cosine; storage is float32


class Broken(Exception):
    """What is wrong with the generation, in one phrase."""


def verify(directory: Path) -> None:
    """Raises Broken at the first thing that a reader would stumble over."""
    try:
        index = Index(directory)
        _check_texts(index)
        _check_vectors(index)
        _check_keywords(index)
    except (RoadmapError, ValidationError, OSError, ValueError, KeyError) as error:
        raise Broken(
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'unreadable'}"
        ) from error


def _check_texts(index: Index) -> None:
    manifest = index.manifest
    counts = (len(index.documents), len(index.chunks), len(index.links), len(index.rows))
    expected = (manifest.documents, manifest.chunks, manifest.links, manifest.chunks)
    if counts != expected:
        raise Broken(f"documents, chunks, links and ids are {counts}, the manifest says {expected}")
    rows: tuple[Chunk | Link, ...] = (*index.chunks, *index.links)
    for row in rows:
        document = index.documents.get(row.source)
        if document is None or not 0 <= row.start < row.end <= len(document.text):
            raise Broken(f"{row.source} has no text at {row.start}-{row.end}")
    for chunk in index.chunks:
        if index.documents[chunk.source].text[chunk.start : chunk.end] != chunk.text:
            raise Broken(f"the text of {chunk.id} is not what its document says there")


def _check_vectors(index: Index) -> None:
    vectors = np.asarray(index.vectors)
    if vectors.shape != (len(index.chunks), index.manifest.embedding["dimension"]):
        raise Broken(f"vectors.npy has shape {vectors.shape}")
    numbers = {source: len(document.blocks) for source, document in index.documents.items()}
    if index.block_vectors.shape != (len(index.block_rows), vectors.shape[1]) or not all(
        number < numbers.get(source, 0) for source, number in index.block_rows
    ):
        raise Broken(f"blocks.npy has shape {index.block_vectors.shape} for {len(index.block_rows)} blocks")
    asked = sum(len(topic.questions) for topic in index.topics.values())
    if index.question_vectors.shape != (asked, vectors.shape[1]):
        raise Broken(f"questions.npy has shape {index.question_vectors.shape} for {asked} questions")
    if not all(np.isfinite(v).all() for v in (vectors, index.block_vectors, index.question_vectors)):
        raise Broken("a vector is not finite")
    if not index.chunks:
        return
    collection = open_collection(index.directory)
    if (count := collection.count()) != len(index.chunks):
        raise Broken(f"Chroma holds {count} of {len(index.chunks)} chunks")
    for start in range(0, len(index.chunks), _PAGE):
        part = index.chunks[start : start + _PAGE]
        found = collection.get(ids=[chunk.id for chunk in part], include=["embeddings", "metadatas"])
        stored = {
            i: (v, m) for i, v, m in zip(found["ids"], found["embeddings"], found["metadatas"], strict=True)
        }
        for row, chunk in enumerate(part, start):
            if chunk.id not in stored:
                raise Broken(f"Chroma lost {chunk.id}")
            vector, metadata = stored[chunk.id]
            if metadata != {"source": chunk.source, "kind": chunk.kind}:
                raise Broken(f"Chroma has other metadata for {chunk.id}")
            if not np.allclose(vector, vectors[row], atol=_TOLERANCE):
                raise Broken(f"Chroma has another vector for {chunk.id}")
    for row in _sample(len(index.chunks)):
        _check_query(index, vectors, row)


def _check_query(index: Index, vectors: np.ndarray, row: int) -> None:
    """A stored vector finds itself first, or a chunk that is just as near (a repeated text)."""
    wanted = min(_POOL, len(index.chunks))
    found = index.dense(vectors[row], wanted)
    if len(found) != wanted:
        raise Broken(f"Chroma answered with {len(found)} of {wanted} neighbours")
    first = next(iter(found))
    if (
        first != row
        and float(vectors[first] @ vectors[row]) < float(vectors[row] @ vectors[row]) - _TOLERANCE
    ):
        raise Broken(f"Chroma does not find {index.chunks[row].id} by its own vector")


def _check_keywords(index: Index) -> None:
    for row in _sample(len(index.chunks)):
        tokens = keyword_tokens(indexed_text(index.chunks[row]))
        scores = index.keyword_scores(tokens)
        if scores.shape != (len(index.chunks),) or not np.isfinite(scores).all():
            raise Broken(f"the keyword index answers with shape {scores.shape}")
        for token in dict.fromkeys(tokens[:_WORDS]):
            if not index.keyword_scores([token])[row] > 0:
                raise Broken(f"the keyword index does not find {index.chunks[row].id} by the word {token!r}")


def _sample(count: int) -> list[int]:
    """Rows spread evenly, the first and the last among them."""
    return sorted({round(i) for i in np.linspace(0, count - 1, min(_SAMPLES, count))}) if count else []


if __name__ == "__main__":
    end_with_parent()
    try:
        verify(Path(sys.argv[1]))
    except Broken as broken:
        print(broken)
        sys.exit(1)
