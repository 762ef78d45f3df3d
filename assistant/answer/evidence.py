"""How well each block of the sources answers a question: its words, where it stands, its meaning."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.index import Index
from assistant.keywords import stem, words
from assistant.outline import Outline
from assistant.query import Question, Term
from assistant.query.cues import fit
from assistant.query.lexicon import FACETS, facet_of

Key = tuple[str, int]  # source id, block index

# How much a term counts by where it stands relative to the block.
OWN, PARENT, HEADING, BENEATH, UPPER, BESIDE = 1.0, 0.9, 0.9, 0.8, 0.5, 0.35
# An everyday word that no source has says little about the subject: a paraphrase is made of such words.
UNKNOWN_SHARE = 0.35
TITLED_BONUS = 0.25  # for a block whose section is titled with the subject
LABEL_BONUS = 0.25  # for an item whose whole label stands in the question ("Data Versioning")
NAME_WEIGHT = 1.25  # names carry the subject
FACET_BONUS = 0.15  # for a block that uses the word asked for ("tools") without a label of it
SHORT_TITLE = 3  # words of a title that may name a facet anywhere; a longer one only with its first


@dataclass(frozen=True, slots=True)
class Evidence:
    """One block and how well it fits; `covered` maps a term's word to the weight of its best place."""

    source: str
    block: int
    score: float
    lexical: float  # covered share of the question's terms, 0..1, weighted by rarity
    meaning: float  # cosine of question and block
    covered: Mapping[str, float]

    @property
    def key(self) -> Key:
        return self.source, self.block

    @property
    def best_place(self) -> float:
        """The weight of the term that stands closest; 0 when the block has none."""
        return max(self.covered.values(), default=0.0)

    def holds(self, word: str, at: float = OWN) -> bool:
        """Whether the term stands in the block, or at least as close as the weight `at` says."""
        return self.covered.get(word, 0.0) >= at


class BlockTable:
    """Where every stem stands among the blocks of one index, notes left out; built once a generation."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._passages = np.array([chunk.kind != "note" for chunk in index.chunks], dtype=bool)
        self.postings: dict[str, set[Key]] = defaultdict(set)
        self.own: dict[Key, frozenset[str]] = {}
        for source, outline in index.outlines.items():
            if outline.document.source.kind == "note":
                continue
            for number, block in enumerate(outline.blocks):
                stems = stems_of(f"{block.label} {block.title}")
                self.own[source, number] = stems
                for s in stems:
                    self.postings[s].add((source, number))
        self._scored: tuple[Key, ...] = tuple(key for key in index.block_rows if key in self.own)
        rows = [index.block_rows[key] for key in self._scored]
        self._vectors: NDArray[np.float32] = index.block_vectors[rows]
        self._rarity: dict[str, float] = {}

    def rarity(self, term: Term) -> float:
        """Inverse document frequency over passages, of the most common alternative that stands anywhere."""
        total = max(int(self._passages.sum()), 1)
        if not term.known:
            return math.log(1 + total / 0.5) * (1.0 if term.specific else UNKNOWN_SHARE)
        standing = [option for option in term.alternatives if all(s in self.postings for s in option)]
        if not standing:
            return math.log(1 + total)
        return min(max(self._stem_rarity(s, total) for s in option) for option in standing)

    def _stem_rarity(self, s: str, total: int) -> float:
        if s not in self._rarity:
            count = int(np.count_nonzero(self.index.keyword_scores([s])[self._passages]))
            self._rarity[s] = math.log(1 + (total - count + 0.5) / (count + 0.5))
        return self._rarity[s]

    def holding(self, term: Term) -> set[Key]:
        """Blocks whose own words hold the term."""
        found: set[Key] = set()
        for option in term.alternatives:
            held = [self.postings.get(s, set()) for s in option]
            found |= set.intersection(*held) if held else set()
        return found

    def meanings(self, vector: NDArray[np.float32]) -> Mapping[Key, float]:
        """Cosine of the question to every block that has a vector."""
        if not self._scored:
            return {}
        return dict(zip(self._scored, (self._vectors @ vector).tolist(), strict=True))


class Scout:
    """Rates blocks for one question."""

    def __init__(self, table: BlockTable, question: Question, vector: NDArray[np.float32]) -> None:
        self.index = table.index
        self.question = question
        self.rarity = {
            t.word: table.rarity(t) * t.weight * (NAME_WEIGHT if t.specific and t.known else 1.0)
            for t in question.terms
        }
        self.meaning = table.meanings(vector)
        self._table = table
        self._total = sum(self.rarity.values()) or 1.0
        self._asked = stems_of(question.standalone)
        self._facet_stems = frozenset(stem(w) for f in question.facets for w in FACETS[f])
        self._covered: dict[Key, dict[str, float]] = defaultdict(dict)
        for term in question.terms:
            self._spread(term)

    def outline(self, source: str) -> Outline:
        return self.index.outlines[source]

    def covered(self, key: Key) -> Mapping[str, float]:
        """For each term found in or around the block, the weight of the best place it stands in."""
        return self._covered.get(key, {})

    def holds(self, key: Key, word: str, at: float = OWN) -> bool:
        """Whether the term stands in the block, or at least as close as the weight `at` says."""
        return self.covered(key).get(word, 0.0) >= at

    def rank(self, sources: Iterable[str], within: Sequence[Key] = ()) -> list[Evidence]:
        """All blocks of these sources (in and beneath one of `within`, where given), best first."""
        found = [self.rate(key) for key in self._candidates(sources, within)]
        return sorted(found, key=lambda e: (-e.score, e.source, e.block))

    def rate(self, key: Key) -> Evidence:
        """How well one block fits, all signals added up."""
        covered = self.covered(key)
        lexical = sum(self.rarity[w] * weight for w, weight in covered.items()) / self._total
        meaning = self.meaning.get(key, 0.0)
        score = lexical + meaning + TITLED_BONUS * self._titled(key)
        if self._facet_stems & self._table.own[key]:
            score += FACET_BONUS
        if self.label_asked(key):
            score += LABEL_BONUS
        if lexical:
            score += self._looks_like_answer(key)
        return Evidence(*key, score, lexical, meaning, covered)

    def facet(self, key: Key) -> str:
        """The facet of the label the block stands under, else of the first word of its section's title."""
        outline = self.outline(key[0])
        if label := outline.label_of(key[1]):
            return facet_of(label)
        heading = outline.heading_of(key[1])
        if heading < 0 or heading == key[1]:
            return ""
        title = words(outline.blocks[heading].title)
        return facet_of(" ".join(title)) if len(title) <= SHORT_TITLE else facet_of(title[0])

    def is_topic(self, term: Term) -> bool:
        """Whether a heading or label of some source names the term: a thing one can look for."""
        for source, number in self._table.holding(term):
            block = self.outline(source).blocks[number]
            if block.kind == "heading" or _matches(term, stems_of(block.label)):
                return True
        return False

    def known_share(self, key: Key) -> float:
        """Rarity-weighted share of the terms that any source has which stand in or around the block."""
        known = {t.word: self.rarity[t.word] for t in self.question.terms if t.known}
        covered = self.covered(key)
        return sum(r * covered.get(w, 0.0) for w, r in known.items()) / (sum(known.values()) or 1.0)

    def source_words(self, source: str) -> frozenset[str]:
        """Stems of a source's title, other names, summary and audience."""
        entry = self.outline(source).document.source
        return stems_of(" ".join((entry.title, *entry.aliases, entry.summary, entry.audience)))

    def _titled(self, key: Key) -> float:
        """How much the title of the block's section speaks of the subject and of nothing else, 0..1."""
        heading = self.outline(key[0]).heading_of(key[1])
        if heading < 0:
            return 0.0
        covered = self.covered((key[0], heading))
        share = sum(self.rarity[w] for w, weight in covered.items() if weight >= OWN) / self._total
        own = [s for s in self._table.own[key[0], heading] if not s.isdigit()]
        return share * (0.5 + 0.5 * sum(s in self._asked for s in own) / max(len(own), 1))

    def label_asked(self, key: Key) -> bool:
        """Whether the block's label, or the whole text of an item with items, stands in the question."""
        outline = self.outline(key[0])
        block = outline.blocks[key[1]]
        label = block.label
        if not label and block.kind == "item" and outline.children(key[1]):
            label = block.title
        stems = stems_of(label)
        return bool(stems) and stems <= self._asked and not facet_of(label)

    def _looks_like_answer(self, key: Key) -> float:
        """A bonus for a block that looks like the answer expected ("which command": code)."""
        outline = self.outline(key[0])
        if outline.blocks[key[1]].kind == "heading" or not outline.blocks[outline.heading_of(key[1])].level:
            return 0.0  # a title or an introduction names all sorts of things
        return fit(self.question.standalone, outline.text(key[1]))

    def _candidates(self, sources: Iterable[str], within: Sequence[Key]) -> Iterator[Key]:
        if within:
            for source, top in within:
                yield source, top
                yield from ((source, block) for block in self.outline(source).descendants(top))
            return
        for source in sources:
            blocks = self.outline(source).blocks
            yield from ((source, number) for number, block in enumerate(blocks) if block.level)

    def _spread(self, term: Term) -> None:
        """A term counts where it stands, and less for what lies beneath, above and beside."""
        for source, number in self._table.holding(term):
            for block, weight in _around(self.outline(source), number):
                held = self._covered[source, block]
                held[term.word] = max(held.get(term.word, 0.0), weight)


def stems_of(text: str) -> frozenset[str]:
    """Stems of all words of a text."""
    return frozenset(stem(w) for w in words(text))


def _matches(term: Term, stems: frozenset[str]) -> bool:
    """Whether all stems of any one alternative stand there."""
    return any(all(s in stems for s in option) for option in term.alternatives)


def _around(outline: Outline, number: int) -> Iterator[tuple[int, float]]:
    """The blocks for which a word in this one counts, and how much; a block may come more than once."""
    blocks = outline.blocks
    is_heading = blocks[number].kind == "heading"
    yield number, OWN
    for child in outline.descendants(number):
        near = outline.heading_of(child) == number or not is_heading
        own_section = blocks[child].kind == "heading" and blocks[child].parent == number
        close = HEADING if is_heading else PARENT
        yield child, close if near and not own_section else UPPER
    section = outline.heading_of(number)
    for container in outline.ancestors(number):
        if blocks[container].level:
            inner = blocks[container].kind != "heading" or container == section
            yield container, BENEATH if inner else UPPER
    if section >= 0 and not is_heading:
        yield from ((other, BESIDE) for other in outline.descendants(section))
