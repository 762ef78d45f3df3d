"""What kind of answer a question expects, and what a passage that holds one looks like. Pure."""

import re

from assistant.query.wording import wording

_KIND = wording(r"\btypes?\b", r"\bkinds?\b")
_DATASET = wording(r"\bdatasets?\b")

# A command: code of two words or more, or a shell prompt. Hardly anything else looks like that.
_COMMAND = (
    wording(r"\bcommands?\b", r"\bcmds?\b", r"\bwhat do i (?:type|run)\b"),
    wording(r"`[^`\s]+ [^`]+`", r"\$ \w+"),
)
_CERTAIN, _LIKELY = 0.6, 0.4
# (wording of the question, look of the passage): a match on both sides speaks for the passage
_CUES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    # a former name
    (
        wording(
            r"\b(?:called|named|known as) (?:before|earlier|previously|formerly)\b",
            r"\b(?:old|former|previous|earlier) name\b",
            r"\bused to be (?:called|named)\b",
            r"\brenamed\b",
        ),
        wording(r"\b(?:formerly|former name|previously|once called|used to be)\b"),
    ),
    # a second name
    (wording(r"\b(?:other|another|alternative|second) name\b"), wording(r"\b(?:or|also|aka|known as)\b")),
    # an example
    (
        wording(r"\bexamples?\b", r"\bfor instance\b", r"\be\.g\."),
        wording(r"\bfor example\b", r"\bsuch as\b", r"\be\.g\.", r"\bexample\b"),
    ),
    # tools: a name after "such as" or in brackets
    (
        wording(r"\btools?\b", r"\blibrar(?:y|ies)\b", r"\bframeworks?\b", r"\bsoftware\b"),
        wording(r"\b(?:such as|like|with|in|on|by|use|e\.g\.)\s+(?-i:[A-Z])", r"\((?-i:[A-Z])"),
    ),
    (_KIND, _KIND),
    (wording(r"\bdatasets?\b", r"\bdata set\b"), _DATASET),
    # formats: a file ending in code
    (
        wording(r"\bformats?\b", r"\bfile types?\b", r"\bextensions?\b"),
        wording(r"\bformats?\b", r"`\.\w+`", r"\.\w{2,4}`"),
    ),
    # a trigger: what sets something off
    (wording(r"\btriggers?\b", r"\bwhen should\b"), wording(r"\btriggers?\b")),
)


def fit(question: str, passage: str) -> float:
    """A bonus for a passage that looks like the kind of answer the wording expects, else 0."""
    asks, shows = _COMMAND
    if asks.search(question) and shows.search(passage):
        return _CERTAIN
    return _LIKELY * any(asks.search(question) and shows.search(passage) for asks, shows in _CUES)
