"""What an estate has beyond the resources that a file declares: what Azure makes of itself, and what they do to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.infra.arm.comparing import field_of
from auditor.infra.arm.values import symbol_of
from auditor.infra.declared import Declared
from auditor.infra.ids import principal_of
from auditor.infra.same_ids import STANDING, SameIds, gap_at, in_value
from auditor.infra.spelling import respelled
from auditor.model.reading import Json, Unread
from auditor.model.resource import Gap, Resource, resource_key
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    BY_NAME,
    CONTAINER,
    DELETED_ACCOUNT,
    LOCATION,
    ONLY_LIVE,
    PRIVATE_ENDPOINT,
    REGISTER_TYPES,
    RESOURCE_TYPES,
    STORAGE,
    SUBSCRIPTION,
    VAULT,
    relations_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.model.resource import Origin

LATER: Final = "known only after deployment"
_COMPUTED: Final = {
    STORAGE.lower(): ("primaryEndpoints",),
    ACCOUNT.lower(): ("endpoint", "endpoints", "dateCreated"),
}
"""Properties (of types in lower case) that Azure makes up. Where a new account lies is none: that is its location."""
_IMMUTABILITY: Final = f"{CONTAINER}/immutabilityPolicies".lower()
KEPT: Final = frozenset({*BY_NAME, _IMMUTABILITY})
"""Types (lower case) of resources that matter; all others are passed over."""
_UNTOLD: Final = ONLY_LIVE | REGISTER_TYPES | {name.lower() for name in (SUBSCRIPTION, LOCATION, DELETED_ACCOUNT)}
DECLARABLE: Final = tuple(kind for kind in RESOURCE_TYPES if kind.key not in _UNTOLD)
"""Types that a template can declare, and one that was not read may."""
_BLOB_SERVICE_READ: Final = BY_NAME[BLOB_SERVICE.lower()].operation
_CONNECTIONS: Final = (
    ("privateLinkServiceConnections", "Approved"),
    ("manualPrivateLinkServiceConnections", "Pending"),
)
"""Connections of a private endpoint, and how they stand once it is deployed (private link overview, Microsoft Learn)."""


@dataclass(eq=False)
class Draft:
    """A resource in the making. One that is not `kept` matters for others alone.

    `existing` tells that it is there already, or with `new` that it may be; `doubt` says why it may not be deployed at all.
    """

    body: dict[str, Json]
    origin: Origin | None = None
    existing: bool = False
    doubt: Unread | None = None
    kept: bool = True
    new: bool = False

    @property
    def changed(self) -> bool:
        """Whether a deployment may create or change it."""
        return self.new or not self.existing

    @property
    def id(self) -> str:
        """The id, as it is spelled."""
        return str(self.body["id"])

    @property
    def key(self) -> str:
        """The id as ARM compares it."""
        return resource_key(self.id)

    @property
    def type(self) -> str:
        """The type, in small letters."""
        return str(self.body["type"]).lower()

    @property
    def name(self) -> str:
        """The name."""
        return str(self.body["name"])


def with_principals(resource_id: str, identity: Json) -> Json:
    """An identity with what stands for the principals that are known only once it is deployed."""
    kind = field_of(identity, "type")
    if not isinstance(identity, dict) or not isinstance(kind, str):
        return identity
    found = dict(identity)
    if "systemassigned" in kind.lower() and not found.get("principalId"):
        found["principalId"] = principal_of(resource_id)
    users: Json = field_of(identity, "userAssignedIdentities")
    if isinstance(users, list):  # an older form, ids alone
        users = dict.fromkeys(map(str, users))
    if isinstance(users, dict):
        found["userAssignedIdentities"] = {
            name: {"principalId": principal_of(name)} | (value if isinstance(value, dict) else {})
            for name, value in users.items()
        }
    return found


def vault_uri(name: str) -> str:
    """The address of a key vault, of which its name is the first part (about Key Vault, Microsoft Learn); in the public cloud."""
    return f"https://{name}.vault.azure.net/"


def computed(body: dict[str, Json]) -> dict[str, Json]:
    """The body with what Azure makes up, unread unless it follows from a name: rules and facts would take it for absent."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        return body
    names = _COMPUTED.get(str(body["type"]).lower(), ())
    made: dict[str, Json] = dict.fromkeys(names, Unread(LATER))
    if str(body["type"]).lower() == VAULT.lower():
        made = {"vaultUri": vault_uri(str(body["name"]))}
    missing = {name: value for name, value in made.items() if field_of(properties, name) is None}
    return {**body, "properties": {**properties, **missing}} if missing else body


def hidden_lists(resource_id: str, type_name: str, why: str) -> Iterator[Gap]:
    """A gap for each list of a resource that is there already, of which a file tells only what it adds."""
    for child in relations_of(type_name).values():
        if child.key not in ONLY_LIVE:
            yield Gap(resource_id, child.operation, why)


def complete(drafts: Sequence[Draft], gaps: Iterable[Gap], changed: Iterable[str], *, hidden: bool) -> Declared:
    """The resources of the drafts, with what they do to each other, and the gaps, by the same ids.

    Resources of types that nobody asks for are left out. `changed` are keys of what a deployment changes; `hidden` tells
    that there may be any resources that were not read.
    """
    of = SameIds(draft.id for draft in drafts if draft.type in STANDING).of
    gaps = [gap_at(gap, of) for gap in gaps]
    for draft in drafts:
        draft.body = in_value(draft.body, of)
    operations = {(gap.scope.lower(), gap.operation) for gap in gaps}
    _mark_immutable(drafts)
    _connect_endpoints(drafts, hidden=hidden)
    found: list[Resource] = []
    implied: dict[str, str] = {}
    services = {draft.key for draft in drafts if draft.type == BLOB_SERVICE.lower()}
    for draft in drafts:
        if draft.kept and draft.type in BY_NAME:
            _doubt_kind(draft)
            found.append(Resource(respelled(draft.body), origin=draft.origin))
            if _has_own_service(draft) and not _is_there(draft.key, services, operations):
                found.append(Resource(_blob_service(draft.body), origin=draft.origin))
                implied[found[-1].key] = draft.key
    own = {resource_key(of(key)) for key in changed}
    own |= {key for key, store in implied.items() if store in own}
    return Declared(tuple(found), tuple(dict.fromkeys(gaps)), changed=frozenset(own), implied=frozenset(implied))


def _doubt_kind(draft: Draft) -> None:
    """An account that may not be deployed may be none at all: facts then take nothing for granted that hangs on it."""
    if draft.type == ACCOUNT.lower() and isinstance(why := draft.body.get("condition"), Unread):
        draft.body["kind"] = why


def _has_own_service(draft: Draft) -> bool:
    """Whether a new storage account has a blob service: Azure makes it with every account that can hold blobs."""
    kind = draft.body.get("kind")
    files = isinstance(kind, str) and kind.lower() == "filestorage"
    return draft.type == STORAGE.lower() and not draft.existing and not files


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
    containers = {draft.key: draft for draft in drafts if draft.type == CONTAINER.lower() and draft.kept}
    for draft in drafts:
        container = containers.get(draft.key.rpartition("/immutabilitypolicies/")[0])
        if draft.type == _IMMUTABILITY and container is not None and isinstance(container.body["properties"], dict):
            container.body["properties"] = {
                **container.body["properties"],
                "hasImmutabilityPolicy": draft.doubt or True,
                "immutabilityPolicy": {"properties": draft.body.get("properties")},
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
                        connection if known is not None else Unread(f"{draft.name} may lead to it"),
                    )
    if hidden:
        for account in targets.values():
            _connect(account, Unread("there may be private endpoints in what was not read"))


def _connections(draft: Draft) -> Iterator[tuple[str, Json]]:
    """What a private endpoint leads to, and the connection that this makes; `{` begins what is not known."""
    properties = draft.body.get("properties")
    for member, status in _CONNECTIONS:
        listed = field_of(properties, member)
        for item in listed if isinstance(listed, list) else [listed] if isinstance(listed, Unread) else ():
            target = (
                item if isinstance(item, Unread) else field_of(field_of(item, "properties"), "privateLinkServiceId")
            )
            state = draft.doubt or status
            connection = {
                "privateEndpoint": {"id": draft.id},
                "privateLinkServiceConnectionState": {"status": state},
            }
            if target is not None:
                written = symbol_of(target) if isinstance(target, Unread) else str(target)
                yield written, {"name": draft.name, "properties": connection}


def _connect(account: Draft, connection: Json) -> None:
    properties = account.body.get("properties")
    if isinstance(properties, dict):
        listed = field_of(properties, "privateEndpointConnections")
        before = listed if isinstance(listed, list) else []
        account.body["properties"] = {**properties, "privateEndpointConnections": [*before, connection]}
