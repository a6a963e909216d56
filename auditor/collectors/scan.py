"""One scan: sign in, find the subscriptions, read the lists and their children, then the details that are wanted.

In the first stage everything runs side by side, a list's children as soon as the list is there. The second looks into
workspaces for signals of who reads documents. Then the caller looks at what was read and chooses storage accounts; in the
third stage their details are read, and in the fourth practice is looked at: handshakes, logs, metrics.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from auditor.collectors.catalogue import COLLECTORS, SUBSCRIPTIONS, Collector, Stage, with_owners
from auditor.collectors.clients import connect
from auditor.collectors.clouds import cloud_named
from auditor.collectors.held import BEGIN_ANEW
from auditor.collectors.jobs import Job, Worker
from auditor.collectors.questions import Hidden, Silent
from auditor.collectors.reader import Reader
from auditor.collectors.recorder import Recorder
from auditor.collectors.subscriptions import TENANT, Scope, find_scope
from auditor.collectors.together import each, together
from auditor.errors import SourceError
from auditor.model.snapshot import AZURE, Asked, End, Header, text_of
from auditor.model.types import STORAGE, SUBSCRIPTION, subscription_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    from auditor.collectors.clouds import Cloud
    from auditor.collectors.collect import Progress, Request, Sink
    from auditor.collectors.held import Held
    from auditor.collectors.limits import Throttle
    from auditor.collectors.questions import Decision
    from auditor.collectors.reader import Patience
    from auditor.collectors.stopping import Stop
    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot


class Staged(Protocol):
    """Reads the stages of a scan into its recorder: `Stages` here, `shards.Shards` on other machines."""

    async def lists(self) -> None:
        """What hangs on the subscriptions, and the children of what is in their lists."""
        ...

    async def further(self, stage: Stage, chosen: frozenset[str], *, others: bool = True) -> None:
        """A later stage: the storage accounts that the caller chose and, with `others`, everything else that was read."""
        ...


async def scan(
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
    elsewhere: Callable[[Recorder, Reader], Staged] | None = None,
) -> Snapshot:
    """Do what `collect` promises; if it is stopped, what was read until then.

    With `elsewhere`, other machines read what hangs on the subscriptions.
    """
    began = datetime.now(UTC)
    cloud = cloud_named(request.cloud)
    recorder: Recorder | None = None
    try:
        with stop.by_signal():
            async with connect(cloud, request.auth, request.tool, patience) as azure:
                reader = Reader(azure, patience, calls)
                scope = await _scope(reader, cloud, request, held)
                reader.spread_over(len(scope.subscriptions))
                header = held.header if held is not None else _header(request, scope, text_of(reader.time.right(began)))
                if begin is not None:
                    begin(header)
                recorder = Recorder(header, sink, lambda: text_of(reader.time.now()))
                if held is not None:
                    recorder.recall(held.tenant())
                _keep_scope(scope, recorder)
                stages: Staged
                if elsewhere is not None:
                    stages = elsewhere(recorder, reader)
                else:
                    worker = Worker(cloud, unwanted(request), reader, recorder, held)
                    stages = Stages(request, worker, recorder, progress, at_once=reader.share)
                await _read(stages, recorder, select)
                return recorder.snapshot(End(text_of(reader.time.now()), dict(sorted((+calls).items()))))
    except asyncio.CancelledError:
        if recorder is None:
            raise
        return recorder.snapshot()


def _header(request: Request, scope: Scope, started: str) -> Header:
    asked = Asked(request.cloud, request.subscriptions, request.management_group)
    return Header(request.tool, AZURE, tuple(body["id"] for body in scope.subscriptions), started, asked)


async def _scope(reader: Reader, cloud: Cloud, request: Request, held: Held | None) -> Scope:
    """The subscriptions to read: those that a scan which goes on began with, be there more by now or not."""
    if held is None:
        return await find_scope(reader, cloud, request)
    if held.scope is not None:
        return held.scope
    found = await find_scope(reader, cloud, request)
    bodies = {body["id"]: body for body in found.subscriptions}
    for identity in held.header.scope:
        if identity not in bodies:
            raise SourceError(f"the scan began with {identity}, which cannot be seen any more", BEGIN_ANEW)
    subscriptions = tuple(bodies[identity] for identity in held.header.scope)
    return replace(found, subscriptions=subscriptions, whole=found.whole and len(subscriptions) == len(bodies))


def unwanted(request: Request) -> dict[str, Decision]:
    """By type, in lower case, what becomes of those that the user does not want asked for."""
    hidden: dict[str, Decision] = {name.lower(): Hidden(reason) for name, reason in request.skipped.items()}
    return hidden | {name.lower(): Silent(reason) for name, reason in request.unasked.items()}


def _keep_scope(scope: Scope, recorder: Recorder) -> None:
    """Keep the subscriptions, and only then that their list is over: a scan that goes on with this one relies on it."""
    for body in scope.subscriptions:
        recorder.resource(body, scope.source)
    for reason in scope.unread:
        recorder.gap(TENANT, SUBSCRIPTIONS.operation, reason)
    if scope.whole and not scope.unread:
        recorder.list_read(TENANT, SUBSCRIPTIONS.operation, scope.source)


async def _read(stages: Staged, recorder: Recorder, select: Callable[[Snapshot], frozenset[str]]) -> None:
    await stages.lists()
    await stages.further(Stage.SIGNALS, frozenset())
    chosen = seen = wanted = select(recorder.snapshot())
    await stages.further(Stage.DETAILS, wanted)
    while wanted and (wanted := select(recorder.snapshot()) - seen):  # details name further accounts
        await stages.further(Stage.DETAILS, wanted, others=False)
        seen |= wanted
    await stages.further(Stage.PRACTICE, chosen)


def wanted_collectors(request: Request) -> tuple[Collector, ...]:
    """The collectors of the types that are wanted, and of those that lead to them."""
    wanted = with_owners([*request.types, *request.skipped])
    return tuple(record for record in COLLECTORS if record.kind.key in wanted)


class Stages:
    """The stages of a scan on this machine: of all that was read, or of `own`, keys of resources."""

    def __init__(
        self,
        request: Request,
        worker: Worker,
        recorder: Recorder,
        progress: Progress,
        *,
        at_once: int,
        own: frozenset[str] | None = None,
    ) -> None:
        self._collectors = wanted_collectors(request)
        self._worker = worker
        self._recorder = recorder
        self._progress = progress
        self._at_once = at_once
        self._own = own

    async def lists(self) -> None:
        """What hangs on the subscriptions, and the children of what is in their lists."""
        async with together() as group:
            for subscription in self._recorder.of_type(SUBSCRIPTION):
                for record in self._hanging_on(SUBSCRIPTION, Stage.LISTS):
                    self._progress.expect(record.kind.label, 1)
                    group.create_task(self._with_children(Job(record, subscription)))

    async def further(self, stage: Stage, chosen: frozenset[str], *, others: bool = True) -> None:
        """A later stage: the storage accounts that the caller chose and, with `others`, everything else that was read."""
        collectors: dict[str, list[Collector]] = {}
        for record in self._collectors:
            if record.owner is not None and record.stage is stage:
                collectors.setdefault(record.owner, []).append(record)
        async with together() as group:
            for type_name, records in collectors.items():
                owners: dict[str | None, list[Resource]] = {}
                for resource in self._recorder.of_type(type_name):
                    if self._own is not None and resource.key not in self._own:
                        continue
                    if resource.key in chosen if type_name == STORAGE else others:
                        owners.setdefault(subscription_of(resource.key), []).append(resource)
                for own in owners.values():
                    group.create_task(self._run(records, own))

    def _hanging_on(self, type_name: str, stage: Stage) -> list[Collector]:
        return [record for record in self._collectors if record.owner == type_name and record.stage is stage]

    async def _with_children(self, job: Job) -> None:
        found = await self._do(job)
        await self._run(self._hanging_on(job.collector.type, Stage.LISTS), found)

    async def _run(self, collectors: Sequence[Collector], owners: Sequence[Resource]) -> None:
        """Ask each owner, and what comes for its own lists.

        Collectors with the same limit take turns, so that waiting at one limit holds up no other.
        """
        jobs: dict[Throttle, list[Job]] = {}
        for record in collectors if owners else ():
            self._progress.expect(record.kind.label, len(owners))
            jobs.setdefault(record.throttle, []).extend(Job(record, owner) for owner in owners)
        async with together() as group:
            for queue in jobs.values():
                group.create_task(each((self._with_children(job) for job in queue), self._at_once))

    async def _do(self, job: Job) -> list[Resource]:
        try:
            return await self._worker.do(job)
        finally:
            self._progress.done(job.collector.kind.label)
