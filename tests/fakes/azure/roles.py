"""The built-in roles that matter here, with what they really grant (azure-facts 3e, 3h; Microsoft's list of built-in roles)."""

from __future__ import annotations

from typing import Final

from tests.fakes.azure.estate import Json

ROLES: Final = {
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "Storage Blob Delegator": "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
    "Storage Account Contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
    "Storage Account Key Operator Service Role": "81a9662b-bebf-436f-a333-f67b29880f12",
    "Reader and Data Access": "c12c1c16-33a1-487b-954d-41c89c60f349",
    "Cognitive Services User": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
}
"""Built-in roles by name."""

_SA: Final = "Microsoft.Storage/storageAccounts"
_BLOB: Final = f"{_SA}/blobServices"
_DELEGATE: Final = f"{_BLOB}/generateUserDelegationKey/action"
_CONTRIBUTOR_NOT: Final = (
    "Microsoft.Authorization/*/Delete",
    "Microsoft.Authorization/*/Write",
    "Microsoft.Authorization/elevateAccess/Action",
)
_GRANTS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "Storage Blob Data Reader": {
        "actions": (f"{_BLOB}/containers/read", _DELEGATE),
        "dataActions": (f"{_BLOB}/containers/blobs/read",),
    },
    "Storage Blob Data Contributor": {
        "actions": (
            f"{_BLOB}/containers/delete",
            f"{_BLOB}/containers/read",
            f"{_BLOB}/containers/write",
            _DELEGATE,
        ),
        "dataActions": tuple(
            f"{_BLOB}/containers/blobs/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")
        ),
    },
    "Storage Blob Data Owner": {
        "actions": (f"{_BLOB}/containers/*", _DELEGATE),
        "dataActions": (f"{_BLOB}/containers/blobs/*",),
    },
    "Storage Blob Delegator": {"actions": (_DELEGATE,)},
    "Storage Account Contributor": {
        "actions": (
            "Microsoft.Authorization/*/read",
            "Microsoft.Insights/diagnosticSettings/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            f"{_SA}/*",
        )
    },
    "Storage Account Key Operator Service Role": {"actions": (f"{_SA}/listkeys/action", f"{_SA}/regeneratekey/action")},
    "Reader and Data Access": {"actions": (f"{_SA}/listKeys/action", f"{_SA}/ListAccountSas/action", f"{_SA}/read")},
    "Cognitive Services User": {
        "actions": (
            "Microsoft.CognitiveServices/*/read",
            "Microsoft.CognitiveServices/accounts/listkeys/action",
            "Microsoft.Insights/diagnosticSettings/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ),
        "dataActions": ("Microsoft.CognitiveServices/*",),
    },
    "Reader": {"actions": ("*/read",)},
    "Contributor": {"actions": ("*",), "notActions": _CONTRIBUTOR_NOT},
    "Owner": {"actions": ("*",)},
    "User Access Administrator": {"actions": ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*")},
    "AcrPull": {"actions": ("Microsoft.ContainerRegistry/registries/pull/read",)},
}


def built_in_roles(subscription_id: str) -> list[Json]:
    """The built-in roles as the list of a subscription answers them."""
    return [
        {
            "properties": {
                "roleName": name,
                "type": "BuiltInRole",
                "description": f"Built-in role {name}.",
                "assignableScopes": ["/"],
                "permissions": [permission(**_GRANTS[name])],
                "createdOn": "2015-02-02T21:55:09.8806423Z",
                "updatedOn": "2024-11-11T20:13:28.6061853Z",
                "createdBy": None,
                "updatedBy": None,
            },
            "id": f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
            "type": "Microsoft.Authorization/roleDefinitions",
            "name": guid,
        }
        for name, guid in ROLES.items()
    ]


def permission(
    actions: tuple[str, ...] = (),
    notActions: tuple[str, ...] = (),  # noqa: N803 - Azure's names
    dataActions: tuple[str, ...] = (),  # noqa: N803
    notDataActions: tuple[str, ...] = (),  # noqa: N803
) -> Json:
    """One set of permissions of a role."""
    return {
        "actions": list(actions),
        "notActions": list(notActions),
        "dataActions": list(dataActions),
        "notDataActions": list(notDataActions),
    }
