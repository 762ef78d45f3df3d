"""A question understood: follow-ups resolved, typos mended, places and roadmaps recognised."""

from assistant.query.question import Ask, MissingPlace, Place, Question, Term

__all__ = ["Ask", "MissingPlace", "Place", "Question", "Term"]
