"""Bodies of responses: which media types are taken, and reading within limits, bombs included."""

import asyncio
import re
import zlib
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from pathlib import PurePosixPath
from typing import cast

import httpx

from ingest.web.faults import Fault

ACCEPT_ENCODING = "gzip"  # the one coding that every server has; others are not asked for and refused
MEDIA_TYPES = frozenset(
    (
        "text/html",
        "application/xhtml+xml",
        "text/markdown",
        "text/mdx",
        "text/x-markdown",
        "text/plain",
        "text/x-rst",
        "text/prs.fallenstein.rst",
        "application/pdf",
        "application/x-pdf",
        "application/x-ipynb+json",
    )
)
# types that say little: the name decides
_VAGUE = frozenset(("application/octet-stream", "binary/octet-stream", "application/x-download"))
_SUFFIXES = frozenset(
    (".html", ".htm", ".xhtml", ".md", ".markdown", ".mdx", ".txt", ".rst", ".pdf", ".ipynb")
)
_CODINGS = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress"))
_TOKEN = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_PIECE = 64 * 1024  # bytes that are unpacked at once
_SKIMMED = 64 * 1024  # bytes of an unwanted body that are read rather than give the connection up
_SKIM_S = 2.0


def media_of(response: httpx.Response) -> tuple[str, str]:
    """Media type and charset in lower case as the header states them, "" where it states none we know."""
    media, _, parameters = response.headers.get("content-type", "").partition(";")
    media = media.partition(",")[0].strip().lower()  # a header given twice arrives joined
    found = re.search(r"charset\s*=\s*[\"']?([\w.:+-]+)", parameters, re.IGNORECASE | re.ASCII)
    return (media if _TOKEN.fullmatch(media) else ""), (_known_charset(found[1]) if found else "")


def _known_charset(name: str) -> str:
    try:
        b"a".decode(name, errors="replace")  # refuses codecs that are not for text, too
    except (LookupError, ValueError):
        return ""
    return name.lower()


def check_media(media: str, path: str, also: frozenset[str]) -> None:
    """Raises Fault for a media type that is not taken; an absent one is left to the loader."""
    suffix = PurePosixPath(path).suffix.lower()
    taken = (
        not media
        or media in MEDIA_TYPES
        or media in also
        or (media in _VAGUE and suffix in _SUFFIXES)
        or (media == "application/json" and suffix == ".ipynb")
    )
    if not taken:
        raise Fault(f"media type {media[:60]}")


async def read_body(response: httpx.Response, *, max_wire: int, max_body: int, cut: bool = False) -> bytes:
    """The whole body, unpacked; limits in bytes before and after unpacking.

    Raises Fault beyond a limit, unless `cut` asks for what fits. No more than twice the limit is ever held.
    """
    unpacker = _unpacker(response.headers.get("content-encoding", ""))
    if not cut and _declared(response) > max_wire:
        raise Fault("too large")
    body = bytearray()
    wire = 0
    try:
        async with aclosing(_raw(response)) as chunks:
            async for chunk in chunks:
                wire += len(chunk)
                for piece in unpacker.feed(chunk) if unpacker else (chunk,):
                    body += piece
                    if len(body) > max_body:
                        break
                if wire > max_wire or len(body) > max_body:
                    if cut:
                        return bytes(body[:max_body])
                    raise Fault("too large")
    except httpx.RemoteProtocolError as error:
        raise Fault("truncated body", passing=True) from error
    except zlib.error as error:
        raise Fault("damaged body") from error
    if unpacker and wire and not unpacker.finished:
        raise Fault("truncated body", passing=True)
    return bytes(body)


async def skim(response: httpx.Response) -> None:
    """Reads a body that nobody wants, if it is short, so that its connection can serve again."""
    read = 0
    with suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(_SKIM_S), aclosing(_raw(response)) as chunks:
            async for chunk in chunks:
                read += len(chunk)
                if read > _SKIMMED:
                    return


def _raw(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it comes off the wire; a generator, so that it can be closed in time."""
    return cast(AsyncGenerator[bytes, None], response.aiter_raw())


def _declared(response: httpx.Response) -> int:
    """The body's length in bytes as the header states it, 0 where it states none."""
    value = response.headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else 0


def _unpacker(header: str) -> "_Gunzip | None":
    # names that are no compression ("utf-8", "aws-chunked") are mistakes that leave the body as it is
    codings = [name for part in header.split(",") if (name := part.strip().lower()) in _CODINGS]
    if not codings:
        return None
    if codings not in (["gzip"], ["x-gzip"]):
        raise Fault(f"content encoding {' '.join(codings)[:60]}")
    return _Gunzip()


class _Gunzip:
    """Unpacks gzip in pieces of at most 64 KiB, so that a bomb is noticed before it fills the memory."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    @property
    def finished(self) -> bool:
        """Whether the end of the packed data was met."""
        return self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What these bytes unpack to; bytes behind the end are ignored, as browsers do."""
        while not self._stream.eof:
            piece = self._stream.decompress(data, _PIECE)
            data = self._stream.unconsumed_tail
            if piece:
                yield piece
            if not data:
                return
