"""Puts the rooms together: collect or read, derive, judge, assemble. The only module that knows them all."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

from auditor.errors import SourceError, UsageError
from auditor.facts.blind_spots import blind_spots
from auditor.facts.catalogue import FACTS
from auditor.facts.changes import concerned_by
from auditor.facts.deleted_storage import deleted_names
from auditor.facts.derive import Facts
from auditor.facts.estate import Estate
from auditor.facts.links import UNSEEN, holds_documents_so_far, used_elsewhere
from auditor.facts.log_archives import archives
from auditor.model.durations import parse_moment
from auditor.model.finding import SEVERITIES
from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.snapshot import AZURE, INFRASTRUCTURE, Snapshot, Stopped
from auditor.model.snapshot_file import read_snapshot, saving
from auditor.model.types import (
    ACCOUNT_TLS,
    BATCH_RESULTS,
    BLOB_LOGS,
    CALL_METRICS,
    CLASSIFIER,
    DOCUMENT_ACCESS,
    INSPECTION,
    LOCATION,
    MODEL,
    OPERATION,
    REQUEST_LOGS,
    STORAGE,
    STORAGE_TLS,
    SUBSCRIPTION,
)
from auditor.policy.judge import group_by_type, judge
from auditor.policy.loader import Policy, compile_all
from auditor.policy.needs import types_needed
from auditor.report.assemble import Basis, assemble
from auditor.report.baseline import NOTHING_BEFORE
from auditor.report.coverage import unanswerable
from auditor.rulebook import load_rules, types_of
from auditor.saving import Saving
from auditor.version import VERSION
from auditor.waivers import MAX_WAIVER_DAYS, waive
from auditor.yaml_source import nearest, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from auditor.collectors.collect import Progress
    from auditor.model.waiver import Applied, Waiver
    from auditor.policy.judge import Judged
    from auditor.policy.rule import Rule
    from auditor.report.baseline import Baseline
    from auditor.report.report import Report
    from auditor.saving import Resumed
    from auditor.statements import Statement

LOCAL: Final = "local"
"""The executor that is no cluster: this machine."""
_LOG: Final = logging.getLogger(__name__)
_OURS: Final = MAX_WAIVER_DAYS
"""The parameter that belongs to no rule; it stands in the report with the others, since it says how much may be waived."""
_PROFILE_RULES: Final[Mapping[str, frozenset[str]]] = {
    "baseline": frozenset({"baseline"}),
    "strict": frozenset({"baseline", "strict"}),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user chose to judge by: rule folders (none: ours), profile, parameters, scope.

    `all_documents` is `--scope all`, `declared_only` is `--scope declared`; see `Estate`.
    """

    policies: tuple[Path, ...] = ()
    profile: str = "baseline"
    parameters: Mapping[str, str] = field(default_factory=dict)
    all_documents: bool = False
    declared_only: bool = False

    def estate(self, snapshot: Snapshot, now: datetime) -> Estate:
        """The snapshot as facts see it."""
        return Estate(snapshot, now, self.all_documents, self.declared_only)


@dataclass(frozen=True, slots=True)
class Audit:
    """A policy, ready to judge: the rules of the profile, compiled with the parameters."""

    policy: Policy
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Json]
    choice: Choice

    @property
    def needs(self) -> dict[str, frozenset[str]]:
        """By rule, the types of resources that it reads."""
        return types_of(self.rules)

    @property
    def applied_by_rule(self) -> dict[str, bool]:
        """By id of each rule that was loaded, whether the profile has it."""
        return dict.fromkeys((rule.id for rule in self.policy.rules), False) | {rule.id: True for rule in self.rules}

    @property
    def max_waiver_days(self) -> float:
        """The longest that a waiver may last."""
        return cast("float", self.parameters[MAX_WAIVER_DAYS.name])  # a value keeps the kind of its default

    @property
    def types(self) -> frozenset[str]:
        """All types that must be collected."""
        hears = {
            (about.lower(), fact.name.lower()): (*fact.reads, *fact.hears) for fact in FACTS for about in fact.about
        }
        return frozenset({SUBSCRIPTION}).union(*(types_needed(rule, hears) for rule in self.rules))


def prepare(choice: Choice) -> Audit:
    """Load the rules of a profile and check the parameters that the user set."""
    policy = load_rules(choice.policies)
    rules = tuple(rule for rule in policy.rules if rule.profile in _PROFILE_RULES[choice.profile])
    if not rules:
        raise UsageError(f"no rule belongs to the profile {choice.profile}", "--profile strict takes all rules.")
    _LOG.info(
        "rules: %d of %d, profile %s, policy %s", len(rules), len(policy.rules), choice.profile, policy.sha256[:12]
    )
    return Audit(policy, rules, _parameters(policy, rules, choice.parameters), choice)


def _parameters(policy: Policy, rules: Sequence[Rule], chosen: Mapping[str, str]) -> dict[str, Json]:
    """All parameters by name, as the user set them or by default. A name means the same in every rule that has it."""
    known = {item.name: item for rule in policy.rules for item in rule.parameters} | {_OURS.name: _OURS}
    values: dict[str, Json] = {item.name: item.default for rule in rules for item in rule.parameters}
    values[_OURS.name] = _OURS.default
    for name, text in chosen.items():
        if name not in known:
            raise UsageError(f"no rule has a parameter {name}", f"--set: {nearest(name, known)}")
        value = parse_yaml(text, name).value
        wanted = known[name]
        if _kind(value) != _kind(wanted.default):
            raise UsageError(
                f"--set {name}={text}: {name} is a {_kind(wanted.default)}", f"Its default is {wanted.default}."
            )
        if wanted.allowed and value not in wanted.allowed:
            allowed = ", ".join(map(str, wanted.allowed))
            raise UsageError(f"--set {name}={text}: that value is not allowed", f"Allowed: {allowed}.")
        values[name] = value
    return values


def _kind(value: Json) -> str:
    names = {str: "text", int: "number", float: "number", bool: "truth value", list: "list"}
    return names.get(type(value), "value")


def judge_snapshot(
    audit: Audit,
    snapshot: Snapshot,
    *,
    explain_passes: bool = True,
    charts: bool = True,
    changed: frozenset[str] | None = None,
    baseline: Baseline = NOTHING_BEFORE,
    waivers: Sequence[Waiver] = (),
) -> Report:
    """Derive, judge and assemble. Pure: the same snapshot and rules give the same report.

    Without `explain_passes` findings that pass carry no evidence and no sentence, and without `charts` the report has no
    data for charts: for formats that do not show them.
    With `changed`, keys of resources, only what that change concerns is judged; the rest is there for what follows from
    it. What the `baseline` knows is shown as such, and what the `waivers` allow is waived.
    Ages and waivers count to the moment at which the snapshot was begun, so that an old one is judged as of then.
    """
    now = parse_moment(snapshot.header.started)
    if now is None:
        raise SourceError(
            f"the snapshot's time {snapshot.header.started!r} cannot be read", "It is an ISO 8601 time in UTC."
        )
    facts = Facts(audit.choice.estate(snapshot, now))
    elsewhere = _unseen_stores(facts.estate)
    if elsewhere:
        snapshot = snapshot.extended(elsewhere, ())
        facts = Facts(audit.choice.estate(snapshot, now))
    compiled = compile_all(audit.policy, audit.rules, audit.parameters)
    judged = judge(group_by_type(compiled), snapshot, facts, now, explain_passes=explain_passes)
    _LOG.info("judged: %d findings about %d resources", len(judged.findings), len(snapshot.resources))
    judged, applied = _waived(judged, waivers, now, audit.applied_by_rule)
    if changed is not None:
        concerned = concerned_by(changed, facts.estate)
        notable = tuple(item for item in judged.notable if item.subject.key in concerned)
        judged = replace(judged, notable=notable, passed=judged.passed.among(concerned))
        applied = tuple(item.among(concerned) for item in applied)
    basis = Basis(
        audit.choice.profile,
        audit.parameters,
        audit.policy.sha256,
        audit.rules,
        audit.needs,
        VERSION,
        baseline,
        applied,
    )
    unasked = unanswerable(audit.rules, judged) if snapshot.header.kind == INFRASTRUCTURE else ()
    spots = (*blind_spots(facts.estate), *unasked)
    return assemble(basis, snapshot, facts, judged, spots, charts=charts)


def _waived(
    judged: Judged, waivers: Sequence[Waiver], now: datetime, rules: Mapping[str, bool]
) -> tuple[Judged, tuple[Applied, ...]]:
    """What was judged, with the waivers applied. They concern few rules; the findings of others stay as they are."""
    concerned = {waiver.rule for waiver in waivers}
    found = judged.findings
    waived = waive([item for rule in sorted(concerned) for item in found.of(rule)], waivers, now, rules)
    others = [item for item in judged.notable if item.rule not in concerned]
    notable = [*others, *(item for item in waived.findings if item.status != "pass")]
    notable.sort(key=lambda item: (item.rule, item.subject.id.lower()))
    return replace(judged, notable=tuple(notable)), waived.applied


def _unseen_stores(estate: Estate) -> list[Resource]:
    """Stores that are proven to be used and were not seen: all that is known of them is that they hold documents.

    One that is deleted is judged as such.
    """
    if estate.snapshot.header.kind != AZURE:
        return []
    found: dict[str, Resource] = {}
    deleted = deleted_names(estate)
    for source in used_elsewhere(estate):
        if source.storage in deleted:
            continue
        unread = Unread(f"{source.words}, but it lies outside of what was read")
        body: dict[str, Any] = dict.fromkeys(("sku", "kind", "location", "properties"), unread)
        body |= {"id": f"{UNSEEN}/providers/{STORAGE}/{source.storage}", "type": STORAGE, "name": source.storage}
        found.setdefault(source.storage, Resource(body))
    return list(found.values())


def read_saved(path: Path, statements: Sequence[Statement]) -> Snapshot:
    """Read a saved snapshot, with what the customer states now in place of what was stated then."""
    snapshot = read_snapshot(path)
    for statement in statements:
        snapshot = statement.added_to(snapshot)
    _LOG.info("snapshot %s: %d resources, %d gaps", path, len(snapshot.resources), len(snapshot.gaps))
    return snapshot


def nothing_was_read(snapshot: Snapshot) -> bool:
    """Whether an audit of Azure saw no more than the subscriptions themselves, although there was more to ask for."""
    beyond = {item.type_key for item in snapshot.resources} - {SUBSCRIPTION.lower(), LOCATION.lower()}
    beyond = {key for key in beyond if not key.startswith("auditor.register/")}
    listed = [
        read for read in snapshot.reads if not read.operation.lower().startswith(("auditor.", "microsoft.resources"))
    ]
    return bool(snapshot.gaps) and not beyond and not listed


def fails(report: Report, fail_on: str, *, fail_on_unknown: bool) -> bool:
    """Whether a report holds a finding at or above a severity, or an unknown where these count, that is new."""
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    new = [line for line in report.notable if not line.known]
    if any(line.finding.status == "fail" and line.rule.severity in counted for line in new):
        return True
    return fail_on_unknown and (any(line.finding.status == "unknown" for line in new) or not report.complete)


@dataclass(frozen=True, slots=True)
class LiveScan:
    """What to read of Azure, as the user said it, where to keep it (`save_to`), and which machines do so (`executor`).

    `resumed` is what the file holds of a scan that broke off.
    """

    subscriptions: tuple[str, ...] = ()
    management_group: str | None = None
    cloud: str = "public"
    auth: str | None = None
    no_models: bool = False
    no_logs: bool = False
    no_probe: bool = False
    inspect_blobs: bool = False
    batch_results: bool = False
    save_to: Path | None = None
    resumed: Resumed | None = None
    executor: str = LOCAL
    scheduler: str = ""


_LEFT_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "--no-models was given": (MODEL, CLASSIFIER, OPERATION, BATCH_RESULTS),
    "--no-logs was given": (DOCUMENT_ACCESS, REQUEST_LOGS, BLOB_LOGS, CALL_METRICS),
    "--no-probe was given": (ACCOUNT_TLS, STORAGE_TLS),
}
"""What the user can leave out, by the reason that then stands in the report."""


def _left_out(types: frozenset[str], live: LiveScan) -> dict[str, str]:
    given = {
        "--no-models was given": live.no_models,
        "--no-logs was given": live.no_logs,
        "--no-probe was given": live.no_probe,
    }
    return {name: why for why, names in _LEFT_OUT.items() if given[why] for name in names if name in types}


@dataclass(frozen=True, slots=True)
class Collected:
    """What a live scan read, and the file that holds it. `signal`: what stopped the scan before its end, 0 if nothing did."""

    snapshot: Snapshot
    kept_in: Path | None
    signal: int = 0


def collect_live(audit: Audit, live: LiveScan, statements: Sequence[Statement], progress: Progress) -> Collected:
    """Read Azure for an audit: only what its rules and facts need. With `save_to` the file is written meanwhile.

    With `resumed`, what that file holds is not asked for once more. A scan that SIGINT or SIGTERM stops gives what it
    had read by then; raises `Stopped` if that is nothing.
    """
    from auditor.collectors.collect import Cluster, Request, collect  # noqa: PLC0415 - asyncio is for those who scan

    types = audit.types if live.batch_results else audit.types - {BATCH_RESULTS}
    request = Request(
        types=types,
        subscriptions=live.subscriptions,
        management_group=live.management_group,
        cloud=live.cloud,
        auth=live.auth,
        skipped=_left_out(types, live),
        tool=VERSION,
        unasked={} if live.inspect_blobs else {INSPECTION: "--inspect-blobs was not given"},
    )
    cluster = None if live.executor == LOCAL else Cluster(live.executor, live.scheduler)
    with Saving(live.save_to, statements, live.resumed) as sink:
        signal = 0
        try:
            snapshot = collect(
                request,
                sink,
                lambda read: documents_stores(read, audit, statements),
                progress,
                begin=sink.begin,
                calls=sink.calls,
                held=sink.held,
                cluster=cluster,
            )
        except Stopped as stopped:
            if stopped.snapshot is None:
                raise
            signal, snapshot = stopped.signal, stopped.snapshot
        for statement in statements:
            snapshot = statement.added_to(snapshot)
        return Collected(snapshot, sink.end(snapshot), signal)


def complete(resumed: Resumed, statements: Sequence[Statement]) -> Collected:
    """Give the file its name of a scan that was killed between its last line and that; nothing is asked."""
    with saving(resumed.path) as file:
        file.finish()
    return Collected(read_saved(resumed.path, statements), resumed.path)


def documents_stores(snapshot: Snapshot, audit: Audit, statements: Sequence[Statement]) -> frozenset[str]:
    """The keys of storage accounts that hold documents, copies of them or logs, or may, as far as a scan that runs can tell."""
    now = parse_moment(snapshot.header.started)
    if now is None:
        raise ValueError("the collectors write the time of the header themselves")
    for statement in statements:
        snapshot = statement.added_to(snapshot)
    estate = audit.choice.estate(snapshot, now)
    stores = snapshot.of_type(STORAGE)
    held = frozenset(item.key for item in stores if holds_documents_so_far(item, estate) is not False)
    return held | archives(snapshot)
