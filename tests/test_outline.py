"""Walking a document: sections, neighbours, plain words, links."""

import pytest

from assistant.documents import Document, Source
from assistant.outline import Outline, plain, unnumbered
from ingest.blocks import parse_blocks

TEXT = """# Plan

## Week 1: Docker

- **Tasks**:
  - Read the [guide](https://example.org/a_(b)).
  - Run it, see https://example.org/run.
- **Project**: An image.

## Week 2: Helm

Charts.
"""
PLAN, WEEK_1, TASKS, READ, RUN, PROJECT, WEEK_2, CHARTS = range(8)


@pytest.fixture
def outline() -> Outline:
    return Outline(Document(Source("plan", "roadmap", "Plan"), TEXT, parse_blocks(TEXT)))


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("## **Week 1**: `pip install`", "Week 1: pip install"),
        ("- [ML](https://x.org) and\n  1. *this*", "ML and this"),
        ("snake_case stays, __bold__ goes", "snake_case stays, bold goes"),
        ("> quoted\n> - item", "quoted item"),
        ("see <https://x.org/y>", "see"),
        ("5 > 3 and 2 * 3", "5 > 3 and 2 * 3"),
        ("", ""),
    ],
)
def test_plain_leaves_the_words_and_takes_the_markup(markdown: str, words: str) -> None:
    assert plain(markdown) == words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("8.6) LLMs", "LLMs"),
        ("1. Programming", "Programming"),
        ("5.4. Data Lineage", "Data Lineage"),
        ("24 weeks", "weeks"),
        ("Week 1: Docker", "Week 1: Docker"),
        ("2FA", "2FA"),
    ],
)
def test_unnumbered_takes_only_a_number_in_front(title: str, words: str) -> None:
    assert unnumbered(title) == words


def test_family_of_a_block(outline: Outline) -> None:
    assert outline.children(-1) == [PLAN]
    assert outline.children(WEEK_1) == [TASKS, PROJECT]
    assert list(outline.descendants(WEEK_1)) == [TASKS, READ, RUN, PROJECT]
    assert outline.ancestors(READ) == [TASKS, WEEK_1, PLAN]
    assert outline.siblings(WEEK_2) == [WEEK_1, WEEK_2]
    assert outline.children(CHARTS) == []


def test_the_section_and_label_a_block_stands_under(outline: Outline) -> None:
    assert outline.heading_of(READ) == WEEK_1
    assert outline.heading_of(WEEK_2) == WEEK_2
    assert outline.heading_path(READ) == ("Plan", "Week 1: Docker")
    assert outline.label_of(READ) == "Tasks"
    assert outline.label_of(CHARTS) == ""


def test_own_text_and_full_text(outline: Outline) -> None:
    assert outline.text(TASKS) == "- **Tasks**:"
    assert outline.full_text(TASKS).endswith("example.org/run.")


def test_the_innermost_block_at_a_position(outline: Outline) -> None:
    assert outline.at(TEXT.index("guide")) == READ
    assert outline.at(TEXT.index("Charts")) == CHARTS
    assert outline.at(len(TEXT) + 5) == -1


def test_links_know_their_words_their_label_and_where_they_stand(outline: Outline) -> None:
    first, second = outline.links()
    assert (first.text, first.url, first.label) == ("guide", "https://example.org/a_(b)", "Tasks")
    assert (second.text, second.url) == ("https://example.org/run", "https://example.org/run")
    assert TEXT[first.start : first.end] == "[guide](https://example.org/a_(b))"
    assert first.heading_path == ("Plan", "Week 1: Docker")
    assert outline.links(RUN) == [second]
    assert outline.links(WEEK_2) == []


def test_a_block_is_indexed_with_what_it_stands_under(outline: Outline) -> None:
    assert outline.indexed_text(READ) == "Week 1: Docker - Tasks - Read the guide."
    assert outline.indexed_text(WEEK_2) == "Plan - Week 2: Helm"
    assert outline.indexed_text(TASKS).startswith("Week 1: Docker - Tasks - Read the guide., Run it")
