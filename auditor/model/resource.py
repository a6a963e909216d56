"""A resource as Azure spells it, and a gap where one could not be read."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model.types import owner_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.reading import Json


def resource_key(resource_id: str) -> str:
    """An id as ARM compares it: without case and without a slash at the end."""
    return resource_id.rstrip("/").lower()


@dataclass(frozen=True, slots=True)
class Read:
    """Where and when something was read: `GET https://…` and an ISO 8601 time in UTC."""

    source: str
    at: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file of infrastructure code: line and column count from one, None where they are not known.

    `address` is how the file names the resource: its name in the template, or its Terraform address.
    """

    file: str
    line: int | None = None
    column: int | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where infrastructure code declares a resource and its properties.

    `places` gives line and column by path, in small letters and as rules write it (`properties.minimumtlsversion`,
    `properties.cors.corsrules[0].allowedorigins`); the empty path is the resource itself.
    """

    file: str
    address: str | None
    places: Mapping[str, tuple[int, int]]

    def place(self, path: str = "") -> Place:
        """The place of a property, or of the nearest thing around it that has one."""
        text = path.lower()
        found = self.places.get(text)
        while text and found is None:
            text = text[: max(text.rfind("."), text.rfind("["), 0)]
            found = self.places.get(text)
        line, column = found or (None, None)
        return Place(self.file, line, column, self.address)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: `body` is the JSON as Azure sent it (secrets cut out), into which nobody writes.

    A leaf of `body` may be an `Unread`. `read` is None in snapshots made by hand, `origin` for everything but
    infrastructure code.
    """

    body: Mapping[str, Json]
    read: Read | None = None
    origin: Origin | None = None
    key: str = field(init=False)
    type_key: str = field(init=False)
    owner: str | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", resource_key(self.id))
        owner = owner_of(self.key, self.type)
        object.__setattr__(self, "type_key", sys.intern(self.type.lower()))
        object.__setattr__(self, "owner", None if owner is None else sys.intern(owner))  # children share their owner's

    @property
    def id(self) -> str:
        """The ARM id, as Azure spelled it."""
        return str(self.body["id"])

    @property
    def type(self) -> str:
        """The type, as Azure spelled it."""
        return str(self.body["type"])

    @property
    def name(self) -> str:
        """The name, or the last part of the id where the body has none."""
        name = self.body.get("name")
        return name if isinstance(name, str) and name else self.id.rstrip("/").rpartition("/")[2]

    @property
    def location(self) -> str | None:
        """The region as written, where the resource has one."""
        location = self.body.get("location")
        return location if isinstance(location, str) else None


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something that could not be read: the scope's id, the operation (the right that reads it), why, and when."""

    scope: str
    operation: str
    reason: str
    at: str = ""


@dataclass(frozen=True, slots=True, order=True)
class ListRead:
    """A list that was read to its end, empty or not: `of` is the owner's id, `operation` the right that reads it."""

    of: str
    operation: str
    source: str = ""
    at: str = ""
