"""Lengths of time and moments, in the spellings that Azure and those who write rules use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import isodate

_SHORT = re.compile(r"^(\d+(?:\.\d+)?)\s*(m|h|d|w)$", re.IGNORECASE)
_DOTNET = re.compile(r"^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?$")
_SECONDS: Final = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST_TEXT: Final = 64


def parse_duration(text: str) -> timedelta | None:
    """Read `24h`, `2d`, ISO 8601 (`P1D`) or .NET's `DD.HH:MM:SS`; None for anything else.

    ISO years and months have no fixed length and are not taken.
    """
    text = text.strip()
    if len(text) > _LONGEST_TEXT:
        return None
    try:
        if match := _SHORT.match(text):
            return timedelta(seconds=float(match[1]) * _SECONDS[match[2].lower()])
        if match := _DOTNET.match(text):
            days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        found = isodate.parse_duration(text)
    except (isodate.ISO8601Error, OverflowError, ValueError, ArithmeticError):
        return None
    return found if isinstance(found, timedelta) else None


def parse_moment(text: str) -> datetime | None:
    """Read an ISO 8601 date or time; without a zone it is UTC, as Azure means it. None for anything else."""
    if len(text) > _LONGEST_TEXT:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter at the ends of the calendar
        return None
