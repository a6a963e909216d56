"""One collector at one resource: asks or knows better, keeps what comes, and turns whatever goes wrong into a gap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, assert_never
from urllib.parse import quote

from auditor.collectors.answers import NotReadError
from auditor.collectors.held import Outcome
from auditor.collectors.limits import Counted, Throttle
from auditor.collectors.paging import read_list
from auditor.collectors.questions import Ask, Elsewhere, Hidden, NoneThere, Silent, subdomain
from auditor.collectors.reader import Call
from auditor.collectors.shapes import OddItemError
from auditor.collectors.surveys import Desk
from auditor.model.reading import Unread
from auditor.model.region import normalise_region
from auditor.model.types import subscription_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.collectors.catalogue import Collector
    from auditor.collectors.clouds import Cloud
    from auditor.collectors.held import Held
    from auditor.collectors.questions import Decision
    from auditor.collectors.reader import Reader
    from auditor.collectors.recorder import Recorder
    from auditor.collectors.shapes import Body
    from auditor.collectors.surveys import Survey
    from auditor.lazy import Entry
    from auditor.model.reading import Json
    from auditor.model.resource import Resource

_NOT_FOUND: Final = 404
_KEPT: Final = "/!$&'()*+,;=:@~"
"""What stays as it is in the path of an address; everything else of an id or a name is escaped."""


@dataclass(frozen=True, slots=True)
class Job:
    """One collector at one resource."""

    collector: Collector
    owner: Resource

    @property
    def scope(self) -> str:
        """The id of the resource that the answer belongs to."""
        return f"{self.owner.id}{self.collector.below}"


@dataclass(slots=True)
class _Findings:
    """What a job has found so far, and why something of it is missing."""

    job: Job
    call: Call
    resources: list[Resource] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    items: int = 0


class Worker:
    """Does jobs. `unwanted` says by type (lower case) what becomes of those that nobody wants asked for.

    What is `held` from an earlier part of this scan is not asked for.
    """

    def __init__(
        self,
        cloud: Cloud,
        unwanted: Mapping[str, Decision],
        reader: Reader,
        recorder: Recorder,
        held: Held | None = None,
    ) -> None:
        self._cloud = cloud
        self._unwanted = unwanted
        self._reader = reader
        self._recorder = recorder
        self._held = held

    async def do(self, job: Job) -> list[Resource]:
        """Do one job; what it found. Everything it could not find out is on record when it is done."""
        record = job.collector
        decision = record.question(job.owner, self._recorder)
        if not isinstance(decision, Elsewhere):
            decision = self._unwanted.get(record.kind.key, decision)
        match decision:
            case Ask():
                known = self._held.outcome(job) if self._held is not None else None
                return self._recorder.recall(known) if known is not None else await self._ask(job)
            case Hidden(reason):
                self._gap(job, reason)
            case NoneThere(because):
                self._recorder.list_read(job.scope, record.operation, because)
            case Silent(reason):
                self._recorder.resource(_survey_body(job, Unread(reason)), "the resources themselves")
            case Elsewhere():
                pass
            case _:
                assert_never(decision)
        return []

    async def _ask(self, job: Job) -> list[Resource]:
        """Ask Azure. That the job is over (a gap, a list that was read) is recorded when it is over, for `held`."""
        found, record = _Findings(job, self._call(job)), job.collector
        if record.survey is not None:
            return await self._survey(found, record.survey)
        read = self._single if record.single else self._closely if record.each else self._list
        try:
            await read(found)
        except NotReadError as failure:
            found.missing.append(failure.reason)
        for reason in found.missing:
            self._gap(job, reason)
        if not found.missing:
            self._recorder.list_read(job.scope, record.operation, f"GET {found.call.url}")
        return found.resources

    async def _survey(self, found: _Findings, entry: Entry) -> list[Resource]:
        desk = Desk(self._cloud, self._reader, self._recorder, found.job.collector)
        try:
            answer: Survey = await entry.load()(found.job.owner, desk)
        except NotReadError as failure:
            self._gap(found.job, failure.reason)
            return []
        self._keep_from(found, _survey_body(found.job, answer.properties), answer.source)
        return found.resources

    async def _single(self, found: _Findings) -> None:
        try:
            item = await self._reader.get(found.call)
        except NotReadError as failure:
            if failure.status == _NOT_FOUND and failure.code in found.job.collector.absent:
                return
            raise
        self._keep(found, self._shaped(found, item, "the answer"), found.call.url)

    async def _list(self, found: _Findings) -> None:
        await read_list(
            self._reader, found.call, lambda item: self._keep(found, self._next(found, item), found.call.url)
        )

    async def _closely(self, found: _Findings) -> None:
        """A list whose items leave things out: each is read once more by itself, those before a break-off too."""
        listed: list[Body] = []
        broken: NotReadError | None = None

        def take(item: Json) -> None:
            body = self._next(found, item)
            if body is not None:
                listed.append(body)

        try:
            await read_list(self._reader, found.call, take)
        except NotReadError as failure:
            broken = failure
        for body in listed:  # one by one: the limit allows no more, and it takes one connection
            await self._closer(found, body)
        if broken is not None:
            raise broken

    async def _closer(self, found: _Findings, listed: Body) -> None:
        known = self._held.one(listed["id"]) if self._held is not None else None
        if known is not None:
            found.resources += self._recorder.recall(Outcome((known,)))
            return
        call = self._call(found.job, f"/{listed['name']}")
        try:
            body = self._shape(found, await self._reader.get(call))
        except NotReadError as failure:
            found.missing.append(failure.reason)
        except OddItemError as odd:
            found.missing.append(f"the answer {odd}")
        else:
            if body is None or body["id"] != listed["id"]:
                found.missing.append("the answer is about something else")
            else:
                self._keep(found, body, call.url)

    def _next(self, found: _Findings, item: Json) -> Body | None:
        found.items += 1
        return self._shaped(found, item, f"item {found.items} of the list")

    def _shaped(self, found: _Findings, item: Json, what: str) -> Body | None:
        """The item as a resource; None if it is odd, which is a gap, or left out on purpose."""
        try:
            return self._shape(found, item)
        except OddItemError as odd:
            found.missing.append(f"{what} {odd}")
            return None

    def _shape(self, found: _Findings, item: Json) -> Body | None:
        record = found.job.collector
        return record.shape(item, record.type, found.job.owner)

    def _keep(self, found: _Findings, body: Body | None, url: str) -> None:
        self._keep_from(found, body, f"GET {url}")

    def _keep_from(self, found: _Findings, body: Body | None, source: str) -> None:
        resource = self._recorder.resource(body, source) if body is not None else None
        if resource is not None:
            found.resources.append(resource)

    def _gap(self, job: Job, reason: str) -> None:
        self._recorder.gap(job.scope, job.collector.operation, reason)

    def _call(self, job: Job, below: str = "") -> Call:
        record = job.collector
        endpoint, path = self._cloud.arm, f"{job.scope}{record.path}{below}"
        if record.throttle is Throttle.DOCUMENT_INTELLIGENCE:
            # Kinds with many services answer at the same address (azure-facts 1.3); the guard looks at the name.
            endpoint = f"https://{quote(subdomain(job.owner), safe='')}.{self._cloud.cognitive_suffix}"
            path = f"{record.path}{below}"
        url = f"{endpoint}{quote(path, safe=_KEPT)}?api-version={record.api_version}{record.query}"
        return Call(record.service, endpoint, url, record.operation, _counted(job))


def _survey_body(job: Job, properties: Json) -> Body:
    """What a survey finds out, as the one child of its kind; it has no id in Azure."""
    record = job.collector
    return {
        "id": f"{job.scope}{record.path}",
        "type": record.type,
        "name": "default",
        "location": job.owner.location,
        "properties": properties,
    }


def _counted(job: Job) -> Counted:
    own_limit = job.collector.throttle is Throttle.DOCUMENT_INTELLIGENCE
    return Counted(
        job.collector.throttle,
        subscription_of(job.owner.key) or job.owner.key,
        region=normalise_region(job.owner.location or ""),
        account=job.owner.key if own_limit else "",
    )
