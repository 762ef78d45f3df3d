"""Markers in an answer's text: what is one, how they are renumbered, placed and taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.citations import (
    cited,
    markers,
    place_markers,
    renumber,
    settle_markers,
    strip_markers,
)

# pieces that make markers, near-markers and everything around them; joined in any order
PIECES = st.sampled_from(
    [
        *("[1]", "[2, 3]", "[4-6]", "[9][1]", "[2024]", "[x]", "[", "]", "(", ")", "1", "12", " ", ". ", "."),
        *("KServe", "https://a.b/c", "\n", "`", "```\n", "- ", "|", ":", "**", "–", ","),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)
PLAIN = st.text(alphabet="Kab 12.,:!?()*\"'\n-", max_size=40).map(str.strip)
NUMBERS = st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Week 20 covers KServe [1].", (1,)),
        ("Both [1, 2] and [3;4] and [2].", (1, 2, 3, 4)),
        ("A run [2][1] keeps its order.", (2, 1)),
        ("A range [1-3], also with a dash [5–6].", (1, 2, 3, 5, 6)),
        ("A reversed range [3-1] names nothing.", ()),
        ("A year [2024] and a box [x] and a note [^1] are none.", ()),
        ("A link [1](https://example.org) is none.", ()),
        ("Nor [[1]](https://example.org), nor [see [1] there](https://example.org).", ()),
        ("Nor a path [1](week-20.md).", ()),
        ("In code `a[1]` it is none, after it [2] it is.", (2,)),
        ("```\na[1]\n```\nAfter the fence [2].", (2,)),
        ("```\na[1] in a fence that never closes", ()),
        ("", ()),
    ],
)
def test_what_counts_as_a_marker(text: str, numbers: tuple[int, ...]) -> None:
    assert cited(text) == numbers


@pytest.mark.parametrize(
    ("text", "known", "expected", "order"),
    [
        ("B [2]. A [1].", {1, 2}, "B [1]. A [2].", (2, 1)),
        ("B [5], again [5].", {5}, "B [1], again [1].", (5,)),
        ("Both [3, 1].", {1, 3}, "Both [1][2].", (3, 1)),
        ("Both [3] [1].", {1, 3}, "Both [1][2].", (3, 1)),
        ("Twice [3][3].", {3}, "Twice [1].", (3,)),
        ("A range [2-4].", {2, 4}, "A range [1][2].", (2, 4)),
        ("Nonsense [7] goes [99].", {1}, "Nonsense goes.", ()),
        ("Half of it [1, 99] stays.", {1}, "Half of it [1] stays.", (1,)),
        ("[9] At the start.", {1}, "At the start.", ()),
        ("One line\n  [9] and the next.", {1}, "One line\n  and the next.", ()),
        ("KServe[9] glued.", {1}, "KServe glued.", ()),
        ("KServe[1] and (Helm)[1].", {1}, "KServe [1] and (Helm) [1].", (1,)),
        ("A [9]**bold** word.", {1}, "A **bold** word.", ()),
        ("No marker at all.", {1}, "No marker at all.", ()),
        ("`a[7]` and [7](https://example.org) stay.", {1}, "`a[7]` and [7](https://example.org) stay.", ()),
    ],
)
def test_renumbering_follows_first_use_and_drops_what_is_unknown(
    text: str, known: set[int], expected: str, order: tuple[int, ...]
) -> None:
    assert renumber(text, known) == (expected, order)


def test_renumbering_continues_an_earlier_text() -> None:
    assert renumber("New [7], old [4].", {4, 7}, order=(4, 2)) == ("New [3], old [1].", (4, 2, 7))


@pytest.mark.parametrize(
    ("sentence", "numbers", "expected"),
    [
        ("Week 20 covers KServe.", (1,), "Week 20 covers KServe [1]."),
        ("Week 20 covers KServe", (1, 2), "Week 20 covers KServe [1][2]"),
        ("Really?!", (1,), "Really [1]?!"),
        ("These are its tools:", (3,), "These are its tools [3]:"),
        ("**Use KServe.**", (1,), "**Use KServe [1].**"),
        ("- KServe", (1,), "- KServe [1]"),
        ("It names KServe (and Seldon)", (1,), "It names KServe (and Seldon) [1]"),
        ("| KServe | week 20 |", (1,), "| KServe | week 20 [1] |"),
        ("```\nkubectl get pods\n```", (1,), "```\nkubectl get pods\n```\n[1]"),
        ("Twice the same.", (1, 1), "Twice the same [1]."),
        ("No number.", (), "No number."),
    ],
)
def test_markers_are_placed_before_the_final_mark(
    sentence: str, numbers: tuple[int, ...], expected: str
) -> None:
    assert place_markers(sentence, numbers) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Week 20 covers KServe. [1]", "Week 20 covers KServe [1]."),
        ("Week 20 covers KServe.[1] [2]", "Week 20 covers KServe [1][2]."),
        ("Week 20 [2] covers KServe [1]. [1][3]", "Week 20 [2] covers KServe [1][3]."),
        ("Week 20 covers KServe [1].", "Week 20 covers KServe [1]."),
        ("- KServe[1]", "- KServe [1]"),
        ("No marker.", "No marker."),
    ],
)
def test_markers_behind_the_final_mark_are_moved_before_it(sentence: str, expected: str) -> None:
    assert settle_markers(sentence) == expected


def test_stripping_leaves_the_sentence_as_it_was() -> None:
    text = "Week 20 [1] covers KServe [2][3]. `a[1]` stays."
    assert strip_markers(text) == "Week 20 covers KServe. `a[1]` stays."


@given(TEXTS, st.sets(st.integers(1, 12)))
def test_renumbered_markers_count_up_from_one_and_name_known_passages(text: str, known: set[int]) -> None:
    new, order = renumber(text, known)
    assert cited(new) == tuple(range(1, len(order) + 1))
    assert set(order) <= known
    assert len(set(order)) == len(order)


@given(TEXTS, st.sets(st.integers(1, 12)))
def test_renumbering_twice_changes_nothing_more(text: str, known: set[int]) -> None:
    new, order = renumber(text, known)
    assert renumber(new, range(1, len(order) + 1)) == (new, tuple(range(1, len(order) + 1)))


@given(TEXTS)
def test_stripping_leaves_no_marker_and_touches_no_text_without_one(text: str) -> None:
    assert markers(strip_markers(text)) == ()
    if not markers(text):
        assert strip_markers(text) == text
        assert renumber(text, {1, 2}) == (text, ())


@given(PLAIN, NUMBERS)
def test_placing_and_stripping_are_opposites(sentence: str, numbers: list[int]) -> None:
    placed = place_markers(sentence, numbers)
    assert cited(placed) == tuple(numbers)
    # a stray space before the final mark ("so !") is not kept; every other character is
    assert "".join(strip_markers(placed).split()) == "".join(sentence.split())


@given(TEXTS)
def test_offsets_cover_the_brackets(text: str) -> None:
    for marker in markers(text):
        assert text[marker.start] == "["
        assert text[marker.end - 1] == "]"
