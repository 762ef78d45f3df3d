"""Facts, lists, definitions, reasons and people: the best supported block, as much of it as was asked."""

import re
from dataclasses import replace

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.evidence import BENEATH, HEADING, OWN, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.answer.labels import FACET_SLACK, absent_label, alike, all_labelled, labelled, referring
from assistant.answer.telling import EQUAL, elsewhere, enumerates, has_items, inside, is_bare, tell
from assistant.keywords import keyword_tokens
from assistant.query import Ask

# A list that fits nearly as well as the best block answers a question for a list better than one item.
LIST_SLACK = 0.35
_HOLDS = re.compile(
    r"^\W*(?:does|do|is|are|has|have|can|will|would)\b.*\b(?:includes?|covers?|mentions?|lists?|names?|contains?|have|in"
    r"|part of|suggests?|recommends?|uses?|teach(?:es)?|find|run into)\b",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")
_BY = re.compile(r"\b(?:by|edited by|from)\s+[A-Z]")
_CAUSE = re.compile(
    r"\b(?:because|since|so that|so|therefore|thus|in order to|otherwise|essential|crucial|critical|vital|important"
    r"|needed|need|matters?|depends?|presupposes?|makes? it|ensures?|enables?|needs?|must|cannot|without)\b",
    re.IGNORECASE,
)
_VERBAL = re.compile(
    r"\b(?:is|are|means?|was|has|have|packages?|uses?|describes?|refers?|provides?|turns?|stands?)\b"
)


def answer_fact(inquiry: Inquiry) -> Outcome | None:
    """The fact, list or section that the question asks for; None when nothing stands out."""
    best = _best(inquiry)
    if best is None:
        return None
    if books := referring(inquiry):
        return books
    part = labelled(inquiry, best)
    if part is not None and (several := alike(inquiry, part)):
        return several
    if part is not None:
        return tell(inquiry, part, alone=True)
    if absent := absent_label(inquiry):
        return absent
    if (
        inquiry.scope
        and (inquiry.question.terms or inquiry.question.ask is Ask.LIST)
        and is_bare(inquiry, inquiry.scope[0])
    ):
        return Refusal(f"{inquiry.place(inquiry.scope[0])} is only named; nothing further is said there.")
    if inquiry.scope and not inquiry.question.terms and not inquiry.question.facets:
        return Draft(tuple(line for key in inquiry.scope[:3] for line in inquiry.summary(key)))
    if inquiry.question.facets and not inquiry.question.terms and not inquiry.scope:
        if listed := all_labelled(inquiry):
            return listed
    if inquiry.question.ask is Ask.LIST:
        close = [e for e in inquiry.ranked[:30] if e.score >= best.score - LIST_SLACK]
        lists = [e for e in close if has_items(inquiry, e.key)] or [
            e for e in close if enumerates(inquiry, e.key)
        ]
        best = lists[0] if lists else best
    told = tell(inquiry, (inside(inquiry, best) or best).key)
    if inquiry.question.ask is Ask.LIST and not inquiry.scope and not inquiry.question.sources:
        told = Draft((*told.lines, *elsewhere(inquiry, best)))
    return _affirmed(inquiry, told) if inquiry.question.ask is Ask.YES_NO else told


def answer_person(inquiry: Inquiry) -> Outcome | None:
    """Who wrote or edited it: only a block that says "by"."""
    best = _best(inquiry)
    if best is None:
        return None
    named = [
        e
        for e in inquiry.ranked[:40]
        if _BY.search(_text(inquiry, e.key)) and e.score >= best.score - FACET_SLACK
    ]
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
    ranked = sorted((*reasons, *causes), key=lambda e: -(e.score + (0.25 if e in reasons else 0.0) + _titled_with(inquiry, e)))
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
    holding = [
        e for e in inquiry.ranked[:40] if e.lexical >= 0.85 and max(e.covered.values(), default=0.0) >= OWN
    ]
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
            labels = {
                inquiry.scout.facet((section[0], i)) for i in inquiry.outline(section[0]).children(section[1])
            }
            children = inquiry.outline(section[0]).children(section[1])
            title = keyword_tokens(_LEADING_NUMBER.sub("", inquiry.title(section)))
            named = {s for t in inquiry.terms for option in t.alternatives for s in option}
            close = sum(s in named for s in title) > len(title) / 2
            opens = inquiry.outline(section[0]).blocks[children[0]].kind if children else ""
            if "objective" in labels or (close and opens == "paragraph"):
                return section
    return None


def _titled_with(inquiry: Inquiry, e: Evidence) -> float:
    """A bonus for a reason that stands in the section titled with the subject."""
    covered = inquiry.scout.covered(inquiry.section(e.key))
    known = [t.word for t in inquiry.terms if t.known]
    return 0.35 if known and all(covered.get(w, 0.0) >= OWN for w in known) else 0.0


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


def _is_prose(inquiry: Inquiry, key: Key) -> bool:
    block = inquiry.outline(key[0]).blocks[key[1]]
    return block.kind in ("paragraph", "item") and len(block.title.split()) >= 6


def _affirmed(inquiry: Inquiry, draft: Draft) -> Draft:
    """ "Yes" in front, where the question asks whether a roadmap holds something and it does."""
    first = draft.lines[0]
    whole = inquiry.scout.covered(
        (first.spans[0].source, inquiry.outline(first.spans[0].source).at(first.spans[0].start))
    )
    if not _HOLDS.search(inquiry.question.standalone) or not all(
        whole.get(t.word, 0.0) >= BENEATH for t in inquiry.terms
    ):
        return draft
    return Draft((replace(first, text=f"Yes: {first.text}"), *draft.lines[1:]))
