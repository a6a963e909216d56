"""azapi: resources in ARM's own words. `body` is a text of JSON in version 1 and an object from version 2 on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from auditor.infra import ids
from auditor.infra.terraform.configuration import Lost
from auditor.infra.terraform.identity import principal_in, read_identity
from auditor.infra.terraform.record import copied
from auditor.model.reading import Json, Unread
from auditor.model.resource import resource_key
from auditor.model.types import (
    BLOB_SERVICE,
    BY_NAME,
    CONTAINER,
    DIAGNOSTIC_SETTING,
    ROLE_ASSIGNMENT,
    SUBSCRIPTION,
    relations_of,
)

if TYPE_CHECKING:
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance
    from auditor.infra.terraform.record import Body

_CREATES: Final = "azapi_resource"
_UPDATES: Final = "azapi_update_resource"
_EXTENSIONS: Final = frozenset({ROLE_ASSIGNMENT.lower(), DIAGNOSTIC_SETTING.lower()})
_DEPLOYMENT: Final = "microsoft.resources/deployments"
_TOP: Final = ("kind", "sku", "properties", "identity", "tags", "location", "zones", "extendedLocation")


def is_one(instance: Instance) -> bool:
    """Whether a resource is declared in ARM's words."""
    return instance.type in {_CREATES, _UPDATES}


def type_of(instance: Instance) -> str:
    """The ARM type without its API version; empty where it is not known."""
    written = instance.values.get("type")
    return written.partition("@")[0] if isinstance(written, str) and is_one(instance) else ""


def identify(building: Building, instance: Instance) -> str:
    """The id: its own, the one that an update names, or its parent's and its name."""
    for name in ("id", "resource_id"):
        known = instance.values.get(name)
        if isinstance(known, str) and known.startswith("/"):
            return known
    arguments = building.arguments(instance)
    if instance.type == _UPDATES and not isinstance(instance.values.get("parent_id"), str):
        found = building.target(instance, arguments, "resource_id")
        if not isinstance(found, Lost):
            return building.id_of(found)
    arm = type_of(instance)
    if not arm:
        return f"/{instance.unknown}"
    parent = building.link(instance, arguments, "parent_id")
    if isinstance(parent, Lost):
        parent = _unknown_parent(arm, parent.part)
    elif _may_be_below(instance, parent, arm):
        parent = f"{parent}/{ids.unknown('service')}"
    if arm.lower() == CONTAINER.lower() and _is_parent(parent, BLOB_SERVICE):
        parent = f"{parent}/blobServices/default"  # of which the expression tells the account alone
    name = building.name_of(instance)
    if arm.count("/") > 1 and _is_parent(parent, arm):
        return f"{parent.rstrip('/')}/{arm.rpartition('/')[2]}/{name}"
    namespace, _, kind = arm.partition("/")
    return f"{parent.rstrip('/')}/providers/{namespace}/{kind.rpartition('/')[2]}/{name}"


def _may_be_below(instance: Instance, parent: str, arm: str) -> bool:
    """Whether a diagnostic setting may log a service of an account that only its expression tells (see `access`)."""
    told = isinstance(instance.values.get("parent_id"), str)
    return arm.lower() == DIAGNOSTIC_SETTING.lower() and not told and _is_parent(parent, BLOB_SERVICE)


def read(building: Building, instance: Instance) -> None:
    """Declare the resource; of one that is changed only, what the file does not hold of it is unread."""
    arm = type_of(instance)
    if not arm:
        building.gap("", "Terraform/azapi_resource", f"the type of {instance.address} is known only after apply")
        return
    if arm.lower() == _DEPLOYMENT:
        building.hide_all(f"{instance.address} deploys an ARM template, which is not read here")
        return
    body = _body(instance)
    if instance.type == _UPDATES:
        _update(building, instance, arm, body)
        return
    whole: Body = {"id": building.id_of(instance), "type": _spelled(arm), "name": instance.values.get("name")}
    if isinstance(body, Unread):
        whole |= dict.fromkeys(("kind", "sku", "properties"), body)
    else:
        whole |= {name: body[name] for name in body if name in _TOP}
    for name in ("location", "tags"):
        if instance.values.get(name) is not None:
            whole[name] = instance.values[name]
    identity = read_identity(building, instance, building.arguments(instance), whole["id"])
    if identity is not None:
        whole["identity"] = identity
    if arm.lower() == ROLE_ASSIGNMENT.lower():
        _assign(building, instance, whole)
    _note_hidden(building, instance, arm)
    building.add({name: value for name, value in whole.items() if value is not None}, instance)


def _update(building: Building, instance: Instance, arm: str, body: Json) -> None:
    """Change the resource of the file, or tell of one that is elsewhere that only this much of it is known."""
    own = building.id_of(instance)
    made = building.made
    if resource_key(own) in made:
        building.change(own, instance, lambda target: _merge(target, body))
        return
    name = own.rpartition("/")[2]
    if _is_service_of(own, arm, made):
        parts = body if isinstance(body, dict) else {"properties": body}
        parts = {part: parts[part] for part in parts if part in _TOP}
        service = {"id": own, "type": _spelled(arm), "name": name, **parts}
        building.change(own, instance, lambda target: _merge(target, body), service)
        return
    why = Unread(f"{instance.address} changes a part of it, and the rest is not in the file")
    parts = {"kind": why, "location": why, "sku": why, "identity": why, "properties": why}
    building.add({"id": own, "type": _spelled(arm), "name": name, **parts}, instance)
    for child in relations_of(arm).values():
        building.gap(own, child.operation, f"{instance.address} changes a resource that is not in the file")


def _is_service_of(own: str, arm: str, made: frozenset[str]) -> bool:
    """Whether it is the blob service of an account of the file, which Azure makes with the account."""
    parent = own.rpartition("/")[0].rpartition("/")[0]
    return arm.lower().endswith("/blobservices") and resource_key(parent) in made


def _merge(target: dict[str, Any], change: Json) -> None:
    """Write a change into a body, part by part; what was not read of it makes that part unread."""
    if isinstance(change, Unread):
        target["properties"] = change
        return
    for name, value in change.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            target[name] = dict(target[name])
            _merge_parts(target[name], value)
        elif value is not None:
            target[name] = value


def _merge_parts(target: dict[str, Any], change: dict[str, Any]) -> None:
    for name, value in change.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            target[name] = dict(target[name])
            _merge_parts(target[name], value)
        else:
            target[name] = value


def _body(instance: Instance) -> Json:
    """The body as an object; unread where it is not known, or is no JSON."""
    written = instance.values.get("body")
    secret = [instance.values.get(name) for name in ("sensitive_body", "sensitive_body_version")]
    if isinstance(written, str):
        try:
            written = json.loads(written)
        except ValueError:
            return Unread("its body is no JSON")
    if isinstance(written, Unread):
        return written
    if any(item is not None for item in secret):
        return Unread("a part of its body is write-only")
    return copied(written) if isinstance(written, dict) else {}


def _assign(building: Building, instance: Instance, whole: Body) -> None:
    """Who a role is given to, and where."""
    properties = whole.get("properties")
    if not isinstance(properties, dict):
        return
    scope = building.link(instance, building.arguments(instance), "parent_id")
    whole["properties"] = properties = {**properties, "scope": scope if isinstance(scope, str) else scope.unread}
    if isinstance(properties.get("principalId"), Unread):
        properties["principalId"] = principal_in(building, instance, ("body",))


def _is_parent(parent: str, arm: str) -> bool:
    """Whether an id is of the type above this one, so that this one lies in it."""
    _, _, own = parent.lower().rpartition("/providers/")
    parts = own.split("/")
    return "/".join([parts[0], *parts[1::2]]) == arm.rpartition("/")[0].lower()


def _unknown_parent(arm: str, part: str) -> str:
    """Stands for a parent that is not known: of the right type for a child, a group, or a scope for an extension."""
    above = arm.rpartition("/")[0]
    if arm.lower() in _EXTENSIONS:
        return f"/{part}"
    if "/" not in above:
        return ids.group_scope(None, part)
    return ids.resource_id(ids.group_scope(), above, *([part] * above.count("/")))


def _note_hidden(building: Building, instance: Instance, arm: str) -> None:
    """A child of which it is not known whose: the lists that it may be in are not whole."""
    kind = BY_NAME.get(arm.lower())
    if kind is None or arm.lower() == ROLE_ASSIGNMENT.lower() or kind.owner == SUBSCRIPTION:
        return
    parent = building.link(instance, building.arguments(instance), "parent_id")
    if isinstance(parent, Lost):
        building.hidden(parent, kind.name, instance)
    elif _may_be_below(instance, parent, arm):
        building.gap(parent, kind.operation, f"which service {instance.address} logs is known only after apply")


def _spelled(arm: str) -> str:
    """The type as Azure spells it, where the auditor knows it."""
    kind = BY_NAME.get(arm.lower())
    return arm if kind is None else kind.name
