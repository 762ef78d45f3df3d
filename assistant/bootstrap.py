"""The composition root of the reading side: settings in, a ready `Assistant` out."""

from collections.abc import AsyncIterator, Sequence

from assistant.answer.events import Event
from assistant.documents import Answer, Exchange, Hit
from assistant.embedding import Embedder
from assistant.index import LiveIndex
from assistant.settings import Settings


class Assistant:
    """Answers questions and searches; safe to share between sessions. (contract; being filled in)"""

    settings: Settings
    index: LiveIndex

    def stream(
        self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> AsyncIterator[Event]:
        raise NotImplementedError

    def ask(self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()) -> Answer:
        raise NotImplementedError

    def search(self, query: str, k: int | None = None, roadmaps: Sequence[str] = ()) -> list[Hit]:
        raise NotImplementedError

    def warm(self) -> None:
        """Load model and index; call it in a thread before the first question."""
        raise NotImplementedError


def build_assistant(
    settings: Settings, *, embedder: Embedder | None = None, chat_model: object | None = None
) -> Assistant:
    raise NotImplementedError
