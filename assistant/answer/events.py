"""What an answerer streams, and the one port behind which answerers stand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.answer.evidence import BlockTable
from assistant.answer.notes.shelf import Shelf
from assistant.documents import Answer, Exchange, Hit
from assistant.query import Question


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text to append to what is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Restart:
    """What was streamed so far is withdrawn; the answer follows from its beginning."""

    notice: str


@dataclass(frozen=True, slots=True)
class Final:
    """The last event: the whole answer. Its text is what all tokens since the last restart make up."""

    answer: Answer


Event = Token | Restart | Final


@dataclass(frozen=True, slots=True)
class Request:
    """Everything an answerer may use."""

    question: Question
    hits: tuple[Hit, ...]
    table: BlockTable  # the blocks of roadmaps and files
    shelf: Shelf  # the study notes
    vector: NDArray[np.float32]  # of the question
    sources: tuple[str, ...]  # ids it may use
    history: tuple[Exchange, ...] = ()


class Answerer(Protocol):
    """Turns a request into events; the last one is Final, and a provider's failure never raises."""

    def stream(self, request: Request) -> AsyncIterator[Event]: ...
