"""Which private endpoints lead to blobs of a storage account."""

from __future__ import annotations

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import PRIVATE_ENDPOINT
from tests.builders import GROUP, SUBSCRIPTION_ID, facts, gap, snapshot, storage

HIDDEN = Unread("hidden")
UNKNOWN = "unknown"
ENDPOINT = f"{GROUP}/providers/{PRIVATE_ENDPOINT}/to-docs"


def connection(status: Json = "Approved", **properties: Json) -> Json:
    state = {"privateLinkServiceConnectionState": {"status": status}, "privateEndpoint": {"id": ENDPOINT}}
    return {"name": "docs.guid", "properties": {**state, **properties}}


def endpoint(*groups: Json, target: Json = None, member: str = "privateLinkServiceConnections") -> Resource:
    inner = {"privateLinkServiceId": target or storage().id.upper(), "groupIds": list(groups)}
    properties = {member: [{"name": "c", "properties": inner}]}
    return Resource({"id": ENDPOINT, "type": PRIVATE_ENDPOINT, "name": "to-docs", "properties": properties})


def connections(listed: Json, *others: Resource, unread: bool = False) -> list[Json]:
    store = storage(privateEndpointConnections=listed)
    gaps = (gap(SUBSCRIPTION_ID, PRIVATE_ENDPOINT),) if unread else ()
    found = facts(snapshot(store, *others, gaps=gaps)).of(store)["privateEndpoints"]["connections"]
    return [UNKNOWN if isinstance(item, Unread) else (said(item["approved"]), said(item["blob"])) for item in found]


def said(value: Json) -> Json:
    return UNKNOWN if isinstance(value, Unread) else value


@pytest.mark.parametrize(
    ("groups", "wanted"),
    [
        (["blob"], True),
        (["Blob"], True),
        (["dfs"], False),
        (["blob_secondary"], False),
        (["file"], False),
        (["dfs", "blob"], True),
        ([], UNKNOWN),
        ([HIDDEN], UNKNOWN),
        (["dfs", HIDDEN], UNKNOWN),
        (["blob", HIDDEN], True),
        ([7], UNKNOWN),
    ],
)
def test_only_the_group_blob_leads_to_blobs(groups: list[Json], wanted: Json) -> None:
    assert connections([connection()], endpoint(*groups)) == [(True, wanted)]
    assert connections([connection()], endpoint(*groups, member="manualPrivateLinkServiceConnections")) == [
        (True, wanted)
    ]
    assert connections([connection(groupIds=groups)]) == [(True, wanted)]


def test_a_private_endpoint_that_was_not_read_leads_nobody_knows_where() -> None:
    assert connections([connection()], unread=True) == [(True, UNKNOWN)]
    assert connections([connection()]) == [(True, UNKNOWN)]  # of another subscription, say
    assert connections([connection(privateEndpoint=HIDDEN)]) == [(True, UNKNOWN)]
    assert connections([connection()], endpoint("blob", target=f"{storage().id}x")) == [(True, UNKNOWN)]
    assert connections([connection()], endpoint("blob", target=HIDDEN)) == [(True, UNKNOWN)]
    unread = Resource({**endpoint().body, "properties": HIDDEN})
    assert connections([connection()], unread) == [(True, UNKNOWN)]


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("Approved", True),
        ("approved", True),
        ("Pending", False),
        ("Rejected", False),
        ("Disconnected", False),
        (HIDDEN, UNKNOWN),
        (None, UNKNOWN),
        (True, UNKNOWN),
    ],
)
def test_only_an_approved_connection_works(status: Json, wanted: Json) -> None:
    assert connections([connection(status)], endpoint("blob")) == [(wanted, True)]


def test_connections_that_were_not_read_are_not_none() -> None:
    assert connections(None) == connections([]) == []
    assert connections(HIDDEN) == connections([HIDDEN]) == connections("Approved") == [UNKNOWN]


def test_the_words_name_state_and_group() -> None:
    store = storage(privateEndpointConnections=[connection("Pending")])
    words = facts(snapshot(store, endpoint("dfs"))).of(store)["privateEndpoints"]["words"]
    assert words == "private endpoint to-docs is Pending, for dfs"
    assert facts(snapshot(storage())).of(storage())["privateEndpoints"]["words"] == "it has no private endpoint"
