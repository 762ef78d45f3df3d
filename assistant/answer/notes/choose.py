"""Which blocks of the notes answer a question: a whole section where one is asked for, else the best few."""

import math
from collections.abc import Iterator, Sequence

from assistant.answer.evidence import stems_of
from assistant.answer.notes.explainer import CODE, Explainer
from assistant.answer.notes.shelf import Note, NoteBlock
from assistant.documents import NoteSection, note_source
from assistant.query.aspects import Aspect

# Share of the subject (by rarity) that may stand beside the topic's name where a whole section is told.
MOST_BESIDE = 0.6
# How many are told, and by what: chosen on `learners.jsonl`, with a ranking that was fitted on all of it.
MOST_TOLD = 9  # blocks
AS_RANKED = 1  # so many of them by score alone, the rest by score and shortness: more points fit in
NEAR = 5.0  # log odds: a block further behind the best one is not told
ROOM = 1300  # characters of all blocks, so that the roadmaps' places fit in
EFFORT_AMONG = 3  # best blocks where hours are told as such
AMONG = 40  # of the best blocks
COMPLETE = (NoteSection.EFFORT, NoteSection.PRACTICE)  # sections that want nothing told beside them
_SECTION = {
    Aspect.MISTAKES: NoteSection.MISTAKES,
    Aspect.EXAMPLE: NoteSection.EXAMPLE,
    Aspect.PREREQUISITES: NoteSection.EFFORT,
    Aspect.EFFORT: NoteSection.EFFORT,
    Aspect.PRACTICE: NoteSection.PRACTICE,
}


def choose(explainer: Explainer) -> list[NoteBlock]:
    """The blocks to tell, in order; none where the notes do not speak to the point."""
    if not explainer.ranked:
        return []
    section = _whole_section(explainer)
    if section and section[0].section in COMPLETE:
        return section
    best = [b for b in _best(explainer, section) if b not in section]
    if section:  # what goes wrong elsewhere would be taken for this topic's
        best = [b for b in best if b.key[0] == section[0].key[0]]
    return [*section, *_in_order(best)]


def is_as_asked(explainer: Explainer, first: NoteBlock) -> bool:
    """Whether an answer begins with the section that is asked for as such, of a topic that is named."""
    lead = explainer.aspects[0] if explainer.aspects else None
    return bool(explainer.targets) and lead in _SECTION and first.section == _SECTION[lead]


def _whole_section(explainer: Explainer) -> list[NoteBlock]:
    """A section that is asked for as such: mistakes, example, practice, what to know before, effort."""
    lead = explainer.aspects[0] if explainer.aspects else None
    if lead not in _SECTION:
        return []
    best = explainer.ranked[0]
    if explainer.targets and explainer.beside <= MOST_BESIDE:
        if lead is Aspect.EXAMPLE and explainer.subject.block >= 0:
            return _example_of_idea(explainer)
        section = explainer.note(explainer.subject.key).of(_SECTION[lead])
    elif best.section == _SECTION[lead] == NoteSection.EXAMPLE:
        section = explainer.note(best.key).of(NoteSection.EXAMPLE)
    else:
        return []
    if lead is Aspect.EFFORT and Aspect.PREREQUISITES not in explainer.aspects:
        first = section[:1]  # "how long to run an A/B test" is no question of hours to learn it
        return first if first and first[0] in explainer.ranked[:EFFORT_AMONG] else []
    if lead is Aspect.PREREQUISITES:  # "why scale before running KNN?" asks for none
        return [] if Aspect.WHY in explainer.aspects else _before(explainer, section[1:])
    return section


def _example_of_idea(explainer: Explainer) -> list[NoteBlock]:
    """The note's example where it speaks of the idea that is named; it may be one of another idea."""
    section = explainer.note(explainer.subject.key).of(NoteSection.EXAMPLE)
    wanted = stems_of(explainer.subject.words)
    return section if any(wanted <= block.stems for block in section) else []


def _before(explainer: Explainer, direct: Sequence[NoteBlock]) -> list[NoteBlock]:
    """What to know before a topic, then what to know before that, as far as there is room."""
    found, told = list(direct), [explainer.note(block.key) for block in direct[:1]]
    for note in told:  # grows on the way
        for before in note.topic.prerequisites:
            earlier = explainer.shelf.notes.get(note_source(before.id))
            if earlier is None or earlier in told or earlier.source not in explainer.allowed:
                continue
            further = earlier.of(NoteSection.EFFORT)[1:] if earlier.topic.prerequisites else []
            if further and len(found) + len(further) <= MOST_TOLD:
                told.append(earlier)
                found += further
    return found


def _best(explainer: Explainer, told_whole: Sequence[NoteBlock]) -> Iterator[NoteBlock]:
    """The best blocks, as room allows, the first by score alone; code with its words and its output."""
    room = ROOM - sum(map(explainer.length, told_whole))
    floor = explainer.score(explainer.ranked[0]) - NEAR
    able = [b for b in explainer.ranked[:AMONG] if explainer.score(b) >= floor and _belongs(explainer, b)]
    further = sorted(able[AS_RANKED:], key=lambda b: math.log(explainer.length(b)) - explainer.score(b))
    told: set[NoteBlock] = set()
    for block in (*able[:AS_RANKED], *further):
        wanted = [b for b in _unit(explainer.note(block.key), block) if b not in told]
        length = sum(map(explainer.length, wanted))
        if len(told) + len(wanted) > MOST_TOLD or (length > room and (told or told_whole)):
            continue
        room -= length
        told.update(wanted)
        yield from wanted


def _belongs(explainer: Explainer, block: NoteBlock) -> bool:
    """Whether a block may be told among others: no hours that nobody asked for, no words about an example."""
    if block.section == NoteSection.EFFORT:
        return bool({Aspect.EFFORT, Aspect.PREREQUISITES} & set(explainer.aspects))
    return block.section != NoteSection.EXAMPLE or explainer.is_code(block)


def _unit(note: Note, block: NoteBlock) -> list[NoteBlock]:
    """A block with what it needs to be understood: code with the words before it and with its output."""
    if note.outline.blocks[block.key[1]].kind not in CODE:
        return [block]
    section = note.of(block.section)
    first = last = section.index(block)
    while first > 0 and note.outline.blocks[section[first].key[1]].kind in CODE:
        first -= 1
    while last + 1 < len(section) and note.outline.blocks[section[last + 1].key[1]].kind in CODE:
        last += 1
    return section[first : last + 1]


def _in_order(blocks: Sequence[NoteBlock]) -> list[NoteBlock]:
    """The best block first, then the rest as they stand in their notes, the note of the best one first."""
    if not blocks:
        return []
    first, *rest = blocks
    return [first, *sorted(rest, key=lambda b: (b.key[0] != first.key[0], b.key))]
