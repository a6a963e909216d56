"""Reading parts of a body, for all facts, and putting answers together of which some are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.model.reading import Json, Unread, read_whole

if TYPE_CHECKING:
    from collections.abc import Iterable


def part_of(value: Json, *names: str) -> Json:
    """What stands below nested names; `Unread` from the first part on that was not read, None where there is nothing."""
    for name in names:
        if isinstance(value, Unread):
            return value
        value = value.get(name) if isinstance(value, dict) else None
    return value


def elements_of(value: Json, what: str) -> list[Json]:
    """The elements of a list, none where there is no list; one `Unread` in place of a list that was not read.

    `what` names the list in a report: "its firewall rules".
    """
    if value is None:
        return []
    if isinstance(value, list):
        return value
    return [Unread(f"{what} were not read: {value.why}" if isinstance(value, Unread) else f"{what} are no list")]


def object_in(value: Json) -> dict[str, Any]:
    """The object; an empty one where there is none, or where it was not read."""
    return value if isinstance(value, dict) else {}


def objects_in(value: Json) -> list[dict[str, Any]]:
    """The elements of a list, empty objects for those that are none; no elements where there is no list."""
    return [object_in(item) for item in list_in(value)]


def list_in(value: Json) -> list[Json]:
    """The list; an empty one where there is none, or where it was not read."""
    return value if isinstance(value, list) else []


def text_in(value: Json) -> str:
    """The text; an empty one where there is none, or where it was not read."""
    return value if isinstance(value, str) else ""


def is_hidden(value: Json, *names: str) -> bool:
    """Whether a part of what stands below nested names could not be read."""
    return not read_whole(part_of(value, *names))


def any_of(answers: Iterable[bool | Unread]) -> bool | Unread:
    """True if one is, whatever is unread; else the first that is unread; else false."""
    doubt: bool | Unread = False
    for answer in answers:
        if answer is True:
            return True
        if isinstance(answer, Unread) and doubt is False:
            doubt = answer
    return doubt


def all_of(answers: Iterable[bool | Unread]) -> bool | Unread:
    """False if one is, whatever is unread; else the first that is unread; else true."""
    doubt: bool | Unread = True
    for answer in answers:
        if answer is False:
            return False
        if isinstance(answer, Unread) and doubt is True:
            doubt = answer
    return doubt
