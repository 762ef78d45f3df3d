"""Across the roadmaps: which mention a subject, and what each says about it."""

import re
from collections.abc import Sequence

from assistant.answer.draft import Draft, Line, Outcome, Refusal
from assistant.answer.evidence import BENEATH, Evidence, Key
from assistant.answer.inquiry import Inquiry
from assistant.keywords import keyword_tokens, stem, words
from assistant.outline import plain, unnumbered

VENDORS = frozenset({"apache", "hashicorp"})  # "Apache Airflow" is mentioned where Airflow is
MOST = 0.6  # of the subject, weighted by rarity, that a mention must name
MOST_PLACES = 3  # sections of one roadmap that a mention names
MOST_SAID = 380  # characters of one roadmap's part in a comparison
MOST_SECTIONS = 4  # sections compared
LABELLED_SLACK = 0.5  # a part under the label asked for is told when it fits this nearly as well
# A block speaks to the subject when it holds this much of it, or means it and fits about as well as the best.
ENOUGH, ENOUGH_KNOWN, ENOUGH_MEANING, MEANING_SLACK = 0.45, 0.8, 0.5, 0.4
_NOT = re.compile(
    r"\b(?:not|n't|never|without|lacks?|omits?|miss(?:es|ing)?|leaves? out)\b|n['’]t\b", re.IGNORECASE
)
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def answer_mentions(inquiry: Inquiry) -> Outcome | None:
    """The roadmaps that mention the subject, each with its place."""
    if not inquiry.terms:
        return None
    asked = roadmaps(inquiry)
    found = {source: places for source in asked if (places := _mentions(inquiry, source))}
    if not found:
        subject = " ".join(inquiry.as_typed(inquiry.terms))
        return Refusal(f"None of the roadmaps mentions {subject}.", subject)
    most = MOST_PLACES if len(found) <= MOST_PLACES else MOST_PLACES - 1
    lines = [_mentioning(inquiry, source, places, most) for source, places in found.items()]
    verb = "mentions" if len(found) == 1 else "mention"
    intro = f"{_number(len(found)).capitalize()} of the {_number(len(asked))} roadmaps {verb} it:"
    lines.insert(0, Line(intro, tuple(line.spans[0] for line in lines), counted=intro))
    if _NOT.search(inquiry.question.standalone):
        others = [inquiry.source_title(s) for s in asked if s not in found]
        said = f"Not in: {', '.join(others)}." if others else "There is no roadmap that leaves it out."
        lines.insert(0, Line(said))
    return Draft(tuple(lines))


def answer_comparison(inquiry: Inquiry) -> Outcome | None:
    """What each roadmap says about the subject, and which say nothing."""
    if len(inquiry.scope) > 1:
        return Draft(tuple(line for key in inquiry.scope[:MOST_SECTIONS] for line in _part(inquiry, key)))
    if not inquiry.question.terms and not inquiry.question.facets:
        return _overviews(inquiry)
    chosen = [s for s in inquiry.sources if s in inquiry.question.sources] or roadmaps(inquiry)
    best = inquiry.best.score if inquiry.best else 0.0
    lines: list[Line] = []
    silent: list[str] = []
    for source in chosen:
        found = _best_of(inquiry, source, best)
        lines += [_line(inquiry, e) for e in found]
        if not found:
            silent.append(inquiry.source_title(source))
    if not lines:
        return None
    if silent:
        lines.append(Line(f"Nothing on it in: {', '.join(silent)}."))
    return Draft(tuple(lines))


def roadmaps(inquiry: Inquiry) -> list[str]:
    """The roadmaps in scope; where there are none (a user's own library), every source."""
    found = [s for s in inquiry.sources if inquiry.outline(s).document.source.kind == "roadmap"]
    return found or list(inquiry.sources)


def _part(inquiry: Inquiry, key: Key) -> tuple[Line, ...]:
    """What a comparison says of one section: the labelled part asked for, else what it is about."""
    for child in inquiry.children(key):
        if inquiry.facet(child) in inquiry.question.facets:
            return inquiry.list_of(child) if len(inquiry.children(child)) > 1 else (inquiry.statement(child),)
    return inquiry.summary(key)


def _overviews(inquiry: Inquiry) -> Outcome | None:
    """How the named roadmaps introduce themselves."""
    lines = []
    for source in inquiry.question.sources:
        blocks = inquiry.outline(source).blocks
        first = next((i for i, block in enumerate(blocks) if block.kind == "paragraph"), None)
        if first is not None:
            text = f"**{inquiry.source_title(source)}**: {blocks[first].title}"
            lines.append(Line(text, (inquiry.span((source, first)),), 1))
    return Draft(tuple(lines)) if len(lines) > 1 else None


def _mentions(inquiry: Inquiry, source: str) -> list[Evidence]:
    """The best block of each section that names the subject, its rarest word included; best section first."""
    rarity = inquiry.scout.rarity
    named = [t.word for t in inquiry.terms if (t.known or t.specific) and t.word not in VENDORS]
    needed = named or [t.word for t in inquiry.terms]
    rarest = max(needed, key=lambda w: rarity[w])
    whole = sum(rarity[w] for w in needed)
    found: dict[Key, Evidence] = {}
    for e in inquiry.scout.rank([source]):
        near = sum(rarity[w] for w in needed if e.holds(w, BENEATH))
        if e.holds(rarest, BENEATH) and any(e.holds(w) for w in needed) and near >= MOST * whole:
            section = inquiry.section(e.key)
            titled = all(inquiry.scout.holds(section, w) for w in needed)
            found.setdefault(section, inquiry.scout.rate(section) if titled else e)
    return list(found.values())


def _mentioning(inquiry: Inquiry, source: str, places: Sequence[Evidence], most: int) -> Line:
    """A roadmap with the section that names the subject best, and the others by their titles."""
    shown = places[:most]
    also = [inquiry.section_name(inquiry.section(e.key)) for e in shown[1:]]
    text = f"**{inquiry.source_title(source)}**: {_where(inquiry, shown[0])}"
    if also:
        text += f"; also in {'; '.join(also)}"
    more = ""
    if len(places) > len(shown):
        more = f"; and in {_number(len(places) - len(shown))} more"
    return Line(text + more, tuple(inquiry.span(e.key) for e in shown), 1, counted=more)


def _where(inquiry: Inquiry, evidence: Evidence) -> str:
    """The section that mentions the subject, and the words that do where they are others than its title."""
    section = inquiry.section(evidence.key)
    name = inquiry.section_name(section)
    return name if section == evidence.key else f"{name} – {plain(inquiry.words(evidence.key)).rstrip('.')}"


def _line(inquiry: Inquiry, evidence: Evidence) -> Line:
    """What one block of a roadmap says, with the roadmap and the section in front."""
    key = evidence.key
    section = inquiry.section_name(inquiry.section(key))
    text = f"**{inquiry.source_title(key[0])}**, {section}: {_said(inquiry, key)}"
    return Line(text, (inquiry.span(key, whole=bool(inquiry.children(key))),), 1)


def _best_of(inquiry: Inquiry, source: str, best: float) -> list[Evidence]:
    """The one or two blocks by which a source speaks to the subject; three under a label asked for."""
    ranked = inquiry.scout.rank([source])
    facets = inquiry.question.facets
    labelled = [e for e in ranked if inquiry.facet(e.key) in facets]
    if labelled and labelled[0].score >= ranked[0].score - LABELLED_SLACK:
        ranked = labelled
    titled = _titled_section(inquiry, source)
    if titled and not (facets and ranked and inquiry.facet(ranked[0].key) in facets):
        return [titled]
    most, slack = (3, 0.3) if facets else (2, 0.15)
    told: list[Evidence] = []
    for e in ranked:
        if not _speaks(inquiry, e, best):
            continue
        if told and e.score < told[0].score - slack:
            break
        nested = any(_is_nested(inquiry, e, other) for other in told)
        bare = inquiry.is_heading(e.key) and (told or inquiry.children(e.key))
        if not nested and not bare:
            told.append(e)
        if len(told) == most:
            break
    return told


def _speaks(inquiry: Inquiry, e: Evidence, best: float) -> bool:
    """Whether a block speaks to the subject, by its words or by its meaning."""
    if e.lexical >= ENOUGH or inquiry.scout.known_share(e.key) >= ENOUGH_KNOWN:
        return True
    names = [t.word for t in inquiry.terms if t.specific and t.known]
    if names and all(e.holds(name, BENEATH) for name in names):
        return True
    return e.meaning >= ENOUGH_MEANING and e.score >= best - MEANING_SLACK


def _is_nested(inquiry: Inquiry, one: Evidence, other: Evidence) -> bool:
    """Whether one of two blocks of a source lies directly beneath the other."""
    return inquiry.block(one.key).parent == other.block or inquiry.block(other.key).parent == one.block


def _titled_section(inquiry: Inquiry, source: str) -> Evidence | None:
    """The section of a source that is titled with the whole subject."""
    asked = {stem(w) for w in words(inquiry.question.standalone)}
    found: list[tuple[float, Evidence]] = []
    for number, block in enumerate(inquiry.outline(source).blocks):
        if block.kind != "heading" or not block.level or not inquiry.children((source, number)):
            continue
        title = keyword_tokens(unnumbered(block.title))
        share = sum(s in asked for s in title) / max(len(title), 1)
        e = inquiry.scout.rate((source, number))
        if share == 1.0 or (inquiry.terms and all(e.holds(t.word) for t in inquiry.terms)):
            found.append((share, e))
    return max(found, key=lambda f: (f[0], f[1].score))[1] if found else None


def _said(inquiry: Inquiry, key: Key) -> str:
    """A section's parts as far as they fit into MOST_SAID, or one block with its items."""
    if not inquiry.is_heading(key):
        items, own = inquiry.inline_items(key), inquiry.words(key)
        return f"{own.rstrip(':')}: {items}" if items else own
    text = ""
    for part in (_in_short(inquiry, child) for child in inquiry.children(key)):
        if len(text) + len(part) > MOST_SAID:
            continue
        text = f"{text}; {part}" if text else part
    return text or inquiry.title(key)


def _in_short(inquiry: Inquiry, key: Key) -> str:
    """A block as one part of a sentence: its label or words, and its items."""
    block = inquiry.block(key)
    items = inquiry.inline_items(key)
    own = block.title.rstrip(".:") or block.label
    if block.label:
        return f"{block.label}: {items or own}"
    return f"{own}: {items}" if items else own


def _number(n: int) -> str:
    return _NUMBERS[n] if n < len(_NUMBERS) else str(n)
