"""Across the roadmaps: which mention a subject, and what each says about it."""

import re

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.evidence import BENEATH, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.keywords import keyword_tokens, stem, words
from assistant.outline import plain

_NOT = re.compile(
    r"\b(?:not|n't|never|without|lacks?|omits?|miss(?:es|ing)?|leaves? out)\b|n['’]t\b", re.IGNORECASE
)
_LEADING_NUMBER = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")
MOST = 0.6  # of the subject, weighted by rarity, that a mention must name
MOST_SAID = 380  # characters of one roadmap's part in a comparison
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def answer_mentions(inquiry: Inquiry) -> Outcome | None:
    """The roadmaps that mention the subject, each with its place."""
    found = {source: e for source in roadmaps(inquiry) if (e := _mention(inquiry, source))}
    if not inquiry.terms:
        return None
    subject = " ".join(t.word for t in inquiry.terms)
    if not found:
        return Refusal(f"None of the roadmaps mentions {subject}.", subject)
    lines = [
        Line(f"**{inquiry.source_title(source)}**: {_where(inquiry, e)}", (inquiry.span(e.key),), 1)
        for source, e in found.items()
    ]
    count, total = len(found), len(roadmaps(inquiry))
    intro = f"{_number(count).capitalize()} of the {_number(total)} roadmaps {'mentions' if count == 1 else 'mention'} it:"
    spans = tuple(line.spans[0] for line in lines)
    if _NOT.search(inquiry.question.standalone):
        others = [inquiry.source_title(s) for s in roadmaps(inquiry) if s not in found]
        said = f"Not in: {', '.join(others)}." if others else "There is no roadmap that leaves it out."
        return Draft((Line(said), Line(intro, spans, counted=intro), *lines))
    return Draft((Line(intro, spans, counted=intro), *lines))


def answer_comparison(inquiry: Inquiry) -> Outcome | None:
    """What each roadmap says about the subject, and which say nothing."""
    if len(inquiry.scope) > 1:
        return Draft(tuple(line for key in inquiry.scope[:4] for line in _part(inquiry, key)))
    if not inquiry.question.terms and not inquiry.question.facets:
        return _overviews(inquiry)
    chosen = [s for s in inquiry.sources if s in inquiry.question.sources] or roadmaps(inquiry)
    lines: list[Line] = []
    silent: list[str] = []
    best = max((e.score for e in inquiry.ranked[:1]), default=0.0)
    for source in chosen:
        found = _best_of(inquiry, source, best)
        if not found:
            silent.append(source)
            continue
        for e in found:
            text = f"**{inquiry.source_title(source)}**, {inquiry.section_name(inquiry.section(e.key))}: {_said(inquiry, e)}"
            whole = bool(inquiry.outline(source).children(e.block))
            lines.append(Line(text, (inquiry.span(e.key, whole=whole),), 1))
    if not lines:
        return None
    note = (
        [Line("Nothing on it in: " + ", ".join(inquiry.source_title(s) for s in silent) + ".")]
        if silent
        else []
    )
    return Draft((*lines, *note))


def _part(inquiry: Inquiry, key: Key) -> tuple[Line, ...]:
    """What a comparison says of one section: the labelled part asked for, else what it is about."""
    for child in inquiry.outline(key[0]).children(key[1]):
        if inquiry.scout.facet((key[0], child)) in inquiry.question.facets:
            if len(inquiry.outline(key[0]).children(child)) > 1:
                return inquiry.list_of((key[0], child))
            return (inquiry.statement((key[0], child)),)
    return inquiry.summary(key)


def _overviews(inquiry: Inquiry) -> Outcome | None:
    """How the named roadmaps introduce themselves."""
    lines = []
    for source in inquiry.question.sources:
        outline = inquiry.outline(source)
        first = next((i for i, b in enumerate(outline.blocks) if b.kind == "paragraph"), None)
        if first is not None:
            text = f"**{inquiry.source_title(source)}**: {outline.blocks[first].title}"
            lines.append(Line(text, (inquiry.span((source, first)),), 1))
    return Draft(tuple(lines)) if len(lines) > 1 else None


def roadmaps(inquiry: Inquiry) -> list[str]:
    """The roadmaps in scope; where there are none (a user's own library), every source."""
    found = [s for s in inquiry.sources if inquiry.outline(s).document.source.kind == "roadmap"]
    return found or list(inquiry.sources)


def _mention(inquiry: Inquiry, source: str) -> Evidence | None:
    """The block of a source that names the whole subject, the shortest way."""
    rarity = inquiry.scout.rarity
    needed = [t.word for t in inquiry.terms]
    if not needed:
        return None
    rarest = max(needed, key=lambda w: rarity[w])
    whole = sum(rarity[w] for w in needed)
    rated = [
        e
        for e in inquiry.scout.rank([source])
        if e.covered.get(rarest, 0.0) >= BENEATH
        and any(e.covered.get(w, 0.0) >= 1.0 for w in needed)
        and sum(rarity[w] for w in needed if e.covered.get(w, 0.0) >= BENEATH) >= MOST * whole
    ]
    return rated[0] if rated else None


def _where(inquiry: Inquiry, evidence: Evidence) -> str:
    """The section that mentions the subject, and the words that do where they are others than its title."""
    section = inquiry.section(evidence.key)
    name = inquiry.section_name(section)
    return name if section == evidence.key else f"{name} – {plain(inquiry.words(evidence.key)).rstrip('.')}"


def _best_of(inquiry: Inquiry, source: str, best: float) -> list[Evidence]:
    """The one or two blocks by which a source speaks to the subject."""
    ranked = inquiry.scout.rank([source])
    facets = inquiry.question.facets
    if facets:
        labelled = [e for e in ranked if inquiry.scout.facet(e.key) in facets]
        if labelled and labelled[0].score >= ranked[0].score - 0.5:
            ranked = labelled
    titled = _titled_section(inquiry, source)
    if titled and not (facets and ranked and inquiry.scout.facet(ranked[0].key) in facets):
        return [titled]
    usable = [e for e in ranked if e.lexical >= 0.45 or inquiry.scout.known_share(e.key) >= 0.8 or (e.meaning >= 0.5 and e.score >= best - 0.4)]
    told: list[Evidence] = []
    for e in usable:
        if told and e.score < told[0].score - (0.3 if facets else 0.15):
            break
        nested = any(
            inquiry.outline(source).blocks[e.block].parent == t.block
            or inquiry.outline(source).blocks[t.block].parent == e.block
            for t in told
        )
        heading = inquiry.outline(source).blocks[e.block].kind == "heading"
        if not nested and not (heading and (told or inquiry.outline(source).children(e.block))):
            told.append(e)
        if len(told) == (3 if facets else 2):
            break
    return told


def _titled_section(inquiry: Inquiry, source: str) -> Evidence | None:
    """The section of a source that is titled with the whole subject."""
    named = [t.word for t in inquiry.terms]
    outline = inquiry.outline(source)
    found = [
        inquiry.scout.rate((source, i))
        for i, block in enumerate(outline.blocks)
        if block.kind == "heading" and block.level and outline.children(i)
    ]
    asked = {stem(w) for w in words(inquiry.question.standalone)}

    def own_share(e: Evidence) -> float:
        title = keyword_tokens(_LEADING_NUMBER.sub("", outline.blocks[e.block].title))
        return sum(s in asked for s in title) / max(len(title), 1)

    whole = [
        e
        for e in found
        if own_share(e) == 1.0 or (named and all(e.covered.get(w, 0.0) >= 1.0 for w in named))
    ]
    return max(whole, key=lambda e: (own_share(e), e.score), default=None)


def _said(inquiry: Inquiry, evidence: Evidence) -> str:
    outline = inquiry.outline(evidence.source)
    if outline.blocks[evidence.block].kind == "heading":
        parts = []
        for child in outline.children(evidence.block):
            key = (evidence.source, child)
            block = outline.blocks[child]
            inner = inquiry.inline_items(key)
            shown = block.title.rstrip(".:") or block.label
            parts.append(
                f"{block.label}: {inner or shown}" if block.label else f"{shown}: {inner}" if inner else shown
            )
        text = ""
        for part in parts:
            if len(text) + len(part) > MOST_SAID:
                break
            text = f"{text}; {part}" if text else part
        return text or outline.blocks[evidence.block].title
    items = inquiry.inline_items(evidence.key)
    words = inquiry.words(evidence.key)
    return f"{words.rstrip(':')}: {items}" if items else words


def _number(n: int) -> str:
    return _NUMBERS[n] if n < len(_NUMBERS) else str(n)
