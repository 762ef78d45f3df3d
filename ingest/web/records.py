"""What a fetch gives: a body that arrived whole, word that nothing changed, or a counted failure."""

from dataclasses import dataclass
from typing import Literal, Protocol

FailedStatus = Literal["gone", "failed", "disallowed"]


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask "has this changed?" with; "" where it gave none."""

    etag: str = ""
    last_modified: str = ""


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body that arrived whole."""

    url: str  # after redirects
    body: bytes  # decompressed
    content_type: str  # media type, lower case, without parameters
    charset: str  # from the header, "" if none
    validators: Validators
    fetched: str  # ISO time, UTC
    hops: tuple[str, ...] = ()  # addresses passed on the way, without the last
    licence: str = ""  # where a manifest states one


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The page is still what the validators were given for."""

    url: str
    fetched: str  # ISO time, UTC, of this check


@dataclass(frozen=True, slots=True)
class Failed:
    """No page, and why: a short reason that can be counted."""

    url: str
    status: FailedStatus
    reason: str  # "timeout", "HTTP 500", "private address", "too large", "redirect loop", ...


Outcome = Fetched | Unchanged | Failed


class Getter(Protocol):
    """Fetches one page; every fault is a `Failed`."""

    async def get(self, url: str, validators: Validators = NO_VALIDATORS) -> Outcome:
        """The page's outcome; with validators, `Unchanged` where the server says so."""
        ...
