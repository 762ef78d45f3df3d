"""The composition root of the reading side: settings in, a ready `Assistant` out."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answer.events import Answerer, Event, Final, Request
from assistant.answer.evidence import BlockTable
from assistant.answer.extractive import ExtractiveAnswerer
from assistant.answer.notes.shelf import Shelf
from assistant.documents import Answer, Exchange, Hit, TraceStep
from assistant.embedding import Embedder, build_embedder
from assistant.errors import InputError
from assistant.index import Index, LiveIndex
from assistant.query import Question
from assistant.query.understand import Reader
from assistant.retrieval import Retriever
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class Assistant:
    """Answers questions and searches; safe to share between sessions and threads."""

    def __init__(self, settings: Settings, embedder: Embedder, answerer: Answerer) -> None:
        self.settings = settings
        self.embedder = embedder
        self.index = LiveIndex(settings.data, embedder.stamp)
        self.retriever = Retriever(self.index, embedder, settings.retrieval)
        self._answerer = answerer
        self._lock = threading.Lock()
        self._read: tuple[Index, Reader, BlockTable, Shelf] | None = None

    async def stream(
        self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> AsyncIterator[Event]:
        """The answer as events; the last is Final. `roadmaps` restricts to these, their pages and notes.

        Raises InputError for an empty question or an unknown roadmap, IndexMissing without an index.
        """
        started = time.perf_counter()
        request, steps = await asyncio.to_thread(self.prepare, question, history, roadmaps)
        found = time.perf_counter()
        async for event in self._answerer.stream(request):
            if isinstance(event, Final):
                done = time.perf_counter()
                timings = {
                    **event.answer.timings_ms,
                    "find": round((found - started) * 1000, 2),
                    "answer": round((done - found) * 1000, 2),
                    "total": round((done - started) * 1000, 2),
                }
                trace = (*steps, *event.answer.trace)
                yield Final(replace(event.answer, trace=trace, timings_ms=timings))
            else:
                yield event

    def ask(self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()) -> Answer:
        """The whole answer at once; raises as `stream` does. Not to be called from a running event loop."""

        async def last() -> Answer:
            answer: Answer | None = None
            async for event in self.stream(question, history, roadmaps):
                if isinstance(event, Final):
                    answer = event.answer
            if answer is None:
                raise RuntimeError("the answerer ended without a final event")
            return answer

        return asyncio.run(last())

    def search(self, query: str, k: int | None = None, roadmaps: Sequence[str] = ()) -> list[Hit]:
        """The k best passages for a query. Raises InputError for an unknown roadmap."""
        index, reader, *_ = self._opened()
        sources = _sources(index, roadmaps)
        question = reader.read(_checked(query), allowed=sources)
        return self.retriever.search(question, k, sources)

    def search_arms(
        self, question: str, k: int, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> Mapping[str, list[Hit]]:
        """The k best passages of each arm ("dense", "bm25", "fused"), the question read as `ask` reads it."""
        index, reader, *_ = self._opened()
        sources = _sources(index, roadmaps)
        read = reader.read(_checked(question), history, sources)
        return self.retriever.search_arms(read, k, sources=sources)

    def warm(self) -> None:
        """Load model and index, so that the first question does not wait; call it in a thread."""
        index, reader, *_ = self._opened()
        index.warm()
        self.retriever.find(reader.read("warm up"))

    def prepare(
        self, question: str, history: Sequence[Exchange], roadmaps: Sequence[str]
    ) -> tuple[Request, list[TraceStep]]:
        """The question understood and searched, ready for an answerer; raises as `stream` does."""
        index, reader, table, shelf = self._opened()
        sources = _sources(index, roadmaps)
        clock = time.perf_counter()
        read = reader.read(_checked(question), history, sources)
        understood = time.perf_counter()
        vector = self.embedder.embed([read.standalone])[0]
        embedded = time.perf_counter()
        hits = tuple(self.retriever.find(read, sources, vector).hits(self.settings.retrieval.k))
        searched = time.perf_counter()
        steps = [
            _understood_step(read, (understood - clock) * 1000),
            TraceStep("embed", "question turned into a vector", {}, (embedded - understood) * 1000),
            _search_step(hits, (searched - embedded) * 1000),
        ]
        allowed = tuple(index.outlines) if sources is None else tuple(sources)
        return Request(read, hits, table, shelf, vector, allowed, tuple(history)), steps

    def _opened(self) -> tuple[Index, Reader, BlockTable, Shelf]:
        """The serving index with what is derived from it, once a generation."""
        index = self.index.get()
        with self._lock:
            if self._read is None or self._read[0] is not index:
                self._read = index, Reader(index), BlockTable(index), Shelf(index)
            return self._read


def build_assistant(
    settings: Settings, *, embedder: Embedder | None = None, chat_model: "BaseChatModel | None" = None
) -> Assistant:
    """An Assistant over the settings' data directory; the index is opened with the first question.

    Raises ModelUnavailable when the embedding model or the configured chat model cannot be had.
    """
    answerer: Answerer = ExtractiveAnswerer(settings.answer)
    if chat_model is None and settings.chat.model:
        from assistant.answer.providers import build_chat_model

        chat_model = build_chat_model(settings.chat)
    if chat_model is not None:
        from assistant.answer.chat_model import ChatModelAnswerer

        answerer = ChatModelAnswerer(chat_model, answerer, settings)
    return Assistant(settings, embedder or build_embedder(settings.embedding), answerer)


def _checked(text: str) -> str:
    if not text.strip():
        raise InputError(
            'The question is empty; ask one, for example: roadmap ask "Which week covers KServe?"'
        )
    return text


def _sources(index: Index, roadmaps: Sequence[str]) -> list[str] | None:
    """Ids of all sources that belong to these roadmaps; None for no restriction."""
    if not roadmaps:
        return None
    known = [sid for sid, d in index.documents.items() if d.source.kind == "roadmap"]
    for wanted in roadmaps:
        if wanted not in index.documents:
            raise InputError(
                f"There is no roadmap {wanted!r}; the index has: {', '.join(known or index.documents)} "
                "(see: roadmap status)"
            )
    chosen = set(roadmaps)
    return [sid for sid, d in index.documents.items() if sid in chosen or chosen & set(d.source.roadmaps)]


def _understood_step(question: Question, ms: float) -> TraceStep:
    parts = [question.ask.value]
    if question.corrections:
        parts.append("read " + ", ".join(f"{typed} as {meant}" for typed, meant in question.corrections))
    if question.carried:
        parts.append(f"taken from the conversation: {question.carried}")
    if question.sources:
        parts.append("roadmaps named: " + ", ".join(question.sources))
    details = {
        "searched": question.standalone,
        "subject": [t.word for t in question.terms],
        "facets": list(question.facets),
    }
    return TraceStep("understand", "; ".join(parts), details, ms)


def _search_step(hits: Sequence[Hit], ms: float) -> TraceStep:
    listed = [
        {
            "passage": h.chunk.id,
            "score": round(h.score, 3),
            "cosine": round(h.dense, 3),
            "bm25": round(h.keyword, 3),
        }
        for h in hits
    ]
    return TraceStep("search", f"{len(hits)} passages", {"hits": listed}, ms)
