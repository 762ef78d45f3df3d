"""The web client against a server that does everything wrong: each fault is a value, the next page comes.

Names resolve to public addresses and a dialer leads these to the server, so every check is in force.
"""

import asyncio
import gzip
import os
import random
import ssl
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from fakes_web import (
    GOOD,
    PUBLIC,
    FakeClock,
    FakeWeb,
    Loopback,
    Names,
    Page,
    Script,
    Talk,
    bomb,
    drip,
    empty_promise,
    endless_robots,
    garbage,
    gzip_of_nothing,
    header_flood,
    informational_flood,
    moved,
    refuse,
    reset_mid_body,
    stall,
    truncated,
    truncated_chunks,
    zeros,
)
from fakes_web_h2 import FakeH2, contexts

from ingest.web.addresses import CheckedBackend, CheckedTransport
from ingest.web.client import Web, WebSettings
from ingest.web.pace import Pace, backoff_s, retry_after_s
from ingest.web.records import Failed, Fetched, Outcome, Unchanged, Validators
from ingest.web.robots import MAX_BYTES

FAST = WebSettings(pause_s=0, connect_s=2, read_s=0.3, page_s=1, attempts=2, max_wire=10**6, max_body=10**6)
CALM = replace(FAST, read_s=5, page_s=10)  # where no time-out is wanted
HTML = {"Content-Type": "text/html"}
NO_TRUST = ssl.create_default_context(
    cadata=None, capath=os.devnull
)  # loads no certificates, which takes long


@asynccontextmanager
async def web(
    server: FakeWeb | FakeH2,
    *,
    settings: WebSettings = CALM,
    names: Names | None = None,
    clock: FakeClock | None = None,
    dialer: Loopback | None = None,
    tls: ssl.SSLContext = NO_TRUST,
) -> AsyncIterator[Web]:
    """A client for which every name leads to the server, and no wait takes time."""
    backend = CheckedBackend(resolver=names or Names(), dialer=dialer or Loopback(server.port))
    transport = CheckedTransport(backend, tls=tls)
    rng = random.Random(1)
    async with Web(settings, transport=transport, clock=clock or FakeClock(), rng=rng) as client:
        yield client


def fetch(
    server: FakeWeb,
    *urls: str,
    settings: WebSettings = CALM,
    names: Names | None = None,
    clock: FakeClock | None = None,
    dialer: Loopback | None = None,
) -> list[Outcome]:
    """The outcomes of these addresses, one after another on one client; paths are those of site.test."""

    async def run() -> list[Outcome]:
        async with web(server, settings=settings, names=names, clock=clock, dialer=dialer) as client:
            return [await client.get(url if "://" in url else server.url(url)) for url in urls]

    return asyncio.run(run())


def failed(outcome: Outcome) -> tuple[str, str]:
    assert isinstance(outcome, Failed), outcome
    return outcome.status, outcome.reason


def fetched(outcome: Outcome) -> Fetched:
    assert isinstance(outcome, Fetched), outcome
    return outcome


def big(size: int) -> Page:
    return Page(b"x" * size, headers=HTML)


def coded(coding: str, body: bytes) -> Page:
    return Page(body, headers={**HTML, "Content-Encoding": coding})


def typed(media: str) -> Page:
    return Page(b"data", headers={"Content-Type": media})


TEN_GB = 10_000_000_000
FAULTS: dict[str, tuple[Script, str, str]] = {
    "silence": (stall, "failed", "timeout"),
    "a body in drips": (drip, "failed", "timeout"),
    "interim answers without end": (informational_flood, "failed", "timeout"),
    "a reset at once": (refuse, "failed", "connection reset"),
    "a reset in mid-body": (reset_mid_body, "failed", "connection reset"),
    "a body shorter than declared": (truncated, "failed", "truncated body"),
    "chunks without a last one": (truncated_chunks, "failed", "truncated body"),
    "no HTTP": (garbage, "failed", "protocol error"),
    "a header flood": (header_flood, "failed", "protocol error"),
    "10 GB": (zeros(TEN_GB), "failed", "too large"),
    "10 GB in chunks": (zeros(TEN_GB, chunked=True), "failed", "too large"),
    "10 GB declared": (zeros(TEN_GB, declared=True), "failed", "too large"),
    "10 GB declared, never sent": (empty_promise, "failed", "too large"),
    "gzip without end that unpacks to nothing": (gzip_of_nothing, "failed", "too large"),
    "a gzip bomb": (bomb(TEN_GB), "failed", "too large"),
    "a body just over the limit": (big(10**6 + 1), "failed", "too large"),
    "a damaged gzip body": (coded("gzip", b"not gzip at all"), "failed", "damaged body"),
    "half a gzip body": (coded("gzip", gzip.compress(b"x" * 999)[:20]), "failed", "truncated body"),
    "a coding nobody asked for": (coded("br", b"\x0b\x02\x80"), "failed", "content encoding br"),
    "two codings": (coded("gzip, gzip", b""), "failed", "content encoding gzip gzip"),
    "a picture": (typed("image/png"), "failed", "media type image/png"),
    "a video": (typed("Video/MP4; x=y"), "failed", "media type video/mp4"),
    "JSON": (typed("application/json"), "failed", "media type application/json"),
    "bytes of no kind": (typed("application/octet-stream"), "failed", "media type application/octet-stream"),
    "404": (Page(b"no", 404), "gone", "HTTP 404"),
    "403 with a wait": (Page(b"no", 403, {"Retry-After": "9999"}), "failed", "HTTP 403"),
    "410": (Page(b"no", 410), "gone", "HTTP 410"),
    "401": (Page(b"no", 401), "failed", "login needed"),
    "407": (Page(b"no", 407), "failed", "login needed"),
    "403": (Page(b"no", 403), "failed", "HTTP 403"),
    "451": (Page(b"no", 451), "failed", "HTTP 451"),
    "408": (Page(b"no", 408), "failed", "HTTP 408"),
    "425": (Page(b"no", 425), "failed", "HTTP 425"),
    "429": (Page(b"no", 429), "failed", "HTTP 429"),
    "500": (Page(b"no", 500), "failed", "HTTP 500"),
    "502": (Page(b"no", 502), "failed", "HTTP 502"),
    "503": (Page(b"no", 503), "failed", "HTTP 503"),
    "504": (Page(b"no", 504), "failed", "HTTP 504"),
    "206": (Page(b"part", 206), "failed", "HTTP 206"),
    "304 unasked": (Page(b"", 304), "failed", "HTTP 304"),
    "a redirect to nowhere": (Page(b"", 302), "failed", "HTTP 302"),
    "a redirect to itself": (moved("/fault"), "failed", "redirect loop"),
    "a redirect to a loop": (moved("/loop"), "failed", "redirect loop"),
    "a damaged redirect": (moved("http://[::1"), "failed", "damaged redirect"),
    "a redirect to a file": (moved("file:///etc/passwd"), "failed", "scheme file"),
    "a redirect with a password": (moved("http://me:secret@site.test/"), "failed", "credentials in address"),
    "a redirect to this machine": (moved("http://127.0.0.1:9/"), "failed", "private address"),
    "a redirect to this machine, IPv6": (moved("http://[::1]:9/"), "failed", "private address"),
    "a redirect to metadata": (moved("http://169.254.169.254/latest/"), "failed", "private address"),
    "a redirect oddly spelled": (moved("http://0x7f.1/"), "failed", "odd address"),
    "a redirect to a private name": (moved("http://inside.test/"), "failed", "private address"),
    "a redirect to no name": (moved("http://nowhere.test/"), "failed", "name not found"),
}
NAMES: dict[str, list[list[str]]] = {"inside.test": [["10.0.0.7"]], "nowhere.test": [[]]}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_status_and_the_next_page_comes(name: str) -> None:
    script, status, reason = FAULTS[name]
    routes: dict[str, Script] = {"/fault": script, "/good": GOOD, "/loop": moved("/loop2")}
    with FakeWeb({**routes, "/loop2": moved("/loop")}) as server:
        bad, good = fetch(server, "/fault", "/good", settings=FAST, names=Names(NAMES))
        assert failed(bad) == (status, reason)
        assert isinstance(bad, Failed)
        assert bad.url == server.url("/fault")
        assert fetched(good).body == GOOD.body
        assert server.sent < 100_000_000


def test_all_faults_at_once_leave_a_client_that_works() -> None:
    routes: dict[str, Script] = {f"/{n}": script for n, (script, _, _) in enumerate(FAULTS.values())}
    routes |= {"/good": GOOD, "/loop": moved("/loop2"), "/loop2": moved("/loop"), "/fault": moved("/fault")}
    settings = replace(FAST, per_host=99, in_all=8, read_s=1, page_s=2)

    async def run(server: FakeWeb) -> tuple[list[Outcome], Outcome]:
        async with web(server, settings=settings, names=Names(NAMES)) as client:
            # a host of its own for each, so that no silence is counted against the others
            urls = [server.url(f"/{n}", f"site{n}.test") for n in range(len(FAULTS))]
            outcomes = await asyncio.gather(*map(client.get, urls))
            return outcomes, await client.get(server.url("/good"))

    with FakeWeb(routes) as server:
        outcomes, good = asyncio.run(run(server))
    assert [failed(outcome) for outcome in outcomes] == [(status, why) for _, status, why in FAULTS.values()]
    assert fetched(good).body == GOOD.body


@pytest.mark.parametrize("script", [zeros(TEN_GB), zeros(TEN_GB, chunked=True), bomb(TEN_GB)])
def test_no_body_fills_the_memory(script: Script) -> None:
    with FakeWeb({"/bomb": script, "/good": GOOD}) as server:
        fetch(server, "/good")
        tracemalloc.start()
        try:
            (outcome,) = fetch(server, "/bomb", settings=replace(CALM, max_wire=2 * 10**6))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert failed(outcome) == ("failed", "too large")
    assert peak < 12_000_000  # bytes, the server's own blocks among them; the limit is a million


def test_a_page_arrives_with_what_its_headers_say() -> None:
    headers = {
        "Content-Type": "Text/HTML; Charset='ISO-8859-1'",
        "ETag": '"abc"',
        "Last-Modified": "Mon, 05 Oct 2026 10:00:00 GMT",
    }
    with FakeWeb({"/page": Page("Grüße".encode("latin-1"), headers=headers)}) as server:
        page = fetched(fetch(server, "/page#part")[0])
        assert page.url == server.url("/page")
        assert page.body == "Grüße".encode("latin-1")
        assert (page.content_type, page.charset) == ("text/html", "iso-8859-1")
        assert page.validators == Validators('"abc"', "Mon, 05 Oct 2026 10:00:00 GMT")
        assert datetime.now(UTC) - datetime.fromisoformat(page.fetched) < timedelta(minutes=5)
        assert page.hops == ()


def test_a_body_that_is_not_wanted_is_not_taken() -> None:
    ended = threading.Event()

    def film(talk: Talk) -> None:
        talk.head(Content_Type="video/mp4", Transfer_Encoding="chunked")
        try:
            while not talk.closing.is_set():
                talk.chunk(bytes(65536))
        finally:
            ended.set()

    async def run(server: FakeWeb) -> bool:
        async with web(server) as client:
            assert failed(await client.get(server.url("/film"))) == ("failed", "media type video/mp4")
            return await asyncio.to_thread(ended.wait, 5)

    with FakeWeb({"/film": film}) as server:
        assert asyncio.run(run(server))  # while the client lives on


@pytest.mark.parametrize("name", ["utf-99", "zip", "hex", "", "\x01", "x" * 500, "utf-8;DROP"])
def test_a_charset_that_nobody_knows_is_none(name: str) -> None:
    page = Page(b"ok", headers={"Content-Type": f"text/html; charset={name}"})
    with FakeWeb({"/page": page}) as server:
        assert fetched(fetch(server, "/page")[0]).charset in ("", "utf-8")


@pytest.mark.parametrize(
    ("path", "media", "taken"),
    [
        ("/a", "text/html", True),
        ("/a", "application/xhtml+xml; charset=utf-8", True),
        ("/a", "text/markdown", True),
        ("/a", "text/plain", True),
        ("/a", "text/x-rst", True),
        ("/a", "application/pdf", True),
        ("/a", "application/x-ipynb+json", True),
        ("/a.ipynb", "application/json", True),
        ("/a.json", "application/json", False),
        ("/a.md", "application/octet-stream", True),
        ("/A.PDF", "binary/octet-stream", True),
        ("/a.exe", "application/octet-stream", False),
        ("/a.md", "image/png", False),
        ("/a", "text/csv", False),
        ("/a", "", True),
        ("/a", "nonsense", True),
        ("/a", "text/html, text/html", True),
        ("/a", "image/png, image/png", False),
    ],
)
def test_media_types_that_the_loader_reads_are_taken(path: str, media: str, taken: bool) -> None:
    headers = {"Content-Type": media} if media else {}
    with FakeWeb({path: Page(b"ok", headers=headers)}) as server:
        (outcome,) = fetch(server, path)
    assert isinstance(outcome, Fetched) == taken


def test_more_media_types_are_taken_where_a_setting_names_them() -> None:
    with FakeWeb({"/feed": typed("text/vtt")}) as server:
        assert failed(fetch(server, "/feed")[0]) == ("failed", "media type text/vtt")
        also = replace(CALM, also_media_types=frozenset(["text/vtt"]))
        assert fetched(fetch(server, "/feed", settings=also)[0]).content_type == "text/vtt"


def test_a_packed_body_is_unpacked_and_a_coding_that_is_none_is_ignored() -> None:
    text = b"many words, many words, " * 1000
    routes = {"/gzip": coded("gzip", gzip.compress(text)), "/odd": coded("utf-8", text)}
    routes |= {"/more": coded("x-gzip", gzip.compress(text) + b"rubbish"), "/empty": coded("gzip", b"")}
    with FakeWeb(routes) as server:
        bodies = [fetched(outcome).body for outcome in fetch(server, "/gzip", "/odd", "/more", "/empty")]
        assert bodies == [text, text, text, b""]
        assert {request.headers["accept-encoding"] for request in server.seen} == {"gzip"}


def test_the_client_says_who_it_is_and_whom_to_ask() -> None:
    with FakeWeb({"/": GOOD}) as server:
        fetch(server, "/")
        fetch(server, "/", settings=replace(CALM, contact="https://example.org/bot"))
        fetch(server, "/", settings=replace(CALM, contact="evil\r\nX-Header: y"))
        plain, named, evil = (request.headers["user-agent"] for request in server.seen)
    assert plain.startswith("roadmap-assistant/")
    assert "(+reads the pages" in plain
    assert named.endswith("(+https://example.org/bot)")
    assert evil == plain


# --- asking whether something changed


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    def page(talk: Talk) -> None:
        known = talk.headers["If-None-Match"] == '"v1"' or talk.headers["If-Modified-Since"] == "yesterday"
        talk.head(304 if known else 200, Content_Type="text/html", Content_Length="0")

    async def run(server: FakeWeb) -> list[Outcome]:
        asked = [Validators('"v1"'), Validators("", "yesterday"), Validators('"v0"'), Validators('"é\n"')]
        async with web(server) as client:
            return [await client.get(server.url("/moved"), given) for given in asked]

    with FakeWeb({"/page": page, "/moved": moved("/page")}) as server:
        outcomes = asyncio.run(run(server))
    assert [type(outcome) for outcome in outcomes] == [Unchanged, Unchanged, Fetched, Fetched]
    assert isinstance(outcomes[0], Unchanged)
    assert outcomes[0].url == server.url("/page")


def test_validators_that_could_not_be_sent_back_are_not_kept() -> None:
    headers = {**HTML, "ETag": "é", "Last-Modified": "x" * 2000}
    with FakeWeb({"/page": Page(b"ok", headers=headers)}) as server:
        assert fetched(fetch(server, "/page")[0]).validators == Validators()


# --- redirects


def test_redirects_are_followed_and_remembered() -> None:
    routes = {"/a": moved("/b", 301), "/b": moved("//other.test:PORT/c?x=1", 308), "/c": GOOD}
    with FakeWeb(routes) as server:
        server.add({"/b": moved(f"//other.test:{server.port}/c?x=1", 308)})
        page = fetched(fetch(server, "/a")[0])
        assert page.url == server.url("/c?x=1", "other.test")
        assert page.hops == (server.url("/a"), server.url("/b"))


def test_redirects_are_followed_so_far_and_no_further() -> None:
    routes: dict[str, Script] = {f"/{n}": moved(f"/{n + 1}") for n in range(40)}
    with FakeWeb({**routes, "/4": GOOD}) as server:
        assert len(fetched(fetch(server, "/0")[0]).hops) == 4
        assert failed(fetch(server, "/0", settings=replace(CALM, max_hops=3))[0])[1] == "too many redirects"
        assert failed(fetch(server, "/5")[0]) == ("failed", "too many redirects")


def test_a_redirect_that_sets_a_cookie_comes_through_and_the_cookie_dies_with_the_page() -> None:
    def door(talk: Talk) -> None:
        if "seen=1" in talk.headers.get("Cookie", ""):
            talk.head(Content_Type="text/html", Content_Length="0")
        else:
            talk.head(302, Location="/door", Set_Cookie="seen=1", Content_Length="0")

    with FakeWeb({"/door": door, "/other": GOOD}) as server:
        door_page, _ = fetch(server, "/door", "/other")
        assert fetched(door_page).hops == (server.url("/door"),)
        assert [request.headers.get("cookie", "") for request in server.seen] == ["", "seen=1", ""]


# --- private addresses


def test_a_name_that_turns_private_after_the_check_gains_nothing() -> None:
    names = Names({"rebind.test": [[PUBLIC], ["127.0.0.1"]]})
    with FakeWeb({"/": Page(b"", 200, {**HTML, "Connection": "close"}), "/good": GOOD}) as server:
        dialer = Loopback(server.port)
        url = server.url("/", "rebind.test")
        server.add({"/robots.txt": Page(b"", 404, {"Connection": "close"})})
        outcomes = fetch(server, url, url, "/good", names=names, dialer=dialer)
        # robots.txt was asked at the public address; each later connection is checked anew
        assert [failed(outcome) for outcome in outcomes[:2]] == [("failed", "private address")] * 2
        assert fetched(outcomes[2]).body == GOOD.body
        assert set(dialer.dialed) == {PUBLIC}
        assert [request.host for request in server.seen] == ["site.test"]


def test_nothing_private_is_asked_in_a_real_run_and_private_pages_come_where_allowed() -> None:
    async def run(url: str, *, allow_private: bool) -> Outcome:
        async with Web(CALM, allow_private=allow_private, clock=FakeClock()) as client:
            return await client.get(url)

    with FakeWeb({"/good": GOOD}) as server:
        for host in ("127.0.0.1", "localhost"):
            url = server.url("/good", host)
            assert failed(asyncio.run(run(url, allow_private=False))) == ("failed", "private address")
        assert server.seen == []
        for host in ("127.0.0.1", "localhost"):
            page = fetched(asyncio.run(run(server.url("/good", host), allow_private=True)))
            assert page.body == GOOD.body


def test_a_proxy_of_the_environment_is_used_only_where_private_addresses_are_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run(*, allow_private: bool) -> Outcome:
        async with Web(CALM, allow_private=allow_private, resolver=names, clock=FakeClock()) as client:
            return await client.get("http://inside.test/page")

    names = Names(NAMES)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with FakeWeb({}) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert failed(asyncio.run(run(allow_private=False))) == ("failed", "private address")
        assert proxy.seen == []
        assert failed(asyncio.run(run(allow_private=True))) == ("gone", "HTTP 404")
        assert [request.path for request in proxy.seen][-1] == "http://inside.test/page"


# --- TLS and HTTP/2


def test_name_and_certificate_are_checked_though_an_address_is_dialed() -> None:
    server_tls, client_tls = contexts("site.test")
    asked: list[str | None] = []
    server_tls.sni_callback = lambda sock, name, context: asked.append(name)

    async def run(server: FakeWeb, dialer: Loopback) -> list[Outcome]:
        async with web(server, tls=client_tls, dialer=dialer) as client:
            return [await client.get(server.url("/good", host)) for host in ("site.test", "evil.test")]

    with FakeWeb({"/good": GOOD}, tls=server_tls) as server:
        dialer = Loopback(server.port)
        good, evil = asyncio.run(run(server, dialer))
    assert fetched(good).body == GOOD.body
    assert failed(evil) == ("failed", "bad certificate")
    assert set(asked) == {"site.test", "evil.test"}
    assert set(dialer.dialed) == {PUBLIC}


def test_an_http2_body_that_is_too_large_does_not_starve_the_pages_after_it() -> None:
    server_tls, client_tls = contexts("site.test")

    async def run(server: FakeH2) -> list[Outcome]:
        async with web(server, tls=client_tls, settings=replace(CALM, attempts=1)) as client:
            paths = ["/good", "/good", "/endless", "/good", "/endless", "/good"]
            return [await client.get(f"https://site.test:{server.port}{path}") for path in paths]

    with FakeH2(server_tls) as server:
        outcomes = asyncio.run(run(server))
        assert server.connections == 3  # one until the first endless body, one after each
        assert server.paths.count("/robots.txt") == 1
    assert [isinstance(outcome, Fetched) for outcome in outcomes] == [True, True, False, True, False, True]
    assert failed(outcomes[2]) == ("failed", "too large")


# --- robots.txt


def robots(text: str) -> Page:
    return Page(text.encode(), headers={"Content-Type": "text/plain"})


def test_what_robots_txt_forbids_is_not_asked() -> None:
    rules = robots("User-agent: *\nDisallow: /\n\nUser-agent: Roadmap-Assistant\nDisallow: /private\n")
    routes = {"/robots.txt": rules, "/private/x": GOOD, "/public": GOOD, "/hop": moved("/private/x")}
    with FakeWeb(routes) as server:
        direct, public, hop = fetch(server, "/private/x", "/public", "/hop")
        assert failed(direct) == failed(hop) == ("disallowed", "robots.txt")
        assert fetched(public).body == GOOD.body
        assert [request.path for request in server.seen] == ["/public", "/hop"]
        assert server.robots_seen == 1


def test_each_origin_has_its_own_robots_txt_asked_at_every_hop() -> None:
    with FakeWeb({"shut.test/robots.txt": robots("User-agent: *\nDisallow: /"), "/x": GOOD}) as server:
        server.add({"/hop": moved(server.url("/x", "shut.test"))})
        assert failed(fetch(server, "/hop")[0]) == ("disallowed", "robots.txt")
        assert [request.path for request in server.seen] == ["/hop"]


def deep(length: int) -> dict[str, Script]:
    """A robots.txt behind so many redirects, that forbids everything."""
    routes: dict[str, Script] = {"/robots.txt": moved("/r1"), "/good": GOOD}
    routes |= {f"/r{n}": moved(f"/r{n + 1}") for n in range(1, length)}
    return {**routes, f"/r{length}": robots("User-agent: *\nDisallow: /")}


BIG_GROUP = "".join(f"User-agent: a{n}\n" for n in range(17_000)) + "Disallow: /x\n" * 17_000
ROBOTS: dict[str, tuple[dict[str, Script], tuple[str, str] | None]] = {
    "missing": ({}, None),
    "forbidden": ({"/robots.txt": Page(status=403)}, None),
    "behind a login": ({"/robots.txt": Page(status=401)}, None),
    "empty": ({"/robots.txt": Page(b"", 204)}, None),
    "too many requests": ({"/robots.txt": Page(status=429)}, ("disallowed", "robots.txt: HTTP 429")),
    "broken": ({"/robots.txt": Page(status=503)}, ("disallowed", "robots.txt: HTTP 503")),
    "silent": ({"/robots.txt": stall}, ("disallowed", "robots.txt: timeout")),
    "reset": ({"/robots.txt": reset_mid_body}, ("disallowed", "robots.txt: connection reset")),
    "five redirects away": (deep(5), ("disallowed", "robots.txt")),
    "six redirects away": (deep(6), None),
    "a loop": ({"/robots.txt": moved("/robots.txt")}, None),
    "inside": (
        {"/robots.txt": moved("http://127.0.0.1/robots.txt")},
        ("disallowed", "robots.txt: private address"),
    ),
    "inside by name": (
        {"/robots.txt": moved("http://inside.test/robots.txt")},
        ("disallowed", "robots.txt: private address"),
    ),
    "a web page": ({"/robots.txt": Page(b"<html>Disallow: nothing</html>")}, None),
    "not text": ({"/robots.txt": Page(bytes(range(256)) * 100)}, None),
    "marked as UTF-8": (
        {"/robots.txt": robots("\ufeffUser-agent: *\nDisallow: /")},
        ("disallowed", "robots.txt"),
    ),
    "made to stall": ({"/robots.txt": robots(BIG_GROUP)}, ("disallowed", "robots.txt: too complex")),
}


@pytest.mark.parametrize("name", ROBOTS)
def test_a_robots_txt_that_is_not_there_or_not_right_allows_all_or_nothing(name: str) -> None:
    routes, expected = ROBOTS[name]
    with FakeWeb({"/good": GOOD, **routes}) as server:
        for outcome in fetch(server, "/good", "/good", settings=FAST, names=Names(NAMES)):
            if expected:
                assert failed(outcome) == expected
            else:
                assert fetched(outcome).body == GOOD.body
        if expected:
            assert "/good" not in [request.path for request in server.seen]


def test_an_endless_robots_txt_is_read_so_far_and_holds() -> None:
    with FakeWeb({"/robots.txt": endless_robots, "/good": GOOD, "/private": GOOD}) as server:
        good, private = fetch(server, "/good", "/private")
        assert fetched(good).body == GOOD.body
        assert failed(private) == ("disallowed", "robots.txt")
        assert MAX_BYTES <= server.sent < MAX_BYTES + 20_000_000


def test_a_host_that_is_not_there_is_failed_not_disallowed() -> None:
    dead = "8.8.4.4"
    names = Names({"dead.test": [[dead]], **NAMES})
    with FakeWeb({}) as server:
        dialer = Loopback(server.port, dead=frozenset([dead]))
        urls = [server.url("/", host) for host in ("dead.test", "nowhere.test", "inside.test")]
        outcomes = fetch(server, *urls, names=names, dialer=dialer)
    reasons = ["cannot connect", "name not found", "private address"]
    assert [failed(outcome) for outcome in outcomes] == [("failed", reason) for reason in reasons]


def test_pages_that_come_together_ask_for_robots_txt_once() -> None:
    async def run(server: FakeWeb) -> None:
        async with web(server) as client:
            await asyncio.gather(*(client.get(server.url(f"/{n}")) for n in range(10)))

    with FakeWeb({}) as server:
        asyncio.run(run(server))
        assert (server.robots_seen, len(server.seen)) == (1, 10)


# --- pace, retries and Retry-After


def test_requests_to_one_host_keep_their_distance_and_other_hosts_need_not_wait() -> None:
    clock = FakeClock()
    with FakeWeb({"/good": GOOD}) as server:
        settings = replace(CALM, pause_s=7)
        fetch(
            server, "/good", "/good", "/good", server.url("/good", "b.test"), settings=settings, clock=clock
        )
    assert sum(clock.slept) == pytest.approx(4 * 7)  # each host's robots.txt has its turn, too


@pytest.mark.parametrize(("asked", "kept"), [("3", 3), ("0.5", 1), ("999", 20), ("nan", 1), ("-5", 1)])
def test_a_crawl_delay_is_kept_up_to_a_bound(asked: str, kept: float) -> None:
    clock = FakeClock()
    rules = robots(f"User-agent: *\nCrawl-delay: {asked}\n")
    settings = replace(CALM, pause_s=1, crawl_delay_max_s=20)
    with FakeWeb({"/robots.txt": rules, "/good": GOOD}) as server:
        fetch(server, "/good", "/good", "/good", settings=settings, clock=clock)
    assert clock.slept == pytest.approx([1, kept, kept])


@pytest.mark.parametrize(("per_host", "in_all", "most"), [(2, 9, 2), (9, 3, 3)])
def test_no_more_than_so_many_requests_are_under_way(per_host: int, in_all: int, most: int) -> None:
    lock, counts = threading.Lock(), [0, 0]

    def slow(talk: Talk) -> None:
        with lock:
            counts[0] += 1
            counts[1] = max(counts)
        time.sleep(0.03)
        with lock:
            counts[0] -= 1
        talk.head(Content_Type="text/html", Content_Length="0")

    async def run(server: FakeWeb) -> None:
        settings = replace(CALM, per_host=per_host, in_all=in_all)
        async with web(server, settings=settings) as client:
            await asyncio.gather(*(client.get(server.url("/slow")) for _ in range(12)))

    with FakeWeb({"/slow": slow}) as server:
        asyncio.run(run(server))
    assert counts == [0, most]


@pytest.mark.parametrize("fault", [Page(status=503), Page(status=429), refuse, truncated, reset_mid_body])
def test_a_fault_that_passes_is_tried_again(fault: Script) -> None:
    with FakeWeb({"/page": [fault, fault, GOOD]}) as server:
        assert failed(fetch(server, "/page", settings=replace(CALM, attempts=1))[0])
        server.add({"/page": [fault, fault, GOOD]})
        assert fetched(fetch(server, "/page", settings=replace(CALM, attempts=3))[0]).body == GOOD.body


@pytest.mark.parametrize("fault", [Page(status=404), Page(status=403), Page(status=501), typed("image/png")])
def test_a_fault_that_stays_is_not_tried_again(fault: Script) -> None:
    with FakeWeb({"/page": fault}) as server:
        fetch(server, "/page")
        assert len(server.seen) == 1


def test_waits_double_at_most_and_are_spread() -> None:
    rng = random.Random(3)
    waits = [[backoff_s(n, rng, first_s=1, most_s=10) for _ in range(200)] for n in range(6)]
    bounds = [1, 2, 4, 8, 10, 10]
    assert all(0 <= min(row) < bound / 10 for row, bound in zip(waits, bounds, strict=True))
    assert all(bound * 0.9 < max(row) <= bound for row, bound in zip(waits, bounds, strict=True))


def test_the_waits_of_a_page_are_those_of_its_settings() -> None:
    clock = FakeClock()
    settings = replace(CALM, attempts=5, backoff_s=4, backoff_max_s=9)
    with FakeWeb({"/page": Page(status=500)}) as server:
        fetch(server, "/page", settings=settings, clock=clock)
    rng = random.Random(1)
    assert clock.slept == [rng.uniform(0, bound) for bound in (4, 8, 9, 9)]


NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 1.5 ", 1.5),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        ("Mon, 05 Oct 2026 12:01:00 -0000", 60),
        ("-5", 0),
        ("nan", 0),
        ("inf", float("inf")),
        ("", 0),
        ("soon", 0),
        ("Mon, 99 Foo 2026 25:61:00 GMT", 0),
        ("9" * 400, float("inf")),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(value: str, seconds: float) -> None:
    assert retry_after_s(value, NOW) == seconds


def later(status: int, value: str) -> Page:
    return Page(status=status, headers={"Retry-After": value})


def test_a_server_that_asks_to_wait_is_given_the_time_by_all_its_pages() -> None:
    clock = FakeClock()
    with FakeWeb({"/page": [later(429, "50"), GOOD]}) as server:
        assert fetched(fetch(server, "/page", clock=clock)[0]).body == GOOD.body
    assert sum(clock.slept) == pytest.approx(50)
    with FakeWeb({"/page": [later(503, "50"), GOOD], "/other": GOOD}) as server:
        clock = FakeClock()

        async def run() -> list[Outcome]:
            async with web(server, settings=replace(CALM, per_host=1), clock=clock) as client:
                return await asyncio.gather(*(client.get(server.url(p)) for p in ("/page", "/other")))

        assert all(isinstance(outcome, Fetched) for outcome in asyncio.run(run()))
        assert [request.path for request in server.seen] == ["/page", "/other", "/page"]
        assert clock.time >= 1050


def test_a_server_that_asks_to_wait_too_long_is_left_alone() -> None:
    clock = FakeClock()
    with FakeWeb({"/page": later(429, "7200"), "/good": GOOD}) as server:
        outcomes = fetch(server, "/page", "/good", server.url("/good", "b.test"), clock=clock)
        assert [failed(outcome) for outcome in outcomes[:2]] == [
            ("failed", "HTTP 429, asked to wait too long")
        ] * 2
        assert fetched(outcomes[2]).body == GOOD.body
        assert [request.host for request in server.seen] == ["site.test", "b.test"]
        assert clock.slept == []
    with FakeWeb({"/page": [later(503, "7200"), GOOD], "/good": GOOD}) as server:
        bad, good = fetch(server, "/page", "/good")
        assert failed(bad) == ("failed", "HTTP 503, asked to wait too long")
        assert fetched(good).body == GOOD.body
        server.add({"/page": [later(503, "7200"), GOOD]})
        assert fetched(fetch(server, "/page", settings=replace(CALM, retry_after_max_s=8000))[0])


def test_a_host_that_falls_silent_is_given_up_after_some_pages() -> None:
    with FakeWeb({"/robots.txt": robots(""), "/x": refuse, "/good": GOOD}) as server:
        good = server.url("/good", "b.test")
        *outcomes, other = fetch(server, *["/x"] * 8, good, settings=replace(CALM, attempts=1))
        reasons = [failed(outcome)[1] for outcome in outcomes]
        assert reasons == ["connection reset"] * 5 + ["host does not answer"] * 3
        assert fetched(other).body == GOOD.body
        mixed = fetch(server, *["/x", "/x", "/x", "/x", "/good"] * 3, settings=replace(CALM, attempts=1))
        assert isinstance(mixed[-1], Fetched)


def test_a_page_has_only_so_much_time_in_all() -> None:
    started = time.monotonic()
    with FakeWeb({"/robots.txt": robots(""), "/slow": drip}) as server:
        settings = replace(CALM, page_s=0.2, attempts=9)
        assert failed(fetch(server, "/slow", settings=settings)[0]) == ("failed", "timeout")
        assert len(server.seen) == 1
    assert time.monotonic() - started < 5


def test_redirects_and_retries_spend_the_same_time() -> None:
    def slow(talk: Talk) -> None:
        time.sleep(0.05)
        talk.head(503, Content_Length="0")

    with FakeWeb({"/robots.txt": robots(""), "/slow": slow}) as server:
        settings = replace(CALM, page_s=0.2, attempts=100)
        assert failed(fetch(server, "/slow", settings=settings)[0])[0] == "failed"
        assert 2 <= len(server.seen) <= 5


def test_a_silence_is_only_so_long() -> None:
    started = time.monotonic()
    with FakeWeb({"/robots.txt": robots(""), "/silent": stall}) as server:
        settings = replace(CALM, read_s=0.1, page_s=60, attempts=1)
        assert failed(fetch(server, "/silent", settings=settings)[0]) == ("failed", "timeout")
    assert time.monotonic() - started < 5


def test_a_connection_has_only_so_much_time() -> None:
    class Mute(Names):
        async def __call__(self, host: str, port: int) -> Sequence[str]:
            await asyncio.Event().wait()
            return []

    with FakeWeb({}) as server:
        settings = replace(CALM, connect_s=0.05, attempts=2)
        assert failed(fetch(server, "/x", settings=settings, names=Mute())[0]) == ("failed", "timeout")


# --- cancellation, odd input, odd transports


def telling(reached: threading.Event) -> Callable[[Talk], None]:
    """Silence that tells when it has begun."""

    def script(talk: Talk) -> None:
        reached.set()
        stall(talk)

    return script


def test_cancellation_passes_through_and_the_client_goes_on() -> None:
    reached = threading.Event()

    async def run(server: FakeWeb) -> Outcome:
        async with web(server) as client:
            pages = [asyncio.create_task(client.get(server.url("/slow"))) for _ in range(3)]
            await asyncio.to_thread(reached.wait, 5)
            for page in pages:
                page.cancel()
            results = await asyncio.gather(*pages, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            return await client.get(server.url("/good"))

    with FakeWeb({"/slow": telling(reached), "/good": GOOD}) as server:
        assert fetched(asyncio.run(run(server))).body == GOOD.body


def test_pages_cancelled_at_any_moment_leave_room_for_those_after_them() -> None:
    async def run(server: FakeWeb) -> Outcome:
        async with web(server) as client:
            for steps in range(0, 120, 2):
                page = asyncio.create_task(client.get(server.url("/good", f"site{steps}.test")))
                for _ in range(steps):
                    await asyncio.sleep(0)
                page.cancel()
            return await client.get(server.url("/good"))

    with FakeWeb({"/good": GOOD}) as server:
        assert fetched(asyncio.run(run(server))).body == GOOD.body


def test_a_page_that_is_cancelled_while_it_asks_for_robots_txt_leaves_the_asking_to_the_next() -> None:
    reached = threading.Event()

    async def run(server: FakeWeb) -> Outcome:
        async with web(server) as client:
            first, second = (asyncio.create_task(client.get(server.url("/good"))) for _ in range(2))
            await asyncio.to_thread(reached.wait, 5)
            first.cancel()
            return await second

    with FakeWeb({"/robots.txt": [telling(reached), robots("")], "/good": GOOD}) as server:
        assert fetched(asyncio.run(run(server))).body == GOOD.body
        assert server.robots_seen == 2


@pytest.mark.parametrize("url", ["", "::", "mailto:a@b.c", "http://", "https://127.0.0.1", "x" * 10**5])
def test_whatever_is_asked_for_has_an_outcome(url: str) -> None:
    with FakeWeb({}) as server:

        async def run() -> Outcome:
            async with web(server) as client:
                return await client.get(url)

        outcome = asyncio.run(run())
        assert isinstance(outcome, Failed)
        assert (outcome.url, outcome.status) == (url, "failed")
        assert server.seen == []


def test_an_error_that_nobody_foresaw_is_still_an_outcome() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404, stream=httpx.ByteStream(b""))
        raise ZeroDivisionError

    async def run() -> Outcome:
        async with Web(CALM, transport=httpx.MockTransport(broken), clock=FakeClock()) as client:
            return await client.get("http://site.test/")

    assert failed(asyncio.run(run())) == ("failed", "error ZeroDivisionError")


def test_a_turn_is_given_back_when_its_page_fails() -> None:
    async def run() -> int:
        pace = Pace(FakeClock(), per_host=1, in_all=1, pause_s=0)
        for _ in range(5):
            with pytest.raises(KeyError):
                async with pace.turn("a.test"):
                    raise KeyError
        async with pace.turn("b.test"):
            return 1

    assert asyncio.run(asyncio.wait_for(run(), 1)) == 1
