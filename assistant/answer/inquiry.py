"""One question at work: its evidence, and the words for sections, statements and lists."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from assistant.answer.draft import Line, Span, block_span
from assistant.answer.evidence import Evidence, Key, Scout
from assistant.documents import Block, BlockKind
from assistant.outline import LINK, Outline, plain
from assistant.query import Question, Term
from assistant.query.lexicon import facet_of

MAX_ITEMS = 24  # of one list in all its depths; a longer one shows its first depth only
_PLAIN_NUMBER = re.compile(r"^\d+[.)]\s")
_SUMMARY_FACETS = ("objective", "focus", "topic", "why")


class Inquiry:
    """What the answer shapes work with: the question, its rated evidence and the words to say it."""

    def __init__(self, question: Question, scout: Scout, sources: Sequence[str]) -> None:
        self.question = question
        self.scout = scout
        self.sources = tuple(sources)  # those the answer may use, in corpus order
        self.scope: tuple[Key, ...] = tuple(
            (p.source, p.block) for p in question.places if p.source in self.sources
        )

    @cached_property
    def ranked(self) -> list[Evidence]:
        """Blocks in scope, best first."""
        return self.scout.rank(self.sources, self.scope)

    @property
    def best(self) -> Evidence | None:
        """The block that fits best; None when nothing is in scope."""
        return self.ranked[0] if self.ranked else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The subject words that the answer itself must cover."""
        return tuple(t for t in self.question.terms if t.required)

    def as_typed(self, terms: Sequence[Term]) -> list[str]:
        """The words as the question spells them."""
        found = []
        for term in terms:
            match = re.search(rf"\b{re.escape(term.word)}\b", self.question.text, re.IGNORECASE)
            found.append(match[0] if match else term.word)
        return found

    def outline(self, source: str) -> Outline:
        return self.scout.outline(source)

    def block(self, key: Key) -> Block:
        return self.outline(key[0]).blocks[key[1]]

    def is_heading(self, key: Key) -> bool:
        return self.block(key).kind == "heading"

    def children(self, key: Key, *kinds: BlockKind) -> list[Key]:
        """The blocks directly beneath, of these kinds where some are given."""
        outline = self.outline(key[0])
        return [(key[0], i) for i in outline.children(key[1]) if not kinds or outline.blocks[i].kind in kinds]

    def text(self, key: Key) -> str:
        """A block's own text as the source writes it."""
        return self.outline(key[0]).text(key[1])

    def facet(self, key: Key) -> str:
        return self.scout.facet(key)

    def title(self, key: Key) -> str:
        return self.block(key).title

    def source_title(self, source: str) -> str:
        return self.outline(source).document.source.title

    def section(self, key: Key) -> Key:
        """The heading a block stands under (itself when it is one), else the outermost block above."""
        outline = self.outline(key[0])
        heading = outline.heading_of(key[1])
        return key[0], heading if heading >= 0 else (key[1], *outline.ancestors(key[1]))[-1]

    def section_name(self, key: Key) -> str:
        """The section in words: its title, with its phase where its number alone would not tell."""
        outline = self.outline(key[0])
        block = outline.blocks[key[1]]
        above = outline.heading_of(block.parent) if block.parent >= 0 else -1
        if above >= 0 and outline.blocks[above].level > 0 and _PLAIN_NUMBER.match(block.title):
            return f"{outline.blocks[above].title}, {block.title}"
        return block.title

    def whereabouts(self, key: Key) -> str:
        """ "Week 9: Serving Models with FastAPI, 6-Month MLOps Engineer Roadmap"."""
        section = self.section(key)
        title = self.source_title(key[0])
        return f"{self.section_name(section)}, {title}" if self.is_heading(section) else title

    def place(self, key: Key) -> str:
        """ "**Week 9: Serving Models with FastAPI** (6-Month MLOps Engineer Roadmap)"."""
        section = self.section(key)
        if not self.block(section).level:
            return f"**{self.source_title(key[0])}**"
        return f"**{self.section_name(section)}** ({self.source_title(key[0])})"

    def cited(self, lines: Iterable[Line]) -> list[Key]:
        """The blocks that the lines' spans start in, in order of first use."""
        spans = (span for line in lines for span in line.spans)
        return list(dict.fromkeys((s.source, self.outline(s.source).at(s.start)) for s in spans))

    def span(self, key: Key, *, whole: bool = False) -> Span:
        return block_span(self.outline(key[0]), key[1], whole=whole)

    def words(self, key: Key) -> str:
        """A block in one line: its label and its text, the label of the item above where it has none."""
        block = self.block(key)
        title = self.shown(key).rstrip(":")
        if block.label:
            return f"{block.label}: {title}" if title else block.label
        above = self.block((key[0], block.parent)) if block.parent >= 0 else None
        if above and above.kind != "heading":
            return f"{above.label or above.title.rstrip(':')}: {title}"
        return title

    def shown(self, key: Key) -> str:
        """A block's own words with its links as links, so that a resource can be opened from the answer."""
        shown = self.title(key)
        for link in LINK.finditer(self.text(key)):
            url, words = link[2] or link[3], plain(link[1]) if link[1] else ""
            if words and words in shown:
                shown = shown.replace(words, f"[{words}]({url})", 1)
            elif url not in shown:
                shown = f"{shown} <{url}>".strip()
        return shown

    def context(self, span: Span) -> str:
        """What a span stands under: source, headings and the labels above, one line."""
        outline = self.outline(span.source)
        number = outline.at(span.start)
        above = outline.ancestors(number) if number >= 0 else []
        items = [outline.blocks[i] for i in reversed(above) if outline.blocks[i].kind != "heading"]
        labels = [block.label or block.title for block in items]
        return " > ".join((outline.document.source.title, *outline.heading_path(number), *labels))

    def statement(self, key: Key, *, lead: bool = True) -> Line:
        """A block as one cited statement with its place in front; nested items are joined to it."""
        text = self.words(key)
        inner = self.inline_items(key)
        if inner and not text.endswith(inner):
            text = f"{text.rstrip(':')}: {inner}"
        text = f"{self.place(key)} – {text}" if lead else text
        return Line(_closed(text), (self.span(key, whole=bool(inner)),))

    def inline_items(self, key: Key) -> str:
        """The items beneath a block in one line."""
        titles = [self.shown(child) for child in self.children(key, "item")]
        return "; ".join(title.rstrip(".") for title in titles if title)

    def list_of(self, key: Key, intro: str = "", *, deepest: int = 2) -> tuple[Line, ...]:
        """An introducing line and what lies beneath a block: its sections by title, or its items."""
        if parts := self.children(key, "heading"):
            text = intro or f"{self.place(key)} has {len(parts)} parts:"
            return Line(text, (self.span(key),)), *(
                Line(self.title(part), (self.span(part),), 1) for part in parts
            )
        whole = self.span(key, whole=True)
        lines = list(self._items(key, whole, 1, deepest))
        if len(lines) > MAX_ITEMS:
            lines = list(self._items(key, whole, 1, 1))
        named = "" if self.is_heading(key) else self.words(key).rstrip(":")
        text = intro or (f"{self.place(key)} – {named}:" if named else f"{self.place(key)} lists:")
        return Line(text, (whole,)), *lines

    def _items(self, key: Key, cited: Span, depth: int, deepest: int) -> Iterator[Line]:
        for child in self.children(key):
            block = self.block(child)
            if block.kind != "item" and not block.label:
                continue
            shown = self.shown(child)
            text = f"{block.label}: {shown}" if block.label else shown
            if not self.children(child):
                yield Line(text.strip(": "), (cited,), depth)
            elif depth >= deepest:
                yield Line(f"{text.rstrip(': ')}: {self.inline_items(child)}".strip(), (cited,), depth)
            else:
                yield Line(text.strip(), (cited,), depth)
                yield from self._items(child, cited, depth + 1, deepest)

    def summary(self, key: Key) -> tuple[Line, ...]:
        """What a section is about: its objective or first words, then its parts where it has no words."""
        lines = self._purpose(key)
        if not lines:
            lines = [self.statement(k) for k in self.children(key)[:1] if self.block(k).kind == "paragraph"]
        has_parts = bool(self.children(key, "heading"))
        if has_parts or not lines:
            listed = self.list_of(key, f"{self.place(key)} has these parts:" if has_parts else "", deepest=1)
            lines += listed if len(listed) > 1 else ()
        return tuple(lines) or (
            Line(f"{self.place(key)} is named without further words.", (self.span(key),)),
        )

    def _purpose(self, key: Key) -> list[Line]:
        """A section's objective, focus, topic or reason, and its project."""
        labelled: dict[str, Key] = {}
        for child in self.children(key):
            if self.block(child).label:
                labelled.setdefault(facet_of(self.block(child).label), child)
        first = next((labelled[facet] for facet in _SUMMARY_FACETS if facet in labelled), None)
        if first is None:
            return []
        lines = [self.statement(first)]
        if "project" in labelled:
            lines.append(self.statement(labelled["project"], lead=False))
        return lines


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", "…")) else f"{text}."
