"""A simulated quarter: 2026-Q3, audited every night at 02:00 UTC, with what goes wrong in a real one.

| what | when |
| --- | --- |
| audits | from 28 June on, three of them before the quarter; 90 in it |
| no audit at all | 10 and 11 August |
| only the first subscription in scope | 21 and 22 July |
| the second subscription cannot be read | 5 to 8 September |
| DI-TLS-002 fails for `two` | 11 to 16 July |
| … for `three` | since 28 June, before the quarter, to 4 July |
| … for `four` (second subscription) | 8 to 14 August, across the days without an audit |
| … for `five` (second subscription) | since 20 September, and still |
| DI-RET-001 not provable for `one` | always |
| … fails for `two` | 20 to 29 July; 25 July to 24 August waived; then failing again to 29 August |
| … fails for `six` | 1 August; the store is gone on 5 August, and back on 1 September, compliant |
| … fails for `seven` (second subscription) | 3 to 10 September, across the days on which it could not be read |
| DI-ACC-001 is a new rule | since 20 August, with other wording of the rules |
| maxRetentionHours from 24 to 48 | since 15 September |

All days are those of the audit that first saw it so. What follows from that is written down in `test_quarter.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor.history.assessment import Assessment, Judged
from auditor.history.period import Period
from auditor.history.recall import period
from auditor.history.record import record
from auditor.history.store import open_store

FIRST = "/subscriptions/11111111-1111-1111-1111-111111111111"
SECOND = "/subscriptions/22222222-2222-2222-2222-222222222222"
STORAGE = "Microsoft.Storage/storageAccounts"
TLS, RET, ACC = "DI-TLS-002", "DI-RET-001", "DI-ACC-001"
SINCE, UNTIL = "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"
SEVERITY = {TLS: "high", RET: "critical", ACC: "medium"}
MESSAGES = {
    "fail": "properties.supportsHttpsTrafficOnly is false; it must be true.",
    "unknown": "Not provable: Azure says nowhere when an undelete ends; settled by nothing.",
    "waived": "properties.supportsHttpsTrafficOnly is false; it must be true.",
    "pass": "",
}
WAIVER = {
    "rule": RET,
    "resource": f"{FIRST}/resourceGroups/docs/providers/{STORAGE}/two",
    "reason": "The archive moves in August.",
    "owner": "claims-platform@contoso.example",
    "approvedBy": "dpo@contoso.example",
    "ticket": "PRIV-214",
    "expires": "2026-08-24T00:00:00Z",
}


def night(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 2, tzinfo=UTC)


def between(now: datetime, first: tuple[int, int], last: tuple[int, int]) -> bool:
    """From the audit of one day up to, but not with, that of another."""
    return night(*first) <= now < night(*last)


def nights() -> Iterator[datetime]:
    now = night(6, 28)
    while now < night(10, 3):
        if not between(now, (8, 10), (8, 12)):
            yield now
        now += timedelta(days=1)


def judged(rule: str, subscription: str, name: str, status: str) -> Judged:
    resource = f"{subscription}/resourceGroups/docs/providers/{STORAGE}/{name}"
    message = MESSAGES[status]
    return Judged(rule, resource, STORAGE, name, "westeurope", SEVERITY[rule], status, message)  # type: ignore[arg-type]


def failing(now: datetime, *spans: tuple[tuple[int, int], tuple[int, int]]) -> str:
    return "fail" if any(between(now, *span) for span in spans) else "pass"


def findings(now: datetime) -> list[Judged]:
    waived = between(now, (7, 25), (8, 24))
    found = [
        judged(TLS, FIRST, "one", "pass"),
        judged(TLS, FIRST, "two", failing(now, ((7, 11), (7, 16)))),
        judged(TLS, FIRST, "three", failing(now, ((6, 28), (7, 4)))),
        judged(TLS, SECOND, "four", failing(now, ((8, 8), (8, 14)))),
        judged(TLS, SECOND, "five", failing(now, ((9, 20), (12, 1)))),
        judged(RET, FIRST, "one", "unknown"),
        judged(RET, FIRST, "two", "waived" if waived else failing(now, ((7, 20), (7, 25)), ((8, 24), (8, 29)))),
        judged(RET, SECOND, "seven", failing(now, ((9, 3), (9, 10)))),
    ]
    if not between(now, (8, 5), (9, 1)):
        found.append(judged(RET, FIRST, "six", failing(now, ((8, 1), (8, 5)))))
    if now >= night(8, 20):
        found.append(judged(ACC, FIRST, "one", "pass"))
    return found


def audit(now: datetime) -> Assessment:
    only_first = between(now, (7, 21), (7, 23))
    blind = between(now, (9, 5), (9, 9))
    seen = [item for item in findings(now) if item.resource_id.startswith(FIRST) or not (only_first or blind)]
    started, finished = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (now, now + timedelta(minutes=9)))
    with_new_rule = now >= night(8, 20)
    return Assessment(
        started=started,
        finished=finished,
        kind="azure",
        tool="0.1.0",
        scope=(FIRST,) if only_first else (FIRST, SECOND),
        profile="baseline",
        parameters={"maxRetentionHours": 48 if now >= night(9, 15) else 24},
        policy_hash=("b" if with_new_rule else "a") * 64,
        rules=(TLS, RET, ACC) if with_new_rule else (TLS, RET),
        complete=not blind,
        counts={
            status: sum(item.status == status for item in seen) for status in ("fail", "unknown", "waived", "pass")
        },
        findings=tuple(seen),
        unseen=((SECOND, f"{STORAGE}/read", "403 AuthorizationFailed"),) if blind else (),
        snapshot_hash=f"{now:%m%d}" * 16,
        waivers=(WAIVER,) if between(now, (7, 25), (8, 24)) else (),
    )


def simulated(folder: Path) -> Path:
    """Record every night; return the history."""
    path = folder / "history.db"
    store = open_store(str(path))
    try:
        for now in nights():
            record(store, audit(now))
    finally:
        store.close()
    return path


def quarter(history: Path, since: str = SINCE, until: str = UNTIL) -> Period:
    store = open_store(str(history), create=False)
    try:
        return period(store, since, until)
    finally:
        store.close()
