"""A folder in BEIR's layout goes through the product's own path, and figures come out as counted by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import HashingEmbedder

from assistant.documents import Chunk, Hit
from assistant.errors import InputError
from assistant.settings import Settings
from evals.beir import fold, is_beir, read_collection, run_beir, search_all

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


def hit(source: str, start: int) -> Hit:
    return Hit(Chunk(f"page:{source}", "page", "", (), start, start + 1, "x"), 1.0)


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
    assert fold([hit("b", 5), hit("a", 0), hit("b", 0), hit("a", 9), hit("c:d", 0)]) == ["b", "a", "c:d"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The folder measured twice with one cache, and what the embedder was asked for in each run."""
    root = tmp_path_factory.mktemp("beir")
    folder, cache = write_folder(root / "tools"), root / "kept" / "vectors.sqlite"
    first, second = HashingEmbedder(), HashingEmbedder()
    told: list[tuple[int, int]] = []
    settings = Settings(data=root / "data")
    return {
        "first": run_beir(folder, settings, first, cache, lambda *now: told.append(now)),
        "second": run_beir(folder, settings, second, cache),
        "embedded": (len(first.texts), len(second.texts)),
        "told": told,
        "data": root / "data",
    }


def test_the_row_has_the_keys_of_the_contract(runs: dict[str, Any]) -> None:
    summary = runs["first"].summary
    assert (summary["dataset"], summary["documents"], summary["queries"]) == ("tools", 4, 2)
    assert set(summary["arms"]) == {"dense", "bm25", "fused"}
    for scores in summary["arms"].values():
        assert set(scores) == {
            *(
                "ndcg@10",
                "mrr@10",
                "map",
                "recall@1",
                "recall@5",
                "recall@10",
                "recall@20",
                "recall@100",
                "hit@5",
            ),
        }
    assert set(summary["seconds"]) == {"index", "search"}
    assert all(seconds > 0 for seconds in summary["seconds"].values())


def test_shared_words_find_the_judged_documents_first(runs: dict[str, Any]) -> None:
    for scores in runs["first"].summary["arms"].values():
        assert scores["recall@1"] == scores["ndcg@10"] == scores["map"] == 1
    assert [row.id for row in runs["first"].rows] == ["q1", "q2"]
    assert runs["first"].rows[0].scores["bm25.mrr@10"] == 1


def test_a_second_run_embeds_nothing_and_scores_the_same(runs: dict[str, Any]) -> None:
    assert runs["embedded"] == (6, 0)
    assert runs["first"].summary["vectors"] == {"embedded": 6, "reused": 0}
    assert runs["second"].summary["vectors"] == {"embedded": 0, "reused": 6}
    assert runs["second"].scores == runs["first"].scores


def test_the_users_own_index_is_left_alone(runs: dict[str, Any]) -> None:
    assert not (runs["data"] / "current").exists()
    assert not (runs["data"] / "generations").exists()


def test_searching_tells_its_progress(runs: dict[str, Any]) -> None:
    assert runs["told"][-2:] == [(1, 2), (2, 2)]


class ScriptedArms:
    """A retriever whose every arm finds the same sources."""

    def __init__(self, *sources: str) -> None:
        self.hits = [hit(source, 0) for source in sources]

    def search_arms(self, query: str, k: int, vector: object) -> dict[str, list[Hit]]:
        return dict.fromkeys(("dense", "bm25", "fused"), self.hits[:k])


def rankings(folder: Path, *sources: str, chunks: int = 1000) -> list[str]:
    """What the fused arm ranks for the query q1."""
    collection = read_collection(folder)
    vectors = np.zeros((len(collection.queries), 1), dtype=np.float32)
    return search_all(collection, ScriptedArms(*sources), chunks, vectors)["fused"]["q1"]


def test_a_query_that_is_in_the_corpus_does_not_find_itself(tmp_path: Path) -> None:
    assert rankings(write_folder(tmp_path / "a"), "q1", "d1", "q1", "d3") == ["d1", "d3"]
    judged = write_folder(tmp_path / "b", grades=GRADES + "q1\tq1\t1\n")
    assert rankings(judged, "q1", "d1") == ["q1", "d1"]


def test_a_hundred_documents_are_ranked(tmp_path: Path) -> None:
    found = rankings(write_folder(tmp_path / "a"), *(f"d{n}" for n in range(150)))
    assert found == [f"d{n}" for n in range(100)]
