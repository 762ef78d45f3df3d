"""The structure that the parser finds in Markdown: kinds, titles, labels, nesting and offsets."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Block
from ingest.blocks import parse_blocks
from ingest.clean import clean

SHARED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared"))
WEEK_COUNT = 24


def outline(text: str) -> list[tuple[int, str, str, str]]:
    """(level, kind, label, title) of every block."""
    return [(b.level, b.kind, b.label, b.title) for b in parse_blocks(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# Plan #", [(0, "heading", "", "Plan")]),
        ("# Learn C#", [(0, "heading", "", "Learn C#")]),
        ("Plan\n====\n\nWeek 1\n------\nText.", [
            (0, "heading", "", "Plan"), (1, "heading", "", "Week 1"), (2, "paragraph", "", "Text."),
        ]),
        ("## B\n# A", [(0, "heading", "", "B"), (0, "heading", "", "A")]),
        ("# A\n# B", [(0, "heading", "", "A"), (0, "heading", "", "B")]),
        ("# A\n### C\n## B", [(0, "heading", "", "A"), (1, "heading", "", "C"), (1, "heading", "", "B")]),
        ("- **KServe** and `kubectl`", [(0, "item", "", "KServe and kubectl")]),
        ("- a\n  - b\n    1. c\n- d", [
            (0, "item", "", "a"), (1, "item", "", "b"), (2, "item", "", "c"), (0, "item", "", "d"),
        ]),
        ("1. **Serving**\n   - Docker\n2. **Watching**", [
            (0, "heading", "", "1. Serving"), (1, "item", "", "Docker"), (0, "heading", "", "2. Watching"),
        ]),
        ("- **1.7) Software Design**\n  - SOLID", [
            (0, "heading", "", "1.7) Software Design"), (1, "item", "", "SOLID"),
        ]),
        ("- **Docker**\n- **Helm**", [(0, "item", "", "Docker"), (0, "item", "", "Helm")]),
        ("- **Tasks**:\n  - a", [(0, "item", "Tasks", ""), (1, "item", "", "a")]),
        ("- **Tasks:**\n  - a", [(0, "item", "Tasks", ""), (1, "item", "", "a")]),
        ("- __Why__: it helps.", [(0, "item", "Why", "it helps.")]),
        ("**Why:** one.\n**How**: two.", [(0, "paragraph", "Why", "one."), (0, "paragraph", "How", "two.")]),
        ("**Tools**:\n- a\n- b", [(0, "paragraph", "Tools", ""), (1, "item", "", "a"), (1, "item", "", "b")]),
        ("Tools.\n\n- a", [(0, "paragraph", "", "Tools."), (0, "item", "", "a")]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", [(0, "table", "", "")]),
        ("```\n# no heading\n- no item\n```", [(0, "code", "", "")]),
        ("- a\n\n  ```\n  code\n  ```", [(0, "item", "", "a"), (1, "code", "", "")]),
        ("> # Quoted\n>\n> - **Tasks**: a", [(0, "heading", "", "Quoted"), (1, "item", "Tasks", "a")]),
        ("- - a", [(0, "item", "", "a")]),
        ("-\n- a", [(0, "item", "", "a")]),
        ("Read [this](https://a.org/b_c).", [(0, "paragraph", "", "Read this.")]),
        ("a\n\n---\n\nb", [(0, "paragraph", "", "a"), (0, "paragraph", "", "b")]),
    ],
)  # fmt: skip
def test_markdown_has_this_structure(text: str, expected: list[tuple[int, str, str, str]]) -> None:
    assert outline(text) == expected


def test_a_block_ends_with_its_own_words_and_extends_over_what_lies_beneath() -> None:
    text = "# Plan\n\n- a\n  - b\n\nEnd."
    plan, a, b, end = parse_blocks(text)
    assert [text[x.start : x.end] for x in (plan, a, b, end)] == ["# Plan", "- a", "- b", "End."]
    assert text[plan.start : plan.extent] == text
    assert text[a.start : a.extent] == "- a\n  - b"
    assert (plan.parent, a.parent, b.parent, end.parent) == (-1, 0, 1, 0)


def test_a_hostile_depth_of_quotes_is_parsed_and_not_followed_to_its_end() -> None:
    assert len(parse_blocks("> " * 5000 + "deep")) <= 1


PIECES = (
    *("# Plan", "## Week 1", "Title\n=====", "Sub\n---", "- item", "- **Tasks**:", "- **Bold**", "1. one"),
    *("  - nested", "   - deeper", "    - code or item", "Some words.\nMore words.", "**Why:** so", "Tools:"),
    *("```\ncode\n\n- x\n```", "~~~\nopen", "| a | b |\n|---|---|\n| 1 | 2 |", "> quoted", "> - quoted item"),
    *("---", "", "", "- - twice", "-", "<div>\nhtml\n</div>", "\ttabbed", "  1) one\n     two", "é ünï 漢字"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("\n".join)


def check(text: str, blocks: tuple[Block, ...]) -> None:
    """What holds for the blocks of any text."""
    for index, block in enumerate(blocks):
        own = text[block.start : block.end]
        assert own and own == own.strip()
        assert block.start < block.end <= block.extent <= len(text)
        assert -1 <= block.parent < index
        assert block.level == (blocks[block.parent].level + 1 if block.parent >= 0 else 0)
        if index:
            assert blocks[index - 1].end <= block.start
        if block.parent >= 0:
            assert blocks[block.parent].start < block.start
            assert block.extent <= blocks[block.parent].extent


@given(TEXTS)
def test_blocks_of_any_text_lie_in_reading_order_within_their_parents(text: str) -> None:
    check(text, parse_blocks(text))


@given(TEXTS)
def test_every_word_of_a_text_lies_in_a_block(text: str) -> None:
    rest = text
    for block in parse_blocks(text):
        rest = rest[: block.start] + " " * (block.end - block.start) + rest[block.end :]
    assert not any(c.isalnum() for c in rest)


def test_the_original_roadmaps_parse_into_their_sections() -> None:
    files = sorted((SHARED / "roadmaps").glob("*.txt"))
    if not files:
        pytest.skip("the source documents are not here; set ROADMAP_SHARED")
    weeks = []
    for file in files:
        text = clean(file.read_text(encoding="utf-8", errors="replace"))
        blocks = parse_blocks(text)
        check(text, blocks)
        headings = [b.title for b in blocks if b.kind == "heading"]
        assert len(headings) > 5
        weeks += [title for title in headings if title.startswith("Week ")]
    assert len(weeks) == WEEK_COUNT
