import pytest

from assistant.documents import Answer, Citation, TraceStep
from assistant.ui.answer_text import note, plain_words, render_answer, render_trace, shown

ID = "0b9f7c1e-0000-4000-8000-000000000000"


def cited(n: int = 1, title: str = "Plan", path: tuple[str, ...] = ("Plan", "Week 9")) -> Citation:
    return Citation(n, "plan", "roadmap", title, path, None, "quote", 0, 5)


@pytest.mark.parametrize(
    ("written", "passed_on"),
    [
        ("Plain words, 10:30, a: b", "Plain words, 10:30, a: b"),
        ("<script>alert(1)</script>", r"\<script>alert(1)\</script>"),
        ("a ![spy](https://x.org/a.png) b", "a [spy](https://x.org/a.png) b"),
        ("![spy][ref]", r"\![spy][ref]"),
        ("[go](javascript:alert(1))", "go"),
        ("[go](/logout)", "go"),
        ("[docs](https://x.org/a:b_(c))", "[docs](https://x.org/a:b_(c))"),
        ("[](https://x.org)", r"[https\://x\.org](https://x.org)"),
        ("see https://x.org/a:b/$c now", "see https://x.org/a:b/$c now"),
        ("image:tag and ::b and :::note", r"image\:tag and \:\:b and \:\:\:note"),
        ("`a:b <c> $d` e:f", r"`a:b <c> $d` e\:f"),
        ("```\na:b [1] <c>\n```\nd:e", "```\na:b [1] <c>\n```\nd\\:e"),
        ("```\nunfinished a:b", "```\nunfinished a:b"),
        ("costs $5 to $10", r"costs \$5 to \$10"),
        ("$5-$10", r"\$5-\$10"),
        ("the loss $L = a^2$ falls", "the loss $L = a^2$ falls"),
        ("$$a < b$$", "$$a < b$$"),
        ("no source [7]", r"no source \[7\]"),
        ("- **Bold** item\n- _em_", "- **Bold** item\n- _em_"),
        ("| a | b |\n|---|---|", "| a | b |\n|---|---|"),
    ],
)
def test_the_page_shows_words_and_nothing_else(written: str, passed_on: str) -> None:
    assert shown(written, ID, {}) == passed_on


def test_a_marker_with_a_citation_becomes_a_link_that_names_its_place() -> None:
    answer = Answer("q", "An API [1][2] [3].", False, (cited(1), cited(2, 'A "B" \\ C', ())))
    assert render_answer(answer, ID) == (
        f'An API [\\[1\\]](#cite-{ID}-1 "Plan › Week 9")[\\[2\\]](#cite-{ID}-2 "A  B    C") \\[3\\].'
    )


def test_a_refusal_names_the_nearest_topics_that_its_text_leaves_out() -> None:
    answer = Answer("q", "Not said. Nearest: Docker.", True, nearest=("Docker", "CI/CD: <b>"))
    assert render_answer(answer, ID).endswith(r"**Nearest topics:** CI/CD\: \<b\>")
    named = Answer("q", "Not said. Nearest: Docker.", True, nearest=("Docker",))
    assert "Nearest topics" not in render_answer(named, ID)


def test_a_notice_stands_apart_as_one_plain_line() -> None:
    answer = Answer("q", "Text.", False, notice="The model\nstopped <b>.")
    assert render_answer(answer, ID) == "Text.\n\n> The model stopped \\<b\\>\\."
    assert note("a\n\n# b") == r"> a \# b"


def test_the_trace_is_one_line_a_step_with_its_time() -> None:
    steps = (TraceStep("Searched", "8 of 300", ms=7.6), TraceStep("Wrote *it*", "", ms=0.2))
    assert render_trace(steps) == "1. **Searched**: 8 of 300 · 8 ms\n2. **Wrote \\*it\\***"


def test_plain_words_keep_every_character_and_one_line() -> None:
    assert plain_words("a_b*\n [c](d) $") == r"a\_b\* \[c\]\(d\) \$"
