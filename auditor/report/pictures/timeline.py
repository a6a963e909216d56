"""Lays out the models' time line: from its making to its expiry, with the date by which it has to be deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from auditor.model.durations import parse_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.report.report import Model

_MARGIN: Final = 3
_MOST_TICKS: Final = 6
_LONGEST: Final = timedelta(days=366 * 12)
_SHORTEST: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Life:
    """A model on the line, in per cent of the width; an end is None where its date is not known, `age` is in days."""

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


def draw(models: Sequence[Model], now: str) -> Line:
    """Lay out the models on a scale that holds all their dates and the moment of the audit."""
    moment = parse_moment(now)
    if moment is None:
        return Line(tuple(_life(model, None, None) for model in models), (), None)
    known = [date for model in models for date in _dates(model) if date is not None]
    first = max(min([*known, moment]), moment - _LONGEST)
    last = min(max([*known, moment]), moment + _LONGEST)
    scale = _Scale(first, max(last, first + _SHORTEST))
    return Line(tuple(_life(model, scale, moment) for model in models), _ticks(scale), scale(moment))


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime

    def __call__(self, date: datetime) -> float:
        share = (min(max(date, self.first), self.last) - self.first) / (self.last - self.first)
        return round(_MARGIN + share * (100 - 2 * _MARGIN), 2)


def _dates(model: Model) -> list[datetime | None]:
    texts = (model.created, model.expires, model.delete_by)
    return [None if text is None else parse_moment(text) for text in texts]


def _life(model: Model, scale: _Scale | None, now: datetime | None) -> Life:
    if scale is None or now is None:
        return Life(model, None, None, None, overdue=False, expired=False, age=None)
    created, expires, due = _dates(model)
    start, end, due_at = (None if date is None else scale(date) for date in (created, expires, due))
    age = None if created is None else (now - created).days
    overdue, expired = (date is not None and date < now for date in (due, expires))
    return Life(model, start, end, due_at, overdue, expired, age)


def _ticks(scale: _Scale) -> tuple[tuple[float, str], ...]:
    """The first of January of each year, or of every second, third … one when there are many."""
    years = range(scale.first.year + 1, scale.last.year + 1)
    step = max(-(-len(years) // _MOST_TICKS), 1)
    return tuple((scale(datetime(year, 1, 1, tzinfo=UTC)), str(year)) for year in years[::step])
