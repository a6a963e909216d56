"""What the logs tell: expected answers were written by hand from azure-facts 3f before the surveys were run."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from auditor.collectors.answers import NotReadError
from auditor.collectors.catalogue import COLLECTORS
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.guard import refusal
from auditor.collectors.questions import Hidden, Silent, logs_blobs, logs_requests, receives_logs
from auditor.collectors.reader import Call
from auditor.collectors.recorder import Recorder
from auditor.collectors.surveys import Desk, logs, queries
from auditor.collectors.surveys.logs import kind_of
from auditor.collectors.surveys.queries import read_answer, window_of
from auditor.model.reading import Json, Unread, plain
from auditor.model.resource import Resource
from auditor.model.snapshot import AZURE, Header
from auditor.model.types import BLOB_LOGS, DOCUMENT_ACCESS, REQUEST_LOGS
from tests.collectors.scans import Sink
from tests.collectors.surveys.desks import SETTINGS, Studied, study
from tests.fakes.azure import Estate, FakeAzure
from tests.fakes.azure import builders as make
from tests.fakes.azure.around import workspace
from tests.fakes.azure.faults import Fault, HtmlBody, OddShape, Throttled
from tests.fakes.azure.logs import BadQuery, NoAccess, Partial
from tests.fakes.azure.practice import ago, blob_log, request_log

FORMS = make.document_intelligence("forms")
DOCS = make.storage_account("docsstore")
BLOBS = f"{DOCS['id']}/blobServices/default"
AUDIT = workspace()
SECOND = workspace("second")
QUERY = "Microsoft.OperationalInsights/workspaces/query"
ALL = [{"categoryGroup": "allLogs", "enabled": True}]


def sending(*categories: str, to: Any = AUDIT, of: Any = BLOBS, name: str = "to-workspace") -> Any:
    return make.diagnostic_setting(
        of, name, workspace=to["id"], logs=[{"category": item, "enabled": True} for item in categories] or ALL
    )


def hidden(value: Any) -> list[str]:
    """The reasons of a list's unread parts, times left out."""
    return [re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "T", item.why) for item in value if isinstance(item, Unread)]


def told(value: Any) -> list[Any]:
    return [item for item in value if not isinstance(item, Unread)]


def why(value: Any) -> str:
    assert isinstance(value, Unread)
    return hidden([value])[0]


def seconds(text: str) -> str:
    """A time of a log as answers have it."""
    return f"{text[:19]}Z"


def blob_logs(
    rows: Collection[Any],
    *,
    seen: Collection[Any] | None = None,
    faults: Collection[Fault] = (),
    granted: Collection[str] | None = None,
) -> Studied:
    estate = Estate([DOCS, AUDIT, SECOND], logs=rows)
    known = [AUDIT, sending()] if seen is None else seen
    with FakeAzure(estate, faults, granted) as azure:
        found = study(azure, BLOB_LOGS, DOCS, known, settings_read_of=[BLOBS])
        assert azure.violations == []
    return found


def request_logs(rows: Collection[Any], *, seen: Collection[Any] | None = None, **more: Any) -> Studied:
    known = [AUDIT, sending(of=FORMS)] if seen is None else seen
    with FakeAzure(Estate([FORMS, AUDIT, SECOND], logs=rows), **more) as azure:
        return study(azure, REQUEST_LOGS, FORMS, known, settings_read_of=[FORMS["id"]])


def access(rows: Collection[Any], accounts: Collection[Any], **more: Any) -> Studied:
    with FakeAzure(Estate([AUDIT], logs=rows), **more) as azure:
        return study(azure, DOCUMENT_ACCESS, AUDIT, accounts)


# How blobs were used.


def test_requests_by_tls_protocol_and_authentication() -> None:
    old, late, plain_http = ago(50), ago(2), ago(3)
    found = blob_logs(
        [
            blob_log(AUDIT, DOCS, "GetBlob", at=old, TlsVersion="TLS 1.0", AuthenticationType="SAS Key"),
            blob_log(AUDIT, DOCS, "GetBlob", at=late, CallerIpAddress="10.0.0.4:1"),
            blob_log(AUDIT, DOCS, "GetBlob", at=old, CallerIpAddress="10.0.0.4:2"),
            blob_log(AUDIT, DOCS, "GetBlob", at=old, CallerIpAddress="10.0.0.5:2"),
            blob_log(AUDIT, DOCS, "GetBlob", at=plain_http, TlsVersion="", Protocol="HTTP"),
            blob_log(AUDIT, DOCS, "GetBlob", at=plain_http, TlsVersion="SSL", Protocol="tcp"),
        ]
    )
    unread_tls, unread_protocol = Unread("the log names no TLS version"), Unread("the log names no protocol")
    assert found.gaps == []
    assert found.properties["workspaces"] == [AUDIT["id"]]
    assert found.properties["requests"] == [
        {"tls": unread_tls, "protocol": "HTTP", "authentication": "OAuth"}
        | {"requests": 1, "callers": 1, "last": seconds(plain_http)},
        {"tls": unread_tls, "protocol": unread_protocol, "authentication": "OAuth"}
        | {"requests": 1, "callers": 1, "last": seconds(plain_http)},
        {"tls": "TLS1_0", "protocol": "HTTPS", "authentication": "SASKey"}
        | {"requests": 1, "callers": 1, "last": seconds(old)},
        {"tls": "TLS1_2", "protocol": "HTTPS", "authentication": "OAuth"}
        | {"requests": 3, "callers": 2, "last": seconds(late)},
    ]


@pytest.mark.parametrize(
    ("text", "tls"),
    [
        ("TLS 1.2", "TLS1_2"),
        ("TLS 1.3", "TLS1_3"),
        ("tls 1.1", "TLS1_1"),
        ("TLSv1.0", "TLS1_0"),
        ("TLS1.2", "TLS1_2"),
        (" TLS 1.2 ", "TLS1_2"),
        ("TLSv1", "TLS1_0"),
        ("SSL 3.0", None),
        ("TLS 1.2.1", None),
        ("1.2", None),
        ("", None),
        ("-", None),
    ],
)
def test_spellings_of_tls(text: str, tls: str | None) -> None:
    row = {"TlsVersion": text, "Protocol": "HTTPS", "Authentication": "", "Requests": 1, "Callers": 1, "Last": None}
    assert logs._request(row)["tls"] == (tls or Unread("the log names no TLS version"))


def test_another_account_is_not_counted_even_if_its_name_begins_alike() -> None:
    other = make.storage_account("docsstore2")
    found = blob_logs([blob_log(AUDIT, DOCS, at=ago(1)), blob_log(AUDIT, other, at=ago(1))])
    assert [item["requests"] for item in found.properties["requests"]] == [1]


def test_the_window_is_thirty_days_or_what_the_workspace_keeps() -> None:
    now = datetime.now(UTC)
    for retention, days in ((None, 30), (30, 30), (90, 30), (7, 7), (-1, 30), (0, 30), ("7", 30), (True, 30)):
        window = window_of([Resource(workspace(retention=retention))])
        assert abs(now - timedelta(days=days) - window.start) < timedelta(seconds=5)
        assert abs(now - window.end) < timedelta(seconds=5)
    both = window_of([Resource(workspace(retention=9)), Resource(workspace(retention=4))])
    assert both.end - both.start == timedelta(days=4)
    assert window_of([]).end - window_of([]).start == timedelta(days=30)
    odd = Resource({**AUDIT, "properties": None})
    assert window_of([odd]).end - window_of([odd]).start == timedelta(days=30)


def test_rows_before_the_window_are_not_counted() -> None:
    week = workspace(retention=7)
    rows = [blob_log(AUDIT, DOCS, "GetBlob", at=ago(days=6)), blob_log(AUDIT, DOCS, "GetBlob", at=ago(days=8))]
    found = blob_logs(rows, seen=[week, sending()])
    assert [item["requests"] for item in found.properties["requests"]] == [1]
    start, end = (datetime.fromisoformat(found.properties[name]) for name in ("from", "to"))
    assert end - start == timedelta(days=7)


# How long documents lived.

SWEPT = Unread("documents were also moved, or deleted with their container or folder, which no log tells one by one")


IMPORTED = time.monotonic()


def written(*events: tuple[str, float] | tuple[str, float, str], blob: str = "documents/a.pdf") -> list[Any]:
    """Rows about one blob: operation, how many hours ago, and further columns."""
    return [blob_log(AUDIT, DOCS, event[0], blob, at=ago(event[1]), **dict(event[2:])) for event in events]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(written(("PutBlob", 5), ("DeleteBlob", 2)), (1, 1, 0, 3), id="deleted"),
        pytest.param(written(("PutBlob", 50)), (1, 0, 1, 50), id="still-there"),
        pytest.param(written(("PutBlob", 50), ("GetBlob", 1)), (1, 0, 1, 50), id="reading-is-no-end"),
        pytest.param(
            written(("PutBlob", 100), ("DeleteBlob", 99), ("PutBlob", 50), ("DeleteBlob", 48)),
            (2, 2, 0, 2),
            id="reused",
        ),
        pytest.param(
            written(("PutBlob", 100), ("DeleteBlob", 99), ("PutBlob", 40)), (2, 1, 1, 40), id="written-again-and-left"
        ),
        pytest.param(written(("PutBlob", 30), ("PutBlob", 10), ("DeleteBlob", 9)), (1, 1, 0, 21), id="overwritten"),
        pytest.param(written(("PutBlob", 10), ("DeleteBlob", 9), ("DeleteBlob", 8)), (1, 1, 0, 1), id="deleted-twice"),
        pytest.param(
            written(("DeleteBlob", 9), ("PutBlob", 8), ("DeleteBlob", 7)), (1, 1, 0, 1), id="older-one-deleted-first"
        ),
        pytest.param(
            written(("PutBlob", 30), ("DeleteBlob", 29, ("StatusCode", "404"))), (1, 0, 1, 30), id="delete-that-failed"
        ),
        pytest.param(
            written(("PutBlob", 30, ("StatusCode", "403")), ("PutBlob", 3)), (1, 0, 1, 3), id="write-that-failed"
        ),
        pytest.param(
            written(("PutBlob", 30), ("DeleteBlob", 2, ("Uri", "https://x/a.pdf?snapshot=2026"))),
            (1, 0, 1, 30),
            id="a-snapshot-of-it-deleted",
        ),
        pytest.param(
            written(("PutBlob", 30), ("DeleteBlob", 2, ("Uri", "https://x/a.pdf?versionid=2026"))),
            (1, 0, 1, 30),
            id="a-version-of-it-deleted",
        ),
        pytest.param(
            [*written(("PutBlob", 5), ("DeleteBlob", 4)), *written(("PutBlockList", 9), blob="documents/b")],
            (2, 1, 1, 9),
            id="two",
        ),
        pytest.param(
            [*written(("PutBlob", 5)), *written(("PutBlob", 90), blob="$logs/blob/x.log")], (1, 0, 1, 5), id="system"
        ),
        pytest.param(
            [*written(("PutBlob", 5)), *written(("CreateContainer", 90), blob="documents")],
            (1, 0, 1, 5),
            id="container",
        ),
        pytest.param(
            [*written(("CreatePathFile", 5)), *written(("CreatePathDir", 90), blob="documents/in")],
            (1, 0, 1, 5),
            id="folder",
        ),
    ],
)
def test_lives_of_documents(rows: list[Any], expected: tuple[int, int, int, float]) -> None:
    documents = blob_logs(rows).properties["documents"]
    numbers = (documents["written"], documents["deleted"], documents["remaining"])
    waited = (time.monotonic() - IMPORTED) / 3600  # the rows of the table above were made when this file was read
    assert (*numbers, pytest.approx(documents["longestHours"], abs=0.02 + waited)) == expected
    assert re.fullmatch(
        r"documents that were written between \S+ and \S+; what the log does not tell is those written before",
        documents["words"],
    )


def test_nothing_written_proves_nothing() -> None:
    documents = blob_logs([blob_log(AUDIT, DOCS, "GetBlob", at=ago(1))]).properties["documents"]
    assert (documents["written"], documents["deleted"], documents["remaining"]) == (0, 0, 0)
    assert why(documents["longestHours"]) == "no document was written between T and T"
    assert hidden(documents["containers"]) == ["no document was written between T and T"]


def test_each_container_by_itself() -> None:
    rows = [
        *written(("PutBlob", 30), ("DeleteBlob", 28), blob="inbox/a"),
        *written(("PutBlob", 9), ("DeleteBlob", 8), blob="inbox/b"),
        *written(("PutBlob", 90), blob="archive/a"),
        *written(("PutBlob", 7), ("DeleteBlob", 6), blob="moved/a"),
        *written(("RenamePathFile", 5), blob="moved/b"),
        *written(("DeleteContainer", 4), blob="gone"),
    ]
    documents = blob_logs(rows).properties["documents"]
    archive, gone, inbox, moved = documents["containers"]
    assert archive == {"container": "archive", "written": 1, "deleted": 0, "remaining": 1} | {
        "longestHours": pytest.approx(90, abs=0.02)
    }
    assert inbox == {"container": "inbox", "written": 2, "deleted": 2, "remaining": 0} | {
        "longestHours": pytest.approx(2, abs=0.02)
    }
    unsure = dict.fromkeys(("deleted", "remaining", "longestHours"), SWEPT)
    assert moved == {"container": "moved", "written": 1, **unsure}
    assert gone == {"container": "gone", "written": 0, **unsure}
    assert {name: documents[name] for name in ("written", *unsure)} == {"written": 4, **unsure}


def test_of_two_workspaces_the_worst_counts_in_each_container() -> None:
    rows = [
        *written(("PutBlob", 30), ("DeleteBlob", 28), blob="inbox/a"),
        *written(("PutBlob", 9), ("DeleteBlob", 8), blob="outbox/a"),
        blob_log(SECOND, DOCS, "PutBlob", "inbox/a", at=ago(30)),
        blob_log(SECOND, DOCS, "RenamePathFile", "outbox/a", at=ago(9)),
    ]
    seen = [AUDIT, SECOND, sending(), sending(to=SECOND, name="again")]
    documents = blob_logs(rows, seen=seen).properties["documents"]
    inbox, outbox = documents["containers"]
    assert (inbox["written"], inbox["deleted"], inbox["remaining"]) == (1, 0, 1)
    assert (outbox["written"], outbox["longestHours"]) == (1, SWEPT)


@pytest.mark.parametrize("operation", ["RenamePathFile", "RenameFile", "DeleteContainer", "DeleteDirectory"])
def test_what_moves_or_deletes_as_a_whole_hides_the_ends(operation: str) -> None:
    rows = [*written(("PutBlob", 5)), *written((operation, 3), blob="documents")]
    documents = blob_logs(rows).properties["documents"]
    assert documents["written"] == 1
    assert [documents[name] for name in ("deleted", "remaining", "longestHours")] == [SWEPT] * 3


def test_lifecycle_management() -> None:
    scanner = "ObjectLifeCycleScanner/0.50"
    last = ago(3)
    rows = [
        *written(
            ("DeleteBlob", 30, ("UserAgentHeader", scanner)), ("DeleteBlob", 20, ("UserAgentHeader", "OLCMScanner"))
        ),
        blob_log(AUDIT, DOCS, "DeleteBlob", at=last, UserAgentHeader=scanner),
        blob_log(AUDIT, DOCS, "DeleteBlob", at=ago(1), UserAgentHeader=scanner, StatusCode="409"),
        blob_log(AUDIT, DOCS, "DeleteBlob", at=ago(1)),
    ]
    assert blob_logs(rows).properties["lifecycle"] == {"deletes": 3, "failures": 1, "last": seconds(last)}


def test_names_of_blobs_reach_neither_answer_nor_log_nor_query(caplog: pytest.LogCaptureFixture) -> None:
    secret = "Jane-Doe-diagnosis.pdf"
    rows = [
        *written(("PutBlob", 5), ("DeleteBlob", 3), blob=f"documents/{secret}"),
        *written(("GetBlob", 5), blob=f"documents/{secret}"),
    ]
    forms = make.document_intelligence("forms", identity=True)
    reading = blob_log(
        AUDIT, DOCS, "GetBlob", f"documents/{secret}", at=ago(1), RequesterObjectId=make.principal_of(forms)
    )
    estate = Estate([DOCS, AUDIT], logs=[*rows, reading])
    with caplog.at_level(logging.DEBUG), FakeAzure(estate) as azure:
        found = study(azure, BLOB_LOGS, DOCS, [AUDIT, sending()])
        used = study(azure, DOCUMENT_ACCESS, AUDIT, [forms])
        wire = b"".join(item.request_body + item.content for item in azure.calls())
    kept = json.dumps([plain(item.body) for part in (found, used) for item in part.snapshot.resources])
    assert used.properties["uses"][0]["container"] == "documents"
    assert found.properties["documents"]["written"] == 1
    for text in (kept, caplog.text, wire.decode()):
        assert "Jane" not in text


# What is not logged, not kept, not allowed.


def test_nothing_logged_at_all() -> None:
    found = blob_logs([])
    reason = "no request of blobs was logged between T and T; logs may not arrive"
    assert found.gaps == []
    assert hidden(found.properties["requests"]) == [reason]
    assert told(found.properties["requests"]) == []
    assert why(found.properties["documents"]) == why(found.properties["lifecycle"]) == reason


@pytest.mark.parametrize(
    ("categories", "requests", "documents", "lifecycle"),
    [
        (
            ("StorageRead",),
            ["no diagnostic setting is known to log StorageDelete and StorageWrite"],
            "no diagnostic setting is known to log StorageDelete and StorageWrite",
            "no diagnostic setting is known to log StorageDelete",
        ),
        (
            ("StorageRead", "StorageWrite"),
            ["no diagnostic setting is known to log StorageDelete"],
            "no diagnostic setting is known to log StorageDelete",
            "no diagnostic setting is known to log StorageDelete",
        ),
        (
            ("StorageWrite", "StorageDelete", "Transaction"),
            ["no diagnostic setting is known to log StorageRead"],
            None,
            None,
        ),
        (("storageread", "STORAGEWRITE", "StorageDelete"), [], None, None),
    ],
)
def test_categories_that_are_not_logged(
    categories: tuple[str, ...], requests: list[str], documents: str | None, lifecycle: str | None
) -> None:
    rows = written(("PutBlob", 5), ("DeleteBlob", 3))
    found = blob_logs(rows, seen=[AUDIT, sending(*categories)]).properties
    assert hidden(found["requests"]) == requests
    assert len(told(found["requests"])) == 1
    assert (why(found["documents"]) if documents else None) == documents
    assert (why(found["lifecycle"]) if lifecycle else None) == lifecycle


def test_a_group_that_nobody_explains_is_asked_and_not_believed() -> None:
    group = make.diagnostic_setting(BLOBS, workspace=AUDIT["id"], logs=[{"categoryGroup": "audit", "enabled": True}])
    found = blob_logs(written(("PutBlob", 5)), seen=[AUDIT, group]).properties
    assert len(told(found["requests"])) == 1
    assert hidden(found["requests"]) == [
        "no diagnostic setting is known to log StorageDelete and StorageRead and StorageWrite"
    ]
    assert isinstance(found["documents"], Unread)


def test_two_workspaces_with_the_same_logs_are_not_added_up() -> None:
    early, late = ago(40), ago(30)
    rows = [blob_log(into, DOCS, at=at) for into, at in ((AUDIT, early), (AUDIT, late), (SECOND, late))]
    rows.append(blob_log(SECOND, DOCS, at=late, TlsVersion="TLS 1.0"))
    seen = [AUDIT, SECOND, sending(), sending(to=SECOND, name="again")]
    found = blob_logs(rows, seen=seen).properties
    assert found["workspaces"] == [AUDIT["id"], SECOND["id"]]
    assert [(item["tls"], item["requests"], item["last"]) for item in found["requests"]] == [
        ("TLS1_0", 1, seconds(late)),
        ("TLS1_2", 2, seconds(late)),
    ]
    assert found["documents"]["longestHours"] == pytest.approx(40, abs=0.02)


def test_only_workspaces_with_writes_and_deletes_tell_of_documents() -> None:
    rows = [*written(("PutBlob", 5), ("DeleteBlob", 3)), blob_log(SECOND, DOCS, at=ago(5))]
    seen = [AUDIT, SECOND, sending(), sending("StorageWrite", to=SECOND, name="again")]
    found = blob_logs(rows, seen=seen).properties
    assert (found["documents"]["written"], found["documents"]["deleted"]) == (1, 1)
    assert hidden(found["requests"]) == []


def test_logs_that_are_split_over_workspaces_are_whole_in_none() -> None:
    seen = [
        AUDIT,
        SECOND,
        sending("StorageWrite", "StorageRead"),
        sending("StorageDelete", to=SECOND, name="again"),
    ]
    found = blob_logs(written(("PutBlob", 5)), seen=seen).properties
    assert hidden(found["requests"]) == []
    assert why(found["documents"]) == "no workspace gets all the logs that tell of this"
    assert found["lifecycle"] == {"deletes": 0, "failures": 0, "last": None}


def test_one_workspace_that_fails_leaves_lists_open_and_figures_unread() -> None:
    refusing = NoAccess(SECOND["properties"]["customerId"])
    seen = [AUDIT, SECOND, sending(), sending(to=SECOND, name="again")]
    found = blob_logs(written(("PutBlob", 5)), seen=seen, faults=[refusing])
    reason = "workspace second: 403 InsufficientAccessError"
    assert found.gaps == []
    assert len(told(found.properties["requests"])) == 1
    assert hidden(found.properties["requests"]) == [reason]
    assert why(found.properties["documents"]) == why(found.properties["lifecycle"]) == reason


def test_a_partial_answer_is_partial() -> None:
    found = blob_logs(written(("PutBlob", 5)), faults=[Partial("/query")])
    reason = "workspace audit: the workspace answered only in part: PartialError"
    assert len(told(found.properties["requests"])) == 1
    assert hidden(found.properties["requests"]) == [reason]
    assert why(found.properties["documents"]) == why(found.properties["lifecycle"]) == reason


def test_one_question_that_fails_hides_only_its_own_answer() -> None:
    found = blob_logs(written(("PutBlob", 5)), faults=[BadQuery("/query", skip=1, times=1)])
    assert hidden(found.properties["requests"]) == []
    assert why(found.properties["documents"]) == "workspace audit: 400 BadArgumentError"
    assert found.properties["lifecycle"]["deletes"] == 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (NoAccess("/query"), "403 InsufficientAccessError"),
        (BadQuery("/query"), "400 BadArgumentError"),
        (OddShape("/query", value=[]), "the answer was no table"),
        (OddShape("/query", value={"tables": []}), "the answer was no table"),
        (
            OddShape("/query", value={"tables": [{"columns": [None], "rows": []}]}),
            "the answer has no column TlsVersion",
        ),
        (HtmlBody("/query", status=403), "403 Forbidden"),
    ],
)
def test_no_answer_at_all_is_a_gap(fault: Fault, reason: str) -> None:
    found = blob_logs(written(("PutBlob", 5)), faults=[fault])
    assert found.properties is None
    assert found.gaps == [(f"{QUERY}/StorageBlobLogs/read", reason)]


def test_throttling_is_waited_for() -> None:
    found = blob_logs(written(("PutBlob", 5)), faults=[Throttled("/query"), Throttled("/query", None, skip=3)])
    assert (found.gaps, found.properties["documents"]["written"]) == ([], 1)


@pytest.mark.parametrize(
    ("granted", "gaps"),
    [
        ((f"{QUERY}/read", f"{QUERY}/StorageBlobLogs/read"), []),
        (("*/read",), []),
        ((f"{QUERY}/StorageBlobLogs/read",), [(f"{QUERY}/StorageBlobLogs/read", "403 InsufficientAccessError")]),
    ],
)
def test_rights(granted: tuple[str, ...], gaps: list[tuple[str, str]]) -> None:
    found = blob_logs(written(("PutBlob", 5)), granted=granted)
    assert found.gaps == gaps
    assert (found.properties is None) == bool(gaps)


def test_a_table_that_may_not_be_read_looks_empty_and_is_not_believed() -> None:
    found = blob_logs(written(("PutBlob", 5)), granted=(f"{QUERY}/read",))
    assert hidden(found.properties["requests"]) == [
        "no request of blobs was logged between T and T; logs may not arrive"
    ]
    assert isinstance(found.properties["documents"], Unread)


@pytest.mark.parametrize("identity", [None, "", "audit", "../../etc", 7])
def test_a_workspace_without_an_id_for_queries(identity: Json) -> None:
    odd = workspace(customerId=identity)
    found = blob_logs([], seen=[odd, sending()])
    assert found.gaps == [(f"{QUERY}/StorageBlobLogs/read", "the workspace names no id for queries")]


@pytest.mark.parametrize(("cloud", "host"), [("public", "io"), ("usgov", "us"), ("china", "azure.cn")])
def test_each_cloud_has_its_own_host_and_audience(cloud: str, host: str) -> None:
    with FakeAzure(Estate([DOCS, AUDIT])) as azure:
        study(azure, BLOB_LOGS, DOCS, [AUDIT, sending()], cloud=cloud)
        asked = {(item.host, item.request_headers["Authorization"], item.status) for item in azure.calls()}
    assert asked == {(f"api.loganalytics.{host}", f"Bearer for https://api.loganalytics.{host}", 200)}


def test_where_it_was_asked() -> None:
    found = blob_logs(written(("PutBlob", 5)))
    assert found.source == "log queries of workspace audit"
    assert not found.listed


def test_all_queries_stand_in_one_queue_but_a_workspace_that_fails_spoils_no_other() -> None:
    asked: list[Call] = []

    class Listening:
        async def get(self, call: Call) -> Json:
            asked.append(call)
            return {"tables": [{"columns": [], "rows": []}]}

    record = next(item for item in COLLECTORS if item.type == BLOB_LOGS)
    desk = Desk(CLOUDS["public"], cast(Any, Listening()), cast(Any, None), record)
    elsewhere = workspace("third", subscription=make.OTHER_SUBSCRIPTION)
    for body in (AUDIT, elsewhere):
        asyncio.run(queries.ask(desk, Resource(body), "requests", {}, {}))
    assert len({call.counted.lane for call in asked}) == 1
    assert len({call.counted for call in asked}) == 2
    assert [refusal("POST", call.url, CLOUDS["public"]) for call in asked] == [None, None]


def test_answers_that_hold_no_documents_at_all() -> None:
    window = window_of([])
    nothing = logs._Answers((), ())
    assert logs._lifecycle(nothing) == Unread("the answer was empty")
    row = {"Container": "inbox", "Written": 2, "Deleted": 2, "LongestHours": None, "Sweeps": 0}
    told_badly = logs._documents(logs._Answers((row,), ()), window)
    assert told_badly["longestHours"] == Unread("the workspace did not tell how long documents lived")


# What accounts served.


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("AnalyzeDocument", "analyze"),
        ("Analyze document", "analyze"),
        ("DocumentModels_AnalyzeDocument", "analyze"),
        ("GetAnalyzeResult", "analyze"),
        ("DeleteAnalyzeResult", "deleteResult"),
        ("Delete Analyze Batch Result", "deleteResult"),
        ("DeleteDocumentModel", "deleteModel"),
        ("DeleteClassifier", "deleteModel"),
        ("BuildDocumentModel", "build"),
        ("Train Custom Model", "build"),
        ("CopyDocumentModelTo", "copy"),
        ("AuthorizeModelCopy", "copy"),
        ("ListDocumentModels", "other"),
        ("", "other"),
    ],
)
def test_kinds_of_operations(operation: str, kind: str) -> None:
    assert kind_of(operation) == kind


def test_operations_by_category_name_and_result() -> None:
    first, middle, last = ago(90), ago(50), ago(2)
    rows = [
        request_log(AUDIT, FORMS, "AnalyzeDocument", at=first),
        request_log(AUDIT, FORMS, "AnalyzeDocument", at=last),
        request_log(AUDIT, FORMS, "AnalyzeDocument", at=middle, ResultSignature="429"),
        request_log(AUDIT, FORMS, "DeleteAnalyzeResult", at=middle, category="Audit"),
        request_log(AUDIT, make.document_intelligence("others"), "AnalyzeDocument", at=last),
    ]
    found = request_logs(rows)
    assert found.gaps == []
    assert found.properties["operations"] == [
        {"category": "Audit", "operation": "DeleteAnalyzeResult", "kind": "deleteResult", "result": "200"}
        | {"calls": 1, "first": seconds(middle), "last": seconds(middle)},
        {"category": "RequestResponse", "operation": "AnalyzeDocument", "kind": "analyze", "result": "200"}
        | {"calls": 2, "first": seconds(first), "last": seconds(last)},
        {"category": "RequestResponse", "operation": "AnalyzeDocument", "kind": "analyze", "result": "429"}
        | {"calls": 1, "first": seconds(middle), "last": seconds(middle)},
    ]


def test_operations_of_two_workspaces() -> None:
    first, last = ago(90), ago(2)
    rows = [request_log(AUDIT, FORMS, "Analyze", at=last), request_log(SECOND, FORMS, "Analyze", at=first)]
    seen = [AUDIT, SECOND, sending(of=FORMS), sending(of=FORMS, to=SECOND, name="again")]
    (operation,) = request_logs(rows, seen=seen).properties["operations"]
    assert (operation["calls"], operation["first"], operation["last"]) == (1, seconds(first), seconds(last))


def test_no_operation_logged_proves_nothing() -> None:
    found = request_logs([])
    assert hidden(found.properties["operations"]) == ["no request was logged between T and T; logs may not arrive"]


def test_only_audit_is_logged() -> None:
    rows = [request_log(AUDIT, FORMS, "ListKeys", at=ago(1), category="Audit")]
    group = make.diagnostic_setting(FORMS, workspace=AUDIT["id"], logs=[{"categoryGroup": "audit", "enabled": True}])
    for setting in (sending("Audit", of=FORMS), group):
        found = request_logs(rows, seen=[AUDIT, setting]).properties
        assert len(told(found["operations"])) == 1
        assert hidden(found["operations"]) == ["no diagnostic setting is known to log RequestResponse"]


def test_a_partial_answer_about_operations() -> None:
    rows = [request_log(AUDIT, FORMS, "Analyze", at=ago(1))]
    found = request_logs(rows, faults=[Partial("/query")]).properties
    assert len(told(found["operations"])) == 1
    assert hidden(found["operations"]) == ["workspace audit: the workspace answered only in part: PartialError"]


def test_the_right_to_the_table_names_the_gap() -> None:
    found = request_logs([], granted=())
    assert found.gaps == [(f"{QUERY}/AzureDiagnostics/read", "403 InsufficientAccessError")]


# Which containers identities used.


def test_containers_that_the_identities_of_accounts_used() -> None:
    forms = make.document_intelligence("forms", identity=True)
    assigned = make.document_intelligence("assigned", identity=False)
    user = make.guid("user")
    assigned["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {"/x/y": {"principalId": user.upper()}}}
    speech = make.document_intelligence("speech", kind="SpeechServices", identity=True)
    own = make.principal_of(forms)
    early, late = ago(30), ago(3)

    def by(principal: str, operation: str, blob: str = "training/a.pdf", at: str = late, **more: Any) -> Any:
        return blob_log(AUDIT, DOCS, operation, blob, at=at, RequesterObjectId=principal, **more)

    rows = [
        by(own, "GetBlob", at=early),
        by(own, "GetBlob"),
        by(own, "ListBlobs", "training"),
        by(own, "PutBlob", "results/a.json"),
        by(own, "DeleteBlob", "results/a.json"),
        by(own, "GetBlob", "forbidden/a.pdf", StatusCode="403"),
        by(user, "ListContainers", ""),
        by(make.principal_of(speech), "GetBlob", "audio/a.wav"),
        by(make.guid("somebody"), "GetBlob"),
    ]
    found = access(rows, [forms, assigned, speech, make.document_intelligence("keys", identity=False)])
    uses = sorted(found.properties["uses"], key=lambda use: (use["principal"] != own, use["container"] or ""))
    assert uses == [
        {"principal": own, "storage": "docsstore", "container": "results"}
        | {"reads": 0, "writes": 1, "deletes": 1, "last": seconds(late)},
        {"principal": own, "storage": "docsstore", "container": "training"}
        | {"reads": 3, "writes": 0, "deletes": 0, "last": seconds(late)},
        {"principal": user, "storage": "docsstore", "container": None}
        | {"reads": 1, "writes": 0, "deletes": 0, "last": seconds(late)},
    ]
    assert found.gaps == []


def test_without_identities_nothing_is_asked() -> None:
    with FakeAzure(Estate([AUDIT])) as azure:
        found = study(azure, DOCUMENT_ACCESS, AUDIT, [make.document_intelligence("keys", identity=False)])
        assert azure.calls() == []
    assert found.properties["uses"] == []


@pytest.mark.parametrize(
    "identity",
    [
        Unread("no"),
        {"principalId": Unread("no")},
        {"userAssignedIdentities": Unread("no")},
        {"userAssignedIdentities": {"/x": Unread("no")}},
        {"userAssignedIdentities": {"/x": {"principalId": Unread("no")}}},
    ],
)
def test_an_identity_that_was_not_read_leaves_the_list_open(identity: Json) -> None:
    found = access([], [{**FORMS, "identity": identity}])
    assert hidden(found.properties["uses"]) == ["the identity of forms was not read"]


@pytest.mark.parametrize("identity", ["odd", {"principalId": None}, {"userAssignedIdentities": {"/x": None}}, {}])
def test_an_identity_that_is_none(identity: Json) -> None:
    assert access([], [{**FORMS, "identity": identity}]).properties["uses"] == []


def test_access_that_may_not_be_asked_for() -> None:
    forms = make.document_intelligence("forms", identity=True)
    assert access([], [forms], granted=()).gaps == [(f"{QUERY}/read", "403 InsufficientAccessError")]
    partial = access([], [forms], faults=[Partial("/query")])
    assert hidden(partial.properties["uses"]) == ["the workspace answered only in part: PartialError"]


# Whether to ask at all.


def decide(question: Callable[..., Any], owner: Any, resources: Collection[Any], listed: Collection[str] = ()) -> Any:
    recorder = Recorder(Header("1", AZURE, (), ""), Sink())
    for body in resources:
        recorder.resource(body, "")
    for scope in listed:
        recorder.list_read(scope, SETTINGS, "")
    return question(Resource(owner), recorder)


NOWHERE = Silent("no diagnostic setting sends its logs to a workspace")
OTHERS = Silent("its diagnostic settings send none of the logs that tell of this to a workspace")
UNSEEN = Hidden("its logs go to a workspace that was not read")
UNKNOWN = Hidden("its diagnostic settings were not read")
TO_STORAGE = make.diagnostic_setting(BLOBS, storage=DOCS)
SWITCHED_OFF = make.diagnostic_setting(
    BLOBS, workspace=AUDIT["id"], logs=[{"categoryGroup": "allLogs", "enabled": False}]
)


@pytest.mark.parametrize(
    ("resources", "listed", "decision"),
    [
        pytest.param([], [BLOBS], NOWHERE, id="no-settings"),
        pytest.param([], [], UNKNOWN, id="settings-not-read"),
        pytest.param([TO_STORAGE, AUDIT], [BLOBS], NOWHERE, id="elsewhere"),
        pytest.param([TO_STORAGE, AUDIT], [], UNKNOWN, id="elsewhere-and-not-read-to-the-end"),
        pytest.param([sending()], [BLOBS], UNSEEN, id="workspace-not-seen"),
        pytest.param([sending(), SECOND], [], UNSEEN, id="another-workspace-seen"),
        pytest.param([sending("Transaction"), AUDIT], [BLOBS], OTHERS, id="other-categories"),
        pytest.param([sending("Transaction"), AUDIT], [], UNKNOWN, id="other-categories-and-not-read-to-the-end"),
        pytest.param([sending("Transaction")], [BLOBS], OTHERS, id="other-categories-to-one-not-seen"),
        pytest.param([SWITCHED_OFF, AUDIT], [BLOBS], OTHERS, id="switched-off"),
    ],
)
def test_where_there_is_nothing_to_ask(resources: list[Any], listed: list[str], decision: object) -> None:
    assert decide(logs_blobs, DOCS, resources, listed) == decision


@pytest.mark.parametrize("logs_of", [Unread("no"), None, [{"categoryGroup": "audit", "enabled": True}]])
def test_settings_that_may_send_the_logs_are_followed(logs_of: Json) -> None:
    setting = sending()
    setting["properties"]["logs"] = logs_of
    assert type(decide(logs_blobs, DOCS, [setting, AUDIT])).__name__ == "Ask"


def test_accounts_that_have_no_such_logs() -> None:
    files = make.storage_account("files", kind="FileStorage")
    speech = make.document_intelligence("speech", kind="SpeechServices")
    assert type(decide(logs_blobs, files, [])).__name__ == "Elsewhere"
    assert type(decide(logs_requests, speech, [])).__name__ == "Elsewhere"
    assert decide(logs_requests, FORMS, [], [FORMS["id"]]) == NOWHERE


@pytest.mark.parametrize(
    ("settings", "decision"),
    [([], "Elsewhere"), ([sending()], "Ask"), ([sending(to=SECOND)], "Elsewhere"), ([TO_STORAGE], "Elsewhere")],
)
def test_only_workspaces_that_get_logs_are_looked_into(settings: list[Any], decision: str) -> None:
    assert type(decide(receives_logs, AUDIT, settings)).__name__ == decision


def test_silence_is_kept_as_unread_and_no_gap() -> None:
    found = blob_logs([], seen=[])
    assert found.gaps == []
    assert found.properties == Unread(NOWHERE.reason)


# Answers that are none.

COLUMNS = {"Name": queries.text, "Calls": queries.count, "Last": queries.moment, "Longest": queries.hours}


def table(*rows: Json, **more: Json) -> Json:
    named = [{"name": name, "type": "dynamic"} for name in (*COLUMNS, "Another")]
    return {"tables": [{"name": "PrimaryResult", "columns": named, "rows": list(rows)}], **more}


def test_a_row_is_read() -> None:
    answer = read_answer(table(["a", 3, "2026-11-23T10:20:30.1234567Z", 1.236, {}]), COLUMNS)
    assert answer.rows == ({"Name": "a", "Calls": 3, "Last": "2026-11-23T10:20:30Z", "Longest": 1.24},)
    assert answer.doubt is None


def test_what_is_unset() -> None:
    for nothing in (None, "NaN"):
        (row,) = read_answer(table([None, 0, None, nothing, None]), COLUMNS).rows
        assert row == {"Name": "", "Calls": 0, "Last": None, "Longest": None}


@pytest.mark.parametrize(
    "row",
    [
        ["a", "3", None, 1],
        ["a", True, None, 1],
        ["a", -1, None, 1],
        ["a", 1.5, None, 1],
        ["a", None, None, 1],
        [3, 1, None, 1],
        ["a", 1, "yesterday", 1],
        ["a", 1, 5, 1],
        ["a", 1, None, "1"],
        ["a", 1, None, True],
        ["a", 1, None, -1],
        ["a", 1, None, []],
        ["a", 1],
        [],
        None,
        {},
        7,
    ],
)
def test_a_row_that_makes_no_sense_leaves_a_doubt(row: Json) -> None:
    answer = read_answer(table(["a", 1, None, 1], row), COLUMNS)
    assert [item["Name"] for item in answer.rows] == ["a"]
    assert answer.doubt == "a row of the answer made no sense"


@pytest.mark.parametrize(
    ("error", "doubt"),
    [
        ({"code": "PartialError", "message": "secret"}, "the workspace answered only in part: PartialError"),
        ({"code": "two words"}, "the workspace answered only in part"),
        ("odd", "the workspace answered only in part"),
        (None, None),
    ],
)
def test_an_error_beside_the_tables(error: Json, doubt: str | None) -> None:
    assert read_answer(table(error=error), COLUMNS).doubt == doubt


@pytest.mark.parametrize(
    "body", [None, [], {}, {"tables": {}}, {"tables": [[]]}, {"tables": [{"columns": [], "rows": {}}]}]
)
def test_no_table(body: Json) -> None:
    with pytest.raises(NotReadError, match="the answer was no table"):
        read_answer(body, COLUMNS)
