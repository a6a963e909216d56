"""Where customer-managed keys lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auditor.facts.parts import part_of
from auditor.facts.subjects import subjects, unseen_subjects
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


def keeps_keys_of(vault: Resource, estate: Estate) -> Json:
    """The accounts and documents stores whose key lies in the vault; an `Unread` at the end where there may be more."""
    found: list[Json] = []
    doubt = unseen_subjects(estate)
    for subject, unsure in subjects(estate):
        uri = _key_vault_of(subject)
        if uri is None or (isinstance(uri, str) and not _is_at(vault, uri)):
            continue
        if isinstance(uri, Unread):
            doubt = doubt or uri
        elif unsure is not None:
            doubt = doubt or Unread(f"whether {subject.name}, whose key it keeps, counts is not known: {unsure.why}")
        else:
            found.append({"id": subject.id, "name": subject.name, "words": f"it keeps the key of {subject.name}"})
    return found if doubt is None else [*found, doubt]


def _key_vault_of(subject: Resource) -> str | Unread | None:
    """The address of the vault that a customer-managed key of an account or a store lies in; None without one.

    Names and values are spelled in two ways: `keyVaultProperties.keyVaultUri` and `Microsoft.KeyVault` of accounts,
    `keyvaultproperties.keyvaulturi` and `Microsoft.Keyvault` of stores (azure-facts 2.1, 2.3).
    """
    encryption = _folded(part_of(subject.body.get("properties"), "encryption"))
    source = part_of(encryption, "keysource")
    if source is None or (isinstance(source, str) and source.lower() != "microsoft.keyvault"):
        return None
    uri = part_of(_folded(part_of(encryption, "keyvaultproperties")), "keyvaulturi")
    for part in (uri, source):
        if isinstance(part, Unread):
            return Unread(f"where the key of {subject.name} lies was not read: {part.why}")
    return uri if isinstance(uri, str) else Unread(f"{subject.name} does not say in which vault its key lies")


def _is_at(vault: Resource, uri: str) -> bool:
    """Whether this is the vault's address, of which its name is the first part; names of vaults are unique in a cloud."""
    own = part_of(vault.body.get("properties"), "vaultUri")
    if isinstance(own, str) and own:
        return own.rstrip("/").lower() == uri.rstrip("/").lower()
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        return False
    return host.partition(".")[0] == vault.name.lower()


def _folded(value: Json) -> Any:
    """An object with its names in small letters; anything else as it is."""
    return {name.lower(): item for name, item in value.items()} if isinstance(value, dict) else value
