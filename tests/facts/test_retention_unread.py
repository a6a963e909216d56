"""How long a document survives where a part of the configuration was read, and a part was not.

What is known counts; what is not known neither keeps a document nor deletes it.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY, ROLE_ASSIGNMENT
from tests.builders import (
    SUBSCRIPTION_ID,
    account,
    blob_service,
    container,
    delete_rule,
    facts,
    gap,
    grant,
    lifecycle,
    snapshot,
    storage,
)

HIDDEN = Unread("known only after deployment")
STORE = storage()
CLEAN = delete_rule(0, snapshots=0, versions=0)
ON = {"enabled": True}
IMMUTABLE = "immutabilityPeriodSinceCreationInDays"


def changed(resource: Resource, **changes: Json) -> Resource:
    return Resource({**resource.body, **changes})


def retention(*parts: Resource, store: Resource = STORE, **how: Any) -> dict[str, Any]:
    """The fact about one store with a container `scans`, a rule that deletes everything, and what the parts change."""
    given = {part.key for part in (*parts, store)}
    basic = (account(), grant(STORE.id), blob_service(STORE), lifecycle(STORE, CLEAN), container(STORE))
    hidden = {(item.scope, item.operation) for item in how.get("gaps", ())}
    kept = [item for item in basic if item.key not in given and (STORE.id, f"{item.type}/read") not in hidden]
    return dict(facts(snapshot(store, *kept, *parts, **how)).of(store)["retention"])


def worst(fact: dict[str, Any]) -> float:
    return math.inf if fact["unbounded"] else fact["exceedsHours"]


def reading(value: Json) -> str:
    """What is known of a value: itself, `open` where Azure gives no bound, `unread` where something was not read."""
    if not isinstance(value, Unread):
        return str(value)
    return "unread" if value.settled_by is None else "open"


def covered(fact: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """What lifecycle rules delete of each container: blobs, snapshots, versions."""
    return {
        reading(item["container"]): tuple(
            reading(item[f"deletes{what}"]) for what in ("Blobs", "Snapshots", "Versions")
        )
        for item in fact["lifecycle"]
    }


YES, NOT_READ = ("True",) * 3, ("unread",) * 3


def test_the_store_that_the_cases_change_is_clean() -> None:
    fact = retention()
    assert (worst(fact), reading(fact["atMostHours"]), covered(fact)) == (0, "open", {"scans": YES})


def hidden_rule(**changes: Json) -> Resource:
    return lifecycle(STORE, {**CLEAN, **changes})


@pytest.mark.parametrize(
    "policy",
    [
        changed(lifecycle(STORE, CLEAN), properties=HIDDEN),
        changed(lifecycle(STORE, CLEAN), properties={"policy": HIDDEN}),
        changed(lifecycle(STORE, CLEAN), properties={"policy": {"rules": HIDDEN}}),
        lifecycle(STORE, CLEAN, HIDDEN),  # type: ignore[arg-type]
        hidden_rule(enabled=HIDDEN),
        hidden_rule(definition=HIDDEN),
        hidden_rule(definition={"filters": HIDDEN, "actions": CLEAN["definition"]["actions"]}),
        hidden_rule(definition={"actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": HIDDEN}}}}),
    ],
    ids=range(8),
)
def test_a_policy_that_was_read_in_part_neither_deletes_nor_leaves_anything(policy: Resource) -> None:
    fact = retention(policy)
    assert (worst(fact), reading(fact["atMostHours"]), covered(fact)) == (0, "unread", {"scans": NOT_READ})


def test_whatever_else_of_a_policy_is_unread_does_not_matter() -> None:
    assert covered(retention(changed(lifecycle(STORE, CLEAN), systemData=HIDDEN))) == {"scans": YES}


@pytest.mark.parametrize(
    ("kind", "answers"),
    [("StorageV2", YES), (None, YES), ("Storage", ("False", "False", "True")), (HIDDEN, NOT_READ)],
    ids=range(4),
)
def test_the_kind_of_the_account_decides_whether_its_policy_acts(kind: Json, answers: tuple[str, ...]) -> None:
    assert covered(retention(store=changed(STORE, kind=kind))) == {"scans": answers}


SERVICES: list[tuple[dict[str, Json], float, str]] = [
    # settings of the blob service; known to exceed; upper bound
    ({"isVersioningEnabled": HIDDEN}, 0, "unread"),
    ({"deleteRetentionPolicy": HIDDEN}, 0, "unread"),
    ({"deleteRetentionPolicy": {"enabled": HIDDEN, "days": 7}}, 0, "unread"),
    ({"deleteRetentionPolicy": {**ON, "days": HIDDEN}}, 24, "unread"),
    ({"restorePolicy": HIDDEN}, 0, "unread"),
    ({"restorePolicy": {**ON, "days": HIDDEN}}, 24, "unread"),
    ({"restorePolicy": ON}, 24, "open"),
    ({"containerDeleteRetentionPolicy": HIDDEN}, 0, "unread"),
    ({"containerDeleteRetentionPolicy": {**ON, "days": HIDDEN}}, 24, "unread"),
    ({"containerDeleteRetentionPolicy": {**ON, "days": None}}, 168, "open"),
]


@pytest.mark.parametrize(("settings", "exceeds", "at_most"), SERVICES, ids=range(len(SERVICES)))
def test_settings_that_were_read_in_part(settings: dict[str, Json], exceeds: float, at_most: str) -> None:
    fact = retention(blob_service(STORE, **settings))
    assert (worst(fact), reading(fact["atMostHours"])) == (exceeds, at_most)


def test_a_service_that_was_not_read_keeps_nothing_for_sure() -> None:
    for part in (changed(blob_service(STORE), properties=HIDDEN),):
        assert (worst(retention(part)), reading(retention(part)["atMostHours"])) == (0, "unread")
    fact = retention(gaps=(gap(STORE, BLOB_SERVICE),))
    assert (worst(fact), reading(fact["atMostHours"])) == (0, "unread")


def test_a_blob_service_that_is_surely_not_there_is_not_known_to_keep_nothing() -> None:
    bare = [STORE, account(), grant(STORE.id), lifecycle(STORE, CLEAN), container(STORE)]
    fact = facts(snapshot(*bare)).of(STORE)["retention"]
    assert (worst(fact), reading(fact["atMostHours"])) == (0, "unread")


VERSIONED = blob_service(STORE, isVersioningEnabled=True)


@pytest.mark.parametrize(
    ("service", "rules", "exceeds", "versions", "answers"),
    [
        (VERSIONED, (delete_rule(0, snapshots=0),), math.inf, math.inf, ("True", "True", "False")),
        (VERSIONED, (CLEAN,), 0, 0, YES),
        (
            blob_service(STORE, isVersioningEnabled=HIDDEN),
            (delete_rule(0, snapshots=0),),
            0,
            0,
            ("True", "True", "unread"),
        ),
        (blob_service(STORE, isVersioningEnabled=HIDDEN), (CLEAN,), 0, 0, YES),
    ],
    ids=range(4),
)
def test_versions_that_may_arise(
    service: Resource, rules: tuple[dict[str, Any], ...], exceeds: float, versions: float, answers: tuple[str, ...]
) -> None:
    fact = retention(service, lifecycle(STORE, *rules))
    assert (worst(fact), worst(fact["versions"]), covered(fact)) == (exceeds, versions, {"scans": answers})


def test_versioning_without_the_policy_is_not_known_to_keep_versions_for_ever() -> None:
    fact = retention(VERSIONED, gaps=(gap(STORE, LIFECYCLE_POLICY),))
    assert (worst(fact), reading(fact["versions"]["atMostHours"])) == (0, "unread")


HOLDS: list[tuple[Resource, Resource, float, str, tuple[str, ...]]] = [
    # account; container; known to exceed; upper bound; what lifecycle rules delete (nothing that is held)
    (STORE, container(STORE, hasLegalHold=HIDDEN), 0, "unread", NOT_READ),
    (STORE, container(STORE, hasImmutabilityPolicy=HIDDEN), 0, "unread", NOT_READ),
    (STORE, container(STORE, hasImmutabilityPolicy=True, immutabilityPolicy=HIDDEN), 0, "unread", NOT_READ),
    (
        STORE,
        container(STORE, hasImmutabilityPolicy=True, immutabilityPolicy={"properties": {IMMUTABLE: HIDDEN}}),
        0,
        "unread",
        NOT_READ,
    ),
    (STORE, container(STORE, immutableStorageWithVersioning=HIDDEN), 0, "unread", NOT_READ),
    (STORE, container(STORE, immutableStorageWithVersioning={"enabled": HIDDEN}), 0, "unread", NOT_READ),
    (STORE, container(STORE, immutableStorageWithVersioning=ON), 0, "unread", NOT_READ),
    (STORE, container(STORE, immutableStorageWithVersioning={"enabled": False}), 0, "open", YES),
    (STORE, container(STORE, hasLegalHold=True), math.inf, "open", ("False",) * 3),
    (changed(STORE, properties=HIDDEN), container(STORE), 0, "unread", NOT_READ),
    (storage(immutableStorageWithVersioning=HIDDEN), container(STORE), 0, "unread", NOT_READ),
    (storage(immutableStorageWithVersioning={"enabled": HIDDEN}), container(STORE), 0, "unread", NOT_READ),
    (storage(immutableStorageWithVersioning=ON), container(STORE), 0, "unread", NOT_READ),
    (
        storage(immutableStorageWithVersioning={**ON, "immutabilityPolicy": {"state": HIDDEN, IMMUTABLE: 9}}),
        container(STORE),
        0,
        "unread",
        NOT_READ,
    ),
    (
        storage(immutableStorageWithVersioning={**ON, "immutabilityPolicy": {"state": "Locked", IMMUTABLE: 9}}),
        container(STORE),
        216,
        "open",
        ("False",) * 3,
    ),
    (storage(immutableStorageWithVersioning={"enabled": False}), container(STORE), 0, "open", YES),
]


@pytest.mark.parametrize(("store", "box", "exceeds", "at_most", "answers"), HOLDS, ids=range(len(HOLDS)))
def test_holds_that_were_read_in_part(
    store: Resource, box: Resource, exceeds: float, at_most: str, answers: tuple[str, ...]
) -> None:
    fact = retention(box, store=store)
    assert (worst(fact), reading(fact["atMostHours"]), covered(fact)) == (exceeds, at_most, {"scans": answers})


def test_a_container_of_which_nothing_was_read_may_be_deleted_and_may_be_held() -> None:
    fact = retention(changed(container(STORE), properties=HIDDEN))
    assert (worst(fact), reading(fact["atMostHours"]), covered(fact)) == (0, "unread", {"scans": NOT_READ})


@pytest.mark.parametrize(
    ("box", "exceeds", "names"),
    [
        (container(STORE, "old", deleted=True, remainingRetentionDays=5), 120, ["scans"]),
        (container(STORE, "old", deleted=True, remainingRetentionDays=HIDDEN), 0, ["scans"]),
        (container(STORE, "old", deleted=True), 0, ["scans"]),
        (container(STORE, "old", deleted=HIDDEN), 0, ["scans", "old"]),
    ],
    ids=range(4),
)
def test_a_container_that_is_deleted_or_may_be(box: Resource, exceeds: float, names: list[str]) -> None:
    fact = retention(box, lifecycle(STORE, delete_rule(0, snapshots=0, versions=0, prefixes=("scans/",))))
    assert (worst(fact), list(covered(fact))) == (exceeds, names)
    assert covered(fact)["scans"] == YES
    assert covered(fact).get("old") in {None, ("unread", "unread", "True")}


ONLY_SCANS = lifecycle(STORE, delete_rule(0, snapshots=0, versions=0, prefixes=("scans/",)))
TO_SCANS = grant(f"{STORE.id}/blobServices/default/containers/scans")
ASSIGNMENTS = gap(SUBSCRIPTION_ID, ROLE_ASSIGNMENT)


def about(*links: Resource, gaps: tuple[Any, ...] = ()) -> dict[str, Any]:
    """A store without keys and with two containers, of which the lifecycle rule deletes one."""
    store = storage(allowSharedKeyAccess=False)
    parts = (account(), blob_service(STORE), ONLY_SCANS, container(STORE), container(STORE, "other"), *links)
    return dict(facts(snapshot(store, *parts, gaps=gaps)).of(store)["retention"])


def test_where_every_link_names_a_container_only_these_count() -> None:
    fact = about(TO_SCANS)
    assert (worst(fact), covered(fact)) == (0, {"scans": YES})


def test_where_a_link_may_be_hidden_the_others_may_hold_documents_too() -> None:
    fact = about(TO_SCANS, gaps=(ASSIGNMENTS,))
    assert (worst(fact), reading(fact["atMostHours"])) == (0, "unread")
    assert covered(fact) == {"scans": YES, "other": ("unread", "unread", "True")}
    assert [(item["name"], worst(item)) for item in fact["containers"]] == [("scans", 0), ("other", 0)]
    assert any("whether container other holds documents is not known" in item["words"] for item in fact["reasons"])


def test_where_a_link_names_no_container_all_count() -> None:
    for gaps in ((), (ASSIGNMENTS,)):
        fact = about(TO_SCANS, grant(STORE.id), gaps=gaps)
        assert (worst(fact), covered(fact)["other"]) == (math.inf, ("False", "False", "True"))


def test_where_the_container_that_was_named_is_gone_all_count() -> None:
    fact = about(grant(f"{STORE.id}/blobServices/default/containers/gone"))
    assert list(covered(fact)) == ["scans", "other"]


def test_without_a_link_all_count_as_when_the_user_asks_for_all() -> None:
    assert list(covered(about())) == ["scans", "other"]
    parts = (account(), blob_service(STORE), ONLY_SCANS, container(STORE), container(STORE, "other"), TO_SCANS)
    fact = facts(snapshot(STORE, *parts), all_documents=True).of(STORE)["retention"]
    assert list(covered(fact)) == ["scans", "other"]


def test_rules_with_a_prefix_do_not_tell_about_containers_that_were_not_listed() -> None:
    fact = retention(VERSIONED, ONLY_SCANS, gaps=(gap(STORE, CONTAINER),))
    assert (worst(fact), reading(fact["atMostHours"])) == (0, "unread")
    assert covered(fact) == {"unread": NOT_READ}


def test_rules_without_a_prefix_tell_about_all() -> None:
    fact = retention(VERSIONED, gaps=(gap(STORE, CONTAINER),))
    assert (worst(fact), covered(fact)) == (0, {"unread": YES})


@pytest.mark.parametrize("name", ["$web", "$WEB"])
def test_lifecycle_rules_do_not_touch_the_website(name: str) -> None:
    fact = retention(container(STORE, name))
    assert worst(fact) == math.inf
    assert covered(fact) == {name: ("False", "False", "True"), "scans": YES}


@pytest.mark.parametrize(
    "odd",
    [
        {"enabled": {}},
        {"enabled": "false"},
        {"definition": {**CLEAN["definition"], "filters": {"blobTypes": "blockBlob"}}},
        {"definition": {**CLEAN["definition"], "filters": {"prefixMatch": "scans"}}},
        {"definition": {**CLEAN["definition"], "filters": {"prefixMatch": [7]}}},
        {"definition": {**CLEAN["definition"], "filters": {"blobIndexMatch": "odd"}}},
        {"definition": {"actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": "0"}}}}},
        {"definition": {"actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": True}}}}},
        {"definition": {"actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": -1}}}}},
        {"definition": []},
    ],
    ids=range(10),
)
def test_an_odd_rule_deletes_nothing(odd: dict[str, Json]) -> None:
    assert worst(retention(hidden_rule(**odd))) == math.inf
