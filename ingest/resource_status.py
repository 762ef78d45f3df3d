"""What `roadmap status` tells of linked pages: outcomes, the last run, and links that lead nowhere."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.library import read_library
from ingest.resources import mirror_root, page_source
from ingest.web.keys import url_key
from ingest.web.mirror import NOT_MIRRORED
from ingest.web.register import STATUSES, Place, Record, Register, has_register

_PER_PAGE = (
    *("url", "status", "reason", "depth", "title", "first_seen", "checked", "fetched", "changed"),
    *("body_sha256", "text_sha256", "licence", "language"),
)
_DEAD = ("gone", "failed")


def resource_status(data: Path) -> dict[str, Any] | None:
    """Counts, the last run, each page, dead links and damaged ones with where they stand; None without any.

    Raises InputError where the register or the library cannot be read.
    """
    if not has_register(data):
        return None
    shelf = read_library(data)
    with Register(data, copy=True) as register:  # a reader leaves no trace
        places = register.places()
        alive = {place.key for place in places if place.key}
        alive |= {*map(url_key, shelf.links), *map(mirror_root, shelf.mirrors)}
        records = {r.key: r for r in register.records() if not alive.isdisjoint(r.roots)}
        run = register.last_run()
    records = {key: r for key, r in records.items() if page_source(key) not in shelf.removed}
    linked = {place.key for place in places}
    dead = [
        {**_place(place), **_state(records[place.key])}
        for place in places
        if place.key in records and _is_dead(records[place.key])
    ]
    dead += [
        {"url": record.url, **_state(record)}
        for key, record in records.items()
        if record.depth == 0 and key not in linked and _is_dead(record)
    ]
    return {
        "pages": len(records),
        "counts": _counts(records),
        "last_run": run
        and {
            "from": run.origin,
            "depth": run.depth,
            "started": run.started,
            "finished": run.finished or None,
        },
        "dead_links": dead,
        "damaged_links": [_place(place) for place in places if not place.key],
        "each": [_whole(record) for record in records.values()],
    }


def _is_dead(record: Record) -> bool:
    """Whether a link leads nowhere; what a mirror merely lacks may well be there."""
    return record.status in _DEAD and record.reason != NOT_MIRRORED


def _place(place: Place) -> dict[str, Any]:
    return {
        "url": place.url,
        "source": place.source,
        "title": place.title,
        "heading_path": list(place.heading_path),
        "text": place.text,
    }


def _whole(record: Record) -> dict[str, Any]:
    return {"id": page_source(record.key), **{name: getattr(record, name) for name in _PER_PAGE}}


def _state(record: Record) -> dict[str, Any]:
    return {
        "status": record.status,
        "reason": record.reason,
        "kept_from": record.changed or None if record.text_sha256 else None,
    }


def _counts(records: Mapping[str, Record]) -> dict[str, Any]:
    """Pages by status, those that failed and the thin ones by reason too."""
    counts: dict[str, Any] = {status: 0 for status in STATUSES}
    reasons: dict[str, Counter[str]] = {"failed": Counter(), "thin": Counter()}
    for record in records.values():
        counts[record.status] += 1
        if record.status in reasons:
            reasons[record.status][record.reason] += 1
    return counts | {"failed": dict(reasons["failed"]), "thin_reasons": dict(reasons["thin"])}
