"""Azure Resource Manager: who may ask, how often and for what; the answers stand in `arm_routes` and `arm_related`."""

from __future__ import annotations

import base64
import re
import uuid
from dataclasses import dataclass, field, replace
from typing import Final

from tests.fakes.azure.arm_routes import route_of
from tests.fakes.azure.entra import ARM_AUDIENCES, Entra, Principal, Refused
from tests.fakes.azure.estate import Estate, Json, key
from tests.fakes.azure.exchange import Answer, Call, answer, error
from tests.fakes.azure.grants import Grants
from tests.fakes.azure.limits import Limiter, RateLimits, Throttle
from tests.fakes.azure.refusals import forbidden, unauthorized, unknown_type
from tests.fakes.azure.route import Route, parent

_VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(-preview)?$")
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)


@dataclass(slots=True)
class Arm:
    """The control plane over an estate, for one signed-in principal."""

    estate: Estate
    entra: Entra
    grants: Grants
    page_size: int = 2
    any_api_version: bool = False
    limits: RateLimits | None = None
    limiter: Limiter = field(init=False)

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.limits or RateLimits())

    def answer(self, call: Call) -> Answer:
        """Answer a call, with ARM's headers."""
        route = route_of(call)
        reply = self._answer(call, route)
        headers = {**self._headers(call), **reply.headers}
        return replace(reply, headers=headers, route=route.name if route else None)

    def _answer(self, call: Call, route: Route | None) -> Answer:
        who = self.entra.check(call, ARM_AUDIENCES[call.host])
        if isinstance(who, Refused):
            return unauthorized(who, self.entra.tenant_id)
        if call.method not in {"GET", "HEAD"}:
            return error(
                405, "MethodNotAllowed", f"The fake Azure is read-only; {call.method} was refused.", Allow="GET"
            )
        return self._throttled(call, route) or self._refused(call, route, who) or self._serve(call, route)

    def _throttled(self, call: Call, route: Route | None) -> Answer | None:
        subscription = _subscription(call.path)
        region = str((parent(self, call) or {}).get("location", "")).replace(" ", "").lower()
        kind = route.storage if route else None
        throttle = self.limiter.take(subscription, kind, region) if self.limits else None
        return None if throttle is None else throttled(throttle, subscription, self.entra.object_id)

    def _refused(self, call: Call, route: Route | None, who: Principal) -> Answer | None:
        version = call.query.get("api-version", "")
        if not version:
            text = "The api-version query parameter (?api-version=) is required for all requests."
            return error(400, "MissingApiVersionParameter", text)
        if route is None:
            return unknown_type(call)
        if not (version == route.api_version or (self.any_api_version and _VERSION.match(version))):
            text = f"The api-version '{version}' is invalid. The supported versions are '{route.api_version}'."
            return error(400, "InvalidApiVersionParameter", text)
        scope = _scope(call, route)
        if route.name != "subscriptions" and not self.grants.allow((route.action,), scope):
            return forbidden(who.client_id, who.object_id, route.action, scope)
        subscription = _subscription(call.path)
        if subscription and key(f"/subscriptions/{subscription}") not in self.estate.by_id:
            return error(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")
        return None

    def _serve(self, call: Call, route: Route | None) -> Answer:
        assert route is not None, "an unknown path was refused before"
        return route.serve(self, call)

    def _headers(self, call: Call) -> dict[str, str]:
        request_id = str(uuid.uuid4())
        subscription = _subscription(call.path)
        left = self.limiter.remaining(subscription)
        name = "subscription" if subscription else "tenant"
        return {
            "Cache-Control": "no-cache",
            "Pragma": "no-cache",
            "Expires": "-1",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            f"x-ms-ratelimit-remaining-{name}-reads": str(left),
            "x-ms-request-id": request_id,
            "x-ms-correlation-request-id": request_id,
            "x-ms-routing-request-id": f"WESTEUROPE:20261123T120000Z:{request_id}",
        }

    def page(self, call: Call, items: list[Json], *, more: Json | None = None) -> Answer:
        """A page of a list; `more` stands beside `value`."""
        asked = call.query.get("$maxpagesize", "")
        size = min(self.page_size, int(asked)) if asked.isdigit() and int(asked) > 0 else self.page_size
        start = _start(call)
        if start is None:
            return error(400, "InvalidSkipToken", "The skip token provided with the request is invalid.")
        body: Json = {"value": items[start : start + size], **(more or {})}
        if start + size < len(items):
            body["nextLink"] = _next_link(call, start + size)
        return answer(body)


def throttled(throttle: Throttle, subscription: str, actor: str) -> Answer:
    """What ARM or the storage provider answers to a call too many."""
    if throttle.limit == "arm":
        text = (
            f"Number of 'read' requests for subscription '{subscription}' actor '{actor}' exceeded. "
            f"Please try again after '{throttle.seconds}' seconds."
        )
        return error(429, "SubscriptionRequestsThrottled", text, Retry_After=str(throttle.seconds))
    window = "List" if throttle.limit.endswith("list") else "Read_ObservationWindow_00:05:00"
    text = (
        f"The request is being throttled as the limit has been reached for operation type - {window}. "
        "For more information, see - https://aka.ms/srpthrottlinglimits"
    )
    return error(429, "TooManyRequests", text, Retry_After=str(throttle.seconds))


def page_token(start: int) -> str:
    """An opaque token for the page that begins there."""
    return base64.urlsafe_b64encode(f"page:{start}".encode()).decode()


def page_start(token: str) -> int | None:
    """Where the page of a token begins; None for a token that is none of ours."""
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
    except ValueError:
        return None
    return int(number) if word == "page" and number.isdigit() else None


def _start(call: Call) -> int | None:
    token = call.query.get("$skiptoken", "")
    return page_start(token) if token else 0


def _next_link(call: Call, start: int) -> str:
    kept = [part for part in call.raw_query.split("&") if part and "skiptoken=" not in part.lower()]
    return f"https://{call.host}{call.raw_path}?" + "&".join(
        [*kept, f"%24skiptoken={page_token(start).replace('=', '%3D')}"]
    )


def _subscription(path: str) -> str:
    match = _SUBSCRIPTION.match(path)
    return match[1].lower() if match else ""


_SINGLE: Final = {"subscription", "storageAccount", "account", "blobService", "managementPolicy"}


def _scope(call: Call, route: Route) -> str:
    """What a right is asked for: the resource itself, or the owner of a list."""
    parts = call.segments
    if route.name not in _SINGLE:
        parts = parts[:-3] if parts[-3:-2] and parts[-3].lower() == "providers" else parts[:-1]
    return "/" + "/".join(parts)
