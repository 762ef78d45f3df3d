"""Lines and spans to a cited text: markers, numbers, and the limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.draft import Line, Span, block_span, cite, fit, number_spans, render
from assistant.citations import cited
from assistant.documents import Document, Source
from assistant.outline import Outline
from ingest.blocks import parse_blocks

TEXT = "# Plan\n\n## Week 1\n\n- **Tasks**:\n  - Docker\n  - Helm\n\n## Week 2\n\nKServe.\n"
DOCKER, HELM, KSERVE = (Span("plan", TEXT.index(w), TEXT.index(w) + 4) for w in ("Dock", "Helm", "KSer"))


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([Line("Docker is first.", (DOCKER,))], "Docker is first [1]."),
        ([Line("Is it Docker?", (DOCKER,))], "Is it Docker [1]?"),
        ([Line("Docker", (DOCKER,))], "Docker [1]"),
        ([Line("Both.", (DOCKER, HELM))], "Both [1][2]."),
        ([Line("Twice.", (DOCKER, DOCKER))], "Twice [1]."),
        ([Line("A.", (DOCKER,)), Line("B.", (HELM,)), Line("C.", (DOCKER,))], "A [1].\n\nB [2].\n\nC [1]."),
        ([Line("Not said in any."), Line("A.", (DOCKER,))], "Not said in any.\n\nA [1]."),
        (
            [Line("It lists:", (DOCKER,)), Line("a", (DOCKER,), 1), Line("b", (DOCKER,), 2)],
            "It lists [1]:\n\n- a\n  - b",
        ),
        (
            [Line("Both:", (DOCKER, HELM)), Line("a", (DOCKER,), 1), Line("b.", (HELM,), 1)],
            "Both [1][2]:\n\n- a [1]\n- b [2].",
        ),
        ([Line("a", (DOCKER,), 1), Line("After.", (HELM,))], "- a [1]\n\nAfter [2]."),
        ([], ""),
    ],
)
def test_markers_stand_before_the_final_mark_and_once_for_a_list(lines: list[Line], text: str) -> None:
    assert render(lines) == text


def test_citations_quote_their_spans_exactly_in_the_order_of_their_numbers() -> None:
    outline = Outline(Document(Source("plan", "roadmap", "My plan"), TEXT, parse_blocks(TEXT)))
    week, tasks = outline.children(0)[0], outline.children(outline.children(0)[0])[0]
    spans = block_span(outline, tasks, whole=True), block_span(outline, week)
    found = cite([Line("A.", spans[:1]), Line("B.", spans)], {"plan": outline})
    assert [c.n for c in found] == [1, 2]
    assert [c.quote for c in found] == ["- **Tasks**:\n  - Docker\n  - Helm", "## Week 1"]
    assert all(c.quote == TEXT[c.start : c.end] for c in found)
    assert {c.heading_path for c in found} == {("Plan", "Week 1")}
    assert found[0].title == "My plan"


def test_an_answer_that_fits_is_not_touched() -> None:
    lines = (Line("A.", (DOCKER,)),)
    assert fit(lines, 200) is lines


def test_a_long_list_says_how_much_was_left_out() -> None:
    items = tuple(Line(f"Item number {n} of the list", (DOCKER,), 1) for n in range(30))
    shown = fit((Line("It lists:", (DOCKER,)), *items), 300)
    kept = len(shown) - 2
    assert 0 < kept < 30
    assert shown[-1].text == f"… and {30 - kept} more in the cited section."


def test_closing_lines_outlast_the_lines_before_them() -> None:
    lines = (
        Line("First.", (DOCKER,)),
        Line("Second, rather long.", (HELM,)),
        Line("Where.", (KSERVE,), closing=True),
    )
    assert render(fit(lines, 25)) == "First [1].\n\nWhere [2]."
    assert render(fit(lines, 15)) == "First [1]."


def test_a_second_closing_line_goes_before_any_other() -> None:
    lines = (
        Line("First.", (DOCKER,)),
        Line("Where.", (KSERVE,), closing=True),
        Line("And where.", (HELM,), closing=True),
    )
    assert render(fit(lines, 60)) == "First [1].\n\nWhere [2].\n\nAnd where [3]."
    assert render(fit(lines, 25)) == "First [1].\n\nWhere [2]."


def test_one_long_statement_is_cut_at_a_word() -> None:
    (line,) = fit((Line("Docker " * 100, (DOCKER, HELM)),), 200)
    assert line.text.endswith("Docker …")
    assert 150 < len(render((line,))) <= 200


SPANS = st.lists(st.sampled_from([DOCKER, HELM, KSERVE]), max_size=4).map(tuple)
LINES = st.lists(
    st.builds(
        Line,
        st.text("ab .:!?|`*", min_size=1, max_size=200).filter(lambda t: any(c.isalpha() for c in t)),
        SPANS,
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
).map(tuple)


@given(LINES, st.integers(200, 400))
def test_a_fitted_answer_never_passes_its_limit(lines: tuple[Line, ...], limit: int) -> None:
    assert len(render(fit(lines, limit))) <= limit


@given(st.lists(st.builds(Line, st.sampled_from(["A.", "b", "List:"]), SPANS, st.integers(0, 2)), max_size=8))
def test_markers_and_numbers_agree(lines: list[Line]) -> None:
    assert set(cited(render(lines))) <= set(number_spans(lines).values())
    first = {span for line in lines for span in line.spans}
    assert sorted(number_spans(lines).values()) == list(range(1, len(first) + 1))
