"""Which sentences of a message ask, which give context, and which try to command the assistant. Pure."""

import re
from dataclasses import dataclass

from assistant.query.wording import wording

_SENTENCE = re.compile(r"(?<=[.!?])(?<!\s[A-Z]\.)\s+(?=\S)|\n+")  # "Robert C. Martin" is no end
_NEAR = r"[^.?!]{0,30}"  # within the sentence, a few words on

# Orders to the assistant itself. Learners order topics ("list the tools"), never rules, roles or wordings.
_COMMAND = wording(
    # "ignore all previous instructions"
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.?!]{0,60}"
    r"\b(?:instruction|rule|prompt|source|previous|above|prior|context|guideline|restriction|citation|told"
    r"|roadmap|document|everything|training)\w*",
    # "repeat the words above"
    rf"\brepeat\b{_NEAR}\b(?:words?|text|everything|line|above|prompt|instruction)",
    rf"\breveal\b{_NEAR}\b(?:prompt|key|secret|instruction)",
    r"\b(?:system|developer|hidden|initial)\s+(?:prompt|message|instruction)s?\b",
    # a turn of somebody else, or the markup of a chat format
    r"^\W*(?:system|assistant|developer|admin)(?: \w+){0,2}\s*:",
    r"(?:^|[:,;]|\band|\bthen)\W*say that\b",
    r"</?(?:context|system|passage|instruction|user|document|s|im_\w+)>",
    r"\[/?(?:inst|system)\]",
    # another role, other rules
    r"\byou are (?:now|no longer|actually)\b",
    r"\bfrom now on\b",
    r"\bnew rules?\b",
    r"\b(?:pretend|act|behave|roleplay|role-play)\b (?:to be|as|like|you)\b",
    r"\bdo anything now\b",
    r"\bjailbreak",
    r"\bDAN\b",
    # a wording to be spoken: "answer only with yes", 'say "done"', "print HACKED"
    r"\b(?:reply|respond|answer|finish|end|begin|start|output|print|say|write|repeat)\b[^.?!]{0,20}"
    r"\b(?:only with|nothing but|with the (?:word|phrase|sentence)|exactly|verbatim|in capitals|in all caps)"
    r"\b",
    # learners tell what others do: "mistakes people make when they write REST APIs"
    r"(?<!\bI )(?<!\bwe )(?<!\bthey )(?<!\bpeople )"
    r"\b(?:say|write|print|output|append|add|include|repeat|state|claim|reply|respond|finish with|end with"
    rf"|answer)\b{_NEAR}(?:[\"'“‘][^\"'”’]+[\"'”’]|(?-i:\b[A-Z]{{3,}}(?: [A-Z]{{2,}})*\b)[^.?!]{{0,12}}$)",
    r"\bstate that\b",
    # texts to be made up: code, jokes
    r"\btell (?:me|us) an?(?:other)? (?:\w+ )?(?:joke|story|poem|riddle)\b",
    r"^\W*(?:(?:please|pls|hey|hi|ok|and|now|can you|could you|would you|i want you to|i need you to)\W+)*"
    r"(?:write|generate|code|draft|compose|implement|translate)\s+(?:me |us )?"
    r"(?:an?|some|the|my|this)\b(?! (?:\w+ )?(?:summary|overview|list|outline|plan))",
    r"\btell (?:the user|everyone|them) that\b",
    # what only the assistant has
    r"\b(?:no|without|drop|omit) (?:the )?citations?\b",
    r"\b(?:your|the) api key\b",
)
_MARKUP = re.compile(
    r"""
    <!--.*?(?:-->|$)            # a comment, closed or not
    | </?[a-z_|]+[^<>]*>        # a tag
    | \[/?(?:INST|SYS)\]
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)

_LEAD_IN = r"(?:and |but |so |also |now |by the way,? |btw,? |please,? |then,? )*"
_ASKING = wording(
    r"\?",
    # "when" asks only with a verb of asking behind it; "when I train a model ..." sets the scene
    rf"^\W*{_LEAD_IN}(?:what|which|who|whom|whose|where"
    r"|when (?:do|does|did|is|are|can|could|should|will|would)|why|how"
    r"|does|do|did|is|are|was|can|could|should|will|would"
    r"|list|name|give|show|tell|explain|describe|define|compare|find|summari[sz]e|point|enumerate|remind)\b",
)
_CLAUSE = wording(
    r"\s*(?:;|\?)\s+(?:(?:and|also|plus)\b,?\s*)?",
    # "... and which week covers it"
    r",?\s+(?:and|plus|as well as|but also)\s+(?:also\s+|please\s+|tell me\s+)?"
    r"(?=(?:what|which|who|where|when|why|how|does|do|is|are|can|will|add|give|list|name|the|its|their|for|in)\b)",
    r",\s+(?=(?:what|which|who|where|when|why|how)\b)",
)
_SHORTEST_CLAUSE = 3  # characters

_QUESTION_WORD = wording(r"\W*(?:what|which|who|where|when|why|how|does|do|is|are)\b")
_TO_ASSISTANT = wording(r"\b(?:ignore|disregard|forget|reveal|your)\b")


@dataclass(frozen=True, slots=True)
class Focus:
    """A message taken apart; `asked` and `context` keep the order of the words."""

    asked: str
    context: str = ""
    commands: tuple[str, ...] = ()  # what was set aside as an order to the assistant


def focus(message: str) -> Focus:
    """What the message asks; sentences that command the assistant are set aside, never followed."""
    marked = tuple(m[0] for m in _MARKUP.finditer(message))
    sentences = [s for s in _SENTENCE.split(_MARKUP.sub(" ", message)) if s and s.strip()]
    commands = tuple(s for s in sentences if _COMMAND.search(s) and not _is_plain_question(s))
    left = [s for s in sentences if s not in commands]
    asking = [s for s in left if asks(s)]
    commands = (*marked, *commands)
    if not asking:
        return Focus("" if commands else " ".join(left), "", commands)
    context = " ".join(s for s in left if s not in asking)
    return Focus(" ".join(asking), context, commands)


def clauses(asked: str) -> list[str]:
    """The parts of a question that asks several things; one part when it asks one."""
    parts = (part.strip(" ,;?.") for part in _CLAUSE.split(asked))
    return [part for part in parts if len(part) >= _SHORTEST_CLAUSE]


def asks(clause: str) -> bool:
    """Whether a clause asks something rather than setting the scene."""
    return bool(_ASKING.search(clause))


def _is_plain_question(sentence: str) -> bool:
    """A question that only resembles an order ("what does the section say about system prompts?")."""
    return bool(_QUESTION_WORD.match(sentence)) and not _TO_ASSISTANT.search(sentence)
