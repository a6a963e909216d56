"""Whose customer-managed keys lie in a vault."""

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
