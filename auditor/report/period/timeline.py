"""The intervals of each pair, cut to the period: how long each state held, and for how long of that it was known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.history.period import STATES
from auditor.report.period.shares import Shares
from auditor.report.period.watch import seconds_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.history.period import Interval, Period, State
    from auditor.report.period.watch import Watch


@dataclass(frozen=True, slots=True)
class Stretch:
    """An interval as far as the period reaches, in seconds.

    `begins` is its own beginning, which may lie before the period; `ends_at` its end, None if it lasts beyond the period;
    `last_seen` is within the period. `length` is its time within the period, `known` how much of that was watched.
    """

    interval: Interval
    begins: int
    ends_at: int | None
    last_seen: int
    length: int
    known: int

    def seconds(self) -> dict[State, int]:
        """Its time by state: what was not watched is not seen, whatever it was before."""
        seconds: dict[State, int] = dict.fromkeys(STATES, 0)
        seconds[self.interval.state] += self.known
        seconds["notSeen"] += self.length - self.known
        return seconds


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule and a resource with their stretches in order, and the worst state that was seen on each day."""

    stretches: tuple[Stretch, ...]
    days: tuple[tuple[int, State], ...]

    @property
    def about(self) -> Interval:
        """What the resource was last called."""
        return self.stretches[-1].interval

    @property
    def shares(self) -> Shares:
        """Its time by state."""
        seconds: dict[State, int] = dict.fromkeys(STATES, 0)
        for stretch in self.stretches:
            for state, value in stretch.seconds().items():
                seconds[state] += value
        return Shares(seconds)


def pairs_of(period: Period, watch: Watch) -> list[Pair]:
    """Every pair of a period, in order of rule, name and id of the resource."""
    grouped: defaultdict[tuple[str, str], list[Interval]] = defaultdict(list)
    for interval in period.intervals:
        grouped[interval.rule, interval.fingerprint].append(interval)
    pairs = []
    for intervals in grouped.values():
        stretches = [_stretch(item, watch) for item in intervals]
        within = sorted((item for item in stretches if item is not None), key=lambda item: item.begins)
        if within:
            pairs.append(Pair(tuple(within), _days([item.interval for item in within], watch)))
    return sorted(pairs, key=lambda pair: (pair.about.rule, pair.about.resource_name.lower(), pair.about.resource_id))


def _stretch(interval: Interval, watch: Watch) -> Stretch | None:
    """Cut an interval to the period; None if it lies outside. What came after the period is not looked at."""
    begins = seconds_of(interval.first_seen)
    ends = None if interval.until is None else seconds_of(interval.until)
    if begins >= watch.until or (ends is not None and ends <= watch.since):
        return None
    if ends is not None and ends >= watch.until:
        ends = None
    looks = watch.looks(interval)
    last_seen = seconds_of(interval.last_seen)
    if last_seen >= watch.until:
        last_seen = looks.starts[-1] if looks.starts else begins
    start, stop = max(begins, watch.since), watch.until if ends is None else ends
    known = 0
    if interval.state != "notSeen":
        known = looks.known(start, stop if ends is not None else min(stop, looks.holds_until(last_seen)))
    return Stretch(interval, begins, ends, last_seen, stop - start, known)


def _days(intervals: Sequence[Interval], watch: Watch) -> tuple[tuple[int, State], ...]:
    """The worst state that the runs of each day saw."""
    worst: dict[int, State] = {}
    for interval in intervals:
        looks = watch.looks(interval)
        first, last = bisect_left(looks.numbers, interval.first_run), bisect_right(looks.numbers, interval.last_run)
        for start in looks.starts[first:last]:
            day = watch.day_of(start)
            worst[day] = worse(worst.get(day), interval.state)
    return tuple(worst.items())


def worse(one: State | None, other: State) -> State:
    """The worse of two states; nothing is better than any."""
    return other if one is None else min(one, other, key=STATES.index)
