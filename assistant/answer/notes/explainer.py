"""A question at the shelf: which topics it names, and how well each block of a note answers it."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from assistant.answer.evidence import Key
from assistant.answer.notes.names import Mention, Name
from assistant.answer.notes.shelf import COMPARED, EXAMPLE, IDEAS, MISTAKES, WHAT, WHY, Note, NoteBlock, Shelf
from assistant.keywords import stem, words
from assistant.query import Question, Term
from assistant.query.aspects import ASPECT_WORDS, Aspect, aspects_of

_FIGURE = re.compile(r"\d|^(?:[kmgt]b|ms)$")  # "200 GB": the learner's case, not the subject
NAMED = 0.15  # bonus for the very idea that the question names
MOST_SUITED, SUITED = 0.25, 0.1  # bonus for a block in a section that speaks of the side asked for
_SUITS = {
    Aspect.WHY: (WHY, IDEAS, WHAT),
    Aspect.WHEN: (WHY, COMPARED, IDEAS),
    Aspect.HOW: (IDEAS, WHAT, EXAMPLE),
    Aspect.MISTAKES: (MISTAKES,),
    Aspect.COMPARISON: (COMPARED,),
    Aspect.DEFINITION: (WHAT, IDEAS),
}


class Explainer:
    """One question at the shelf."""

    def __init__(
        self, shelf: Shelf, question: Question, meaning: Mapping[Key, float], allowed: Sequence[str]
    ) -> None:
        self.shelf = shelf
        self.question = question
        self.meaning = meaning
        self.allowed = frozenset(allowed)
        self.text = question.standalone
        self.aspects = aspects_of(self.text)
        self.mentions: list[Mention] = [m for m in shelf.names.find(self.text) if self._meant(m)]

    def _meant(self, mention: Mention) -> list[Name]:
        return [name for name in mention.names if name.source in self.allowed]

    @cached_property
    def targets(self) -> list[Name]:
        """What each mention means; a shared label means that of a note named too, else the closest."""
        claimed = {name.source for m in self.mentions if m.own for name in self._meant(m)}
        found: list[Name] = []
        for mention in self.mentions:
            names = self._meant(mention)
            if not mention.own and claimed:
                names = [name for name in names if name.source in claimed]
            elif not mention.own and mention.end - mention.start == 1 and len(self.question.terms) > 1:
                names = []  # "load", "policy": an everyday word rather than the idea of some note
            if names:
                found.append(max(names, key=lambda name: self.meaning.get(name.key, 0.0)))
        return list(dict.fromkeys(found))

    @property
    def subject(self) -> Name:
        """The first that is named; in "a counter in Prometheus" the idea of a note that is named, too."""
        sources = [name.source for name in self.targets]
        within = (n for n in self.targets if not n.own and n.block >= 0 and sources.count(n.source) > 1)
        return next(within, self.targets[0])

    @cached_property
    def named(self) -> frozenset[str]:
        """Stems of the words by which the question names topics."""
        return frozenset(stem(w) for name in self.targets for w in words(name.words))

    def weight(self, term: Term) -> float:
        return self.shelf.rarity([s for option in term.alternatives for s in option] or [stem(term.word)])

    @cached_property
    def terms(self) -> list[Term]:
        """The subject's words; those that only say which side of a topic is asked for are none."""
        return [t for t in self.asked if not t.attribute]

    @cached_property
    def asked(self) -> list[Term]:
        """The subject's words with attributes, less what only frames the question or describes a case."""
        return [
            t
            for t in self.question.terms
            if stem(t.word) in self.named
            or (t.required and t.word not in ASPECT_WORDS and not _FIGURE.search(t.word))
        ]

    def fit(self, blocks: Sequence[NoteBlock]) -> float:
        """Share of the subject that the blocks or the topic's names hold, weighted by rarity."""
        held = frozenset[str]().union(*(b.stems for b in blocks), self.named)
        total = sum(map(self.weight, self.terms))
        return sum(self.weight(t) for t in self.terms if holds(held, t)) / total if total else 1.0

    @cached_property
    def beside(self) -> float:
        """Share of the subject that is not the topics' own names."""
        return 1.0 - self.fit(())

    def score(self, block: NoteBlock) -> float:
        sections = [_SUITS[aspect] for aspect in self.aspects if aspect in _SUITS]
        bonus = MOST_SUITED if any(block.section == first for first, *_ in sections) else 0.0
        if not bonus and any(block.section in suited for suited in sections):
            bonus = SUITED
        asked = NAMED if any(block.key == name.key for name in self.targets) else 0.0
        return self.fit([block]) + self.meaning.get(block.key, 0.0) + bonus + asked

    def note(self, key: Key) -> Note:
        return self.shelf.notes[key[0]]


def holds(stems: frozenset[str], term: Term) -> bool:
    return any(all(s in stems for s in option) for option in (*term.alternatives, (stem(term.word),)))
