"""Azure Resource Manager: which paths it knows, which right and api-version each asks for, and what it answers."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from tests.fakes.azure.entra import ARM_AUDIENCES, Entra, Principal, Refused
from tests.fakes.azure.estate import Estate, Json, key
from tests.fakes.azure.exchange import Answer, Call, answer, error
from tests.fakes.azure.grants import Grants
from tests.fakes.azure.limits import Limiter, RateLimits
from tests.fakes.azure.regions import locations

RESOURCES: Final = "2022-12-01"
COGNITIVE: Final = "2025-06-01"
STORAGE: Final = "2025-01-01"
AUTHORIZATION: Final = "2022-04-01"
INSIGHTS: Final = "2021-05-01-preview"
MANAGEMENT: Final = "2020-05-01"

_VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(-preview)?$")
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_GROUP = re.compile(r"^/subscriptions/[^/]+/resourcegroups/([^/]+)", re.IGNORECASE)
_PRINCIPAL_FILTER = re.compile(r"^\s*(?:principalId eq|assignedTo\()\s*'([^']+)'\)?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """A kind of call: its path, the right it needs, the api-version it takes, and the function that answers it.

    `storage` tells what it counts as at the storage provider: a `read` or a `list`.
    """

    name: str
    path: re.Pattern[str]
    action: str
    api_version: str
    serve: Callable[[Arm, Call], Answer]
    storage: str | None = None


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
        region = str((_parent(self, call) or {}).get("location", "")).replace(" ", "").lower()
        kind = route.storage if route else None
        throttle = self.limiter.take(subscription, kind, region) if self.limits else None
        if throttle is None:
            return None
        if throttle.limit == "arm":
            text = (
                f"Number of 'read' requests for subscription '{subscription}' actor '{self.entra.object_id}' exceeded. "
                f"Please try again after '{throttle.seconds}' seconds."
            )
            return error(429, "SubscriptionRequestsThrottled", text, Retry_After=str(throttle.seconds))
        window = "List" if throttle.limit.endswith("list") else "Read_ObservationWindow_00:05:00"
        text = (
            f"The request is being throttled as the limit has been reached for operation type - {window}. "
            "For more information, see - https://aka.ms/srpthrottlinglimits"
        )
        return error(429, "TooManyRequests", text, Retry_After=str(throttle.seconds))

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


# What goes wrong before a resource is looked for.


def unauthorized(refused: Refused, tenant_id: str) -> Answer:
    """ARM's 401, with the challenge that names the authority."""
    codes = {
        "missing": ("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."),
        "invalid": ("InvalidAuthenticationToken", "The access token is invalid."),
        "expired": (
            "ExpiredAuthenticationToken",
            f"The access token expiry UTC time '{refused.detail}' is earlier than current UTC time.",
        ),
        "audience": (
            "InvalidAuthenticationTokenAudience",
            (
                f"The access token has been obtained for wrong audience or resource '{refused.detail}'. It should exactly "
                "match with one of the allowed audiences 'https://management.core.windows.net/','https://management.azure.com/'."
            ),
        ),
    }
    code, message = codes[refused.why]
    authority = f'Bearer authorization_uri="https://login.microsoftonline.com/{tenant_id}"'
    return error(
        401, code, message, WWW_Authenticate=f'{authority}, error="invalid_token", error_description="{message}"'
    )


def forbidden(client_id: str, object_id: str, action: str, scope: str) -> Answer:
    """ARM's 403, which names the action and the scope."""
    text = (
        f"The client '{client_id}' with object id '{object_id}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh "
        "your credentials."
    )
    return error(403, "AuthorizationFailed", text)


def unknown_type(call: Call) -> Answer:
    """ARM's answer to a path that no provider serves."""
    _, _, rest = call.path.partition("/providers/")
    namespace, _, kind = rest.partition("/")
    version = call.query.get("api-version", "")
    text = (
        f"The resource type '{'/'.join(kind.split('/')[::2])}' could not be found in the namespace '{namespace}' "
        f"for api version '{version}'."
    )
    return error(404, "InvalidResourceType", text)


def resource_not_found(path: str) -> Answer:
    """ARM's 404 for a resource, by its id."""
    group = _GROUP.match(path)
    _, _, rest = path.rpartition("/providers/")
    where = f" under resource group '{group[1]}'" if group else ""
    text = (
        f"The Resource '{rest}'{where} was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix"
    )
    return error(404, "ResourceNotFound", text)


# What each route answers.


def _subscriptions(arm: Arm, call: Call) -> Answer:
    readable = [
        item
        for item in arm.estate.subscriptions
        if arm.grants.allow(("Microsoft.Resources/subscriptions/read",), item["id"])
    ]
    return arm.page(call, readable, more={"count": {"type": "Total", "value": len(readable)}})


def _one(arm: Arm, call: Call) -> Answer:
    found = arm.estate.by_id.get(key(call.path))
    return answer(found) if found else resource_not_found(call.path)


def _locations(arm: Arm, call: Call) -> Answer:
    given = arm.estate.list_at(call.path)
    return answer({"value": given or locations(call.segments[1], call.host)})


def _list(arm: Arm, call: Call) -> Answer:
    return arm.page(call, arm.estate.list_at(call.path))


def _parent(arm: Arm, call: Call) -> Json | None:
    """The storage account that a path lies below."""
    return arm.estate.by_id.get(key("/" + "/".join(call.segments[:8])))


def _blob_service(arm: Arm, call: Call) -> Answer:
    parent = _parent(arm, call)
    if parent is None:
        return resource_not_found(call.path)
    if parent.get("kind") == "FileStorage":
        return error(400, "FeatureNotSupportedForAccount", "Blob is not supported for the account.")
    return answer(arm.estate.by_id.get(key(call.path)) or _default_blob_service(parent))


def _default_blob_service(account: Json) -> Json:
    """What Azure answers for an account whose blob service nobody ever touched."""
    return {
        "sku": account["sku"],
        "id": f"{account['id']}/blobServices/default",
        "name": "default",
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "properties": {
            "cors": {"corsRules": []},
            "deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False},
        },
    }


def _containers(arm: Arm, call: Call) -> Answer:
    parent = _parent(arm, call)
    if parent is None:
        return resource_not_found(call.path)
    if parent.get("kind") == "FileStorage":
        return error(400, "FeatureNotSupportedForAccount", "Blob is not supported for the account.")
    wanted = "deleted" in call.query.get("$include", "").lower()
    items = [item for item in arm.estate.list_at(call.path) if wanted or not item["properties"].get("deleted")]
    return arm.page(call, items)


def _management_policy(arm: Arm, call: Call) -> Answer:
    parent = _parent(arm, call)
    if parent is None:
        return resource_not_found(call.path)
    found = arm.estate.by_id.get(key(call.path))
    if found:
        return answer(found)
    return error(404, "ManagementPolicyNotFound", f"No ManagementPolicy found for account {parent['name']}")


def _object_replication(arm: Arm, call: Call) -> Answer:
    if _parent(arm, call) is None:
        return resource_not_found(call.path)
    return answer({"value": arm.estate.list_at(call.path)})


def _role_assignments(arm: Arm, call: Call) -> Answer:
    subscription = call.segments[1]
    items = arm.estate.role_assignments(subscription)
    wanted = call.query.get("$filter", "")
    principal = _PRINCIPAL_FILTER.match(wanted)
    if principal:
        items = [item for item in items if item["properties"]["principalId"].lower() == principal[1].lower()]
    elif wanted.strip().lower() == "atscope()":
        below = f"/subscriptions/{subscription.lower()}/"
        items = [item for item in items if not key(item["properties"]["scope"]).startswith(below)]
    elif wanted:
        return error(400, "UnsupportedQuery", f"The filter '{wanted}' is not supported.")
    return arm.page(call, items)


def _diagnostic_settings(arm: Arm, call: Call) -> Answer:
    owner = "/" + "/".join(call.segments[:-3])
    above = "/" + "/".join(call.segments[:8])
    if key(owner) not in arm.estate.by_id and key(above) not in arm.estate.by_id:
        return resource_not_found(owner)
    return answer({"value": arm.estate.list_at(call.path)})


def _descendants(arm: Arm, call: Call) -> Answer:
    group = call.segments[-2]
    items = arm.estate.descendants(group)
    if items is None:
        return error(404, "NotFound", f"'{group}' not found")
    return arm.page(call, items)


def _route(
    name: str, path: str, action: str, version: str, serve: Callable[[Arm, Call], Answer], *, storage: str | None = None
) -> Route:
    pattern = path.replace("{subscription}", "/subscriptions/[^/]+").replace("{group}", "/resourcegroups/[^/]+")
    pattern = pattern.replace(
        "{account}", "/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft.storage/storageaccounts/[^/]+"
    )
    return Route(name, re.compile(f"^{pattern}/?$", re.IGNORECASE), action, version, serve, storage)


_S: Final = "Microsoft.Storage/storageAccounts"
_C: Final = "Microsoft.CognitiveServices"
ROUTES: Final[tuple[Route, ...]] = (
    _route("subscriptions", "/subscriptions", "Microsoft.Resources/subscriptions/read", RESOURCES, _subscriptions),
    _route("subscription", "{subscription}", "Microsoft.Resources/subscriptions/read", RESOURCES, _one),
    _route(
        "locations",
        "{subscription}/locations",
        "Microsoft.Resources/subscriptions/locations/read",
        RESOURCES,
        _locations,
    ),
    _route(
        "accounts", f"{{subscription}}(?:{{group}})?/providers/{_C}/accounts", f"{_C}/accounts/read", COGNITIVE, _list
    ),
    _route(
        "account", f"{{subscription}}{{group}}/providers/{_C}/accounts/[^/]+", f"{_C}/accounts/read", COGNITIVE, _one
    ),
    _route(
        "deletedAccounts",
        f"{{subscription}}/providers/{_C}/deletedAccounts",
        f"{_C}/deletedAccounts/read",
        COGNITIVE,
        _list,
    ),
    _route(
        "storageAccounts",
        f"{{subscription}}(?:{{group}})?/providers/{_S}",
        f"{_S}/read",
        STORAGE,
        _list,
        storage="list",
    ),
    _route("storageAccount", "{account}", f"{_S}/read", STORAGE, _one, storage="read"),
    _route(
        "blobService",
        "{account}/blobServices/default",
        f"{_S}/blobServices/read",
        STORAGE,
        _blob_service,
        storage="read",
    ),
    _route(
        "containers",
        "{account}/blobServices/default/containers",
        f"{_S}/blobServices/containers/read",
        STORAGE,
        _containers,
        storage="list",
    ),
    _route(
        "managementPolicy",
        "{account}/managementPolicies/default",
        f"{_S}/managementPolicies/read",
        STORAGE,
        _management_policy,
        storage="read",
    ),
    _route(
        "objectReplicationPolicies",
        "{account}/objectReplicationPolicies",
        f"{_S}/objectReplicationPolicies/read",
        STORAGE,
        _object_replication,
        storage="list",
    ),
    _route(
        "roleAssignments",
        "{subscription}/providers/Microsoft.Authorization/roleAssignments",
        "Microsoft.Authorization/roleAssignments/read",
        AUTHORIZATION,
        _role_assignments,
    ),
    _route(
        "diagnosticSettings",
        "/.+/providers/Microsoft.Insights/diagnosticSettings",
        "Microsoft.Insights/diagnosticSettings/read",
        INSIGHTS,
        _diagnostic_settings,
    ),
    _route(
        "descendants",
        "/providers/Microsoft.Management/managementGroups/[^/]+/descendants",
        "Microsoft.Management/managementGroups/descendants/read",
        MANAGEMENT,
        _descendants,
    ),
)


def route_of(call: Call) -> Route | None:
    """The route of a call, by its path."""
    return next((route for route in ROUTES if route.path.match(call.path)), None)
