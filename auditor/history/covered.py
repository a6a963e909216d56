"""What the records of runs and cuts vouch for, as lines to hash: how intervals and waivers began and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from auditor.history.tables import intervals, subjects, texts, waivers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Select

    from auditor.model.reading import Json

_BEGUN: Final = (
    "rule",
    "severity",
    "state",
    "last_known",
    "text",
    "anchor",
    "resource_id",
    "type",
    "name",
    "location",
    "first_run",
    "first_seen",
)
_ENDED: Final = ("rule", "resource_key", "first_run", "last_run", "last_seen", "until_run", "until", "ending")


def begun_line(row: Mapping[Any, Any]) -> Json:
    """The beginning of an interval."""
    return ["begun", *(row[name] for name in _BEGUN)]


def ended_line(row: Mapping[Any, Any]) -> Json:
    """The end of an interval."""
    return ["ended", *(row[name] for name in _ENDED)]


def carried_line(row: Mapping[Any, Any]) -> Json:
    """The beginning of an interval that outlives the record of the run that began it."""
    return ["carried", begun_line(row), row["seen_run"], row["seen_at"]]


def granted_line(row: Mapping[Any, Any]) -> Json:
    """The first run that had a waiver in force."""
    return ["granted", row["content"], row["first_run"], row["first_seen"]]


def lapsed_line(row: Mapping[Any, Any]) -> Json:
    """The first run that had it no more."""
    return ["lapsed", row["content"], row["first_run"], row["until_run"], row["until"]]


def whole_intervals() -> Select[Any]:
    """The query for intervals with everything that lines are made of."""
    return (
        select(intervals, subjects, texts.c.text)
        .join(subjects, subjects.c.id == intervals.c.subject)
        .join(texts, texts.c.id == intervals.c.message)
    )


def whole_waivers() -> Select[Any]:
    """The query for waivers."""
    return select(waivers)
