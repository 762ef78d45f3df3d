"""A question at the shelf: which topics it names, what it asks of them, and how well each block answers."""

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.answer.evidence import Key, stems_of
from assistant.answer.notes.names import Mention, Name
from assistant.answer.notes.ranking import Asked
from assistant.answer.notes.shelf import Note, NoteBlock, Shelf
from assistant.keywords import keyword_tokens, stem
from assistant.query import Question, Term
from assistant.query.aspects import ASPECT_WORDS, Aspect, aspects_of

_FIGURE = re.compile(r"\d|^(?:[kmgt]b|ms)$")  # "200 GB": the learner's case, not the subject
_IN_TOPIC = re.compile(r"\W*(?:in|with|within|for) ", re.IGNORECASE)  # "In OpenTelemetry, what is a span?"
CODE = ("code", "table")  # kinds of blocks
_EXAMPLES = frozenset(("example", "examples"))
_FRAME = frozenset(stem(word) for word in ASPECT_WORDS)


class Explainer:
    """One question at the shelf."""

    def __init__(
        self, shelf: Shelf, question: Question, vector: NDArray[np.float32], allowed: Sequence[str]
    ) -> None:
        self.shelf = shelf
        self.question = question
        self.allowed = frozenset(allowed)
        self.text = question.standalone
        self._vector = vector
        self._meanings = shelf.ranking.meanings(vector)
        self.mentions: list[Mention] = [m for m in shelf.names.find(self.text) if self._meant(m)]
        named = {
            word for mention in self.mentions for name in mention.names for word in name.words.lower().split()
        }
        self.aspects = tuple(
            aspect
            for aspect in aspects_of(self.text)
            if aspect is not Aspect.EXAMPLE or not named & _EXAMPLES  # "an adversarial example"
        )

    def _meant(self, mention: Mention) -> list[Name]:
        return [name for name in mention.names if name.source in self.allowed]

    def meaning(self, key: Key) -> float:
        """Cosine of the question and a block; 0 for one that is not ranked."""
        row = self.shelf.ranking.row.get(key)
        return 0.0 if row is None else float(self._meanings[row])

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
                found.append(max(names, key=lambda name: self.meaning(name.key)))
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

    @cached_property
    def beside(self) -> float:
        """Share of the subject, weighted by rarity, that is not the topics' own names."""
        total = sum(map(self.weight, self.terms))
        named = sum(self.weight(term) for term in self.terms if holds(self.named, term))
        return 1.0 - named / total if total else 0.0

    @cached_property
    def wanted(self) -> Asked:
        """The question as the ranking of blocks looks at it."""
        return Asked(
            vector=self._vector,
            words=[s for s in dict.fromkeys(keyword_tokens(self.text)) if s not in _FRAME],
            aspects=self.aspects,
            notes=frozenset(name.source for name in self.targets),
            subject=self.subject.source if self.targets else "",
            ideas=frozenset(name.key for name in self.targets if name.block >= 0),
            named=1.0 - self.beside,
            details=[
                (_options(term), self.weight(term)) for term in self.terms if not holds(self.named, term)
            ],
        )

    @cached_property
    def ranked(self) -> list[NoteBlock]:
        """All blocks that may be told, the best first."""
        order = np.argsort(-self._scores, kind="stable")
        keys = (self.shelf.ranking.keys[row] for row in order.tolist())
        return [self.shelf.blocks[key] for key in keys if key[0] in self.allowed]

    def score(self, block: NoteBlock) -> float:
        """How well a block answers, in log odds against another of this question."""
        row = self.shelf.ranking.row.get(block.key)
        return float("-inf") if row is None else float(self._scores[row])

    @cached_property
    def _scores(self) -> NDArray[np.float64]:
        return self.shelf.ranking.scores(self.wanted)

    def length(self, block: NoteBlock) -> int:
        """Characters of a block as written."""
        return len(self.note(block.key).outline.text(block.key[1]))

    def is_code(self, block: NoteBlock) -> bool:
        return self.note(block.key).outline.blocks[block.key[1]].kind in CODE

    def note(self, key: Key) -> Note:
        return self.shelf.notes[key[0]]


def holds(stems: frozenset[str], term: Term) -> bool:
    return any(all(s in stems for s in option) for option in _options(term))


def _options(term: Term) -> list[tuple[str, ...]]:
    return [option for option in (*term.alternatives, (stem(term.word),)) if option]
