"""One question at work: its evidence, and the words for sections, statements and lists."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from assistant.answer.draft import Line, Span, block_span
from assistant.answer.evidence import Evidence, Key, Scout
from assistant.documents import Hit
from assistant.outline import LINK, Outline, plain
from assistant.query import Question, Term
from assistant.query.lexicon import facet_of

MAX_ITEMS = 24  # of one list; longer ones are cut and say so
_NUMBERED = re.compile(r"^\d+[.)]\s")
_SUMMARY_FACETS = ("objective", "focus", "topic", "why")


class Inquiry:
    """What the answer shapes work with: the question, its rated evidence and the words to say it."""

    def __init__(
        self, question: Question, scout: Scout, sources: Sequence[str], hits: Sequence[Hit] = ()
    ) -> None:
        self.question = question
        self.scout = scout
        self.sources = tuple(sources)  # those the answer may use, in corpus order
        self.hits = tuple(hits)
        self.scope: tuple[Key, ...] = tuple(
            (p.source, p.block) for p in question.places if p.source in self.sources
        )

    @cached_property
    def ranked(self) -> list[Evidence]:
        """Blocks in scope, best first."""
        return self.scout.rank(self.sources, self.scope)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The subject words that the answer itself must cover."""
        return tuple(t for t in self.question.terms if t.required)

    def outline(self, source: str) -> Outline:
        return self.scout.outline(source)

    def title(self, key: Key) -> str:
        return self.outline(key[0]).blocks[key[1]].title

    def source_title(self, source: str) -> str:
        return self.outline(source).document.source.title

    def section(self, key: Key) -> Key:
        """The heading a block stands under; the block itself when it is one."""
        heading = self.outline(key[0]).heading_of(key[1])
        return key[0], heading if heading >= 0 else key[1]

    def section_name(self, key: Key) -> str:
        """The section in words: its title, with its phase where its number alone would not tell."""
        outline = self.outline(key[0])
        block = outline.blocks[key[1]]
        name = block.title
        parent = outline.heading_of(block.parent) if block.parent >= 0 else -1
        if (
            parent >= 0
            and outline.blocks[parent].level > 0
            and _NUMBERED.match(name)
            and "." not in name.split(" ")[0][:-1]
        ):
            return f"{outline.blocks[parent].title}, {name}"
        return name

    def place(self, key: Key) -> str:
        """ "**Week 9: Serving Models with FastAPI** (6-Month MLOps Engineer Roadmap)"."""
        section = self.section(key)
        if section[1] < 0 or not self.outline(section[0]).blocks[section[1]].level:
            return f"**{self.source_title(key[0])}**"
        return f"**{self.section_name(section)}** ({self.source_title(key[0])})"

    def span(self, key: Key, *, whole: bool = False) -> Span:
        return block_span(self.outline(key[0]), key[1], whole=whole)

    def heading_span(self, key: Key) -> Span:
        return self.span(self.section(key))

    def words(self, key: Key) -> str:
        """A block in one line: its label and its text, the label of the item above where it has none."""
        outline = self.outline(key[0])
        block = outline.blocks[key[1]]
        title = self.shown(key).rstrip(":")
        if block.label:
            return f"{block.label}: {title}" if title else block.label
        above = outline.blocks[block.parent] if block.parent >= 0 else None
        if above and above.kind != "heading":
            name = above.label or above.title.rstrip(":")
            return f"{name}: {title}"
        return title

    def shown(self, key: Key) -> str:
        """A block's own words with its links as links, so that a resource can be opened from the answer."""
        outline = self.outline(key[0])
        text = outline.blocks[key[1]].title
        for link in LINK.finditer(outline.text(key[1])):
            url, words = link[2] or link[3], plain(link[1]) if link[1] else ""
            if words and words in text:
                text = text.replace(words, f"[{words}]({url})", 1)
            elif url not in text:
                text = f"{text} <{url}>".strip()
        return text

    def context(self, span: Span) -> str:
        """What a span stands under: source, headings and the labels above, one line."""
        outline = self.outline(span.source)
        block = outline.at(span.start)
        above = (
            [i for i in outline.ancestors(block) if outline.blocks[i].kind != "heading"] if block >= 0 else []
        )
        labels = [outline.blocks[i].label or outline.blocks[i].title for i in reversed(above)]
        return " > ".join((outline.document.source.title, *outline.heading_path(block), *labels))

    def statement(self, key: Key, *, lead: bool = True) -> Line:
        """A block as one cited statement with its place in front; nested items are joined to it."""
        text = self.words(key)
        inner = self.inline_items(key)
        if inner:
            text = f"{text.rstrip(':')}: {inner}" if not text.endswith(inner) else text
        text = f"{self.place(key)} – {text}" if lead else text
        return Line(_closed(text), (self.span(key, whole=bool(inner)),))

    def inline_items(self, key: Key) -> str:
        outline = self.outline(key[0])
        titles = [
            self.shown((key[0], i)) for i in outline.children(key[1]) if outline.blocks[i].kind == "item"
        ]
        return "; ".join(title.rstrip(".") for title in titles if title)

    def list_of(self, key: Key, intro: str = "", *, deepest: int = 2) -> tuple[Line, ...]:
        """An introducing line and what lies beneath a block: its sections by title, or its items."""
        outline = self.outline(key[0])
        block = outline.blocks[key[1]]
        if self._headings(key):
            parts = [i for i in outline.children(key[1]) if outline.blocks[i].kind == "heading"]
            text = intro or f"{self.place(key)} has {len(parts)} parts:"
            return Line(text, (self.span(key),)), *(
                Line(outline.blocks[i].title, (self.span((key[0], i)),), 1) for i in parts
            )
        whole = self.span(key, whole=True)
        lines = list(self._items(key, whole, 1, deepest))
        if len(lines) > MAX_ITEMS:
            lines = list(self._items(key, whole, 1, 1))
        named = self.words(key) if block.kind != "heading" else ""
        text = intro or (
            f"{self.place(key)} – {named.rstrip(':')}:" if named else f"{self.place(key)} lists:"
        )
        return Line(text, (whole,)), *lines

    def _items(self, key: Key, cited: Span, depth: int, deepest: int) -> Iterator[Line]:
        outline = self.outline(key[0])
        for child in outline.children(key[1]):
            block = outline.blocks[child]
            if block.kind != "item" and not block.label:
                continue
            inner = outline.children(child)
            shown = self.shown((key[0], child))
            text = f"{block.label}: {shown}" if block.label else shown
            if inner and depth >= deepest:
                text = f"{text.rstrip(': ')}: {self.inline_items((key[0], child))}"
            yield Line(text.strip(": ") if not inner else text.strip(), (cited,), depth)
            if inner and depth < deepest:
                yield from self._items((key[0], child), cited, depth + 1, deepest)

    def _headings(self, key: Key) -> bool:
        """Whether what lies directly beneath a block is sections rather than items."""
        outline = self.outline(key[0])
        return any(outline.blocks[i].kind == "heading" for i in outline.children(key[1]))

    def summary(self, key: Key) -> tuple[Line, ...]:
        """What a section is about: its objective, focus or first words, then its parts where it has no words."""
        outline = self.outline(key[0])
        children = outline.children(key[1])
        by_facet = {
            facet_of(outline.blocks[i].label): i for i in reversed(children) if outline.blocks[i].label
        }
        lines: list[Line] = []
        for facet in _SUMMARY_FACETS:
            if facet in by_facet:
                lines.append(self.statement((key[0], by_facet[facet]), lead=not lines))
                break
        if lines and "project" in by_facet:
            lines.append(self.statement((key[0], by_facet["project"]), lead=False))
        if not lines:
            lines += [
                self.statement((key[0], i), lead=True)
                for i in children[:1]
                if outline.blocks[i].kind == "paragraph"
            ]
        if self._headings(key) or not lines:
            intro = f"{self.place(key)} has these parts:" if self._headings(key) else ""
            listed = self.list_of(key, intro, deepest=1)
            if len(listed) > 1:
                lines += listed
        return tuple(lines) or (
            Line(f"{self.place(key)} is named without further words.", (self.span(key),)),
        )


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", "…")) else f"{text}."
