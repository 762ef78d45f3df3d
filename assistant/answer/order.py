"""What comes before, after, between, first and last."""

import re
from collections.abc import Sequence

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.evidence import OWN, Key
from assistant.answer.inquiry import Inquiry
from assistant.answer.places import fit, sections
from assistant.keywords import stem, words
from assistant.query import Place
from assistant.query.lexicon import GENERIC_UNITS, unit_of
from assistant.query.places import following, members, titled

MOST_BETWEEN = 4  # sections told of a row between two
ABOUT = 0.5  # covered share of the subject from which a section is about it
_RELATIVE = re.compile(
    r"\b(?:between|before|after|order|earlier|later|first|precede\w*|follow\w*)\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"\bbetween\b", re.IGNORECASE)
_EDGE = re.compile(
    r"\b(?:first|last|starts? (?:with|off)|begins? with|opens?"
    r"|finish(?:es)?|concludes?|ends? with|at the (?:start|end|beginning))\b",
    re.IGNORECASE,
)
_LAST = re.compile(r"last|end|finish|conclu", re.IGNORECASE)
_JOIN = re.compile(
    r",|\b(?:before|after|or|and|then|precede[sd]?|follow(?:s|ed)?|earlier|later|than|between)\b",
    re.IGNORECASE,
)


def answer_order(inquiry: Inquiry) -> Outcome | None:
    """What comes before or after a place or topic; None when the question is not about that."""
    question = inquiry.question
    if found := answer_arrangement(inquiry) or answer_edge(inquiry) or _built_upon(inquiry):
        return found
    lines: list[Line] = []
    for anchor in _anchors(inquiry):
        base = _builds_on(inquiry, anchor) if question.offset < 0 else None
        if base is not None and (not question.unit or "builds on" in question.facets):
            lines.append(inquiry.statement(base))
        elif question.offset:
            step = _step(inquiry, anchor)
            if isinstance(step, Refusal) and not lines:
                return step
            lines += step.lines if isinstance(step, Draft) else ()
    return Draft(tuple(lines)) if lines else None


def answer_edge(inquiry: Inquiry) -> Outcome | None:
    """ "What should I learn first?": the first or last section of the roadmap or place in question."""
    match = _EDGE.search(inquiry.question.standalone)
    if not match or inquiry.question.terms:
        return None
    last = bool(_LAST.search(match[0]))
    tops: list[Key] = list(inquiry.scope) or [
        (s, -1) for s in inquiry.sources if s in inquiry.question.sources or _is_sequence(inquiry, s)
    ]
    lines = []
    for source, top in tops:
        inside = set(inquiry.outline(source).descendants(top))
        for unit in ("week", "step"):
            if steps := [i for i in _steps(inquiry, source, (unit,)) if i in inside]:
                lines.append(_edge(inquiry, (source, steps[-1 if last else 0]), unit, last=last))
                break
    return Draft(tuple(lines)) if lines else None


def answer_arrangement(inquiry: Inquiry) -> Outcome | None:
    """ "Does A come before or after B?", "in what order are A, B and C taken?": their sections in order."""
    wording = inquiry.question.standalone
    if inquiry.scope or not _RELATIVE.search(wording):
        return None
    groups = _groups(inquiry, wording)
    if len(groups) < 2:
        return None
    for source in _sources_with_unit(inquiry, wording):
        found = [_first_about(inquiry, source, group) for group in groups]
        places = [key for key in found if key is not None]
        if len(places) < len(groups) or len(set(places)) < len(places):
            continue
        ordered = sorted(places, key=lambda key: key[1])
        if _BETWEEN.search(wording):
            return _between(inquiry, ordered[0], ordered[-1])
        rest = ", then ".join(f"**{inquiry.title(key)}**" for key in ordered[1:])
        text = f"{inquiry.place(ordered[0])} comes before {rest}."
        return Draft((Line(text, tuple(inquiry.span(key) for key in ordered)),), settled=True)
    return None


def _step(inquiry: Inquiry, anchor: Key) -> Outcome:
    """The section right before or after the anchor, and what was asked of it."""
    question = inquiry.question
    target = following(inquiry.outline(anchor[0]), Place(*anchor, question.unit), question.offset)
    word = "after" if question.offset > 0 else "before"
    if target < 0:
        where = f"{inquiry.section_name(anchor)} in {inquiry.source_title(anchor[0])}"
        return Refusal(f"Nothing comes {word} {where}.", word)
    there = (anchor[0], target)
    text = f"{inquiry.place(there)} comes right {word} {inquiry.section_name(anchor)}."
    line = Line(text, (inquiry.span(there), inquiry.span(anchor)))
    return Draft((line, *_asked_parts(inquiry, there)))


def _asked_parts(inquiry: Inquiry, section: Key) -> tuple[Line, ...]:
    """The labelled part that was asked for in a section found by order."""
    for part in inquiry.children(section):
        if inquiry.facet(part) in inquiry.question.facets:
            return inquiry.list_of(part) if inquiry.children(part) else (inquiry.statement(part),)
    return ()


def _anchors(inquiry: Inquiry) -> list[Key]:
    """Where an order question starts from: the section named, else the one about the subject in each plan."""
    first = _anchor(inquiry)
    if first is None or inquiry.scope or inquiry.question.sources or inquiry.question.unit:
        return [first] if first else []
    found = []
    for source in filter(lambda s: _is_sequence(inquiry, s), inquiry.sources):
        steps = [k for k in sections(inquiry, "") if k[0] == source and _is_step(inquiry, k)]
        if about := [k for k in steps if inquiry.scout.rate(k).lexical > ABOUT]:
            found.append(max(about, key=lambda k: fit(inquiry, k)[0]))
    return found or [first]


def _anchor(inquiry: Inquiry) -> Key | None:
    """The section that the order question starts from: the one named, else the one about the subject."""
    if inquiry.scope:
        inner = [inquiry.scout.rate(k) for k in sections(inquiry, "") if k not in inquiry.scope]
        naming = [e.key for e in inner if e.score > 0 and e.best_place >= OWN]
        return max(naming, key=lambda k: fit(inquiry, k)[0], default=inquiry.scope[0])
    if not inquiry.question.terms:
        return None
    if called := _called(inquiry):
        return called
    candidates = list(sections(inquiry, inquiry.question.unit)) or list(sections(inquiry, ""))
    steps = [k for k in candidates if _is_step(inquiry, k)]
    return max(steps, key=lambda k: fit(inquiry, k)[0], default=None)


def _called(inquiry: Inquiry) -> Key | None:
    """The numbered section that the question calls by its whole title."""
    outlines = {source: inquiry.outline(source) for source in inquiry.sources}
    called = ((p.source, p.block) for p in titled(inquiry.question.standalone, outlines, inquiry.sources))
    return next((key for key in called if _is_step(inquiry, key)), None)


def _is_step(inquiry: Inquiry, key: Key) -> bool:
    """Whether a section is a step of an order: numbered among siblings of a plan or sequence."""
    outline = inquiry.outline(key[0])
    return any(key[1] == i for unit in ("week", "month", "phase", "step") for i, _ in members(outline, unit))


def _is_sequence(inquiry: Inquiry, source: str) -> bool:
    return any(members(inquiry.outline(source), unit) for unit in ("week", "phase"))


def _steps(inquiry: Inquiry, source: str, units: Sequence[str] = ("week", "step")) -> list[int]:
    """The innermost numbered sections of a source, in order."""
    found = {i for unit in units for i, _ in members(inquiry.outline(source), unit)}
    return sorted(i for i in found if not inquiry.children((source, i), "heading"))


def _builds_on(inquiry: Inquiry, anchor: Key) -> Key | None:
    """The part of a section that says what it builds on."""
    return next((k for k in inquiry.children(anchor) if inquiry.facet(k) == "builds on"), None)


def _built_upon(inquiry: Inquiry) -> Outcome | None:
    """ "Which step builds on X?": the sections whose "Builds On" names the subject."""
    if "builds on" not in inquiry.question.facets or not inquiry.question.unit or not inquiry.question.terms:
        return None
    found = [
        e
        for e in inquiry.scout.rank(inquiry.sources)
        if inquiry.facet(e.key) == "builds on" and all(e.holds(t.word) for t in inquiry.terms)
    ]
    return Draft(tuple(inquiry.statement(e.key) for e in found[:3])) if found else None


def _edge(inquiry: Inquiry, key: Key, unit: str, *, last: bool) -> Line:
    """The section that comes first or last, with the phase it belongs to."""
    outline = inquiry.outline(key[0])
    above = outline.heading_of(outline.blocks[key[1]].parent)
    phase = outline.blocks[above]
    named = phase.level and unit != "week" and phase.title not in inquiry.section_name(key)
    under = f", under {phase.title}," if named else ""
    text = f"{inquiry.place(key)}{under} comes {'last' if last else 'first'}."
    return Line(text, (inquiry.span(key),))


def _between(inquiry: Inquiry, first: Key, last: Key) -> Outcome:
    """The sections of the same kind that stand between two."""
    outline = inquiry.outline(first[0])
    row = [i for unit in ("week", "section") for i, _ in members(outline, unit) if first[1] < i < last[1]]
    level = outline.blocks[first[1]].level
    inner = [(first[0], i) for i in dict.fromkeys(row) if outline.blocks[i].level == level]
    if not inner:
        return Refusal(
            f"Nothing stands between {inquiry.section_name(first)} and {inquiry.section_name(last)}."
        )
    return Draft(tuple(line for key in inner[:MOST_BETWEEN] for line in inquiry.summary(key)), settled=True)


def _sources_with_unit(inquiry: Inquiry, wording: str) -> list[str]:
    """The sources that have the weeks or phases the question speaks of; all when it names no such unit."""
    units = {unit_of(w) for w in words(wording)} - {""} - GENERIC_UNITS
    having = [s for s in inquiry.sources if any(members(inquiry.outline(s), unit) for unit in units)]
    # what is a plan or sequence tells an order; another roadmap only groups
    return having or sorted(inquiry.sources, key=lambda s: not _is_sequence(inquiry, s))


def _groups(inquiry: Inquiry, wording: str) -> list[list[str]]:
    """The subject's words in the groups that commas, "before", "or" and "and" make."""
    groups = []
    for part in _JOIN.split(wording):
        stems = {stem(w) for w in words(part)}
        group = [t for t in inquiry.question.terms if t.known and stem(t.word) in stems]
        names = [t for t in group if t.specific]  # "Airflow basics" is about Airflow
        if group:
            groups.append([t.word for t in names or group])
    return groups


def _first_about(inquiry: Inquiry, source: str, group: list[str]) -> Key | None:
    """The first step of a source titled with the words, else the first that holds them."""
    steps = [(source, i) for i in _steps(inquiry, source)]
    naming = (k for k in steps if all(inquiry.scout.holds(k, w) for w in group))
    holding = (k for k in steps if all(_within(inquiry, k, w) for w in group))
    return next(naming, None) or next(holding, None)


def _within(inquiry: Inquiry, section: Key, word: str) -> bool:
    """Whether the word stands in a section's title or anywhere beneath it."""
    beneath = ((section[0], i) for i in inquiry.outline(section[0]).descendants(section[1]))
    return any(inquiry.scout.holds(key, word) for key in (section, *beneath))
