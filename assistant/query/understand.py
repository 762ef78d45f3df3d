"""From the words typed to a Question: typos mended, history resolved, places, roadmaps and subject recognised."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.documents import Exchange
from assistant.index import Index
from assistant.keywords import words
from assistant.outline import Outline
from assistant.query import history as past
from assistant.query.focus import asks, clauses, focus
from assistant.query.intent import ask_of, facets_of, offset_of, unit_asked
from assistant.query.lexicon import FACETS, FOREIGN, FOREIGN_FRAME, LINK_FACETS, NUMBER_WORDS, SCAFFOLD, UNITS
from assistant.query.naming import Naming
from assistant.query.places import members, named_places, resolve, title_words, titled, without_references
from assistant.query.question import Ask, Place, Question, Term
from assistant.query.terms import Vocabulary

_BLANKS = re.compile(r"\s+")
_OTHER_ONE = re.compile(r"\b(\w{4,}) (?:one|phase|step|group|section)\b", re.IGNORECASE)
_NTH_ONE = re.compile(
    r"\b(?:the )?(first|second|third|fourth|fifth|sixth) (?:one|of (?:them|these|those))\b", re.IGNORECASE
)
MOST_TURNS = 3  # earlier turns a follow-up is traced back through
CONTEXT_WEIGHT = 0.5  # of a word that only helps to find the passage
# Shapes for which a section's title in the question means that section.
_TITLED_ASKS = (Ask.LIST, Ask.COUNT, Ask.ORDER)
_HOW_LONG = re.compile(r"\bhow long\b", re.IGNORECASE)
_TWO_SUBJECTS = re.compile(
    r"\bbetween\b|\b(?:vs|versus)\b|\bcompare\b.*\b(?:and|with|to)\b|\bdiffer\w* from\b", re.IGNORECASE
)
_ROADMAPS = re.compile(
    r"\b(?:roadmaps?|plans?|sources|documents|each|weeks?|phases?|steps?|sections?)\b", re.IGNORECASE
)
_MOVABLE = (Ask.FACT, Ask.DEFINITION, Ask.PLACE, Ask.LIST, Ask.YES_NO)
_BARE_ASKS = (Ask.FACT, Ask.YES_NO)  # shapes that an elliptical follow-up gets by default


class Reader:
    """Understands questions about one index; built once a generation."""

    def __init__(self, index: Index) -> None:
        self.outlines = {sid: o for sid, o in index.outlines.items() if o.document.source.kind != "page"}
        self.vocabulary = Vocabulary(
            "\n".join((o.document.source.title, *o.document.source.aliases, o.document.text))
            for o in index.outlines.values()
        )
        self.naming = Naming([o.document.source for o in self.outlines.values()])

    def read(
        self, text: str, history: Sequence[Exchange] = (), allowed: Sequence[str] | None = None
    ) -> Question:
        """The question understood; `allowed` restricts to these sources."""
        typed = _BLANKS.sub(" ", text).strip()
        english = not self._foreign(typed)
        split = focus(typed if english else _translate(typed))
        mended, corrections = self.vocabulary.speller.mend(split.asked, english=english)
        question = self._alone(typed, mended, allowed)
        if not english:  # words that were not translated are no names
            question = replace(question, terms=self._own_words(question.terms))
        own = (
            sum(t.known for t in question.terms)
            + len(question.places)
            + len(question.missing)
            + len(question.sources)
        )
        if split.context:
            question = self._with_context(question, split.context, allowed)
        elif history and past.depends(mended, own):
            question = self._follow_up(question, mended, history, allowed)
        question = replace(question, corrections=corrections, english=english, commands=split.commands)
        return replace(question, parts=self._parts(question, mended, allowed))

    def _with_context(self, question: Question, context: str, allowed: Sequence[str] | None) -> Question:
        """Words of the sentences around the question help to find its passage; places named there count."""
        mended, _ = self.vocabulary.speller.mend(context)
        beside = self._alone(context, mended, allowed)
        own = {t.word for t in question.terms}
        terms = (
            *question.terms,
            *(replace(t, weight=CONTEXT_WEIGHT, required=False) for t in beside.terms if t.word not in own),
        )
        if not any(t.required for t in terms):  # "canary releases ... which documents bring them up?"
            terms = tuple(replace(t, weight=1.0, required=True) if t.known else t for t in terms)
        if not question.places and not question.missing:
            question = replace(question, places=beside.places, missing=beside.missing)
        sources = question.sources or beside.sources
        if len(sources) > 1 and question.ask in (Ask.FACT, Ask.LIST, Ask.DEFINITION):
            question = replace(question, ask=Ask.COMPARISON)
        return replace(question, standalone=f"{mended} {question.standalone}", terms=terms, sources=sources)

    def _parts(self, whole: Question, text: str, allowed: Sequence[str] | None) -> tuple[Question, ...]:
        """Each clause as a question of its own; what it does not name itself it takes from the whole."""
        found = clauses(text)
        if len(found) < 2:
            return ()
        parts: list[Question] = []
        for clause in found:
            part = self._alone(clause, clause, allowed)
            if not (asks(clause) or part.facets or any(t.attribute for t in part.terms)):
                return ()
            places = part.places if part.places or part.missing else whole.places
            terms = part.terms
            if not [t for t in terms if not t.attribute] and not places:
                own = {t.word for t in terms}
                terms = (
                    *terms,
                    *(
                        replace(t, required=False)
                        for t in whole.terms
                        if t.known and not t.attribute and t.word not in own
                    ),
                )
            parts.append(replace(part, places=places, terms=terms, sources=part.sources or whole.sources))
        return tuple(parts)

    def _alone(self, typed: str, text: str, allowed: Sequence[str] | None) -> Question:
        named, rest = self.naming.find(text)
        scope = [s for s in (named or self.outlines) if allowed is None or s in allowed]
        places, missing = resolve(rest, self.outlines, scope or list(self.outlines))
        if missing and named:  # "compare the 2024 roadmap with week 17": the week is another roadmap's
            elsewhere, absent = resolve(rest, self.outlines, list(self.outlines))
            if not absent and ask_of(text) is Ask.COMPARISON:
                places, missing = elsewhere, ()
                named = (*named, *dict.fromkeys(p.source for p in places))
        facets = self._labels(rest, facets_of(rest))
        subject = without_references(rest)
        if ask_of(text) is Ask.COUNT:
            subject = _HOW_LONG.sub(" ", subject)
        called = tuple(
            p for p in named_places(rest, self.outlines, scope or list(self.outlines)) if p in places
        )
        if not places and not missing and not unit_asked(text) and ask_of(text) in _TITLED_ASKS:
            places = called = titled(rest, self.outlines, scope or list(self.outlines))
        return Question(
            text=typed,
            standalone=text,
            ask=_settled(text, facets, unit_asked(text), named, offset_of(rest), places),
            sources=named,
            places=places,
            missing=missing,
            unit=unit_asked(text),
            offset=offset_of(rest),
            facets=facets,
            terms=self._subject(subject, facets, called),
        )

    def _own_words(self, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        """Of a question in another language: only words that the sources write just so tell its subject."""
        return tuple(replace(t, required=True) for t in terms if self.vocabulary.speller.knows(t.word))

    def _labels(self, text: str, facets: tuple[str, ...]) -> tuple[str, ...]:
        """The facets less those whose word is part of a phrase of the sources ("project management")."""
        found = words(text)
        in_phrase = {
            left
            for left, right in pairwise(found)
            if right not in SCAFFOLD and right not in UNITS and self.vocabulary.is_phrase(left, right)
        }
        return tuple(
            f for f in facets if not (FACETS[f] & set(found)) or (FACETS[f] & set(found)) - in_phrase
        )

    def _subject(self, text: str, facets: tuple[str, ...], places: tuple[Place, ...]) -> tuple[Term, ...]:
        """The words of the subject; those that only name the place by its title are left out."""
        terms = self.vocabulary.terms(text, facets)
        said = title_words(places, self.outlines)
        left = tuple(t for t in terms if not set(t.alternatives[0]) <= said) if places else terms
        # "should a senior know": a word of one roadmap's name need not stand in the passage
        return tuple(
            replace(t, weight=CONTEXT_WEIGHT, required=False) if self.naming.tells(t.word) else t
            for t in left
        )

    def _follow_up(
        self, question: Question, text: str, history: Sequence[Exchange], allowed: Sequence[str] | None
    ) -> Question:
        carried = past.carry(text, history, self.outlines)
        before = self.read(history[-1].question, history[:-1][-MOST_TURNS:], allowed)
        if question.places or question.missing:
            own = tuple(p for p in question.places if p.source in before.sources) or question.places
            if not question.facets and not any(t.required for t in question.terms):  # "and week 10?"
                return self._merge(before, question, places=own, missing=question.missing)
            return replace(question, places=own)
        if carried.swap and (question.sources or question.terms):
            # "what about the 2024 roadmap?": the previous question, this roadmap or subject in its place
            terms = question.terms or before.terms
            sources = question.sources or before.sources
            places = () if question.sources or question.terms else before.places
            swapped = self._merge(before, question, places=places, missing=())
            return replace(swapped, terms=terms, sources=sources)
        seen = [p for p in carried.places if not before.sources or p.source in before.sources]
        places = self._pointed(
            text, question, tuple(seen) or before.places or self._earlier(history, allowed)
        )
        missing = () if places else before.missing
        merged = self._merge(question, before, places=places, missing=missing)
        ask = (
            before.ask
            if question.ask in _BARE_ASKS and not question.facets and not question.terms
            else question.ask
        )
        if question.offset and places and ask in _MOVABLE:
            ask = Ask.ORDER
        terms = question.terms
        if not places:  # the earlier subject helps to find the passage; the new question need not repeat it
            own = {t.word for t in terms}
            handed = (*before.terms, *self.vocabulary.terms(carried.fresh))
            handed_on = (
                replace(t, weight=CONTEXT_WEIGHT, required=False) for t in handed if t.word not in own
            )
            terms = (*terms, *handed_on)
        sources = question.sources or (before.sources if not places else ())
        return replace(merged, ask=ask, terms=terms, sources=sources)

    def _earlier(self, history: Sequence[Exchange], allowed: Sequence[str] | None) -> tuple[Place, ...]:
        """The section the conversation was about before its last turn."""
        for turn in reversed(history[:-1][-MOST_TURNS:]):
            if places := self.read(turn.question, (), allowed).places:
                return places
        return ()

    def _merge(
        self, base: Question, other: Question, *, places: tuple[Place, ...], missing: tuple[object, ...]
    ) -> Question:
        titles = "; ".join(" ".join(self.outlines[p.source].heading_path(p.block)[-1:]) for p in places[:3])
        topic = " ".join(t.word for t in (base.terms or other.terms))
        return replace(
            base,
            unit=base.unit or other.unit,
            text=other.text if base.text != other.text and not base.corrections else base.text,
            standalone=f"{base.standalone} ({titles or topic})",
            places=places,
            missing=missing,
            carried=titles or topic,
            offset=base.offset or other.offset,
        )

    def _pointed(self, text: str, question: Question, places: tuple[Place, ...]) -> tuple[Place, ...]:
        """The section a follow-up points at: "the third one", "the advanced one", else the first of `places`."""
        if question.sources:
            places = tuple(p for p in places if p.source in question.sources)
        if not places:
            return ()
        nth = _NTH_ONE.search(text)
        if nth:
            position = NUMBER_WORDS[nth[1].lower()] - 1
            return places[position : position + 1] or places[:1]
        outline = self.outlines[places[0].source]
        first = self.outlines[places[0].source]
        inner = [
            p
            for p in places[1:]
            if p.source == places[0].source and places[0].block in first.ancestors(p.block)
        ]
        if inner:  # "Advanced Phase, 2. Model Versioning": the inner section is meant
            places = (inner[0],)
        other = _OTHER_ONE.search(text)
        for sibling in outline.siblings(places[0].block):
            if other and other[1].lower() in words(outline.blocks[sibling].title):
                return (replace(places[0], block=sibling),)
        return places[:1]

    def _foreign(self, text: str) -> bool:
        """Whether a question is mostly in another language than English."""
        found = words(text)
        if not found:
            return False
        if sum(ord(c) > 0x24F for c in text if c.isalpha()) > len(text) / 4:
            return True
        other = sum(w in FOREIGN_FRAME or (w in FOREIGN and w not in SCAFFOLD) for w in found)
        own = sum(w in SCAFFOLD for w in found)
        if other and not own and re.search(r"[¿¡à-ÿ]", text):
            return True
        return other > own and other >= 2


def _settled(
    text: str,
    facets: tuple[str, ...],
    unit: str,
    named: tuple[str, ...],
    offset: int,
    places: tuple[Place, ...],
) -> Ask:
    """The shape of the answer once roadmaps, labels and places are known."""
    ask = ask_of(text)
    if offset and places and ask in _MOVABLE:
        return Ask.ORDER
    if ask is Ask.PLACE and unit and offset:
        return Ask.ORDER
    if "builds on" in facets and unit:
        return Ask.ORDER
    if ask is Ask.COMPARISON and len(named) < 2 and _TWO_SUBJECTS.search(text) and not _ROADMAPS.search(text):
        ask = Ask.FACT  # two topics are told apart, not what the roadmaps say of one
    linked = bool(LINK_FACETS & set(facets))
    if linked and not unit and ask in (Ask.FACT, Ask.YES_NO, Ask.DEFINITION, Ask.LIST, Ask.PLACE):
        return Ask.LINKS
    if linked and ask is Ask.COMPARISON and len(named) < 2 and set(facets) & LINK_FACETS - {"resource"}:
        return Ask.LINKS
    if len(named) > 1 and ask in (Ask.FACT, Ask.YES_NO, Ask.DEFINITION, Ask.LIST):
        return Ask.COMPARISON
    return ask


def _translate(text: str) -> str:
    """Question words of three other languages in English; what is no question word stays."""
    parts = re.split(r"([\w'’]+)", text)
    out = []
    for part in parts:
        lowered = part.lower().replace("’", "'")
        bare = lowered.split("'")[-1]
        if lowered in FOREIGN or bare in FOREIGN:
            out.append(FOREIGN.get(lowered) or FOREIGN[bare])
        elif lowered in FOREIGN_FRAME or bare in FOREIGN_FRAME:
            continue
        else:
            out.append(part)
    return _BLANKS.sub(" ", "".join(out)).strip()


def following(outline: Outline, place: Place, offset: int) -> int:
    """The section `offset` steps on in reading order among its kind; -1 past either end."""
    title_unit = place.unit or "section"
    for unit in (title_unit, "week", "month", "phase", "section"):
        order = [index for index, _ in members(outline, unit)]
        if place.block in order:
            level = outline.blocks[place.block].level
            order = [i for i in order if outline.blocks[i].level == level]
            target = order.index(place.block) + offset
            return order[target] if 0 <= target < len(order) else -1
    order = outline.siblings(place.block)
    target = order.index(place.block) + offset
    return order[target] if 0 <= target < len(order) else -1
