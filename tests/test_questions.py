"""Learner questions of a note: tied to its blocks, checked, and stored beside them."""

import json
from pathlib import Path

import pytest
from fakes import HashingEmbedder

from assistant.documents import LearnerQuestion, Source
from assistant.index import LiveIndex
from assistant.settings import Settings
from ingest import sources
from ingest.corpus_check import check_corpus
from ingest.pipeline import IngestRequest, make_document, run
from ingest.questions import file_of, read_questions

NOTE = """# Canary releases

## What it is

A *canary release* sends a small share of the traffic to a new version.

## Ideas to master

- **Traffic split:** A load balancer sends a set share of requests, e.g. `5 %`.
- **Soak time:** A load test comes first.

## Practice

**Task:** Run two versions side by side.

**Done when:** The new one was rolled back.
"""
FRONT = {
    "id": "canary", "title": "Canary releases", "aliases": ["canary"], "level": "beginner", "hours": 3,
    "hours_basis": "3 h", "prerequisites": [],
    "roadmaps": [{"source": "plan", "heading": "1. Deploy", "items": ["Canary releases"]}],
}  # fmt: skip
GOOD = """
- ask: "How can I try a release on  a few people first?"
  told: ["A canary release sends", "A load balancer sends a set share of requests, e.g. 5"]
"""


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of one roadmap and one note in the place of the shipped one."""
    folder = tmp_path / "corpus"
    for name in ("roadmaps", "topics", "questions"):
        (folder / name).mkdir(parents=True)
    (folder / "roadmaps" / "plan.md").write_text(
        "---\nid: plan\n---\n# Plan\n\n## 1. Deploy\n\n- Canary releases\n"
    )
    (folder / "topics" / "canary.md").write_text(f"---\n{json.dumps(FRONT)}\n---\n{NOTE}")
    whole = sources.shipped_corpus
    monkeypatch.setattr(sources, "shipped_corpus", lambda folder_=None: whole(folder))
    return folder


def read(corpus: Path, written: str) -> tuple[list[LearnerQuestion], list[str]]:
    note = corpus / "topics" / "canary.md"
    file_of(note).write_text(written)
    return read_questions(note, make_document(Source("note:canary", "note", "Canary releases"), NOTE))


def test_a_question_is_tied_to_the_blocks_that_begin_as_told(corpus: Path) -> None:
    (question,), faults = read(corpus, GOOD)
    document = make_document(Source("note:canary", "note", "Canary releases"), NOTE)
    assert question.ask == "How can I try a release on a few people first?" and not faults
    told = [document.text[document.blocks[n].start : document.blocks[n].end] for n in question.blocks]
    assert told[0].startswith("A *canary release*") and "Traffic split" in told[1]


def test_a_note_without_a_file_has_no_questions(corpus: Path) -> None:
    document = make_document(Source("note:canary", "note", "Canary releases"), NOTE)
    assert read_questions(corpus / "topics" / "canary.md", document) == ([], [])


FAULTS = [
    ("- {ask: Who, told: [A donkey]}", "no blocks begin with 'A donkey'"),
    ("- {ask: Who, told: [A load]}", "2 blocks begin with 'A load'"),
    ("- {ask: Who, told: [Run two versions]}", "no blocks begin with 'Run two versions'"),
    ("- {ask: Who, told: ['...']}", "no blocks begin with '...'"),
    ("- {ask: Who, told: []}", "question 1, told"),
    ("- {ask: '', told: [A load test]}", "question 1, ask"),
    ("- {ask: Who, told: [A load test], note: canary}", "question 1, note"),
    ("ask: Who?", "no list"),
    ("- [", "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_a_fault_is_named_and_the_rest_is_kept(corpus: Path, written: str, said: str) -> None:
    found, faults = read(corpus, written)
    assert not found and said in "; ".join(faults)
    if written.startswith("- {ask"):
        assert len(read(corpus, GOOD + written)[0]) == 1


def test_the_check_of_the_corpus_guides_whoever_adds_questions(corpus: Path) -> None:
    (corpus / "questions" / "canary.yaml").write_text("- {ask: Who, told: [A donkey]}")
    (corpus / "questions" / "gone.yaml").write_text(GOOD)
    faults = [fault for fault in check_corpus(corpus).faults if fault.startswith("questions/")]
    assert faults == [
        "questions/gone.yaml: there is no note gone.md; name the file like its note.",
        "questions/canary.yaml: question 1, no blocks begin with 'A donkey'; "
        "mend it as corpus/README.md says.",
    ]


def test_questions_are_stored_with_their_vectors_and_renewed_alone(corpus: Path, tmp_path: Path) -> None:
    settings, embedder = Settings(data=tmp_path / "data"), HashingEmbedder()
    (corpus / "questions" / "canary.yaml").write_text(GOOD)
    run(settings, embedder, IngestRequest())
    index = LiveIndex(settings.data).get()
    (question,) = index.topics["canary"].questions
    expected = embedder.embed([question.ask])
    assert index.question_vectors == pytest.approx(expected)
    (corpus / "questions" / "canary.yaml").unlink()
    second = run(settings, embedder, IngestRequest())
    index = LiveIndex(settings.data).get()
    assert index.question_vectors.shape == (0, expected.shape[1])
    assert second.embedded == 0 and not index.topics["canary"].questions
