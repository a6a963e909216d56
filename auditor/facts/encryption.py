"""What a customer-managed key of an account encrypts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from auditor.facts.parts import part_of
from auditor.model.durations import parse_moment
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

COVERS_RESULTS: Final = datetime(2023, 7, 31, tzinfo=UTC)
"""Since when the key of an account covers results too (Encrypt data at rest, Microsoft Learn; azure-facts 3a)."""
_OWN_KEY: Final = "microsoft.keyvault"


def key_coverage(account: Resource, estate: Estate) -> Json:  # noqa: ARG001
    """Whether the account's customer-managed key covers results, or models alone; None where it has no such key.

    Keys turned on before the change cover models alone until they are turned off and on again. Azure tells when the
    account was made and when it was changed last, not when its key was: an old account that was changed since is not
    known.
    """
    source = part_of(account.body, "properties", "encryption", "keySource")
    if isinstance(source, Unread):
        return source
    if not isinstance(source, str) or source.lower() != _OWN_KEY:
        return None
    made = _moment(part_of(account.body, "properties", "dateCreated"), "was made")
    if isinstance(made, Unread):
        return {"results": made, "words": made.why}
    if made >= COVERS_RESULTS:
        words = f"the account was made on {made:%Y-%m-%d}, and keys cover results since {COVERS_RESULTS:%Y-%m-%d}"
        return {"results": True, "words": words}
    words = f"the account was made on {made:%Y-%m-%d}, when keys covered models alone"
    changed = _moment(part_of(account.body, "systemData", "lastModifiedAt"), "was changed last")
    if isinstance(changed, datetime) and changed < COVERS_RESULTS:
        return {"results": False, "words": words}
    why = changed.why if isinstance(changed, Unread) else "it was changed since, and whether its key was is not told"
    return {"results": Unread(f"{words}; {why}"), "words": words}


def _moment(written: Json, what: str) -> datetime | Unread:
    if isinstance(written, Unread):
        return Unread(f"when the account {what} was not read: {written.why}")
    found = parse_moment(written) if isinstance(written, str) else None
    return found or Unread(f"when the account {what} is not told")
