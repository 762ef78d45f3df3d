"""Does an answer speak to what was asked? What it leaves open decides between answering and refusing."""

import re
from collections.abc import Sequence

from assistant.answer.draft import Draft, Refusal
from assistant.answer.evidence import BESIDE, PARENT, Key, stems_of
from assistant.answer.inquiry import Inquiry
from assistant.query import Ask, MissingPlace, Term

# Below this share of the subject (weighted by rarity) an answer needs to fit by meaning.
SHARE = 0.5
STRICT_SHARE = 0.7  # the same for a reason, which is easily somebody else's
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
_HOW = re.compile(r"\bhow (?:do|does|can|could|should|would|to|is|are|exactly)\b", re.IGNORECASE)
_PAY_VERBS = frozenset({"earn", "earning", "earnings", "paid"})
_HOW_MUCH = "much"  # "how much is it?": no source says "much" for a price
_NOTHING = "The roadmaps do not say anything about that."


def judge(inquiry: Inquiry, draft: Draft) -> Refusal | None:
    """A refusal when the draft misses the point of the question, None when it may be shown."""
    if draft.settled:
        return None
    cited = inquiry.cited(draft.lines)
    missing = _lacking(inquiry, cited)
    has_attribute = any(t.attribute for t in inquiry.terms)
    if not missing and not has_attribute and (inquiry.scope or not inquiry.terms):
        return None
    if refusal := _names_missed(inquiry, cited, missing) or _only_named(inquiry, cited):
        return refusal
    if not any(t.known for t in inquiry.terms) and _stands_under_label(inquiry, cited):
        return None
    if wanted := _wanted_in_vain(inquiry, missing):
        return Refusal("The roadmaps do not say that.", wanted)
    return None if inquiry.scope else _too_far(inquiry, cited, missing)


def unmentioned(inquiry: Inquiry, draft: Draft) -> str:
    """What a mixed question named that no source has, as a sentence; "" when nothing."""
    missing = _lacking(inquiry, inquiry.cited(draft.lines))
    names = [t for t in missing if t.specific and not t.known]
    return f"The roadmaps do not mention {_join(inquiry.as_typed(names))}." if names else ""


def missing_place(inquiry: Inquiry, missing: MissingPlace) -> Refusal:
    """There is no such week, month or section: what there is instead."""
    asked = f"{missing.unit} {missing.number}".strip()
    where = f"the {inquiry.source_title(missing.source)}" if missing.source else "the roadmaps"
    ends = f": it runs from “{missing.first}” to “{missing.last}”" if missing.first else ""
    return Refusal(f"There is no {asked} in {where}{ends}.", asked)


def _lacking(inquiry: Inquiry, cited: Sequence[Key]) -> list[Term]:
    """Subject words that neither the cited blocks, their surroundings nor their sources' titles hold."""
    known_of = frozenset[str]().union(*map(inquiry.scout.source_words, {key[0] for key in cited}))
    return [
        term
        for term in inquiry.terms
        if not any(inquiry.scout.holds(key, term.word, BESIDE) for key in cited)
        and not any(s in known_of for option in term.alternatives for s in option)
    ]


def _names_missed(inquiry: Inquiry, cited: Sequence[Key], missing: list[Term]) -> Refusal | None:
    """A refusal when the answer lacks an attribute, a name or the topic that was asked for."""
    if attributes := [t for t in inquiry.terms if t.attribute and not _states(inquiry, cited, t)]:
        # "how much does one earn" is about pay
        asked = min(attributes, key=lambda t: t.word == _HOW_MUCH)
        return Refusal(f"The roadmaps do not say anything about {_said_of(asked)}.", asked.word)
    names = [t for t in missing if t.specific and not t.known]
    if names and not _beside_known(inquiry, names):
        return _not_mentioned(inquiry, "The roadmaps do", names)
    elsewhere = [t for t in missing if t.specific and t.known]
    if elsewhere and (inquiry.scope or inquiry.question.sources):
        absent = [t for t in elsewhere if not _stands_in_scope(inquiry, t)]
        if not absent:
            return Refusal(_NOTHING, _join([t.word for t in elsewhere]))
        where = inquiry.place(inquiry.scope[0]) if inquiry.scope else inquiry.source_title(inquiry.sources[0])
        return _not_mentioned(inquiry, f"{where} does", absent)
    known = [t for t in inquiry.terms if t.known]
    topics = [t for t in known if inquiry.scout.is_topic(t)]
    not_a_list = inquiry.question.ask is not Ask.LIST
    nowhere = not any(_stands_in_scope(inquiry, t) for t in topics)
    if inquiry.scope and topics and nowhere and not_a_list and all(t in missing for t in known):
        return _not_mentioned(inquiry, f"{inquiry.place(inquiry.scope[0])} does", topics)
    return None


def _said_of(attribute: Term) -> str:
    """What was asked for, as a noun."""
    if attribute.attribute == "price":
        return "the price"
    return "pay" if attribute.attribute == "pay" and attribute.word in _PAY_VERBS else attribute.word


def _only_named(inquiry: Inquiry, cited: Sequence[Key]) -> Refusal | None:
    """A refusal of "how does X work?" where all that is cited just names X."""
    if not _HOW.search(inquiry.question.standalone) or inquiry.question.facets:
        return None
    if inquiry.question.ask not in (Ask.FACT, Ask.REASON):
        return None
    asked = stems_of(inquiry.question.standalone)
    titles = [stems_of(inquiry.title(key)) for key in cited]
    if any(map(inquiry.is_heading, cited)) or not all(title and title <= asked for title in titles):
        return None
    return Refusal(
        f"{inquiry.place(cited[0])} only names {inquiry.title(cited[0])}; nothing further is said there."
    )


def _stands_in_scope(inquiry: Inquiry, term: Term) -> bool:
    """Whether the sections or roadmaps in question hold the term anywhere."""
    return any(e.holds(term.word) for e in inquiry.ranked)


def _not_mentioned(inquiry: Inquiry, who_does: str, terms: list[Term]) -> Refusal:
    typed = _phrases(inquiry.as_typed(terms), inquiry.question.text)
    return Refusal(f"{who_does} not mention {_join(typed)}.", _join([t.word for t in terms]))


def _too_far(inquiry: Inquiry, cited: Sequence[Key], missing: list[Term]) -> Refusal | None:
    """A refusal when what is cited holds too little of the subject and does not mean it either."""
    rarity = inquiry.scout.rarity
    total = sum(rarity[t.word] for t in inquiry.terms) or 1.0
    share = 1.0 - sum(rarity[t.word] for t in missing) / total
    meaning = max((inquiry.scout.meaning.get(key, 0.0) for key in cited), default=0.0)
    bar = STRICT_SHARE if inquiry.question.ask is Ask.REASON else SHARE
    if share < bar and meaning < MEANING:
        return Refusal(_NOTHING, _join([t.word for t in missing]))
    if meaning < MEANING_FLOOR and len(inquiry.terms) > 1:
        return Refusal(_NOTHING, _join([t.word for t in inquiry.terms]))
    return None


def _states(inquiry: Inquiry, cited: Sequence[Key], term: Term) -> bool:
    """Whether a cited block itself speaks of the attribute, or holds a figure of its kind."""
    look = ATTRIBUTE_LOOKS.get(term.attribute)
    for key in cited:
        shows = bool(look and look.search(inquiry.outline(key[0]).full_text(key[1])))
        if inquiry.scout.holds(key, term.word, PARENT) and term.word != _HOW_MUCH:
            return shows or term.attribute not in ("version", "price")
        if shows:
            return True
    return False


def _stands_under_label(inquiry: Inquiry, cited: Sequence[Key]) -> bool:
    """Whether what is cited stands under a label that was asked for."""
    return any(inquiry.facet(key) in inquiry.question.facets for key in cited)


def _wanted_in_vain(inquiry: Inquiry, missing: list[Term]) -> str:
    """ "Which laptop ...": the very thing asked for, when no source has the word or means it."""
    match = _WANTED.search(inquiry.question.standalone)
    if not match or (inquiry.best and inquiry.best.meaning >= CLOSE_MEANING):
        return ""
    return next((t.word for t in missing if t.word == match[1].lower() and not t.known), "")


def _beside_known(inquiry: Inquiry, names: list[Term]) -> bool:
    """Whether an unknown name is asked for beside a known one ("Ansible and Pulumi")."""
    known = "|".join(re.escape(t.word) for t in inquiry.terms if t.specific and t.known)
    unknown = "|".join(re.escape(t.word) for t in names)
    if not known:
        return False
    join = r"\b(?:,|\s+and|\s+or|\s*/|\s*&)\W+(?:and|or|&|,)?\W*(?:\w+\s+)?"
    pattern = rf"\b(?:{known}){join}(?:{unknown})\b|\b(?:{unknown}){join}(?:{known})\b"
    return bool(re.search(pattern, inquiry.question.standalone, re.IGNORECASE))


def _phrases(parts: Sequence[str], text: str) -> list[str]:
    """Words that stand side by side in the question as one phrase."""
    found: list[str] = []
    for part in parts:
        if found and f"{found[-1]} {part}".lower() in text.lower():
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " or " + parts[-1]
