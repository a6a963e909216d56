"""Whether a storage account accepts its access keys, and where customer-managed keys lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from auditor.facts.parts import part_of
from auditor.facts.subjects import subjects, unseen_subjects
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_SERVICES: Final = ("blob", "file", "queue", "table")


def shared_key_access(storage: Resource, _estate: Estate) -> bool | Unread:
    """Whether requests for blobs may be authorized with an account key.

    The account's setting is on where it is absent ("The default value is null, which is equivalent to true", Storage API
    specification, `allowSharedKeyAccess`). Since API version 2025-08-01 each service can have a setting of its own
    (`allowSharedKeyAccessForServices`). Microsoft documents no precedence between the two, so where they differ the
    answer is `Unread`: the account's setting off and any service on, or the account's setting on and blobs off.
    """
    properties = storage.body.get("properties")
    account = _switch(properties, "the setting of the account", "allowSharedKeyAccess")
    services = {
        name: _switch(
            properties, f"the setting of the {name} service", "allowSharedKeyAccessForServices", name, "enabled"
        )
        for name in _SERVICES
    }
    if isinstance(account, Unread):
        return account
    allowed = account is not False
    decisive = ("blob",) if allowed else _SERVICES
    for name in decisive:
        setting = services[name]
        if isinstance(setting, Unread):
            return setting
        if setting is not None and setting is not allowed:
            return Unread(
                f"shared key access is {_on(allowed)} for the account and {_on(setting)} for its {name} service, and "
                "Microsoft does not document which setting takes precedence"
            )
    return allowed


def _switch(properties: Json, what: str, *names: str) -> bool | Unread | None:
    """A setting that is on or off; None where it is absent."""
    value = part_of(properties, *names)
    if isinstance(value, Unread):
        return Unread(f"{what} for shared key access was not read: {value.why}", value.settled_by)
    return value if value is None or isinstance(value, bool) else Unread(f"{what} for shared key access is no boolean")


def _on(setting: bool) -> str:  # noqa: FBT001 - the setting itself
    return "on" if setting else "off"


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
