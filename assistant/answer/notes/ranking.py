"""Which block of the notes answers best: a linear model over explainable figures, for all blocks at once.

The weights are fitted by `evals/benchmarks/note_ranking.py` on questions whose answering blocks are known.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from assistant.answer.evidence import Key
from assistant.documents import NoteSection
from assistant.query.aspects import Aspect

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

K1, B = 1.2, 0.75  # of BM25, as for passages; a block holds a word or it does not, so its frequency is 1
TITLE = 0.5  # of a word's rarity, where the note's title has it and the block has not
FIGURES = (
    "meaning",  # cosine of question and block
    "meaning of the note",  # of its closest block
    "meaning of the definition",  # of the note's first block
    "words",  # BM25, in tens
    "words of the note",  # of its best block
    "note is named",
    "note is the subject",  # the first of those named
    "idea is named",
    "label is asked for",  # share of the label's words that the question has
    "label is asked for alone",  # the same, times the share of the subject that the names hold
    "detail is held",  # share of the subject beside the topic's name that the block has
    "length",  # natural logarithm of its characters
    "code",  # a fence or a table
    "first of its section",
    "closest question",  # cosine to the closest learner question that the block answers
    "closest question of the note",
)
SECTIONS = tuple(NoteSection)


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """What the ranking needs to know of a block."""

    key: Key
    section: str
    stems: frozenset[str]  # of its label and its words
    label: frozenset[str]  # stems of its label
    title: frozenset[str]  # stems of its note's title
    length: int  # characters
    code: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for, as far as the ranking looks at it."""

    vector: NDArray[np.float32]
    words: Sequence[str]  # stems that carry meaning
    aspects: Sequence[Aspect]
    notes: Collection[str]  # source ids that it names
    subject: str  # the first of them, "" where none is named
    ideas: Collection[Key]  # blocks that it names
    named: float  # share of the subject that the names hold
    details: Sequence[tuple[Sequence[Sequence[str]], float]]  # (alternatives, weight) beside the names


@dataclass(frozen=True, slots=True)
class Weights:
    """The fitted model: a weight a figure, a section, and a section where an aspect is asked for."""

    figures: Floats  # (figures,)
    sections: Floats  # (sections,)
    aspects: Mapping[Aspect, Floats]  # (sections,) each


class BlockRanking:
    """The blocks of all notes, those of one note side by side; parallel arrays in the order of `keys`.

    `questions` are the blocks that answer each learner question, `question_vectors` their meanings in the
    same order.
    """

    def __init__(
        self,
        blocks: Sequence[BlockFacts],
        vectors: NDArray[np.float32],
        questions: Sequence[Sequence[Key]],
        question_vectors: NDArray[np.float32],
    ) -> None:
        self.keys: tuple[Key, ...] = tuple(block.key for block in blocks)
        self.row: Mapping[Key, int] = {key: row for row, key in enumerate(self.keys)}
        self.sections: Rows = np.array(
            [SECTIONS.index(NoteSection(b.section)) for b in blocks], dtype=np.int64
        )
        self._vectors = vectors
        self._of_note: dict[str, Rows] = _grouped((block.key[0], row) for row, block in enumerate(blocks))
        self._starts: Rows = np.array([rows[0] for rows in self._of_note.values()], dtype=np.int64)
        numbers = {source: number for number, source in enumerate(self._of_note)}
        self._note: Rows = np.array([numbers[key[0]] for key in self.keys], dtype=np.int64)
        lengths = np.array([len(block.stems) for block in blocks], dtype=np.float64)
        mean = lengths.mean() if len(lengths) else 1.0
        self._saturation = (K1 + 1) / (1 + K1 * (1 - B + B * lengths / mean))
        self._standing = _postings([block.stems for block in blocks])
        self._titled = _postings([block.title for block in blocks])
        self._labelled = _postings([block.label for block in blocks])
        self._label_sizes = np.array([max(len(block.label), 1) for block in blocks], dtype=np.float64)
        places = [(block.key[0], block.section) for block in blocks]
        opens = [place != before for place, before in zip(places, [None, *places], strict=False)]
        static = [[np.log(max(b.length, 1)), b.code, first] for b, first in zip(blocks, opens, strict=True)]
        self._static = np.array(static, dtype=np.float64).reshape(len(blocks), 3)
        self._question_vectors = question_vectors
        answering = [
            (question, self.row[key])
            for question, keys in enumerate(questions)
            for key in keys
            if key in self.row
        ]
        # (pairs, 2): a question and the row of a block that answers it
        self._answering: Rows = np.array(answering, dtype=np.int64).reshape(-1, 2)

    def meanings(self, vector: NDArray[np.float32]) -> Floats:
        """Cosine of a question to every block."""
        return np.asarray(self._vectors @ vector, dtype=np.float64)

    def figures(self, asked: Asked) -> Floats:
        """The figures of every block, shape (blocks, len(FIGURES))."""
        if not self.keys:
            return np.zeros((0, len(FIGURES)))
        meaning, words = self.meanings(asked.vector), self._bm25(asked.words) / 10
        named, subject, idea = (np.zeros(len(self.keys)) for _ in range(3))
        for source in asked.notes:
            named[self._of_note.get(source, _NONE)] = 1.0
        subject[self._of_note.get(asked.subject, _NONE)] = 1.0
        idea[[self.row[key] for key in asked.ideas if key in self.row]] = 1.0
        label = np.zeros(len(self.keys))
        for word in set(asked.words):
            label[self._labelled.get(word, _NONE)] += 1.0
        columns = (
            meaning,
            np.maximum.reduceat(meaning, self._starts)[self._note],
            meaning[self._starts][self._note],
            words,
            np.maximum.reduceat(words, self._starts)[self._note],
            named,
            subject,
            idea,
            label / self._label_sizes,
            label / self._label_sizes * asked.named,
            self._details(asked),
        )
        return np.column_stack((*columns, self._static, *self._asked_before(asked.vector)))

    def _asked_before(self, vector: NDArray[np.float32]) -> tuple[Floats, Floats]:
        """How close the question is to those that each block, or its note, is known to answer; 0 for none."""
        close = self._closeness(vector)
        questions, rows = self._answering.T
        found = np.zeros(len(self.keys))
        np.maximum.at(found, rows, close[questions])
        return found, np.maximum.reduceat(found, self._starts)[self._note]

    def closest(self, vector: NDArray[np.float32]) -> float:
        """Cosine to the closest learner question, at least 0."""
        return float(self._closeness(vector).max(initial=0.0))

    def _closeness(self, vector: NDArray[np.float32]) -> Floats:
        return np.maximum(np.asarray(self._question_vectors @ vector, dtype=np.float64), 0.0)

    def scores(self, asked: Asked, weights: Weights | None = None) -> Floats:
        """How well each block answers; differences are log odds between two blocks of one question."""
        model = weights or shipped_weights()
        by_section = model.sections + sum(
            (model.aspects[aspect] for aspect in asked.aspects), start=np.zeros(len(SECTIONS))
        )
        found: Floats = self.figures(asked) @ model.figures + by_section[self.sections]
        return found

    def _bm25(self, words: Iterable[str]) -> Floats:
        found = np.zeros(len(self.keys))
        for word in dict.fromkeys(words):
            standing = self._standing.get(word, _NONE)
            weights = np.zeros(len(self.keys))
            weights[self._titled.get(word, _NONE)] = TITLE
            weights[standing] = self._saturation[standing]
            found += weights * np.log(1 + (len(self.keys) - len(standing) + 0.5) / (len(standing) + 0.5))
        return found

    def _details(self, asked: Asked) -> Floats:
        found = np.zeros(len(self.keys))
        total = sum(weight for _, weight in asked.details) or 1.0
        for alternatives, weight in asked.details:
            held = np.zeros(len(self.keys), dtype=bool)
            for stems in alternatives:
                rows = set.intersection(*(set(self._standing.get(s, _NONE).tolist()) for s in stems))
                held[list(rows)] = True
            found += held * (weight / total)
        return found


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """The weights that come with the package."""
    return read_weights((files("assistant.answer.notes") / "ranking.json").read_text("utf-8"))


def read_weights(text: str) -> Weights:
    """Weights from JSON; a section or aspect that is not there weighs nothing."""
    fitted = json.loads(text)

    def over_sections(given: Mapping[str, float]) -> Floats:
        return np.array([given.get(section, 0.0) for section in SECTIONS], dtype=np.float64)

    return Weights(
        np.array([fitted["figures"][name] for name in FIGURES], dtype=np.float64),
        over_sections(fitted["sections"]),
        {aspect: over_sections(fitted["aspects"].get(aspect.value, {})) for aspect in Aspect},
    )


_NONE: Rows = np.empty(0, dtype=np.int64)


def _postings(stems: Sequence[frozenset[str]]) -> Mapping[str, Rows]:
    return _grouped((word, row) for row, words in enumerate(stems) for word in words)


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, Rows]:
    found: dict[str, list[int]] = defaultdict(list)
    for name, row in pairs:
        found[name].append(row)
    return {name: np.array(rows, dtype=np.int64) for name, rows in found.items()}
