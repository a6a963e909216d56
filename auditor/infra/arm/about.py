"""What is known before a deployment of where it goes: the cloud, the subscription, the group.

For scopes to answer `environment()`, `subscription()` and the like with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.arm.values import Open, Partly, Symbolic

if TYPE_CHECKING:
    from auditor.model.reading import Json

WHERE: Final = "where it is deployed is known only at the deployment"

_GROUP_TYPE: Final = "Microsoft.Resources/resourceGroups"

PUBLIC_CLOUD: Final[dict[str, Json]] = {
    # Reference page of `environment()`, the example for global Azure.
    "name": "AzureCloud",
    "gallery": "https://gallery.azure.com/",
    "graph": "https://graph.windows.net/",
    "portal": "https://portal.azure.com",
    "graphAudience": "https://graph.windows.net/",
    "activeDirectoryDataLake": "https://datalake.azure.net/",
    "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net",
    "sqlManagement": "https://management.core.windows.net:8443/",
    "vmImageAliasDoc": (
        "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/"
        "aliases.json"
    ),
    "resourceManager": "https://management.azure.com/",
    "authentication": {
        "loginEndpoint": "https://login.microsoftonline.com/",
        "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    },
    "suffixes": {
        "acrLoginServer": ".azurecr.io",
        "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
        "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
        "azureFrontDoorEndpointSuffix": "azurefd.net",
        "keyvaultDns": ".vault.azure.net",
        "sqlServerHostname": ".database.windows.net",
        "storage": "core.windows.net",
    },
}


def group_values(scope: str) -> Open:
    """`resourceGroup()` for an id of a group, unknown parts in braces."""
    return Open({"id": _part(scope), "name": _name(scope.split("/")[4]), "type": _GROUP_TYPE}, WHERE)


def subscription_values(scope: str) -> Open:
    """`subscription()` for an id of a subscription or of a group in one."""
    name = scope.split("/")[2]
    return Open({"id": _part(f"/subscriptions/{name}"), "subscriptionId": _name(name)}, WHERE)


def _part(text: str) -> str:
    return Partly(text) if "{" in text else text


def _name(text: str) -> Json:
    """A name, unread where it is in braces."""
    return Symbolic(WHERE, None, text) if "{" in text else text
