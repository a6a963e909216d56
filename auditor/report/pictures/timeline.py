"""Lays out the models' time line: from its making to its expiry, with the date by which it has to be deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from auditor.model.durations import parse_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.report.report import Model

WIDTH: Final = 360
HEIGHT: Final = 24
_MARGIN: Final = 8
_MOST_TICKS: Final = 6
_LONGEST: Final = timedelta(days=366 * 12)


@dataclass(frozen=True, slots=True)
class Life:
    """A model on the line; an end is None where its date is not known, `age` is in days."""

    model: Model
    start: float | None
    end: float | None
    due: float | None
    overdue: bool
    expired: bool
    age: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """All models on one scale of time; `now` is the moment of the audit."""

    lives: tuple[Life, ...]
    ticks: tuple[tuple[float, str], ...]
    now: float | None
    width: float = WIDTH
    height: float = HEIGHT


def draw(models: Sequence[Model], now: str) -> Line:
    """Lay out the models on a scale that holds all their dates and the moment of the audit."""
    moment = parse_moment(now)
    dates = [_dates(model) for model in models]
    known = [date for three in dates for date in three if date is not None]
    known += [] if moment is None else [moment]
    if not known:
        return Line(
            tuple(Life(model, None, None, None, overdue=False, expired=False, age=None) for model in models), (), None
        )
    middle = moment or known[0]
    first = max(min(known), middle - _LONGEST)
    last = min(max(known), middle + _LONGEST)
    scale = _Scale(first, max(last, first + timedelta(days=30)))
    lives = tuple(_life(model, three, scale, moment) for model, three in zip(models, dates, strict=True))
    return Line(lives, _ticks(scale), None if moment is None else scale(moment))


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime

    def __call__(self, date: datetime) -> float:
        share = (min(max(date, self.first), self.last) - self.first) / (self.last - self.first)
        return round(_MARGIN + share * (WIDTH - 2 * _MARGIN), 1)


def _dates(model: Model) -> tuple[datetime | None, datetime | None, datetime | None]:
    created, expires, due = (
        None if text is None else parse_moment(text) for text in (model.created, model.expires, model.delete_by)
    )
    return created, expires, due


def _life(
    model: Model, dates: tuple[datetime | None, datetime | None, datetime | None], scale: _Scale, now: datetime | None
) -> Life:
    created, expires, due = dates
    return Life(
        model,
        *(None if date is None else scale(date) for date in dates),
        overdue=due is not None and now is not None and due < now,
        expired=expires is not None and now is not None and expires < now,
        age=None if created is None or now is None else (now - created).days,
    )


def _ticks(scale: _Scale) -> tuple[tuple[float, str], ...]:
    """The first of January of each year, or of every second, third … one when there are many."""
    years = range(scale.first.year + 1, scale.last.year + 1)
    step = -(-len(years) // _MOST_TICKS) or 1
    return tuple(_labelled(scale, years[::step]))


def _labelled(scale: _Scale, years: Iterable[int]) -> list[tuple[float, str]]:
    return [(scale(datetime(year, 1, 1, tzinfo=UTC)), str(year)) for year in years]
