"""Estates of any size for benchmarks, as an ARM template and as a Terraform plan.

Four resources belong together: a Document Intelligence account, the store that its documents lie in, a container there,
and the role that lets the one read the other. One such set in five is bad in every way that its properties can be.
The plan has what `terraform show -json` writes: all arguments of the provider, set or not, what is known only after
apply, and the configuration. Nothing is drawn by chance: the same size gives the same file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SET = 4
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"  # Storage Blob Data Reader
_PROVIDER = "registry.terraform.io/hashicorp/azurerm"


def template(resources: int) -> str:
    """An ARM template with that many resources."""
    parameters = {"location": {"type": "string", "defaultValue": "westeurope"}, "prefix": {"type": "string"}}
    parameters["prefix"]["defaultValue"] = "docs"
    declared = [item for number in range(resources // SET) for item in _declared(number)]
    whole = {"$schema": _SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters, "resources": declared}
    return json.dumps(whole, indent=2)


def _declared(number: int) -> Iterator[dict[str, Any]]:
    bad = number % 5 == 0
    store = f"format('{{0}}store{number}', parameters('prefix'))"
    account = f"format('{{0}}forms{number}', parameters('prefix'))"
    store_id = f"resourceId('Microsoft.Storage/storageAccounts', {store})"
    account_id = f"resourceId('Microsoft.CognitiveServices/accounts', {account})"
    yield {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-05-01",
        "name": f"[{store}]",
        "location": "[parameters('location')]",
        "sku": {"name": "Standard_GRS" if bad else "Standard_LRS"},
        "kind": "StorageV2",
        "properties": {
            "minimumTlsVersion": "TLS1_0" if bad else "TLS1_2",
            "supportsHttpsTrafficOnly": not bad,
            "allowBlobPublicAccess": bad,
            "allowSharedKeyAccess": bad,
            "publicNetworkAccess": "Enabled" if bad else "Disabled",
            "networkAcls": {"defaultAction": "Allow" if bad else "Deny", "bypass": "AzureServices"},
        },
        "tags": {"owner": "documents", "set": str(number)},
    }
    yield {
        "type": "Microsoft.Storage/storageAccounts/blobServices/containers",
        "apiVersion": "2023-05-01",
        "name": f"[format('{{0}}/default/scans', {store})]",
        "dependsOn": [f"[{store_id}]"],
        "properties": {"publicAccess": "Blob" if bad else "None"},
    }
    yield {
        "type": "Microsoft.CognitiveServices/accounts",
        "apiVersion": "2023-05-01",
        "name": f"[{account}]",
        "location": "[parameters('location')]",
        "sku": {"name": "S0"},
        "kind": "FormRecognizer",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "customSubDomainName": f"[{account}]",
            "disableLocalAuth": not bad,
            "publicNetworkAccess": "Enabled" if bad else "Disabled",
            "networkAcls": {"defaultAction": "Allow" if bad else "Deny"},
        },
    }
    yield {
        "type": "Microsoft.Authorization/roleAssignments",
        "apiVersion": "2022-04-01",
        "scope": f"[{store_id}]",
        "name": f"[guid({store_id}, {account_id})]",
        "dependsOn": [f"[{store_id}]", f"[{account_id}]"],
        "properties": {
            "roleDefinitionId": f"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{_READER}')]",
            "principalId": f"[reference({account_id}, '2023-05-01', 'full').identity.principalId]",
            "principalType": "ServicePrincipal",
        },
    }


def plan(resources: int) -> str:
    """A Terraform plan that creates that many resources."""
    planned = [item for number in range(resources // SET) for item in _planned(number)]
    whole = {
        "format_version": "1.2",
        "terraform_version": "1.9.8",
        "planned_values": {"root_module": {"resources": [_value(item) for item in planned]}},
        "resource_changes": [_change(item) for item in planned],
        "configuration": {
            "provider_config": {
                "azurerm": {"name": "azurerm", "full_name": _PROVIDER, "version_constraint": "~> 4.0"},
            },
            "root_module": {"resources": [_configured(item) for item in planned]},
        },
        "timestamp": "2026-11-01T06:00:00Z",
        "applyable": True,
        "complete": True,
        "errored": False,
    }
    return json.dumps(whole)


_STORE_UNSET = [
    "access_tier",
    "azure_files_authentication",
    "custom_domain",
    "customer_managed_key",
    "edge_zone",
    "identity",
    "immutability_policy",
    "large_file_share_enabled",
    "nfsv3_enabled",
    "provisioned_billing_model_version",
    "routing",
    "sas_policy",
    "static_website",
    "timeouts",
]
_STORE_LATER = [
    "id",
    "primary_access_key",
    "primary_blob_connection_string",
    "primary_blob_endpoint",
    "primary_blob_host",
    "primary_blob_internet_endpoint",
    "primary_blob_microsoft_endpoint",
    "primary_connection_string",
    "primary_dfs_endpoint",
    "primary_dfs_host",
    "primary_file_endpoint",
    "primary_file_host",
    "primary_location",
    "primary_queue_endpoint",
    "primary_queue_host",
    "primary_table_endpoint",
    "primary_table_host",
    "primary_web_endpoint",
    "primary_web_host",
    "secondary_access_key",
    "secondary_blob_connection_string",
    "secondary_blob_endpoint",
    "secondary_blob_host",
    "secondary_connection_string",
    "secondary_dfs_endpoint",
    "secondary_dfs_host",
    "secondary_file_endpoint",
    "secondary_location",
    "secondary_queue_endpoint",
    "secondary_table_endpoint",
    "secondary_web_endpoint",
    "blob_properties",
    "queue_properties",
    "share_properties",
]
_ACCOUNT_UNSET = [
    "custom_question_answering_search_service_id",
    "custom_question_answering_search_service_key",
    "customer_managed_key",
    "fqdns",
    "metrics_advisor_aad_client_id",
    "metrics_advisor_aad_tenant_id",
    "metrics_advisor_super_user_name",
    "metrics_advisor_website_name",
    "network_injection",
    "qna_runtime_endpoint",
    "storage",
    "tags",
    "timeouts",
]
_ACCOUNT_LATER = ["id", "endpoint", "primary_access_key", "secondary_access_key"]


def _planned(number: int) -> Iterator[dict[str, Any]]:
    """Resources by kind and label, with what is set, what comes later and what is referred to."""
    bad = number % 5 == 0
    yield {
        "type": "azurerm_storage_account",
        "name": f"store{number}",
        "after": {
            **dict.fromkeys(_STORE_UNSET),
            "name": f"docsstore{number}",
            "resource_group_name": "documents",
            "location": "westeurope",
            "account_kind": "StorageV2",
            "account_tier": "Standard",
            "account_replication_type": "GRS" if bad else "LRS",
            "min_tls_version": "TLS1_0" if bad else "TLS1_2",
            "https_traffic_only_enabled": not bad,
            "allow_nested_items_to_be_public": bad,
            "shared_access_key_enabled": bad,
            "public_network_access_enabled": bad,
            "cross_tenant_replication_enabled": False,
            "default_to_oauth_authentication": False,
            "infrastructure_encryption_enabled": False,
            "is_hns_enabled": False,
            "local_user_enabled": bad,
            "sftp_enabled": False,
            "queue_encryption_key_type": "Service",
            "table_encryption_key_type": "Service",
            "network_rules": [
                {
                    "bypass": ["AzureServices"],
                    "default_action": "Allow" if bad else "Deny",
                    "ip_rules": [],
                    "private_link_access": [],
                    "virtual_network_subnet_ids": [],
                }
            ],
            "tags": {"owner": "documents", "set": str(number)},
        },
        "later": _STORE_LATER,
        "refers": {},
    }
    yield {
        "type": "azurerm_storage_container",
        "name": f"scans{number}",
        "after": {
            "name": "scans",
            "container_access_type": "blob" if bad else "private",
            "storage_account_name": None,
            "timeouts": None,
        },
        "later": [
            "id",
            "default_encryption_scope",
            "has_immutability_policy",
            "has_legal_hold",
            "metadata",
            "resource_manager_id",
            "storage_account_id",
        ],
        "refers": {"storage_account_id": f"azurerm_storage_account.store{number}"},
    }
    yield {
        "type": "azurerm_cognitive_account",
        "name": f"forms{number}",
        "after": {
            **dict.fromkeys(_ACCOUNT_UNSET),
            "name": f"docsforms{number}",
            "resource_group_name": "documents",
            "location": "westeurope",
            "kind": "FormRecognizer",
            "sku_name": "S0",
            "custom_subdomain_name": f"docsforms{number}",
            "dynamic_throttling_enabled": None,
            "local_auth_enabled": bad,
            "outbound_network_access_restricted": False,
            "project_management_enabled": False,
            "public_network_access_enabled": bad,
            "identity": [{"identity_ids": None, "type": "SystemAssigned"}],
            "network_acls": [
                {
                    "bypass": None,
                    "default_action": "Allow" if bad else "Deny",
                    "ip_rules": [],
                    "virtual_network_rules": [],
                }
            ],
        },
        "later": [*_ACCOUNT_LATER, "identity"],
        "refers": {},
    }
    yield {
        "type": "azurerm_role_assignment",
        "name": f"reads{number}",
        "after": {
            "condition": None,
            "condition_version": None,
            "delegated_managed_identity_resource_id": None,
            "description": None,
            "role_definition_name": "Storage Blob Data Reader",
            "timeouts": None,
        },
        "later": [
            "id",
            "name",
            "principal_id",
            "principal_type",
            "role_definition_id",
            "scope",
            "skip_service_principal_aad_check",
        ],
        "refers": {
            "scope": f"azurerm_storage_account.store{number}",
            "principal_id": f"azurerm_cognitive_account.forms{number}",
        },
    }


_LAST = {"principal_id": ("identity[0].principal_id", "identity[0]", "identity")}


def _head(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "address": f"{item['type']}.{item['name']}",
        "mode": "managed",
        "type": item["type"],
        "name": item["name"],
    }


def _value(item: dict[str, Any]) -> dict[str, Any]:
    own = {"provider_name": _PROVIDER, "schema_version": 4, "values": item["after"], "sensitive_values": {}}
    return {**_head(item), **own}


def _change(item: dict[str, Any]) -> dict[str, Any]:
    unknown: dict[str, Any] = dict.fromkeys(item["later"], True)
    if "identity" in unknown:
        unknown["identity"] = [{"principal_id": True, "tenant_id": True}]
    change = {"actions": ["create"], "before": None, "after": item["after"], "after_unknown": unknown}
    return {
        **_head(item),
        "provider_name": _PROVIDER,
        "change": {**change, "before_sensitive": False, "after_sensitive": {}},
    }


def _configured(item: dict[str, Any]) -> dict[str, Any]:
    constants = {
        key: [{name: {"constant_value": inner} for name, inner in block.items()} for block in value]
        if isinstance(value, list)
        else {"constant_value": value}
        for key, value in item["after"].items()
        if value is not None
    }
    references = {
        key: {"references": [*(f"{target}.{part}" for part in _LAST.get(key, ("id",))), target]}
        for key, target in item["refers"].items()
    }
    own = {"provider_config_key": "azurerm", "expressions": constants | references, "schema_version": 4}
    return {**_head(item), **own}
