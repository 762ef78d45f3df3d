"""A loopback web server that misbehaves as told, and fakes of what stands between it and the client.

    with FakeWeb({"/good": GOOD, "/slow": stall, "other.test/": Page(b"...")}) as server:
        transport = CheckedTransport(CheckedBackend(resolver=Names(), dialer=Loopback(server)))

Names resolve to public addresses, and the dialer leads every checked address to the server, so that the
client's checks are in force. A list of scripts serves one request each; its last one serves all others.
"""

import asyncio
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import httpcore

PUBLIC = "93.184.216.34"  # an address of the open internet; nothing is ever sent there


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; header names in lower case."""

    host: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Page:
    """A plain answer; Content-Length is added unless headers say how the body ends."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html"})


class Talk:
    """One request being answered, down to the raw socket."""

    def __init__(self, handler: "_Handler") -> None:
        self._handler = handler
        self.closing = handler.server.closing
        self.headers = handler.headers

    def send(self, data: bytes) -> None:
        """Bytes onto the wire as they stand; raises OSError when the client has gone."""
        self._handler.wfile.write(data)
        self._handler.server.sent += len(data)

    def head(self, status: int = 200, /, **headers: str) -> None:
        """A status line and headers; underscores in names stand for hyphens."""
        lines = [f"HTTP/1.1 {status} Whatever"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def chunk(self, data: bytes) -> None:
        """One chunk of a chunked body."""
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def reset(self) -> None:
        """The connection ends at once, not by the book."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.connection.close()


Script = Page | Callable[[Talk], None]
Routes = Mapping[str, Script | Sequence[Script]]

GOOD = Page(b"<h1>Good</h1>")


def moved(target: str, status: int = 302, **headers: str) -> Page:
    """A redirect."""
    return Page(status=status, headers={"Location": target, **headers})


def stall(talk: Talk) -> None:
    """Takes the request and says nothing."""
    talk.closing.wait(30)


def refuse(talk: Talk) -> None:
    """Hangs up without a word."""
    talk.reset()


def reset_mid_body(talk: Talk) -> None:
    """Promises more than it sends before it resets the connection."""
    talk.head(Content_Type="text/html", Content_Length="100000")
    talk.send(b"x" * 5000)
    talk.reset()


def truncated(talk: Talk) -> None:
    """Promises more than it sends and ends by the book."""
    talk.head(Content_Type="text/html", Content_Length="1000", Connection="close")
    talk.send(b"x" * 500)


def truncated_chunks(talk: Talk) -> None:
    """Ends before the last chunk."""
    talk.head(Content_Type="text/html", Transfer_Encoding="chunked", Connection="close")
    talk.chunk(b"x" * 500)


def zeros(size: int, *, declared: bool = False, chunked: bool = False) -> Callable[[Talk], None]:
    """A body of that many bytes, sent as long as the client takes it."""

    def script(talk: Talk) -> None:
        end = {"Content_Length": str(size)} if declared else {"Connection": "close"}
        talk.head(200, **({"Transfer_Encoding": "chunked"} if chunked else end), Content_Type="text/html")
        block = bytes(65536)
        for _ in range(size // len(block)):
            (talk.chunk if chunked else talk.send)(block)

    return script


def bomb(size: int) -> Callable[[Talk], None]:
    """A gzip body that unpacks to that many bytes, a thousand times what is sent."""

    def script(talk: Talk) -> None:
        packer = zlib.compressobj(9, wbits=31)
        head = packer.compress(b"<h1>") + packer.flush(zlib.Z_FULL_FLUSH)
        block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
        talk.head(Content_Type="text/html", Content_Encoding="gzip", Transfer_Encoding="chunked")
        talk.chunk(head)
        for _ in range(size >> 26):  # a flushed block stands alone and may be repeated
            talk.chunk(block * 64)

    return script


def gzip_of_nothing(talk: Talk) -> None:
    """A gzip body without end that unpacks to nothing."""
    talk.head(Content_Type="text/html", Content_Encoding="gzip", Transfer_Encoding="chunked")
    talk.chunk(bytes.fromhex("1f8b0800000000000003"))
    while not talk.closing.is_set():
        talk.chunk(b"\0\0\0\xff\xff" * 10_000)


def empty_promise(talk: Talk) -> None:
    """Declares 10 GB and sends none of it."""
    talk.head(Content_Type="text/html", Content_Length="10000000000")
    talk.closing.wait(30)


def drip(talk: Talk) -> None:
    """A body that comes a byte at a time, without end."""
    talk.head(Content_Type="text/html", Transfer_Encoding="chunked")
    while not talk.closing.wait(0.02):
        talk.chunk(b"x")


def header_flood(talk: Talk) -> None:
    """Headers without end."""
    talk.send(b"HTTP/1.1 200 OK\r\n")
    while not talk.closing.is_set():
        talk.send(b"X-Flood: " + b"x" * 4000 + b"\r\n")


def informational_flood(talk: Talk) -> None:
    """Answers that are none, without end."""
    while not talk.closing.is_set():
        talk.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def garbage(talk: Talk) -> None:
    """Not HTTP at all."""
    talk.send(b"\x00\xff\x16SSH-2.0-nothing\r\n\r\n" * 50)
    talk.reset()


def endless_robots(talk: Talk) -> None:
    """A robots.txt that forbids /private at its beginning and then goes on for ever."""
    talk.head(Content_Type="text/plain", Transfer_Encoding="chunked")
    talk.chunk(b"User-agent: *\nDisallow: /private\n")
    while not talk.closing.is_set():
        talk.chunk(b"Disallow: /other\n" * 1000)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.routes: dict[str, list[Script]] = {}
        self.seen: list[Seen] = []
        self.sent = 0
        self.closing = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes
    server: _Server

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").partition(":")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append(Seen(host, self.path, headers))
        path = self.path.partition("?")[0]
        scripts = self.server.routes.get(host + path) or self.server.routes.get(path) or [Page(status=404)]
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        try:
            if isinstance(script, Page):
                self._plain(script)
            else:
                script(Talk(self))
                self.close_connection = True
        except OSError:
            self.close_connection = True

    def _plain(self, page: Page) -> None:
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        if "Transfer-Encoding" not in page.headers and page.status != 304:
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        self.wfile.write(page.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print nothing."""


class FakeWeb:
    """The server; routes are paths, or hosts with paths where a host differs. Without TLS unless told so."""

    def __init__(self, routes: Routes, tls: ssl.SSLContext | None = None) -> None:
        self._server = _Server(tls)
        self._scheme = "https" if tls else "http"
        self.add(routes)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def add(self, routes: Routes) -> None:
        """More routes; a path that is known gets new scripts."""
        for path, script in routes.items():
            alone = isinstance(script, Page) or callable(script)
            self._server.routes[path] = [script] if alone else list(script)  # type: ignore[list-item, arg-type]

    def __enter__(self) -> "FakeWeb":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def seen(self) -> list[Seen]:
        """Every request so far, robots.txt left out."""
        return [request for request in self._server.seen if request.path != "/robots.txt"]

    @property
    def robots_seen(self) -> int:
        """How often a robots.txt was asked for."""
        return len(self._server.seen) - len(self.seen)

    @property
    def sent(self) -> int:
        """Bytes that scripts have put on the wire."""
        return self._server.sent

    def url(self, path: str, host: str = "site.test") -> str:
        return f"{self._scheme}://{host}:{self.port}{path}"


class Names:
    """A resolver: a name's answers in turn, the last one for ever; other names are public and the same."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]] | None = None) -> None:
        self._answers = {name: list(rows) for name, rows in (answers or {}).items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        rows = self._answers.get(host, [[PUBLIC]])
        found = rows.pop(0) if len(rows) > 1 else rows[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return found


class Loopback(httpcore.AsyncNetworkBackend):
    """A dialer that leads to one loopback port whatever address is dialed, and remembers the addresses."""

    def __init__(self, port: int, dead: frozenset[str] = frozenset()) -> None:
        self._port = port
        self._dead = dead
        self._real = httpcore.AnyIOBackend()
        self.dialed: list[str] = []

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> Any:
        self.dialed.append(host)
        if host in self._dead:
            raise httpcore.ConnectError("nobody there")
        return await self._real.connect_tcp("127.0.0.1", self._port, *args, **options)


class FakeClock:
    """Time that passes only where someone sleeps, and then at once."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)
