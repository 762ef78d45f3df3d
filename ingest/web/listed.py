"""What there is to visit: the pages that links lead to, or the rows of a manifest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from ingest.web.frontier import OVER_PAGES, Visit
from ingest.web.keys import url_key


class Pages(Protocol):
    """Where the next page comes from: a `Frontier`, or `Listed`."""

    visited: int
    skipped: Counter[str]

    def __len__(self) -> int: ...
    def next(self) -> Visit | None: ...
    def found(self, visit: Visit, links: Iterable[str]) -> int: ...
    def moved(self, visit: Visit, url: str) -> bool: ...
    def roots(self, key: str) -> tuple[str, ...]: ...


class Listed:
    """The rows of a manifest, each visited once: it alone says what there is."""

    def __init__(
        self, rows: Iterable[str], roots: Mapping[str, tuple[str, ...]], max_pages: int | None = None
    ) -> None:
        """`roots` has, by key, the linked pages that a row lies beneath; a row's own key makes it one."""
        self._rows = list(rows)
        self._found = roots
        self._max_pages = len(self._rows) if max_pages is None else max_pages
        self.visited = 0
        self.skipped: Counter[str] = Counter()

    def __len__(self) -> int:
        return min(len(self._rows), self._max_pages) - self.visited

    def next(self) -> Visit | None:
        if not len(self):
            left = len(self._rows) - self.visited
            if left:
                self.skipped[OVER_PAGES] = left
            return None
        row = self._rows[self.visited]
        self.visited += 1
        key = url_key(row) or row
        roots = self.roots(key)
        return Visit(key, row, 0 if key in roots else 1, roots[0] if roots else key)

    def found(self, visit: Visit, links: Iterable[str]) -> int:
        return 0

    def moved(self, visit: Visit, url: str) -> bool:
        return True

    def roots(self, key: str) -> tuple[str, ...]:
        return self._found.get(key, ())
