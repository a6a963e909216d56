"""The report about a period for other programs: `auditor.periodReport/1`. Times of states are seconds, and add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.history.period import STATES
from auditor.report.json_text import json_text

if TYPE_CHECKING:
    from auditor.history.period import Run
    from auditor.report.period.period_report import ClauseRow, Lapse, PeriodReport, RuleRow, Tally
    from auditor.report.period.shares import Shares

SCHEMA: Final = "auditor.periodReport/1"


def render(report: PeriodReport) -> str:
    """Write the report as JSON, two blanks deep, keys in a fixed order."""
    return json_text(as_data(report)) + "\n"


def as_data(report: PeriodReport) -> dict[str, Any]:
    """The report as plain data in the shape of the schema."""
    title = report.title
    return {
        "schema": SCHEMA,
        "tool": {"name": "auditor", "version": title.tool},
        "period": {"name": title.period, "since": title.since, "until": title.until, "interim": title.interim},
        "made": title.made,
        "headline": report.headline,
        "result": report.result,
        "summary": {
            "days": len(report.days),
            "daysAudited": report.audited,
            "audits": len(report.runs),
            "resources": report.resources,
            "pairs": report.pairs,
            "time": _time(report.shares),
            "lapses": _tally(report.tally),
        },
        "clauses": [_clause(row) for row in report.clauses],
        "rules": [_rule(row) for row in report.rules],
        "lapses": [_lapse(lapse) for lapse in report.lapses],
        "waivers": [
            {
                "rule": item.rule,
                "resource": item.resource,
                "reason": item.reason,
                "owner": item.owner,
                "approvedBy": item.approved_by,
                "ticket": item.ticket,
                "expires": item.expires,
                "lapses": item.lapses,
            }
            for item in report.waivers
        ],
        "notDecided": [
            {"rule": item.rule, "resources": list(item.resources), "why": item.why, "time": _time(item.shares)}
            for item in report.doubts
        ],
        "changes": [
            {
                "run": item.run,
                "at": item.at,
                "what": item.what,
                "name": item.name,
                "before": item.before,
                "after": item.after,
            }
            for item in report.changes
        ],
        "coverage": {
            "days": [
                {
                    "date": day.date,
                    "audits": day.audits,
                    "complete": day.complete,
                    "worst": day.worst,
                    "openLapses": day.open,
                }
                for day in report.days
            ],
            "scopes": [
                {
                    "scope": row.scope,
                    "audits": row.audits,
                    "days": row.days,
                    "withGaps": row.with_gaps,
                    "last": row.last,
                }
                for row in report.scopes
            ],
            "gaps": [
                {
                    "reason": row.reason,
                    "operation": row.operation,
                    "audits": row.audits,
                    "scopes": list(row.scopes),
                    "first": row.first,
                    "last": row.last,
                }
                for row in report.gaps
            ],
        },
        "evidence": [_run(run) for run in report.runs],
    }


def _time(shares: Shares) -> dict[str, Any]:
    """Seconds by state, and the same in per cent; both add up."""
    hundredths = shares.hundredths
    return {
        "seconds": {state: shares.seconds[state] for state in STATES},
        "total": shares.total,
        "percent": {state: hundredths[state] / 100 for state in STATES},
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "all": tally.all,
        "byEnding": dict(tally.endings),
        "secondsToRepair": {"median": tally.median, "longest": tally.longest},
        "oldestOpenSeconds": tally.oldest,
    }


def _clause(row: ClauseRow) -> dict[str, Any]:
    return {
        "basis": row.promise.basis,
        "says": row.promise.says,
        "whose": row.promise.whose,
        "editions": [{"dated": edition.dated, "says": text} for edition, text in row.promise.editions],
        "microsoft": row.promise.microsoft,
        "customer": row.promise.customer,
        "notCheckable": row.promise.outside,
        "rules": list(row.rules),
        "result": row.result,
        "words": row.words,
        "time": _time(row.shares),
        "lapses": _tally(row.lapses),
        "worstByDay": list(row.days),
    }


def _rule(row: RuleRow) -> dict[str, Any]:
    return {
        "id": row.rule,
        "title": row.title,
        "severity": row.severity,
        "basis": row.basis,
        "inPolicy": row.known,
        "audits": row.audits,
        "resources": row.resources,
        "time": _time(row.shares),
        "lapses": _tally(row.lapses),
    }


def _lapse(lapse: Lapse) -> dict[str, Any]:
    return {
        "rule": lapse.rule,
        "severity": lapse.severity,
        "fingerprint": lapse.fingerprint,
        "resource": {
            "id": lapse.resource_id,
            "type": lapse.resource_type,
            "name": lapse.resource_name,
            "location": lapse.location,
        },
        "firstSeen": lapse.first_seen,
        "beganBefore": lapse.carried,
        "lastSeenFailing": lapse.last_seen,
        "ended": lapse.ended,
        "ending": lapse.ending,
        "seconds": lapse.length,
        "failingSeconds": lapse.failing,
        "notKnownSeconds": lapse.not_known,
        "owner": lapse.owner,
        "message": lapse.message,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.number,
        "started": run.started,
        "finished": run.finished,
        "kind": run.kind,
        "tool": run.tool,
        "complete": run.complete,
        "scope": list(run.scope),
        "profile": run.profile,
        "policySha256": run.policy_hash,
        "counts": dict(run.counts),
        "snapshotSha256": run.snapshot_hash,
        "digest": run.digest,
        "previous": run.previous,
        "signature": run.signature,
    }
