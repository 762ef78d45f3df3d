"""The record of an understood question."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question as typed and as understood."""

    text: str  # as typed
    standalone: str  # references to the history resolved, typos mended: what is searched
    sources: tuple[str, ...] = ()  # the roadmaps it names; empty: all
