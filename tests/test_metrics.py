"""Metrics on hand-made outcomes and rankings; ROUGE against the official cases."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from fakes_assistant import DOCUMENT, TEXT, answer

from assistant.documents import Answer
from assistant.outline import Outline
from evals.cases import Case, Gold, locate_gold
from evals.metrics import (
    ANSWER_METRICS,
    Outcome,
    Score,
    mean,
    missing_facts,
    ranking_scores,
    rouge,
    section_of,
)
from evals.spans import Span

SHARED = Path(os.environ.get("ROADMAP_SHARED", "../shared"))
OFFICIAL = SHARED / "benchmarks" / "rouge" / "official_cases.jsonl"


def case(*quotes: str, **fields: Any) -> Case:
    gold = tuple(Gold(source="plan", quote=quote) for quote in quotes)
    return Case(**{"id": "1", "question": "?", "kind": "fact", "gold": gold, **fields})


def scores(given: Case, found: Answer) -> dict[str, Score]:
    documents = {"plan": DOCUMENT}
    outcome = Outcome(given, found, locate_gold(given, documents), {"plan": Outline(DOCUMENT)})
    return {metric.name: metric.score(outcome) for metric in ANSWER_METRICS}


def test_an_answer_that_says_and_cites_it_all_is_right() -> None:
    given = case("Learn Docker first", must=[["docker", "podman"]], reference="Learn Docker first.")
    found = scores(given, answer("Learn Docker first. [1]", "- Learn **Docker** first."))
    assert found["right"] is found["rightly_cited"] is found["right_and_cited"] is True
    assert found["citation_precision"] == found["citation_recall"] == 1
    assert found["rouge1"] == found["rouge2"] == found["rougeL"] == found["rougeLsum"] == 1
    assert found["wrongly_refused"] is False
    assert found["grounding"] == 0.9
    assert found["ms"] == 10


@pytest.mark.parametrize(
    ("fields", "found", "right"),
    [
        ({"must": [["Docker"], ["Kubernetes"]]}, answer("Docker"), False),
        ({"must": [["K8s", "Kubernetes"]]}, answer("On kubernetes."), True),
        ({"must": [["Docker"]], "must_not": ["Podman"]}, answer("Docker or Podman"), False),
        ({"must": [["Docker"]]}, answer("Nothing about Docker.", refused=True), False),
        ({"refuse": True}, answer("The roadmaps don't say.", refused=True), True),
        ({"refuse": True}, answer("It costs 5 dollars."), False),
        ({"refuse": True, "must_not": ["PWNED"]}, answer("pwned", refused=True), False),
        ({"must": [["1"]]}, answer("Docker [1]"), False),
    ],
)
def test_right_means_every_fact_nothing_forbidden_and_refused_as_wanted(
    fields: dict[str, Any], found: Answer, right: bool
) -> None:
    assert scores(case("Learn Docker first", **fields), found)["right"] is right


def test_the_missing_facts_are_named_by_their_first_spelling() -> None:
    given = case(must=[["Docker"], ["Kubernetes", "K8s"], ["KServe"]])
    assert missing_facts(given, "Docker") == ["Kubernetes", "KServe"]


def test_recall_counts_gold_and_precision_counts_citations() -> None:
    given = case("Learn Docker first", "Serve with KServe")
    found = scores(given, answer("x", "Docker", "[guide]", "Week 1", "Plan"))
    assert found["citation_recall"] == 0.5  # KServe is not cited
    assert found["rightly_cited"] is False
    # "Docker" is gold, "[guide]" and "Week 1" stand in its section; the document's own heading does not
    assert found["citation_precision"] == 0.75


def test_citing_the_other_section_is_not_precise() -> None:
    found = scores(case("Learn Docker first"), answer("x", "Serve with KServe"))
    assert found["citation_precision"] == 0
    assert found["citation_recall"] == 0


def test_a_section_ends_where_the_next_begins() -> None:
    start = TEXT.index("Docker")
    section = section_of(Span("plan", start, start + 6), Outline(DOCUMENT))
    assert TEXT[section.start : section.end].startswith("## Week 1")
    assert TEXT[section.start : section.end].endswith("next.")


def test_what_is_not_applicable_is_none_and_not_zero() -> None:
    wanted = scores(case(refuse=True, reference="I cannot say."), answer("No.", refused=True))
    assert wanted["refused_as_wanted"] is True
    inapplicable = {name for name, score in wanted.items() if score is None}
    assert inapplicable == {
        *("right_and_cited", "rightly_cited", "citation_precision", "citation_recall"),
        *("wrongly_refused", "rouge1", "rouge2", "rougeL", "rougeLsum", "grounding"),
    }
    refused = scores(case("Learn Docker first"), answer("The roadmaps don't say.", refused=True))
    assert refused["wrongly_refused"] is True
    assert refused["refused_as_wanted"] is refused["citation_precision"] is refused["rouge1"] is None
    assert refused["citation_recall"] == 0


def test_citations_of_an_answer_that_should_have_been_a_refusal_are_not_rated() -> None:
    found = scores(case("Learn Docker first", refuse=True), answer("Docker. [1]", "Docker"))
    assert found["citation_precision"] is found["citation_recall"] is found["rightly_cited"] is None
    assert found["refused_as_wanted"] is False


def test_wording_is_compared_by_stems() -> None:
    found = scores(case("Learn Docker first", reference="learning containers"), answer("learn container"))
    assert found["rouge1"] == 1


def test_an_answer_above_the_limit_is_not_short_enough() -> None:
    given = case(must=[["x"]])
    assert scores(given, answer("x" * 1500))["short_enough"] is True
    assert scores(given, answer("x" * 1501))["short_enough"] is False


def test_every_metric_has_a_name_of_its_own_and_a_value_for_a_crash() -> None:
    assert len({metric.name for metric in ANSWER_METRICS}) == len(ANSWER_METRICS)
    crashed = {m.name: m.on_crash(case("Learn Docker first", reference="x")) for m in ANSWER_METRICS}
    assert crashed["right"] is crashed["rightly_cited"] is crashed["right_and_cited"] is False
    assert crashed["rouge1"] == crashed["citation_recall"] == 0
    assert crashed["wrongly_refused"] is crashed["ms"] is crashed["refused_as_wanted"] is None
    assert {m.name: m.on_crash(case(refuse=True)) for m in ANSWER_METRICS}["refused_as_wanted"] is False


def test_the_mean_leaves_out_what_is_not_applicable() -> None:
    assert mean([True, None, False, None]) == 0.5
    assert mean([None]) is None
    assert mean([]) is None


def test_rankings_score_as_counted_by_hand() -> None:
    relevant = {"q": {"a": 1, "b": 1}, "lost": {"c": 1}}
    names = ("recall@1", "recall@5", "mrr@10", "ndcg@10", "hit@5", "map")
    table = ranking_scores(relevant, {"q": ["x", "b", "y", "a"], "lost": []}, names)
    gain = (1 / 1.5849625 + 1 / 2.3219281) / (1 + 1 / 1.5849625)
    assert table["q"] == pytest.approx(
        {"recall@1": 0, "recall@5": 1, "mrr@10": 0.5, "ndcg@10": gain, "hit@5": 1, "map": 0.5}
    )
    assert set(table["lost"].values()) == {0.0}


def test_ties_are_ranked_as_the_product_ranked_them() -> None:
    for ids in (["a", "b"], ["b", "a"]):
        assert ranking_scores({"q": {"b": 1}}, {"q": ids}, ["mrr@10"])["q"]["mrr@10"] == 1 / (
            ids.index("b") + 1
        )


def test_a_rank_beyond_the_cutoff_does_not_count() -> None:
    ids = [f"x{n}" for n in range(10)] + ["a"]
    table = ranking_scores({"q": {"a": 1}}, {"q": ids}, ["mrr@10", "recall@10", "recall@20", "ndcg@10"])
    assert table["q"] == {"mrr@10": 0, "recall@10": 0, "recall@20": 1, "ndcg@10": 0}


def test_an_unknown_measure_is_a_defect_not_a_zero() -> None:
    with pytest.raises(KeyError):
        ranking_scores({"q": {"a": 1}}, {}, ["precision@5"])


def test_rouge_is_equal_to_the_official_values() -> None:
    if not OFFICIAL.is_file():
        pytest.skip(f"the official ROUGE cases are not at {OFFICIAL}; set ROADMAP_SHARED to their folder")
    rows = [json.loads(line) for line in OFFICIAL.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 22
    for row in rows:
        found = rouge(row["target"], row["prediction"], stemmer=row["stemmer"])[row["type"]]
        for name in ("precision", "recall", "fmeasure"):
            assert getattr(found, name) == pytest.approx(row[name], abs=10 ** -row["places"] / 2 * 1.01), row[
                "id"
            ]


def test_rouge_lsum_takes_newlines_as_sentence_ends() -> None:
    lines, one_line = "first words here\nsecond line there", "second line there first words here"
    assert rouge(lines, "second line there\nfirst words here")["rougeLsum"].fmeasure == 1
    assert rouge(lines, one_line)["rougeL"].fmeasure < 1
