"""How fast the web is asked: turns per host, pauses between them, and waits before trying again."""

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from ingest.web.faults import Fault

_STRIKES = 5  # pages in a row that a host left unanswered before the others are spared the wait
_SOON = 1e-3  # seconds: shorter waits are none


class Clock(Protocol):
    """Seconds that pass, and waiting for them; a fake lets tests wait without time."""

    def now(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class _Host:
    places: asyncio.Semaphore
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0  # when the next request may start
    strikes: int = 0
    closed: str = ""  # why it is asked nothing more in this run


class Pace:
    """Gives out turns: so many at once per host and in all, starts at one host `pause_s` seconds apart."""

    def __init__(self, clock: Clock, *, per_host: int, in_all: int, pause_s: float) -> None:
        self._clock = clock
        self._per_host = per_host
        self._pause_s = pause_s
        self._all = asyncio.Semaphore(in_all)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, pause_s: float = 0.0) -> AsyncIterator[None]:
        """One request to a host, when it is due; raises Fault where the host has been given up."""
        state = self._host(host)
        async with state.places:
            async with state.gate:
                await self._until_due(state)
                await self._all.acquire()
                state.free_at = self._clock.now() + max(self._pause_s, pause_s)
            try:
                yield
            finally:
                self._all.release()

    async def _until_due(self, state: _Host) -> None:
        while True:
            if state.closed:
                raise Fault(state.closed, unreached=True)
            wait = state.free_at - self._clock.now()
            if wait < _SOON:
                return
            await self._clock.sleep(wait)

    def hold(self, host: str, seconds: float) -> None:
        """No request to this host starts before that many seconds have passed."""
        state = self._host(host)
        state.free_at = max(state.free_at, self._clock.now() + seconds)

    def close(self, host: str, reason: str) -> None:
        """Asks this host nothing more; its pages fail with the reason."""
        self._host(host).closed = reason

    def note(self, host: str, *, answered: bool) -> None:
        """Counts pages that a host left unanswered; after some in a row it is given up."""
        state = self._host(host)
        state.strikes = 0 if answered else state.strikes + 1
        if state.strikes >= _STRIKES:
            state.closed = "host does not answer"

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            self._hosts[host] = _Host(asyncio.Semaphore(self._per_host))
        return self._hosts[host]


def backoff_s(attempt: int, rng: random.Random, *, first_s: float, most_s: float) -> float:
    """Seconds to wait after the attempt of this number, counted from 0: anything up to a doubling bound."""
    return rng.uniform(0.0, min(most_s, first_s * 2.0 ** min(attempt, 30)))


def retry_after_s(value: str, now: datetime | None = None) -> float:
    """The seconds that a `Retry-After` header asks for, as a number or a date; 0 where it says nothing."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = (until - (now or datetime.now(UTC))).total_seconds()
    return max(seconds, 0.0) if not math.isnan(seconds) else 0.0
