"""Whole scans of the fake's estates: what is there, that nothing else was touched, and that file and memory agree."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.collectors import scan as scan_module
from auditor.collectors.answers import NotReadError
from auditor.collectors.catalogue import COLLECTORS, SUBSCRIPTIONS, permissions
from auditor.collectors.collect import Request, collect
from auditor.collectors.surveys import Desk, Survey
from auditor.errors import SourceError, UsageError
from auditor.lazy import Entry
from auditor.model.reading import Unread
from auditor.model.resource import Resource
from auditor.model.snapshot import Header, Snapshot
from auditor.model.snapshot_file import SnapshotWriter, read_snapshot
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    BACKUP_INSTANCE,
    BACKUP_POLICY,
    BACKUP_VAULT,
    BLOB_SERVICE,
    CLASSIFIER,
    CONNECTION,
    CONTAINER,
    DELETED_ACCOUNT,
    DIAGNOSTIC_SETTING,
    DOCUMENT_ACCESS,
    ENCRYPTION_SCOPE,
    INSPECTION,
    LIFECYCLE_POLICY,
    LOCAL_USER,
    LOCATION,
    MODEL,
    OBJECT_REPLICATION,
    OPERATION,
    PRIVATE_ENDPOINT,
    PROJECT,
    PROJECT_CONNECTION,
    REQUEST_LOGS,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    STORAGE,
    STORAGE_PERIMETER,
    STORAGE_TLS,
    SUBSCRIPTION,
    VAULT,
    WORKSPACE,
    WORKSPACE_TABLE,
)
from tests import needs
from tests.collectors.scans import EVERY_TYPE, HurriedClock, Progress, Scan, Sink, every_store, hurried, scan
from tests.fakes.azure import (
    Estate,
    FakeAzure,
    RateLimits,
    estate_large,
    estate_of_every_type,
    estate_small,
    estate_two_subscriptions,
)
from tests.fakes.azure import builders as make
from tests.fakes.azure.faults import Stall
from tests.fakes.azure.roles import ROLES
from tests.judges.oav import UNSPECIFIED, objections, the_judge

SCOPE = f"/subscriptions/{make.SUBSCRIPTION}"


def everything(estate: Estate, **more: Any) -> Any:
    with FakeAzure(estate) as azure:
        return scan(azure, **more), azure


def test_a_small_estate_is_read_whole() -> None:
    result, azure = everything(estate_small())
    assert result.snapshot.gaps == ()
    assert result.names(SUBSCRIPTION) == {"Documents (production)"}
    assert result.names(ACCOUNT) == {"forms"}
    assert result.names(MODEL) == {"invoices-v3"}
    assert result.names(CLASSIFIER) == {"mailroom-v1"}
    assert result.names(STORAGE) == {"docsstore"}
    assert result.names(CONTAINER) == {"training", "invoices", "invoices-old"}
    assert result.names(BLOB_SERVICE) == {"default"}
    assert result.names(LIFECYCLE_POLICY) == {"DefaultManagementPolicy"}
    assert result.names(DIAGNOSTIC_SETTING) == {"to-workspace"}
    assert len(result.names(ROLE_ASSIGNMENT)) == 1
    assert {"westeurope", "eastus"} < result.names(LOCATION)
    assert azure.hosts == {"login.microsoftonline.com", "management.azure.com", "forms.cognitiveservices.azure.com"}
    assert azure.refused_hosts == set()


def test_everything_that_was_read_or_is_not_there_is_on_record() -> None:
    result, _ = everything(estate_small())
    store = f"{SCOPE}/resourceGroups/documents/providers/Microsoft.Storage/storageAccounts/docsstore"
    forms = f"{SCOPE}/resourceGroups/documents/providers/Microsoft.CognitiveServices/accounts/forms"
    for type_name in (LOCATION, ACCOUNT, DELETED_ACCOUNT, STORAGE, ROLE_ASSIGNMENT):
        assert result.was_read(SCOPE, type_name)
        assert result.snapshot.listing(SCOPE, type_name).unread is None
    for type_name in (BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY, OBJECT_REPLICATION):
        assert result.snapshot.listing(store, type_name).unread is None
    for type_name in (MODEL, CLASSIFIER, DIAGNOSTIC_SETTING):
        assert result.snapshot.listing(forms, type_name).unread is None
    assert result.was_read(f"{store}/blobServices/default", DIAGNOSTIC_SETTING)


def test_two_subscriptions_are_read_whole() -> None:
    result, azure = everything(estate_two_subscriptions())
    assert result.reasons() == {"the account has no custom subdomain, so signing in to it with Entra ID is impossible"}
    assert {gap.scope.rpartition("/")[2] for gap in result.snapshot.gaps} == {"shared-cognitive"}
    assert result.names(ACCOUNT) == {"forms", "mailroom", "shared-cognitive", "trial-forms"}
    assert result.names(DELETED_ACCOUNT) == {"forms-2025"}
    assert result.names(STORAGE) == {"docsstore", "docscopies", "filesonly", "trialdocs", "scratch"}
    assert len(result.snapshot.of_type(MODEL)) == 7
    assert len(result.snapshot.of_type(CLASSIFIER)) == 3
    assert len(result.snapshot.of_type(OBJECT_REPLICATION)) == 2
    assert result.names(DIAGNOSTIC_SETTING) == {"to-workspace", "to-storage"}
    assert azure.violations == []


def test_inherited_role_assignments_are_there_once_in_each_subscription_that_inherits_them() -> None:
    result, _ = everything(estate_two_subscriptions())
    ids = [resource.key for resource in result.snapshot.resources]
    assert len(ids) == len(set(ids))
    assignments = result.snapshot.of_type(ROLE_ASSIGNMENT)
    inherited = [item for item in assignments if not item.body["properties"]["scope"].startswith("/subscriptions")]
    assert all(item.key.startswith(f"{item.owner}/providers/") for item in inherited)
    # One at the root and one at the upper group, for all three subscriptions; one at the lower group, for two.
    assert len(inherited) == 3 + 3 + 2


def test_models_come_with_their_training_source() -> None:
    result, _ = everything(estate_small())
    (model,) = result.snapshot.of_type(MODEL)
    (classifier,) = result.snapshot.of_type(CLASSIFIER)
    assert "containerUrl" in model.body["properties"]["azureBlobSource"]
    assert "azureBlobSource" in json.dumps(classifier.body["properties"]["docTypes"])
    assert model.read is not None
    assert model.read.source == (
        "GET https://forms.cognitiveservices.azure.com/documentintelligence/documentModels/invoices-v3"
        "?api-version=2024-11-30"
    )


@pytest.mark.xdist_group("fake-azure")  # where the judge runs already
def test_every_exchange_is_what_azures_specifications_say() -> None:
    _, azure = everything(estate_two_subscriptions())
    assert objections([item for item in azure.calls() if item.route not in UNSPECIFIED]) == []
    assert the_judge() is not None


def test_sink_and_snapshot_hold_the_same() -> None:
    result, _ = everything(estate_two_subscriptions())
    assert tuple(result.sink.resources) == result.snapshot.resources
    assert tuple(result.sink.gaps) == result.snapshot.gaps
    assert tuple(result.sink.reads) == result.snapshot.reads


def test_the_file_is_the_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "estate.jsonl"
    result, _ = everything(estate_two_subscriptions())
    with path.open("w", encoding="utf-8") as stream:
        writer = SnapshotWriter(stream, result.snapshot.header)
        for resource in result.sink.resources:
            writer.resource(resource)
        for gap in result.sink.gaps:
            writer.gap(gap)
        for read in result.sink.reads:
            writer.list_read(read)
        assert result.snapshot.end is not None
        writer.end(result.snapshot.end)
    assert read_snapshot(path) == result.snapshot


def test_head_and_end_say_what_was_done() -> None:
    result, azure = everything(estate_small())
    assert result.headers == [result.snapshot.header]
    assert result.snapshot.header == Header("1.2.3", "azure", (SCOPE,), result.snapshot.header.started)
    assert result.snapshot.end is not None
    assert result.snapshot.end.finished >= result.snapshot.header.started
    assert sum(result.snapshot.end.calls.values()) == len(azure.calls())
    assert result.snapshot.end.calls["Microsoft.Storage/storageAccounts/blobServices/read"] == 1


def test_the_caller_chooses_between_the_stages() -> None:
    result, azure = everything(estate_two_subscriptions(), select=lambda _: frozenset())
    (seen,) = result.selections
    assert seen.end is None
    assert {item.type for item in seen.resources} >= {ACCOUNT, STORAGE, BLOB_SERVICE, MODEL, ROLE_ASSIGNMENT}
    assert not result.names(CONTAINER)
    assert not {"containers", "managementPolicy", "objectReplicationPolicies"} & {item.route for item in azure.calls()}


def test_only_the_chosen_accounts_are_looked_into() -> None:
    def one(snapshot: Snapshot) -> frozenset[str]:
        return frozenset(item.key for item in snapshot.of_type(STORAGE) if item.name == "trialdocs") | {"/no/such"}

    result, _ = everything(estate_two_subscriptions(), select=one)
    assert {item.owner.rpartition("/")[2] for item in result.snapshot.of_type(CONTAINER)} == {"trialdocs"}
    assert result.names(BLOB_SERVICE), "CORS rules are signs of a link, so each blob service is read"


def test_one_of_each_type_is_read_with_its_owner() -> None:
    result, azure = everything(estate_of_every_type())
    assert result.snapshot.gaps == ()
    seen = {resource.type: resource for resource in result.snapshot.resources}
    for type_name, owner in (
        (WORKSPACE_TABLE, WORKSPACE),
        (BACKUP_INSTANCE, BACKUP_VAULT),
        (BACKUP_POLICY, BACKUP_VAULT),
        (PROJECT, ACCOUNT),
        (PROJECT_CONNECTION, PROJECT),
        (CONNECTION, ACCOUNT),
        (OPERATION, ACCOUNT),
        (LOCAL_USER, STORAGE),
        (ENCRYPTION_SCOPE, STORAGE),
        (STORAGE_PERIMETER, STORAGE),
        (ACCOUNT_PERIMETER, ACCOUNT),
    ):
        owners = {resource.key for resource in result.snapshot.of_type(owner)}
        assert {resource.owner for resource in result.snapshot.of_type(type_name)} <= owners, type_name
    for type_name in (ROLE_DEFINITION, VAULT, PRIVATE_ENDPOINT, WORKSPACE, seen[BACKUP_INSTANCE].type):
        assert result.snapshot.of_type(type_name), type_name
    assert azure.violations == []


def test_only_roles_and_tables_that_can_matter_are_kept() -> None:
    result, _ = everything(estate_of_every_type())
    assert "AcrPull" not in {item.body["properties"]["roleName"] for item in result.snapshot.of_type(ROLE_DEFINITION)}
    assert len(result.names(ROLE_DEFINITION)) == len(ROLES) - 1 + 1  # without AcrPull, with a role of the customer's
    assert result.names(WORKSPACE_TABLE) == {"AzureDiagnostics", "StorageBlobLogs"}
    assert result.was_read(SCOPE, ROLE_DEFINITION)


def test_tables_are_asked_only_of_workspaces_that_receive_logs() -> None:
    _, azure = everything(estate_of_every_type())
    assert {item.path.split("/")[8] for item in azure.calls("tables")} == {"audit"}


def test_projects_are_asked_only_of_accounts_that_can_have_any() -> None:
    _, azure = everything(estate_of_every_type())
    for route in ("projects", "connections"):
        assert {item.path.split("/")[8] for item in azure.calls(route)} == {"foundry"}
    assert {item.path.split("/")[10] for item in azure.calls("projectConnections")} == {"mailroom"}


def test_signals_come_before_the_choice_and_practice_after_the_details(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    async def survey(resource: Resource, _desk: Desk) -> Survey:
        order.append(resource.type)
        return Survey({"host": resource.name}, "a survey")

    def choose(snapshot: Snapshot) -> frozenset[str]:
        order.append("choice")
        return every_store(snapshot)

    monkeypatch.setattr(Entry, "load", _loads(survey))
    with FakeAzure(estate_of_every_type(), page_size=100) as azure:
        result = scan(azure, [DOCUMENT_ACCESS, CONTAINER, STORAGE_TLS], select=choose)
        details = [item.route for item in azure.calls()].index("containers")
    assert order == [WORKSPACE, WORKSPACE, "choice", "choice", STORAGE, STORAGE]
    assert details == len(azure.calls()) - 2
    assert result.names(STORAGE_TLS) == {"default"}
    probes = result.snapshot.of_type(STORAGE_TLS)
    assert {probe.body["properties"]["host"] for probe in probes} == {"docsstore", "docscopies"}
    assert {probe.read.source for probe in probes if probe.read} == {"a survey"}


def _loads(survey: Callable[..., Any]) -> Callable[[Entry], Any]:
    load = Entry.load
    return lambda entry: survey if entry.target.startswith("auditor.collectors.surveys") else load(entry)


def test_a_survey_that_fails_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    async def survey(*_: object) -> Survey:
        raise NotReadError("no connection")

    monkeypatch.setattr(Entry, "load", _loads(survey))
    with FakeAzure(estate_small()) as azure:
        result = scan(azure, [STORAGE_TLS])
    assert [(gap.scope.rpartition("/")[2], gap.operation, gap.reason) for gap in result.snapshot.gaps] == [
        ("docsstore", "Auditor.Wire/storageTls/read", "no connection")
    ]


def test_what_has_nothing_to_tell_is_unread_and_no_gap() -> None:
    with FakeAzure(Estate([make.document_intelligence("forms")])) as azure:
        result = scan(azure, [REQUEST_LOGS])
    assert result.snapshot.gaps == ()
    (logs,) = result.snapshot.of_type(REQUEST_LOGS)
    assert logs.id == f"{result.snapshot.of_type(ACCOUNT)[0].id}/requestLogs/default"
    assert logs.body["properties"] == Unread("no diagnostic setting sends its logs to a workspace")


def test_what_nobody_asked_to_look_at_is_unread_and_no_gap() -> None:
    with FakeAzure(estate_small()) as azure:
        result = scan(azure, [INSPECTION], unasked={INSPECTION: "--inspect-blobs was not given"})
    assert result.snapshot.gaps == ()
    assert {item.body["properties"] for item in result.snapshot.of_type(INSPECTION)} == {
        Unread("--inspect-blobs was not given")
    }
    assert len(result.snapshot.of_type(INSPECTION)) == len(result.names(CONTAINER)) == 3


def test_replication_is_not_asked_where_there_can_be_none() -> None:
    result, azure = everything(estate_two_subscriptions())
    asked = {item.path.split("/")[8] for item in azure.calls("objectReplicationPolicies")}
    assert asked == {"docsstore", "docscopies"}
    for account in result.snapshot.of_type(STORAGE):
        assert result.was_read(account.id, OBJECT_REPLICATION)


def test_details_of_accounts_that_the_details_of_others_name_are_read_too() -> None:
    """As of accounts that blobs are replicated to: each account is asked once, and all that is not storage once."""

    def followed(snapshot: Snapshot) -> frozenset[str]:
        stores = {item.name: item.key for item in snapshot.of_type(STORAGE)}
        known = snapshot.of_type(OBJECT_REPLICATION)
        return frozenset({stores["docsstore"], *([stores["docscopies"]] if known else [])})

    result, azure = everything(estate_two_subscriptions(), select=followed)
    assert len(result.selections) == 3
    asked = [item.path.split("/")[8] for item in azure.calls("managementPolicy")]
    assert asked == ["docsstore", "docscopies"]
    urls = [item.url for item in azure.calls()]
    assert len(urls) == len(set(urls))


def test_an_account_for_files_costs_no_call() -> None:
    result, azure = everything(estate_two_subscriptions())
    (files,) = [item for item in result.snapshot.of_type(STORAGE) if item.name == "filesonly"]
    assert not [item for item in azure.calls() if item.path.startswith(files.id)]
    assert result.was_read(files.id, BLOB_SERVICE)


def test_only_what_is_needed_is_asked_for() -> None:
    with FakeAzure(estate_small()) as azure:
        result = scan(azure, [CONTAINER])
    assert {item.route for item in azure.calls()} == {"subscriptions", "storageAccounts", "containers"}
    assert {item.type for item in result.snapshot.resources} == {SUBSCRIPTION, STORAGE, CONTAINER}
    assert azure.hosts == {"login.microsoftonline.com", "management.azure.com"}


def test_other_cognitive_services_are_listed_and_left_alone() -> None:
    chat = {**make.document_intelligence("chat"), "kind": "OpenAI"}
    with FakeAzure(Estate([chat])) as azure:
        result = scan(azure)
    assert result.names(ACCOUNT) == {"chat"}
    assert result.snapshot.gaps == ()
    assert "chat.cognitiveservices.azure.com" not in azure.hosts
    assert not azure.calls("diagnosticSettings")


def test_what_the_user_does_not_want_is_a_gap_without_a_call() -> None:
    skipped = dict.fromkeys((MODEL, CLASSIFIER, OPERATION), "--no-models was given")
    with FakeAzure(estate_two_subscriptions()) as azure:
        result = scan(azure, skipped=skipped)
    for type_name in skipped:
        assert result.reasons(type_name) == {"--no-models was given"}
    assert {gap.scope.rpartition("/")[2] for gap in result.snapshot.gaps} == result.names(ACCOUNT)
    assert azure.hosts == {"login.microsoftonline.com", "management.azure.com"}


def test_a_type_can_be_skipped_that_nobody_needs() -> None:
    with FakeAzure(estate_small()) as azure:
        result = scan(azure, [SUBSCRIPTION], skipped={STORAGE.upper(): "not wanted"})
    assert [(gap.scope, gap.operation, gap.reason) for gap in result.snapshot.gaps] == [
        (SCOPE, "Microsoft.Storage/storageAccounts/read", "not wanted")
    ]


def test_progress_ends_where_it_said() -> None:
    result, _ = everything(estate_two_subscriptions())
    assert result.progress.expected == result.progress.finished
    assert result.progress.expected["storage account"] == 3
    assert result.progress.expected["blob service"] == 5


def test_secrets_are_neither_kept_nor_written() -> None:
    secret = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + "A" * 86 + "=="
    forms = make.document_intelligence("forms", apiProperties={"storageAccountConnectionString": secret})
    source = "https://docsstore.blob.core.windows.net/training?sv=2026-01-01&sig=abcdefghijklmnopqrstuvwxyz0123456789"
    model = make.custom_model(forms, "invoices", source=source)
    store = make.storage_account("docsstore", tags={"note": secret})
    result, _ = everything(Estate([forms, model, store]))
    stream = io.StringIO()
    writer = SnapshotWriter(stream, result.snapshot.header)
    for resource in result.snapshot.resources:
        writer.resource(resource)
    assert "A" * 86 not in stream.getvalue()
    assert "sig=" not in stream.getvalue()
    assert "https://docsstore.blob.core.windows.net/training" in stream.getvalue()


def test_an_id_with_odd_characters_leads_nowhere_else() -> None:
    odd = make.storage_account("docsstore", group="a?b=c&{d}#e f/../%2e%2e/ü")
    with FakeAzure(Estate([make.subscription()]), faults=[]) as azure:
        azure.estate.by_id[odd["id"].lower()] = odd
        azure.estate._lists[f"{SCOPE}/providers/microsoft.storage/storageaccounts"] = [odd]
        result = scan(azure, [BLOB_SERVICE])
    assert result.names(STORAGE) == {"docsstore"}
    assert len(result.snapshot.gaps) == 1
    assert all(item.url.count("?") == 1 for item in azure.calls())


@pytest.mark.parametrize("domain", ["evil.example/", "a.b", "a b", "{a}", "x@evil.example", "-", "a?", "%2e"])
def test_an_odd_subdomain_leads_nowhere_else(domain: str) -> None:
    forms = make.document_intelligence("forms", customSubDomainName=domain)
    with FakeAzure(Estate([forms])) as azure:
        result = scan(azure, [MODEL])
    assert all(reason.startswith("refused: ") for reason in result.reasons(MODEL))
    assert result.reasons(MODEL)
    assert azure.hosts | azure.refused_hosts == {"login.microsoftonline.com", "management.azure.com"}
    assert result.snapshot.end is not None
    assert sum(result.snapshot.end.calls.values()) == len(azure.calls())


RIGHTS = permissions(EVERY_TYPE)


def read_with(*but: str) -> Scan:
    """A scan of everything, surveys included, with all rights but these."""
    granted = [right for right in (*RIGHTS.actions, *RIGHTS.data_actions) if right not in but]
    with FakeAzure(estate_of_every_type(), granted=granted, page_size=100) as azure:
        return scan(azure, EVERY_TYPE)


def test_rights_that_were_granted_are_enough() -> None:
    result = read_with()
    assert result.snapshot.gaps == ()
    assert {item.type.lower() for item in result.snapshot.resources} >= {name.lower() for name in EVERY_TYPE}


TABLES = tuple(right for right in RIGHTS.actions if "/query/" in right and not right.endswith("/query/read"))
"""A table that may not be read looks empty to a query, so that only `auditor doctor` can tell (see `test_logs`)."""


@pytest.mark.parametrize("right", [right for right in RIGHTS.actions if right not in TABLES])
def test_each_right_that_is_asked_for_is_needed(right: str) -> None:
    if right == SUBSCRIPTIONS.operation:
        with pytest.raises(SourceError, match="sees no subscription"):
            read_with(right)
        return
    gaps = read_with(right).snapshot.gaps
    named = {record.operation for record in COLLECTORS if right in record.actions}
    refused = {gap.operation for gap in gaps if gap.reason.startswith("403 ")}
    assert refused
    assert refused <= named
    # What was not read can hide more: where logs go, say.
    assert {gap.operation for gap in gaps} - named <= {record.operation for record in COLLECTORS if record.after}


def test_there_is_a_right_for_each_table_that_is_asked() -> None:
    assert {right.split("/")[-2] for right in TABLES} == {"AzureDiagnostics", "StorageBlobLogs"}


@pytest.mark.parametrize("type_name", [MODEL, CLASSIFIER, OPERATION, INSPECTION])
def test_each_right_on_data_is_needed(type_name: str) -> None:
    """Both names of a right at once, where Azure has two: either may be the one that it checks."""
    (record,) = [record for record in COLLECTORS if record.type == type_name]
    gaps = read_with(*record.data_actions).snapshot.gaps
    taken = set(record.data_actions)
    assert {gap.operation for gap in gaps} == {item.operation for item in COLLECTORS if taken & set(item.data_actions)}
    assert {gap.reason.partition(" ")[0] for gap in gaps} <= {"401", "403"}


def test_nothing_but_subscriptions_may_be_read_and_all_else_is_a_gap() -> None:
    with FakeAzure(estate_two_subscriptions(), granted=["Microsoft.Resources/subscriptions/read"]) as azure:
        result = scan(azure)
    assert {item.type for item in result.snapshot.resources} == {SUBSCRIPTION}
    assert result.reasons() == {"403 AuthorizationFailed"}
    lists = [record for record in COLLECTORS if record.owner == SUBSCRIPTION]
    assert len(result.snapshot.gaps) == len(lists) * 3


def test_azures_own_limits_leave_no_gap() -> None:
    estate = estate_large(120, containers=1, models=0)
    limits = RateLimits(speed=100)
    with FakeAzure(estate, limits=limits, page_size=100) as azure:
        result = scan(azure, [CONTAINER, BLOB_SERVICE], patience=hurried(clock=HurriedClock(100)))
    assert len(result.snapshot.of_type(CONTAINER)) == 120
    assert result.snapshot.gaps == ()


def test_no_more_calls_are_in_flight_than_allowed() -> None:
    with FakeAzure(estate_large(30, models=0), latency=0.02, page_size=100) as azure:
        scan(azure, [CONTAINER, BLOB_SERVICE], patience=hurried(in_flight=5, least_share=5))
    assert 1 < azure.most_at_once <= 5


def test_a_subscription_takes_no_more_than_its_share() -> None:
    with FakeAzure(estate_large(40, models=0, subscriptions=8), latency=0.02, page_size=100) as azure:
        scan(azure, [BLOB_SERVICE], patience=hurried(in_flight=64, least_share=1))
    assert azure.most_at_once <= 64


@pytest.mark.parametrize("cloud", ["usgov", "china"])
def test_other_clouds_are_asked_at_their_own_hosts(cloud: str) -> None:
    top = {"usgov": "us", "china": "cn"}[cloud]
    forms = make.document_intelligence("forms", endpoint=f"https://forms.cognitiveservices.azure.{top}/")
    with FakeAzure(Estate([forms, make.custom_model(forms, "invoices")])) as azure:
        result = scan(azure, cloud=cloud)
    assert result.snapshot.gaps == ()
    assert result.names(MODEL) == {"invoices"}
    assert not [host for host in azure.hosts if host.endswith(".com")]


def test_an_unknown_cloud_is_a_mistake_of_the_user() -> None:
    with FakeAzure() as azure, pytest.raises(UsageError):
        scan(azure, cloud="moon")


class FullDisk(Sink):
    def resource(self, resource: Resource) -> None:
        if resource.type == MODEL:
            raise SourceError("the disk is full", "Make room.")
        super().resource(resource)


def test_a_sink_that_fails_ends_the_scan_with_its_own_error() -> None:
    with FakeAzure(estate_small()) as azure, pytest.raises(SourceError, match="the disk is full"):
        scan(azure, sink=FullDisk())


def test_a_mistake_of_ours_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(scan_module.Recorder, "list_read", broken)
    with FakeAzure(estate_small()) as azure, pytest.raises(ZeroDivisionError):
        scan(azure)


def test_a_choice_that_fails_ends_the_scan() -> None:
    def broken(_: Snapshot) -> frozenset[str]:
        raise ZeroDivisionError

    with FakeAzure(estate_small()) as azure, pytest.raises(ZeroDivisionError):
        scan(azure, select=broken)


def test_a_scan_needs_no_listener() -> None:
    request = Request(frozenset({STORAGE}), (), None, "public", "environment", {}, "0")
    with FakeAzure(estate_small()) as azure, azure.exported():
        snapshot = collect(request, Sink(), every_store, Progress())
    assert len(snapshot.of_type(STORAGE)) == 1


INTERRUPTED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
sys.path.insert(0, {project!r})
from auditor.collectors.collect import Request, collect
from tests.collectors.scans import Progress, Sink, every_store
print("ready", flush=True)
try:
    collect(Request(frozenset({{"Microsoft.Storage/storageAccounts"}}), (), None, "public", "environment", {{}}, "0"),
            Sink(), every_store, Progress())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_ctrl_c_ends_a_scan_at_once_and_cleanly() -> None:
    code = INTERRUPTED.format(project=str(needs.PROJECT))
    with FakeAzure(estate_small(), faults=[Stall("storageAccounts", seconds=30)]) as azure:
        child = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code],
            env={**os.environ, **azure.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not (azure.calls("subscriptions") and azure.in_flight):  # what is in flight then is stalled
            assert child.poll() is None, child.communicate()
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = child.communicate(timeout=25)
    assert out.split() == ["ready", "interrupted"]
    assert err == ""
    assert time.monotonic() - began < 20, "the call is stalled for half a minute, and nobody waits for it"


def test_nothing_is_left_behind() -> None:
    before = threading.active_count()
    everything(estate_small())
    assert threading.active_count() <= before + 1
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
