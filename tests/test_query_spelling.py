"""Typos mended against the sources, and words left alone that are right or simply not theirs."""

import pytest
from fakes_query import shipped

from assistant.query.spelling import Speller

TEXT = (
    "Track experiments with MLflow. MLflow stores runs; MLflow serves models. MLflow has a registry. "
    "Monitor with Prometheus and Grafana. Serve with FastAPI and KServe on Kubernetes. "
    "Schedule with Airflow. Version data with DVC. Write Python. Store code on GitHub; run git hub days."
)
SPELLER = Speller([TEXT])
SHIPPED = Speller(o.document.text for o in shipped().values())


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("promethius", "prometheus"),
        ("kubernets", "kubernetes"),
        ("kubenretes", "kubernetes"),
        ("grafanna", "grafana"),
        ("pyhton", "python"),
        ("aiflow", "airflow"),
        ("wich week covers it", "which week covers it"),
        ("waht is MLflow", "what is MLflow"),
        ("hwo does it work", "how does it work"),
        ("which porject is it", "which project is it"),
        ("fast api", "fastapi"),
        ("fast-api", "fastapi"),
        ("ml flow", "mlflow"),
        ("k serve", "kserve"),
    ],
)
def test_a_typo_is_mended(typed: str, mended: str) -> None:
    assert SPELLER.mend(typed)[0] == mended


@pytest.mark.parametrize(
    "typed",
    [
        # words of the sources, of English and of asking
        "Which week covers MLflow and KServe?",
        "what is the salary of a plumber",
        "retraining", "containers", "trained models",
        # tools that are not in the sources, some a letter or two away from one that is
        "Jenkins", "Pulumi", "Flink", "Snowflake", "Ansible", "Nomad", "Dagster", "Prefect", "Tekton",
        # short forms, numbers and symbols
        "k8s", "sklearn", "db", "week 20", "5.4", "C++", "CI/CD",
        # both halves are words of the sources and the joined name is rare
        "git hub",
        "",
    ],
)  # fmt: skip
def test_a_right_word_is_left_alone(typed: str) -> None:
    assert SPELLER.mend(typed) == (typed, ())


@pytest.mark.parametrize(
    "tool",
    [
        *(
            "Jenkins",
            "Pulumi",
            "Flink",
            "Snowflake",
            "Ansible",
            "Nomad",
            "Dagster",
            "Tekton",
            "Hadoop",
            "Dask",
        ),
        *(
            "Podman",
            "Thanos",
            "Scala",
            "Golang",
            "Buildah",
        ),  # near "Postman", "thanks", "scale", "going", "build"
        *("GPT", "CNN", "SRE", "AKS", "TOML"),  # near "get", "can", "sure", "ask", "tool"
    ],
)
def test_a_tool_that_the_roadmaps_lack_is_not_turned_into_one_they_have(tool: str) -> None:
    assert SHIPPED.mend(f"which week covers {tool}?") == (f"which week covers {tool}?", ())


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("promethius", "prometheus"),
        ("Promethius", "prometheus"),
        ("teraform", "terraform"),
        ("kuberentes", "kubernetes"),
        ("dockr", "docker"),
        ("Klepman", "kleppmann"),
    ],
)
def test_typos_of_the_roadmaps_tools_are_mended(typed: str, mended: str) -> None:
    assert SHIPPED.mend(f"what is {typed}?") == (f"what is {mended}?", ((typed, mended),))


def test_a_rare_word_is_a_typo_only_beside_a_word_that_stands_beside_the_right_one() -> None:
    assert SHIPPED.mend("who wrote Python Crash Corse?")[0] == "who wrote Python Crash course?"
    assert SHIPPED.mend("who buried the corse?") == ("who buried the corse?", ())


def test_an_ending_on_a_short_word_that_the_sources_lack_does_not_make_a_word() -> None:
    assert SHIPPED.mend("the learing sequence")[0] == "the learning sequence"


def test_each_replacement_is_told_with_the_word_as_it_was_typed() -> None:
    text, corrections = SPELLER.mend("Wich week covers Promethius?")
    assert text == "which week covers prometheus?"
    assert corrections == (("Wich", "which"), ("Promethius", "prometheus"))


def test_the_frame_of_another_language_is_no_typo_but_a_name_in_it_is() -> None:
    assert SPELLER.mend("dans kubernets", english=False) == (
        "dans kubernetes",
        (("kubernets", "kubernetes"),),
    )


def test_of_a_short_word_letters_may_be_swapped_or_missing_but_none_wrong() -> None:
    assert SPELLER.mend("dvd") == ("dvd", ())  # one letter from "DVC" and from "did"
    assert SPELLER.mend("teh wht")[0] == "the what"


def test_in_a_title_capitals_mark_no_names() -> None:
    assert SPELLER.mend("Which Prokect Is That")[0] == "Which project Is That"
    assert SPELLER.mend("I asked which Prokect that is")[0] == "I asked which Prokect that is"


def test_a_word_with_two_slips_must_be_long() -> None:
    assert SPELLER.mend("promeheuss")[0] == "prometheus"
    assert SPELLER.mend("grfna")[0] == "grfna"
