"""The shape of answer, the unit, the direction and the labels that a question's wording asks for."""

import pytest

from assistant.query import Ask
from assistant.query.cues import fit
from assistant.query.intent import ask_of, facets_of, offset_of, settled_ask, unit_asked
from assistant.query.lexicon import facet_of, unit_of


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("What was KServe once named?", Ask.FACT),
        ("which tool serves models in week 20", Ask.FACT),
        ("Docker", Ask.FACT),
        ("What is data drift?", Ask.DEFINITION),
        ("what's a feature store", Ask.DEFINITION),
        ("Define CI/CD", Ask.DEFINITION),
        ("explain the term drift", Ask.DEFINITION),
        ("What does IaC stand for?", Ask.DEFINITION),
        ("List the tools of week 10", Ask.LIST),
        ("What tools are used for monitoring?", Ask.LIST),
        ("which books help with statistics", Ask.LIST),
        ("name three vector databases", Ask.LIST),
        ("what are the building blocks of MLOps", Ask.LIST),
        ("How many weeks does the plan have?", Ask.COUNT),
        ("how long is the six-month plan", Ask.COUNT),
        ("the number of phases", Ask.COUNT),
        ("Which week covers KServe?", Ask.PLACE),
        ("In what month does Terraform come up?", Ask.PLACE),
        ("where is SQL covered?", Ask.PLACE),
        ("when do I learn Docker", Ask.PLACE),
        ("under which heading does DVC stand", Ask.PLACE),
        ("Which roadmaps mention Kafka?", Ask.MENTIONS),
        ("Do all roadmaps cover Docker?", Ask.MENTIONS),
        ("who recommends Terraform?", Ask.MENTIONS),
        ("Where can I learn Airflow?", Ask.LINKS),
        ("send me something on Docker", Ask.LINKS),
        ("a good course on SQL", Ask.LINKS),
        ("links for DVC", Ask.LINKS),
        ("anything to read up on drift", Ask.LINKS),
        ("Compare Docker in the senior roadmap and the 2024 roadmap", Ask.COMPARISON),
        ("What do the roadmaps say about testing?", Ask.COMPARISON),
        ("Docker vs Podman", Ask.COMPARISON),
        ("tell me about MLflow", Ask.COMPARISON),
        ("Why does Docker come before Kubernetes?", Ask.REASON),
        ("what is the point of a model registry", Ask.REASON),
        ("What comes after Docker?", Ask.ORDER),
        ("what should I learn first", Ask.ORDER),
        ("the prerequisites of Kubernetes", Ask.ORDER),
        ("Is Docker covered?", Ask.YES_NO),
        ("so does it use Spark?", Ask.YES_NO),
        ("Who wrote Designing Data-Intensive Applications?", Ask.PERSON),
        ("the author of that book", Ask.PERSON),
    ],
)
def test_the_wording_tells_the_shape_of_the_answer(text: str, ask: Ask) -> None:
    assert ask_of(text) is ask


@pytest.mark.parametrize(
    ("text", "facts", "ask"),
    [
        ("which week has it", {"unit": "week", "offset": 1}, Ask.ORDER),
        ("what is there", {"offset": -1, "placed": True}, Ask.ORDER),
        ("what does it say", {"offset": 1}, Ask.FACT),
        ("which week", {"unit": "week", "facets": ("builds on",)}, Ask.ORDER),
        ("what is the difference between Docker and Kubernetes?", {}, Ask.FACT),
        ("what is the difference between the roadmaps?", {}, Ask.COMPARISON),
        ("what does it offer", {"facets": ("course",)}, Ask.LINKS),
        ("which week has a course", {"facets": ("course",), "unit": "week"}, Ask.PLACE),
        ("what do they say", {"roadmaps": 2}, Ask.COMPARISON),
        ("why do they say so", {"roadmaps": 2}, Ask.REASON),
    ],
)
def test_places_labels_and_roadmaps_settle_the_shape(text: str, facts: dict, ask: Ask) -> None:
    nothing = {"facets": (), "unit": "", "offset": 0, "roadmaps": 0, "placed": False}
    assert settled_ask(text, **{**nothing, **facts}) is ask


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("what comes after week 3", 1),
        ("the following month", 1),
        ("what is next", 1),
        ("once I have learnt Docker", 1),
        ("what comes before week 3", -1),
        ("the previous step", -1),
        ("the prerequisites of Kubernetes", -1),
        ("what does week 9 build on", -1),
        ("what was KServe called before?", 0),
        ("what is next to Docker", 0),
        ("the following tools", 0),
        ("which week covers Docker", 0),
    ],
)
def test_the_direction_is_before_or_after(text: str, offset: int) -> None:
    assert offset_of(text) == offset


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("which week covers Docker", "week"),
        ("how many months is it", "month"),
        ("list all phases", "phase"),
        ("what chapter is it in", "section"),
        ("in which of the categories", "section"),
        ("list the tools step by step", ""),
        ("what do I learn. A week is short", ""),
        ("week 4", ""),
    ],
)
def test_the_unit_asked_for_is_told_from_one_that_is_named(text: str, unit: str) -> None:
    assert unit_asked(text) == unit


@pytest.mark.parametrize(
    ("text", "facets"),
    [
        ("the project of week 9", ("project",)),
        ("what do I build in week 9", ("project",)),
        ("what does week 9 build on", ("builds on",)),
        ("the building blocks", ()),
        ("tasks and resources", ("task", "resource")),
        ("what do I have to do in week 4", ("task",)),
        ("the next steps", ()),
        ("its purpose", ()),
        ("the purpose of week 4", ("objective",)),
        ("the stretch goal", ("stretch goal",)),
        ("why so early", ("why",)),
        ("a youtube tutorial", ("tutorial", "video")),
        ("Docker", ()),
    ],
)
def test_labels_are_heard_in_many_words(text: str, facets: tuple[str, ...]) -> None:
    assert facets_of(text) == facets


@pytest.mark.parametrize(
    ("label", "facet"),
    [
        ("Tasks", "task"),
        ("Resources", "resource"),
        ("Useful Links", "resource"),
        ("Learning Objective", "objective"),
        ("Why this order", "why"),
        ("Builds on", "builds on"),
        ("Drift Detection", ""),
        ("Build Systems", ""),
        ("A Label of Tools and More", ""),
        ("", ""),
    ],
)
def test_a_label_of_a_document_stands_for_a_facet_or_for_itself(label: str, facet: str) -> None:
    assert facet_of(label) == facet


@pytest.mark.parametrize(
    ("word", "unit"),
    [("Weeks", "week"), ("categories", "section"), ("stage", "phase"), ("weekly", ""), ("s", ""), ("", "")],
)
def test_a_unit_is_named_in_singular_or_plural(word: str, unit: str) -> None:
    assert unit_of(word) == unit


@pytest.mark.parametrize(
    ("question", "passage", "bonus"),
    [
        ("which command lists pods", "Run `kubectl get pods`.", 0.6),
        ("which command lists pods", "Use `kubectl`.", 0.0),
        ("what was it called before", "formerly KFServing", 0.4),
        ("which tools", "a broker such as Kafka", 0.4),
        ("which tools", "a broker such as that one", 0.0),
        ("which tools", "use Kafka", 0.4),
        ("which file types", "columnar files (`.parquet`)", 0.4),
        ("when should it be retrained", "Define triggers for it.", 0.4),
        ("who made it", "formerly KFServing, such as `a b`", 0.0),
    ],
)
def test_a_passage_fits_when_it_looks_like_the_answer_expected(
    question: str, passage: str, bonus: float
) -> None:
    assert fit(question, passage) == bonus
