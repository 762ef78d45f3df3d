"""reStructuredText to Markdown: docutils reads it, files are never inserted, raw HTML gives its words."""

import re
import textwrap
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive, directives, roles
from docutils.parsers.rst.languages import en
from docutils.statemachine import StringList
from docutils.utils import SystemMessage

from ingest.load.records import BROKEN, EMPTY, Loaded, Skipped
from ingest.load.rst_markdown import markdown
from ingest.load.text import decode

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": True,  # raw HTML is read for its words; raw markup of other kinds is left out
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 5,
    "line_length_limit": 1_000_000,
    "warning_stream": False,
    "input_encoding": "unicode",
    "doctitle_xform": False,
    "smart_quotes": False,
}
# Sphinx directives whose body is ordinary text, with an optional title as argument
_CONTAINERS = """
    seealso versionadded versionchanged deprecated versionremoved tabs tab tab-set tab-item group-tab dropdown
    grid grid-item grid-item-card card only cssclass rst-class centered hlist glossary
"""
# Sphinx directives that hold navigation, or text that lies in other files
_DROPPED = """
    toctree index literalinclude exampleinclude automodule autoclass autofunction automethod autosummary
    currentmodule module graphviz mermaid jinja spelling highlight sectionauthor codeauthor youtube
    autoprogram argparse click program plot bibliography swagger-ui redoc contents sectnum include meta
    tabularcolumns spelling:word-list nbgallery versionhistory
"""
_CODE = "code-block sourcecode code code-tab ipython prompt doctest testcode console parsed-literal"
_DIRECTIVE_NAME = re.compile(r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:.+-]*\w)::(?=\s|$)", re.M)
_STANDARD_ROLES = """
    emphasis strong literal math subscript superscript title-reference code raw abbreviation acronym
"""
_LITERAL_ROLES = """
    class func meth mod attr data exc const obj file envvar command program option cfg kbd samp code
"""
_ROLE_NAME = re.compile(r":([a-zA-Z][\w.+:-]*):`")
_OPTION = re.compile(r":[\w-]+:")
_TARGET = re.compile(r"\s*<[^<>]*>$")


def load_rst(data: bytes) -> Loaded | Skipped:
    """The document as Markdown; what it asks to include from elsewhere is left out."""
    text = decode(data)
    if text is None:
        return BROKEN
    _register(text)
    try:
        tree = publish_doctree(text, settings_overrides=_SETTINGS)
    except (SystemMessage, ValueError, AssertionError):
        return BROKEN
    body = markdown(tree)
    if not body.strip():
        return EMPTY
    first = next(tree.findall(nodes.title), None)
    return Loaded(body, first.astext() if first is not None else None)


def _register(text: str) -> None:
    """Teach docutils the Sphinx directives, and whatever roles the text uses."""
    for names, kind in ((_CONTAINERS, _Container), (_DROPPED, _Dropped), (_CODE, _Code)):
        for name in names.split():
            directives.register_directive(name, kind)
    for name in {found.lower() for found in _DIRECTIVE_NAME.findall(text)}.difference(_all_known()):
        generated = name.startswith("auto") or ":" in name  # documentation that a tool would write here
        directives.register_directive(name, _Dropped if generated else _Container)
    for name in {found.lower() for found in _ROLE_NAME.findall(text)}.difference(_STANDARD_ROLES.split()):
        roles.register_local_role(name, _role)


def _all_known() -> set[str]:
    """Directives that docutils has itself, and those named above."""
    return {*en.directives, *f"{_CONTAINERS} {_DROPPED} {_CODE}".split()}


class _Container(Directive):
    """Its body is parsed as text of the document."""

    optional_arguments = 1000
    has_content = True
    option_spec = None

    def run(self) -> Sequence[nodes.Node]:
        box = nodes.container()
        title = _words(self.arguments)
        if title.startswith(".. "):  # a directive right below, without the blank line that is due
            lines = textwrap.dedent("\n".join(self.block_text.split("\n")[1:])).split("\n")
            self.state.nested_parse(StringList(lines, source=""), self.content_offset, box)
            return [box]
        if title:
            box += nodes.paragraph("", "", nodes.strong("", title))
        while self.content and _OPTION.match(self.content[0]):  # options that nobody knows here
            self.content.trim_start(1)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class _Dropped(Directive):
    """Nothing of it is kept."""

    optional_arguments = 1000
    has_content = True

    def run(self) -> Sequence[nodes.Node]:
        return []


class _Code(Directive):
    """Its body is code in the language of its argument."""

    optional_arguments = 1000
    has_content = True

    def run(self) -> Sequence[nodes.Node]:
        lines = list(self.content)
        while lines and (not lines[0].strip() or _OPTION.match(lines[0])):
            lines.pop(0)
        language = _words(self.arguments).partition(" ")[0]
        return [nodes.literal_block("", "\n".join(lines), language=language)]


def _words(arguments: Sequence[str]) -> str:
    """The arguments up to the first option: both stand in one block of lines."""
    return " ".join(takewhile(lambda word: not _OPTION.match(word), arguments)).strip()


def _role(
    name: str, raw: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = None
) -> Any:
    """The words of a Sphinx role without its target."""
    shown = _TARGET.sub("", text) or text
    kind = name.rpartition(":")[2]
    if shown == text and kind in ("ref", "doc", "numref", "any"):  # a label instead of words
        shown = re.sub(r"[-_:./]+", " ", text.rpartition("/")[2]).strip() or text
    if kind in _LITERAL_ROLES.split():
        shown = shown.rpartition(".")[2] if shown.startswith("~") else shown.lstrip("!.")
        return [nodes.literal("", shown)], []
    return [nodes.inline("", shown)], []
