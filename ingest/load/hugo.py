"""Hugo's shortcodes: the words of notes, tabs, tooltips and captions stay, the machinery goes."""

import re
from collections.abc import Callable

from ingest.load.labels import NAMES, heading, label, own_line
from ingest.load.masks import Masked

_SHORTCODE = re.compile(
    r"\{\{[<%](?!/\*)\s*(/?)\s*([\w.-][\w./-]*)?((?:(?!\{\{[<%]).){0,2000}?)/?\s*[>%]\}\}", re.S
)
_ESCAPED = re.compile(r"\{\{([<%])/\*(.{0,500}?)\*/([>%])\}\}", re.S)  # shown to readers, not run
_PAIR = r"\{{\{{[<%]\s*{name}\b[^{{}}]{{0,500}}?[>%]\}}\}}(.*?)\{{\{{[<%]\s*/\s*{name}\s*[>%]\}}\}}"
_COMMENT = re.compile(_PAIR.format(name="comment"), re.S)
_DRAWING = re.compile(_PAIR.format(name="mermaid"), re.S)
_CODE_TAB = re.compile(
    r"^([ \t]*)\{\{[<%]\s*(?:tab|highlight|codeblock)\b([^{}]*?)[>%]\}\}\n?(.*?)\n?[ \t]*"
    r"\{\{[<%]\s*/\s*(?:tab|highlight|codeblock)\s*[>%]\}\}",
    re.S | re.M,
)
_ATTRIBUTE = re.compile(r"(?:([\w-]+)\s*=\s*)?(\"(?:\\.|[^\"\\])*\"|`[^`]*`|[^\s\"=]+)")
_IN_TARGET = re.compile(r"(?:\]\(|\]:[ \t]*|https?://|(?:href|src)=[\"']?)[^\s()]*\Z")  # within an address
_LAYOUT = re.compile(
    r"\{\{-?[ \t]*(?:\.|\$|partial|range|with|if|end|else|define|template|block)[^{}\n]{0,300}\}\}"
)
_WORDS = ("title", "subtitle", "caption", "text", "label", "heading", "summary", "alt")
_HEADINGS = {
    "whatsnext": "What's next",
    "prerequisites": "Before you begin",
    "cleanup": "Clean up",
    "seealso": "See also",
}
_IN_CODE = "VERSION"  # stands in commands for a number that only the site's build knows

Arguments = tuple[dict[str, str], list[str]]


def is_hugo(masked: Masked, front_matter_is_toml: bool) -> bool:
    """Whether the page's prose, not only its code, is written with shortcodes."""
    return front_matter_is_toml or _SHORTCODE.search(masked.text) is not None


def without_shortcodes(masked: Masked, text: str) -> str:
    """The prose without shortcodes; in code, only those that stand for a value are replaced."""
    masked.change_code(lambda code: _ESCAPED.sub(_shown, _SHORTCODE.sub(_in_code, code)))
    text = _COMMENT.sub("", text)
    text = _DRAWING.sub(lambda m: masked.keep(f"```mermaid\n{masked.restore(m[1]).strip()}\n```"), text)
    text = _CODE_TAB.sub(lambda m: _code_tab(masked, m), text)
    text = _SHORTCODE.sub(_in_prose, text).replace("v(current version", "(current version")
    return _ESCAPED.sub(_shown, text)


def one_line(text: str) -> str:
    """A title or summary from front matter with its shortcodes filled in."""
    return " ".join(_SHORTCODE.sub(_in_prose, text).split()) if "{{" in text else text


def without_layout(text: str) -> str:
    """An HTML template without the expressions that its build would fill in."""
    return _LAYOUT.sub("", text)


def _arguments(text: str) -> Arguments:
    named: dict[str, str] = {}
    plain: list[str] = []
    for name, value in _ATTRIBUTE.findall(text):
        value = value[1:-1].replace('\\"', '"') if value[:1] in '"`' else value
        if name:
            named[name.lower()] = value
        else:
            plain.append(value)
    return named, plain


def _shown(match: re.Match[str]) -> str:
    return "{{" + match[1] + match[2] + match[3] + "}}"


def _in_code(match: re.Match[str]) -> str:
    name = match[2] or ""
    if name.endswith("version") or name in ("skew", "param"):
        return _IN_CODE
    if name in ("relref", "ref"):
        return "".join(_arguments(match[3])[1][:1])
    named, _ = _arguments(match[3])
    return named.get("text", "") if name.startswith("glossary") else match[0]


def _code_tab(masked: Masked, match: re.Match[str]) -> str:
    """A tab of code has its language as an argument and no fence."""
    named, plain = _arguments(match[2])
    language = named.get("codelang") or named.get("lang") or ""
    if "codelang" not in named and "highlight" not in match[0][:40]:
        return match[0]
    indent = match[1]
    lines = masked.restore(match[3]).strip("\n").split("\n")
    column = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    body = "\n".join(line[column:] for line in lines)
    title = heading(named.get("name", ""))
    listing = masked.keep(f"```{language or ''.join(plain[:1])}\n{body}\n```")
    return (f"{indent}{title}\n\n" if title else "") + indent + listing


def _in_prose(match: re.Match[str]) -> str:
    if _IN_TARGET.search(match.string[max(0, match.start() - 300) : match.start()]):
        return _in_code(match)
    closing, name = match[1], (match[2] or "").lower()
    indent = own_line(match)
    if closing:
        return "" if indent is None else "\n"
    named, plain = _arguments(match[3])
    found = _FORMS.get(name, _other)(name, named, plain)
    if name in NAMES:
        found = label(named.get("color", name) if name == "alert" else name, named.get("title", ""))
    if indent is None or not found or name in _INLINE:
        return found
    return f"\n{indent}{found}" + ("" if name in NAMES else "\n")


def _other(name: str, named: dict[str, str], plain: list[str]) -> str:
    """What a shortcode that nobody here knows says in its titles and captions."""
    if name.endswith("version"):
        return "(current version)"
    return heading(" ".join(named[key] for key in _WORDS if named.get(key)))


def _tooltip(name: str, named: dict[str, str], plain: list[str]) -> str:
    return named.get("text") or named.get("term_id", "").replace("-", " ") or " ".join(plain[:1])


def _state(name: str, named: dict[str, str], plain: list[str]) -> str:
    version, state = named.get("for_k8s_version", ""), named.get("state", "")
    gate = named.get("feature_gate_name", "")
    if gate:
        return f"Feature gate: `{gate}`"
    return f"Feature state: Kubernetes {version} ({state})" if version and state else ""


def _skew(name: str, named: dict[str, str], plain: list[str]) -> str:
    minors = next((int(p) for p in plain[1:] if re.fullmatch(r"-?\d+", p)), 0)
    return (
        "(current version)" if not minors else f"(current version {'+' if minors > 0 else '-'} {abs(minors)})"
    )


def _heading(name: str, named: dict[str, str], plain: list[str]) -> str:
    key = "".join(plain[:1])
    return _HEADINGS.get(key, key.replace("-", " ").replace("_", " ").capitalize())


def _file(name: str, named: dict[str, str], plain: list[str]) -> str:
    file = named.get("file") or "".join(plain[:1])
    return f"(the file `{file}`)" if file else ""


def _target(name: str, named: dict[str, str], plain: list[str]) -> str:
    return named.get("path") or "".join(plain[:1])


def _reference(name: str, named: dict[str, str], plain: list[str]) -> str:
    page = named.get("page", "").rpartition("/")[2]
    return named.get("text") or re.sub(r"-v\d\w*$", "", page).replace("-", " ")


def _tab(name: str, named: dict[str, str], plain: list[str]) -> str:
    return heading(named.get("name") or named.get("header") or named.get("title") or " ".join(plain[:1]))


def _nothing(name: str, named: dict[str, str], plain: list[str]) -> str:
    return ""


_FORMS: dict[str, Callable[[str, dict[str, str], list[str]], str]] = {
    "glossary_tooltip": _tooltip,
    "glossary_definition": _nothing,
    "feature-state": _state,
    "skew": _skew,
    "param": lambda name, named, plain: "(current version)" if plain[:1] == ["version"] else "",
    "heading": _heading,
    **dict.fromkeys(("code_sample", "code", "codenew", "codefile", "example", "literalinclude"), _file),
    **dict.fromkeys(("ref", "relref"), _target),
    "api-reference": _reference,
    "link": _tooltip,
    "tab": _tab,
    **dict.fromkeys(("include", "version-check", "tabs", "readfile", "youtube", "details-end"), _nothing),
}
_INLINE = frozenset(
    ("glossary_tooltip", "skew", "param", "heading", "ref", "relref", "link", "api-reference")
)
