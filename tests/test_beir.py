"""A folder in BEIR's layout goes through the product's own path, and figures come out as counted by hand."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.documents import Chunk, Hit
from assistant.embedding import EmbeddingStamp, Vectors
from assistant.errors import InputError
from assistant.keywords import keyword_tokens
from assistant.settings import Settings
from evals.beir import fold, is_beir, read_collection, run_beir
from evals.vectors import RememberingEmbedder

PASSAGES = [
    {"_id": "d1", "title": "Docker", "text": "Containers package an application with its libraries."},
    {"_id": "d2", "title": "Kubernetes", "text": "Clusters schedule containers on many machines."},
    {"_id": "d3", "title": "", "text": "Prometheus scrapes metrics and raises alerts."},
    {"_id": 4, "title": "Airflow", "text": "Pipelines run as graphs of tasks.", "metadata": {"year": 2020}},
]
QUERIES = [
    {"_id": "q1", "text": "which tool raises alerts on metrics"},
    {"_id": "q2", "text": "graphs of tasks"},
    {"_id": "q3", "text": "nobody judged this"},
]
GRADES = "query-id\tcorpus-id\tscore\nq1\td3\t1\nq2\t4\t1\nq2\td1\t0\n"


class CountingEmbedder:
    """Hashes word stems into a unit vector, so that shared words rank higher; remembers its batches."""

    def __init__(self, precision: str = "float32") -> None:
        self.stamp = EmbeddingStamp("words", "f" * 64, 64, precision)
        self.batches: list[int] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(len(texts))
        found = np.full((len(texts), 64), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for token in keyword_tokens(text):
                found[row, sum(token.encode()) % 64] += 1
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def write_folder(folder: Path, **replaced: str) -> Path:
    """The collection above; `replaced` gives other texts for corpus, queries or grades."""
    (folder / "qrels").mkdir(parents=True)
    files = {
        "corpus": ("corpus.jsonl", "\n".join(map(json.dumps, PASSAGES))),
        "queries": ("queries.jsonl", "\n".join(map(json.dumps, QUERIES))),
        "grades": ("qrels/test.tsv", GRADES),
    }
    for name, (file, text) in files.items():
        (folder / file).write_text(replaced.get(name, text), encoding="utf-8")
    return folder


def test_a_folder_is_read_with_its_judged_queries_only(tmp_path: Path) -> None:
    found = read_collection(write_folder(tmp_path / "tools"))
    assert found.name == "tools"
    assert [passage.id for passage in found.passages] == ["d1", "d2", "d3", "4"]
    assert [query.id for query in found.queries] == ["q1", "q2"]
    assert found.grades == {"q1": {"d3": 1}, "q2": {"4": 1, "d1": 0}}


@pytest.mark.parametrize(
    ("replaced", "complaint"),
    [
        ({"grades": "q1\td3\n"}, "test.tsv, line 1: no query-id, corpus-id and grade; correct that line"),
        ({"grades": GRADES + "q1\td3\thigh\n"}, "test.tsv, line 5: no query-id"),
        ({"grades": "other\td3\t1\n"}, "tools/qrels/test.tsv judges no query of queries.jsonl"),
        ({"corpus": '{"_id": "d1"}'}, "corpus.jsonl, line 1: text: Field required"),
        ({"queries": ""}, "queries.jsonl holds no row; write one JSON object a line with _id, text."),
    ],
)
def test_a_damaged_folder_is_a_plain_error(tmp_path: Path, replaced: dict[str, str], complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        read_collection(write_folder(tmp_path / "tools", **replaced))
    assert complaint in str(caught.value)


def test_a_folder_without_judgements_is_a_plain_error(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tools")
    (folder / "qrels" / "test.tsv").unlink()
    assert is_beir(folder)
    with pytest.raises(InputError, match=r"test\.tsv cannot be read"):
        read_collection(folder)
    assert not is_beir(tmp_path)


def test_a_document_ranks_where_its_best_chunk_does() -> None:
    def hit(source: str, start: int) -> Hit:
        return Hit(Chunk(f"file:{source}", "file", "", (), start, start + 1, "x"), 1.0)

    assert fold([hit("b", 5), hit("a", 0), hit("b", 0), hit("a", 9), hit("c:d", 0)]) == ["b", "a", "c:d"]


def test_a_remembered_text_is_not_embedded_again(tmp_path: Path) -> None:
    model = CountingEmbedder()
    first = RememberingEmbedder(model, tmp_path, "tools")
    vectors = first.embed(["docker", "airflow", "docker"])
    assert model.batches == [2]
    assert np.array_equal(vectors[0], vectors[2])
    first.save()
    again = RememberingEmbedder(model, tmp_path, "tools")
    assert np.array_equal(again.embed(["airflow", "docker"]), vectors[[1, 0]])
    assert (model.batches, again.embedded, again.reused) == ([2], 0, 2)
    assert again.embed([]).shape == (0, 64)


def test_vectors_of_another_precision_are_not_reused(tmp_path: Path) -> None:
    first = RememberingEmbedder(CountingEmbedder(), tmp_path, "tools")
    first.embed(["docker"])
    first.save()
    other = CountingEmbedder(precision="bf16")
    RememberingEmbedder(other, tmp_path, "tools").embed(["docker"])
    assert other.batches == [1]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no zip", b"words"])
def test_damaged_kept_vectors_are_computed_anew(tmp_path: Path, damage: bytes) -> None:
    model = CountingEmbedder()
    first = RememberingEmbedder(model, tmp_path, "tools")
    first.embed(["docker"])
    first.save()
    first.file.write_bytes(damage)
    RememberingEmbedder(model, tmp_path, "tools").embed(["docker"])
    assert model.batches == [1, 1]
