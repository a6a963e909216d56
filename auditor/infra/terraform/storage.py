"""Storage accounts: their arguments, network rules, keys and blob services.

Names and defaults of version 5 are those of `website/docs/r/storage_account*.html.markdown`; of versions 2 to 4 those of the
same documents and of the schema in `internal/services/storage/storage_account_resource.go` at the time. What is sent where a
block is not set is read off that file too. An argument has a default from the version on that has it for certain (change log
of the provider: `cross_tenant_replication_enabled` came with 3.5.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.terraform.build import Record
from auditor.infra.terraform.identity import read_identity
from auditor.infra.terraform.instances import AFTER_APPLY
from auditor.infra.terraform.keys import read_key
from auditor.infra.terraform.record import (
    NOT_IN_FILE,
    Body,
    always,
    argument,
    fill,
    joined,
    put,
    read_block,
    switched,
    write_part,
)
from auditor.infra.terraform.versions import Default
from auditor.model.reading import Json, Unread
from auditor.model.types import BLOB_SERVICE, STORAGE

if TYPE_CHECKING:
    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance

_ACCOUNT: Final = (
    argument("location", "location"),
    argument("kind", "account_kind", defaults=always("StorageV2")),
    argument("sku.tier", "account_tier"),
    argument("tags", "tags"),
    argument("properties.accessTier", "access_tier"),
    argument(
        "properties.supportsHttpsTrafficOnly",
        "https_traffic_only_enabled",
        "enable_https_traffic_only",  # until 4.0
        defaults=always(True),  # noqa: FBT003
    ),
    argument(
        "properties.minimumTlsVersion", "min_tls_version", defaults=[Default((2,), "TLS1_0"), Default((3,), "TLS1_2")]
    ),
    argument(
        "properties.allowBlobPublicAccess",
        "allow_nested_items_to_be_public",
        "allow_blob_public_access",  # until 3.0
        defaults=[Default((2, 24), value=False), Default((3,), value=True), Default((5,), value=False)],
    ),
    argument("properties.allowSharedKeyAccess", "shared_access_key_enabled", defaults=always(True)),  # noqa: FBT003
    argument(
        "properties.allowCrossTenantReplication",
        "cross_tenant_replication_enabled",
        defaults=[Default((3, 5), value=True), Default((4,), value=False)],
    ),
    argument("properties.defaultToOAuthAuthentication", "default_to_oauth_authentication", defaults=always(False)),  # noqa: FBT003
    argument(
        "properties.publicNetworkAccess",
        "public_network_access_enabled",
        turn=switched,
        defaults=always("Enabled"),
    ),
    argument("properties.isHnsEnabled", "is_hns_enabled", defaults=always(False)),  # noqa: FBT003
    argument("properties.isNfsV3Enabled", "nfsv3_enabled", defaults=always(False)),  # noqa: FBT003
    argument("properties.isSftpEnabled", "sftp_enabled", defaults=always(False)),  # noqa: FBT003
    argument("properties.isLocalUserEnabled", "local_user_enabled", defaults=[Default((4,), value=True)]),
    argument("properties.allowedCopyScope", "allowed_copy_scope"),
    argument("properties.dnsEndpointType", "dns_endpoint_type"),
    argument(
        "properties.encryption.requireInfrastructureEncryption",
        "infrastructure_encryption_enabled",
        defaults=always(False),  # noqa: FBT003
    ),
)
_CUSTOM_DOMAIN: Final = (
    argument("name", "name", required=True),
    argument("useSubDomainName", "use_subdomain"),
)
_SAS_POLICY: Final = (
    argument("sasExpirationPeriod", "expiration_period", required=True),
    argument("expirationAction", "expiration_action", defaults=always("Log")),
)
_IMMUTABILITY: Final = (
    argument("state", "state", required=True),
    argument("immutabilityPeriodSinceCreationInDays", "period_since_creation_in_days", required=True),
    argument("allowProtectedAppendWrites", "allow_protected_append_writes"),
)
_BLOBS: Final = (
    argument("properties.isVersioningEnabled", "versioning_enabled", defaults=always(False)),  # noqa: FBT003
    argument("properties.changeFeed.enabled", "change_feed_enabled", defaults=always(False)),  # noqa: FBT003
    argument("properties.changeFeed.retentionInDays", "change_feed_retention_in_days"),
    argument("properties.lastAccessTimeTrackingPolicy.enable", "last_access_time_enabled", defaults=always(False)),  # noqa: FBT003
    argument("properties.defaultServiceVersion", "default_service_version"),
)
_DAYS: Final = argument("days", "days", defaults=always(7))
_RETENTIONS: Final = {
    "delete_retention_policy": (
        "deleteRetentionPolicy",
        (_DAYS, argument("allowPermanentDelete", "permanent_delete_enabled")),
    ),
    "container_delete_retention_policy": ("containerDeleteRetentionPolicy", (_DAYS,)),
    "restore_policy": ("restorePolicy", (argument("days", "days", required=True),)),
}
_CORS: Final = (
    argument("allowedOrigins", "allowed_origins", required=True),
    argument("allowedMethods", "allowed_methods", required=True),
    argument("allowedHeaders", "allowed_headers", required=True),
    argument("exposedHeaders", "exposed_headers", required=True),
    argument("maxAgeInSeconds", "max_age_in_seconds", required=True),
)
_COMPUTED: Final = frozenset(
    {
        "access_tier",
        "blob_properties",
        "bypass",
        "default_service_version",
        "endpoint_tenant_id",
        "identity",  # of version 2
        "ip_rules",
        "network_rules",
        "virtual_network_subnet_ids",
    }
)
_ACCOUNT_ARGUMENT: Final = ("storage_account_id", "storage_account_name")
_OPEN: Final = {
    "defaultAction": "Allow",
    "bypass": "AzureServices",
    "ipRules": [],
    "virtualNetworkRules": [],
    "resourceAccessRules": [],
}
"""What the provider writes when network rules are deleted (`resourceStorageAccountNetworkRulesDelete`)."""
_WEBSITE: Final = {"enabled": True}
_NO_WEBSITE: Final = {"enabled": False}
"""The static website is a setting of the blob service in ARM; the provider sets it on the account (`facts.protocols`)."""
_MICROSOFT_KEYS: Final = {"keySource": "Microsoft.Storage", "keyvaultproperties": None, "identity": None}
"""What it writes when the customer-managed key of an account is deleted (`resourceStorageAccountCustomerManagedKeyDelete`)."""


def _finish_account(building: Building, instance: Instance, arguments: Arguments, body: Body) -> None:
    tier, copies = arguments.get("account_tier"), arguments.get("account_replication_type")
    billing = arguments.get("provisioned_billing_model_version")
    parts = (tier, copies, billing)
    hidden = next((part for part in parts if isinstance(part, Unread)), None)
    if hidden is None and (tier is None or copies is None):
        hidden = NOT_IN_FILE
    put(body, "sku.name", f"{tier}{billing or ''}_{copies}" if hidden is None else hidden)
    put(body, "identity", read_identity(building, instance, arguments, body["id"]))
    rules = arguments.block("network_rules")
    put(
        body,
        "properties.networkAcls",
        {"defaultAction": "Allow"} if rules is None else _network(building, instance, rules),
    )
    put(body, "properties.sasPolicy", read_block(arguments.block("sas_policy"), _SAS_POLICY, building.span))
    put(body, "properties.customDomain", read_block(arguments.block("custom_domain"), _CUSTOM_DOMAIN, building.span))
    held = read_block(arguments.block("immutability_policy"), _IMMUTABILITY, building.span)
    if held is not None:
        whole = held if isinstance(held, Unread) else {"enabled": True, "immutabilityPolicy": held}
        put(body, "properties.immutableStorageWithVersioning", whole)
    key = arguments.block("customer_managed_key")
    if key is not None:
        write_part(body, "properties.encryption", read_key(building, instance, key, STORAGE))
    blobs = arguments.block("blob_properties")
    unset = blobs is None and instance.values.get("blob_properties") is AFTER_APPLY
    if unset and building.configuration.may_be_dynamic(instance):
        blobs = AFTER_APPLY  # not taken for unset, since what is unset passes
    if blobs is not None:
        building.add(_blob_service(building, body["id"], blobs), instance)
    website = arguments.block("static_website")
    if website is not None:
        put(body, "properties.staticWebsite", website if isinstance(website, Unread) else _WEBSITE)


def _blob_service(building: Building, account: str, blobs: Arguments | Unread) -> Body:
    """The blob service; a policy that is not set is turned off (`expandAccountBlobServiceProperties`)."""
    body: Body = {"id": f"{account}/blobServices/default", "type": BLOB_SERVICE, "name": "default"}
    if isinstance(blobs, Unread):
        return {**body, "properties": blobs}
    fill(body, _BLOBS, blobs, building.span)
    for name, (path, rows) in _RETENTIONS.items():
        policy = read_block(blobs.block(name), rows, building.span)
        on = {"enabled": False} if policy is None else policy
        put(body, f"properties.{path}", {"enabled": True, **on} if isinstance(on, dict) else on)
    cors = blobs.blocks("cors_rule")
    rules = cors if isinstance(cors, Unread) else [read_block(rule, _CORS, building.span) for rule in cors]
    put(body, "properties.cors.corsRules", rules)
    return body


def _network(building: Building, instance: Instance, rules: Arguments | Unread) -> Json:
    """`networkAcls`, of the block or of the resource of its own; lists that nobody set are empty."""
    if isinstance(rules, Unread):
        return rules
    addresses = rules.elements("ip_rules")
    subnets = building.links(instance, rules, "virtual_network_subnet_ids")
    found: Body = {
        "defaultAction": NOT_IN_FILE if rules.get("default_action") is None else rules.get("default_action"),
        "ipRules": addresses if isinstance(addresses, Unread) else [_address(item) for item in addresses],
        "virtualNetworkRules": [item if isinstance(item, Unread) else {"id": item} for item in subnets],
        "resourceAccessRules": _access_rules(building, instance, rules),
    }
    put(found, "bypass", argument("", "bypass", turn=joined).read(rules, building.span))
    return found


def _address(item: Json) -> Json:
    return item if isinstance(item, Unread) else {"value": item, "action": "Allow"}


def _access_rules(building: Building, instance: Instance, rules: Arguments) -> Json:
    blocks = rules.blocks("private_link_access")
    if isinstance(blocks, Unread):
        return [blocks]
    found = []
    for block in blocks:
        target = building.link(instance, block, "endpoint_resource_id")
        tenant = block.get("endpoint_tenant_id")
        rule = {"resourceId": target if isinstance(target, str) else target.unread}
        found.append(rule if tenant is None else {**rule, "tenantId": tenant})
    return found


def _part_network(building: Building, instance: Instance, arguments: Arguments) -> Body:
    """`azurerm_storage_account_network_rules` is the network block of an account."""
    acls = _network(building, instance, arguments)
    if arguments.get("bypass") is None and isinstance(acls, dict):
        acls["bypass"] = "AzureServices"  # "Defaults to `["AzureServices"]`"
    return {"properties.networkAcls": acls}


def _part_website(_building: Building, _instance: Instance, _arguments: Arguments) -> Body:
    """`azurerm_storage_account_static_website` is the website block of an account."""
    return {"properties.staticWebsite": _WEBSITE}


def _part_key(building: Building, instance: Instance, arguments: Arguments) -> Body:
    """`azurerm_storage_account_customer_managed_key` is the key block of an account."""
    return {"properties.encryption": read_key(building, instance, arguments, STORAGE)}


STORAGE_RECORDS: Final = (
    Record(
        "azurerm_storage_account",
        STORAGE,
        _ACCOUNT,
        _finish_account,
        computed=_COMPUTED,
    ),
    Record(
        "azurerm_storage_account_network_rules",
        STORAGE,
        parent=_ACCOUNT_ARGUMENT,
        extends={"properties.networkAcls": _OPEN},
        part=_part_network,
        computed=_COMPUTED,
    ),
    Record(
        "azurerm_storage_account_customer_managed_key",
        STORAGE,
        parent=_ACCOUNT_ARGUMENT,
        extends={"properties.encryption": _MICROSOFT_KEYS},
        part=_part_key,
    ),
    Record(
        "azurerm_storage_account_static_website",
        STORAGE,
        parent=_ACCOUNT_ARGUMENT,
        extends={"properties.staticWebsite": _NO_WEBSITE},
        part=_part_website,
    ),
)
