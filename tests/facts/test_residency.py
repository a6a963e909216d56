"""Where copies of a document come to rest: redundancy and object replication.

The table of SKUs was written down from Microsoft's page on redundancy: geo-redundant ones keep a copy in the paired
region, all others stay where they are.
"""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import LOCATION, OBJECT_REPLICATION
from tests.builders import GROUP, SUBSCRIPTION_ID, blob_service, child, facts, gap, snapshot, storage

HIDDEN = Unread("known only after deployment")
STAYS = "Standard_LRS Premium_LRS StandardV2_LRS PremiumV2_LRS Standard_ZRS Premium_ZRS StandardV2_ZRS PremiumV2_ZRS"
LEAVES = "Standard_GRS Standard_RAGRS StandardV2_GRS Standard_GZRS Standard_RAGZRS StandardV2_GZRS standard_grs STANDARD_RAGZRS"


def region(name: str, *pairs: Json) -> Resource:
    body = {"id": f"{SUBSCRIPTION_ID}/locations/{name}", "type": LOCATION, "name": name}
    return Resource({**body, "metadata": {"pairedRegion": list(pairs)}})


def residency(store: Resource, *parts: Resource, **how: Any) -> dict[str, Any]:
    given = {part.key for part in parts}
    service = blob_service(store, isVersioningEnabled=True)
    found = snapshot(store, *(() if service.key in given else (service,)), *parts, **how)
    return dict(facts(found).of(store)["residency"])


def with_sku(sku: Json, **properties: Json) -> Resource:
    return Resource({**storage(**properties).body, "sku": sku})


@pytest.mark.parametrize("sku", STAYS.split())
def test_copies_stay(sku: str) -> None:
    found = residency(storage(sku=sku))
    assert found["redundancy"] == {
        "leavesRegion": False,
        "secondary": None,
        "words": f"{sku} keeps all copies in one region",
    }
    assert found["edges"] == []


@pytest.mark.parametrize("sku", LEAVES.split())
def test_copies_leave(sku: str) -> None:
    found = residency(storage(sku=sku, secondaryLocation="northeurope"))
    words = f"{sku} keeps a second copy in northeurope"
    assert found["redundancy"] == {"leavesRegion": True, "secondary": "northeurope", "words": words}
    assert found["edges"] == [
        {
            "via": "geoRedundancy",
            "carries": "documents",
            "to": storage().id,
            "name": "docs",
            "region": "northeurope",
            "leavesRegion": True,
            "words": words,
        }
    ]


UNKNOWN_PAIR = Unread("the paired region was not read")


@pytest.mark.parametrize(
    ("locations", "secondary"),
    [
        ((region("westeurope", {"name": "northeurope", "id": "/x"}),), "northeurope"),
        ((region("northeurope", {"name": "x"}), region("westeurope", {"name": "northeurope"})), "northeurope"),
        ((region("northeurope", {"name": "westeurope"}),), UNKNOWN_PAIR),
        ((region("westeurope"),), UNKNOWN_PAIR),
        ((region("westeurope", {"name": 7}),), UNKNOWN_PAIR),
        ((region("westeurope", "northeurope"),), UNKNOWN_PAIR),
        ((Resource({**region("westeurope").body, "metadata": None}),), UNKNOWN_PAIR),
        ((), UNKNOWN_PAIR),
    ],
    ids=range(8),
)
def test_the_pair_of_a_region_is_looked_up_and_the_copy_leaves_in_any_case(
    locations: tuple[Resource, ...], secondary: Json
) -> None:
    for store in (storage(sku="Standard_GRS"), storage(sku="Standard_GRS", location="West Europe")):
        found = residency(store, *locations)["redundancy"]
        assert (found["leavesRegion"], found["secondary"]) == (True, secondary)
        assert found["words"].endswith("northeurope" if secondary == "northeurope" else "the paired region")


def test_outside_of_subscriptions_no_pair_can_be_looked_up() -> None:
    store = Resource(
        {**storage(sku="Standard_GRS").body, "id": "/unseen/providers/Microsoft.Storage/storageAccounts/docs"}
    )
    assert residency(store)["redundancy"]["secondary"] == UNKNOWN_PAIR


def test_a_secondary_location_counts_whatever_the_sku_says() -> None:
    assert residency(with_sku({"name": "New_XRS"}, secondaryLocation="x"))["redundancy"]["leavesRegion"] is True


@pytest.mark.parametrize(
    ("sku", "words"),
    [
        ({"name": HIDDEN}, "the SKU was not read"),
        (HIDDEN, "the SKU was not read"),
        (None, "the SKU is missing"),
        ({}, "the SKU is missing"),
        ({"name": 7}, "the SKU is missing"),
        ({"name": "Standard_XRS"}, "the SKU Standard_XRS is not known"),
        ({"name": "Standard_GRS2"}, "the SKU Standard_GRS2 is not known"),
        ({"name": "GRS"}, "the SKU GRS is not known"),
    ],
)
def test_of_a_sku_that_is_not_known_nothing_is_claimed(sku: Json, words: str) -> None:
    found = residency(with_sku(sku))
    assert isinstance(found["redundancy"]["leavesRegion"], Unread)
    assert isinstance(found["redundancy"]["secondary"], Unread)
    assert found["redundancy"]["words"] == words
    assert found["edges"] == []


def test_properties_that_were_not_read_hide_nothing_that_the_sku_tells() -> None:
    body = {**storage(sku="Standard_GRS").body, "properties": HIDDEN}
    assert residency(Resource(body))["redundancy"]["leavesRegion"] is True


# Object replication

DOCS, NEAR, FAR = storage(), storage("near"), storage("far", location="northeurope")


def policy(store: Resource = DOCS, **properties: Json) -> Resource:
    return child(store, OBJECT_REPLICATION, "p1", **properties)


@pytest.mark.parametrize(
    ("destination", "region_of", "leaves"),
    [
        (FAR.id, "northeurope", True),
        (FAR.id.upper(), "northeurope", True),
        ("far", "northeurope", True),
        ("FAR", "northeurope", True),
        (NEAR.id, "westeurope", False),
        ("near", "westeurope", False),
        ("gone", None, None),
        (f"{GROUP}/providers/Microsoft.Storage/storageAccounts/gone", None, None),
    ],
)
def test_a_copy_goes_where_the_destination_lies(destination: str, region_of: str | None, leaves: bool | None) -> None:
    (edge,) = residency(DOCS, policy(sourceAccount=DOCS.id, destinationAccount=destination), NEAR, FAR)["edges"]
    name = destination.rpartition("/")[2]
    unseen = Unread(f"the destination {name} was not seen")
    assert edge == {
        "via": "objectReplication",
        "carries": "documents",
        "to": destination,
        "name": name,
        "region": unseen if region_of is None else region_of,
        "leavesRegion": unseen if leaves is None else leaves,
        "words": f"object replication copies blobs to {name} in {region_of or 'a region that is not known'}",
    }


def test_both_spellings_of_a_region_are_one_region() -> None:
    near = storage("near", location="West Europe")
    (edge,) = residency(DOCS, policy(sourceAccount="docs", destinationAccount="near"), near)["edges"]
    assert edge["leavesRegion"] is False


@pytest.mark.parametrize(
    ("properties", "is_source"),
    [
        ({"sourceAccount": "docs", "destinationAccount": "far"}, True),
        ({"sourceAccount": DOCS.id.upper(), "destinationAccount": "far"}, True),
        ({"sourceAccount": "far", "destinationAccount": "docs"}, False),
        ({"destinationAccount": "docs"}, False),
        ({"destinationAccount": "far"}, True),
        ({"sourceAccount": HIDDEN, "destinationAccount": DOCS.id}, False),
        ({}, True),
        ({"sourceAccount": HIDDEN, "destinationAccount": HIDDEN}, True),
    ],
    ids=range(8),
)
def test_only_from_the_source_do_copies_go(properties: dict[str, Json], is_source: bool) -> None:
    assert len(residency(DOCS, policy(**properties), FAR)["edges"]) == is_source


@pytest.mark.parametrize("destination", [None, HIDDEN, 7])
def test_a_destination_that_is_not_named_is_not_known(destination: Json) -> None:
    (edge,) = residency(DOCS, policy(sourceAccount="docs", destinationAccount=destination))["edges"]
    assert edge["to"] == Unread("the destination is not named")
    assert edge["name"] == "an account that is not named"
    assert isinstance(edge["leavesRegion"], Unread)


@pytest.mark.parametrize(
    "store", [Resource({**DOCS.body, "location": HIDDEN}), Resource({**DOCS.body, "location": None})]
)
def test_without_a_region_of_its_own_nothing_can_be_compared(store: Resource) -> None:
    (edge,) = residency(store, policy(sourceAccount="docs", destinationAccount="near"), NEAR)["edges"]
    assert isinstance(edge["leavesRegion"], Unread)


def test_a_policy_of_which_nothing_was_read_may_copy_anywhere() -> None:
    body = {**policy().body, "properties": HIDDEN}
    (edge,) = residency(DOCS, Resource(body))["edges"]
    assert isinstance(edge["leavesRegion"], Unread)


REFUSED = gap(DOCS, OBJECT_REPLICATION)


@pytest.mark.parametrize(
    ("service", "known"),
    [
        (blob_service(DOCS, isVersioningEnabled=False), True),
        (blob_service(DOCS), True),
        (blob_service(DOCS, isVersioningEnabled=True), False),
        (blob_service(DOCS, isVersioningEnabled=HIDDEN), False),
        (blob_service(DOCS, isVersioningEnabled={}), False),
        (blob_service(DOCS, isVersioningEnabled=0), False),
        (Resource({**blob_service(DOCS).body, "properties": HIDDEN}), False),
        (Resource({**blob_service(DOCS).body, "properties": None}), False),
    ],
    ids=range(8),
)
def test_without_versioning_there_is_no_replication_and_nobody_needs_to_ask(service: Resource, known: bool) -> None:
    found = residency(DOCS, service, gaps=(REFUSED,))["edges"]
    assert found == ([] if known else [Unread("403 AuthorizationFailed")])


def test_without_the_blob_service_it_is_not_known_whether_anybody_needs_to_ask() -> None:
    found = snapshot(DOCS, gaps=(REFUSED, gap(DOCS, "Microsoft.Storage/storageAccounts/blobServices")))
    assert facts(found).of(DOCS)["residency"]["edges"] == [Unread("403 AuthorizationFailed")]


def test_what_was_seen_counts_beside_what_was_not() -> None:
    found = residency(DOCS, policy(sourceAccount="docs", destinationAccount="far"), FAR, gaps=(REFUSED,))["edges"]
    assert [edge if isinstance(edge, Unread) else edge["leavesRegion"] for edge in found] == [
        True,
        Unread("403 AuthorizationFailed"),
    ]


def test_both_ways_out_of_the_region_are_told() -> None:
    store = storage(sku="Standard_GRS", secondaryLocation="northeurope")
    found = residency(store, policy(store, sourceAccount="docs", destinationAccount="far"), FAR)["edges"]
    assert [edge["via"] for edge in found] == ["geoRedundancy", "objectReplication"]
