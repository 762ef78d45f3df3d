"""The study notes of one index: their sections, the names they answer to, and what each block means."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.answer.evidence import Key, stems_of
from assistant.answer.notes.names import Name, NameTable
from assistant.answer.notes.ranking import BlockFacts, BlockRanking
from assistant.documents import NoteSection, Topic, note_source
from assistant.index import Index
from assistant.keywords import stem, words
from assistant.outline import Outline, plain

_TELLING = frozenset(NoteSection) - {NoteSection.PRACTICE, NoteSection.RESOURCES}

# What may follow an idea's label in a longer name of it: "singleton pattern" is "Singleton".
_GENERIC = frozenset(map(stem, ("pattern", "principle", "algorithm", "method", "test", "database", "model")))
# "overfitting is", "LoRA (low-rank adaptation) adds": a sentence with the name as its subject
_IS = r"(?: \([^)]*\))? (?:is|are|means?|stands for|refers to|was|happens|occurs)\b"
_DOES = r"(?: \([^)]*\))? \w+s\b"


@dataclass(frozen=True, slots=True)
class NoteBlock:
    """A paragraph, item or code fence of a note with the section it stands in."""

    key: Key
    section: str
    label: str
    stems: frozenset[str]  # of its label and its words


class Note:
    """One study note: its blocks by section."""

    def __init__(self, topic: Topic, outline: Outline) -> None:
        self.topic = topic
        self.outline = outline
        self.source = outline.document.source.id
        self.blocks: tuple[NoteBlock, ...] = tuple(self._read())
        self.stems = frozenset[str]().union(*(b.stems for b in self.blocks), stems_of(topic.title))

    def _read(self) -> Iterator[NoteBlock]:
        for number, block in enumerate(self.outline.blocks):
            heading = self.outline.heading_of(number)
            if block.kind == "heading" or heading < 0:
                continue
            section = self.outline.blocks[heading].title
            text = f"{block.label} {block.title or plain(self.outline.text(number))}"
            yield NoteBlock((self.source, number), section, block.label, stems_of(text))

    def of(self, section: str, *kinds: str) -> list[NoteBlock]:
        """The blocks of a section, of these kinds where some are given."""
        return [
            block
            for block in self.blocks
            if block.section == section and (not kinds or self.outline.blocks[block.key[1]].kind in kinds)
        ]


class Shelf:
    """All notes of one index; built once a generation."""

    def __init__(self, index: Index) -> None:
        outlines = index.outlines
        self.notes: Mapping[str, Note] = {
            source: Note(topic, outlines[source])
            for topic in index.topics.values()
            if (source := note_source(topic.id)) in outlines
        }
        self.names = NameTable(name for note in self.notes.values() for name in _names(note))
        self.blocks: Mapping[Key, NoteBlock] = {
            block.key: block
            for note in self.notes.values()
            for block in note.blocks
            if block.section in _TELLING
        }
        indexed = [block for block in self.blocks.values() if block.key in index.block_rows]
        self.ranking = BlockRanking(
            [_facts(self.notes[block.key[0]], block) for block in indexed],
            index.block_vectors[[index.block_rows[block.key] for block in indexed]],
            [
                [(note_source(topic.id), block) for block in question.blocks]
                for topic in index.topics.values()
                for question in topic.questions
            ],
            index.question_vectors,
        )
        self._spread = _document_counts(self.notes.values())

    def rarity(self, stems: Sequence[str]) -> float:
        """Inverse document frequency over the notes, of the rarest of these stems."""
        total = len(self.notes) + 1
        return max(math.log(total / (self._spread.get(s, 0) + 0.5)) for s in stems)

    def holds(self, stems: Sequence[str]) -> bool:
        """Whether any note has these stems."""
        return all(s in self._spread for s in stems)


def _facts(note: Note, block: NoteBlock) -> BlockFacts:
    written = note.outline.text(block.key[1])
    return BlockFacts(
        block.key,
        block.section,
        block.stems,
        stems_of(block.label),
        stems_of(note.topic.title),
        len(written),
        note.outline.blocks[block.key[1]].kind in ("code", "table"),
    )


def _document_counts(notes: Iterable[Note]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for note in notes:
        for s in note.stems:
            counts[s] = counts.get(s, 0) + 1
    return counts


def _names(note: Note) -> Iterator[Name]:
    """What a note answers to: its title and other names, and the labels of its ideas."""
    yield Name(note.topic.title, note.source)
    for alias in note.topic.aliases:
        yield Name(alias, note.source, _block_of(note, alias))
    for block in note.of(NoteSection.IDEAS, "item"):
        if block.label:
            yield Name(block.label, note.source, block.key[1], own=False)


def _block_of(note: Note, alias: str) -> int:
    """The idea labelled with the name, else the first that speaks of it; -1 for the whole note."""
    wanted = [stem(w) for w in words(alias)]
    title = {stem(w) for w in words(note.topic.title)}
    if set(wanted) == title:
        return -1
    ideas = [block for block in note.of(NoteSection.IDEAS, "item") if block.label]
    for block in ideas:
        if [stem(w) for w in words(block.label)] == wanted:
            return block.key[1]
    for block in ideas:
        own = [stem(w) for w in words(block.label)]
        if own == wanted[: len(own)] and set(wanted[len(own) :]) <= _GENERIC:
            return block.key[1]
    for verb in (_IS, _DOES):
        defining = re.compile(rf"(?:^|[.;:,] (?:and )?)(?:an? |the )?{re.escape(alias)}{verb}", re.IGNORECASE)
        for block in (*note.of(NoteSection.WHAT), *ideas):
            if defining.search(note.outline.blocks[block.key[1]].title):
                return -1 if block.section == NoteSection.WHAT else block.key[1]
    what = frozenset[str]().union(*(block.stems for block in note.of(NoteSection.WHAT)))
    if title >= set(wanted) or what >= set(wanted):
        return -1
    labelled = (b.key[1] for b in ideas if set(wanted) <= stems_of(b.label))
    spoken = (b.key[1] for b in ideas if set(wanted) <= b.stems)
    return next(labelled, next(spoken, -1))
