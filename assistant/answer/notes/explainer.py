"""A question at the shelf: which topics it names, and how well each block of a note answers it."""

import heapq
import re
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.answer.evidence import Key, stems_of
from assistant.answer.notes.names import Mention, Name
from assistant.answer.notes.shelf import (
    COMPARED,
    EFFORT,
    EXAMPLE,
    IDEAS,
    MISTAKES,
    WHAT,
    WHY,
    Note,
    NoteBlock,
    Shelf,
)
from assistant.keywords import keyword_tokens, stem
from assistant.query import Question, Term
from assistant.query.aspects import ASPECT_WORDS, Aspect, aspects_of

_FIGURE = re.compile(r"\d|^(?:[kmgt]b|ms)$")  # "200 GB": the learner's case, not the subject
_IN_TOPIC = re.compile(r"\W*(?:in|with|within|for) ", re.IGNORECASE)  # "In OpenTelemetry, what is a span?"
FOUND = 60  # blocks of the search that are looked at
# Bonuses in standard deviations of the fused score; the larger two were chosen by a sweep over `notes.jsonl`.
NAMED = 0.5  # for the very idea that the question names
MOST_SUITED, SUITED = 0.8, 0.3  # for a block in a section that speaks of the side asked for
NAMED_NOTE = 1.5  # for a block of a note that the question names
UNASKED_EFFORT, UNASKED_EXAMPLE = 1.5, 0.5  # less for what is told where it is asked for
_SUITS = {
    Aspect.WHY: (WHY, IDEAS, WHAT),
    Aspect.WHEN: (WHY, COMPARED, IDEAS),
    Aspect.HOW: (IDEAS, WHAT),
    Aspect.MISTAKES: (MISTAKES,),
    Aspect.COMPARISON: (COMPARED,),
    Aspect.DEFINITION: (WHAT, IDEAS),
}


class Explainer:
    """One question at the shelf."""

    def __init__(
        self, shelf: Shelf, question: Question, vector: NDArray[np.float32], allowed: Sequence[str]
    ) -> None:
        self.shelf = shelf
        self.question = question
        meanings = shelf.search.meanings(vector)
        self.meaning: Mapping[Key, float] = dict(zip(shelf.search.keys, meanings.tolist(), strict=True))
        self.allowed = frozenset(allowed)
        self.text = question.standalone
        self.aspects = aspects_of(self.text)
        frame = {stem(word) for word in ASPECT_WORDS}
        words_asked = [s for s in dict.fromkeys(keyword_tokens(self.text)) if s not in frame]
        self._fused = shelf.search.fused(meanings, words_asked)
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
        """The first that is named; in "a counter in Prometheus" the idea of a note that is named, too.

        In "SQL before transactions" what stands behind "before" is meant.
        """
        if Aspect.PREREQUISITES in self.aspects:
            behind = self.shelf.names.find(self.text.lower().partition("before")[2])
            sources = {name.source for mention in behind for name in self._meant(mention)}
            if later := next((name for name in self.targets if name.source in sources), None):
                return later
        named = [name.source for name in self.targets]
        within = [name for name in self.targets if name.block >= 0 and named.count(name.source) > 1]
        if within and (len(within) < len(self.targets) or _IN_TOPIC.match(self.text)):
            return next((name for name in within if not name.own), within[-1])
        return self.targets[0]

    @cached_property
    def named(self) -> frozenset[str]:
        """Stems of the words by which the question names topics."""
        return stems_of(" ".join(name.words for name in self.targets))

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

    @cached_property
    def found(self) -> list[NoteBlock]:
        """The blocks that may be the best: the first FOUND of the search, and those of the notes named."""
        first = heapq.nlargest(FOUND, self._fused, key=self._fused.__getitem__)
        sources = {name.source for name in self.targets}
        named = (block.key for source in sources for block in self.shelf.notes[source].blocks)
        keys = dict.fromkeys((*first, *named))
        return [self.shelf.blocks[k] for k in keys if k in self._fused and k[0] in self.allowed]

    def score(self, block: NoteBlock) -> float:
        """How well a block answers: found, of a topic that is named, in a section that suits."""
        sections = [_SUITS[aspect] for aspect in self.aspects if aspect in _SUITS]
        bonus = MOST_SUITED if any(block.section == first for first, *_ in sections) else 0.0
        if not bonus and any(block.section in suited for suited in sections):
            bonus = SUITED
        if block.section == EFFORT:
            bonus -= UNASKED_EFFORT
        if block.section == EXAMPLE and Aspect.EXAMPLE not in self.aspects:
            bonus -= UNASKED_EXAMPLE
        if any(block.key[0] == name.source for name in self.targets):
            bonus += NAMED_NOTE
        if any(block.key == name.key for name in self.targets):
            bonus += NAMED
        return self._fused.get(block.key, 0.0) + bonus

    def note(self, key: Key) -> Note:
        return self.shelf.notes[key[0]]


def holds(stems: frozenset[str], term: Term) -> bool:
    return any(all(s in stems for s in option) for option in (*term.alternatives, (stem(term.word),)))
