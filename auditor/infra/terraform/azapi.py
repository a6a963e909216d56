"""azapi: resources in ARM's own words. `body` is a text of JSON in version 1 and an object from version 2 on.

`azapi_update_resource` and `azapi_resource_action` change a resource that is there already. A deletion of the first leaves
its properties as they are, and so does one of the second unless `when` is `destroy` (the provider's pages of both).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.infra import ids
from auditor.infra.additions import hidden_lists
from auditor.infra.spelling import respelled
from auditor.infra.terraform.build import EXTENSIONS, Special
from auditor.infra.terraform.configuration import Lost
from auditor.infra.terraform.identity import principal_in, read_identity
from auditor.infra.terraform.instances import AFTER_APPLY
from auditor.infra.terraform.record import copied
from auditor.model.reading import Json, Unread
from auditor.model.resource import resource_key
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    BY_NAME,
    CONTAINER,
    DIAGNOSTIC_SETTING,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
    owner_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance
    from auditor.infra.terraform.record import Body

_DEPLOYMENTS: Final = frozenset(
    {"microsoft.resources/deployments", "microsoft.resources/deploymentstacks", "microsoft.resources/deploymentscripts"}
)
"""Types (lower case) that deploy a template or run a script, in which there may be anything."""
_TOP: Final = ("kind", "sku", "properties", "identity", "tags", "location", "zones", "extendedLocation")
_BY_NAME: Final = {name.lower(): name for name in _TOP}
_PARTS: Final = ("kind", "sku", "identity", "properties")
_NAMESPACES: Final = frozenset(kind.partition("/")[0] for kind in BY_NAME)
_READING: Final = ("list", "get", "check", "validate", "whatif", "export", "regeneratekey")
"""How actions begin that change no property of a resource."""
_SECRET: Final = ("sensitive_body", "sensitive_body_version")


@dataclass(frozen=True, slots=True)
class _Azapi:
    """A type of the provider that declares a resource."""

    declares: bool = True

    def arm_of(self, instance: Instance) -> str:
        """The type without its API version."""
        return _type_of(instance)

    def identify(self, building: Building, instance: Instance) -> str:
        """The id: its own, or its parent's and its name."""
        return _identify(building, instance)

    def read(self, building: Building, instance: Instance) -> None:
        """Declare the resource."""
        _read(building, instance)

    def removed(self, building: Building, instance: Instance) -> None:
        """The blob service of an account cannot be deleted (Storage API), so that it stays as it is."""
        if _type_of(instance).lower() == BLOB_SERVICE.lower():
            scope = owner_of(_identify(building, instance), BLOB_SERVICE) or ""
            reason = f"{instance.address} is deleted, and a blob service stays with its account"
            building.gap(scope, BY_NAME[BLOB_SERVICE.lower()].operation, reason)


@dataclass(frozen=True, slots=True)
class _Update:
    """`azapi_update_resource`: merges its body into what is there."""

    declares: bool = False

    def arm_of(self, instance: Instance) -> str:
        """The type without its API version."""
        return _type_of(instance)

    def identify(self, building: Building, instance: Instance) -> str:
        """The id of what it changes."""
        target = _target(building, instance)
        return target if isinstance(target, str) else f"/{instance.unknown}"

    def read(self, building: Building, instance: Instance) -> None:
        """Note what it changes."""
        _change(building, instance, _target(building, instance), _type_of(instance), _body(building, instance))

    def removed(self, building: Building, instance: Instance) -> None:
        """What it has set stays, unless something else sets it."""
        if not instance.created:
            _change(
                building,
                instance,
                _target(building, instance),
                _type_of(instance),
                _body(building, instance),
                perhaps=True,
            )


@dataclass(frozen=True, slots=True)
class _Action(_Update):
    """`azapi_resource_action`: sends a request to a resource, on apply or on destroy.

    One that the plan does not make or change was sent before: what it set is seen in the resource, or is not known.
    """

    def read(self, building: Building, instance: Instance) -> None:
        """Note what the request changes."""
        when = instance.values.get("when")
        if when != "destroy":
            _send(building, instance, perhaps=not instance.changed or isinstance(when, Unread))

    def removed(self, building: Building, instance: Instance) -> None:
        """Note what a request on destroy changes, or what one on apply has left."""
        if instance.values.get("when") == "destroy" or not instance.created:
            _send(building, instance, perhaps=True)


@dataclass(frozen=True, slots=True)
class _DataPlane(_Update):
    """`azapi_data_plane_resource`: what lies in a resource, of types that no rule asks for."""

    def read(self, building: Building, instance: Instance) -> None:
        """Tell of one that may matter."""
        arm = _type_of(instance).lower()
        if not arm or arm in BY_NAME or arm.startswith(("microsoft.cognitiveservices/", "microsoft.storage/")):
            building.gap("", f"Terraform/{instance.type}", f"{instance.address} is of a type that is not read")

    def removed(self, building: Building, instance: Instance) -> None:
        """Nothing that a file tells of."""


AZAPI: Final[Mapping[str, Special]] = {
    "azapi_resource": _Azapi(),
    "azapi_update_resource": _Update(),
    "azapi_resource_action": _Action(),
    "azapi_data_plane_resource": _DataPlane(),
}


def _type_of(instance: Instance) -> str:
    """The ARM type without its API version; empty where it is not known."""
    written = instance.values.get("type")
    return written.partition("@")[0] if isinstance(written, str) else ""


def _identify(building: Building, instance: Instance) -> str:
    for name in ("id", "resource_id"):
        known = instance.values.get(name)
        if isinstance(known, str) and known.startswith("/"):
            return known
    arm = _type_of(instance)
    if not arm:
        return f"/{instance.unknown}"
    parent = _parent(building, instance, arm)
    return _below(
        parent if isinstance(parent, str) else _unknown_parent(arm, parent.part), arm, building.name_of(instance)
    )


def _below(parent: str, arm: str, name: str) -> str:
    if arm.count("/") > 1 and _type_in(parent) == arm.rpartition("/")[0].lower():
        return f"{parent.rstrip('/')}/{arm.rpartition('/')[2]}/{name}"
    namespace, _, kind = arm.partition("/")
    return f"{parent.rstrip('/')}/providers/{namespace}/{kind.rpartition('/')[2]}/{name}"


def _parent(building: Building, instance: Instance, arm: str) -> str | Lost:
    """The id of what a resource lies in; lost where its expression refers to something of another type."""
    parent = building.link(
        instance, building.arguments(instance), "parent_id", attributes=("id", "resource_manager_id")
    )
    if isinstance(parent, Lost) or isinstance(instance.values.get("parent_id"), str):
        return parent
    if arm.lower() in EXTENSIONS:
        return f"{parent}/{ids.unknown('service')}" if _may_be_below(instance, parent, arm) else parent
    above = arm.rpartition("/")[0].lower()
    if "/" not in above or _type_in(parent) == above:
        return parent
    if arm.lower() == CONTAINER.lower() and _type_in(parent) == STORAGE.lower():
        return f"{parent}/blobServices/default"  # of which the expression tells the account alone
    return Lost(f"{instance.address}.parent_id")


def _may_be_below(instance: Instance, parent: str, arm: str) -> bool:
    """Whether a diagnostic setting may log a service of an account that only its expression tells (see `access`)."""
    told = isinstance(instance.values.get("parent_id"), str)
    return arm.lower() == DIAGNOSTIC_SETTING.lower() and not told and _type_in(parent) == STORAGE.lower()


def _target(building: Building, instance: Instance) -> str | Lost:
    """The id of what an update or an action changes.

    An expression refers to the account alone in `"${….id}/blobServices/default"`, so that the type tells which of both.
    """
    for name in ("resource_id", "id"):
        known = instance.values.get(name)
        if isinstance(known, str) and known.startswith("/"):
            return building.link(instance, building.arguments(instance), name)
    arm, arguments = _type_of(instance), building.arguments(instance)
    if instance.values.get("parent_id") is not None and instance.values.get("name") is not None:
        parent = _parent(building, instance, arm)
        named = isinstance(instance.values["name"], str)
        return _below(parent, arm, building.name_of(instance)) if isinstance(parent, str) and named else _lost(parent)
    found = building.link(instance, arguments, "resource_id", attributes=("id", "resource_manager_id"))
    if isinstance(found, Lost) or _type_in(found) == arm.lower():
        return found
    kind = BY_NAME.get(arm.lower())
    if kind is not None and kind.single and _type_in(found) == arm.rpartition("/")[0].lower():
        return f"{found}/{arm.rpartition('/')[2]}/default"
    return Lost(f"{instance.address}.resource_id")


def _lost(link: str | Lost) -> Lost:
    return link if isinstance(link, Lost) else Lost(link)


def _read(building: Building, instance: Instance) -> None:
    """Declare a resource."""
    arm = _type_of(instance)
    if not arm:
        building.hide_all(f"the type of {instance.address} is known only after apply")
        return
    if _hides(building, instance, arm):
        return
    building.add(_declared(building, instance, building.id_of(instance), arm), instance)
    _note_hidden(building, instance, arm)


def _declared(building: Building, instance: Instance, own: str, arm: str) -> Body:
    body = _body(building, instance)
    whole: Body = {"id": own, "type": _spelled(arm), "name": own.rpartition("/")[2]}
    if isinstance(instance.values.get("name"), str | Unread):
        whole["name"] = instance.values["name"]
    if isinstance(body, Unread):
        whole |= dict.fromkeys(("kind", "sku", "properties"), body)
    else:
        whole |= body
    for name in ("location", "tags"):
        if instance.values.get(name) is not None:
            whole[name] = instance.values[name]
    identity = read_identity(building, instance, building.arguments(instance), own)
    if identity is not None:
        whole["identity"] = identity
    if arm.lower() == ROLE_ASSIGNMENT.lower():
        _assign(building, instance, whole)
    return respelled({name: value for name, value in whole.items() if value is not None})


def _hides(building: Building, instance: Instance, arm: str) -> bool:
    """Whether it deploys what the file does not show."""
    if arm.lower() not in _DEPLOYMENTS:
        return False
    building.hide_all(f"{instance.address} deploys an ARM template, which is not read here")
    return True


def _send(building: Building, instance: Instance, *, perhaps: bool) -> None:
    """Note what a request changes: PATCH merges, PUT replaces, of others it is not known."""
    own, arm = _target(building, instance), _type_of(instance)
    method, action = instance.values.get("method") or "POST", instance.values.get("action") or ""
    if isinstance(method, Unread) or isinstance(action, Unread):
        _hide(building, instance, own, arm)
        return
    path, verb = [part for part in str(action).split("/") if part], ""
    writes = str(method).upper() in {"PATCH", "PUT", "DELETE"}
    if len(path) % 2:
        verb = path.pop().lower()
    if path and isinstance(own, str):
        own = "/".join([own.rstrip("/"), *path])
        arm = _type_in(own)
    elif path:
        verb = "/".join(path)
    if (not writes and verb.startswith(_READING)) or _hides(building, instance, arm):
        return
    if verb or not writes or str(method).upper() == "DELETE":
        _hide(building, instance, own, arm)
        return
    _change(
        building, instance, own, arm, _body(building, instance), whole=str(method).upper() == "PUT", perhaps=perhaps
    )


def _hide(building: Building, instance: Instance, own: str | Lost, arm: str) -> None:
    """Something is done to a resource, and it is not known what: nothing of it is known, nor of what lies in it."""
    if not arm:
        _hide_accounts(building, instance)
        return
    if arm.partition("/")[0].lower() not in _NAMESPACES:
        return
    if arm.lower() not in BY_NAME:
        building.gap("", f"Terraform/{instance.type}", f"it is not known what {instance.address} changes")
        return
    kind, why = BY_NAME[arm.lower()], Unread(f"it is not known how {instance.address} changes it")
    keys = _may_be(building, own, arm)
    for key in keys:
        building.change(key, instance, lambda body: body.update(dict.fromkeys(_PARTS, why)))
    for scope in [own] if isinstance(own, str) else keys or [""]:
        if scope not in building.made:
            building.gap((owner_of(scope, kind.name) or "") if scope else "", kind.operation, why.why)
        if scope:
            for gap in hidden_lists(scope, kind.name, why.why):
                building.gap(gap.scope, gap.operation, gap.reason)


def _hide_accounts(building: Building, instance: Instance) -> None:
    """Something of a type that is not known is changed: it may be any account, or what lies in one."""
    why = Unread(f"the type of {instance.address} is known only after apply")
    building.hide_all(why.why)
    for other in building.of_type((STORAGE, ACCOUNT)):
        building.change(building.id_of(other), instance, lambda body: body.update(dict.fromkeys(_PARTS, why)))


def _may_be(building: Building, own: str | Lost, arm: str) -> list[str]:
    """The keys of the resources of the file that a request may go to."""
    if isinstance(own, str):
        return [resource_key(own)]
    found = building.may_be(own, (arm,))
    return [resource_key(building.id_of(item)) for item in (building.of_type((arm,)) if found is None else found)]


def _change(
    building: Building,
    instance: Instance,
    own: str | Lost,
    arm: str,
    body: Json,
    *,
    whole: bool = False,
    perhaps: bool = False,
) -> None:
    """Change a resource of the file, or tell of one that is elsewhere that only this much of it is known.

    `whole` tells that the body replaces what is there, `perhaps` that it is not known whether the change comes.
    """
    if not arm:
        _hide_accounts(building, instance)
        return
    if _hides(building, instance, arm):
        return
    if isinstance(own, Lost):
        _change_one_of(building, instance, own, arm, body)
        return
    why = Unread(f"{instance.address} may have set it otherwise") if perhaps else None
    missing = Unread(f"{instance.address} replaces the resource without it") if whole else None
    change = _Change(_spelled(arm), body, why, missing)
    name = own.rpartition("/")[2]
    if resource_key(own) in building.made or _is_service_of(own, arm, building.made):
        service: Body = {"id": own, "type": _spelled(arm), "name": name, "properties": {}}
        change.write(service)
        building.change(own, instance, change.write, service if _is_service_of(own, arm, building.made) else None)
    elif why is not None:
        kind = BY_NAME.get(arm.lower())
        owner = None if kind is None else owner_of(own, kind.name)
        if kind is not None and owner in building.made:
            building.gap(owner or "", kind.operation, why.why)
    elif whole:
        building.add(_declared(building, instance, own, arm), instance)
    else:
        _tell(building, instance, own, arm)


def _tell(building: Building, instance: Instance, own: str, arm: str) -> None:
    """A resource that is not in the file, of which a part is changed."""
    rest = Unread(f"{instance.address} changes a part of it, and the rest is not in the file")
    parts = {"kind": rest, "location": rest, "sku": rest, "identity": rest, "properties": rest}
    building.add({"id": own, "type": _spelled(arm), "name": own.rpartition("/")[2], **parts}, instance)
    for gap in hidden_lists(own, arm, f"{instance.address} changes a resource that is not in the file"):
        building.gap(gap.scope, gap.operation, gap.reason)


def _change_one_of(building: Building, instance: Instance, lost: Lost, arm: str, body: Json) -> None:
    """A change to a resource of which it is not known which: each that it may be is as before, or changed."""
    change = _Change(_spelled(arm), body, Unread(f"{instance.address} may set it: {lost.unread.why}"), None)
    for key in _may_be(building, lost, arm):
        building.change(key, instance, change.write)
    kind = BY_NAME.get(arm.lower())
    if kind is not None and kind.owner not in {None, SUBSCRIPTION}:
        building.hidden(lost, arm, instance)
    else:
        _tell(building, instance, _below(_unknown_parent(arm, lost.part), arm, building.name_of(instance)), arm)


def _is_service_of(own: str, arm: str, made: frozenset[str]) -> bool:
    """Whether it is the blob service of an account of the file, which Azure makes with the account."""
    parent = own.rpartition("/")[0].rpartition("/")[0]
    return arm.lower() == BLOB_SERVICE.lower() and resource_key(parent) in made


@dataclass(frozen=True, slots=True)
class _Change:
    """A body that is written into another: by merging, and in doubt by marking what would be changed as unread.

    With `missing`, what the body does not name is marked by that. ARM compares names without case.
    """

    type: str
    body: Json
    doubt: Unread | None
    missing: Unread | None

    def write(self, target: Body) -> None:
        """Write it into the body of a resource."""
        if isinstance(self.body, Unread):
            target.update(dict.fromkeys(_PARTS, self.body))
            return
        change = respelled({"type": self.type, **self.body})
        for name in _PARTS if self.missing is not None else ():
            if isinstance(target.get(name), dict) and isinstance(change.get(name), dict):
                target[name] = dict.fromkeys(target[name], self.missing)
        for name, value in change.items():
            if name != "type" and value is not None:
                target[name] = self._merged(target.get(name), value)

    def _merged(self, before: Json, value: Json) -> Json:
        if isinstance(value, dict) and (isinstance(before, dict) or (before is None and self.doubt is not None)):
            merged = dict(before or {})
            spelled = {name.lower(): name for name in merged}
            for name, item in value.items():
                own = spelled.get(name.lower(), name)
                merged[own] = self._merged(merged.get(own), item)
            return merged
        return value if self.doubt is None or before == value else self.doubt


def _body(building: Building, instance: Instance) -> Json:
    """The body as an object, its first names as Azure spells them; unread where it is not known, or is no JSON."""
    written = instance.values.get("body")
    if isinstance(written, str):
        try:
            written = json.loads(written)
        except ValueError:
            return Unread("its body is no JSON")
    if isinstance(written, Unread):
        return written
    if any(instance.values.get(name) is not None or _is_given(building, instance, name) for name in _SECRET):
        return Unread("a part of its body is write-only")
    if written is None and _is_given(building, instance, "body"):
        return AFTER_APPLY
    body = copied(written) if isinstance(written, dict) else {}
    return {_BY_NAME[name.lower()]: value for name, value in body.items() if name.lower() in _BY_NAME}


def _is_given(building: Building, instance: Instance, name: str) -> bool:
    """Whether the configuration gives an argument, of which a plan does not show the value: write-only ones are null in it."""
    told = building.configuration.expression(instance, (name,))
    return instance.created and told is not None and told != {"constant_value": None}


def _assign(building: Building, instance: Instance, whole: Body) -> None:
    """Who a role is given to, and where."""
    properties = whole.get("properties")
    if not isinstance(properties, dict):
        return
    scope = building.link(instance, building.arguments(instance), "parent_id")
    whole["properties"] = properties = {**properties, "scope": scope if isinstance(scope, str) else scope.unread}
    if isinstance(properties.get("principalId"), Unread):
        properties["principalId"] = principal_in(building, instance, ("body",))


def _type_in(resource_id: str) -> str:
    """The type that an id tells, in small letters."""
    _, found, own = resource_id.lower().rpartition("/providers/")
    if not found:
        return "microsoft.resources/resourcegroups" if "/resourcegroups/" in resource_id.lower() else ""
    parts = own.split("/")
    return "/".join([parts[0], *parts[1::2]])


def _unknown_parent(arm: str, part: str) -> str:
    """Stands for a parent that is not known: of the right type for a child, a group, or a scope for an extension."""
    above = arm.rpartition("/")[0]
    if arm.lower() in EXTENSIONS:
        return f"/{part}"
    if "/" not in above:
        return ids.group_scope(None, part)
    return ids.resource_id(ids.group_scope(), above, *([part] * above.count("/")))


def _note_hidden(building: Building, instance: Instance, arm: str) -> None:
    """A child of which it is not known whose: the lists that it may be in are not whole."""
    kind = BY_NAME.get(arm.lower())
    if kind is None or kind.owner == SUBSCRIPTION:
        return
    parent = _parent(building, instance, arm)
    if isinstance(parent, Lost):
        building.hidden(parent, kind.name, instance)
    elif _may_be_below(instance, parent.partition("/{service}")[0], arm):
        scope = parent.partition("/{service}")[0]
        building.gap(scope, kind.operation, f"which service {instance.address} logs is known only after apply")


def _spelled(arm: str) -> str:
    """The type as Azure spells it, where the auditor knows it."""
    kind = BY_NAME.get(arm.lower())
    return arm if kind is None else kind.name
