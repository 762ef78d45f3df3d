"""One question by itself: its places, roadmaps, labels, subject and the shape of its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.documents import Document
from assistant.keywords import words
from assistant.outline import Outline
from assistant.query.intent import ask_of, facets_of, offset_of, settled_ask, unit_asked
from assistant.query.lexicon import FACETS, SCAFFOLD
from assistant.query.naming import Naming
from assistant.query.places import named_places, resolve, title_words, titled
from assistant.query.question import Ask, Place, Question, Term
from assistant.query.references import without_references
from assistant.query.spelling import asked_words
from assistant.query.terms import CONTEXT_WEIGHT, Vocabulary
from assistant.query.wording import wording

# Shapes for which a section's title in the question means that section.
_TITLED_ASKS = (Ask.LIST, Ask.COUNT, Ask.ORDER)
_HOW_LONG = wording(r"\bhow long\b")


class SentenceReader:
    """Knows the sections, the words and the roadmaps' names of one index.

    Study notes are no places to ask for; their words are known as right, so that they are not mended. A
    thousand linked pages would take half a minute to read, and are neither.
    """

    def __init__(self, outlines: Mapping[str, Outline], notes: Sequence[Document] = ()) -> None:
        self.outlines = {sid: o for sid, o in outlines.items() if o.document.source.kind != "page"}
        self.vocabulary = Vocabulary(
            (_words_of(o.document) for o in self.outlines.values()), beside=map(_words_of, notes)
        )
        self._frame = SCAFFOLD | asked_words()
        self.naming = Naming([o.document.source for o in self.outlines.values()])

    def read(self, typed: str, text: str, allowed: Sequence[str] | None) -> Question:
        """The question without regard to other turns; `text` is what was typed with its typos mended."""
        named, rest = self.naming.find(text)
        scope = [s for s in (named or self.outlines) if allowed is None or s in allowed] or [*self.outlines]
        places, missing = resolve(rest, self.outlines, scope)
        ask, unit, offset = ask_of(text), unit_asked(text), offset_of(rest)
        if missing and named and ask is Ask.COMPARISON:
            # "compare the 2024 roadmap with week 17": the week is another roadmap's
            elsewhere, absent = resolve(rest, self.outlines, [*self.outlines])
            if not absent:
                places, missing = elsewhere, ()
                named = (*named, *dict.fromkeys(p.source for p in places))
        titles = tuple(p for p in named_places(rest, self.outlines, scope) if p in places)
        if not (places or missing or unit) and ask in _TITLED_ASKS and len(named) < 2:
            places = titles = titled(rest, self.outlines, scope)
        facets = self._labels(rest)
        subject = without_references(rest)
        if ask is Ask.COUNT:  # how long a plan is: no word of its subject
            subject = _HOW_LONG.sub(" ", subject)
        return Question(
            text=typed,
            standalone=text,
            ask=settled_ask(
                text, facets=facets, unit=unit, offset=offset, roadmaps=len(named), placed=bool(places)
            ),
            sources=named,
            places=places,
            missing=missing,
            unit=unit,
            offset=offset,
            facets=facets,
            terms=self._subject(subject, facets, titles),
        )

    def _labels(self, text: str) -> tuple[str, ...]:
        """The facets less those whose word is part of a phrase of the sources ("project management")."""
        found = words(text)
        in_phrase = {
            left
            for left, right in pairwise(found)
            if right not in self._frame and self.vocabulary.is_phrase(left, right)
        }
        asked = {facet: FACETS[facet] & set(found) for facet in facets_of(text)}
        return tuple(facet for facet, heard in asked.items() if not heard or heard - in_phrase)

    def _subject(self, text: str, facets: tuple[str, ...], titles: tuple[Place, ...]) -> tuple[Term, ...]:
        """The words of the subject; those that only name a place by its title are left out."""
        said = title_words(titles, self.outlines)
        terms = (
            t for t in self.vocabulary.terms(text, facets) if not titles or not {*t.alternatives[0]} <= said
        )
        # "should a senior know": a word of one roadmap's name need not stand in the passage
        return tuple(
            replace(t, weight=CONTEXT_WEIGHT, required=False) if self.naming.tells(t.word) else t
            for t in terms
        )


def _words_of(document: Document) -> str:
    return "\n".join((document.source.title, *document.source.aliases, document.text))
