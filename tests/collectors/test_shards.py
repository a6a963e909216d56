"""A scan that is dealt out asks what an undivided one asks, whatever the number of hands: here in this process."""

from __future__ import annotations

import asyncio
import pickle
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from auditor.collectors.catalogue import Stage
from auditor.collectors.collect import Request
from auditor.collectors.parts import Part, Task, read_part
from auditor.collectors.reader import NOTHING_SPENT
from auditor.collectors.shards import scan_on
from auditor.collectors.stopping import Stop
from auditor.errors import SourceError
from auditor.model.resource import Resource
from auditor.model.snapshot import AZURE, Header, Snapshot
from auditor.version import VERSION
from tests.collectors.scans import EVERY_TYPE, SURVEYED, Progress, Sink, every_store, hurried
from tests.collectors.scans import scan as undivided
from tests.fakes.azure import Estate, FakeAzure, around
from tests.fakes.azure import builders as make
from tests.fakes.azure.faults import Forbidden

MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Here:
    """Does tasks in this process, after they and their parts went over a wire."""

    def __init__(self, hands: int) -> None:
        self.hands = hands
        self.tasks: list[Task] = []

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Here]:
        yield self

    async def run(self, tasks: Sequence[Task]) -> AsyncIterator[Part]:
        self.tasks += tasks
        for task in reversed(tasks):  # in any order
            part = await asyncio.to_thread(read_part, pickle.loads(pickle.dumps(task)))  # noqa: S301 - our own
            yield pickle.loads(pickle.dumps(part))  # noqa: S301 - our own


def request(subscriptions: tuple[str, ...] = ()) -> Request:
    types = EVERY_TYPE | SURVEYED
    return Request(frozenset(types), subscriptions, None, "public", "environment", {}, VERSION)


def divided(azure: FakeAzure, hands: int) -> tuple[Snapshot, Here, Progress]:
    here, progress = Here(hands), Progress()
    with azure.exported():
        work = scan_on(
            here.opened(),
            request(),
            Sink(),
            every_store,
            progress,
            begin=None,
            patience=hurried(),
            calls=Counter(),
            held=None,
            stop=Stop(),
        )
        return asyncio.run(work), here, progress


def estate() -> Estate:
    """Three subscriptions: an account, what keeps its logs, and a store with which it has to do."""
    one, two, three = (f"44444444-aaaa-4bbb-8ccc-00000000000{number}" for number in (1, 2, 3))
    forms = make.document_intelligence("forms", subscription=one)
    logs = around.workspace("logs", subscription=two)
    store = make.storage_account("store", subscription=three, isLocalUserEnabled=True)
    blobs = f"{store['id']}/blobServices/default"
    sent = [{"categoryGroup": "allLogs", "enabled": True}]
    return Estate(
        [
            *(make.subscription(item, item[-1]) for item in (one, two, three)),
            forms,
            make.custom_model(forms, "letters"),
            make.diagnostic_setting(forms, workspace=logs["id"], logs=sent),
            logs,
            around.workspace_table(logs, "StorageBlobLogs", days=90),
            store,
            make.blob_service(store, versioning=False),
            make.container(store, "letters"),
            make.diagnostic_setting(blobs, workspace=logs["id"], logs=sent),
            make.role_assignment(forms, "Storage Blob Data Reader", store),
        ]
    )


def calls(azure: FakeAzure) -> Counter[str]:
    return Counter(MOMENT.sub("then", f"{item.method} {item.url}") for item in azure.calls())


def told(snapshot: Snapshot) -> tuple[object, ...]:
    def line(item: Resource) -> str:
        return MOMENT.sub("then", f"{item.key} {item.body} {item.read and item.read.source}")

    gaps = {(gap.scope, gap.operation, gap.reason) for gap in snapshot.gaps}
    reads = {(read.of, read.operation, read.source) for read in snapshot.reads}
    return {line(item) for item in snapshot.resources}, gaps, reads, snapshot.end and snapshot.end.calls


@pytest.mark.parametrize("hands", [1, 2, 9])
def test_the_number_of_hands_makes_no_difference(hands: int) -> None:
    forbidden = Forbidden("roleAssignments")  # a gap goes over the wire, too
    with FakeAzure(estate(), faults=[forbidden]) as whole:
        expected = undivided(whole, EVERY_TYPE | SURVEYED).snapshot
    with FakeAzure(estate(), faults=[forbidden]) as azure:
        snapshot, here, progress = divided(azure, hands)
    assert len(expected.gaps) == 3
    assert told(snapshot) == told(expected)
    assert calls(azure) == calls(whole)
    assert {len({task.number for task in here.tasks if task.stage is Stage.LISTS})} == {min(hands, 3)}
    assert progress.expected == progress.finished
    assert progress.finished.total() == len(here.tasks)


def test_a_task_gets_no_more_of_others_than_its_stage_looks_at() -> None:
    with FakeAzure(estate()) as azure:
        _, here, _ = divided(azure, 3)
    seen = {(task.stage, item.name, *sorted(item.body)) for task in here.tasks for item in task.seen}
    identity = ("id", "identity", "kind", "name", "type")
    assert {entry for entry in seen if entry[0] is Stage.SIGNALS} == {(Stage.SIGNALS, "forms", *identity)}
    assert not [task for task in here.tasks if task.stage is Stage.LISTS and task.seen]
    details = [task for task in here.tasks if task.stage is Stage.DETAILS]
    assert [[owner.name for owner in task.owners] for task in details] == [
        ["store"]
    ]  # none where nothing is to be done


def test_what_was_spent_goes_on_with_the_subscriptions() -> None:
    with FakeAzure(estate()) as azure:
        _, here, _ = divided(azure, 3)
    first = [task for task in here.tasks if task.stage is Stage.LISTS]
    later = [task for task in here.tasks if task.stage is Stage.PRACTICE]
    assert all(not task.spent.gates for task in first)
    assert all(task.spent.gates and task.spent.among == 3 for task in later)


def test_a_task_of_another_version_is_refused() -> None:
    asked = Request(frozenset(), (), None, "public", "environment", {}, "0.0.1")
    task = Task(0, asked, Header("0.0.1", AZURE, (), "2026-01-01T00:00:00Z"), Stage.LISTS, (), spent=NOTHING_SPENT)
    with pytest.raises(SourceError, match=r"has version .* and this is 0\.0\.1"):
        read_part(task)
