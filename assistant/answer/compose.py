"""From an understood question to a draft or a refusal: the shapes of answers, tried in order."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from assistant.answer.counts import answer_count, answer_units
from assistant.answer.coverage import judge, missing_place, unmentioned
from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.events import Request
from assistant.answer.evidence import Scout
from assistant.answer.facts import answer_definition, answer_fact, answer_person, answer_reason
from assistant.answer.inquiry import Inquiry
from assistant.answer.links import answer_links
from assistant.answer.notes.blend import blend
from assistant.answer.notes.explain import explain
from assistant.answer.order import answer_arrangement, answer_edge, answer_order
from assistant.answer.places import answer_place
from assistant.answer.surveys import answer_comparison, answer_mentions
from assistant.query import Ask, Question

Shape = Callable[[Inquiry], Outcome | None]
# What is tried for each kind of question, in order; a shape that has nothing to say hands on to the next.
SHAPES: Mapping[Ask, tuple[Shape, ...]] = {
    Ask.FACT: (answer_arrangement, answer_edge, answer_units, answer_fact),
    Ask.LIST: (answer_arrangement, answer_edge, answer_units, answer_fact),
    Ask.YES_NO: (answer_arrangement, answer_fact),
    Ask.DEFINITION: (answer_arrangement, answer_definition),
    Ask.PERSON: (answer_person,),
    Ask.REASON: (answer_reason,),
    Ask.PLACE: (answer_edge, answer_units, answer_arrangement, answer_place, answer_fact),
    Ask.ORDER: (answer_order, answer_fact),
    Ask.COUNT: (answer_count, answer_fact),
    Ask.MENTIONS: (answer_mentions, answer_fact),
    Ask.COMPARISON: (answer_comparison, answer_fact),
    Ask.LINKS: (answer_links, answer_fact),
}


def compose(request: Request) -> tuple[Outcome, Inquiry]:
    """The best outcome for a question: what the roadmaps say, and what the study notes explain."""
    outcome, inquiry = of_roadmaps(request)
    if unanswerable(inquiry):
        return outcome, inquiry
    explanation = explain(request.shelf, request.question, request.vector, request.sources)
    return blend(outcome, explanation, inquiry), inquiry


def of_roadmaps(request: Request) -> tuple[Outcome, Inquiry]:
    """What roadmaps and files say; where a question asks several things, what can be said to each."""
    whole, inquiry = _compose_one(request.question, request)
    parts = request.question.parts
    several_units = len({part.unit for part in parts if part.unit}) > 1
    if not parts or (isinstance(whole, Draft) and not several_units):
        return whole, inquiry
    outcomes = [_compose_one(part, request)[0] for part in parts]
    if not any(isinstance(outcome, Draft) for outcome in outcomes):
        return whole, inquiry
    lines: list[Line] = []
    for outcome in outcomes:
        lines += outcome.lines if isinstance(outcome, Draft) else (Line(outcome.text),)
    return Draft(tuple(dict.fromkeys(lines))), inquiry


def _compose_one(question: Question, request: Request) -> tuple[Outcome, Inquiry]:
    sources = [source for source in request.sources if source not in request.shelf.notes]
    named = [source for source in sources if source in question.sources]
    scout = Scout(request.table, question, request.vector)
    inquiry = Inquiry(question, scout, named or sources)
    return unanswerable(inquiry) or _first_said(inquiry), inquiry


def unanswerable(inquiry: Inquiry) -> Refusal | None:
    """A refusal of what needs no look at the evidence: orders, small talk, a week that is not there."""
    question = inquiry.question
    subject = question.terms or question.facets or question.places
    if question.commands and not subject:
        return Refusal("I answer questions about the roadmaps and follow no other orders.")
    named = subject or question.sources or question.unit or question.missing
    if not named and question.ask not in (Ask.COUNT, Ask.ORDER):
        return Refusal("I answer questions about the roadmaps: name a topic, a week or a roadmap.")
    if question.missing and not question.places:
        return missing_place(inquiry, question.missing[0])
    return None


def _first_said(inquiry: Inquiry) -> Outcome:
    """What the first shape with something to say makes of the question, if it speaks to the point."""
    for shape in SHAPES[inquiry.question.ask]:
        outcome = shape(inquiry)
        if isinstance(outcome, Draft):
            return judge(inquiry, outcome) or _with_missing(inquiry, outcome)
        if isinstance(outcome, Refusal):
            return outcome
    return Refusal("The roadmaps do not say anything about that.")


def _with_missing(inquiry: Inquiry, draft: Draft) -> Draft:
    """A mixed question's part that is not there is said so."""
    notes = [note] if (note := unmentioned(inquiry, draft)) else []
    notes += [missing_place(inquiry, missing).text for missing in inquiry.question.missing[:1]]
    return replace(draft, lines=(*draft.lines, *map(Line, notes)))
