"""Keeps what a scan reads in a snapshot file, and goes on with the file of a scan that broke off."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from auditor.errors import SnapshotFormatError, SourceError, UsageError
from auditor.model.durations import parse_moment
from auditor.model.snapshot import AZURE
from auditor.model.snapshot_file import read_with_calls, saving
from auditor.model.whole_file import PARTIAL, partial_of
from auditor.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from auditor.collectors.held import Held
    from auditor.model.resource import Gap, ListRead, Resource
    from auditor.model.snapshot import Asked, Header, Snapshot
    from auditor.model.snapshot_file import SnapshotFile, SnapshotWriter
    from auditor.statements import Statement

_LOG: Final = logging.getLogger(__name__)
OLDEST: Final = timedelta(hours=24)
"""Ages count to the start of a scan, and what the service keeps it keeps for a day: a longer scan would describe no time."""
_ANEW: Final = "Begin anew: `auditor scan --save-snapshot {path}`."


@dataclass(frozen=True, slots=True)
class Resumed:
    """The file of a scan that broke off: its name when it is whole, where it lies now, what it holds, and how old that is.

    `calls`: what it took so far, by operation. `stamp` tells whether the file has changed since it was read.
    """

    path: Path
    source: Path
    snapshot: Snapshot
    asked: Asked
    calls: Mapping[str, int]
    age: timedelta
    stamp: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing but its name is missing."""
        return self.snapshot.end is not None


def find_resumed(file: Path) -> Resumed:
    """Read what a scan can go on with; the file may be named as it will be, or as it is (`.partial`).

    Raises `UsageError` where there is nothing to go on with, or where going on would give another result than a scan
    that nothing had disturbed.
    """
    path = file.with_name(file.name.removesuffix(PARTIAL))
    source = partial_of(path) if partial_of(path).exists() else path
    anew = _ANEW.format(path=path)
    stamp = _stamp(source)
    try:
        snapshot, calls = read_with_calls(source)
    except SnapshotFormatError as error:
        raise UsageError(f"there is nothing to resume: {error.problem}", anew) from error
    header, asked = snapshot.header, snapshot.header.asked
    began = parse_moment(header.started)
    if snapshot.end is not None and source == path:
        raise UsageError(f"{path} is whole, there is nothing to resume", f"`auditor scan --snapshot {path}` judges it.")
    if header.kind != AZURE or asked is None or began is None:
        raise UsageError(f"{source} does not say what was asked of Azure, so nobody can ask for the rest", anew)
    if header.tool != VERSION:
        raise UsageError(f"{source} was written by version {header.tool}, and this is {VERSION}", anew)
    age = max(datetime.now(UTC) - began, timedelta())
    if age > OLDEST:
        hours, most = (int(span / timedelta(hours=1)) for span in (age, OLDEST))
        raise UsageError(f"the scan in {source} was begun {hours} hours ago; {most} are the most to resume after", anew)
    return Resumed(path, source, snapshot, asked, calls, age, stamp)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


class Saving:
    """Writes what is read to a snapshot file, if there is one to be written; opened once the head is known.

    `held` is what need not be read, `calls` what was asked so far, by operation. Everything raises `SourceError` where
    the file cannot be written.
    """

    def __init__(self, path: Path | None, statements: Sequence[Statement], resumed: Resumed | None = None) -> None:
        self.held = _held(resumed)
        self.calls: Counter[str] = Counter(resumed.calls if resumed is not None else {})
        self._path = path
        self._statements = statements
        self._resumed = resumed
        self._stack = ExitStack()
        self._file: SnapshotFile | None = None
        self._writer: SnapshotWriter | None = None
        kept = self.held.kept if self.held is not None else None
        self._kept = frozenset[object]() if kept is None else frozenset((*kept.gaps, *kept.reads))
        self._keys = frozenset[str]() if kept is None else frozenset(item.key for item in kept.resources)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def begin(self, header: Header) -> None:
        """Open the file, and write down what is kept of it, and what the customer states."""
        if self._path is None:
            return
        self._file = self._stack.enter_context(saving(self._path))
        if self._resumed is not None and _stamp(self._resumed.source) != self._resumed.stamp:
            raise SourceError(f"another scan has written {self._resumed.source} meanwhile", "Look at what it left.")
        self._writer = self._file.begin(header, self.calls, self.held.kept if self.held is not None else None)
        for statement in self._statements:
            for resource in statement.resources:
                self._writer.resource(resource)
            for read in statement.reads:
                self._writer.list_read(read)

    def resource(self, resource: Resource) -> None:
        """Keep a resource."""
        if self._writer is not None and resource.key not in self._keys:
            self._writer.resource(resource)

    def gap(self, gap: Gap) -> None:
        """Keep what could not be read."""
        _LOG.debug("not read: %s of %s: %s", gap.operation, gap.scope, gap.reason)
        if self._writer is not None and gap not in self._kept:
            self._writer.gap(gap)

    def list_read(self, read: ListRead) -> None:
        """Keep that a list was read to its end."""
        if self._writer is not None and read not in self._kept:
            self._writer.list_read(read)

    def end(self, snapshot: Snapshot) -> Path | None:
        """Write the end, if there is one, and give the file its name; where it is now.

        What was kept of the file of before and turned out to be of no use any more (a store that is gone, a type that
        other rules do not need) is not in the snapshot, so the file is written once more without it.
        """
        if self._path is None or self._file is None or self._writer is None:
            return None
        if snapshot.end is None:
            return partial_of(self._path)
        written = (self._writer.resources, self._writer.gaps, self._writer.reads)
        if written == (len(snapshot.resources), len(snapshot.gaps), len(snapshot.reads)):
            self._writer.end(snapshot.end)
        else:
            self._file.begin(snapshot.header, self.calls, snapshot)
        self._file.finish()
        return self._path


def _held(resumed: Resumed | None) -> Held | None:
    if resumed is None:
        return None
    from auditor.collectors.held import Held  # noqa: PLC0415 - loads what talks to Azure

    return Held(resumed.snapshot, resumed.calls)
