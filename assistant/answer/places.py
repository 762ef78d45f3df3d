"""Where something stands: the week, month or section that covers it."""

import re
from collections.abc import Iterator

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.evidence import OWN, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.query.lexicon import GENERIC_UNITS
from assistant.query.places import members

# A second place is named too when it fits nearly as well as the best one.
CLOSE = 0.1
MAX_PLACES = 4
MOST_SEVERAL = 8  # of the weeks that "which weeks" asks for
# A section that holds hardly a word of the question must fit by meaning, and then stands alone.
FAINT = 0.3
FAINT_MEANING = 0.4
WHOLE_TITLE = 0.99  # share of the subject from which a title names all of it
_SEVERAL = re.compile(
    r"\b(?:which|what|all)(?: the)? (?:weeks|months|sections|steps|chapters)\b", re.IGNORECASE
)
_TITLE_WEIGHT, _MEANING_WEIGHT = 0.4, 0.2  # of a section's title and own meaning, beside its best block


def answer_place(inquiry: Inquiry) -> Outcome | None:
    """The week, month or section that covers the subject."""
    unit = inquiry.question.unit
    rated = sorted(((*fit(inquiry, key), key) for key in sections(inquiry, unit)), key=lambda r: -r[0])
    if not rated:
        if unit and inquiry.question.sources:
            return Refusal(f"{inquiry.source_title(inquiry.sources[0])} is not divided into {unit}s.", unit)
        return None
    best, evidence, first = rated[0]
    faint = _is_faint(inquiry, evidence)
    if best <= 0 or (faint and evidence.meaning < FAINT_MEANING):
        return None
    named = _is_titled(inquiry, first)
    kept = [
        (found, key)
        for score, found, key in rated
        if score >= best - CLOSE or (named and _is_titled(inquiry, key))
    ][: 1 if faint else MAX_PLACES]
    if _SEVERAL.search(inquiry.question.standalone) and not faint:
        kept = _all_that_hold(inquiry, rated) or kept
    if not unit and not named:
        kept = _one_a_source(kept)
    return Draft(tuple(_line(inquiry, found, key) for found, key in kept))


def _all_that_hold(inquiry: Inquiry, rated: list[tuple[float, Evidence, Key]]) -> list[tuple[Evidence, Key]]:
    """ "Which weeks ...": in reading order, all sections of which one line holds the whole known subject."""
    known = [t.word for t in inquiry.terms if t.known]
    found = []
    for _, _, key in rated:
        beneath = [(key[0], i) for i in inquiry.outline(key[0]).descendants(key[1])]
        lines = [e for e in map(inquiry.scout.rate, (key, *beneath)) if all(map(e.holds, known))]
        if known and lines:
            found.append((max(lines, key=lambda e: e.score), key))
    return sorted(found[:MOST_SEVERAL], key=lambda pair: pair[1])


def sections(inquiry: Inquiry, unit: str) -> Iterator[Key]:
    """Candidate sections: those of the unit asked for, or all that hold content of their own."""
    for source in inquiry.sources:
        outline = inquiry.outline(source)
        if unit and unit not in GENERIC_UNITS:
            found = [i for i, _ in members(outline, unit)]
        else:
            found = [
                i
                for i, block in enumerate(outline.blocks)
                if block.kind == "heading" and block.level and not inquiry.children((source, i), "heading")
            ]
        if inquiry.scope:
            tops = [top for s, top in inquiry.scope if s == source]
            inside = {d for top in tops for d in (top, *outline.descendants(top))}
            above = {a for top in tops for a in outline.ancestors(top)} if unit else set()
            found = [i for i in found if i in inside or i in above]
        yield from ((source, i) for i in found)


def fit(inquiry: Inquiry, key: Key) -> tuple[float, Evidence]:
    """How well a section covers the subject, and by which block; a title that names it counts more."""
    own = inquiry.scout.rate(key)
    inner = [inquiry.scout.rate((key[0], i)) for i in inquiry.outline(key[0]).descendants(key[1])]
    best = max((own, *inner), key=lambda e: e.score)
    score = best.score + _TITLE_WEIGHT * _title_share(inquiry, key) + _MEANING_WEIGHT * own.meaning
    return score, best


def _line(inquiry: Inquiry, evidence: Evidence, key: Key) -> Line:
    """A section and the block that shows that it covers the subject, or what it is for."""
    if _is_titled(inquiry, key):
        evidence = _purpose(inquiry, key) or evidence
    if evidence.key == key:
        return Line(f"{inquiry.place(key)} covers it.", (inquiry.span(key),))
    said = inquiry.words(evidence.key).rstrip(".")
    return Line(f"{inquiry.place(key)} – {said}.", (inquiry.span(key), inquiry.span(evidence.key)))


def _is_faint(inquiry: Inquiry, evidence: Evidence) -> bool:
    """Whether a block holds hardly a word of the question, and none of its names."""
    names = {t.word for t in inquiry.question.terms if t.specific}
    if inquiry.scout.known_share(evidence.key) < FAINT:
        return True
    return evidence.lexical < FAINT and not names & set(evidence.covered)


def _purpose(inquiry: Inquiry, key: Key) -> Evidence | None:
    """The block that says what a section is for: its objective or focus."""
    for child in inquiry.children(key):
        if inquiry.facet(child) in ("objective", "focus"):
            return inquiry.scout.rate(child)
    return None


def _is_titled(inquiry: Inquiry, key: Key) -> bool:
    return _title_share(inquiry, key) > WHOLE_TITLE


def _title_share(inquiry: Inquiry, key: Key) -> float:
    """Share of the known subject that stands in a section's title."""
    rarity = inquiry.scout.rarity
    known = sum(rarity[t.word] for t in inquiry.question.terms if t.known) or 1.0
    return sum(rarity[w] for w, weight in inquiry.scout.covered(key).items() if weight >= OWN) / known


def _one_a_source(kept: list[tuple[Evidence, Key]]) -> list[tuple[Evidence, Key]]:
    first: dict[str, tuple[Evidence, Key]] = {}
    for evidence, key in kept:
        first.setdefault(key[0], (evidence, key))
    return list(first.values())
