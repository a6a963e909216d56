"""A scan on several machines: each stage is dealt out by subscription, read elsewhere, and merged before the next one.

The ends of stages are where subscriptions meet: which storage accounts hold documents is known once all subscriptions
have been listed, and where logs arrive once all settings have been read. So each task gets what stages before it have
read of its own subscriptions and, of the others, the little that the questions of its stage look at.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, Protocol

from auditor.collectors.catalogue import Stage
from auditor.collectors.limits import shifted
from auditor.collectors.parts import Task
from auditor.collectors.questions import log_workspaces
from auditor.collectors.reader import NOTHING_SPENT, Spent
from auditor.collectors.scan import scan, wanted_collectors
from auditor.model.resource import Resource, resource_key
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    BY_NAME,
    DIAGNOSTIC_SETTING,
    STORAGE,
    SUBSCRIPTION,
    WORKSPACE,
    subscription_of,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from auditor.collectors.collect import Progress, Request, Sink
    from auditor.collectors.held import Held
    from auditor.collectors.parts import Part
    from auditor.collectors.reader import Patience, Reader
    from auditor.collectors.recorder import Recorder
    from auditor.collectors.stopping import Stop
    from auditor.model.snapshot import Header, Snapshot

_LABELS: Final[Mapping[Stage, str]] = {
    Stage.LISTS: "lists elsewhere",
    Stage.SIGNALS: "signals elsewhere",
    Stage.DETAILS: "details elsewhere",
    Stage.PRACTICE: "practice elsewhere",
}
_SETTINGS: Final = BY_NAME[DIAGNOSTIC_SETTING.lower()].operation
_IDENTITY: Final = ("id", "type", "name", "kind", "identity")
"""What the query for document access looks at in the accounts of all subscriptions."""


class Executor(Protocol):
    """Machines that do tasks."""

    @property
    def hands(self) -> int:
        """How many tasks run side by side."""
        ...

    def run(self, tasks: Sequence[Task]) -> AsyncIterator[Part]:
        """Do all tasks, in any order; raises `SourceError` where one cannot be done."""
        ...


async def scan_on(
    cluster: AbstractAsyncContextManager[Executor],
    request: Request,
    sink: Sink,
    select: Callable[[Snapshot], frozenset[str]],
    progress: Progress,
    *,
    begin: Callable[[Header], None] | None,
    patience: Patience,
    calls: Counter[str],
    held: Held | None,
    stop: Stop,
) -> Snapshot:
    """Do what `collect` promises, on a cluster. From here only the subscriptions are listed."""
    async with cluster as executor:

        def elsewhere(recorder: Recorder, reader: Reader) -> Shards:
            return Shards(executor, request, recorder=recorder, reader=reader, progress=progress, patience=patience)

        return await scan(
            request,
            sink,
            select,
            progress,
            begin=begin,
            patience=patience,
            calls=calls,
            held=held,
            stop=stop,
            elsewhere=elsewhere,
        )


class Shards:
    """The stages of a scan, read on other machines."""

    def __init__(
        self,
        executor: Executor,
        request: Request,
        *,
        recorder: Recorder,
        reader: Reader,
        progress: Progress,
        patience: Patience,
    ) -> None:
        self._executor = executor
        self._request = request
        self._recorder = recorder
        self._reader = reader
        self._progress = progress
        self._now = patience.clock.now
        subscriptions = [subscription_of(resource.key) for resource in recorder.of_type(SUBSCRIPTION)]
        self._count = max(1, min(executor.hands, len(subscriptions)))
        self._places = {identity: place % self._count for place, identity in enumerate(subscriptions)}
        self._spent: dict[int, tuple[Spent, float]] = {}

    async def lists(self) -> None:
        """What hangs on the subscriptions, and the children of what is in their lists."""
        await self._run(Stage.LISTS, self._recorder.of_type(SUBSCRIPTION))

    async def signals(self) -> None:
        """What more tells which storage accounts hold documents."""
        await self._further(Stage.SIGNALS, frozenset())

    async def chosen(self, select: Callable[[Snapshot], frozenset[str]]) -> None:
        """The details of the storage accounts that the caller chooses, and practice."""
        seen = wanted = select(self._recorder.snapshot())
        await self._further(Stage.DETAILS, wanted)
        while wanted and (wanted := select(self._recorder.snapshot()) - seen):  # details name further accounts
            await self._further(Stage.DETAILS, wanted)
            seen |= wanted
        await self._further(Stage.PRACTICE, seen)

    async def _further(self, stage: Stage, chosen: frozenset[str]) -> None:
        """A later stage: at the storage accounts that the caller chose, and at everything else that was read."""
        asking = (record for record in wanted_collectors(self._request) if record.stage is stage)
        types = dict.fromkeys(record.owner for record in asking if record.owner is not None)
        read = (resource for name in types for resource in self._recorder.of_type(name))
        await self._run(stage, [item for item in read if not _is(STORAGE, item) or item.key in chosen])

    async def _run(self, stage: Stage, owners: Sequence[Resource]) -> None:
        tasks = self._tasks(stage, owners)
        self._progress.expect(_LABELS[stage], len(tasks))
        async for part in self._executor.run(tasks):
            self._merge(part)
            self._progress.done(_LABELS[stage])

    def _place(self, key: str) -> int:
        """Whose a resource is; one outside of the scan's subscriptions, which a list should not hold, is the first's."""
        return self._places.get(subscription_of(key), 0)

    def _tasks(self, stage: Stage, owners: Sequence[Resource]) -> list[Task]:
        """A task for each place that has something to ask."""
        read = self._recorder.snapshot()
        asked, seen, lists = (defaultdict[int, list[Any]](list) for _ in range(3))
        for owner in owners:
            asked[self._place(owner.key)].append(owner)
        for resource in _seen_at_home(stage, read):
            seen[self._place(resource.key)].append(resource)
        for key, setting in _settings_by_workspace(stage, read).items():
            seen[self._place(key)].append(setting)
        for item in read.reads if stage is Stage.PRACTICE else ():
            if item.operation == _SETTINGS:
                lists[self._place(resource_key(item.of))].append(item)
        everywhere = _seen_everywhere(stage, read)
        return [
            Task(
                number=number,
                request=self._request,
                header=read.header,
                stage=stage,
                owners=tuple(own),
                seen=(*seen[number], *everywhere),
                reads=tuple(lists[number]),
                spent=self._carried(number),
            )
            for number, own in sorted(asked.items())
        ]

    def _carried(self, number: int) -> Spent:
        """What the subscriptions of a place have been asked so far, on a clock that shows zero now."""
        spent, since = self._spent.get(number, (NOTHING_SPENT, self._now()))
        return Spent(shifted(spent.gates, since - self._now()), spent.fruitless, self._count)

    def _merge(self, part: Part) -> None:
        for resource in part.resources:
            self._recorder.keep(resource)
        for gap in part.gaps:
            self._recorder.keep_gap(gap)
        for read in part.reads:
            self._recorder.keep_read(read)
        self._reader.calls.update(part.calls)
        self._spent[part.number] = (part.spent, self._now())


def _seen_at_home(stage: Stage, read: Snapshot) -> list[Resource]:
    """What the questions of a stage look at beside the owners, in the owners' own subscription."""
    types = {Stage.DETAILS: (BLOB_SERVICE,), Stage.PRACTICE: (STORAGE, DIAGNOSTIC_SETTING)}.get(stage, ())
    return [resource for name in types for resource in read.of_type(name)]


def _settings_by_workspace(stage: Stage, read: Snapshot) -> dict[str, Resource]:
    """By workspace, a setting that sends logs to it: one tells that it receives some, wherever they come from."""
    settings = read.of_type(DIAGNOSTIC_SETTING) if stage is Stage.PRACTICE else ()
    return {key: setting for setting in settings for key in log_workspaces(setting)}


def _seen_everywhere(stage: Stage, read: Snapshot) -> list[Resource]:
    """What the questions of a stage look at in all subscriptions."""
    if stage is Stage.SIGNALS:
        return [_identity_of(account) for account in read.of_type(ACCOUNT)]
    return list(read.of_type(WORKSPACE)) if stage is Stage.PRACTICE else []


def _identity_of(account: Resource) -> Resource:
    return Resource({name: account.body[name] for name in _IDENTITY if name in account.body}, account.read)


def _is(type_name: str, resource: Resource) -> bool:
    return resource.type_key == type_name.lower()
