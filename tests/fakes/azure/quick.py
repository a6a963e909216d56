"""`QuickAzure`: the same Azure for those who measure: each answer is made once, then only sent again.

What is asked is written down as it came (`asked`), so that it can be asked once more by somebody else. Tokens are
looked at when an answer is made and not afterwards; faults there are none.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from multidict import CIMultiDict

from tests.fakes.azure.arm import throttled
from tests.fakes.azure.arm_routes import route_of
from tests.fakes.azure.estate import Estate
from tests.fakes.azure.exchange import Answer, Call
from tests.fakes.azure.limits import Limiter, RateLimits
from tests.fakes.azure.server import ARM_HOSTS, COMPRESS_FROM, SIGN_IN_HOSTS, FakeAzure

_MOMENTS: Final = re.compile(rb"timespan=[^&]+|datetime\([^)]*\)")
_SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/?]+)", re.IGNORECASE)
_STORAGE: Final = re.compile(
    r"(/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.storage/storageaccounts/[^/]+)", re.IGNORECASE
)


class Asked(NamedTuple):
    """One request as it came; `tls` as `ssl` names it, `at` in seconds of the machine's monotonic clock.

    `region`: in which the storage provider counts it, empty for all others.
    """

    method: str
    url: str
    body: str
    tls: str
    signed: bool
    status: int
    at: float
    region: str


@dataclass(frozen=True, slots=True)
class _Made:
    """An answer ready to be sent, and what asking for it counts against; no `counted` where there is no limit."""

    status: int
    head: bytes
    content: bytes
    counted: tuple[str, str | None, str] | None


class QuickAzure(FakeAzure):
    """An estate whose answers are made once. `delay`: seconds until an answer is sent."""

    def __init__(
        self, estate: Estate, *, delay: float = 0.0, limits: RateLimits | None = None, page_size: int = 100
    ) -> None:
        super().__init__(estate, page_size=page_size)
        self.delay = delay
        self.asked: list[Asked] = []
        self.limiter = Limiter(limits) if limits else None
        self._made: dict[bytes, _Made] = {}

    def _protocol(self, _server: web.Server) -> Callable[[], asyncio.Protocol]:
        return lambda: _Connection(self)

    def reply(self, head: bytes, body: bytes, tls: str) -> bytes:
        """What is sent for a request."""
        line, _, rest = head.partition(b"\r\n")
        host = _field(rest, b"host")
        signed = b"authorization:" in rest.lower()
        key = b" ".join((line, host, tls.encode(), b"signed" if signed else b"", body))
        key = _MOMENTS.sub(b"", key)
        made = self._made.get(key) or self._make(key, line, rest, body, tls)
        status, extra, content, counted = made.status, b"", made.content, made.counted
        if self.limiter is not None and counted is not None:
            refused = self.limiter.take(*counted)
            if refused is not None:
                answer = throttled(refused, counted[0], self.entra.object_id)
                made, status, content = self._rendered(answer, None, takes_gzip=False), answer.status, answer.content
            left = self.limiter.remaining(counted[0])
            extra = b"x-ms-ratelimit-remaining-subscription-reads: %d\r\n" % left
        method, target, _ = line.decode("latin-1").split(" ")
        url = f"https://{host.decode()}{target}"
        self.asked.append(
            Asked(method, url, body.decode(), tls, signed, status, time.monotonic(), counted[2] if counted else "")
        )
        return made.head + extra + b"\r\n" + (b"" if method == "HEAD" else content)

    def _make(self, key: bytes, line: bytes, rest: bytes, body: bytes, tls: str) -> _Made:
        method, target, _ = line.decode("latin-1").split(" ")
        raw_path, _, raw_query = target.partition("?")
        headers = CIMultiDict(
            (name.strip(), value.strip())
            for name, _, value in (item.partition(":") for item in rest.decode("latin-1").splitlines() if item)
        )
        host = headers["Host"].partition(":")[0].lower()
        query = {name.lower(): value for name, value in parse_qsl(raw_query, keep_blank_values=True)}
        call = Call(method, host, unquote(raw_path), raw_path, raw_query, query, headers, body, tls)
        made = self._rendered(
            self._serve(call), self._counted(call), takes_gzip="gzip" in headers.get("Accept-Encoding", "")
        )
        if host not in SIGN_IN_HOSTS:
            self._made[key] = made
        return made

    def _counted(self, call: Call) -> tuple[str, str | None, str] | None:
        if call.host not in ARM_HOSTS:
            return None
        named = _SUBSCRIPTION.match(call.path)
        route = route_of(call)
        store = _STORAGE.match(call.path)
        region = self.estate.by_id[store[1].lower()]["location"] if store else ""
        return (named[1].lower() if named else "", route.storage if route else None, region)

    @staticmethod
    def _rendered(answer: Answer, counted: tuple[str, str | None, str] | None, *, takes_gzip: bool) -> _Made:
        content = answer.content
        headers = {name: value for name, value in answer.headers.items() if "ratelimit" not in name}
        if takes_gzip and len(content) >= COMPRESS_FROM:
            content = gzip.compress(content, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(content))
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return _Made(answer.status, ("\r\n".join(lines) + "\r\n").encode("latin-1"), content, counted)


class _Connection(asyncio.Protocol):
    """Just enough of HTTP/1.1: one request after the other."""

    def __init__(self, azure: QuickAzure) -> None:
        self._azure = azure
        self._data = b""
        self._tls = ""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._tls = transport.get_extra_info("ssl_object").version()

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(_field(head, b"content-length") or 0)
        if len(rest) < length:
            return
        self._data = rest[length:]
        closes = b"connection: close" in head.lower()
        reply = self._azure.reply(head, rest[:length], self._tls)
        asyncio.get_running_loop().call_later(self._azure.delay, self._send, reply, closes)

    def _send(self, reply: bytes, closes: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(reply)
        if closes:
            self._transport.close()


def _field(head: bytes, name: bytes) -> bytes:
    """The value of a header, empty without it."""
    found = re.search(rb"(?:^|\r\n)" + name + rb":[ \t]*([^\r\n]*)", head, re.IGNORECASE)
    return found[1].strip() if found else b""
