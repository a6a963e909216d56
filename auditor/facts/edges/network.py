"""Private endpoints: documents pass through them encrypted, and nothing comes to rest there (azure-facts 2.9, 3d, D31)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place, seen
from auditor.facts.parts import elements_of, part_of
from auditor.model.reading import Json, Unread
from auditor.model.types import PRIVATE_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

VIA: Final = "privateEndpoint"


def endpoint_edges(resource: Resource, estate: Estate) -> Iterator[Edge]:
    """An edge for each approved private endpoint. It carries no documents to a place of rest, so it is metadata."""
    connections = part_of(resource.body.get("properties"), "privateEndpointConnections")
    for connection in elements_of(connections, "private endpoint connections"):
        status = part_of(connection, "properties", "privateLinkServiceConnectionState", "status")
        if isinstance(connection, Unread):
            yield hidden(VIA, "metadata", connection.why)
        elif not isinstance(status, str) or status.lower() == "approved":
            doubt = None if isinstance(status, str) else Unread("whether the connection is approved was not read")
            yield _edge(resource, part_of(connection, "properties", "privateEndpoint", "id"), estate).in_doubt(doubt)


def _edge(resource: Resource, target: Json, estate: Estate) -> Edge:
    if not isinstance(target, str) or not target:
        return hidden(VIA, "metadata", "which private endpoint is connected was not read")
    endpoint = seen(target, PRIVATE_ENDPOINT, estate)
    name = target.rpartition("/")[2] if isinstance(endpoint, Unread) else endpoint.name
    region = endpoint if isinstance(endpoint, Unread) else home_of(endpoint)
    words = f"documents pass through private endpoint {name} in {place(region)}, encrypted; none comes to rest there"
    return Edge(VIA, "metadata", target, name, region, leaves(home_of(resource), region), words)
