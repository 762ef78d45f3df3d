"""Pages as the web serves them, of any text format, to plain Markdown with what their heads say."""

import re
from urllib.parse import urljoin

import py3langid
from lxml import html

from ingest.clean import clean
from ingest.load import hugo, labels
from ingest.load.boilerplate import licence_of, without_boilerplate, without_leading_comments
from ingest.load.charset import decode_declared
from ingest.load.detect import Format
from ingest.load.dialects import one_line, plain_markdown
from ingest.load.masks import Masked
from ingest.load.notebook import load_notebook
from ingest.load.page import main_text, nested_too_deeply, parse_html, title_of
from ingest.load.pdf import load_pdf
from ingest.load.records import BROKEN, NO_TEXT, TOO_DEEP, Loaded, Reading, Skipped
from ingest.load.rst import load_rst
from ingest.load.text import split_front_matter

_REFRESH = re.compile(r"^\s*[\d.]*\s*[;,]?\s*(?:url\s*=)?\s*[\"']?([^\"'\s][^\"']*?)[\"']?\s*$", re.I)
_MOVED = re.compile(r"location(?:\.href)?(?:\.replace\(|\.assign\(|\s*=\s*)[\"']([^\"']{1,500})[\"']")
_SCRIPT_ASKED = re.compile(
    r"(?:enable|requires?|need|without) (?:\w+ ){0,3}javascript|"
    r"javascript (?:\w+ ){0,3}(?:disabled|required|enabled)|"
    r"checking your browser|verify (?:that )?you are (?:a )?human|just a moment",
    re.I,
)
_LOGIN_TITLE = re.compile(
    r"^(?:sign|log)[ -]?in\b|^login\b|\b(?:sign|log)[ -]?in(?: required| to continue)?$", re.I
)
_SEPARATOR = re.compile(r"\s+[|·•—–»:-]+\s+")
_FIRST_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.M)
_FEWEST_TEXTS = 12  # pieces of text between tags
_LETTERS_TO_JUDGE = 60  # characters of prose: less says too little about its language
_JUDGED_CHARS = 4000


def read_web_page(data: bytes, form: Format, charset: str, url: str, mdx: bool) -> Reading | Skipped:
    """The page, its text cleaned; see `Reading`."""
    if form is Format.HTML:
        return _html(data, charset, url)
    if form is Format.MARKDOWN:
        return _markdown(data, charset, mdx)
    if form is Format.PDF:
        found = load_pdf(data)
        return found if isinstance(found, Skipped) else _reading(found.text, found.title or "", "")
    text = decode_declared(data, charset)
    if text is None:
        return BROKEN
    utf8 = text.encode("utf-8", errors="replace")
    found = load_rst(utf8) if form is Format.RST else load_notebook(utf8)
    if isinstance(found, Skipped):
        return found
    body = found.text if form is Format.RST else plain_markdown(found.text)
    return _reading(body, found.title or _first_heading(body), text, found)


def _markdown(data: bytes, charset: str, mdx: bool) -> Reading | Skipped:
    text = decode_declared(data, charset)
    if text is None:
        return BROKEN
    front_matter, body = split_front_matter(without_leading_comments(text.replace("\r\n", "\n")))
    lead = front_matter.get("intro") or (front_matter.get("description") if _is_hugo(front_matter) else "")
    if isinstance(lead, str) and len(lead.split()) > 4 and lead.strip() not in " ".join(body.split()):
        body = f"{lead}\n\n{body}"
    found = plain_markdown(body, mdx=mdx, toml=text.lstrip("\ufeff \n").startswith("+++"))
    title = front_matter.get("title")
    words = one_line(title) if isinstance(title, str) else ""
    return _reading(found, words or _first_heading(found), text, Loaded("", None, front_matter))


def _is_hugo(front_matter: object) -> bool:
    return isinstance(front_matter, dict) and not {"weight", "content_type", "menu"}.isdisjoint(front_matter)


def _html(data: bytes, charset: str, url: str) -> Reading | Skipped:
    text = decode_declared(data, charset)
    if text is None:
        return BROKEN
    front_matter, body = split_front_matter(text)
    if front_matter or "{{<" in body[:20_000]:  # a template, as a site's source holds it
        masked = Masked(body)
        found = labels.settle(hugo.without_shortcodes(masked, masked.text))
        body = masked.restore(hugo.without_layout(found))
    if nested_too_deeply(body):
        return TOO_DEEP
    tree = parse_html(body)
    if tree is None:
        return NO_TEXT
    refresh = _refresh(tree, url)
    declared = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:2].lower()
    login = bool(tree.xpath("//input[@type='password']"))
    given = front_matter.get("title")
    title = one_line(given) if isinstance(given, str) else (title_of(tree) or "")
    licence = "".join(tree.xpath("//link[@rel='license']/@href")[:1])
    scripts = " ".join(tree.xpath("//script[not(@src)]/text()"))[:20_000]
    asks = _SCRIPT_ASKED.search(str(tree.text_content())[:20_000]) is not None or _is_shell(tree)
    found = without_boilerplate(main_text(tree))
    moved = _MOVED.search(scripts)
    if not refresh and moved and len(found.split()) < 40:
        refresh = urljoin(url, moved[1])
    reading = _reading(found, _own_title(title, found), body, Loaded("", None, front_matter), declared)
    barrier = "login" if login or _LOGIN_TITLE.search(title) else "script" if asks else ""
    return Reading(
        **{**reading.as_dict(), "refresh": refresh, "barrier": barrier, "licence": licence or reading.licence}
    )


def _reading(text: str, title: str, source: str, found: Loaded | None = None, declared: str = "") -> Reading:
    cleaned = clean(without_boilerplate(text))
    front_matter = found.front_matter if found else {}
    return Reading(
        cleaned,
        " ".join(clean(title).split()),
        language_of(cleaned, declared),
        front_matter,
        licence=licence_of(source),
    )


def _first_heading(text: str) -> str:
    match = _FIRST_HEADING.search(Masked(text).text)
    return _plain(text, match) if match else ""


def _plain(text: str, match: re.Match[str]) -> str:
    return re.sub(r"[*`]+|\[([^\]]*)\]\([^)]*\)", r"\1", Masked(text).restore(match[1])).strip()


def _own_title(title: str, text: str) -> str:
    """The page's name without the site's: its first heading, where the title begins or ends with it."""
    heading = _first_heading(text)
    parts = [part.strip() for part in _SEPARATOR.split(title)]
    if heading and heading.lower() in (title.lower(), *(part.lower() for part in parts)):
        return heading
    return title or heading


def _is_shell(tree: html.HtmlElement) -> bool:
    """Whether a page holds scripts and next to no words: those would write it."""
    said = tree.xpath("count(//body//text()[normalize-space()][not(ancestor::script or ancestor::style)])")
    return bool(tree.xpath("//script")) and said < _FEWEST_TEXTS


def _refresh(tree: html.HtmlElement, url: str) -> str:
    """Where a meta refresh leads, as a whole address; "" without one, or to the page itself."""
    for meta in tree.iter("meta"):
        if (meta.get("http-equiv") or "").lower() != "refresh":
            continue
        target = _REFRESH.match(meta.get("content") or "")
        if target and not target[1].replace(".", "").isdigit():
            whole = urljoin(url, target[1])
            return "" if whole == url else whole
    return ""


def language_of(text: str, declared: str = "") -> str:
    """The language of the prose as two letters, "" where there is too little to tell."""
    prose = re.sub(r"\ufdd0L?\d+\ufdd1|https?://\S+", " ", Masked(text[: 8 * _JUDGED_CHARS]).text)[
        :_JUDGED_CHARS
    ]
    letters = sum(c.isalpha() for c in prose)
    wide = sum(c > "\u2e80" for c in prose)
    if letters + 4 * wide < _LETTERS_TO_JUDGE:
        return declared
    return str(py3langid.classify(prose)[0])


__all__ = ["language_of", "read_web_page"]
