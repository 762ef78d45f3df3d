"""From the words typed to a Question: typos mended, orders set aside, history and parts resolved."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.documents import Exchange
from assistant.index import Index
from assistant.query.focus import asks, clauses, focus
from assistant.query.followup import Earlier, follow_up
from assistant.query.foreign import is_foreign, translate
from assistant.query.history import carry, depends, swaps_subject
from assistant.query.question import Ask, Place, Question
from assistant.query.sentence import SentenceReader
from assistant.query.terms import helping

MOST_TURNS = 3  # earlier turns a follow-up is traced back through
_BLANKS = re.compile(r"\s+")
# Shapes that a comparison replaces once the context names several roadmaps.
_COMPARABLE = (Ask.FACT, Ask.LIST, Ask.DEFINITION)


class Reader:
    """Understands questions about one index; built once a generation."""

    def __init__(self, index: Index) -> None:
        notes = {sid for sid, o in index.outlines.items() if o.document.source.kind == "note"}
        self._sentences = SentenceReader(
            {sid: outline for sid, outline in index.outlines.items() if sid not in notes},
            [index.outlines[sid].document for sid in notes],
        )
        self._vocabulary = self._sentences.vocabulary

    def read(
        self, text: str, history: Sequence[Exchange] = (), allowed: Sequence[str] | None = None
    ) -> Question:
        """The question understood; `allowed` restricts to these sources."""
        typed = _BLANKS.sub(" ", text).strip()
        english = not is_foreign(typed)
        split = focus(typed if english else translate(typed))
        mended, corrections = self._vocabulary.speller.mend(split.asked, english=english)
        question = self._sentences.read(typed, mended, allowed)
        if not english:  # of the words that were not translated only those of the sources tell its subject
            known = self._vocabulary.speller.knows
            own = (t for t in question.terms if t.attribute or known(t.word))
            question = replace(question, terms=tuple(replace(t, required=True) for t in own))
        if split.context:
            question = self._with_context(question, split.context, allowed)
        elif history and depends(mended, _own(question)):
            question = self._continuing(question, mended, history, allowed)
        return replace(
            question,
            corrections=corrections,
            text=typed,
            english=english,
            commands=split.commands,
            parts=self._parts(question, mended, allowed),
        )

    def _with_context(self, question: Question, context: str, allowed: Sequence[str] | None) -> Question:
        """Words of the sentences around the question help to find its passage; places named there count."""
        mended, _ = self._vocabulary.speller.mend(context)
        beside = self._sentences.read(context, mended, allowed)
        terms = (*question.terms, *helping(beside.terms, question.terms))
        if not any(t.required for t in terms):  # "canary releases ... which documents bring them up?"
            terms = tuple(replace(t, weight=1.0, required=True) if t.known else t for t in terms)
        if not question.places and not question.missing:
            question = replace(question, places=beside.places, missing=beside.missing)
        sources = question.sources or beside.sources
        ask = question.ask
        if len(sources) > 1 and ask in _COMPARABLE:
            ask = Ask.COMPARISON
        standalone = f"{mended} {question.standalone}"
        return replace(question, ask=ask, standalone=standalone, terms=terms, sources=sources)

    def _continuing(
        self, question: Question, text: str, history: Sequence[Exchange], allowed: Sequence[str] | None
    ) -> Question:
        """The follow-up with what it takes from the turns before, the last one read first."""
        before = history[:-1][-MOST_TURNS:]
        outlines = self._sentences.outlines
        carried = carry(history[-1], outlines)

        def places() -> tuple[Place, ...]:
            found = (self.read(turn.question, (), allowed).places for turn in reversed(before))
            return next(filter(None, found), ())

        last = self.read(history[-1].question, before, allowed)
        earlier = Earlier(last, carried, self._vocabulary.terms(carried.fresh), places)
        return follow_up(question, text, swap=swaps_subject(text), earlier=earlier, outlines=outlines)

    def _parts(self, whole: Question, text: str, allowed: Sequence[str] | None) -> tuple[Question, ...]:
        """Each clause as a question of its own; what it does not name itself it takes from the whole."""
        found = clauses(text)
        if len(found) < 2:
            return ()
        parts: list[Question] = []
        for clause in found:
            part = self._sentences.read(clause, clause, allowed)
            if not (asks(clause) or part.facets or any(t.attribute for t in part.terms)):
                return ()  # "Docker and Kubernetes" is one subject
            parts.append(_completed(part, whole))
        return tuple(parts)


def _own(question: Question) -> int:
    """How many known words, places and roadmaps a question names itself."""
    known = sum(t.known for t in question.terms)
    return known + len(question.places) + len(question.missing) + len(question.sources)


def _completed(part: Question, whole: Question) -> Question:
    """A clause with the places, the roadmaps and, where it names no subject, the words of the whole."""
    places = part.places if part.places or part.missing else whole.places
    terms = part.terms
    if not places and all(t.attribute for t in terms):
        said = {t.word for t in terms}
        subject = (t for t in whole.terms if t.known and not t.attribute and t.word not in said)
        terms = (*terms, *(replace(t, required=False) for t in subject))
    return replace(part, places=places, terms=terms, sources=part.sources or whole.sources)
