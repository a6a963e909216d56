"""Code quality for GitLab (https://docs.gitlab.com/ci/testing/code_quality/): what fails and what is not known, by file and line.

What passes or is waived is left out; each waiver is told at its own place. GitLab wants a path of everything, so what stands in no file has the id of its resource
there, and what was not seen the id of its scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.model.finding import fingerprint
from auditor.report.json_text import json_text
from auditor.report.pipelines import UNFINISHED, gap_told, path_of, shown, told, waiver_told

if TYPE_CHECKING:
    from auditor.model.waiver import Applied
    from auditor.report.report import Line, Report

SEVERITY: Final = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}
NOT_KNOWN: Final = "info"
NOT_SEEN: Final = "auditor/not-seen"
WAIVER: Final = "auditor/waiver"


def render(report: Report) -> str:
    """Write the report as JSON, two blanks deep, keys in a fixed order."""
    issues = [_issue(line) for line in report.lines if line.finding.status in {"fail", "unknown"}]
    issues += [*_not_seen(report), *(_waiver(item) for item in report.waivers)]
    return json_text(issues) + "\n"


def _issue(line: Line) -> dict[str, Any]:
    finding, place = line.finding, line.finding.place
    return {
        "description": f"{told(line)} ({shown(line.rule.title)})",
        "check_name": line.rule.id,
        "fingerprint": finding.fingerprint,
        "severity": SEVERITY[line.rule.severity] if finding.status == "fail" else NOT_KNOWN,
        "location": _location(finding.subject.id.strip("/"), 1)
        if place is None
        else _location(path_of(place.file), place.line or 1),
    }


def _not_seen(report: Report) -> list[dict[str, Any]]:
    found = [] if report.finished is not None else [(UNFINISHED, " ".join(report.scope), "")]
    found += [(gap_told(item), item.scope, f"{item.operation}\n{item.reason}") for item in report.unseen]
    return [
        {
            "description": f"Not seen: {text}",
            "check_name": NOT_SEEN,
            "fingerprint": fingerprint(f"{NOT_SEEN}\n{what}", scope),
            "severity": NOT_KNOWN,
            "location": _location(scope.strip("/"), 1),
        }
        for text, scope, what in found
    ]


def _waiver(item: Applied) -> dict[str, Any]:
    """A waiver, at its place in `waivers.yaml`, so that a merge request shows one that it brings."""
    waiver, place = item.waiver, item.waiver.place
    what = f"{WAIVER}\n{waiver.rule}\n{waiver.expires}\n{waiver.ticket}"
    path, line = (waiver.resource.strip("/"), 1) if place is None else (path_of(place.file), place.line or 1)
    return {
        "description": f"Waiver: {waiver_told(item)}",
        "check_name": WAIVER,
        "fingerprint": fingerprint(what, waiver.resource),
        "severity": NOT_KNOWN,
        "location": _location(path, line),
    }


def _location(path: str, line: int) -> dict[str, Any]:
    return {"path": shown(path) or "tenant", "lines": {"begin": line}}
