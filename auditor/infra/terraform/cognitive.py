"""Cognitive accounts (`website/docs/r/cognitive_account*.html.markdown`, `ai_services.html.markdown`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.terraform.build import Record
from auditor.infra.terraform.identity import read_identity
from auditor.infra.terraform.keys import read_key
from auditor.infra.terraform.record import NOT_IN_FILE, Body, always, argument, negated, put, switched
from auditor.model.reading import Json, Unread
from auditor.model.types import ACCOUNT, PROJECT

if TYPE_CHECKING:
    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance

_AI_TYPE: Final = "azurerm_ai_services"
_DEPLOYMENT: Final = "Microsoft.CognitiveServices/accounts/deployments"
_ROWS: Final = (
    argument("location", "location"),
    argument("sku.name", "sku_name"),
    argument("tags", "tags"),
    argument("properties.customSubDomainName", "custom_subdomain_name"),
    argument("properties.allowedFqdnList", "fqdns"),
)
_ACCOUNT: Final = (
    *_ROWS,
    argument("kind", "kind", required=True),
    argument("properties.disableLocalAuth", "local_auth_enabled", turn=negated, defaults=always(False)),  # noqa: FBT003
    argument(
        "properties.publicNetworkAccess", "public_network_access_enabled", turn=switched, defaults=always("Enabled")
    ),
    argument(
        "properties.restrictOutboundNetworkAccess",
        "outbound_network_access_restricted",
        defaults=always(False),  # noqa: FBT003
    ),
    argument("properties.dynamicThrottlingEnabled", "dynamic_throttling_enabled"),
    argument("properties.allowProjectManagement", "project_management_enabled"),
)
_AI_SERVICES: Final = (
    *_ROWS,
    # called otherwise than in accounts; "Defaults to `true`"
    argument(
        "properties.disableLocalAuth",
        "local_authentication_enabled",
        "local_auth_enabled",
        turn=negated,
        defaults=always(False),  # noqa: FBT003
    ),
    argument("properties.publicNetworkAccess", "public_network_access", defaults=always("Enabled")),
    argument(
        "properties.restrictOutboundNetworkAccess",
        "outbound_network_access_restricted",
        defaults=always(False),  # noqa: FBT003
    ),
)
_PROJECT: Final = (
    argument("location", "location"),
    argument("tags", "tags"),
    argument("properties.description", "description"),
    argument("properties.displayName", "display_name"),
)


def _finish_account(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    put(body, "identity", read_identity(building, instance, arguments, body["id"]))
    rules = arguments.block("network_acls")
    if rules is not None:
        put(body, "properties.networkAcls", _network(building, instance, rules))
    key = arguments.block("customer_managed_key")
    if key is not None:
        put(body, "properties.encryption", read_key(building, instance, key, ACCOUNT))
    stores = arguments.blocks("storage")
    if stores:
        put(body, "properties.userOwnedStorage", _stores(building, instance, stores))


def _network(building: Building, instance: Instance, rules: Arguments | Unread) -> Json:
    if isinstance(rules, Unread):
        return rules
    action, addresses = rules.get("default_action"), rules.elements("ip_rules")
    found: Body = {
        "defaultAction": NOT_IN_FILE if action is None else action,
        "ipRules": addresses if isinstance(addresses, Unread) else [_address(item) for item in addresses],
        "virtualNetworkRules": _subnets(building, instance, rules),
    }
    bypass = rules.get("bypass")
    unset = (
        "AzureServices" if instance.type == _AI_TYPE else None
    )  # "Defaults to `AzureServices`", of AI services alone
    put(found, "bypass", unset if bypass is None else bypass)
    return found


def _address(item: Json) -> Json:
    return item if isinstance(item, Unread) else {"value": item}


def _subnets(building: Building, instance: Instance, rules: Arguments) -> Json:
    """Blocks, or until version 3 a list of ids."""
    blocks = rules.blocks("virtual_network_rules")
    if isinstance(blocks, Unread):
        return blocks
    found: list[Json] = []
    for block in blocks:
        subnet = building.link(instance, block, "subnet_id")
        found.append({"id": subnet if isinstance(subnet, str) else subnet.unread})
    older = building.links(instance, rules, "virtual_network_subnet_ids")
    return [*found, *(item if isinstance(item, Unread) else {"id": item} for item in older)]


def _stores(building: Building, instance: Instance, stores: list[Arguments] | Unread) -> Json:
    if isinstance(stores, Unread):
        return stores
    found: list[Json] = []
    for store in stores:
        target = building.link(instance, store, "storage_account_id")
        item: Body = {"resourceId": target if isinstance(target, str) else target.unread}
        put(item, "identityClientId", store.get("identity_client_id"))
        found.append(item)
    return found


def _part_key(building: Building, instance: Instance, arguments: Arguments) -> Body:
    """`azurerm_cognitive_account_customer_managed_key` is the key block of an account."""
    return {"properties.encryption": read_key(building, instance, arguments, ACCOUNT)}


def _finish_project(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    put(body, "identity", read_identity(building, instance, arguments, body["id"]))


_MICROSOFT_KEYS: Final = {"keySource": "Microsoft.CognitiveServices", "keyVaultProperties": None}
"""What the provider writes when the key is deleted (`resourceCognitiveAccountCustomerManagedKeyDelete`)."""
_ACCOUNT_ARGUMENT: Final = ("cognitive_account_id", "ai_services_id")
COGNITIVE_RECORDS: Final = (
    Record("azurerm_cognitive_account", ACCOUNT, _ACCOUNT, _finish_account),
    Record(_AI_TYPE, ACCOUNT, _AI_SERVICES, _finish_account, fixed={"kind": "AIServices"}),
    Record(
        "azurerm_cognitive_account_customer_managed_key",
        ACCOUNT,
        parent=_ACCOUNT_ARGUMENT,
        extends={"properties.encryption": _MICROSOFT_KEYS},
        part=_part_key,
    ),
    Record("azurerm_cognitive_account_project", PROJECT, _PROJECT, _finish_project, parent=_ACCOUNT_ARGUMENT),
    Record("azurerm_cognitive_deployment", _DEPLOYMENT, parent=_ACCOUNT_ARGUMENT),
)
