"""Offline measurements of retrieval, answers and grounding."""
