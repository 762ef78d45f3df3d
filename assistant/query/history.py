"""Follow-ups: what "there", "that week" or "what about the 2024 roadmap?" take over from earlier turns."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.documents import Exchange
from assistant.keywords import words
from assistant.outline import Outline
from assistant.query.question import Place

_POINTING = re.compile(
    r"\b(?:there|that|it|its|they|them|their|this|those|these|then|same|former|latter|he|she|his|her|one|ones|here"
    r"|both|above|afterwards|after that|before that|next one|the (?:week|month|step|phase|section|one) (?:after|before)"
    r"|the (?:following|next|previous|preceding) (?:week|month|step|phase|section|one)|so)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:that|this|the same|those|these|the other|the (?:first|second|third|fourth|fifth|last|next|previous|following)) "
    r"(?:ones?|weeks?|months?|steps?|phases?|sections?|projects?|topics?|tools?|books?|courses?)\b(?! of (?!them|these|those))"
    r"|\bof (?:them|these|those)\b|\b(?:after|before|about|for|of|in|like|on) (?:that|those|it|them|this)\b\W*$|\b(?:in|after|before|about|for) (?:that|it|them)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\W*(?:(?:thanks?|thank you|thx|great|nice|cool|ok|okay|good|perfect|got it|i see)\W+)*(?:and|also|but|or|so|ok|okay|then|what about|how about|what else|anything else|more|why|any|links?|sources?"
    r"|tell me more|more details?|go on|which one|which ones|the same|now|next)\b",
    re.IGNORECASE,
)
_SWAP = re.compile(
    r"^\W*(?:and |ok |okay |so |but |now )?(?:(?:what|how) about|and(?: in| for| on)?|same for|the same for|now for|in)\b",
    re.IGNORECASE,
)
_SHORT_ANSWER = 200  # characters; a longer answer's words say too little about what "it" is
_NEAREST = re.compile(r"\bNearest topics?:")  # what a refusal offers is not what was talked about
_NUMBER = re.compile(r"^\d+(?:\.\d+)*[.)]?\s+")
_SHORT_SWAP = 8  # words of a follow-up that only names another subject ("and in the senior roadmap?")
_CITATION = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a follow-up takes over."""

    swap: bool  # "what about X": the previous question with X in place of its own subject
    places: tuple[Place, ...] = ()  # sections that the last answer was about
    answer: str = ""
    fresh: str = ""  # the words of a short last answer that its question did not have


def depends(text: str, own: int) -> bool:
    """Whether a question leans on what was said before; `own` counts the words, places and roadmaps of its own."""
    if not own or _STRONG.search(text):
        return True
    if _SWAP.match(text):
        return own <= 3
    return own <= 1 and bool(_POINTING.search(text) or _OPENING.match(text))


def carry(text: str, history: Sequence[Exchange], outlines: Mapping[str, Outline]) -> Carried:
    """What the last exchange hands on."""
    last = history[-1]
    answer = _CITATION.sub("", _NEAREST.split(last.answer)[0])
    asked = _squeeze(last.question)
    places = _places_in(answer, outlines)
    # what the answer added is what "that" points at: sections the question had not named come first
    new = tuple(p for p in places if _squeeze(outlines[p.source].blocks[p.block].title) not in asked)
    known = set(words(last.question))
    fresh = " ".join(w for w in re.findall(r"[\w+#./-]+", answer) if w.lower() not in known)
    short = fresh if len(fresh) <= _SHORT_ANSWER else ""
    swap = bool(_SWAP.match(text)) and len(text.split()) <= _SHORT_SWAP
    return Carried(swap, new or places, answer, short)


def _places_in(answer: str, outlines: Mapping[str, Outline]) -> tuple[Place, ...]:
    """Sections whose whole title stands in the answer, the first named first, inner ones before outer."""
    lowered = _squeeze(answer)
    found: list[tuple[int, int, Place]] = []
    for source, outline in outlines.items():
        for index, block in enumerate(outline.blocks):
            title = _NUMBER.sub("", _squeeze(block.title))
            if block.kind != "heading" or len(title) < 6 or block.level == 0:
                continue
            position = lowered.find(title)
            if position < 0 and ":" in block.title:
                position = _find_word(lowered, _squeeze(block.title.split(":")[0]))
            if position >= 0:
                found.append((position, -block.level, Place(source, index, "")))
    counts = Counter(place.source for _, _, place in found)
    ordered = sorted(found, key=lambda f: (f[0], -counts[f[2].source], f[1]))
    return tuple(next(group)[2] for _, group in groupby(ordered, key=lambda f: f[0]))


def _find_word(text: str, words: str) -> int:
    match = re.search(rf"\b{re.escape(words)}\b", text)
    return match.start() if match else -1


def _squeeze(text: str) -> str:
    return " ".join(re.sub(r"[*_`]", "", text).lower().split())
