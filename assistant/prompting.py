"""Prompts by name, and the gate through which texts of users and documents enter one.

Instructions stand in the system prompt, which is a file and takes no values. Everything that a user or
a document wrote goes through `as_data` into the human message and stands there between tags.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from string import Template

_TAG = re.compile(r"<(?=[|!?<]|[A-Za-z]|\s*/)")
_TURN = re.compile(r"\[(?=/?(?:INST|SYS|SYSTEM|USER|ASSISTANT|AVAILABLE_TOOLS|TOOL_CALLS)\])", re.IGNORECASE)
_MARKER = re.compile(r"\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\](?!\()")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
# a line that speaks to the model instead of the reader; roadmaps and notes have none
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|your|these|those)\b"
    r".{0,40}\b(?:instructions?|prompts?|rules?|messages?|guidelines|context|passages)\b"
    r"|\b(?:system|developer) (?:prompt|message|instructions?)\s*:"
    r"|\byou are (?:now|no longer)\b.{0,60}\b(?:assistant|model|ai|bot|mode|dan|pirate|unrestricted)\b"
    r"|\b(?:reply|respond|answer|say)\b.{0,30}"
    r"\b(?:only|exactly|nothing but|the (?:exact )?(?:words?|phrase|sentence))\b"
    r"|\b(?:reveal|print|repeat|output|show)\b.{0,30}\b(?:system prompt|your (?:instructions|prompt|rules))\b"
    r"|\b(?:note|message|instructions?|attention|important)\b.{0,20}\b(?:to|for) (?:the |any |all )?"
    r"(?:ai|llms?|language models?|chatbots?|assistants?|models? reading)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file; its hash goes into the trace, so that a result names the wording behind it."""

    name: str
    text: str
    sha256: str

    def fill(self, **values: str) -> str:
        """The text with each `$name` replaced; what is put in is never read as a template itself."""
        return Template(self.text).substitute(values)


@lru_cache(maxsize=16)
def load_prompt(name: str) -> Prompt:
    """The prompt `assistant/prompts/<name>.md`."""
    data = (files("assistant.prompts") / f"{name}.md").read_bytes()
    return Prompt(name, data.decode("utf-8").strip(), hashlib.sha256(data).hexdigest())


def as_data(text: str) -> str:
    """The text unable to pass for a part of the prompt.

    No tag can open or close (`<passage>`, `<|im_start|>`, `[INST]`), no `[n]` passes for a passage's
    number, invisible characters are gone; the words stay as they are.
    """
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _MARKER.sub(r"(\1)", text)
    return _TURN.sub("(", _TAG.sub("‹", text))


def without_orders(text: str) -> str:
    """The text without the lines that give orders to a language model."""
    return "\n".join(line for line in text.split("\n") if not _ORDER.search(line))


def clip(text: str, limit: int) -> str:
    """At most `limit` characters on one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0] + "…"
