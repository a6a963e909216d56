"""How long copies stay that object replication makes: by the rules of their own account, followed on from there."""

from __future__ import annotations

import math
from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import CONTAINER, LIFECYCLE_POLICY, OBJECT_REPLICATION
from tests.builders import (
    account,
    blob_service,
    child,
    container,
    delete_rule,
    facts,
    gap,
    grant,
    lifecycle,
    storage,
)
from tests.facts.estates import backup_instance, backup_policy, backup_vault, estate

HIDDEN = Unread("known only after deployment")
STORE, COPY, THIRD = storage(), storage("copy"), storage("third")


def policy(source: Resource, target: Resource | str, *pairs: tuple[Json, Json], name: str = "p") -> Resource:
    """An object replication policy as it stands on its source."""
    written = target if isinstance(target, str) else target.id
    rules = [{"sourceContainer": box, "destinationContainer": copy} for box, copy in pairs]
    return child(source, OBJECT_REPLICATION, name, sourceAccount=source.id, destinationAccount=written, rules=rules)


def kept(store: Resource, *names: str, days: int = 0, **settings: Json) -> tuple[Resource, ...]:
    """A store with versioning, containers, and a rule that deletes everything after some days."""
    rule = delete_rule(days, snapshots=0, versions=days)
    service = blob_service(store, isVersioningEnabled=True, **settings)
    return store, service, lifecycle(store, rule), *(container(store, name) for name in names)


def retention(*parts: Resource, **how: Any) -> dict[str, Any]:
    found = estate(account(), grant(STORE.id), *kept(STORE, "scans"), *parts, **how)
    return dict(facts(found).of(STORE)["retention"])


def exceeds(fact: dict[str, Any]) -> float:
    return math.inf if fact["unbounded"] else fact["exceedsHours"]


def known(fact: dict[str, Any]) -> bool:
    return isinstance(fact["atMostHours"], Unread) and fact["atMostHours"].settled_by is not None


def words(fact: dict[str, Any]) -> list[str]:
    return [reason["words"] for reason in fact["reasons"] if reason["cause"] == "objectReplication"]


TO_COPY = policy(STORE, COPY, ("scans", "kept"))
CASES: list[tuple[str, tuple[Resource, ...], float]] = [
    ("a copy with a rule of 0 days", kept(COPY, "kept"), 0),
    # (9 + 1) days until the rule acts, and one more run for the version that it leaves
    ("a copy with a rule of 9 days", kept(COPY, "kept", days=9), 264),
    ("a copy in soft delete", kept(COPY, "kept", deleteRetentionPolicy={"enabled": True, "days": 7}), 168),
    ("a copy that no rule deletes", (COPY, blob_service(COPY, isVersioningEnabled=True), container(COPY, "kept")), math.inf),
    ("a copy under a legal hold", (*kept(COPY), container(COPY, "kept", hasLegalHold=True)), math.inf),
    ("another container there is none of it", (*kept(COPY, "kept"), container(COPY, "other", hasLegalHold=True)), 0),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "hours"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_copy_stays_by_the_rules_of_its_account(parts: tuple[Resource, ...], hours: float) -> None:
    fact = retention(TO_COPY, *parts)
    assert (exceeds(fact), exceeds(fact["containers"][0]), known(fact)) == (hours, hours, True)


def test_a_copy_is_backed_up_where_it_lies() -> None:
    vault = backup_vault()
    backup = (vault, backup_policy(vault, ("VaultStore", "P30D")), backup_instance(vault, COPY))
    assert exceeds(retention(TO_COPY, *kept(COPY, "kept"), *backup)) == 720


def test_the_chain_of_reasons_is_told() -> None:
    chain = (TO_COPY, *kept(COPY, "kept"), policy(COPY, THIRD, ("kept", "last")), THIRD, container(THIRD, "last"))
    fact = retention(*chain, blob_service(THIRD))
    assert exceeds(fact) == math.inf
    (told,) = words(fact)
    assert told == (
        "object replication copies container scans to copy, container kept, where "
        "object replication copies container kept to third, container last, where "
        "no lifecycle rule deletes what is left in container last"
    )
    (told,) = words(retention(TO_COPY, *kept(COPY, "kept", days=9)))
    assert "where lifecycle rule clean deletes after more than 9 days, at a later run; " in told
    (told,) = words(retention(policy(STORE, COPY, ("scans", "kept")), *kept(COPY, "kept")))
    assert told.startswith(
        "object replication copies container scans to copy, container kept, where lifecycle rule clean"
    )


def test_circles_end() -> None:
    back = policy(COPY, STORE, ("kept", "scans"))
    assert exceeds(retention(TO_COPY, *kept(COPY, "kept"), back)) == 0
    assert exceeds(retention(TO_COPY, *kept(COPY, "kept", days=9), back)) == 264
    three = (
        policy(COPY, THIRD, ("kept", "last")),
        policy(THIRD, STORE, ("last", "scans")),
        *kept(THIRD, "last", days=1),
    )
    assert exceeds(retention(TO_COPY, *kept(COPY, "kept"), *three)) == 72
    itself = policy(STORE, STORE, ("scans", "scans"))
    assert exceeds(retention(itself)) == 0


def test_what_lies_behind_a_circle_counts_from_every_side() -> None:
    """Each account of a circle is as bad as the worst that can be reached from it."""
    parts = (
        TO_COPY,
        *kept(COPY, "kept"),
        policy(COPY, STORE, ("kept", "scans")),
        policy(COPY, THIRD, ("kept", "last"), name="q"),
    )
    fact = estate(
        account(), grant(STORE.id), grant(COPY.id), *kept(STORE, "scans"), *parts, *kept(THIRD, "last", days=9)
    )
    derived = facts(fact)
    assert [exceeds(derived.of(store)["retention"]) for store in (STORE, COPY, THIRD)] == [264, 264, 264]


def test_many_ways_to_one_place_take_no_time() -> None:
    """Forty layers of two containers, each copied to both of the next: the ways are more than can be walked."""
    layers = [storage(f"layer{number}") for number in range(40)]
    parts: list[Resource] = []
    for here, there in zip([STORE, *layers], layers, strict=False):
        boxes = ("scans",) if here is STORE else ("a", "b")
        parts.append(policy(here, there, *((box, copy) for box in boxes for copy in ("a", "b"))))
        parts += kept(there, "a", "b")
    assert (
        exceeds(retention(*parts, blob_service(layers[-1], deleteRetentionPolicy={"enabled": True, "days": 2}))) == 48
    )


def test_only_the_containers_that_are_copied_count() -> None:
    parts = (policy(STORE, COPY, ("other", "kept")), *kept(COPY, "kept", days=9), container(STORE, "other"))
    fact = retention(*parts)
    assert [(item["name"], exceeds(item)) for item in fact["containers"]] == [("scans", 0), ("other", 264)]


def test_copies_of_a_container_that_is_gone_stay() -> None:
    fact = retention(policy(STORE, COPY, ("gone", "kept")), *kept(COPY, "kept", days=9))
    assert (exceeds(fact), exceeds(fact["containers"][0])) == (264, 0)
    deleted = container(STORE, "gone", deleted=True, remainingRetentionDays=1)
    assert exceeds(retention(policy(STORE, COPY, ("gone", "kept")), *kept(COPY, "kept", days=9), deleted)) == 264


def test_the_destination_of_a_policy_is_not_its_source() -> None:
    there = child(STORE, OBJECT_REPLICATION, "p", sourceAccount=COPY.id, destinationAccount=STORE.id, rules=[])
    fact = retention(there, *kept(COPY, "kept", days=9))
    assert (exceeds(fact), words(fact), known(fact)) == (0, [], True)


NOT_SEEN = "object replication copies container scans to copy, container kept"
UNSEEN: list[tuple[str, tuple[Resource, ...], dict[str, Any], str]] = [
    ("the destination", (TO_COPY,), {}, f"{NOT_SEEN}, which was not seen"),
    ("the container there", (TO_COPY, *kept(COPY)), {}, f"{NOT_SEEN}, a container that was not seen"),
    ("the list of containers there", (TO_COPY, *kept(COPY)), {"gaps": (gap(COPY, CONTAINER),)}, f"{NOT_SEEN}, a container that was not seen: 403 AuthorizationFailed"),
    ("the rules", (child(STORE, OBJECT_REPLICATION, "p", destinationAccount=COPY.id, rules=HIDDEN), *kept(COPY, "kept")), {}, "object replication copies blobs to copy, but which containers it copies was not read"),
    ("no rules", (child(STORE, OBJECT_REPLICATION, "p", destinationAccount=COPY.id), *kept(COPY, "kept")), {}, "object replication copies blobs to copy, but which containers it copies was not read"),
    ("a rule's source", (policy(STORE, COPY, (HIDDEN, "kept")), *kept(COPY, "kept")), {}, "object replication copies blobs to copy, container kept, but its sourceContainer was not read"),
    ("a rule's destination", (policy(STORE, COPY, ("scans", None)), *kept(COPY, "kept")), {}, "object replication copies container scans to copy, but its destinationContainer was not read"),
    ("the policies", (), {"gaps": (gap(STORE, OBJECT_REPLICATION),)}, "object replication policies were not read: 403 AuthorizationFailed"),
    ("the destination's name", (policy(STORE, "", ("scans", "kept")),), {}, "object replication copies container scans to , container kept, which was not seen"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "how", "told"), [case[1:] for case in UNSEEN], ids=[case[0] for case in UNSEEN])
def test_what_was_not_seen_of_copies_is_not_known(parts: tuple[Resource, ...], how: dict[str, Any], told: str) -> None:
    fact = retention(*parts, **how)
    assert (exceeds(fact), known(fact), words(fact)) == (0, False, [told])


def test_what_was_not_read_at_the_destination_is_told_beside_what_is_known_there() -> None:
    there = (COPY, container(COPY, "kept"), blob_service(COPY, deleteRetentionPolicy={"enabled": True, "days": 7}))
    fact = retention(TO_COPY, *there, gaps=(gap(COPY, LIFECYCLE_POLICY),))
    assert (exceeds(fact), known(fact)) == (168, False)
    known_part, doubt = words(fact)
    assert known_part == f"{NOT_SEEN}, where soft delete keeps deleted blobs for 7 days"
    assert doubt == f"{NOT_SEEN}, where the lifecycle policy was not read: 403 AuthorizationFailed"


def test_a_number_that_was_not_read_at_the_destination_is_told_once_as_known_and_once_as_not() -> None:
    service = blob_service(COPY, deleteRetentionPolicy={"enabled": True, "days": HIDDEN})
    fact = retention(TO_COPY, COPY, service, lifecycle(COPY, delete_rule(0)), container(COPY, "kept"))
    assert (exceeds(fact), known(fact)) == (24, False)
    assert all(told.endswith("soft delete keeps deleted blobs; for how many days was not read") for told in words(fact))


def test_containers_that_were_not_listed_may_be_copied() -> None:
    gaps = (gap(STORE, CONTAINER),)
    basic = (STORE, *kept(STORE)[1:], account(), grant(STORE.id), TO_COPY, *kept(COPY, "kept", days=9))
    fact = dict(facts(estate(*basic, gaps=gaps)).of(STORE)["retention"])
    assert exceeds(fact) == 264


def test_without_containers_unread_policies_leave_a_doubt() -> None:
    basic = (account(), grant(STORE.id), STORE, blob_service(STORE, isVersioningEnabled=True), lifecycle(STORE))
    fact = dict(facts(estate(*basic, gaps=(gap(STORE, OBJECT_REPLICATION),))).of(STORE)["retention"])
    told = "object replication policies were not read: 403 AuthorizationFailed"
    assert told in [reason["words"] for reason in fact["reasons"]]
