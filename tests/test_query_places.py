"""Sections by number, title and subject: what a question's wording means and where it leads."""

import pytest
from fakes_query import outline, shipped, titles

from assistant.query import MissingPlace, Place
from assistant.query.places import following, members, named_places, resolve, title_words, titled
from assistant.query.references import references, unit_in, without_references

WEEKS = outline(
    "# Twelve Days of Data\n\n"
    "## Week 1: Shells\n\n- Learn Bash.\n\n"
    "## Week 2: Containers with Docker\n\n- Learn Docker.\n\n"
    "## Week 3: Serving\n\n- Serve.\n",
    "weekly",
)
PHASES = outline(
    "# Phases\n\n"
    "## Beginner Phase\n\n1. **Python**\n    - Learn it.\n2. **Git**\n    - Learn it.\n\n"
    "## Advanced Phase\n\n1. **Serving**\n    - Serve.\n",
    "phased",
)
NUMBERED = outline(
    "# Skills\n\n"
    "## 1) Coding\n\n### 1.1) Shells\n\n- Bash\n\n### 1.2) Editors\n\n- Vim\n\n"
    "## 2) Serving\n\n### 2.1) Shells\n\n- None\n\n"
    "## Further Textbooks\n\n- None\n",
    "numbered",
)
WEEK_ENDS = ("Week 1: Shells", "Week 3: Serving")
STEP_ENDS = ("1. Python", "1. Serving")
PHASE_ENDS = ("Beginner Phase", "Advanced Phase")
SMALL = {o.document.source.id: o for o in (WEEKS, PHASES, NUMBERED)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # digits, words, signs and short forms
        ("What is in week 20?", [("week", "20")]),
        ("week twenty-one", [("week", "21")]),
        ("week twenty one", [("week", "21")]),
        ("Week no. 4", [("week", "4")]),
        ("week number 4", [("week", "4")]),
        ("week #4", [("week", "4")]),
        ("w12", [("week", "12")]),
        ("wk. 7", [("week", "7")]),
        ("month four", [("month", "4")]),
        ("chapter 3", [("section", "3")]),
        ("stage 2", [("phase", "2")]),
        ("section 5.4", [("section", "5.4")]),
        ("what does 5.4 say", [("section", "5.4")]),
        ("Under 5.4 and 6.2", [("section", "5.4"), ("section", "6.2")]),
        ("OAuth 2.0 or my Python 3.11", []),
        ("the 68-95-99.7 rule at 99.5%", []),
        # several, and ranges
        ("weeks 3, 5 and 8", [("week", "3"), ("week", "5"), ("week", "8")]),
        ("week 5 & week 7", [("week", "5"), ("week", "7")]),
        ("weeks 9 to 12", [("week", n) for n in ("9", "10", "11", "12")]),
        ("weeks 9-11", [("week", n) for n in ("9", "10", "11")]),
        ("weeks 11 through 9", [("week", n) for n in ("9", "10", "11")]),
        ("weeks nine until eleven", [("week", n) for n in ("9", "10", "11")]),
        ("sections 1.1 and 1.2", [("section", "1.1"), ("section", "1.2")]),
        # ordinals
        ("the 3rd month", [("month", "3")]),
        ("the twenty-first week", [("week", "21")]),
        ("the first section", [("section", "1")]),
        ("the opening week", [("week", "1")]),
        ("of the five phases, the fifth one", [("phase", "5")]),
        # no places
        ("it takes six weeks", []),
        ("Python 3.11.2", []),
        ("three tools", []),
        ("which week covers Docker?", []),
    ],
)
def test_a_reference_is_a_unit_and_a_number(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(r.unit, r.number) for r in references(text)] == expected


@pytest.mark.parametrize(
    "text", ["the last week", "the final week", "the very last week", "the closing week"]
)
def test_the_last_one_is_a_reference_without_a_number(text: str) -> None:
    (reference,) = references(text)
    assert (reference.unit, reference.number, reference.edge) == ("week", "", "last")


def test_a_range_without_end_is_cut() -> None:
    assert len(references("weeks 1 to 9999")) == 61


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Which tools are in week 10 of it?", "Which tools are in of it?"),
        ("the third month, please", "the , please"),
        ("learn SQL in six weeks", "learn SQL in"),
        ("compare 5.4 with w12", "compare with"),
        ("Python 3", "Python 3"),
    ],
)
def test_places_and_durations_are_blanked_out_of_a_subject(text: str, left: str) -> None:
    assert " ".join(without_references(text).split()) == left


@pytest.mark.parametrize(
    ("text", "unit"),
    [("which stages or weeks", "week"), ("the Categories", "section"), ("no place", ""), ("weekly", "")],
)
def test_the_unit_named_last_counts(text: str, unit: str) -> None:
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    ("source", "unit", "numbers"),
    [
        ("weekly", "week", ["1", "2", "3"]),
        ("weekly", "month", []),
        ("weekly", "section", []),
        ("phased", "phase", ["", ""]),
        ("phased", "step", ["1", "2", "1"]),
        ("numbered", "section", ["1", "1.1", "1.2", "2", "2.1"]),
        ("numbered", "week", []),
    ],
)
def test_the_members_of_a_unit_are_its_headings(source: str, unit: str, numbers: list[str]) -> None:
    assert [number for _, number in members(SMALL[source], unit)] == numbers


@pytest.mark.parametrize(
    ("text", "sources", "expected"),
    [
        ("week 2", "all", ["weekly: Week 2: Containers with Docker"]),
        ("the second week", "all", ["weekly: Week 2: Containers with Docker"]),
        ("the last week", "weekly", ["weekly: Week 3: Serving"]),
        ("the Docker week", "all", ["weekly: Week 2: Containers with Docker"]),
        ("weeks 1 and 3", "all", ["weekly: Week 1: Shells", "weekly: Week 3: Serving"]),
        ("weeks 2 to 3", "all", ["weekly: Week 2: Containers with Docker", "weekly: Week 3: Serving"]),
        ("the beginner phase", "all", ["phased: Beginner Phase"]),
        ("the second phase", "all", ["phased: Advanced Phase"]),
        ("the last phase", "all", ["phased: Advanced Phase"]),
        ("step 2 of the beginner phase", "phased", ["phased: 2. Git"]),
        ("step 1 of the advanced phase", "all", ["phased: 1. Serving"]),
        ("section 1.2", "all", ["numbered: 1.2) Editors"]),
        ("the last section", "numbered", ["numbered: Further Textbooks"]),
        ("the editors section", "all", ["numbered: 1.2) Editors"]),
        ("the section on editors", "all", ["numbered: 1.2) Editors"]),
        ("which week is about Docker", "all", []),
        ("this week", "all", []),
        ("Docker", "all", []),
    ],
)  # fmt: skip
def test_a_place_is_found_in_the_document_that_has_it(text: str, sources: str, expected: list[str]) -> None:
    places, missing = resolve(text, SMALL, list(SMALL) if sources == "all" else [sources])
    assert titles(SMALL, places) == expected
    assert missing == ()


@pytest.mark.parametrize(
    ("text", "sources", "expected"),
    [
        ("week 9", ["weekly"], MissingPlace("week", "9", "weekly", *WEEK_ENDS)),
        ("the ninth week", ["weekly"], MissingPlace("week", "9", "weekly", *WEEK_ENDS)),
        ("the fifth phase", ["phased"], MissingPlace("phase", "5", "phased", *PHASE_ENDS)),
        ("section 7.1", ["numbered"], MissingPlace("section", "7.1", "numbered", "1) Coding", "2.1) Shells")),
        ("week 2", ["phased"], MissingPlace("week", "2", "phased")),
        # its number is elsewhere, not in the phase that was named
        ("step 2 of the advanced phase", ["phased"], MissingPlace("step", "2", "phased", *STEP_ENDS)),
        ("sprint 2", list(SMALL), MissingPlace("sprint", "2")),
        ("week 0", ["weekly"], MissingPlace("week", "0", "weekly", *WEEK_ENDS)),
    ],
)  # fmt: skip
def test_a_place_that_is_not_there_says_what_is(
    text: str, sources: list[str], expected: MissingPlace
) -> None:
    assert resolve(text, SMALL, sources) == ((), (expected,))


def test_of_two_places_the_one_that_is_there_is_kept() -> None:
    places, missing = resolve("weeks 3 and 4", SMALL, list(SMALL))
    assert titles(SMALL, places) == ["weekly: Week 3: Serving"]
    assert [m.number for m in missing] == ["4"]


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("week 20", "", "six-month-plan: Week 20: Serving Models with KServe"),
        ("month 4", "", "six-month-plan: Month 4: Cloud Deployment and Infrastructure as Code"),
        ("section 5.4", "roadmap-2024", "roadmap-2024: 5.4. Data Lineage and Feature Stores"),
        ("section 1.10", "senior-concepts", "senior-concepts: 1.10) Software Development Life-Cycle"),
        ("the last week", "", "six-month-plan: Week 24: Interview Preparation & Portfolio Polish"),
        ("the third phase", "", "learning-sequence: Advanced Phase"),
        ("the KServe week", "", "six-month-plan: Week 20: Serving Models with KServe"),
        (
            "the last section",
            "structured-skills",
            "structured-skills: Next Steps for Hands-On Learning and Community Engagement",
        ),
    ],
)
def test_the_shipped_roadmaps_have_their_places(text: str, source: str, expected: str) -> None:
    places, missing = resolve(text, shipped(), [source] if source else list(shipped()))
    assert titles(shipped(), places) == [expected]
    assert not missing


def test_a_number_that_two_sections_carry_goes_to_the_one_whose_headings_fit() -> None:
    both = [p.source for p in resolve("section 1", SMALL, ["phased", "numbered"])[0]]
    assert set(both) == {"phased", "numbered"}
    places, _ = resolve("section 1 on coding", SMALL, ["phased", "numbered"])
    assert titles(SMALL, places) == ["numbered: 1) Coding"]


def test_a_title_of_two_words_names_its_section_without_a_unit() -> None:
    assert titles(SMALL, titled("list the further textbooks", SMALL, list(SMALL))) == [
        "numbered: Further Textbooks"
    ]
    assert titled("list the shells", SMALL, list(SMALL)) == ()


def test_the_words_of_a_title_say_where_and_not_what() -> None:
    places = named_places("tools of the Docker week", SMALL, list(SMALL))
    assert {"docker", "contain"} <= title_words(places, SMALL)
    assert "week" not in title_words(places, SMALL)


def place(source: str, title: str, unit: str = "") -> Place:
    blocks = SMALL[source].blocks
    return Place(source, next(i for i, b in enumerate(blocks) if b.title == title), unit)


@pytest.mark.parametrize(
    ("start", "offset", "expected"),
    [
        (place("weekly", "Week 1: Shells", "week"), 1, "Week 2: Containers with Docker"),
        (place("weekly", "Week 3: Serving"), -2, "Week 1: Shells"),
        (place("weekly", "Week 3: Serving", "week"), 1, None),
        (place("weekly", "Week 1: Shells", "week"), -1, None),
        (place("phased", "Beginner Phase", "phase"), 1, "Advanced Phase"),
        (place("numbered", "1) Coding", "section"), 1, "2) Serving"),
        (place("numbered", "1.2) Editors", "section"), 1, "2.1) Shells"),
        (place("numbered", "Further Textbooks"), -1, "2) Serving"),
    ],
)
def test_what_follows_is_of_the_same_kind_and_depth(start: Place, offset: int, expected: str | None) -> None:
    found = following(SMALL[start.source], start, offset)
    assert (SMALL[start.source].blocks[found].title if found >= 0 else None) == expected
