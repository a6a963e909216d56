"""What lies in storage accounts: containers, holds on them, object replication, local users.

Names are those of the provider's documents, `website/docs/r/storage_*.html.markdown`, in versions 2 to 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra import ids
from auditor.infra.terraform.configuration import Lost
from auditor.infra.terraform.record import Body, Record, always, argument, fill, put, read_block
from auditor.model.reading import Json, Unread
from auditor.model.types import CONTAINER, ENCRYPTION_SCOPE, LOCAL_USER, OBJECT_REPLICATION, STORAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance


def account_of(building: Building, instance: Instance, arguments: Arguments) -> str | Lost:
    """The account that something lies in: by its id, or by its name until version 5."""
    by_id = instance.values.get("storage_account_id") is not None
    told = building.configuration.expression(instance, ("storage_account_name",)) is not None
    if by_id or not (told or "storage_account_name" in instance.values):
        return building.link(instance, arguments, "storage_account_id")
    name = arguments.get("storage_account_name")
    if isinstance(name, str):
        elsewhere = ids.resource_id(ids.group_scope(building.subscription(instance)), STORAGE, name)
        return building.account_named(name) or elsewhere
    target = building.target(instance, arguments, "storage_account_name", attributes=("name",))
    return target if isinstance(target, Lost) else building.id_of(target)


def _container_id(building: Building, instance: Instance) -> str:
    for name in ("resource_manager_id", "id"):
        known = instance.values.get(name)
        if isinstance(known, str) and "/containers/" in known.lower() and known.startswith("/"):
            return known
    account = account_of(building, instance, building.arguments(instance))
    if isinstance(account, Lost):
        account = ids.resource_id(ids.group_scope(building.subscription(instance)), STORAGE, account.part)
    return f"{account}/blobServices/default/containers/{building.name_of(instance)}"


def _finish_container(building: Building, instance: Instance, arguments: Arguments, _: Body) -> None:
    account = account_of(building, instance, arguments)
    if isinstance(account, Lost):
        building.hidden(account, CONTAINER, instance)


def _public(value: Json) -> Json:
    """`private`, `blob` and `container` of Terraform are `None`, `Blob` and `Container` of Azure."""
    return {"private": "None", "blob": "Blob", "container": "Container"}.get(str(value).lower(), value)


def _finish_hold(building: Building, instance: Instance, arguments: Arguments, _: Body) -> None:
    """An immutability policy of a container."""
    policy: Body = {}
    fill(policy, _HOLD, arguments, building.span)
    locked = arguments.get("locked")
    state = locked if isinstance(locked, Unread) else "Locked" if locked else "Unlocked"

    def hold(body: Body) -> None:
        put(body, "properties.hasImmutabilityPolicy", value=True)
        put(body, "properties.immutabilityPolicy.properties", {**policy, "state": state})

    container = building.link(
        instance, arguments, "storage_container_resource_manager_id", attributes=("resource_manager_id", "id")
    )
    if isinstance(container, str):
        building.change(container.partition("/immutabilityPolicies/")[0], instance, hold)
    else:
        building.doubt(container, (CONTAINER,), instance, "properties.hasImmutabilityPolicy")


_HOLD: Final = (
    argument("immutabilityPeriodSinceCreationInDays", "immutability_period_in_days", required=True),
    argument("allowProtectedAppendWrites", "protected_append_writes_enabled"),
    argument("allowProtectedAppendWritesAll", "protected_append_writes_all_enabled"),
)


def _replication_id(building: Building, instance: Instance) -> str:
    account = building.link(instance, building.arguments(instance), "source_storage_account_id")
    return f"{_or_unknown(building, instance, account)}/objectReplicationPolicies/{_policy_name(instance)}"


def _policy_name(instance: Instance) -> str:
    known = instance.values.get("source_object_replication_id")
    return known.rpartition("/")[2] if isinstance(known, str) and known else instance.unknown


def _or_unknown(building: Building, instance: Instance, account: str | Lost) -> str:
    scope = ids.group_scope(building.subscription(instance))
    return account if isinstance(account, str) else ids.resource_id(scope, STORAGE, account.part)


def _finish_replication(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    """A policy stands on both of its accounts."""
    ends = [building.link(instance, arguments, f"{end}_storage_account_id") for end in ("source", "destination")]
    source, destination = (end if isinstance(end, str) else end.unread for end in ends)
    blocks = arguments.blocks("rules")
    rules = blocks if isinstance(blocks, Unread) else [read_block(rule, _REPLICATED, building.span) for rule in blocks]
    body["properties"] = {"sourceAccount": source, "destinationAccount": destination, "rules": rules}
    for end in ends:
        if isinstance(end, Lost):
            building.hidden(end, OBJECT_REPLICATION, instance)
    copy = f"{_or_unknown(building, instance, ends[1])}/objectReplicationPolicies/{_policy_name(instance)}"
    building.add({**body, "id": copy}, instance)


_REPLICATED: Final = (
    argument("sourceContainer", "source_container_name", required=True),
    argument("destinationContainer", "destination_container_name", required=True),
    argument("filters.prefixMatch", "filter_out_blobs_with_prefix"),
    argument("filters.minCreationTime", "copy_blobs_created_after"),
)


def _id_below(arm: str) -> Callable[[Building, Instance], str]:
    """The id of what lies directly below an account."""

    def identify(building: Building, instance: Instance) -> str:
        known = instance.values.get("id")
        if isinstance(known, str) and known.startswith("/"):
            return known
        account = account_of(building, instance, building.arguments(instance))
        below = arm.rpartition("/")[2]
        return f"{_or_unknown(building, instance, account)}/{below}/{building.name_of(instance)}"

    return identify


def _finish_below(arm: str) -> Callable[[Building, Instance, Arguments, Body], None]:
    """What lies below an account that is not known hides others of its kind."""

    def finish(building: Building, instance: Instance, arguments: Arguments, _: Body) -> None:
        account = account_of(building, instance, arguments)
        if isinstance(account, Lost):
            building.hidden(account, arm, instance)

    return finish


CONTAINER_RECORDS: Final = (
    Record(
        "azurerm_storage_container",
        CONTAINER,
        _container_id,
        (
            argument("properties.publicAccess", "container_access_type", turn=_public, defaults=always("None")),
            argument("properties.metadata", "metadata"),
            argument("properties.defaultEncryptionScope", "default_encryption_scope"),
        ),
        _finish_container,
        computed=frozenset({"metadata", "default_encryption_scope"}),
    ),
    Record(
        "azurerm_storage_data_lake_gen2_filesystem",
        CONTAINER,
        _container_id,
        finish=_finish_container,
        fixed={
            "properties": {"publicAccess": "None"}
        },  # it has no such argument, and a container is private by default
    ),
    Record("azurerm_storage_container_immutability_policy", CONTAINER, _container_id, finish=_finish_hold, body=False),
    Record(
        "azurerm_storage_object_replication",
        OBJECT_REPLICATION,
        _replication_id,
        finish=_finish_replication,
    ),
    Record(
        "azurerm_storage_account_local_user",
        LOCAL_USER,
        _id_below(LOCAL_USER),
        (
            argument("properties.homeDirectory", "home_directory"),
            argument("properties.hasSshKey", "ssh_key_enabled", defaults=always(False)),  # noqa: FBT003
            argument("properties.hasSshPassword", "ssh_password_enabled", defaults=always(False)),  # noqa: FBT003
        ),
        _finish_below(LOCAL_USER),
    ),
    Record(
        "azurerm_storage_encryption_scope",
        ENCRYPTION_SCOPE,
        _id_below(ENCRYPTION_SCOPE),
        (
            argument("properties.source", "source", required=True),
            argument("properties.requireInfrastructureEncryption", "infrastructure_encryption_required"),
            argument("properties.keyVaultProperties.keyUri", "key_vault_key_id"),
        ),
        _finish_below(ENCRYPTION_SCOPE),
    ),
)
