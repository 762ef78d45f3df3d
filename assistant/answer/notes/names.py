"""Which topics a question names: by a note's title, one of its other names or the label of an idea. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.answer.evidence import Key
from assistant.keywords import WORD, stem
from assistant.query.lexicon import SCAFFOLD

Stems = tuple[str, ...]
_ARTICLES = frozenset({"a", "an", "the"})
# Letters by which a word may differ from a name of one word: "author" is no "authorization".
_LONGEST_ENDING = 3
_ENDING = re.compile(r"['’]s?\b")


@dataclass(frozen=True, slots=True)
class Name:
    """A name and what it means: a note, or the block of a note that speaks of just this."""

    words: str
    source: str  # "note:<topic id>"
    block: int = -1  # -1: the note as a whole
    own: bool = True  # a name the note claims; the label of an idea may stand in several notes

    @property
    def key(self) -> Key:
        return self.source, self.block


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a topic, `start:end` in its words; several meanings where a label is shared."""

    names: tuple[Name, ...]
    start: int
    end: int

    @property
    def own(self) -> bool:
        return any(name.own for name in self.names)


class NameTable:
    """All names of the notes, found in texts longest first."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names: dict[Stems, list[Name]] = defaultdict(list)
        for name in names:
            if stems := tuple(s for _, s in _stems(name.words)):
                self._names[stems].append(name)
        self._longest = max(map(len, self._names), default=0)

    def find(self, text: str) -> list[Mention]:
        """The topics a text names, in order; a word belongs to one mention at most."""
        tokens = list(_stems(text))
        stems = [s for _, s in tokens]
        # "what is a set?": a word that frames other questions is the subject where nothing else is
        bare = all(word in SCAFFOLD for word, _ in tokens)
        found: list[Mention] = []
        at = 0
        while at < len(stems):
            mention = self._at(tokens, stems, at, bare)
            if mention:
                found.append(mention)
            at = mention.end if mention else at + 1
        return found

    def _at(
        self, tokens: Sequence[tuple[str, str]], stems: Sequence[str], at: int, bare: bool
    ) -> Mention | None:
        for end in range(min(at + self._longest, len(stems)), at, -1):
            names = self._names.get(tuple(stems[at:end]))
            if not names or (end == at + 1 and tokens[at][0] in SCAFFOLD and not bare):
                continue
            if end == at + 1:
                names = [name for name in names if _same_word(name.words, tokens[at][0])]
            if own := tuple(name for name in names if name.own):
                return Mention(own, at, end)
            if names:
                return Mention(tuple(names), at, end)
        return None


def _same_word(name: str, typed: str) -> bool:
    """Whether a name of one word is the word typed, up to its ending."""
    own = [word for word, _ in _stems(name)]
    return len(own) > 1 or abs(len(own[0]) - len(typed)) <= _LONGEST_ENDING


def _stems(text: str) -> Iterator[tuple[str, str]]:
    """Each word of a text and its stem, articles left out."""
    text = _ENDING.sub("", text)
    for match in WORD.finditer(text):
        word = match[0].lower()
        joined = "/" in text[max(match.start() - 1, 0) : match.end() + 1]  # "A/A test"
        if word not in _ARTICLES or joined:
            yield word, stem(word)
