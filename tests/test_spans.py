"""Words are found regardless of case, marks, markup and spacing, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.spans import Letters, Span, locate, says


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("It uses scikit-learn.", "Scikit Learn", True),
        ("It uses scikit‑learn.", "scikitlearn", True),
        ("Use **CI**/**CD** early", "CI/CD", True),
        ("the **1.7) Software Design** part", "1.7 software design", True),
        ("naïve Bayes", "naive bayes", True),
        ("Write containers and services", "container", True),
        ("Two classes", "class", True),
        ("in 24 weeks", "24", True),
        ("(24)", "24", True),
        ("in 2024", "24", False),
        ("version 24.5", "24", False),
        ("version 24.5", "5", False),
        ("version 24.5", "24.5", True),
        ("1,500 rows", "500", False),
        ("24th", "24", False),
        ("digital", "git", False),
        ("JavaScript", "Java", False),
        ("see https://mlflow.org/docs/latest/", "mlflow.org/docs/latest", True),
        ("Docker first [1].", "1", False),
        ("the [2](https://example.org) links", "2", True),
        ("anything", "...", False),
        ("", "word", False),
    ],
)
def test_what_a_text_says(text: str, wanted: str, expected: bool) -> None:
    assert says(text, wanted) is expected


def test_a_quote_is_located_as_written_before_its_letters_are_compared() -> None:
    text = "Docker, DOCKER and docker"
    assert locate("DOCKER", text) == [(8, 14)]


def test_a_quote_without_its_markup_and_with_other_spacing_is_located() -> None:
    text = "- Learn **Docker**\n  and `venv`  first."
    start, end = locate("learn docker and venv first", text)[0]
    assert text[start:end] == "Learn **Docker**\n  and `venv`  first"


def test_a_quote_of_a_page_as_a_reader_sees_it_skips_link_targets() -> None:
    text = "- Read the [guide](https://example.org/docker) next."
    start, end = locate("read the guide next", text)[0]
    assert text[start:end] == "Read the [guide](https://example.org/docker) next"


def test_a_quote_may_cut_through_a_link() -> None:
    text = "- Read the [guide](https://example.org/docker) next."
    start, end = locate("(https://example.org/docker)  NEXT", text)[0]
    assert text[start:end] == "https://example.org/docker) next"


def test_every_place_of_a_repeated_quote_is_found() -> None:
    assert locate("spark", "Spark, and Spark again") == [(0, 5), (11, 16)]


@pytest.mark.parametrize("quote", ["", "  ", "kubernetes", "ocke"])
def test_what_does_not_stand_there_is_not_located(quote: str) -> None:
    assert locate(quote, "Learn Docker first.") == []


def test_spans_overlap_in_one_source_only_and_not_where_they_touch() -> None:
    span = Span("plan", 10, 20)
    assert span.overlaps("plan", 19, 30)
    assert not span.overlaps("plan", 20, 30)
    assert not span.overlaps("other", 10, 20)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_offsets_always_cut_out_the_letters_that_were_looked_for(before: str, words: str, after: str) -> None:
    text = f"{before} {words} {after}"
    for start, end in Letters(text).find(words):
        assert Letters(text[start:end]).letters == Letters(words).letters
