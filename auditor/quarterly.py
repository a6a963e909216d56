"""The report about a stretch of time: which days are meant, what the history knows of them, and the rules' titles."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from auditor.errors import SourceError, UsageError
from auditor.report.period.assemble import assemble
from auditor.report.period.period_report import Title
from auditor.rulebook import load_rules
from auditor.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from auditor.history.period import Period
    from auditor.report.period.period_report import PeriodReport

_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])", re.IGNORECASE | re.ASCII)
_HINT: Final = (
    "--quarter 2026-Q3, or --from 2026-07-01 --to 2026-09-30; --to is the last day, and belongs to the period."
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a report: from the first midnight (UTC) to the last, and what people call them."""

    name: str
    since: datetime
    until: datetime


def span(quarter: str | None, first: str | None, last: str | None) -> Span:
    """The days that the user means: a quarter, or from one day to another, both included."""
    if quarter is not None and first is None and last is None:
        return _quarter(quarter)
    if quarter is None and first is not None and last is not None:
        return _days(_day("--from", first), _day("--to", last))
    raise UsageError("a report needs either a quarter, or a first and a last day", _HINT)


def _quarter(text: str) -> Span:
    match = _QUARTER.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise UsageError(f"--quarter {text}: not a quarter", _HINT)
    year, number = int(match[1]), int(match[2])
    first = date(year, 3 * number - 2, 1)
    last = date(year, 3 * number, 30 if number in {2, 3} else 31)
    return replace(_days(first, last), name=f"{year:04d}-Q{number}")


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{option} {text}: not a day", _HINT) from error


def _days(first: date, last: date) -> Span:
    if last < first:
        raise UsageError(f"--to {last} lies before --from {first}", _HINT)
    if last == date.max:
        raise UsageError(f"--to {last} is the end of the calendar", _HINT)
    since = datetime.combine(first, time.min, UTC)
    return Span(f"{first} to {last}", since, datetime.combine(last + timedelta(days=1), time.min, UTC))


def written(moment: datetime) -> str:
    """A time as the history has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def until_now(wanted: Span, now: datetime) -> Span:
    """As much of a span as has passed: of the rest nothing can be told. Raises `UsageError` if none of it has."""
    if now <= wanted.since:
        raise UsageError(f"{wanted.name} has not begun", _HINT)
    return replace(wanted, until=min(wanted.until, now.replace(microsecond=0)))


def report_from(history: str | None, wanted: Span, now: datetime, policies: Sequence[Path] = ()) -> PeriodReport:
    """Make the report of a span from the history that `--history` names; of one that is not over, up to now."""
    from auditor.history.recall import period  # noqa: PLC0415 - loads the database, which the reports do not need
    from auditor.history.store import open_store  # noqa: PLC0415

    passed = until_now(wanted, now)
    store = open_store(history, create=False)
    try:
        found = period(store, written(passed.since), written(passed.until))
    finally:
        store.close()
    return report_of(found, wanted, now, policies)


def report_of(period: Period, wanted: Span, now: datetime, policies: Sequence[Path] = ()) -> PeriodReport:
    """Make the report of what a history told about a span. Raises `SourceError` if no audit was recorded in it."""
    if not period.runs:
        raise SourceError(
            f"the history holds no audit of {wanted.name}",
            "`auditor history list` shows what it holds; --history names another one.",
        )
    rules = {rule.id: rule for rule in load_rules(policies).rules}
    interim = period.until < written(wanted.until)
    title = Title(wanted.name, period.since, period.until, interim, written(now), VERSION)
    return assemble(period, rules, title)
