"""What lies in storage accounts: containers, holds on them, object replication, local users.

Names are those of the provider's documents, `website/docs/r/storage_*.html.markdown`, in versions 2 to 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra import ids
from auditor.infra.terraform.build import Record
from auditor.infra.terraform.configuration import Lost
from auditor.infra.terraform.record import Body, always, argument, fill, read_block
from auditor.model.reading import Json, Unread
from auditor.model.types import CONTAINER, ENCRYPTION_SCOPE, LOCAL_USER, OBJECT_REPLICATION, STORAGE

if TYPE_CHECKING:
    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance


def _public(value: Json) -> Json:
    """`private`, `blob` and `container` of Terraform are `None`, `Blob` and `Container` of Azure."""
    return {"private": "None", "blob": "Blob", "container": "Container"}.get(str(value).lower(), value)


def _part_hold(building: Building, _: Instance, arguments: Arguments) -> Body:
    """An immutability policy of a container."""
    policy: Body = {}
    fill(policy, _HOLD, arguments, building.span)
    locked = arguments.get("locked")
    state = locked if isinstance(locked, Unread) else "Locked" if locked else "Unlocked"
    return {
        "properties.hasImmutabilityPolicy": True,
        "properties.immutabilityPolicy": {"properties": {**policy, "state": state}},
    }


_HOLD: Final = (
    argument("immutabilityPeriodSinceCreationInDays", "immutability_period_in_days", required=True),
    argument("allowProtectedAppendWrites", "protected_append_writes_enabled"),
    argument("allowProtectedAppendWritesAll", "protected_append_writes_all_enabled"),
)


def _replication_id(building: Building, instance: Instance) -> str:
    """Azure names a policy once it makes it."""
    account = building.link(instance, building.arguments(instance), "source_storage_account_id")
    known = instance.values.get("source_object_replication_id")
    name = known.rpartition("/")[2] if isinstance(known, str) and known else instance.unknown
    if isinstance(account, Lost):
        account = ids.resource_id(ids.group_scope(building.subscription(instance)), STORAGE, account.part)
    return f"{account}/objectReplicationPolicies/{name}"


def _finish_replication(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    ends = [building.link(instance, arguments, f"{end}_storage_account_id") for end in ("source", "destination")]
    source, destination = (end if isinstance(end, str) else end.unread for end in ends)
    blocks = arguments.blocks("rules")
    rules = blocks if isinstance(blocks, Unread) else [read_block(rule, _REPLICATED, building.span) for rule in blocks]
    body["properties"] = {"sourceAccount": source, "destinationAccount": destination, "rules": rules}


_REPLICATED: Final = (
    argument("sourceContainer", "source_container_name", required=True),
    argument("destinationContainer", "destination_container_name", required=True),
    argument("filters.prefixMatch", "filter_out_blobs_with_prefix"),
    argument("filters.minCreationTime", "copy_blobs_created_after"),
)


_ACCOUNT: Final = ("storage_account_id", "storage_account_name")
_CONTAINER: Final = ("storage_container_resource_manager_id",)

CONTAINER_RECORDS: Final = (
    Record(
        "azurerm_storage_container",
        CONTAINER,
        (
            argument("properties.publicAccess", "container_access_type", turn=_public, defaults=always("None")),
            argument("properties.metadata", "metadata"),
            argument("properties.defaultEncryptionScope", "default_encryption_scope"),
        ),
        parent=_ACCOUNT,
        computed=frozenset({"metadata", "default_encryption_scope"}),
    ),
    Record(
        "azurerm_storage_data_lake_gen2_filesystem",
        CONTAINER,
        parent=_ACCOUNT,
        fixed={
            "properties": {"publicAccess": "None"}
        },  # it has no such argument, and a container is private by default
    ),
    Record(
        "azurerm_storage_container_immutability_policy",
        CONTAINER,
        parent=_CONTAINER,
        attributes=("resource_manager_id", "id"),
        extends={"properties.hasImmutabilityPolicy": False, "properties.immutabilityPolicy": None},
        part=_part_hold,
        lasting="locked",
    ),
    Record(
        "azurerm_storage_object_replication",
        OBJECT_REPLICATION,
        finish=_finish_replication,
        parent=("source_storage_account_id",),
        also=("destination_storage_account_id",),
        identify=_replication_id,
    ),
    Record(
        "azurerm_storage_account_local_user",
        LOCAL_USER,
        (
            argument("properties.homeDirectory", "home_directory"),
            argument("properties.hasSshKey", "ssh_key_enabled", defaults=always(False)),  # noqa: FBT003
            argument("properties.hasSshPassword", "ssh_password_enabled", defaults=always(False)),  # noqa: FBT003
        ),
        parent=_ACCOUNT,
    ),
    Record(
        "azurerm_storage_encryption_scope",
        ENCRYPTION_SCOPE,
        (
            argument("properties.source", "source", required=True),
            argument("properties.requireInfrastructureEncryption", "infrastructure_encryption_required"),
            argument("properties.keyVaultProperties.keyUri", "key_vault_key_id"),
        ),
        parent=_ACCOUNT,
    ),
)
