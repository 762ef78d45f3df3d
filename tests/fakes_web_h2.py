"""A loopback HTTP/2 server over TLS, just enough to see how a client ends streams."""

import asyncio
import ssl
import threading
from types import TracebackType

import h2.config
import h2.connection
import h2.events
import trustme


def contexts(*names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS context for these names, and a client's that trusts it."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


class FakeH2:
    """Serves /endless (zeros without end) and a short page at every other path."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        tls.set_alpn_protocols(["h2"])
        self._tls = tls
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.port = 0
        self.connections = 0
        self.paths: list[str] = []

    def __enter__(self) -> "FakeH2":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        for talk in self._talks:
            talk.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        endless: set[int] = set()
        try:
            while True:
                for stream in endless:
                    while (window := state.local_flow_control_window(stream)) > 0:
                        state.send_data(stream, bytes(min(window, state.max_outbound_frame_size)))
                writer.write(state.data_to_send())
                await writer.drain()
                data = await reader.read(65536)
                if not data:
                    return
                for event in state.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        self._answer(state, event, endless)
        except (OSError, h2.exceptions.ProtocolError):
            return
        finally:
            writer.close()

    def _answer(
        self, state: h2.connection.H2Connection, event: h2.events.RequestReceived, endless: set[int]
    ) -> None:
        path = next(value for name, value in event.headers if name == b":path").decode()
        self.paths.append(path)
        status = "404" if path == "/robots.txt" else "200"
        state.send_headers(event.stream_id, [(":status", status), ("content-type", "text/html")])
        if path == "/endless":
            endless.add(event.stream_id)
        else:
            state.send_data(event.stream_id, b"<h1>Good</h1>", end_stream=True)
