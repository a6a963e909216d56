"""Azure's time: this machine's own, put right by what Azure's first answer says where the two are far apart.

Snapshots are stamped with it. Ages are judged as of a snapshot's time and logs are asked for up to it, so by a clock
that is days behind a blob of last week would lie in the future, and a document that is long due would not be.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from auditor.collectors.answers import moment_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TOLERATED: Final = timedelta(minutes=1)
"""What a slow answer and whole seconds make of two clocks that agree."""
_BELIEVED: Final = timedelta(days=398)
"""Certificates last no longer, so a clock that is further off lets this machine reach nobody; such a `Date` is none."""


class AzureTime:
    """The time as Azure has it; until the first answer, as this machine has it."""

    def __init__(self) -> None:
        self._ahead: timedelta | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer that was just received; the first one that tells the time counts."""
        told = moment_of(headers.get("date", "")) if self._ahead is None else None
        if told is not None:
            ahead = told - datetime.now(UTC)
            self._ahead = ahead if TOLERATED < abs(ahead) < _BELIEVED else timedelta()

    def right(self, moment: datetime) -> datetime:
        """What Azure calls a moment of this machine."""
        return moment + (self._ahead or timedelta())

    def now(self) -> datetime:
        """What Azure calls now."""
        return self.right(datetime.now(UTC))
