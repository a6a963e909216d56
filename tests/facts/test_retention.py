"""How long a document survives, case by case as Microsoft's documentation has it, and the laws over all cases.

The expected figures were worked out by hand from the table of cases (lifecycle runs, soft delete, versioning, restore,
immutability, legal holds): `exceeds` is what the worst case is known to be longer than.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.reading import Unread
from auditor.model.resource import Resource
from auditor.model.types import BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY
from tests.builders import (
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

UNBOUNDED = math.inf
ON = {"enabled": True}


def retention(
    service: dict[str, Any] | None = None,
    rules: tuple[dict[str, Any], ...] | None = (),
    containers: tuple[dict[str, Any], ...] = ({"name": "scans"},),
    hidden: tuple[str, ...] = (),
    **properties: Any,
) -> dict[str, Any]:
    """The fact about one linked store: `rules` None means that there is no policy."""
    store = storage(**properties)
    parts: list[Resource] = [store, account(), grant(store.id)]
    if BLOB_SERVICE not in hidden:
        parts.append(blob_service(store, **(service or {})))
    if rules is not None and LIFECYCLE_POLICY not in hidden:
        parts.append(lifecycle(store, *rules))
    if CONTAINER not in hidden:
        parts += [container(store, **item) for item in containers]
    found = snapshot(*parts, gaps=tuple(gap(store, kind) for kind in hidden))
    return dict(facts(found).of(store)["retention"])


def exceeds(fact: dict[str, Any]) -> float:
    return UNBOUNDED if fact["unbounded"] else fact["exceedsHours"]


SOFT = {"deleteRetentionPolicy": {**ON, "days": 7}}
VERSIONS = {"isVersioningEnabled": True}
CASES: list[tuple[str, dict[str, Any], float]] = [
    ("no policy at all", {"rules": None}, UNBOUNDED),
    ("a policy without rules", {"rules": ()}, UNBOUNDED),
    ("0 days", {"rules": (delete_rule(0),)}, 0),
    ("1 day", {"rules": (delete_rule(1),)}, 48),
    ("30 days", {"rules": (delete_rule(30),)}, 31 * 24),
    ("30 days and 2 days: the sooner counts", {"rules": (delete_rule(30), delete_rule(2))}, 72),
    ("after creation counts too", {"rules": (delete_rule(2, condition="daysAfterCreationGreaterThan"),)}, 72),
    ("last access bounds nothing", {"rules": (delete_rule(1, condition="daysAfterLastAccessTimeGreaterThan"),)}, UNBOUNDED),
    ("a rule that is off", {"rules": (delete_rule(0, enabled=False),)}, UNBOUNDED),
    ("enabled absent means on", {"rules": ({k: v for k, v in delete_rule(1).items() if k != "enabled"},)}, 48),
    ("a rule with an index match", {"rules": (delete_rule(0, filters={"blobIndexMatch": [{"name": "a"}]}),)}, UNBOUNDED),
    ("append blobs only", {"rules": (delete_rule(0, filters={"blobTypes": ["appendBlob"]}),)}, UNBOUNDED),
    ("prefix is the container", {"rules": (delete_rule(0, prefixes=("scans",)),)}, 0),
    ("prefix is the container with a slash", {"rules": (delete_rule(0, prefixes=("scans/",)),)}, 0),
    ("prefix begins the container's name", {"rules": (delete_rule(0, prefixes=("sca",)),)}, 0),
    ("prefix covers half", {"rules": (delete_rule(0, prefixes=("scans/in",)),)}, UNBOUNDED),
    ("prefix is case-sensitive", {"rules": (delete_rule(0, prefixes=("Scans",)),)}, UNBOUNDED),
    ("tiering is no delete", {"rules": (delete_rule(None),)}, UNBOUNDED),
    ("a second container is not covered", {"rules": (delete_rule(0, prefixes=("scans",)),), "containers": ({"name": "scans"}, {"name": "other"})}, UNBOUNDED),
    ("soft delete of blobs", {"rules": (delete_rule(0),), "service": SOFT}, 7 * 24),
    ("soft delete adds to the rule", {"rules": (delete_rule(1),), "service": SOFT}, 48 + 7 * 24),
    ("soft delete off keeps its days", {"rules": (delete_rule(0),), "service": {"deleteRetentionPolicy": {"enabled": False, "days": 7}}}, 0),
    ("soft delete of one day", {"rules": (delete_rule(0),), "service": {"deleteRetentionPolicy": {**ON, "days": 1}}}, 24),
    ("soft delete without days: at least one", {"rules": (delete_rule(0),), "service": {"deleteRetentionPolicy": ON}}, 24),
    ("permanent delete allowed does not help", {"rules": (delete_rule(0),), "service": {"deleteRetentionPolicy": {**ON, "days": 3, "allowPermanentDelete": True}}}, 72),
    ("versioning without a rule for versions", {"rules": (delete_rule(0),), "service": VERSIONS}, UNBOUNDED),
    ("versioning with 0 days for versions", {"rules": (delete_rule(0, versions=0),), "service": VERSIONS}, 0),
    ("versioning with 5 days for versions", {"rules": (delete_rule(0, versions=5),), "service": VERSIONS}, 144),
    ("versions and soft delete", {"rules": (delete_rule(0, versions=5),), "service": {**VERSIONS, **SOFT}}, 144 + 168),
    ("versions sooner than the rule: the last one waits for one more run", {"rules": (delete_rule(9, versions=1),), "service": VERSIONS}, 264),
    ("point-in-time restore", {"rules": (delete_rule(0),), "service": {"restorePolicy": {**ON, "days": 6}}}, 144),
    ("container soft delete", {"rules": (delete_rule(0),), "service": {"containerDeleteRetentionPolicy": {**ON, "days": 3}}}, 72),
    ("container soft delete, default days", {"rules": (delete_rule(0),), "service": {"containerDeleteRetentionPolicy": ON}}, 168),
    ("legal hold", {"rules": (delete_rule(0),), "containers": ({"name": "scans", "hasLegalHold": True},)}, UNBOUNDED),
    (
        "immutability of ten days",
        {"rules": (delete_rule(0),), "containers": ({"name": "scans", "hasImmutabilityPolicy": True, "immutabilityPolicy": {"properties": {"immutabilityPeriodSinceCreationInDays": 10, "state": "Locked"}}},)},
        240,
    ),
    (
        "immutability and soft delete",
        {"rules": (delete_rule(0),), "service": SOFT, "containers": ({"name": "scans", "hasImmutabilityPolicy": True, "immutabilityPolicy": {"properties": {"immutabilityPeriodSinceCreationInDays": 10}}},)},
        240 + 168,
    ),
    (
        "immutability of the account",
        {
            "rules": (delete_rule(0, versions=0),),
            "immutableStorageWithVersioning": {
                "enabled": True,
                "immutabilityPolicy": {"immutabilityPeriodSinceCreationInDays": 4, "state": "Unlocked"},
            },
        },
        96,
    ),
    (
        "a disabled policy of the account",
        {
            "rules": (delete_rule(0, versions=0),),
            "immutableStorageWithVersioning": {
                "enabled": True,
                "immutabilityPolicy": {"immutabilityPeriodSinceCreationInDays": 4, "state": "Disabled"},
            },
        },
        0,
    ),
    (
        "immutability of the account forces versioning on",
        {"rules": (delete_rule(0),), "immutableStorageWithVersioning": {"enabled": True}},
        UNBOUNDED,
    ),
    ("no container", {"rules": None, "containers": ()}, 0),
    ("no container, but soft delete", {"rules": None, "containers": (), "service": SOFT}, 168),
    ("a deleted container", {"rules": None, "containers": ({"name": "old", "deleted": True, "remainingRetentionDays": 5},)}, 120),
    ("system containers do not count", {"rules": None, "containers": ({"name": "$logs"},)}, 0),
]  # fmt: skip


@pytest.mark.parametrize(("given_settings", "hours"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_case(given_settings: dict[str, Any], hours: float) -> None:
    assert exceeds(retention(**given_settings)) == hours


def test_no_account_has_an_upper_bound() -> None:
    bounded = retention(rules=(delete_rule(0),))["atMostHours"]
    assert isinstance(bounded, Unread)
    assert bounded.settled_by is not None  # all was read: the verdict is "not provable"


EMPTY: list[tuple[str, dict[str, Any], float, float]] = [
    # settings of an account without a container; what a document in the next one is known to exceed; so its versions
    ("no policy", {"rules": None}, 0, 0),
    ("a rule for another container", {"rules": (delete_rule(0, prefixes=("scans",)),)}, 0, 0),
    ("a rule of 0 days for all", {"rules": (delete_rule(0),)}, 0, 0),
    ("a rule of 1 day for all", {"rules": (delete_rule(1),)}, 48, 0),
    ("a rule of 1 day for all, and soft delete", {"rules": (delete_rule(1),), "service": SOFT}, 48 + 168, 0),
    ("versioning, no policy", {"rules": None, "service": VERSIONS}, UNBOUNDED, UNBOUNDED),
    ("versioning, and no rule deletes versions", {"rules": (delete_rule(0),), "service": VERSIONS}, UNBOUNDED, UNBOUNDED),
    ("versioning, versions of all are deleted", {"rules": (delete_rule(0, versions=2),), "service": VERSIONS}, 72, 72),
    (
        "versioning, versions of another container are deleted",
        {"rules": (delete_rule(0, versions=2, prefixes=("scans",)),), "service": VERSIONS},
        0,
        0,
    ),
    ("versioning, a container is deleted", {"rules": None, "service": VERSIONS, "containers": ({"name": "old", "deleted": True},)}, UNBOUNDED, UNBOUNDED),
    (
        "immutable by default",
        {"rules": (delete_rule(0, versions=0),), "immutableStorageWithVersioning": {"enabled": True, "immutabilityPolicy": {"immutabilityPeriodSinceCreationInDays": 4, "state": "Locked"}}},
        96,
        0,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given_settings", "hours", "versions"), [case[1:] for case in EMPTY], ids=[case[0] for case in EMPTY]
)
def test_an_account_without_containers_is_judged_by_what_comes_next(
    given_settings: dict[str, Any], hours: float, versions: float
) -> None:
    fact = retention(**{"containers": (), **given_settings})
    assert (exceeds(fact), exceeds(fact["versions"])) == (hours, versions)
    assert isinstance(fact["atMostHours"], Unread)
    assert fact["containers"] == fact["lifecycle"] == []


@pytest.mark.parametrize("hidden", [LIFECYCLE_POLICY, BLOB_SERVICE, CONTAINER])
def test_what_was_not_read_leaves_the_bound_unread_and_is_not_called_unprovable(hidden: str) -> None:
    fact = retention(rules=(delete_rule(0, prefixes=("scans",)),), hidden=(hidden,))
    assert isinstance(fact["atMostHours"], Unread)
    assert fact["atMostHours"].settled_by is None


def test_what_is_known_counts_whatever_else_is_unread() -> None:
    fact = retention(service=SOFT, hidden=(LIFECYCLE_POLICY, CONTAINER))
    assert exceeds(fact) == 168


def test_unlisted_containers_and_no_policy_are_unbounded() -> None:
    assert exceeds(retention(rules=None, hidden=(CONTAINER,))) == UNBOUNDED


def test_the_account_is_the_worst_of_its_containers() -> None:
    fact = retention(
        rules=(delete_rule(1, prefixes=("a/",)), delete_rule(9, prefixes=("b/",))),
        containers=({"name": "a"}, {"name": "b"}),
    )
    assert [item["exceedsHours"] for item in fact["containers"]] == [48, 240]
    assert exceeds(fact) == 240


_days = st.integers(1, 400)
_services = st.fixed_dictionaries(
    {},
    optional={
        "deleteRetentionPolicy": st.builds(lambda days: {**ON, "days": days}, _days),
        "containerDeleteRetentionPolicy": st.builds(lambda days: {**ON, "days": days}, _days),
        "restorePolicy": st.builds(lambda days: {**ON, "days": days}, _days),
        "isVersioningEnabled": st.booleans(),
    },
)
_rules = st.lists(
    st.builds(
        delete_rule,
        st.none() | st.integers(0, 50),
        versions=st.none() | st.integers(0, 50),
        prefixes=st.sampled_from([(), ("scans",), ("scans/a",), ("other",)]),
    ),
    max_size=3,
).map(tuple)


@given(
    _services,
    _rules,
    st.sampled_from(
        sorted({"deleteRetentionPolicy", "containerDeleteRetentionPolicy", "restorePolicy", "isVersioningEnabled"})
    ),
    _days,
)
def test_turning_a_retaining_feature_on_never_shortens(
    service: dict[str, Any], rules: tuple[dict[str, Any], ...], feature: str, days: int
) -> None:
    before = exceeds(retention(service, rules))
    old = service.get(feature) or {}
    longer = True if feature == "isVersioningEnabled" else {**ON, "days": days + (old.get("days", 0) if old else 0)}
    assert exceeds(retention({**service, feature: longer}, rules)) >= before


@given(_services, _rules, _rules)
def test_adding_a_lifecycle_rule_never_lengthens(
    service: dict[str, Any], rules: tuple[dict[str, Any], ...], more: tuple[dict[str, Any], ...]
) -> None:
    assert exceeds(retention(service, rules + more)) <= exceeds(retention(service, rules))
