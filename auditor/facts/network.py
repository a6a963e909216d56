"""What a firewall lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


def firewall(resource: Resource, estate: Estate) -> Json:  # noqa: ARG001
    """The ranges of addresses, each with the length of its prefix."""
    return Unread("not derived yet")
