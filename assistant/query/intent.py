"""What shape of answer a question wants, and which labelled part of a section."""

import re

from assistant.keywords import words
from assistant.query.lexicon import FACETS, LINK_FACETS, unit_of
from assistant.query.question import Ask
from assistant.query.wording import UNIT, any_of, wording

_ROADMAP = r"(?:roadmaps?|plans?|sources?|documents?|guides?|lists?)"
_MATERIAL = r"(?:courses?|tutorials?|videos?|documentation|docs|articles?|materials?)"
_LISTED = (
    "tools|topics|tasks|books|skills|concepts|projects|libraries|frameworks|algorithms|metrics|patterns"
    "|techniques|things|items|steps|weeks|months|phases|sections|subjects|types|kinds|resources|methods"
    "|platforms|options|services|commands|languages|data ?structures"
)
# "what was KServe called before?" asks for a name, not for an order
_NO_NAME = r"(?<!called )(?<!named )"
_SECTION = "(?:week|month|step|phase|section|chapter)"
_ORDERED = any_of(
    r"before|after|afterwards|ahead of|earlier(?! names?)|previous(?! names?)|prior|precede\w*",
    r"next(?! to)",
    r"follows|followed by",
    rf"following {_SECTION}",
    r"what(?:'s| is) left|remain\w*",
    r"order",
    r"prerequisites?|builds? on|prepare\w* for|lead\w* (?:up )?to",
    r"come(?:s)? (?:first|last)|first thing|start with|begin with",
    r"(?:learn|do|study|tackle|come) (?:\w+ ){0,2}(?:first|last)",
)

# Tried in order; the first that matches names the shape.
_SHAPES: tuple[tuple[Ask, re.Pattern[str]], ...] = (
    (
        Ask.LINKS,  # wordings that leave no doubt; the others come after the places
        wording(
            r"\b(?:send|point|direct) (?:me|us|you|learners?)\b",
            r"\blinked\b",
            r"\b(?:links?|urls?) (?:for|to|of|about)\b",
        ),
    ),
    (
        Ask.COUNT,
        wording(
            r"\bhow many\b",
            # of a plan; how long a topic takes is an attribute that sources rarely state
            r"\bhow long (?:is|does|will|would) (?:the |this |that )?[\w\s-]*(?:plan|roadmap|sequence)\b",
            r"\bnumber of\b",
            r"\bcount (?:of|the)\b",
            r"\bhow (?:much|often) .*\btimes\b",
            r"\bhow big is\b",
        ),
    ),
    (
        Ask.COMPARISON,
        wording(
            r"\bcompar\w+",
            r"\bdiffer\w*\b",
            r"\b(?:vs|versus)\b\.?",
            r"\bcontrast\w*",
            r"\bin common\b",
            r"\bhave (?:both|in common)\b",
            r"\beach (?:of the )?(?:\w+ )?roadmaps?\b",
            r"\bdo the roadmaps (?:say|agree|treat|handle|approach)",
            r"\broadmaps agree\b",
            r"\bthe roadmaps\b.*\bsay about\b",
            r"\bsay about\b.*\broadmaps\b",
            # an open question: each roadmap has its say
            r"^\W*(?:please )?tell me (?:more |something |everything )?about\b",
            r"\bwhat (?:do|can) (?:you|we|they) (?:know|say|tell me) about\b",
        ),
    ),
    (
        Ask.MENTIONS,
        wording(
            r"\b(?:which|what) (?:(?:of|one|ones|all|other|the|these|those|your|five|5|mlops|learning) )*"
            rf"{_ROADMAP}\b",
            rf"\bin (?:which|what) (?:of the )?(?:\w+ )?{_ROADMAP}\b",
            r"\b(?:who|which(?: ones?)?|how many) of (?:the |these |your )?(?:five|5|roadmaps|them)\b",
            r"\b(?:do|does|are|is|in) (?:all|any|every) (?:of the |of them|the )?(?:five|5)\b",
            rf"\b(?:all|any|every|none) (?:of )?(?:the )?(?:five |5 )?{_ROADMAP}\b",
            r"\beach roadmap\b",
            r"\bmore than one roadmap\b",
            r"\bhow many (?:of the )?roadmaps\b",
            r"\bother roadmaps?\b",
            # "who recommends Terraform?"
            r"\bwho (?:else )?(?:recommends?|mentions?|covers?|lists?|names?|suggests?|talks?|teaches)\b",
        ),
    ),
    (
        Ask.PERSON,
        wording(
            r"\bwho(?:'s| is| are| was| were|se)?\b (?:\w+ ){0,3}"
            r"(?:wrote|writes|written|author\w*|edit\w*|creat\w*|made|publish\w*|teach\w*|book|behind"
            r"|responsible)\b",
            r"\b(?:authors?|editors?|edited by|written by|wrote|by whom|whose book)\b",
            r"^\W*who(?:'s| is| are| was| were)\b",
        ),
    ),
    (
        Ask.REASON,
        wording(
            r"\bwhy\b",
            r"\bwhat(?:'s| is) the (?:point|purpose|use|benefit|idea|reason)\b",
            r"\breasons?\b",
            r"\brationale\b",
            r"\bjustif\w+",
            r"\bwhat for\b",
            r"\bhow come\b",
            r"\bwhat makes\b",
        ),
    ),
    (
        Ask.PLACE,
        wording(
            rf"\b(?:which|what) of (?:the |these |those |its )?(?:\w+ )?(?:{UNIT})\b",
            rf"\b(?:which|what)(?:'s)? (?:(?:numbered|roadmap|plan|exact) )?(?:{UNIT})\b",
            rf"\bin (?:which|what) (?:{UNIT}|part|place|point)\b",
            r"\bwhen (?:do|does|should|will|can|would|is|are)\b",
            rf"\bat (?:which|what) (?:point|stage|{UNIT})\b",
            # "where is SQL covered?", but "where do I learn SQL?" wants links
            r"\bwhere (?:is|are|does|do|in|can i find (?:the )?(?:section|part))\b"
            r"(?!.*\b(?:learn|study|read|tutorials?|courses?|guide|articles?|videos?|documentation|docs|links?)\b)",
            r"\bwhat part\b",
            r"\bwhich part\b",
            r"\bhow (?:early|late|soon|far)\b",
            rf"\bunder (?:which|what) (?:heading|title|{UNIT}|group|topic)\b",
            r"\b(?:which|what) (?:heading|role|groups?|categor(?:y|ies))\b",
        ),
    ),
    (
        Ask.LINKS,
        wording(
            r"\bsomething to (?:read|watch)\b",
            r"\b(?:can|could|should|to) (?:i )?(?:read|watch)\b",
            r"\bwhere (?:can|could|should|do|would|might) (?:i|we|one|you|someone)\b",
            r"\b(?:links?|urls?|website|web page|homepage)\b",
            r"\b(?:good|best|any|some|free|online|which|what|recommend\w*) (?:\w+ ){0,2}"
            r"(?:resources?|courses?|tutorials?|videos?|materials?|docs|documentation|articles?|readings?)\b",
            r"\bresources? (?:for|on|about|to)\b",
            rf"\b{_MATERIAL} (?:for|on|about|to learn|covering)\b",
            r"\bread up on\b",
            r"\b(?:learn|study) (?:more )?about\b.*\bwhere\b",
        ),
    ),
    (
        Ask.ORDER,
        wording(
            rf"{_NO_NAME}(?<!known )\b{_ORDERED}\b",
        ),
    ),
    (
        Ask.LIST,
        wording(
            r"\b(?:list|enumerate)\b",
            r"\b(?:parts|components|elements|pieces|ingredients) of",
            r"\bbuilding blocks?\b",
            r"\bname (?:all|the|every|each|two|three|four|five|some)\b",
            r"\bwhat are (?:all |the )",
            r"\ball (?:the )?(?:topics|tools|tasks|books|projects|weeks|items|concepts|skills)\b",
            rf"\bwhich (?!{UNIT})\w+s\b",
            rf"\bwhat (?:{_LISTED})\b",
            r"\bgive me (?:the|all|a list)",
            r"\beverything (?:about|on|for|in)\b",
            r"\ball (?:the )?[\w-]+ (?:stuff|things|material)\b",
        ),
    ),
    (
        Ask.DEFINITION,
        wording(
            # a name of up to forty characters and nothing else: "what is data drift?"
            r"^\W*what(?:'s| is| are)(?: an?| the meaning of)? [\w\s/&+-]{2,40}\?*$",
            r"^\W*define\b",
            r"^\W*explain (?:what|the term)",
            r"^\W*(?:please )?explain (?:the |an? )?[\w\s/&+-]{2,30}\W*$",
            r"^\W*what does [\w\s/-]+ (?:mean|stand for)",
            r"\bmeaning of\b",
            r"\bdefinition of\b",
        ),
    ),
    (
        Ask.YES_NO,
        wording(
            r"^\W*(?:(?:and|so|but|hi|hello|hey|ok),? )?"
            r"(?:does|do|did|is|are|was|can|could|should|has|have|will|would|am)\b",
        ),
    ),
)

_BEFORE = wording(
    rf"{_NO_NAME}(?<!known as )\b"
    + any_of(
        r"before",
        r"earlier(?! names?)",
        r"previous|prior|preced\w+",
        r"prerequisites?|already know|builds? on",
        r"ahead of|comes? just ahead",
        r"prepares? for|leads? (?:up )?to",
    )
    + r"\b",
)
_AFTER = wording(
    r"\b"
    + any_of(
        r"after|afterwards|then",
        r"next(?! to)",
        r"follows|followed by",
        rf"following {_SECTION}",
        r"is left|remain\w*",
        r"once i(?:'ve| have)",  # "once I have finished Docker"
    )
    + r"\b",
)

# "week by week" says how to answer, not which unit is asked for
_MANNER = wording(r"\b(?:step by step|week by week|week-by-week|step-by-step|part by part)\b")
_UNIT_ASKED = wording(rf"\b(?:which|what|in what|how many|list|name|all)\b[^.?!]{{0,30}}?\b({UNIT})\b")

_AS_EXAMPLES = wording(r"\b(?:as|for) (?:an )?examples?\b")  # says how something is named
_TO_DO = wording(
    r"\b(?:(?:have|need|supposed|expected|got) to do"
    r"|(?:should|must|would|will|do|can) (?:i|we|one) (?:actually )?do|step by step)\b",
)
_BUILDS_ON = wording(r"\bbuilds? (?:on|upon)\b")
# "build" that asks for no project
_NO_PROJECT = wording(r"\bbuilds? (?:on|up|upon)\b", r"\bbuilding block")

_TWO_SUBJECTS = wording(
    r"\bbetween\b", r"\b(?:vs|versus)\b", r"\bcompare\b.*\b(?:and|with|to)\b", r"\bdiffer\w* from\b"
)
_ROADMAPS = wording(r"\b(?:roadmaps?|plans?|sources|documents|each|weeks?|phases?|steps?|sections?)\b")
# Shapes that "after" and a place turn into an order, that a label of links and that two roadmaps overrule.
MOVABLE = (Ask.FACT, Ask.DEFINITION, Ask.PLACE, Ask.LIST, Ask.YES_NO)
_LINKABLE = (Ask.FACT, Ask.YES_NO, Ask.DEFINITION, Ask.LIST, Ask.PLACE)
_COMPARABLE = (Ask.FACT, Ask.YES_NO, Ask.DEFINITION, Ask.LIST)


def ask_of(text: str) -> Ask:
    """The shape of answer that the wording wants; a fact when nothing else fits."""
    return next((ask for ask, shape in _SHAPES if shape.search(text)), Ask.FACT)


def settled_ask(
    text: str, *, facets: tuple[str, ...], unit: str, offset: int, roadmaps: int, placed: bool
) -> Ask:
    """The shape of the answer once places, labels and the number of roadmaps named are known."""
    ask = ask_of(text)
    if offset and placed and ask in MOVABLE:
        return Ask.ORDER
    if unit and ((ask is Ask.PLACE and offset) or "builds on" in facets):
        return Ask.ORDER
    if ask is Ask.COMPARISON and roadmaps < 2 and _TWO_SUBJECTS.search(text) and not _ROADMAPS.search(text):
        ask = Ask.FACT  # two topics are told apart, not what the roadmaps say of one
    linked = LINK_FACETS & set(facets)
    if linked and not unit and ask in _LINKABLE:
        return Ask.LINKS
    if linked - {"resource"} and ask is Ask.COMPARISON and roadmaps < 2:
        return Ask.LINKS
    if roadmaps > 1 and ask in _COMPARABLE:
        return Ask.COMPARISON
    return ask


def offset_of(text: str) -> int:
    """+1 when the question asks for what comes after, -1 for what comes before, else 0."""
    if _BEFORE.search(text):
        return -1
    return 1 if _AFTER.search(text) else 0


def unit_asked(text: str) -> str:
    """The unit in "which week" or "how many months", "" without one."""
    match = _UNIT_ASKED.search(_MANNER.sub(" ", text))
    return unit_of(match[1]) if match else ""


def facets_of(text: str) -> tuple[str, ...]:
    """The labelled parts a question asks for: "project", "tool", "why" ..."""
    present = words(text)
    joined = " ".join(present)
    silent = {"steps"}  # "the next steps" are places, not tasks
    if _AS_EXAMPLES.search(text):
        silent |= {"example", "examples"}
    if _NO_PROJECT.search(joined):
        silent |= {"build", "building", "builds"}
    if "purpose of" not in joined:
        silent.add("purpose")
    heard = set(present) - silent
    found = [facet for facet, members in FACETS.items() if members & heard]
    if not found and _TO_DO.search(text):
        found.append("task")
    if "stretch goal" in found and "objective" in found:
        found.remove("objective")
    if _BUILDS_ON.search(joined) and "builds on" not in found:
        found.append("builds on")
    return tuple(found)
