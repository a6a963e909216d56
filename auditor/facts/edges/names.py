"""Where names of documents are written beside logs: inventories of blobs, and tables that a workspace exports.

Both carry names and addresses, never bytes (azure-facts 3b, 3d). An inventory lies in a container of the account itself
(blob inventory page). A workspace sends the tables that it exports to a storage account or an event hub (data export page);
those of Document Intelligence and of blobs are `AzureDiagnostics` and `StorageBlobLogs`. No rule counts these ways; one
that a scan was refused is told, and one that an older snapshot lacks is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.edges.copies import with_second_copy
from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place, seen
from auditor.facts.parts import elements_of, list_in, part_of, text_in
from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource, resource_key
from auditor.model.types import BY_NAME, DATA_EXPORT, DIAGNOSTIC_SETTING, INVENTORY_POLICY, STORAGE, WORKSPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate

_INVENTORY: Final = "blobInventory"
_EXPORT: Final = "dataExport"
_TABLES: Final = {STORAGE.lower(): "storagebloblogs"}
_TABLE_OF_ACCOUNTS: Final = "azurediagnostics"


def inventory_edges(storage: Resource, estate: Estate) -> Iterator[Edge]:
    """An edge for each container that an inventory of the account's blobs is written to."""
    for policy in estate.snapshot.listing(storage.id, INVENTORY_POLICY).resources:
        schema = part_of(policy.body.get("properties"), "policy")
        if part_of(schema, "enabled") is False:
            continue
        for rule in elements_of(part_of(schema, "rules"), "the rules of the inventory policy"):
            if part_of(rule, "enabled") is not False:
                container = part_of(rule, "destination")
                where = f"container {container}" if isinstance(container, str) else "a container that was not read"
                words = f"an inventory writes the names of blobs to {where} of the account"
                region = home_of(storage)
                yield Edge(_INVENTORY, "metadata", storage.id, storage.name, region, leaves=False, words=words)
    gap = estate.snapshot.gap_at(storage.id, BY_NAME[INVENTORY_POLICY.lower()])
    if gap is not None:
        yield hidden(_INVENTORY, "metadata", f"inventory policies were not read: {gap.reason}")


def export_edges(resource: Resource, logged: str, estate: Estate) -> Iterator[Edge]:
    """An edge for each place to which a workspace that receives the resource's logs exports them."""
    settings = estate.snapshot.listing(logged, DIAGNOSTIC_SETTING).resources
    written = [part_of(setting.body.get("properties"), "workspaceId") for setting in settings]
    if any(isinstance(item, Unread) for item in written):
        yield hidden(_EXPORT, "metadata", "which workspace receives the logs, and may export them, was not read")
    for key in dict.fromkeys(resource_key(item) for item in written if isinstance(item, str) and item):
        workspace = seen(key, WORKSPACE, estate)
        if isinstance(workspace, Unread):
            continue  # the edge of the logs says that it was not seen
        for export in estate.snapshot.listing(workspace.id, DATA_EXPORT).resources:
            yield from _of_export(resource, workspace, export, estate)
        gap = estate.snapshot.gap_at(workspace.id, BY_NAME[DATA_EXPORT.lower()])
        if gap is not None:
            yield hidden(_EXPORT, "metadata", f"what workspace {workspace.name} exports was not read: {gap.reason}")


def _of_export(resource: Resource, workspace: Resource, export: Resource, estate: Estate) -> Iterator[Edge]:
    properties = export.body.get("properties")
    sends = _sends(properties, _TABLES.get(resource.type_key, _TABLE_OF_ACCOUNTS))
    if sends is not False:
        for edge in _destination(resource, workspace, properties, estate):
            yield edge.in_doubt(sends if isinstance(sends, Unread) else None)


def _sends(properties: Json, table: str) -> bool | Unread:
    """Whether a rule is on and exports a table; one that names no table exports all."""
    enabled, tables = part_of(properties, "enable"), part_of(properties, "tableNames")
    names = list_in(tables)
    if enabled is False:
        return False
    if isinstance(enabled, Unread) or isinstance(tables, Unread):
        return Unread("whether the workspace exports the logs was not read")
    if not names or table in {text_in(name).lower() for name in names}:
        return True
    return Unread("which tables it exports was not read") if any(isinstance(name, Unread) for name in names) else False


def _destination(resource: Resource, workspace: Resource, properties: Json, estate: Estate) -> Iterator[Edge]:
    target: Json = part_of(properties, "destination", "resourceId")
    if not isinstance(target, str) or not target:
        yield hidden(_EXPORT, "metadata", f"where workspace {workspace.name} exports logs to was not read")
        return
    home, name = home_of(resource), target.rstrip("/").rpartition("/")[2]
    store = estate.snapshot.get(target)
    if store is None:
        why = Unread(f"the region of {name} was not read")
        words = f"workspace {workspace.name} exports logs to {name}, whose region is not known"
        yield Edge(_EXPORT, "metadata", target, name, why, why, words)
        return
    region = home_of(store)
    words = f"workspace {workspace.name} exports logs to {store.name} in {place(region)}"
    edge = Edge(_EXPORT, "metadata", store.id, store.name, region, leaves(home, region), words)
    yield from with_second_copy(edge, home, store, estate)
