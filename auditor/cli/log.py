"""What `-v` and `-vv` write to stderr: the steps of an audit, and every request that is made for it.

Whatever is logged goes through one formatter, which cuts out secrets by their shape, shows what would hide or reorder
text, and keeps to one line. Bodies and headers are not logged by anybody.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from auditor.model.redaction import cut_text
from auditor.report.wording import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS: Final = "auditor"
_LEVELS: Final[Sequence[dict[str, int]]] = (
    {OURS: logging.WARNING, "azure.identity": logging.CRITICAL},
    {OURS: logging.INFO, "azure.identity": logging.CRITICAL},
    {OURS: logging.DEBUG, "azure.identity": logging.INFO},
)
"""By how often `-v` is given: how much each logger tells. How azure-identity signs in is told from the second on."""


class Guarded(logging.Formatter):
    """One line without secrets, whatever the record holds."""

    def format(self, record: logging.LogRecord) -> str:
        """`06:00:01.250 what happened`, in UTC."""
        clock = time.strftime("%H:%M:%S", time.gmtime(record.created))
        return f"{clock}.{int(record.msecs):03d} {guarded(record.getMessage())}"


def guarded(text: str, *, keep: str = "") -> str:
    """The text as it may stand on stderr: without secrets, and without letters that hide or reorder it."""
    return visible(cut_text(text, free_text=True), keep=keep)


def log_to_stderr(level: int) -> None:
    """Log from now on as much as `-v` was given times; with 0, nothing. What an earlier call had set up goes."""
    for name, tells in _LEVELS[min(level, len(_LEVELS) - 1)].items():
        logger = logging.getLogger(name)
        for handler in [item for item in logger.handlers if isinstance(item.formatter, Guarded)]:
            logger.removeHandler(handler)
        logger.setLevel(tells)
        if level:
            handler = logging.StreamHandler()
            handler.setFormatter(Guarded())
            logger.addHandler(handler)


def is_told() -> bool:
    """Whether steps are logged, so that a line that moves would only be in the way."""
    return logging.getLogger(OURS).isEnabledFor(logging.INFO)
