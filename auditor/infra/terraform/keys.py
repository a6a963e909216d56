"""Customer-managed keys: of accounts and stores, in a block of theirs or as a resource of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor.infra.terraform.configuration import Lost
from auditor.infra.terraform.record import NOT_IN_FILE, put
from auditor.model.reading import Json, Unread
from auditor.model.types import STORAGE

if TYPE_CHECKING:
    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance
    from auditor.infra.terraform.record import Body

_KEY: Final = re.compile(r"(https://[^/]+)/keys/([^/]+)(?:/([^/]+))?/?")
_NAMES: Final = ("key_vault_key_id", "managed_hsm_key_id")


def read_key(building: Building, instance: Instance, arguments: Arguments | Unread, arm: str) -> Json:
    """`encryption`, in the spelling of stores or of accounts; that there is a key is known even where which one is not.

    The names and the word `Microsoft.Keyvault` are spelled in two ways (azure-facts 2.1, 2.3).
    """
    if isinstance(arguments, Unread):
        return arguments
    uri, name, version = _parts(building, instance, arguments)
    client = arguments.get("identity_client_id", "federated_identity_client_id")
    if arm != STORAGE:
        body: Body = {"keySource": "Microsoft.KeyVault"}
        for path, value in (
            ("keyVaultUri", uri),
            ("keyName", name),
            ("keyVersion", version),
            ("identityClientId", client),
        ):
            put(body, f"keyVaultProperties.{path}", value)
        return body
    body = {"keySource": "Microsoft.Keyvault"}
    for path, value in (("keyvaulturi", uri), ("keyname", name), ("keyversion", version)):
        put(body, f"keyvaultproperties.{path}", value)
    users = arguments.get("user_assigned_identity_id")
    if users is not None:
        owner = building.link(instance, arguments, "user_assigned_identity_id")
        put(body, "identity.userAssignedIdentity", owner if isinstance(owner, str) else owner.unread)
    put(body, "identity.federatedIdentityClientId", client)
    return body


def _parts(building: Building, instance: Instance, arguments: Arguments) -> tuple[Json, Json, Json]:
    """The vault's address, the key's name and its version; unread as far as they are."""
    written = arguments.get(*_NAMES)
    if isinstance(written, str):
        match = _KEY.fullmatch(written)
        if match is None:
            odd = Unread(f"{written} is no address of a key")
            return odd, odd, odd
        return f"{match[1]}/", match[2], match[3]
    if written is None:  # until version 4 the vault and the key's name were given
        vault, name = arguments.get("key_vault_id"), arguments.get("key_name")
        if vault is not None:
            uri = arguments.get("key_vault_uri") or _uri(building, building.link(instance, arguments, "key_vault_id"))
            return uri, name, arguments.get("key_version")
    key = building.target(
        instance, arguments, *_NAMES, attributes=("id", "versionless_id", "resource_id", "resource_versionless_id")
    )
    unread = written if isinstance(written, Unread) else NOT_IN_FILE
    if isinstance(key, Lost) or key.type != "azurerm_key_vault_key":
        return unread, unread, None
    vault_id = building.link(key, building.arguments(key), "key_vault_id")
    name = key.values.get("name")
    return _uri(building, vault_id), name if isinstance(name, str) else unread, None


def _uri(building: Building, vault: str | Lost) -> Json:
    """The address of a vault: its first part is the vault's name, which is unique in a cloud."""
    if isinstance(vault, Lost):
        return vault.unread
    name = vault.rpartition("/")[2]
    return building.vault_uri(vault) or (
        Unread("the vault's name is not known") if "{" in name else f"https://{name}.vault.azure.net/"
    )
