"""What the signed-in identity may do at each subscription, as Azure itself says; for `auditor doctor`.

Azure adds up all assignments that reach the caller at a scope, through groups and from above too
(`GET {scope}/providers/Microsoft.Authorization/permissions`). What is granted below the scope is not in it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from auditor.collectors.answers import NotReadError
from auditor.collectors.catalogue import PERMISSIONS_ACTION, PERMISSIONS_PATH, PERMISSIONS_VERSION
from auditor.collectors.clients import connect
from auditor.collectors.clouds import cloud_named
from auditor.collectors.limits import Counted, Throttle
from auditor.collectors.paging import read_list
from auditor.collectors.reader import Call, Patience, Reader
from auditor.collectors.subscriptions import find_scope
from auditor.collectors.together import each
from auditor.model.permissions import permission_of
from auditor.model.resource import resource_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.collectors.clouds import Cloud
    from auditor.collectors.collect import Progress, Request
    from auditor.collectors.shapes import Body
    from auditor.model.permissions import Permission
    from auditor.model.reading import Json


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, as the token says; what it does not say is empty. `kind` is `user`, `application` or `identity`."""

    kind: str
    name: str
    object_id: str
    application_id: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the identity may do at one subscription; where that could not be read, `unread` says why."""

    subscription: str
    name: str
    permissions: tuple[Permission, ...]
    unread: str | None = None

    def allows(self, action: str, *, data: bool = False) -> bool:
        """Whether any of its roles grants an action at the subscription."""
        return any(permission.allows(action, data=data) for permission in self.permissions)


@dataclass(frozen=True, slots=True)
class Rights:
    """Who signed in, and what it may do; `unread` says why there may be further subscriptions."""

    identity: Identity
    held: tuple[Held, ...]
    unread: tuple[str, ...]


_LABEL = "permission"


def read_rights(request: Request, progress: Progress, *, patience: Patience | None = None) -> Rights:
    """Sign in, find the subscriptions of the request and read what may be done there.

    Raises what `collect` raises: `SignInError`, `SourceError` or `UsageError`.
    """
    return asyncio.run(_read(request, progress, patience or Patience()))


async def _read(request: Request, progress: Progress, patience: Patience) -> Rights:
    cloud = cloud_named(request.cloud)
    async with connect(cloud, request.auth, request.tool, patience) as azure:
        reader = Reader(azure, patience)
        scope = await find_scope(reader, cloud, request)
        reader.spread_over(len(scope.subscriptions))
        progress.expect(_LABEL, len(scope.subscriptions))
        found: dict[str, Held] = {}

        async def look(body: Body) -> None:
            found[body["id"]] = await _held(reader, cloud, body)
            progress.done(_LABEL)

        await each((look(body) for body in scope.subscriptions), reader.share)
        identity = identity_of(await azure.claims())
    return Rights(identity, tuple(found[body["id"]] for body in scope.subscriptions), scope.unread)


async def _held(reader: Reader, cloud: Cloud, body: Body) -> Held:
    identity, name = body["id"], body["name"]
    url = f"{cloud.arm}{quote(identity, safe='/')}{PERMISSIONS_PATH}?api-version={PERMISSIONS_VERSION}"
    counted = Counted(Throttle.ARM, resource_key(identity))
    items: list[Json] = []
    try:
        await read_list(reader, Call("authorization", cloud.arm, url, PERMISSIONS_ACTION, counted), items.append)
    except NotReadError as failure:
        return Held(identity, name, (), failure.reason)
    permissions = _understood(items)
    if permissions is None:
        return Held(identity, name, (), "the answer was no list of permissions")
    return Held(identity, name, permissions)


def _understood(items: Iterable[Json]) -> tuple[Permission, ...] | None:
    """All permissions; None if one of them is none, since what it takes away is then not known either."""
    permissions = [permission_of(item) for item in items]
    if any(permission is None for permission in permissions):
        return None
    return tuple(permission for permission in permissions if permission is not None)


def identity_of(claims: dict[str, Json]) -> Identity:
    """Whom a token speaks for; the names are those of Entra's v1 and v2 access tokens."""

    def claim(*names: str) -> str:
        found = (claims.get(name) for name in names)
        return next((value for value in found if isinstance(value, str) and value), "")

    user = claim("upn", "unique_name", "preferred_username")
    application = claim("appid", "azp")
    name = user or claim("app_displayname")
    kind = "user" if user else "application" if application else "identity"
    return Identity(kind, name, claim("oid"), application, claim("tid"))
