"""A kind of call to Resource Manager: its path, the right it needs, the api-version it takes, and who answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.azure.estate import Json, key
from tests.fakes.azure.exchange import Answer, Call, answer
from tests.fakes.azure.refusals import resource_not_found

if TYPE_CHECKING:
    from tests.fakes.azure.arm import Arm

Serve = Callable[["Arm", Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the tables. `storage` tells what it counts as at the storage provider: a `read` or a `list`."""

    name: str
    path: re.Pattern[str]
    action: str
    api_version: str
    serve: Serve
    storage: str | None = None


_GROUPED = "/subscriptions/[^/]+/resourcegroups/[^/]+"
_SHORT = {
    "{subscription}": "/subscriptions/[^/]+",
    "{group}": "/resourcegroups/[^/]+",
    "{account}": f"{_GROUPED}/providers/microsoft.storage/storageaccounts/[^/]+",
    "{cognitive}": f"{_GROUPED}/providers/microsoft.cognitiveservices/accounts/[^/]+",
    "{workspace}": f"{_GROUPED}/providers/microsoft.operationalinsights/workspaces/[^/]+",
    "{backupVault}": f"{_GROUPED}/providers/microsoft.dataprotection/backupvaults/[^/]+",
}


def route(name: str, path: str, action: str, version: str, serve: Serve, *, storage: str | None = None) -> Route:
    """A route; `{subscription}`, `{account}` and the like stand for the start of a path."""
    for short, pattern in _SHORT.items():
        path = path.replace(short, pattern)
    return Route(name, re.compile(f"^{path}/?$", re.IGNORECASE), action, version, serve, storage)


def one(arm: Arm, call: Call) -> Answer:
    """The resource with this id."""
    found = arm.estate.by_id.get(key(call.path))
    return answer(found) if found else resource_not_found(call.path)


def paged(arm: Arm, call: Call) -> Answer:
    """A list, in pages."""
    return arm.page(call, arm.estate.list_at(call.path))


def children(arm: Arm, call: Call) -> Answer:
    """The list of what hangs on a resource, in pages; 404 if there is no such resource."""
    owner = _owner(call)
    return paged(arm, call) if key(owner) in arm.estate.by_id else resource_not_found(owner)


def whole(arm: Arm, call: Call) -> Answer:
    """A list that the specification does not page."""
    return answer({"value": arm.estate.list_at(call.path)})


def whole_children(arm: Arm, call: Call) -> Answer:
    """What hangs on a resource, unpaged."""
    owner = _owner(call)
    return whole(arm, call) if key(owner) in arm.estate.by_id else resource_not_found(owner)


def _owner(call: Call) -> str:
    return "/" + "/".join(call.segments[:-1])


def parent(arm: Arm, call: Call) -> Json | None:
    """The storage account that a path lies below."""
    return arm.estate.by_id.get(key("/" + "/".join(call.segments[:8])))
