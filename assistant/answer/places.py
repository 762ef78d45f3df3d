"""Where something stands, and what comes before or after it."""

import re
from collections.abc import Iterator

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.evidence import Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.keywords import stem, words
from assistant.query import Place
from assistant.query.lexicon import GENERIC_UNITS
from assistant.query.places import members
from assistant.query.understand import following

# A second place is named too when it fits nearly as well as the best one.
CLOSE = 0.1
MAX_PLACES = 4
# A section that holds hardly a word of the question must fit by meaning, and then stands alone.
FAINT = 0.3
FAINT_MEANING = 0.4
_RELATIVE = re.compile(
    r"\b(?:between|before|after|order|earlier|later|first|precede\w*|follow\w*)\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"\bbetween\b", re.IGNORECASE)
_EDGE = re.compile(
    r"\b(?:first|last|start with|begin with|starts? (?:with|off)|begins? with|opens?|finish(?:es)?|concludes?|ends? with|at the (?:start|end|beginning))\b",
    re.IGNORECASE,
)


def answer_place(inquiry: Inquiry) -> Outcome | None:
    """The week, month or section that covers the subject."""
    if arranged := answer_arrangement(inquiry):
        return arranged
    unit = inquiry.question.unit
    sections = list(_sections(inquiry, unit))
    if not sections and unit and inquiry.question.sources:
        return Refusal(f"{inquiry.source_title(inquiry.sources[0])} is not divided into {unit}s.", unit)
    if not sections:
        return None
    rated = sorted(((_fit(inquiry, key), key) for key in sections), key=lambda r: -r[0][0])
    best, evidence = rated[0][0]
    if best <= 0 or evidence is None:
        return None
    names = {t.word for t in inquiry.question.terms if t.specific}
    faint = inquiry.scout.known_share(evidence.key) < FAINT or (
        evidence.lexical < FAINT and not names & set(evidence.covered)
    )
    if faint and evidence.meaning < FAINT_MEANING:
        return None
    named = _title_share(inquiry, rated[0][1])
    kept = [
        (found, key)
        for (score, found), key in rated
        if score >= best - CLOSE or (named > 0.99 and _title_share(inquiry, key) > 0.99)
    ][: 1 if faint else MAX_PLACES]
    if not unit and named <= 0.99:
        kept = _one_a_source(kept)
    lines = []
    for evidence, key in kept:
        spans = [inquiry.span(key)]
        if _title_share(inquiry, key) > 0.99:
            evidence = _purpose(inquiry, key) or evidence
        if evidence and evidence.key != key:
            spans.append(inquiry.span(evidence.key))
        said = (
            f" – {inquiry.words(evidence.key).rstrip('.')}."
            if evidence and evidence.key != key
            else " covers it."
        )
        lines.append(Line(f"{inquiry.place(key)}{said}", tuple(spans)))
    return Draft(tuple(lines))


def answer_order(inquiry: Inquiry) -> Outcome | None:
    """What comes before or after a place or topic; None when the question is not about that."""
    question = inquiry.question
    found = answer_arrangement(inquiry) or answer_edge(inquiry) or _built_upon(inquiry)
    if found is not None:
        return found
    lines: list[Line] = []
    for anchor in _anchors(inquiry):
        labelled = _builds_on(inquiry, anchor) if question.offset < 0 else None
        if labelled is not None and (not question.unit or "builds on" in question.facets):
            lines.append(inquiry.statement(labelled))
        elif question.offset:
            step = _step(inquiry, anchor)
            if isinstance(step, Refusal) and not lines:
                return step
            lines += step.lines if isinstance(step, Draft) else ()
    return Draft(tuple(lines)) if lines else None


def _step(inquiry: Inquiry, anchor: Key) -> Outcome:
    """The section right before or after the anchor, and what was asked of it."""
    question = inquiry.question
    outline = inquiry.outline(anchor[0])
    target = following(outline, Place(*anchor, question.unit), question.offset)
    word = "after" if question.offset > 0 else "before"
    if target < 0:
        where = f"{inquiry.section_name(anchor)} in {inquiry.source_title(anchor[0])}"
        return Refusal(f"Nothing comes {word} {where}.", word)
    there = (anchor[0], target)
    line = Line(
        f"{inquiry.place(there)} comes right {word} {inquiry.section_name(anchor)}.",
        (inquiry.span(there), inquiry.span(anchor)),
    )
    return Draft((line, *(_facet_lines(inquiry, there) if question.facets else ())))


def _anchors(inquiry: Inquiry) -> list[Key]:
    """The section an order question starts from: the one named, else the one about the subject in each plan."""
    first = _anchor(inquiry)
    if first is None or inquiry.scope or inquiry.question.sources or inquiry.question.unit:
        return [first] if first else []
    found = []
    for source in inquiry.sources:
        if _is_sequence(inquiry, source):
            steps = [k for k in _sections(inquiry, "") if k[0] == source and _ordered(inquiry, k)]
            about = [k for k in steps if inquiry.scout.rate(k).lexical > 0.5]
            if about:
                found.append(max(about, key=lambda k: _fit(inquiry, k)[0]))
    return found or [first]


def _facet_lines(inquiry: Inquiry, section: Key) -> tuple[Line, ...]:
    """The labelled parts that were asked for in a section found by order."""
    for child in inquiry.outline(section[0]).children(section[1]):
        key = (section[0], child)
        if inquiry.scout.facet(key) in inquiry.question.facets:
            if inquiry.outline(section[0]).children(child):
                return inquiry.list_of(key)
            return (inquiry.statement(key),)
    return ()


def _sections(inquiry: Inquiry, unit: str) -> Iterator[Key]:
    """Candidate sections: those of the unit asked for, or all that hold content of their own."""
    for source in inquiry.sources:
        outline = inquiry.outline(source)
        if unit and unit not in GENERIC_UNITS:
            indices = [i for i, _ in members(outline, unit)]
        else:
            indices = [
                i
                for i, b in enumerate(outline.blocks)
                if b.kind == "heading"
                and b.level
                and not any(outline.blocks[c].kind == "heading" for c in outline.children(i))
            ]
        if inquiry.scope:
            inside = {d for s, top in inquiry.scope if s == source for d in (top, *outline.descendants(top))}
            above = {a for s, top in inquiry.scope if s == source for a in outline.ancestors(top)}
            indices = [i for i in indices if i in inside or (i in above and unit)]
        yield from ((source, i) for i in indices)


def _fit(inquiry: Inquiry, key: Key) -> tuple[float, Evidence | None]:
    """How well a section covers the subject: its best block, more when its title names the subject."""
    outline = inquiry.outline(key[0])
    own = inquiry.scout.rate(key)
    inner = [inquiry.scout.rate((key[0], i)) for i in outline.descendants(key[1])]
    best = max((own, *inner), key=lambda e: e.score)
    return best.score + 0.4 * _title_share(inquiry, key) + 0.2 * own.meaning, best


def _purpose(inquiry: Inquiry, key: Key) -> Evidence | None:
    """The block that says what a section is for: its objective or focus."""
    for child in inquiry.outline(key[0]).children(key[1]):
        if inquiry.scout.facet((key[0], child)) in ("objective", "focus"):
            return inquiry.scout.rate((key[0], child))
    return None


def _title_share(inquiry: Inquiry, key: Key) -> float:
    """Share of the known subject that stands in a section's title."""
    covered = inquiry.scout.covered(key)
    known = sum(inquiry.scout.rarity[t.word] for t in inquiry.question.terms if t.known) or 1.0
    return sum(inquiry.scout.rarity[w] for w, weight in covered.items() if weight >= 1.0) / known


def _one_a_source(kept: list[tuple[Evidence | None, Key]]) -> list[tuple[Evidence | None, Key]]:
    seen: set[str] = set()
    return [(e, k) for e, k in kept if not (k[0] in seen or seen.add(k[0]))]  # type: ignore[func-returns-value]


def _anchor(inquiry: Inquiry) -> Key | None:
    """The section that the order question starts from: the one named, else the one about the subject."""
    if inquiry.scope:
        inner = [
            k for k in _sections(inquiry, "") if k not in inquiry.scope and inquiry.scout.rate(k).score > 0
        ]
        titled = [k for k in inner if any(w >= 1.0 for w in inquiry.scout.covered(k).values())]
        return max(titled, key=lambda k: _fit(inquiry, k)[0], default=inquiry.scope[0])
    if not inquiry.question.terms:
        return None
    unit = inquiry.question.unit
    candidates = list(_sections(inquiry, unit)) or list(_sections(inquiry, ""))
    ordered = [k for k in candidates if _ordered(inquiry, k)]
    rated = sorted(((_fit(inquiry, k)[0], k) for k in ordered), key=lambda r: -r[0])
    return rated[0][1] if rated else None


def _ordered(inquiry: Inquiry, key: Key) -> bool:
    """Whether a section is a step of an order: numbered among siblings of a plan or sequence."""
    outline = inquiry.outline(key[0])
    return any(key[1] == i for unit in ("week", "month", "phase", "step") for i, _ in members(outline, unit))


def _builds_on(inquiry: Inquiry, anchor: Key) -> Key | None:
    for child in inquiry.outline(anchor[0]).children(anchor[1]):
        if inquiry.scout.facet((anchor[0], child)) == "builds on":
            return anchor[0], child
    return None


def answer_edge(inquiry: Inquiry) -> Outcome | None:
    """ "What should I learn first?": the first or last section of the roadmap or place in question."""
    match = _EDGE.search(inquiry.question.standalone)
    if not match or inquiry.question.terms:
        return None
    last = bool(re.search(r"last|end|finish|conclu", match[0], re.IGNORECASE))
    tops: list[Key] = list(inquiry.scope) or [
        (s, -1) for s in inquiry.sources if s in inquiry.question.sources or _is_sequence(inquiry, s)
    ]
    lines = []
    for source, top in tops:
        outline = inquiry.outline(source)
        inside = set(outline.descendants(top))
        for unit in ("week", "step"):
            steps = [
                i
                for i, _ in members(outline, unit)
                if i in inside and not _has_sections(inquiry, (source, i))
            ]
            if steps:
                key = (source, steps[-1 if last else 0])
                word = "last" if last else "first"
                parent = outline.heading_of(outline.blocks[key[1]].parent)
                under = (
                    f", under {outline.blocks[parent].title},"
                    if outline.blocks[parent].level and unit != "week"
                    else ""
                )
                lines.append(Line(f"{inquiry.place(key)}{under} comes {word}.", (inquiry.span(key),)))
                break
    return Draft(tuple(lines)) if lines else None


def _has_sections(inquiry: Inquiry, key: Key) -> bool:
    outline = inquiry.outline(key[0])
    return any(outline.blocks[i].kind == "heading" for i in outline.children(key[1]))


def _is_sequence(inquiry: Inquiry, source: str) -> bool:
    return any(members(inquiry.outline(source), unit) for unit in ("week", "phase"))


def _built_upon(inquiry: Inquiry) -> Outcome | None:
    """ "Which step builds on X?": the sections whose "Builds On" names the subject."""
    if "builds on" not in inquiry.question.facets or not inquiry.question.unit or not inquiry.question.terms:
        return None
    named = [t.word for t in inquiry.terms]
    found = [
        e
        for e in inquiry.scout.rank(inquiry.sources)
        if inquiry.scout.facet(e.key) == "builds on" and all(e.covered.get(w, 0.0) >= 1.0 for w in named)
    ]
    if not found:
        return None
    return Draft(tuple(inquiry.statement(e.key) for e in found[:3]))


def answer_arrangement(inquiry: Inquiry) -> Outcome | None:
    """ "Does A come before or after B?", "in what order are A, B and C taken?": their sections in order."""
    wording = inquiry.question.standalone
    if inquiry.scope or not _RELATIVE.search(wording):
        return None
    groups = _groups(inquiry, wording)
    if len(groups) < 2:
        return None
    for source in inquiry.sources:
        found = [_first_about(inquiry, source, group) for group in groups]
        places = [key for key in found if key is not None]
        if len(places) < len(groups) or len(set(places)) < len(places):
            continue
        ordered = sorted(places, key=lambda key: key[1])
        if _BETWEEN.search(wording):
            return _between(inquiry, ordered[0], ordered[-1])
        lead = f"{inquiry.place(ordered[0])} comes before "
        rest = ", then ".join(f"**{inquiry.title(key)}**" for key in ordered[1:])
        return Draft((Line(f"{lead}{rest}.", tuple(inquiry.span(key) for key in ordered)),), settled=True)
    return None


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
    return Draft(tuple(line for key in inner[:4] for line in inquiry.summary(key)), settled=True)


def _groups(inquiry: Inquiry, wording: str) -> list[list[str]]:
    """The subject's words in the groups that commas, "before", "or" and "and" make."""
    parts = re.split(
        r",|\b(?:before|after|or|and|then|precede[sd]?|follow(?:s|ed)?|earlier|later|than|between)\b",
        wording,
        flags=re.IGNORECASE,
    )
    groups = []
    for part in parts:
        stems = {stem(w) for w in words(part)}
        group = [t.word for t in inquiry.question.terms if t.known and stem(t.word) in stems]
        if group:
            groups.append(group)
    return groups


def _first_about(inquiry: Inquiry, source: str, group: list[str]) -> Key | None:
    """The first step of a source titled with the words, else the first that holds them."""
    outline = inquiry.outline(source)
    steps = sorted(
        {
            i
            for unit in ("week", "step")
            for i, _ in members(outline, unit)
            if not _has_sections(inquiry, (source, i))
        }
    )
    titled = [i for i in steps if all(inquiry.scout.covered((source, i)).get(w, 0.0) >= 1.0 for w in group)]
    holding = [
        i
        for i in steps
        if all(
            any(inquiry.scout.covered((source, d)).get(w, 0.0) >= 1.0 for d in (i, *outline.descendants(i)))
            for w in group
        )
    ]
    index = (titled or holding or [-1])[0]
    return (source, index) if index >= 0 else None
