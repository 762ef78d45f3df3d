"""Lines of a page that are not about its subject, and the licence that its head states."""

import re

from ingest.load.masks import LONG, OPEN, SHUT, Masked

# a paragraph, item or heading of these words alone
_LINE = re.compile(
    r"^[ \t>]*(?:[-*+]|\d+[.)]|#{1,6})?[ \t]*(?:\*\*|\[)?[ \t]*(?:"
    r"edit (?:this )?page(?: on github)?|edit (?:this page )?on (?:github|gitlab)|view (?:page )?source|"
    r"view (?:this page )?on github|improve this (?:page|doc)|suggest (?:an )?edits?|"
    r"report (?:an|a page) issue|"
    r"(?:was this (?:page|article|doc|section)|did you find this (?:page|article)) helpful\??.{0,60}|"
    r"(?:on this page|in this article|table of contents|page contents):?|"
    r"skip to (?:main )?content|back to top|scroll to top|go to top|"
    r"(?:copyright )?(?:©|\(c\)) ?(?:copyright )?[ \d,–-]*\d{4}.{0,100}|all rights reserved\.?|"
    r"(?:we use|this (?:web)?site uses) cookies.{0,300}|accept (?:all )?cookies|"
    r"cookie (?:settings|preferences|policy)|"
    r"built with .{0,80}(?:sphinx|mkdocs|docusaurus|hugo|jekyll|theme).{0,80}|"
    r"copy to clipboard|copied!?|toggle (?:navigation|table of contents sidebar|menu)"
    r")[ \t]*(?:\*\*|\](?:\([^()\n]*\))?)?[ \t]*$",
    re.I | re.M,
)
# the same for words that may well be an item or a heading of a text
_WORD = re.compile(
    r"^(?:\[?(?:«|←|‹)?[ \t]*prev(?:ious)?(?: (?:page|chapter|topic|section|lesson))?|"
    r"\[?next(?: (?:page|chapter|topic|section|lesson))?[ \t]*(?:»|→|›)?|"
    r"top|menu|search|print|share|(?:read|learn|show|see) more|loading\.{0,3}|"
    r"(?:last (?:updated|modified)|updated)(?: on)?:? .{0,40}\d{4}.{0,60})(?:\]\([^()\n]*\))?[ \t]*$",
    re.I | re.M,
)
_PAIR = re.compile(r"^[«←‹< \t]*prev(?:ious)?[ \t]*[|·•/ \t][ \t]*next[»→›> \t]*$", re.I | re.M)
_EMPTY_HEADING = re.compile(r"^#{1,6}[ \t]*$\n?", re.M)
_BARE_ITEM = re.compile(r"^[ \t]*[-*+][ \t]*$\n?", re.M)
_LEADING_COMMENT = re.compile(r"\A\ufeff?\s*(?:<!--.*?-->\s*)+", re.S)
_HEAD_CHARS = 2500  # of a file; further below, a licence's name is more likely part of the text
_GRANT = re.compile(
    r"licensed (?:to|under)|apache license|permission is hereby granted|spdx-license|all rights reserved",
    re.I,
)
_SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([\w.+-]+(?: (?:OR|AND|WITH) [\w.+-]+)*)")
_LICENCES = (
    ("Apache-2.0", re.compile(r"Apache License,?\s+Version 2\.0|licenses/LICENSE-2\.0", re.I)),
    ("MIT", re.compile(r"\bMIT License\b|Permission is hereby granted, free of charge", re.I)),
    ("BSD-3-Clause", re.compile(r"BSD[- ]3[- ]Clause|3-clause BSD", re.I)),
    ("CC-BY-SA-4.0", re.compile(r"creativecommons\.org/licenses/by-sa/4\.0|CC[- ]BY[- ]SA[- ]4\.0", re.I)),
    ("CC-BY-4.0", re.compile(r"creativecommons\.org/licenses/by/4\.0|CC[- ]BY[- ]4\.0", re.I)),
)


def without_leading_comments(text: str) -> str:
    """The text without the comments before anything else, which may hide front matter behind them."""
    return _LEADING_COMMENT.sub("", text)


def licence_of(text: str) -> str:
    """The licence named in the first lines of a file, "" if none is."""
    head = text[:_HEAD_CHARS]
    if spdx := _SPDX.search(head):
        return spdx[1]
    if not _GRANT.search(head):
        return ""
    return next((name for name, sign in _LICENCES if sign.search(head)), "")


def without_boilerplate(text: str) -> str:
    """The Markdown without lines that only serve the site, and without a licence at its beginning."""
    masked = Masked(text)
    found = _first_listing(masked)
    found = _WORD.sub("", _PAIR.sub("", _LINE.sub("", found)))
    found = _BARE_ITEM.sub("", _EMPTY_HEADING.sub("", found))
    found = re.sub(r"\n{3,}", "\n\n", found).strip()
    return masked.restore(found) + "\n" if found else ""


def _first_listing(masked: Masked) -> str:
    """The text without a listing at its top that is nothing but a licence in comments."""
    match = re.match(rf"(?:#[^\n]*\n+)?{OPEN}{LONG}?(\d+){SHUT}[ \t]*\n", masked.text)
    if match and _is_licence(masked.code(match[1])):
        return masked.text[: masked.text.index(OPEN)] + masked.text[match.end() :]
    return masked.text


def _is_licence(listing: str) -> bool:
    lines = [line.strip() for line in listing.split("\n")[1:-1] if line.strip()]
    return (
        all(line.startswith(("#", "//", "*", "/*")) for line in lines) and _GRANT.search(listing) is not None
    )
