"""Azure's clouds: where each has its management API, its sign-in and its data planes, and for whom tokens are asked.

Hosts and scopes of the management API are those of azure-core (a test compares them). The scopes and suffixes of the
data planes outside the public cloud are marked UNCONFIRMED in azure-facts 1.1: a wrong one ends as a gap, never as a
token for somebody else, since `guard` knows the same table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auditor.errors import UsageError

STORAGE_SCOPE: Final = "https://storage.azure.com/.default"
"""For whom a token of the blob data plane is asked, in every cloud (azure-storage-blob knows no other)."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud. `authority` is None where azure-identity's own default (and AZURE_AUTHORITY_HOST) is right."""

    name: str
    arm_host: str
    arm_scope: str
    authority: str | None
    cognitive_suffix: str
    regional_suffix: str
    storage_suffix: str
    logs_host: str
    metrics_suffix: str

    @property
    def arm(self) -> str:
        """The address of the management API, without a slash at the end."""
        return f"https://{self.arm_host}"

    @property
    def cognitive_scope(self) -> str:
        """For whom a token of the Document Intelligence data plane is asked."""
        return f"https://{self.cognitive_suffix}/.default"

    @property
    def logs_scope(self) -> str:
        """For whom a token for log queries is asked; the official client asks for its endpoint as well."""
        return f"https://{self.logs_host}/.default"

    @property
    def blob_suffix(self) -> str:
        """What the host of a storage account's blob endpoint ends with, after its name."""
        return f"blob.{self.storage_suffix}"


CLOUDS: Final = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "public",
            "management.azure.com",
            "https://management.azure.com/.default",
            None,
            "cognitiveservices.azure.com",
            "api.cognitive.microsoft.com",
            "core.windows.net",
            "api.loganalytics.io",
            "metrics.monitor.azure.com",
        ),
        Cloud(
            "usgov",
            "management.usgovcloudapi.net",
            "https://management.core.usgovcloudapi.net/.default",
            "login.microsoftonline.us",
            "cognitiveservices.azure.us",
            "api.cognitive.microsoft.us",
            "core.usgovcloudapi.net",
            "api.loganalytics.us",
            "metrics.monitor.azure.us",
        ),
        Cloud(
            "china",
            "management.chinacloudapi.cn",
            "https://management.chinacloudapi.cn/.default",
            "login.chinacloudapi.cn",
            "cognitiveservices.azure.cn",
            "api.cognitive.azure.cn",
            "core.chinacloudapi.cn",
            "api.loganalytics.azure.cn",
            "metrics.monitor.azure.cn",
        ),
    )
}


def cloud_named(name: str) -> Cloud:
    """The cloud of that name; raises `UsageError` for any other."""
    if name not in CLOUDS:
        raise UsageError(f"there is no cloud called {name!r}", f"Clouds are {', '.join(CLOUDS)}.")
    return CLOUDS[name]
