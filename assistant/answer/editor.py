"""The editor of a chat model's reply: lets a unit through with right markers, or leaves it out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer.passages import Passage
from assistant.answer.units import Unit
from assistant.citations import cited, place_markers, renumber, settle_markers, strip_markers
from assistant.documents import Citation, SentenceSupport
from assistant.keywords import keyword_tokens

Support = Callable[[str, Sequence[str]], float]

NO_EVIDENCE = "–"  # what this supports claims nothing ("Sure, here is the answer.")
# the brackets that some models write around numbers instead of square ones: 【1】, 【1†source】
_CORNERS = re.compile(r"[【〔](\d{1,3})[^】〕\n]{0,40}[】〕]")
_NOT = re.compile(r"\b(?:no|not|nothing|never|neither|nor|cannot)\b|n['’]t\b", re.IGNORECASE)
_SOURCES = re.compile(r"\b(?:roadmaps?|sources?|passages?|documents?|texts?)\b", re.IGNORECASE)
_SAY = re.compile(
    r"\b(?:mention|stat|sa[iy]|nam|giv|specif|list|cover|provid|contain|includ|tell|told|expla|descri|detail|indicat)"
    r"\w*",
    re.IGNORECASE,
)
_UNSAID = re.compile(
    r"(?:\bnot|n['’]t)(?: \w+ly| be| been)* "
    r"(?:mentioned|stated|specified|given|provided|covered|listed|named|found)\b",
    re.IGNORECASE,
)


def denies(sentence: str) -> bool:
    """Whether a sentence tells what the sources leave unsaid; who has seen some passages cannot know."""
    parts = (_NOT, _SOURCES, _SAY)
    return bool(_UNSAID.search(sentence)) or all(part.search(sentence) for part in parts)


class Editor:
    """Takes a reply's units in order; what it lets through is `text`, and is supported."""

    def __init__(
        self,
        passages: Sequence[Passage],
        caveats: Sequence[str],
        question: str,
        draft: str,
        support: Support,
        threshold: float,
        max_chars: int,
    ) -> None:
        """`caveats` are the draft's sentences on what the sources do not say, which `close` adds.

        A sentence that shares no word with question and draft is astray; a reply that has no word of the
        draft but those of the question tells nothing. `draft` is empty where a bare yes may do.
        """
        self._evidence = {p.citation.n: p.evidence for p in passages if p.text.strip()}
        self._citations = {p.citation.n: p.citation for p in passages}
        self._headers = {p.citation.n: p.header for p in passages}
        self._caveats = tuple(caveats)
        self._topic = frozenset(keyword_tokens(f"{question}\n{draft}"))
        self._news = frozenset(keyword_tokens(strip_markers(draft))) - frozenset(keyword_tokens(question))
        self._support = support
        self._threshold = threshold
        self._max_chars = max_chars - sum(len(caveat) + 2 for caveat in caveats)
        self._order: tuple[int, ...] = ()
        self._said: set[str] = set()
        self._gap = ""
        self._head = ""
        self.text = ""
        self.sentences: list[SentenceSupport] = []
        self.left_out: list[float] = []  # best scores of what was left out
        self.tells = False  # whether anything let through tells what the draft tells
        self.full = False

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the text cites, by its own numbers."""
        return tuple(replace(self._citations[old], n=new) for new, old in enumerate(self._order, 1))

    def take(self, unit: Unit) -> str:
        """What to show for the unit; empty when it is left out."""
        self._gap = max(self._gap, unit.gap, key=lambda gap: (gap.count("\n"), len(gap)))
        body = settle_markers(_CORNERS.sub(r"[\1]", unit.text))
        bare = strip_markers(body).strip(" \t:")
        key = " ".join(keyword_tokens(bare))
        if unit.kind == "heading" or not key or (key in self._said and not unit.intro):
            return ""
        intro = unit.intro or (self._head if unit.kind == "row" else "")
        if self._claims_nothing(strip_markers(intro) + bare) or self._is_caveat(bare):
            return ""
        found = self._find(intro, body)
        if not found and intro and unit.kind != "row":
            intro, found = "", self._find("", body)
        if not found or denies(bare) or self._is_astray(unit, bare, found[1]):
            self._head = intro if unit.kind == "row" else ""
            self.left_out.append(found[0] if found else self._best(bare)[0])
            return ""
        self._head = ""
        score, used = found
        if set(used) == set(self._known(intro + body)) and not body.startswith("["):
            shown = intro + body
        else:  # its markers are missing, wrong or in front
            shown = strip_markers(intro) + place_markers(bare, used)
        piece = self._let_through(self._gap, shown, score, used)
        self.tells |= bool(piece) and not (self._news or self._topic).isdisjoint(keyword_tokens(shown))
        return piece

    def add_fact(self, sentence: str, score: float) -> str:
        """What to show for a sentence of the draft, with markers that number the passages."""
        return self._let_through(self._break(), sentence, score, cited(sentence))

    def close(self) -> str:
        """What to show at the end: the caveats."""
        before = self.text
        for caveat in self._caveats:
            self.text += self._break() + caveat
        return self.text[len(before) :]

    def _break(self) -> str:
        """White space that ends a list, table or fence, or stands between two sentences."""
        last = self.text.rsplit("\n", 1)[-1].lstrip()
        return "\n\n" if re.match(r"[-*+|`•]|\d{1,3}[.)]\s", last) else " "

    def _let_through(self, gap: str, shown: str, score: float, used: Sequence[int]) -> str:
        numbered, order = renumber(shown, used, self._order)
        piece = (gap or " ") + numbered if self.text else numbered
        if len(self.text) + len(piece) > self._max_chars:
            self.full = True
            return ""
        if not cited(numbered) or cited(self.text + piece) != tuple(range(1, len(order) + 1)):
            self.left_out.append(score)  # half a link, code span or fence, which would swallow a marker
            return ""
        self._order, self._gap = order, ""
        self._said.add(" ".join(keyword_tokens(strip_markers(shown))))
        self.text += piece
        self.sentences.append(SentenceSupport(numbered, round(score, 4), True, cited(numbered)))
        return piece

    def _find(self, intro: str, body: str) -> tuple[float, tuple[int, ...]] | None:
        """(score, passages) that support it: those it cites as far as they add to it, else the best one."""
        bare = strip_markers(intro + body).strip()
        numbers = self._known(intro + body)
        if numbers:
            score = self._score(bare, numbers)
            if score >= self._threshold:
                return self._needed(bare, numbers, score)
        best, number = self._best(bare)
        return (best, (number,)) if best >= self._threshold else None

    def _known(self, text: str) -> tuple[int, ...]:
        return tuple(n for n in cited(text) if n in self._evidence)

    def _needed(self, bare: str, numbers: tuple[int, ...], score: float) -> tuple[float, tuple[int, ...]]:
        """Without the cited passages that support nothing of it."""
        for number in numbers:
            rest = tuple(n for n in numbers if n != number)
            if rest and self._score(bare, [number]) < self._threshold:
                without = self._score(bare, rest)
                if without >= score:
                    numbers, score = rest, without
        return score, numbers

    def _best(self, bare: str) -> tuple[float, int]:
        scores = [(self._score(bare, [n]), -n) for n in self._evidence]
        score, number = max(scores, default=(0.0, 0))
        return score, -number

    def _score(self, bare: str, numbers: Sequence[int]) -> float:
        return self._support(bare, [self._evidence[n] for n in numbers])

    def _claims_nothing(self, bare: str) -> bool:
        return self._support(bare, [NO_EVIDENCE]) >= self._threshold

    def _is_caveat(self, bare: str) -> bool:
        """Whether it says what `close` will say in the draft's words."""
        if not self._caveats or not _NOT.search(bare):
            return False
        return self._support(bare, self._caveats) >= self._threshold

    def _is_astray(self, unit: Unit, bare: str, used: Sequence[int]) -> bool:
        """Words of a passage that are about nothing that was asked, such as a text it wants repeated."""
        if unit.kind != "sentence":
            return False
        near = self._topic.union(*(keyword_tokens(self._headers[n]) for n in used))
        return near.isdisjoint(keyword_tokens(bare))
