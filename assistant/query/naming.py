"""Which roadmaps a question names: by title, alias or a word that only one of them carries."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.documents import Source
from assistant.keywords import stem, words
from assistant.query.lexicon import NUMBER_WORDS


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, text.split()))


# What a roadmap is called by people.
_NOUNS = _stems(
    "curriculum document guide list map one overview path plan program programme roadmap sequence source"
)
# Words of names that tell no roadmap from another.
_IGNORED = _stems("a and by complete engineer for learning machine mlops of practical the to with")
_REACH = 3  # words between the telling word and "roadmap" or "plan"


class Naming:
    """The names of the roadmaps of one index."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = [s for s in sources if s.kind == "roadmap"] or list(sources)
        self._phrases = {
            s.id: {p for p in map(_phrase, (s.id, s.title, *s.aliases)) if len(p) > 1} for s in self.sources
        }
        carried = {
            sid: {t for p in phrases for t in p} - _IGNORED - _NOUNS for sid, phrases in self._phrases.items()
        }
        counts = Counter(t for telling in carried.values() for t in telling)
        self._telling: Mapping[str, str] = {
            t: sid for sid, telling in carried.items() for t in telling if counts[t] == 1
        }

    def tells(self, word: str) -> bool:
        """Whether a word stands in the names of just one roadmap ("senior")."""
        return _token(word) in self._telling

    def find(self, text: str) -> tuple[tuple[str, ...], str]:
        """Ids of the roadmaps named, in order of appearance, and the text without their names."""
        tokens = [
            (m.start(), m.end(), _token(m[0])) for m in re.finditer(r"\d+(?:\.\d+)+|[A-Za-z0-9]+", text)
        ]
        found: dict[str, int] = {}
        blanks: list[tuple[int, int]] = []
        for source in self.sources:
            for phrase in sorted(self._phrases[source.id], key=len, reverse=True):
                for i in range(len(tokens) - len(phrase) + 1):
                    if tuple(t[2] for t in tokens[i : i + len(phrase)]) == phrase:
                        found.setdefault(source.id, tokens[i][0])
                        blanks.append((tokens[i][0], tokens[i + len(phrase) - 1][1]))
        for i, (start, _, token) in enumerate(tokens):
            sid = self._telling.get(token)
            if sid is None:
                continue
            if len(token) == 4 and token.isdigit():  # a year names its roadmap by itself
                found.setdefault(sid, start)
                blanks.append((start, tokens[i][1]))
            for j in range(i + 1, min(i + 1 + _REACH, len(tokens))):
                is_one = j == i + 1 and text[tokens[j][0] : tokens[j][1]].lower() == "one"
                if tokens[j][2] in _NOUNS or is_one:
                    found.setdefault(sid, start)
                    blanks.append((start, tokens[j][1]))
                    break
        ordered = tuple(sorted(found, key=lambda sid: found[sid]))
        return ordered, _blank(text, blanks)


def _phrase(name: str) -> tuple[str, ...]:
    return tuple(_token(w) for w in words(name.replace("-", " ").replace("_", " ")))


def _token(word: str) -> str:
    """ "Six" and "6", "months" and "month" are one token."""
    lowered = word.lower()
    return str(NUMBER_WORDS[lowered]) if lowered in NUMBER_WORDS else stem(lowered)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
