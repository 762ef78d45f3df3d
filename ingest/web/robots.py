"""What a site's robots.txt allows (RFC 9309), asked once per origin and run."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from protego import Protego

from ingest.web.faults import Fault
from ingest.web.records import FailedStatus

MAX_BYTES = 500 * 1024  # what RFC 9309 wants read at least; the rest of a longer file is ignored
MAX_HOPS = 5  # redirects that RFC 9309 wants followed at least

# a parser adds each rule to every agent of its group: more than this is made to stall, not to be read
_MAX_WORK = 500_000
_RULE = re.compile(r"\s*(?:dis)?allow\s*:|\s*crawl-delay\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin lets us do."""

    parser: Protego | None = None  # None: nothing is said
    delay_s: float = 0.0
    refusal: str = ""  # why nothing may be asked at all
    status: FailedStatus = "disallowed"


class Robots:
    """The rules of every origin met; `fetch` gives a robots.txt (at most MAX_BYTES of it) or raises Fault."""

    def __init__(self, fetch: Callable[[str], Awaitable[bytes]], agent: str, max_delay_s: float) -> None:
        self._fetch = fetch
        self._agent = agent
        self._max_delay_s = max_delay_s
        self._rules: dict[str, Rules] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def delay_s(self, url: httpx.URL) -> float:
        """Seconds between requests that the site asks for; raises Fault where it does not want this one."""
        origin = str(url.copy_with(raw_path=b"/"))
        # a lock, not a shared task: a page that is cancelled while it asks leaves the asking to the next
        async with self._locks.setdefault(origin, asyncio.Lock()):
            if origin not in self._rules:
                self._rules[origin] = await self._asked(origin)
        rules = self._rules[origin]
        if rules.refusal:
            raise Fault(rules.refusal, rules.status)
        if rules.parser is not None and not rules.parser.can_fetch(str(url), self._agent):
            raise Fault("robots.txt", "disallowed")
        return rules.delay_s

    async def _asked(self, origin: str) -> Rules:
        try:
            body = await self._fetch(f"{origin}robots.txt")
        except Fault as fault:
            return _without_file(fault)
        text = body.decode("utf-8-sig", errors="replace")
        if _work(text) > _MAX_WORK:
            return Rules(refusal="robots.txt: too complex")
        parser = Protego.parse(text)
        delay_s = min(parser.crawl_delay(self._agent) or 0.0, self._max_delay_s)
        return Rules(parser=parser, delay_s=delay_s)


def _without_file(fault: Fault) -> Rules:
    """What may be asked of a site that gave no robots.txt: all or nothing, by why there is none."""
    if fault.unreached:  # no page would come either
        return Rules(refusal=fault.reason, status="failed")
    # too many requests is the one client error that speaks of the asking, not of the file
    if 200 <= fault.code < 500 and fault.code != 429:
        return Rules()
    return Rules(refusal=f"robots.txt: {fault.reason}")


def _work(text: str) -> int:
    """How often a parser adds a rule or an agent to a list, at most."""
    work = agents = 0
    ended = False
    for line in text.splitlines():
        if _RULE.match(line):
            ended = True
        elif "agent" in line.lower():
            agents = 1 if ended else agents + 1
            ended = False
        work += agents
    return work
