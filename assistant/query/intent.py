"""What shape of answer a question wants, and which labelled part of a section."""

import re

from assistant.keywords import words
from assistant.query.lexicon import FACETS, UNITS, unit_of
from assistant.query.question import Ask

_UNIT = "|".join(sorted({*UNITS, *(u + "s" for u in UNITS), "categories"}, key=len, reverse=True))
_ROADMAP = r"(?:roadmaps?|plans?|sources?|documents?|guides?|lists?)"
# Tried in order; the first that matches names the shape.
_PATTERNS: tuple[tuple[Ask, str], ...] = (
    (Ask.LINKS, r"\b(?:send|point|direct) (?:me|us|you|learners?)\b|\blinked\b|\b(?:links?|urls?) (?:for|to|of|about)\b"),
    (Ask.COUNT, r"\bhow many\b|\bhow long (?:is|does|will|would) (?:the |this |that )?[\w\s-]*(?:plan|roadmap|sequence)\b|\bnumber of\b|\bcount (?:of|the)\b|\bhow (?:much|often) .*\btimes\b|\bhow big is\b"),
    (Ask.COMPARISON, r"\bcompar\w+|\bdiffer\w*\b|\b(?:vs|versus)\b\.?|\bcontrast\w*|\bin common\b|\bhave (?:both|in common)\b|\beach (?:of the )?(?:\w+ )?roadmaps?\b|\bdo the roadmaps (?:say|agree|treat|handle|approach)|\broadmaps agree\b|\bthe roadmaps\b.*\bsay about\b|\bsay about\b.*\broadmaps\b|^\W*(?:please )?tell me (?:more |something |everything )?about\b|\bwhat (?:do|can) (?:you|we|they) (?:know|say|tell me) about\b"),
    (Ask.MENTIONS, rf"\b(?:which|what) (?:(?:of|one|ones|all|other|the|these|those|your|five|5|mlops|learning) )*{_ROADMAP}\b|\bin (?:which|what) (?:of the )?(?:\w+ )?{_ROADMAP}\b|\b(?:who|which ones?) (?:of the (?:five|roadmaps))|\b(?:all|any|every|none) (?:of )?(?:the )?(?:five |5 )?{_ROADMAP}\b|\beach roadmap\b|\bmore than one roadmap\b|\bhow many (?:of the )?roadmaps\b|\bother roadmaps?\b|\bwho (?:else )?(?:recommends?|mentions?|covers?|lists?|names?|suggests?|talks?|teaches)\b"),
    (Ask.PERSON, r"\bwho(?:'s| is| are| was| were|se)?\b (?:\w+ ){0,3}(?:wrote|writes|written|author\w*|edit\w*|creat\w*|made|publish\w*|teach\w*|book|behind|responsible)\b|\b(?:authors?|editors?|edited by|written by|wrote|by whom|whose book)\b|^\W*who(?:'s| is| are| was| were)\b"),
    (Ask.REASON, r"\bwhy\b|\bwhat(?:'s| is) the (?:point|purpose|use|benefit|idea|reason)\b|\breasons?\b|\brationale\b|\bjustif\w+|\bwhat for\b|\bhow come\b|\bwhat makes\b"),
    (Ask.PLACE, rf"\b(?:which|what) of (?:the |these |those |its )?(?:\w+ )?(?:{_UNIT})\b|\b(?:which|what)(?:'s)? (?:(?:numbered|roadmap|plan|exact) )?(?:{_UNIT})\b|\bin (?:which|what) (?:{_UNIT}|part|place|point)\b|\bwhen (?:do|does|should|will|can|would|is|are)\b|\bat (?:which|what) (?:point|stage|{_UNIT})\b|\bwhere (?:is|are|does|do|in|can i find (?:the )?(?:section|part))\b(?!.*\b(?:learn|study|read|tutorial|course)\b)|\bwhat part\b|\bwhich part\b|\bhow (?:early|late|soon|far)\b|\bunder (?:which|what) (?:heading|title|{_UNIT}|group|topic)\b|\b(?:which|what) (?:heading|role|groups?|categor(?:y|ies))\b"),
    (Ask.LINKS, r"\blinked\b|\b(?:send|point|direct) (?:me|us|you|learners?)\b|\bsomething to (?:read|watch)\b|\b(?:can|could|should|to) (?:i )?(?:read|watch)\b|\bwhere (?:can|could|should|do|would|might) (?:i|we|one|you|someone)\b|\b(?:links?|urls?|website|web page|homepage)\b|\b(?:good|best|any|some|free|online|which|what|recommend\w*) (?:\w+ ){0,2}(?:resources?|courses?|tutorials?|videos?|materials?|docs|documentation|articles?|readings?)\b|\bresources? (?:for|on|about|to)\b|\b(?:courses?|tutorials?|videos?|documentation|docs|articles?|materials?) (?:for|on|about|to learn|covering)\b|\bread up on\b|\b(?:learn|study) (?:more )?about\b.*\bwhere\b"),
    (Ask.ORDER, r"(?<!called )(?<!named )(?<!known )\b(?:before|after|afterwards|next(?! to)|previous|prior|precede\w*|follows|followed by|following (?:week|month|step|phase|section|chapter)|ahead of|what(?:'s| is) left|remain\w*|earlier|order|prerequisites?|builds? on|come(?:s)? (?:first|last)|prepare\w* for|lead\w* (?:up )?to|first thing|start with|begin with|(?:learn|do|study|tackle|come) (?:\w+ ){0,2}(?:first|last))\b"),
    (Ask.LIST, rf"\b(?:list|enumerate)\b|\b(?:parts|components|elements|pieces|ingredients) of|\bbuilding blocks?\b\b|\bname (?:all|the|every|each|two|three|four|five|some)\b|\bwhat are (?:all |the )|\ball (?:the )?(?:topics|tools|tasks|books|projects|weeks|items|concepts|skills)\b|\bwhich (?!{_UNIT})\w+s\b|\bwhat (?:tools|topics|tasks|books|skills|concepts|projects|libraries|frameworks|algorithms|metrics|patterns|techniques|things|items|steps|weeks|months|phases|sections|subjects|types|kinds|resources|methods|platforms|options|services|commands|languages|data ?structures)\b|\bgive me (?:the|all|a list)"),
    (Ask.DEFINITION, r"^\W*(?:what(?:'s| is| are)(?: an?| the meaning of)? [\w\s/&+-]{2,40}\?*$|define\b|explain (?:what|the term)|^\W*(?:please )?explain (?:the |an? )?[\w\s/&+-]{2,30}\W*$|what does [\w\s/-]+ (?:mean|stand for))|\bmeaning of\b|\bdefinition of\b"),
    (Ask.YES_NO, r"^\W*(?:(?:and|so|but|hi|hello|hey|ok),? )?(?:does|do|did|is|are|was|can|could|should|has|have|will|would|am)\b"),
)  # fmt: skip
_COMPILED = tuple((ask, re.compile(pattern, re.IGNORECASE)) for ask, pattern in _PATTERNS)
_OFFSETS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        -1,
        re.compile(
            r"(?<!called )(?<!named )(?<!known as )\b(?:before|previous|prior|preced\w+|earlier|prerequisites?|ahead of|prepares? for|leads? (?:up )?to|already know|builds? on|comes? just ahead)\b",
            re.IGNORECASE,
        ),
    ),
    (
        1,
        re.compile(
            r"\b(?:after|afterwards|next(?! to)|follows|followed by|following (?:week|month|step|phase|section|chapter)|is left|remain\w*|once i(?:'ve| have)|then)\b",
            re.IGNORECASE,
        ),
    ),
)
_MANNER = re.compile(
    r"\b(?:step by step|week by week|week-by-week|step-by-step|part by part)\b", re.IGNORECASE
)
_UNIT_ASKED = re.compile(
    rf"\b(?:which|what|in what|how many|list|name|all)\b[^.?!]{{0,30}}?\b({_UNIT})\b", re.IGNORECASE
)
_TO_DO = re.compile(
    r"\b(?:(?:have|need|supposed|expected|got) to do|(?:should|must|would|will|do|can) (?:i|we|one) (?:actually )?do|step by step)\b",
    re.IGNORECASE,
)


def ask_of(text: str) -> Ask:
    """The shape of answer that the wording wants; a fact when nothing else fits."""
    for ask, pattern in _COMPILED:
        if pattern.search(text):
            return ask
    return Ask.FACT


def offset_of(text: str) -> int:
    """+1 when the question asks for what comes after, -1 for what comes before, else 0."""
    for offset, pattern in _OFFSETS:
        if pattern.search(text):
            return offset
    return 0


def unit_asked(text: str) -> str:
    """The unit in "which week" or "how many months", "" without one."""
    match = _UNIT_ASKED.search(_MANNER.sub(" ", text))
    if not match:
        return ""
    return unit_of(match[1].lower())


def facets_of(text: str) -> tuple[str, ...]:
    """The labelled parts a question asks for: "project", "tool", "why" ..."""
    present = words(text)
    joined = " ".join(present)
    found = []
    for facet, members in FACETS.items():
        for member in members & set(present):
            if member in ("build", "building", "builds") and re.search(
                r"\bbuilds? (?:on|up|upon)\b|\bbuilding block", joined
            ):
                continue
            if member == "steps" or (member == "purpose" and "purpose of" not in joined):
                continue
            found.append(facet)
            break
    if not found and _TO_DO.search(text):
        found.append("task")
    if "stretch goal" in found and "objective" in found:
        found.remove("objective")
    if re.search(r"\bbuilds? (?:on|upon)\b", joined) and "builds on" not in found:
        found.append("builds on")
    return tuple(found)
