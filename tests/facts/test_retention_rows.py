"""The table of azure-facts 3b, row by row: how long can a deleted document come back?

The expected hours were worked out by hand from that table before the code was run. R, the run time of lifecycle rules,
has no bound, so `exceeds` is what the worst case is known to be longer than.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import INSPECTION, LIFECYCLE_POLICY
from tests.builders import account, blob_service, container, delete_rule, facts, gap, grant, lifecycle, storage
from tests.facts.estates import backup_instance, backup_policy, backup_vault, estate

STORE = storage()
UNBOUNDED = math.inf
ON = {"enabled": True}
HIDDEN = Unread("known only after deployment")


def retention(*parts: Resource, store: Resource = STORE, **how: Any) -> dict[str, Any]:
    """The fact about a store with one container, in which a rule of 0 days deletes everything; parts take the place."""
    given = {part.key for part in (*parts, store)}
    basic = (account(), grant(store.id), blob_service(store), clean(0), container(store))
    hidden = {(item.scope, item.operation) for item in how.get("gaps", ())}
    kept = [item for item in basic if item.key not in given and (store.id, f"{item.type}/read") not in hidden]
    return dict(facts(estate(store, *kept, *parts, **how)).of(store)["retention"])


def clean(days: int, versions: int = 0, store: Resource = STORE) -> Resource:
    return lifecycle(store, delete_rule(days, snapshots=0, versions=versions))


def exceeds(fact: dict[str, Any]) -> float:
    return UNBOUNDED if fact["unbounded"] else fact["exceedsHours"]


def service(**settings: Json) -> Resource:
    return blob_service(STORE, **settings)


def soft(days: int, **more: Json) -> dict[str, Json]:
    return {"deleteRetentionPolicy": {**ON, "days": days, **more}}


def inspected(box: Resource, **counts: Json) -> Resource:
    return child_of(box, **{"blobs": 1, "deleted": 0, "versions": 0, "snapshots": 0, **counts})


def child_of(box: Resource, **properties: Json) -> Resource:
    body = {"id": f"{box.id}/inspections/default", "type": INSPECTION, "name": "default", "properties": properties}
    return Resource(body)


def backed_up(*kept: tuple[str, str]) -> tuple[Resource, ...]:
    vault = backup_vault()
    return vault, backup_policy(vault, *kept), backup_instance(vault, STORE)


VERSIONS = {"isVersioningEnabled": True}
BOX = container(STORE)
NO_VERSION_RULE = lifecycle(STORE, delete_rule(0, snapshots=0))
NO_SNAPSHOT_RULE = lifecycle(STORE, delete_rule(0, versions=0))
NO_APPEND = lifecycle(STORE, delete_rule(0, snapshots=0, versions=0, filters={"blobTypes": ["blockBlob"]}))
ARCHIVED = delete_rule(1, snapshots=0, versions=0)
ARCHIVED["definition"]["actions"]["baseBlob"]["tierToArchive"] = {"daysAfterModificationGreaterThan": 0}
IMMUTABLE = {"hasImmutabilityPolicy": True, "immutabilityPolicy": {"properties": {"immutabilityPeriodSinceCreationInDays": 10}}}  # fmt: skip
ROWS: list[tuple[str, tuple[Resource, ...], float]] = [
    ("rule 0 days", (), 0),
    ("rule 1 day", (clean(1),), 48),
    ("rule N days", (clean(30),), 31 * 24),
    ("soft delete S days on a rule of 0 days", (service(**soft(7)),), 7 * 24),
    ("soft delete S days on a rule of N days", (clean(2), service(**soft(7))), 72 + 7 * 24),
    ("the minimum of soft delete breaks 24 hours", (service(**soft(1)),), 24),
    ("versioning, no version.delete rule", (NO_VERSION_RULE, service(**VERSIONS, **soft(7))), UNBOUNDED),
    ("versioning with version.delete M and soft delete S, M last", (clean(1, 9), service(**VERSIONS, **soft(7))), 240 + 168),
    ("versioning with version.delete M and soft delete S, one more run", (clean(9, 5), service(**VERSIONS, **soft(7))), 240 + 24 + 168),
    ("point-in-time restore P days", (service(restorePolicy={**ON, "days": 6}),), 144),
    ("point-in-time restore P days beside soft delete", (clean(1), service(restorePolicy={**ON, "days": 6}, **soft(7))), 48 + 168),
    ("point-in-time restore counts from the delete", (clean(1), service(restorePolicy={**ON, "days": 6})), 48 + 144),
    ("snapshots without snapshot.delete, nobody looked", (NO_SNAPSHOT_RULE,), 0),
    ("snapshots without snapshot.delete, some were seen", (NO_SNAPSHOT_RULE, inspected(BOX, snapshots=3)), UNBOUNDED),
    ("snapshots without snapshot.delete, none were seen", (NO_SNAPSHOT_RULE, inspected(BOX)), 0),
    ("snapshots with snapshot.delete", (inspected(BOX, snapshots=3),), 0),
    ("time-based immutability I days", (container(STORE, **IMMUTABLE),), 240),
    ("time-based immutability and soft delete", (container(STORE, **IMMUTABLE), service(**soft(7))), 240 + 168),
    ("legal hold", (container(STORE, hasLegalHold=True),), UNBOUNDED),
    ("a lease on the container holds no blob", (container(STORE, leaseState="Leased", leaseDuration="Infinite"),), 0),
    ("operational backup", (*backed_up(("OperationalStore", "P30D")),), 720),
    ("operational backup counts from the delete", (clean(1), *backed_up(("OperationalStore", "P30D"))), 48 + 720),
    ("operational backup beside its soft delete of n + 5", (clean(1), service(**soft(35)), *backed_up(("OperationalStore", "P30D"))), 48 + 840),
    ("vaulted backup up to 10 years", (clean(1), *backed_up(("VaultStore", "P10Y"))), 48 + 87600),
    ("container delete, 7 days by default", (clean(1), service(containerDeleteRetentionPolicy=ON)), 48 + 168),
    ("container delete and soft delete: the longer", (service(containerDeleteRetentionPolicy={**ON, "days": 3}, **soft(7)),), 168),
    ("change feed keeps names", (service(changeFeed={**ON, "retentionInDays": None}),), 0),
    ("archive tier", (lifecycle(STORE, ARCHIVED),), 48),
    ("soft delete turned off, some were left", (inspected(BOX, deleted=2),), 0),
    ("versioning turned off, some were left", (NO_VERSION_RULE, inspected(BOX, versions=2)), UNBOUNDED),
    ("versioning turned off, some were left and a rule deletes them", (clean(0, 3), inspected(BOX, versions=2)), 96),
    ("append blobs were seen, and no rule takes them", (NO_APPEND, inspected(BOX, appendBlobs=1)), UNBOUNDED),
    ("append blobs were seen, and a rule takes them", (inspected(BOX, appendBlobs=1),), 0),
    ("page blobs were seen, which no rule takes", (inspected(BOX, pageBlobs=1),), UNBOUNDED),
    ("uncommitted blocks were seen, of any age up to a week", (inspected(BOX, uncommitted=1),), 0),
    ("allowPermanentDelete does not help a blob", (service(**soft(3, allowPermanentDelete=True)),), 72),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "hours"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_row(parts: tuple[Resource, ...], hours: float) -> None:
    fact = retention(*parts)
    assert exceeds(fact) == hours
    assert isinstance(fact["atMostHours"], Unread)
    assert fact["atMostHours"].settled_by is not None  # everything was read: not provable, and the evidence is named
    assert [exceeds(item) for item in fact["containers"]] == [hours]


def words(fact: dict[str, Any], cause: str) -> list[str]:
    return [reason["words"] for reason in fact["reasons"] if reason["cause"] == cause]


def test_snapshots_are_explained() -> None:
    (told,) = words(retention(NO_SNAPSHOT_RULE), "snapshots")
    assert told == (
        "no lifecycle rule deletes snapshots in container scans: a blob that has one would stay, and it, without end"
    )
    (told,) = words(retention(NO_SNAPSHOT_RULE, inspected(BOX, snapshots=3)), "snapshots")
    assert told.startswith("3 snapshots were seen in container scans")
    assert words(retention(NO_SNAPSHOT_RULE, inspected(BOX)), "snapshots") == []
    assert words(retention(), "snapshots") == []


@pytest.mark.parametrize("count", [HIDDEN, None, True, "3"])
def test_a_look_that_did_not_count_snapshots_tells_nothing(count: Json) -> None:
    fact = retention(NO_SNAPSHOT_RULE, inspected(BOX, snapshots=count))
    assert (exceeds(fact), len(words(fact, "snapshots"))) == (0, 1)


def test_what_was_left_is_explained() -> None:
    (told,) = words(retention(inspected(BOX, deleted=2)), "softDelete")
    assert (
        told == "2 soft-deleted blobs were seen although soft delete is off: each keeps the days it was deleted under"
    )
    on = retention(service(**soft(7)), inspected(BOX, deleted=2))
    assert words(on, "softDelete") == ["soft delete keeps deleted blobs for 7 days"]
    (told,) = words(retention(NO_VERSION_RULE, inspected(BOX, versions=2)), "versions")
    assert told.startswith("2 versions of before versioning was off were seen")


def test_versions_that_were_left_count_in_their_own_figure() -> None:
    left = retention(NO_VERSION_RULE, inspected(BOX, versions=2))["versions"]
    assert left["unbounded"] is True
    none = retention(NO_VERSION_RULE)["versions"]
    assert (none["unbounded"], none["exceedsHours"], none["atMostHours"]) == (False, 0, 0)


def test_what_else_was_left_counts_beside_versions_although_versioning_is_off() -> None:
    snapshots = retention(NO_SNAPSHOT_RULE, inspected(BOX, snapshots=2))["versions"]
    assert snapshots["unbounded"] is True
    for blob_service_now, is_open in ((service(), True), (service(**soft(1)), False)):
        deleted = retention(blob_service_now, inspected(BOX, deleted=2))["versions"]
        assert isinstance(deleted["atMostHours"], Unread) is is_open
    assert retention(inspected(BOX))["versions"]["atMostHours"] == 0


MODIFIED = "daysAfterModificationGreaterThan"
ACCESSED = "daysAfterLastAccessTimeGreaterThan"


def for_types(*types: str, days: int = 0) -> dict[str, Any]:
    return delete_rule(days, filters={"blobTypes": list(types) or None})


COVERAGE: list[tuple[str, tuple[Resource, ...], Json]] = [
    # the rules and a look into the container; whether rules are known to delete all its blobs
    ("both types, since creation", (lifecycle(STORE, delete_rule(0)),), True),
    ("both types, since modification", (lifecycle(STORE, delete_rule(0, condition=MODIFIED)),), "unread"),
    ("one rule since each", (lifecycle(STORE, delete_rule(0, condition=MODIFIED), delete_rule(9)),), True),
    ("since the last access", (lifecycle(STORE, delete_rule(0, condition=ACCESSED)),), False),
    ("block blobs only", (NO_APPEND,), "unread"),
    ("block blobs only, and no append blob was seen", (NO_APPEND, inspected(BOX, appendBlobs=0, pageBlobs=0)), True),
    ("block blobs only, and append blobs were seen", (NO_APPEND, inspected(BOX, appendBlobs=2, pageBlobs=0)), False),
    ("block blobs only, and a look did not count types", (NO_APPEND, inspected(BOX)), "unread"),
    ("a rule for each type", (lifecycle(STORE, for_types("blockBlob"), for_types("AppendBlob")),), True),
    ("append blobs only", (lifecycle(STORE, for_types("appendBlob")),), False),
    ("no types named", (lifecycle(STORE, for_types()),), "unread"),
    ("both types, and page blobs were seen", (inspected(BOX, appendBlobs=0, pageBlobs=1),), False),
]


@pytest.mark.parametrize(("parts", "wanted"), [row[1:] for row in COVERAGE], ids=[row[0] for row in COVERAGE])
def test_rules_are_known_to_delete_all_blobs_or_not(parts: tuple[Resource, ...], wanted: Json) -> None:
    (found,) = retention(*parts)["lifecycle"]
    told = found["deletesBlobs"]
    assert ("unread" if isinstance(told, Unread) else told) == wanted


def test_versions_that_were_left_have_to_be_deleted_too() -> None:
    (found,) = retention(NO_VERSION_RULE, inspected(BOX, versions=2))["lifecycle"]
    assert found["deletesVersions"] is False


PERIOD = "immutabilityPeriodSinceCreationInDays"


def immutable(days: Json = None, **more: Json) -> dict[str, Json]:
    """A container's own policy."""
    period = {} if days is None else {"immutabilityPolicy": {"properties": {PERIOD: days}}}
    return {"hasImmutabilityPolicy": True, **period, **more}


def by_default(days: int | None, state: str = "Unlocked") -> Resource:
    """An account that was made with version-level immutability, with a default policy or without."""
    policy = {} if days is None else {"immutabilityPolicy": {PERIOD: days, "state": state}}
    return storage(immutableStorageWithVersioning={**ON, **policy})


VERSIONED_BOX = {"immutableStorageWithVersioning": ON}
PRECEDENCE: list[tuple[Resource, dict[str, Json], float, Json]] = [
    # account; container; known to exceed; whether the container's documents are held
    (STORE, {}, 0, False),
    (STORE, immutable(1), 24, True),
    (STORE, immutable(), 0, True),
    (STORE, {"immutabilityPolicy": {"properties": {PERIOD: 1}}}, 24, True),
    (STORE, VERSIONED_BOX, 0, "unread"),
    (STORE, {**VERSIONED_BOX, **immutable(1)}, 24, True),
    (STORE, {"hasLegalHold": True}, UNBOUNDED, True),
    (STORE, {"hasLegalHold": "no"}, 0, "unread"),
    (by_default(365), {}, 365 * 24, True),
    (by_default(365), VERSIONED_BOX, 365 * 24, True),
    (by_default(365), immutable(1), 24, True),
    (by_default(1), immutable(365), 365 * 24, True),
    (by_default(365), immutable(), 0, True),
    (by_default(365), {"hasImmutabilityPolicy": HIDDEN}, 0, "unread"),
    (by_default(365), {"hasLegalHold": True}, UNBOUNDED, True),
    (by_default(365, "Disabled"), {}, 0, "unread"),
    (by_default(None), {}, 0, "unread"),
    (by_default(None), immutable(1), 24, True),
]


@pytest.mark.parametrize(("store", "box", "hours", "is_held"), PRECEDENCE, ids=range(len(PRECEDENCE)))
def test_a_policy_of_a_container_goes_before_the_accounts(
    store: Resource, box: dict[str, Json], hours: float, is_held: Json
) -> None:
    fact = retention(container(store, **box), store=store)
    (found,) = fact["holds"]
    told = "unread" if isinstance(found["held"], Unread) else found["held"]
    assert (exceeds(fact), told) == (hours, is_held)


@pytest.mark.parametrize(
    ("store", "held"), [(STORE, []), (by_default(9), [True]), (by_default(None), ["unread"])], ids=range(3)
)
def test_an_account_without_containers_is_held_by_its_default(store: Resource, held: list[Json]) -> None:
    parts = (account(), grant(store.id), blob_service(store), clean(0))
    fact = facts(estate(store, *parts)).of(store)["retention"]
    assert ["unread" if isinstance(item["held"], Unread) else item["held"] for item in fact["holds"]] == held


NEAR_MISSES: list[tuple[dict[str, Any], str]] = [
    (delete_rule(0, enabled=False), " (rule clean is off)"),
    (delete_rule(0, filters={"blobIndexMatch": [{"name": "a"}]}), " (rule clean takes only blobs with certain index tags)"),
    (delete_rule(0, filters={"blobTypes": ["appendBlob"]}), " (rule clean takes no block blobs)"),
    (
        delete_rule(1, condition="daysAfterLastAccessTimeGreaterThan"),
        " (rule clean counts from the last access, so a blob that is read every day never expires)",
    ),
    (delete_rule(0, prefixes=("scans/in", "scans/out")), " (rule clean covers scans/in and scans/out only)"),
    (delete_rule(0, prefixes=("other/",)), ""),
    (delete_rule(None, snapshots=0), ""),
    (delete_rule(0, enabled=False, prefixes=("other/",)), ""),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "told"), NEAR_MISSES, ids=range(len(NEAR_MISSES)))
def test_rules_that_seem_to_cover_are_named(rule: dict[str, Any], told: str) -> None:
    fact = retention(lifecycle(STORE, rule))
    assert words(fact, "lifecycle") == [f"no lifecycle rule deletes what is left in container scans{told}"]


def test_a_rule_that_cannot_touch_a_container_is_named() -> None:
    fact = retention(container(STORE, "$web"), lifecycle(STORE, delete_rule(0, snapshots=0, versions=0)))
    told = "no lifecycle rule deletes what is left in container $web (rule clean does not touch this container)"
    assert told in words(fact, "lifecycle")


def test_rules_for_parts_of_a_container_are_not_put_together() -> None:
    parts = [delete_rule(0, prefixes=(f"scans/{letter}",)) for letter in "abcdefghij"]
    assert exceeds(retention(lifecycle(STORE, *parts))) == UNBOUNDED


def test_a_prefix_covers_every_container_that_begins_with_it() -> None:
    rule = delete_rule(0, prefixes=("docs",), snapshots=0, versions=0)
    fact = retention(
        lifecycle(STORE, rule), container(STORE, "docs"), container(STORE, "docs2"), container(STORE, "doc")
    )
    assert [(item["name"], exceeds(item)) for item in fact["containers"]] == [
        ("scans", UNBOUNDED),
        ("docs", 0),
        ("docs2", 0),
        ("doc", UNBOUNDED),
    ]


def test_rules_that_delete_no_blobs_leave_no_doubt_about_containers_that_were_not_listed() -> None:
    gaps = (gap(STORE, "Microsoft.Storage/storageAccounts/blobServices/containers"),)
    for rule, hours in ((delete_rule(None, snapshots=0), UNBOUNDED), (delete_rule(0, prefixes=("scans",)), 0)):
        fact = retention(lifecycle(STORE, rule), gaps=gaps)
        assert exceeds(fact) == hours


def test_snapshots_do_not_matter_where_the_policy_was_not_read_or_keeps_all() -> None:
    assert words(retention(gaps=(gap(STORE, LIFECYCLE_POLICY),)), "snapshots") == []
    assert words(retention(lifecycle(STORE)), "snapshots") == []
