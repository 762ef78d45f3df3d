"""Datasets are read strictly, and gold is located in the documents or said not to be."""

import json
from pathlib import Path
from typing import Any

import pytest
from fakes_assistant import DOCUMENT, TEXT

from assistant.documents import Document, Source
from assistant.errors import InputError
from evals.cases import Case, Gold, GoldError, load_dataset, locate_gold
from evals.spans import Span, locate

CORPUS = Path(__file__).resolve().parent.parent / "corpus" / "roadmaps"
GOOD: dict[str, Any] = {"id": "1", "question": "what?", "kind": "fact", "must": [["Docker"]]}


def write(path: Path, *rows: object) -> Path:
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8"
    )
    return path


def gold_case(*gold: tuple[str, str]) -> Case:
    return Case(id="1", question="?", kind="fact", gold=tuple(Gold(source=s, quote=q) for s, q in gold))


def test_a_dataset_keeps_order_and_skips_blank_lines(tmp_path: Path) -> None:
    follow_up = {**GOOD, "id": "2", "kind": "follow-up", "history": [["first?", "yes"]], "roadmaps": ["plan"]}
    data = load_dataset(write(tmp_path / "mine.jsonl", GOOD, "", follow_up))
    assert data.name == "mine.jsonl"
    assert [case.id for case in data.cases] == ["1", "2"]
    assert [(e.question, e.answer) for e in data.cases[1].exchanges] == [("first?", "yes")]
    assert data.cases[1].roadmaps == ("plan",)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({**GOOD, "golds": []}, "mine.jsonl, line 2: golds: Extra inputs are not permitted"),
        ({**GOOD, "question": " "}, "mine.jsonl, line 2: question: String should have at least 1 character"),
        ({**GOOD, "kind": "Fact!"}, "mine.jsonl, line 2: kind: "),
        ({**GOOD, "must": [[]]}, "mine.jsonl, line 2: must.0: "),
        ({**GOOD, "must": []}, "a case that is to be answered needs 'must' or 'gold'"),
        ({**GOOD, "history": [["only a question"]]}, "mine.jsonl, line 2: history.0"),
        ("{", "mine.jsonl, line 2: Invalid JSON"),
        (GOOD, "the id '1' more than once"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_row_that_is_no_case_is_named_with_its_line(tmp_path: Path, row: object, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        load_dataset(write(tmp_path / "mine.jsonl", GOOD, row))
    assert complaint in str(caught.value)


def test_a_refusal_needs_neither_facts_nor_gold(tmp_path: Path) -> None:
    data = load_dataset(write(tmp_path / "mine.jsonl", {**GOOD, "must": [], "refuse": True}))
    assert data.cases[0].refuse


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\xff"])
def test_a_file_without_cases_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mine.jsonl").write_bytes(content)
    with pytest.raises(InputError, match=r"mine\.jsonl"):
        load_dataset(tmp_path / "mine.jsonl")


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl cannot be read"):
        load_dataset(tmp_path / "none.jsonl")


def test_gold_is_located_without_markup_and_with_other_spacing() -> None:
    (span,) = locate_gold(gold_case(("plan", "learn  docker\nfirst")), {"plan": DOCUMENT})
    assert span.source == "plan"
    assert TEXT[span.start : span.end] == "Learn **Docker** first"


def test_gold_keeps_the_order_of_the_case() -> None:
    spans = locate_gold(gold_case(("plan", "Prometheus"), ("plan", "KServe")), {"plan": DOCUMENT})
    assert [TEXT[s.start : s.end] for s in spans] == ["Prometheus", "KServe"]
    assert spans == (Span("plan", *locate("Prometheus", TEXT)[0]), Span("plan", *locate("KServe", TEXT)[0]))


@pytest.mark.parametrize(
    ("source", "quote", "complaint"),
    [
        ("plan", "Learn Podman first.", "gold quote 'Learn Podman first.' does not stand in 'plan'"),
        ("other", "Learn", "gold source 'other' is not in the index"),
        ("plan", "Week", "gold quote 'Week' stands 2 times in 'plan'; quote more of it"),
    ],
)
def test_gold_that_cannot_be_used_is_a_plain_error(source: str, quote: str, complaint: str) -> None:
    with pytest.raises(GoldError) as caught:
        locate_gold(gold_case((source, quote)), {"plan": DOCUMENT})
    assert str(caught.value) == complaint


def test_every_gold_quote_of_the_packaged_dataset_stands_once_in_the_shipped_roadmaps() -> None:
    documents = {
        file.stem: Document(Source(file.stem, "roadmap", file.stem), file.read_text(encoding="utf-8"))
        for file in CORPUS.glob("*.md")
    }
    data = load_dataset()
    assert len(data.cases) >= 150
    for case in data.cases:
        locate_gold(case, documents)
