"""A growing reply cut into units: which ones, and that no later piece changes one that was handed out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.units import Unit, Units, is_whole, split, without_thought

TABLE = "| Tool | Week |\n|---|---|\n| KServe | 20 |\n| Seldon | 21 |"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (
            "Week 20 covers KServe [1]. Week 21 covers drift. [2]",
            [("", "Week 20 covers KServe [1].", "sentence"), (" ", "Week 21 covers drift. [2]", "sentence")],
        ),
        (
            "Use e.g. Docker, see 5.4 and https://a.b/c.d first. Then Helm!",
            [
                ("", "Use e.g. Docker, see 5.4 and https://a.b/c.d first.", "sentence"),
                (" ", "Then Helm!", "sentence"),
            ],
        ),
        ("One sentence\nover two lines.", [("", "One sentence over two lines.", "sentence")]),
        (
            "First.\n\n- KServe [1]\n  - Seldon\n2. Helm",
            [
                ("", "First.", "sentence"),
                ("\n\n", "- KServe [1]", "item"),
                ("\n  ", "- Seldon", "item"),
                ("\n", "2. Helm", "item"),
            ],
        ),
        (
            "- KServe. It serves models. [1]\n- Helm",
            [("", "- KServe.", "item"), (" ", "It serves models. [1]", "sentence"), ("\n", "- Helm", "item")],
        ),
        ("KServe.\n[1]", [("", "KServe. [1]", "sentence")]),
        ("## Week 20\nKServe.", [("", "## Week 20", "heading"), ("\n", "KServe.", "sentence")]),
        ("A.\n\n---\n\nB.", [("", "A.", "sentence"), ("\n\n\n\n", "B.", "sentence")]),
        ("```\na. B. [1]\n```\nB.", [("", "```\na. B. [1]\n```", "code"), ("\n", "B.", "sentence")]),
    ],
)
def test_a_reply_is_cut_at_its_sentences_items_rows_and_fences(
    text: str, expected: list[tuple[str, str, str]]
) -> None:
    assert [(unit.gap, unit.text, unit.kind) for unit in split(text)] == expected


def test_a_line_that_announces_a_list_belongs_to_its_first_item() -> None:
    assert list(split("Well. Tools:\n\n- KServe\n- Helm")) == [
        Unit("", "Well.", "sentence"),
        Unit(" ", "- KServe", "item", intro="Tools:\n\n"),
        Unit("\n", "- Helm", "item"),
    ]


def test_a_tables_head_belongs_to_its_first_row() -> None:
    assert list(split(TABLE)) == [
        Unit("", "| KServe | 20 |", "row", intro="| Tool | Week |\n|---|---|\n"),
        Unit("\n", "| Seldon | 21 |", "row"),
    ]


def test_a_colon_at_the_very_end_announces_nothing() -> None:
    assert list(split("Tools:")) == [Unit("", "Tools:", "sentence")]


@pytest.mark.parametrize(
    ("reply", "rest"),
    [
        ("<think>Hm. KServe?</think>\nKServe.", "\nKServe."),
        ("  <think>still at it", ""),
        ("<thi", ""),
        ("<b>bold</b>", "<b>bold</b>"),
        ("KServe <think>", "KServe <think>"),
    ],
)
def test_reasoning_before_the_reply_is_no_part_of_it(reply: str, rest: str) -> None:
    assert without_thought(reply) == rest


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("KServe [1].", True),
        ("KServe. [1]", True),
        ("**KServe.**", True),
        ("| a | b |", True),
        ("KServe and", False),
    ],
)
def test_a_unit_that_breaks_off_is_known(text: str, whole: bool) -> None:
    assert is_whole(text) is whole


def test_an_incomplete_reply_loses_the_unit_that_breaks_off() -> None:
    units = Units()
    assert units.feed("Week 20 covers KServe. Week 21 cov") == [
        Unit("", "Week 20 covers KServe.", "sentence")
    ]
    assert units.finish(complete=False) == []


def test_a_sentence_waits_for_the_marker_behind_it() -> None:
    units = Units()
    assert units.feed("KServe. ") == []
    assert units.feed("[") == []
    assert units.feed("1") == []
    assert units.feed("] Then") == [Unit("", "KServe. [1]", "sentence")]
    assert units.finish() == [Unit(" ", "Then", "sentence")]


@pytest.mark.parametrize(
    "line", ["-" * 400 + "x", "|--" * 400 + "x", "-- " * 400 + "x", "`" * 401, "[" * 400, "(" * 400]
)
def test_a_line_made_to_be_slow_is_cut_at_once(line: str) -> None:
    started = time.perf_counter()
    assert [unit.text for unit in split(line)] == [line]
    assert time.perf_counter() - started < 1.0


REPLIES = st.lists(
    st.sampled_from(
        [
            *("KServe", " serves", " models", " lower", "Week 20", "https://a.b/c", "e.g. ", "etc. "),
            *(". ", ".", "! ", "…", " [1]", "[2, 3]", "[", "]", '"', "**", ":\n", "\n", "\n\n", "- ", "1. "),
            *("  - ", "| a | b |\n", "|---|---|\n", "```\n", "## ", "---\n", "<think>", "</think>"),
        ]
    ),
    max_size=16,
).map("".join)


@given(REPLIES, st.integers(1, 7))
def test_streaming_hands_out_the_same_units_as_the_whole_text(reply: str, size: int) -> None:
    units = Units()
    streamed = []
    for start in range(0, len(reply), size):
        streamed += units.feed(reply[start : start + size])
    assert streamed + units.finish() == list(split(without_thought(reply)))
