"""Which sentences of a message ask, which give context, and which try to command the assistant. Pure."""

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|\n+")
# Orders to the assistant itself. Learners order topics ("list the tools"), never rules, roles or wordings.
_COMMAND = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.?!]{0,60}\b(?:instruction|rule|prompt|source|previous|above|prior|context|guideline|restriction|citation|told|roadmap|document|everything|training)\w*"
    r"|\brepeat\b[^.?!]{0,30}\b(?:words?|text|everything|line|above|prompt|instruction)"
    r"|\b(?:system|developer|hidden|initial)\s+(?:prompt|message|instruction)s?\b"
    r"|^\W*(?:system|assistant|developer|admin)\s*:"
    r"|</?(?:context|system|passage|instruction|user|document|s|im_\w+)>|\[/?(?:inst|system)\]"
    r"|\byou are (?:now|no longer|actually)\b|\bfrom now on\b|\bnew rules?\b|\b(?:pretend|act|behave|roleplay|role-play)\b (?:to be|as|like|you)\b"
    r"|\b(?:reply|respond|answer|finish|end|begin|start|output|print|say|write|repeat)\b[^.?!]{0,20}\b(?:only with|nothing but|with the (?:word|phrase|sentence)|exactly|in capitals|in all caps|verbatim)\b"
    r"|\b(?:say|write|print|output|append|add|include|repeat|state|claim|reply|respond|finish with|end with|answer)\b[^.?!]{0,30}(?:[\"'“‘][^\"'”’]+[\"'”’]|(?-i:\b[A-Z]{3,}(?: [A-Z]{2,})*\b)[^.?!]{0,12}$)"
    r"|\b(?:no|without|drop|omit) (?:the )?citations?\b|\bdo anything now\b|\bjailbreak|\bDAN\b|\breveal\b[^.?!]{0,30}\b(?:prompt|key|secret|instruction)"
    r"|\bstate that\b|\btell (?:the user|everyone|them) that\b|\b(?:your|the) api key\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<!--.*?(?:-->|$)|</?[a-z_|]+[^<>]*>|\[/?(?:INST|SYS)\]", re.IGNORECASE | re.DOTALL)
_ASKING = re.compile(
    r"\?|^\W*(?:and |but |so |also |now |by the way,? |btw,? |please,? |then,? )*(?:what|which|who|whom|whose|where|when (?:do|does|did|is|are|can|could|should|will|would)|why|how|does|do|did|is|are|was|can|could|should|will|would"
    r"|list|name|give|show|tell|explain|describe|define|compare|find|summari[sz]e|point|enumerate|remind)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\s*(?:;|\?)\s+(?:and |also |plus )?|,?\s+(?:and|plus|as well as|but also)\s+(?:also\s+|please\s+|tell me\s+)?(?=(?:what|which|who|where|when|why|how|does|do|is|are|can|will|add|give|list|name|the|its|their|for|in)\b)|,\s+(?=(?:what|which|who|where|when|why|how)\b)",
    re.IGNORECASE,
)


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
    commands = (*marked, *commands)
    left = [s for s in sentences if s not in commands]
    asking = [s for s in left if _ASKING.search(s)]
    if not asking:
        return Focus("" if commands else " ".join(left), "", commands)
    context = " ".join(s for s in left if s not in asking)
    return Focus(" ".join(asking), context, commands)


def clauses(asked: str) -> list[str]:
    """The parts of a question that asks several things; one part when it asks one."""
    return [part.strip(" ,;?.") for part in _CLAUSE.split(asked) if len(part.strip(" ,;?.")) > 2]


def asks(clause: str) -> bool:
    """Whether a clause asks something rather than setting the scene."""
    return bool(_ASKING.search(clause))


def _is_plain_question(sentence: str) -> bool:
    """A question whose wording only resembles an order ("what does the section say about system prompts?")."""
    return bool(
        re.match(r"\W*(?:what|which|who|where|when|why|how|does|do|is|are)\b", sentence, re.IGNORECASE)
    ) and not re.search(r"\b(?:ignore|disregard|forget|reveal|your)\b", sentence, re.IGNORECASE)
