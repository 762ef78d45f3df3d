"""Whether a question leans on the turns before, and what the last answer hands on."""

import pytest
from fakes_query import outline, titles

from assistant.documents import Exchange
from assistant.query.history import carry, depends, swaps_subject

PLAN = outline(
    "# Plan\n\n"
    "## Month 1: Foundations\n\n### Week 1: Shells\n\n- Bash\n\n### Week 2: Docker\n\n- Docker\n\n"
    "## Month 2: Serving\n\n### Week 3: Serving Models\n\n- KServe\n",
)
OUTLINES = {"plan": PLAN}
MANY = 9  # words of its own


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        # nothing of its own
        ("why?", 0, True),
        ("and the tools?", 0, True),
        # a strong pointer leans whatever else is said
        ("which of them uses Kafka and Docker", MANY, True),
        ("in that week, which Docker tools are used", MANY, True),
        ("the third one, why Docker", MANY, True),
        ("what comes after that", MANY, True),
        ("which tools do I use in it?", MANY, True),
        # another subject in the same question
        ("what about Docker and Kafka", 2, True),
        ("what about Docker and Kafka and Spark and Flink", 4, False),
        ("and in the senior roadmap?", 1, True),
        # a weak pointer or a going-on leans when little else is said
        ("is Docker used there?", 1, True),
        ("also Docker", 1, True),
        ("thanks! and Docker?", 1, True),
        ("is there Docker in the Kafka week", 2, False),
        # a question that stands by itself
        ("which week covers Docker?", 1, False),
        ("What is Docker?", 1, False),
        ("the first week of the 2024 roadmap", 2, False),
        ("who wrote the first book of them?", 1, True),
    ],
)
def test_a_question_leans_on_the_last_turn_or_stands_by_itself(text: str, own: int, expected: bool) -> None:
    assert depends(text, own) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what about the 2024 roadmap?", True),
        ("and Docker?", True),
        ("ok, same for week 6", False),
        ("same for week 6", True),
        ("in month 2", True),
        ("why?", False),
        ("what about everything that you told me of Docker before", False),
    ],
)
def test_a_short_follow_up_may_only_swap_the_subject(text: str, expected: bool) -> None:
    assert swaps_subject(text) is expected


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Which week?", "Week 2: Docker covers it [1].", ["plan: Week 2: Docker"]),
        ("Which week?", "It is **Week 2: Docker** [1].", ["plan: Week 2: Docker"]),
        ("Which week?", "It stands in week 3.", ["plan: Week 3: Serving Models"]),
        ("Which weeks?", "Week 3, then week 1.", ["plan: Week 3: Serving Models", "plan: Week 1: Shells"]),
        # what the question named itself is not what "that" points at
        ("After Week 1: Shells?", "Week 1: Shells, then Week 2: Docker.", ["plan: Week 2: Docker"]),
        ("What is Week 1: Shells?", "Week 1: Shells is on Bash.", ["plan: Week 1: Shells"]),
        # the topics that a refusal offers were not talked about
        ("Which week?", "No roadmap says so. Nearest topics: Week 1: Shells; Week 2: Docker.", []),
        ("What is Bash?", "A shell.", []),
        ("Which week?", "", []),
    ],
)  # fmt: skip
def test_the_sections_that_the_last_answer_named_are_handed_on(
    question: str, answer: str, expected: list[str]
) -> None:
    assert titles(OUTLINES, carry(Exchange(question, answer), OUTLINES).places) == expected


def test_of_a_title_and_its_outer_one_the_first_named_comes_first() -> None:
    places = carry(Exchange("Where?", "Month 2: Serving, Week 3: Serving Models [1]."), OUTLINES).places
    assert titles(OUTLINES, places) == ["plan: Month 2: Serving", "plan: Week 3: Serving Models"]


def test_the_new_words_of_a_short_answer_are_handed_on() -> None:
    assert carry(Exchange("Which tool?", "The tool is KServe [1]."), OUTLINES).fresh == "The is KServe."


def test_a_long_answer_says_too_little_about_what_it_is() -> None:
    assert carry(Exchange("Which tool?", "KServe " * 40), OUTLINES).fresh == ""
