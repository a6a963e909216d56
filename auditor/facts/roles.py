"""What a role lets those do who hold it: by its definition as Azure tells it, by a table of built-in roles without one.

Permissions add up, and each takes away from itself alone what its `notActions` name (Azure role definitions, Microsoft
Learn: "Actions minus NotActions").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.facts.parts import any_of, part_of
from auditor.model.permissions import matches
from auditor.model.reading import Json, Unread
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import ROLE_DEFINITION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.facts.estate import Estate


def _role(
    name: str, *actions: str, data: tuple[str, ...] = (), not_actions: tuple[str, ...] = ()
) -> Mapping[str, dict[str, Any]]:
    """A definition as Azure writes it."""
    permission = {"actions": [*actions], "notActions": [*not_actions], "dataActions": [*data], "notDataActions": []}
    return {"properties": {"roleName": name, "permissions": [permission]}}


_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_NO_ACCESS_CONTROL: Final = tuple(
    f"Microsoft.Authorization/{part}" for part in ("*/Delete", "*/Write", "elevateAccess/Action")
)
BUILT_IN_ROLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": _role("Owner", "*"),
    "b24988ac-6180-42a0-ab88-20f7382dd24c": _role("Contributor", "*", not_actions=_NO_ACCESS_CONTROL),
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": _role("Reader", "*/read"),
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": _role(
        "User Access Administrator", "*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"
    ),
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": _role(
        "Role Based Access Control Administrator",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
        "*/read",
        "Microsoft.Support/*",
    ),
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": _role(
        "Storage Blob Data Reader",
        "Microsoft.Storage/storageAccounts/blobServices/containers/read",
        "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
        data=(f"{_BLOBS}/read",),
    ),
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": _role(
        "Storage Blob Data Contributor",
        "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
        "Microsoft.Storage/storageAccounts/blobServices/containers/read",
        "Microsoft.Storage/storageAccounts/blobServices/containers/write",
        "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
        data=tuple(f"{_BLOBS}/{act}" for act in ("delete", "read", "write", "move/action", "add/action")),
    ),
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": _role(
        "Storage Blob Data Owner",
        "Microsoft.Storage/storageAccounts/blobServices/containers/*",
        "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
        data=(f"{_BLOBS}/*",),
    ),
    "db58b8e5-c6ad-4a2a-8342-4190687cbf4a": _role(
        "Storage Blob Delegator", "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"
    ),
    "17d1049b-9a84-46fb-8f53-869881c3d3ab": _role("Storage Account Contributor", "Microsoft.Storage/storageAccounts/*"),
    "81a9662b-bebf-436f-a333-f67b29880f12": _role(
        "Storage Account Key Operator Service Role",
        "Microsoft.Storage/storageAccounts/listkeys/action",
        "Microsoft.Storage/storageAccounts/regeneratekey/action",
    ),
    "c12c1c16-33a1-487b-954d-41c89c60f349": _role(
        "Reader and Data Access",
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Storage/storageAccounts/ListAccountSas/action",
        "Microsoft.Storage/storageAccounts/read",
    ),
    "a97b65f3-24c7-4388-baec-2e87135dc908": _role(
        "Cognitive Services User",
        "Microsoft.CognitiveServices/*/read",
        "Microsoft.CognitiveServices/accounts/listkeys/action",
        data=("Microsoft.CognitiveServices/*",),
    ),
    "b59867f0-fa02-499b-be73-45a86b5b3e1c": _role(
        "Cognitive Services Data Reader", data=("Microsoft.CognitiveServices/*/read",)
    ),
    "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68": _role("Cognitive Services Contributor", "Microsoft.CognitiveServices/*"),
    "92aaf0da-9dab-42b6-94a3-d43ce8d16293": _role(
        "Log Analytics Contributor", "*/read", "Microsoft.Storage/storageAccounts/listKeys/action"
    ),
    "73c42c96-874c-492b-b04d-ab87d138a893": _role("Log Analytics Reader", "*/read"),
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": _role(
        "Key Vault Crypto Service Encryption User", data=("Microsoft.KeyVault/vaults/keys/read",)
    ),
}
"""Built-in roles by the GUID at the end of `roleDefinitionId`, for where the definitions themselves were not read.

Only actions on cognitive and storage accounts count; others are left out. Source: Azure built-in roles, Microsoft Learn
(azure-facts 3e and D41).
"""


def is_inherited(scope: str) -> bool:
    """Whether the scope of an assignment (a key) lies above subscriptions: a management group, or the root, `/`."""
    return scope == "" or scope.startswith("/providers/microsoft.management/")


def role_guid(role_id: Json) -> str:
    """The GUID at the end of a `roleDefinitionId`, by which roles are matched (azure-facts 2.12); empty for no text."""
    return role_id.rstrip("/").rpartition("/")[2].lower() if isinstance(role_id, str) else ""


def role_name(role_id: Json, estate: Estate) -> str:
    """What a role is called, or its GUID where nobody told."""
    guid = role_guid(role_id)
    name = part_of(_definition(guid, estate), "properties", "roleName")
    return name if isinstance(name, str) and name else f"role {guid}"


def role_grants(role_id: Json, subscription: str | None, action: str, estate: Estate, *, data: bool) -> bool | Unread:
    """Whether a role that is assigned in a subscription grants an action on a cognitive or a storage account.

    A scan keeps only definitions that touch these providers, so a role that is not among those of a list which was read
    to its end grants none of it.
    """
    if not isinstance(role_id, str):
        why = role_id.why if isinstance(role_id, Unread) else "it names none"
        return Unread(f"the role of an assignment was not read: {why}")
    guid = role_guid(role_id)
    key = ("role grants", guid, subscription, action, data)
    return estate.once(key, lambda: _grants(guid, subscription, action, estate, data=data))


def _grants(guid: str, subscription: str | None, action: str, estate: Estate, *, data: bool) -> bool | Unread:
    definition = _definition(guid, estate)
    if definition is not None:
        return grants(definition, action, data=data)
    if subscription is None or estate.snapshot.header.kind == INFRASTRUCTURE:
        return Unread(f"what role {guid} grants is not known here")
    unread = estate.snapshot.listing(subscription, ROLE_DEFINITION).unread
    return False if unread is None else Unread(f"the definition of role {guid} was not read: {unread.why}")


def _definition(guid: str, estate: Estate) -> Mapping[str, Json] | None:
    read = estate.once(
        "role definitions",
        lambda: {role_guid(item.key): item.body for item in estate.snapshot.of_type(ROLE_DEFINITION)},
    )
    return read.get(guid) or BUILT_IN_ROLES.get(guid)


def grants(definition: Mapping[str, Json], action: str, *, data: bool) -> bool | Unread:
    """Whether a role's definition grants an action, or with `data` a data action. Names compare without case."""
    permissions = part_of(definition.get("properties"), "permissions")
    if isinstance(permissions, Unread):
        return Unread(f"the permissions of a role were not read: {permissions.why}")
    if not isinstance(permissions, list):
        return Unread("the definition of a role names no permissions")
    names = ("dataActions", "notDataActions") if data else ("actions", "notActions")
    return any_of(_permits(permission, action, *names) for permission in permissions)


def _permits(permission: Json, action: str, given: str, taken: str) -> bool | Unread:
    if isinstance(permission, Unread):
        return Unread(f"a permission of a role was not read: {permission.why}")
    granted = any_of(_named(part_of(permission, given), action))
    withheld = False if granted is False else any_of(_named(part_of(permission, taken), action))
    if granted is False or withheld is True:
        return False
    return withheld if isinstance(withheld, Unread) else granted


def _named(patterns: Json, action: str) -> Iterator[bool | Unread]:
    """Whether the patterns name the action, one by one."""
    if patterns is None:
        return
    for pattern in patterns if isinstance(patterns, list) else [patterns]:
        if isinstance(pattern, Unread):
            yield Unread(f"an action of a role was not read: {pattern.why}")
        elif isinstance(pattern, str):
            yield matches(pattern, action)
        else:
            yield Unread("an action of a role is no text")
