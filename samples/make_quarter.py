"""Makes `quarter/`, the sample of a quarterly report: 2026-Q4 of Contoso Insurance, audited every night.

Each night audits the sample estate as it was then: what was made, asked for or deleted later is not there yet, and what the
tables below say was repaired or broken has the settings of that day. On 2026-11-01 it is the estate of `estate.jsonl`. Run
`python -m samples.make_quarter` after a change here, in the estate, in the rules or in the report.
"""

from __future__ import annotations

import io
import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor import audit, quarterly
from auditor.data import samples_folder
from auditor.history.record import record
from auditor.history.store import open_store
from auditor.recording import assessment_of
from auditor.report.period.formats import FORMATS
from auditor.statements import Statement, read_declared, read_models
from samples.bodies import (
    HARDENED,
    Json,
    blob_service,
    cognitive_account,
    custom_model,
    firewall,
    lifecycle_policy,
    lifecycle_rule,
    present,
)
from samples.make_estate import ESTATES, MODERN, OFF, PILOT, PRODUCTION, RESEARCH, SETS, STARTED, TOOL, offers
from samples.scan import Account, Estate, Scan, Store, scan_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.history.assessment import Assessment, Judged
    from auditor.report.period.period_report import PeriodReport

FOLDER: Final = Path(__file__).parent / "quarter"
QUARTER: Final = "2026-Q4"
MADE: Final = datetime(2027, 1, 4, 8, 30, tzinfo=UTC)
FIRST_NIGHT: Final = datetime(2026, 9, 28, 2, tzinfo=UTC)
SAMPLE_NIGHT: Final = datetime.fromisoformat(STARTED)
NO_AUDIT: Final = ("2026-11-10", "2026-11-11")
UNREADABLE: Final = ("2026-12-05", "2026-12-09")
"""The nights in which the second subscription could not be read, up to the one on which it could again."""
STRICTER: Final = "2026-12-01"
"""From when on keys of storage accounts may be 90 days old at most, and no longer 180."""
REPAIRED: Final = {
    "ctsinslab": "2026-11-08T14:10:00Z",
    "ctsinslabsets": "2026-11-13T09:30:00Z",
    "ctsins-di-lab": "2026-11-21T16:00:00Z",
    "ctsins-di-mailroom": "2026-11-29T11:20:00Z",
    "ctsinstraining": "2026-12-02T10:00:00Z",
}
"""When a store or an account got the settings that the rules ask for. Its region stays what it is."""
GONE: Final = {
    "handwriting-2026": "2026-11-01T15:40:00Z",
    "bodily-injury-v1": "2026-11-05T13:05:00Z",
    "tmp-test-0417": "2026-11-11T08:45:00Z",
    "policy-forms-2024": "2026-11-30T10:00:00Z",
    "ctsinstrainingcopy": "2026-12-02T10:30:00Z",
    "handwriting-2022": "2026-12-15T12:00:00Z",
}
"""When a model or a store was deleted."""
BROKEN: Final = (
    ("ctsinsinline", "supportsHttpsTrafficOnly", False, "2026-10-24T15:00:00Z", "2026-10-27T09:00:00Z"),
    ("ctsinsinline", "allowSharedKeyAccess", True, "2026-11-07T17:30:00Z", "2026-11-12T08:15:00Z"),
    ("ctsins-di-claims", "disableLocalAuth", False, "2026-12-23T18:20:00Z", "2027-02-01T00:00:00Z"),
)
"""Settings that somebody changed by hand: which, to what, and from when to when."""
DELETED_FOR: Final = timedelta(days=14)
"""How long a deleted container can be restored."""
WAIVED: Final = ("DI-NET-003", "ctsinsmailroom", "2026-10-15", "2026-12-12")
WAIVER: Final = {
    "rule": WAIVED[0],
    "resource": f"*/storageAccounts/{WAIVED[1]}",
    "reason": "The scanner of the mail room has no private endpoint before its renewal in December.",
    "owner": "mailroom-it@contoso.example",
    "approvedBy": "privacy-office@contoso.example",
    "approvedAt": "2026-10-14T12:00:00Z",
    "ticket": "PRIV-318",
    "expires": "2026-12-11T23:59:59Z",
}
PILOT_ACCOUNT: Final = Account(
    cognitive_account(RESEARCH, "rg-lab", "ctsins-di-pilot", "swedencentral"),
    (custom_model("pilot-fnol", "2026-02-17T10:25:00Z", SETS, "handwriting"),),
    tls=offers("ctsins-di-pilot.cognitiveservices.azure.com", *MODERN),
)
"""What `PILOT` was before somebody deleted it, and with it a model that should have been erased."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_COUNTDOWN: Final = re.compile(r"'remainingRetentionDays': \d+")
"""What changes every night and no rule looks at."""
_AGES: Final = tuple(timedelta(days=days) for days in (0, 1, 3, 90, 180, 730))
"""The ages at which a rule changes its mind about something."""


def make_report() -> PeriodReport:
    """Record every night of the quarter in a history of its own, and report on it."""
    with tempfile.TemporaryDirectory() as folder:
        history = str(Path(folder) / "history.db")
        store = open_store(history)
        try:
            for assessment in nights():
                record(store, assessment)
        finally:
            store.close()
        return quarterly.report_from(history, quarterly.span(QUARTER, None, None), MADE)


def nights() -> Iterator[Assessment]:
    """The audits. A night in which nothing is other than in the one before is not judged anew."""
    judged: tuple[str, Assessment] | None = None
    for day in range((MADE - FIRST_NIGHT).days + 1):
        now = FIRST_NIGHT + timedelta(days=day)
        if f"{now:%Y-%m-%d}" in NO_AUDIT:
            continue
        estates = estates_at(now)
        found = _COUNTDOWN.sub("", repr((estates, _statements(now, STARTED))))
        likeness = repr((found, f"{now:%Y-%m-%d}" >= STRICTER, [_passed(found, age, now) for age in _AGES]))
        if judged is None or judged[0] != likeness:
            judged = (likeness, _judged(estates, now))
        yield _night(judged[1], now)


def _passed(text: str, age: timedelta, now: datetime) -> int:
    """How many of the moments that a text names lie further back than an age."""
    return sum(datetime.fromisoformat(found) + age <= now for found in set(_MOMENT.findall(text)))


def _statements(now: datetime, at: str) -> list[Statement]:
    """What the customer had stated by then: requests that came later are not there."""
    samples = samples_folder()
    models = read_models(samples / "models.yaml", at)
    known = (item for item in models.resources if not _after(_property(item.body, "requestedAt"), now))
    return [read_declared(samples / "auditor.yaml", at), replace(models, resources=tuple(known))]


def _judged(estates: tuple[Estate, ...], now: datetime) -> Assessment:
    stream, statements = io.StringIO(), _statements(now, quarterly.written(now))
    moved = [_moved(estate, now - SAMPLE_NIGHT) for estate in estates]
    scan_all(Scan(stream, TOOL, (PRODUCTION, RESEARCH), quarterly.written(now)), moved, statements)
    age = "90" if f"{now:%Y-%m-%d}" >= STRICTER else "180"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "night.jsonl"
        file.write_text(stream.getvalue(), encoding="utf-8", newline="\n")
        snapshot = audit.read_saved(file, [])
    report = audit.judge_snapshot(audit.prepare(audit.Choice(parameters={"maxKeyAgeDays": age})), snapshot)
    return assessment_of(report, snapshot)


def estates_at(now: datetime) -> tuple[Estate, ...]:
    """The estates as they were at a moment; what surveys found is that of the sample night."""
    return tuple(_estate_at(estate, now) for estate in ESTATES)


def _estate_at(estate: Estate, now: datetime) -> Estate:
    accounts, deleted = estate.accounts, estate.deleted
    if PILOT in deleted:
        was_deleted, purged = (str(PILOT["properties"][name]) for name in ("deletionDate", "scheduledPurgeDate"))
        accounts = accounts if not _after(was_deleted, now) else (*accounts, PILOT_ACCOUNT)
        deleted = deleted if not _after(was_deleted, now) and _after(purged, now) else ()
    stores = (store for store in estate.stores if not _is_gone(store.body["name"], now))
    return replace(
        estate,
        accounts=tuple(_account_at(account, now) for account in accounts),
        deleted=deleted,
        stores=tuple(_store_at(store, now) for store in stores),
    )


def _account_at(account: Account, now: datetime) -> Account:
    body = _with_broken(account.body, now)
    if _is_repaired(body["name"], now):
        closed = {"disableLocalAuth": True, "networkAcls": firewall(), "publicNetworkAccess": "Disabled"}
        body = {**body, "properties": {**body["properties"], **closed}}
    operations = (item for item in account.operations if _within_a_day(item["createdDateTime"], now))
    return replace(
        account,
        body=body,
        models=tuple(_there(account.models, "modelId", now)),
        classifiers=tuple(_there(account.classifiers, "classifierId", now)),
        operations=tuple(operations),
    )


def _there(models: Iterable[Json], name: str, now: datetime) -> Iterator[Json]:
    """The models that were made and not yet deleted."""
    return (item for item in models if not _after(item["createdDateTime"], now) and not _is_gone(item[name], now))


def _within_a_day(moment: str, now: datetime) -> bool:
    """Whether the service still remembers an operation."""
    return now - timedelta(days=1) < datetime.fromisoformat(moment) <= now


def _store_at(store: Store, now: datetime) -> Store:
    body, name = _with_broken(store.body, now), store.body["name"]
    containers = tuple(found for item in store.containers if (found := _container_at(item, now)) is not None)
    if not _is_repaired(name, now):
        replication = () if name == "ctsinstraining" and _is_gone("ctsinstrainingcopy", now) else store.replication
        return replace(store, body=body, containers=containers, replication=replication)
    closed = {**HARDENED, "allowCrossTenantReplication": False, "isLocalUserEnabled": False, "networkAcls": firewall()}
    body = {**body, "properties": {**body["properties"], **closed}}
    policy = lifecycle_policy(body, lifecycle_rule("delete-everything", blobs=0, snapshots=0, versions=0))
    policy["properties"]["lastModifiedTime"] = REPAIRED[name]
    opened = {"publicAccess": "None", "hasImmutabilityPolicy": False, "immutabilityPolicy": None}
    return replace(
        store,
        body=body,
        service=blob_service(body, isVersioningEnabled=False, containerDeleteRetentionPolicy=OFF),
        containers=tuple({**item, "properties": present({**item["properties"], **opened})} for item in containers),
        lifecycle=policy,
        replication=(),
        users=(),
    )


def _container_at(container: Json, now: datetime) -> Json | None:
    """A container: there until it was deleted, then deleted until it can no longer be restored."""
    properties = container["properties"]
    if "deletedTime" not in properties:
        return container
    deleted = datetime.fromisoformat(properties["deletedTime"])
    if deleted > now:
        left = {key: value for key, value in properties.items() if key not in {"deletedTime", "version"}}
        return {**container, "properties": {**left, "deleted": False, "remainingRetentionDays": 0}}
    days = (deleted + DELETED_FOR - now).days
    return {**container, "properties": {**properties, "remainingRetentionDays": days}} if days >= 0 else None


def _with_broken(body: Json, now: datetime) -> Json:
    for name, setting, value, since, until in BROKEN:
        if body["name"] == name and not _after(since, now) and _after(until, now):
            body = {**body, "properties": {**body["properties"], setting: value}}
    return body


def _is_repaired(name: str, now: datetime) -> bool:
    return name in REPAIRED and not _after(REPAIRED[name], now)


def _is_gone(name: str, now: datetime) -> bool:
    return name in GONE and not _after(GONE[name], now)


def _after(moment: Any, now: datetime) -> bool:
    return isinstance(moment, str) and datetime.fromisoformat(moment) > now


def _property(body: Json, name: str) -> Any:
    return body["properties"].get(name)


def _moved(estate: Estate, by: timedelta) -> Estate:
    """The estate with the times of what surveys found moved: each night looks back on thirty days of its own."""
    return replace(
        estate,
        accounts=tuple(
            replace(item, metrics=_later(item.metrics, by), logs=_later(item.logs, by)) for item in estate.accounts
        ),
        stores=tuple(
            replace(item, service=_later_restore(item.service, by), logs=_later(item.logs, by))
            for item in estate.stores
        ),
        workspaces=tuple(replace(item, access=_later(item.access, by)) for item in estate.workspaces),
    )


def _later_restore(service: Json | None, by: timedelta) -> Json | None:
    """The restore policy alone has a time that goes with the night: how far back it reaches."""
    if service is None or "restorePolicy" not in service["properties"]:
        return service
    policy = _later(service["properties"]["restorePolicy"], by)
    return {**service, "properties": {**service["properties"], "restorePolicy": policy}}


def _later(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _later(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [_later(item, by) for item in value]
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return quarterly.written(datetime.fromisoformat(value) + by)
    return value


def _night(base: Assessment, now: datetime) -> Assessment:
    """The audit of a night, from that of one that saw the same."""
    day = f"{now:%Y-%m-%d}"
    blind = RESEARCH if UNREADABLE[0] <= day < UNREADABLE[1] else None
    waived = WAIVED[2] <= day < WAIVED[3]
    findings = tuple(
        _waived(item) if waived else item
        for item in base.findings
        if blind is None or not _lies_in(item.resource_id, blind)
    )
    unread = ((blind, "Microsoft.Resources/subscriptions/read", "403 AuthorizationFailed"),) if blind else ()
    return replace(
        base,
        started=quarterly.written(now),
        finished=quarterly.written(now + timedelta(minutes=7)),
        complete=False,
        counts={name: sum(item.status == name for item in findings) for name in base.counts},
        findings=findings,
        unseen=(*base.unseen, *unread),
        present=frozenset(key for key in base.present if blind is None or not _lies_in(key, blind)),
        waivers=(WAIVER,) if waived else (),
        snapshot_hash=f"{now:%Y%m%d}" * 8,
    )


def _lies_in(resource_id: str, subscription: str) -> bool:
    return resource_id.lower().startswith(f"{subscription.lower()}/")


def _waived(item: Judged) -> Judged:
    fits = (item.rule, item.resource_name) == WAIVED[:2] and item.status == "fail"
    return replace(item, status="waived") if fits else item


def main() -> None:
    """Write the samples."""
    FOLDER.mkdir(exist_ok=True)
    report = make_report()
    for name, file in (("html", "report.html"), ("markdown", "report.md"), ("pdf", "report.pdf")):
        written: str | bytes = FORMATS[name].load()(report)
        (FOLDER / file).write_bytes(written.encode() if isinstance(written, str) else written)


if __name__ == "__main__":
    main()
