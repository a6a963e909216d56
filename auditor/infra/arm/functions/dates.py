"""Functions on moments."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from auditor.infra.arm.functions.function import Function, Takes
from auditor.infra.arm.values import ArgumentError, UndecidedError, integer, text
from auditor.model.durations import parse_duration, parse_moment
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from auditor.model.reading import Json

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ISO: Final = "%Y-%m-%dT%H:%M:%SZ"
_WRITTEN: Final = (_ISO, "%Y-%m-%d %H:%M:%SZ", "%Y%m%dT%H%M%SZ")
"""How `utcNow` writes moments, in full or by the formats `u` and none; an answer is written as its start is."""
_STANDARD: Final = {"u": "%Y-%m-%d %H:%M:%SZ", "s": "%Y-%m-%dT%H:%M:%S", "d": "%m/%d/%Y", "t": "%H:%M"}
_CUSTOM: Final = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_PARTS: Final = re.compile(r"yyyy|yy|MM|dd|HH|mm|ss|[-/:. TZ_]")


def _add(base: Json, duration: Json, shape: Json = None) -> str:
    start, form = _moment(text(base))
    length = parse_duration(text(duration)) if text(duration).lstrip("+-").startswith("P") else None
    if length is None:
        raise UndecidedError(f"the duration {text(duration)} has no fixed length")
    return (start + length).strftime(form if shape is None else _shape(text(shape)))


def _moment(written: str) -> tuple[datetime, str]:
    for form in _WRITTEN:
        try:
            return datetime.strptime(written, form).replace(tzinfo=UTC), form
        except ValueError:
            continue
    moment = parse_moment(written)
    if moment is None:
        raise ArgumentError("expected a moment in ISO 8601")
    return moment.astimezone(UTC), _ISO


def _shape(written: str) -> str:
    """A format of .NET as Python writes it."""
    if standard := _STANDARD.get(written):
        return standard
    parts = _PARTS.findall(written)
    if len(written) == 1 or "".join(parts) != written:
        raise UndecidedError(f"the format {written} is not written here")
    return "".join(_CUSTOM.get(part, part) for part in parts)


def _from_epoch(seconds: Json) -> str:
    return (_EPOCH + timedelta(seconds=integer(seconds))).strftime(_ISO)


def _to_epoch(moment: Json) -> int:
    return int(_moment(text(moment))[0].timestamp())


FUNCTIONS: Final = (
    Function("dateTimeAdd", 2, 3, _add),
    Function("dateTimeFromEpoch", 1, 1, _from_epoch),
    Function("dateTimeToEpoch", 1, 1, _to_epoch),
    Function("utcNow", 0, 1, lambda *_: Unread("the time of the deployment is not known"), Takes.ANY),
)
