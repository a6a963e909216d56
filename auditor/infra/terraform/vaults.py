"""Key vaults, Log Analytics workspaces, and backup vaults with what they protect.

The corpus has no pages of these. Names are those of the provider's pages `key_vault`, `log_analytics_workspace` and
`data_protection_backup_policy_blob_storage`; those of older versions, and of tables, vaults and instances, could not be held
beside a page: a name that no version has is never set, and does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.terraform.build import Record
from auditor.infra.terraform.identity import read_identity
from auditor.infra.terraform.record import NOT_IN_FILE, Body, always, argument, fill, negated, put, switched
from auditor.model.reading import Json, Unread
from auditor.model.types import (
    BACKUP_INSTANCE,
    BACKUP_POLICY,
    BACKUP_VAULT,
    STORAGE,
    VAULT,
    WORKSPACE,
    WORKSPACE_TABLE,
)

if TYPE_CHECKING:
    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance

_PLACED: Final = (argument("location", "location"), argument("tags", "tags"))
_VAULT: Final = (
    *_PLACED,
    argument("properties.sku.name", "sku_name"),
    argument("properties.tenantId", "tenant_id"),
    argument("properties.vaultUri", "vault_uri"),
    argument("properties.enableSoftDelete", "soft_delete_enabled"),
    argument("properties.softDeleteRetentionInDays", "soft_delete_retention_days", defaults=always(90)),
    argument("properties.enablePurgeProtection", "purge_protection_enabled", turn=lambda on: on or None),
    argument(
        "properties.enableRbacAuthorization",
        "rbac_authorization_enabled",
        "enable_rbac_authorization",  # until 5.0
    ),
    argument(
        "properties.publicNetworkAccess", "public_network_access_enabled", turn=switched, defaults=always("Enabled")
    ),
)
_WORKSPACE: Final = (
    *_PLACED,
    argument("properties.sku.name", "sku"),
    argument("properties.retentionInDays", "retention_in_days"),
    argument("properties.customerId", "workspace_id"),
    argument(
        "properties.publicNetworkAccessForIngestion",
        "internet_ingestion_access_type",
        "internet_ingestion_enabled",
        turn=switched,
    ),
    argument(
        "properties.publicNetworkAccessForQuery",
        "internet_query_access_type",
        "internet_query_enabled",
        turn=switched,
    ),
    argument("properties.forceCmkForQuery", "cmk_for_query_forced"),
    argument("properties.features.immediatePurgeDataOn30Days", "immediate_data_purge_on_30_days_enabled"),
    argument("properties.features.enableLogAccessUsingOnlyResourcePermissions", "allow_resource_only_permissions"),
)
_LOCAL_SIGN_IN: Final = (
    argument("properties.features.disableLocalAuth", "local_authentication_enabled", turn=negated),
    argument("properties.features.disableLocalAuth", "local_authentication_disabled"),  # until 5.0
)
_TABLE: Final = (
    argument("properties.plan", "plan"),
    argument("properties.retentionInDays", "retention_in_days"),
    argument("properties.totalRetentionInDays", "total_retention_in_days"),
)
_BACKUP_VAULT: Final = (*_PLACED,)
_VAULT_ACLS: Final = (
    argument("defaultAction", "default_action", required=True),
    argument("bypass", "bypass", required=True),
)


def _finish_vault(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    rules = arguments.block("network_acls")
    if isinstance(rules, Unread):
        put(body, "properties.networkAcls", rules)
    elif rules is not None:
        acls: Body = {}
        fill(acls, _VAULT_ACLS, rules, building.span)
        addresses = rules.elements("ip_rules")
        acls["ipRules"] = addresses if isinstance(addresses, Unread) else [_value(item) for item in addresses]
        subnets = building.links(instance, rules, "virtual_network_subnet_ids")
        acls["virtualNetworkRules"] = [item if isinstance(item, Unread) else {"id": item} for item in subnets]
        put(body, "properties.networkAcls", acls)


def _value(item: Json) -> Json:
    return item if isinstance(item, Unread) else {"value": item}


def _finish_workspace(building: Building, _: Instance, arguments: Arguments, body: Body) -> None:
    for row in _LOCAL_SIGN_IN:
        if any(arguments.get(name) is not None for name in row.names):
            fill(body, (row,), arguments, building.span)
    replica = arguments.block("replication")
    if isinstance(replica, Unread):
        put(body, "properties.replication", replica)
    elif replica is not None:
        put(body, "properties.replication", {"enabled": True, "location": replica.get("location") or NOT_IN_FILE})


def _finish_backup_vault(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    put(body, "identity", read_identity(building, instance, arguments, body["id"]))
    kind, store = arguments.get("redundancy"), arguments.get("datastore_type")
    setting = {"type": NOT_IN_FILE if kind is None else kind, "datastoreType": NOT_IN_FILE if store is None else store}
    put(body, "properties.storageSettings", [setting])
    restored = arguments.get("cross_region_restore_enabled")
    state = restored if isinstance(restored, Unread) or restored is None else switched(restored)
    put(body, "properties.featureSettings.crossRegionRestoreSettings.state", state)
    deleted = arguments.get("soft_delete")
    put(body, "properties.securitySettings.softDeleteSettings.state", deleted)
    days = arguments.get("retention_duration_in_days")
    put(body, "properties.securitySettings.softDeleteSettings.retentionDurationInDays", days)
    put(body, "properties.securitySettings.immutabilitySettings.state", arguments.get("immutability"))


_DURATIONS: Final = (
    ("OperationalStore", ("operational_default_retention_duration", "retention_duration")),
    ("VaultStore", ("vault_default_retention_duration",)),
)


def _finish_policy(_: Building, __: Instance, arguments: Arguments, body: Body) -> None:
    """The default rule of each store, and the rules for single recovery points."""
    rules: list[Json] = []
    for store, names in _DURATIONS:
        duration = arguments.get(*names)
        if duration is not None:
            rules.append(_keeping("Default", [_lifecycle(store, duration)]))
    blocks = arguments.blocks("retention_rule")
    for block in [blocks] if isinstance(blocks, Unread) else blocks:
        if isinstance(block, Unread):
            rules.append(block)
            continue
        lives = block.blocks("life_cycle")
        kept: Json = lives
        if not isinstance(lives, Unread):
            kept = [_lifecycle(life.get("data_store_type"), life.get("duration")) for life in lives]
        rules.append(_keeping(block.get("name"), kept))
    put(body, "properties.policyRules", rules)
    put(body, "properties.datasourceTypes", [f"{STORAGE}/blobServices"])


def _keeping(name: Json, lifecycles: Json) -> Body:
    return {
        "objectType": "AzureRetentionRule",
        "name": NOT_IN_FILE if name is None else name,
        "isDefault": name == "Default",
        "lifecycles": lifecycles,
    }


def _lifecycle(store: Json, duration: Json) -> Body:
    return {
        "deleteAfter": {
            "objectType": "AbsoluteDeleteOption",
            "duration": NOT_IN_FILE if duration is None else duration,
        },
        "sourceDataStore": {
            "objectType": "DataStoreInfoBase",
            "dataStoreType": NOT_IN_FILE if store is None else store,
        },
    }


def _finish_instance(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    store = building.link(instance, arguments, "storage_account_id")
    policy = building.link(instance, arguments, "backup_policy_id")
    source = {
        "datasourceType": f"{STORAGE}/blobServices",
        "resourceID": store if isinstance(store, str) else store.unread,
    }
    put(source, "resourceLocation", arguments.get("location"))
    info: Body = {"policyId": policy if isinstance(policy, str) else policy.unread}
    containers = arguments.get("storage_account_container_names")
    if containers is not None and containers != []:
        put(info, "policyParameters.backupDatasourceParametersList", [{"containersList": containers}])
    body["properties"] = {"dataSourceInfo": source, "policyInfo": info}


VAULT_RECORDS: Final = (
    Record("azurerm_key_vault", VAULT, _VAULT, _finish_vault, computed=frozenset({"vault_uri"})),
    Record(
        "azurerm_log_analytics_workspace",
        WORKSPACE,
        _WORKSPACE,
        _finish_workspace,
        computed=frozenset({"retention_in_days", "sku", "workspace_id"}),
    ),
    Record(
        "azurerm_log_analytics_workspace_table",
        WORKSPACE_TABLE,
        _TABLE,
        parent=("workspace_id",),
        computed=frozenset({"retention_in_days", "total_retention_in_days"}),
    ),
    Record(
        "azurerm_data_protection_backup_vault",
        BACKUP_VAULT,
        _BACKUP_VAULT,
        _finish_backup_vault,
    ),
    Record(
        "azurerm_data_protection_backup_policy_blob_storage",
        BACKUP_POLICY,
        finish=_finish_policy,
        parent=("vault_id",),
    ),
    Record(
        "azurerm_data_protection_backup_instance_blob_storage",
        BACKUP_INSTANCE,
        finish=_finish_instance,
        parent=("vault_id",),
    ),
)
