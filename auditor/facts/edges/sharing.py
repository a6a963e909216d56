"""New ways of 2026 to serve or share data outside a store (azure-facts 2.3, 2.5, 3d).

Their defaults are not confirmed, and no field tells where the data goes: a setting that is on is told, never judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.edges.edge import Edge, hidden
from auditor.facts.parts import part_of
from auditor.model.reading import Unread
from auditor.model.types import CONTAINER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_SWITCHES: Final = {
    "allowStorageConnectors": "storage connectors",
    "allowBlobAccessPoints": "blob access points",
    "allowStorageDataShares": "data shares",
    "allowCrossTenantDataSharing": "sharing with other tenants",
}


def sharing_edges(storage: Resource, estate: Estate) -> Iterator[Edge]:
    """What the account allows of these features, and containers that are a view of a store elsewhere."""
    policy = part_of(storage.body.get("properties"), "dataCollaborationPolicyProperties")
    for name, label in _SWITCHES.items():
        allowed = part_of(policy, name)
        if allowed is True:
            yield hidden("dataCollaboration", "documents", f"the account allows {label}; where to is told nowhere")
        elif isinstance(allowed, Unread):
            yield hidden("dataCollaboration", "documents", f"whether the account allows {label} was not read")
    for container in estate.snapshot.listing(storage.id, CONTAINER).resources:
        view = part_of(container.body.get("properties"), "blobAccessPointConfiguration")
        if isinstance(view, Unread) or view:
            verb = "may be" if isinstance(view, Unread) else "is"
            yield hidden(
                "blobAccessPoint", "documents", f"container {container.name} {verb} a view of a store elsewhere"
            )
