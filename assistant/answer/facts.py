"""Facts, lists, definitions, reasons and people: the best supported block, as much of it as was asked."""

import re
from dataclasses import replace

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.evidence import BENEATH, HEADING, OWN, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.answer.labels import FACET_SLACK, absent_label, alike, all_labelled, labelled, referring
from assistant.answer.telling import EQUAL, elsewhere, enumerates, has_items, inside, is_bare, tell
from assistant.keywords import keyword_tokens, stem, words
from assistant.outline import unnumbered
from assistant.query import Ask

# A list that fits nearly as well as the best block answers a question for a list better than one item.
LIST_SLACK = 0.35
LIST_WORDS = 0.2  # of the subject that it may lack
TITLED_SLACK = 0.5  # the same for a list whose section the question calls by its title
PROSE_SLACK = 0.35  # the same for a sentence that defines
SENTENCE_WORDS = 6  # a shorter block is a name rather than a statement
MOST_SUMMARIES, MOST_PEOPLE, MOST_NAMINGS = 3, 3, 3
NAMED_WORDS = 0.85  # of the subject that a block must hold to name it
REASON_WORDS = 0.4  # of the subject that a sentence with a cause must hold
WHY_BONUS, TITLED_BONUS = 0.25, 0.35  # for a block labelled "Why ...", for one in the subject's own section
# How far down the ranking each looks.
LISTS_AMONG, PEOPLE_AMONG, CAUSES_AMONG, DEFINITIONS_AMONG, TITLES_AMONG = 30, 40, 60, 40, 20
_HOLDS = re.compile(
    r"^\W*(?:does|do|is|are|has|have|can|will|would)\b.*"
    r"\b(?:includes?|covers?|mentions?|lists?|names?|contains?|have|in|part of"
    r"|suggests?|recommends?|uses?|teach(?:es)?|find|run into)\b",
    re.IGNORECASE,
)
_BY = re.compile(r"\b(?:by|edited by|from)\s+[A-Z]")
_CAUSE = re.compile(
    r"\b(?:because|since|so that|so|therefore|thus|in order to|otherwise"
    r"|essential|crucial|critical|vital|important|needed|need"
    r"|matters?|depends?|presupposes?|makes? it|ensures?|enables?|needs?|must|cannot|without)\b",
    re.IGNORECASE,
)
_VERBAL = re.compile(
    r"\b(?:is|are|means?|was|has|have|packages?|uses?|describes?|refers?|provides?|turns?|stands?)\b"
)


def answer_fact(inquiry: Inquiry) -> Outcome | None:
    """The fact, list or section that the question asks for; None when nothing stands out."""
    best = inquiry.best
    if best is None:
        return None
    if under_label := _under_label(inquiry, best):
        return under_label
    if inquiry.scope and (by_place := _of_place(inquiry)):
        return by_place
    question = inquiry.question
    unnarrowed = question.facets and not question.terms and not inquiry.scope
    if unnarrowed and (listed := all_labelled(inquiry)):
        return listed
    if question.ask is Ask.LIST:
        best = _best_list(inquiry, best)
    elif question.facets and (titled := _titled_list(inquiry, best)):
        return Draft(inquiry.list_of(titled.key))
    told = tell(inquiry, (inside(inquiry, best) or best).key)
    if question.ask is Ask.LIST and not inquiry.scope and not question.sources:
        return Draft((*told.lines, *elsewhere(inquiry, best)))
    return _affirmed(inquiry, told) if question.ask is Ask.YES_NO else told


def _titled_list(inquiry: Inquiry, best: Evidence) -> Evidence | None:
    """A section whose whole title stands in a question for tools or the like, and that lists things."""
    asked = {stem(w) for w in words(inquiry.question.standalone)}
    for e in inquiry.ranked[:LISTS_AMONG]:
        title = keyword_tokens(unnumbered(inquiry.title(e.key))) if inquiry.is_heading(e.key) else []
        if len(title) > 1 and set(title) <= asked and has_items(inquiry, e.key):
            return e if e.score >= best.score - TITLED_SLACK else None
    return None


def answer_person(inquiry: Inquiry) -> Outcome | None:
    """Who wrote or edited it: only a block that says "by"."""
    best = inquiry.best
    if best is None:
        return None
    named = [
        e
        for e in inquiry.ranked[:PEOPLE_AMONG]
        if _BY.search(inquiry.text(e.key))
        and e.score >= best.score - FACET_SLACK
        and (e.lexical >= 0.3 or e.meaning >= 0.5)
    ]
    if not named:
        return Refusal("The roadmaps do not say who that is.", "who")
    top = [e for e in named if e.score >= named[0].score - EQUAL / 2][:MOST_PEOPLE]
    return Draft(tuple(inquiry.statement(e.key) for e in top))


def answer_reason(inquiry: Inquiry) -> Outcome | None:
    """A stated reason: a block labelled "Why ...", else a sentence that gives a cause."""
    best = inquiry.best
    if best is None:
        return None
    labelled_why = [(e, WHY_BONUS) for e in inquiry.ranked if inquiry.facet(e.key) == "why"]
    causes = [(e, 0.0) for e in inquiry.ranked[:CAUSES_AMONG] if _gives_cause(inquiry, e)]
    if not (labelled_why or causes):
        return Refusal("The roadmaps do not give a reason for that.", "why")
    reason, _ = max((*labelled_why, *causes), key=lambda r: r[0].score + r[1] + _titled_bonus(inquiry, r[0]))
    if reason.score < best.score - FACET_SLACK:
        return Refusal("The roadmaps do not give a reason for that.", "why")
    return Draft((inquiry.statement(reason.key),))


def answer_definition(inquiry: Inquiry) -> Outcome | None:
    """A sentence that says what it is; where it is only named, that it is named and where."""
    best = inquiry.best
    if best is None:
        return None
    if inquiry.scope or not inquiry.question.terms or inquiry.question.facets:
        return answer_fact(inquiry)
    if section := _own_section(inquiry):
        return Draft(inquiry.summary(section))
    among = inquiry.ranked[:DEFINITIONS_AMONG]
    for e in among:
        if e.score >= best.score - PROSE_SLACK and _defines(inquiry, e):
            return Draft((inquiry.statement(e.key),))
    naming: dict[str, Line] = {}
    for e in among:
        if e.lexical >= NAMED_WORDS and e.best_place >= OWN and e.source not in naming:
            naming[e.source] = inquiry.statement(e.key)
    if not naming:
        return answer_fact(inquiry)
    subject = " ".join(inquiry.as_typed(inquiry.terms))
    note = Line(f"The roadmaps name {subject} but do not explain it further.")
    return Draft((*list(naming.values())[:MOST_NAMINGS], note))


def _under_label(inquiry: Inquiry, best: Evidence) -> Outcome | None:
    """What stands under the label that was asked for, or that the section in question has no such part."""
    if books := referring(inquiry):
        return books
    if part := labelled(inquiry, best):
        return alike(inquiry, part) or tell(inquiry, part, alone=True)
    return absent_label(inquiry)


def _of_place(inquiry: Inquiry) -> Outcome | None:
    """A section that is only named, or what sections are about that nothing more is asked of."""
    question, first = inquiry.question, inquiry.scope[0]
    if (question.terms or question.ask is Ask.LIST) and is_bare(inquiry, first):
        return Refusal(f"{inquiry.place(first)} is only named; nothing further is said there.")
    if question.terms or set(question.facets) - {"topic"}:
        return None
    return Draft(tuple(line for key in inquiry.scope[:MOST_SUMMARIES] for line in inquiry.summary(key)))


def _best_list(inquiry: Inquiry, best: Evidence) -> Evidence:
    """The block with a list, or that enumerates at least, when it fits nearly as well as the best one."""
    close = [
        e
        for e in inquiry.ranked[:LISTS_AMONG]
        if e.score >= best.score - LIST_SLACK and e.lexical >= best.lexical - LIST_WORDS
    ]
    lists = (e for e in close if has_items(inquiry, e.key))
    enumerating = (e for e in close if enumerates(inquiry, e.key))
    return next(lists, None) or next(enumerating, None) or best


def _own_section(inquiry: Inquiry) -> Key | None:
    """The best section that is titled with the whole subject and says what it is for."""
    subject = {s for t in inquiry.terms for option in t.alternatives for s in option}
    for e in inquiry.ranked[:TITLES_AMONG]:
        section = inquiry.section(e.key)
        if not all(inquiry.scout.holds(section, t.word) for t in inquiry.terms):
            continue
        children = inquiry.children(section)
        if any(inquiry.facet(child) == "objective" for child in children):
            return section
        title = keyword_tokens(unnumbered(inquiry.title(section)))
        close = sum(s in subject for s in title) > len(title) / 2
        if close and children and inquiry.block(children[0]).kind == "paragraph":
            return section
    return None


def _defines(inquiry: Inquiry, e: Evidence) -> bool:
    """Whether a block is a sentence about the subject itself, or about the section titled with it."""
    if not _is_prose(inquiry, e.key) or not _VERBAL.search(inquiry.text(e.key)):
        return False
    if e.best_place >= OWN:
        return True
    paragraph = inquiry.block(e.key).kind == "paragraph"
    return paragraph and all(e.holds(t.word, HEADING) for t in inquiry.terms)


def _gives_cause(inquiry: Inquiry, e: Evidence) -> bool:
    """Whether a block is a sentence about the subject that says why."""
    if e.lexical < REASON_WORDS or not _is_prose(inquiry, e.key):
        return False
    return bool(_CAUSE.search(inquiry.text(e.key)))


def _titled_bonus(inquiry: Inquiry, e: Evidence) -> float:
    """A bonus for a reason that stands in the section titled with the subject."""
    section = inquiry.section(e.key)
    known = [t.word for t in inquiry.terms if t.known]
    return TITLED_BONUS if known and all(inquiry.scout.holds(section, w) for w in known) else 0.0


def _is_prose(inquiry: Inquiry, key: Key) -> bool:
    block = inquiry.block(key)
    return block.kind in ("paragraph", "item") and len(block.title.split()) >= SENTENCE_WORDS


def _affirmed(inquiry: Inquiry, draft: Draft) -> Draft:
    """ "Yes" in front, where the question asks whether a roadmap holds something and it does."""
    first = draft.lines[0]
    span = first.spans[0]
    key = (span.source, inquiry.outline(span.source).at(span.start))
    held = all(inquiry.scout.holds(key, t.word, BENEATH) for t in inquiry.terms)
    if not held or not _HOLDS.search(inquiry.question.standalone):
        return draft
    return Draft((replace(first, text=f"Yes: {first.text}"), *draft.lines[1:]))
