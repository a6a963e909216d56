"""The formats that programs and terminals read, and what a report counts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import auditor
from auditor import audit
from auditor.model.resource import Resource
from auditor.model.types import STORAGE
from auditor.report.formats import json as as_json
from auditor.report.formats import text
from auditor.report.report import Report
from tests.builders import account, blob_service, container, delete_rule, gap, grant, lifecycle, snapshot, storage

SCHEMA = json.loads(
    (Path(auditor.__file__).parent / "schemas" / "assessment-1.schema.json").read_text(encoding="utf-8")
)
KEPT = {"supportsHttpsTrafficOnly": True, "minimumTlsVersion": "TLS1_2", "allowSharedKeyAccess": False}


def report_on(*resources: Resource, **options: Any) -> Report:
    return audit.judge_snapshot(audit.prepare(audit.Choice()), snapshot(*resources, **options))


def good(name: str = "docs") -> tuple[Resource, ...]:
    store = storage(name, allowBlobPublicAccess=False, **KEPT)
    rule = delete_rule(0, snapshots=0)
    return store, grant(store.id), blob_service(store), container(store, publicAccess="None"), lifecycle(store, rule)


FORMS = account(disableLocalAuth=True, customSubDomainName="di")


@pytest.mark.parametrize(
    ("resources", "options", "beginning", "answer"),
    [
        ((), {}, "Compliant with all that was checked", "kept"),  # no deleted account is left: that was checked
        ((FORMS, *good()), {}, "Not proven: ", "not provable"),  # 0 days: Azure gives no upper bound
        ((FORMS, storage(**KEPT)), {"gaps": (gap(storage(), "Microsoft.Storage/storageAccounts/blobServices"),)}, "Not proven: ", "not seen"),
        ((FORMS, storage(), grant(storage().id)), {}, "Not compliant: 1 of 1 document store accepts plain HTTP or old TLS", "broken"),
    ],
    ids=["nothing there", "not provable", "not seen", "broken"],
)  # fmt: skip
def test_the_headline_says_the_worst_first(
    resources: tuple[Resource, ...], options: dict[str, Any], beginning: str, answer: str
) -> None:
    report = report_on(*resources, **options)
    assert report.headline.startswith(beginning)
    assert report.answer == answer


def test_a_gap_stands_in_the_headline_and_keeps_everything_from_being_complete() -> None:
    report = report_on(FORMS, *good(), gaps=(gap("/subscriptions/11111111-1111-1111-1111-111111111111", STORAGE),))
    assert "1 subscription could not be read in full" in report.headline
    assert not report.complete
    assert [item.advice for item in report.unseen] == [
        "grant the action Microsoft.Storage/storageAccounts/read at this scope"
    ]
    assert set(report.unseen[0].rules) >= {"DI-TLS-001", "DI-RET-001", "DI-REG-001"}


def test_the_numbers_add_up() -> None:
    report = report_on(FORMS, *good(), storage("bad", sku="Standard_GRS"), grant(storage("bad").id))
    assert report.counts == Counter(line.finding.status for line in report.lines) | {"waived": 0}
    assert sum(len(group.lines) for group in report.first) == report.counts["fail"]
    for status, number in report.counts.items():
        assert sum(question.counts[status] for question in report.questions) == number
    assert [question.family for question in report.questions][:4] == ["REG", "TLS", "RET", "MDL"]


def test_json_is_as_its_schema_says_and_the_same_every_time() -> None:
    resources = (FORMS, *good(), storage("bad", sku="Standard_GRS"), grant(storage("bad").id))
    written = as_json.render(report_on(*resources))
    Draft202012Validator(SCHEMA).validate(json.loads(written))
    assert written == as_json.render(report_on(*resources))
    assert written != as_json.render(report_on(*resources[:-2]))
    ordered = as_json.render(report_on(*reversed(resources)))
    assert json.loads(ordered)["findings"] == json.loads(written)["findings"]


def test_text_says_the_sentence_the_questions_what_fails_and_what_is_unknown() -> None:
    report = report_on(FORMS, *good(), storage("bad", sku="Standard_GRS"), grant(storage("bad").id))
    written = text.render(report)
    assert " ".join(written.split()).startswith(report.headline)
    for words in (
        "Same region",
        "TLS in transit",
        "24 hours or less",
        "Model deletion",
        "● HIGH  DI-REG-002",
        "◐ UNKNOWN",
    ):
        assert words in written
    assert "Not seen" not in written
    assert "\x1b[" not in written
    assert "\x1b[" in text.render(report, text.Look(colour=True))


def test_text_never_looks_clean_when_something_was_not_seen() -> None:
    report = report_on(FORMS, gaps=(gap("/subscriptions/11111111-1111-1111-1111-111111111111", STORAGE),))
    written = text.render(report)
    assert "Not seen (1)" in written
    assert "403 AuthorizationFailed" in written
    assert not written.startswith("Compliant")


def test_text_shows_hostile_names_harmless() -> None:
    name = "evil\x1b[31m\u202egnp.exe[bold]\nx"
    written = text.render(report_on(FORMS, storage(name), grant(storage(name).id)))
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert "[bold]" in written.replace("\n", "")
