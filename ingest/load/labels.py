"""Labels of notes and tabs: "**Note:**" before the text that it belongs to."""

import re

_JOIN = "\ufdd2"  # where a label waits for its text; no character of any text
_PENDING = re.compile(f"\\*\\*[^*\n]+:\\*\\*{_JOIN}[ \t]*((?:\n[ \t>]*)*)")
_LABELLED = re.compile(r"(?:\*\*|__)[^*\n]{1,60}?(?::(?:\*\*|__)|(?:\*\*|__):)")
# what cannot stand on the line of a label: items, headings, quotations, tables, listings, tags
_BLOCK_START = re.compile(
    r"[-*+] |\d+[.)] |#|>|\||<(?:table|ul|ol|div|details|pre)|\ufdd0L?\d+\ufdd1[ \t]*(?:\n|$)|$"
)
_ALL_NAMES = """
    note notes tip hint important warning caution danger info success error bug example abstract question
    quote failure summary tldr todo seealso attention alert callout admonition check primary secondary
"""
NAMES = frozenset(_ALL_NAMES.split())
_GENERIC = frozenset(("alert", "callout", "admonition", "admon", "primary", "secondary", "hint", "aside"))


def label(kind: str, title: str = "") -> str:
    """The label of a note: its own title, else what kind it is; the text joins it when `settle` is called."""
    kind = "warning" if kind == "warn" else kind
    words = (title or kind.replace("-", " ").replace("_", " ")).strip().strip("\"'").rstrip(":").strip()
    if not title and kind.lower() in _GENERIC:
        words = "Note"
    words = words[:1].upper() + words[1:]
    return f"**{words}:**{_JOIN}" if words else ""


def heading(words: str) -> str:
    """The title of a tab, a card or a folded part, as a paragraph of its own."""
    words = " ".join(words.split()).strip("*")
    return f"**{words}**" if words else ""


def settle(text: str) -> str:
    """Every waiting label joined to its text, or parted from a block that needs lines of its own."""

    def joined(match: re.Match[str]) -> str:
        words = match[0].partition(_JOIN)[0]
        if match.end() == len(match.string):
            return ""  # a note without a text
        if _LABELLED.match(match.string, match.end()):
            return match[1]  # the text has its own label
        if _BLOCK_START.match(match.string, match.end()):
            return f"{words}\n\n" + match[1].rpartition("\n")[2]
        return f"{words} "

    return _PENDING.sub(joined, text)


def own_line(match: re.Match[str]) -> str | None:
    """The indentation of a match that has its line for itself, None when other words share the line."""
    text = match.string
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    end = text.find("\n", match.end())
    after = text[match.end() : end if end >= 0 else len(text)]
    return None if before.strip(" \t>") or after.strip() else before
