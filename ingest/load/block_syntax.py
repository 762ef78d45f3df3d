"""Blocks that Markdown lacks: notes, tabs and includes of MkDocs, Docusaurus, VitePress, MyST, GitHub."""

import html
import re

from ingest.load.labels import NAMES, heading, label
from ingest.load.masks import BLOCK, TOKEN, Masked

_INDENTED = re.compile(
    r"^(?P<indent>[ \t]*)(?:!!!|\?\?\?\+?)[ \t]*(?P<kind>[\w-]+)(?:[ \t]+[\w-]+)*"
    r'(?:[ \t]+"(?P<title>[^"\n]*)")?[ \t]*$'
)
_TAB = re.compile(r'^(?P<indent>[ \t]*)===[+!]*[ \t]*"(?P<title>[^"\n]+)"[ \t]*$')
_SLASHES = re.compile(
    r"^(?P<indent>[ \t]*)/{3,}[ \t]*(?P<kind>[\w-]+)?[ \t]*(?:\|[ \t]*(?P<title>[^\n]*?))?[ \t]*$"
)
_COLONS = re.compile(r"^(?P<indent>[ \t]*):{3,}[ \t]*(?:\{?\.?(?P<kind>[\w-]+)\}?(?P<rest>.*))?$")
_MODULE = re.compile(r"^[ \t]*::: [\w.]+[ \t]*$")  # documentation that a tool would generate here
_BRACKETED = re.compile(r"^\[(?P<title>.*)\]")
_ATTRIBUTES = re.compile(
    r"\{:?[ \t]*[#.][\w\-#. =\"'/:%;]*\}|\{:?[ \t]*(?:target|class|id|width|style|align)=[^{}\n]*\}"
)
_SNIPPET = re.compile(r"^[ \t]*;?-{1,2}8<-{1,2}.*$|^[ \t]*\{\*[^\n]*\*\}[ \t]*$", re.M)
_SNIPPET_BLOCK = re.compile(r"^[ \t]*-{1,2}8<-{1,2}[ \t]*\n.*?^[ \t]*-{1,2}8<-{1,2}[ \t]*$", re.M | re.S)
_CONTENTS = re.compile(r"^[ \t]*(?:\[TOC\]|\[\[_?toc_?\]\]|\[\[toc\]\]|<!-- *toc *-->)[ \t]*$", re.I | re.M)
_ALERT = re.compile(r"^([ \t]*(?:>[ \t]?)+)\[!(\w+)\][+-]?[ \t]*([^\n]*)$", re.M)
_MYST = re.compile(
    r"^(?P<mark>[`~:]{3,})\{(?P<name>[\w:.-]+)\}[ \t]*(?P<argument>[^\n]*)\n(?P<body>.*?)\n?(?P=mark)[ \t]*$",
    re.S,
)
_MYST_OPTION = re.compile(r"^(?::[\w-]+:.*|---)$")
_MYST_ROLE = re.compile(r"\{[\w:.+-]+\}(?=\ufdd0)")
# "```language-bash", "```{ .python .annotate }", "```yaml{:copy}", "```js title=..."
_INFO = re.compile(
    r"^([`~]{3,})[ \t]*(?:\{[ \t]*\.?)?(?:(?:language|lang)-)*([A-Za-z][\w+#.-]*(?=[\s{},:;]|$))?[^\n]*"
)
_TERMINAL = re.compile(r"<div class=\"termy\">.*?</div>", re.S)
_COLOUR = re.compile(r"</?(?:span|font|u|b|i|a|strong|em)\b[^<>]*>")
_CODE_DIRECTIVES = ("code-block", "sourcecode", "code", "code-cell", "parsed-literal", "doctest")
_TITLED_DIRECTIVES = ("dropdown", "details", "tab-item", "card", "grid-item-card", "margin")
_PLAIN_DIRECTIVES = ("figure", "tab-set", "grid", "epigraph", "glossary")
# what lies in other files, or what a tool would write here
_LEFT_OUT = re.compile(
    r"(?:literal)?include|toctree|tableofcontents|index|eval-rst|bibliography|auto.*|image"
)


def without_blocks(masked: Masked, text: str) -> str:
    """The prose with notes and tabs as labelled paragraphs, what lies in other files left out."""
    text = _listings(masked, _without_colours(masked, text))
    text = _CONTENTS.sub("", _SNIPPET.sub("", _SNIPPET_BLOCK.sub("", text)))
    text = _ALERT.sub(lambda m: m[1] + label(m[2].lower(), m[3]), text)
    text = (
        "\n".join(_lines(text.split("\n")))
        if re.search(r"^[ \t]*(?:!!!|\?\?\?|===|///|:::)", text, re.M)
        else text
    )
    return _ATTRIBUTES.sub("", text)


def _lines(lines: list[str]) -> list[str]:
    """Blocks opened by a line become a label; bodies that are indented below it move left."""
    out: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        opened = _TAB.match(line) or _INDENTED.match(line)
        if opened:
            body, position = _body(lines, position, len(opened["indent"].expandtabs(4)))
            title = opened["title"] or ""
            kind = opened.groupdict().get("kind")
            head = label(kind, title) if kind else heading(title)
            out += ["", opened["indent"] + head, *([] if kind else [""]), *_lines(body), ""]
        elif _MODULE.match(line) and not _opens_note(line):
            _, position = _body(lines, position, len(line) - len(line.lstrip()))
        elif found := _SLASHES.match(line) or _COLONS.match(line):
            out += _opening(found)
            while (
                position < len(lines) and re.match(r"[ \t]{4,}\w+:[ \t]", lines[position]) and "///" in line
            ):
                position += 1  # settings of the block
        else:
            out.append(line)
    return out


def _opens_note(line: str) -> bool:
    return line.strip(": ").lower() in NAMES or line.strip(": ") in ("details", "code-group", "tabs", "tab")


def _opening(found: re.Match[str]) -> list[str]:
    kind = (found["kind"] or "").lower().removeprefix("callout-")
    title = found.groupdict().get("title") or ""
    rest = (found.groupdict().get("rest") or "").strip()
    if rest:
        bracketed = _BRACKETED.match(rest)
        title = bracketed["title"] if bracketed else re.sub(r"\{[^{}]*\}", "", rest).strip()
    if not kind:
        return [""]
    if kind in NAMES:
        return ["", found["indent"] + label(kind, title)]
    return ["", found["indent"] + heading(title), ""]


def _body(lines: list[str], first: int, column: int) -> tuple[list[str], int]:
    """The lines indented deeper than a column, moved left to it, and the number of the line after them."""
    end = first
    for number in range(first, len(lines)):
        line = lines[number].expandtabs(4)
        if line.strip() and len(line) - len(line.lstrip()) <= column:
            break
        if line.strip():
            end = number + 1
    body = [line.expandtabs(4) for line in lines[first:end]]
    inner = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=column)
    return [" " * column + line[inner:] if line.strip() else "" for line in body], end


def _listings(masked: Masked, text: str) -> str:
    """MyST's directives unwrapped, the language of a listing written plainly."""

    def changed(match: re.Match[str]) -> str:
        code = masked.code(match[2])
        directive = _MYST.match(code)
        if directive:
            return "\n".join(match[1] + line for line in _directive(masked, directive).split("\n"))
        plain = _INFO.sub(r"\1\2", code)
        if plain != code:
            masked.replace_code(match[2], plain)
        return match[0]

    return _MYST_ROLE.sub("", BLOCK.sub(changed, text))


def _without_colours(masked: Masked, text: str) -> str:
    """Terminal sessions that a page shows as HTML, as the plain text they show."""
    for box in _TERMINAL.finditer(text):
        for token in TOKEN.finditer(box[0]):
            code = masked.code(token[1])
            masked.replace_code(token[1], html.unescape(_COLOUR.sub("", code)))
    return text


def _directive(masked: Masked, found: re.Match[str]) -> str:
    """What a directive shows; one that nobody knows here (`{python}`, to be run) is a listing."""
    lines = found["body"].split("\n")
    while lines and (_MYST_OPTION.match(lines[0]) or not lines[0].strip()):
        lines.pop(0)
    body, name = "\n".join(lines), found["name"]
    if name in _CODE_DIRECTIVES:
        return masked.keep(f"```{found['argument'].split(' ')[0]}\n{body}\n```")
    if name in NAMES:
        titled = name == "admonition"
        first = "" if titled else f"{found['argument']}\n"
        return f"{label(name, found['argument'] if titled else '')}\n{first}{body}"
    if name in _TITLED_DIRECTIVES:
        return f"{heading(found['argument'])}\n\n{body}"
    if name in _PLAIN_DIRECTIVES:
        return f"\n{body}"
    if name == "math":
        return f"$$\n{body}\n$$"
    return "" if _LEFT_OUT.fullmatch(name) else masked.keep(_INFO.sub(r"\1\2", found[0]))
