"""A loopback HTTP server over a mirror: real headers, redirects, robots.txt, faults and traps, on one port.

Hosts are told apart by the Host header, so a page keeps its path and every host has a robots.txt of its own:
`https://a.org/x` is served as `http://a.org:PORT/x` (`server.local(url)`). A client gets there with a
resolver that sends every name to loopback: `Web(allow_private=True, resolver=server.resolver)`.
"""

import hashlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".rst": "text/x-rst; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".xml": "text/xml; charset=utf-8",
}
INDEX = ("index.html", "index.md", "index.rst", "README.md")


@dataclass(slots=True)
class Fault:
    """How an address answers instead of its page, or before it; `times` counts down, -1 for ever."""

    status: int = 0  # 0: the page's own
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None  # None: the page's own, or nothing with a status
    delay_s: float = 0.0
    reset: bool = False  # the connection breaks instead of an answer
    cut: int = -1  # the body ends after so many bytes, though more were promised
    times: int = -1


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: the real host, the path with its query, headers in lower case, seconds since start."""

    host: str
    path: str
    headers: Mapping[str, str]
    at: float


@dataclass(frozen=True, slots=True)
class Page:
    body: bytes
    content_type: str
    modified: float  # seconds since the epoch


class MirrorServer:
    """Serves a folder while used as a context manager.

    Attributes may be changed while it runs. `faults` and `pages` are keyed by real address without scheme
    ("a.org/x?y=1"); `pages` are served beside the folder's, `traps` by host: "calendar", "queries", "deep".
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.faults: dict[str, Fault] = {}
        self.pages: dict[str, Page] = {}
        self.robots: dict[str, str] = {}  # by host; a host without one answers 404
        self.traps: dict[str, set[str]] = {}
        self.validators = True  # ETag and Last-Modified are sent and honored
        self.rewrite = True  # addresses of mirrored hosts within HTML lead to this server
        self.requests: list[Request] = []
        self._files = _manifest(self.directory)
        self._redirects = _redirects(self.directory)
        self.hosts = _hosts(self.directory, self._files)
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "MirrorServer":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def local(self, url: str) -> str:
        """The address under which this server serves the page of a real one."""
        parts = urlsplit(url)
        return urlunsplit(("http", f"{parts.hostname}:{self.port}", parts.path, parts.query, parts.fragment))

    async def resolver(self, host: str, port: int) -> Sequence[str]:
        """Every name is this machine."""
        return ["127.0.0.1"]

    def add(self, address: str, body: str | bytes, content_type: str = "text/html; charset=utf-8") -> None:
        """Serves a page beside those of the folder; `address` without scheme."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[address] = Page(data, content_type, time.time())
        self.hosts.add(address.partition("/")[0])

    def asked(self, host: str = "") -> list[str]:
        """Addresses asked for so far, robots.txt left out, in order."""
        with self._lock:
            requests = list(self.requests)
        return [r.host + r.path for r in requests if host in ("", r.host) and r.path != "/robots.txt"]

    def note(self, host: str, path: str, headers: Mapping[str, str]) -> Fault | None:
        """Writes a request down; the fault that it meets."""
        with self._lock:
            self.requests.append(Request(host, path, headers, time.monotonic() - self._began))
            fault = self.faults.get(host + path)
            if fault is None or fault.times == 0:
                return None
            fault.times -= fault.times > 0
            return fault

    def answer(self, host: str, path: str) -> Page | tuple[int, str]:
        """The page, or a status and where it leads to."""
        address = host + path
        if path == "/robots.txt" and host in self.robots:
            return Page(self.robots[host].encode(), "text/plain; charset=utf-8", 0.0)
        if found := self._redirects.get(address):
            target, kind = found
            if kind.startswith("301"):
                return 301, self.local(target)
            if kind.startswith("404"):
                return 404, ""
            if kind.startswith("meta-refresh") and address not in self._files:
                return Page(_stub(self.local(target)), TYPES[".html"], 0.0)
            if kind.startswith("alias"):  # another name of the same page
                address = _address(target)
        if trap := self._trap(host, path):
            return Page(trap.encode(), TYPES[".html"], 0.0)
        if page := self.pages.get(address):
            return page
        folder = not path.endswith("/") and (
            f"{address}/" in self._files or f"{address}/" in self.pages or self._path(address).is_dir()
        )
        if folder and address not in self._files:
            return 301, f"http://{host}:{self.port}{path}/"
        if file := self._files.get(address) or self._laid(address):
            body = self._rewritten(file[0].read_bytes(), file[1])
            return Page(body, file[1], file[0].stat().st_mtime)
        return 404, ""

    def _path(self, address: str) -> Path:
        return (self.directory / unquote(address.partition("?")[0])).resolve()

    def _laid(self, address: str) -> tuple[Path, str] | None:
        """A file that no manifest lists, as `wget` lays it."""
        path = self._path(address)
        if not path.is_relative_to(self.directory):
            return None
        for candidate in (path, *(path / name for name in INDEX)):
            if candidate.is_file():
                return candidate, TYPES.get(candidate.suffix, "application/octet-stream")
        return None

    def _rewritten(self, body: bytes, content_type: str) -> bytes:
        if not self.rewrite or "html" not in content_type:
            return body

        def local(match: re.Match[bytes]) -> bytes:
            host = match[1].decode()
            return f"http://{host}:{self.port}".encode() if host in self.hosts else match[0]

        return re.sub(rb"https?://([a-z0-9.-]+\.[a-z]+)(?=[/\"'?#])", local, body)

    def _trap(self, host: str, path: str) -> str:
        """An endless page, when the host has that trap switched on."""
        for name in self.traps.get(host, ()):
            if html := TRAPS[name](path):
                return html
        return ""


def _stub(target: str) -> bytes:
    head = f'<meta charset="utf-8"><meta http-equiv="refresh" content="0; url={target}">'
    return f"<!doctype html><html><head>{head}<title>Redirecting</title></head></html>".encode()


def _page(title: str, *links: str) -> str:
    anchors = "".join(f'<p><a href="{link}">{link}</a></p>' for link in links)
    return f"<!doctype html><html><head><title>{title}</title></head><body>{anchors}</body></html>"


def _calendar(path: str) -> str:
    """Every month leads to the next one and to its days."""
    found = re.fullmatch(r"/docs/(?:events|plan)/(\d{4})/(\d{1,2})(?:/\d+)?/?", path)
    if path in ("/docs/events/", "/docs/plan/"):
        return _page("calendar", f"{path}2024/1/")
    if not found:
        return ""
    year, month = int(found[1]), int(found[2])
    there = path.split("/")[2]
    month, year = (1, year + 1) if month == 12 else (month + 1, year)
    return _page("calendar", f"/docs/{there}/{year}/{month}/", *(f"{path}{day}/" for day in range(1, 4)))


def _queries(path: str) -> str:
    """Every listing leads to two more orders of itself."""
    base, _, query = path.partition("?")
    if base != "/docs/list":
        return ""
    return _page("list", f"{base}?{query}&x=1", f"{base}?item={len(query)}", f"{base}?sort=a&n={len(query)}")


def _deep(path: str) -> str:
    """Every folder holds itself."""
    return _page("deep", "again/") if re.fullmatch(r"/docs/deep/(?:again/)*", path) else ""


TRAPS: dict[str, Callable[[str], str]] = {"calendar": _calendar, "queries": _queries, "deep": _deep}


def _address(url: str) -> str:
    parts = urlsplit(url)
    return (parts.hostname or "") + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _manifest(directory: Path) -> dict[str, tuple[Path, str]]:
    manifest = directory / "manifest.jsonl"
    rows = map(json.loads, manifest.read_text().splitlines()) if manifest.is_file() else ()
    return {_address(row["url"]): (directory / row["file"], row["content_type"]) for row in rows}


def _redirects(directory: Path) -> dict[str, tuple[str, str]]:
    listed = directory / "redirects.tsv"
    lines = listed.read_text().splitlines()[1:] if listed.is_file() else []
    rows = (line.split("\t") for line in lines)
    # what a mirror without schemes cannot tell apart would lead to itself
    return {_address(r[0]): (r[1], r[2]) for r in rows if _address(r[0]) != _address(r[1])}


def _hosts(directory: Path, files: Mapping[str, object]) -> set[str]:
    laid = {path.name for path in directory.iterdir() if path.is_dir() and "." in path.name}
    return laid | {address.partition("/")[0] for address in files}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is no news."""


def _handler(server: MirrorServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0].lower()
            headers = {name.lower(): value for name, value in self.headers.items()}
            fault = server.note(host, self.path, headers) or Fault(times=0)
            if fault.delay_s:
                time.sleep(fault.delay_s)
            if fault.reset:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            if fault.status:
                self._send(
                    fault.status, {"Content-Type": "text/plain", **fault.headers}, fault.body or b"", fault
                )
                return
            found = server.answer(host, self.path)
            if isinstance(found, tuple):
                status, target = found
                self._send(status, {"Location": target} if target else {}, b"", fault)
                return
            body = found.body if fault.body is None else fault.body
            sent = {"Content-Type": found.content_type, **self._validators(found, body), **fault.headers}
            self._send(304 if self._unchanged(sent) else 200, sent, body, fault)

        def _validators(self, page: Page, body: bytes) -> dict[str, str]:
            if not server.validators:
                return {}
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            return {"ETag": etag, "Last-Modified": formatdate(page.modified, usegmt=True)}

        def _unchanged(self, sent: Mapping[str, str]) -> bool:
            asked = self.headers.get("If-None-Match")
            if asked is not None:
                return asked == sent.get("ETag")
            since = self.headers.get("If-Modified-Since")
            return since is not None and since == sent.get("Last-Modified")

        def _send(self, status: int, headers: Mapping[str, str], body: bytes, fault: Fault) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status == 304:
                self.end_headers()
                return
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if fault.cut < 0 else body[: fault.cut])
            if 0 <= fault.cut < len(body):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    return Handler
