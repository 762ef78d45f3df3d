"""Public retrieval benchmarks in BEIR's layout, indexed and searched through the product's own path."""

import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.documents import Document, Hit, Source
from assistant.embedding import Embedder, Vectors
from assistant.errors import InputError
from assistant.index import Index, LiveIndex
from assistant.retrieval import Retriever
from assistant.settings import Settings
from evals import report
from evals.metrics import mean, ranking_scores
from evals.report import Report, Row
from evals.rows import read_rows, read_text
from evals.runner import ARMS, Progress
from ingest.pipeline import index_documents, make_document
from ingest.vectors import FILE_NAME, VectorCache

SCORES = (
    *("ndcg@10", "mrr@10", "map"),
    *(f"recall@{k}" for k in (1, 5, 10, 20, 100)),
    "hit@5",
)
PREFIX = "page:"
DEPTH = 100  # documents ranked per query; "map" is over these


class _Row(BaseModel):
    """Public files carry further columns (metadata); those are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str = Field(alias="_id")
    text: str


class Passage(_Row):
    title: str = ""


class Query(_Row):
    pass


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages, the queries that have judgements, and grades by query and passage id."""

    name: str
    passages: tuple[Passage, ...]
    queries: tuple[Query, ...]
    grades: Mapping[str, Mapping[str, int]]


def is_beir(path: Path) -> bool:
    """Whether the path is a folder in BEIR's layout."""
    return (path / "corpus.jsonl").is_file() and (path / "queries.jsonl").is_file()


def run_beir(
    folder: Path,
    settings: Settings,
    embedder: Embedder,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Index the folder into a throw-away directory, search every judged query, score each arm.

    Vectors are kept in the file `cache` (default: one in the data directory), so that a rerun takes seconds.
    A document ranks where its best chunk does. Raises InputError when the folder is not in BEIR's layout.
    """
    collection = read_collection(folder)
    cache = cache or settings.data / "cache" / "evals" / FILE_NAME
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="roadmap-beir-", ignore_cleanup_errors=True) as folder_name:
        data = Path(folder_name)
        started = time.perf_counter()
        step = (lambda done, total, what: progress(done, total)) if progress else None
        built = index_documents(
            documents_of(collection), settings, embedder, data, cache=cache, progress=step
        )
        indexed = time.perf_counter()
        index = LiveIndex(data, embedder.stamp)
        with VectorCache(cache) as vectors:
            asked = vectors.embed(embedder, [query.text for query in collection.queries])
        retriever = Retriever(index, embedder, settings.retrieval)
        chunks = min(settings.retrieval.pool, (DEPTH + 1) * most_chunks(index.get()))
        rankings = search_all(collection, retriever, chunks, asked.vectors, progress)
        searched = time.perf_counter()
    tables = {arm: ranking_scores(collection.grades, rankings[arm], SCORES) for arm in ARMS}
    means = {arm: {name: mean(row[name] for row in tables[arm].values()) for name in SCORES} for arm in ARMS}
    summary: dict[str, Any] = {
        "dataset": collection.name,
        "documents": len(collection.passages),
        "queries": len(collection.queries),
        "arms": means,
        "seconds": {"index": indexed - started, "search": searched - indexed},
        "vectors": {"embedded": built.embedded + asked.computed, "reused": built.reused + asked.reused},
    }
    return Report(
        name="beir",
        dataset=collection.name,
        created=report.now(),
        setup=report.setup(settings),
        summary=report.rounded(summary),
        scores={f"{arm}.{name}": means[arm][name] for arm in ARMS for name in SCORES},
        gates=[f"fused.{name}" for name in SCORES],
        rows=[_row(query, tables) for query in collection.queries],
    )


def read_collection(folder: Path) -> Collection:
    """Raises InputError when a file is missing, a row cannot be read or no query is judged."""
    passages = read_rows(folder / "corpus.jsonl", Passage)
    queries = read_rows(folder / "queries.jsonl", Query)
    grades = _read_grades(folder / "qrels" / "test.tsv")
    judged = tuple(query for query in queries if query.id in grades)
    if not judged:
        raise InputError(
            f"{folder.name}/qrels/test.tsv judges no query of queries.jsonl; check the ids in it."
        )
    known = {query.id for query in judged}
    return Collection(
        folder.resolve().name, passages, judged, {q: g for q, g in grades.items() if q in known}
    )


def _read_grades(file: Path) -> dict[str, dict[str, int]]:
    """Grades by query and passage id; the first line may be a heading."""
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        cells = line.strip().split("\t")
        if not line.strip() or (number == 1 and cells[-1] == "score"):
            continue
        try:
            query, passage, grade = cells
            grades.setdefault(query, {})[passage] = int(grade)
        except ValueError as error:
            raise InputError(
                f"{file.name}, line {number}: no query-id, corpus-id and grade; correct that line."
            ) from error
    return grades


def documents_of(collection: Collection) -> list[Document]:
    """The passages as ingest takes documents; titles go where a file's title goes."""
    return [
        make_document(Source(id=PREFIX + passage.id, kind="page", title=passage.title), passage.text)
        for passage in collection.passages
    ]


def most_chunks(index: Index) -> int:
    """Of how many chunks the document with the most of them is made: so many hits may be one document."""
    return max(Counter(chunk.source for chunk in index.chunks).values(), default=1)


def search_all(
    collection: Collection,
    retriever: Retriever,
    chunks: int,
    vectors: Vectors,
    progress: Progress | None = None,
) -> dict[str, dict[str, list[str]]]:
    """Document ids by arm and query, best first, from that many chunks an arm; `vectors` are the queries'.

    As BEIR's own evaluation does, a document with the query's id is left out, unless it is judged.
    """
    rankings: dict[str, dict[str, list[str]]] = {arm: {} for arm in ARMS}
    for done, (query, vector) in enumerate(zip(collection.queries, vectors, strict=True), start=1):
        arms = retriever.search_arms(query.text, chunks, vector)
        for arm in ARMS:
            documents = [i for i in fold(arms[arm]) if i != query.id or i in collection.grades[query.id]]
            rankings[arm][query.id] = documents[:DEPTH]
        if progress:
            progress(done, len(collection.queries))
    return rankings


def fold(hits: Sequence[Hit]) -> list[str]:
    """Document ids in the order of their best chunks."""
    return list(dict.fromkeys(hit.chunk.source.removeprefix(PREFIX) for hit in hits))


def _row(query: Query, tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Row:
    scores = {f"{arm}.{name}": round(tables[arm][query.id][name], 4) for arm in ARMS for name in SCORES}
    return Row(id=query.id, scores=scores)
