"""Small builders of snapshots, for tests that need a few resources and no Azure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auditor.facts.derive import Facts
from auditor.facts.estate import Estate
from auditor.model.durations import parse_moment
from auditor.model.resource import Gap, ListRead, Resource
from auditor.model.snapshot import End, Header, Snapshot
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    BLOB_SERVICE,
    BY_NAME,
    CLASSIFIER,
    CONNECTION,
    CONTAINER,
    LIFECYCLE_POLICY,
    MODEL,
    OBJECT_REPLICATION,
    PROJECT,
    PROJECT_CONNECTION,
    ROLE_ASSIGNMENT,
    STORAGE,
    STORAGE_PERIMETER,
    SUBSCRIPTION,
)

SUBSCRIPTION_ID = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP = f"{SUBSCRIPTION_ID}/resourceGroups/docs"
PRINCIPAL = "aaaaaaaa-0000-0000-0000-000000000001"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
STARTED = "2026-11-01T06:00:00Z"


def now() -> datetime:
    found = parse_moment(STARTED)
    assert found is not None
    return found


def subscription() -> Resource:
    return Resource({"id": SUBSCRIPTION_ID, "type": SUBSCRIPTION, "name": "sub", "displayName": "Claims"})


def account(
    name: str = "di", location: str = "westeurope", kind: str = "FormRecognizer", **properties: Any
) -> Resource:
    return Resource(
        {
            "id": f"{GROUP}/providers/{ACCOUNT}/{name}",
            "type": ACCOUNT,
            "name": name,
            "location": location,
            "kind": kind,
            "identity": {"type": "SystemAssigned", "principalId": PRINCIPAL},
            "properties": properties,
        }
    )


def storage(name: str = "docs", location: str = "westeurope", sku: str = "Standard_LRS", **properties: Any) -> Resource:
    return Resource(
        {
            "id": f"{GROUP}/providers/{STORAGE}/{name}",
            "type": STORAGE,
            "name": name,
            "location": location,
            "kind": "StorageV2",
            "sku": {"name": sku},
            "properties": properties,
        }
    )


def child(owner: Resource, type_name: str, name: str, **properties: Any) -> Resource:
    path = type_name.removeprefix(f"{owner.type}/")
    parts = path.split("/")
    names = ["default", name] if len(parts) > 1 else [name]
    below = "/".join(f"{part}/{part_name}" for part, part_name in zip(parts, names, strict=True))
    return Resource({"id": f"{owner.id}/{below}", "type": type_name, "name": name, "properties": properties})


def blob_service(store: Resource, **properties: Any) -> Resource:
    return child(store, BLOB_SERVICE, "default", **properties)


def container(store: Resource, name: str = "scans", **properties: Any) -> Resource:
    return child(store, CONTAINER, name, **properties)


def delete_rule(
    days: float | None = 0,
    *,
    snapshots: float | None = None,
    versions: float | None = None,
    prefixes: tuple[str, ...] = (),
    condition: str = "daysAfterCreationGreaterThan",
    **more: Any,
) -> dict[str, Any]:
    actions: dict[str, Any] = {}
    for part, number, name in (
        ("baseBlob", days, condition),
        ("snapshot", snapshots, "daysAfterCreationGreaterThan"),
        ("version", versions, "daysAfterCreationGreaterThan"),
    ):
        if number is not None:
            actions[part] = {"delete": {name: number}}
    filters: dict[str, Any] = {"blobTypes": ["blockBlob", "appendBlob"], **more.pop("filters", {})}
    if prefixes:
        filters["prefixMatch"] = list(prefixes)
    definition = {"filters": filters, "actions": actions}
    return {"name": "clean", "enabled": True, "type": "Lifecycle", "definition": definition, **more}


def lifecycle(store: Resource, *rules: dict[str, Any]) -> Resource:
    return child(store, LIFECYCLE_POLICY, "default", policy={"rules": list(rules)})


def grant(scope: str, role: str = BLOB_READER, principal: str = PRINCIPAL, **properties: Any) -> Resource:
    role_id = f"{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    name = f"{abs(hash((scope, role, principal))):032x}"[:32]
    return Resource(
        {
            "id": f"{scope}/providers/{ROLE_ASSIGNMENT}/{name}",
            "type": ROLE_ASSIGNMENT,
            "name": name,
            "properties": {"scope": scope, "roleDefinitionId": role_id, "principalId": principal, **properties},
        }
    )


def read(of: Resource | str, type_name: str) -> ListRead:
    return ListRead(of if isinstance(of, str) else of.id, BY_NAME[type_name.lower()].operation)


def gap(of: Resource | str, type_name: str, reason: str = "403 AuthorizationFailed") -> Gap:
    return Gap(of if isinstance(of, str) else of.id, BY_NAME[type_name.lower()].operation, reason)


CHILDREN = {
    ACCOUNT: (MODEL, CLASSIFIER, CONNECTION, PROJECT, ACCOUNT_PERIMETER),
    PROJECT: (PROJECT_CONNECTION,),
    STORAGE: (CONTAINER, LIFECYCLE_POLICY, OBJECT_REPLICATION, BLOB_SERVICE, STORAGE_PERIMETER),
}


def snapshot(
    *resources: Resource, gaps: tuple[Gap, ...] = (), unread: tuple[tuple[str, str], ...] = (), kind: str = "azure"
) -> Snapshot:
    """A complete snapshot: every list is read, but for gaps and for the (id, type) pairs in `unread`."""
    hidden = {(of.lower(), BY_NAME[type_name.lower()].operation) for of, type_name in unread}
    hidden |= {(item.scope.lower(), item.operation) for item in gaps}
    reads = [read(SUBSCRIPTION_ID, item.name) for item in BY_NAME.values() if item.owner == SUBSCRIPTION]
    for resource in resources:
        reads += [read(resource, type_name) for type_name in CHILDREN.get(resource.type, ())]
    kept = tuple(item for item in reads if (item.of.lower(), item.operation) not in hidden)
    header = Header("test", kind, (SUBSCRIPTION_ID,), STARTED)
    return Snapshot(header, (subscription(), *resources), gaps, kept, End(STARTED))


def facts(found: Snapshot, *, all_documents: bool = False) -> Facts:
    return Facts(Estate(found, now(), all_documents))
