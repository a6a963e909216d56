"""Makes `quarter/`, the sample of a quarterly report: 2026-Q3 of Contoso Insurance, audited every night.

Its findings are those of the sample estate (`estate.jsonl`), and what became of them over the quarter is told in the tables
below. Run `python -m samples.make_quarter` after a change here, in the estate, in the rules or in the report.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor import audit, quarterly
from auditor.data import samples_folder
from auditor.history.record import record
from auditor.history.store import open_store
from auditor.recording import assessment_of
from auditor.report.period.formats import FORMATS
from auditor.statements import read_models

if TYPE_CHECKING:
    from auditor.history.assessment import Assessment, Judged
    from auditor.report.period.period_report import PeriodReport

FOLDER: Final = Path(__file__).parent / "quarter"
QUARTER: Final = "2026-Q3"
MADE: Final = datetime(2026, 10, 2, 8, 30, tzinfo=UTC)
FIRST_NIGHT: Final = datetime(2026, 6, 29, 2, tzinfo=UTC)
NO_AUDIT: Final = ("2026-08-10", "2026-08-11")
UNREADABLE: Final = ("2026-09-05", "2026-09-09")
"""The nights in which the second subscription could not be read, up to the one on which it could again."""
REPAIRED: Final = {
    "ctsinslab": "2026-07-09",
    "ctsinslabsets": "2026-07-14",
    "ctsins-di-lab": "2026-07-22",
    "lab-mail-sorter": "2026-07-22",
    "ctsins-cognitive": "2026-07-30",
    "tmp-test-0417": "2026-08-05",
    "bodily-injury-v1": "2026-08-06",
    "pilot-fnol": "2026-08-06",
    "studio-training": "2026-08-20",
    "ctsinstraining": "2026-09-03",
    "ctsinstrainingcopy": "2026-09-03",
    "ctsinsinline": "2026-09-11",
    "handwriting-2022": "2026-09-16",
}
"""Whose failing findings were put right, and when an audit first saw it."""
GONE: Final = {"ctsinslegacyscans": "2026-08-15", "ctsins-di-pilot": "2026-07-18"}
BROKEN: Final = (
    ("DI-TLS-002", "ctsinsinline", "2026-07-25", "2026-07-28"),
    ("DI-ACC-003", "ctsinsinline", "2026-08-08", "2026-08-13"),
    ("DI-ACC-001", "ctsins-di-claims", "2026-09-24", "2027-01-01"),
)
"""What passes in the sample estate, and failed from one day to the other."""
WAIVED: Final = ("DI-NET-003", "ctsinsmailroom", "2026-07-15", "2026-09-12")
WAIVER: Final = {
    "rule": WAIVED[0],
    "resource": f"*/storageAccounts/{WAIVED[1]}",
    "reason": "The scanner of the mail room has no private endpoint before its renewal in September.",
    "owner": "mailroom-it@contoso.example",
    "approvedBy": "privacy-office@contoso.example",
    "ticket": "PRIV-318",
    "expires": "2026-09-11T23:59:59Z",
}


def make_report() -> PeriodReport:
    """Record every night of the quarter in a history of its own, and report on it."""
    with tempfile.TemporaryDirectory() as folder:
        history = str(Path(folder) / "history.db")
        store = open_store(history)
        try:
            for assessment in _nights():
                record(store, assessment)
        finally:
            store.close()
        return quarterly.report_from(history, quarterly.span(QUARTER, None, None), MADE)


def _nights() -> list[Assessment]:
    samples = samples_folder()
    snapshot = audit.read_saved(
        samples / "estate.jsonl", [read_models(samples / "models.yaml", "2026-11-01T06:00:00Z")]
    )
    report = audit.judge_snapshot(audit.prepare(audit.Choice()), snapshot)
    base = assessment_of(report, snapshot)
    times = [FIRST_NIGHT + timedelta(days=day) for day in range(96)]
    return [_night(base, now) for now in times if f"{now:%Y-%m-%d}" not in NO_AUDIT and now < MADE]


def _night(base: Assessment, now: datetime) -> Assessment:
    day = f"{now:%Y-%m-%d}"
    blind = base.scope[1] if UNREADABLE[0] <= day < UNREADABLE[1] else None
    findings = tuple(
        _that_day(item, day)
        for item in base.findings
        if day < GONE.get(item.resource_name, "9") and (blind is None or not _lies_in(item.resource_id, blind))
    )
    gone = tuple(f"/{name}" for name, when in GONE.items() if day >= when)
    unread = ((blind, "Microsoft.Resources/subscriptions/read", "403 AuthorizationFailed"),) if blind else ()
    waived = WAIVED[2] <= day < WAIVED[3]
    return replace(
        base,
        started=quarterly.written(now),
        finished=quarterly.written(now + timedelta(minutes=7)),
        complete=False,
        counts={name: sum(item.status == name for item in findings) for name in base.counts},
        findings=findings,
        unseen=(*base.unseen, *unread),
        present=frozenset(
            key for key in base.present if not key.endswith(gone) and (blind is None or not _lies_in(key, blind))
        ),
        parameters={**base.parameters, "maxKeyAgeDays": 90 if day >= "2026-09-01" else 180},
        waivers=(WAIVER,) if waived else (),
        snapshot_hash=f"{now:%Y%m%d}" * 8,
    )


def _lies_in(resource_id: str, subscription: str) -> bool:
    return resource_id.lower().startswith(f"{subscription.lower()}/")


def _that_day(item: Judged, day: str) -> Judged:
    """How a finding of the sample estate was on a day of the quarter."""
    if item.status == "fail" and day >= REPAIRED.get(item.resource_name, "9"):
        return replace(item, status="pass", message="")
    if (item.rule, item.resource_name) == WAIVED[:2] and WAIVED[2] <= day < WAIVED[3]:
        return replace(item, status="waived")
    for rule, name, first, last in BROKEN:
        if (item.rule, item.resource_name) == (rule, name) and item.status == "pass" and first <= day < last:
            return replace(item, status="fail", message="It was changed by hand.")
    return item


def main() -> None:
    """Write the samples."""
    FOLDER.mkdir(exist_ok=True)
    report = make_report()
    for name, file in (("html", "report.html"), ("markdown", "report.md"), ("pdf", "report.pdf")):
        written: str | bytes = FORMATS[name].load()(report)
        (FOLDER / file).write_bytes(written.encode() if isinstance(written, str) else written)


if __name__ == "__main__":
    main()
