"""Study notes: their schema, what is written out from the front matter, and their place in a generation."""

import json
from pathlib import Path

import pytest
from fakes import HashingEmbedder

from assistant.documents import Resource, Source
from assistant.index import LiveIndex
from assistant.settings import Settings
from ingest import notes, sources
from ingest.notes import FaultyNote, cycle_in, note_of, topic_of, with_effort
from ingest.pipeline import IngestRequest, make_document, run

FRONT = {
    "id": "canary",
    "title": "Canary releases",
    "aliases": ["canary"],
    "level": "intermediate",
    "hours": 3,
    "hours_basis": "1 h reading, 2 h practice.",
    "prerequisites": [{"id": "docker", "reason": "Both versions run as containers."}],
    "roadmaps": [{"source": "plan", "heading": "1. Deploy", "items": ["Canary releases"]}],
}
BODY = """# Canary releases

## What it is

A canary release is a deployment to a few users first.

## Practice

**Task:** Run *two* versions side by side.

**Done when:** The new one was rolled back.

## Resources

- [The plan](https://example.org/plan)
- _A Book_ by Some One
"""


def test_a_front_matter_that_fits_is_a_note() -> None:
    note = note_of(FRONT)
    assert (note.id, note.hours, note.prerequisites[0].id) == ("canary", 3.0, "docker")
    assert note.roadmaps[0].items == ("Canary releases",)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": "expert"}, "level"),
        ({"hours": 0}, "hours"),
        ({"hours": 500}, "hours"),
        ({"id": "No Slug"}, "id"),
        ({"aliases": []}, "aliases"),
        ({"roadmaps": []}, "roadmaps"),
        ({"prerequisites": [{"id": "docker"}]}, "prerequisites.0.reason"),
        ({"author": "me"}, "author"),
    ],
)
def test_a_front_matter_that_does_not_fit_names_the_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(FaultyNote, match=field):
        note_of(FRONT | change)


def test_prerequisites_and_effort_are_written_out_so_that_they_can_be_cited() -> None:
    text = with_effort(note_of(FRONT), BODY, {"docker": "Docker and containers"})
    assert text.startswith(BODY.rstrip())
    assert (
        "- **Level and effort:** Canary releases is at intermediate level and takes about 3 hours: "
        "1 h reading, 2 h practice.\n- **Docker and containers:** Both versions run as containers.\n"
    ) in text
    alone = note_of(FRONT | {"prerequisites": [], "hours": 1})
    assert "about 1 hour:" in with_effort(alone, BODY, {}) and "needs no other topic" in with_effort(
        alone, BODY, {}
    )


def test_a_topic_carries_its_task_and_its_resources() -> None:
    topic = topic_of(note_of(FRONT), make_document(Source("note:canary", "note", "Canary releases"), BODY))
    assert topic.task == "Run two versions side by side."
    assert topic.done_when == "The new one was rolled back."
    assert topic.resources == (
        Resource(title="The plan", url="https://example.org/plan"),
        Resource(title="A Book by Some One"),
    )


@pytest.mark.parametrize("mark", ["**Task:**", "**Done when:**"])
def test_a_practice_without_a_task_or_a_done_when_is_a_fault(mark: str) -> None:
    document = make_document(Source("note:canary", "note", "Canary"), BODY.replace(mark, "Then"))
    with pytest.raises(FaultyNote, match="Practice"):
        topic_of(note_of(FRONT), document)


def test_a_circle_of_prerequisites_is_found() -> None:
    def topic(name: str, *before: str):
        return note_of(FRONT | {"id": name, "prerequisites": [{"id": b, "reason": "so"} for b in before]})

    assert cycle_in([topic("a", "b"), topic("b", "c"), topic("c")]) == ()
    circle = cycle_in([topic("a", "b"), topic("b", "c"), topic("c", "a"), topic("d", "a")])
    assert circle[0] == circle[-1] and set(circle) == {"a", "b", "c"}


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small corpus in the place of the shipped one: a roadmap, a good note and a faulty one."""
    folder = tmp_path / "corpus"
    (folder / "roadmaps").mkdir(parents=True)
    (folder / "topics").mkdir()
    (folder / "roadmaps" / "plan.md").write_text(
        "---\nid: plan\ntitle: Plan\n---\n# Plan\n\n## 1. Deploy\n\n- Canary releases\n"
    )
    for name, front in (("canary", FRONT), ("faulty", FRONT | {"level": "expert"})):
        (folder / "topics" / f"{name}.md").write_text(f"---\n{json.dumps(front)}\n---\n{BODY}")
    whole = sources.shipped_corpus
    monkeypatch.setattr(sources, "shipped_corpus", lambda folder_=None: whole(folder))
    return folder


def test_a_note_is_indexed_with_its_graph_and_a_faulty_one_is_counted(corpus: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    report = run(Settings(data=data), HashingEmbedder(), IngestRequest())
    assert (report.documents, report.dropped) == (2, {notes.FAULTY: 1})
    index = LiveIndex(data).get()
    source = index.documents["note:canary"].source
    assert (source.kind, source.title, source.roadmaps) == ("note", "Canary releases", ("plan",))
    assert [topic.task for topic in index.topics.values()] == ["Run two versions side by side."]
    assert {chunk.kind for chunk in index.chunks if chunk.source == "note:canary"} == {"note"}


def test_a_changed_graph_alone_makes_a_new_generation(corpus: Path, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    first = run(settings, HashingEmbedder(), IngestRequest())
    changed = FRONT | {"aliases": ["canary", "canary rollout"]}
    (corpus / "topics" / "canary.md").write_text(f"---\n{json.dumps(changed)}\n---\n{BODY}")
    second = run(settings, HashingEmbedder(), IngestRequest())
    assert second.generation != first.generation and second.embedded == 0
