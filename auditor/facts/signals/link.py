"""A link: one signal that connects a storage account with Document Intelligence, and how much it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.model.resource import Resource

STRENGTHS: Final = ("proof", "grant", "intent", "declared", "hint")
"""Strongest first: documents went this way; an identity may go this way; a setting names it; the customer says so; the
Studio is let in, it is not known for which account."""


@dataclass(frozen=True, slots=True)
class Link:
    """One signal that connects a storage account (`storage`, its key) with an account, or with some account."""

    storage: str
    account: Resource | None
    signal: str
    strength: str
    words: str
    container: str | None = None

    def as_json(self) -> dict[str, Json]:
        """The link as rules and reports see it."""
        nameless = Unread("the signal does not tell which account")
        region = nameless if self.account is None else self.account.location or Unread("its region was not read")
        return {
            "account": nameless if self.account is None else self.account.id,
            "name": nameless if self.account is None else self.account.name,
            "region": region,
            "signal": self.signal,
            "strength": self.strength,
            "container": self.container,
            "words": self.words,
        }
