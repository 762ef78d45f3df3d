"""How well a sentence of an answer is supported by the passages it cites: words and numbers, no model."""

from assistant.grounding.scoring import THRESHOLD, support
from assistant.grounding.splitting import sentences

__all__ = ["THRESHOLD", "sentences", "support"]
