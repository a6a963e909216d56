"""One stage of a scan in some of its subscriptions, done on another machine: what it is told, and what it gives back.

Nothing is kept where a task ran. Done once more somewhere else it does the same, which is how a machine that dies loses
nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from auditor.collectors.catalogue import Stage
from auditor.collectors.clients import connect
from auditor.collectors.clouds import cloud_named
from auditor.collectors.jobs import Worker
from auditor.collectors.reader import NOTHING_SPENT, Patience, Reader, Spent
from auditor.collectors.recorder import Recorder
from auditor.collectors.scan import Stages, unwanted
from auditor.errors import SourceError
from auditor.model.snapshot import text_of
from auditor.model.types import subscription_of
from auditor.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.collectors.collect import Request
    from auditor.model.resource import Gap, ListRead, Resource
    from auditor.model.snapshot import Header

_PATIENCE: Final = Patience(call=900, longest_pause=310)
"""Longer than on one machine: a task that is done once more meets limits that its first attempt has used up, and storage
asks to wait for up to five minutes then (azure-facts 3g)."""


@dataclass(frozen=True, slots=True)
class Task:
    """One stage in some subscriptions; `number` is theirs for the whole scan.

    `owners` are the resources to ask about, `seen` and `reads` what the questions of this stage look at besides, all of
    it read in stages before. `spent` is what these subscriptions have been asked so far.
    """

    number: int
    request: Request
    header: Header
    stage: Stage
    owners: tuple[Resource, ...]
    seen: tuple[Resource, ...] = ()
    reads: tuple[ListRead, ...] = ()
    spent: Spent = NOTHING_SPENT


@dataclass(slots=True)
class Part:
    """What a task has read: a sink. `calls` counts the requests that were sent, by operation."""

    number: int
    resources: list[Resource] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    reads: list[ListRead] = field(default_factory=list)
    calls: Mapping[str, int] = field(default_factory=dict)
    spent: Spent = NOTHING_SPENT

    def resource(self, resource: Resource) -> None:
        """Take a resource."""
        self.resources.append(resource)

    def gap(self, gap: Gap) -> None:
        """Take what could not be read."""
        self.gaps.append(gap)

    def list_read(self, read: ListRead) -> None:
        """Take that a list was read to its end."""
        self.reads.append(read)


class Silent:
    """Shows no progress: the machine that started the scan does."""

    def expect(self, what: str, count: int) -> None:
        """So many more will come."""

    def done(self, what: str) -> None:
        """One is over."""


def read_part(task: Task) -> Part:
    """Do one task, signed in as this machine is; raises `SignInError`, and `SourceError` for another version's task."""
    if task.request.tool != VERSION:
        raise SourceError(
            f"a worker has version {VERSION} of the auditor, and this is {task.request.tool}",
            "Install the same version on every machine of the cluster.",
        )
    return asyncio.run(_read_part(task))


async def _read_part(task: Task) -> Part:
    cloud, part = cloud_named(task.request.cloud), Part(task.number)
    async with connect(cloud, task.request.auth, task.request.tool, _PATIENCE) as azure:
        reader = Reader(azure, _PATIENCE, spent=task.spent)
        recorder = Recorder(task.header, part, lambda: text_of(reader.time.now()))
        recorder.remember(
            (*task.seen, *task.owners), task.reads
        )  # of the owners more is known than what others look at
        reader.spread_over(len({subscription_of(resource.key) for resource in task.owners}))
        worker = Worker(cloud, unwanted(task.request), reader, recorder)
        own = frozenset(resource.key for resource in task.owners)
        stages = Stages(task.request, worker, recorder, Silent(), at_once=reader.share, own=own)
        if task.stage is Stage.LISTS:
            await stages.lists()
        else:
            await stages.further(task.stage, own)
        part.calls, part.spent = dict(+reader.calls), reader.spent()
    return part
