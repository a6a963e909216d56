"""Where diagnostic settings send the logs of a resource: names and addresses, never bytes (azure-facts 2.8, 3d)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.edges.copies import with_second_copy
from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place, region_of, seen
from auditor.facts.parts import any_of, elements_of, part_of
from auditor.model.reading import Json, Unread
from auditor.model.types import DIAGNOSTIC_SETTING, STORAGE, WORKSPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

VIA: Final = "logs"
_HUBS: Final = ("eventHubAuthorizationRuleId", "serviceBusRuleId")
_MEMBERS: Final = ("workspaceId", "storageAccountId", *_HUBS, "marketplacePartnerId")


def log_edges(resource: Resource, logged: str, estate: Estate) -> Iterator[Edge]:
    """An edge for each destination of the diagnostic settings of `logged`, the id on which those of `resource` hang."""
    listing = estate.snapshot.listing(logged, DIAGNOSTIC_SETTING)
    for setting in listing.resources:
        properties = setting.body.get("properties")
        entries = elements_of(part_of(properties, "logs"), f"the logs of diagnostic setting {setting.name}")
        sends = any_of(_is_enabled(entry, setting) for entry in entries)
        if sends is not False:  # a setting for metrics alone sends numbers
            doubt = sends if isinstance(sends, Unread) else None
            for edge in _destinations(resource, setting, estate):
                yield edge.in_doubt(doubt)
    if listing.unread is not None:
        yield hidden(VIA, "metadata", f"diagnostic settings were not read: {listing.unread.why}")


def _is_enabled(entry: Json, setting: Resource) -> bool | Unread:
    enabled = part_of(entry, "enabled")
    return enabled if isinstance(enabled, bool) else Unread(f"whether setting {setting.name} sends logs was not read")


def _destinations(resource: Resource, setting: Resource, estate: Estate) -> Iterator[Edge]:
    properties = setting.body.get("properties")
    home = home_of(resource)
    for member in _MEMBERS:
        target = part_of(properties, member)
        if isinstance(target, Unread):
            yield hidden(VIA, "metadata", f"the {member} of diagnostic setting {setting.name} was not read")
        elif not isinstance(target, str) or not target:
            continue
        elif member == "workspaceId":
            yield from _workspace_edges(home, target, estate)
        elif member == "storageAccountId":
            yield from _storage_edges(home, target, estate)
        elif member in _HUBS:
            yield _hub_edge(home, target)
        else:
            yield _partner_edge(target)


def _workspace_edges(home: str | Unread, target: str, estate: Estate) -> Iterator[Edge]:
    """A workspace may lie in any region, and may have a replica of its own in another (azure-facts 3d, D14, D30)."""
    workspace = seen(target, WORKSPACE, estate)
    if isinstance(workspace, Unread):
        name = _last(target)
        words = f"logs go to workspace {name}, whose region is not known: {workspace.why}"
        yield Edge(VIA, "metadata", target, name, workspace, workspace, words)
        return
    region = home_of(workspace)
    words = f"logs go to workspace {workspace.name} in {place(region)}"
    yield Edge(VIA, "metadata", workspace.id, workspace.name, region, leaves(home, region), words)
    replication = part_of(workspace.body.get("properties"), "replication")
    enabled = part_of(replication, "enabled")
    if enabled is None or enabled is False:
        return
    replica = region_of(part_of(replication, "location"), f"the region of the replica of workspace {workspace.name}")
    words = f"workspace {workspace.name} keeps a replica in {place(replica)}"
    edge = Edge(VIA, "metadata", workspace.id, workspace.name, replica, leaves(home, replica), words)
    doubt = None if enabled is True else Unread(f"whether workspace {workspace.name} has a replica was not read")
    yield edge.in_doubt(doubt)


def _storage_edges(home: str | Unread, target: str, estate: Estate) -> Iterator[Edge]:
    """Azure takes a storage account for logs in the resource's own region only (azure-facts 3d, D14).

    Its redundancy may keep a second copy elsewhere all the same, so an account that was not seen proves nothing.
    """
    store = seen(target, STORAGE, estate)
    if isinstance(store, Unread):
        words = f"logs go to storage account {_last(target)}, which may keep a copy in another region: {store.why}"
        yield Edge(VIA, "metadata", target, _last(target), store, store, words)
        return
    region = home_of(store)
    words = f"logs go to storage account {store.name} in {place(region)}"
    edge = Edge(VIA, "metadata", store.id, store.name, region, leaves(home, region), words)
    yield from with_second_copy(edge, home, store, estate)


def _hub_edge(home: str | Unread, target: str) -> Edge:
    """Azure takes an event hub in the resource's own region only (azure-facts 3d, D14)."""
    namespace = target.lower().partition("/authorizationrules/")[0]
    name = target[: len(namespace)].rpartition("/")[2]
    words = f"logs go to event hubs of {name}, which Azure takes in the same region only"
    return Edge(VIA, "metadata", target, name, home, leaves=False, words=words)


def _partner_edge(target: str) -> Edge:
    why = Unread(f"partner {_last(target)} is a third party, whose region is not known")
    return Edge(VIA, "metadata", target, _last(target), why, why, f"logs go to partner {_last(target)}, a third party")


def _last(resource_id: str) -> str:
    return resource_id.rstrip("/").rpartition("/")[2]
