"""What files declare without telling what it belongs to: it is a gap wherever it may belong, and never passed over.

A child whose parent no file declares may belong to any account whose name fits. A role in a resource group of a known
name may reach accounts in a group that only the deployment knows. Which account a replication policy copies from may be
known only then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from auditor.infra.arm.comparing import field_of
from auditor.infra.same_ids import STANDING, Id, agree, may_be, parsed_id, without_implied
from auditor.model.reading import Unread
from auditor.model.resource import Gap, Resource, resource_key
from auditor.model.types import (
    BLOB_SERVICE,
    BY_NAME,
    BY_OPERATION,
    OBJECT_REPLICATION,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
    ResourceType,
    subscription_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from auditor.infra.declared import Declared
    from auditor.model.reading import Json

_UNKNOWN: Final = Unread("whether it is the subscription and the group of the store is known only at the deployment")
_SOURCE_UNKNOWN: Final = Unread("which account it copies from is known only at the deployment")


def with_doubts(resources: Mapping[str, Resource]) -> dict[str, Resource]:
    """The resources, by key; what may mean one of the others and cannot be told is unread in them."""
    stores = [
        parsed for item in resources.values() if item.type_key == STORAGE.lower() if (parsed := parsed_id(item.id))
    ]
    scopes = {store.scope for store in stores}
    return {key: _with_doubts(item, scopes, resources) for key, item in resources.items()}


def _with_doubts(item: Resource, scopes: set[str], resources: Mapping[str, Resource]) -> Resource:
    properties = item.body.get("properties")
    if item.type_key == ROLE_ASSIGNMENT.lower() and _may_reach(field_of(properties, "scope"), scopes):
        own = subscription_of(item.key)
        return _changed(
            item if own in {subscription_of(each) for each in scopes} else _anywhere(item), "scope", _UNKNOWN
        )
    source = field_of(properties, "sourceAccount")
    if item.type_key == OBJECT_REPLICATION.lower() and _may_copy_from(source, item.owner, resources):
        return _changed(item, "sourceAccount", _SOURCE_UNKNOWN)
    return item


def _anywhere(item: Resource) -> Resource:
    """A role assignment of a subscription that may be any."""
    resource_id = f"/providers/{ROLE_ASSIGNMENT}/{item.id.strip('/').replace('/', ' ')}"
    return Resource({**item.body, "id": resource_id}, item.read, item.origin)


def _changed(item: Resource, name: str, value: Json) -> Resource:
    properties = item.body["properties"]
    return Resource({**item.body, "properties": {**properties, name: value}}, item.read, item.origin)


def _may_reach(scope: Json, scopes: set[str]) -> bool:
    """Whether a role at a group or a subscription may reach stores and does not for certain."""
    if not isinstance(scope, str) or not scope.lower().startswith("/subscriptions/") or "/providers/" in scope.lower():
        return False
    own = resource_key(scope)
    parts = own.count("/") + 1
    above = {"/".join(each.split("/")[:parts]) for each in scopes}
    return own not in above and any(agree(own, each) for each in above)


def _may_copy_from(source: Json, owner: str | None, resources: Mapping[str, Resource]) -> bool:
    """Whether the source of a replication policy may be the account that has it, and is not told."""
    if not isinstance(source, str) or owner is None or resource_key(source) in {owner, *resources}:
        return False
    name = source.rstrip("/").rpartition("/")[2].lower()
    return "{" in name and may_be(name, owner.rpartition("/")[2])


def placed(files: Sequence[Declared]) -> list[Declared]:
    """What files declare, with gaps for children of which no file declares the parent.

    What Azure makes by itself of an account is not told where such a gap is: the child may be that.
    """
    resources = {item.key: item for declared in files for item in declared.resources}
    subscriptions = {own for key in resources if (own := subscription_of(key)) is not None}
    found = [(*_orphans(declared, resources), *_elsewhere(declared, subscriptions)) for declared in files]
    services = {f"{resource_key(gap.scope)}/blobservices/default" for own in found for gap in own if _of_a_service(gap)}
    return [
        without_implied(replace(declared, gaps=(*declared.gaps, *own)), services)
        for declared, own in zip(files, found, strict=True)
    ]


def _elsewhere(declared: Declared, subscriptions: AbstractSet[str]) -> Iterator[Gap]:
    """Gaps of one subscription in others, as one of the two is not known, so that they may be the same."""
    for gap in declared.gaps:
        own = subscription_of(gap.scope)
        if own is not None and own == resource_key(gap.scope):
            yield from (replace(gap, scope=other) for other in subscriptions if other != own and agree(other, own))


def _of_a_service(gap: Gap) -> bool:
    return gap.operation == BY_NAME[BLOB_SERVICE.lower()].operation


def _orphans(declared: Declared, resources: Mapping[str, Resource]) -> Iterator[Gap]:
    """Gaps for what one file says of accounts and the like that no file declares; all resources come by key."""
    roots = [(item.id, own) for item in resources.values() if item.type_key in STANDING and (own := parsed_id(item.id))]
    for item_id, kind, name in _children(declared):
        parent = parsed_id(item_id)
        root = item_id[: len(item_id) - len(parent.rest)] if parent is not None else ""
        if parent is None or parent.type not in STANDING or resource_key(root) in resources:
            continue
        label = BY_NAME[parent.type].label
        yield Gap(root, BY_NAME[parent.type].operation, f"{name}: no file declares the {label} that it belongs to")
        for other_id, other in roots if "{" in root else ():
            if _may_be_one(parent, other):
                yield Gap(other_id, kind.operation, f"{name}: it may belong to this {label}, as its name is not known")


def _children(declared: Declared) -> Iterator[tuple[str, ResourceType, str]]:
    """The id of each child, or of what a gap in a list of children is about; its type; and what it is called."""
    for item in declared.resources:
        kind = BY_NAME.get(item.type_key)
        if kind is not None and kind.owner != SUBSCRIPTION and item.owner is not None:
            yield item.id, kind, f"{kind.label} {item.name}"
    for gap in declared.gaps:
        kind = BY_OPERATION.get(gap.operation.lower())
        if kind is not None and kind.key not in STANDING and kind.owner != SUBSCRIPTION:
            yield gap.scope, kind, gap.reason


def _may_be_one(parent: Id, other: Id) -> bool:
    return (
        parent.type == other.type
        and may_be(parent.name, other.name)
        and (parent.type == STORAGE.lower() or agree(parent.scope, other.scope))
    )
