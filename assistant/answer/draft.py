"""An answer before it is text: lines with the spans they rest on. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from assistant.citations import place_markers
from assistant.documents import Citation
from assistant.outline import Outline


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a source that a line rests on; end exclusive."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """One statement, or a list item at `depth` 1 or deeper; without spans it is a note about the sources."""

    text: str
    spans: tuple[Span, ...] = ()
    depth: int = 0
    counted: str = ""  # what was counted in the spans, as words a reader can check ("6 tasks")
    closing: bool = False  # stays at the end when lines before it must go


@dataclass(frozen=True, slots=True)
class Draft:
    """A cited answer: lines in order."""

    lines: tuple[Line, ...]
    settled: bool = False  # its shape has made sure that it speaks of what was asked


@dataclass(frozen=True, slots=True)
class Refusal:
    """An honest "the roadmaps do not say": the reason as one sentence, and what was asked for in vain."""

    text: str
    lacking: str = ""


Outcome = Draft | Refusal


def block_span(outline: Outline, block: int, *, whole: bool = False) -> Span:
    """The span of a block's own text, or with everything beneath it."""
    entry = outline.blocks[block]
    return Span(outline.document.source.id, entry.start, entry.extent if whole else entry.end)


def number_spans(lines: Iterable[Line]) -> dict[Span, int]:
    """Citation numbers in order of first use; a span is numbered once."""
    numbers: dict[Span, int] = {}
    for line in lines:
        for span in line.spans:
            numbers.setdefault(span, len(numbers) + 1)
    return numbers


def render(lines: Iterable[Line]) -> str:
    """Markdown: statements as paragraphs, items as lists, markers before the final mark of each line."""
    lines = tuple(lines)
    numbers = number_spans(lines)
    parts: list[str] = []
    said: tuple[Span, ...] = ()
    for position, line in enumerate(lines):
        # items that rest on just what their introducing line cites need no marker of their own
        repeated = line.depth and line.spans == said
        text = line.text if repeated else place_markers(line.text, [numbers[s] for s in line.spans])
        if not line.depth:
            said = line.spans
        if line.depth:
            text = "  " * (line.depth - 1) + "- " + text
        if position:
            parts.append("\n" if line.depth and lines[position - 1].depth else "\n\n")
        parts.append(text)
    return "".join(parts)


def fit(lines: tuple[Line, ...], limit: int) -> tuple[Line, ...]:
    """As many lines as render within `limit` characters; of the closing ones the first is kept.

    A last item says how many items were left out.
    """
    if len(render(lines)) <= limit:
        return lines
    closing = tuple(line for line in lines if line.closing)
    leading = tuple(line for line in lines if not line.closing)
    if len(closing) > 1 and len(render((*leading, closing[0]))) <= limit:
        return (*leading, closing[0])
    for end in (closing[:1], ()):
        for kept in range(len(leading) - 1, 0, -1):
            left_out = sum(1 for line in leading[kept:] if line.depth)
            more = (Line(f"… and {left_out} more in the cited section.", depth=1),) if left_out else ()
            shortened = (*leading[:kept], *more, *end)
            if len(render(shortened)) <= limit:
                return shortened
    first = lines[0]
    excess = len(render((first,))) + len(" …") - limit
    return (replace(first, text=first.text[:-excess].rsplit(" ", 1)[0] + " …"),)


def cite(lines: Iterable[Line], outlines: Mapping[str, Outline]) -> tuple[Citation, ...]:
    """The citations behind the markers of `render`, in number order."""
    found = []
    for span, number in number_spans(lines).items():
        document = outlines[span.source].document
        block = outlines[span.source].at(span.start)
        found.append(
            Citation(
                n=number,
                source=span.source,
                kind=document.source.kind,
                title=document.source.title,
                heading_path=outlines[span.source].heading_path(block) if block >= 0 else (),
                url=document.source.url,
                quote=document.text[span.start : span.end],
                start=span.start,
                end=span.end,
            )
        )
    return tuple(found)
