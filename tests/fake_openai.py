"""A loopback server that speaks OpenAI's streaming chat completions and misbehaves as scripted.

    with FakeOpenAI(Stream("Week 20 covers KServe [1].")) as server:
        ChatOpenAI(base_url=server.base_url, ...)

Each request takes the next script; the last one serves all requests after it.
"""

import json
import re
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar

MODEL = "fake-model"


@dataclass(frozen=True)
class Stall:
    """Silence on an open connection until the client goes or the server closes."""

    comments: bool = False  # SSE comments go on meanwhile: bytes that carry no content


@dataclass(frozen=True)
class Die:
    """The socket is reset at once, in the middle of whatever was being said."""


@dataclass(frozen=True)
class Raw:
    """Bytes sent as they stand, for what is no proper event."""

    data: bytes


Step = str | Stall | Die | Raw


@dataclass(frozen=True)
class Stream:
    """A streamed reply: texts are cut into small pieces, other steps happen where they stand."""

    steps: tuple[Step, ...]
    finish_reason: str | None = "stop"
    done: bool = True  # whether "data: [DONE]" is sent
    chunked: bool = True  # without it the end of the body is the end of the connection

    def __init__(
        self, *steps: Step, finish_reason: str | None = "stop", done: bool = True, chunked: bool = True
    ):
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "finish_reason", finish_reason)
        object.__setattr__(self, "done", done)
        object.__setattr__(self, "chunked", chunked)


@dataclass(frozen=True)
class Status:
    """A plain HTTP answer: an error of the API, or something that is no API at all."""

    code: int
    message: str = "scripted"
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


Script = Stream | Status


@dataclass(frozen=True)
class Seen:
    """A request as the server received it."""

    authorization: str
    body: dict[str, Any]

    @property
    def system(self) -> str:
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] in ("system", "developer"))

    @property
    def human(self) -> str:
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] == "user")


class FakeOpenAI:
    """The server; `requests` holds what it was asked, in order."""

    def __init__(self, *scripts: Script) -> None:
        self.requests: list[Seen] = []
        self.closing = threading.Event()
        self._scripts = list(scripts)
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def take(self, seen: Seen) -> Script:
        with self._lock:
            self.requests.append(seen)
            return self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]

    def __enter__(self) -> "FakeOpenAI":
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def closed_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: ClassVar[FakeOpenAI]

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the test's terminal."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        script = self.owner.take(Seen(self.headers.get("Authorization", ""), body))
        try:
            if self.path != "/v1/chat/completions":
                self._status(Status(404, f"no such path: {self.path}"))
            elif isinstance(script, Status):
                self._status(script)
            else:
                self._stream(script)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has gone, as some tests want

    def _status(self, status: Status) -> None:
        body = status.message.encode()
        if status.content_type == "application/json":
            body = json.dumps(
                {"error": {"message": status.message, "type": "scripted", "code": None}}
            ).encode()
        self.send_response(status.code)
        for name, value in {"Content-Type": status.content_type, **status.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, script: Stream) -> None:
        self._chunked = script.chunked
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        if script.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        for step in script.steps:
            if isinstance(step, str):
                for piece in re.findall(r"\s*\S{1,4}|\s+", step):
                    self._event({"content": piece}, None)
            elif isinstance(step, Raw):
                self._send(step.data)
            elif isinstance(step, Stall):
                self._stall(step)
                return
            else:
                self._die()
                return
        if script.finish_reason is not None:
            self._event({}, script.finish_reason)
        if script.done:
            self._send(b"data: [DONE]\n\n")
        if script.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _event(self, delta: dict[str, Any], finish_reason: str | None) -> None:
        choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish_reason}
        event = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": MODEL,
            "choices": [choice],
        }
        self._send(f"data: {json.dumps(event)}\n\n".encode())

    def _send(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data)
        self.wfile.flush()

    def _stall(self, stall: Stall) -> None:
        while not self.owner.closing.wait(0.05):
            if stall.comments:
                self._send(b": still here\n\n")
        self.close_connection = True

    def _die(self) -> None:
        # linger of zero seconds: closing sends a reset instead of an orderly end
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
