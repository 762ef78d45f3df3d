"""Which roadmaps a question names."""

import pytest
from fakes_query import shipped

from assistant.documents import Source
from assistant.query.naming import Naming

NAMING = Naming([o.document.source for o in shipped().values()])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("What does the 2024 roadmap say about Docker?", ["roadmap-2024"]),
        ("what does roadmap-2024 say", ["roadmap-2024"]),
        ("in 2024, is Docker covered?", ["roadmap-2024"]),
        ("the six-month plan", ["six-month-plan"]),
        ("the 6 month plan", ["six-month-plan"]),
        ("the six months plan", ["six-month-plan"]),
        ("the half-year roadmap", ["six-month-plan"]),
        ("the senior roadmap", ["senior-concepts"]),
        ("the senior one", ["senior-concepts"]),
        ("the senior MLOps engineer guide", ["senior-concepts"]),
        ("the structured roadmap", ["structured-skills"]),
        ("the learning sequence", ["learning-sequence"]),
        ("the senior roadmap and the 2024 roadmap", ["senior-concepts", "roadmap-2024"]),
        ("the 2024 roadmap and the senior roadmap", ["roadmap-2024", "senior-concepts"]),
        # words of a name without the noun of a roadmap
        ("which senior engineer wrote it?", []),
        ("structured data formats", []),
        ("six projects in a month", []),
        ("which roadmap covers Docker?", []),
        ("the MLOps roadmap", []),
        ("the 2023 roadmap", []),
        ("", []),
    ],
)
def test_a_roadmap_is_named_by_title_alias_or_a_word_of_its_own(text: str, named: list[str]) -> None:
    assert list(NAMING.find(text)[0]) == named


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Does the 2024 roadmap cover Docker?", "Does the cover Docker?"),
        ("compare the senior roadmap with week 17", "compare the with week 17"),
        ("which week covers Docker?", "which week covers Docker?"),
    ],
)
def test_the_name_is_blanked_so_that_its_words_name_no_subject(text: str, rest: str) -> None:
    left = NAMING.find(text)[1]
    assert " ".join(left.split()) == rest
    assert len(left) == len(text)


@pytest.mark.parametrize(
    ("word", "tells"), [("senior", True), ("structured", True), ("roadmap", False), ("mlops", False)]
)
def test_a_telling_word_stands_in_the_names_of_one_roadmap(word: str, tells: bool) -> None:
    assert NAMING.tells(word) is tells


def test_a_word_that_two_roadmaps_share_tells_neither() -> None:
    naming = Naming(
        [
            Source("a", "roadmap", "Junior Data Roadmap"),
            Source("b", "roadmap", "Senior Data Roadmap"),
        ]
    )
    assert naming.find("the data roadmap")[0] == ()
    assert naming.find("the junior roadmap")[0] == ("a",)


def test_files_have_names_where_there_is_no_roadmap() -> None:
    file = Source("file:vintage-plan", "file", "Vintage Plan")
    assert Naming([file]).find("what does the vintage plan say?")[0] == ("file:vintage-plan",)
    beside = Naming([file, Source("a", "roadmap", "Junior Data Roadmap")])
    assert beside.find("what does the vintage plan say?")[0] == ()
