"""Chunks of a document: exact, without overlap, without loss, and never through an item or a fence."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Chunk, Document, Source
from assistant.settings import SplitterSettings
from ingest.blocks import parse_blocks
from ingest.clean import clean
from ingest.split import split

SHARED = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared"))
SMALL = SplitterSettings(max_chars=200)
SENTENCE = "Docker packs a model with everything that it needs. "


def document(text: str) -> Document:
    return Document(Source("plan", "file", "Plan"), text, parse_blocks(text))


def cut(text: str, settings: SplitterSettings = SMALL) -> list[Chunk]:
    return split(document(text), settings)


def check(found: Document, chunks: list[Chunk]) -> None:
    """What holds for the chunks of any document."""
    text = found.text
    position = 0
    headings = [(b.start, b.end) for b in found.blocks if b.kind == "heading"]
    gaps = []
    for chunk in chunks:
        assert chunk.text == text[chunk.start : chunk.end] and chunk.text.strip()
        assert chunk.start >= position, "chunks overlap or stand out of order"
        gaps.append((position, chunk.start))
        position = chunk.end
    gaps.append((position, len(text)))
    for start, end in gaps:
        kept = "".join(
            c for i, c in enumerate(text[start:end], start) if not any(s <= i < e for s, e in headings)
        )
        assert not any(c.isalnum() for c in kept), f"lost: {kept!r}"
    for block in found.blocks:
        if block.kind in ("item", "code"):
            holding = [c for c in chunks if c.start < block.end and block.start < c.end]
            assert len(holding) == 1, f"cut: {text[block.start : block.end]!r}"


PIECES = st.sampled_from(
    [
        *("# Plan", "## Week 1", "### Day", "- a short item", "  - a nested one", "1. **Bold**", "", "---"),
        *(
            "- **Tasks**:",
            "Tools:",
            "> a quote",
            "- - twice",
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "Title\n===",
        ),
        *(f"- {SENTENCE * 3}", f"  - {SENTENCE * 6}", SENTENCE * 2, SENTENCE * 9, "word " * 90, "x" * 450),
        *(
            "```\nshort\n```",
            "```\n" + "code\n" * 80 + "```",
            "| a | b |\n|---|---|\n" + "| row | cell |\n" * 30,
        ),
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=10).flatmap(
    lambda parts: st.sampled_from(["\n", "\n\n"]).map(lambda join: join.join(parts))
)


@given(TEXTS)
def test_chunks_are_exact_whole_and_apart(text: str) -> None:
    found = document(text)
    check(found, split(found, SMALL))


def test_a_small_section_is_one_chunk_with_its_heading() -> None:
    chunks = cut("# Plan\n\n## Week 1\n\n- Docker\n- Helm\n\n## Week 2\n\nKServe.")
    assert [c.text for c in chunks] == ["## Week 1\n\n- Docker\n- Helm", "## Week 2\n\nKServe."]
    assert [c.heading_path for c in chunks] == [("Plan", "Week 1"), ("Plan", "Week 2")]


def test_a_heading_with_nothing_beneath_it_is_a_chunk() -> None:
    assert [c.text for c in cut("# Plan\n\n## 8.1) Training\n\n## 8.2) Inference")] == [
        "## 8.1) Training",
        "## 8.2) Inference",
    ]


def test_a_heading_travels_with_the_first_piece_of_what_it_opens() -> None:
    chunks = cut(f"# Plan\n\n{SENTENCE * 12}")
    assert len(chunks) > 1
    assert chunks[0].text.startswith("# Plan\n\nDocker packs")
    assert all(c.heading_path == ("Plan",) for c in chunks)


def test_long_prose_is_cut_between_sentences() -> None:
    chunks = cut(SENTENCE * 12)
    assert len(chunks) > 2
    assert all(c.text.endswith("needs.") and len(c.text) <= SMALL.max_chars for c in chunks)


def test_a_long_table_is_cut_between_its_rows_and_keeps_its_head_as_context() -> None:
    chunks = cut("| tool | week |\n|---|---|\n" + "| KServe | 20 |\n" * 40)
    assert len(chunks) > 1
    assert all(line.startswith("|") and line.endswith("|") for c in chunks for line in c.text.split("\n"))
    assert "tool" in chunks[1].context


def test_a_nested_item_in_a_later_chunk_carries_the_words_of_the_item_above() -> None:
    chunks = cut("# Plan\n\n- Serve with KServe\n" + "".join(f"  - {SENTENCE}{n}\n" for n in range(9)))
    assert len(chunks) > 1
    assert "Serve with KServe" in chunks[-1].context
    assert "Serve with KServe" not in chunks[-1].text


def test_a_larger_limit_makes_fewer_chunks() -> None:
    text = "# Plan\n\n" + "".join(f"- {SENTENCE}\n" for _ in range(40))
    assert len(cut(text, SplitterSettings(max_chars=1600))) < len(cut(text))


def test_a_chunk_is_named_by_its_source_and_offsets() -> None:
    (chunk,) = cut("Docker.")
    assert chunk.id == "plan:0-7"


def test_nothing_but_blank_lines_makes_no_chunk() -> None:
    assert cut("\n \n") == []


@pytest.mark.parametrize("limit", [200, 600, 1600])
def test_the_original_roadmaps_are_cut_without_loss(limit: int) -> None:
    files = sorted((SHARED / "roadmaps").glob("*.txt"))
    if not files:
        pytest.skip("the source documents are not here; set ROADMAP_SHARED")
    for file in files:
        found = document(clean(file.read_text(encoding="utf-8", errors="replace")))
        chunks = split(found, SplitterSettings(max_chars=limit))
        check(found, chunks)
        assert len(re.findall(r"https?://", found.text)) == sum(
            len(re.findall(r"https?://", c.text)) for c in chunks
        )
