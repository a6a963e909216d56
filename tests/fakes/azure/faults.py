"""What can go wrong on the way, as switches to combine: `FakeAzure(estate, faults=[Throttled("storageAccounts$", 2)])`.

`on` is a regular expression (without case) looked for in `GET https://host/path?query`. `skip` lets the first so many
matching calls through, `times` is how many after those are disturbed (None: all that follow). The first fault of a list
is the outermost. A fault that replaces an answer needs no sign-in; one that changes it works on what Azure would say.
"""

# ruff: noqa: ARG002  every fault takes the same two arguments

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

from tests.fakes.azure.arm_routes import route_of
from tests.fakes.azure.entra import CLIENT_ID, OBJECT_ID, Refused
from tests.fakes.azure.estate import TENANT
from tests.fakes.azure.exchange import Answer, Call, answer, error
from tests.fakes.azure.refusals import forbidden, resource_not_found, unauthorized

Proceed = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True)
class Fault:
    """The base of all: which calls it takes. On its own it disturbs nothing."""

    on: str
    _: KW_ONLY
    skip: int = 0
    times: int | None = None

    def matches(self, call: Call) -> bool:
        """Whether this call is meant, whatever happened before."""
        return re.search(self.on, f"{call.method} {call.url}", re.IGNORECASE) is not None

    def due(self, seen: int) -> bool:
        """Whether the matching call after `seen` others is disturbed."""
        return seen >= self.skip and (self.times is None or seen < self.skip + self.times)

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        """Answer the call in place of Azure, or change what `proceed()` answers."""
        return await proceed()


@dataclass(frozen=True)
class Forbidden(Fault):
    """403 AuthorizationFailed, naming the action and the scope as ARM does; 401 PermissionDenied on a data plane."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        route = route_of(call)
        if not call.host.startswith("management."):
            text = f"Principal does not have access to API/Operation `GET {call.path}`."
            return error(401, "PermissionDenied", text)
        return forbidden(CLIENT_ID, OBJECT_ID, route.action if route else "*/read", call.path)


@dataclass(frozen=True)
class NotFound(Fault):
    """404, with a code of your choice."""

    code: str = ""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        if self.code:
            return error(404, self.code, "The resource was not found.")
        return resource_not_found(call.path)


@dataclass(frozen=True)
class Throttled(Fault):
    """429 with `Retry-After` in `seconds` (None: without), once unless `times` says otherwise."""

    seconds: float | None = 1
    times: int | None = field(default=1, kw_only=True)

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        text = "The request is being throttled. Please try again later."
        if self.seconds is None:
            return error(429, "TooManyRequests", text)
        return error(429, "TooManyRequests", text, Retry_After=f"{self.seconds:g}")


@dataclass(frozen=True)
class ServerError(Fault):
    """A 5xx of ARM, once unless `times` says otherwise."""

    status: int = 503
    times: int | None = field(default=1, kw_only=True)

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        codes = {500: "InternalServerError", 502: "BadGateway", 503: "ServerTimeout", 504: "GatewayTimeout"}
        return error(
            self.status, codes.get(self.status, "ServerError"), "The server was not able to answer. Please try again."
        )


@dataclass(frozen=True)
class CutConnection(Fault):
    """The connection breaks in the middle of the body."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        return replace(await proceed(), cut=True)


@dataclass(frozen=True)
class Stall(Fault):
    """Nothing comes for so many seconds, then the answer."""

    seconds: float = 30.0

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        await asyncio.sleep(self.seconds)
        return await proceed()


@dataclass(frozen=True)
class BrokenJson(Fault):
    """The body ends in the middle, but the connection and the length are right."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        return replace(reply, content=reply.content[: max(1, len(reply.content) * 2 // 3)])


@dataclass(frozen=True)
class WrongEncoding(Fault):
    """The bytes are not what the headers say: `latin-1` declared as UTF-8, a `utf-16` body, or `gzip` that is none."""

    kind: str = "latin-1"

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        if self.kind == "gzip":
            return replace(reply, headers={**reply.headers, "Content-Encoding": "gzip"})
        text = reply.content.decode().replace('"value":[', '"note":"Ünïcödé","value":[', 1)
        return replace(reply, content=text.encode(self.kind, errors="replace"))


@dataclass(frozen=True)
class OddShape(Fault):
    """Valid JSON of a shape that nobody expects: any value, a list or null among them, in place of the body."""

    value: Any = None

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        return (await proceed()).with_body(self.value)


@dataclass(frozen=True)
class Changed(Fault):
    """The body goes through a function: see `without` and `items_without` for the usual ones."""

    change: Callable[[Any], Any] = lambda body: body

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        return reply.with_body(self.change(reply.body))


def without(name: str) -> Callable[[Any], Any]:
    """A change that takes a property off the body: `Changed("accounts", without("value"))`."""
    return lambda body: {key: body[key] for key in body if key != name}


def items_without(name: str) -> Callable[[Any], Any]:
    """A change that takes a property off each item of a list."""
    take = without(name)
    return lambda body: {**body, "value": [take(item) for item in body["value"]]}


@dataclass(frozen=True)
class LoopingPages(Fault):
    """Every page links to itself."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        return reply.with_body({**reply.body, "nextLink": call.url})


@dataclass(frozen=True)
class ForeignNextLink(Fault):
    """The next page is said to be on another host, which would get the token."""

    link: str = "https://evil.example/steal?api-version=2025-01-01"

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        return reply.with_body({**reply.body, "nextLink": self.link})


@dataclass(frozen=True)
class Redirect(Fault):
    """302 to another place, which would get the token."""

    to: str = "https://evil.example/login"

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        return answer({}, 302, Location=self.to)


@dataclass(frozen=True)
class Unregistered(Fault):
    """409 MissingSubscriptionRegistration, on which the SDK registers the provider by itself: a write."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        _, _, rest = call.path.partition("/providers/")
        namespace = rest.partition("/")[0] or "Microsoft.Resources"
        text = f"The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions."
        details = [{"code": "MissingSubscriptionRegistration", "target": namespace, "message": text}]
        return answer({"error": {"code": "MissingSubscriptionRegistration", "message": text, "details": details}}, 409)


@dataclass(frozen=True)
class ExpiredToken(Fault):
    """401: the token ran out before its time, once unless `times` says otherwise."""

    times: int | None = field(default=1, kw_only=True)

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        return unauthorized(Refused("expired", "11/23/2026 10:20:30 AM"), TENANT)


@dataclass(frozen=True)
class HtmlBody(Fault):
    """The page of a proxy in between, which says that it is HTML and means well."""

    status: int = 502
    html: str = "<html><head><title>502 Bad Gateway</title></head><body><h1>Contoso Web Gateway</h1></body></html>"

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        return Answer(self.status, self.html.encode(), {"Content-Type": "text/html; charset=utf-8"})
