"""Identities: those that resources have, and those that roles are given to.

A principal that is known only after apply has a text that stands for it (`auditor.infra.ids.principal_of`), the same on
both sides, so that the role is found to be the resource's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra import ids
from auditor.infra.terraform.instances import AFTER_APPLY
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance

_USER_ASSIGNED: Final = "azurerm_user_assigned_identity"


def read_identity(building: Building, instance: Instance, arguments: Arguments, own_id: str) -> Json:
    """The `identity` of a resource; None where it has none."""
    block = arguments.block("identity")
    if block is None or isinstance(block, Unread):
        return block
    kind = block.get("type")
    identity: dict[str, Json] = {"type": kind if kind is not None else "None"}
    if isinstance(kind, Unread):
        identity["principalId"] = kind
    elif "systemassigned" in str(kind).lower():
        principal = block.get("principal_id")
        identity["principalId"] = principal if isinstance(principal, str) else ids.principal_of(own_id)
    users: dict[str, Json] = {}
    for item in building.links(instance, block, "identity_ids"):
        if isinstance(item, str):
            users[item] = {"principalId": building.principal_of(item)}
        else:
            users["{others}"] = item
    return {**identity, "userAssignedIdentities": users} if users else identity


def principal_of_argument(building: Building, instance: Instance, arguments: Arguments, name: str) -> str | Unread:
    """The principal that an argument names."""
    value = arguments.get(name)
    return value if isinstance(value, str) else principal_in(building, instance, (*arguments.path, name))


def principal_in(building: Building, instance: Instance, path: Sequence[str | int]) -> str | Unread:
    """The principal that an expression refers to, if it refers to that of one resource alone."""
    targets = building.configuration.targets(instance, path)
    named = {
        item.instance.address: item.instance
        for item in targets.found
        if item.attribute == "" or item.attribute.startswith("identity") or item.attribute.endswith("principal_id")
    }
    owner = next(iter(named.values()), None)
    if owner is None or len(named) > 1 or not targets.whole:
        return Unread(f"known only after apply: {targets.text}") if targets.text else AFTER_APPLY
    if owner.type == _USER_ASSIGNED:
        return building.principal_of(building.id_of(owner))
    return AFTER_APPLY if owner.data else ids.principal_of(building.id_of(owner))
