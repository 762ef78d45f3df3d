"""What the study notes say to a question: the note that it names, the section it asks for, the best block."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.answer.coverage import ATTRIBUTE_LOOKS
from assistant.answer.draft import Line, block_span
from assistant.answer.evidence import Key
from assistant.answer.notes.explainer import Explainer, holds
from assistant.answer.notes.names import Name
from assistant.answer.notes.shelf import (
    COMPARED,
    EFFORT,
    EXAMPLE,
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
from assistant.query import Question
from assistant.query.aspects import Aspect
from assistant.query.wording import wording

# Share of the subject (by rarity) that may stand beside the topic's name before a single block must hold it.
MOST_BESIDE = 0.35
MOST_BESIDE_SHOWN = 0.6  # the same for an example or an exercise, of which a note has one
# What a single block must hold of the subject, and how close its meaning must be (cosine): any one pair will
# do. For a topic that is named, for one where no side of it is asked for, and for a topic not named at all.
NAMED_BARS = ((0.5, -1.0), (0.4, 0.4), (0.0, 0.55))
UNASKED_BARS = ((0.75, -1.0),)
UNNAMED_BARS = ((0.5, 0.5), (0.75, 0.4))
# A comparison's hold on a name that is not in its label, and what it needs for two names.
IN_WORDS, BY_NOTE, BOTH_NAMES = 0.9, 0.6, 1.5
CLEARLY = 0.1  # of the subject that a single block must hold more than the topic's own sections
CLOSE = 0.12  # a second block this near the best one is told too
MOST_BLOCKS = 2
# "how do I install Prefect?" is not answered by what Prefect is
_ACTION = wording(
    r"\bhow (?:do|can|to|would|should)\b[^.?!]{0,12}\b(install|configure|upgrade|download|uninstall)\b"
)
_RUNNABLE = re.compile(r"\A(```python) run$", re.MULTILINE)  # a mark for the tests, not for readers
_SHOWN = (Aspect.EXAMPLE, Aspect.PRACTICE, Aspect.PREREQUISITES)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Lines from the notes; `fit` is the share of the subject that they hold, 0..1."""

    note: Note
    names: tuple[str, ...]  # of the topics and ideas that the question names
    lines: tuple[Line, ...]
    aspects: tuple[Aspect, ...]
    fit: float


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
    names = tuple(dict.fromkeys(name.words for name in explainer.targets)) or (note.topic.title,)
    lines = tuple(_lines(explainer, blocks))
    return Explanation(note, names, lines, explainer.aspects, explainer.fit(blocks))


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
    """The comparison that holds most of the names, else the definitions of the first two."""
    names = explainer.targets
    pool = [
        b for b in explainer.shelf.blocks.values() if b.section == COMPARED and b.key[0] in explainer.allowed
    ]
    if len(names) < 2:
        own = [b for b in pool if b.key[0] == names[0].source and explainer.beside > 0]
        whole = [b for b in own if all(holds(b.stems | explainer.named, t) for t in explainer.terms)]
        # "dask vs spark" may be a name of its own: the comparison labelled so is meant
        told = max(
            whole, key=lambda b: (explainer.named <= _label_stems(b), explainer.score(b)), default=None
        )
        return [told] if told else []
    rated = [(_names_held(block, names), explainer.score(block), block) for block in pool]
    held, _, best = max(rated, key=lambda r: r[:2], default=(0.0, 0.0, None))
    if best is None or held < BOTH_NAMES:
        both = [block for name in names[:MOST_BLOCKS] for block in _definition(explainer, name)[:1]]
        return list({block.key: block for block in both}.values())
    # ideas of one note are told apart by what they are, too
    ideas = [n for n in names if n.block >= 0 and n.key != best.key and n.source == best.key[0]]
    return [*(explainer.shelf.blocks[n.key] for n in ideas[:MOST_BLOCKS]), best]


def _names_held(block: NoteBlock, names: Sequence[Name]) -> float:
    """How many names a comparison holds: in its label, in its words, or as the topic of its note."""
    label = _label_stems(block)
    held = 0.0
    for name in names:
        stems = frozenset(stem(w) for w in words(name.words))
        if stems <= label:
            held += 1.0
        elif stems <= block.stems:
            held += IN_WORDS
        elif name.source == block.key[0]:
            held += BY_NOTE
    return held


def _whole_section(explainer: Explainer) -> list[NoteBlock]:
    """A section that is asked for as such: mistakes, example, practice, what to know before, effort."""
    note = explainer.note(explainer.subject.key)
    lead = explainer.aspects[0] if explainer.aspects else None
    if explainer.beside > (MOST_BESIDE_SHOWN if lead in _SHOWN else MOST_BESIDE):
        return []
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
    bars = _bars(explainer, named)
    if not any(fit >= least and meaning >= close for least, close in bars):
        return []
    if first.section == EXAMPLE:  # its words and its code stand and fall together
        return explainer.note(first.key).of(EXAMPLE)
    near = [b for score, b in rated[1:8] if score >= best - CLOSE and b.key[0] == first.key[0]]
    return [first, *(b for b in near if b.section != EXAMPLE)][:MOST_BLOCKS]


def _bars(explainer: Explainer, named: bool) -> tuple[tuple[float, float], ...]:
    if not named:
        return UNNAMED_BARS
    return NAMED_BARS if explainer.aspects else UNASKED_BARS


def _misses(explainer: Explainer, note: Note, blocks: Sequence[NoteBlock]) -> bool:
    """Whether the notes lack a name or an attribute that was asked for."""
    held = note.stems | explainer.named
    told = frozenset[str]().union(*(b.stems for b in blocks))
    if any(stem(m[1].lower()) not in told for m in _ACTION.finditer(explainer.text)):
        return True
    for term in explainer.asked:
        if stem(term.word) in explainer.named:
            continue  # "error budget" is no price
        if term.attribute:
            if Aspect.EFFORT in explainer.aspects and term.attribute in ("duration", "degree"):
                continue
            look = ATTRIBUTE_LOOKS.get(term.attribute)
            texts = (note.outline.text(b.key[1]) for b in blocks)
            if not look or not any(look.search(text) for text in texts):
                return True
            continue
        unheard = not holds(held, term) and not explainer.shelf.holds([stem(term.word)])
        if term.specific and not term.known and unheard:  # a name that no note has at all
            return True
    return False


def _lines(explainer: Explainer, blocks: Sequence[NoteBlock]) -> Iterator[Line]:
    """One cited line a block; a list where several items of one section are told."""
    sections = [b.section for b in blocks]
    prerequisites = sections[0] == EFFORT and Aspect.PREREQUISITES in explainer.aspects
    mistakes = sections[0] == MISTAKES and len(blocks) > 1
    as_list = (prerequisites or mistakes) and len(set(sections)) == 1
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
