"""For the command line: an assistant that answers with the question, and commands whose words are hashed."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from fakes import HashingEmbedder

from assistant import embedding
from assistant.documents import Answer, Chunk, Citation, Exchange, Hit
from assistant.errors import InputError, ModelUnavailable
from assistant.index import Manifest, SourceRecord


class FakeIndex:
    """An index that holds two roadmaps and a note."""

    def get(self) -> "FakeIndex":
        return self

    @property
    def manifest(self) -> Manifest:
        record = {"text_sha256": "0", "characters": 1, "chunks": 1, "title": "T"}
        return Manifest(
            schema_version=1,
            created="2026-01-01T00:00:00Z",
            embedding={},
            splitter={},
            corpus_sha256="0",
            documents=3,
            chunks=3,
            links=0,
            sources=(
                SourceRecord(id="six-month-plan", kind="roadmap", **record),
                SourceRecord(id="roadmap-2024", kind="roadmap", **record),
                SourceRecord(id="note:docker", kind="note", **record),
            ),
        )


class FakeAssistant:
    """Answers with the question itself, and keeps what it was asked."""

    def __init__(self) -> None:
        self.index = FakeIndex()
        self.asked: list[tuple[str, tuple[Exchange, ...], tuple[str, ...]]] = []
        self.searched: list[tuple[str, int | None, tuple[str, ...]]] = []

    def warm(self) -> None:
        pass

    def ask(self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()) -> Answer:
        self.asked.append((question, tuple(history), tuple(roadmaps)))
        if question == "too long":
            raise InputError("The question is too long; ask a shorter one.")
        if question == "no model":
            raise ModelUnavailable("The model is gone; set ROADMAP_EMBEDDING__MODEL=bundled.")
        citation = Citation(1, "six-month-plan", "roadmap", "Plan", ("Week 2",), None, "Docker", 0, 6)
        notice = "The chat model did not answer." if question == "stalled" else ""
        return Answer(question, f"You asked: {question} [1]", False, (citation,), notice=notice)

    def search(self, query: str, k: int | None = None, roadmaps: Sequence[str] = ()) -> list[Hit]:
        self.searched.append((query, k, tuple(roadmaps)))
        return [Hit(Chunk("six-month-plan", "roadmap", "Plan", ("Week 2",), 0, 6, "Docker"), 1.0)]


def hashed_commands(monkeypatch: pytest.MonkeyPatch, folder: Path) -> HashingEmbedder:
    """Every command gets this embedder, no setting from outside, and a data directory in the folder."""
    fake = HashingEmbedder()
    monkeypatch.setattr(embedding, "build_embedder", lambda settings: fake)
    monkeypatch.setattr(embedding, "identify", lambda settings: (fake.stamp.model, fake.stamp.weights))
    for name in [name for name in os.environ if name.startswith("ROADMAP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ROADMAP_DATA", str(folder / "data"))
    monkeypatch.chdir(folder)
    return fake
