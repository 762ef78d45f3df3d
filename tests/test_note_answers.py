"""Questions that study notes answer, asked of the shipped corpus with the real model."""

from pathlib import Path

import pytest

from assistant.answer.notes.explain import _lacks_attribute
from assistant.answer.notes.explainer import Explainer
from assistant.bootstrap import Assistant
from assistant.citations import cited
from evals.cases import load_dataset
from evals.spans import Letters

LEARNERS = Path(__file__).parent.parent / "evals" / "datasets" / "learners.jsonl"
CANARY = "What is a canary release and when do I use it?"
# question, words of the answer, the note that explains; a roadmap is cited beside it
EXPLAINED: list[tuple[str, list[str], str]] = [
    # what, why, when
    (CANARY, ["small share", "Use a canary release"], "canary-releases"),
    ("explain the CAP theorem", ["consistency", "availability", "partition"], "cap-theorem"),
    ("what does idempotent mean?", ["several times", "same effect"], "idempotency"),
    ("whats a pod in k8s", ["smallest unit"], "kubernetes"),
    ("what is overfitting", ["training"], "bias-variance"),
    ("Why do I need normalization in databases?", ["Use normalization"], "normalization"),
    ("what is cross site scripting", ["script"], "web-security"),
    ("kserve newbie here. what's an InferenceService?", ["InferenceService"], "kserve"),
    ("how do i use fixtures in pytest", ["`@pytest.fixture`"], "pytest"),
    ("Explain how backpropagation works", ["chain rule"], "neural-networks"),
    ("how does a load balancer know which server is healthy", ["health check"], "load-balancing"),
    ("what does the 68-95-99.7 rule mean for a normal distribution", ["95"], "gaussian-distributions"),
    ("Common mistakes people make when they write REST APIs", ["- "], "rest-api"),
    # comparisons
    ("LoRA or full fine-tuning?", ["LoRA", "full fine-tuning"], "peft-lora"),
    ("canary vs blue-green?", ["all traffic at once"], "canary-releases"),
    ("what is the difference between REST and gRPC?", ["REST", "gRPC"], "rest-api"),
    ("when should I use kafka instead of rabbitmq", ["Choose"], "rabbitmq"),
    # mistakes, prerequisites, effort, examples, practice
    ("what are common mistakes when using random forests?", ["Common mistakes", "- "], "decision-trees"),
    ("what should I learn before transformers?", ["PyTorch", "Embeddings"], "transformers"),
    ("do I really need linear algebra before embeddings?", ["vectors"], "embeddings"),
    ("how long does it take to learn prometheus?", ["8 hours"], "prometheus-grafana"),
    ("show me an example of hypothesis testing", ["```python\n", "z ="], "hypothesis-testing"),
    ("how do I practice canary releases?", ["Task:", "Done when:"], "canary-releases"),
]  # fmt: skip

# what a roadmap states or lists is answered from it, notes or not
OF_ROADMAPS = [
    "What does the senior roadmap list under 3.4?",
    "Which week covers KServe?",
    "List the LLM frameworks and libraries",
    "Which roadmaps mention canary releases?",
    "Where can I learn Kubernetes?",
    "According to the senior roadmap, what belongs to bloom filters?",
]
REFUSED = [
    "Is Kubernetes better than Nomad?",
    "How do I use ZenML stacks?",
    "how do I install Argo CD?",
    "who invented docker",
    "what does an mlops engineer earn in Berlin?",
    "explain quantum entanglement to a beginner",
    "How much does the Bash mastery course cost?",
]


@pytest.mark.parametrize(("question", "holds", "note"), EXPLAINED, ids=[row[0] for row in EXPLAINED])
def test_a_note_explains_and_a_roadmap_says_where_it_belongs(
    shipped_assistant: Assistant, question: str, holds: list[str], note: str
) -> None:
    answer = shipped_assistant.ask(question)
    assert not answer.refused, answer.text
    assert [part for part in holds if part not in answer.text] == [], answer.text
    kinds = {citation.source: citation.kind for citation in answer.citations}
    assert kinds.get(f"note:{note}") == "note", answer.citations
    assert "roadmap" in kinds.values(), answer.citations
    assert set(cited(answer.text)) == {citation.n for citation in answer.citations}


@pytest.mark.parametrize("question", OF_ROADMAPS)
def test_what_a_roadmap_says_is_answered_from_it(shipped_assistant: Assistant, question: str) -> None:
    answer = shipped_assistant.ask(question)
    assert {citation.kind for citation in answer.citations} <= {"roadmap"}, answer.text


@pytest.mark.parametrize("question", REFUSED)
def test_what_neither_roadmaps_nor_notes_say_is_refused(shipped_assistant: Assistant, question: str) -> None:
    answer = shipped_assistant.ask(question)
    assert answer.refused, answer.text


def test_a_restriction_to_roadmaps_takes_their_notes_along(shipped_assistant: Assistant) -> None:
    within = shipped_assistant.ask("what is a bloom filter?", roadmaps=["senior-concepts"])
    assert "note:bloom-filters" in {citation.source for citation in within.citations}
    outside = shipped_assistant.ask("what is a bloom filter?", roadmaps=["six-month-plan"])
    assert "note:bloom-filters" not in {citation.source for citation in outside.citations}
    assert {citation.source for citation in outside.citations} <= {"six-month-plan"}


def test_an_attribute_is_looked_for_in_the_own_note_of_each_block(shipped_assistant: Assistant) -> None:
    request, _ = shipped_assistant.prepare("How much does Docker cost?", (), ())
    explainer = Explainer(request.shelf, request.question, request.vector, request.sources)
    by_length = sorted(request.shelf.notes.values(), key=lambda note: len(note.outline.blocks))
    blocks = [by_length[0].blocks[0], by_length[-1].blocks[-1]]  # the second lies past the first note's end
    price = next(term for term in explainer.asked if term.attribute == "price")
    assert _lacks_attribute(explainer, blocks, price)


def test_every_block_that_the_learners_cases_name_stands_in_a_note(shipped_assistant: Assistant) -> None:
    outlines = shipped_assistant.index.get().outlines
    notes = [outline for source, outline in outlines.items() if source.startswith("note:")]
    texts = [Letters(note.text(block)).letters for note in notes for block in range(len(note.blocks))]
    cases = load_dataset(LEARNERS).cases
    quotes = [(case.id, quote) for case in cases for group in case.must for quote in group]
    assert [q for q in quotes if not any(Letters(q[1]).letters in text for text in texts)] == []


def test_the_graph_of_the_generation_has_every_note_and_no_loose_end(shipped_assistant: Assistant) -> None:
    topics = shipped_assistant.index.get().topics
    assert {f"note:{topic}" for topic in topics} <= set(shipped_assistant.index.get().documents)
    assert all(before.id in topics for topic in topics.values() for before in topic.prerequisites)
    assert topics["kserve"].task and topics["kserve"].done_when and topics["kserve"].resources


def test_what_to_know_before_goes_on_to_what_comes_before_that(shipped_assistant: Assistant) -> None:
    text = shipped_assistant.ask("what should I know before starting with Kubernetes?").text
    assert text.index("Before **Kubernetes**") < text.index("Before **Docker networking")
    assert text.index("Before **Docker networking") < text.index("Before **Docker and containers**")


def test_code_is_told_with_the_words_before_it_and_its_output(shipped_assistant: Assistant) -> None:
    text = shipped_assistant.ask("show me an example of a canary release").text
    fences = [text.index(part) for part in ("The snippet asks", "```python", "binom.sf", "```text")]
    assert fences == sorted(fences), text


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("how does lora make fine tuning so much cheaper", "peft-lora"),
        ("how long should I run an A/B test between two models?", "ab-testing"),
        ("Why would you replace a server instead of just patching it in place?", "iac-tools"),
    ],
)
def test_words_that_only_look_like_price_or_effort_do_not_mislead(
    shipped_assistant: Assistant, question: str, note: str
) -> None:
    answer = shipped_assistant.ask(question)
    assert f"note:{note}" in {citation.source for citation in answer.citations}, answer.text
    assert not answer.text.startswith("**Level and effort"), answer.text
    assert len([c for c in answer.citations if c.kind == "note"]) > 1, answer.text
