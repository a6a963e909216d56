"""What an estate has beyond the resources of a template: defaults of new accounts, and what resources do to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.infra.arm.symbols import field_of
from auditor.infra.arm.values import symbol_of
from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource, resource_key
from auditor.model.types import ACCOUNT, BLOB_SERVICE, BY_NAME, CONTAINER, PRIVATE_ENDPOINT, STORAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.infra.arm.deployment import Planned
    from auditor.model.resource import Gap, Origin

_IMMUTABILITY: Final = f"{CONTAINER}/immutabilityPolicies".lower()
KEPT: Final = frozenset({*BY_NAME, _IMMUTABILITY})
"""Types (lower case) of resources that matter; all others are passed over."""
_BLOB_SERVICE_READ: Final = BY_NAME[BLOB_SERVICE.lower()].operation
_ENDPOINT_READ: Final = BY_NAME[PRIVATE_ENDPOINT.lower()].operation
_CONNECTIONS: Final = (
    ("privateLinkServiceConnections", "Approved"),
    ("manualPrivateLinkServiceConnections", "Pending"),
)
"""Connections of a private endpoint, and how they stand once it is deployed (private link overview, Microsoft Learn)."""


@dataclass(eq=False)
class Draft:
    """A resource in the making; without a body it is one that may not be there, and matters for others alone."""

    planned: Planned
    body: dict[str, Json]
    origin: Origin | None

    @property
    def type(self) -> str:
        """The type, in small letters."""
        return self.planned.what.type.lower()

    @property
    def key(self) -> str:
        """The id as ARM compares it."""
        return resource_key(self.planned.what.id)


def complete(drafts: Sequence[Draft], gaps: Iterable[Gap]) -> list[tuple[Resource, Draft]]:
    """The resources of the drafts, with what they do to each other; those of types that nobody asks for are left out."""
    operations = {(gap.scope.lower(), gap.operation) for gap in gaps}
    _mark_immutable(drafts)
    _connect_endpoints(drafts, hidden=any(operation == _ENDPOINT_READ for _, operation in operations))
    found = []
    services = {draft.key for draft in drafts if draft.type == BLOB_SERVICE.lower()}
    for draft in drafts:
        if draft.body and draft.type in BY_NAME:
            _doubt_kind(draft)
            found.append((Resource(draft.body, origin=draft.origin), draft))
            if _has_own_service(draft) and not _is_there(draft.key, services, operations):
                found.append((Resource(_blob_service(draft.body), origin=draft.origin), draft))
    return found


def _doubt_kind(draft: Draft) -> None:
    """An account that may not be deployed may be none at all: facts then take nothing for granted that hangs on it."""
    if draft.type == ACCOUNT.lower() and isinstance(why := draft.body.get("condition"), Unread):
        draft.body["kind"] = why


def _has_own_service(draft: Draft) -> bool:
    """Whether a new storage account has a blob service: Azure makes it with every account that can hold blobs."""
    kind = draft.body.get("kind")
    files = isinstance(kind, str) and kind.lower() == "filestorage"
    return draft.type == STORAGE.lower() and not draft.planned.existing and not files


def _is_there(store: str, services: set[str], operations: set[tuple[str, str]]) -> bool:
    """Whether the blob service of an account is declared, or may be by what was not read."""
    parts = store.split("/")
    above = ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return f"{store}/blobservices/default" in services or any(
        (scope, _BLOB_SERVICE_READ) in operations for scope in above
    )


def _blob_service(store: dict[str, Any]) -> dict[str, Json]:
    """The blob service of an account of which nothing is said: all of it as Azure has it by itself."""
    own = {"id": f"{store['id']}/blobServices/default", "type": BLOB_SERVICE, "name": "default", "properties": {}}
    return own | ({"condition": store["condition"]} if "condition" in store else {})


def _mark_immutable(drafts: Sequence[Draft]) -> None:
    """Write the policy of a container, a resource of its own in templates, where Azure's answers have it."""
    containers = {draft.key: draft for draft in drafts if draft.type == CONTAINER.lower() and draft.body}
    for draft in drafts:
        container = containers.get(draft.key.rpartition("/immutabilitypolicies/")[0])
        if draft.type == _IMMUTABILITY and container is not None and isinstance(container.body["properties"], dict):
            own = draft.planned.value("properties")
            container.body["properties"] = {
                **container.body["properties"],
                "hasImmutabilityPolicy": draft.planned.doubt or True,
                "immutabilityPolicy": {"properties": own},
            }


def _connect_endpoints(drafts: Sequence[Draft], *, hidden: bool) -> None:
    """Write connections where Azure's answers have them: with the account that a private endpoint leads to."""
    targets = {draft.key: draft for draft in drafts if draft.type in {STORAGE.lower(), ACCOUNT.lower()}}
    for draft in drafts:
        if draft.type == PRIVATE_ENDPOINT.lower():
            for target, connection in _connections(draft):
                known = targets.get(resource_key(target))
                for account in [known] if known is not None else targets.values() if target.startswith("{") else ():
                    _connect(
                        account,
                        connection if known is not None else Unread(f"{draft.planned.what.name} may lead to it"),
                    )
    if hidden:
        for account in targets.values():
            _connect(account, Unread("there may be private endpoints in what was not read"))


def _connections(draft: Draft) -> Iterator[tuple[str, Json]]:
    """What a private endpoint leads to, and the connection that this makes; `{` begins what is not known."""
    properties = draft.body.get("properties", draft.planned.value("properties"))
    for member, status in _CONNECTIONS:
        listed = field_of(properties, member)
        for item in listed if isinstance(listed, list) else [listed] if isinstance(listed, Unread) else ():
            target = (
                item if isinstance(item, Unread) else field_of(field_of(item, "properties"), "privateLinkServiceId")
            )
            state = draft.planned.doubt or status
            connection = {
                "privateEndpoint": {"id": draft.planned.what.id},
                "privateLinkServiceConnectionState": {"status": state},
            }
            if target is not None:
                written = symbol_of(target) if isinstance(target, Unread) else str(target)
                yield written, {"name": draft.planned.what.name, "properties": connection}


def _connect(account: Draft, connection: Json) -> None:
    properties = account.body.get("properties")
    if isinstance(properties, dict):
        listed = field_of(properties, "privateEndpointConnections")
        before = listed if isinstance(listed, list) else []
        account.body["properties"] = {**properties, "privateEndpointConnections": [*before, connection]}
