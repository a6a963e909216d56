"""Calls by region and operation; expected answers by hand from azure-facts 3f."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor.collectors.answers import NotReadError
from auditor.collectors.questions import Hidden
from auditor.collectors.surveys.metrics import TOP, read_series
from auditor.model.reading import Json, Unread
from auditor.model.types import BLOB_LOGS, CALL_METRICS, DOCUMENT_ACCESS, REQUEST_LOGS
from tests.collectors.surveys.desks import Studied, study
from tests.fakes.azure import Estate, FakeAzure
from tests.fakes.azure import builders as make
from tests.fakes.azure.around import workspace
from tests.fakes.azure.faults import OddShape, ServerError, Throttled
from tests.fakes.azure.practice import call_metric

FORMS = make.document_intelligence("forms")
RIGHT = "Microsoft.Insights/metrics/read"


def day(ago: float) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def metrics(counts: Collection[Any] = (), **more: Any) -> Studied:
    with FakeAzure(Estate([FORMS], metrics=counts), **more) as azure:
        found = study(azure, CALL_METRICS, FORMS)
        assert azure.hosts == {"login.microsoftonline.com", "management.azure.com"}
    return found


def test_calls_by_region_and_by_operation() -> None:
    found = metrics(
        [
            call_metric(FORMS, 12, region="West Europe", operation="AnalyzeDocument", at=day(3)),
            call_metric(FORMS, 30.0, region="West Europe", operation="AnalyzeDocument", at=day(2)),
            call_metric(FORMS, 4, region="North Europe", operation="DeleteAnalyzeResult", at=day(2)),
            call_metric(FORMS, 0, region="East US", operation="ListModels", at=day(1)),
            call_metric(FORMS, 7, region="East US", operation="Old", at=day(31)),
            call_metric(make.document_intelligence("others"), 9, region="East US", at=day(1)),
        ]
    )
    assert found.gaps == []
    assert found.properties["regions"] == [
        {"region": "North Europe", "calls": 4},
        {"region": "West Europe", "calls": 42},
    ]
    assert found.properties["operations"] == [
        {"operation": "AnalyzeDocument", "calls": 42},
        {"operation": "DeleteAnalyzeResult", "calls": 4},
    ]
    start, end = (datetime.fromisoformat(found.properties[name]) for name in ("from", "to"))
    assert end - start == timedelta(days=30)
    assert found.source == f"GET https://management.azure.com{FORMS['id']}/providers/Microsoft.Insights/metrics"


def test_no_call_at_all() -> None:
    found = metrics()
    assert (found.properties["regions"], found.properties["operations"]) == ([], [])


def test_more_series_than_azure_gives_by_itself() -> None:
    found = metrics([call_metric(FORMS, 1, operation=f"Operation{number:02d}", at=day(1)) for number in range(40)])
    assert len(found.properties["operations"]) == 40


def test_series_that_were_cut_leave_the_list_open() -> None:
    found = metrics([call_metric(FORMS, 1, operation=f"Operation{number:03d}", at=day(1)) for number in range(TOP + 5)])
    *told, end = found.properties["operations"]
    assert len(told) == TOP
    assert end == Unread(f"Azure gave {TOP} series, and there may be more")
    assert found.properties["regions"] == [{"region": "West Europe", "calls": TOP + 5}]


def test_one_dimension_that_fails_hides_only_itself() -> None:
    counts = [call_metric(FORMS, 3, at=day(1))]
    found = metrics(counts, faults=[OddShape("metrics.*Region", value={})])
    assert found.gaps == []
    assert found.properties["regions"] == [Unread("the metric was not read: the answer was no metric")]
    assert found.properties["operations"] == [{"operation": "Analyze", "calls": 3}]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"granted": ()}, "403 AuthorizationFailed"),
        ({"granted": ("Microsoft.CognitiveServices/*",)}, "403 AuthorizationFailed"),
        ({"faults": [OddShape("metrics", value=[])]}, "the answer was no metric"),
        ({"faults": [ServerError("metrics", times=None)]}, "503 ServerTimeout"),
    ],
)
def test_nothing_that_could_be_read_is_a_gap(more: dict[str, Any], reason: str) -> None:
    found = metrics(**more)
    assert found.properties is None
    assert found.gaps == [(RIGHT, reason)]


@pytest.mark.parametrize("granted", [(RIGHT,), ("*/read",), {FORMS["id"]: (RIGHT,)}])
def test_the_right_at_the_account_is_enough(granted: Any) -> None:
    assert metrics([call_metric(FORMS, 3, at=day(1))], granted=granted).gaps == []


def test_throttling_is_waited_for() -> None:
    found = metrics([call_metric(FORMS, 3, at=day(1))], faults=[Throttled("metrics")])
    assert found.properties["regions"] == [{"region": "West Europe", "calls": 3}]


def test_accounts_of_other_kinds_are_not_asked() -> None:
    speech = make.document_intelligence("speech", kind="SpeechServices")
    with FakeAzure(Estate([speech])) as azure:
        found = study(azure, CALL_METRICS, speech)
        assert azure.calls() == []
    assert (found.properties, found.gaps) == (None, [])


def series(value: Json = "West Europe", *points: Json, name: Json = "region") -> Json:
    return {"metadatavalues": [{"name": {"value": name}, "value": value}], "data": list(points)}


def metric(*found: Json, **more: Json) -> Json:
    return {"value": [{"timeseries": list(found), **more}]}


@pytest.mark.parametrize(
    "odd",
    [
        None,
        {},
        series(""),
        series(7),
        series(name="OperationName"),
        {"metadatavalues": [None], "data": []},
        {"metadatavalues": [], "data": []},
        {"metadatavalues": [{"name": {"value": "Region"}, "value": "East US"}]},
        series("East US", {"total": "3"}),
        series("East US", {"total": True}),
        series("East US", {"total": -1}),
        series("East US", {"total": 1.7e308}, {"total": 1.7e308}),
        series("East US", None),
    ],
)
def test_a_series_that_makes_no_sense_leaves_the_list_open(odd: Json) -> None:
    found = read_series(metric(series("West Europe", {"total": 2}), odd), "Region", "region")
    assert found == [{"region": "West Europe", "calls": 2}, Unread("a part of the metric made no sense")]


def test_days_without_calls() -> None:
    body = metric(series("West Europe", {"timeStamp": "x"}, {"total": None}, {"total": 2.0}, {"total": 0}))
    assert read_series(body, "Region", "region") == [{"region": "West Europe", "calls": 2}]


def test_series_of_one_value_are_added_up() -> None:
    body = metric(series("West Europe", {"total": 2}), series("West Europe", {"total": 3}, name="REGION"))
    assert read_series(body, "Region", "region") == [{"region": "West Europe", "calls": 5}]


@pytest.mark.parametrize("body", [None, [], {}, {"value": []}, {"value": [{}]}, {"value": [{"timeseries": {}}]}])
def test_no_metric(body: Json) -> None:
    with pytest.raises(NotReadError, match="the answer was no metric"):
        read_series(body, "Region", "region")


def test_a_metric_that_azure_could_not_compute() -> None:
    assert read_series(metric(errorCode="Success"), "Region", "region") == []
    with pytest.raises(NotReadError, match="Azure could not compute the metric"):
        read_series(metric(errorCode="Throttled"), "Region", "region")


# --no-logs.


@pytest.mark.parametrize("type_name", [CALL_METRICS, REQUEST_LOGS, BLOB_LOGS, DOCUMENT_ACCESS])
def test_what_nobody_wants_asked_is_a_gap_and_nothing_is_sent(type_name: str) -> None:
    docs, audit = make.storage_account("docsstore"), workspace()
    seen = [make.diagnostic_setting(FORMS), make.diagnostic_setting(f"{docs['id']}/blobServices/default"), audit]
    owner = {BLOB_LOGS: docs, DOCUMENT_ACCESS: audit}.get(type_name, FORMS)
    unwanted = {type_name.lower(): Hidden("--no-logs was given")}
    with FakeAzure(Estate([FORMS, docs, audit])) as azure:
        found = study(azure, type_name, owner, [item for item in seen if item is not owner], unwanted=unwanted)
        assert azure.calls() == []
        assert azure.hosts == {"login.microsoftonline.com"}
    assert [reason for _, reason in found.gaps] == ["--no-logs was given"]
    assert found.properties is None
