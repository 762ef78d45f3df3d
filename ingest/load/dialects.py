"""Markdown as the web's sites write it, each in its dialect, to plain Markdown whose code is as it was."""

import re

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from ingest.load import block_syntax, components, hugo, labels, liquid
from ingest.load.html_markdown import fragment
from ingest.load.masks import BLOCK, OPEN, TOKEN, Masked

_MAX_NESTING = 60  # deeper quotes and lists are hostile: the parser stops there
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
# TeX, whose backslashes and stars are none of Markdown's; prices and shell variables are no TeX
_FORMULA = re.compile(
    r"\$\$(?=[^$]*[\\^_=])[^$]+\$\$|"
    r"(?<![\\$\w])\$(?=[^$\n]*(?:\\[a-zA-Z]|[\^_]))[^\s$](?:[^$\n]*[^\s$])?\$(?![\w$])"
)
_LOOSE_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((?!https?://|<http)[^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_PIPE = re.compile(r"(?<!\\)\|")


def plain_markdown(text: str, *, mdx: bool = False, toml: bool = False) -> str:
    """The page's words, headings, lists, tables and code; `toml` says that its front matter was TOML."""
    masked = Masked(liquid.with_own_lines(text.replace("\r\n", "\n")))
    found = _FORMULA.sub(lambda m: masked.keep(" ".join(m[0].split("\n"))), _COMMENT.sub("", masked.text))
    if hugo.is_hugo(masked, toml):
        found = hugo.without_shortcodes(masked, found)
    if liquid.is_liquid(masked):
        found = liquid.without_tags(masked, found)
    if mdx or components.is_mdx(masked):
        found = components.without_modules(found)
    found = labels.settle(block_syntax.without_blocks(masked, found))
    found = _mask_indented(masked, components.dedented(found))
    found = labels.settle(components.without_components(masked, found))
    return _restored(masked, fragment(_parser().render(_set_apart(found))))


def one_line(text: str) -> str:
    """A title or summary without tags."""
    return liquid.one_line(hugo.one_line(text))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _MAX_NESTING}).enable(
        ["table", "strikethrough"]
    )
    deflist_plugin(parser)
    footnote_plugin(parser)
    return parser


def _mask_indented(masked: Masked, text: str) -> str:
    """Listings that are only indented set aside too: what looks like a tag in them is none."""
    if not re.search(r"^(?: {4}|\t)", text, re.M) or "<" not in text:
        return text
    lines = text.split("\n")
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")
    for token in reversed(parser.parse(text)):
        if token.type == "code_block" and token.map and "<" in token.content and OPEN not in token.content:
            first, last = token.map
            while last > first and not lines[last - 1].strip():
                last -= 1
            column = len(lines[first]) - len(lines[first].lstrip())
            body = "\n".join(
                line[column:] if line[:column].isspace() else line.lstrip() for line in lines[first:last]
            )
            lines[first:last] = [lines[first][: max(0, column - 4)] + masked.keep(f"```\n{body}\n```")]
    return "\n".join(lines)


def _set_apart(text: str) -> str:
    """Listings on lines of their own are paragraphs, also after a line of text."""
    return BLOCK.sub(
        lambda m: f"{m[1].rstrip() if '>' in m[1] else ''}\n{m[0]}\n{m[1].rstrip() if '>' in m[1] else ''}",
        text,
    )


def _restored(masked: Masked, text: str) -> str:
    """All code back in its place; a code span within a table keeps its bars from parting cells."""
    lines = _LOOSE_LINK.sub(lambda m: m[1], text).split("\n")
    for number, line in enumerate(lines):
        if line.startswith("|") and OPEN in line:
            lines[number] = TOKEN.sub(lambda m: _in_cell(masked.code(m[1])), line)
    return masked.restore("\n".join(lines))


def _in_cell(code: str) -> str:
    """Code within a table, a listing on one line."""
    listing = code.startswith(("```", "~~~")) and "\n" in code
    words = (
        " ".join(code.partition("\n")[2].rstrip("`~ \n").split()) if listing else " ".join(code.split("\n"))
    )
    ticks = "``" if listing and "`" in words else "`" if listing else ""
    return _PIPE.sub(r"\\|", f"{ticks}{words}{ticks}" if words else "")


__all__ = ["one_line", "plain_markdown"]
