"""Does an answer speak to what was asked? What it leaves open decides between answering and refusing."""

import re

from assistant.answer.draft import Draft, Refusal
from assistant.answer.evidence import BESIDE, PARENT, Key
from assistant.answer.inquiry import Inquiry
from assistant.query import Ask, MissingPlace, Term

# Below this share of the subject (weighted by rarity) an answer needs to fit by meaning.
SHARE = 0.5
# Cosine of question and best block from which a rewording counts as the same subject.
MEANING = 0.42
# Even with its words covered, a question whose meaning is far from every block is about something else.
MEANING_FLOOR = 0.2
CLOSE_MEANING = 0.55
_WANTED = re.compile(r"\b(?:which|what)\s+(\w+)", re.IGNORECASE)
# What a passage that states an attribute looks like.
ATTRIBUTE_LOOKS = {
    "version": re.compile(r"\bversion \d|\bv\d|==\s*\d|\b\d+\.\d+(?:\.\d+)?\b(?!\))", re.IGNORECASE),
    "price": re.compile(r"[$€£]\s?\d|\b\d+\s?(?:dollars|euros|usd|eur)\b", re.IGNORECASE),
    "duration": re.compile(r"\b\d+[\s-]*(?:hours?|minutes?|days?)\b", re.IGNORECASE),
    "date": re.compile(r"\b(?:19|20)\d\d\b"),
}
_STRICT = (Ask.REASON,)


def lacking(inquiry: Inquiry, draft: Draft) -> tuple[Term, ...]:
    """Subject words that neither the cited blocks nor their surroundings hold."""
    keys = _cited(inquiry, draft)
    missing = []
    for term in inquiry.terms:
        if any(inquiry.scout.covered(key).get(term.word, 0.0) >= BESIDE for key in keys):
            continue
        if any(
            s in _source_words(inquiry, key[0])
            for key in keys
            for option in term.alternatives
            for s in option
        ):
            continue
        missing.append(term)
    return tuple(missing)


def judge(inquiry: Inquiry, draft: Draft) -> Refusal | None:
    """A refusal when the draft misses the point of the question, None when it may be shown."""
    if draft.settled:
        return None
    missing = lacking(inquiry, draft)
    if not missing and not any(t.attribute for t in inquiry.terms) and (inquiry.scope or not inquiry.terms):
        return None
    attributes = [t for t in inquiry.terms if t.attribute and not _states(inquiry, draft, t)]
    if attributes:
        said = "the price" if attributes[0].word == "much" else attributes[0].word
        return Refusal(f"The roadmaps do not say anything about {said}.", attributes[0].word)
    names = [t for t in missing if t.specific and not t.known]
    if names and not _beside_known(inquiry, names):
        said = _join([t.word for t in names])
        return Refusal(f"The roadmaps do not mention {_as_typed(inquiry, names)}.", said)
    elsewhere = [t for t in missing if t.specific and t.known]
    if elsewhere and (inquiry.scope or inquiry.question.sources):
        where = (
            inquiry.place(_cited(inquiry, draft)[0])
            if inquiry.scope
            else inquiry.source_title(inquiry.sources[0])
        )
        return Refusal(
            f"{where} does not mention {_as_typed(inquiry, elsewhere)}.", _join([t.word for t in elsewhere])
        )
    known = [t for t in inquiry.terms if t.known]
    topics = [t for t in known if inquiry.scout.is_topic(t)]
    if inquiry.scope and topics and inquiry.question.ask is not Ask.LIST and all(t in missing for t in known):
        where = inquiry.place(inquiry.scope[0])
        return Refusal(
            f"{where} does not mention {_as_typed(inquiry, topics)}.", _join([t.word for t in topics])
        )
    if not known and inquiry.question.facets and _labelled(inquiry, draft):
        return None
    if wanted := _wanted_in_vain(inquiry, missing):
        return Refusal("The roadmaps do not say that.", wanted)
    total = sum(inquiry.scout.rarity[t.word] for t in inquiry.terms) or 1.0
    share = 1.0 - sum(inquiry.scout.rarity[t.word] for t in missing) / total
    meaning = max((inquiry.scout.meaning.get(k, 0.0) for k in _cited(inquiry, draft)), default=0.0)
    bar = 0.7 if inquiry.question.ask in _STRICT else SHARE
    if share < bar and meaning < MEANING and not inquiry.scope:
        return Refusal("The roadmaps do not say anything about that.", _join([t.word for t in missing]))
    if meaning < MEANING_FLOOR and not inquiry.scope and len(inquiry.terms) > 1:
        return Refusal("The roadmaps do not say anything about that.", _join([t.word for t in inquiry.terms]))
    return None


def _states(inquiry: Inquiry, draft: Draft, term: Term) -> bool:
    """Whether a cited block itself speaks of the attribute, or holds a figure of its kind."""
    look = ATTRIBUTE_LOOKS.get(term.attribute)
    for key in _cited(inquiry, draft):
        if inquiry.scout.covered(key).get(term.word, 0.0) >= PARENT and term.word != "much":
            return (
                look is None
                or term.attribute != "version"
                or bool(look.search(inquiry.outline(key[0]).full_text(key[1])))
            )
        if look and look.search(inquiry.outline(key[0]).full_text(key[1])):
            return True
    return False


def _labelled(inquiry: Inquiry, draft: Draft) -> bool:
    """Whether what is cited stands under a label that was asked for."""
    return any(inquiry.scout.facet(key) in inquiry.question.facets for key in _cited(inquiry, draft))


def _wanted_in_vain(inquiry: Inquiry, missing: tuple[Term, ...]) -> str:
    """ "Which laptop ...": the very thing asked for, when no source has the word and the meaning is not close."""
    match = _WANTED.search(inquiry.question.standalone)
    if not match or (inquiry.ranked and inquiry.ranked[0].meaning >= CLOSE_MEANING):
        return ""
    return next((t.word for t in missing if t.word == match[1].lower() and not t.known), "")


def unmentioned(inquiry: Inquiry, draft: Draft) -> str:
    """What a mixed question named that no source has, as a sentence; "" when nothing."""
    names = [t for t in lacking(inquiry, draft) if t.specific and not t.known]
    return f"The roadmaps do not mention {_as_typed(inquiry, names)}." if names else ""


def _beside_known(inquiry: Inquiry, names: list[Term]) -> bool:
    """Whether each unknown name is asked for beside a known one ("Ansible and Pulumi")."""
    known = "|".join(re.escape(t.word) for t in inquiry.terms if t.specific and t.known)
    unknown = "|".join(re.escape(t.word) for t in names)
    if not known:
        return False
    join = r"\W+(?:and|or|&|,)?\W*(?:\w+\s+)?"
    pattern = rf"\b(?:{known})\b(?:,|\s+and|\s+or|\s*/|\s*&){join}(?:{unknown})\b|\b(?:{unknown})\b(?:,|\s+and|\s+or|\s*/|\s*&){join}(?:{known})\b"
    return bool(re.search(pattern, inquiry.question.standalone, re.IGNORECASE))


def missing_place(missing: MissingPlace, title: str) -> Refusal:
    """There is no such week, month or section: what there is instead."""
    asked = f"{missing.unit} {missing.number}".strip()
    if missing.first:
        return Refusal(
            f"There is no {asked} in the {title}: it runs from “{missing.first}” to “{missing.last}”.", asked
        )
    where = f"the {title}" if title else "the roadmaps"
    return Refusal(f"There is no {asked} in {where}.", asked)


def _cited(inquiry: Inquiry, draft: Draft) -> list[Key]:
    """The blocks that the draft's spans start in."""
    found: list[Key] = []
    for line in draft.lines:
        for span in line.spans:
            key = (span.source, inquiry.outline(span.source).at(span.start))
            if key not in found:
                found.append(key)
    return found


def _source_words(inquiry: Inquiry, source: str) -> frozenset[str]:
    """Stems of a source's title, names and summary: a question may repeat them."""
    return inquiry.scout.source_words(source)


def _as_typed(inquiry: Inquiry, terms: list[Term]) -> str:
    """The words as the question spells them."""
    found = []
    for term in terms:
        match = re.search(rf"\b{re.escape(term.word)}\b", inquiry.question.text, re.IGNORECASE)
        found.append(match[0] if match else term.word)
    return _join(found)


def _join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " or " + parts[-1]
