"""The resources that a plan or a state holds: each with its address, its values, and what of them is not known."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from auditor.infra import ids
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AFTER_APPLY: Final = Unread("known only after apply")
SENSITIVE: Final = Unread("sensitive in Terraform")
_ASKED: Final = ("type", "name", "parent_id", "resource_id", "method", "body")
"""Arguments of azapi, which tell what a resource is and what it does."""
_FORGET: Final = ("forget",)
_STEP: Final = r'module\.[^.\[]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?'
_KEYS: Final = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_MODULES: Final = re.compile(rf"(?:{_STEP}(?:\.|$))*")
_ONE_MODULE: Final = re.compile(rf"({_STEP})(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Instance:
    """One resource or data source of a plan or a state.

    `module` is the address of the module instance that it lies in, empty for the root. `actions` are what the plan does
    with it, None in a state. Leaves of `values` that are known only after apply, or sensitive, are `Unread`.
    """

    address: str
    module: str
    type: str
    name: str
    index: str | int | None
    data: bool
    values: Mapping[str, Json]
    actions: tuple[str, ...] | None = None

    @property
    def unknown(self) -> str:
        """Stands for its name in an id where that is not known; no other resource has it."""
        return ids.unknown(f"{self.address}.id")

    @property
    def created(self) -> bool:
        """Whether it is made anew, so that nothing of an older one is left."""
        return self.actions is not None and "create" in self.actions

    @property
    def forgotten(self) -> bool:
        """Whether Terraform lets go of it without deleting it: its values are then those before."""
        return self.actions == _FORGET

    @property
    def changed(self) -> bool:
        """Whether the plan makes or changes it."""
        return self.actions is not None and not set(self.actions) <= {"no-op", "read"}


def of_plan(plan: Mapping[str, Any]) -> list[Instance]:
    """What will be there once the plan is applied, data sources included; what it deletes is not.

    What Terraform forgets stays as it was: versions 1.7 and later leave it in the planned values without a value
    (hashicorp/terraform#38641).
    """
    changes = _changes(plan)
    found: dict[str, Instance] = {}
    for data, resource in _read_before(plan):
        found[resource["address"]] = _instance(resource, data=data, change=None)
    for resource in resources_in(_part(plan, "planned_values", "root_module")):
        address = resource["address"]
        change = changes.get(address)
        if change is None or _remains(change):
            found[address] = _instance(resource, data=is_data(resource), change=change)
    for address, change in changes.items():
        if address not in found and _remains(change):
            after = _part(change, "change", "after")
            found[address] = _instance({**change, "values": after}, data=is_data(change), change=change)
    return [*found.values(), *_before(plan, "forget")]


def removed(plan: Mapping[str, Any]) -> list[Instance]:
    """What a plan deletes, also to replace it, with the values before."""
    return list(_before(plan, "delete"))


def _before(plan: Mapping[str, Any], action: str) -> Iterator[Instance]:
    """What a plan does this with, as it was; an address of its own for what stays beside another one in its place."""
    for change in _objects(plan, "resource_changes"):
        done, actions = _part(change, "change"), _actions(change) or ()
        if not is_whole(change) or action not in actions or not isinstance(done.get("before"), dict):
            continue
        kept = {"values": done["before"], "sensitive_values": done.get("before_sensitive")}
        instance = _instance({**change, **kept}, data=is_data(change), change=None)
        if action == "forget":
            address = (
                instance.address if actions == _FORGET and "deposed" not in change else f"{instance.address} (old)"
            )
            yield replace(instance, address=address, actions=_FORGET)
        elif "deposed" not in change:
            yield replace(instance, actions=actions)


def of_state(state: Mapping[str, Any]) -> list[Instance]:
    """What a state holds."""
    resources = resources_in(_part(state, "values", "root_module"))
    return [_instance(resource, data=is_data(resource), change=None) for resource in resources]


def resources_in(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The resources of a module and of all modules below it; entries without address or type are left to `oddities`."""
    waiting = [module]
    while waiting:
        current = waiting.pop()
        yield from (entry for entry in _objects(current, "resources") if is_whole(entry))
        waiting.extend(reversed(_objects(current, "child_modules")))


def oddities(document: Mapping[str, Any]) -> int:
    """How many entries of a plan or a state name no resource, so that they could not be read."""
    roots = [_part(document, "planned_values", "root_module"), _part(document, "values", "root_module")]
    entries = _raw(document, "resource_changes")
    while roots:
        current = roots.pop()
        entries += _raw(current, "resources")
        roots.extend(_objects(current, "child_modules"))
    return sum(not (isinstance(entry, dict) and is_whole(entry)) for entry in entries)


def is_whole(entry: Mapping[str, Any]) -> bool:
    """Whether an entry names a resource."""
    return isinstance(entry.get("address"), str) and isinstance(entry.get("type"), str)


def is_data(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is a data source."""
    return entry.get("mode") == "data"


def changes_in(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The changes that name a resource."""
    return [change for change in _objects(plan, "resource_changes") if is_whole(change)]


def after_of(change: Mapping[str, Any]) -> Mapping[str, Json]:
    """The values of a change, as far as they are known."""
    return _part(change, "change", "after")


def is_lost(change: Mapping[str, Any]) -> bool:
    """Whether Terraform lets go of a resource and the plan does not tell how it is."""
    return "forget" in (_actions(change) or ()) and not isinstance(_part(change, "change").get("before"), dict)


def placeholder(address: str, kind: str, known: Mapping[str, Json]) -> Instance:
    """A resource of which a plan tells no more than its address and type, and perhaps some arguments."""
    own = {name: value for name, value in known.items() if value is not None}
    values = {**dict.fromkeys(_ASKED, AFTER_APPLY), **own}
    return Instance(address, module_of(address), kind, "", None, data=False, values=values, actions=("update",))


def bare_address(address: str) -> str:
    """An address without the keys of `count` and `for_each`."""
    return _KEYS.sub("", address)


def module_of(address: str) -> str:
    """The address of the module instance that an address lies in: `module.a["x"]` of `module.a["x"].azurerm_….docs`."""
    match = _MODULES.match(address)
    return match[0].rstrip(".") if match else ""


def steps_of(module: str) -> list[str]:
    """The steps of a module's address: `module.a["x"]`, `module.b`."""
    return _ONE_MODULE.findall(module)


def _changes(plan: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The changes by address; those of deposed objects are leftovers of an earlier replacement, which are deleted."""
    return {
        change["address"]: change
        for change in _objects(plan, "resource_changes")
        if is_whole(change) and "deposed" not in change
    }


def _remains(change: Mapping[str, Any]) -> bool:
    actions = _actions(change) or ()
    return "create" in actions or not {"delete", "forget"} & set(actions)


def _read_before(plan: Mapping[str, Any]) -> Iterator[tuple[bool, Mapping[str, Any]]]:
    """Data sources that were read while planning: only the state before has them."""
    for resource in resources_in(_part(plan, "prior_state", "values", "root_module")):
        if is_data(resource):
            yield True, resource


def _instance(resource: Mapping[str, Any], *, data: bool, change: Mapping[str, Any] | None) -> Instance:
    address = resource["address"]
    changing = {} if change is None else _part(change, "change")
    sensitive = resource.get("sensitive_values") or changing.get("after_sensitive")
    values = mark(resource.get("values"), changing.get("after_unknown"), sensitive)
    index = resource.get("index")
    return Instance(
        address=address,
        module=module_of(address),
        type=resource["type"],
        name=str(resource.get("name", "")),
        index=index if isinstance(index, str | int) else None,
        data=data,
        values=values if isinstance(values, dict) else {},
        actions=None if change is None else _actions(change),
    )


def _actions(change: Mapping[str, Any]) -> tuple[str, ...]:
    actions = _part(change, "change").get("actions")
    return tuple(str(action) for action in actions) if isinstance(actions, list) else ()


def mark(value: Json, unknown: Json, sensitive: Json) -> Json:
    """The value, with `Unread` wherever Terraform marks a part as unknown or as sensitive.

    Both marks have the form of the value, with `true` at what they mark; parts without a mark may be left out.
    """
    if sensitive is True:
        return SENSITIVE
    if unknown is True:
        return AFTER_APPLY
    if not unknown and not sensitive:
        return value
    if isinstance(unknown, dict) or isinstance(sensitive, dict):
        parts, hidden, secret = (item if isinstance(item, dict) else {} for item in (value, unknown, sensitive))
        names = dict.fromkeys(
            [*parts, *hidden, *(name for name in secret if name not in parts and secret[name] is True)]
        )
        return {name: mark(parts.get(name), hidden.get(name), secret.get(name)) for name in names}
    if isinstance(unknown, list) or isinstance(sensitive, list):
        parts_of = [item if isinstance(item, list) else [] for item in (value, unknown, sensitive)]
        count = max(map(len, parts_of))
        return [mark(*(part[at] if at < len(part) else None for part in parts_of)) for at in range(count)]
    return value


def _part(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The object below nested names; an empty one where there is none."""
    current: Any = value
    for name in names:
        current = current.get(name) if isinstance(current, dict) else None
    return current if isinstance(current, dict) else {}


def _raw(value: Mapping[str, Any], name: str) -> list[Any]:
    items = value.get(name)
    return list(items) if isinstance(items, list) else []


def _objects(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [item for item in _raw(value, name) if isinstance(item, dict)]
