"""One scan: sign in, find the subscriptions, read the lists and their children, then the details that are wanted.

In the first stage everything runs side by side, a list's children as soon as the list is there. The second looks into
workspaces for signals of who reads documents. Then the caller looks at what was read and chooses storage accounts; in the
third stage their details are read, and in the fourth practice is looked at: handshakes, logs, metrics. Logs are looked at
during the third already, once those details are there that say where logs go: storage lets only a hundred lists pass in
five minutes, and log queries take as long.
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
from auditor.collectors.limits import Throttle
from auditor.collectors.questions import Hidden, Silent
from auditor.collectors.reader import Reader
from auditor.collectors.recorder import Recorder
from auditor.collectors.subscriptions import TENANT, Scope, find_scope
from auditor.collectors.together import each, together
from auditor.errors import SourceError
from auditor.model.snapshot import AZURE, Asked, End, Header, text_of
from auditor.model.types import ACCOUNT, STORAGE, SUBSCRIPTION, subscription_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Sequence

    from auditor.collectors.clouds import Cloud
    from auditor.collectors.collect import Progress, Request, Sink
    from auditor.collectors.held import Held
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

    async def signals(self) -> None:
        """What more tells which storage accounts hold documents."""
        ...

    async def chosen(self, select: Callable[[Snapshot], frozenset[str]]) -> None:
        """The details of the storage accounts that the caller chooses, and practice."""
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
                await stages.lists()
                await stages.signals()
                await stages.chosen(select)
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

    async def signals(self) -> None:
        """What more tells which storage accounts hold documents."""
        await self.further(Stage.SIGNALS, frozenset())

    async def chosen(self, select: Callable[[Snapshot], frozenset[str]]) -> None:
        """The details of the storage accounts that the caller chooses, and practice."""
        chosen = select(self._recorder.snapshot())
        looked_at = {name for record in self._collectors if record.stage is Stage.PRACTICE for name in record.after}
        async with together() as group:
            settings = group.create_task(self.further(Stage.DETAILS, chosen, lambda record: record.type in looked_at))
            details = group.create_task(
                self._details(chosen, select, settings, lambda record: record.type not in looked_at)
            )
            await settings
            group.create_task(self.further(Stage.PRACTICE, chosen, _begins_early))
        named = details.result() - chosen
        if named:
            await self.further(Stage.PRACTICE, named, lambda record: _begins_early(record) and record.owner == STORAGE)
        await self.further(Stage.PRACTICE, chosen | named, lambda record: not _begins_early(record))

    async def _details(
        self,
        chosen: frozenset[str],
        select: Callable[[Snapshot], frozenset[str]],
        others: asyncio.Task[None],
        among: Callable[[Collector], bool],
    ) -> frozenset[str]:
        """Details, but for those that others read meanwhile; then those of further accounts that details name.

        Returns the keys of all accounts whose details were read.
        """
        await self.further(Stage.DETAILS, chosen, among)
        await others
        seen = wanted = chosen
        while wanted and (wanted := select(self._recorder.snapshot()) - seen):
            await self.further(Stage.DETAILS, wanted)
            seen |= wanted
        return seen

    async def further(
        self, stage: Stage, chosen: frozenset[str], among: Callable[[Collector], bool] = lambda _record: True
    ) -> None:
        """A later stage: at the storage accounts that the caller chose, and at everything else that was read."""
        collectors: dict[str, list[Collector]] = {}
        for record in self._collectors:
            if record.owner is not None and record.stage is stage and among(record):
                collectors.setdefault(record.owner, []).append(record)
        async with together() as group:
            for type_name, records in collectors.items():
                owners: dict[str | None, list[Resource]] = {}
                for resource in self._recorder.of_type(type_name):
                    if self._own is not None and resource.key not in self._own:
                        continue
                    if type_name != STORAGE or resource.key in chosen:
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
            for throttle, queue in jobs.items():
                visits = _by_owner(queue) if throttle is Throttle.DOCUMENT_INTELLIGENCE else ([job] for job in queue)
                group.create_task(each((self._visit(visit) for visit in visits), self._at_once))

    async def _visit(self, jobs: Sequence[Job]) -> None:
        """Jobs one after the other; if they are those of an account's own endpoint, it is left when they are done."""
        try:
            for job in jobs:
                await self._with_children(job)
        finally:
            if jobs[0].collector.throttle is Throttle.DOCUMENT_INTELLIGENCE:
                await self._worker.leave(jobs[0].owner)

    async def _do(self, job: Job) -> list[Resource]:
        try:
            return await self._worker.do(job)
        finally:
            self._progress.done(job.collector.kind.label)


def _begins_early(record: Collector) -> bool:
    """Whether it names the details that it looks at, and is asked at what the lists gave: then it waits for no others.

    Which tables of workspaces are of interest depends on the details of all accounts.
    """
    return bool(record.after) and record.owner in {ACCOUNT, STORAGE}


def _by_owner(jobs: Iterable[Job]) -> Iterable[list[Job]]:
    """Each account has an endpoint, hence connections, of its own: whatever is asked there is asked on one visit."""
    found: dict[str, list[Job]] = {}
    for job in jobs:
        found.setdefault(job.owner.key, []).append(job)
    return found.values()
