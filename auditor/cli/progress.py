"""Progress on stderr: what, how many, how long still. Silent when stderr is no terminal, with `-q`, and with `-v`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auditor.cli.log import is_told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from auditor.collectors.collect import Progress


class _Silent:
    """Says nothing."""

    def expect(self, what: str, count: int) -> None:
        """So many more will come."""

    def done(self, what: str) -> None:
        """One is over."""


class _OneBar:
    """One line: what is being read now, how many calls of how many, and the time left."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID = bars.add_task("signing in", total=None)
        self._expected = 0

    def expect(self, what: str, count: int) -> None:
        """So many more will come."""
        self._expected += count
        self._bars.update(self._task, total=self._expected, description=f"reading {what}")

    def done(self, what: str) -> None:
        """One is over."""
        self._bars.update(self._task, advance=1, description=f"reading {what}")


@contextmanager
def stderr_progress(*, quiet: bool) -> Iterator[Progress]:
    """Show progress while a scan runs."""
    if quiet or is_told() or not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _OneBar(bars)
