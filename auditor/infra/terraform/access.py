"""Who may do what, and what is logged of it: role assignments and definitions, identities, diagnostic settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra import ids
from auditor.infra.terraform.build import Record
from auditor.infra.terraform.configuration import Lost
from auditor.infra.terraform.identity import principal_of_argument
from auditor.infra.terraform.record import Body, argument, fill, put
from auditor.infra.terraform.roles import BUILT_IN_ROLES
from auditor.model.reading import Json, Unread
from auditor.model.types import DIAGNOSTIC_SETTING, ROLE_ASSIGNMENT, ROLE_DEFINITION, STORAGE

if TYPE_CHECKING:
    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance

_IDENTITY: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"
_SCOPES: Final = ("id", "resource_manager_id", "scope")
_ASSIGNMENT: Final = (
    argument("properties.principalType", "principal_type"),
    argument("properties.condition", "condition"),
    argument("properties.conditionVersion", "condition_version"),
    argument("properties.delegatedManagedIdentityResourceId", "delegated_managed_identity_resource_id"),
)
_PERMISSION: Final = (
    argument("actions", "actions"),
    argument("notActions", "not_actions"),
    argument("dataActions", "data_actions"),
    argument("notDataActions", "not_data_actions"),
)
_CATEGORY: Final = (argument("category", "category"), argument("categoryGroup", "category_group"))
_SINKS: Final = (
    ("workspaceId", "log_analytics_workspace_id"),
    ("storageAccountId", "storage_account_id"),
    ("eventHubAuthorizationRuleId", "eventhub_authorization_rule_id"),
    ("marketplacePartnerId", "partner_solution_id"),
)
_SETTING: Final = (
    argument("properties.eventHubName", "eventhub_name"),
    argument("properties.logAnalyticsDestinationType", "log_analytics_destination_type"),
)


def _finish_assignment(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    scope = building.link(instance, arguments, "scope", attributes=_SCOPES)
    put(body, "properties.scope", scope if isinstance(scope, str) else scope.unread)
    put(body, "properties.principalId", principal_of_argument(building, instance, arguments, "principal_id"))
    put(body, "properties.roleDefinitionId", _role(building, instance, arguments))


def _role(building: Building, instance: Instance, arguments: Arguments) -> Json:
    """The id of the role: as written, by its name, or that of a definition in the file."""
    written = arguments.get("role_definition_id")
    if isinstance(written, str):
        return written
    name = arguments.get("role_definition_name")
    if isinstance(name, str):
        guid = BUILT_IN_ROLES.get(name.lower())
        own = guid or building.role_named(name)
        return (
            f"/providers/{ROLE_DEFINITION}/{own}"
            if own
            else Unread(f"the role {name} is not among those that are known")
        )
    found = building.link(
        instance,
        arguments,
        "role_definition_id",
        attributes=("id", "role_definition_resource_id", "role_definition_id"),
    )
    return found if isinstance(found, str) else found.unread


def _definition_id(building: Building, instance: Instance) -> str:
    known = instance.values.get("role_definition_resource_id")
    if isinstance(known, str) and known:
        return known
    guid = instance.values.get("role_definition_id")
    own = guid if isinstance(guid, str) and guid else instance.unknown
    scope = ids.group_scope(building.subscription(instance)).partition("/resourceGroups/")[0]
    return f"{scope}/providers/{ROLE_DEFINITION}/{own}"


def _finish_definition(building: Building, _: Instance, arguments: Arguments, body: Body) -> None:
    name = arguments.get("name")
    put(body, "properties.roleName", name)
    put(body, "properties.type", "CustomRole")
    blocks = arguments.blocks("permissions")
    permissions: list[Json] = []
    for block in [] if isinstance(blocks, Unread) else blocks:
        permission: Body = {"actions": [], "notActions": [], "dataActions": [], "notDataActions": []}
        fill(permission, _PERMISSION, block, building.span)
        permissions.append(permission)
    put(body, "properties.permissions", blocks if isinstance(blocks, Unread) else permissions)


def _finish_identity(building: Building, _: Instance, arguments: Arguments, body: Body) -> None:
    put(body, "properties.principalId", building.principal_of(body["id"]))
    put(body, "properties.clientId", arguments.get("client_id"))


def _setting_id(building: Building, instance: Instance) -> str:
    target = building.link(instance, building.arguments(instance), "target_resource_id")
    scope = target if isinstance(target, str) else f"/{target.part}"
    if _store_or_below(building, instance) is not None:
        scope = f"{scope}/{ids.unknown('service')}"
    return f"{scope.rstrip('/')}/providers/{DIAGNOSTIC_SETTING}/{building.name_of(instance)}"


def _store_or_below(building: Building, instance: Instance) -> Instance | None:
    """The storage account of which a setting may log a service: `"${….id}/blobServices/default"`.

    A plan says that an expression refers to the account's id, and not what stands behind that. The account itself has no
    logs, only metrics (azure-facts 2.8). None where the target is written, or is no such account.
    """
    arguments = building.arguments(instance)
    found = building.target(instance, arguments, "target_resource_id")
    if isinstance(arguments.get("target_resource_id"), str) or isinstance(found, Lost):
        return None
    below = building.id_of(found).lower().partition(f"/providers/{STORAGE.lower()}/")[2]
    return found if below and "/" not in below else None


def _finish_setting(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    logs = _entries(building, arguments, "enabled_log", "log")
    store = _store_or_below(building, instance)
    if store is not None and logs:
        building.hidden(Lost("", (store,)), DIAGNOSTIC_SETTING, instance)
    for path, name in _SINKS:
        if arguments.get(name) is not None:
            sink = building.link(instance, arguments, name)
            put(body, f"properties.{path}", sink if isinstance(sink, str) else sink.unread)
    put(body, "properties.logs", logs)
    put(body, "properties.metrics", _entries(building, arguments, "enabled_metric", "metric"))


def _entries(building: Building, arguments: Arguments, enabled: str, older: str) -> Json:
    """The logs or metrics: blocks that are on by being there, or until version 4 blocks that say so."""
    found: list[Json] = []
    for name in (enabled, older):
        blocks = arguments.blocks(name)
        if isinstance(blocks, Unread):
            found.append(blocks)
            continue
        for block in blocks:
            on = block.get("enabled")
            entry: Body = {"enabled": True if name == enabled or on is None else on}
            fill(entry, _CATEGORY, block, building.span)
            if entry not in found:
                found.append(entry)
    return found


def _hub_id(_: Building, instance: Instance) -> str:
    return f"/{instance.unknown}"


def _group_id(building: Building, instance: Instance) -> str:
    return ids.group_scope(building.subscription(instance), building.name_of(instance))


ACCESS_RECORDS: Final = (
    Record("azurerm_role_assignment", ROLE_ASSIGNMENT, _ASSIGNMENT, _finish_assignment, ("scope",), attributes=_SCOPES),
    Record(
        "azurerm_pim_active_role_assignment",
        ROLE_ASSIGNMENT,
        _ASSIGNMENT,
        _finish_assignment,
        ("scope",),
        attributes=_SCOPES,
    ),
    Record("azurerm_role_definition", ROLE_DEFINITION, finish=_finish_definition, identify=_definition_id),
    Record(
        "azurerm_user_assigned_identity",
        _IDENTITY,
        (argument("location", "location"), argument("tags", "tags")),
        _finish_identity,
    ),
    Record(
        "azurerm_monitor_diagnostic_setting",
        DIAGNOSTIC_SETTING,
        _SETTING,
        _finish_setting,
        ("target_resource_id",),
        identify=_setting_id,
        computed=frozenset({"log", "metric", "enabled_log", "enabled_metric", "log_analytics_destination_type"}),
    ),
    Record(
        "azurerm_resource_group",
        "Microsoft.Resources/resourceGroups",
        (argument("location", "location", required=True), argument("tags", "tags")),
        identify=_group_id,
    ),
    Record("azurerm_management_group", "Microsoft.Management/managementGroups", identify=_hub_id),
)
