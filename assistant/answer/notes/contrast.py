"""Two topics told apart: the comparison that a note makes, or what each of the two is."""

from collections.abc import Iterable, Sequence

from assistant.answer.evidence import stems_of
from assistant.answer.notes.explainer import Explainer, holds
from assistant.answer.notes.names import Name
from assistant.answer.notes.shelf import COMPARED, WHAT, NoteBlock

MOST_TOLD = 2  # topics or ideas that are defined beside a comparison
# A comparison's hold on a name that is not in its label, and what it needs for two names.
IN_WORDS, BY_NOTE, BOTH_NAMES = 0.9, 0.6, 1.5


def compared(explainer: Explainer) -> list[NoteBlock]:
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
        both = [block for name in names[:MOST_TOLD] for block in definition(explainer, name)[:1]]
        return once(both)
    # ideas of one note are told apart by what they are, too
    ideas = dict.fromkeys(
        n.key for n in names if n.block >= 0 and n.key != best.key and n.source == best.key[0]
    )
    return [*(explainer.shelf.blocks[key] for key in list(ideas)[:MOST_TOLD]), best]


def _names_held(block: NoteBlock, names: Sequence[Name]) -> float:
    """How many names a comparison holds: in its label, in its words, or as the topic of its note."""
    label = _label_stems(block)
    held = 0.0
    for name in names:
        stems = stems_of(name.words)
        if stems <= label:
            held += 1.0
        elif stems <= block.stems:
            held += IN_WORDS
        elif name.source == block.key[0]:
            held += BY_NOTE
    return held


def definition(explainer: Explainer, name: Name) -> list[NoteBlock]:
    """The idea that is named, or what the note says its topic is."""
    if name.block >= 0:
        return [explainer.shelf.blocks[name.key]]
    return explainer.note(name.key).of(WHAT, "paragraph")


def once(blocks: Iterable[NoteBlock]) -> list[NoteBlock]:
    """The blocks in order, each once."""
    return list({block.key: block for block in blocks}.values())


def _label_stems(block: NoteBlock) -> frozenset[str]:
    return stems_of(block.label)
