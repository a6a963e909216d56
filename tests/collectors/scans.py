"""Runs the collectors against the fake Azure, with time that passes quickly, and looks at what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from auditor.collectors.catalogue import COLLECTORS, Collector
from auditor.collectors.collect import Request, collect
from auditor.collectors.reader import Patience
from auditor.model.resource import Gap, ListRead, Resource
from auditor.model.snapshot import Header, Snapshot
from auditor.model.types import RESOURCE_TYPES, STORAGE
from tests.fakes.azure import FakeAzure
from tests.fakes.azure.builders import SUBSCRIPTION as SUBSCRIPTION_GUID

SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION_GUID}"
EVERY_TYPE = frozenset(kind.name for kind in RESOURCE_TYPES if not kind.name.startswith("Auditor."))
SURVEYED = frozenset(record.type for record in COLLECTORS if record.survey is not None)
"""What is found out by handshakes, queries and lists of blobs."""

ALL_TYPES = EVERY_TYPE - SURVEYED
"""What is read with a GET of Resource Manager or Document Intelligence."""


def _each(records: Sequence[Collector]) -> pytest.MarkDecorator:
    names = [
        f"{record.type.removeprefix('Microsoft.')}-of-{(record.owner or 'tenant').rpartition('/')[2]}"
        for record in records
    ]
    return pytest.mark.parametrize("record", records, ids=names)


each_collector = _each(COLLECTORS)
each_read = _each([record for record in COLLECTORS if record.survey is None])
"""Collectors that ask with a GET, and so have an address, a shape and a client of their own."""


class HurriedClock:
    """So many seconds pass in one."""

    def __init__(self, speed: float = 1000) -> None:
        self.speed = speed

    def now(self) -> float:
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


def hurried(**changes: Any) -> Patience:
    return Patience(**{"connect": 5, "read": 5, "call": 10_000, "clock": HurriedClock(), **changes})


@dataclass
class Sink:
    resources: list[Resource] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    reads: list[ListRead] = field(default_factory=list)

    def resource(self, resource: Resource) -> None:
        self.resources.append(resource)

    def gap(self, gap: Gap) -> None:
        self.gaps.append(gap)

    def list_read(self, read: ListRead) -> None:
        self.reads.append(read)


@dataclass
class Progress:
    expected: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)

    def expect(self, what: str, count: int) -> None:
        self.expected[what] += count

    def done(self, what: str) -> None:
        self.finished[what] += 1


@dataclass
class Scan:
    """A scan that is over: what it returned, and what it told its listeners meanwhile."""

    snapshot: Snapshot
    sink: Sink
    progress: Progress
    headers: list[Header]
    selections: list[Snapshot]

    def names(self, type_name: str) -> set[str]:
        return {resource.name for resource in self.snapshot.of_type(type_name)}

    def reasons(self, type_name: str | None = None) -> set[str]:
        """The reasons of all gaps, or of those that hide a type."""
        kinds = [kind for kind in RESOURCE_TYPES if type_name in {None, kind.name}]
        operations = {kind.operation for kind in kinds}
        return {gap.reason for gap in self.snapshot.gaps if gap.operation in operations}

    def was_read(self, of: str, type_name: str) -> bool:
        kind = next(kind for kind in RESOURCE_TYPES if kind.name == type_name)
        return any((read.of.lower(), read.operation) == (of.lower(), kind.operation) for read in self.snapshot.reads)


def every_store(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(resource.key for resource in snapshot.of_type(STORAGE))


def scan(
    azure: FakeAzure,
    types: Collection[str] = ALL_TYPES,
    *,
    subscriptions: tuple[str, ...] = (),
    management_group: str | None = None,
    cloud: str = "public",
    auth: str | None = "environment",
    skipped: Mapping[str, str] | None = None,
    unasked: Mapping[str, str] | None = None,
    select: Callable[[Snapshot], frozenset[str]] = every_store,
    sink: Sink | None = None,
    patience: Patience | None = None,
) -> Scan:
    """Collect from a fake that runs."""
    request = Request(
        frozenset(types), subscriptions, management_group, cloud, auth, skipped or {}, "1.2.3", unasked or {}
    )
    into, progress, headers, selections = sink or Sink(), Progress(), [], []

    def remember(snapshot: Snapshot) -> frozenset[str]:
        selections.append(snapshot)
        return select(snapshot)

    with azure.exported():
        snapshot = collect(request, into, remember, progress, begin=headers.append, patience=patience or hurried())
    return Scan(snapshot, into, progress, headers, selections)
