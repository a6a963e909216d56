from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from azure.core import AzureClouds
from azure.identity import AzureAuthorityHosts
from azure.identity.aio import AzureCliCredential
from azure.mgmt.core.tools import get_arm_endpoints
from azure.monitor.query.aio import LogsQueryClient

from auditor.collectors.clouds import CLOUDS, cloud_named
from auditor.errors import UsageError

OFFICIAL = {
    "public": (AzureClouds.AZURE_PUBLIC_CLOUD, None),
    "usgov": (AzureClouds.AZURE_US_GOVERNMENT, AzureAuthorityHosts.AZURE_GOVERNMENT),
    "china": (AzureClouds.AZURE_CHINA_CLOUD, AzureAuthorityHosts.AZURE_CHINA),
}


def official_suffix(name: str) -> str:
    """As the Azure CLI's table of clouds has it (azure-cli-core, `storage_endpoint`)."""
    tops = {"public": "windows.net", "usgov": "usgovcloudapi.net", "china": "chinacloudapi.cn"}
    return f"core.{tops[name]}"


@pytest.mark.parametrize("name", CLOUDS)
def test_the_table_says_what_the_sdk_says(name: str) -> None:
    official, authority = OFFICIAL[name]
    endpoints = get_arm_endpoints(official)
    cloud = cloud_named(name)
    assert cloud.arm_host == urlsplit(endpoints["resource_manager"]).hostname
    assert [cloud.arm_scope] == endpoints["credential_scopes"]
    assert cloud.authority == authority
    assert cloud.storage_suffix == official_suffix(name)
    assert cloud.blob_suffix == f"blob.{cloud.storage_suffix}"
    assert cloud.cognitive_scope == f"https://{cloud.cognitive_suffix}/.default"
    client = LogsQueryClient(AzureCliCredential(), endpoint=f"https://{cloud.logs_host}")
    assert [cloud.logs_scope] == client._config.credential_scopes


def test_there_is_no_other_cloud() -> None:
    with pytest.raises(UsageError, match="no cloud called 'moon'") as raised:
        cloud_named("moon")
    assert "public, usgov, china" in raised.value.hint
