"""What the study notes say to a question: the note that it names, the section it asks for, the best block."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from assistant.answer.coverage import ATTRIBUTE_LOOKS
from assistant.answer.draft import Line, block_span
from assistant.answer.evidence import stems_of
from assistant.answer.notes.choose import choose, is_as_asked
from assistant.answer.notes.explainer import Explainer, holds
from assistant.answer.notes.shelf import Note, NoteBlock, Shelf
from assistant.documents import NoteSection
from assistant.keywords import stem
from assistant.query import Question, Term
from assistant.query.aspects import Aspect
from assistant.query.wording import wording

# "how do I install Prefect?" is not answered by what Prefect is
_ACTION = wording(
    r"\bhow (?:do|can|to|would|should)\b[^.?!]{0,12}\b(install|configure|upgrade|download|uninstall)\b"
)
_PRICE = wording(
    r"\b(?:pric\w+|how much (?:does|do|is|are|will|would|for)|fees?)\b",
    r"(?<!\bso )(?<!\bmore )(?<!\bless )(?<!\btoo )\b(?:expensive|cheap)\b",  # of itself, not beside others
    r"\bwhat (?:does|do|will|would)\b[^.?!]*\bcosts?\W*$",
    r"\b(?:is|are)\b[^.?!]*\bfree\b",
)
BEST = 6  # blocks that are looked at for `spread`
_RUNNABLE = re.compile(r"\A(```python) run$", re.MULTILINE)  # a mark for the tests, not for readers
_SIGN = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")  # of a list item
_LABEL = re.compile(r"^\*\*[^*]+\*\*:?\s*")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Lines from the notes, and what speaks for and against them."""

    note: Note
    names: tuple[str, ...]  # of the topics and ideas that the question names
    lines: tuple[Line, ...]
    aspects: tuple[Aspect, ...]
    score: float  # of the best block, see `ranking`
    meaning: float  # cosine of the question and the closest block told
    closest: float  # cosine of the question and the closest that learners are known to ask
    spread: int  # notes among the best blocks; many where none is to the point
    named: bool  # whether the question has a name that a note claims
    missing: float  # rarity of the rarest word of the subject that no block told holds, 0 for none
    unknown: int  # words of the subject that no note has
    whole: bool  # whether it is a section that was asked for as such: mistakes, an exercise


def explain(
    shelf: Shelf, question: Question, vector: NDArray[np.float32], allowed: Sequence[str]
) -> Explanation | None:
    """What the notes in `allowed` say to the question; None when they lack what it is about."""
    explainer = Explainer(shelf, question, vector, allowed)
    blocks = choose(explainer)
    if not blocks:
        return None
    if _misses(explainer, blocks):
        return None
    told = frozenset[str]().union(*(b.stems for b in blocks), explainer.named)
    untold = [term for term in explainer.asked if not holds(told, term)]
    return Explanation(
        note=explainer.note(blocks[0].key),
        names=tuple(dict.fromkeys(name.words for name in explainer.targets)),
        lines=tuple(_lines(explainer, blocks)),
        aspects=explainer.aspects,
        score=explainer.score(explainer.ranked[0]),
        meaning=max(explainer.meaning(block.key) for block in blocks),
        closest=shelf.ranking.closest(vector),
        spread=len({block.key[0] for block in explainer.ranked[:BEST]}),
        named=any(name.own for name in explainer.targets),
        missing=max(map(explainer.weight, untold), default=0.0),
        whole=is_as_asked(explainer, blocks[0]),
        unknown=sum(not shelf.holds([stem(term.word)]) for term in untold),
    )


def _misses(explainer: Explainer, blocks: Sequence[NoteBlock]) -> bool:
    """Whether the notes lack a name, an attribute or an action that was asked for."""
    if any(not _does(explainer, m[1], blocks) for m in _ACTION.finditer(explainer.text)):
        return True
    told = frozenset[str]().union(*(b.stems for b in blocks), explainer.named)
    return any(
        _lacks_attribute(explainer, blocks, term) if term.attribute else _unheard(explainer, term)
        for term in explainer.asked
        if stem(term.word) not in told  # "error budget" is no price
    )


def _does(explainer: Explainer, action: str, blocks: Sequence[NoteBlock]) -> bool:
    """Whether one of the blocks speaks of the action and of what is named."""
    stems = stems_of(action)
    return any(stems <= b.stems and explainer.named & b.stems for b in blocks)


def _lacks_attribute(explainer: Explainer, blocks: Sequence[NoteBlock], term: Term) -> bool:
    if explainer.question.parts:
        return False  # "how does binary search work, and how fast is it?"
    if Aspect.EFFORT in explainer.aspects and term.attribute in ("duration", "degree"):
        return False
    if term.attribute == "pay" and explainer.aspects[:1] == (Aspect.COMPARISON,):
        return False  # "mean or median for salaries?"
    if term.attribute == "price" and not _PRICE.search(explainer.text):
        return False  # "bug free", "a payment service"
    look = ATTRIBUTE_LOOKS.get(term.attribute)
    texts = (explainer.note(b.key).outline.text(b.key[1]) for b in blocks)
    return not look or not any(map(look.search, texts))


def _unheard(explainer: Explainer, term: Term) -> bool:
    """Whether a name is asked for that neither the roadmaps nor any note has."""
    return term.specific and not term.known and not explainer.shelf.holds([stem(term.word)])


def _lines(explainer: Explainer, blocks: Sequence[NoteBlock]) -> Iterator[Line]:
    """One cited line a block; several items of one section that begin the answer are a list."""
    while listed := _list_at_start(explainer, blocks):
        note = explainer.note(blocks[0].key)
        heading = note.outline.heading_of(blocks[0].key[1])
        whole = block_span(note.outline, heading, whole=True)
        intro = "Common mistakes with" if blocks[0].section == NoteSection.MISTAKES else "Before"
        yield Line(f"{intro} **{note.topic.title}**:", (whole,))
        for b in listed:
            yield Line(_said(explainer, b), (whole,), 1)
        blocks = blocks[len(listed) :]
    for b in blocks:
        yield Line(_said(explainer, b), (block_span(explainer.note(b.key).outline, b.key[1]),))


def _list_at_start(explainer: Explainer, blocks: Sequence[NoteBlock]) -> list[NoteBlock]:
    """The items that the blocks begin with, where they are shown as a list of one note."""
    listed = list(takewhile(lambda block: _listed_with(explainer, blocks[0], block), blocks))
    return listed if len(listed) > 1 or (listed and listed[0].section == NoteSection.EFFORT) else []


def _listed_with(explainer: Explainer, first: NoteBlock, block: NoteBlock) -> bool:
    """Whether a block goes on the list that the first one begins: mistakes, or what to know before."""
    if first.section == NoteSection.EFFORT and Aspect.PREREQUISITES not in explainer.aspects:
        return False
    listable = (NoteSection.MISTAKES, NoteSection.EFFORT)
    return first.section in listable and (block.key[0], block.section) == (first.key[0], first.section)


def _said(explainer: Explainer, block: NoteBlock) -> str:
    """A block as written, so that code stays code; less a label that its sentence begins with."""
    outline = explainer.note(block.key).outline
    entry = outline.blocks[block.key[1]]
    if entry.kind in ("code", "table"):
        return _RUNNABLE.sub(r"\1", outline.text(block.key[1]))
    written = " ".join(_SIGN.sub("", outline.text(block.key[1])).split())
    if not entry.label:
        return written
    shown = block.section == NoteSection.COMPARED or not entry.title.lower().startswith(
        entry.label.lower()[:4]
    )
    return written if shown else _LABEL.sub("", written)
