"""What is measured on a sentence against its passages: six figures for the model, and the vetoes."""

import math
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from assistant.grounding.evidence import Evidence, Text, Token, labels
from assistant.grounding.lexicon import (
    ANTONYMS,
    ATTRIBUTES,
    COUNTED_WORDS,
    LABELS,
    TEMPLATE_WORDS,
    TOTAL_WORDS,
)

SIMILAR = 88  # rapidfuzz ratio from which two stems that begin alike count as the same word
TELLING = 0.6  # share of the sentence's weight in one passage sentence; below, a flip says nothing
NOWHERE: frozenset[int] = frozenset()
NAME_WEIGHT = 1.5  # names and numbers identify what is spoken of; other words describe it


@dataclass(frozen=True, slots=True)
class Figures:
    """The first six feed the model; `veto` says that the sentence states something no passage has."""

    together: float  # share of neighbouring content words that stand in one passage sentence, 0..1
    run: int  # longest run of content words that no passage has
    lost_names: int
    lost_numbers: int
    negation: int  # 1: a word is denied on one side only
    antonym: int  # 1: an opposite stands where the sentence's word should
    words: int  # content words in all
    verbatim: bool  # the words of the sentence stand in a passage in this order, function words included
    veto: bool

    def vector(self) -> tuple[float, ...]:
        """The model's input in the order of `FEATURES`."""
        return tuple(float(getattr(self, name)) for name in FEATURES)


FEATURES = ("together", "run", "lost_names", "lost_numbers", "negation", "antonym")


def measure(text: Text, evidence: Evidence) -> Figures:
    """All figures of one sentence."""
    tokens: list[Token] = []  # content words; a template word only where a passage has it too
    found: dict[str, str] = {}  # stem in the sentence -> stem in the passages
    lost: dict[str, Token] = {}
    for index, token in enumerate(text.tokens):
        if not token.content:
            continue
        if token.stem not in found and token.stem not in lost:
            match = token.stem if token.stem in evidence.units else _similar(token, evidence)
            if match is not None:
                found[token.stem] = match
            elif token.word in TEMPLATE_WORDS or (token.number and _is_count(text, index, evidence)):
                continue
            else:
                lost[token.stem] = token
        tokens.append(token)
    best, share = _best_unit(tokens, found, evidence)
    telling = share >= TELLING
    negation = int(telling and _denied(text, tokens, found, best, evidence))
    antonym = int(telling and _opposite(text, best, evidence))
    names = sum(t.name for t in lost.values())
    numbers = sum(t.number for t in lost.values())
    return Figures(
        together=_together([found.get(t.stem) for t in tokens], evidence),
        run=_longest_run([t.stem in lost for t in tokens]),
        lost_names=names,
        lost_numbers=numbers,
        negation=negation,
        antonym=antonym,
        words=len(found) + len(lost),
        verbatim=bool(text.tokens) and evidence.holds(text),
        veto=bool(
            names
            or numbers
            or negation
            or antonym
            or text.urls - evidence.urls
            or any(t.word in ATTRIBUTES for t in lost.values())
            or _wrong_label(text, evidence)
        ),
    )


def _similar(token: Token, evidence: Evidence) -> str | None:
    """A passage's stem for a word that is spelled a little differently there, or spelled out."""
    if token.number or any(c.isdigit() for c in token.word):
        return None
    if token.name and 3 <= len(token.word) <= 5 and token.word in evidence.initials:
        return evidence.content[evidence.initials.index(token.word)]  # CDC: Centers for Disease Control
    if len(token.stem) < 5:
        return None
    hit = process.extractOne(token.stem, evidence.vocabulary, scorer=fuzz.ratio, score_cutoff=SIMILAR)
    return str(hit[0]) if hit is not None and hit[0][:3] == token.stem[:3] else None


def _is_count(text: Text, index: int, evidence: Evidence) -> bool:
    """True for a number of words, of the passages, of what the sentence enumerates, or of all list items."""
    token = text.tokens[index]
    after = text.tokens[index + 1].word if index + 1 < len(text.tokens) else ""
    if after == "words" or (after in COUNTED_WORDS and token.stem == str(evidence.passages)):
        return True
    if index and text.tokens[index - 1].word in LABELS:
        return False
    if token.stem == str(text.enumerated) and text.enumerated > 1:
        return True
    return token.stem in evidence.counts and any(t.word in TOTAL_WORDS for t in text.tokens)


def _together(stems: list[str | None], evidence: Evidence) -> float:
    """A heading path belongs to every sentence of its passage."""
    if len(stems) < 2:
        return float(all(stems))
    places = [evidence.reach(stem) if stem else NOWHERE for stem in stems]
    around = [evidence.around(stem) if stem else NOWHERE for stem in stems]
    return sum(not a.isdisjoint(b) for a, b in zip(places, around[1:], strict=False)) / (len(stems) - 1)


def _longest_run(lost: list[bool]) -> int:
    longest = current = 0
    for missing in lost:
        current = current + 1 if missing else 0
        longest = max(longest, current)
    return longest


def _best_unit(tokens: list[Token], found: dict[str, str], evidence: Evidence) -> tuple[int, float]:
    """The passage sentence that holds most of the sentence's weight, and its share (-1, 0: none).

    A word weighs the more the fewer passage sentences hold it.
    """
    gains: dict[int, float] = {}
    total = 0.0
    for token in {t.stem: t for t in tokens}.values():
        units = evidence.reach(found[token.stem]) if token.stem in found else NOWHERE
        weight = 1 + math.log((1 + evidence.size) / (1 + len(units))) / math.log(2 + evidence.size)
        if token.name or token.number:
            weight *= NAME_WEIGHT
        total += weight
        for unit in units:
            gains[unit] = gains.get(unit, 0.0) + weight
    if not gains:
        return -1, 0.0
    best = max(gains, key=lambda unit: (gains[unit], -unit))
    return best, gains[best] / total


def _denied(text: Text, tokens: list[Token], found: dict[str, str], best: int, evidence: Evidence) -> bool:
    """True when one side denies a word and the other side denies nothing at all."""
    if text.denies == (best in evidence.denying):
        return False
    own: dict[str, set[bool]] = {}
    for token in tokens:
        own.setdefault(found.get(token.stem, ""), set()).add(token.negated)
    return any(flags.isdisjoint(evidence.denials.get((stem, best), flags)) for stem, flags in own.items())


def _opposite(text: Text, best: int, evidence: Evidence) -> bool:
    near = {best - 1, best, best + 1}
    own = {t.stem for t in text.tokens}
    return any(
        opposite not in own
        and near.isdisjoint(evidence.units.get(stem, ()))
        and best in evidence.units.get(opposite, ())
        for stem in own
        for opposite in ANTONYMS.get(stem, ())
    )


def _wrong_label(text: Text, evidence: Evidence) -> bool:
    """True for "week 21" where the passages number weeks, but none 21; for "2 weeks" where they say 3."""
    return any(
        label in evidence.labelled and number not in evidence.labelled[label]
        for label, number in labels(text.tokens)
    )
