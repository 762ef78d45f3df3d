"""The record of an understood question."""

from dataclasses import dataclass
from enum import Enum


class Ask(Enum):
    """What shape of answer a question wants."""

    FACT = "a fact"
    DEFINITION = "a definition"
    LIST = "a list"
    COUNT = "a number"
    PLACE = "a place"
    MENTIONS = "which roadmaps"
    LINKS = "links"
    COMPARISON = "a comparison"
    REASON = "a reason"
    ORDER = "an order"
    YES_NO = "yes or no"
    PERSON = "a person"


@dataclass(frozen=True, slots=True)
class Place:
    """A section that the question names: "week 20", "section 5.4", "the last phase"."""

    source: str
    block: int  # index into the document's blocks
    unit: str  # "week", "section" ...


@dataclass(frozen=True, slots=True)
class MissingPlace:
    """A section that the question names and no source in question has."""

    unit: str
    number: str
    source: str = ""  # the roadmap that was meant, where one was
    first: str = ""  # titles at both ends of what there is
    last: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the subject. It is found where all stems of any one alternative stand."""

    word: str
    alternatives: tuple[tuple[str, ...], ...]
    known: bool  # stands somewhere in the sources
    specific: bool = False  # a name or a rare word: an answer without it misses the point
    weight: float = 1.0  # less for words of an earlier turn or of a sentence that only gives context
    required: bool = True  # whether an answer must speak of it
    attribute: str = ""  # "price", "duration": what sources rarely state


@dataclass(frozen=True, slots=True)
class Question:
    """A question as typed and as understood."""

    text: str  # as typed
    standalone: str  # references to the history resolved, typos mended: what is searched
    ask: Ask = Ask.FACT
    sources: tuple[str, ...] = ()  # the roadmaps it names; empty: all
    places: tuple[Place, ...] = ()
    missing: tuple[MissingPlace, ...] = ()
    unit: str = ""  # the unit asked for: "week" in "which week"
    offset: int = 0  # +1 for what comes after the place or topic, -1 for what comes before
    facets: tuple[str, ...] = ()  # keys of `lexicon.FACETS`
    terms: tuple[Term, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    english: bool = True
    carried: str = ""  # what was taken over from the history
    commands: tuple[str, ...] = ()  # orders to the assistant that were set aside
    parts: tuple["Question", ...] = ()  # a question that asks several things, each by itself
