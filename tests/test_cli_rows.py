"""Rows in and out of `ask` and `search`."""

import json
from pathlib import Path

import pytest

from assistant.cli.rows import (
    AskRow,
    BadRow,
    RowFile,
    SearchRow,
    answer_row,
    answer_text,
    hits_row,
    hits_text,
    read_row,
)
from assistant.documents import Answer, Chunk, Citation, Grounding, Hit, SentenceSupport
from assistant.errors import InputError

CITATION = Citation(
    n=1,
    source="six-month-plan",
    kind="roadmap",
    title="6-Month Plan",
    heading_path=("6-Month Plan", "Month 1", "Week 2: Docker"),
    url=None,
    quote="Write a Dockerfile.",
    start=10,
    end=29,
)
PAGE = Citation(
    2, "page:docs", "page", "Docker docs", ("Start",), "https://docs.docker.com/", "Install it.", 0, 11
)
ANSWER = Answer(
    question="When do I learn Docker?",
    text="In week 2 [1][2].",
    refused=False,
    citations=(CITATION, PAGE),
    grounding=Grounding(0.9, (SentenceSupport("In week 2 [1][2].", 0.9, True, (1, 2)),)),
    model="extractive",
    timings_ms={"total": 12.34567, "retrieve": 3.0},
)
REFUSAL = Answer(
    question="What is the salary?",
    text="The roadmaps don't say.",
    refused=True,
    nearest=("Interview preparation", "Capstone"),
)
CHUNK = Chunk(
    source="six-month-plan",
    kind="roadmap",
    title="6-Month Plan",
    heading_path=("Week 2: Docker",),
    start=10,
    end=29,
    text="Write a\n  Dockerfile.",
)


def test_an_answer_row_has_the_fields_of_the_contract() -> None:
    assert answer_row("q1", ANSWER) == {
        "id": "q1",
        "question": "When do I learn Docker?",
        "answer": "In week 2 [1][2].",
        "refused": False,
        "citations": [
            {
                "n": 1,
                "source": "six-month-plan",
                "kind": "roadmap",
                "title": "6-Month Plan",
                "heading_path": ["6-Month Plan", "Month 1", "Week 2: Docker"],
                "url": None,
                "quote": "Write a Dockerfile.",
                "start": 10,
                "end": 29,
            },
            {
                "n": 2,
                "source": "page:docs",
                "kind": "page",
                "title": "Docker docs",
                "heading_path": ["Start"],
                "url": "https://docs.docker.com/",
                "quote": "Install it.",
                "start": 0,
                "end": 11,
            },
        ],
        "grounding": {
            "score": 0.9,
            "sentences": [
                {"text": "In week 2 [1][2].", "score": 0.9, "supported": True, "citations": [1, 2]}
            ],
        },
        "nearest": [],
        "model": "extractive",
        "notice": "",
        "timings_ms": {"total": 12.346, "retrieve": 3.0},
    }


def test_a_refusal_row_has_no_citations_and_no_grounding() -> None:
    row = answer_row(7, REFUSAL)
    assert (row["id"], row["refused"], row["citations"], row["grounding"]) == (7, True, [], None)
    assert row["nearest"] == ["Interview preparation", "Capstone"]


def test_a_hits_row_has_the_fields_of_the_contract() -> None:
    assert hits_row("s", "docker", [Hit(CHUNK, 1.5)]) == {
        "id": "s",
        "query": "docker",
        "hits": [
            {
                "chunk_id": "six-month-plan:10-29",
                "source": "six-month-plan",
                "kind": "roadmap",
                "title": "6-Month Plan",
                "heading_path": ["Week 2: Docker"],
                "url": None,
                "score": 1.5,
                "text": "Write a\n  Dockerfile.",
            }
        ],
    }


def test_rows_of_numpy_scores_are_json() -> None:
    import numpy as np

    json.dumps(hits_row("s", "docker", [Hit(CHUNK, np.float32(0.5))]))  # type: ignore[arg-type]


def test_an_answer_for_people_ends_with_numbered_sources() -> None:
    assert answer_text(ANSWER).splitlines() == [
        "In week 2 [1][2].",
        "",
        "[1] 6-Month Plan > Month 1 > Week 2: Docker",
        "[2] Docker docs > Start <https://docs.docker.com/>",
    ]


def test_a_refusal_for_people_ends_with_the_nearest_topics() -> None:
    assert answer_text(REFUSAL).splitlines() == [
        "The roadmaps don't say.",
        "",
        "Nearest topics: Interview preparation; Capstone",
    ]


def test_the_nearest_topics_are_not_said_twice() -> None:
    refusal = Answer("q", "Not there. Nearest topics: Capstone.", True, nearest=("Capstone",))
    assert answer_text(refusal) == "Not there. Nearest topics: Capstone."


def test_hits_for_people_stand_on_one_line_and_are_cut_between_words() -> None:
    long = Chunk("s", "roadmap", "T", ("H",), 0, 9, "word " * 200)
    first, second = hits_text([Hit(CHUNK, 1.5), Hit(long, 0.25)]).split("\n\n")
    assert first == "1. 6-Month Plan > Week 2: Docker  (six-month-plan, 1.50)\n   Write a Dockerfile."
    assert second.endswith("word …") and len(second.splitlines()[1]) < 310
    assert hits_text([]) == "Nothing was found."


@pytest.mark.parametrize(
    ("line", "row_id", "told"),
    [
        ("{", None, "line 3 is not JSON"),
        ('{"id": "a", "question": "x" ', None, "line 3 is not JSON"),
        ('{"id": "a\\ud800", "question": "x"}', None, "line 3 is not JSON"),
        ("[" * 10_000, None, "line 3 is not JSON"),
        ("[1]", None, "line 3, the row: "),
        ('"text"', None, "line 3, the row: "),
        ('{"id": "a"}', "a", "line 3, question: Field required"),
        ('{"question": "x"}', None, "line 3, id: Field required"),
        ('{"id": 4, "question": 5}', 4, "line 3, question: Input should be a valid string"),
        ('{"id": "a", "question": " "}', "a", "line 3, question: String should have at least 1 character"),
        ('{"id": "a", "question": null}', "a", "line 3, question: Input should be a valid string"),
        ('{"id": ["a"], "question": "x"}', None, "line 3, id: Input should be a valid string"),
        ('{"id": true, "question": "x"}', None, "line 3, id: Input should be a valid string"),
        (
            '{"id": "a", "question": "x", "history": "y"}',
            "a",
            "line 3, history: Input should be a valid list",
        ),
        (
            '{"id": "a", "question": "x", "history": [["y"]]}',
            "a",
            "line 3, history.0: List should have at least 2",
        ),
        (
            '{"id": "a", "question": "x", "history": [["y", 1]]}',
            "a",
            "line 3, history.0.1: Input should be a valid",
        ),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_place(line: str, row_id: str | int | None, told: str) -> None:
    row = read_row(line.encode(), AskRow, 3)
    assert isinstance(row, BadRow)
    assert row.as_dict() == {"id": row_id, "error": row.error}
    assert row.error.startswith(told)
    assert "\n" not in row.error


def test_bytes_that_are_no_utf8_are_a_bad_line() -> None:
    row = read_row(b'{"id": "a", "question": "caf\xe9"}', AskRow, 1)
    assert isinstance(row, BadRow)


def test_a_good_line_may_carry_history_and_fields_of_its_own() -> None:
    line = b'{"id": 3, "question": " And then? ", "history": [["What?", "That."]], "source": "mine"}'
    row = read_row(line, AskRow, 1)
    assert row == AskRow(id=3, question="And then?", history=[["What?", "That."]])


def test_a_row_file_skips_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": 1, "query": "a"}\r\n\r\n   \nnot json\n{"id": 2, "query": "b"}')
    rows = list(RowFile(file, SearchRow))
    assert [row.id for row in rows] == [1, None, 2]
    assert isinstance(rows[1], BadRow) and rows[1].error.startswith("line 4 ")


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read_is_told_when_it_is_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        RowFile(tmp_path / name, AskRow)
