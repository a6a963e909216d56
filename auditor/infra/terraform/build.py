"""Puts a plan or a state together: ids first, then bodies, then what resources say about other resources."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

from auditor.infra import ids
from auditor.infra.additions import DECLARABLE
from auditor.infra.declared import Declared
from auditor.infra.terraform.arguments import Arguments
from auditor.infra.terraform.configuration import Lost
from auditor.infra.terraform.instances import AFTER_APPLY
from auditor.infra.terraform.record import Argument, Body, copied, extend, fill, put, write_part
from auditor.infra.terraform.versions import ANY, Span, span_of
from auditor.model.reading import Json, Unread
from auditor.model.resource import Gap, Origin, Resource, resource_key
from auditor.model.types import (
    ACCOUNT,
    BY_NAME,
    DIAGNOSTIC_SETTING,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
    VAULT,
    subscription_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from auditor.infra.terraform.configuration import Configuration
    from auditor.infra.terraform.instances import Instance

EXTENSIONS: Final = frozenset({ROLE_ASSIGNMENT.lower(), DIAGNOSTIC_SETTING.lower()})
"""Types (lower case) that lie below a resource of any type."""
HAVE_ENDPOINTS: Final = (ACCOUNT, STORAGE, VAULT)
CONNECTIONS: Final = "properties.privateEndpointConnections"
USER_ASSIGNED: Final = "azurerm_user_assigned_identity"
_SINGLE: Final = frozenset(kind.key for kind in DECLARABLE if kind.single)
_MANY: Final = 50
_NO_PLACES: Final[dict[str, tuple[int, int]]] = {}
_OWN_IDS: Final = ("resource_manager_id", "id")
_STORE: Final = re.compile(rf"^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/{STORAGE}/([^/]+)", re.IGNORECASE)
_RESET, _CHANGE, _DOUBT = range(3)  # in this order: a change follows the reset of what it replaces


@dataclass(frozen=True, slots=True)
class Record:
    """A type of Terraform resource: its ARM type, what it belongs to, and what its arguments are in ARM.

    `parent` are the names, in all versions of the provider, of the argument that leads to the resource that this one
    belongs to: its id follows from that, and where it is not known whose it is, the lists of all that may own it are not
    whole. `also` leads to a second such resource. `attributes` are those of the parent that stand for it as a whole.

    A type with `extends` only sets properties of its parent, whose type is `arm`: by path, what Azure has there once the
    resource is deleted (None: nothing). `part` gives the values of these paths. `lasting` names the argument that must be
    false for Azure to allow a deletion.

    `finish` does what a table of arguments cannot: blocks, and changes to other resources. `identify` gives the id where it
    does not follow from the parent or the group.
    """

    type: str
    arm: str
    arguments: tuple[Argument, ...] = ()
    finish: Callable[[Building, Instance, Arguments, Body], None] | None = None
    parent: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ("id",)
    extends: Mapping[str, Json] = field(default_factory=dict)
    part: Callable[[Building, Instance, Arguments], Mapping[str, Json]] | None = None
    lasting: str = ""
    identify: Callable[[Building, Instance], str] | None = None
    fixed: Mapping[str, Json] = field(default_factory=dict)
    computed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raise `ValueError` for a type that belongs to another one and does not tell by which argument."""
        if not self.parent and (self.extends or self.owner or self.arm.lower() in EXTENSIONS):
            raise ValueError(f"{self.type} belongs to another resource: its `parent` is missing")
        if bool(self.extends) is not (self.part is not None):
            raise ValueError(f"{self.type}: `extends` and `part` belong together")

    @property
    def owner(self) -> str:
        """The type of the parent; empty where there is none, and where it may be of any type."""
        if self.extends:
            return self.arm
        kind = BY_NAME.get(self.arm.lower())
        if kind is not None and kind.owner != SUBSCRIPTION:
            return kind.owner or ""
        return self.arm.rpartition("/")[0] if self.arm.count("/") > 1 else ""


class Special(Protocol):
    """A type of Terraform resource whose ARM type its own arguments tell, as those of azapi."""

    @property
    def declares(self) -> bool:
        """Whether it declares a resource, and does not only change one."""

    def arm_of(self, instance: Instance) -> str:
        """The ARM type; empty where it is not known."""

    def identify(self, building: Building, instance: Instance) -> str:
        """The ARM id."""

    def read(self, building: Building, instance: Instance) -> None:
        """Declare it, or note what it changes."""

    def removed(self, building: Building, instance: Instance) -> None:
        """Note what its deletion changes."""


@dataclass(frozen=True, slots=True)
class Table:
    """All types of Terraform resources that the auditor knows, by name.

    `templates` deploy what the file does not show. `hides` are not read, and may declare resources of these ARM types.
    Types that begin as in `ours` may matter: one that is nowhere in the table is a gap.
    """

    records: Mapping[str, Record]
    specials: Mapping[str, Special]
    templates: frozenset[str]
    hides: Mapping[str, tuple[str, ...]]
    ours: tuple[str, ...]
    without_facts: frozenset[str]

    def arm_of(self, instance: Instance) -> str:
        """The ARM type of a resource in small letters; empty where it is not known."""
        record, special = self.records.get(instance.type), self.specials.get(instance.type)
        if record is not None:
            return record.arm.lower()
        return "" if special is None else special.arm_of(instance).lower()

    def declares(self, instance: Instance) -> bool:
        """Whether a resource is one of Azure's, and does not only change one."""
        record, special = self.records.get(instance.type), self.specials.get(instance.type)
        if instance.data:
            return False
        return not record.extends if record is not None else special is not None and special.declares


class Building:
    """What was read so far, and how its parts find each other.

    Records call it: `link` for what an argument leads to, `add` for a further resource, `change` for what they say about
    another one, `gap` for what they cannot say.
    """

    def __init__(
        self,
        file: str,
        instances: Sequence[Instance],
        configuration: Configuration,
        table: Table,
        *,
        removed: Sequence[Instance] = (),
        variables: Mapping[str, Json] | None = None,
        state: bool = False,
    ) -> None:
        self.instances = instances
        self.configuration = configuration
        self.table = table
        self.span: Span = _span(configuration)
        self._file = file
        self._removed = removed
        self._state = state
        self._variables = variables or {}
        self._ids: dict[str, str] = {}
        self._bodies: dict[str, Body] = {}
        self._origins: dict[str, Instance] = {}
        self._doubted: set[tuple[tuple[str, ...], str]] = set()
        self._later: list[tuple[int, str, Instance | None, Callable[[Body], None], Body | None]] = []
        self._gaps: dict[Gap, None] = {}
        self._changed: set[str] = set()
        self._beyond: Unread | None = None

    def declared(self) -> Declared:
        """Everything that the file declares."""
        for instance in self.instances:
            if not instance.data:
                self._read(instance)
        for instance in self._removed:
            self._remove(instance)
        for _, key, maker, change, otherwise in sorted(self._later, key=lambda item: item[0]):
            if key not in self._bodies and otherwise is not None and maker is not None:
                self.add(otherwise, maker)
            elif key in self._bodies:
                change(self._bodies[key])
                if maker is not None:
                    self._note(key, maker)
        for body in self._bodies.values() if self._beyond is not None else ():
            if body["type"].lower() in _SINGLE:
                body["properties"] = self._beyond
        resources = tuple(
            Resource(body, origin=Origin(self._file, self._origins[key].address, _NO_PLACES))
            for key, body in self._bodies.items()
        )
        changed = None if self._state else frozenset(self._changed)
        return Declared(resources, tuple(self._gaps), changed=changed)

    def _read(self, instance: Instance) -> None:
        special = self.table.specials.get(instance.type)
        if special is not None:
            special.read(self, instance)
            return
        if instance.type in self.table.templates:
            self.hide_all(f"{instance.address} deploys an ARM template, which is not read here")
            return
        for arm in self.table.hides.get(instance.type, ()):
            self.gap("", BY_NAME[arm.lower()].operation, f"{instance.address} is of a type that is not read")
        record = self.table.records.get(instance.type)
        if record is not None:
            self._declare(instance, record)
        elif instance.type.startswith(self.table.ours) and instance.type not in self.table.without_facts:
            why = f"{instance.address} is of a type that the auditor does not know"
            self.gap("", f"Terraform/{instance.type}", why)

    def _declare(self, instance: Instance, record: Record) -> None:
        arguments = self.arguments(instance, record)
        if record.part is not None:
            values = record.part(self, instance, arguments)
            self._extend(instance, record, lambda body: _write(body, values))
            return
        body: Body = {
            "id": self.id_of(instance),
            "type": record.arm,
            "name": arguments.get("name"),
            **copied(dict(record.fixed)),
        }
        fill(body, record.arguments, arguments, self.span)
        if record.finish is not None:
            record.finish(self, instance, arguments, body)
        body = {name: value for name, value in body.items() if value is not None}
        self.add(body, instance)
        for names in filter(None, (record.parent, record.also)):
            owner = self.owner(instance, record, names)
            if isinstance(owner, Lost):
                self.hidden(owner, record.arm, instance)
            if names == record.also:
                name = body["id"].rpartition("/")[2]
                self.add({**copied(body), "id": self._below(instance, record, owner, name)}, instance)

    def _extend(
        self, instance: Instance, record: Record, change: Callable[[Body], None], *, reset: bool = False
    ) -> None:
        """Change the parent of a resource; where that is not known, these parts of all that it may be are unread."""
        owner = self.owner(instance, record)
        if isinstance(owner, Lost):
            for path in record.extends:
                self.doubt(owner, (record.arm,), instance, path)
        else:
            late = reset and instance.actions is not None and instance.actions[0] == "create"
            phase = _DOUBT if late else _RESET if reset else _CHANGE
            self._later.append((phase, resource_key(owner), instance, change, None))

    def _remove(self, instance: Instance) -> None:
        """What the deletion of a resource changes in another one: a part that it alone had set is as Azure has it by itself."""
        special = self.table.specials.get(instance.type)
        if special is not None:
            special.removed(self, instance)
        record = self.table.records.get(instance.type)
        if record is None or not record.extends:
            return
        lasting = bool(record.lasting) and self.arguments(instance, record).get(record.lasting) is not False
        replaced_early = instance.created and instance.actions is not None and instance.actions[0] == "create"

        def reset(body: Body) -> None:
            maker = self._origins[resource_key(body["id"])]
            if maker.created:
                return  # it is made anew: what is deleted was set in the one before
            why = Unread(f"{instance.address}, which sets it, is deleted")
            known = not (lasting or replaced_early or maker.changed)
            _write(body, copied(dict(record.extends)) if known else dict.fromkeys(record.extends, why))

        self._extend(instance, record, reset, reset=True)

    def arguments(self, instance: Instance, record: Record | None = None) -> Arguments:
        """The arguments of a resource."""
        told = self.configuration.of(instance).get("expressions")
        known = told if isinstance(told, dict) and instance.created else None
        computed = frozenset() if record is None else record.computed
        return Arguments(instance.values, known, computed, self._state or instance.forgotten)

    # Ids and links

    def id_of(self, instance: Instance) -> str:
        """The ARM id of a resource, as far as it is known."""
        found = self._ids.get(instance.address)
        if found is None:
            self._ids[instance.address] = f"/{instance.unknown}"  # ends a circle, which Terraform has none of
            found = self._ids[instance.address] = self._identify(instance)
        return found

    def _identify(self, instance: Instance) -> str:
        record, special = self.table.records.get(instance.type), self.table.specials.get(instance.type)
        if special is not None:
            return special.identify(self, instance)
        kind = "" if record is None or record.extends else f"/{record.arm.rpartition('/')[2].lower()}/"
        for name in _OWN_IDS:
            known = instance.values.get(name)
            if isinstance(known, str) and known.startswith("/") and kind in known.lower():
                return known.partition("|")[0]
        if record is None or record.extends:
            return f"{self.group(instance)}/providers/{instance.unknown}"
        if record.identify is not None:
            return record.identify(self, instance)
        if record.parent:
            return self._below(instance, record, self.owner(instance, record), self.name_of(instance))
        return ids.resource_id(self.group(instance), record.arm, self.name_of(instance))

    def _below(self, instance: Instance, record: Record, owner: str | Lost, name: str) -> str:
        """The id of a child or an extension of a resource."""
        if record.arm.lower() in EXTENSIONS:
            scope = owner if isinstance(owner, str) else f"/{owner.part}"
            return f"{scope.rstrip('/')}/providers/{record.arm}/{name}"
        if isinstance(owner, Lost):
            names = [owner.part] * record.owner.count("/")
            owner = ids.resource_id(ids.group_scope(self.subscription(instance)), record.owner, *names)
        *between, last = record.arm[len(record.owner) + 1 :].split("/")
        above = "".join(f"/{part}/default" for part in between)
        kind = BY_NAME.get(record.arm.lower())
        return f"{owner}{above}/{last}/{'default' if kind is not None and kind.single else name}"

    def owner(self, instance: Instance, record: Record, names: tuple[str, ...] = ()) -> str | Lost:
        """The id of the resource that a resource belongs to: by its id, or by its name (storage accounts, until version 5).

        What an expression leads to is lost unless it is of the right type: `"${….id}/providers/…"` of a resource group
        refers to the group.
        """
        arguments = self.arguments(instance, record)
        names = names or record.parent
        given = [name for name in names if instance.values.get(name) is not None]
        given += [name for name in names if self.configuration.expression(instance, (name,)) is not None]
        name = (given or names)[0]
        by_name = name.endswith("_name")
        value = arguments.get(name)
        if isinstance(value, str):
            if by_name:
                elsewhere = ids.resource_id(ids.group_scope(self.subscription(instance)), record.owner, value)
                return self.account_named(value) or elsewhere
            return self._as_made(value) if value.startswith("/") else Lost(value)
        found = self.target(instance, arguments, name, attributes=("name",) if by_name else record.attributes)
        if isinstance(found, Lost):
            return found
        if record.owner and self.table.arm_of(found) != record.owner.lower():
            return Lost(f"{instance.address}.{name}")
        return self.id_of(found)

    def name_of(self, instance: Instance) -> str:
        """The name, or what stands for it in an id: its address, which no other resource has."""
        name = instance.values.get("name")
        return name if isinstance(name, str) and name else ids.unknown(f"{instance.address}.name")

    def group(self, instance: Instance) -> str:
        """The id of the resource group that a resource says it lies in."""
        name = instance.values.get("resource_group_name")
        if not isinstance(name, str) or not name:
            targets = self.configuration.targets(instance, ("resource_group_name",))
            groups = [item.instance for item in targets.found if item.instance.type == "azurerm_resource_group"]
            if len(groups) == 1 and targets.whole:
                return self.id_of(groups[0])
            name = ids.unknown(targets.text) if targets.text else None
        return ids.group_scope(self.subscription(instance), name)

    def subscription(self, instance: Instance) -> str | None:
        """The subscription that the provider of a resource works in; None where it is not known."""
        key = self._provider_of(instance)
        known = self._subscriptions.get(key)
        return known or (ids.unknown(f"subscription of {key}") if "." in key else None)

    def _provider_of(self, instance: Instance) -> str:
        key = self.configuration.of(instance).get("provider_config_key")
        return str(key).rpartition(":")[2] if key else "azurerm"

    @cached_property
    def _subscriptions(self) -> dict[str, str]:
        """By provider: what its configuration says, else where the resources lie that it has made already."""
        found: dict[str, str] = {}
        for key, provider in self.configuration.providers.items():
            expressions = provider.get("expressions") if isinstance(provider, dict) else None
            value = self._constant(expressions.get("subscription_id") if isinstance(expressions, dict) else None)
            if isinstance(value, str) and value:
                found.setdefault(str(key).rpartition(":")[2], value)
        seen: dict[str, set[str]] = {}
        for instance in self.instances:
            own = instance.values.get("id")
            if isinstance(own, str) and "resource_group_name" in instance.values:
                subscription = subscription_of(own)
                if subscription is not None:
                    seen.setdefault(self._provider_of(instance), set()).add(own.split("/")[2])
        return {**{key: next(iter(each)) for key, each in seen.items() if len(each) == 1}, **found}

    def _constant(self, expression: Json) -> Json:
        if not isinstance(expression, dict):
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        if isinstance(references, list) and len(references) == 1 and str(references[0]).startswith("var."):
            variable = self._variables.get(str(references[0])[4:])
            return variable.get("value") if isinstance(variable, dict) else None
        return None

    def link(
        self, instance: Instance, arguments: Arguments, *names: str, attributes: tuple[str, ...] = ("id",)
    ) -> str | Lost:
        """The id that an argument leads to: as it is written, or by what its expression refers to.

        `attributes` are those of the other resource that stand for it as a whole. What is written and no id is lost too.
        """
        value = arguments.get(*names)
        if isinstance(value, str):
            return self._as_made(value) if value.startswith("/") else Lost(value)
        found = self.target(instance, arguments, *names, attributes=attributes)
        return found if isinstance(found, Lost) else self.id_of(found)

    def target(
        self, instance: Instance, arguments: Arguments, *names: str, attributes: tuple[str, ...] = ("id",)
    ) -> Instance | Lost:
        """The resource that the expression of an argument refers to, if it refers to one alone."""
        name = arguments.name_of(*names)
        targets = self.configuration.targets(instance, (*arguments.path, name))
        known = {item.instance.address: item.instance for item in targets.found if item.is_one_of(attributes)}
        others = not all(item.is_one_of(attributes) for item in targets.found)
        if len(known) == 1 and targets.whole and not others:
            return next(iter(known.values()))
        text = targets.text or f"{instance.address}.{name}"
        if instance.module and targets.text:
            text = f"{instance.module}.{text}"
        candidates = {item.instance.address: item.instance for item in targets.found} if targets.whole else {}
        return Lost(text, tuple(candidates.values()))

    def links(self, instance: Instance, arguments: Arguments, *names: str) -> list[str | Unread]:
        """The ids in a list; an `Unread` at the end where there may be more."""
        value = arguments.get(*names)
        items = value if isinstance(value, list) else [] if value is None else [value]
        found = [item for item in items if isinstance(item, str)]
        if len(found) == len(items):
            return list(found)
        targets = self.configuration.targets(instance, (*arguments.path, arguments.name_of(*names)))
        made = dict.fromkeys(self.id_of(item.instance) for item in targets.found if item.is_one_of(("id",)))
        known = {resource_key(item) for item in found}
        fresh = [item for item in made if resource_key(item) not in known]
        whole = targets.whole and bool(fresh) and all(item.is_one_of(("id",)) for item in targets.found)
        return [*found, *fresh, *([] if whole else [AFTER_APPLY])]

    def _as_made(self, resource_id: str) -> str:
        """The id under which the file has a storage account or what lies in one, whatever of that is not known yet."""
        match = _STORE.match(resource_id)
        own = self.account_named(match[1]) if match else None
        return resource_id if match is None or own is None else own + resource_id[match.end() :]

    def account_named(self, name: str) -> str | None:
        """The id of the storage account of the file that has this name; names are unique in all of Azure."""
        return self._accounts.get(name.lower())

    @cached_property
    def _accounts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for instance in self.of_type((STORAGE,)):
            name = instance.values.get("name")
            if isinstance(name, str):
                found.setdefault(name.lower(), self.id_of(instance))
        return found

    def of_type(self, arm_types: Iterable[str]) -> list[Instance]:
        """The resources of these ARM types that the file declares."""
        wanted = {name.lower() for name in arm_types}
        return [item for item in self.instances if self.table.declares(item) and self.table.arm_of(item) in wanted]

    @cached_property
    def made(self) -> frozenset[str]:
        """The keys of the resources that are declared as such, not as a change to one."""
        return frozenset(resource_key(self.id_of(item)) for item in self.instances if self.table.declares(item))

    def principal_of(self, identity_id: str) -> str:
        """The principal of an identity that a user assigns: as the file knows it, else what stands for it."""
        return self._principals.get(resource_key(identity_id)) or ids.principal_of(identity_id)

    @cached_property
    def _principals(self) -> dict[str, str]:
        return {
            resource_key(self.id_of(instance)): instance.values["principal_id"]
            for instance in self.instances
            if instance.type == USER_ASSIGNED and isinstance(instance.values.get("principal_id"), str)
        }

    def role_named(self, name: str) -> str | None:
        """The last part of the id of a role that the file defines under this name."""
        return self._roles.get(name)

    @cached_property
    def _roles(self) -> dict[str, str]:
        return {
            str(instance.values.get("name")): self.id_of(instance).rpartition("/")[2]
            for instance in self.instances
            if instance.type == "azurerm_role_definition"
        }

    def vault_uri(self, vault_id: str) -> str | None:
        """The address of a vault of the file, where it is known."""
        return self._vaults.get(resource_key(vault_id))

    @cached_property
    def _vaults(self) -> dict[str, str]:
        return {
            resource_key(self.id_of(instance)): instance.values["vault_uri"]
            for instance in self.instances
            if isinstance(instance.values.get("vault_uri"), str)
        }

    # What records say

    def add(self, body: Body, instance: Instance) -> None:
        """A resource; of two that would have the same id, the second is told apart by its address."""
        key = resource_key(body["id"])
        if key in self._bodies:
            body = {**body, "id": f"{body['id'].rpartition('/')[0]}/{instance.unknown}"}
            key = resource_key(body["id"])
        self._bodies[key] = body
        self._origins[key] = instance
        self._note(key, instance)

    def change(
        self, resource_id: str, instance: Instance, change: Callable[[Body], None], otherwise: Body | None = None
    ) -> None:
        """Something that a resource says about another one; `otherwise` is declared where the file has none such."""
        self._later.append((_CHANGE, resource_key(resource_id), instance, change, otherwise))

    def doubt(
        self, lost: Lost, arm_types: tuple[str, ...], instance: Instance, path: str, *, more: bool = False
    ) -> None:
        """Something that a resource says about another one of which it is not known which.

        That part of all that it may be is unread; with `more`, the list there may go on.
        """
        may_be = self.may_be(lost, arm_types)
        if may_be is None:
            if (arm_types, path) in self._doubted:
                return
            self._doubted.add((arm_types, path))
        self._hide_part(self.of_type(arm_types) if may_be is None else may_be, path, lost.unread, instance, more=more)

    def may_be(self, lost: Lost, arm_types: Iterable[str]) -> list[Instance] | None:
        """The resources of these types that a lost link may lead to; None where it may lead anywhere."""
        wanted = {name.lower() for name in arm_types}
        found = [item for item in lost.candidates if self.table.arm_of(item) in wanted]
        return found if 0 < len(found) <= _MANY else None

    def _hide_part(
        self, others: Iterable[Instance], path: str, why: Unread, instance: Instance | None, *, more: bool
    ) -> None:
        write = extend if more else put
        for other in others:
            key = resource_key(self.id_of(other))
            self._later.append((_DOUBT, key, instance, lambda body: write(body, path, why), None))

    def gap(self, scope: str, operation: str, reason: str) -> None:
        """Something that the file names and nobody can read."""
        self._gaps[Gap(scope, operation, reason)] = None

    def hidden(self, lost: Lost, arm: str, instance: Instance) -> None:
        """A child of which it is not known whose: the lists of all that may own it are not whole.

        A role assignment is none: its id then lies in no subscription, so that it may reach anything.
        """
        kind = BY_NAME.get(arm.lower())
        if kind is None or kind.owner == SUBSCRIPTION:
            return
        reason = f"{instance.address} belongs to a resource that is known only after apply"
        candidates = list(lost.candidates) if kind.owner is None else self.may_be(lost, (kind.owner,)) or []
        for scope in [self.id_of(item) for item in candidates] if 0 < len(candidates) <= _MANY else [""]:
            self.gap(scope, kind.operation, reason)

    def hide_all(self, reason: str, *, parts: bool = False) -> None:
        """Something that may hold resources of every kind and was not read: no list is whole.

        A child of which there is one alone, such as the blob service, may be declared there too. With `parts`, it may also hold types that set a part of another resource: then these parts are unread.
        """
        why = Unread(reason)
        self._beyond = self._beyond or why
        for kind in DECLARABLE:
            self.gap("", kind.operation, reason)
        self._hide_part(self.of_type(HAVE_ENDPOINTS), CONNECTIONS, why, None, more=True)
        for record in self.table.records.values() if parts else ():
            for path in record.extends:
                self._hide_part(self.of_type((record.arm,)), path, why, None, more=False)

    def put_off(self, instance: Instance, reason: str) -> None:
        """A resource of which the file tells no more than that it is there: what it may be, or may set, is unread."""
        record = self.table.records.get(instance.type)
        if instance.type in self.table.specials:
            self.table.specials[instance.type].read(self, instance)
            self.gap("", f"Terraform/{instance.type}", reason)
        elif instance.type in self.table.templates:
            self.hide_all(reason)
        elif record is not None and record.extends:
            for path in record.extends:
                self._hide_part(self.of_type((record.arm,)), path, Unread(reason), instance, more=False)
        elif record is not None:
            kind = BY_NAME.get(record.arm.lower())
            self.gap("", f"Terraform/{record.type}" if kind is None else kind.operation, reason)

    def _note(self, key: str, instance: Instance) -> None:
        if instance.changed:
            self._changed.add(key)


def _write(body: Body, parts: Mapping[str, Json]) -> None:
    for path, value in parts.items():
        write_part(body, path, value)


def _span(configuration: Configuration) -> Span:
    """The versions of azurerm that the constraints of all modules allow together."""
    providers: list[Any] = [item for item in configuration.providers.values() if isinstance(item, dict)]
    constraints = [
        item["version_constraint"]
        for item in providers
        if item.get("name") == "azurerm" and isinstance(item.get("version_constraint"), str)
    ]
    return span_of(constraints) if constraints else ANY
