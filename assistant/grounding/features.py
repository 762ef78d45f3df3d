"""What is measured on a sentence against its passages; every figure lies in 0..1 and has a name."""

import math
from functools import lru_cache

from rapidfuzz import fuzz, process

from assistant.grounding.evidence import Evidence, Text, Token
from assistant.grounding.lexicon import ANTONYMS, ATTRIBUTES, LABELS, TEMPLATE_WORDS

FEATURES = (
    "coverage",  # share of the content words' weight found in any passage
    "window",  # the same within the best sentence and its neighbours
    "unit",  # the same within the best single sentence
    "pairs",  # share of neighbouring content words that are neighbours in a passage too
    "triples",
    "missing_words",  # 1 - 1/(1+n) for n content words found nowhere
    "missing_numbers",
    "missing_names",
    "negation",  # a word denied on one side only
    "antonym",  # an opposite stands where the sentence's word should
    "length",
    "novel",  # the rarest missing word
)
SIMILAR = 88  # rapidfuzz ratio from which two words that begin alike count as the same


def content(text: Text) -> list[Token]:
    """The tokens that carry the claim."""
    return [t for t in text.tokens if t.content]


def measure(text: Text, evidence: Evidence) -> dict[str, float]:
    """All figures of `FEATURES` for one sentence, plus the vetoes `number`, `label`, `url`, `attribute`."""
    tokens = content(text)
    found: dict[str, str] = {}  # stem in the sentence -> stem in the passages
    weights: dict[str, float] = {}
    missing: list[Token] = []
    for token in tokens:
        if token.stem in weights or token.stem in {m.stem for m in missing if m.word in TEMPLATE_WORDS}:
            continue
        match = token.stem if token.stem in evidence.units else _similar(token, evidence)
        if match is None and token.word in TEMPLATE_WORDS:
            continue
        weights[token.stem] = _weight(token, evidence.counts.get(match or "", 0), evidence.unit_count)
        if match is None:
            missing.append(token)
        else:
            found[token.stem] = match
    total = sum(weights.values()) or 1.0
    window, unit, best = _best(found, weights, evidence)
    stems = [found.get(t.stem, t.stem) for t in tokens if t.stem in weights]
    pairs = list(zip(stems, stems[1:], strict=False))
    triples = list(zip(stems, stems[1:], stems[2:], strict=False))
    names = {t.stem for t in tokens if t.name and t.stem in weights}
    numbers = {t.stem for t in tokens if t.number and t.stem in weights}
    lost_names = sum(t.name and not t.number for t in missing)
    lost_numbers = sum(t.number for t in missing)
    lost_words = sum(not t.name and not t.number for t in missing)
    return {
        "coverage": sum(weights[s] for s in found) / total,
        "window": window / total,
        "unit": unit / total,
        "pairs": sum(p in evidence.pairs for p in pairs) / len(pairs) if pairs else float(not missing),
        "triples": sum(t in evidence.triples for t in triples) / len(triples) if triples else float(not missing),
        "missing_words": 1 - 1 / (1 + lost_words),
        "missing_numbers": 1 - 1 / (1 + lost_numbers),
        "missing_names": 1 - 1 / (1 + lost_names),
        "negation": _flipped(tokens, found, best, evidence),
        "antonym": _opposite(text, best, evidence),
        "length": min(1.0, len(weights) / 30),
        "novel": max((weights[t.stem] for t in missing), default=0.0) / total,
        "_names": float(len(names)),
        "_numbers": float(len(numbers)),
        "_missing": float(len(missing)),
        "_content": float(len(weights)),
        "_label": float(_wrong_label(text, evidence)),
        "_url": float(bool(text.urls - evidence.urls)),
        "_attribute": float(any(t.word in ATTRIBUTES for t in missing)),
    }


def _weight(token: Token, count: int, units: int) -> float:
    """Rare words say more: the inverse frequency among the passages' sentences, softened."""
    weight = 1.0 + math.log((1 + units) / (1 + min(count, units))) / math.log(2 + units)
    return weight * (1.5 if token.name or token.number else 1.0)


def _similar(token: Token, evidence: Evidence) -> str | None:
    """A passage's word for one that is spelled a little differently, or for its initials."""
    if token.number or any(c.isdigit() for c in token.word):
        return None
    if token.name and token.word.isalpha() and 3 <= len(token.word) <= 5 and token.word in evidence.initials:
        return token.stem
    if len(token.stem) < 5:
        return None
    hit = process.extractOne(token.stem, evidence.vocabulary, scorer=fuzz.ratio, score_cutoff=SIMILAR)
    if hit is None or hit[0][:3] != token.stem[:3]:
        return None
    return str(hit[0])


def _best(found: dict[str, str], weights: dict[str, float], evidence: Evidence) -> tuple[float, float, int]:
    """Weight found in the best window and the best unit, and that unit's number (-1: nothing found)."""
    masks: dict[int, int] = {}
    gains = []
    for bit, (stem, match) in enumerate(found.items()):
        gains.append(weights[stem])
        for unit in evidence.units.get(match, ()):
            masks[unit] = masks.get(unit, 0) | (1 << bit)

    def gain(mask: int) -> float:
        return sum(g for bit, g in enumerate(gains) if mask >> bit & 1)

    window, best_unit, at = 0.0, 0.0, -1
    for unit, mask in masks.items():
        own = gain(mask)
        if own > best_unit:
            best_unit, at = own, unit
        around = 0
        for near in evidence.neighbours[unit]:
            around |= masks.get(near, 0)
        window = max(window, gain(around))
    return window, best_unit, at


def _flipped(tokens: list[Token], found: dict[str, str], best: int, evidence: Evidence) -> float:
    """1 when a word of the sentence is denied and its occurrences near the best unit are not, or the reverse."""
    if best < 0:
        return 0.0
    near = set(evidence.neighbours[best])
    for token in tokens:
        if token.stem not in found:
            continue
        seen = {flag for unit, flag in evidence.negated.get(found[token.stem], ()) if unit == best}
        seen = seen or {flag for unit, flag in evidence.negated.get(found[token.stem], ()) if unit in near}
        if seen and token.negated not in seen:
            return 1.0
    return 0.0


def _opposite(text: Text, best: int, evidence: Evidence) -> float:
    """1 when a word is absent around the best unit and its antonym stands there."""
    if best < 0:
        return 0.0
    near = set(evidence.neighbours[best])
    own = {t.stem for t in text.tokens}
    for token in text.tokens:
        for opposite in ANTONYMS.get(token.stem, ()):
            if (
                opposite not in own
                and not near.intersection(evidence.units.get(token.stem, ()))
                and near.intersection(evidence.units.get(opposite, ()))
            ):
                return 1.0
    return 0.0


def _wrong_label(text: Text, evidence: Evidence) -> bool:
    """True for "week 21" where the passages number weeks, but never 21."""
    for token, after in zip(text.tokens, text.tokens[1:], strict=False):
        if after.number and token.word in LABELS:
            known = evidence.labelled.get(token.stem)
            if known and after.stem not in known:
                return True
    return False
