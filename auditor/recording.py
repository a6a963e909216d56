"""Puts a report into the history: what of it has to be remembered."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from auditor.history.assessment import Assessment, Judged
from auditor.model.waiver import as_data

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.model.snapshot import Snapshot
    from auditor.report.report import Report


def assessment_of(report: Report, snapshot: Snapshot | None = None, snapshot_hash: str | None = None) -> Assessment:
    """What a history takes in. With the snapshot it can tell what is gone from that to which no rule applies any more."""
    findings = tuple(
        Judged(
            line.rule.id,
            line.finding.subject.id,
            line.finding.subject.type,
            line.finding.subject.name,
            line.finding.subject.location,
            line.rule.severity,
            line.finding.status,
            line.message,
        )
        for line in report.lines
    )
    return Assessment(
        started=report.started,
        finished=report.finished,
        kind=report.kind,
        tool=report.tool,
        scope=report.scope,
        profile=report.profile,
        parameters=report.parameters,
        policy_hash=report.policy_hash,
        rules=tuple(report.rules),
        complete=report.complete,
        counts={str(status): number for status, number in report.counts.items()},
        findings=findings,
        unseen=tuple((item.scope, item.operation, item.reason) for item in report.unseen),
        present=frozenset() if snapshot is None else frozenset(item.key for item in snapshot.resources),
        snapshot_hash=snapshot_hash,
        waivers=tuple(as_data(item.waiver) for item in report.waivers if item.state == "inForce"),
    )


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
