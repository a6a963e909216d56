"""What is logged of accounts and stores, and where the logs go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


def logging_of(resource: Resource, estate: Estate) -> Json:  # noqa: ARG001
    """Which kinds of requests are logged, and where to."""
    return Unread("not derived yet")


def receives_logs(resource: Resource, estate: Estate) -> Json:  # noqa: ARG001
    """The accounts and documents stores whose logs a workspace receives."""
    return Unread("not derived yet")
