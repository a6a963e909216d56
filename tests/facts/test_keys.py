"""Whether a store accepts its access keys, and whose customer-managed keys lie in a vault."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import ACCOUNT, VAULT
from tests.builders import GROUP, SUBSCRIPTION_ID, account, facts, gap, snapshot, storage

HIDDEN = Unread("hidden")
URI = "https://safe.vault.azure.net/"


def vault(uri: Json = URI, name: str = "safe") -> Resource:
    path = f"{GROUP}/providers/{VAULT}/{name}"
    return Resource({"id": path, "type": VAULT, "name": name, "properties": {"vaultUri": uri}})


def forms(uri: Json = URI, source: Json = "Microsoft.KeyVault") -> Resource:
    return account("forms", encryption={"keySource": source, "keyVaultProperties": {"keyVaultUri": uri}})


def docs(uri: Json = URI, source: Json = "Microsoft.Keyvault", **properties: Json) -> Resource:
    linked = {"resourceAccessRules": [{"resourceId": account("forms").id}]}
    encryption = {"keySource": source, "keyvaultproperties": {"keyvaulturi": uri}}
    return storage(**{"networkAcls": linked, "encryption": encryption, **properties})


def kept(*parts: Resource, safe: Resource | None = None, **how: Any) -> Json:
    safe = safe or vault()
    return facts(snapshot(safe, *parts, **how)).of(safe)["keepsKeysOf"]


OF_FORMS = {"id": forms().id, "name": "forms", "words": "it keeps the key of forms"}
OF_DOCS = {"id": docs().id, "name": "docs", "words": "it keeps the key of docs"}


def test_it_keeps_keys_of_accounts_and_documents_stores() -> None:
    assert kept(forms(), docs()) == [OF_FORMS, OF_DOCS]


@pytest.mark.parametrize("uri", [URI, URI.upper(), URI[:-1], f"{URI}/"])
@pytest.mark.parametrize("own", [URI, URI.upper(), URI[:-1], None, ""])
def test_addresses_compare_without_case_and_slash(uri: str, own: Json) -> None:
    assert kept(forms(uri), safe=vault(own)) == [OF_FORMS]


@pytest.mark.parametrize("own", [URI, None, HIDDEN])
@pytest.mark.parametrize("uri", ["https://safe2.vault.azure.net/", "https://xsafe.vault.azure.net", "http://[", "safe"])
def test_a_key_in_another_vault_is_not_kept_here(uri: str, own: Json) -> None:
    assert kept(forms(uri), safe=vault(own)) == []


@pytest.mark.parametrize("source", ["Microsoft.CognitiveServices", "Microsoft.Storage", None])
def test_keys_of_microsoft_lie_in_no_vault(source: Json) -> None:
    assert kept(forms(source=source), docs(source=source)) == []
    assert kept(account("forms"), docs(encryption=None)) == []


def test_the_case_of_names_does_not_matter() -> None:
    encryption = {"KeySource": "microsoft.keyvault", "keyVaultProperties": {"keyVaultURI": URI}}
    assert kept(account("forms"), docs(encryption=encryption)) == [OF_DOCS]


def test_other_accounts_and_stores_do_not_count() -> None:
    chat = account("chat", kind="OpenAI", encryption=forms().body["properties"]["encryption"])
    assert kept(account("forms"), chat, docs(networkAcls=None)) == []


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (forms(uri=HIDDEN), "where the key of forms lies was not read: hidden"),
        (forms(source=HIDDEN), "where the key of forms lies was not read: hidden"),
        (account("forms", encryption=HIDDEN), "where the key of forms lies was not read: hidden"),
        (Resource({**account("forms").body, "properties": HIDDEN}), "where the key of forms lies was not read: hidden"),
        (forms(uri=None), "forms does not say in which vault its key lies"),
        (
            account("forms", encryption={"keySource": "Microsoft.KeyVault", "keyVaultProperties": "odd"}),
            "forms does not say in which vault its key lies",
        ),
        (
            Resource({**forms().body, "kind": HIDDEN}),
            "whether forms, whose key it keeps, counts is not known: the kind of forms was not read: hidden",
        ),
    ],
    ids=range(7),
)
def test_a_key_whose_vault_was_not_read_may_lie_here(part: Resource, why: str) -> None:
    assert kept(part) == [Unread(why)]
    assert kept(docs(), part)[-1] == Unread(why)


def test_accounts_that_were_not_listed_may_have_their_key_here() -> None:
    name = SUBSCRIPTION_ID.rpartition("/")[2]
    why = f"each Document Intelligence account in subscription {name} was not read: 403 AuthorizationFailed"
    assert kept(forms(), gaps=(gap(SUBSCRIPTION_ID, ACCOUNT),)) == [OF_FORMS, Unread(why)]


# Shared key access: the setting of the account, and those of its services

NO_BOOLEAN = "on"
ALL_OFF = {name: {"enabled": False} for name in ("blob", "file", "queue", "table")}


@pytest.mark.parametrize(
    ("of_account", "of_services", "expected"),
    [
        # The account alone.
        (True, None, True),
        (None, None, True),
        (False, None, False),
        (False, {}, False),
        (False, {"blob": {}}, False),
        # The services say the same, or say nothing of blobs.
        (True, {"blob": {"enabled": True}}, True),
        (None, {"blob": {"enabled": True}}, True),
        (False, ALL_OFF, False),
        (True, {"file": {"enabled": False}}, True),
        (None, {**ALL_OFF, "blob": {"enabled": True}}, True),
        # They differ, and which one counts is not documented.
        (True, {"blob": {"enabled": False}}, "on for the account and off for its blob service"),
        (None, ALL_OFF, "on for the account and off for its blob service"),
        (False, {"blob": {"enabled": True}}, "off for the account and on for its blob service"),
        (False, {**ALL_OFF, "file": {"enabled": True}}, "off for the account and on for its file service"),
        (False, {"queue": {"enabled": True}}, "off for the account and on for its queue service"),
        (False, {"table": {"enabled": True}}, "off for the account and on for its table service"),
        # Not read, or no setting.
        (HIDDEN, None, "the setting of the account for shared key access was not read: hidden"),
        (HIDDEN, ALL_OFF, "the setting of the account for shared key access was not read: hidden"),
        (False, HIDDEN, "the setting of the blob service for shared key access was not read: hidden"),
        (True, {"blob": HIDDEN}, "the setting of the blob service for shared key access was not read: hidden"),
        (False, {"file": {"enabled": HIDDEN}}, "the setting of the file service"),
        (True, {"file": {"enabled": HIDDEN}}, True),
        (NO_BOOLEAN, None, "the setting of the account for shared key access is no boolean"),
        (
            False,
            {"blob": {"enabled": NO_BOOLEAN}},
            "the setting of the blob service for shared key access is no boolean",
        ),
    ],
    ids=range(24),
)
def test_whether_a_store_accepts_keys(of_account: Json, of_services: Json, expected: Json) -> None:
    store = storage(allowSharedKeyAccess=of_account, allowSharedKeyAccessForServices=of_services)
    found = facts(snapshot(store)).of(store)["sharedKeyAccess"]
    if isinstance(expected, str):
        assert isinstance(found, Unread)
        assert expected in found.why
    else:
        assert found is expected
