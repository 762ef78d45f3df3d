"""The reply of a chat model, read in pieces; whatever goes wrong on the way is a `ProviderFailure`.

All requests run on one event loop in a thread of its own: HTTP clients keep connections that belong to
the loop which opened them and fail on another, and the command line opens a new loop per question. It
also keeps a provider that blocks from holding up the page.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from functools import cache
from typing import Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, BaseMessageChunk

logger = logging.getLogger(__name__)

TOTAL_SILENCES: Final = 6  # a whole reply may take this many times the longest silence, however it drips
_DECLINED: Final = frozenset({"content_filter", "refusal", "safety", "prohibited_content"})
_CUT_SHORT: Final = frozenset({"length", "max_tokens", "model_length"})
# these providers end every whole reply with a reason; one that ends without it was cut off
_GIVE_A_REASON: Final = frozenset({"openai", "azure", "anthropic"})

_STATUS: Final = {
    400: "refused the request",
    401: "rejected the key (check ROADMAP_CHAT__API_KEY)",
    402: "wants to be paid first",
    403: "denied access (check ROADMAP_CHAT__API_KEY)",
    404: "is not known at that address (check ROADMAP_CHAT__MODEL and ROADMAP_CHAT__BASE_URL)",
    408: "took too long",
    413: "found the request too long",
    422: "refused the request",
    429: "limits how often it may be asked",
}


# part of an exception's class name -> meaning; the first that fits counts, so causes stand before wrappers
_SIGNS: Final = {
    "JSONDecodeError": "sent something that is no chat answer",
    "ProtocolError": "broke off before its answer",
    "ReadError": "broke off before its answer",
    "Connect": "cannot be reached (check ROADMAP_CHAT__BASE_URL)",
    "APIError": "reported an error",
}


class ProviderFailure(Exception):
    """The chat model gave no usable reply; `what` goes on from "The chat model X …" in plain words."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Completion:
    """One request to a chat model; the attributes tell how it went once `pieces` has ended."""

    def __init__(self, model: BaseChatModel, messages: list[BaseMessage], silence_s: float) -> None:
        self._model = model
        self._messages = messages
        self._silence_s = silence_s
        self.chunks = 0
        self.tokens: int | None = None  # as the provider counts the reply, when it does
        self.finish_reason = ""
        self._provider = ""
        self._said_something = False

    @property
    def cut_short(self) -> bool:
        """Whether the provider stopped at its own limit of length."""
        return self.finish_reason in _CUT_SHORT

    async def pieces(self) -> AsyncGenerator[str]:
        """The reply's text as it comes. Raises ProviderFailure, and nothing else that is the provider's."""
        deadline = time.monotonic() + TOTAL_SILENCES * self._silence_s
        with contextlib.closing(_Request(self._model, self._messages)) as request:
            while True:
                left = min(self._silence_s, deadline - time.monotonic())
                try:
                    chunk = await asyncio.wait_for(request.arrived.get(), max(left, 0))
                except TimeoutError:
                    late = left < self._silence_s
                    raise ProviderFailure(self._overtime() if late else self._silence()) from None
                if isinstance(chunk, Exception):
                    # the client's own time limit is the same and now and then wins the race
                    what = self._silence() if is_timeout(chunk) else explain(chunk, self._said_something)
                    raise ProviderFailure(what)
                if chunk is None:
                    break
                text = self._read(chunk)
                if text:
                    self._said_something = True
                    yield text
        self._check_end()

    def _read(self, chunk: BaseMessageChunk) -> str:
        self.chunks += 1
        reason = next((str(v) for k, v in chunk.response_metadata.items() if _is_reason(k) and v), "")
        self.finish_reason = reason.lower() or self.finish_reason
        self._provider = chunk.response_metadata.get("model_provider") or self._provider
        usage = getattr(chunk, "usage_metadata", None)
        if usage:
            self.tokens = usage["output_tokens"]
        if chunk.additional_kwargs.get("refusal"):
            self.finish_reason = "refusal"
        return str(chunk.text)

    def _check_end(self) -> None:
        if self.finish_reason in _DECLINED:
            raise ProviderFailure("declined to answer")
        if not self._said_something:
            raise ProviderFailure("sent an empty answer")
        if not self.finish_reason and self._provider in _GIVE_A_REASON:
            raise ProviderFailure("broke off in the middle of its answer")

    def _overtime(self) -> str:
        return f"was not done after {TOTAL_SILENCES * self._silence_s:g} seconds"

    def _silence(self) -> str:
        if self._said_something:
            return f"fell silent for {self._silence_s:g} seconds in the middle of its answer"
        return f"did not answer within {self._silence_s:g} seconds"


class _Request:
    """A request running on the providers' loop; `arrived` belongs to the caller's: chunks, an error, None."""

    def __init__(self, model: BaseChatModel, messages: list[BaseMessage]) -> None:
        self.arrived: asyncio.Queue[BaseMessageChunk | Exception | None] = asyncio.Queue()
        self._caller = asyncio.get_running_loop()
        self._future = asyncio.run_coroutine_threadsafe(self._run(model, messages), _providers_loop())

    def close(self) -> None:
        """Give the request up; its connection is closed on the loop that it belongs to."""
        self._future.cancel()

    async def _run(self, model: BaseChatModel, messages: list[BaseMessage]) -> None:
        from langsmith import tracing_context

        try:
            # a LANGSMITH_TRACING variable set for other programs must not send questions anywhere
            with tracing_context(enabled=False):
                async for chunk in model.astream(messages):
                    self._arrive(chunk)
        # The one place in the product that catches everything: behind BaseChatModel stands any provider's
        # package with errors of its own (openai, anthropic, httpx, grpc, botocore, plain ValueError, …),
        # none of which need be installed here, and each of them means the same: no reply from there.
        except Exception as error:
            # the kind only: messages and tracebacks of clients can hold keys, addresses and questions
            logger.warning("the chat model's provider failed: %s", type(error).__name__)
            self._arrive(error)
        else:
            self._arrive(None)

    def _arrive(self, item: BaseMessageChunk | Exception | None) -> None:
        with contextlib.suppress(RuntimeError):  # the caller's loop is closed: nobody waits any more
            self._caller.call_soon_threadsafe(self.arrived.put_nowait, item)


def explain(error: Exception, started: bool) -> str:
    """What a provider's error means, in plain words without anything of its message."""
    chain = list(_chain(error))
    status = next((code for code in map(_status, chain) if code), None)
    if status is not None:
        known = _STATUS.get(status, "reported an error" if status >= 500 else "refused the request")
        return f"{known} (HTTP {status})" if "(" not in known else known
    if started:
        return "broke off in the middle of its answer"
    names = _class_names(chain)
    for sign, what in _SIGNS.items():
        if any(sign in name for name in names):
            return what
    if isinstance(error, ValueError) and "No generation" in str(error):
        return "sent an empty answer"  # langchain's error for a stream without a chunk
    return f"failed ({type(error).__name__})"


def is_timeout(error: Exception) -> bool:
    """Whether the client gave up waiting; each HTTP library has its own class for that."""
    chain = list(_chain(error))
    return not any(map(_status, chain)) and any("Timeout" in name for name in _class_names(chain))


def _class_names(chain: Iterable[BaseException]) -> set[str]:
    return {cls.__name__ for link in chain for cls in type(link).__mro__}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, outermost first."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status that an error carries, as openai, anthropic, httpx, requests and ollama name it."""
    for holder in (error, getattr(error, "response", None)):
        code = getattr(holder, "status_code", None)
        if isinstance(code, int) and code >= 400:
            return code
    return None


def _is_reason(key: str) -> bool:
    """finish_reason, stop_reason, stopReason, done_reason."""
    return key.lower().replace("_", "") in ("finishreason", "stopreason", "donereason")


# one loop for the process, because the clients' pools of connections are shared by the whole process too
_starting = threading.Lock()


def _providers_loop() -> asyncio.AbstractEventLoop:
    with _starting:
        return _started_loop()


@cache
def _started_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop
