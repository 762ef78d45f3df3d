"""A scripted assistant over a document of two sections, for tests of the evals."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.documents import Answer, Block, Chunk, Citation, Document, Exchange, Grounding, Hit, Source
from assistant.index import Manifest
from assistant.outline import Outline
from assistant.settings import Settings

TEXT = (
    "# Plan\n\n"
    "## Week 1\n\n"
    "- Learn **Docker** first.\n"
    "- Read the [guide](https://example.org/docker) next.\n\n"
    "## Week 2\n\n"
    "- Serve with KServe.\n"
    "- Watch with Prometheus.\n"
)


def block(kind: str, words: str, under: str, parent: int, level: int) -> Block:
    """A block by its own words; `under` is the last thing beneath it."""
    start = TEXT.index(words)
    return Block(kind, start, start + len(words), TEXT.index(under) + len(under), parent, level, title=words)


BLOCKS = (
    block("heading", "# Plan", "Prometheus.", -1, 0),
    block("heading", "## Week 1", "next.", 0, 1),
    block("item", "- Learn **Docker** first.", "first.", 1, 2),
    block("item", "- Read the [guide](https://example.org/docker) next.", "next.", 1, 2),
    block("heading", "## Week 2", "Prometheus.", 0, 1),
    block("item", "- Serve with KServe.", "KServe.", 4, 2),
    block("item", "- Watch with Prometheus.", "Prometheus.", 4, 2),
)
DOCUMENT = Document(Source("plan", "roadmap", "Plan"), TEXT, BLOCKS)


def cite(words: str, n: int = 1, source: str = "plan") -> Citation:
    """A citation of these words of the document."""
    start = TEXT.index(words)
    return Citation(n, source, "roadmap", "Plan", (), None, words, start, start + len(words))


def chunk(words: str, source: str = "plan") -> Chunk:
    start = TEXT.index(words)
    return Chunk(source, "roadmap", "Plan", (), start, start + len(words), words)


CHUNKS = tuple(chunk(TEXT[b.start : b.end]) for b in BLOCKS if b.kind == "item")


def answer(
    text: str, *cited: str, refused: bool = False, ms: float = 10.0, support: float | None = 0.9
) -> Answer:
    return Answer(
        question="",
        text=text,
        refused=refused,
        citations=tuple(cite(words, n) for n, words in enumerate(cited, start=1)),
        grounding=None if refused or support is None else Grounding(support, ()),
        timings_ms={"total": ms},
    )


class FakeIndex:
    """One document in memory, as an open generation shows it; it is its own live index."""

    directory = Path("generations/g1")
    chunks = CHUNKS

    def __init__(self) -> None:
        self.documents = {"plan": DOCUMENT}
        self.outlines = {"plan": Outline(DOCUMENT)}
        self.manifest = Manifest(
            schema_version=1,
            created="2026-01-01T00:00:00Z",
            embedding={"model": "words", "weights": "0", "dimension": 8, "precision": "float32"},
            splitter={},
            corpus_sha256="c0",
            documents=1,
            chunks=len(CHUNKS),
            links=0,
        )

    def get(self) -> "FakeIndex":
        return self


class FakeAssistant:
    """Answers from a table of questions; an exception in the table is raised. Remembers what it was asked."""

    def __init__(
        self,
        answers: Mapping[str, Answer | Exception] | None = None,
        arms: Mapping[str, Mapping[str, Sequence[Chunk]] | Exception] | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.answers = dict(answers or {})
        self.arms = dict(arms or {})
        self.settings = settings or Settings()
        self.index = FakeIndex()
        self.asked: list[tuple[str, tuple[Exchange, ...], tuple[str, ...]]] = []

    def ask(self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()) -> Answer:
        self.asked.append((question, tuple(history), tuple(roadmaps)))
        found = self.answers[question]
        if isinstance(found, Exception):
            raise found
        return found

    def search_arms(
        self, question: str, k: int, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> Mapping[str, list[Hit]]:
        self.asked.append((question, tuple(history), tuple(roadmaps)))
        found = self.arms[question]
        if isinstance(found, Exception):
            raise found
        return {
            arm: [Hit(chunk, 1.0 - rank / 100) for rank, chunk in enumerate(chunks[:k])]
            for arm, chunks in found.items()
        }
