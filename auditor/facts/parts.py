"""Reading parts of a body, for all facts: what stands below nested names, and lists and objects where they are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable


def part_of(value: Json, *names: str) -> Json:
    """What stands below nested names; `Unread` from the first part on that was not read, None where there is nothing."""
    for name in names:
        if isinstance(value, Unread):
            return value
        value = value.get(name) if isinstance(value, dict) else None
    return value


def object_in(value: Json) -> dict[str, Any]:
    """The object; an empty one where there is none, or where it was not read."""
    return value if isinstance(value, dict) else {}


def any_of(answers: Iterable[bool | Unread]) -> bool | Unread:
    """True if one is, whatever is unread; else the first that is unread; else false."""
    doubt: bool | Unread = False
    for answer in answers:
        if answer is True:
            return True
        if isinstance(answer, Unread) and doubt is False:
            doubt = answer
    return doubt
