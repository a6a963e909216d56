"""Ways of 2026 to serve or share data outside a storage account (azure-facts 2.3, 2.5, 3d).

No property says where the data goes, so what is on is an edge with an unknown destination. What an absent setting means
is not documented: it adds no edge.
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
    """What the account allows of these features, and containers that show data of a store elsewhere."""
    policy = part_of(storage.body.get("properties"), "dataCollaborationPolicyProperties")
    for name, label in _SWITCHES.items():
        allowed = part_of(policy, name)
        if allowed is True:
            words = f"the account allows {label}, and no setting says where the data goes"
            yield hidden("dataCollaboration", "documents", words)
        elif allowed not in (None, False) or not isinstance(policy, dict | None):
            yield hidden("dataCollaboration", "documents", f"whether the account allows {label} was not read")
    for container in estate.snapshot.listing(storage.id, CONTAINER).resources:
        view = part_of(container.body.get("properties"), "blobAccessPointConfiguration")
        if isinstance(view, Unread) or view:
            verb = "may show" if isinstance(view, Unread) else "shows"
            words = f"container {container.name} {verb} data of a store elsewhere (blob access point)"
            yield hidden("blobAccessPoint", "documents", words)
