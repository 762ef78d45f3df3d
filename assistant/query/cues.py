"""What kind of answer a question expects, and what a passage that holds one looks like. Pure."""

import re

# (wording of the question, look of the passage): a match on both sides speaks for the passage
_CUES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(question, re.IGNORECASE), re.compile(passage, re.IGNORECASE))
    for question, passage in (
        (r"\bcommands?\b|\bwhat do i (?:type|run)\b", r"`[^`\s]+ [^`]+`|\$ \w+"),
        (r"\b(?:called|named|known as) (?:before|earlier|previously|formerly)\b|\b(?:old|former|previous|earlier) name\b|\bused to be (?:called|named)\b|\brenamed\b", r"\b(?:formerly|former name|previously|once called|used to be)\b"),
        (r"\b(?:other|another|alternative|second) name\b", r"\b(?:or|also|aka|known as)\b"),
        (r"\bexamples?\b|\bfor instance\b|\be\.g\.", r"\bfor example\b|\bsuch as\b|\be\.g\.|\bexample\b"),
        (r"\btools?\b|\blibrar(?:y|ies)\b|\bframeworks?\b|\bsoftware\b", r"\b(?:such as|like|with|in|on|by|use|e\.g\.)\s+(?-i:[A-Z])|\((?-i:[A-Z])"),
        (r"\btypes?\b|\bkinds?\b", r"\btypes?\b|\bkinds?\b"),
        (r"\bdatasets?\b|\bdata set\b", r"\bdatasets?\b"),
        (r"\bformats?\b|\bfile types?\b|\bextensions?\b", r"\bformats?\b|`\.\w+`|\.\w{2,4}`"),
        (r"\btriggers?\b|\bwhen should\b", r"\btriggers?\b"),
    )
)  # fmt: skip


def fits(question: str, passage: str) -> bool:
    """Whether the passage looks like the kind of answer that the question's wording expects."""
    return any(asks.search(question) and shows.search(passage) for asks, shows in _CUES)
