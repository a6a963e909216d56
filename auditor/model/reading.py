"""What comes of reading a property: found, missing, or unread. Never one value for all three.

*Missing* means that the object was read and the property is not in it (Azure writes an unset property as `null` or
leaves it out, so both are missing). *Unread* means that nobody looked, was allowed to look, or can know before
deployment. An `Unread` may stand anywhere inside the JSON of a resource or a fact; a snapshot file writes it as
`{"$unread": "why"}`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value as the `json` module reads it; inside resources and facts a leaf may also be an `Unread`."""


@dataclass(frozen=True, slots=True)
class Found:
    """The property is there, with this value."""

    value: Json


@dataclass(frozen=True, slots=True)
class Missing:
    """The object was read, and the property is not in it."""


@dataclass(frozen=True, slots=True)
class Unread:
    """The object was not read; `why` is a phrase for the report, without a full stop.

    `settled_by` tells what would settle the question where reading more of the configuration cannot: the verdict is
    then "not provable", which a report keeps apart from "not seen".
    """

    why: str
    settled_by: str | None = None


Reading: TypeAlias = Found | Missing | Unread
MISSING = Missing()
LIVE_SCAN = "a live scan"
"""What settles (`Unread.settled_by`) questions about what no file of infrastructure code holds."""
UNREAD_KEY = "$unread"


def read_whole(value: Json) -> bool:
    """Whether no part of a JSON value is unread."""
    match value:
        case Unread():
            return False
        case dict():
            return all(read_whole(item) for item in value.values())
        case list() | tuple():
            return all(read_whole(item) for item in value)
        case _:
            return True


def mark_unread(value: Json) -> Json:
    """Replace each `{"$unread": why}` in a JSON value by `Unread(why)`; the argument is left as it is."""
    match value:
        case {"$unread": str(why)} if len(value) == 1:
            return Unread(why)
        case dict():
            return {sys.intern(key): mark_unread(item) for key, item in value.items()}  # names are few, and repeat
        case list():
            return [mark_unread(item) for item in value]
        case _:
            return value


def plain(value: Json) -> Json:
    """Turn `Unread` leaves back into `{"$unread": why}`, so that the value can be written as JSON."""
    match value:
        case Unread(why=why):
            return {UNREAD_KEY: why}
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value
