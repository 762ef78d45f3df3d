"""What a loader hands back: a text, or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's text as Markdown, not yet cleaned; the front matter is cut off the text."""

    text: str
    title: str | None = None
    front_matter: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reading:
    """A web page's text as cleaned Markdown, and what else it says of itself."""

    text: str
    title: str = ""
    language: str = ""  # two letters, "" where unknown
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    refresh: str = ""  # the whole address that the page sends its readers to
    barrier: str = ""  # "login" or "script": what stands before the content, if the text is short
    licence: str = ""  # as its head states it

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is left out; `reason` is one of a few phrases, so that reports can count them."""

    reason: str


STRUCTURE = "structure"  # tasks of the reading process that are no format
WEB_PAGE = "web page"

EMPTY = Skipped("empty")
BINARY = Skipped("binary")
TOO_LARGE = Skipped("too large")
UNREADABLE = Skipped("unreadable")
UNSUPPORTED = Skipped("unsupported file type")
ENCRYPTED = Skipped("encrypted")
NO_TEXT = Skipped("no text in it")
BROKEN = Skipped("broken file")
TOO_DEEP = Skipped("nested too deeply")
TOO_SLOW = Skipped("took too long to read")
CRASHED = Skipped("crashed its reader")
