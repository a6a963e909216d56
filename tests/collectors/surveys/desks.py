"""Does one survey against a fake that runs, after what a scan would have read before it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.collectors.catalogue import COLLECTORS
from auditor.collectors.clients import connect
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.jobs import Job, Worker
from auditor.collectors.questions import Decision
from auditor.collectors.reader import Reader
from auditor.collectors.recorder import Recorder
from auditor.model.resource import Resource
from auditor.model.snapshot import AZURE, Header, Snapshot
from auditor.model.types import BY_NAME, DIAGNOSTIC_SETTING
from tests.collectors.scans import Sink, hurried
from tests.fakes.azure import FakeAzure
from tests.fakes.azure.estate import Json

SETTINGS = BY_NAME[DIAGNOSTIC_SETTING.lower()].operation


@dataclass
class Studied:
    """What came of a survey: the properties of the resource it made (None: none), its source, and the gaps."""

    properties: Any
    source: str | None
    gaps: list[tuple[str, str]]
    snapshot: Snapshot
    listed: bool


def study(
    azure: FakeAzure,
    type_name: str,
    owner: Json,
    seen: Iterable[Json] = (),
    *,
    settings_read_of: Collection[str] = (),
    unwanted: Mapping[str, Decision] | None = None,
    cloud: str = "public",
) -> Studied:
    """Ask what a collector asks of its owner, with these resources on record."""
    record = next(item for item in COLLECTORS if item.type == type_name)
    recorder = Recorder(Header("1.2.3", AZURE, (), "2026-11-23T10:00:00Z"), Sink())
    for body in (owner, *seen):
        recorder.resource(body, "GET https://management.azure.com/")
    for scope in settings_read_of:
        recorder.list_read(scope, SETTINGS, "GET https://management.azure.com/")
    before = len(recorder.snapshot().reads)

    async def work() -> list[Resource]:
        patience = hurried()
        async with connect(CLOUDS[cloud], "environment", "1.2.3", patience) as clients:
            reader = Reader(clients, patience)
            worker = Worker(CLOUDS[cloud], unwanted or {}, reader, recorder)
            return await worker.do(Job(record, Resource(owner)))

    with azure.exported():
        asyncio.run(work())
    snapshot = recorder.snapshot()
    made = snapshot.of_type(type_name)
    return Studied(
        made[0].body["properties"] if made else None,
        made[0].read.source if made and made[0].read else None,
        [(gap.operation, gap.reason) for gap in snapshot.gaps],
        snapshot,
        len(snapshot.reads) > before,
    )
