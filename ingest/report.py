"""What an ingest run is asked for, and what it says that it did."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

_LINK = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://|^www\.")


def is_link(argument: str) -> bool:
    """Whether an argument names a page rather than a file, a folder or a source."""
    return bool(_LINK.match(argument))


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """What `roadmap ingest` was asked to do."""

    paths: tuple[str, ...] = ()  # files, folders, addresses of pages, or ids of sources to take back in
    only: bool = False
    remove: tuple[str, ...] = ()
    rebuild: bool = False
    dry_run: bool = False
    rollback: bool = False
    links: bool = False  # fetch what the documents link to
    depth: int | None = None  # links followed beneath a linked page on its site; None: 0
    max_pages: int | None = None
    mirror: str | None = None  # a folder that stands for the web
    allow_private: bool = False

    @property
    def added_links(self) -> tuple[str, ...]:
        return tuple(path for path in self.paths if is_link(path))

    @property
    def all_links(self) -> bool:
        """Whether every linked page is meant: said, or meant by a choice that has no sense without."""
        how = self.depth is not None or self.max_pages is not None or self.mirror or self.allow_private
        return self.links or (bool(how) and not self.added_links)

    @property
    def fetches(self) -> bool:
        """Whether any page is to be fetched."""
        return self.all_links or bool(self.added_links)


def no_resources() -> dict[str, Any]:
    """The counts of a run that fetched nothing."""
    return {"new": 0, "changed": 0, "unchanged": 0, "gone": 0, "thin": 0, "disallowed": 0, "failed": {}}


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a run did; `embedded` and `reused` count chunks, `generation` is None after a dry run."""

    generation: str | None
    documents: int
    chunks: int
    embedded: int
    reused: int
    dropped: Mapping[str, int]
    resources: Mapping[str, Any] = field(default_factory=no_resources)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
