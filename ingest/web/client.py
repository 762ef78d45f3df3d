"""The open web behind one method: `Web.get` gives a page, word that nothing changed, or a counted failure."""

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from urllib.request import getproxies

import httpx

from ingest.web import robots
from ingest.web.addresses import CheckedBackend, CheckedTransport, Resolver, checked_url, system_resolver
from ingest.web.bodies import ACCEPT_ENCODING, check_media, media_of, read_body, skim
from ingest.web.faults import Fault, fault_of_code, fault_of_error
from ingest.web.pace import Clock, Pace, SystemClock, backoff_s, retry_after_s
from ingest.web.records import NO_VALIDATORS, Failed, Fetched, Outcome, Unchanged, Validators

AGENT = "roadmap-assistant"  # the name that robots.txt files know
PURPOSE = "reads the pages that learning roadmaps link to"

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_ACCEPT = "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.9, */*;q=0.5"
_PLAIN = re.compile(r"[\x20-\x7e]{1,1000}")  # what may stand in a header


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the web is asked; times in seconds, sizes in bytes."""

    contact: str = ""  # an address or page of whoever runs this, sent to the servers
    per_host: int = 2  # requests at once to one host
    in_all: int = 16  # requests at once
    pause_s: float = 0.5  # between the starts of two requests to one host
    crawl_delay_max_s: float = 30.0  # a robots.txt that asks for longer pauses gets these
    connect_s: float = 10.0
    read_s: float = 20.0  # longest silence
    page_s: float = 60.0  # a page's exchanges in all, waits for its turn left out
    attempts: int = 4
    backoff_s: float = 1.0  # bound of the first wait; it doubles
    backoff_max_s: float = 30.0
    retry_after_max_s: float = 120.0  # a page whose server asks for a longer wait fails
    max_hops: int = 10
    max_wire: int = 25_000_000
    max_body: int = 25_000_000  # unpacked
    also_media_types: frozenset[str] = frozenset()  # taken besides `bodies.MEDIA_TYPES`


@dataclass(slots=True)
class _Errand:
    """One page on its way: what is sent, what may come, and what has happened so far."""

    headers: dict[str, str]
    left_s: float
    max_hops: int
    max_body: int
    page: bool = (
        True  # False for a robots.txt: asks no robots.txt, takes any type, is cut rather than refused
    )
    jar: httpx.Cookies = field(default_factory=httpx.Cookies)  # some sites redirect for ever without
    hops: list[str] = field(default_factory=list)

    @property
    def conditional(self) -> bool:
        return "If-None-Match" in self.headers or "If-Modified-Since" in self.headers


class Web:
    """A Getter over the open web, used as an async context manager.

    Every address is checked at every redirect and again when its connection is opened, so a name cannot lead
    to a private network. Proxies of the environment would connect in our place, unchecked: they are ignored,
    unless `allow_private` gives up the check and no `transport` is given. An injected `transport` replaces
    ours and with it the check of names (addresses written as numbers are still refused).
    """

    def __init__(
        self,
        settings: WebSettings | None = None,
        *,
        allow_private: bool = False,
        resolver: Resolver = system_resolver,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._settings = settings or WebSettings()
        self._allow_private = allow_private
        self._clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311 (spreads retries, guards nothing)
        set_ = self._settings
        self._pace = Pace(self._clock, per_host=set_.per_host, in_all=set_.in_all, pause_s=set_.pause_s)
        self._robots = robots.Robots(self._robots_file, AGENT, set_.crawl_delay_max_s)
        self._transport = transport
        proxied = allow_private and transport is None and {"http", "https", "all"} & set(getproxies())
        if transport is None and not proxied:
            backend = CheckedBackend(allow_private=allow_private, resolver=resolver)
            self._transport = CheckedTransport(backend, idle=set_.in_all)
        self._client = httpx.AsyncClient(
            transport=self._transport,
            http2=True,
            trust_env=bool(proxied),
            timeout=httpx.Timeout(set_.read_s, connect=set_.connect_s),
            headers=_headers(set_.contact),
            # each page has cookies of its own; none stay
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def __aenter__(self) -> "Web":
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

    async def get(self, url: str, validators: Validators = NO_VALIDATORS) -> Outcome:
        """The page's outcome, after retries and redirects; a fault is a `Failed` under the URL asked for."""
        asked = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
        errand = _Errand(
            headers={name: value for name, value in asked.items() if _PLAIN.fullmatch(value)},
            left_s=self._settings.page_s,
            max_hops=self._settings.max_hops,
            max_body=self._settings.max_body,
        )
        try:
            return await self._followed(errand, url)
        except Exception as error:  # the last resort: nothing a server does may end a run
            fault = fault_of_error(error)
            return Failed(url, fault.status, fault.reason)

    async def _robots_file(self, url: str) -> bytes:
        """A robots.txt, cut where it is longer than anyone reads; raises Fault."""
        errand = _Errand({}, self._settings.page_s, robots.MAX_HOPS, robots.MAX_BYTES, page=False)
        try:
            outcome = await self._followed(errand, url)
        except Fault as fault:
            fault.unreached = fault.unreached and not errand.hops
            raise
        return outcome.body if isinstance(outcome, Fetched) else b""

    async def _followed(self, errand: _Errand, url: str) -> Fetched | Unchanged:
        """What stands at the end of the redirects; raises Fault."""
        seen: set[tuple[str, ...]] = set()
        target = checked_url(url, allow_private=self._allow_private)
        while True:
            # the same address with a new cookie is no loop yet
            state = (str(target), *sorted(f"{cookie.name}={cookie.value}" for cookie in errand.jar.jar))
            if state in seen:
                raise Fault("redirect loop", code=300)
            if len(errand.hops) > errand.max_hops:
                raise Fault("too many redirects", code=300)
            seen.add(state)
            pause_s = await self._robots.delay_s(target) if errand.page else 0.0
            answer = await self._attempts(errand, target, pause_s)
            if not isinstance(answer, httpx.URL):
                return answer
            errand.hops.append(str(target))
            target = checked_url(str(answer), allow_private=self._allow_private)

    async def _attempts(
        self, errand: _Errand, target: httpx.URL, pause_s: float
    ) -> Fetched | Unchanged | httpx.URL:
        """One address, asked again while its fault may pass."""
        host = target.host
        set_ = self._settings
        for attempt in range(set_.attempts):
            try:
                async with self._pace.turn(host, pause_s):
                    answer = await self._exchange(errand, target)
            except Fault as fault:
                if fault.wait_s > set_.retry_after_max_s:
                    reason = f"{fault.reason}, asked to wait too long"
                    if fault.code == 429:
                        self._pace.close(host, reason)
                    raise Fault(reason, code=fault.code) from fault
                last = attempt == set_.attempts - 1 or errand.left_s <= 0 or not fault.passing
                if last:
                    self._pace.note(host, answered=not fault.unanswered)
                    raise
                bound = backoff_s(attempt, self._rng, first_s=set_.backoff_s, most_s=set_.backoff_max_s)
                self._pace.hold(host, fault.wait_s)
                await self._clock.sleep(bound)
            else:
                self._pace.note(host, answered=True)
                return answer
        raise Fault("no attempt allowed")

    async def _exchange(self, errand: _Errand, target: httpx.URL) -> Fetched | Unchanged | httpx.URL:
        """One request and its answer, within what is left of the page's time; raises Fault."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(errand.left_s):
                request = self._client.build_request(
                    "GET", target, headers=errand.headers, cookies=errand.jar
                )
                response = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    return await self._answer(errand, target, response)
                finally:
                    await self._leave(response)
        except Exception as error:
            raise fault_of_error(error) from error
        finally:
            errand.left_s -= time.monotonic() - started

    async def _answer(
        self, errand: _Errand, target: httpx.URL, response: httpx.Response
    ) -> Fetched | Unchanged | httpx.URL:
        """The response as an outcome, or where it points to."""
        code = response.status_code
        location = response.headers.get("location", "")
        if code != 200:
            await skim(response)
            if code == 304 and errand.conditional:
                return Unchanged(str(target), _now())
            if code in _REDIRECTS and location:
                errand.jar.extract_cookies(response)
                return target.join(location)
            raise fault_of_code(code, retry_after_s(response.headers.get("retry-after", "")))
        media, charset = media_of(response)
        if errand.page:
            check_media(media, target.path, self._settings.also_media_types)
        body = await read_body(
            response, max_wire=self._settings.max_wire, max_body=errand.max_body, cut=not errand.page
        )
        found = Validators(*(_plain(response.headers.get(name, "")) for name in ("etag", "last-modified")))
        return Fetched(str(target), body, media, charset, found, _now(), tuple(errand.hops))

    async def _leave(self, response: httpx.Response) -> None:
        """Ends an exchange; an HTTP/2 server not heard out would go on sending, so its connection ends."""
        whole = response.is_closed
        await response.aclose()
        if not whole and response.http_version == "HTTP/2" and isinstance(self._transport, CheckedTransport):
            await self._transport.drop(response.request.url)


def _headers(contact: str) -> dict[str, str]:
    try:
        release = version(AGENT)
    except PackageNotFoundError:  # run from a checkout
        release = "0"
    comment = contact if _PLAIN.fullmatch(contact) and not {"(", ")"} & set(contact) else PURPOSE
    return {
        "User-Agent": f"{AGENT}/{release} (+{comment})",
        "Accept": _ACCEPT,
        "Accept-Encoding": ACCEPT_ENCODING,
        "Accept-Language": "en, *;q=0.5",
    }


def _plain(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
