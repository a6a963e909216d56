"""Reads one answer: waits for its turn, asks, asks again where that may help, and gives JSON or a reason.

Bounded in every direction: calls in flight, attempts, seconds for each and for all of them, bytes of an answer. A
subscription that answers slowly or not at all takes no more than its share of the calls in flight, and after a run of
failures its calls of that kind are no longer made, so that it delays no other.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import aiohttp
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    ServiceRequestTimeoutError,
    ServiceResponseTimeoutError,
)
from azure.core.rest import HttpRequest

from auditor.collectors.answers import NotReadError, json_of
from auditor.collectors.azure_time import AzureTime
from auditor.collectors.guard import RefusedError
from auditor.collectors.limits import ARM_THROTTLED, Clock, Counted, Limits, SystemClock, Throttle
from auditor.collectors.sign_in import short_reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from azure.core.rest import AsyncHttpResponse

    from auditor.collectors.clients import Azure
    from auditor.collectors.limits import Gates
    from auditor.model.reading import Json

_LOG: Final = logging.getLogger(__name__)
_Found = TypeVar("_Found")
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of an answer after decompression; ARM's pages have a few MB."""

_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds, and how often to ask. `fruitless`: failed calls in a row, then no more."""

    connect: float = 10
    read: float = 60
    call: float = 180
    longest_pause: float = 60
    first_pause: float = 0.5
    attempts: int = 4
    in_flight: int = 64
    least_share: int = 8
    fruitless: int = 20
    clock: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True, slots=True)
class Call:
    """One read: which client sends it, to where, under which right it is counted, and against which limits.

    With a `body` it is a query, sent by POST; everything else is a GET. `means` makes JSON of the answer's status,
    headers and content, or raises `NotReadError`.
    """

    service: str
    endpoint: str
    url: str
    operation: str
    counted: Counted
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=lambda: _HEADERS)
    means: Callable[[int, Mapping[str, str], bytes], Json] = json_of


@dataclass(frozen=True, slots=True)
class Spent:
    """What was asked so far: the gates on a clock that shows zero now, failures in a row, and who else asks meanwhile."""

    gates: Gates = field(default_factory=dict)
    fruitless: Mapping[tuple[str, Counted], int] = field(default_factory=dict)
    among: int = 1


NOTHING_SPENT: Final = Spent()


class Reader:
    """Reads through the official clients. `calls` counts every request that was sent, by operation; `time` is Azure's."""

    def __init__(
        self, azure: Azure, patience: Patience, calls: Counter[str] | None = None, spent: Spent = NOTHING_SPENT
    ) -> None:
        self.calls: Counter[str] = Counter() if calls is None else calls
        self.time = AzureTime()
        self._azure = azure
        self._patience = patience
        self._clock = patience.clock
        self._limits = Limits(patience.clock, spent.gates, spent.among)
        self._in_flight = asyncio.Semaphore(patience.in_flight)
        self.share = patience.in_flight
        self._shares: dict[str, asyncio.Semaphore] = {}
        self._fruitless: Counter[tuple[str, Counted]] = Counter(dict(spent.fruitless))

    def spent(self) -> Spent:
        """What another reader must know to go on from here."""
        return Spent(self._limits.spent(), dict(self._fruitless))

    def spread_over(self, subscriptions: int) -> None:
        """Give each subscription its share of the calls in flight."""
        self.share = max(self._patience.least_share, self._patience.in_flight // subscriptions)

    async def get(self, call: Call) -> Json:
        """The JSON that the call gives; raises `NotReadError`."""
        row = (call.operation, call.counted)
        if self._fruitless[row] >= self._patience.fruitless:
            raise NotReadError(f"not asked: {self._patience.fruitless} such calls in a row had failed")
        try:
            answer = await self._get(call)
        except NotReadError as failure:
            self._fruitless[row] = self._fruitless[row] + 1 if failure.passing else 0
            raise
        self._fruitless[row] = 0
        return answer

    async def leave(self, endpoint: str) -> None:
        """Nothing more is asked of an account's own endpoint."""
        await self._azure.leave(endpoint)

    async def probe(self, operation: str, counted: Counted, probe: Callable[[float], Awaitable[_Found]]) -> _Found:
        """Take a turn for what goes through no client (a handshake); it is told how many seconds it may take."""
        await self._limits.admit(counted)
        async with self._share_of(counted), self._in_flight:
            self.calls[operation] += 1
            return await probe(self._patience.connect)

    async def _get(self, call: Call) -> Json:
        left = self._patience.call
        attempt = 0
        while True:
            attempt += 1
            await self._limits.admit(call.counted)
            began = self._clock.now()
            try:
                return await self._ask(call, left)
            except NotReadError as failure:
                left -= self._clock.now() - began
                pause = self._pause_after(failure, attempt)
                if not failure.passing or attempt == self._patience.attempts or pause >= left:
                    raise
                if failure.status == HTTPStatus.TOO_MANY_REQUESTS:
                    self._limits.pause(call.counted, pause, by_arm=failure.code == ARM_THROTTLED)
                if failure.token_expired:
                    self._azure.forget_tokens()
                _LOG.debug("%s: %s; asked again in %.1f s", _address(call), failure.reason, pause)
                await self._clock.sleep(pause)
                left -= pause

    def _pause_after(self, failure: NotReadError, attempt: int) -> float:
        if failure.retry_after is None:
            return self._patience.first_pause * 2.0 ** (attempt - 1)
        if failure.retry_after > self._patience.longest_pause:
            reason = f"{failure.reason}: asks to wait {failure.retry_after:.0f} s"
            raise NotReadError(reason, status=failure.status, code=failure.code, passing=True) from failure
        return failure.retry_after

    async def _ask(self, call: Call, seconds: float) -> Json:
        async with self._share_of(call.counted), self._in_flight:
            self.calls[call.operation] += 1
            began = self._clock.now()
            try:
                async with asyncio.timeout(seconds):
                    return await self._exchange(call, began)
            except RefusedError as error:
                self.calls[call.operation] -= 1
                self._log(call, str(error), began)
                raise NotReadError(str(error)) from error
            except (AzureError, OSError, zlib.error) as error:
                failure = self._in_words(error)
                self._log(call, failure.reason, began)
                raise failure from error

    def _log(self, call: Call, outcome: object, began: float) -> None:
        """Tell of one request: never its query, in which names and signatures stand, nor headers or bodies."""
        method = "GET" if call.body is None else "POST"
        _LOG.info("%s %s: %s in %.2f s", method, _address(call), outcome, self._clock.now() - began)

    def _share_of(self, counted: Counted) -> asyncio.Semaphore:
        """What its subscription has of the calls in flight; log queries of all of them stand in one lane, which has all."""
        if counted.lane not in self._shares:
            whole = counted.throttle is Throttle.LOGS
            self._shares[counted.lane] = asyncio.Semaphore(self._patience.in_flight if whole else self.share)
        return self._shares[counted.lane]

    async def _exchange(self, call: Call, began: float) -> Json:
        if call.body is None:
            request = HttpRequest("GET", call.url, headers=dict(call.headers))
        else:
            request = HttpRequest("POST", call.url, headers=dict(call.headers), json=call.body)
        timeouts = {"connection_timeout": self._patience.connect, "read_timeout": self._patience.read}
        async with self._azure.send(call.service, call.endpoint, request, **timeouts) as response:
            self._limits.heed(call.counted, response.headers)
            content = await _body(response)
            self._log(call, response.status_code, began)
            found = call.means(response.status_code, response.headers, content)
            self.time.note(response.headers)
            return found

    def _in_words(self, error: Exception) -> NotReadError:
        """What a failed exchange is called in a gap, and whether it may be over soon."""
        cause = getattr(error, "inner_exception", None) or error
        match error, cause:
            case ClientAuthenticationError(), _:
                return NotReadError(f"no token: {short_reason(error)}")
            case ((ServiceRequestTimeoutError() | ServiceResponseTimeoutError() | TimeoutError()), _):
                return NotReadError("no answer in time", passing=True)
            case _, aiohttp.ClientConnectorCertificateError():
                return NotReadError("the server's certificate was not trusted")
            case _, (aiohttp.ClientHttpProxyError() | aiohttp.ClientProxyConnectionError()):
                return NotReadError("the proxy did not let it through")
            case _, aiohttp.ClientConnectorDNSError():
                return NotReadError("there is no such host", passing=True)
            case _, aiohttp.ClientConnectorError():
                return NotReadError("no connection", passing=True)
            case zlib.error(), _:
                return NotReadError("the answer was not compressed as it said")
            case _:
                return NotReadError("the connection broke off", passing=True)


def _address(call: Call) -> str:
    """Host and path."""
    return call.url.removeprefix("https://").partition("?")[0]


async def _body(response: AsyncHttpResponse) -> bytes:
    content = bytearray()
    async for chunk in response.iter_bytes():
        content += chunk
        if len(content) > LARGEST:
            raise NotReadError(f"the answer is larger than {LARGEST // 1024 // 1024} MB")
    return bytes(content)
