"""What the study notes say to a question: the note that it names, the section it asks for, the best block."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answer.coverage import ATTRIBUTE_LOOKS
from assistant.answer.draft import Line, block_span
from assistant.answer.notes.contrast import compared, definition, once
from assistant.answer.notes.explainer import Explainer
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
from assistant.keywords import stem
from assistant.query import Question, Term
from assistant.query.aspects import Aspect
from assistant.query.wording import wording

# Share of the subject (by rarity) that may stand beside the topic's name before a single block must hold it.
MOST_BESIDE = 0.35
MOST_BESIDE_SHOWN = 0.6  # the same for an example or an exercise, of which a note has one
# What a single block must hold of the subject, and how close its meaning must be (cosine); any pair will do.
# Set with a look at the answerable cases of `notes.jsonl` and the refusals of `exam.jsonl`, where few of the
# latter reach a pair; a name or an action that no note has refuses those.
BARS = ((0.0, 0.6), (0.25, 0.55), (0.35, 0.5), (0.5, 0.45), (0.75, 0.4))
NAMED_BARS = (*BARS, (0.35, 0.4), (0.7, 0.25))  # for a block of a note that the question names
CLEARLY = 0.8  # standard deviations by which a single block must fit better than the topic's own sections
CLOSE = 1.0  # standard deviations: a second block this near the best one is told too
MOST_BLOCKS = 2
# "how do I install Prefect?" is not answered by what Prefect is
_ACTION = wording(
    r"\bhow (?:do|can|to|would|should)\b[^.?!]{0,12}\b(install|configure|upgrade|download|uninstall)\b"
)
_PRICE = wording(
    r"\b(?:pric\w+|costs?|how much (?:does|do|is|are|will|would|for)|expensive|cheap\w*|fees?)\b",
    r"\b(?:is|are)\b[^.?!]*\bfree\b",
)
_RUNNABLE = re.compile(r"\A(```python) run$", re.MULTILINE)  # a mark for the tests, not for readers
_SIGN = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")  # of a list item
_LABEL = re.compile(r"^\*\*[^*]+\*\*:?\s*")
_SHOWN = (Aspect.EXAMPLE, Aspect.PRACTICE, Aspect.PREREQUISITES, Aspect.EFFORT, Aspect.MISTAKES)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Lines from the notes; `fit` is the share of the subject that they hold, 0..1."""

    note: Note
    names: tuple[str, ...]  # of the topics and ideas that the question names
    lines: tuple[Line, ...]
    aspects: tuple[Aspect, ...]
    fit: float
    meaning: float  # cosine of the question and its closest block
    before: bool  # whether it says what its topic needs first, and that is what was asked


def explain(
    shelf: Shelf, question: Question, vector: NDArray[np.float32], allowed: Sequence[str]
) -> Explanation | None:
    """What the notes in `allowed` say to the question; None when they do not speak to the point."""
    explainer = Explainer(shelf, question, vector, allowed)
    blocks = _blocks(explainer)
    if not blocks:
        return None
    blocks = _with_context(explainer, blocks)
    note = explainer.note(blocks[0].key)
    if _misses(explainer, note, blocks):
        return None
    names = tuple(dict.fromkeys(name.words for name in explainer.targets))
    lines = tuple(_lines(explainer, blocks))
    return Explanation(
        note=note,
        names=names,
        lines=lines,
        aspects=explainer.aspects,
        fit=explainer.fit(blocks),
        meaning=max(explainer.meaning.get(block.key, 0.0) for block in blocks),
        before=_is_before(explainer, blocks),
    )


def _blocks(explainer: Explainer) -> list[NoteBlock]:
    """The blocks to tell, in order."""
    closest = _closest(explainer)
    if not explainer.targets:
        return closest
    if Aspect.COMPARISON in explainer.aspects and (told_apart := compared(explainer)):
        return told_apart
    if section := _whole_section(explainer):
        return section
    if explainer.beside <= MOST_BESIDE and (told := _told(explainer)):
        # "why scale features for knn?": one block may speak of what the note's own sections leave out
        best = max(map(explainer.score, told))
        single = closest and closest[0].section not in (WHAT, WHY) and closest[0] not in told
        return closest if single and explainer.score(closest[0]) > best + CLEARLY else told
    return closest


def _with_context(explainer: Explainer, blocks: list[NoteBlock]) -> list[NoteBlock]:
    """The blocks with what makes them understood: what the topic is, or why it matters."""
    if not explainer.targets or blocks[0].section in (MISTAKES, EFFORT, EXAMPLE, PRACTICE):
        return blocks
    note = explainer.note(blocks[0].key)
    if blocks[-1].section == COMPARED and Aspect.COMPARISON in explainer.aspects:
        both = [name for name in explainer.targets if name.block < 0][:MOST_BLOCKS]
        what = [block for name in both for block in definition(explainer, name)[:1]]
        return once([*what, *blocks])
    if explainer.aspects and explainer.aspects[0] in (Aspect.WHY, Aspect.WHEN):
        return once([*blocks, *note.of(WHY, "paragraph")[:1]])
    if Aspect.HOW in explainer.aspects:
        return once([*note.of(WHAT, "paragraph")[:1], *blocks])
    if Aspect.DEFINITION in explainer.aspects and blocks[0].section == IDEAS:
        return once([*blocks, *note.of(WHAT, "paragraph")[:1]])
    return blocks


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
        return [*definition(explainer, name), *reasons]
    return reasons


def _closest(explainer: Explainer) -> list[NoteBlock]:
    """The block that fits best, with a second one of the same note that fits nearly as well."""
    rated = sorted(((explainer.score(b), b) for b in explainer.found), key=lambda r: -r[0])
    if not rated:
        return []
    best, first = rated[0]
    fit, meaning = explainer.fit([first]), explainer.meaning[first.key]
    if not any(fit >= least and meaning >= near for least, near in _bars(explainer, first)):
        return []
    if first.section == EXAMPLE:  # its words and its code stand and fall together
        return explainer.note(first.key).of(EXAMPLE)
    near_ones = [b for score, b in rated[1:8] if score >= best - CLOSE and b.key[0] == first.key[0]]
    return [first, *(b for b in near_ones if b.section != EXAMPLE)][:MOST_BLOCKS]


def _bars(explainer: Explainer, block: NoteBlock) -> tuple[tuple[float, float], ...]:
    named = any(name.source == block.key[0] for name in explainer.targets)
    return NAMED_BARS if named else BARS


def _is_before(explainer: Explainer, blocks: Sequence[NoteBlock]) -> bool:
    """Whether prerequisites are told, of the one topic that is named or of one that needs the other."""
    if blocks[0].section != EFFORT or Aspect.PREREQUISITES not in explainer.aspects:
        return False
    needed = {f"note:{p.id}" for p in explainer.note(blocks[0].key).topic.prerequisites}
    others = {name.source for name in explainer.targets} - {blocks[0].key[0]}
    return not others or bool(others & needed)


def _misses(explainer: Explainer, note: Note, blocks: Sequence[NoteBlock]) -> bool:
    """Whether the notes lack a name, an attribute or an action that was asked for."""
    told = frozenset[str]().union(*(b.stems for b in blocks), explainer.named)
    if any(stem(m[1].lower()) not in told for m in _ACTION.finditer(explainer.text)):
        return True
    return any(
        _lacks_attribute(explainer, note, blocks, term) if term.attribute else _unheard(explainer, term)
        for term in explainer.asked
        if stem(term.word) not in told  # "error budget" is no price
    )


def _lacks_attribute(explainer: Explainer, note: Note, blocks: Sequence[NoteBlock], term: Term) -> bool:
    if Aspect.EFFORT in explainer.aspects and term.attribute in ("duration", "degree"):
        return False
    if term.attribute == "pay" and explainer.aspects[:1] == (Aspect.COMPARISON,):
        return False  # "mean or median for salaries?"
    if term.attribute == "price" and not _PRICE.search(explainer.text):
        return False  # "bug free", "a payment service"
    look = ATTRIBUTE_LOOKS.get(term.attribute)
    return not look or not any(look.search(note.outline.text(b.key[1])) for b in blocks)


def _unheard(explainer: Explainer, term: Term) -> bool:
    """Whether a name is asked for that neither the roadmaps nor any note has."""
    return term.specific and not term.known and not explainer.shelf.holds([stem(term.word)])


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
    """A block as written, so that code stays code; its label goes where its sentence begins with that name."""
    outline = explainer.note(block.key).outline
    entry = outline.blocks[block.key[1]]
    if entry.kind in ("code", "table"):
        return _RUNNABLE.sub(r"\1", outline.text(block.key[1]))
    written = " ".join(_SIGN.sub("", outline.text(block.key[1])).split())
    if not entry.label:
        return written
    shown = block.section == COMPARED or not entry.title.lower().startswith(entry.label.lower()[:4])
    return written if shown else _LABEL.sub("", written)
