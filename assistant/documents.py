"""The records that flow from source to answer: Source -> Document -> Chunk -> Hit -> Citation -> Answer.

Offsets are character positions in a document's cleaned text, end exclusive; every `text` and `quote`
equals `document.text[start:end]` exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["roadmap", "note", "page", "file"]
BlockKind = Literal["heading", "item", "paragraph", "code", "table"]
Level = Literal["beginner", "intermediate", "advanced"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from, as ingest registered it."""

    id: str
    kind: Kind
    title: str
    url: str | None = None
    aliases: tuple[str, ...] = ()
    summary: str = ""
    audience: str = ""
    roadmaps: tuple[str, ...] = ()  # the roadmaps it belongs to: itself, the one that links or names it
    fetched: str | None = None  # ISO date on which a page's text was fetched
    licence: str = ""  # of a page, where stated
    language: str = ""  # of a page, two letters, "" where unknown


@dataclass(frozen=True, slots=True)
class Block:
    """One structural unit of a document: a heading, list item, paragraph, code fence or table.

    `start:end` is its own text without what is nested beneath it; `extent` is where the last thing
    beneath it ends. `parent` indexes `Document.blocks` (-1 at the top), `level` is the nesting depth.
    A bold list item that opens a list and has no colon is a heading, as in "**1.7) Software Design**";
    with a colon it is a labelled item: "**Tasks**:" has the label "Tasks".
    """

    kind: BlockKind
    start: int
    end: int
    extent: int
    parent: int
    level: int
    label: str = ""
    title: str = ""  # plain words of a heading or item, markup and link targets gone, label cut off


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned text and its structure, blocks in reading order."""

    source: Source
    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage that is embedded and searched; `context` (headings, parents) travels only into the index."""

    source: str
    kind: Kind
    title: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    text: str
    context: str = ""
    url: str | None = None
    roadmaps: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """`source:start-end`; parse from the right, a source id may hold colons itself."""
        return f"{self.source}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a document: its words, its target and where it stands."""

    source: str
    heading_path: tuple[str, ...]
    text: str
    url: str
    start: int
    end: int
    label: str = ""  # the label of the item it stands in: "Resources", "Course"


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a query; `score` is fused and standardised, the arms' own scores beside it."""

    chunk: Chunk
    score: float
    dense: float = 0.0  # cosine similarity
    keyword: float = 0.0  # BM25


@dataclass(frozen=True, slots=True)
class Citation:
    """What `[n]` in an answer points at."""

    n: int
    source: str
    kind: Kind
    title: str
    heading_path: tuple[str, ...]
    url: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SentenceSupport:
    """How well one sentence of an answer is supported by the passages that it cites."""

    text: str
    score: float  # 0..1, higher is better supported
    supported: bool
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Grounding:
    """An answer's support: the score of its weakest sentence, and each sentence's own."""

    score: float
    sentences: tuple[SentenceSupport, ...]


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of how an answer was found: a name, a line for people, figures, milliseconds."""

    name: str
    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole result of a question; page, command line and evals read this one value."""

    question: str
    text: str
    refused: bool
    citations: tuple[Citation, ...] = ()
    grounding: Grounding | None = None
    nearest: tuple[str, ...] = ()
    model: str = "extractive"
    notice: str = ""  # one plain sentence when a chat model failed or part of its wording was dropped
    trace: tuple[TraceStep, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question and its answer, oldest first in a history."""

    question: str
    answer: str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NoteSection(StrEnum):
    """The sections of a study note in their order; the last is written out from the front matter."""

    WHAT = "What it is"
    WHY = "Why it matters in MLOps"
    IDEAS = "Ideas to master"
    EXAMPLE = "Worked example"
    MISTAKES = "Common mistakes"
    COMPARED = "How it compares"
    PRACTICE = "Practice"
    RESOURCES = "Resources"
    EFFORT = "Prerequisites and effort"


def note_source(topic: str) -> str:
    """The source id of a topic's study note."""
    return f"note:{topic}"


class Prerequisite(_Strict):
    """A topic to know before, and what of it is needed."""

    id: str
    reason: str = Field(min_length=1)


class RoadmapPlace(_Strict):
    """Where a roadmap names a topic: a heading as printed, and the items beneath it that are meant."""

    source: str
    heading: str
    items: tuple[str, ...] = ()


class TopicNote(_Strict):
    """The front matter of a study note."""

    id: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    aliases: tuple[str, ...] = Field(min_length=1)
    level: Level
    hours: float = Field(gt=0, le=80)  # to a working knowledge, prerequisites known
    hours_basis: str = Field(min_length=1)
    prerequisites: tuple[Prerequisite, ...]
    roadmaps: tuple[RoadmapPlace, ...] = Field(min_length=1)


class Resource(_Strict):
    """Something to read or watch; a book has no address."""

    title: str
    url: str | None = None


class LearnerQuestion(_Strict):
    """A question as learners bring it, and the blocks of a note that answer it."""

    ask: str
    blocks: tuple[int, ...]  # numbers in the note's document, the most telling one first


class Topic(TopicNote):
    """A node of the prerequisite graph: a note's front matter with what its text and its questions hold."""

    task: str
    done_when: str
    resources: tuple[Resource, ...] = ()
    questions: tuple[LearnerQuestion, ...] = ()
