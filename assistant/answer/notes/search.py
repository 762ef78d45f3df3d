"""Finding the block of a note that answers: by its meaning and by its words, fused as passages are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answer.evidence import Key
from assistant.retrieval import Scores, fuse

DENSE_WEIGHT = 0.6
K1, B = 1.2, 0.75  # of BM25, as for passages; a block holds a word or it does not, so its frequency is 1
TITLE = 0.5  # of a word's rarity, where the note's title has it and the block has not


class BlockSearch:
    """The blocks of all notes; parallel arrays in the order of `keys`."""

    def __init__(
        self,
        keys: Sequence[Key],
        stems: Sequence[frozenset[str]],
        titles: Sequence[frozenset[str]],
        vectors: NDArray[np.float32],
    ) -> None:
        """`stems` and `titles` are those of each block and of its note; `vectors` has a row a block."""
        self.keys = tuple(keys)
        self._vectors = vectors
        lengths = np.array([len(words) for words in stems], dtype=np.float64)
        mean = lengths.mean() if len(lengths) else 1.0
        self._saturation = (K1 + 1) / (1 + K1 * (1 - B + B * lengths / mean))
        self._standing = _postings(stems)
        self._titled = _postings(titles)

    def meanings(self, vector: NDArray[np.float32]) -> Scores:
        """Cosine of a question to every block."""
        return np.asarray(self._vectors @ vector, dtype=np.float64)

    def fused(self, meanings: Scores, words: Sequence[str]) -> Mapping[Key, float]:
        """Standardised scores of meaning and words together."""
        keyword = np.zeros(len(self.keys))
        for word in words:
            weights = np.zeros(len(self.keys))
            weights[self._titled.get(word, _NONE)] = TITLE
            standing = self._standing.get(word, _NONE)
            weights[standing] = self._saturation[standing]
            keyword += weights * np.log(1 + (len(self.keys) - len(standing) + 0.5) / (len(standing) + 0.5))
        return dict(zip(self.keys, fuse(meanings, keyword, DENSE_WEIGHT).tolist(), strict=True))


_NONE: NDArray[np.int64] = np.empty(0, dtype=np.int64)


def _postings(stems: Sequence[frozenset[str]]) -> Mapping[str, NDArray[np.int64]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row, words in enumerate(stems):
        for word in words:
            found[word].append(row)
    return {word: np.array(rows, dtype=np.int64) for word, rows in found.items()}
