"""The support score and the sentences it is given."""

import json
import time
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.grounding import THRESHOLD, sentences, support
from assistant.grounding.evidence import url_key
from assistant.grounding.features import FEATURES
from assistant.grounding.scoring import NEUTRAL

WEEK_20 = (
    "six-month MLOps engineer roadmap > Month 5: Advanced Topics in MLOps"
    " > Week 20: Serving Models with KServe\n"
    "- **Objective:** Serve ML models at scale using KServe on Kubernetes.\n"
    "- **Topics:** KServe architecture, autoscaling, canary rollouts\n"
    "- **Project:** Deploy a model with KServe and send it traffic with a load test.\n"
    "- **Resources:** [KServe documentation](https://kserve.github.io/website/?utm_source=x)"
)
CONTAINERS = (
    "Practical Learning Sequence for MLOps > Intermediate Phase > Containerization and Orchestration\n"
    "1. **Containerization and Orchestration**\n"
    "   - **Topics:** Docker, Kubernetes, deployment strategies (blue-green, canary)\n"
    "   - **Why First:** A container packages a model with its dependencies, which gives consistency; "
    "orchestration then scales containers across systems.\n"
    "   - **Builds On:** Programming and data engineering"
)
CI = (
    "Practical Learning Sequence for MLOps > Intermediate Phase > CI/CD for ML Models\n"
    "2. **CI/CD for ML Models**\n"
    "   - **Topics:** Automation tools (Jenkins, GitHub Actions), ML-specific CI/CD (MLflow, Kubeflow)\n"
    "   - **Builds On:** Containerization; the order is containers first, CI/CD after."
)

SUPPORTED = [
    ("Week 20 of the six-month plan, Serving Models with KServe, covers it [1].", [WEEK_20]),
    ("The six-month roadmap names KServe in week 20 [1].", [WEEK_20]),
    ("According to the roadmap, the objective is to serve ML models at scale using KServe [1].", [WEEK_20]),
    ("In **Week 20** you deploy a model with `KServe` and send it traffic [1].", [WEEK_20]),
    ("- Topics: KServe architecture, autoscaling, canary rollouts [1]", [WEEK_20]),
    ("Month five covers advanced topics in MLOps [1].", [WEEK_20]),
    ("It lists three topics in total: KServe architecture, autoscaling and canary rollouts [1].", [WEEK_20]),
    ("See the [KServe documentation](https://kserve.github.io/website) [1].", [WEEK_20]),
    ("Read more at https://www.kserve.github.io/website/ [1].", [WEEK_20]),
    ("The learning sequence lists Docker, Kubernetes and deployment strategies [1].", [CONTAINERS]),
    ("CI/CD for ML Models comes right after Containerization and Orchestration [1][2].", [CONTAINERS, CI]),
    ("It builds on programming and data engineering [1].", [CONTAINERS]),
    ("| Intermediate Phase | Docker, Kubernetes | [1] |", [CONTAINERS]),
    ("CI/CD stands after containers [1].", [CI]),
    (
        "Why: there is no ML without data, so you learn to process data [1].",
        ["There is no ML without data. Here you learn to process data and manage it."],
    ),
    ("Two roadmaps mention Kubernetes [1][2].", [WEEK_20, CONTAINERS]),
    ("Jenkins and GitHub Actions are named as automation tools [2].", [CONTAINERS, CI]),
]
UNSUPPORTED = [
    ("Week 21 of the six-month plan, Serving Models with KServe, covers it [1].", [WEEK_20]),  # week
    ("Month 6 covers advanced topics in MLOps [1].", [WEEK_20]),
    ("The plan takes 20 months in all [1].", [WEEK_20]),
    ("Month 20 covers advanced topics in MLOps [1].", [WEEK_20]),  # a number that stands elsewhere
    ("Week 20 of the six-month plan, Serving Models with BentoML, covers it [1].", [WEEK_20]),  # tool
    ("In week 20 you serve ML models at scale using Seldon on Kubernetes [1].", [WEEK_20]),
    ("The topics are KServe architecture, autoscaling and 12 canary rollouts [1].", [WEEK_20]),  # number
    ("KServe is free [1].", [WEEK_20]),  # invented attributes
    ("The salary of someone who serves ML models at scale using KServe is high [1].", [WEEK_20]),
    ("Serving Models with KServe costs $49 [1].", [WEEK_20]),
    ("Week 20, Serving Models with KServe, was published on 3 March 2021 [1].", [WEEK_20]),
    ("The KServe documentation is at https://example.org/kserve [1].", [WEEK_20]),  # link
    ("A container never packages a model with its dependencies [1].", [CONTAINERS]),  # denial
    ("You need 5 hours a day [1].", ["In week 5 you need 2 hours a day."]),
    ("2.2. Snowflake is the topic [1].", ["roadmap > 2.2. Kubernetes\n- Tool: K9s"]),
    ("CI/CD stands before containers in the order [1].", [CI]),  # opposite
    ("The Beginner Phase has Containerization and Orchestration [1].", [CONTAINERS]),
    ("Terraform provisions the infrastructure in the cloud [1].", [CONTAINERS]),
    ("Bananas grow in tropical countries [1].", [WEEK_20, CONTAINERS, CI]),
]


@pytest.mark.parametrize(("sentence", "passages"), SUPPORTED)
def test_a_sentence_that_its_passages_say_is_supported(sentence: str, passages: list[str]) -> None:
    assert support(sentence, passages) >= THRESHOLD + 0.05


@pytest.mark.parametrize(("sentence", "passages"), UNSUPPORTED)
def test_a_sentence_that_says_something_else_is_not_supported(sentence: str, passages: list[str]) -> None:
    assert support(sentence, passages) < THRESHOLD


@pytest.mark.parametrize("quote", WEEK_20.split("\n") + CONTAINERS.split("\n"))
def test_a_verbatim_quote_scores_one(quote: str) -> None:
    assert support(f"{quote} [1]", [CI, WEEK_20, CONTAINERS]) == 1.0


def test_a_sentence_scores_zero_without_a_passage() -> None:
    assert support("KServe serves models.", []) == 0.0
    assert support("KServe serves models.", ["", " \n"]) == 0.0


@pytest.mark.parametrize(
    "sentence", ["Yes.", "It does. [1]", "Here is a summary of the article in 77 words:"]
)
def test_a_sentence_that_claims_nothing_is_never_the_weakest(sentence: str) -> None:
    assert support(sentence, [WEEK_20]) == NEUTRAL


def test_markers_and_markup_change_nothing() -> None:
    plain = support("KServe can serve many different models on Kubernetes", [WEEK_20])
    assert (
        support("**KServe** can serve many [2, 3] _different_ models on `Kubernetes` [1].", [WEEK_20])
        == plain
    )
    assert 0 < plain < 1


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("It takes five weeks.", "It takes 5 weeks in all."),
        ("It takes 5 weeks.", "All of it takes five weeks, they said."),
        ("It holds 1,000 rows.", "The file holds 1000 rows."),
        ("The course has 24 lessons.", "This course has twenty-four lessons."),
        ("It is the 3rd phase.", "It is called the third phase."),
        ("Use version 3.11 here.", "Use of version 3.11 is required."),
    ],
)
def test_a_number_is_the_same_in_any_spelling(claim: str, passage: str) -> None:
    assert support(claim, [passage]) > THRESHOLD
    assert (
        support(
            claim,
            [
                passage.replace("5", "7")
                .replace("five", "seven")
                .replace("1000", "2000")
                .replace("-four", "-two")
                .replace("third", "fourth")
                .replace("3.11", "3.12")
            ],
        )
        < THRESHOLD
    )


def test_a_version_is_not_its_neighbour() -> None:
    assert support("Install Python 3.1 first.", ["Install Python 3.10 first."]) < THRESHOLD


def test_spelling_and_initials_are_forgiven_but_other_names_are_not() -> None:
    passage = "Dashboards are visualized in Grafana by the Centers for Disease Control in Atlanta."
    assert support("Grafana visualizes dashboards.", [passage]) > THRESHOLD
    assert support("The dashboards of the CDC are visualised in Grafana.", [passage]) > THRESHOLD
    assert support("The dashboards are visualized in Kibana.", [passage]) < THRESHOLD


def test_british_and_american_endings_are_one_word() -> None:
    assert support("Models are optimised.", ["They optimize models."]) > THRESHOLD
    assert support("Pods are quantised.", ["Pods were quantized."]) == support(
        "Pods are quantized.", ["Pods were quantized."]
    )


def test_two_passages_are_not_read_as_neighbours() -> None:
    claim = "Docker packages the monitoring of dashboards."
    first, second = "Docker packages.", "Monitoring dashboards."
    assert support(claim, [first, second]) < support(claim, [f"{first} {second}"])


def test_the_language_go_is_a_name() -> None:
    assert (
        support(
            "Kubernetes operators are written in Go.", ["Kubernetes operators are written in Go or Java."]
        )
        > 0.5
    )
    assert (
        support("Kubernetes operators are written in Go.", ["Kubernetes operators are written in Java."])
        < 0.5
    )


def test_the_heading_path_belongs_to_every_line_below_it() -> None:
    claim = "Week 20 asks you to send traffic with a load test."
    assert support(claim, [WEEK_20]) > support(claim, [WEEK_20.replace(" > ", " / ")])


def test_words_scattered_over_a_passage_support_less_than_words_together() -> None:
    claim = "Docker packages the model for monitoring."
    together = "Nothing here.\nDocker packages the model.\nIt is for monitoring.\nThe end."
    apart = "Docker is old.\nNo text.\nHe packages a box.\nNo text.\nThe model.\nNo text.\nMonitoring."
    assert support(claim, [together]) > support(claim, [apart])


def test_a_passage_more_never_turns_a_quote_down() -> None:
    assert support("It builds on programming and data engineering.", [CI, CONTAINERS, WEEK_20]) >= THRESHOLD


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/A/?utm_source=x&utm_medium=y", "example.org/a"),
        ("http://example.org/a?b=1&utm_source=x", "example.org/a?b=1"),
        ("https://example.org/a#part", "example.org/a"),
    ],
)
def test_a_url_is_compared_without_scheme_tracking_and_fragment(url: str, key: str) -> None:
    assert url_key(url) == key


def test_the_weights_are_shipped_and_count_in_the_direction_of_their_names() -> None:
    fitted = json.loads((files("assistant.grounding") / "weights.json").read_text("utf-8"))
    assert set(fitted["weights"]) == set(FEATURES)
    assert {name for name, weight in fitted["weights"].items() if weight > 0} == {"together"}
    notice = (Path(__file__).parent.parent / "NOTICE").read_text("utf-8")
    assert [name for name in fitted["fitted_on"]["sets"] if name not in notice] == []


def test_scoring_a_sentence_takes_well_under_a_millisecond() -> None:
    passage = (WEEK_20 + "\n" + CONTAINERS)[:1000]
    claims = [
        f"Week 20 of the six-month plan, Serving Models with KServe, covers step {n} [1]." for n in range(300)
    ]
    support(claims[0], [passage])
    started = time.perf_counter()
    for claim in claims:
        support(claim, [passage])
    assert (time.perf_counter() - started) / len(claims) < 2e-3  # measured 0.1 ms; the rest is a busy machine


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_gets_a_score_between_zero_and_one(sentence: str, passages: list[str]) -> None:
    assert 0.0 <= support(sentence, passages) <= 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("One sentence", ["One sentence"]),
        ("First one. Second one! Third?", ["First one.", "Second one!", "Third?"]),
        ("Docker is named [1]. Kubernetes too [2].", ["Docker is named [1].", "Kubernetes too [2]."]),
        ("Docker is named. [1] Kubernetes too. [2][3]", ["Docker is named. [1]", "Kubernetes too. [2][3]"]),
        (
            "Tools, e.g. Docker vs. Podman, i.e. containers.",
            ["Tools, e.g. Docker vs. Podman, i.e. containers."],
        ),
        ("It covers Docker, Podman etc. Then comes CI.", ["It covers Docker, Podman etc.", "Then comes CI."]),
        ("It covers pods etc. and more.", ["It covers pods etc. and more."]),
        ("Use Python 3.11. It is fast.", ["Use Python 3.11.", "It is fast."]),
        ("See section 5.4 for it.", ["See section 5.4 for it."]),
        ("See https://a.org/x.html?y=1. It helps.", ["See https://a.org/x.html?y=1.", "It helps."]),
        ("Node.js and scikit-learn. Go.", ["Node.js and scikit-learn.", "Go."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("**Bold end.** Next one.", ["**Bold end.**", "Next one."]),
        ("Dr. Smith met J. R. Brown.", ["Dr. Smith met J. R. Brown."]),
        ("- one item\n- two. Parts\n", ["- one item", "- two.", "Parts"]),
        ("1. first [1]\n2. second [2]", ["1. first [1]", "2. second [2]"]),
        ("A line\nthat goes on.\n\nNew paragraph", ["A line that goes on.", "New paragraph"]),
        ("# Title. With a stop\nText.", ["# Title. With a stop", "Text."]),
        ("The weeks are:\n\n- Week 1\n- Week 2", ["The weeks are:\n- Week 1", "- Week 2"]),
        ("Two facts. The weeks are:\n- Week 1", ["Two facts.", "The weeks are:\n- Week 1"]),
        ("Here it is:\n\nA paragraph.", ["Here it is:", "A paragraph."]),
        ("Here it is:", ["Here it is:"]),
        ("| a | b |\n|---|---|\n| c. D | e |\n| f | g |", ["| c. D | e |", "| f | g |"]),
        ("Compare:\n\n| a | b |\n|---|---|\n| c | d |", ["Compare:\n| c | d |"]),
        ("Run:\n```sh\na. B\n\n- c\n```\nDone.", ["Run:\n```sh\na. B\n\n- c\n```", "Done."]),
        ("```\nopen. End", ["```\nopen. End"]),
        ("Before.\n\n---\n\nAfter.", ["Before.", "After."]),
    ],
)
def test_an_answer_is_cut_into_its_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet="ab. \n-:|[1]#`*", max_size=80))
def test_cutting_never_invents_a_word(text: str) -> None:
    letters = [c for c in text if c in "ab"]
    kept = [c for piece in sentences(text) for c in piece if c in "ab"]
    assert len(kept) <= len(letters)
    if "|" not in text:  # header rows are dropped
        assert kept == letters
