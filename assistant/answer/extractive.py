"""The answerer that needs no chat model: it says what the best supported blocks say, and cites them."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace

from assistant.answer.counts import answer_count, answer_units
from assistant.answer.coverage import judge, missing_place, unmentioned
from assistant.answer.draft import Draft, Line, Outcome, Refusal, cite, fit, render
from assistant.answer.events import Event, Final, Request, Token
from assistant.answer.evidence import Scout
from assistant.answer.facts import answer_definition, answer_fact, answer_person, answer_reason
from assistant.answer.inquiry import Inquiry
from assistant.answer.links import answer_links
from assistant.answer.places import answer_arrangement, answer_edge, answer_order, answer_place
from assistant.answer.surveys import answer_comparison, answer_mentions
from assistant.documents import Answer, Grounding, SentenceSupport, TraceStep
from assistant.grounding import support
from assistant.query import Ask, Question
from assistant.settings import AnswerSettings

Shape = Callable[[Inquiry], Outcome | None]
# What is tried for each kind of question, in order; a shape that has nothing to say hands on to the next.
SHAPES: Mapping[Ask, tuple[Shape, ...]] = {
    Ask.FACT: (answer_arrangement, answer_edge, answer_units, answer_fact),
    Ask.LIST: (answer_edge, answer_units, answer_fact),
    Ask.YES_NO: (answer_arrangement, answer_fact),
    Ask.DEFINITION: (answer_definition,),
    Ask.PERSON: (answer_person,),
    Ask.REASON: (answer_reason,),
    Ask.PLACE: (answer_edge, answer_units, answer_place, answer_fact),
    Ask.ORDER: (answer_order, answer_fact),
    Ask.COUNT: (answer_count, answer_fact),
    Ask.MENTIONS: (answer_mentions, answer_fact),
    Ask.COMPARISON: (answer_comparison, answer_fact),
    Ask.LINKS: (answer_links, answer_fact),
}
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
        steps = [_evidence_step(inquiry, (composed - started) * 1000)]
        if isinstance(outcome, Refusal):
            return self._refused(request, inquiry, outcome, steps)
        outlines = request.table.index.outlines
        lines = fit(outcome.lines, self._settings.max_chars)
        grounding = ground(lines, inquiry, self._settings.support_threshold)
        kept = {s.text for s in grounding.sentences if s.supported}
        dropped = sum(1 for line in lines if line.spans and line.text not in kept)
        lines = tuple(line for line in lines if not line.spans or line.text in kept)
        checked = (time.perf_counter() - composed) * 1000
        steps.append(
            TraceStep(
                "check",
                f"{len(kept)} of {len(kept) + dropped} sentences supported by what they cite",
                {"dropped": dropped},
                checked,
            )
        )
        if not any(line.spans for line in lines):
            return self._refused(request, inquiry, Refusal("The roadmaps do not say that."), steps)
        return Answer(
            question=request.question.text,
            text=render(lines),
            refused=False,
            citations=cite(lines, outlines),
            grounding=ground(lines, inquiry, self._settings.support_threshold),
            nearest=nearest(inquiry),
            trace=tuple(steps),
        )

    def _refused(
        self, request: Request, inquiry: Inquiry, refusal: Refusal, steps: list[TraceStep]
    ) -> Answer:
        topics = nearest(inquiry)
        text = refusal.text
        if not request.question.english and not inquiry.terms:
            text = (
                "The sources are in English and nothing in the question matches them; please ask in English."
            )
        elif not request.question.english:
            text += " The sources are in English; asking in English may find more."
        if topics:
            text += " Nearest topics: " + "; ".join(topics) + "."
        return Answer(
            question=request.question.text, text=text, refused=True, nearest=topics, trace=tuple(steps)
        )


def compose(request: Request) -> tuple[Outcome, Inquiry]:
    """The best outcome for a question; where it asks several things, what can be said to each."""
    whole, inquiry = _compose_one(request.question, request)
    units = {part.unit for part in request.question.parts if part.unit}
    if (isinstance(whole, Draft) and len(units) < 2) or not request.question.parts:
        return whole, inquiry
    outcomes = [_compose_one(part, request)[0] for part in request.question.parts]
    if not any(isinstance(outcome, Draft) for outcome in outcomes):
        return whole, inquiry
    lines: list[Line] = []
    for outcome in outcomes:
        lines += outcome.lines if isinstance(outcome, Draft) else (Line(outcome.text),)
    return Draft(tuple(dict.fromkeys(lines))), inquiry


def _compose_one(question: Question, request: Request) -> tuple[Outcome, Inquiry]:
    inquiry = Inquiry(
        question,
        Scout(request.table, question, request.vector),
        _scope(question, request.sources),
        request.hits,
    )
    if question.commands and not question.terms and not question.places and not question.facets:
        return Refusal("I answer questions about the roadmaps and follow no other orders."), inquiry
    said_nothing = not (
        question.terms
        or question.facets
        or question.places
        or question.sources
        or question.unit
        or question.missing
    )
    if said_nothing and question.ask not in (Ask.COUNT, Ask.ORDER):
        return Refusal("I answer questions about the roadmaps: name a topic, a week or a roadmap."), inquiry
    if question.missing and not question.places:
        title = inquiry.source_title(question.missing[0].source) if question.missing[0].source else ""
        return missing_place(question.missing[0], title), inquiry
    for shape in SHAPES[question.ask]:
        outcome = shape(inquiry)
        if isinstance(outcome, Draft):
            return judge(inquiry, outcome) or _with_missing(inquiry, outcome), inquiry
        if isinstance(outcome, Refusal):
            return outcome, inquiry
    return Refusal("The roadmaps do not say anything about that."), inquiry


def ground(lines: Sequence[Line], inquiry: Inquiry, threshold: float) -> Grounding:
    """The support of each cited line by the spans it cites, headings and counts included."""
    numbers = {c.quote: c.n for c in cite(lines, inquiry.scout.index.outlines)}
    checked = []
    for line in lines:
        if not line.spans:
            continue
        passages = []
        for span in line.spans:
            quote = inquiry.outline(span.source).document.text[span.start : span.end]
            passages.append(f"{inquiry.context(span)}\n{line.counted}\n{quote}")
        score = support(line.text, passages)
        cited = tuple(
            dict.fromkeys(
                numbers[inquiry.outline(s.source).document.text[s.start : s.end]] for s in line.spans
            )
        )
        checked.append(SentenceSupport(line.text, round(score, 4), score >= threshold, cited))
    return Grounding(min((s.score for s in checked), default=0.0), tuple(checked))


def nearest(inquiry: Inquiry, most: int = 3) -> tuple[str, ...]:
    """Titles of the sections closest to the question."""
    found: list[str] = []
    for e in inquiry.scout.rank(inquiry.sources)[:40]:
        key = inquiry.section(e.key)
        name = f"{inquiry.section_name(key)} ({inquiry.source_title(key[0])})"
        if name not in found and inquiry.outline(key[0]).blocks[key[1]].level:
            found.append(name)
        if len(found) == most:
            break
    return tuple(found)


def _scope(question: Question, sources: Sequence[str]) -> list[str]:
    named = [s for s in sources if s in question.sources]
    return named or list(sources)


def _with_missing(inquiry: Inquiry, draft: Draft) -> Draft:
    """A mixed question's part that is not there is said so."""
    if note := unmentioned(inquiry, draft):
        draft = replace(draft, lines=(*draft.lines, Line(note)))
    if not inquiry.question.missing:
        return draft
    missing = inquiry.question.missing[0]
    title = inquiry.source_title(missing.source) if missing.source else ""
    return replace(draft, lines=(*draft.lines, Line(missing_place(missing, title).text)))


def _evidence_step(inquiry: Inquiry, ms: float) -> TraceStep:
    best = inquiry.ranked[:5]
    shown = [
        {
            "place": f"{inquiry.section_name(inquiry.section(e.key))}, {inquiry.source_title(e.source)}",
            "words": round(e.lexical, 3),
            "meaning": round(e.meaning, 3),
        }
        for e in best
    ]
    summary = (
        f"answered as {inquiry.question.ask.value}; best evidence: {shown[0]['place']}"
        if shown
        else "no evidence"
    )
    return TraceStep("compose", summary, {"evidence": shown}, ms)
