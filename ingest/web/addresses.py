"""Only public addresses: what may be fetched, and a transport that connects to the address it has checked."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpcore
import httpx
from h2.exceptions import H2Error

from ingest.web.faults import Fault

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]  # name and port to addresses; raises OSError
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_CORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)

_LONGEST = 8000  # characters of an address; servers take no more
_TRIED = 6  # addresses of one name that are tried in turn

# listed here rather than asked of `ipaddress`, whose answers differ between Python's patch releases
_CLOSED_V4 = [
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; one cloud keeps its metadata there
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own service, though the block is public
        "169.254.0.0/16",  # link-local, metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation, as are 198.51.100 and 203.0.113
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
_GLOBAL_V6 = ip_network("2000::/3")
_CLOSED_V6 = [
    ip_network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation, as is 3fff::
        "3fff::/20",
    )
]
_MAPPED = ip_network("::ffff:0:0/96")
_NAT64 = ip_network("64:ff9b::/96")
_6TO4 = ip_network("2002::/16")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
# a host whose last label is a number is an IPv4 address to many resolvers, however it is spelled
_NUMERIC = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$", re.IGNORECASE)


def is_public(address: str) -> bool:
    """Whether an IP address is of the open internet; IPv6 that carries IPv4 is judged by what it carries."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        return _is_public_v6(parsed)
    return not any(parsed in block for block in _CLOSED_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if address in _MAPPED or address in _NAT64:
        return is_public(str(IPv4Address(int(address) & 0xFFFF_FFFF)))
    if address in _6TO4:
        return is_public(str(IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)))
    return address in _GLOBAL_V6 and not any(address in block for block in _CLOSED_V6)


def checked_url(address: str, *, allow_private: bool = False) -> httpx.URL:
    """The address as it may be asked for, without fragment and final dot; raises Fault where it may not."""
    if len(address) > _LONGEST:
        raise Fault("address too long")
    try:
        url = httpx.URL(address.strip())
        host = url.raw_host.decode("ascii").removesuffix(".")
    except (httpx.InvalidURL, ValueError) as error:
        raise Fault("damaged address") from error
    if url.scheme not in ("http", "https"):
        raise Fault(f"scheme {url.scheme[:20]}" if url.scheme else "damaged address")
    if url.userinfo:
        raise Fault("credentials in address")
    literal = _is_literal(host)
    if not (literal or _HOST.fullmatch(host)) or (url.port or 0) > 65535:
        raise Fault("damaged address")
    if not allow_private and not literal and _NUMERIC.search(host):
        raise Fault("odd address")
    if not allow_private and literal and not is_public(host):
        raise Fault("private address", unreached=True)
    return url.copy_with(host=host, fragment=None)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The system's addresses of a name, in the order to try them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses only.

    The name is looked up once per connection, every answer is checked, and the connection goes to one of
    these very answers: a name that answers differently the next time gains nothing. Host and certificate
    stay those of the URL, since they are seen to above this layer.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolver: Resolver = system_resolver,
        dialer: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._dialer = dialer or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that takes one; `timeout` in seconds holds for all of them."""
        loop = asyncio.get_running_loop()
        end = loop.time() + (3600.0 if timeout is None else timeout)
        addresses = (await self._addresses(host, port, end))[:_TRIED]
        for position, address in enumerate(addresses):
            share = max(end - loop.time(), 0.0) / (len(addresses) - position)
            try:
                return await self._dialer.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(addresses) - 1:
                    raise
        raise Fault("name not found", unreached=True)

    async def _addresses(self, host: str, port: int, end: float) -> Sequence[str]:
        """The checked addresses of a name or address."""
        found = [host] if _is_literal(host) else await self._looked_up(host, port, end)
        if not self._allow_private and not all(map(is_public, found)):
            raise Fault("private address", unreached=True)
        return found

    async def _looked_up(self, host: str, port: int, end: float) -> Sequence[str]:
        try:
            async with asyncio.timeout_at(end):
                return await self._resolver(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(error) from error
        except (OSError, UnicodeError) as error:  # the latter for labels that are too long
            if getattr(error, "errno", None) == socket.EAI_AGAIN:
                raise Fault("name lookup failed", passing=True, unreached=True) from error
            raise Fault("name not found", unreached=True) from error


class CheckedTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 and HTTP/2 over a backend; knows nothing of proxies. `idle` connections are kept open."""

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, *, idle: int = 16, tls: ssl.SSLContext | None = None
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(),
            # no bound: a request that is cancelled at the wrong moment leaves its connection counted for ever
            max_connections=None,
            max_keepalive_connections=idle,
            keepalive_expiry=5.0,
            http2=True,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response, its body still to be read; raises httpx's errors, and Fault for a refused address."""
        asked = httpcore.Request(
            request.method,
            _core_url(request.url),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            response = await self._pool.handle_async_request(asked)
        except _CORE_ERRORS as error:
            raise _translated(error) from error
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Stream(response),
            extensions=response.extensions,
        )

    async def drop(self, url: httpx.URL) -> None:
        """Ends the connections to this URL's server."""
        origin = _core_url(url).origin
        for connection in self._pool.connections:
            if connection.can_handle_request(origin) and not connection.is_closed():
                with suppress(H2Error):  # the server may have ended it, too
                    await connection.aclose()

    async def aclose(self) -> None:
        """Ends all connections."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    """A response's body as it comes off the wire."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._response.aiter_stream():
                yield part
        except _CORE_ERRORS as error:
            raise _translated(error) from error
        except H2Error as error:  # httpcore lets these pass while a body is read
            raise httpx.RemoteProtocolError(str(error)) from error

    async def aclose(self) -> None:
        await self._response.aclose()


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _translated(error: Exception) -> Exception:
    """httpx's error of the same name, as callers of a transport expect it."""
    kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)
    return kind(str(error))
