"""Liquid tags as Jekyll, GitHub's documentation and GitBook use them: their words stay, the tags go."""

import re
from collections.abc import Callable

from ingest.load.labels import NAMES, heading, label, own_line
from ingest.load.masks import Masked

_TAG = re.compile(r"\{%-?[ \t]*(/?)([\w-]+)((?:(?!%\}|\{%).){0,1000}?)-?%\}", re.S)
_OUTPUT = re.compile(r"(?<!\$)\{\{-?[^{}%<\n]{0,300}\}\}")
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}[ \t]*(.*?)\{%-?\s*endraw\s*-?%\}", re.S)
_COMMENT = re.compile(r"\{%-?\s*comment\b.{0,200}?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.S)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"']+)")
# a tag that only such sites use; `{% if %}` or `{% block %}` alone may be text about templates
_SIGN = re.compile(
    r"\{%-?\s*(?:data (?:variables|reusables)\.|(?:end)?raw\b|(?:end)?hint\b|content-ref\b|embed url|"
    r"ifversion\b|octicon\b|include [\w./-]+\.(?:md|html)|link [\w./-]+\.md|(?:end)?note\s*%|"
    r"(?:end)?warning\s*%|"
    r"(?:end)?tabs\s*%|tab title=|code title=|(?:end)?highlight\b|(?:end)?stepper\b|post_url\b|"
    r"link_in_list\b|link_with_intro\b|(?:end)?tip\s*%)|\]\(\{\{"
)
_VARIABLES = re.compile(r"\{%-?\s*data (?:variables|reusables)\.")
_EMPTY_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]*\n(?![ \t]*\n?[ \t]{2,}\S)", re.M)
_GITHUB = {
    "prodname_dotcom": "GitHub",
    "prodname_dotcom_the_website": "GitHub.com",
    "product_name": "GitHub",
    "product_location": "GitHub",
    "company_short": "GitHub",
    "product_url": "github.com",
    "prodname_registry": "GitHub Packages",
    "prodname_ghe_server": "GitHub Enterprise Server",
    "prodname_ghe_cloud": "GitHub Enterprise Cloud",
    "prodname_ghe_managed": "GitHub AE",
    "api_url_code": "https://api.github.com",
    "api_url_pre": "https://api.github.com",
    "graphql_url_code": "https://api.github.com/graphql",
}
_DEFAULT_SITE = ("free-pro-team", "fpt")  # the edition that most readers see


def with_own_lines(text: str) -> str:
    """The text with raw marks that share a line with a fence moved off it."""
    if "raw" not in text:
        return text
    text = re.sub(r"^([ \t]*)(\{%-?\s*raw\s*-?%\})[ \t]*(?=```|~~~)", r"\1\2\n\1", text, flags=re.M)
    return re.sub(r"^([ \t]*(?:```+|~~~+))[ \t]*(\{%-?\s*endraw\s*-?%\})", r"\1\n\2", text, flags=re.M)


def is_liquid(masked: Masked) -> bool:
    """Whether the page's prose, not only its code, is written with Liquid tags."""
    return _SIGN.search(masked.text) is not None


def without_tags(masked: Masked, text: str) -> str:
    """The prose without tags; in code, raw marks go and GitHub's names and editions are filled in."""
    github = _VARIABLES.search(text) is not None
    masked.change_code(lambda code: _in_code(code, github))
    text = _COMMENT.sub("", text)
    text = _RAW.sub(
        lambda m: masked.keep(m[1]) if m[1].strip() and "\n" not in m[1] else _literal(m[1]), text
    )
    text = _one_edition(text)
    text = _OUTPUT.sub("", _TAG.sub(_words, text))
    text = (
        text.replace("{\ufdd3", "{{")
        .replace("\ufdd3}", "}}")
        .replace("{\ufdd4", "{%")
        .replace("\ufdd4}", "%}")
    )
    return _EMPTY_ITEM.sub("", text)


def one_line(text: str) -> str:
    """A title or summary from front matter with its tags filled in."""
    return " ".join(_OUTPUT.sub("", _TAG.sub(_words, text)).split()) if "{" in text else text


def _literal(text: str) -> str:
    """Text whose braces are meant; they are hidden until all tags are gone."""
    text = text.replace("{{", "{\ufdd3").replace("}}", "\ufdd3}")
    return text.replace("{%", "{\ufdd4").replace("%}", "\ufdd4}")


def _in_code(code: str, github: bool) -> str:
    code = re.sub(
        r"^[ \t]*\{%-?\s*(?:end)?raw\s*-?%\}[ \t]*\n|\{%-?\s*(?:end)?raw\s*-?%\}", "", code, flags=re.M
    )
    return _TAG.sub(_variable, _one_edition(code)) if github and "{%" in code else code


def _variable(match: re.Match[str]) -> str:
    return _data(match[3]) if match[2] == "data" else match[0]


def _one_edition(text: str) -> str:
    """Of text that depends on the site's edition, what the default edition shows; other branches all stay."""
    out: list[str] = []
    stack: list[tuple[bool, bool]] = []  # whether text is shown, whether the default edition was met
    position = 0
    for tag in _TAG.finditer(text):
        name = tag[2]
        if name not in ("if", "ifversion", "elsif", "else", "endif", "unless", "endunless"):
            continue
        if all(shown for shown, _ in stack):
            out.append(text[position : tag.start()])
        position = tag.end()
        if name in ("if", "ifversion", "unless"):
            stack.append((True, _is_default(tag[3])))
        elif name in ("else", "elsif") and stack:
            met = stack[-1][1]
            stack[-1] = (not met, met or _is_default(tag[3]))
        elif stack:
            stack.pop()
    out.append(text[position:])
    return "".join(out)


def _is_default(condition: str) -> bool:
    return any(name in condition for name in _DEFAULT_SITE) and "not fpt" not in condition


def _words(match: re.Match[str]) -> str:
    """What is shown where a tag stood."""
    closing, name, rest = match[1], match[2], match[3]
    indent = own_line(match)
    if closing or name.startswith("end"):
        return "" if indent is None else "\n"
    named = {key: value.strip("\"'") for key, value in _ATTRIBUTE.findall(rest)}
    if name in NAMES:
        start = "" if indent is None else f"\n{indent}"
        return start + label(named.get("style") or name, named.get("title", ""))
    form = _FORMS.get(name)
    return form(rest, named) if form else ""


def _data(rest: str) -> str:
    """The name of a product; passages that are kept elsewhere are not there."""
    kind, _, path = rest.strip().partition(".")
    name = path.split(".")[-1].strip()
    if kind != "variables":
        return ""
    if name in _GITHUB:
        return _GITHUB[name]
    plain = name.removeprefix("prodname_").replace("_", " ").replace("-", " ")
    return f"GitHub {plain.title()}" if name.startswith("prodname_") else plain


def _target(rest: str, named: dict[str, str]) -> str:
    url = named.get("url", "")
    return f"[{named.get('caption') or url}]({url})" if url.startswith("http") else named.get("caption", "")


_FORMS: dict[str, Callable[[str, dict[str, str]], str]] = {
    "data": lambda rest, named: _data(rest),
    "octicon": lambda rest, named: named.get("aria-label", ""),
    "embed": _target,
    "tab": lambda rest, named: "\n" + heading(named.get("title") or named.get("name", "")) + "\n",
    "code": lambda rest, named: "\n" + heading(named.get("title", "")) + "\n",
    "link_in_list": lambda rest, named: _path_words(rest),
    "link_with_intro": lambda rest, named: "- " + _path_words(rest),
}


def _path_words(rest: str) -> str:
    return rest.strip().rpartition("/")[2].replace("-", " ")
