"""What a question wants to know of a topic: what it is, why, when, how, what goes wrong. Pure."""

import re
from collections.abc import Mapping
from enum import Enum

from assistant.keywords import words
from assistant.query.lexicon import LINK_FACETS
from assistant.query.question import Ask, Question
from assistant.query.wording import wording


class Aspect(Enum):
    """A side of a topic that study notes speak of."""

    COMPARISON = "comparison"
    MISTAKES = "mistakes"
    EFFORT = "effort"
    PREREQUISITES = "prerequisites"
    EXAMPLE = "example"
    PRACTICE = "practice"
    WHEN = "when"
    WHY = "why"
    DEFINITION = "definition"
    HOW = "how"


# "where do I put my API keys?" asks for a way, not for a place in a roadmap
WHERE_TO = r"\bwhere (?:do|should|can|to) (?:i |we |you |one )?(?:put|store|keep|save|hold|place|host|run)\b"
_ASPECTS: Mapping[Aspect, re.Pattern[str]] = {
    Aspect.COMPARISON: wording(
        r"\b(?:vs|versus)\b",
        r"\bdiffer\w*\b",
        r"\bcompar\w+",
        r"\bdistin\w+",
        r"\b(?:rather than|instead of|as opposed to|better than)\b",
        r"\b(?:prefer|choose|pick|use)\w*\b[^.?!]*\bover\b",
        r"\b(?:prefer|choose|pick|decide)\b.*\b(?:or|and|between|over)\b",
        r"\bsame (?:thing )?as\b",
        r"\b(?:are|is)\b.*\bthe same\b",
        r"\bor\b[^.?!]*\?*\s*$",
    ),
    Aspect.MISTAKES: wording(
        r"\bmistakes?\b",
        r"\bpitfalls?\b",
        r"\bgotchas?\b",
        r"\b(?:go|goes|going|get|gets|do|done) (?:\w+ )?wrong\b",
        r"\bwatch out\b",
        r"\b(?:bad|worst) (?:practices?|habits?|ideas?)\b",
        r"\banti[- ]?patterns?\b",
        r"\btraps?\b",
        r"\b(?:careful|take care) not to\b",
        r"\b(?:typical|common|frequent|usual) (?:\w+ )?(?:errors?|problems?|issues?)\b",
        r"\b(?:what|things?) (?:should i |to |i should )(?:not do|avoid)\b",
    ),
    Aspect.EFFORT: wording(
        r"\bhow (?:long|many hours|much time|hard|difficult|easy|advanced)\b",
        r"\bhow many (?:days|weeks|months)\b[^.?!]*\b(?:learn|master|get|need|understand|become)\b",
        r"\b(?:hours?|time) (?:does|do|will|would|should|to learn|needed)\b",
        r"\bbeginner[- ](?:friendly|level|topic)\b",
    ),
    Aspect.PREREQUISITES: wording(
        r"\bpre-?req(?:uisite)?s?\b",
        r"\b(?:need|have|must|should|ought|required?)\b[^.?!]{0,30}\b(?:know|learn|understand|study|master|finish)"
        r"\b[^.?!]{0,30}\b(?:before|first|beforehand|to start)\b",
        r"\bneed\b[^.?!]*\bbefore\b",
        r"\b(?:need|have|must|should|ought)\b[^.?!]*\bcomfortable\b[^.?!]*\bbefore\b",
        r"\bbefore (?:i |you |we |one )?(?:start|learn|stud|tackl|touch|begin|div)\w*\b",
        r"\b(?:need|require)[sd]? to (?:learn|start|understand)\b",
        r"\b(?:builds?|depends?|relies) on\b",
        r"\bbackground (?:do|does|should|would|must|knowledge|is)\b",
        r"\bready for\b",
    ),
    Aspect.EXAMPLE: wording(
        r"(?<!as )(?<!as an )\bexamples?\b",
        r"\b(?:show|see)\b.*\b(?:how|code|snippet|calculation)\b",
        r"\bshow me\b(?! (?:the|all|every|which|what|where)\b)",
        r"\bwalk (?:me )?through\b",
        r"\b(?:sample|example|some) code\b|\bcode (?:examples?|samples?)\b|\bsnippets?\b",
        r"\bhow (?:do|would|can) (?:i|you|we|one) (?:calculate|compute)\b",
        r"\bworked out\b",
    ),
    Aspect.PRACTICE: wording(
        r"\bpracti[cs]e\b",
        r"\bexercises?\b",
        r"\bhands[- ]on\b",
        r"\b(?:try|do) (?:it )?myself\b",
        r"\btry (?:it )?out\b",
    ),
    Aspect.WHEN: wording(
        r"\bwhen\b[^.?!]*\b(?:use|used|using|need|needed|choose|prefer|pick|apply|want|worth|enough|better"
        r"|appropriate|useful|make sense|makes sense|avoid|not)\b",
        r"\bshould (?:i|we|you|one) (?:ever |always )?(?:use|choose|go|pick|prefer|care)\b",
        r"\b(?:use|application) cases?\b",
        r"\bworth\b",
        r"\b(?:good|suited|useful|suitable) for\b",
        r"\bdo (?:i|we|you) (?:really |even )?need\b",
        r"\b(?:is|are)\b[^.?!]*\b(?:needed|necessary|required|overkill)\b",
        r"\bwhen is it (?:ok|okay|fine|safe|better|best|good|worth|useful|right)\b",
    ),
    Aspect.WHY: wording(
        r"\bwhy\b",
        r"\b(?:purpose|point|benefits?|advantages?|reasons?|motivation|value|role)"
        r" (?:of|for|behind|to)\b",
        r"\bwhat for\b",
        r"\bimportan(?:t|ce)\b",
        r"\bmatters?\b",
        r"\bwhat (?:problem|good) (?:does|do|is)\b",
        r"\bhow come\b",
        r"\bused for\b",
        r"\bgood for\b",
    ),
    Aspect.DEFINITION: wording(
        r"\bwhat (?:exactly|precisely|really) (?:is|are|does)\b",
        r"\bwhat(?:'s|s| is| are| was| were| does)\b",
        r"\bhow (?:exactly )?(?:does|do|is|are)\b[^.?!]*\bworks?\b",
        r"\bdefin\w+",
        r"\bexplain\w*",
        r"\bdescribe\b",
        r"\bmean(?:s|t|ing)?\b",
        r"\btell me (?:more |something |everything )?about\b",
        r"\bin (?:simple|plain|other) (?:terms|words|english)\b",
        r"\beli5\b",
        r"\bwhat do (?:people|they|you|we|i) (?:mean|call)\b",
        r"\bidea (?:of|behind)\b",
        r"\bstands? for\b",
        r"\bintroduc\w+ to\b",
        r"\bsummar\w+\b",
    ),
    Aspect.HOW: wording(WHERE_TO, r"\bhow\b", r"\bways? (?:to|of)\b", r"\bsteps?\b", r"\bwhat happens\b"),
}

# Words that say which side is asked for and nothing of the topic itself.
ASPECT_WORDS = frozenset(
    words(
        """
    actually advantage advantages anti antipatterns apart avoid background bad benefit benefits best
    better case cases choose comfortable common compared comparison concept correctly definition differ
    difference differences different distinguish easily errors example examples exercise exercises
    explanation finish frequent goes good gotchas hard hours important instead intuition knowledge long
    main matter matters mean meaning mistake mistakes motivation myself newcomers normal normally pattern
    people pick pitfall pitfalls plain point practical practice prefer prereq prereqs prerequisite
    prerequisites problem problems proper properly purpose really reason required role simple simply
    snippet someone suitable summary syntax terms time topic topics traps typical typically understand
    understanding usual usually value versus vs watch worst worth wrong
    """
    )
)


# What the roadmaps answer themselves: places, numbers, people, links and what they list.
_ROADMAP_ASKS = frozenset({Ask.COUNT, Ask.PLACE, Ask.MENTIONS, Ask.PERSON, Ask.LINKS})
_ROADMAP_FACETS = LINK_FACETS | {"project", "task", "tool", "stretch goal", "bonus"}
_UNIT = "(?:weeks?|months?|phases?|sections?|chapters?|plans?|sequences?|documents?|sources?|steps?)"
_ABOUT_ROADMAPS = wording(
    r"\broadmaps?\b",
    rf"\b(?:which|what|the|this|that|each|first|last|next|previous|your|five) (?:\w+ )?{_UNIT}\b",
    rf"\bthere(?:'s| is| are) (?:an? )?{_UNIT}\b",
    r"\b(?:study|learning|(?:six|6)[- ]month|24[- ]week) (?:plan|sequence|path)s?\b",
    r"\b(?:listed|mention\w*|recommend\w*|suggest\w*)\b",
    r"\b(?:where|which)\b[^.?!]*\b(?:covers?|covered|taught|teach(?:es)?)\b",
    r"(?<!linked )\blists? (?:of|all|the|every|under)\b|\b(?:what|does|do)\b[^.?!]*(?<!linked )\blist\W*$",
    r"\bcomes? (?:right |directly )?(?:before|after|first|next|last)\b",
    r"\b(?:learn|study|tackle|cover)\w*\b[^.?!]{0,30}\b(?:between|after|next|then)\b",
)
# What is asked of a topic whatever else the words remind of ("how many weeks until I know SQL?").
_OF_TOPICS = frozenset({Aspect.EFFORT, Aspect.PREREQUISITES, Aspect.MISTAKES, Aspect.COMPARISON})


def about_roadmaps(question: Question) -> bool:
    """Whether a question names a roadmap, a place in it, or asks for what the roadmaps list."""
    return bool(question.sources or question.places or _ABOUT_ROADMAPS.search(question.standalone))


def shaped_for_roadmaps(question: Question) -> bool:
    """Whether the shape of the answer asked for is one that roadmaps fill: a place, a number, links."""
    aspects = aspects_of(question.standalone)
    if _OF_TOPICS & set(aspects[:1]):
        return bool(set(question.facets) & LINK_FACETS)
    if question.unit or set(question.facets) & _ROADMAP_FACETS:
        return True
    # "when do I use it?" asks for no place
    manner = Aspect.WHEN in aspects or re.search(WHERE_TO, question.standalone, re.IGNORECASE)
    return question.ask in _ROADMAP_ASKS and not (question.ask in (Ask.PLACE, Ask.LINKS) and manner)


def aspects_of(text: str) -> tuple[Aspect, ...]:
    """The sides of a topic that a question asks for, the most telling first."""
    return tuple(aspect for aspect, pattern in _ASPECTS.items() if pattern.search(text))
