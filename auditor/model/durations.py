"""Lengths of time and moments, in the spellings that Azure and those who write rules use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import isodate

_SHORT = re.compile(r"^(\d+(?:\.\d+)?)\s*(m|h|d|w)$", re.IGNORECASE)
_DOTNET = re.compile(r"^(?:(\d+)\.)?([01]?\d|2[0-3]):([0-5]\d):([0-5]\d(?:\.\d+)?)$", re.ASCII)
_SECONDS: Final = {"m": 60, "h": 3600, "d": 86400, "w": 604800}
_LONGEST_TEXT: Final = 64


def parse_duration(text: str) -> timedelta | None:
    """Read `24h`, `2d`, ISO 8601 (`P1D`) or .NET's `DD.HH:MM:SS`; None for anything else.

    ISO years and months have no fixed length and are not taken, nor are .NET's hours of 24 and more: `24:00:00` is 24
    days to some of its readers and an error to others.
    """
    text = text.strip()
    if len(text) > _LONGEST_TEXT:
        return None
    try:
        if match := _SHORT.match(text):
            return timedelta(seconds=float(match[1]) * _SECONDS[match[2].lower()])
        if match := _DOTNET.match(text):
            days, hours, minutes = (int(part or 0) for part in match.groups()[:3])
            return timedelta(days=days, hours=hours, minutes=minutes, seconds=float(match[4]))
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
