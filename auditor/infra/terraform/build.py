"""Puts a plan or a state together: ids first, then bodies, then what resources say about other resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from auditor.infra import ids
from auditor.infra.declared import Declared
from auditor.infra.terraform import azapi
from auditor.infra.terraform.arguments import Arguments
from auditor.infra.terraform.configuration import Lost
from auditor.infra.terraform.instances import AFTER_APPLY
from auditor.infra.terraform.record import Body, Record, copied, extend, fill, put
from auditor.infra.terraform.table import HIDES, OURS, RECORDS, TEMPLATES, USER_ASSIGNED, WITHOUT_FACTS
from auditor.infra.terraform.versions import ANY, Span, span_of
from auditor.model.resource import Gap, Origin, Resource, resource_key
from auditor.model.types import BY_NAME, STORAGE, subscription_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from auditor.infra.terraform.configuration import Configuration
    from auditor.infra.terraform.instances import Instance
    from auditor.model.reading import Json, Unread

_ACCOUNTS: Final = frozenset({"azurerm_storage_account", "azapi_resource"})
_MANY: Final = 50
_NO_PLACES: Final[dict[str, tuple[int, int]]] = {}


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
        *,
        variables: Mapping[str, Json] | None = None,
        state: bool = False,
    ) -> None:
        self.instances = instances
        self.configuration = configuration
        self.span: Span = _span(configuration)
        self._file = file
        self._state = state
        self._variables = variables or {}
        self._ids: dict[str, str] = {}
        self._bodies: dict[str, Body] = {}
        self._origins: dict[str, Instance] = {}
        self._doubted: set[tuple[tuple[str, ...], str]] = set()
        self._later: list[tuple[str, Instance, Callable[[Body], None], Body | None]] = []
        self._gaps: dict[Gap, None] = {}
        self._changed: set[str] = set()

    def declared(self) -> Declared:
        """Everything that the file declares."""
        for instance in self.instances:
            if not instance.data:
                self._read(instance)
        for key, instance, change, otherwise in self._later:
            if key not in self._bodies and otherwise is not None:
                self.add(otherwise, instance)
            elif key in self._bodies:
                change(self._bodies[key])
                self._note(key, instance)
        resources = tuple(
            Resource(body, origin=Origin(self._file, self._origins[key].address, _NO_PLACES))
            for key, body in self._bodies.items()
        )
        changed = None if self._state else frozenset(self._changed)
        return Declared(resources, tuple(self._gaps), changed=changed)

    def _read(self, instance: Instance) -> None:
        if azapi.is_one(instance):
            azapi.read(self, instance)
            return
        if instance.type in TEMPLATES:
            self.hide_all(f"{instance.address} deploys an ARM template, which is not read here")
            return
        for arm in HIDES.get(instance.type, ()):
            self.gap("", BY_NAME[arm.lower()].operation, f"{instance.address} is of a type that is not read")
        record = RECORDS.get(instance.type)
        if record is None:
            if instance.type.startswith(OURS) and instance.type not in WITHOUT_FACTS:
                self.gap(
                    "", f"Terraform/{instance.type}", f"{instance.address} is of a type that the auditor does not know"
                )
            return
        arguments = self.arguments(instance, record)
        body: Body = {}
        if record.body:
            body = {
                "id": self.id_of(instance),
                "type": record.arm,
                "name": arguments.get("name"),
                **copied(dict(record.fixed)),
            }
            fill(body, record.arguments, arguments, self.span)
        if record.finish is not None:
            record.finish(self, instance, arguments, body)
        if record.body:
            self.add({name: value for name, value in body.items() if value is not None}, instance)

    def arguments(self, instance: Instance, record: Record | None = None) -> Arguments:
        """The arguments of a resource."""
        told = self.configuration.of(instance).get("expressions")
        known = told if isinstance(told, dict) and instance.created else None
        computed = frozenset() if record is None else record.computed
        return Arguments(instance.values, known, computed, self._state)

    # Ids and links

    def id_of(self, instance: Instance) -> str:
        """The ARM id of a resource, as far as it is known."""
        found = self._ids.get(instance.address)
        if found is None:
            self._ids[instance.address] = f"/{instance.unknown}"  # ends a circle, which Terraform has none of
            found = self._ids[instance.address] = self._identify(instance)
        return found

    def _identify(self, instance: Instance) -> str:
        record = RECORDS.get(instance.type)
        if record is not None and record.body:
            return record.identify(self, instance)
        if azapi.is_one(instance):
            return azapi.identify(self, instance)
        known = instance.values.get("id")
        if isinstance(known, str) and known.startswith("/"):
            return known
        return f"{self.group(instance)}/providers/{instance.unknown}"

    def top_id(self, instance: Instance, arm: str) -> str:
        """The id of a resource that lies in a resource group."""
        known = instance.values.get("id")
        if isinstance(known, str) and f"/providers/{arm.lower()}/" in known.lower():
            return known
        return ids.resource_id(self.group(instance), arm, self.name_of(instance))

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
            return value if value.startswith("/") else Lost(value)
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
        return Lost(text, tuple({item.instance.address: item.instance for item in targets.found}.values()))

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

    def account_named(self, name: str) -> str | None:
        """The id of the storage account of the file that has this name; names are unique in all of Azure."""
        return self._accounts.get(name)

    @cached_property
    def _accounts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for instance in self.instances:
            name = instance.values.get("name")
            if isinstance(name, str) and instance.type in _ACCOUNTS and _arm_of(instance) == STORAGE.lower():
                found.setdefault(name, self.id_of(instance))
        return found

    @cached_property
    def made(self) -> frozenset[str]:
        """The keys of the resources that are declared as such, not as a change to one."""
        return frozenset(resource_key(self.id_of(item)) for item in self.instances if _has_body(item))

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
        self._later.append((resource_key(resource_id), instance, change, otherwise))

    def doubt(
        self, lost: Lost, arm_types: tuple[str, ...], instance: Instance, path: str, *, more: bool = False
    ) -> None:
        """Something that a resource says about another one of which it is not known which.

        That part of all that it may be is unread; with `more`, the list there may go on.
        """
        few = 0 < len(lost.candidates) <= _MANY
        if not few and (arm_types, path) in self._doubted:
            return
        if not few:
            self._doubted.add((arm_types, path))
        write = extend if more else put
        keys = [resource_key(self.id_of(item)) for item in lost.candidates] if few else self._of(arm_types)
        for key in keys:
            self._later.append((key, instance, lambda body: write(body, path, lost.unread), None))

    def _of(self, arm_types: tuple[str, ...]) -> list[str]:
        wanted = {name.lower() for name in arm_types}
        return [
            resource_key(self.id_of(item)) for item in self.instances if _has_body(item) and _arm_of(item) in wanted
        ]

    def gap(self, scope: str, operation: str, reason: str) -> None:
        """Something that the file names and nobody can read."""
        self._gaps[Gap(scope, operation, reason)] = None

    def hidden(self, lost: Lost, arm: str, instance: Instance) -> None:
        """A child of which it is not known whose: the lists of all that may own it are not whole."""
        operation = BY_NAME[arm.lower()].operation
        reason = f"{instance.address} belongs to a resource that is known only after apply"
        few = 0 < len(lost.candidates) <= _MANY
        for scope in [self.id_of(item) for item in lost.candidates] if few else [""]:
            self.gap(scope, operation, reason)

    def hide_all(self, reason: str) -> None:
        """Something that may hold resources of every kind and was not read: no list is whole."""
        for arm in dict.fromkeys(record.arm for record in RECORDS.values()):
            kind = BY_NAME.get(arm.lower())
            if kind is not None:
                self.gap("", kind.operation, reason)

    def _note(self, key: str, instance: Instance) -> None:
        if instance.changed:
            self._changed.add(key)


def _has_body(instance: Instance) -> bool:
    record = RECORDS.get(instance.type)
    return not instance.data and (instance.type == "azapi_resource" or (record is not None and record.body))


def _arm_of(instance: Instance) -> str:
    record = RECORDS.get(instance.type)
    return (azapi.type_of(instance) if record is None else record.arm).lower()


def _span(configuration: Configuration) -> Span:
    """The versions of azurerm that the constraints of all modules allow together."""
    providers: list[Any] = [item for item in configuration.providers.values() if isinstance(item, dict)]
    constraints = [
        item["version_constraint"]
        for item in providers
        if item.get("name") == "azurerm" and isinstance(item.get("version_constraint"), str)
    ]
    return span_of(constraints) if constraints else ANY
