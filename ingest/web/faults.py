"""Why a page did not come: one exception inside `ingest.web`, turned into a `Failed` at its edge."""

import ssl
from collections.abc import Iterator

import httpx

from ingest.web.records import FailedStatus

_PASSING_CODES = frozenset((408, 425, 429, 500, 502, 503, 504))  # trying again may help
_GONE_CODES = frozenset((404, 410))
_LOGIN_CODES = frozenset((401, 407))
_SILENCE = frozenset(("timeout", "cannot connect", "connection reset", "name lookup failed"))


class Fault(Exception):
    """A page's failure; `passing`: trying again may help, `unreached`: no server was spoken to."""

    def __init__(
        self,
        reason: str,
        status: FailedStatus = "failed",
        *,
        passing: bool = False,
        unreached: bool = False,
        code: int = 0,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status: FailedStatus = status
        self.passing = passing
        self.unreached = unreached
        self.code = code  # the HTTP status, 0 where none was given
        self.wait_s = wait_s  # what the server asked to wait for

    @property
    def unanswered(self) -> bool:
        """Whether the host gave nothing that could be called an answer."""
        return self.reason in _SILENCE


def fault_of_code(code: int, wait_s: float = 0.0) -> Fault:
    """The fault that a status other than 200 stands for."""
    if code in _GONE_CODES:
        return Fault(f"HTTP {code}", "gone", code=code)
    reason = "login needed" if code in _LOGIN_CODES else f"HTTP {code}"
    passing = code in _PASSING_CODES
    return Fault(reason, passing=passing, code=code, wait_s=wait_s if passing else 0.0)


def fault_of_error(error: Exception) -> Fault:
    """The fault that an error of the libraries below stands for."""
    if isinstance(error, Fault):
        return error
    causes = list(_causes(error))
    if isinstance(error, httpx.TimeoutException):
        unreached = isinstance(error, httpx.ConnectTimeout)
        return Fault("timeout", passing=True, unreached=unreached)
    if isinstance(error, TimeoutError):  # the page's whole time is spent
        return Fault("timeout")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Fault("bad certificate", unreached=True)
    if isinstance(error, httpx.ConnectError):
        return Fault("cannot connect", passing=True, unreached=True)
    if any(isinstance(cause, httpx.InvalidURL) for cause in causes):
        return Fault("damaged redirect")
    if isinstance(error, httpx.NetworkError):
        return Fault("connection reset", passing=True)
    if isinstance(error, httpx.ProtocolError):
        return Fault("protocol error", passing=True)
    return Fault(f"error {type(error).__name__}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
