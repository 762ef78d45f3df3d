"""Follow-ups: what "there", "that week" or "what about the 2024 roadmap?" take over from earlier turns."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from assistant.documents import Exchange
from assistant.keywords import words
from assistant.outline import Outline, unnumbered
from assistant.query.question import Place
from assistant.query.wording import wording

# Words that point back when a question has little else.
_POINTING = wording(
    r"\b(?:there|here|that|this|those|these|it|its|they|them|their|he|she|his|her)\b",
    r"\b(?:one|ones|both|same|former|latter|above|so|then|afterwards)\b",
    r"\bthe (?:week|month|step|phase|section|one) (?:after|before)\b",
    r"\bthe (?:following|next|previous|preceding) (?:week|month|step|phase|section|one)\b",
)
_POINTER = (
    "that|this|the same|those|these|the other"
    "|the (?:first|second|third|fourth|fifth|last|next|previous|following)"
)
_POINTED_AT = "ones?|weeks?|months?|steps?|phases?|sections?|projects?|topics?|tools?|books?|courses?"
# Wordings that point back whatever else the question says.
_STRONG = wording(
    # "that week", "the third one of them"; "the first week of the 2024 roadmap" stands by itself
    rf"\b(?:{_POINTER}) (?:{_POINTED_AT})\b(?! of (?!them|these|those))",
    r"\bof (?:them|these|those)\b",
    r"\b(?:after|before|about|for|of|in|like|on) (?:that|those|it|them|this)\b\W*$",
    r"\b(?:in|after|before|about|for) (?:that|it|them)\b",
)
_THANKS = r"(?:(?:thanks?|thank you|thx|great|nice|cool|ok|okay|good|perfect|got it|i see)\W+)*"
# Openings of a message that goes on from the last one.
_OPENING = wording(
    rf"^\W*{_THANKS}(?:and|also|but|or|so|ok|okay|then|now|next|why|any|more|more details?|tell me more|go on"
    r"|what about|how about|what else|anything else|which one|which ones|the same|links?|sources?)\b",
)
# Openings that put another subject in the place of the last one.
_SWAP = wording(
    r"^\W*(?:and |ok |okay |so |but |now )?"
    r"(?:(?:what|how) about|and(?: in| for| on)?|same for|the same for|now for|in)\b",
)
_OF_IT = wording(r"\b(?:its|their|his|her)\b")  # "and their dataset?" stays with what was talked about
_LONGEST_SWAP = 8  # words of a follow-up that only names another subject ("and in the senior roadmap?")
_OWN_SWAP = 3  # subject words that such a follow-up may have of its own
_SHORT_ANSWER = 200  # characters; a longer answer's words say too little about what "it" is
_SHORT_TITLE = 6  # characters; a shorter title stands in an answer by chance
_NEAREST = re.compile(r"\bNearest topics?:")  # what a refusal offers is not what was talked about
_CITATION = re.compile(r"\s*\[\d+\]")
_MARKS = re.compile(r"[*_`]")
_NAME = re.compile(r"[\w+#./-]+")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a follow-up takes over."""

    places: tuple[Place, ...] = ()  # sections that the last answer was about
    fresh: str = ""  # the words of a short last answer that its question did not have


def depends(text: str, own: int) -> bool:
    """Whether a question leans on what was said before; `own` counts words, places and roadmaps it names."""
    if not own or _STRONG.search(text):
        return True
    if _SWAP.match(text):
        return own <= _OWN_SWAP
    return own <= 1 and bool(_POINTING.search(text) or _OPENING.match(text))


def swaps_subject(text: str) -> bool:
    """Whether a follow-up only puts another subject in the place of the last: "what about Docker?"."""
    return bool(_SWAP.match(text)) and len(text.split()) <= _LONGEST_SWAP and not _OF_IT.search(text)


def carry(last: Exchange, outlines: Mapping[str, Outline]) -> Carried:
    """What the last exchange hands on."""
    answer = _CITATION.sub("", _NEAREST.split(last.answer)[0])
    asked = _squeeze(last.question)
    places = _places_in(answer, outlines)
    # what the answer added is what "that" points at: sections the question had not named come first
    new = tuple(p for p in places if _squeeze(outlines[p.source].blocks[p.block].title) not in asked)
    known = set(words(last.question))
    fresh = " ".join(w for w in _NAME.findall(answer) if w.lower() not in known)
    return Carried(new or places, fresh if len(fresh) <= _SHORT_ANSWER else "")


def _places_in(answer: str, outlines: Mapping[str, Outline]) -> tuple[Place, ...]:
    """Sections whose whole title stands in the answer, the first named first, inner ones before outer."""
    lowered = _squeeze(answer)
    found: list[tuple[int, int, Place]] = []
    for source, outline in outlines.items():
        for index, block in enumerate(outline.blocks):
            title = unnumbered(_squeeze(block.title))
            if block.kind != "heading" or len(title) < _SHORT_TITLE or block.level == 0:
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
    return " ".join(_MARKS.sub("", text).lower().split())
