"""Who may list keys or read results: role assignments at and above a resource, by what their roles grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


def key_readers(resource: Resource, estate: Estate) -> Json:  # noqa: ARG001
    """The principals that may, and how many they are."""
    return Unread("not derived yet")
