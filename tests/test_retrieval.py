"""Fusion of the two arms, and searching a real generation."""

from pathlib import Path

import numpy as np
import pytest
from fakes import HashingEmbedder
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.index import LiveIndex
from assistant.query import Place, Question
from assistant.query.understand import Reader
from assistant.retrieval import PLACE_BONUS, Retriever, RoadmapRetriever, fuse
from assistant.settings import RetrievalSettings, Settings
from ingest.pipeline import index_documents, make_document
from ingest.sources import Source

SCORES = st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 40)), min_size=1, max_size=30)
WEIGHT = st.floats(0, 1)
PLAN = (
    "# Plan\n\nTwo weeks and an end.\n\n## Week 20: Serving\n\n- Deploy models with KServe on Kubernetes.\n\n"
    "## Week 21: Watching\n\n- Watch the deployed models with Prometheus.\n\n"
    "## Week 22: Rest\n\n- Nothing is planned.\n"
)
SKILLS = "# Skills\n\n## Serving\n\n- KServe, KServe and KServe: deploy models in week 20 of any plan.\n"


def arms(pairs: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(pairs, dtype=np.float64)
    return table[:, 0], table[:, 1]


def spread(scores: np.ndarray) -> bool:
    return float(scores.std()) > 1e-6


@given(SCORES, WEIGHT, st.randoms(use_true_random=False))
def test_fusion_does_not_depend_on_the_order_of_the_candidates(pairs, weight, random) -> None:
    order = list(range(len(pairs)))
    random.shuffle(order)
    dense, keyword = arms(pairs)
    shuffled = fuse(dense[order], keyword[order], weight)
    assert np.allclose(shuffled, fuse(dense, keyword, weight)[order], atol=1e-6)


@given(SCORES)
def test_a_weight_of_one_or_nought_leaves_the_order_of_a_single_arm(pairs) -> None:
    dense, keyword = arms(pairs)
    assume(spread(dense) and spread(keyword))
    for single, weight in ((dense, 1.0), (keyword, 0.0)):
        fused = fuse(dense, keyword, weight)
        assert np.all(np.diff(fused[np.argsort(single, kind="stable")]) >= -1e-9)


@given(SCORES, st.floats(-5, 5), st.floats(0.05, 0.95))
def test_an_arm_that_tells_nothing_apart_has_no_say(pairs, constant, weight) -> None:
    dense, keyword = arms(pairs)
    assume(spread(keyword))
    fused = fuse(np.full_like(dense, constant), keyword, weight)
    assert np.allclose(fused, fuse(dense, keyword, 0.0) * (1 - weight))


@given(SCORES, st.floats(0.1, 10), st.floats(-3, 3), WEIGHT)
def test_the_scale_of_an_arm_does_not_matter(pairs, scale, shift, weight) -> None:
    dense, keyword = arms(pairs)
    assume(spread(dense) and spread(keyword))
    assert np.allclose(fuse(dense, keyword, weight), fuse(dense, keyword * scale + shift, weight), atol=1e-5)


def test_no_candidates_fuse_to_nothing() -> None:
    assert fuse(np.zeros(0), np.zeros(0), 0.7).size == 0


@pytest.fixture(scope="module")
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, embedder: HashingEmbedder) -> LiveIndex:
    data = tmp_path_factory.mktemp("data")
    documents = [
        make_document(Source("plan", "roadmap", "Plan"), PLAN),
        make_document(Source("skills", "roadmap", "Skills"), SKILLS),
    ]
    index_documents(documents, Settings(data=data), embedder, data)
    return LiveIndex(data, embedder.stamp)


@pytest.fixture(scope="module")
def retriever(live: LiveIndex, embedder: HashingEmbedder) -> Retriever:
    return Retriever(live, embedder, RetrievalSettings())


def test_passages_that_share_words_with_the_query_come_first(retriever: Retriever) -> None:
    hits = retriever.search("Watch deployed models with Prometheus")
    assert hits[0].chunk.heading_path == ("Plan", "Week 21: Watching")
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert hits[0].keyword > 0 and 0 < hits[0].dense <= 1.0001


def test_k_limits_the_hits_and_the_setting_is_its_default(
    live: LiveIndex, embedder: HashingEmbedder, retriever: Retriever
) -> None:
    assert len(retriever.search("models", 2)) == 2
    assert len(Retriever(live, embedder, RetrievalSettings(k=1)).search("models")) == 1


def test_a_search_can_be_kept_to_some_sources(retriever: Retriever) -> None:
    assert {h.chunk.source for h in retriever.search("KServe", 10, ["skills"])} == {"skills"}
    assert {h.chunk.source for h in retriever.search("KServe", 10)} == {"plan", "skills"}
    assert retriever.search("KServe", 10, []) == []


def test_every_hit_carries_the_true_score_of_both_arms(retriever: Retriever, live: LiveIndex) -> None:
    vector = HashingEmbedder().embed(["Deploy KServe"])[0]
    index = live.get()
    for hit in retriever.search("Deploy KServe", 10):
        row = index.rows[hit.chunk.id]
        assert hit.dense == pytest.approx(float(index.vectors[row] @ vector), abs=1e-5)
        assert hit.keyword == pytest.approx(float(index.keyword_scores(["deploy", "kserv"])[row]))


def test_a_small_pool_still_gives_the_true_scores(live: LiveIndex, embedder: HashingEmbedder) -> None:
    wide = Retriever(live, embedder, RetrievalSettings()).find("KServe")
    settings = RetrievalSettings.model_construct(k=8, pool=1, dense_weight=0.7)
    narrow = Retriever(live, embedder, settings).find("KServe")
    assert 0 < narrow.rows.size < wide.rows.size
    cosines = dict(zip(wide.rows.tolist(), wide.dense.tolist(), strict=True))
    for row, cosine in zip(narrow.rows.tolist(), narrow.dense.tolist(), strict=True):
        assert cosine == pytest.approx(cosines[row], abs=1e-5)


def test_a_section_that_the_question_names_goes_before_everything_similar(
    retriever: Retriever, live: LiveIndex
) -> None:
    text = "What is planned for deploying models with KServe in week 22?"
    by_words = retriever.search(text)[0]
    question = Reader(live.get()).read(text)
    assert [p.unit for p in question.places] == ["week"]
    first, second = retriever.search(question)[:2]
    assert by_words.chunk.heading_path != ("Plan", "Week 22: Rest")
    assert first.chunk.heading_path == ("Plan", "Week 22: Rest")
    assert first.score > PLACE_BONUS / 2 > second.score


def test_every_chunk_beneath_a_named_section_is_lifted(retriever: Retriever, live: LiveIndex) -> None:
    question = Question("KServe", "KServe", places=(Place("plan", 0, ""),))
    hits = retriever.search(question, 10)
    lifted = [h for h in hits if h.score > PLACE_BONUS / 2]
    assert len(lifted) == sum(c.source == "plan" for c in live.get().chunks)
    assert {h.chunk.source for h in lifted} == {"plan"}


def test_the_arms_by_themselves(retriever: Retriever) -> None:
    found = retriever.search_arms("KServe", 10)
    assert set(found) == {"dense", "bm25", "fused"}
    assert all(h.keyword > 0 and "KServe" in h.chunk.text for h in found["bm25"])
    assert len(found["bm25"]) < len(found["dense"]) == len(found["fused"])
    assert [h.dense for h in found["dense"]] == sorted((h.dense for h in found["dense"]), reverse=True)
    assert [h.keyword for h in found["bm25"]] == sorted((h.keyword for h in found["bm25"]), reverse=True)


def test_a_vector_that_is_given_is_not_computed_again(live: LiveIndex) -> None:
    counting = HashingEmbedder()
    vector = counting.embed(["KServe"])[0]
    Retriever(live, counting, RetrievalSettings()).find("KServe", vector=vector)
    assert counting.texts == ["KServe"]


def test_it_is_a_retriever_that_langchain_can_call(retriever: Retriever) -> None:
    documents = RoadmapRetriever(retriever=retriever, k=2).invoke("Watch models with Prometheus")
    assert len(documents) == 2
    best = documents[0]
    assert "Prometheus" in best.page_content
    assert best.metadata["source"] == "plan"
    assert best.metadata["heading_path"] == ["Plan", "Week 21: Watching"]
    assert best.id == f"plan:{best.metadata['start']}-{best.metadata['end']}"
    assert PLAN[best.metadata["start"] : best.metadata["end"]] == best.page_content


def test_langchain_can_await_it_too(retriever: Retriever) -> None:
    import asyncio

    found = asyncio.run(RoadmapRetriever(retriever=retriever).ainvoke("KServe"))
    assert "KServe" in found[0].page_content


def test_chroma_finds_what_an_exact_scan_finds(
    live: LiveIndex, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    text = "# All\n\n" + "".join(
        f"## Topic{n}\n\nWords about topic{n} and thing{n % 7}.\n\n" for n in range(60)
    )
    index_documents(
        [make_document(Source("all", "file", "All"), text)], Settings(data=tmp_path), embedder, tmp_path
    )
    index = LiveIndex(tmp_path).get()
    for n in range(0, 60, 7):
        vector = embedder.embed([f"topic{n} thing{n % 7}"])[0]
        exact = index.vectors @ vector
        found = index.dense(vector, 5)
        assert min(found.values()) == pytest.approx(float(np.sort(exact)[-5]), abs=1e-4)
        assert max(found, key=lambda row: found[row]) == int(exact.argmax())
