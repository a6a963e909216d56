"""One scan: sign in, find the subscriptions, read the lists and their children, then the details that are wanted.

In the first stage everything runs side by side, a subscription's children as soon as their list is there. Between the
stages the caller looks at what was read and chooses storage accounts; in the second stage their details are read.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from auditor.collectors.answers import NotReadError
from auditor.collectors.catalogue import COLLECTORS, SUBSCRIPTIONS, Collector, with_owners
from auditor.collectors.clients import connect
from auditor.collectors.clouds import cloud_named
from auditor.collectors.limits import Counted, Throttle
from auditor.collectors.paging import read_list
from auditor.collectors.questions import Ask, Elsewhere, Hidden, NoneThere, subdomain
from auditor.collectors.reader import Call, Patience, Reader
from auditor.collectors.recorder import Recorder
from auditor.collectors.shapes import OddItemError
from auditor.collectors.subscriptions import TENANT, Scope, find_scope
from auditor.model.region import normalise_region
from auditor.model.snapshot import AZURE, End, Header, utc_now
from auditor.model.types import STORAGE, SUBSCRIPTION, subscription_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence

    from auditor.collectors.clouds import Cloud
    from auditor.collectors.collect import Progress, Request, Sink
    from auditor.model.reading import Json
    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot

_PATH: Final = "/!$&'()*+,;=:@~"
"""What stays as it is in the path of an address; everything else of an id is escaped."""


async def scan(  # noqa: PLR0913 - what `collect` takes
    request: Request,
    sink: Sink,
    select: Callable[[Snapshot], frozenset[str]],
    progress: Progress,
    begin: Callable[[Header], None] | None,
    patience: Patience,
) -> Snapshot:
    """Do what `collect` promises."""
    started = utc_now()
    cloud = cloud_named(request.cloud)
    async with connect(cloud, request.auth, request.tool, patience) as azure:
        reader = Reader(azure, patience)
        scope = await find_scope(reader, cloud, request)
        reader.spread_over(len(scope.subscriptions))
        header = Header(request.tool, AZURE, tuple(body["id"] for body in scope.subscriptions), started)
        if begin is not None:
            begin(header)
        recorder = Recorder(header, sink)
        work = _Scan(cloud, request, reader, recorder, progress)
        await work.first_stage(scope)
        await work.details(select(recorder.snapshot()))
    return recorder.snapshot(End(utc_now(), dict(sorted(reader.calls.items()))))


@dataclass(frozen=True, slots=True)
class _Job:
    """One collector at one resource."""

    collector: Collector
    owner: Resource

    @property
    def scope(self) -> str:
        """The id of the resource that the answer belongs to."""
        return f"{self.owner.id}{self.collector.below}"


class _Scan:
    """The work on one snapshot."""

    def __init__(
        self, cloud: Cloud, request: Request, reader: Reader, recorder: Recorder, progress: Progress
    ) -> None:
        wanted = with_owners([*request.types, *request.skipped])
        self._collectors = tuple(record for record in COLLECTORS if record.kind.key in wanted)
        self._skipped = {name.lower(): reason for name, reason in request.skipped.items()}
        self._cloud = cloud
        self._reader = reader
        self._recorder = recorder
        self._progress = progress

    async def first_stage(self, scope: Scope) -> None:
        """Everything but the details of storage accounts."""
        for reason in scope.unread:
            self._recorder.gap(TENANT, SUBSCRIPTIONS.operation, reason)
        if scope.whole and not scope.unread:
            self._recorder.list_read(TENANT, SUBSCRIPTIONS.operation, scope.source)
        found = (self._recorder.resource(body, scope.source) for body in scope.subscriptions)
        async with _together() as group:
            for subscription in found:
                if subscription is not None:
                    group.create_task(self._below(subscription))

    async def details(self, chosen: frozenset[str]) -> None:
        """The details of the storage accounts that the caller chose."""
        jobs: dict[str | None, list[_Job]] = {}
        for account in self._recorder.of_type(STORAGE):
            if account.key in chosen:
                own = jobs.setdefault(subscription_of(account.key), [])
                own += [_Job(record, account) for record in self._hanging_on(STORAGE) if record.detailed]
        async with _together() as group:
            for own in jobs.values():
                group.create_task(self._run(own))

    def _hanging_on(self, type_name: str) -> list[Collector]:
        return [record for record in self._collectors if record.owner == type_name]

    async def _below(self, subscription: Resource) -> None:
        """A subscription's lists, side by side, each followed by the children of what it holds."""
        async with _together() as group:
            for record in self._hanging_on(SUBSCRIPTION):
                self._progress.expect(record.kind.label, 1)
                group.create_task(self._with_children(_Job(record, subscription)))

    async def _with_children(self, job: _Job) -> None:
        found = await self._do(job)
        children = [record for record in self._hanging_on(job.collector.type) if not record.detailed]
        await self._run([_Job(record, resource) for resource in found for record in children])

    async def _run(self, jobs: Sequence[_Job]) -> None:
        for job in jobs:
            self._progress.expect(job.collector.kind.label, 1)
        await self._each(self._do(job) for job in jobs)

    async def _each(self, work: Iterable[Coroutine[object, object, object]]) -> None:
        """Do this work, so many at a time that the calls in flight are used and memory is not."""
        waiting = iter(work)

        async def worker() -> None:
            for coroutine in waiting:
                await coroutine

        async with _together() as group:
            for _ in range(self._reader.share):
                group.create_task(worker())

    async def _do(self, job: _Job) -> list[Resource]:
        """One job, and what it found; whatever goes wrong is a gap."""
        record = job.collector
        try:
            match record.question(job.owner, self._recorder.get):
                case Elsewhere():
                    return []
                case decision if record.kind.key in self._skipped:
                    self._gap(job, self._skipped[record.kind.key])
                case Hidden(reason):
                    self._gap(job, reason)
                case NoneThere(because):
                    self._recorder.list_read(job.scope, record.operation, because)
                case Ask():
                    return await self._ask(job)
            return []
        finally:
            self._progress.done(record.kind.label)

    async def _ask(self, job: _Job) -> list[Resource]:
        call = self._call(job)
        found: list[Resource] = []
        try:
            if job.collector.single:
                whole = await self._single(job, call, found)
            else:
                whole = await self._list(job, call, found)
        except NotReadError as failure:
            self._gap(job, failure.reason)
        else:
            if whole:
                self._recorder.list_read(job.scope, job.collector.operation, f"GET {call.url}")
        return found

    async def _single(self, job: _Job, call: Call, found: list[Resource]) -> bool:
        try:
            item = await self._reader.get(call)
        except NotReadError as failure:
            if failure.status == 404 and failure.code in job.collector.absent:  # noqa: PLR2004 - Not Found
                return True
            raise
        return self._keep(job, item, call.url, "the answer", found)

    async def _list(self, job: _Job, call: Call, found: list[Resource]) -> bool:
        """Read a list; False if one of its items is missing."""
        whole = True
        count = 0
        one_by_one: list[Json] = []

        def take(item: Json) -> None:
            nonlocal whole, count
            count += 1
            if job.collector.each:
                one_by_one.append((count, item))
            else:
                whole &= self._keep(job, item, call.url, f"item {count} of the list", found)

        try:
            await read_list(self._reader, call, take)
        finally:
            ...
        return whole

    def _gap(self, job: _Job, reason: str) -> None:
        self._recorder.gap(job.scope, job.collector.operation, reason)
