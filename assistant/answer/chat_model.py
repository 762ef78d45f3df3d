"""The answerer with a chat model: its wording over the extractive answer's facts, each sentence checked."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from langchain_core.language_models import BaseChatModel

from assistant.answer.completion import Completion, ProviderFailure
from assistant.answer.editor import Editor, Support
from assistant.answer.events import Answerer, Event, Final, Request, Restart, Token
from assistant.answer.passages import Passage, chat_messages, draft_text, gather
from assistant.answer.units import Unit, Units
from assistant.citations import cited, strip_markers
from assistant.documents import Answer, Grounding, TraceStep
from assistant.grounding import sentences, support
from assistant.outline import LINK
from assistant.prompting import load_prompt
from assistant.query import Ask
from assistant.settings import Settings

# a reply of which this many times the longest answer has been read will not get any better
READ_FACTOR = 4
_NEGATION = re.compile(r"\b(?:no|not|none|nothing|never|neither|nor|cannot)\b|n['’]t\b", re.IGNORECASE)


@dataclass(slots=True)
class _Attempt:
    """One reply under way: what is needed to go on with it and to report on it."""

    draft: Answer
    passages: tuple[Passage, ...]
    editor: Editor
    completion: Completion
    started: float
    units: Units


class ChatModelAnswerer:
    """Asks the fallback first and lets a chat model say better what it found.

    A refusal stays one: a model never makes the facts looser. Of the reply only sentences that the
    passages support are shown; when nothing is left, or the provider fails at any moment, the fallback's
    answer is shown with a notice.
    """

    def __init__(
        self, chat_model: BaseChatModel, fallback: Answerer, settings: Settings, *, support: Support = support
    ) -> None:
        self._model = chat_model
        self._fallback = fallback
        self._settings = settings
        self._support = support
        self._name = settings.chat.model or "chat model"

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        """Sentences as they are found supported, then the whole answer. A provider's failure never raises."""
        events = [event async for event in self._fallback.stream(request)]
        draft = _answer_of(events)
        if draft.refused or not draft.citations:
            for event in events:
                yield event
            return
        attempt = self._begin(request, draft)
        try:
            async with aclosing(self._reply(attempt)) as tokens:
                async for token in tokens:
                    yield token
            answer = self._finished(request, attempt)
        except ProviderFailure as failure:
            # only the failure's own plain words are shown; what the provider said may hold secrets
            said = f"the chat model {failure.what}"
            notice = f"{said[0].upper()}{said[1:]}, so the extractive answer is shown."
            if attempt.editor.text:
                yield Restart(notice)
            for event in events:
                if not isinstance(event, Final):
                    yield event
            step = self._step(attempt, f"{said}; the extractive answer is shown")
            yield Final(_with(draft, notice, step))
            return
        yield Final(answer)

    def _begin(self, request: Request, draft: Answer) -> _Attempt:
        passages = gather(draft, request.hits)
        text = draft_text(draft)
        editor = Editor(
            passages,
            _caveats(draft),
            request.question.standalone,
            "" if request.question.ask is Ask.YES_NO else text,
            self._support,
            self._settings.answer.support_threshold,
            self._settings.answer.max_chars,
        )
        prompt = chat_messages(load_prompt("answer"), load_prompt("question"), request, text, passages)
        completion = Completion(self._model, prompt, self._settings.chat.timeout_s)
        return _Attempt(draft, passages, editor, completion, time.perf_counter(), Units())

    async def _reply(self, attempt: _Attempt) -> AsyncGenerator[Token]:
        """What the editor lets through of the reply, then what the draft has and the reply lacks."""
        editor, units = attempt.editor, attempt.units
        limit = READ_FACTOR * self._settings.answer.max_chars
        async with aclosing(attempt.completion.pieces()) as pieces:
            async for piece in pieces:
                async for token in _edited(editor, units.feed(piece)):
                    yield token
                if editor.full or units.seen > limit:
                    break
        whole = not attempt.completion.cut_short and units.seen <= limit
        async for token in _edited(editor, units.finish(whole)):
            yield token
        if not editor.sentences:
            raise ProviderFailure("said nothing that the sources support")
        if not editor.tells:
            raise ProviderFailure("did not answer the question")
        for fact, score in _roadmap_facts(attempt):
            if shown := editor.add_fact(fact, score):
                yield Token(shown)
        if closing := editor.close():
            yield Token(closing)

    def _finished(self, request: Request, attempt: _Attempt) -> Answer:
        editor, draft = attempt.editor, attempt.draft
        if request.question.ask is Ask.LINKS and not _urls(editor.text) & _urls(draft.text):
            raise ProviderFailure("left out the links that were asked for")
        left_out = len(editor.left_out)
        notice = draft.notice
        if left_out:
            many = "1 sentence" if left_out == 1 else f"{left_out} sentences"
            are = "is" if left_out == 1 else "are"
            notice = (
                f"{notice} {many} of the chat model that the sources do not support {are} left out.".strip()
            )
        step = self._step(attempt, f"{len(editor.sentences)} sentences kept, {left_out} left out")
        answer = replace(
            draft,
            text=editor.text,
            citations=editor.citations,
            grounding=Grounding(min(s.score for s in editor.sentences), tuple(editor.sentences)),
            model=self._name,
        )
        return _with(answer, notice, step)

    def _step(self, attempt: _Attempt, outcome: str) -> TraceStep:
        system, template = load_prompt("answer"), load_prompt("question")
        editor, completion = attempt.editor, attempt.completion
        return TraceStep(
            name="chat model",
            summary=f"{self._name}: {outcome}",
            details={
                "prompts": {prompt.name: prompt.sha256 for prompt in (system, template)},
                "passages": len(attempt.passages),
                "chunks": completion.chunks,
                "tokens": completion.tokens,
                "finish_reason": completion.finish_reason,
                "kept": len(editor.sentences),
                "left_out": len(editor.left_out),
                "left_out_scores": [round(score, 3) for score in editor.left_out],
                "at_length_limit": editor.full,
            },
            ms=round((time.perf_counter() - attempt.started) * 1000, 2),
        )


async def _edited(editor: Editor, units: Sequence[Unit]) -> AsyncIterator[Token]:
    """Tokens for the units that are let through; scoring runs in a thread, it takes milliseconds each."""
    for unit in units:
        if editor.full:
            return
        text = await asyncio.to_thread(editor.take, unit)
        if text:
            yield Token(text)


def _answer_of(events: Sequence[Event]) -> Answer:
    for event in reversed(events):
        if isinstance(event, Final):
            return event.answer
    raise RuntimeError("the fallback answerer ended without a final event")


def _with(answer: Answer, notice: str, step: TraceStep) -> Answer:
    """The answer with a notice, the model's step at the end of its trace, and the time that it took."""
    timings = {**answer.timings_ms, "chat_model": step.ms}
    if "total" in timings:
        timings["total"] = round(timings["total"] + step.ms, 2)
    return replace(answer, notice=notice, trace=(*answer.trace, step), timings_ms=timings)


def _caveats(draft: Answer) -> list[str]:
    """The draft's sentences that tell what the sources do not say; no model may leave them out."""
    return [s for s in sentences(draft.text) if not cited(s) and _NEGATION.search(s)]


def _roadmap_facts(attempt: _Attempt) -> Iterator[tuple[str, float]]:
    """The draft's sentence that cites a roadmap, when the reply cites nothing but study notes."""
    if any(citation.kind != "note" for citation in attempt.editor.citations):
        return
    kinds = {passage.citation.n: passage.citation.kind for passage in attempt.passages}
    for sentence in sentences(draft_text(attempt.draft)):
        numbers = cited(sentence)
        if numbers and all(kinds[n] == "roadmap" for n in numbers):
            yield sentence, _draft_score(attempt.draft, sentence)
            return


def _draft_score(draft: Answer, sentence: str) -> float:
    """The draft's own score of one of its sentences."""
    if not draft.grounding:
        return 0.0
    words = strip_markers(sentence).lstrip("-* ")
    own = (s.score for s in draft.grounding.sentences if strip_markers(s.text).lstrip("-* ") == words)
    return next(own, draft.grounding.score)


def _urls(text: str) -> set[str]:
    return {(match[2] or match[3]).rstrip(".,;") for match in LINK.finditer(text)}
