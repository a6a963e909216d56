"""Where copies of a document come to rest: redundancy, failover and object replication.

The table of SKUs was written down from Microsoft's page on redundancy: geo-redundant ones keep a copy in the paired
region, all others stay where they are.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import LOCATION, OBJECT_REPLICATION
from tests.builders import GROUP, SUBSCRIPTION_ID, blob_service, child, facts, gap, snapshot, storage
from tests.facts.estates import estate
from tests.needs import PROJECT

HIDDEN = Unread("known only after deployment")
STAYS = "Standard_LRS Premium_LRS StandardV2_LRS PremiumV2_LRS Standard_ZRS Premium_ZRS StandardV2_ZRS PremiumV2_ZRS"
LEAVES = "Standard_GRS Standard_RAGRS StandardV2_GRS Standard_GZRS Standard_RAGZRS StandardV2_GZRS standard_grs STANDARD_RAGZRS"


def region(name: str, *pairs: Json) -> Resource:
    body = {"id": f"{SUBSCRIPTION_ID}/locations/{name}", "type": LOCATION, "name": name}
    return Resource({**body, "metadata": {"pairedRegion": list(pairs)}})


def residency(store: Resource, *parts: Resource, **how: Any) -> dict[str, Any]:
    given = {part.key for part in parts}
    service = blob_service(store, isVersioningEnabled=True)
    found = estate(store, *(() if service.key in given else (service,)), *parts, **how)
    return dict(facts(found).of(store)["residency"])


def copies(store: Resource, *parts: Resource, **how: Any) -> list[dict[str, Any]]:
    """The edges of object replication alone."""
    return [edge for edge in residency(store, *parts, **how)["edges"] if edge["via"] == "objectReplication"]


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
            "leavesSubscription": False,
            "words": words,
        }
    ]


UNKNOWN_PAIR = Unread("the paired region was not read")


FROM_TABLE = "northeurope (Microsoft's list of regions of 2026-09-23)"


@pytest.mark.parametrize(
    ("locations", "told"),
    [
        ((region("westeurope", {"name": "northeurope", "id": "/x"}),), "northeurope"),
        ((region("northeurope", {"name": "x"}), region("westeurope", {"name": "northeurope"})), "northeurope"),
        (
            (region("westeurope", {"name": "swedencentral"}),),
            "swedencentral, in another geography, Sweden instead of Europe",
        ),
        ((region("northeurope", {"name": "westeurope"}),), FROM_TABLE),
        ((region("westeurope"),), FROM_TABLE),
        ((region("westeurope", {"name": 7}),), FROM_TABLE),
        ((region("westeurope", "northeurope"),), FROM_TABLE),
        ((Resource({**region("westeurope").body, "metadata": None}),), FROM_TABLE),
        ((Resource({**region("westeurope").body, "metadata": HIDDEN}),), FROM_TABLE),
        ((), FROM_TABLE),
    ],
    ids=range(10),
)
def test_the_pair_of_a_region_is_looked_up_and_the_words_say_where(locations: tuple[Resource, ...], told: str) -> None:
    for store in (storage(sku="Standard_GRS"), storage(sku="Standard_GRS", location="(Europe) West Europe")):
        found = residency(store, *locations)["redundancy"]
        assert (found["leavesRegion"], found["secondary"]) == (True, told.split(maxsplit=1)[0].strip(","))
        assert found["words"] == f"Standard_GRS keeps a second copy in {told}"


@pytest.mark.parametrize(
    ("home", "secondary", "abroad"),
    [
        ("brazilsouth", "southcentralus", ", in another geography, United States instead of Brazil"),
        ("westindia", "southindia", ""),
        ("westus3", "eastus", ""),
        ("swedencentral", "swedensouth", ""),
        ("Sweden South", "swedencentral", ""),
        ("jioindiawest", "jioindiacentral", ""),
        ("indiasouthcentral", "centralindia", ""),  # of 2026
        ("usgovvirginia", "usgovtexas", ""),
        ("usdodeast", "usdodcentral", ""),
        ("chinanorth3", "chinaeast3", ""),
        ("italynorth", None, "Azure pairs italynorth with no other region"),
        ("atlantis", None, ""),  # on no list
    ],
)
def test_the_table_knows_pairs_and_geographies_where_no_location_was_read(
    home: str, secondary: str | None, abroad: str
) -> None:
    found = residency(storage(sku="Standard_RAGRS", location=home))["redundancy"]
    assert found["leavesRegion"] is True
    if secondary is None:
        why = Unread(f"{abroad} (Microsoft's list of regions of 2026-09-23)") if abroad else UNKNOWN_PAIR
        place = f"a region that is not known: {why.why}" if abroad else "the paired region"
        assert found["secondary"] == why
        assert found["words"] == f"Standard_RAGRS keeps a second copy in {place}"
    else:
        assert found["secondary"] == secondary
        told = f"{abroad} (Microsoft's list of regions of 2026-09-23)"
        assert found["words"] == f"Standard_RAGRS keeps a second copy in {secondary}{told}"


def test_geographies_are_taken_from_the_locations_first() -> None:
    there = Resource({**region("northeurope").body, "metadata": {"geography": "Ireland"}})
    found = residency(storage(sku="Standard_GRS"), there)["redundancy"]
    assert ", in another geography, Ireland instead of Europe (" in found["words"]


def test_outside_of_subscriptions_the_table_tells_the_pair() -> None:
    store = Resource(
        {**storage(sku="Standard_GRS").body, "id": "/unseen/providers/Microsoft.Storage/storageAccounts/docs"}
    )
    assert facts(snapshot(store)).of(store)["residency"]["redundancy"]["secondary"] == "northeurope"


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
    (edge,) = found["edges"]
    assert (edge["via"], isinstance(edge["leavesRegion"], Unread), edge["words"]) == ("geoRedundancy", True, words)


@pytest.mark.parametrize("hidden", ["primaryLocation", "secondaryLocation"])
def test_where_the_copies_lie_was_not_read(hidden: str) -> None:
    found = residency(storage(**{hidden: HIDDEN}))
    assert isinstance(found["redundancy"]["leavesRegion"], Unread)
    vias = ["failover", "geoRedundancy"] if hidden == "primaryLocation" else ["geoRedundancy"]
    assert [edge["via"] for edge in found["edges"]] == vias


def test_after_a_failover_the_account_lies_elsewhere() -> None:
    found = residency(storage(primaryLocation="North Europe"))
    words = "after a failover the account lies in North Europe, and not in westeurope"
    assert found["redundancy"] == {"leavesRegion": True, "secondary": "North Europe", "words": words}
    assert [(edge["via"], edge["region"], edge["words"]) for edge in found["edges"]] == [
        ("failover", "North Europe", words)
    ]
    both = residency(storage(sku="Standard_GRS", primaryLocation="northeurope", secondaryLocation="westeurope"))
    assert [(edge["via"], edge["region"]) for edge in both["edges"]] == [
        ("failover", "northeurope"),
        ("geoRedundancy", "westeurope"),
    ]
    assert residency(storage(primaryLocation="West Europe"))["edges"] == []
    nowhere = Resource({**storage(primaryLocation="northeurope").body, "location": HIDDEN})
    assert isinstance(residency(nowhere)["redundancy"]["leavesRegion"], Unread)


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
    (edge,) = copies(DOCS, policy(sourceAccount=DOCS.id, destinationAccount=destination), NEAR, FAR)
    name = destination.rpartition("/")[2]
    unseen = Unread(f"the destination {name} was not seen")
    to = {"far": FAR.id, "near": NEAR.id}.get(name.lower(), destination)
    assert edge == {
        "via": "objectReplication",
        "carries": "documents",
        "to": to,
        "name": name,
        "region": unseen if region_of is None else region_of,
        "leavesRegion": unseen if leaves is None else leaves,
        "leavesSubscription": Unread("the subscription is not known") if to == "gone" else False,
        "words": f"object replication copies blobs to {name} in {region_of or 'a region that is not known'}",
    }


def test_both_spellings_of_a_region_are_one_region() -> None:
    near = storage("near", location="West Europe")
    (edge,) = copies(DOCS, policy(sourceAccount="docs", destinationAccount="near"), near)
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
    assert len(copies(DOCS, policy(**properties), FAR)) == is_source


@pytest.mark.parametrize("destination", [None, HIDDEN, 7])
def test_a_destination_that_is_not_named_is_not_known(destination: Json) -> None:
    (edge,) = copies(DOCS, policy(sourceAccount="docs", destinationAccount=destination))
    assert edge["to"] == Unread("the destination is not named")
    assert edge["name"] == "an account that is not named"
    assert isinstance(edge["leavesRegion"], Unread)


@pytest.mark.parametrize(
    "store", [Resource({**DOCS.body, "location": HIDDEN}), Resource({**DOCS.body, "location": None})]
)
def test_without_a_region_of_its_own_nothing_can_be_compared(store: Resource) -> None:
    (edge,) = copies(store, policy(sourceAccount="docs", destinationAccount="near"), NEAR)
    assert isinstance(edge["leavesRegion"], Unread)


def test_a_policy_of_which_nothing_was_read_may_copy_anywhere() -> None:
    body = {**policy().body, "properties": HIDDEN}
    (edge,) = copies(DOCS, Resource(body))
    assert isinstance(edge["leavesRegion"], Unread)


def test_the_containers_that_a_policy_copies_are_told() -> None:
    rules = [{"sourceContainer": "scans", "destinationContainer": "kept"}, {"sourceContainer": HIDDEN}]
    (edge,) = copies(DOCS, policy(sourceAccount="docs", destinationAccount="far", rules=rules), FAR)
    told = "(container scans to container kept, a container that was not read to a container that was not read)"
    assert edge["words"] == f"object replication copies blobs to far in northeurope {told}"


def test_a_destination_in_another_subscription_is_told() -> None:
    other = Resource({**FAR.body, "id": FAR.id.replace("1111", "2222")})
    (edge,) = copies(DOCS, policy(sourceAccount="docs", destinationAccount="far"), other)
    assert edge["leavesSubscription"] is True


REFUSED = gap(DOCS, OBJECT_REPLICATION)
NOT_READ = Unread("object replication policies were not read: 403 AuthorizationFailed")


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
    assert [edge["leavesRegion"] for edge in copies(DOCS, service, gaps=(REFUSED,))] == ([] if known else [NOT_READ])


def test_without_the_blob_service_it_is_not_known_whether_anybody_needs_to_ask() -> None:
    gaps = (REFUSED, gap(DOCS, "Microsoft.Storage/storageAccounts/blobServices"))
    edges = facts(estate(DOCS, gaps=gaps)).of(DOCS)["residency"]["edges"]
    assert [edge["leavesRegion"] for edge in edges if edge["via"] == "objectReplication"] == [NOT_READ]


def test_what_was_seen_counts_beside_what_was_not() -> None:
    found = copies(DOCS, policy(sourceAccount="docs", destinationAccount="far"), FAR, gaps=(REFUSED,))
    assert [edge["leavesRegion"] for edge in found] == [True, NOT_READ]


def test_both_ways_out_of_the_region_are_told() -> None:
    store = storage(sku="Standard_GRS", secondaryLocation="northeurope")
    found = residency(store, policy(store, sourceAccount="docs", destinationAccount="far"), FAR)["edges"]
    assert [edge["via"] for edge in found] == ["geoRedundancy", "objectReplication"]


def test_the_table_of_regions_is_closed() -> None:
    """Each pair is a region of the table, in the same geography but for the one that Microsoft names."""
    table = json.loads((PROJECT / "auditor/facts/regions.json").read_text(encoding="utf-8"))
    assert all(source.startswith("https://learn.microsoft.com/") for source in table["sources"])
    regions = table["regions"]
    assert list(regions) == sorted(regions)
    paired = {name: entry["pair"] for name, entry in regions.items() if entry["pair"]}
    assert set(paired.values()) <= set(regions)
    abroad = {name for name, pair in paired.items() if regions[name]["geography"] != regions[pair]["geography"]}
    assert abroad == {"brazilsouth"}
