"""Tags within Markdown: HTML is left to its parser, components (JSX, custom tags) become their words."""

import re
from collections import Counter
from collections.abc import Iterator

from ingest.load.labels import NAMES, heading, label
from ingest.load.masks import Masked
from ingest.load.tags import Tag, plain_value, read_tag

_START = re.compile(r"(?<!\\)<(?:(/?)([A-Za-z][\w.:-]*)|/?>)")
_HTML_NAMES = """
    a abbr acronym address area article aside audio b bdi bdo big blockquote body br button canvas caption
    center cite code col colgroup dd del details dfn dialog div dl dt em embed fieldset figcaption figure
    font footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend
    li link main map mark math menu meta meter nav noscript object ol optgroup option output p param
    picture pre progress q rp rt ruby s samp script section select small source span strike strong style
    sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var
    video wbr
"""
_VOID_NAMES = "br hr img input meta link source wbr col area embed param track"
_BLOCK_NAMES = """
    div details summary center section article aside header footer main nav figure table thead tbody tr td
    th ul ol dl blockquote p form fieldset admon tab toggle cards
"""
_HTML = frozenset(_HTML_NAMES.split())
_VOID = frozenset(_VOID_NAMES.split())
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_OFTEN_UNCLOSED = frozenset(("p", "li", "td", "tr", "th"))
_NOTES = NAMES | {"admon", "aside"}
_LABELLED = frozenset(("tab", "tabitem", "step", "accordion", "card", "toggle"))
_TITLES = ("title", "label", "heading", "header", "summary", "caption")
_TEXTS = (
    "children",
    "question",
    "description",
    "subtitle",
    "text",
    "explanation",
    "answer",
    "content",
    "alt",
)
_LISTS = ("options", "items", "choices", "answers", "list", "bullets", "features")
_STRING = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
_EXPRESSION = re.compile(
    rf"(?P<key>[A-Za-z_]\w*)\s*:\s*(?:(?P<list>\[)|(?P<value>{_STRING}|`[^`]*`))"
    rf"|(?P<end>\])|(?P<item>{_STRING})"
)
_IMPORT = re.compile(r"^import\s+(?:[\w{},*\s$]+\s+from\s+)?[\"'][^\"'\n]+[\"'];?[ \t]*$", re.M)
_MODULE = re.compile(  # to the next blank line, as MDX reads it
    r"^(?:import\s+(?:[\w{},*\s$]+\s+from\s+)?[\"'][^\"'\n]+[\"'];?|"
    r"export\s+(?:default|const|let|function|\{)[^\n]*)(?:\n(?!\s*\n)[^\n]+)*",
    re.M,
)
_NOTHING = re.compile(r"\{/\*.*?\*/\}|\{[ \t]*[\"'`][ \t]*[\"'`][ \t]*\}", re.S)
_ANY_TAG = re.compile(r"<(/?)([A-Za-z][\w.]*)[^<>]*?(/?)>")


def is_mdx(masked: Masked) -> bool:
    """Whether the page imports components and uses them."""
    return bool(_IMPORT.search(masked.text) and re.search(r"<[A-Z][\w.]*[\s/>]", masked.text))


def without_modules(text: str) -> str:
    """MDX without its imports, exports and comments."""
    return _NOTHING.sub("", _MODULE.sub("", text))


def without_components(masked: Masked, text: str) -> str:
    """HTML tags as they are, components as words, and what only looks like a tag written so that it stays."""
    out: list[str] = []
    position = 0
    seen = Counter(match[0] for match in re.finditer(r"</?[A-Za-z][\w.:-]*", text))
    for match in _START.finditer(text):
        start = match.start()
        if start < position:  # within a tag's properties
            continue
        tag = read_tag(text, match)
        out.append(text[position:start])
        if tag is None or not _is_meant(tag, seen):
            out.append("&lt;")
            position = start + 1
            continue
        out.append(_html(tag) if _is_html(tag.name) else _words(masked, text, start, tag))
        position = tag.end
    out.append(text[position:])
    return "".join(out)


def _is_meant(tag: Tag, seen: Counter[str]) -> bool:
    """Whether this is markup and no placeholder such as `<name>`."""
    name = tag.name.lower()
    if not name or tag.empty or tag.properties or name in _VOID or name in _OFTEN_UNCLOSED:
        return True
    return seen[f"<{tag.name}" if tag.closing else f"</{tag.name}"] > 0


def _is_html(name: str) -> bool:
    """`<details>` and `<BR>` are HTML's, `<Details>` is a component."""
    return name.lower() in _HTML and (name.islower() or name.isupper())


def _html(tag: Tag) -> str:
    """The tag with those of its properties that are text."""
    if tag.closing:
        return f"</{tag.name}>"
    kept = [
        f'{"class" if key == "className" else key}="{plain.replace(chr(34), "&quot;")}"'
        for key, value in tag.properties.items()
        if (plain := plain_value(value)) is not None
    ]
    closing = f"</{tag.name}>" if tag.empty and tag.name.lower() not in _VOID else ""
    return f"<{' '.join([tag.name, *kept])}>{closing}"


def _words(masked: Masked, text: str, start: int, tag: Tag) -> str:
    """What a component says in its properties, on lines of its own where the tag has them."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    alone = not before.strip() and not text[tag.end :].partition("\n")[0].strip()
    if tag.closing or not tag.name:
        return "\n" if alone else ""
    said = {
        key: masked.restore(plain) for key, value in tag.properties.items() if (plain := plain_value(value))
    }
    name = tag.name.lower()
    title = next((said[key] for key in _TITLES if said.get(key)), "")
    if name in _NOTES and not tag.empty:
        return ("\n" if alone else "") + label(said.get("type", name), title)
    if name in _LABELLED:
        title = title or said.get("value", "") or said.get("name", "")
    if said.get("name") and said.get("description"):
        kind = f" ({said['type']})" if said.get("type") else ""
        return f"\n- **{said['name']}**{kind}: {said['description']}\n"
    parts = [heading(title), *_said(said)]
    parts += [_listed(value) for value in tag.properties.values() if value.startswith(("{[", "{{"))]
    found = "\n\n".join(part for part in parts if part)
    return f"\n\n{found}\n\n" if found else ("\n" if alone else "")


def _said(said: dict[str, str]) -> Iterator[str]:
    """The texts among a component's properties."""
    if said.get("method") and said.get("path"):
        yield f"`{said['method'].upper()} {said['path']}`"
    level = said.get("as", "")
    for key in _TEXTS:
        if said.get(key):
            yield f"{'#' * int(level[1])} {said[key]}" if re.fullmatch(r"h[1-6]", level) else said[key]


def _listed(value: str) -> str:
    """The questions, options and explanations that a property lists."""
    out: list[str] = []
    inside = ""
    for match in _EXPRESSION.finditer(value):
        if match["list"]:
            inside = match["key"]
        elif match["end"]:
            inside = ""
        elif match["item"]:
            out += ["- " + _unquoted(match["item"])] if inside in _LISTS else []
        elif match["key"] in ("question", *_TITLES):
            out.append(f"\n**{_unquoted(match['value'])}**\n")
        elif match["key"] in _TEXTS:
            out.append(f"\n{_unquoted(match['value'])}\n")
    return "\n".join(out).strip() if len(out) > 1 else ""


def _unquoted(text: str) -> str:
    return " ".join(re.sub(r"\\(.)", r"\1", text[1:-1]).split())


def dedented(text: str) -> str:
    """What stands within tags that have lines of their own, moved left to where its tag stands.

    Four blanks would else make a listing of it.
    """
    if "<" not in text:
        return text
    lines = text.split("\n")
    for first, last in sorted(_regions(lines)):
        column = _column(lines[first])
        inner = [_column(line) for line in lines[first + 1 : last] if line.strip()]
        extra = min(inner, default=0) - column
        if extra > 0:
            moved = range(first + 1, last + (_column(lines[last]) >= column + extra))
            for number in moved:
                lines[number] = lines[number][extra:] if lines[number].strip() else ""
    return "\n".join(lines)


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())


def _regions(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The lines of each block's opening and closing tag, where something stands between them."""
    opened: list[tuple[str, int]] = []
    for number, line in enumerate(lines):
        for closing, name, empty in _ANY_TAG.findall(line) if "<" in line else ():
            if name.lower() not in _BLOCKS and not name[0].isupper():
                continue
            if not closing:
                opened += [] if empty else [(name, number)]
                continue
            depth = next((i for i in range(len(opened) - 1, -1, -1) if opened[i][0] == name), None)
            if depth is not None:
                if number > opened[depth][1] + 1:
                    yield opened[depth][1], number
                del opened[depth:]
