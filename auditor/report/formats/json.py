"""The result that other programs read: `auditor.assessment/1`, whose JSON Schema is `assessment-1.schema.json`."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from auditor.model.reading import Found, plain
from auditor.model.waiver import as_data as waiver_data
from auditor.report.fixes.snippets import as_mapping
from auditor.report.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model.blind_spot import BlindSpot
    from auditor.model.finding import Evidence
    from auditor.model.resource import Place
    from auditor.model.waiver import Applied, Waiver
    from auditor.report.report import Line, Report, Unseen

SCHEMA: Final = "auditor.assessment/1"
_AT_ONCE: Final = 500
"""Findings that are serialized together, so that they never all exist as data."""


def render(report: Report) -> str:
    """Write the report as JSON, indented by two spaces, keys in a fixed order."""
    before, after = json_text(as_data(report, findings=[])).split('"findings": []', 1)
    batches = iter(partial(_texts, iter(report.lines)), "")
    findings = ",\n".join(batches)
    between = f'"findings": [\n{findings}\n  ]' if findings else '"findings": []'
    return f"{before}{between}{after}\n"


def _texts(lines: Iterator[Line]) -> str:
    """The next findings as they stand in the document; an empty text after the last."""
    batch = [_finding(line) for line in islice(lines, _AT_ONCE)]
    return json_text({"findings": batch}).removeprefix('{\n  "findings": [\n').removesuffix("\n  ]\n}") if batch else ""


def as_data(report: Report, findings: list[Any] | None = None) -> dict[str, Any]:
    """The report as plain data in the shape of the schema; with these findings if they are given."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "auditor", "version": report.tool},
        "source": {"kind": report.kind, "scope": list(report.scope)},
        "started": report.started,
        "finished": report.finished,
        "complete": report.complete,
        "headline": report.headline,
        "policy": {
            "profile": report.profile,
            "parameters": dict(report.parameters),
            "rules": len(report.rules),
            "sha256": report.policy_hash,
        },
        "summary": {
            "resources": report.resources,
            "pass": report.counts["pass"],
            "fail": report.counts["fail"],
            "unknown": report.counts["unknown"],
            "notApplicable": report.not_applicable,
            "waived": report.counts["waived"],
        },
        "questions": [
            {
                "family": item.family,
                "title": item.title,
                "answer": item.answer,
                "sentence": item.sentence,
                **item.counts,
            }
            for item in report.questions
        ],
        "findings": [_finding(line) for line in report.lines] if findings is None else findings,
        "gaps": [_gap(item) for item in report.unseen],
        "blindSpots": [_blind_spot(item) for item in report.blind_spots],
        "waivers": [_waiver(item) for item in report.waivers],
        "calls": dict(report.calls),
    }


def _finding(line: Line) -> dict[str, Any]:
    subject = line.finding.subject
    known = {"known": True} if line.known else {}
    return {
        "rule": line.rule.id,
        "status": line.finding.status,
        "severity": line.rule.severity,
        "message": line.message,
        "fingerprint": line.finding.fingerprint,
        "resource": {"id": subject.id, "type": subject.type, "name": subject.name, "location": subject.location},
        "at": _place(line.finding.place),
        "evidence": [_evidence(item) for item in line.finding.evidence],
        "waiver": None if line.finding.waiver is None else _grant(line.finding.waiver),
        "since": None,
        **_fix(line),
        **known,
    }


def _fix(line: Line) -> dict[str, Any]:
    """How to mend what fails: the warning first, then what to do, and the snippet in the language of its source."""
    return {"fix": as_mapping(line)} if line.finding.status == "fail" else {}


def _grant(waiver: Waiver) -> dict[str, str]:
    """A waiver at the finding that it waives, which names rule and resource itself."""
    return {name: text for name, text in waiver_data(waiver).items() if name not in {"rule", "resource"}}


def _waiver(item: Applied) -> dict[str, Any]:
    return {
        **waiver_data(item.waiver),
        "at": None if item.waiver.place is None else {"file": item.waiver.place.file, "line": item.waiver.place.line},
        "state": item.state,
        "waived": len(item.waived),
        "remarks": [{"kind": remark.kind, "words": remark.words} for remark in item.remarks],
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"file": place.file, "line": place.line, "column": place.column, "address": place.address}


def _evidence(item: Evidence) -> dict[str, Any]:
    asked = plain(item.asked)
    shown: dict[str, Any] = {
        "path": item.path,
        "expected": {"not": asked} if item.negated else asked,
        "actual": plain(item.reading.value) if isinstance(item.reading, Found) else None,
        "read": item.read,
        "source": item.source,
    }
    if item.read == "unread":
        shown["reason"] = item.reading.why  # type: ignore[union-attr]
    if item.assumed is not None:
        shown["assumed"] = plain(item.assumed.value)
    return shown


def _gap(item: Unseen) -> dict[str, Any]:
    return {"scope": item.scope, "operation": item.operation, "reason": item.reason, "rules": list(item.rules)}


def _blind_spot(item: BlindSpot) -> dict[str, Any]:
    resources = [{"id": found.id, "name": found.name, "words": found.words or None} for found in item.resources]
    return {"kind": item.kind, "words": item.words, "advice": item.advice, "resources": resources}
