"""Private endpoints: a resource of their own, and an approved connection of what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.terraform.build import CONNECTIONS, HAVE_ENDPOINTS, Record
from auditor.infra.terraform.record import Body, argument, extend, put
from auditor.model.reading import Json, Unread
from auditor.model.types import PRIVATE_ENDPOINT

if TYPE_CHECKING:
    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance


def _finish(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    subnet = building.link(instance, arguments, "subnet_id")
    put(body, "properties.subnet.id", subnet if isinstance(subnet, str) else subnet.unread)
    block = arguments.block("private_service_connection")
    if block is None or isinstance(block, Unread):
        put(body, "properties.privateLinkServiceConnections", block)
        return
    manual, groups = block.get("is_manual_connection"), block.get("subresource_names")
    target = building.link(instance, block, "private_connection_resource_id")
    connected = target if isinstance(target, str) else target.unread
    connection: Body = {"properties": {"privateLinkServiceId": connected}}
    put(connection, "name", block.get("name"))
    put(connection, "properties.groupIds", groups)
    name = "manualPrivateLinkServiceConnections" if manual is True else "privateLinkServiceConnections"
    put(body, f"properties.{name}", [connection])
    if block.get("private_connection_resource_alias") is not None:
        return
    if isinstance(target, str):
        item = _connection(body["id"], manual, groups)
        building.change(target, instance, lambda other: _connect(other, item))
    else:
        building.doubt(target, HAVE_ENDPOINTS, instance, CONNECTIONS, more=True)


def _connection(endpoint: str, manual: Json, groups: Json) -> Body:
    """One that needs no approval by hand is approved; of others nobody can tell before (private endpoint page)."""
    status = manual if isinstance(manual, Unread) else "Pending" if manual else "Approved"
    item: Body = {
        "properties": {
            "privateEndpoint": {"id": endpoint},
            "privateLinkServiceConnectionState": {"status": status},
        }
    }
    put(item, "properties.groupIds", groups)
    return item


def _connect(body: Body, connection: Json) -> None:
    extend(body, CONNECTIONS, connection)


NETWORK_RECORDS: Final = (
    Record(
        "azurerm_private_endpoint",
        PRIVATE_ENDPOINT,
        (argument("location", "location"), argument("tags", "tags")),
        _finish,
    ),
)
