"""Facts, lists, definitions, reasons and people: the best supported block, as much of it as was asked."""

import re

from dataclasses import replace

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.evidence import BENEATH, HEADING, OWN, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.keywords import keyword_tokens
from assistant.query import Ask
from assistant.query.lexicon import FACETS, LINK_FACETS

# A labelled block answers "which project ...?" when its section is about as relevant as the best block's.
FACET_SLACK = 0.55
# Blocks this close to the best one say the same thing elsewhere.
EQUAL = 0.12
# A list that fits nearly as well as the best block answers a question for a list better than one item.
LIST_SLACK = 0.35
MOST_ALIKE = 15  # items of a list that is told as a whole when half of it fits
MOST_LABELLED = 10  # items of a list that nothing narrows
_HOLDS = re.compile(
    r"^\W*(?:does|do|is|are|has|have|can|will|would)\b.*\b(?:includes?|covers?|mentions?|lists?|names?|contains?|have|in|part of|suggests?|recommends?|uses?|teach(?:es)?|find|run into)\b",
    re.IGNORECASE,
)
_ENUMERATION = re.compile(r",.*(?:,|\band\b|\bor\b)|/.*/")
# Parts that a section either has under that label or does not have.
PART_FACETS = frozenset({"stretch goal", "bonus", "assessment", "project", "objective"})
_LEADING_NUMBER = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")
_SECTION_NUMBER = re.compile(r"^(\d+\.\d+)")
_BY = re.compile(r"\b(?:by|edited by|from)\s+[A-Z]")
_CAUSE = re.compile(
    r"\b(?:because|since|so that|so|therefore|thus|in order to|otherwise|essential|crucial|critical|vital|important"
    r"|needed|need|matters?|depends?|presupposes?|makes? it|ensures?|enables?|needs?|must|cannot|without)\b",
    re.IGNORECASE,
)
_VERBAL = re.compile(r"\b(?:is|are|means?|was|has|have|packages?|uses?|describes?|refers?|provides?|turns?|stands?)\b")
_PLURAL = re.compile(r"\b(?:all|list|every|each|which \w+s|what are|what \w+s)\b", re.IGNORECASE)


def answer_fact(inquiry: Inquiry) -> Outcome | None:
    """The fact, list or section that the question asks for; None when nothing stands out."""
    best = _best(inquiry)
    if best is None:
        return None
    if referring := _referring(inquiry):
        return referring
    labelled = _labelled(inquiry, best)
    if labelled is not None:
        return _tell(inquiry, labelled, alone=True)
    if absent := _absent_label(inquiry):
        return absent
    if inquiry.scope and (inquiry.question.terms or inquiry.question.ask is Ask.LIST) and _bare(inquiry, inquiry.scope[0]):
        return Refusal(f"{inquiry.place(inquiry.scope[0])} is only named; nothing further is said there.")
    if inquiry.scope and not inquiry.question.terms and not inquiry.question.facets:
        return Draft(tuple(line for key in inquiry.scope[:3] for line in inquiry.summary(key)))
    if inquiry.question.facets and not inquiry.question.terms and not inquiry.scope:
        if listed := _all_labelled(inquiry):
            return listed
    if inquiry.question.ask is Ask.LIST:
        close = [e for e in inquiry.ranked[:30] if e.score >= best.score - LIST_SLACK]
        lists = [e for e in close if _has_items(inquiry, e.key)] or [e for e in close if _enumerates(inquiry, e.key)]
        best = lists[0] if lists else best
    told = _tell(inquiry, (_inside(inquiry, best) or best).key)
    if inquiry.question.ask is Ask.LIST and not inquiry.scope and not inquiry.question.sources:
        told = Draft((*told.lines, *_elsewhere(inquiry, best)))
    return _affirmed(inquiry, told) if inquiry.question.ask is Ask.YES_NO else told


def answer_person(inquiry: Inquiry) -> Outcome | None:
    """Who wrote or edited it: only a block that says "by"."""
    best = _best(inquiry)
    if best is None:
        return None
    named = [e for e in inquiry.ranked[:40] if _BY.search(_text(inquiry, e.key)) and e.score >= best.score - FACET_SLACK]
    named = [e for e in named if e.lexical >= 0.3 or e.meaning >= 0.5]
    if not named:
        return Refusal("The roadmaps do not say who that is.", "who")
    top = [e for e in named if e.score >= named[0].score - EQUAL / 2][:3]
    return Draft(tuple(inquiry.statement(e.key) for e in top))


def answer_reason(inquiry: Inquiry) -> Outcome | None:
    """A stated reason: a block labelled "Why ...", else a sentence that gives a cause."""
    best = _best(inquiry)
    if best is None:
        return None
    reasons = [e for e in inquiry.ranked if inquiry.scout.facet(e.key) == "why"]
    causes = [
        e
        for e in inquiry.ranked[:60]
        if _is_prose(inquiry, e.key) and _CAUSE.search(_text(inquiry, e.key)) and e.lexical >= 0.4
    ]
    ranked = sorted((*reasons, *causes), key=lambda e: -(e.score + (0.25 if e in reasons else 0.0)))
    if not ranked or ranked[0].score < best.score - FACET_SLACK:
        return Refusal("The roadmaps do not give a reason for that.", "why")
    return Draft((inquiry.statement(ranked[0].key),))


def answer_definition(inquiry: Inquiry) -> Outcome | None:
    """A sentence that says what it is; where it is only named, that it is named and where."""
    best = _best(inquiry)
    if best is None:
        return None
    prose = [
        e
        for e in inquiry.ranked[:40]
        if _is_prose(inquiry, e.key)
        and _VERBAL.search(_text(inquiry, e.key))
        and _speaks_of(inquiry, e)
        and e.score >= best.score - 0.35
    ]
    if inquiry.scope or not inquiry.question.terms or inquiry.question.facets:
        return answer_fact(inquiry)
    if titled := _titled(inquiry):
        return Draft(inquiry.summary(titled))
    if prose:
        return Draft((inquiry.statement(prose[0].key),))
    holding = [e for e in inquiry.ranked[:40] if e.lexical >= 0.85 and max(e.covered.values(), default=0.0) >= OWN]
    if not holding:
        return answer_fact(inquiry)
    lines: list[Line] = []
    for e in holding:
        if e.source not in {span.source for line in lines for span in line.spans}:
            lines.append(inquiry.statement(e.key))
    word = " ".join(t.word for t in inquiry.terms)
    note = Line(f"The roadmaps name {word} but do not explain it further.")
    return Draft((*lines[:3], note))


def _titled(inquiry: Inquiry) -> Key | None:
    """The best section that is titled with the whole subject and says what it is for."""
    for e in inquiry.ranked[:20]:
        section = inquiry.section(e.key)
        covered = inquiry.scout.covered(section)
        if all(covered.get(t.word, 0.0) >= OWN for t in inquiry.terms):
            labels = {inquiry.scout.facet((section[0], i)) for i in inquiry.outline(section[0]).children(section[1])}
            children = inquiry.outline(section[0]).children(section[1])
            title = keyword_tokens(_LEADING_NUMBER.sub("", inquiry.title(section)))
            named = {s for t in inquiry.terms for option in t.alternatives for s in option}
            close = sum(s in named for s in title) > len(title) / 2
            opens = inquiry.outline(section[0]).blocks[children[0]].kind if children else ""
            if "objective" in labels or (close and opens == "paragraph"):
                return section
    return None


def _speaks_of(inquiry: Inquiry, e: Evidence) -> bool:
    """Whether a block names the subject itself, or is the text of a section that is titled with it."""
    if max(e.covered.values(), default=0.0) >= OWN:
        return True
    paragraph = inquiry.outline(e.source).blocks[e.block].kind == "paragraph"
    return paragraph and all(e.covered.get(t.word, 0.0) >= HEADING for t in inquiry.terms)


def _best(inquiry: Inquiry) -> Evidence | None:
    return inquiry.ranked[0] if inquiry.ranked else None


def _text(inquiry: Inquiry, key: Key) -> str:
    return inquiry.outline(key[0]).text(key[1])


def _bare(inquiry: Inquiry, key: Key) -> bool:
    """Whether a section is a title with nothing beneath it."""
    return inquiry.outline(key[0]).blocks[key[1]].kind == "heading" and not inquiry.outline(key[0]).children(key[1])


def _has_items(inquiry: Inquiry, key: Key) -> bool:
    outline = inquiry.outline(key[0])
    return sum(1 for i in outline.children(key[1]) if outline.blocks[i].kind == "item" and not outline.blocks[i].label) > 1


def _enumerates(inquiry: Inquiry, key: Key) -> bool:
    """Whether a block's own words list things: "a, b and c"."""
    block = inquiry.outline(key[0]).blocks[key[1]]
    return block.kind != "heading" and bool(_ENUMERATION.search(block.title))


def _is_prose(inquiry: Inquiry, key: Key) -> bool:
    block = inquiry.outline(key[0]).blocks[key[1]]
    return block.kind in ("paragraph", "item") and len(block.title.split()) >= 6


def _labelled(inquiry: Inquiry, best: Evidence) -> Key | None:
    """The labelled block that the question asks for ("the project", "its objective"), in the best section."""
    facets = inquiry.question.facets
    if not facets:
        return None
    found = [
        e
        for e in inquiry.ranked
        if inquiry.scout.facet(e.key) in facets and (inquiry.scope or e.score >= best.score - FACET_SLACK)
    ]
    if not found:
        return None
    ordered = sorted(found, key=lambda e: (facets.index(inquiry.scout.facet(e.key)) if inquiry.scope and not inquiry.question.terms else 0, -e.score))
    top = ordered[0]
    container = _container(inquiry, top)
    return container or top.key


def _inside(inquiry: Inquiry, best: Evidence) -> Evidence | None:
    """The line of a section that holds the subject, when the section's title does not name it."""
    outline = inquiry.outline(best.source)
    if outline.blocks[best.block].kind != "heading" or not inquiry.terms or inquiry.question.ask is Ask.LIST:
        return None
    if max(best.covered.values(), default=0.0) >= OWN:
        return None
    lines = [inquiry.scout.rate((best.source, i)) for i in outline.descendants(best.block) if outline.blocks[i].kind != "heading"]
    holding = [e for e in lines if max(e.covered.values(), default=0.0) >= OWN]
    return max(holding, key=lambda e: e.score, default=None)


def _affirmed(inquiry: Inquiry, draft: Draft) -> Draft:
    """"Yes" in front, where the question asks whether a roadmap holds something and it does."""
    first = draft.lines[0]
    whole = inquiry.scout.covered((first.spans[0].source, inquiry.outline(first.spans[0].source).at(first.spans[0].start)))
    if not _HOLDS.search(inquiry.question.standalone) or not all(whole.get(t.word, 0.0) >= BENEATH for t in inquiry.terms):
        return draft
    return Draft((replace(first, text=f"Yes: {first.text}"), *draft.lines[1:]))


def _all_labelled(inquiry: Inquiry) -> Draft | None:
    """Everything under a label ("which books ...?") when nothing narrows the question."""
    found: list[Line] = []
    for source in inquiry.sources:
        outline = inquiry.outline(source)
        for index, block in enumerate(outline.blocks):
            key = (source, index)
            if block.kind != "item" or outline.children(index) or inquiry.scout.facet(key) not in inquiry.question.facets:
                continue
            section = inquiry.section_name(inquiry.section(key))
            found.append(Line(f"{inquiry.shown(key).rstrip('.')} – {section}, {inquiry.source_title(source)}", (inquiry.span(key),), 1))
    if len(found) < 2:
        return None
    listed = found[:MOST_LABELLED]
    left_out = len(found) - len(listed)
    note = (Line(f"{left_out} more stand in the roadmaps; name a topic or a roadmap to see them."),) if left_out else ()
    return Draft((*listed, *note))


def _elsewhere(inquiry: Inquiry, best: Evidence) -> list[Line]:
    """What other sources list on the same subject: their best block each, when it names the whole subject."""
    found: dict[str, Line] = {}
    for e in inquiry.ranked[:60]:
        if e.source == best.source or e.source in found or inquiry.outline(e.source).blocks[e.block].kind == "heading":
            continue
        if e.lexical >= max(best.lexical - 0.1, 0.75) and e.score >= best.score - 0.45:
            found[e.source] = inquiry.statement(e.key)
    return list(found.values())[:2]


def _referring(inquiry: Inquiry) -> Draft | None:
    """Books whose entry names the section by its number ("sections 1.8, 2.1")."""
    if "book" not in inquiry.question.facets or not inquiry.scope:
        return None
    number = _SECTION_NUMBER.match(inquiry.title(inquiry.scope[0]))
    if not number:
        return None
    source = inquiry.scope[0][0]
    pattern = re.compile(rf"(?<![\d.]){re.escape(number[1])}(?![\d.]*\d)")
    outline = inquiry.outline(source)
    found = [
        (source, i)
        for i, block in enumerate(outline.blocks)
        if block.kind == "item" and inquiry.scout.facet((source, i)) == "book" and pattern.search(outline.text(i))
    ]
    if not found:
        return None
    spans = tuple(inquiry.span(k) for k in found)
    intro = Line(f"{inquiry.place(found[0])} names these for section {number[1]}:", spans[:1])
    return Draft((intro, *(Line(inquiry.words(k), (s,), 1) for k, s in zip(found, spans, strict=True))))


def _absent_label(inquiry: Inquiry) -> Refusal | None:
    """A section has no such part ("stretch goal of week 12"), though others of its roadmap do."""
    for facet in inquiry.question.facets:
        if facet in PART_FACETS and inquiry.scope:
            return Refusal(f"{inquiry.place(inquiry.scope[0])} has no {facet}.", facet)
    return None


def _container(inquiry: Inquiry, evidence: Evidence) -> Key | None:
    """The labelled item above, when the question fits all that lies beneath it as well as this one."""
    outline = inquiry.outline(evidence.source)
    parent = outline.blocks[evidence.block].parent
    if parent < 0 or outline.blocks[parent].kind == "heading":
        return None
    above = inquiry.scout.rate((evidence.source, parent))
    return above.key if above.lexical >= evidence.lexical - 0.15 else None


def _tell(inquiry: Inquiry, key: Key, *, alone: bool = False) -> Draft:
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
        if not own and evidence.covered and (wider := _wider(inquiry, key)):
            return _tell(inquiry, wider, alone=True)
        if own and (shared := _shared_list(inquiry, key, own)):
            return _tell(inquiry, shared, alone=True)
    lines = [inquiry.statement(key)]
    if not alone:
        lines += [inquiry.statement(k, lead=k[0] != key[0] or inquiry.section(k) != inquiry.section(key)) for k in _equals(inquiry, key)]
    return Draft(tuple(lines))


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
    alike = [i for i in outline.siblings(key[1]) if all(inquiry.scout.covered((key[0], i)).get(w, 0.0) >= OWN for w in own)]
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
        if inquiry.outline(e.source).children(e.block) or inquiry.scout.facet(e.key) in LINK_FACETS - {"course"}:
            continue
        found.append(e.key)
    return found


def wants_all(inquiry: Inquiry) -> bool:
    """Whether the wording asks for several things."""
    return bool(_PLURAL.search(inquiry.question.standalone)) or any(
        w.endswith("s") for f in inquiry.question.facets for w in FACETS[f] if w in inquiry.question.standalone.lower().split()
    )
