"""The table of azure-facts 3d, row by row: what moves bytes, what only metadata, and whether it leaves the region.

Expected edges were written down from that table before the code was run.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import DATA_EXPORT, INVENTORY_POLICY, OBJECT_REPLICATION
from tests.builders import account, blob_service, child, container, facts, gap, grant, storage
from tests.facts import estates
from tests.facts.estates import (
    backup_instance,
    backup_policy,
    backup_vault,
    connection,
    endpoint,
    estate,
    key_vault,
    operation,
    setting,
    workspace,
)

STORE, DI = storage(), account(customSubDomainName="di")
FAR = "northeurope"
UNKNOWN = "unknown"


def edges(about: Resource, *parts: Resource) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = facts(estate(about, *parts)).of(about)["residency"]["edges"]
    return found


def answer(value: Json) -> Json:
    return UNKNOWN if isinstance(value, Unread) else value


def told(about: Resource, *parts: Resource) -> list[tuple[Json, ...]]:
    """Way, cargo, region and whether it leaves, edge by edge."""
    names = ("via", "carries", "region", "leavesRegion")
    return [tuple(answer(edge[name]) for name in names) for edge in edges(about, *parts)]


def replicated(destination: Resource) -> Resource:
    rules = [{"sourceContainer": "scans", "destinationContainer": "kept"}]
    return child(STORE, OBJECT_REPLICATION, "p", sourceAccount=STORE.id, destinationAccount=destination.id, rules=rules)


VAULT, FAR_VAULT, GEO_VAULT = (
    backup_vault(),
    backup_vault(location=FAR),
    backup_vault(kind="GeoRedundant"),
)
ENCRYPTED = {"encryption": {"keySource": "Microsoft.Keyvault", "keyvaultproperties": {"keyvaulturi": "https://KEYS.vault.azure.net"}}}  # fmt: skip
ENCRYPTED_DI = {"encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties": {"keyVaultUri": "https://keys.vault.azure.net:443/"}}}  # fmt: skip
HUB = f"{STORE.id.partition('/providers/')[0]}/providers/Microsoft.EventHub/namespaces/hub/authorizationRules/Root"
LOGGED = ("logs", "metadata", "westeurope", False)
GEO = storage("sink", sku="Standard_GRS", secondaryLocation=FAR)
EXPORTING = (setting(DI, workspaceId=workspace().id), workspace())


def inventory(*, on: bool = True, rule_on: bool = True) -> Resource:
    rules = [{"name": "names", "enabled": rule_on, "destination": "lists"}]
    return child(STORE, INVENTORY_POLICY, "default", policy={"enabled": on, "type": "Inventory", "rules": rules})


def export(target: Resource | str | None, *, tables: Json = None, **more: Json) -> Resource:
    written = target.id if isinstance(target, Resource) else target
    given = {"enable": True, "tableNames": tables or ["AzureDiagnostics"], "destination": {"resourceId": written}}
    return child(workspace(), DATA_EXPORT, "out", **{**given, **more})


ROWS: list[tuple[str, Resource, tuple[Resource, ...], list[tuple[Json, ...]]]] = [
    ("storage in another region than DI", STORE, (account(location=FAR), grant(STORE.id)), [("accountLink", "documents", FAR, True)]),
    ("storage in the region of DI", STORE, (account(location="West Europe"), grant(STORE.id)), [("accountLink", "documents", "West Europe", False)]),
    ("GRS/GZRS SKUs", storage(sku="Standard_GZRS", secondaryLocation=FAR), (), [("geoRedundancy", "documents", FAR, True)]),
    ("a failover", storage(primaryLocation=FAR), (), [("failover", "documents", FAR, True)]),
    ("a SKU that is not known", storage(sku="Standard_XRS"), (), [("geoRedundancy", "documents", UNKNOWN, UNKNOWN)]),
    ("object replication", STORE, (replicated(storage("far", FAR)), storage("far", FAR)), [("objectReplication", "documents", FAR, True)]),
    (
        "object replication to a geo-redundant account of the region",
        STORE,
        (replicated(storage("near", sku="Standard_GRS", secondaryLocation=FAR)), storage("near", sku="Standard_GRS", secondaryLocation=FAR)),
        [("objectReplication", "documents", "westeurope", False), ("objectReplication", "documents", FAR, True)],
    ),
    (
        "object replication to a geo-redundant account whose pair is this region",
        STORE,
        (replicated(storage("far", FAR, sku="Standard_GRS", secondaryLocation="westeurope")), storage("far", FAR, sku="Standard_GRS", secondaryLocation="westeurope")),
        [("objectReplication", "documents", FAR, True), ("objectReplication", "documents", "westeurope", False)],
    ),
    (
        "object replication to a geo-redundant account without a known pair",
        STORE,
        (replicated(storage("near", sku="Standard_GRS")), Resource({**storage("near", sku="Standard_GRS").body, "location": "West Europe"})),
        [("objectReplication", "documents", "West Europe", False), ("objectReplication", "documents", FAR, True)],
    ),
    (
        "object replication to an account that a failover has moved",
        STORE,
        (replicated(storage("near", primaryLocation=FAR)), storage("near", primaryLocation=FAR)),
        [("objectReplication", "documents", FAR, True)],
    ),
    (
        "object replication to an account whose SKU is not known",
        STORE,
        (replicated(storage("near", sku="Standard_XRS")), storage("near", sku="Standard_XRS")),
        [("objectReplication", "documents", "westeurope", False), ("objectReplication", "documents", UNKNOWN, UNKNOWN)],
    ),
    (
        "a failover into the region of the account that works on the documents",
        storage(primaryLocation=FAR),
        (account(location=FAR), grant(STORE.id)),
        [("accountLink", "documents", FAR, False)],
    ),
    (
        "a failover into the region of one of two accounts",
        storage(primaryLocation=FAR),
        (account(location=FAR), account("two"), grant(STORE.id)),
        [("failover", "documents", FAR, True), ("accountLink", "documents", FAR, False), ("accountLink", "documents", "westeurope", True)],
    ),
    ("a failover that is in progress", storage(sku="Standard_ZRS", failoverInProgress=True), (), [("failover", "documents", UNKNOWN, UNKNOWN), ("geoRedundancy", "documents", UNKNOWN, UNKNOWN)]),
    ("vaulted backup", STORE, (FAR_VAULT, backup_policy(FAR_VAULT, ("VaultStore", "P30D")), backup_instance(FAR_VAULT, STORE)), [("backup", "documents", FAR, True)]),
    ("vaulted backup in the region", STORE, (VAULT, backup_policy(VAULT, ("VaultStore", "P30D")), backup_instance(VAULT, STORE)), [("backup", "documents", "westeurope", False)]),
    (
        "vaulted backup in a geo-redundant vault",
        STORE,
        (GEO_VAULT, backup_policy(GEO_VAULT, ("VaultStore", "P30D")), backup_instance(GEO_VAULT, STORE)),
        [("backup", "documents", "westeurope", False), ("backup", "documents", FAR, True)],
    ),
    ("operational backup", STORE, (FAR_VAULT, backup_policy(FAR_VAULT, ("OperationalStore", "P30D")), backup_instance(FAR_VAULT, STORE)), [("backup", "documents", "westeurope", False)]),
    ("blob access point", STORE, (container(STORE, blobAccessPointConfiguration={"type": "S3"}),), [("blobAccessPoint", "documents", UNKNOWN, UNKNOWN)]),
    ("connector", storage(dataCollaborationPolicyProperties={"allowStorageConnectors": True}), (), [("dataCollaboration", "documents", UNKNOWN, UNKNOWN)]),
    ("data share", storage(dataCollaborationPolicyProperties={"allowStorageDataShares": True}), (), [("dataCollaboration", "documents", UNKNOWN, UNKNOWN)]),
    ("none of the new features", storage(dataCollaborationPolicyProperties={"allowStorageConnectors": False}), (), []),
    ("locations.regions[]", account(locations={"regions": [{"name": "West Europe"}, {"name": FAR}]}), (), [("routing", "documents", FAR, True)]),
    ("model copyTo", DI, (operation(DI, location="https://di2.cognitiveservices.azure.com/documentintelligence/documentModels/m"), account("di2", FAR, customSubDomainName="DI2")), [("modelCopy", "derived", FAR, True)]),
    ("diagnostic setting to storage", STORE, (setting(STORE, storageAccountId=storage("sink").id), storage("sink")), [("logs", "metadata", "westeurope", False)]),
    ("diagnostic setting to storage that was not seen", STORE, (setting(STORE, storageAccountId=storage("sink").id),), [("logs", "metadata", UNKNOWN, UNKNOWN)]),
    (
        "diagnostic setting to geo-redundant storage",
        DI,
        (setting(DI, storageAccountId=storage("sink").id), storage("sink", sku="Standard_RAGRS", secondaryLocation=FAR)),
        [("logs", "metadata", "westeurope", False), ("logs", "metadata", FAR, True)],
    ),
    ("diagnostic setting to an event hub", STORE, (setting(STORE, eventHubAuthorizationRuleId=HUB),), [("logs", "metadata", "westeurope", False)]),
    ("diagnostic setting to a workspace", STORE, (setting(STORE, workspaceId=workspace(location=FAR).id), workspace(location=FAR)), [("logs", "metadata", FAR, True)]),
    ("diagnostic setting to a partner", DI, (setting(DI, marketplacePartnerId="/subscriptions/s/providers/Microsoft.Datadog/monitors/dog"),), [("logs", "metadata", UNKNOWN, UNKNOWN)]),
    (
        "workspace replication",
        DI,
        (setting(DI, workspaceId=workspace().id), workspace(replication={"enabled": True, "location": FAR})),
        [("logs", "metadata", "westeurope", False), ("logs", "metadata", FAR, True)],
    ),
    ("private endpoint in another region", storage(privateEndpointConnections=[connection(endpoint().id)]), (endpoint(location=FAR),), [("privateEndpoint", "metadata", FAR, True)]),
    ("CMK vault of an account", account(**ENCRYPTED_DI), (key_vault(location=FAR),), [("keyVault", "metadata", FAR, True)]),
    ("CMK vault of a store", storage(**ENCRYPTED), (key_vault(),), [("keyVault", "metadata", "westeurope", False)]),
    ("change feed keeps names", STORE, (blob_service(STORE, changeFeed={"enabled": True}),), []),
    ("an inventory", STORE, (inventory(),), [("blobInventory", "metadata", "westeurope", False)]),
    ("an inventory that is off", STORE, (inventory(on=False),), []),
    ("a rule of an inventory that is off", STORE, (inventory(rule_on=False),), []),
    ("a workspace that exports tables", DI, (*EXPORTING, export(storage("sink")), storage("sink")), [LOGGED, ("dataExport", "metadata", "westeurope", False)]),
    ("a workspace that exports tables to geo-redundant storage", DI, (*EXPORTING, export(GEO), GEO), [LOGGED, ("dataExport", "metadata", "westeurope", False), ("dataExport", "metadata", FAR, True)]),
    ("a workspace that exports tables to who knows where", DI, (*EXPORTING, export(HUB)), [LOGGED, ("dataExport", "metadata", UNKNOWN, UNKNOWN)]),
    ("a workspace that exports other tables", DI, (*EXPORTING, export(GEO, tables=["Heartbeat"]), GEO), [LOGGED]),
    ("an export that is off", DI, (*EXPORTING, export(GEO, enable=False), GEO), [LOGGED]),
    ("an export without a destination", DI, (*EXPORTING, export(None)), [LOGGED, ("dataExport", "metadata", UNKNOWN, UNKNOWN)]),
    ("a workspace that exports the logs of blobs", STORE, (setting(STORE, workspaceId=workspace().id), workspace(), export(GEO, tables=["storageBlobLogs"]), GEO), [LOGGED, ("dataExport", "metadata", "westeurope", False), ("dataExport", "metadata", FAR, True)]),
]  # fmt: skip


EDGE_ZONE = {"type": "EdgeZone", "name": "losangeles"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "westeurope"),
        ({"properties": {}}, "westeurope"),
        ({"properties": {"primaryLocation": FAR}}, FAR),
        ({"properties": {"primaryLocation": FAR, "failoverInProgress": False}}, FAR),
        ({"properties": {"primaryLocation": FAR, "failoverInProgress": True}}, UNKNOWN),
        ({"properties": {"primaryLocation": FAR, "failoverInProgress": Unread("no")}}, UNKNOWN),
        ({"properties": {"primaryLocation": FAR, "failoverInProgress": "true"}}, UNKNOWN),
        ({"properties": {"failoverInProgress": False}}, "westeurope"),
        ({"properties": {"primaryLocation": Unread("no")}}, UNKNOWN),
        ({"properties": {"primaryLocation": 7}}, UNKNOWN),
        ({"properties": {"primaryLocation": FAR}, "location": Unread("no")}, FAR),
        ({"properties": Unread("no")}, UNKNOWN),
        ({"location": None}, UNKNOWN),
        ({"extendedLocation": None}, "westeurope"),
        ({"extendedLocation": EDGE_ZONE}, UNKNOWN),
        ({"extendedLocation": {}}, UNKNOWN),
        ({"extendedLocation": Unread("no")}, UNKNOWN),
    ],
)
def test_where_the_bytes_of_a_store_rest(more: dict[str, Json], expected: str) -> None:
    store = Resource({**STORE.body, **more})
    assert answer(facts(estate(store)).of(store)["restsIn"]) == expected


def test_an_extended_location_is_named_and_its_copies_leave_nothing() -> None:
    store = Resource({**STORE.body, "extendedLocation": EDGE_ZONE, "sku": {"name": "Premium_LRS"}})
    known = facts(estate(store)).of(store)
    assert "losangeles" in known["restsIn"].why
    assert known["residency"]["redundancy"]["leavesRegion"] is False


@pytest.mark.parametrize(("about", "parts", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_row(about: Resource, parts: tuple[Resource, ...], expected: list[tuple[Json, ...]]) -> None:
    assert told(about, *parts) == expected


def test_every_way_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "copies.md").read_text(encoding="utf-8")
    rows = page.partition("| `via` |")[2].partition("\n\n")[0].splitlines()
    documented = {via for row in rows for via in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert documented == {edge[0] for row in ROWS for edge in row[3]}


def test_no_gap_of_one_way_leaves_another_in_doubt() -> None:
    """Every element of the list names its way, so that a rule which counts one way does not stumble over the others."""
    bare = facts(estates.snapshot(STORE, DI))
    for about in (STORE, DI):
        for edge in bare.of(about)["residency"]["edges"]:
            assert isinstance(edge, dict)
            assert isinstance(edge["via"], str)
            assert isinstance(edge["leavesRegion"], Unread)
    vias = {edge["via"] for about in (STORE, DI) for edge in bare.of(about)["residency"]["edges"]}
    assert vias == {"logs", "modelCopy"}


def test_ways_of_names_that_a_scan_was_refused() -> None:
    refused = (gap(STORE.id, INVENTORY_POLICY), gap(workspace().id, DATA_EXPORT))
    parts = (STORE, setting(STORE, workspaceId=workspace().id), workspace())
    found = facts(estate(*parts, gaps=refused)).of(STORE)["residency"]["edges"]
    assert [(edge["via"], edge["words"]) for edge in found if edge["via"] != "logs"] == [
        ("dataExport", "what workspace logs exports was not read: 403 AuthorizationFailed"),
        ("blobInventory", "inventory policies were not read: 403 AuthorizationFailed"),
    ]
