"""One answer: what each way to fail is called, and how often and how long it is tried."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from azure.core.exceptions import (
    ClientAuthenticationError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from multidict import CIMultiDict
from yarl import URL

from auditor.collectors.answers import NotReadError
from auditor.collectors.guard import RefusedError
from auditor.collectors.limits import Counted, Throttle
from auditor.collectors.reader import Call, Patience, Reader
from tests.fakes.azure.exchange import answer, error

CALL = Call(
    "subscriptions",
    "https://management.azure.com",
    "https://management.azure.com/subscriptions?api-version=2022-12-01",
    "Microsoft.Resources/subscriptions/read",
    Counted(Throttle.ARM, "/"),
)
KEY = ConnectionKey(
    host="management.azure.com",
    port=443,
    is_ssl=True,
    ssl=True,
    proxy=None,
    proxy_auth=None,
    proxy_headers_hash=None,
)
REQUEST = aiohttp.RequestInfo(URL("https://management.azure.com"), "GET", CIMultiDict(), URL("https://x"))


class FakeClock:
    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


class Response:
    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.status_code = status
        self.headers = CIMultiDict(headers)
        self._content = content

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), 7):
            yield self._content[start : start + 7]


class Azure:
    """Answers in turn, or raises; the last answer is for ever."""

    def __init__(self, *turns: Any) -> None:
        self._turns: Iterator[Any] = iter(turns)
        self._last: Any = None
        self.asked = 0
        self.forgotten = 0

    @asynccontextmanager
    async def send(self, *_: Any, **_options: Any) -> AsyncIterator[Response]:
        self.asked += 1
        self._last = next(self._turns, self._last)
        if isinstance(self._last, Exception):
            raise self._last
        yield Response(self._last.status, dict(self._last.headers), self._last.content)

    def forget_tokens(self) -> None:
        self.forgotten += 1


def read(*turns: Any, clock: FakeClock | None = None, **patience: Any) -> tuple[Any, Azure, FakeClock]:
    """What comes of a call: JSON, or the failure."""
    time, azure = clock or FakeClock(), Azure(*turns)

    async def one() -> Any:
        try:
            return await Reader(azure, Patience(clock=time, **patience)).get(CALL)
        except NotReadError as failure:
            return failure

    return asyncio.run(one()), azure, time


def wrapped(cause: Exception, kind: Callable[..., Exception] = ServiceRequestError) -> Exception:
    return kind(str(cause), error=cause)


def certificate_error() -> Exception:
    return aiohttp.ClientConnectorCertificateError(KEY, ssl.SSLCertVerificationError("self-signed"))


FAILURES = [
    (wrapped(certificate_error()), "the server's certificate was not trusted", False),
    (wrapped(aiohttp.ClientProxyConnectionError(KEY, OSError("refused"))), "the proxy did not let it through", False),
    (
        wrapped(aiohttp.ClientHttpProxyError(REQUEST, (), status=407), ServiceResponseError),
        "the proxy did not let it through",
        False,
    ),
    (wrapped(aiohttp.ClientConnectorDNSError(KEY, OSError("no name"))), "there is no such host", True),
    (wrapped(aiohttp.ClientConnectorError(KEY, OSError("refused"))), "no connection", True),
    (wrapped(aiohttp.ServerDisconnectedError()), "the connection broke off", True),
    (IncompleteReadError("half"), "the connection broke off", True),
    (ConnectionResetError("reset"), "the connection broke off", True),
    (ServiceRequestTimeoutError("slow"), "no answer in time", True),
    (ServiceResponseTimeoutError("slow"), "no answer in time", True),
    (TimeoutError(), "no answer in time", True),
    (ClientAuthenticationError("AADSTS70043: expired"), "no token: AADSTS70043", False),
    (RefusedError("refused: not a plain https address"), "refused: not a plain https address", False),
]


@pytest.mark.parametrize(
    ("failure", "reason", "again"), FAILURES, ids=[f"{i}-{r}" for i, (_, r, _) in enumerate(FAILURES)]
)
def test_every_way_to_fail_has_a_name(failure: Exception, reason: str, *, again: bool) -> None:
    result, azure, _ = read(failure)
    assert result.reason == reason
    assert azure.asked == (4 if again else 1)
    recovered, _, _ = read(failure, answer({"value": []}))
    assert (recovered == {"value": []}) == again


def test_a_mistake_of_ours_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        read(ZeroDivisionError())


def test_pauses_grow() -> None:
    _, azure, clock = read(error(503, "ServerBusy", "x"), attempts=5)
    assert clock.slept == [0.5, 1, 2, 4]
    assert azure.asked == 5


def test_azure_says_how_long_to_wait() -> None:
    result, azure, clock = read(error(429, "TooManyRequests", "x", Retry_After="17"), answer([]))
    assert result == []
    assert azure.asked == 2
    assert clock.time == 17


def test_whoever_asks_for_too_long_a_wait_gets_none() -> None:
    result, azure, clock = read(error(429, "TooManyRequests", "x", Retry_After="300"))
    assert result.reason == "429 TooManyRequests: asks to wait 300 s"
    assert (result.status, result.code) == (429, "TooManyRequests")
    assert azure.asked == 1
    assert clock.slept == []


def test_all_attempts_together_have_an_end() -> None:
    result, azure, clock = read(error(503, "ServerBusy", "x", Retry_After="50"), call=120, attempts=99)
    assert result.reason == "503 ServerBusy"
    assert azure.asked == 3
    assert clock.time <= 120


def test_an_expired_token_is_replaced() -> None:
    result, azure, _ = read(error(401, "ExpiredAuthenticationToken", "x"), answer({"value": [1]}))
    assert result == {"value": [1]}
    assert azure.forgotten == 1


def test_every_request_counts() -> None:
    async def counted() -> dict[str, int]:
        reader = Reader(Azure(error(500, "X", "x"), answer({})), Patience(clock=FakeClock()))
        await reader.get(CALL)
        return dict(reader.calls)

    assert asyncio.run(counted()) == {"Microsoft.Resources/subscriptions/read": 2}


def test_shares_of_the_calls_in_flight() -> None:
    async def shares(subscriptions: int) -> int:
        reader = Reader(Azure(), Patience(in_flight=64, least_share=8))
        reader.spread_over(subscriptions)
        return reader.share

    assert [asyncio.run(shares(count)) for count in (1, 2, 4, 8, 100)] == [64, 32, 16, 8, 8]


def test_success_ends_a_run_of_failures() -> None:
    broken, well = error(500, "X", "x"), answer({})

    async def often() -> list[str]:
        reader = Reader(
            Azure(broken, broken, well, broken, broken, broken, well),
            Patience(clock=FakeClock(), attempts=1, fruitless=3),
        )
        said = []
        for _ in range(8):
            try:
                await reader.get(CALL)
                said.append("well")
            except NotReadError as failure:
                said.append(failure.reason)
        return said

    assert asyncio.run(often()) == [
        *["500 X", "500 X", "well", "500 X", "500 X", "500 X"],
        *["not asked: 3 such calls in a row had failed"] * 2,
    ]
