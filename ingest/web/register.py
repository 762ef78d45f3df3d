"""What is known of every linked page, in `resources.sqlite`: outcomes, times, hashes, the last good text.

Each page is one transaction, so that a run killed at any moment loses nothing that it has learned.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import TypeAdapter

from assistant.documents import Block
from assistant.errors import InputError
from ingest.web.records import Validators

FILE_NAME = "resources.sqlite"
Status = Literal["new", "changed", "unchanged", "gone", "failed", "thin", "disallowed"]
STATUSES: tuple[Status, ...] = get_args(Status)

_BLOCKS = TypeAdapter(tuple[Block, ...])
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    key TEXT PRIMARY KEY, url TEXT NOT NULL, roots TEXT NOT NULL, depth INTEGER NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, origin TEXT NOT NULL, run INTEGER NOT NULL,
    first_seen TEXT NOT NULL, checked TEXT NOT NULL, fetched TEXT NOT NULL, changed TEXT NOT NULL,
    etag TEXT NOT NULL, last_modified TEXT NOT NULL, body_sha256 TEXT NOT NULL, media_type TEXT NOT NULL,
    reading TEXT NOT NULL, reader INTEGER NOT NULL, refreshed INTEGER NOT NULL, text_sha256 TEXT NOT NULL,
    licence TEXT NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL, links BLOB
);
CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, text TEXT NOT NULL, blocks BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, origin TEXT NOT NULL, depth INTEGER NOT NULL, started TEXT NOT NULL,
    finished TEXT NOT NULL, counts TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS places (
    key TEXT NOT NULL, url TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
    heading_path TEXT NOT NULL, text TEXT NOT NULL, why TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A page as the last run left it; times are ISO in UTC, "" where it never happened."""

    key: str
    url: str  # where it ended, after redirects
    roots: tuple[str, ...]  # keys of the linked pages that it lies beneath (its own, for such a page)
    depth: int
    status: Status
    reason: str
    origin: str  # "web", or the folder of a mirror
    run: int
    first_seen: str
    checked: str
    fetched: str = ""  # when the last body came
    changed: str = ""  # when the text that is kept came
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""
    media_type: str = ""
    reading: str = ""  # what that body was read as: "" a page, else "thin: why" or "failed: why"
    reader: int = 0  # version of the reading that said so
    refreshed: bool = False  # reached by a page that sends its readers on
    text_sha256: str = ""  # "" where no good text ever came
    licence: str = ""
    language: str = ""
    title: str = ""
    links: tuple[str, ...] | None = None  # of the last body; None where nobody asked for them

    @property
    def validators(self) -> Validators:
        return Validators(self.etag, self.last_modified)


@dataclass(frozen=True, slots=True)
class Run:
    """One refresh; a resumed one goes on where an interrupted one stopped."""

    id: int
    origin: str
    depth: int
    started: str
    finished: str = ""
    counts: Mapping[str, Any] | None = None
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document links to a page; `key` is "" for a damaged link."""

    key: str
    url: str
    source: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    why: str = ""


_COLUMNS = tuple(field.name for field in fields(Record))


class Register:
    """The pages of a data directory; used as a context manager, by one thread of one process."""

    def __init__(self, data: Path, *, copy: bool = False) -> None:
        """`copy` works on a copy in memory, as a dry run does. Raises InputError for a damaged file."""
        self._path = data / FILE_NAME
        try:
            self._database = _copied(self._path) if copy else sqlite3.connect(self._path, timeout=30)
            self._prepare()
        except sqlite3.OperationalError:  # locked or not writable
            raise
        except sqlite3.DatabaseError as error:
            raise _damaged(self._path) from error

    def _prepare(self) -> None:
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)

    def __enter__(self) -> "Register":
        return self

    def __exit__(self, *exception: object) -> None:
        self._database.close()

    def record(self, key: str) -> Record | None:
        row = self._database.execute("SELECT * FROM pages WHERE key = ?", (key,)).fetchone()
        return _record(row) if row else None

    def records(self) -> Iterator[Record]:
        """Every page, in the order of keys."""
        return map(_record, self._database.execute("SELECT * FROM pages ORDER BY key"))

    def text(self, key: str) -> tuple[str, tuple[Block, ...]]:
        """The last good text with its structure; KeyError where none ever came."""
        row = self._database.execute("SELECT text, blocks FROM texts WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return row["text"], _BLOCKS.validate_json(zlib.decompress(row["blocks"]))

    def save(self, record: Record, text: tuple[str, tuple[Block, ...]] | None = None) -> None:
        """Write a page down, its text only where a new good one came."""
        values = dict(zip(_COLUMNS, astuple(record), strict=True))
        values["roots"] = json.dumps(record.roots)
        values["links"] = None if record.links is None else zlib.compress(json.dumps(record.links).encode())
        marks = ",".join("?" * len(_COLUMNS))
        with self._database:
            self._database.execute(
                f"INSERT OR REPLACE INTO pages ({','.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608 ours
                tuple(values.values()),
            )
            if text is not None:
                packed = zlib.compress(_BLOCKS.dump_json(text[1]))
                self._database.execute(
                    "INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", (record.key, text[0], packed)
                )

    def set_roots(self, roots: Mapping[str, Iterable[str]]) -> None:
        """Say anew which linked pages these pages lie beneath."""
        rows = ((json.dumps(list(found)), key) for key, found in roots.items())
        with self._database:
            self._database.executemany("UPDATE pages SET roots = ? WHERE key = ?", rows)

    def remove(self, keys: Iterable[str]) -> None:
        """Forget these pages."""
        with self._database:
            for key in keys:
                self._database.execute("DELETE FROM pages WHERE key = ?", (key,))
                self._database.execute("DELETE FROM texts WHERE key = ?", (key,))

    def begin(self, origin: str, depth: int, now: str) -> Run:
        """A new run, or the last one where it was interrupted on the same origin."""
        last = self.last_run()
        if last and not last.finished and last.origin == origin:
            return Run(last.id, origin, depth, last.started, resumed=True)
        with self._database:
            cursor = self._database.execute(
                "INSERT INTO runs (origin, depth, started, finished, counts) VALUES (?, ?, ?, '', '{}')",
                (origin, depth, now),
            )
        return Run(cursor.lastrowid or 0, origin, depth, now)

    def finish(self, run: Run, counts: Mapping[str, Any], now: str) -> None:
        with self._database:
            self._database.execute(
                "UPDATE runs SET finished = ?, counts = ?, depth = ? WHERE id = ?",
                (now, json.dumps(counts), run.depth, run.id),
            )

    def last_run(self) -> Run | None:
        row = self._database.execute("SELECT * FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        return Run(**{**dict(row), "counts": json.loads(row["counts"])}) if row else None

    def set_places(self, places: Iterable[Place]) -> None:
        """Replace what is known of where links stand."""
        rows = [(p.key, p.url, p.source, p.title, json.dumps(p.heading_path), p.text, p.why) for p in places]
        with self._database:
            self._database.execute("DELETE FROM places")
            self._database.executemany("INSERT INTO places VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def places(self) -> tuple[Place, ...]:
        """Where documents link to pages, in reading order, damaged links among them."""
        rows = self._database.execute("SELECT * FROM places ORDER BY rowid")
        return tuple(Place(**{**dict(r), "heading_path": tuple(json.loads(r["heading_path"]))}) for r in rows)

    def note(self, name: str) -> str:
        """A value kept beside the pages, "" where there is none."""
        row = self._database.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else ""

    def set_note(self, name: str, value: str) -> None:
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))


def has_register(data: Path) -> bool:
    return (data / FILE_NAME).is_file()


def _record(row: sqlite3.Row) -> Record:
    values = {name: row[name] for name in _COLUMNS}
    values["roots"] = tuple(json.loads(row["roots"]))
    values["refreshed"] = bool(row["refreshed"])
    if row["links"] is not None:
        values["links"] = tuple(json.loads(zlib.decompress(row["links"])))
    return Record(**values)


def _copied(path: Path) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:")
    if path.is_file():
        source = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)
        try:
            source.backup(memory)
        finally:
            source.close()
    return memory


def _damaged(path: Path) -> InputError:
    return InputError(
        f"The register of linked pages in {path} cannot be read; delete it and fetch them anew with: "
        "roadmap ingest --links"
    )
