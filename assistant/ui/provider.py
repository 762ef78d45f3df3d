"""The one place where the page's handlers get their assistant; it is built on first use, never at import.

`serve` installs a provider before it loads the handlers. Whoever builds on the page may pass a factory
of their own: anything with the two members of `PageAssistant` can answer.
"""

import logging
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol

from assistant.answer.events import Event
from assistant.documents import Document, Exchange
from assistant.errors import RoadmapError
from assistant.outline import Outline

logger = logging.getLogger(__name__)


class Reading(Protocol):
    """What the page reads of an index generation: documents to show cited passages in their sections."""

    @property
    def documents(self) -> Mapping[str, Document]: ...

    @property
    def outlines(self) -> Mapping[str, Outline]: ...


class LiveReading(Protocol):
    """The serving generation, whichever it is now."""

    def get(self) -> Reading: ...


class PageAssistant(Protocol):
    """What the page needs of `assistant.bootstrap.Assistant`."""

    @property
    def index(self) -> LiveReading: ...

    def stream(
        self, question: str, history: Sequence[Exchange] = (), roadmaps: Sequence[str] = ()
    ) -> AsyncIterator[Event]: ...

    def warm(self) -> None: ...


class Provider:
    """Builds the assistant once, on first use; a failed build is tried again with the next question."""

    def __init__(self, factory: Callable[[], PageAssistant]) -> None:
        self._factory = factory
        self._lock = threading.Lock()
        self._assistant: PageAssistant | None = None

    def get(self) -> PageAssistant:
        """Blocks while the assistant is being built: call it in a thread. Raises RoadmapError."""
        with self._lock:
            if self._assistant is None:
                self._assistant = self._factory()
            return self._assistant

    def warm(self) -> None:
        """Load model and index ahead of the first question; what fails here is told when one is asked."""
        try:
            self.get().warm()
        except RoadmapError as error:
            logger.warning("%s", error)


_installed: Provider | None = None


def install(provider: Provider) -> None:
    """Make this provider the page's; called by `serve` once per process."""
    global _installed
    _installed = provider


def installed() -> Provider:
    """The page's provider."""
    if _installed is None:
        raise RuntimeError("The page's handlers were loaded without assistant.ui.server.serve.")
    return _installed
