"""What the rules are about: accounts that host Document Intelligence, and stores that hold documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.estate import hosts_document_intelligence
from auditor.facts.links import holds_documents
from auditor.model.reading import Unread
from auditor.model.types import ACCOUNT, BY_NAME, STORAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


def subjects(estate: Estate) -> Sequence[tuple[Resource, Unread | None]]:
    """Accounts and stores, each with why it may be none of them after all; those that are none are left out."""
    return estate.once("subjects", lambda: _subjects(estate))


def _subjects(estate: Estate) -> list[tuple[Resource, Unread | None]]:
    answers = [
        *((item, hosts_document_intelligence(item)) for item in estate.snapshot.of_type(ACCOUNT)),
        *((item, holds_documents(item, estate)) for item in estate.snapshot.of_type(STORAGE)),
    ]
    return [(item, is_one if isinstance(is_one, Unread) else None) for item, is_one in answers if is_one is not False]


def unseen_subjects(estate: Estate) -> Unread | None:
    """Why there may be more of them than were seen."""
    for name in (ACCOUNT, STORAGE):
        kind = BY_NAME[name.lower()]
        for scope, why in estate.snapshot.unlisted(kind):
            return Unread(f"each {kind.label} in subscription {scope.rpartition('/')[2]} was not read: {why.why}")
    return None
