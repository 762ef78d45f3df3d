"""Hand-written fakes that implement the real ports, shared by the tests."""

import hashlib
from collections.abc import Sequence

import numpy as np

from assistant.embedding import EmbeddingStamp, Vectors
from assistant.keywords import keyword_tokens


class HashingEmbedder:
    """Hashes stemmed words into dimensions, so that texts with shared words are near each other."""

    def __init__(self, dimension: int = 256, name: str = "word-hashing") -> None:
        self._stamp = EmbeddingStamp(name, hashlib.sha256(name.encode()).hexdigest(), dimension, "float32")
        self.texts: list[str] = []  # everything it was asked to embed

    @property
    def stamp(self) -> EmbeddingStamp:
        return self._stamp

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        vectors = np.zeros((len(texts), self._stamp.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 1e-3  # a text without words has a direction too
            for token in keyword_tokens(text):
                digest = hashlib.blake2b(token.encode(), digest_size=8).digest()
                vectors[row, int.from_bytes(digest, "big") % self._stamp.dimension] += 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
