"""The data behind the picture of where documents go: which places it draws, and which ways stand in the table only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.types import OBJECT_REPLICATION
from auditor.report.pictures.data import residency
from tests.builders import account, child, container, facts, grant, storage
from tests.facts.estates import (
    backup_instance,
    backup_policy,
    backup_vault,
    estate,
    operation,
    setting,
    workspace,
)

if TYPE_CHECKING:
    from auditor.model.resource import Resource
    from auditor.report.report import Edge, Residency

STORE, FAR = storage(), "northeurope"
LINKED = (account(), grant(STORE.id), STORE, container(STORE))


def drawn(*parts: Resource) -> Residency:
    found = estate(*parts)
    return residency(found, facts(found), {})


def names(picture: Residency) -> list[tuple[str, str, str | None]]:
    return [(place.kind, place.name, place.region) for place in picture.places]


def ways(picture: Residency) -> list[tuple[str, str, bool | None]]:
    return [(edge.via, _last(edge), edge.leaves_region) for edge in picture.edges]


def _last(edge: Edge) -> str:
    return edge.target.rpartition("/")[2]


def test_a_link_is_one_way_although_it_is_an_edge_too() -> None:
    picture = drawn(*LINKED)
    assert names(picture) == [("account", "di", "westeurope"), ("store", "docs", "westeurope")]
    assert ways(picture) == [("roleAssignment", "di", False)]


def test_a_second_copy_is_a_second_place() -> None:
    vault = backup_vault(kind="GeoRedundant")
    backup = (vault, backup_policy(vault, ("VaultStore", "P30D")), backup_instance(vault, STORE))
    sink = workspace(replication={"enabled": True, "location": FAR})
    picture = drawn(*LINKED, *backup, setting(STORE, workspaceId=sink.id), sink)
    assert names(picture) == [
        ("elsewhere", "logs (second copy)", FAR),
        ("elsewhere", "safe (second copy)", FAR),
        ("account", "di", "westeurope"),
        ("elsewhere", "logs", "westeurope"),
        ("elsewhere", "safe", "westeurope"),
        ("store", "docs", "westeurope"),
    ]
    assert sorted(ways(picture)) == [
        ("backup", "safe", False),
        ("backup", f"safe#{FAR}", True),
        ("logs", "logs", False),
        ("logs", f"logs#{FAR}", True),
        ("roleAssignment", "di", False),
    ]


def test_after_a_failover_a_store_stands_where_its_bytes_rest() -> None:
    store = storage(sku="Standard_GRS", secondaryLocation="westeurope", primaryLocation=FAR)
    picture = drawn(account(), grant(store.id), store)
    assert ("store", "docs", FAR) in names(picture)
    assert ("failover", "docs", True) in ways(picture)
    assert ("roleAssignment", "di", True) in ways(picture)
    assert ("elsewhere", "docs (second copy)", "westeurope") in names(picture)


def test_copies_are_drawn_from_their_source_and_not_from_the_account() -> None:
    far = storage("far", FAR)
    rules = [{"sourceContainer": "scans", "destinationContainer": "kept"}]
    policy = child(STORE, OBJECT_REPLICATION, "p", sourceAccount=STORE.id, destinationAccount=far.id, rules=rules)
    found = drawn(*LINKED, far, policy)
    assert ("store", "far", FAR) in names(found)
    assert {edge.via for edge in found.edges} == {"roleAssignment", "objectReplication"}


def test_geo_redundancy_is_another_place_of_the_store() -> None:
    geo = drawn(account(), grant(STORE.id), storage(sku="Standard_GRS", secondaryLocation=FAR))
    assert ("elsewhere", "docs (second copy)", FAR) in names(geo)


def test_what_was_not_read_has_no_place_and_stands_in_the_table() -> None:
    picture = drawn(*LINKED, setting(STORE, workspaceId=None, storageAccountId=7, logs=None), setting(STORE, "odd", logs=({"enabled": True},), workspaceId=workspace().id))  # fmt: skip
    assert ("elsewhere", "logs", None) in names(picture)
    hidden = drawn(*LINKED, backup_instance(backup_vault(), None))
    assert ("backup", "a place that was not read", None) in ways(hidden)
    assert [place for place in names(hidden) if place[0] == "elsewhere"] == []


def test_accounts_are_drawn_where_they_are_linked_or_something_leaves_them() -> None:
    away = account("away", locations={"regions": [{"name": FAR}, {"name": "eastus"}]})
    quiet, other = account("quiet"), account("other", kind="OpenAI", locations={"regions": [{"name": FAR}]})
    copied = account("copied")
    host = f"https://{FAR}.api.cognitive.microsoft.com/documentintelligence/documentModels/m"
    picture = drawn(away, quiet, other, copied, operation(copied, location=host))
    assert names(picture) == [
        ("elsewhere", "away (further region)", "eastus"),
        ("elsewhere", "away (further region)", FAR),
        ("elsewhere", f"{FAR}.api.cognitive.microsoft.com", FAR),
        ("account", "away", "westeurope"),
        ("account", "copied", "westeurope"),
    ]
    assert {edge.carries for edge in picture.edges} == {"documents", "derived"}
