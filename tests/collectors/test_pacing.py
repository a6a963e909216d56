"""What waits for what: stages, and refusals that are for a whole subscription."""

from __future__ import annotations

import asyncio

import pytest

from auditor.collectors.limits import Counted, Throttle
from auditor.collectors.reader import Call, Patience, Reader
from auditor.collectors.surveys import Desk, Survey
from auditor.lazy import Entry
from auditor.model.resource import Resource
from auditor.model.types import BLOB_LOGS, CONTAINER, INSPECTION
from tests.collectors.scans import scan
from tests.collectors.test_reader import Azure, FakeClock
from tests.fakes.azure import FakeAzure, estate_of_every_type
from tests.fakes.azure.exchange import answer, error
from tests.fakes.azure.faults import Stall
from tests.fakes.azure.quick import QuickAzure

ARM = "https://management.azure.com"
BLOBS = Counted(Throttle.STORAGE_READS, "/subscriptions/a", "westeurope")


def test_logs_are_looked_at_while_lists_of_containers_wait_and_blobs_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    with FakeAzure(estate_of_every_type(), faults=[Stall("/containers", seconds=0.5)], page_size=100) as azure:
        load = Entry.load

        async def survey(resource: Resource, _desk: Desk) -> Survey:
            seen.append((resource.type, len(azure.calls("containers"))))
            return Survey({}, "a survey")

        monkeypatch.setattr(Entry, "load", lambda entry: survey if ".surveys." in entry.target else load(entry))
        scan(azure, [CONTAINER, BLOB_LOGS, INSPECTION])
    assert [number for kind, number in seen if kind != CONTAINER] == [0]
    assert [number for kind, number in seen if kind == CONTAINER] == [2, 2]


def test_a_refusal_of_arm_itself_holds_up_the_whole_subscription() -> None:
    async def go() -> float:
        clock = FakeClock()
        throttled = error(429, "SubscriptionRequestsThrottled", "later", Retry_After="7")
        reader = Reader(Azure(throttled, answer({})), Patience(clock=clock))
        await reader.get(Call("storage", ARM, f"{ARM}/x", "x/read", BLOBS))
        reader._limits.pause(BLOBS, 9, by_arm=True)
        await reader.get(Call("storage", ARM, f"{ARM}/y", "y/read", Counted(Throttle.ARM, BLOBS.subscription)))
        return clock.time

    began = FakeClock().time
    assert asyncio.run(go()) == pytest.approx(began + 7 + 9)


def test_the_fake_for_measuring_answers_as_the_other_one_does() -> None:
    with FakeAzure(estate_of_every_type(), page_size=100) as azure:
        slow = scan(azure)
    with QuickAzure(estate_of_every_type()) as azure:
        quick = scan(azure)
        assert scan(azure).snapshot.end is not None
    assert {item.key: item.body for item in quick.snapshot.resources} == {
        item.key: item.body for item in slow.snapshot.resources
    }
    assert quick.snapshot.end is not None
    assert slow.snapshot.end is not None
    assert quick.snapshot.end.calls == slow.snapshot.end.calls
    assert len({call.url for call in azure.asked}) < len(azure.asked)
