"""What Resource Manager answers about that which surrounds accounts: roles, workspaces, key vaults, backup, endpoints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.fakes.azure.exchange import Answer, Call, error
from tests.fakes.azure.roles import built_in_roles
from tests.fakes.azure.route import Route, children, paged, route, whole, whole_children

if TYPE_CHECKING:
    from tests.fakes.azure.arm import Arm

AUTHORIZATION: Final = "2022-04-01"
LOG_ANALYTICS: Final = "2025-02-01"
KEY_VAULT: Final = "2026-02-01"
DATA_PROTECTION: Final = "2026-03-01"
NETWORK: Final = "2025-07-01"
STORAGE_ACTIONS: Final = "2023-01-01"

_PRINCIPAL_FILTER = re.compile(r"^\s*(?:principalId eq|assignedTo\()\s*'([^']+)'\)?\s*$", re.IGNORECASE)
_ROLE_FILTER = re.compile(r"^\s*type eq '(BuiltInRole|CustomRole)'\s*$", re.IGNORECASE)


def _role_assignments(arm: Arm, call: Call) -> Answer:
    subscription = call.segments[1]
    items = arm.estate.role_assignments(subscription)
    wanted = call.query.get("$filter", "")
    principal = _PRINCIPAL_FILTER.match(wanted)
    if principal:
        items = [item for item in items if item["properties"]["principalId"].lower() == principal[1].lower()]
    elif wanted.strip().lower() == "atscope()":
        below = f"/subscriptions/{subscription.lower()}/"
        items = [item for item in items if not item["properties"]["scope"].lower().startswith(below)]
    elif wanted:
        return error(400, "UnsupportedQuery", f"The filter '{wanted}' is not supported.")
    return arm.page(call, items)


def _role_definitions(arm: Arm, call: Call) -> Answer:
    """Microsoft's roles, the same in each subscription, and the customer's own."""
    items = [*built_in_roles(call.segments[1]), *arm.estate.list_at(call.path)]
    wanted = call.query.get("$filter", "")
    kind = _ROLE_FILTER.match(wanted)
    if kind:
        items = [item for item in items if item["properties"]["type"].lower() == kind[1].lower()]
    elif wanted:
        return error(400, "UnsupportedQuery", f"The filter '{wanted}' is not supported.")
    return arm.page(call, items)


def _permissions(arm: Arm, call: Call) -> Answer:
    """What the one who asks may do at a subscription, from all assignments that reach it."""
    return arm.page(call, arm.grants.permissions("/" + "/".join(call.segments[:2])))


_A: Final = "Microsoft.Authorization"
_L: Final = "Microsoft.OperationalInsights/workspaces"
_B: Final = "Microsoft.DataProtection/backupVaults"
_K: Final = "Microsoft.KeyVault/vaults"
_N: Final = "Microsoft.Network/privateEndpoints"
_T: Final = "Microsoft.StorageActions/storageTasks"
_AT: Final = "{subscription}/providers/"
RELATED: Final[tuple[Route, ...]] = (
    route(
        "roleAssignments", f"{_AT}{_A}/roleAssignments", f"{_A}/roleAssignments/read", AUTHORIZATION, _role_assignments
    ),
    route(
        "roleDefinitions", f"{_AT}{_A}/roleDefinitions", f"{_A}/roleDefinitions/read", AUTHORIZATION, _role_definitions
    ),
    route("permissions", f"{_AT}{_A}/permissions", f"{_A}/permissions/read", AUTHORIZATION, _permissions),
    route("workspaces", f"{_AT}{_L}", f"{_L}/read", LOG_ANALYTICS, whole),
    route("tables", "{workspace}/tables", f"{_L}/tables/read", LOG_ANALYTICS, whole_children),
    route("dataExports", "{workspace}/dataExports", f"{_L}/dataExports/read", LOG_ANALYTICS, whole_children),
    route("vaults", f"{_AT}{_K}", f"{_K}/read", KEY_VAULT, paged),
    route("backupVaults", f"{_AT}{_B}", f"{_B}/read", DATA_PROTECTION, paged),
    route("backupInstances", "{backupVault}/backupInstances", f"{_B}/backupInstances/read", DATA_PROTECTION, children),
    route("backupPolicies", "{backupVault}/backupPolicies", f"{_B}/backupPolicies/read", DATA_PROTECTION, children),
    route("privateEndpoints", f"{_AT}{_N}", f"{_N}/read", NETWORK, paged),
    route("storageTasks", f"{_AT}{_T}", f"{_T}/read", STORAGE_ACTIONS, paged),
)
