"""What the study notes say to a question: the note that it names, the section it asks for, the best block."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.answer.coverage import ATTRIBUTE_LOOKS
from assistant.answer.draft import Line, block_span
from assistant.answer.evidence import Key
from assistant.answer.notes.names import Mention, Name
from assistant.answer.notes.shelf import (
    COMPARED,
    EFFORT,
    EXAMPLE,
    IDEAS,
    MISTAKES,
    PRACTICE,
    WHAT,
    WHY,
    Note,
    NoteBlock,
    Shelf,
)
from assistant.keywords import stem, words
from assistant.outline import plain
from assistant.query import Question, Term
from assistant.query.aspects import ASPECT_WORDS, Aspect, aspects_of

# Share of the subject (by rarity) that may stand beside the topic's name before a single block must hold it.
MOST_BESIDE = 0.35
MOST_SUITED, SUITED = 0.25, 0.1  # bonus for a block in a section that speaks of the side asked for
FIT, MEANING = 0.5, 0.55  # a block that holds less of the subject must mean it
UNASKED_FIT = 0.75  # where the wording asks for no side of the topic
UNNAMED_FIT, UNNAMED_MEANING = 0.7, 0.45  # for a note that the question does not name: both
CLOSE = 0.12  # a second block this near the best one is told too
MOST_BLOCKS = 2
_RUNNABLE = re.compile(r"\A(```python) run$", re.MULTILINE)  # a mark for the tests, not for readers
_SUITS = {
    Aspect.WHY: (WHY, IDEAS, WHAT),
    Aspect.WHEN: (WHY, COMPARED, IDEAS),
    Aspect.HOW: (IDEAS, WHAT, EXAMPLE),
    Aspect.MISTAKES: (MISTAKES,),
    Aspect.COMPARISON: (COMPARED,),
    Aspect.DEFINITION: (WHAT, IDEAS),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Lines from the notes; `fit` is the share of the subject that they hold, 0..1."""

    note: Note
    named: str  # the words by which the question names the topic
    lines: tuple[Line, ...]
    aspects: tuple[Aspect, ...]
    fit: float


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
        own = (t for t in self.question.terms if t.required and not t.attribute)
        return [t for t in own if t.word not in ASPECT_WORDS or stem(t.word) in self.named]

    def fit(self, blocks: Sequence[NoteBlock]) -> float:
        """Share of the subject that the blocks or the topic's names hold, weighted by rarity."""
        held = frozenset[str]().union(*(b.stems for b in blocks), self.named)
        total = sum(map(self.weight, self.terms))
        return sum(self.weight(t) for t in self.terms if _holds(held, t)) / total if total else 1.0

    @cached_property
    def beside(self) -> float:
        """Share of the subject that is not the topics' own names."""
        return 1.0 - self.fit(())

    def score(self, block: NoteBlock) -> float:
        sections = [_SUITS[aspect] for aspect in self.aspects if aspect in _SUITS]
        bonus = MOST_SUITED if any(block.section == first for first, *_ in sections) else 0.0
        if not bonus and any(block.section in suited for suited in sections):
            bonus = SUITED
        return self.fit([block]) + self.meaning.get(block.key, 0.0) + bonus

    def note(self, key: Key) -> Note:
        return self.shelf.notes[key[0]]


def explain(
    shelf: Shelf, question: Question, meaning: Mapping[Key, float], allowed: Sequence[str]
) -> Explanation | None:
    """What the notes in `allowed` say to the question; None when they do not speak to the point."""
    explainer = Explainer(shelf, question, meaning, allowed)
    blocks = _blocks(explainer)
    if not blocks:
        return None
    note = explainer.note(blocks[0].key)
    if _misses(explainer, note, blocks):
        return None
    named = " ".join(dict.fromkeys(name.words for name in explainer.targets)) or note.topic.title
    lines = tuple(_lines(explainer, blocks))
    return Explanation(note, named, lines, explainer.aspects, explainer.fit(blocks))


def _blocks(explainer: Explainer) -> list[NoteBlock]:
    """The blocks to tell, in order."""
    if not explainer.targets:
        return _closest(explainer, explainer.shelf.blocks.values(), named=False)
    if Aspect.COMPARISON in explainer.aspects and (compared := _compared(explainer)):
        return compared
    if section := _whole_section(explainer):
        return section
    if explainer.beside <= MOST_BESIDE and (told := _told(explainer)):
        return told
    sources = {name.source for name in explainer.targets}
    return _closest(
        explainer, (b for b in explainer.shelf.blocks.values() if b.key[0] in sources), named=True
    )


def _compared(explainer: Explainer) -> list[NoteBlock]:
    """The comparison that holds both names, else the definitions of the two."""
    names = explainer.targets
    stems = [frozenset(stem(w) for w in words(name.words)) for name in names]
    pool = [
        b for b in explainer.shelf.blocks.values() if b.section == COMPARED and b.key[0] in explainer.allowed
    ]
    for held in (lambda b: _label_stems(b), lambda b: b.stems):
        both = [b for b in pool if len(names) > 1 and all(part <= held(b) for part in stems)]
        if both:
            best = max(both, key=explainer.score)
            # ideas of one note are told apart by what they are, too
            ideas = [n for n in names if n.block >= 0 and n.key != best.key and n.source == best.key[0]]
            return [*(explainer.shelf.blocks[n.key] for n in ideas[:MOST_BLOCKS]), best]
    if len(names) > 1:
        told = [block for name in names[:MOST_BLOCKS] for block in _definition(explainer, name)[:1]]
        return list({block.key: block for block in told}.values())
    own = [b for b in pool if b.key[0] == names[0].source and explainer.beside > 0]
    best = max(own, key=explainer.score, default=None)
    return [best] if best and explainer.fit([best]) >= 1 - MOST_BESIDE / 2 else []


def _whole_section(explainer: Explainer) -> list[NoteBlock]:
    """A section that is asked for as such: mistakes, example, practice, what to know before, effort."""
    note = explainer.note(explainer.subject.key)
    if explainer.beside > MOST_BESIDE:
        return []
    lead = explainer.aspects[0] if explainer.aspects else None
    effort = note.of(EFFORT, "item")
    if lead is Aspect.MISTAKES:
        return note.of(MISTAKES, "item")
    if lead is Aspect.EFFORT:
        return effort[:1]
    if lead is Aspect.PREREQUISITES:
        return effort[1:]
    if lead is Aspect.EXAMPLE:
        return note.of(EXAMPLE)
    if lead is Aspect.PRACTICE:
        return note.of(PRACTICE)
    return []


def _told(explainer: Explainer) -> list[NoteBlock]:
    """Definitions, and the reason where it is asked for."""
    aspects = set(explainer.aspects)
    if not aspects & {Aspect.DEFINITION, Aspect.WHY, Aspect.WHEN}:
        return []
    name = explainer.subject
    note = explainer.note(name.key)
    reasons = note.of(WHY, "paragraph") if aspects & {Aspect.WHY, Aspect.WHEN} else []
    if name.block >= 0 or Aspect.DEFINITION in aspects or not reasons:
        return [*_definition(explainer, name), *reasons]
    return reasons


def _definition(explainer: Explainer, name: Name) -> list[NoteBlock]:
    if name.block >= 0:
        return [explainer.shelf.blocks[name.key]]
    return explainer.note(name.key).of(WHAT, "paragraph")


def _closest(explainer: Explainer, pool: Iterable[NoteBlock], *, named: bool) -> list[NoteBlock]:
    """The block that fits best, with a second of the same note that fits nearly as well."""
    rated = sorted(
        (
            (explainer.score(b), b)
            for b in pool
            if b.key[0] in explainer.allowed and b.key in explainer.meaning
        ),
        key=lambda pair: -pair[0],
    )
    if not rated:
        return []
    best, first = rated[0]
    fit, meaning = explainer.fit([first]), explainer.meaning.get(first.key, 0.0)
    bar = FIT if explainer.aspects else UNASKED_FIT
    good = fit >= bar or (meaning >= MEANING and explainer.aspects)
    if not (good if named else fit >= UNNAMED_FIT and meaning >= UNNAMED_MEANING):
        return []
    near = [b for score, b in rated[1:8] if score >= best - CLOSE and b.key[0] == first.key[0]]
    return [first, *near[: MOST_BLOCKS - 1]]


def _misses(explainer: Explainer, note: Note, blocks: Sequence[NoteBlock]) -> bool:
    """Whether the note lacks a name or an attribute that was asked for."""
    held = note.stems | explainer.named
    for term in explainer.question.terms:
        if term.attribute:
            if Aspect.EFFORT in explainer.aspects and term.attribute in ("duration", "degree"):
                continue
            look = ATTRIBUTE_LOOKS.get(term.attribute)
            texts = (note.outline.text(b.key[1]) for b in blocks)
            if not look or not any(look.search(text) for text in texts):
                return True
        elif term.required and term.specific and not term.known and not _holds(held, term):
            return True
    return False


def _lines(explainer: Explainer, blocks: Sequence[NoteBlock]) -> Iterator[Line]:
    """One cited line a block; a list where several items of one section are told."""
    sections = [b.section for b in blocks]
    as_list = len(blocks) > 1 and len(set(sections)) == 1 and sections[0] in (MISTAKES, EFFORT)
    note = explainer.note(blocks[0].key)
    if as_list:
        heading = note.outline.heading_of(blocks[0].key[1])
        whole = block_span(note.outline, heading, whole=True)
        intro = "Common mistakes with" if sections[0] == MISTAKES else "Before"
        yield Line(f"{intro} **{note.topic.title}**:", (whole,))
        for b in blocks:
            yield Line(_said(explainer, b), (whole,), 1)
        return
    for b in blocks:
        yield Line(_said(explainer, b), (block_span(explainer.note(b.key).outline, b.key[1]),))


def _said(explainer: Explainer, block: NoteBlock) -> str:
    """A block's words; its label goes where the sentence behind it begins with the same name."""
    outline = explainer.note(block.key).outline
    entry = outline.blocks[block.key[1]]
    if entry.kind in ("code", "table"):
        return _RUNNABLE.sub(r"\1", outline.text(block.key[1]))
    if not entry.label:
        return entry.title
    shown = block.section == COMPARED or not entry.title.lower().startswith(entry.label.lower()[:4])
    return f"**{entry.label}:** {entry.title}" if shown else entry.title


def _label_stems(block: NoteBlock) -> frozenset[str]:
    return frozenset(stem(w) for w in words(plain(block.label)))


def _holds(stems: frozenset[str], term: Term) -> bool:
    return any(all(s in stems for s in option) for option in (*term.alternatives, (stem(term.word),)))
