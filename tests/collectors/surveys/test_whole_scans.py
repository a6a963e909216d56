"""Logs and metrics as a scan comes to them: settings and workspaces first, then the queries, nothing twice."""

from __future__ import annotations

from auditor.model.reading import Unread
from auditor.model.types import ACCOUNT, BLOB_LOGS, CALL_METRICS, DOCUMENT_ACCESS, REQUEST_LOGS, STORAGE
from tests.collectors.scans import Scan, scan
from tests.fakes.azure import Estate, FakeAzure
from tests.fakes.azure import builders as make
from tests.fakes.azure.around import workspace
from tests.fakes.azure.practice import ago, blob_log, call_metric, request_log

PRACTICE = (ACCOUNT, STORAGE, BLOB_LOGS, CALL_METRICS, DOCUMENT_ACCESS, REQUEST_LOGS)
FORMS = make.document_intelligence("forms", identity=True)
QUIET = make.document_intelligence("quiet", identity=False)
DOCS = make.storage_account("docsstore")
SILENT = make.storage_account("silentstore")
BLOBS = f"{DOCS['id']}/blobServices/default"
AUDIT = workspace()
ESTATE = Estate(
    [
        *(FORMS, QUIET, DOCS, SILENT, AUDIT),
        make.diagnostic_setting(FORMS, workspace=AUDIT["id"]),
        make.diagnostic_setting(BLOBS, workspace=AUDIT["id"]),
    ],
    logs=[
        request_log(AUDIT, FORMS, "AnalyzeDocument", at=ago(5)),
        blob_log(AUDIT, DOCS, "GetBlob", at=ago(5), RequesterObjectId=make.principal_of(FORMS)),
        blob_log(AUDIT, DOCS, "PutBlob", at=ago(40)),
    ],
    metrics=[call_metric(FORMS, 5, at=ago(30))],
)


def by_owner(done: Scan, type_name: str) -> dict[str, object]:
    return {item.id.split("/")[8]: item.body["properties"] for item in done.snapshot.of_type(type_name)}


def test_every_survey_finds_what_it_needs() -> None:
    with FakeAzure(ESTATE) as azure:
        done = scan(azure, PRACTICE)
    assert done.snapshot.gaps == ()
    nothing = Unread("no diagnostic setting sends its logs to a workspace")
    assert by_owner(done, REQUEST_LOGS)["quiet"] == by_owner(done, BLOB_LOGS)["silentstore"] == nothing
    (operation,) = by_owner(done, REQUEST_LOGS)["forms"]["operations"]
    assert (operation["kind"], operation["calls"]) == ("analyze", 1)
    assert by_owner(done, BLOB_LOGS)["docsstore"]["documents"]["remaining"] == 1
    (use,) = by_owner(done, DOCUMENT_ACCESS)["audit"]["uses"]
    assert (use["storage"], use["container"], use["reads"]) == ("docsstore", "documents", 1)
    assert by_owner(done, CALL_METRICS)["forms"]["regions"] == [{"region": "West Europe", "calls": 5}]
    assert by_owner(done, CALL_METRICS)["quiet"]["regions"] == []
    queries = [item for item in azure.calls("logQuery") if item.status == 200]
    assert len(queries) == 1 + 1 + 3  # access, operations, and three about blobs
    assert done.progress.expected == done.progress.finished


def test_settings_that_may_not_be_read_are_no_silence() -> None:
    granted = [
        *("Microsoft.Resources/*", "Microsoft.CognitiveServices/*", "Microsoft.Storage/*"),
        *("Microsoft.OperationalInsights/*", "Microsoft.Insights/metrics/read"),
    ]
    with FakeAzure(ESTATE, granted=granted) as azure:
        done = scan(azure, PRACTICE)
    assert by_owner(done, REQUEST_LOGS) == by_owner(done, BLOB_LOGS) == {}
    assert done.reasons(REQUEST_LOGS) == done.reasons(BLOB_LOGS) == {"its diagnostic settings were not read"}


def test_what_is_skipped_is_asked_nowhere() -> None:
    skipped = dict.fromkeys((BLOB_LOGS, CALL_METRICS, DOCUMENT_ACCESS, REQUEST_LOGS), "--no-logs was given")
    with FakeAzure(ESTATE) as azure:
        done = scan(azure, (ACCOUNT, STORAGE), skipped=skipped)
        assert azure.hosts == {"login.microsoftonline.com", "management.azure.com"}
    assert not {"metrics", "logQuery"} & {item.route for item in azure.calls()}
    assert done.reasons(CALL_METRICS) == done.reasons(DOCUMENT_ACCESS) == {"--no-logs was given"}
