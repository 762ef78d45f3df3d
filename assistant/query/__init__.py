"""A question understood: follow-ups resolved, typos mended, places and roadmaps recognised."""

from assistant.query.question import Question

__all__ = ["Question"]
