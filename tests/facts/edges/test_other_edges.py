"""Edges of links, private endpoints, key vaults and the sharing features of 2026 that were read in part."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import PRIVATE_ENDPOINT, ROLE_ASSIGNMENT, VAULT
from tests.builders import SUBSCRIPTION_ID, account, container, facts, gap, grant, storage
from tests.facts.estates import connection, endpoint, estate, key_vault

HIDDEN = Unread("known only after deployment")
FAR = "northeurope"
STORE = storage()


def edges(about: Resource, via: str, *parts: Resource, **how: Any) -> list[dict[str, Any]]:
    found = facts(estate(about, *parts, **how)).of(about)["residency"]["edges"]
    return [edge for edge in found if edge["via"] == via]


def leaving(about: Resource, via: str, *parts: Resource, **how: Any) -> list[Json]:
    return [read(edge["leavesRegion"]) for edge in edges(about, via, *parts, **how)]


def read(value: Json) -> Json:
    return "unread" if isinstance(value, Unread) else value


# Links

STUDIO = {"networkAcls": {"ipRules": [{"value": "20.3.165.95"}]}}


def test_one_edge_for_an_account_whatever_signals_link_it() -> None:
    boxes = (grant(STORE.id), grant(f"{STORE.id}/blobServices/default/containers/scans"))
    (edge,) = edges(STORE, "accountLink", account(), *boxes)
    words = "account di in westeurope works on its documents: the identity of di has Storage Blob Data Reader on"
    assert edge["words"].startswith(words)
    assert (edge["to"], edge["carries"]) == (account().id, "documents")


def test_links_that_do_not_tell_or_may_be_hidden() -> None:
    nowhere = Resource({**account().body, "location": HIDDEN})
    assert leaving(STORE, "accountLink", nowhere, grant(STORE.id)) == ["unread"]
    studio = storage(**STUDIO)
    assert leaving(studio, "accountLink", account()) == ["unread"]
    assert leaving(studio, "accountLink", account(location=FAR), grant(studio.id)) == [True, "unread"]
    gaps = (gap(SUBSCRIPTION_ID, ROLE_ASSIGNMENT),)
    assert leaving(STORE, "accountLink", account(), gaps=gaps) == ["unread"]
    assert leaving(STORE, "accountLink", account()) == []


# Private endpoints

DOOR = endpoint().id


@pytest.mark.parametrize("status", ["Approved", "approved"])
def test_an_approved_endpoint_counts(status: str) -> None:
    store = storage(privateEndpointConnections=[connection(DOOR, status)])
    assert leaving(store, "privateEndpoint", endpoint()) == [False]
    (edge,) = edges(store, "privateEndpoint", endpoint(location=FAR))
    words = "documents pass through private endpoint door in northeurope, encrypted; none comes to rest there"
    assert (edge["to"], edge["leavesRegion"], edge["words"]) == (DOOR, True, words)


@pytest.mark.parametrize("status", ["Pending", "Rejected", "Disconnected"])
def test_other_connections_do_not(status: str) -> None:
    store = storage(privateEndpointConnections=[connection(DOOR, status)])
    assert leaving(store, "privateEndpoint", endpoint(location=FAR)) == []


@pytest.mark.parametrize(
    ("connections", "place", "expected"),
    [
        (None, FAR, []),
        ([], FAR, []),
        (HIDDEN, FAR, ["unread"]),
        ([HIDDEN], FAR, ["unread"]),
        ([connection(DOOR, HIDDEN)], FAR, ["unread"]),
        ([connection(DOOR, HIDDEN)], "westeurope", [False]),
        ([connection(DOOR, None)], FAR, ["unread"]),
        ([connection(HIDDEN)], FAR, ["unread"]),
        ([connection(None)], FAR, ["unread"]),
        ([connection(f"{DOOR}2")], FAR, ["unread"]),
        ([connection(DOOR)], HIDDEN, ["unread"]),
    ],
    ids=range(11),
)
def test_connections_that_were_read_in_part(connections: Json, place: Json, expected: list[Json]) -> None:
    for about in (storage(privateEndpointConnections=connections), account(privateEndpointConnections=connections)):
        assert leaving(about, "privateEndpoint", endpoint(location=place)) == expected


def test_an_endpoint_that_was_not_seen_says_why() -> None:
    store = storage(privateEndpointConnections=[connection(DOOR)])
    (edge,) = edges(store, "privateEndpoint", gaps=(gap(SUBSCRIPTION_ID, PRIVATE_ENDPOINT),))
    assert edge["region"] == Unread("the private endpoint door was not seen: 403 AuthorizationFailed")
    assert edge["name"] == "door"


# Key vaults


def encrypted(source: Json = "Microsoft.Keyvault", uri: Json = "https://keys.vault.azure.net/") -> list[Resource]:
    """A store and an account with a key of the customer's; they spell the properties each in their way."""
    return [
        storage(encryption={"keySource": source, "keyvaultproperties": {"keyvaulturi": uri}}),
        account(encryption={"keySource": source, "keyVaultProperties": {"keyVaultUri": uri}}),
    ]


@pytest.mark.parametrize(
    ("source", "uri", "expected"),
    [
        ("Microsoft.Keyvault", "https://keys.vault.azure.net/", [True]),
        ("microsoft.keyvault", "HTTPS://KEYS.vault.azure.net", [True]),
        ("Microsoft.Storage", "https://keys.vault.azure.net/", []),
        (None, "https://keys.vault.azure.net/", []),
        (HIDDEN, "https://keys.vault.azure.net/", ["unread"]),
        ("Microsoft.Keyvault", HIDDEN, ["unread"]),
        ("Microsoft.Keyvault", None, ["unread"]),
        ("Microsoft.Keyvault", "https://[", ["unread"]),
        ("Microsoft.Keyvault", "https://other.vault.azure.net/", ["unread"]),
        ("Microsoft.Keyvault", "https://keys.managedhsm.azure.net/", ["unread"]),
    ],
    ids=range(10),
)
def test_where_the_key_lies(source: Json, uri: Json, expected: list[Json]) -> None:
    for about in encrypted(source, uri):
        assert leaving(about, "keyVault", key_vault(location=FAR), key_vault("odd", HIDDEN)) == expected


def test_encryption_that_was_not_read() -> None:
    assert leaving(storage(encryption=HIDDEN), "keyVault") == ["unread"]
    assert leaving(storage(encryption=None), "keyVault") == []


def test_a_vault_that_was_not_seen_says_why() -> None:
    for about in encrypted():
        (edge,) = edges(about, "keyVault", gaps=(gap(SUBSCRIPTION_ID, VAULT),))
        assert edge["region"] == Unread("the key vault keys was not seen: 403 AuthorizationFailed")
        assert edge["carries"] == "metadata"


def test_a_vault_without_an_address_is_none_of_them() -> None:
    bare = Resource({**key_vault().body, "properties": HIDDEN})
    assert leaving(encrypted()[0], "keyVault", bare) == ["unread"]


# Sharing


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (None, []),
        ({}, []),
        ({"allowBlobAccessPoints": False}, []),
        (
            {"allowBlobAccessPoints": True},
            ["the account allows blob access points, and no setting says where the data goes"],
        ),
        (
            {"allowCrossTenantDataSharing": HIDDEN},
            ["whether the account allows sharing with other tenants was not read"],
        ),
        ({"allowStorageDataShares": "true"}, ["whether the account allows data shares was not read"]),
    ],
    ids=range(6),
)
def test_sharing_that_is_on_has_an_unknown_destination(policy: Json, words: list[str]) -> None:
    found = edges(storage(dataCollaborationPolicyProperties=policy), "dataCollaboration")
    assert [edge["words"] for edge in found] == words
    assert all(isinstance(edge["leavesRegion"], Unread) for edge in found)


def test_a_policy_of_sharing_that_was_not_read() -> None:
    for policy in (HIDDEN, "all"):
        assert leaving(storage(dataCollaborationPolicyProperties=policy), "dataCollaboration") == ["unread"] * 4


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (None, []),
        ({}, []),
        (
            {"blobAccessPointConfigurationName": "s3"},
            ["container scans shows data of a store elsewhere (blob access point)"],
        ),
        (HIDDEN, ["container scans may show data of a store elsewhere (blob access point)"]),
    ],
    ids=range(4),
)
def test_a_container_that_is_a_view(view: Json, words: list[str]) -> None:
    found = edges(STORE, "blobAccessPoint", container(STORE, blobAccessPointConfiguration=view))
    assert [edge["words"] for edge in found] == words
