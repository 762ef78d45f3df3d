"""A block in the form it has: a section, a list or a statement, no more of it than was asked for."""

import re

from assistant.answer.draft import Draft, Line
from assistant.answer.evidence import BENEATH, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.query import Ask
from assistant.query.lexicon import LINK_FACETS

# Blocks this close to the best one say the same thing elsewhere.
EQUAL = 0.12
EQUAL_WORDS = 0.05  # and lack no more than this of its words
MOST_EQUAL = 2
CLEARLY = 0.08  # cosine by which one block stands out among its neighbours
MOST_ALIKE = 15  # items of a list that is told as a whole when half of it fits
WIDER_SLACK = 0.1  # of its words, what an item above may lack to be told instead of this one
# What another source lists is added when it holds most of the subject and fits this nearly as well.
MOST_ELSEWHERE, ELSEWHERE_WORDS, ELSEWHERE_SLACK = 2, 0.75, 0.45
LOOKED_AT = 60  # of the ranked blocks
_EVERYTHING = re.compile(r"\beverything\b|\ball\b.*\b(?:stuff|things|material)\b", re.IGNORECASE)
_ENUMERATION = re.compile(r",.*(?:,|\band\b|\bor\b)|/.*/")


def tell(inquiry: Inquiry, key: Key, *, alone: bool = False) -> Draft:
    """A block in the form it has; unless `alone`, the list it belongs to or what says the same elsewhere."""
    if inquiry.is_heading(key):
        children = inquiry.children(key)
        labelled = any(inquiry.block(child).label for child in children)
        whole = _EVERYTHING.search(inquiry.question.standalone)
        as_list = inquiry.question.ask is Ask.LIST and children and (whole or not labelled)
        return Draft(inquiry.list_of(key) if as_list else inquiry.summary(key))
    if items := inquiry.children(key, "item"):
        return Draft(inquiry.list_of(key) if len(items) > 1 else (inquiry.statement(key),))
    if alone:
        return Draft((inquiry.statement(key),))
    if larger := _larger(inquiry, key):
        return tell(inquiry, larger, alone=True)
    section = inquiry.section(key)
    others = [inquiry.statement(k, lead=inquiry.section(k) != section) for k in _equals(inquiry, key)]
    return Draft((inquiry.statement(key), *others))


def elsewhere(inquiry: Inquiry, best: Evidence) -> list[Line]:
    """What other sources list on the same subject: their best block each, when it names the whole subject."""
    found: dict[str, Line] = {}
    for e in inquiry.ranked[:LOOKED_AT]:
        if e.source == best.source or e.source in found or inquiry.is_heading(e.key):
            continue
        if e.lexical >= max(best.lexical - 0.1, ELSEWHERE_WORDS) and e.score >= best.score - ELSEWHERE_SLACK:
            found[e.source] = inquiry.statement(e.key)
    return list(found.values())[:MOST_ELSEWHERE]


def inside(inquiry: Inquiry, best: Evidence) -> Evidence | None:
    """The line of a section that holds the subject, when the section's title does not name it."""
    asked = [t.word for t in inquiry.terms]
    if not inquiry.is_heading(best.key) or inquiry.question.ask is Ask.LIST or any(map(best.holds, asked)):
        return None
    beneath = [(best.source, i) for i in inquiry.outline(best.source).descendants(best.block)]
    lines = [inquiry.scout.rate(key) for key in beneath if not inquiry.is_heading(key)]
    return max((e for e in lines if any(map(e.holds, asked))), key=lambda e: e.score, default=None)


def has_items(inquiry: Inquiry, key: Key) -> bool:
    """Whether a list without labels lies beneath a block."""
    return sum(not inquiry.block(item).label for item in inquiry.children(key, "item")) > 1


def enumerates(inquiry: Inquiry, key: Key) -> bool:
    """Whether a block's own words list things: "a, b and c"."""
    return not inquiry.is_heading(key) and bool(_ENUMERATION.search(inquiry.title(key)))


def is_bare(inquiry: Inquiry, key: Key) -> bool:
    """Whether a section is a title with nothing beneath it."""
    return inquiry.is_heading(key) and not inquiry.children(key)


def _larger(inquiry: Inquiry, key: Key) -> Key | None:
    """The list to tell instead of one of its items, when the item does not stand out from it."""
    evidence = inquiry.scout.rate(key)
    if not evidence.covered or _stands_out(inquiry, evidence):
        return None
    own = [word for word in evidence.covered if evidence.holds(word)]
    return _shared_list(inquiry, key, own) if own else _wider(inquiry, evidence)


def _stands_out(inquiry: Inquiry, evidence: Evidence) -> bool:
    """Whether a block means what was asked clearly more than the blocks beside it."""
    beside = [
        inquiry.scout.meaning.get((evidence.source, i), 0.0)
        for i in inquiry.outline(evidence.source).siblings(evidence.block)
        if i != evidence.block
    ]
    return evidence.meaning - max(beside, default=0.0) > CLEARLY


def _wider(inquiry: Inquiry, evidence: Evidence) -> Key | None:
    """The item or section above a block, when it holds about as much of the subject."""
    parent = inquiry.block(evidence.key).parent
    if parent < 0:
        return None
    above = inquiry.scout.rate((evidence.source, parent))
    return above.key if above.lexical >= evidence.lexical - WIDER_SLACK else None


def _shared_list(inquiry: Inquiry, key: Key, own: list[str]) -> Key | None:
    """The block above, when most of what lies beneath it holds the same words ("Vim" in three tutorials)."""
    parent = (key[0], inquiry.block(key).parent)
    siblings = inquiry.outline(key[0]).siblings(key[1])
    if parent[1] < 0 or not inquiry.block(parent).level or len(siblings) > MOST_ALIKE:
        return None
    alike = [i for i in siblings if all(inquiry.scout.holds((key[0], i), word) for word in own)]
    return parent if 1 < len(alike) >= len(siblings) / 2 else None


def _equals(inquiry: Inquiry, key: Key) -> list[Key]:
    """Further blocks that fit about as well and say something of their own."""
    first = inquiry.scout.rate(key)
    found: list[Key] = []
    for e in inquiry.ranked:
        if len(found) == MOST_EQUAL or e.score < first.score - EQUAL:
            break
        if e.key == key or inquiry.is_heading(e.key) or inquiry.children(e.key):
            continue
        if e.lexical < first.lexical - EQUAL_WORDS or e.best_place < BENEATH:
            continue
        if inquiry.facet(e.key) not in LINK_FACETS - {"course"}:
            found.append(e.key)
    return found
