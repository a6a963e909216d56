"""What Resource Manager answers about subscriptions, cognitive accounts and storage accounts, and the table of all routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.fakes.azure.arm_related import RELATED
from tests.fakes.azure.estate import Json, key
from tests.fakes.azure.exchange import Answer, Call, answer, error
from tests.fakes.azure.refusals import resource_not_found
from tests.fakes.azure.regions import locations
from tests.fakes.azure.route import Route, children, one, paged, parent, route, whole_children

if TYPE_CHECKING:
    from tests.fakes.azure.arm import Arm

RESOURCES: Final = "2022-12-01"
COGNITIVE: Final = "2026-07-01"
STORAGE: Final = "2026-09-01"
INSIGHTS: Final = "2021-05-01-preview"
MANAGEMENT: Final = "2020-05-01"


def _subscriptions(arm: Arm, call: Call) -> Answer:
    readable = [
        item
        for item in arm.estate.subscriptions
        if arm.grants.allow(("Microsoft.Resources/subscriptions/read",), item["id"])
    ]
    return arm.page(call, readable, more={"count": {"type": "Total", "value": len(readable)}})


def _locations(arm: Arm, call: Call) -> Answer:
    given = arm.estate.list_at(call.path)
    return answer({"value": given or locations(call.segments[1], call.host)})


def _blob_service(arm: Arm, call: Call) -> Answer:
    account = parent(arm, call)
    if account is None:
        return resource_not_found(call.path)
    if account.get("kind") == "FileStorage":
        return error(400, "FeatureNotSupportedForAccount", "Blob is not supported for the account.")
    return answer(arm.estate.by_id.get(key(call.path)) or _default_blob_service(account))


def _default_blob_service(account: Json) -> Json:
    """What Azure answers for an account whose blob service nobody ever touched."""
    return {
        "sku": account["sku"],
        "id": f"{account['id']}/blobServices/default",
        "name": "default",
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "properties": {
            "cors": {"corsRules": []},
            "deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False},
        },
    }


def _containers(arm: Arm, call: Call) -> Answer:
    account = parent(arm, call)
    if account is None:
        return resource_not_found(call.path)
    if account.get("kind") == "FileStorage":
        return error(400, "FeatureNotSupportedForAccount", "Blob is not supported for the account.")
    wanted = "deleted" in call.query.get("$include", "").lower()
    items = [item for item in arm.estate.list_at(call.path) if wanted or not item["properties"].get("deleted")]
    return arm.page(call, items)


def _management_policy(arm: Arm, call: Call) -> Answer:
    account = parent(arm, call)
    if account is None:
        return resource_not_found(call.path)
    found = arm.estate.by_id.get(key(call.path))
    if found:
        return answer(found)
    return error(404, "ManagementPolicyNotFound", f"No ManagementPolicy found for account {account['name']}")


def _object_replication(arm: Arm, call: Call) -> Answer:
    if parent(arm, call) is None:
        return resource_not_found(call.path)
    return answer({"value": arm.estate.list_at(call.path)})


def _diagnostic_settings(arm: Arm, call: Call) -> Answer:
    owner = "/" + "/".join(call.segments[:-3])
    above = "/" + "/".join(call.segments[:8])
    if key(owner) not in arm.estate.by_id and key(above) not in arm.estate.by_id:
        return resource_not_found(owner)
    return answer({"value": arm.estate.list_at(call.path)})


def _descendants(arm: Arm, call: Call) -> Answer:
    group = call.segments[-2]
    items = arm.estate.descendants(group)
    if items is None:
        return error(404, "NotFound", f"'{group}' not found")
    return arm.page(call, items)


_S: Final = "Microsoft.Storage/storageAccounts"
_C: Final = "Microsoft.CognitiveServices"
ROUTES: Final[tuple[Route, ...]] = (
    route("subscriptions", "/subscriptions", "Microsoft.Resources/subscriptions/read", RESOURCES, _subscriptions),
    route("subscription", "{subscription}", "Microsoft.Resources/subscriptions/read", RESOURCES, one),
    route(
        "locations",
        "{subscription}/locations",
        "Microsoft.Resources/subscriptions/locations/read",
        RESOURCES,
        _locations,
    ),
    route(
        "accounts", f"{{subscription}}(?:{{group}})?/providers/{_C}/accounts", f"{_C}/accounts/read", COGNITIVE, paged
    ),
    route("account", f"{{subscription}}{{group}}/providers/{_C}/accounts/[^/]+", f"{_C}/accounts/read", COGNITIVE, one),
    route(
        "deletedAccounts",
        f"{{subscription}}/providers/{_C}/deletedAccounts",
        f"{_C}/deletedAccounts/read",
        COGNITIVE,
        paged,
    ),
    route(
        "storageAccounts",
        f"{{subscription}}(?:{{group}})?/providers/{_S}",
        f"{_S}/read",
        STORAGE,
        paged,
        storage="list",
    ),
    route(
        "deletedStorageAccounts",
        "{subscription}/providers/Microsoft.Storage/deletedAccounts",
        "Microsoft.Storage/deletedAccounts/read",
        STORAGE,
        paged,
        storage="list",
    ),
    route("storageAccount", "{account}", f"{_S}/read", STORAGE, one, storage="read"),
    route(
        "blobService",
        "{account}/blobServices/default",
        f"{_S}/blobServices/read",
        STORAGE,
        _blob_service,
        storage="read",
    ),
    route(
        "containers",
        "{account}/blobServices/default/containers",
        f"{_S}/blobServices/containers/read",
        STORAGE,
        _containers,
        storage="list",
    ),
    route(
        "managementPolicy",
        "{account}/managementPolicies/default",
        f"{_S}/managementPolicies/read",
        STORAGE,
        _management_policy,
        storage="read",
    ),
    route(
        "objectReplicationPolicies",
        "{account}/objectReplicationPolicies",
        f"{_S}/objectReplicationPolicies/read",
        STORAGE,
        _object_replication,
        storage="list",
    ),
    route(
        "inventoryPolicies",
        "{account}/inventoryPolicies",
        f"{_S}/inventoryPolicies/read",
        STORAGE,
        whole_children,
        storage="list",
    ),
    route(
        "accountPerimeters",
        "{cognitive}/networkSecurityPerimeterConfigurations",
        f"{_C}/accounts/networkSecurityPerimeterConfigurations/read",
        COGNITIVE,
        children,
    ),
    route("connections", "{cognitive}/connections", f"{_C}/accounts/connections/read", COGNITIVE, children),
    route("projects", "{cognitive}/projects", f"{_C}/accounts/projects/read", COGNITIVE, children),
    route(
        "projectConnections",
        "{cognitive}/projects/[^/]+/connections",
        f"{_C}/accounts/projects/connections/read",
        COGNITIVE,
        children,
    ),
    route(
        "storagePerimeters",
        "{account}/networkSecurityPerimeterConfigurations",
        f"{_S}/networkSecurityPerimeterConfigurations/read",
        STORAGE,
        whole_children,
        storage="list",
    ),
    route(
        "encryptionScopes",
        "{account}/encryptionScopes",
        f"{_S}/encryptionScopes/read",
        STORAGE,
        whole_children,
        storage="list",
    ),
    route(
        "storageTaskAssignments",
        "{account}/storageTaskAssignments",
        f"{_S}/storageTaskAssignments/read",
        STORAGE,
        children,
        storage="list",
    ),
    route("localUsers", "{account}/localUsers", f"{_S}/localUsers/read", STORAGE, whole_children, storage="list"),
    route(
        "diagnosticSettings",
        "/.+/providers/Microsoft.Insights/diagnosticSettings",
        "Microsoft.Insights/diagnosticSettings/read",
        INSIGHTS,
        _diagnostic_settings,
    ),
    route(
        "descendants",
        "/providers/Microsoft.Management/managementGroups/[^/]+/descendants",
        "Microsoft.Management/managementGroups/descendants/read",
        MANAGEMENT,
        _descendants,
    ),
    *RELATED,
)


def route_of(call: Call) -> Route | None:
    """The route of a call, by its path."""
    return next((item for item in ROUTES if item.path.match(call.path)), None)
