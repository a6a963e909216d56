"""When audits looked: for each pair of rule and resource, the stretches of time in which its state is known.

What a run saw holds until the next run that looked at the same pair begins, if that is on the same or on the next day. A
day (in UTC) on which no run looked is time without an audit, all of it: nothing that was seen before is carried into it.
Before the first run of the period, and after the day of the last, nothing is known either.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from auditor.model.durations import parse_moment
from auditor.model.types import subscription_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.history.period import Interval, Period

DAY: Final = 86_400


def seconds_of(moment: str) -> int:
    """A time of the history as whole seconds since 1970."""
    found = parse_moment(moment)
    if found is None:
        raise ValueError(f"the history holds {moment!r} where a time belongs")
    return int(found.timestamp())


def moment_of(seconds: int) -> str:
    """Whole seconds since 1970 as the history writes times."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def scope_key(scope: str) -> str:
    """A subscription of a run's scope, given as its id or its GUID, as `subscription_of` names those of resources."""
    return subscription_of(scope) or f"/subscriptions/{scope.lower()}"


@dataclass(frozen=True, slots=True)
class Looks:
    """The runs that looked at a pair, in order: their numbers, when they began, and until when what they saw holds."""

    numbers: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def known(self, start: int, end: int) -> int:
        """How many seconds between two times are covered by what a run saw."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        covered = 0
        for begun, over in zip(self.starts[first:], self.ends[first:], strict=True):
            if begun >= end:
                break
            covered += max(min(over, end) - max(begun, start), 0)
        return covered

    def holds_until(self, moment: int) -> int:
        """Until when that holds which the run of a time, or the last one before it, saw; the time itself without one."""
        place = bisect_right(self.starts, moment)
        return self.ends[place - 1] if place else moment


class Watch:
    """The looks of a period, by rule and subscription; made once for each, as a history holds thousands of pairs."""

    def __init__(self, period: Period) -> None:
        self.since = seconds_of(period.since)
        self.until = seconds_of(period.until)
        self._runs = [(run, seconds_of(run.started), frozenset(map(scope_key, run.scope))) for run in period.runs]
        self._scopes = {run.number: scope for run, _, scope in self._runs}
        self._widest = frozenset[str]().union(*self._scopes.values())
        self._looks: dict[tuple[str, frozenset[str]], Looks] = {}
        self.first_day = self.since // DAY

    @property
    def days(self) -> int:
        """How many days the period touches."""
        return -(-self.until // DAY) - self.first_day

    def day_of(self, moment: int) -> int:
        """The number of a day in the period, from nought."""
        return moment // DAY - self.first_day

    @property
    def audits(self) -> int:
        """How many runs there were."""
        return len(self._runs)

    def asked(self, rule: str) -> int:
        """How many runs judged by a rule."""
        return sum(rule in run.rules for run, _, _ in self._runs)

    def looks(self, interval: Interval) -> Looks:
        """The runs that looked at a pair: those that had its rule, and its subscription in their scope.

        What lies in no subscription (the register of models, stores known only by name) was looked at for certain only by
        runs whose scope was at least that of the last run that saw it.
        """
        subscription = subscription_of(interval.resource_id)
        if subscription is not None:
            needed = frozenset({subscription})
        else:
            needed = self._scopes.get(interval.last_run, self._widest)
        key = (interval.rule, needed)
        found = self._looks.get(key)
        if found is None:
            found = self._looks[key] = self._made(*key)
        return found

    def _made(self, rule: str, needed: frozenset[str]) -> Looks:
        """A run that began before another and was recorded after it tells nothing new, and is left out."""
        numbers: list[int] = []
        starts: list[int] = []
        for run, begun, scope in self._runs:
            if rule in run.rules and needed <= scope and (not starts or begun >= starts[-1]):
                numbers.append(run.number)
                starts.append(begun)
        return Looks(tuple(numbers), tuple(starts), _ends(starts, self.until))


def _ends(starts: Sequence[int], until: int) -> tuple[int, ...]:
    """Until when each look holds: to the next one if it is near enough, else to the end of its day."""
    ends = []
    for start, following in zip(starts, [*starts[1:], None], strict=False):
        near = following is not None and following // DAY - start // DAY <= 1
        ends.append(min(following if following is not None and near else (start // DAY + 1) * DAY, until))
    return tuple(ends)
