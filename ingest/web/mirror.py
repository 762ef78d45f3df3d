"""A Getter over a folder of pages: as `wget --mirror` lays them, or listed in a `manifest.jsonl`. No network.

Rows of the manifest are `{"url", "file", "content_type"?, "licence"?, "sha256"?, "fetched"?}`. Beside it,
`redirects.tsv` may name redirects (from, to, kind); one of the kind 404 is none. A page is known again by the
hash of its bytes, whatever the file's time says.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime
from errno import ENAMETOOLONG
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.web.keys import url_key
from ingest.web.records import NO_VALIDATORS, Failed, FailedStatus, Fetched, Outcome, Unchanged, Validators

MANIFEST = "manifest.jsonl"
REDIRECTS = "redirects.tsv"

NOT_MIRRORED = "not in the mirror"
MISSING = "missing file"
CHANGED = "not the listed sha256"
OUTSIDE = "path outside the mirror"
UNREADABLE = "unreadable file"
TOO_LARGE = "too large"
BAD_ROW = "manifest row"
TWICE = "listed twice"
REDIRECT_LOOP = "redirect loop"

_LARGEST_LIST = 500_000_000  # bytes of a manifest
_MOST_HOPS = 10
_INDEX = ("index.html", "index.htm", "index.md", "index.rst", "README.md", "README.rst")
_CONTENT_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdx": "text/mdx",
    ".rst": "text/x-rst",
    ".txt": "text/plain",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".xml": "application/xml",
}


class _Row(BaseModel):
    """A row of the manifest; what else it holds is its maker's own."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    url: str = Field(min_length=1)
    file: str = Field(min_length=1)
    content_type: str = ""
    licence: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-fA-F]{64})?$")
    fetched: str = ""


class _Refused(Exception):
    """Why a file is not given."""

    def __init__(self, reason: str, status: FailedStatus = "failed") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status: FailedStatus = status


class Mirror:
    """A Getter over a folder.

    With a manifest, its rows are all the pages there are: `frontier` names them, and `get` answers for each.
    """

    def __init__(
        self,
        directory: Path,
        *,
        max_body: int = 50_000_000,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._root = directory.resolve()
        self._max_body = max_body
        self._now = now
        self._rows: dict[str, _Row] = {}
        self._by_key: dict[str, _Row] = {}
        self._broken: dict[str, Failed] = {}
        self._listed: list[str] = []
        self.has_manifest = (self._root / MANIFEST).is_file()
        if self.has_manifest:
            self._read_manifest()
        self._redirects = dict(self._read_redirects())

    def frontier(self) -> tuple[str, ...]:
        """Every address of the manifest, one a row, broken rows as "manifest.jsonl:LINE"; without one, ()."""
        return tuple(self._listed)

    async def get(self, url: str, validators: Validators = NO_VALIDATORS) -> Outcome:
        """The page's outcome; a row without its file is gone, one that is not what it says has failed."""
        return await asyncio.to_thread(self._get, url, validators)

    def _get(self, url: str, validators: Validators) -> Outcome:
        if url in self._broken:
            return self._broken[url]
        try:
            target, hops, file, row = self._located(url)
            body, modified = self._read(file)
        except _Refused as refused:
            return Failed(url, refused.status, refused.reason)
        except (OSError, ValueError, OverflowError):  # no name for a file, not allowed, an odd time
            return Failed(url, "failed", UNREADABLE)
        digest = hashlib.sha256(body).hexdigest()
        if row.sha256 and digest != row.sha256.lower():
            return Failed(url, "failed", CHANGED)
        now = self._now().astimezone(UTC).isoformat(timespec="seconds")
        etag = f'"{digest}"'
        if validators.etag == etag or (not validators.etag and validators.last_modified == modified):
            return Unchanged(target, now)
        media, charset = _media(row.content_type or _CONTENT_TYPES.get(file.suffix.lower(), ""))
        return Fetched(
            url=target,
            body=body,
            content_type=media or _guessed(body),
            charset=charset,
            validators=Validators(etag, modified),
            fetched=row.fetched or now,
            hops=hops,
            licence=row.licence,
        )

    def _located(self, url: str) -> tuple[str, tuple[str, ...], Path, _Row]:
        """Where an address ends, the addresses passed, its file and row; raises as `_inside` does."""
        hops: list[str] = []
        target = url
        while True:
            row = self._rows.get(target) or self._by_key.get(url_key(target))
            if row:
                file = self._inside(row.file)
                if file is None:
                    raise _Refused(MISSING, "gone")
                return target, tuple(hops), file, row
            if not self.has_manifest and (file := self._laid(target)):
                return target, tuple(hops), file, _Row(url=target, file=file.name)
            hops.append(target)
            target = self._redirects.get(url_key(target), "")
            if not target:
                raise _Refused(NOT_MIRRORED)
            if len(hops) > _MOST_HOPS:
                raise _Refused(REDIRECT_LOOP)

    def _laid(self, url: str) -> Path | None:
        """The file that `wget` made of an address, None where it made none; raises as `_inside` does."""
        for name in _names(url):
            file = self._inside(name)
            if file and file.is_dir():
                found = (self._inside(f"{name}/{index}") for index in _INDEX)
                file = next((path for path in found if path and not path.is_dir()), None)
            if file:
                return file
        return None

    def _inside(self, name: str) -> Path | None:
        """The real path of a name; None where nothing lies there. Raises _Refused, OSError or ValueError."""
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts:
            raise _Refused(OUTSIDE)
        try:
            real = self._root.joinpath(*pure.parts).resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except RuntimeError as error:  # links in a circle, before Python 3.13
            raise _Refused(UNREADABLE) from error
        except OSError as error:
            if error.errno == ENAMETOOLONG:
                return None
            raise
        if not real.is_relative_to(self._root):
            raise _Refused(OUTSIDE)
        return real

    def _read(self, file: Path) -> tuple[bytes, str]:
        """The bytes and when they were last changed; raises _Refused, OSError or OverflowError."""
        if not file.is_file():  # a pipe would never end
            raise _Refused(UNREADABLE)
        with file.open("rb") as stream:
            seconds = os.fstat(stream.fileno()).st_mtime
            body = stream.read(self._max_body + 1)
        if len(body) > self._max_body:
            raise _Refused(TOO_LARGE)
        return body, format_datetime(datetime.fromtimestamp(int(seconds), UTC), usegmt=True)

    def _read_manifest(self) -> None:
        for number, line in enumerate(self._lines(MANIFEST), start=1):
            if not line.strip():
                continue
            place = f"{MANIFEST}:{number}"
            try:
                row = _Row.model_validate_json(line)
            except ValidationError:
                self._broken[place] = Failed(place, "failed", BAD_ROW)
                self._listed.append(place)
                continue
            if row.url in self._rows:
                self._broken[place] = Failed(place, "failed", TWICE)
                self._listed.append(place)
                continue
            self._rows[row.url] = row
            self._listed.append(row.url)
            if key := url_key(row.url):
                self._by_key.setdefault(key, row)

    def _read_redirects(self) -> Iterator[tuple[str, str]]:
        for line in self._lines(REDIRECTS):
            start, _, rest = line.partition("\t")
            target, _, kind = rest.partition("\t")
            key = url_key(start)
            if key and url_key(target) not in ("", key) and not kind.startswith("404"):
                yield key, target.strip()

    def _lines(self, name: str) -> list[str]:
        path = self._root / name
        try:
            if not path.is_file() or path.stat().st_size > _LARGEST_LIST:
                return []
            return path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
        except OSError:
            return []


def _names(url: str) -> Iterator[str]:
    """Where `wget` may have put a page, likeliest first; a folder stands for its index."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return
    bare = host.removeprefix("www.")
    hosts = [host, *([bare] if bare != host else [f"www.{host}"])]
    if port:
        hosts = [f"{name}{sign}{port}" for name in hosts for sign in ":+"] + hosts
    for path in dict.fromkeys((unquote(parts.path), parts.path)):
        for folder in hosts if host else ():
            yield from _spellings(f"{folder}/{path.lstrip('/')}", parts.query)


def _spellings(path: str, query: str) -> Iterator[str]:
    """One path with its query, as versions and settings of `wget` write it."""
    if path.endswith("/"):
        paths = [f"{path}index.html", path.rstrip("/")] if query else [path.rstrip("/")]
    else:
        paths = [path, f"{path}/index.html"] if query else [path]
    for name in paths:
        if not query:
            yield from (name, f"{name}.html", f"{name}.htm", f"{name}.md")
            continue
        for mark in ("?", "@", "%3F"):
            for asked in dict.fromkeys((query.replace("/", "%2F"), unquote(query).replace("/", "%2F"))):
                yield from (f"{name}{mark}{asked}", f"{name}{mark}{asked}.html")


def _media(content_type: str) -> tuple[str, str]:
    """Media type and charset in lower case."""
    message = Message()
    message["content-type"] = content_type.replace("\r", " ").replace("\n", " ")
    charset = message.get_content_charset("")
    return (message.get_content_type() if "/" in content_type else ""), charset


def _guessed(body: bytes) -> str:
    """The media type of a file without a telling name."""
    head = body[:1024].lstrip().lower()
    if head.startswith(b"%pdf-"):
        return "application/pdf"
    return "text/html" if head.startswith((b"<!doctype html", b"<html", b"<!--", b"<?xml")) else "text/plain"
