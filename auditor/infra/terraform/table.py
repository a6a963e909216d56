"""All types of Terraform resources that the auditor knows, by name: one record each."""

from __future__ import annotations

from typing import Final

from auditor.infra.terraform.access import ACCESS_RECORDS
from auditor.infra.terraform.azapi import AZAPI
from auditor.infra.terraform.build import Record, Table
from auditor.infra.terraform.cognitive import COGNITIVE_RECORDS
from auditor.infra.terraform.containers import CONTAINER_RECORDS
from auditor.infra.terraform.lifecycle import MANAGEMENT_POLICY
from auditor.infra.terraform.network import NETWORK_RECORDS
from auditor.infra.terraform.storage import STORAGE_RECORDS
from auditor.infra.terraform.vaults import VAULT_RECORDS
from auditor.model.types import ACCOUNT_PERIMETER, STORAGE_PERIMETER

RECORDS: Final[dict[str, Record]] = {
    record.type: record
    for record in (
        *STORAGE_RECORDS,
        *CONTAINER_RECORDS,
        MANAGEMENT_POLICY,
        *COGNITIVE_RECORDS,
        *ACCESS_RECORDS,
        *NETWORK_RECORDS,
        *VAULT_RECORDS,
    )
}
OURS: Final = ("azurerm_storage_", "azurerm_cognitive_", "azurerm_ai_")
"""How types begin that may matter: one that is in no table is told as a gap."""
TEMPLATES: Final = frozenset(
    {
        "azurerm_management_group_template_deployment",
        "azurerm_resource_deployment_script_azure_cli",  # a script may do what a template does
        "azurerm_resource_deployment_script_azure_power_shell",
        "azurerm_resource_group_template_deployment",
        "azurerm_subscription_template_deployment",
        "azurerm_template_deployment",  # until version 3
        "azurerm_tenant_template_deployment",
    }
)
"""Types that deploy an ARM template or run a script, in which there may be anything."""
HIDES: Final = {
    "azurerm_network_security_perimeter_association": (ACCOUNT_PERIMETER, STORAGE_PERIMETER),
}
"""Types that are not read, and of what kinds they declare resources."""
WITHOUT_FACTS: Final = frozenset(
    {
        "azurerm_ai_foundry",  # a hub of Machine Learning; Document Intelligence is an account
        "azurerm_ai_foundry_project",
        "azurerm_cognitive_account_rai_blocklist",
        "azurerm_cognitive_account_rai_policy",
        "azurerm_storage_account_queue_properties",
        "azurerm_storage_account_table_properties",
        "azurerm_storage_blob",
        "azurerm_storage_blob_inventory_policy",
        "azurerm_storage_data_lake_gen2_path",
        "azurerm_storage_queue",
        "azurerm_storage_share",
        "azurerm_storage_share_directory",
        "azurerm_storage_share_file",
        "azurerm_storage_sync",
        "azurerm_storage_sync_cloud_endpoint",
        "azurerm_storage_sync_group",
        "azurerm_storage_sync_server_endpoint",
        "azurerm_storage_table",
        "azurerm_storage_table_entity",
    }
)
"""Types that begin so and say nothing that a rule or a fact asks for."""
TABLE: Final = Table(RECORDS, AZAPI, TEMPLATES, HIDES, OURS, WITHOUT_FACTS)
