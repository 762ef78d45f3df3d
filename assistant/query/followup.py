"""A question that goes on from the turn before: "and week 10?", "what about the 2024 roadmap?", "why?"."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.keywords import words
from assistant.outline import Outline
from assistant.query.history import Carried
from assistant.query.intent import MOVABLE
from assistant.query.lexicon import NUMBER_WORDS
from assistant.query.question import Ask, MissingPlace, Place, Question, Term
from assistant.query.terms import helping
from assistant.query.wording import wording

_NTH = wording(
    r"\b(?:the )?(first|second|third|fourth|fifth|sixth) (?:one|of (?:them|these|those))\b"  # of those listed
)
_OTHER = wording(r"\b(\w{4,}) (?:one|phase|step|group|section)\b")  # "the advanced one"
_LISTED = wording(r"\b(?:list|name|show|what are|which are) (?:them|they|those|these)\b")
_MOVING = (Ask.ORDER, Ask.PLACE, Ask.COMPARISON, Ask.MENTIONS)  # answers that lead to other sections
_BARE_ASKS = (Ask.FACT, Ask.YES_NO)  # shapes that an elliptical follow-up gets by default
_TITLES = 3  # sections named in the words that are searched; more would drown the question


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a follow-up can lean on."""

    question: Question  # the last one, itself understood
    carried: Carried  # from its answer
    terms: tuple[Term, ...]  # words of a short last answer that its question did not have
    places: Callable[[], tuple[Place, ...]]  # the section of the turns before the last; read when needed


def follow_up(
    question: Question, text: str, *, swap: bool, earlier: Earlier, outlines: Mapping[str, Outline]
) -> Question:
    """The question with what it leaves unsaid; `swap` where it only puts another subject in place."""
    if question.places or question.missing:
        return _at_another_place(question, earlier.question, outlines)
    talked_about = _handed_on(earlier, outlines) or earlier.question.places
    another = any(_sibling(text, place, outlines) for place in talked_about[:1])  # "and the advanced one?"
    if earlier.question.ask is Ask.COUNT and _LISTED.search(text):
        return replace(earlier.question, text=question.text)  # a count names what it counted
    if swap and (question.sources or question.terms) and not another:
        return _with_another_subject(question, earlier, outlines)
    return _continued(question, text, earlier, outlines)


def _at_another_place(question: Question, before: Question, outlines: Mapping[str, Outline]) -> Question:
    """ "and week 10?": the question before, of this place; one that asks something itself keeps its words."""
    own = tuple(p for p in question.places if p.source in before.sources) or question.places
    if question.facets or any(t.required for t in question.terms):
        return replace(question, places=own)
    return _merged(before, question, own, question.missing, outlines)


def _with_another_subject(question: Question, earlier: Earlier, outlines: Mapping[str, Outline]) -> Question:
    """ "what about the 2024 roadmap?": the question before, this roadmap or subject in its place."""
    before = earlier.question
    terms, sources = question.terms, question.sources or before.sources
    if not terms:  # the same of another roadmap: what was answered helps to find it there
        terms = (*before.terms, *helping(earlier.terms, before.terms))
    return _merged(replace(before, terms=terms, sources=sources), question, (), (), outlines)


def _continued(question: Question, text: str, earlier: Earlier, outlines: Mapping[str, Outline]) -> Question:
    """ "which project do I build there?": this question, of what was talked about."""
    before = earlier.question
    talked_about = _handed_on(earlier, outlines) or before.places or earlier.places()
    places = _pointed_at(text, question.sources, talked_about, outlines)
    merged = _merged(question, before, places, () if places else before.missing, outlines)
    ask = question.ask
    if ask in _BARE_ASKS and not question.facets and not question.terms:
        ask = before.ask
    if question.offset and places and ask in MOVABLE:
        ask = Ask.ORDER
    if places:
        return replace(merged, ask=ask)
    # the earlier subject helps to find the passage; the new question need not repeat it
    terms = (*question.terms, *helping((*before.terms, *earlier.terms), question.terms))
    return replace(merged, ask=ask, terms=terms, sources=question.sources or before.sources)


def _handed_on(earlier: Earlier, outlines: Mapping[str, Outline]) -> tuple[Place, ...]:
    """The sections of the last answer: those of the roadmaps and of the section that its question named."""
    sources, asked = earlier.question.sources, earlier.question.places
    found = tuple(p for p in earlier.carried.places if not sources or p.source in sources)
    if not asked or earlier.question.ask in _MOVING:
        return found
    return tuple(p for p in found if any(_is_within(p, place, outlines) for place in asked))


def _is_within(inner: Place, outer: Place, outlines: Mapping[str, Outline]) -> bool:
    if inner.source != outer.source:
        return False
    return outer.block in (inner.block, *outlines[inner.source].ancestors(inner.block))


def _merged(
    base: Question,
    other: Question,
    places: tuple[Place, ...],
    missing: tuple[MissingPlace, ...],
    outlines: Mapping[str, Outline],
) -> Question:
    """The base question at these places; the other fills in what it leaves open."""
    titles = "; ".join(outlines[p.source].blocks[p.block].title for p in places[:_TITLES])
    carried = titles or " ".join(t.word for t in (base.terms or other.terms))
    return replace(
        base,
        standalone=f"{base.standalone} ({carried})" if carried else base.standalone,
        places=places,
        missing=missing,
        unit=base.unit or other.unit,
        offset=base.offset or other.offset,
        carried=carried,
    )


def _pointed_at(
    text: str, sources: tuple[str, ...], places: Sequence[Place], outlines: Mapping[str, Outline]
) -> tuple[Place, ...]:
    """The section meant: "the third one", "the advanced one", else the first of `places`."""
    there = tuple(p for p in places if not sources or p.source in sources)
    if not there:
        return ()
    if nth := _NTH.search(text):
        position = NUMBER_WORDS[nth[1].lower()] - 1
        return there[position : position + 1] or there[:1]
    first = there[0]
    outline = outlines[first.source]
    # "Advanced Phase, 2. Model Versioning": the inner section is meant
    inner = (p for p in there[1:] if p.source == first.source and first.block in outline.ancestors(p.block))
    first = next(inner, first)
    return (_sibling(text, first, outlines) or first,)


def _sibling(text: str, place: Place, outlines: Mapping[str, Outline]) -> Place | None:
    """The section beside a place that "the advanced one" means; None when it means none."""
    if not (other := _OTHER.search(text)):
        return None
    outline = outlines[place.source]
    found = (i for i in outline.siblings(place.block) if other[1].lower() in words(outline.blocks[i].title))
    block = next(found, None)
    return None if block is None else replace(place, block=block)
