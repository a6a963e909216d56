"""Reading parts of a body, for all facts, and putting answers together of which some are not known."""

from __future__ import annotations

from auditor.model.reading import Json, Unread


def part_of(value: Json, *names: str) -> Json:
    """What stands below nested names; `Unread` from the first part on that was not read, None where there is nothing."""
    for name in names:
        if isinstance(value, Unread):
            return value
        value = value.get(name) if isinstance(value, dict) else None
    return value
