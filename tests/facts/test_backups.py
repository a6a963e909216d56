"""How long backups keep blobs (azure-facts 3b, D29): by their policy, of which containers, and what was not read of it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import BACKUP_INSTANCE, BACKUP_POLICY, BACKUP_VAULT
from tests.builders import (
    SUBSCRIPTION_ID,
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
from tests.facts.estates import backup_instance, backup_policy, backup_vault, estate, of_containers

HIDDEN = Unread("known only after deployment")
STORE, SAFE = storage(), backup_vault()
DAYS30 = backup_policy(SAFE, ("VaultStore", "P30D"))
CLEAN = delete_rule(0, snapshots=0, versions=0)


def retention(*parts: Resource, boxes: tuple[str, ...] = ("scans",), **how: Any) -> dict[str, Any]:
    basic = [account(), grant(STORE.id), blob_service(STORE), lifecycle(STORE, CLEAN)]
    found = estate(STORE, *basic, *(container(STORE, name) for name in boxes), SAFE, *parts, **how)
    return dict(facts(found).of(STORE)["retention"])


def read(value: Json) -> Json:
    return "unread" if isinstance(value, Unread) else value


def kept(fact: dict[str, Any]) -> list[tuple[Json, Json]]:
    return [(read(item["kind"]), read(item["hours"])) for item in fact["backups"]]


def provable(fact: dict[str, Any]) -> bool:
    """Whether all was read, so that only Azure's lack of a bound is left."""
    return isinstance(fact["atMostHours"], Unread) and fact["atMostHours"].settled_by is not None


LENGTHS: list[tuple[str, Json, float]] = [
    ("days", "P30D", 720),
    ("one day", "P1D", 24),
    ("a week", "P1W", 168),
    ("hours", "PT36H", 36),
    ("a month is at least 28 days", "P1M", 28 * 24),
    ("a year is at least 365 days", "P1Y", 8760),
    ("ten years", "P10Y", 87600),
    ("all together", "P1Y1M1DT1H", 8760 + 672 + 24 + 1),
]


@pytest.mark.parametrize(("duration", "hours"), [case[1:] for case in LENGTHS], ids=[case[0] for case in LENGTHS])
def test_how_long_recovery_points_stay(duration: str, hours: float) -> None:
    for store, kind in (("OperationalStore", "operational"), ("VaultStore", "vaulted"), ("ArchiveStore", "vaulted")):
        fact = retention(backup_policy(SAFE, (store, duration)), backup_instance(SAFE, STORE))
        assert (kept(fact), fact["exceedsHours"], provable(fact)) == ([(kind, hours)], hours, True)


@pytest.mark.parametrize("duration", [HIDDEN, None, 30, "30 days", "-P1D", "P99999999999D", f"P{'9' * 70}D", ""])
def test_a_length_that_is_none(duration: Json) -> None:
    fact = retention(backup_policy(SAFE, ("VaultStore", duration)), backup_instance(SAFE, STORE))
    assert (kept(fact), fact["exceedsHours"], provable(fact)) == ([("vaulted", "unread")], 0, False)


POLICIES: list[tuple[str, Resource, list[tuple[Json, Json]]]] = [
    ("the longest of a kind", backup_policy(SAFE, ("VaultStore", "P7D"), ("VaultStore", "P90D"), ("VaultStore", "P30D")), [("vaulted", 2160)]),
    ("each kind", backup_policy(SAFE, ("VaultStore", "P7D"), ("OperationalStore", "P3D")), [("vaulted", 168), ("operational", 72)]),
    ("known and not known", backup_policy(SAFE, ("VaultStore", "P7D"), ("VaultStore", HIDDEN)), [("vaulted", 168), ("vaulted", "unread")]),
    ("a store that was not read", backup_policy(SAFE, (HIDDEN, "P7D")), [("unread", 168)]),
    ("a store that is not known", backup_policy(SAFE, ("MoonStore", "P7D"), ("MoonStore", "P7D")), [("unread", 168)]),
    ("no rules", child(SAFE, BACKUP_POLICY, "daily", policyRules=[]), [("unread", "unread")]),
    ("rules that were not read", child(SAFE, BACKUP_POLICY, "daily", policyRules=HIDDEN), [("unread", "unread")]),
    ("a rule that was not read", child(SAFE, BACKUP_POLICY, "daily", policyRules=[HIDDEN]), [("unread", "unread")]),
    ("lifecycles that were not read", child(SAFE, BACKUP_POLICY, "daily", policyRules=[{"lifecycles": HIDDEN}]), [("unread", "unread")]),
    ("a schedule alone", child(SAFE, BACKUP_POLICY, "daily", policyRules=[{"objectType": "AzureBackupRule"}]), [("unread", "unread")]),
    ("nothing was read", Resource({**DAYS30.body, "properties": HIDDEN}), [("unread", "unread")]),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "expected"), [case[1:] for case in POLICIES], ids=[case[0] for case in POLICIES])
def test_what_a_policy_keeps(policy: Resource, expected: list[tuple[Json, Json]]) -> None:
    fact = retention(policy, backup_instance(SAFE, STORE))
    assert kept(fact) == expected
    assert provable(fact) is not any(hours == "unread" for _, hours in expected)


@pytest.mark.parametrize("info", [{"policyId": f"{SAFE.id}/backupPolicies/gone"}, {"policyId": HIDDEN}, HIDDEN, None])
def test_a_policy_that_was_not_seen(info: Json) -> None:
    fact = retention(DAYS30, backup_instance(SAFE, STORE, policyInfo=info))
    assert (kept(fact), fact["exceedsHours"], provable(fact)) == ([("unread", "unread")], 0, False)


@pytest.mark.parametrize(
    ("state", "hours"),
    [
        ("ProtectionConfigured", 720),
        ("protectionerror", 720),
        (None, 720),
        ("RetentionSchedulesSuspended", "unread"),
        ("NotProtected", "unread"),
        (HIDDEN, "unread"),
    ],
)
def test_the_policy_counts_while_the_protection_is_on(state: Json, hours: Json) -> None:
    fact = retention(DAYS30, backup_instance(SAFE, STORE, currentProtectionState=state))
    assert kept(fact) == [("vaulted", hours)]


BOTH = backup_policy(SAFE, ("VaultStore", "P30D"), ("OperationalStore", "P3D"))


@pytest.mark.parametrize("state", ["ProtectionStopped", "protectionstopped", "BackupSchedulesSuspended"])
@pytest.mark.parametrize(
    ("policy", "unbounded", "worst"),
    [
        (DAYS30, [("vaulted", True)], True),
        (backup_policy(SAFE, ("VaultStore", HIDDEN)), [("vaulted", True)], True),
        (backup_policy(SAFE, ("ArchiveStore", "P1D")), [("vaulted", True)], True),
        (backup_policy(SAFE, ("OperationalStore", "P3D")), [("operational", "unread")], False),
        (BOTH, [("vaulted", True), ("operational", "unread")], True),
        (child(SAFE, BACKUP_POLICY, "daily", policyRules=HIDDEN), [("unread", "unread")], False),
    ],
    ids=range(6),
)
def test_a_vaulted_backup_that_was_stopped_or_suspended_keeps_without_end(
    state: str, policy: Resource, unbounded: list[tuple[Json, Json]], *, worst: bool
) -> None:
    fact = retention(policy, backup_instance(SAFE, STORE, currentProtectionState=state))
    assert [(read(item["kind"]), read(item["unbounded"])) for item in fact["backups"]] == unbounded
    assert all(isinstance(item["hours"], Unread) for item in fact["backups"])
    assert fact["unbounded"] is worst


PARAMETERS = "backupDatasourceParametersList"


@pytest.mark.parametrize(
    ("info", "scans", "other"),
    [
        (of_containers(BOTH.id, "scans"), 720, 72),
        (of_containers(BOTH.id, "scans", "other"), 720, 720),
        (of_containers(BOTH.id, "elsewhere"), 72, 72),
        ({"policyId": BOTH.id, "policyParameters": {PARAMETERS: []}}, 720, 720),  # it names none: all are meant
        ({"policyId": BOTH.id, "policyParameters": {PARAMETERS: [{"objectType": "x"}]}}, 720, 720),
        ({"policyId": BOTH.id, "policyParameters": HIDDEN}, 72, 72),
        ({"policyId": BOTH.id, "policyParameters": {PARAMETERS: "odd"}}, 72, 72),
        (of_containers(BOTH.id, "scans", HIDDEN), 72, 72),
        ({"policyId": BOTH.id, "policyParameters": {PARAMETERS: [{"containersList": HIDDEN}]}}, 72, 72),
    ],
    ids=range(9),
)
def test_vaulted_backup_takes_the_containers_that_it_names_and_operational_all(
    info: dict[str, Json], scans: float, other: float
) -> None:
    fact = retention(BOTH, backup_instance(SAFE, STORE, policyInfo=info), boxes=("scans", "other"))
    assert [item["exceedsHours"] for item in fact["containers"]] == [scans, other]


def test_a_backup_of_other_containers_is_none_of_documents() -> None:
    info = of_containers(DAYS30.id, "elsewhere")
    fact = retention(DAYS30, backup_instance(SAFE, STORE, policyInfo=info))
    assert (kept(fact), fact["exceedsHours"], provable(fact)) == ([], 0, True)


def test_of_which_containers_was_not_read() -> None:
    info = of_containers(DAYS30.id, HIDDEN)
    fact = retention(DAYS30, backup_instance(SAFE, STORE, policyInfo=info))
    assert (kept(fact), fact["exceedsHours"], provable(fact)) == ([("vaulted", "unread")], 0, False)


def test_a_kind_that_was_not_read_may_be_operational_and_take_all() -> None:
    policy = backup_policy(SAFE, (HIDDEN, "P30D"))
    info = of_containers(policy.id, "elsewhere")
    fact = retention(policy, backup_instance(SAFE, STORE, policyInfo=info))
    assert (kept(fact), fact["exceedsHours"], provable(fact)) == ([("unread", "unread")], 0, False)
    info = of_containers(policy.id, "scans")
    fact = retention(policy, backup_instance(SAFE, STORE, policyInfo=info))
    assert (kept(fact), fact["exceedsHours"]) == ([("unread", 720)], 720)


def test_containers_that_were_not_listed_may_be_backed_up() -> None:
    gaps = (gap(STORE, "Microsoft.Storage/storageAccounts/blobServices/containers"),)
    info = of_containers(DAYS30.id, "scans")
    fact = retention(DAYS30, backup_instance(SAFE, STORE, policyInfo=info), boxes=(), gaps=gaps)
    assert (kept(fact), fact["exceedsHours"], provable(fact)) == ([("vaulted", "unread")], 0, False)


def test_backups_outlive_containers() -> None:
    fact = retention(DAYS30, backup_instance(SAFE, STORE), boxes=())
    assert (kept(fact), fact["exceedsHours"], provable(fact)) == ([("vaulted", 720)], 720, True)


WORDS: list[tuple[Resource, str]] = [
    (DAYS30, "a vaulted backup keeps deleted blobs in backup vault safe for 30 days"),
    (backup_policy(SAFE, ("OperationalStore", "P1D")), "an operational backup keeps deleted blobs in the account itself for 1 day, managed by backup vault safe"),
    (backup_policy(SAFE, (HIDDEN, HIDDEN)), "a backup keeps deleted blobs in backup vault safe, for how long is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "words"), WORDS, ids=range(3))
def test_words(policy: Resource, words: str) -> None:
    (backup,) = retention(policy, backup_instance(SAFE, STORE))["backups"]
    assert (backup["words"], backup["vault"]) == (words, SAFE.id)


def test_a_vault_that_was_not_seen_is_named_by_its_instance() -> None:
    other = backup_vault("other")
    (backup,) = retention(backup_policy(other, ("VaultStore", "P30D")), backup_instance(other, STORE))["backups"]
    assert (backup["vault"], backup["hours"]) == ("other", 720)


@pytest.mark.parametrize(
    ("scope", "type_name", "words"),
    [
        (SUBSCRIPTION_ID, BACKUP_VAULT, "backup vaults in subscription 11111111-1111-1111-1111-111111111111 were not read: 403 AuthorizationFailed"),
        (SAFE.id, BACKUP_INSTANCE, "what backup vault safe protects was not read: 403 AuthorizationFailed"),
    ],
)  # fmt: skip
def test_lists_that_were_not_read(scope: str, type_name: str, words: str) -> None:
    fact = retention(gaps=(gap(scope, type_name),))
    why = Unread(words)
    assert fact["backups"] == [{"kind": why, "vault": why, "unbounded": why, "hours": why, "words": words}]
    assert (fact["exceedsHours"], fact["atMostHours"]) == (0, why)
    assert retention(boxes=(), gaps=(gap(scope, type_name),))["atMostHours"] == why
