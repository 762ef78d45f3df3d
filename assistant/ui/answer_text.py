"""The gate between an answer and the page: Markdown in, Markdown out that shows the words and nothing else.

Chainlit renders Markdown with extensions that eat or load things: `:name` is a directive and vanishes,
`![](…)` loads an image from anywhere, `$` opens a formula. Raw HTML is off in the page's configuration
and escaped here as well. Pure.
"""

import re
from collections.abc import Mapping

from assistant.documents import Answer, Citation, TraceStep

MARKER = r"\[(?P<n>\d{1,3})\]"
_URL = r"https?://[^\s<>()\[\]]+(?:\([^\s<>()]*\)[^\s<>()\[\]]*)*"
# formulas as pandoc knows them: no space inside the dollars, no digit after the closing one ("$5 and $10")
_FORMULA = r"\$\$[^$]+\$\$|\$(?=\S)[^$\n]+?(?<=\S)\$(?!\d)"
_PART = re.compile(
    r"(?P<fence>^[ ]{0,12}(?P<ticks>```+|~~~+)[^\n]*(?:\n.*?)?(?:^[ ]{0,12}(?P=ticks)[^\n]*$|\Z))"
    r"|(?P<code>(?P<tick>`+)(?!`)[^\n]+?(?<!`)(?P=tick)(?!`))"
    rf"|(?P<link>!?\[(?P<words>[^\[\]\n]*)\]\(\s*<?(?P<target>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?"
    r"(?:\s+[\"'][^\n]*?[\"'])?\s*\))"
    rf"|(?P<url><?{_URL}>?)"
    rf"|(?P<formula>{_FORMULA})"
    rf"|(?P<marker>{MARKER})"
    r"|(?P<special>!(?=\[)|[<$]|:(?=[A-Za-z:{\[]))",
    re.DOTALL | re.MULTILINE,
)
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&:])")


def plain_words(text: str) -> str:
    """Text that Markdown leaves as it is: one line, every mark of punctuation escaped."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def place(citation: Citation) -> str:
    """Title and headings in one line: "6-Month Roadmap › Month 1 › Week 4"."""
    headings = [heading for heading in citation.heading_path if heading != citation.title]
    return " › ".join([citation.title, *headings])


def citation_link(message: str, n: int, hint: str = "") -> str:
    """A `[n]` that the page's script opens in the side panel; `hint` shows on hover."""
    quoted = re.sub(r'["\\\n]', " ", hint).replace("&", "&amp;").replace("<", "&lt;")
    title = f' "{quoted}"' if hint else ""
    return f"[\\[{n}\\]](#cite-{message}-{n}{title})"


def shown(markdown: str, message: str, hints: Mapping[int, str]) -> str:
    """The text as the page may render it; markers with a hint become links, others stay text."""
    return _PART.sub(lambda match: _part(match, message, hints), markdown)


def _part(match: re.Match[str], message: str, hints: Mapping[int, str]) -> str:
    text = match[0]
    if match["fence"] or match["code"] or match["url"] or match["formula"]:
        return text
    if match["marker"]:
        n = int(match["n"])
        return citation_link(message, n, hints[n]) if n in hints else f"\\[{n}\\]"
    if match["link"]:
        words = shown(match["words"], message, {})
        target = match["target"]
        is_web = re.match(r"https?://\S", target, re.IGNORECASE)
        return f"[{words or plain_words(target)}]({target})" if is_web else words
    return "\\" + text


def render_answer(answer: Answer, message: str) -> str:
    """The whole message: text, nearest topics of a refusal, and the notice as a note."""
    hints = {citation.n: place(citation) for citation in answer.citations}
    parts = [shown(answer.text, message, hints)]
    missing = [title for title in answer.nearest if title.casefold() not in answer.text.casefold()]
    if answer.refused and missing:
        parts.append("**Nearest topics:** " + " · ".join(plain_words(title) for title in missing))
    if answer.notice:
        parts.append(note(answer.notice))
    return "\n\n".join(parts)


def note(sentence: str) -> str:
    """A small remark set apart from the answer."""
    return "> " + plain_words(sentence)


def render_trace(steps: tuple[TraceStep, ...]) -> str:
    """One line a step: what was done, what came of it, how long it took."""
    lines = []
    for number, step in enumerate(steps, 1):
        took = f" · {step.ms:.0f} ms" if step.ms >= 1 else ""
        summary = f": {plain_words(step.summary)}" if step.summary else ""
        name = plain_words(step.name[:1].upper() + step.name[1:])
        lines.append(f"{number}. **{name}**{summary}{took}")
    return "\n".join(lines)
