"""Arguments of storage accounts, of all versions of the provider, as the ARM properties that it sends.

Expected by hand from `website/docs/r/storage_*.html.markdown` in the corpus (version 5), from the upgrade guides of 3.0, 4.0
and 5.0, and from azure-facts 2.3 to 2.7 for the names in ARM.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.terraform.plans import GROUP, STORE, account, bodies, body, made, read, read_state

LATER = "known only after apply"
CONTAINER = f"{STORE}/blobServices/default/containers/inbox"
KEY = "https://keys.vault.azure.net/keys/storage/4f9f"


def at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize(
    ("argument", "value", "path", "wanted"),
    [
        ("location", "westeurope", "location", "westeurope"),
        ("tags", {"a": "b"}, "tags", {"a": "b"}),
        ("account_kind", "BlobStorage", "kind", "BlobStorage"),
        ("access_tier", "Cool", "properties.accessTier", "Cool"),
        ("https_traffic_only_enabled", False, "properties.supportsHttpsTrafficOnly", False),
        ("enable_https_traffic_only", False, "properties.supportsHttpsTrafficOnly", False),
        ("min_tls_version", "TLS1_1", "properties.minimumTlsVersion", "TLS1_1"),
        ("allow_nested_items_to_be_public", True, "properties.allowBlobPublicAccess", True),
        ("allow_blob_public_access", True, "properties.allowBlobPublicAccess", True),
        ("shared_access_key_enabled", False, "properties.allowSharedKeyAccess", False),
        ("cross_tenant_replication_enabled", True, "properties.allowCrossTenantReplication", True),
        ("default_to_oauth_authentication", True, "properties.defaultToOAuthAuthentication", True),
        ("public_network_access_enabled", False, "properties.publicNetworkAccess", "Disabled"),
        ("public_network_access_enabled", True, "properties.publicNetworkAccess", "Enabled"),
        ("is_hns_enabled", True, "properties.isHnsEnabled", True),
        ("nfsv3_enabled", True, "properties.isNfsV3Enabled", True),
        ("sftp_enabled", True, "properties.isSftpEnabled", True),
        ("local_user_enabled", False, "properties.isLocalUserEnabled", False),
        ("allowed_copy_scope", "AAD", "properties.allowedCopyScope", "AAD"),
        ("dns_endpoint_type", "AzureDnsZone", "properties.dnsEndpointType", "AzureDnsZone"),
        ("infrastructure_encryption_enabled", True, "properties.encryption.requireInfrastructureEncryption", True),
    ],
)
def test_an_argument_is_a_property(argument: str, value: Any, path: str, wanted: Any) -> None:
    assert at(body(read(account("docs", {argument: value})), STORE), path) == wanted
    later = read(account(unknown={argument: True}, **{argument: "random_id.x.hex"}))
    assert at(body(later, STORE), path) == {"$unread": LATER}
    secret = read(account("docs", {argument: value}, sensitive={argument: True}))
    assert at(body(secret, STORE), path) == {"$unread": "sensitive in Terraform"}


UNSURE = {"$unread": "it is not set, and versions of the provider that may be in use differ in what they send then"}


@pytest.mark.parametrize(
    ("path", "two", "three", "four", "five", "unsure"),
    [
        ("kind", "StorageV2", "StorageV2", "StorageV2", "StorageV2", "StorageV2"),
        ("properties.supportsHttpsTrafficOnly", True, True, True, True, True),
        ("properties.minimumTlsVersion", "TLS1_0", "TLS1_2", "TLS1_2", "TLS1_2", UNSURE),
        ("properties.allowBlobPublicAccess", False, True, True, False, UNSURE),
        ("properties.allowSharedKeyAccess", True, True, True, True, True),
        ("properties.allowCrossTenantReplication", None, True, False, False, UNSURE),
        ("properties.publicNetworkAccess", "Enabled", "Enabled", "Enabled", "Enabled", "Enabled"),
        ("properties.networkAcls", *[{"defaultAction": "Allow"}] * 5),
        ("properties.defaultToOAuthAuthentication", False, False, False, False, False),
        ("properties.isLocalUserEnabled", None, None, True, True, UNSURE),
        ("properties.allowedCopyScope", None, None, None, None, None),
        ("properties.sasPolicy", None, None, None, None, None),
        ("properties.immutableStorageWithVersioning", None, None, None, None, None),
        ("identity", None, None, None, None, None),
    ],
)
def test_what_is_not_set_is_what_the_version_sends(
    path: str, two: Any, three: Any, four: Any, five: Any, unsure: Any
) -> None:
    for version, wanted in (("~> 2.99", two), ("~> 3.50", three), ("4.80.0", four), ("~> 5.0", five), (None, unsure)):
        assert at(body(read(account(), version=version), STORE), path) == wanted, version


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"account_tier": "Standard", "account_replication_type": "RAGRS"}, "Standard_RAGRS"),
        ({"account_tier": "Premium", "account_replication_type": "ZRS"}, "Premium_ZRS"),
        (
            {"account_tier": "Standard", "account_replication_type": "LRS", "provisioned_billing_model_version": "V2"},
            "StandardV2_LRS",
        ),
        ({"account_tier": "Standard"}, {"$unread": "the file does not give it"}),
    ],
)
def test_the_sku_has_two_arguments(values: Any, wanted: Any) -> None:
    assert body(read(account("docs", values)), STORE)["sku"]["name"] == wanted


def test_a_sku_of_which_a_part_is_not_known() -> None:
    found = read(account("docs", {"account_tier": "Standard"}, unknown={"account_replication_type": True}))
    assert body(found, STORE)["sku"] == {"tier": "Standard", "name": {"$unread": LATER}}


RULES = {
    "default_action": "Deny",
    "bypass": ["Metrics", "Logging"],
    "ip_rules": ["20.3.165.95"],
    "virtual_network_subnet_ids": ["/subscriptions/s/subnet"],
    "private_link_access": [{"endpoint_resource_id": "/subscriptions/s/forms", "endpoint_tenant_id": "t"}],
}
ACLS = {
    "defaultAction": "Deny",
    "bypass": "Logging, Metrics",
    "ipRules": [{"value": "20.3.165.95", "action": "Allow"}],
    "virtualNetworkRules": [{"id": "/subscriptions/s/subnet"}],
    "resourceAccessRules": [{"resourceId": "/subscriptions/s/forms", "tenantId": "t"}],
}


def rules_of(refers: Any = "azurerm_storage_account.docs.id", label: str = "rules", **values: Any) -> dict[str, Any]:
    return made(
        "azurerm_storage_account_network_rules",
        label,
        values,
        unknown={"storage_account_id": True},
        storage_account_id=refers,
    )


def test_network_rules_of_the_block_and_of_the_resource() -> None:
    block = read(account("docs", {"network_rules": [RULES]}))
    assert body(block, STORE)["properties"]["networkAcls"] == ACLS
    resource = read(account(), rules_of(**RULES))
    assert body(resource, STORE)["properties"]["networkAcls"] == ACLS
    assert len(resource.resources) == 1
    known = made("azurerm_storage_account_network_rules", "rules", {**RULES, "storage_account_name": "docs"})
    assert body(read(account(), known), STORE)["properties"]["networkAcls"] == ACLS


def test_network_rules_that_set_little() -> None:
    empty = {"ipRules": [], "virtualNetworkRules": [], "resourceAccessRules": []}
    block = read(account("docs", {"network_rules": [{"default_action": "Deny"}]}))
    assert body(block, STORE)["properties"]["networkAcls"] == {"defaultAction": "Deny", **empty}
    resource = read(account(), rules_of(default_action="Allow"))
    assert body(resource, STORE)["properties"]["networkAcls"] == {
        "defaultAction": "Allow",
        "bypass": "AzureServices",
        **empty,
    }


def test_network_rules_of_which_a_part_is_not_known() -> None:
    """Lists that nobody set are filled in by Azure; a list that is set is known only after apply."""
    store = account(
        "docs",
        {"network_rules": [{"default_action": "Deny"}]},
        unknown={"network_rules": [{"bypass": True, "ip_rules": True, "virtual_network_subnet_ids": True}]},
        network_rules=[{"default_action": {"constant_value": "Deny"}, "ip_rules": {"references": ["var.x"]}}],
    )
    assert body(read(store), STORE)["properties"]["networkAcls"] == {
        "defaultAction": "Deny",
        "ipRules": {"$unread": LATER},
        "virtualNetworkRules": [],
        "resourceAccessRules": [],
    }


def test_a_block_that_nobody_set_is_what_azure_does() -> None:
    """A plan marks it as known after apply although no argument of the configuration gives it."""
    hidden = {"network_rules": True, "blob_properties": True, "access_tier": True}
    unset = account(unknown=hidden, location={"constant_value": "x"})
    found = read(unset)
    assert body(found, STORE)["properties"]["networkAcls"] == {"defaultAction": "Allow"}
    assert "accessTier" not in body(found, STORE)["properties"]
    assert list(bodies(found)) == [STORE]


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        ({}, False),
        ({"name": {"constant_value": "docs"}, "group": "azurerm_resource_group.g.name", "keep": "var.keep"}, False),
        ({"log": "azurerm_resource_group.g.id"}, True),
        ({"log": {"references": ["azurerm_resource_group.g"]}}, True),
        ({"all": "local.settings"}, True),
    ],
)
def test_a_block_of_a_module_may_be_dynamic(given: Any, hidden: bool) -> None:
    """A plan shows no `dynamic` block; its number may depend on what the module is given."""
    group = made("azurerm_resource_group", "g", {"name": "rg"}, unknown={"id": True})
    told = {"location": {"constant_value": "x"}}
    stores = [
        account(f"docs{key}", label="docs", module="module.a", index=key, unknown={"blob_properties": True}, **told)
        for key in (0, 1)
    ]
    found = read(group, *stores, calls={"a": {"expressions": given}})
    services = [item for item in found.resources if item.type.endswith("/blobServices")]
    assert [item.body["properties"].why for item in services] == ([LATER] * 2 if hidden else [])


@pytest.mark.parametrize("why", ["no configuration", "set", "updated"])
def test_a_block_that_somebody_set_is_known_only_after_apply(why: str) -> None:
    hidden = {"network_rules": True, "blob_properties": True}
    given = {"network_rules": {"references": ["local.x"]}, "blob_properties": {"references": ["local.x"]}}
    store = account(
        unknown=hidden, actions=["update"] if why == "updated" else ["create"], **(given if why == "set" else {})
    )
    found = read(store, configured=why != "no configuration")
    assert body(found, STORE)["properties"]["networkAcls"] == {"$unread": LATER}
    assert body(found, f"{STORE}/blobServices/default")["properties"] == {"$unread": LATER}


@pytest.mark.parametrize(
    ("refers", "hidden"),
    [("local.store", {"docs", "more"}), ("azurerm_storage_account.more.primary_location", {"more"})],
)
def test_network_rules_of_an_account_that_is_not_known(refers: str, hidden: set[str]) -> None:
    found = read(account(), account("more"), rules_of(refers, default_action="Deny"))
    unread = {item["name"] for item in bodies(found).values() if "$unread" in item["properties"]["networkAcls"]}
    assert unread == hidden


BLOBS = {
    "versioning_enabled": True,
    "change_feed_enabled": True,
    "change_feed_retention_in_days": 3,
    "last_access_time_enabled": True,
    "default_service_version": "2020-06-12",
    "delete_retention_policy": [{"days": 9, "permanent_delete_enabled": True}],
    "container_delete_retention_policy": [{"days": 8}],
    "restore_policy": [{"days": 5}],
    "cors_rule": [
        {
            "allowed_headers": ["*"],
            "allowed_methods": ["GET"],
            "allowed_origins": ["https://x"],
            "exposed_headers": ["*"],
            "max_age_in_seconds": 5,
        }
    ],
}


def test_blob_properties_are_the_blob_service() -> None:
    found = read(account("docs", {"blob_properties": [BLOBS]}))
    assert bodies(found)[f"{STORE}/blobServices/default"] == {
        "id": f"{STORE}/blobServices/default",
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "name": "default",
        "properties": {
            "isVersioningEnabled": True,
            "changeFeed": {"enabled": True, "retentionInDays": 3},
            "lastAccessTimeTrackingPolicy": {"enable": True},
            "defaultServiceVersion": "2020-06-12",
            "deleteRetentionPolicy": {"enabled": True, "days": 9, "allowPermanentDelete": True},
            "containerDeleteRetentionPolicy": {"enabled": True, "days": 8},
            "restorePolicy": {"enabled": True, "days": 5},
            "cors": {
                "corsRules": [
                    {
                        "allowedOrigins": ["https://x"],
                        "allowedMethods": ["GET"],
                        "allowedHeaders": ["*"],
                        "exposedHeaders": ["*"],
                        "maxAgeInSeconds": 5,
                    }
                ]
            },
        },
    }


def test_what_blob_properties_leave_out_is_off() -> None:
    found = read(account("docs", {"blob_properties": [{"delete_retention_policy": [{}]}]}))
    assert bodies(found)[f"{STORE}/blobServices/default"]["properties"] == {
        "isVersioningEnabled": False,
        "changeFeed": {"enabled": False},
        "lastAccessTimeTrackingPolicy": {"enable": False},
        "deleteRetentionPolicy": {"enabled": True, "days": 7},  # "Defaults to `7`"
        "containerDeleteRetentionPolicy": {"enabled": False},
        "restorePolicy": {"enabled": False},
        "cors": {"corsRules": []},
    }


def test_parts_of_blob_properties_may_be_known_only_after_apply() -> None:
    store = account(
        "docs",
        {"blob_properties": [{"delete_retention_policy": [{}]}]},
        unknown={
            "blob_properties": [
                {
                    "versioning_enabled": True,
                    "delete_retention_policy": [{"days": True}],
                    "restore_policy": True,
                    "cors_rule": True,
                }
            ]
        },
        blob_properties=[{"versioning_enabled": {"references": ["local.x"]}}],
    )
    service = bodies(read(store))[f"{STORE}/blobServices/default"]["properties"]
    assert service["isVersioningEnabled"] == {"$unread": LATER}
    assert service["deleteRetentionPolicy"] == {"enabled": True, "days": {"$unread": LATER}}
    assert service["restorePolicy"] == {"$unread": LATER}
    assert service["cors"]["corsRules"] == {"$unread": LATER}


def test_policies_of_the_account() -> None:
    found = read(
        account(
            "docs",
            {
                "sas_policy": [{"expiration_period": "01.00:00:00", "expiration_action": "Block"}],
                "immutability_policy": [
                    {"state": "Locked", "period_since_creation_in_days": 9, "allow_protected_append_writes": False}
                ],
            },
        )
    )
    properties = body(found, STORE)["properties"]
    assert properties["sasPolicy"] == {"sasExpirationPeriod": "01.00:00:00", "expirationAction": "Block"}
    assert properties["immutableStorageWithVersioning"] == {
        "enabled": True,
        "immutabilityPolicy": {
            "state": "Locked",
            "immutabilityPeriodSinceCreationInDays": 9,
            "allowProtectedAppendWrites": False,
        },
    }
    older = body(read(account("docs", {"sas_policy": [{"expiration_period": "9.00:00:00"}]})), STORE)
    assert older["properties"]["sasPolicy"]["expirationAction"] == "Log"  # "Defaults to `Log`"
    later = body(read(account(unknown={"sas_policy": True, "immutability_policy": True})), STORE)["properties"]
    assert later["sasPolicy"] == later["immutableStorageWithVersioning"] == {"$unread": LATER}


def test_a_customer_managed_key_of_the_block_and_of_the_resource() -> None:
    wanted = {
        "requireInfrastructureEncryption": False,
        "keySource": "Microsoft.Keyvault",
        "keyvaultproperties": {
            "keyvaulturi": "https://keys.vault.azure.net/",
            "keyname": "storage",
            "keyversion": "4f9f",
        },
        "identity": {"userAssignedIdentity": "/subscriptions/s/me"},
    }
    given = {"key_vault_key_id": KEY, "user_assigned_identity_id": "/subscriptions/s/me"}
    block = read(account("docs", {"customer_managed_key": [given]}))
    assert body(block, STORE)["properties"]["encryption"] == wanted
    kind = "azurerm_storage_account_customer_managed_key"
    resource = read(account(), made(kind, "key", {**given, "storage_account_id": STORE}))
    assert body(resource, STORE)["properties"]["encryption"] == wanted


def test_a_key_may_be_named_in_parts_and_without_version() -> None:
    kind = "azurerm_storage_account_customer_managed_key"
    vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/keys"
    older = {"key_vault_id": vault, "key_name": "storage", "key_version": None, "storage_account_id": STORE}
    found = body(read(account(), made(kind, "key", older)), STORE)["properties"]["encryption"]
    assert found["keyvaultproperties"] == {"keyvaulturi": "https://keys.vault.azure.net/", "keyname": "storage"}
    hsm = {"customer_managed_key": [{"managed_hsm_key_id": "https://keys.managedhsm.azure.net/keys/storage"}]}
    found = body(read(account("docs", hsm)), STORE)["properties"]["encryption"]
    assert found["keyvaultproperties"] == {"keyvaulturi": "https://keys.managedhsm.azure.net/", "keyname": "storage"}
    odd = {"customer_managed_key": [{"key_vault_key_id": "what"}]}
    found = body(read(account("docs", odd)), STORE)["properties"]["encryption"]
    assert found["keyvaultproperties"]["keyname"] == {"$unread": "what is no address of a key"}


@pytest.mark.parametrize(
    ("vault", "wanted"),
    [
        ({"name": "keys"}, "https://keys.vault.azure.net/"),
        ({"name": "keys", "vault_uri": "https://keys.vault.azure.cn/"}, "https://keys.vault.azure.cn/"),
        ({}, {"$unread": "the vault's name is not known"}),
    ],
)
def test_a_key_of_the_plan_tells_its_vault(vault: Any, wanted: Any) -> None:
    own = {"resource_group_name": "rg", **vault}
    keys = made("azurerm_key_vault", "keys", own, unknown={"id": True})
    key = made("azurerm_key_vault_key", "k", {"name": "storage"}, unknown={"id": True, "key_vault_id": True})
    key["expressions"] = {"key_vault_id": {"references": ["azurerm_key_vault.keys.id", "azurerm_key_vault.keys"]}}
    store = account(
        "docs",
        {"customer_managed_key": [{}]},
        unknown={"customer_managed_key": [{"key_vault_key_id": True, "user_assigned_identity_id": True}]},
        customer_managed_key=[
            {
                "key_vault_key_id": {"references": ["azurerm_key_vault_key.k.id", "azurerm_key_vault_key.k"]},
                "user_assigned_identity_id": {"references": ["local.me"]},
            }
        ],
    )
    found = body(read(keys, key, store), STORE)["properties"]["encryption"]
    assert found["keyvaultproperties"] == {"keyvaulturi": wanted, "keyname": "storage"}
    assert found["identity"] == {"userAssignedIdentity": {"$unread": "known only after apply: local.me"}}


def test_that_there_is_a_key_is_known_where_the_key_is_not() -> None:
    store = account(
        "docs", {"customer_managed_key": [{}]}, unknown={"customer_managed_key": [{"key_vault_key_id": True}]}
    )
    found = body(read(store), STORE)["properties"]["encryption"]
    assert found["keySource"] == "Microsoft.Keyvault"
    assert found["keyvaultproperties"]["keyname"] == {"$unread": LATER}
    hidden = body(read(account(unknown={"customer_managed_key": True})), STORE)["properties"]["encryption"]
    assert hidden == {"$unread": LATER}


def test_a_key_of_an_account_that_is_not_known() -> None:
    kind = "azurerm_storage_account_customer_managed_key"
    lost = made(
        kind, "key", {"key_vault_key_id": KEY}, unknown={"storage_account_id": True}, storage_account_id="local.x"
    )
    found = body(read(account(), lost), STORE)["properties"]["encryption"]
    assert found == {"$unread": "known only after apply: local.x"}


@pytest.mark.parametrize(
    ("access", "wanted"),
    [("private", "None"), ("blob", "Blob"), ("container", "Container"), (None, "None"), ("odd", "odd")],
)
def test_the_access_of_a_container(access: str | None, wanted: str) -> None:
    own = {"name": "inbox", "storage_account_id": STORE, "container_access_type": access, "metadata": {"a": "b"}}
    found = body(read(made("azurerm_storage_container", "c", own)), CONTAINER)
    assert found["properties"] == {"publicAccess": wanted, "metadata": {"a": "b"}}


@pytest.mark.parametrize("argument", ["id", "resource_manager_id"])
def test_the_id_of_a_container_is_that_of_the_resource_manager(argument: str) -> None:
    """Until version 5 `id` is the address of its blobs."""
    own = {"name": "inbox", "id": "https://docs.blob.core.windows.net/inbox", argument: CONTAINER}
    assert list(bodies(read(made("azurerm_storage_container", "c", own)))) == [CONTAINER]


def test_a_file_system_is_a_container() -> None:
    own = {"name": "inbox", "storage_account_id": STORE}
    found = body(read(made("azurerm_storage_data_lake_gen2_filesystem", "f", own)), CONTAINER)
    assert found["properties"] == {"publicAccess": "None"}


def hold(refers: Any, **values: Any) -> dict[str, Any]:
    return made(
        "azurerm_storage_container_immutability_policy",
        "hold",
        {"immutability_period_in_days": 14, **values},
        unknown={"storage_container_resource_manager_id": True},
        storage_container_resource_manager_id=refers,
    )


@pytest.mark.parametrize("attribute", ["resource_manager_id", "id"])
@pytest.mark.parametrize(("locked", "state"), [(True, "Locked"), (False, "Unlocked"), (None, "Unlocked")])
def test_a_hold_on_a_container(attribute: str, locked: bool | None, state: str) -> None:
    inbox = made("azurerm_storage_container", "c", {"name": "inbox", "storage_account_id": STORE})
    found = body(read(inbox, hold(f"azurerm_storage_container.c.{attribute}", locked=locked)), CONTAINER)["properties"]
    assert found["hasImmutabilityPolicy"] is True
    assert found["immutabilityPolicy"]["properties"] == {"immutabilityPeriodSinceCreationInDays": 14, "state": state}


def test_a_hold_on_a_container_that_is_not_known() -> None:
    inbox = made("azurerm_storage_container", "c", {"name": "inbox", "storage_account_id": STORE})
    found = body(read(inbox, hold("local.x")), CONTAINER)["properties"]
    assert found["hasImmutabilityPolicy"] == {"$unread": "known only after apply: local.x"}


def test_object_replication_stands_on_both_accounts() -> None:
    other = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/copy"
    rule = {
        "source_container_name": "inbox",
        "destination_container_name": "outbox",
        "filter_out_blobs_with_prefix": ["x"],
        "copy_blobs_created_after": "OnlyNewObjects",
    }
    replication = made(
        "azurerm_storage_object_replication",
        "r",
        {"rules": [rule], "destination_storage_account_id": other},
        unknown={"source_storage_account_id": True},
        source_storage_account_id="azurerm_storage_account.docs.id",
    )
    name = "objectReplicationPolicies/{azurerm_storage_object_replication.r.id}"
    found = read(account(), replication)
    for own in (STORE, other):
        assert body(found, f"{own}/{name}")["properties"] == {
            "sourceAccount": STORE,
            "destinationAccount": other,
            "rules": [
                {
                    "sourceContainer": "inbox",
                    "destinationContainer": "outbox",
                    "filters": {"prefixMatch": ["x"], "minCreationTime": "OnlyNewObjects"},
                }
            ],
        }
    known = {
        **replication,
        "values": {**replication["values"], "source_object_replication_id": f"{STORE}/objectReplicationPolicies/p1"},
    }
    assert f"{other}/objectReplicationPolicies/p1" in bodies(read(account(), known))


def test_object_replication_to_an_account_that_is_not_known() -> None:
    replication = made(
        "azurerm_storage_object_replication",
        "r",
        {"source_storage_account_id": STORE},
        unknown={"destination_storage_account_id": True, "rules": True},
        destination_storage_account_id="local.copy",
    )
    found = read(account(), replication)
    own = body(found, f"{STORE}/objectReplicationPolicies/{{azurerm_storage_object_replication.r.id}}")["properties"]
    assert own["destinationAccount"] == {"$unread": "known only after apply: local.copy"}
    assert own["rules"] == {"$unread": LATER}
    assert [gap.operation for gap in found.gaps] == ["Microsoft.Storage/storageAccounts/objectReplicationPolicies/read"]


def test_local_users() -> None:
    own = {"name": "bob", "home_directory": "inbox", "ssh_key_enabled": True}
    kind = "azurerm_storage_account_local_user"
    user = made(
        kind, "bob", own, unknown={"storage_account_id": True}, storage_account_id="azurerm_storage_account.docs.id"
    )
    assert body(read(account(), user), f"{STORE}/localUsers/bob")["properties"] == {
        "homeDirectory": "inbox",
        "hasSshKey": True,
        "hasSshPassword": False,
    }
    lost = read(made(kind, "bob", own, unknown={"storage_account_id": True}, storage_account_id="local.x"))
    assert [gap.operation for gap in lost.gaps] == ["Microsoft.Storage/storageAccounts/localUsers/read"]
    known = made(kind, "bob", {**own, "id": f"{STORE}/localUsers/bob"})
    assert list(bodies(read(known))) == [f"{STORE}/localUsers/bob"]


def test_identities_of_an_account() -> None:
    me = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me"
    identity = {"type": "SystemAssigned, UserAssigned", "identity_ids": [me], "principal_id": "p1"}
    assert body(read(account("docs", {"identity": [identity]})), STORE)["identity"] == {
        "type": "SystemAssigned, UserAssigned",
        "principalId": "p1",
        "userAssignedIdentities": {me: {"principalId": f"{{principal of {me.lower()}}}"}},
    }


def test_a_state_says_nothing_of_what_its_provider_does_not_know() -> None:
    """A provider that does not know an argument did not read it; a null is what Azure answered."""
    own = {"id": STORE, "account_kind": "StorageV2", "allowed_copy_scope": None, "blob_properties": [], "identity": []}
    found = read_state(account("docs", own))
    store = body(found, STORE)
    assert store["kind"] == "StorageV2"
    assert "allowedCopyScope" not in store["properties"]
    assert store["properties"]["minimumTlsVersion"] == {"$unread": "this version of the provider does not read it"}
    assert "identity" not in store
    assert found.changed is None
    assert [item.id for item in found.resources] == [STORE]


def test_a_key_of_its_own_resource_in_a_state() -> None:
    key = made(
        "azurerm_storage_account_customer_managed_key", "k", {"storage_account_id": STORE, "key_vault_key_id": KEY}
    )
    found = body(read_state(account("docs", {"id": STORE}), key), STORE)
    assert found["properties"]["encryption"]["keySource"] == "Microsoft.Keyvault"


def test_subnets_are_found_by_reference() -> None:
    there = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/there"
    known = made("azurerm_subnet", "there", {"id": there}, actions=["update"])
    fresh = made("azurerm_subnet", "fresh", {"resource_group_name": "rg"}, unknown={"id": True})
    refers = {"references": ["azurerm_subnet.there.id", "azurerm_subnet.fresh.id"]}
    store = account(
        "docs",
        {"network_rules": [{"default_action": "Deny"}]},
        unknown={"network_rules": [{"virtual_network_subnet_ids": True, "private_link_access": True}]},
        network_rules=[{"virtual_network_subnet_ids": refers}],
    )
    acls = body(read(known, fresh, store), STORE)["properties"]["networkAcls"]
    assert [item["id"] for item in acls["virtualNetworkRules"]] == [
        there,
        f"{GROUP}/providers/{{azurerm_subnet.fresh.id}}",
    ]
    assert acls["resourceAccessRules"] == [{"$unread": LATER}]


def test_a_key_of_a_vault_that_is_not_known() -> None:
    key = made("azurerm_key_vault_key", "k", unknown={"id": True, "key_vault_id": True, "name": True})
    refers = {"references": ["azurerm_key_vault_key.k.id"]}
    store = account(
        "docs",
        {"customer_managed_key": [{}]},
        unknown={"customer_managed_key": [{"key_vault_key_id": True}]},
        customer_managed_key=[{"key_vault_key_id": refers}],
    )
    found = body(read(key, store), STORE)["properties"]["encryption"]["keyvaultproperties"]
    assert "after apply" in found["keyvaulturi"]["$unread"]
    assert found["keyname"] == {"$unread": LATER}


def test_several_network_rules_of_accounts_that_are_not_known_say_so_once() -> None:
    more = rules_of("local.y", "more", default_action="Deny")
    found = body(read(account(), rules_of("local.x", default_action="Deny"), more), STORE)
    assert found["properties"]["networkAcls"] == {"$unread": "known only after apply: local.x"}


def test_an_id_outside_of_subscriptions_tells_no_subscription() -> None:
    odd = made("azurerm_odd", "x", {"id": "https://x", "resource_group_name": "rg"})
    assert list(bodies(read(odd, account()))) == [STORE]


def test_what_is_no_list_is_no_list() -> None:
    store = account("docs", {"network_rules": [{"default_action": "Deny", "ip_rules": 5}]})
    acls = body(read(store), STORE)["properties"]["networkAcls"]
    assert acls["ipRules"] == {"$unread": "ip_rules is no list"}


@pytest.mark.parametrize("value", ["odd", 5])
def test_what_is_no_yes_or_no_is_passed_on(value: Any) -> None:
    """No operator takes it, so that it is unknown."""
    found = read(account("docs", {"public_network_access_enabled": value}))
    assert body(found, STORE)["properties"]["publicNetworkAccess"] == value


@pytest.mark.parametrize(
    ("version", "public", "cross"), [("2.5.0", None, None), ("~> 2.0", UNSURE, None), ("~> 3.0", True, UNSURE)]
)
def test_before_an_argument_came_nothing_is_sent(version: str, public: Any, cross: Any) -> None:
    found = body(read(account(), version=version), STORE)["properties"]
    assert found.get("allowBlobPublicAccess") == public
    assert found.get("allowCrossTenantReplication") == cross


def test_a_container_of_a_state_finds_its_account_by_name() -> None:
    own = {"name": "inbox", "storage_account_name": "docs", "id": "https://docs.blob.core.windows.net/inbox"}
    found = read_state(
        account("docs", {"id": STORE, "blob_properties": []}), made("azurerm_storage_container", "c", own)
    )
    assert [item.id for item in found.resources] == [STORE, CONTAINER]
    assert found.gaps == ()


def test_encryption_scopes() -> None:
    kind = "azurerm_storage_encryption_scope"
    own = {"name": "letters", "source": "Microsoft.KeyVault", "infrastructure_encryption_required": True}
    scope = made(
        kind, "s", own, unknown={"storage_account_id": True}, storage_account_id="azurerm_storage_account.docs.id"
    )
    assert body(read(account(), scope), f"{STORE}/encryptionScopes/letters")["properties"] == {
        "source": "Microsoft.KeyVault",
        "requireInfrastructureEncryption": True,
    }
    lost = read(made(kind, "s", own, unknown={"storage_account_id": True}, storage_account_id="local.x"))
    assert [gap.operation for gap in lost.gaps] == ["Microsoft.Storage/storageAccounts/encryptionScopes/read"]


def test_protocols_beside_https() -> None:
    properties = body(
        read(account("docs", {"nfsv3_enabled": True, "sftp_enabled": True, "custom_domain": [{"name": "d.example"}]})),
        STORE,
    )["properties"]
    assert (properties["isNfsV3Enabled"], properties["isSftpEnabled"]) == (True, True)
    assert properties["customDomain"] == {"name": "d.example"}
    plain = body(read(account()), STORE)["properties"]
    assert (plain["isNfsV3Enabled"], plain["isSftpEnabled"], plain.get("customDomain")) == (False, False, None)


def test_a_static_website_is_a_setting_of_the_account() -> None:
    kind = "azurerm_storage_account_static_website"
    inside = read(account("docs", {"static_website": [{"index_document": "index.html"}]}))
    own = made(
        kind,
        "w",
        {"index_document": "index.html"},
        unknown={"storage_account_id": True},
        storage_account_id="azurerm_storage_account.docs.id",
    )
    for found in (inside, read(account("docs"), own)):
        assert body(found, STORE)["properties"]["staticWebsite"] == {"enabled": True}
    lost = read(account(), made(kind, "w", {}, unknown={"storage_account_id": True}, storage_account_id="local.x"))
    assert "$unread" in body(lost, STORE)["properties"]["staticWebsite"]
