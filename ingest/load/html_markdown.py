"""An HTML tree as Markdown: headings, lists, tables, listings with their language, outer links."""

import re
from typing import Any

from bs4 import BeautifulSoup, Tag
from lxml import etree, html
from markdownify import MarkdownConverter

from ingest.load.html_tree import prepare

# what would turn a paragraph's first words into a heading, an item, a quotation, a fence or a table
_MARKUP_START = re.compile(r"^(\s*)(#{1,6}\s|[-+*]\s|>|```|~~~)", re.M)
_NUMBER_START = re.compile(r"^(\s*\d{1,9})([.)]\s)")
_LINE = re.compile(r"^(?=.)", re.M)


def render(tree: html.HtmlElement) -> str:
    """The tree's text; the tree is changed."""
    prepare(tree)
    soup = BeautifulSoup(html.tostring(tree, encoding="unicode", with_tail=False), "lxml")
    return str(_Converter().convert_soup(soup)).strip()


def fragment(markup: str) -> str:
    """The text of a piece of HTML, well-formed or not."""
    try:
        tree = html.fragment_fromstring(markup.replace("\x00", ""), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return ""
    return render(tree)


def _hung(mark: str, text: str) -> str:
    """Text whose first line carries the mark and whose other lines are indented below it."""
    return mark + _LINE.sub(" " * len(mark), text)[len(mark) :]


class _Converter(MarkdownConverter):
    """What this project wants otherwise than the library: terms, listings, tables, few escapes."""

    class Options:
        heading_style = "atx"
        bullets = "-"
        autolinks = False
        escape_asterisks = False
        escape_underscores = False
        table_infer_header = True
        strip_pre = None

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip(" \t\r\n")
        if "_inline" in parent_tags:
            return f" {text} "
        text = _NUMBER_START.sub(r"\1\\\2", _MARKUP_START.sub(r"\1\\\2", text))
        return f"\n\n{text}\n\n" if text else ""

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = " ".join(text.split())
        if "_inline" in parent_tags or not text:
            return f" {text} "
        return f"\n\n{'#' * max(1, min(6, n))} {text}\n\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return f" `{' '.join(text.split())}` " if text.strip() else ""
        text = text.strip("\n").rstrip()
        if not text.strip():
            return ""
        fence = "`" * (max((len(ticks) for ticks in re.findall(r"`{3,}", text)), default=2) + 1)
        return f"\n\n{fence}{el.get('data-language') or ''}\n{text}\n{fence}\n\n"

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if el.parent is not None and el.parent.name in ("code", "kbd", "samp", "tt"):
            return text
        text = re.sub(r"\s*\n\s*", " ", text) if "pre" not in parent_tags else text
        return str(super().convert_code(el, text, parent_tags))  # type: ignore[misc]

    convert_kbd = convert_samp = convert_tt = convert_code

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(super().convert_div(el, text, parent_tags))  # type: ignore[misc]

    convert_main = convert_article = convert_section = convert_dl = convert_body = convert_div
    convert_figure = convert_header = convert_footer = convert_aside = convert_details = convert_div
    convert_address = convert_fieldset = convert_form = convert_nav = convert_center = convert_hgroup = (
        convert_div
    )

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = " ".join(text.split())
        if "_inline" in parent_tags or not text:
            return f" {text} "
        bold = text if "**" in text or text.endswith("`") else f"**{text}**"
        following = el.find_next_sibling()
        return f"\n\n- {bold}" + (":" if following is not None and following.name == "dd" else "\n")

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip()
        if "_inline" in parent_tags:
            return f" {text} "
        if not text:
            return "\n"
        indented = _LINE.sub("  ", text)
        before = el.find_previous_sibling()
        beside = before is not None and before.name == "dt" and not re.match(r"[-*|`#>]|\d+[.)] ", text)
        return f" {indented[2:]}\n" if beside else f"\n\n{indented}\n"

    def convert_caption(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""  # written before the table

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        caption = el.find("caption")
        title = " ".join(caption.get_text().split()) if caption else ""
        text = text.strip()
        if "_inline" in parent_tags:
            return f" {text} "
        return ("\n\n" + title if title else "") + f"\n\n{text}\n\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        cell = re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))
        span = str(el.get("colspan") or "1")
        return f" {cell} |" + "  |" * (min(int(span), 50) - 1 if span.isdigit() else 0)

    convert_th = convert_td

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return f" • {text.strip()}"
        return str(super().convert_li(el, text, parent_tags))  # type: ignore[misc]

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        return str(super().convert_list(el, text, parent_tags))  # type: ignore[misc]

    convert_ul = convert_ol = convert_list

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "")
        if text.strip() == href:
            return text
        words = re.sub(r"\s*\n\s*", " ", text).replace("[", "(").replace("]", ")")
        return str(super().convert_a(el, words, parent_tags))  # type: ignore[misc]

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    def convert_video(self, el: Tag, text: str, parent_tags: set[str]) -> Any:
        return text
