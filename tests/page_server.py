"""A chat page over a scripted assistant, run as a process of its own: python page_server.py DATA PORT.

The documents are the shipped roadmaps; only the answers are scripted, so that a browser test can ask for
a provider that dies in mid-answer, or a source that tries to get markup into the page.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.answer.events import Event, Final, Restart, Token
from assistant.documents import Answer, Citation, Document, Exchange, Source, TraceStep
from assistant.errors import IndexMissing
from assistant.outline import Outline
from assistant.settings import load_settings
from assistant.ui.server import serve
from ingest.blocks import parse_blocks

ROADMAPS = Path(__file__).parent.parent / "corpus" / "roadmaps"
MISSING = "There is no index in this folder yet; build it with: roadmap ingest"
TRACE = (
    TraceStep("Understood the question", "week 9 of one roadmap, nothing to rewrite", ms=1.2),
    TraceStep("Searched", "1,000 candidates an arm, 8 kept", {"k": 8}, 7.8),
    TraceStep("Composed", "1 sentence from 1 passage, 7 dropped", ms=3.1),
)


def read_roadmap(path: Path) -> Document:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    meta = yaml.safe_load(front)
    text = body.strip() + "\n"
    return Document(Source(meta["id"], "roadmap", meta["title"]), text, parse_blocks(text))


@dataclass(frozen=True)
class ScriptedReading:
    documents: dict[str, Document]

    @property
    def outlines(self) -> dict[str, Outline]:
        return {name: Outline(document) for name, document in self.documents.items()}

    def get(self) -> "ScriptedReading":
        return self


def cite(document: Document, n: int, quote: str, url: str | None = None) -> Citation:
    start = document.text.index(quote)
    outline = Outline(document)
    path = outline.heading_path(outline.at(start))
    source = document.source
    end = start + len(quote)
    return Citation(n, source.id, source.kind, source.title, path, url, quote, start, end)


class ScriptedAssistant:
    """Answers by the question's words; everything the page has to show occurs in one answer or another."""

    def __init__(self) -> None:
        documents = [read_roadmap(path) for path in sorted(ROADMAPS.glob("*.md"))]
        page = Document(
            Source("page:hostile", "page", "Pods <b>explained</b>", "https://example.org/pods"),
            "# Pods\n\nA pod <img src=x onerror=alert(1)> groups containers, see "
            "[the script](javascript:alert(1)).\n",
        )
        page = Document(page.source, page.text, parse_blocks(page.text))
        self.index = ScriptedReading({d.source.id: d for d in [*documents, page]})

    def warm(self) -> None:
        return None

    def stream(
        self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> AsyncIterator[Event]:
        words = question.lower()
        if "index" in words:
            return self._fail()
        if "die" in words:
            return self._say(self._week(question), died_after="The provider was saying something wrong")
        if "salary" in words:
            return self._say(self._refusal(question))
        if "markup" in words:
            return self._say(self._hostile(question))
        if "kubernetes" in words or "compare" in words:
            return self._say(self._table(question))
        if "before" in words:
            asked = history[-1].question if history else "nothing"
            return self._say(Answer(question, f"Before this you asked: {asked}", False))
        return self._say(self._week(question))

    async def _fail(self) -> AsyncIterator[Event]:
        raise IndexMissing(MISSING)
        yield  # an asynchronous generator, as the real one is

    async def _say(self, answer: Answer, died_after: str = "") -> AsyncIterator[Event]:
        if died_after:
            yield Token(died_after)
            await asyncio.sleep(0.6)
            yield Restart("The chat model stopped in mid-answer.")
            await asyncio.sleep(0.8)
        for word in answer.text.split(" "):
            await asyncio.sleep(0.01)
            yield Token(word + " ")
        yield Final(answer)

    def _week(self, question: str) -> Answer:
        plan = self.index.documents["six-month-plan"]
        section = plan.text[plan.text.index("### Week 9") :]
        start = section.index("**Project:**") + len("**Project:** ")
        quote = section[start : section.index("\n", start)]
        text = f"In week 9 of the six-month plan the project is: {quote} [1]\n\nIt belongs to month 3 [2]."
        citations = (cite(plan, 1, quote), cite(plan, 2, plan.text[plan.text.index("## Month 3") :][:30]))
        notice = "The chat model stopped in mid-answer, so this is the extract." if "die" in question else ""
        return Answer(question, text, False, citations, notice=notice, trace=TRACE)

    def _refusal(self, question: str) -> Answer:
        text = "The roadmaps do not say what an MLOps engineer earns."
        return Answer(question, text, True, nearest=("Interview preparation", "Capstone"), trace=TRACE)

    def _table(self, question: str) -> Answer:
        plan = self.index.documents["six-month-plan"]
        quote = "Build Docker containers" if "Build Docker containers" in plan.text else plan.text[2:34]
        text = (
            "| Roadmap | What it says about orchestration |\n|---|---|\n"
            "| 6-Month MLOps Engineer Roadmap | Airflow DAGs in month 2 [1] |\n"
            "| Learning sequence | `kubectl` first, then pipelines [1] |\n\n"
            "Course: [Kubernetes basics](https://kubernetes.io/docs/tutorials/kubernetes-basics/) [1]\n\n"
            "```bash\nkubectl get pods\n```"
        )
        return Answer(question, text, False, (cite(plan, 1, quote),), trace=TRACE)

    def _hostile(self, question: str) -> Answer:
        page = self.index.documents["page:hostile"]
        quote = "A pod <img src=x onerror=alert(1)> groups containers"
        text = (
            "<img src=x onerror=alert(1)> <script>alert(2)</script> image:tag costs $5 to $10 "
            "![spy](https://example.org/spy.png) [go](javascript:alert(3)) [1]"
        )
        return Answer(question, text, False, (cite(page, 1, quote, page.source.url),))


if __name__ == "__main__":
    serve(
        load_settings(data=Path(sys.argv[1])),
        port=int(sys.argv[2]),
        open_browser=False,
        assistant_factory=ScriptedAssistant,
        on_ready=lambda address: print(address, flush=True),
    )
