"""Edges of backups that were read in part, and the second copies of vaults."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import BACKUP_INSTANCE, BACKUP_VAULT
from tests.builders import SUBSCRIPTION_ID, facts, gap, storage
from tests.facts.estates import backup_instance, backup_policy, backup_vault, estate

HIDDEN = Unread("known only after deployment")
STORE, FAR = storage(), "northeurope"


def backups(*parts: Resource, store: Resource = STORE, **how: Any) -> list[dict[str, Any]]:
    edges = facts(estate(store, *parts, **how)).of(store)["residency"]["edges"]
    return [edge for edge in edges if edge["via"] == "backup"]


def leaving(*parts: Resource, **how: Any) -> list[Json]:
    found = [edge["leavesRegion"] for edge in backups(*parts, **how)]
    return ["unread" if isinstance(item, Unread) else item for item in found]


def vaulted(vault: Resource, **properties: Any) -> tuple[Resource, ...]:
    return vault, backup_policy(vault, ("VaultStore", "P30D")), backup_instance(vault, STORE, **properties)


CROSS = {"crossRegionRestoreSettings": {"state": "Enabled"}}
VAULTS: list[tuple[str, Resource, list[Json]]] = [
    ("locally redundant", backup_vault(), [False]),
    ("zone redundant", backup_vault(kind="ZoneRedundant"), [False]),
    ("geo-redundant", backup_vault(kind="GeoRedundant"), [False, True]),
    ("geo-redundant, any case", backup_vault(kind="georedundant"), [False, True]),
    ("restored across regions", backup_vault(kind=HIDDEN, featureSettings=CROSS), [False, True]),
    ("elsewhere and geo-redundant", backup_vault(location=FAR, kind="GeoRedundant"), [True, True]),
    ("a kind that was not read", backup_vault(kind=HIDDEN), [False, "unread"]),
    ("a kind that is not known", backup_vault(kind="GalaxyRedundant"), [False, "unread"]),
    ("no kind", backup_vault(kind=None), [False, "unread"]),
    ("settings that were not read", backup_vault(storageSettings=HIDDEN), [False, "unread"]),
    ("no settings", backup_vault(storageSettings=[]), [False, "unread"]),
    ("features that were not read", backup_vault(featureSettings=HIDDEN), [False, "unread"]),
    ("a region that was not read", backup_vault(location=HIDDEN), ["unread"]),
]


@pytest.mark.parametrize(("vault", "expected"), [case[1:] for case in VAULTS], ids=[case[0] for case in VAULTS])
def test_where_a_vault_keeps_copies(vault: Resource, expected: list[Json]) -> None:
    assert leaving(*vaulted(vault)) == expected


@pytest.mark.parametrize(
    ("vault", "region"),
    [
        (backup_vault(kind="GeoRedundant"), FAR),  # the pair of westeurope
        (backup_vault(kind="GeoRedundant", replicatedRegions=["swedencentral"]), "swedencentral"),
        (backup_vault(kind="GeoRedundant", replicatedRegions=[HIDDEN]), FAR),
        (backup_vault(kind="GeoRedundant", replicatedRegions=[]), FAR),
        (backup_vault(kind="GeoRedundant", location=HIDDEN), Unread("the region of the vault was not read")),
    ],
    ids=range(5),
)
def test_the_second_copy_lies_where_the_vault_says_or_in_the_pair(vault: Resource, region: Json) -> None:
    second = backups(*vaulted(vault))[-1]
    assert (second["region"], second["leavesRegion"]) == (region, True)


def test_words_of_the_second_copy() -> None:
    words = "vault safe is geo-redundant and keeps a second copy in northeurope"
    note = " (Microsoft's list of regions of 2026-09-23)"
    assert backups(*vaulted(backup_vault(kind="GeoRedundant")))[1]["words"] == words + note
    restored = backup_vault(kind="GeoRedundant", featureSettings=CROSS)
    assert backups(*vaulted(restored))[1]["words"] == f"{words}{note}, from where it can be restored"


def test_without_the_policy_it_is_not_known_whether_the_vault_has_copies() -> None:
    near, far = backup_vault(), backup_vault(location=FAR, kind="GeoRedundant")
    assert leaving(near, backup_instance(near, STORE)) == [False]
    assert leaving(far, backup_instance(far, STORE)) == ["unread", "unread"]


def test_operational_and_vaulted_backup_of_one_instance() -> None:
    vault = backup_vault(location=FAR)
    policy = backup_policy(vault, ("OperationalStore", "P7D"), ("VaultStore", "P30D"), ("VaultStore", "P1Y"))
    found = backups(vault, policy, backup_instance(vault, STORE))
    assert [(edge["to"], edge["leavesRegion"]) for edge in found] == [(STORE.id, False), (vault.id, True)]


def test_backups_of_other_stores_do_not_count() -> None:
    vault = backup_vault(location=FAR)
    parts = (vault, backup_policy(vault, ("VaultStore", "P30D")), backup_instance(vault, f"{STORE.id}2"))
    assert leaving(*parts) == []


def test_ids_are_compared_without_case() -> None:
    vault = backup_vault(location=FAR)
    parts = (vault, backup_policy(vault, ("vaultstore", "P30D")), backup_instance(vault, STORE.id.upper()))
    assert leaving(*parts) == [True]


def test_a_vault_of_which_only_the_instance_was_seen() -> None:
    vault = backup_vault()
    found = backups(backup_instance(vault, STORE))
    assert isinstance(found[0]["leavesRegion"], Unread)
    assert found[0]["words"] == "backup vault safe protects the account, and was not seen"


UNSEEN = [
    ({"gaps": (gap(SUBSCRIPTION_ID, BACKUP_VAULT),)}, "backup vaults in subscription 11111111-1111-1111-1111-111111111111 were not read: 403 AuthorizationFailed"),
    ({"gaps": (gap(backup_vault(), BACKUP_INSTANCE),)}, "what backup vault safe protects was not read: 403 AuthorizationFailed"),
]  # fmt: skip


@pytest.mark.parametrize(("how", "words"), UNSEEN, ids=range(2))
def test_lists_that_were_not_read_leave_a_doubt(how: dict[str, Any], words: str) -> None:
    (edge,) = backups(backup_vault(), **how)
    assert (edge["words"], edge["leavesRegion"], edge["name"]) == (words, Unread(words), Unread(words))


def test_a_store_outside_of_what_was_read_may_be_protected_by_vaults_there() -> None:
    outside = Resource({**STORE.body, "id": "/unseen/providers/Microsoft.Storage/storageAccounts/docs"})
    (edge,) = backups(store=outside)
    assert edge["words"] == "docs lies outside of what was read, and so may vaults that protect it"


def test_many_lists_that_were_not_read_are_one_doubt() -> None:
    gaps = (gap(SUBSCRIPTION_ID, BACKUP_VAULT), gap(backup_vault(), BACKUP_INSTANCE))
    (edge,) = backups(backup_vault(), gaps=gaps)
    assert edge["words"].endswith("were not read: 403 AuthorizationFailed (and 1 more like it)")


@pytest.mark.parametrize("source", [HIDDEN, None, "", 7])
def test_an_instance_that_protects_something_unread_may_protect_every_store(source: Json) -> None:
    vault = backup_vault()
    words = "what backup instance docs-backup protects was not read"
    assert [edge["words"] for edge in backups(vault, backup_instance(vault, source))] == [words]


def test_without_a_region_of_its_own_a_store_cannot_be_compared() -> None:
    nowhere = Resource({**STORE.body, "location": HIDDEN})
    assert leaving(*vaulted(backup_vault()), store=nowhere) == ["unread"]
