"""Builds the report about a period: every figure once, so that all formats say the same."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from auditor.model.finding import SEVERITIES
from auditor.policy.clauses import CLAUSES
from auditor.report.period import coverage
from auditor.report.period.lapses import lapses_of, tally, waives
from auditor.report.period.period_report import ClauseRow, Doubt, PeriodReport, RuleRow, Waived
from auditor.report.period.shares import added
from auditor.report.period.timeline import pairs_of
from auditor.report.period.watch import Watch, seconds_of
from auditor.report.period.words import asked_words, headline, result_of, result_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.history.period import Interval, Period, State
    from auditor.model.reading import Json
    from auditor.policy.rule import Rule
    from auditor.report.period.period_report import Lapse, Title
    from auditor.report.period.timeline import Pair


def assemble(period: Period, rules: Mapping[str, Rule], title: Title) -> PeriodReport:
    """Make the report of a period, with titles and clauses from `rules`. Pure: the same input gives the same report."""
    watch = Watch(period)
    pairs = pairs_of(period, watch)
    lapses = _lapses(pairs, period, watch)
    rows = _rules(pairs, lapses, period, rules, watch)
    shares = added(row.shares for row in rows)
    counted = tally(lapses)
    days = coverage.days(period.runs, coverage.calendar((row.days for row in rows), watch.days), lapses, watch)
    return PeriodReport(
        title=title,
        headline=headline(title.period, days, shares, counted),
        result=result_of(shares, counted, always=all(row.always for row in rows)),
        days=days,
        runs=period.runs,
        scopes=coverage.scopes(period.runs, watch),
        gaps=coverage.gaps(period.runs),
        shares=shares,
        resources=len({pair.about.resource_id.rstrip("/").lower() for pair in pairs}),
        pairs=len(pairs),
        rules=rows,
        clauses=_clauses(rows, lapses, period, watch),
        lapses=lapses,
        tally=counted,
        waivers=_waivers(period.waivers, lapses),
        doubts=_doubts(pairs, rows),
        changes=coverage.changes(period.runs),
    )


def _lapses(pairs: Sequence[Pair], period: Period, watch: Watch) -> tuple[Lapse, ...]:
    """All lapses: the worst severity first, then in order of time."""
    found = [
        lapse
        for pair in pairs
        for lapse in lapses_of(pair.stretches, watch.since, watch.until, _owner(pair.about, period.waivers))
    ]
    return tuple(
        sorted(
            found,
            key=lambda lapse: (_rank(lapse.severity), seconds_of(lapse.first_seen), lapse.rule, lapse.resource_id),
        )
    )


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _owner(interval: Interval, waivers: Iterable[Mapping[str, Json]]) -> str | None:
    """Who answers for a resource, where a waiver of the same rule says so."""
    owners = [waiver.get("owner") for waiver in waivers if waives(waiver, interval.rule, interval.resource_id)]
    return next((owner for owner in owners if isinstance(owner, str) and owner), None)


def _rules(
    pairs: Sequence[Pair], lapses: Sequence[Lapse], period: Period, rules: Mapping[str, Rule], watch: Watch
) -> tuple[RuleRow, ...]:
    """Each rule that a run had: the clause's order first, those that today's policy does not have last."""
    of_rule: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        of_rule[pair.about.rule].append(pair)
    lapsed: defaultdict[str, list[Lapse]] = defaultdict(list)
    for lapse in lapses:
        lapsed[lapse.rule].append(lapse)
    names = sorted({rule for run in period.runs for rule in run.rules} | set(of_rule))
    return tuple(_rule(name, rules.get(name), of_rule[name], lapsed[name], watch) for name in names)


def _rule(name: str, rule: Rule | None, pairs: Sequence[Pair], lapses: Sequence[Lapse], watch: Watch) -> RuleRow:
    severity = pairs[-1].about.severity if pairs else "not known"
    days: list[list[State | None]] = []
    for pair in pairs:
        row: list[State | None] = [None] * watch.days
        for day, state in pair.days:
            row[day] = state
        days.append(row)
    return RuleRow(
        rule=name,
        title=name if rule is None else rule.title,
        severity=severity if rule is None else rule.severity,
        basis=None if rule is None else rule.basis,
        known=rule is not None,
        audits=watch.asked(name),
        always=watch.asked(name) == watch.audits,
        resources=len(pairs),
        shares=added(pair.shares for pair in pairs),
        lapses=tally(lapses),
        days=coverage.calendar(days, watch.days),
    )


def _clauses(rows: Sequence[RuleRow], lapses: Sequence[Lapse], period: Period, watch: Watch) -> tuple[ClauseRow, ...]:
    """Each clause of Microsoft's page with what its rules say together."""
    clauses = []
    for promise in CLAUSES:
        serving = [row for row in rows if row.basis == promise.basis]
        names = {row.rule for row in serving}
        shares = added(row.shares for row in serving)
        counted = tally(lapse for lapse in lapses if lapse.rule in names)
        clauses.append(
            ClauseRow(
                promise=promise,
                rules=tuple(sorted(names)),
                result=result_of(shares, counted, always=all(row.always for row in serving)),
                words=result_words(shares, counted) + asked_words(serving, len(period.runs)),
                shares=shares,
                lapses=counted,
                days=coverage.calendar((row.days for row in serving), watch.days),
            )
        )
    return tuple(clauses)


def _waivers(waivers: Iterable[Mapping[str, Json]], lapses: Sequence[Lapse]) -> tuple[Waived, ...]:
    """The waivers in force, each with how many lapses it is about."""
    found = []
    for waiver in waivers:
        texts = {name: None if waiver.get(name) is None else str(waiver[name]) for name in _WAIVER}
        about = sum(waives(waiver, lapse.rule, lapse.resource_id) for lapse in lapses)
        found.append(
            Waived(
                rule=texts["rule"] or "",
                resource=texts["resource"] or "",
                reason=texts["reason"] or "",
                owner=texts["owner"],
                approved_by=texts["approvedBy"],
                ticket=texts["ticket"],
                expires=texts["expires"],
                lapses=about,
            )
        )
    return tuple(sorted(found, key=lambda item: (item.rule, item.resource, item.expires or "")))


_WAIVER = ("rule", "resource", "reason", "owner", "approvedBy", "ticket", "expires")


def _doubts(pairs: Sequence[Pair], rows: Sequence[RuleRow]) -> tuple[Doubt, ...]:
    """What could not be decided, by rule, with why as it was last said."""
    open_: defaultdict[str, list[tuple[Pair, Interval]]] = defaultdict(list)
    for pair in pairs:
        unknown = [stretch.interval for stretch in pair.stretches if stretch.interval.state == "unknown"]
        if unknown:
            open_[pair.about.rule].append((pair, unknown[-1]))
    doubts = []
    for row in rows:
        if found := open_.get(row.rule):
            latest = max(
                (interval for _, interval in found), key=lambda item: (seconds_of(item.last_seen), item.message)
            )
            names = tuple(sorted({pair.about.resource_name for pair, _ in found}))
            doubts.append(Doubt(row.rule, row.title, names, row.shares, latest.message))
    return tuple(doubts)
