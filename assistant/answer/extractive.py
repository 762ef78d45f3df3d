"""The answerer that needs no chat model: it says what the best supported blocks say, and cites them."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence

from assistant.answer.compose import compose
from assistant.answer.draft import Line, Refusal, cite, fit, number_spans, render
from assistant.answer.events import Event, Final, Request, Token
from assistant.answer.inquiry import Inquiry
from assistant.documents import Answer, Grounding, SentenceSupport, TraceStep
from assistant.grounding import support
from assistant.settings import AnswerSettings

NEAREST = 3  # sections named beside an answer or refusal
NEAREST_AMONG = 40  # of the ranked blocks
SHOWN_EVIDENCE = 5  # blocks in the trace
_WORD_GAP = re.compile(r"(?<=\s)")


class ExtractiveAnswerer:
    """Answers from one request's index, question and vector; holds no state between requests."""

    def __init__(self, settings: AnswerSettings) -> None:
        self._settings = settings

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        """The answer in pieces of a word each, then the whole."""
        answer = await asyncio.to_thread(self.answer, request)
        for piece in _WORD_GAP.split(answer.text):
            yield Token(piece)
        yield Final(answer)

    def answer(self, request: Request) -> Answer:
        """The whole answer at once."""
        started = time.perf_counter()
        outcome, inquiry = compose(request)
        composed = time.perf_counter()
        composing = _evidence_step(inquiry, (composed - started) * 1000)
        if isinstance(outcome, Refusal):
            return _refused(request, inquiry, outcome, (composing,))
        lines, grounding, dropped = self._checked(fit(outcome.lines, self._settings.max_chars), inquiry)
        checking = _check_step(grounding, dropped, (time.perf_counter() - composed) * 1000)
        if not grounding.sentences:
            return _refused(request, inquiry, Refusal("The roadmaps do not say that."), (composing, checking))
        return Answer(
            question=request.question.text,
            text=render(lines),
            refused=False,
            citations=cite(lines, request.table.index.outlines),
            grounding=grounding,
            nearest=nearest(inquiry),
            trace=(composing, checking),
        )

    def _checked(self, lines: tuple[Line, ...], inquiry: Inquiry) -> tuple[tuple[Line, ...], Grounding, int]:
        """The supported lines and the notes, their grounding, and how many lines were dropped."""
        scores = {line: _score(line, inquiry) for line in lines if line.spans}
        bar = self._settings.support_threshold
        kept = tuple(line for line in lines if not line.spans or scores[line] >= bar)
        numbers = number_spans(kept)
        sentences = tuple(
            SentenceSupport(
                line.text, scores[line], True, tuple(dict.fromkeys(numbers[span] for span in line.spans))
            )
            for line in kept
            if line.spans
        )
        weakest = min((s.score for s in sentences), default=0.0)
        return kept, Grounding(weakest, sentences), len(lines) - len(kept)


def nearest(inquiry: Inquiry, most: int = NEAREST) -> tuple[str, ...]:
    """Titles of the sections closest to the question, those it names itself first."""
    return tuple(dict.fromkeys(_near_sections(inquiry)))[:most]


def _near_sections(inquiry: Inquiry) -> Iterator[str]:
    ranked = (e.key for e in inquiry.scout.rank(inquiry.sources)[:NEAREST_AMONG])
    for section in map(inquiry.section, (*inquiry.scope, *ranked)):
        if inquiry.block(section).level:
            yield f"{inquiry.section_name(section)} ({inquiry.source_title(section[0])})"


def _score(line: Line, inquiry: Inquiry) -> float:
    """The support of a line by its spans, with what they stand under and what was counted in them."""
    passages = []
    for span in line.spans:
        quote = inquiry.outline(span.source).document.text[span.start : span.end]
        passages.append(f"{inquiry.context(span)}\n{line.counted}\n{quote}")
    return round(support(line.text, passages), 4)


def _refused(request: Request, inquiry: Inquiry, refusal: Refusal, trace: Sequence[TraceStep]) -> Answer:
    topics = nearest(inquiry)
    text = refusal.text
    if not request.question.english and not inquiry.terms:
        text = "The sources are in English and nothing in the question matches them; please ask in English."
    elif not request.question.english:
        text += " The sources are in English; asking in English may find more."
    if topics:
        text += f" Nearest topics: {'; '.join(topics)}."
    return Answer(question=request.question.text, text=text, refused=True, nearest=topics, trace=tuple(trace))


def _evidence_step(inquiry: Inquiry, ms: float) -> TraceStep:
    shown = [
        {
            "place": inquiry.whereabouts(e.key),
            "words": round(e.lexical, 3),
            "meaning": round(e.meaning, 3),
        }
        for e in inquiry.ranked[:SHOWN_EVIDENCE]
    ]
    summary = "no evidence"
    if shown:
        summary = f"answered as {inquiry.question.ask.value}; best evidence: {shown[0]['place']}"
    return TraceStep("compose", summary, {"evidence": shown}, ms)


def _check_step(grounding: Grounding, dropped: int, ms: float) -> TraceStep:
    supported = len(grounding.sentences)
    summary = f"{supported} of {supported + dropped} sentences supported by what they cite"
    return TraceStep("check", summary, {"dropped": dropped}, ms)
