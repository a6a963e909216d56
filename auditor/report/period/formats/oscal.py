"""The report about a period as OSCAL assessment results (NIST, version 1.1), for tools of governance and compliance.

A finding stands for a rule, with the clause of Microsoft's page that it serves; an observation for what was measured of
it, and one more for each lapse; a resource of the back matter for each audit, with the digest of its record. A rule is
`satisfied` only where it was seen to be kept at all times; not known is `not-satisfied`, with the reason `other`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from auditor.history.period import STATES
from auditor.policy.clauses import PAGE
from auditor.report.json_text import json_text
from auditor.report.period import words
from auditor.report.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from auditor.history.period import Run
    from auditor.report.period.period_report import Lapse, PeriodReport, Result, RuleRow

OSCAL: Final = "1.1.3"
_NAMESPACE: Final = "urn:docintel-auditor:oscal"
_REASONS: Final[dict[Result, str]] = {"kept": "pass", "failing": "fail", "lapsed": "fail"}
_NO_TOKEN: Final = re.compile(r"[^A-Za-z0-9_.-]")


def render(report: PeriodReport) -> str:
    """Write the results as JSON. The same report gives the same bytes, identifiers included."""
    return json_text({"assessment-results": _results(report)}) + "\n"


def _results(report: PeriodReport) -> dict[str, Any]:
    names = _Names(report)
    plan = names.uuid("plan")
    judged = [row for row in report.rules if row.shares.total]
    lapsed = {lapse.resource_id.rstrip("/").lower(): lapse for lapse in report.lapses}
    result = {
        "uuid": names.uuid("result"),
        "title": _text(f"Document Intelligence privacy, {report.title.period}"),
        "description": _text(report.headline),
        "start": report.title.since,
        "end": report.title.until,
        "local-definitions": _defined(names, report, lapsed.values()),
        "reviewed-controls": {
            "description": f"The rules of docintel-auditor, each of which serves a clause of {PAGE}.",
            "control-selections": [{"include-all": {}}],
        },
        "observations": [
            *(_measured(names, row, report) for row in judged),
            *(_lapsed(names, lapse) for lapse in report.lapses),
        ],
        "findings": [_finding(names, row, report) for row in judged],
    }
    return {
        "uuid": names.uuid("document"),
        "metadata": {
            "title": _text(f"Document Intelligence privacy report: {report.title.period}"),
            "last-modified": report.title.made,
            "version": report.title.tool,
            "oscal-version": OSCAL,
        },
        "import-ap": {"href": f"#{plan}"},
        "results": [{key: value for key, value in result.items() if value}],
        "back-matter": {"resources": [_plan(plan), *(_record(names, run) for run in report.runs)]},
    }


class _Names:
    """Identifiers that the same report always gets, and no other does."""

    def __init__(self, report: PeriodReport) -> None:
        digests = " ".join(run.digest for run in report.runs)
        title = report.title
        self._base = _uuid(NAMESPACE_URL, f"{_NAMESPACE} {title.since} {title.until} {title.made} {digests}")

    def uuid(self, *parts: str) -> str:
        return str(_uuid(self._base, "\n".join(parts)))

    def lapse(self, lapse: Lapse) -> str:
        return self.uuid("lapse", lapse.fingerprint, lapse.first_seen)

    def item(self, resource_id: str) -> str:
        return self.uuid("item", resource_id.rstrip("/").lower())


def _uuid(space: UUID, name: str) -> UUID:
    return uuid5(space, name.encode("utf-8", "backslashreplace").decode())


def _text(text: str) -> str:
    """A text as OSCAL takes it: in one line, not empty, with nothing in it that hides or reorders."""
    return " ".join(visible(" ".join(text.split())).split()) or "none"


def _token(text: str) -> str:
    token = _NO_TOKEN.sub("_", text)
    return token if re.match(r"[A-Za-z_]", token) else f"_{token}"


def _props(**values: str | float | None) -> list[dict[str, str]]:
    """Properties of ours; those that are None are left out."""
    return [
        {"name": name.replace("_", "-"), "ns": _NAMESPACE, "value": _text(str(value))}
        for name, value in values.items()
        if value is not None
    ]


def _defined(names: _Names, report: PeriodReport, lapsed: Iterable[Lapse]) -> dict[str, Any]:
    """The tool, and the resources that lapsed."""
    items = [
        {
            "uuid": names.item(lapse.resource_id),
            "description": _text(lapse.resource_name),
            "props": _props(resource_id=lapse.resource_id, type=lapse.resource_type, location=lapse.location),
        }
        for lapse in lapsed
    ]
    tool = {
        "uuid": names.uuid("tool"),
        "type": "software",
        "title": "docintel-auditor",
        "description": f"docintel-auditor {report.title.tool}, which read the settings and judged them.",
        "status": {"state": "operational"},
    }
    return {"components": [tool]} | ({"inventory-items": items} if items else {})


def _measured(names: _Names, row: RuleRow, report: PeriodReport) -> dict[str, Any]:
    seconds = {f"seconds_{_token(state)}": row.shares.seconds[state] for state in STATES}
    return {
        "uuid": names.uuid("rule", row.rule),
        "title": _text(f"{row.rule} over the period"),
        "description": _text(words.result_words(row.shares, row.lapses)),
        "props": _props(resources=row.resources, lapses=row.lapses.all, **seconds),
        "methods": ["TEST"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": names.uuid("tool")}]}],
        **_evidence(names, report.runs),
        "collected": report.runs[-1].started if report.runs else report.title.until,
    }


def _evidence(names: _Names, runs: tuple[Run, ...]) -> dict[str, Any]:
    """The last record, whose digest takes in all that came before it."""
    if not runs:
        return {}
    last = runs[-1]
    words_ = f"The record of audit {last.number}, chained to {len(runs) - 1} before it in the period."
    return {"relevant-evidence": [{"href": f"#{names.uuid('run', str(last.number))}", "description": words_}]}


def _lapsed(names: _Names, lapse: Lapse) -> dict[str, Any]:
    return {
        "uuid": names.lapse(lapse),
        "title": _text(f"{lapse.rule}: {lapse.resource_name}"),
        "description": _text(lapse.message or f"{lapse.rule} was not kept."),
        "props": _props(
            severity=lapse.severity,
            first_seen=lapse.first_seen,
            last_seen_failing=lapse.last_seen,
            ended=lapse.ended,
            ending=words.ENDING_WORDS[lapse.ending],
            seconds=lapse.length,
            owner=lapse.owner,
        ),
        "methods": ["TEST"],
        "types": ["finding"],
        "subjects": [{"subject-uuid": names.item(lapse.resource_id), "type": "inventory-item"}],
        "collected": lapse.first_seen,
    }


def _finding(names: _Names, row: RuleRow, report: PeriodReport) -> dict[str, Any]:
    result = words.result_of(row.shares, row.lapses, always=row.always)
    related = [names.uuid("rule", row.rule), *(names.lapse(item) for item in report.lapses if item.rule == row.rule)]
    return {
        "uuid": names.uuid("finding", row.rule),
        "title": _text(row.title),
        "description": _text(words.result_words(row.shares, row.lapses)),
        "props": _props(rule=row.rule, severity=row.severity, clause=row.basis, result=result),
        "target": {
            "type": "objective-id",
            "target-id": _token(row.rule),
            "title": _text(row.title),
            "status": {
                "state": "satisfied" if result == "kept" else "not-satisfied",
                "reason": _REASONS.get(result, "other"),
            },
        },
        "related-observations": [{"observation-uuid": uuid} for uuid in related],
    }


def _plan(uuid: str) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "title": "How the estate was assessed",
        "description": " ".join(words.METHOD),
        "rlinks": [{"href": PAGE}],
    }


def _record(names: _Names, run: Run) -> dict[str, Any]:
    return {
        "uuid": names.uuid("run", str(run.number)),
        "title": f"Record of audit {run.number}",
        "description": _text(f"{run.kind}, begun {run.started}, {'complete' if run.complete else 'with gaps'}."),
        "props": _props(
            digest=run.digest or None,
            previous=run.previous,
            snapshot_sha256=run.snapshot_hash,
            policy_sha256=run.policy_hash,
            signature=run.signature,
        ),
    }
