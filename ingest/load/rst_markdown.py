"""A docutils tree as Markdown."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from docutils import nodes

from ingest.load.html_markdown import fragment

_ROLE = re.compile(r":[\w+:.-]+:`([^`]*)`")
_TARGET = re.compile(r"\s*<[^<>]*>$")


def markdown(tree: nodes.document) -> str:
    """The whole document; headings keep their depth."""
    return _Writer().blocks(tree.children)


_ADMONITIONS = "note warning tip hint important caution danger attention error admonition"


class _Writer:
    """Markdown of a docutils tree."""

    def __init__(self) -> None:
        self._depth = 0

    def blocks(self, children: Sequence[nodes.Node], gap: str = "\n\n") -> str:
        parts = [self._block(child) for child in children]
        return gap.join(part for part in parts if part.strip())

    def _block(self, node: nodes.Node) -> str:
        handler = _BLOCKS.get(type(node).__name__)
        if handler is not None:
            return handler(self, node)
        if isinstance(node, nodes.raw):
            return fragment(node.astext()) if "html" in node.get("format", "").split() else ""
        if isinstance(node, nodes.Invisible | nodes.system_message | nodes.pending):
            return ""
        if isinstance(node, nodes.Text | nodes.Inline | nodes.TextElement):
            return self.inline(node)
        return self.blocks(node.children)

    def inline(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Text):
            return str(node.astext()).replace("\n", " ")
        if isinstance(node, nodes.raw):
            return " ".join(self._block(node).split())
        handler = _INLINES.get(type(node).__name__)
        inner = "".join(self.inline(child) for child in node.children)
        return handler(node, inner) if handler else inner

    def section(self, node: nodes.Node) -> str:
        self._depth += 1
        try:
            return self.blocks(node.children)
        finally:
            self._depth -= 1

    def title(self, node: nodes.Node) -> str:
        words = self.inline(node)
        return (
            f"{'#' * min(max(self._depth, 1), 6)} {words}"
            if isinstance(node.parent, nodes.section)
            else f"**{words}**"
        )

    def code(self, node: nodes.Node) -> str:
        classes = [c for c in node.get("classes", []) if c != "code"]  # type: ignore[attr-defined]
        language = node.get("language") or (classes[0] if classes else "")  # type: ignore[attr-defined]
        text = node.astext()
        fence = "`" * (max((len(t) for t in re.findall(r"`{3,}", text)), default=2) + 1)
        return f"{fence}{language}\n{text}\n{fence}"

    def bullets(self, node: nodes.Node) -> str:
        return "\n".join(_hang("- ", self._item(item)) for item in node.children)

    def numbers(self, node: nodes.Node) -> str:
        first = int(node.get("start", 1))  # type: ignore[attr-defined]
        return "\n".join(_hang(f"{first + i}. ", self._item(item)) for i, item in enumerate(node.children))

    def _item(self, item: nodes.Node) -> str:
        tight = all(
            isinstance(c, nodes.paragraph | nodes.bullet_list | nodes.enumerated_list) for c in item.children
        )
        return self.blocks(item.children, "\n" if tight else "\n\n")

    def definition(self, node: nodes.Node) -> str:
        terms = ", ".join(self.inline(c) for c in node.children if isinstance(c, nodes.term))
        body = "\n\n".join(self.blocks(c.children) for c in node.children if isinstance(c, nodes.definition))
        return _hang("- ", f"**{terms}**: {body}" if body else f"**{terms}**")

    def field(self, node: nodes.Node) -> str:
        name, body = node.children[0], node.children[-1]
        return _hang("- ", f"**{self.inline(name)}**: {self.blocks(body.children)}")

    def option(self, node: nodes.Node) -> str:
        return _hang("- ", f"`{node.children[0].astext()}`: {self.blocks(node.children[-1].children)}")

    def admonition(self, node: nodes.Node) -> str:
        kind = type(node).__name__.capitalize()
        return (
            f"**{kind}:** {self.blocks(node.children)}"
            if kind != "Admonition"
            else self.blocks(node.children)
        )

    def quote(self, node: nodes.Node) -> str:
        text = self.blocks(node.children)
        return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text.strip() else ""

    def lines(self, node: nodes.Node) -> str:
        return "\n".join(self._block(child) for child in node.children)

    def table(self, node: nodes.Node) -> str:
        rows = [
            [" ".join(self.blocks(entry.children).split()).replace("|", "\\|") for entry in row.children]
            for row in node.findall(nodes.row)
        ]
        if not rows:
            return ""
        width = max(len(row) for row in rows)
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        caption = "".join(f"**{self.inline(c)}**\n\n" for c in node.children if isinstance(c, nodes.title))
        return caption + "\n".join(lines)

    def nothing(self, node: nodes.Node) -> str:
        return ""


def _hang(mark: str, text: str) -> str:
    lines = text.split("\n")
    indent = " " * len(mark)
    return "\n".join([mark + lines[0], *(indent + line if line else "" for line in lines[1:])])


def _wrapped(mark: str) -> Callable[[Any, str], str]:
    return lambda node, inner: f"{mark}{inner.strip()}{mark}" if inner.strip() else inner


def _literal(node: Any, inner: str) -> str:
    ticks = "`" * (max((len(t) for t in re.findall(r"`+", inner)), default=0) + 1)
    space = " " if len(ticks) > 1 else ""
    return f"{ticks}{space}{inner.strip()}{space}{ticks}" if inner.strip() else inner


def _link(node: Any, inner: str) -> str:
    uri = node.get("refuri", "")
    return f"[{inner}]({uri})" if uri.startswith(("http://", "https://")) and inner != uri else inner


def _problematic(node: Any, inner: str) -> str:
    return _ROLE.sub(lambda m: _TARGET.sub("", m[1]) or m[1], inner)


_INLINES: dict[str, Callable[[Any, str], str]] = {
    "strong": _wrapped("**"),
    "emphasis": _wrapped("*"),
    "literal": _literal,
    "reference": _link,
    "problematic": _problematic,
    "footnote_reference": lambda node, inner: f"[^{inner}]",
    "image": lambda node, inner: node.get("alt", ""),
}
_BLOCKS: dict[str, Callable[[_Writer, Any], str]] = {
    "section": _Writer.section,
    "title": _Writer.title,
    "subtitle": _Writer.title,
    "literal_block": _Writer.code,
    "doctest_block": _Writer.code,
    "bullet_list": _Writer.bullets,
    "enumerated_list": _Writer.numbers,
    "definition_list_item": _Writer.definition,
    "field": _Writer.field,
    "option_list_item": _Writer.option,
    "block_quote": _Writer.quote,
    "line_block": _Writer.lines,
    "table": _Writer.table,
    "image": lambda writer, node: node.get("alt", ""),
    "docinfo": _Writer.nothing,
    "comment": _Writer.nothing,
    "system_message": _Writer.nothing,
    "substitution_definition": _Writer.nothing,
    **{name: _Writer.admonition for name in _ADMONITIONS.split()},
}
