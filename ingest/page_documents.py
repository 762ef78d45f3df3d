"""The pages that were fetched, as documents: those that something still leads to, versions of one folded."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from assistant.documents import Document, Source
from ingest.folding import Fold, fold
from ingest.library import Library
from ingest.resources import mirror_root, page_source
from ingest.web.keys import url_key
from ingest.web.register import Record, Register
from ingest.web.wanted import Wanted

NEAR_DUPLICATE = "version of another page"
_FOLD_NOTE = "fold 1"  # renewed when folding changes


def page_documents(
    register: Register, wants: Mapping[str, Wanted], shelf: Library, dropped: Counter[str]
) -> list[Document]:
    """The good texts of the pages that are still wanted, versions of one page folded, in order of ids."""
    records = _kept(register, wants, shelf)
    texts = {key: register.text(record.key) for key, record in records.items()}
    by_url = {record.url: key for key, record in records.items()}
    for group in _folded(register, records, {url: texts[key][0] for url, key in by_url.items()}):
        kept = by_url[group.kept]
        others = [by_url[url] for url in group.dropped]
        roots = dict.fromkeys(root for key in (kept, *others) for root in records[key].roots)
        records[kept] = replace(records[kept], roots=tuple(roots))
        for key in others:
            del records[key]
        dropped[NEAR_DUPLICATE] += len(others)
    return [Document(_source(key, record, wants), *texts[key]) for key, record in sorted(records.items())]


def _kept(register: Register, wants: Mapping[str, Wanted], shelf: Library) -> dict[str, Record]:
    """Records with a good text that something still leads to, by the key of where they ended."""
    alive = {*wants, *map(mirror_root, shelf.mirrors)}
    found: dict[str, Record] = {}
    for record in register.records():
        key = url_key(record.url) or record.key
        gone = {page_source(key), page_source(record.key)} & set(shelf.removed)
        if not record.text_sha256 or gone or alive.isdisjoint(record.roots):
            continue
        if other := found.get(key):  # two addresses that led to one page at different times
            newest = max(record, other, key=lambda r: r.checked)
            record = replace(newest, roots=tuple(dict.fromkeys((*other.roots, *record.roots))))
        found[key] = record
    return found


def _folded(register: Register, records: Mapping[str, Record], texts: Mapping[str, str]) -> list[Fold]:
    """`fold`, remembered for as long as no text changes."""
    state = sorted((record.url, record.text_sha256) for record in records.values())
    digest = hashlib.sha256(json.dumps(state).encode()).hexdigest()
    known = json.loads(register.note(_FOLD_NOTE) or "{}")
    if known.get("of") != digest:
        groups = [(group.kept, group.dropped) for group in fold(texts)]
        known = {"of": digest, "groups": groups}
        register.set_note(_FOLD_NOTE, json.dumps(known))
    return [Fold(kept, tuple(others)) for kept, others in known["groups"]]


def _source(key: str, record: Record, wants: Mapping[str, Wanted]) -> Source:
    linking = [wants[root] for root in record.roots if root in wants]
    words = next((place.text for page in linking if page.key == record.key for place in page.places), "")
    return Source(
        id=page_source(key),
        kind="page",
        title=record.title or words or key,
        url=record.url,
        roadmaps=tuple(dict.fromkeys(roadmap for page in linking for roadmap in page.roadmaps)),
        fetched=_date(record.changed),
        licence=record.licence,
        language=record.language,
    )


def _date(time: str) -> str | None:
    try:
        return datetime.fromisoformat(time).date().isoformat()
    except ValueError:
        return None
