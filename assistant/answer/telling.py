"""A block in the form it has: a section, a list or a statement, no more of it than was asked for."""

import re

from assistant.answer.draft import Draft, Line
from assistant.answer.evidence import BENEATH, OWN, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.query import Ask
from assistant.query.lexicon import LINK_FACETS

# Blocks this close to the best one say the same thing elsewhere.
EQUAL = 0.12
CLEARLY = 0.08  # cosine by which one block stands out among its neighbours
MOST_ALIKE = 15  # items of a list that is told as a whole when half of it fits
_ENUMERATION = re.compile(r",.*(?:,|\band\b|\bor\b)|/.*/")


def tell(inquiry: Inquiry, key: Key, *, alone: bool = False) -> Draft:
    """A block in the form it has: a section, a list or a statement."""
    outline = inquiry.outline(key[0])
    block = outline.blocks[key[1]]
    wants_list = inquiry.question.ask is Ask.LIST
    if block.kind == "heading":
        has_labels = any(outline.blocks[i].label for i in outline.children(key[1]))
        if wants_list and not has_labels and outline.children(key[1]):
            return Draft(inquiry.list_of(key))
        return Draft(inquiry.summary(key))
    items = [i for i in outline.children(key[1]) if outline.blocks[i].kind == "item"]
    if items:
        return Draft(inquiry.list_of(key) if len(items) > 1 else (inquiry.statement(key),))
    if not alone:
        evidence = inquiry.scout.rate(key)
        own = [w for w, weight in evidence.covered.items() if weight >= OWN]
        if not own and evidence.covered and not _stands_out(inquiry, evidence) and (wider := _wider(inquiry, key)):
            return tell(inquiry, wider, alone=True)
        if own and not _stands_out(inquiry, evidence) and (shared := _shared_list(inquiry, key, own)):
            return tell(inquiry, shared, alone=True)
    lines = [inquiry.statement(key)]
    if not alone:
        lines += [
            inquiry.statement(k, lead=k[0] != key[0] or inquiry.section(k) != inquiry.section(key))
            for k in _equals(inquiry, key)
        ]
    return Draft(tuple(lines))


def _stands_out(inquiry: Inquiry, evidence: Evidence) -> bool:
    """Whether a block means what was asked clearly more than the blocks beside it."""
    beside = [
        inquiry.scout.meaning.get((evidence.source, i), 0.0)
        for i in inquiry.outline(evidence.source).siblings(evidence.block)
        if i != evidence.block
    ]
    return evidence.meaning - max(beside, default=0.0) > CLEARLY


def _wider(inquiry: Inquiry, key: Key) -> Key | None:
    """The item above whose list this block is part of; the section where there is none."""
    outline = inquiry.outline(key[0])
    parent = outline.blocks[key[1]].parent
    if parent < 0:
        return None
    rated = inquiry.scout.rate((key[0], parent))
    return rated.key if rated.lexical >= inquiry.scout.rate(key).lexical - 0.1 else None


def _shared_list(inquiry: Inquiry, key: Key, own: list[str]) -> Key | None:
    """The item above, when most of what lies beneath it holds the same words ("Vim" in three tutorials)."""
    outline = inquiry.outline(key[0])
    parent = outline.blocks[key[1]].parent
    if parent < 0 or not outline.blocks[parent].level or len(outline.siblings(key[1])) > MOST_ALIKE:
        return None
    alike = [
        i
        for i in outline.siblings(key[1])
        if all(inquiry.scout.covered((key[0], i)).get(w, 0.0) >= OWN for w in own)
    ]
    return (key[0], parent) if 1 < len(alike) >= len(outline.siblings(key[1])) * 0.5 else None


def _equals(inquiry: Inquiry, key: Key) -> list[Key]:
    """Up to two further blocks that fit about as well and say something of their own."""
    first = inquiry.scout.rate(key)
    found: list[Key] = []
    for e in inquiry.ranked:
        block = inquiry.outline(e.source).blocks[e.block]
        if e.key == key or block.kind == "heading" or e.score < first.score - EQUAL or len(found) == 2:
            continue
        if e.lexical < first.lexical - 0.05 or max(e.covered.values(), default=0.0) < BENEATH:
            continue
        if inquiry.outline(e.source).children(e.block) or inquiry.scout.facet(e.key) in LINK_FACETS - {
            "course"
        }:
            continue
        found.append(e.key)
    return found


def elsewhere(inquiry: Inquiry, best: Evidence) -> list[Line]:
    """What other sources list on the same subject: their best block each, when it names the whole subject."""
    found: dict[str, Line] = {}
    for e in inquiry.ranked[:60]:
        if (
            e.source == best.source
            or e.source in found
            or inquiry.outline(e.source).blocks[e.block].kind == "heading"
        ):
            continue
        if e.lexical >= max(best.lexical - 0.1, 0.75) and e.score >= best.score - 0.45:
            found[e.source] = inquiry.statement(e.key)
    return list(found.values())[:2]


def inside(inquiry: Inquiry, best: Evidence) -> Evidence | None:
    """The line of a section that holds the subject, when the section's title does not name it."""
    outline = inquiry.outline(best.source)
    if outline.blocks[best.block].kind != "heading" or not inquiry.terms or inquiry.question.ask is Ask.LIST:
        return None
    asked = [t.word for t in inquiry.terms]
    if any(best.covered.get(w, 0.0) >= OWN for w in asked):
        return None
    lines = [
        inquiry.scout.rate((best.source, i))
        for i in outline.descendants(best.block)
        if outline.blocks[i].kind != "heading"
    ]
    holding = [e for e in lines if any(e.covered.get(w, 0.0) >= OWN for w in asked)]
    return max(holding, key=lambda e: e.score, default=None)


def has_items(inquiry: Inquiry, key: Key) -> bool:
    outline = inquiry.outline(key[0])
    return (
        sum(
            1
            for i in outline.children(key[1])
            if outline.blocks[i].kind == "item" and not outline.blocks[i].label
        )
        > 1
    )


def enumerates(inquiry: Inquiry, key: Key) -> bool:
    """Whether a block's own words list things: "a, b and c"."""
    block = inquiry.outline(key[0]).blocks[key[1]]
    return block.kind != "heading" and bool(_ENUMERATION.search(block.title))


def is_bare(inquiry: Inquiry, key: Key) -> bool:
    """Whether a section is a title with nothing beneath it."""
    return inquiry.outline(key[0]).blocks[key[1]].kind == "heading" and not inquiry.outline(key[0]).children(
        key[1]
    )
