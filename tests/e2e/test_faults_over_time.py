"""What changes while a scan runs: tokens, rights, resources; clocks that disagree; two scans at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor import audit
from auditor.collectors.collect import Request, collect
from auditor.errors import ExitCode
from auditor.model.durations import parse_moment
from auditor.model.snapshot import Snapshot
from auditor.report.formats.json import as_data
from tests.collectors.scans import Progress, Sink, hurried
from tests.e2e.estate import BAD, GOOD, estate
from tests.e2e.faulty import calm, judged, outcome, statements, wrongs
from tests.fakes.azure import FakeAzure, practice
from tests.fakes.azure import faults as fault
from tests.fakes.azure.passing_time import AzureClock, Revoked

AZURE = "^(?!.*login)"


def sign_ins(azure: FakeAzure) -> int:
    return sum(item.path.endswith("/oauth2/v2.0/token") for item in azure.exchanges)


SCOPES = 4
"""Tokens that a scan takes: for Resource Manager, Document Intelligence, Log Analytics and storage."""


@pytest.mark.parametrize("how", ["expired", "invalid_token", "claims"])
def test_a_token_that_ends_in_the_middle_is_replaced(how: str) -> None:
    found, azure = outcome(Revoked(AZURE, after=40, how=how))
    assert [item for item in azure.exchanges if item.status == 401], "it did end"
    assert found.statuses == calm().statuses
    assert found.result["gaps"] == []
    assert sign_ins(azure) <= 2 * SCOPES


@pytest.mark.parametrize("how", ["expired", "claims"])
def test_tokens_that_never_work_again_leave_what_was_read(how: str) -> None:
    found, azure = outcome(Revoked(AZURE, after=40, how=how, forever=True))
    assert wrongs(found) == {}
    assert found.result["complete"] is False
    assert {reason for reason in found.reasons if reason.startswith("401 ")}
    assert sign_ins(azure) <= 3 * SCOPES, "nobody signs in again for each call"
    assert len(azure.exchanges) < 4 * 160


@pytest.mark.parametrize("calls", [20, 80])
def test_rights_that_are_lost_in_the_middle_leave_what_was_read(calls: int) -> None:
    found, _ = outcome(fault.Forbidden("GET .*management", skip=calls))
    assert wrongs(found) == {}
    assert "403 AuthorizationFailed" in found.reasons
    assert found.result["complete"] is False
    assert found.code == ExitCode.FINDINGS


def test_without_any_right_there_is_no_audit() -> None:
    found, _ = outcome(fault.Forbidden("GET .*management", skip=1))  # the subscriptions themselves can be listed
    assert found.code == ExitCode.NOT_AUDITED
    assert set(found.statuses.values()) == {"unknown"}


def test_what_is_deleted_between_its_list_and_its_parts_is_unknown() -> None:
    found, _ = outcome(
        fault.NotFound("management.*/storageAccounts/trialdocs/"),
        fault.NotFound("management.*/workspaces/faraway/"),
    )
    assert "404 ResourceNotFound" in found.reasons
    assert wrongs(found) == {}
    elsewhere = {pair: status for pair, status in calm().statuses.items() if GOOD in pair[1]}
    assert {pair: status for pair, status in found.statuses.items() if GOOD in pair[1]} == elsewhere


def test_a_model_that_is_deleted_after_its_list_is_unknown() -> None:
    found, _ = outcome(fault.NotFound("documentModels/receipts\\?", code="NotFound"))
    assert found.reasons == {"404 NotFound"}
    assert wrongs(found) == {}
    assert not [pair for pair in found.statuses if pair[1].endswith("/documentmodels/receipts")]


def test_a_subscription_that_goes_away_takes_only_itself_along() -> None:
    found, _ = outcome(fault.NotFound(f"/subscriptions/{BAD}/", code="SubscriptionNotFound"))
    assert found.reasons == {"404 SubscriptionNotFound"}
    assert wrongs(found) == {}
    assert not [pair for pair, status in found.statuses.items() if BAD in pair[1] and status != "unknown"]
    assert found.result["complete"] is False


# Azure's clock and ours


@pytest.mark.parametrize("days", [3, -3])
def test_by_a_clock_that_is_days_off_everything_is_as_old_as_azure_has_it(
    days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ago: Callable[..., str] = practice.ago
    monkeypatch.setattr(practice, "ago", lambda hours=0, *, days=0, by=days: ago(hours, days=days - by))
    found, _ = outcome(AzureClock(AZURE, seconds=days * 86_400), of=estate(signals=False))
    azure_now = datetime.now(UTC) + timedelta(days=days)
    assert found.statuses == calm().statuses
    for moment in (found.snapshot.header.started, found.result["finished"], *read_at(found.snapshot)):
        assert abs((parse_moment(moment) or datetime.min.replace(tzinfo=UTC)) - azure_now) < timedelta(minutes=5)
    if days > 0:  # where nobody says so, our clock is believed, and much of what happened lies in its future
        believed, _ = outcome(of=estate(signals=False))
        assert believed.statuses != calm().statuses


def read_at(snapshot: Snapshot) -> set[str]:
    return {item.read.at for item in snapshot.resources if item.read is not None and "management" in item.read.source}


# Two at once


def test_two_scans_at_once_do_not_disturb_each_other() -> None:
    def one(_number: int) -> Snapshot:
        request = Request(judged().types, (), None, "public", "environment", {}, "1.2.3")
        return collect(request, Sink(), select, Progress(), patience=hurried(read=10))

    def select(read: Snapshot) -> frozenset[str]:
        return audit.documents_stores(read, judged(), statements())

    busy = fault.ServerError("GET .*management", 503, skip=30, times=9)
    with FakeAzure(estate(signals=False), [busy]) as azure, azure.exported(), ThreadPoolExecutor(2) as pool:
        snapshots = list(pool.map(one, range(2)))
    for snapshot in snapshots:
        assert snapshot.gaps == ()
        assert statuses(snapshot) == calm().statuses


def statuses(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    for statement in statements():
        snapshot = statement.added_to(snapshot)
    result: dict[str, Any] = as_data(audit.judge_snapshot(judged(), snapshot))
    return {(item["rule"], item["resource"]["id"].lower()): item["status"] for item in result["findings"]}
