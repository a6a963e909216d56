from __future__ import annotations

import asyncio
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.collectors.limits import Counted, Limits, SlidingWindow, SystemClock, Throttle, TokenBucket
from tests.fakes.azure.limits import Limiter, RateLimits


class FakeClock:
    """Time that only passes when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def times(gate: TokenBucket | SlidingWindow, calls: int, start: float = 0.0) -> list[float]:
    return [gate.reserve(start) for _ in range(calls)]


def test_a_bucket_gives_its_burst_at_once_and_then_its_rate() -> None:
    assert times(TokenBucket(burst=3, rate=2), 6) == pytest.approx([0, 0, 0, 0.5, 1.0, 1.5])


def test_a_bucket_fills_up_again_but_never_beyond_its_burst() -> None:
    bucket = TokenBucket(burst=3, rate=2)
    times(bucket, 3)
    assert times(bucket, 4, start=100.0) == pytest.approx([100, 100, 100, 100.5])


def test_a_window_lets_the_next_call_in_when_the_oldest_leaves() -> None:
    window = SlidingWindow(count=2, period=300)
    assert [window.reserve(now) for now in (0, 10, 20, 20)] == [0, 10, 300, 310]


@pytest.mark.parametrize("gate", [TokenBucket(burst=9, rate=9), SlidingWindow(count=9, period=9)])
def test_a_pause_holds_everybody_up(gate: TokenBucket | SlidingWindow) -> None:
    gate.pause(50.0)
    gate.pause(20.0)
    assert gate.reserve(10.0) == 50.0
    assert gate.reserve(60.0) == 60.0


@given(st.lists(st.floats(0, 1000), max_size=200).map(sorted))
def test_no_window_ever_holds_more_than_its_count(asked: list[float]) -> None:
    window = SlidingWindow(count=5, period=60)
    given_times = [window.reserve(now) for now in asked]
    assert all(later - earlier >= 60 - 1e-6 for earlier, later in zip(given_times, given_times[5:], strict=False))
    assert all(at >= now for at, now in zip(given_times, asked, strict=True))


@given(st.lists(st.floats(0, 100), max_size=200).map(sorted), st.integers(1, 20), st.integers(1, 50))
def test_a_bucket_never_gives_more_than_burst_and_rate(asked: list[float], burst: int, rate: int) -> None:
    bucket = TokenBucket(burst=burst, rate=rate)
    given_times = [bucket.reserve(now) for now in asked]
    for first in range(len(given_times)):
        for last in range(first, len(given_times)):
            seconds = given_times[last] - given_times[first]
            assert last - first + 1 <= burst + seconds * rate + 1e-6


async def admitted(limits: Limits, clock: FakeClock, counted: Counted, calls: int) -> float:
    """How long so many calls took."""
    began = clock.time
    for _ in range(calls):
        await limits.admit(counted)
    return clock.time - began


def run(counted: Counted, calls: int) -> float:
    clock = FakeClock()
    return asyncio.run(admitted(Limits(clock), clock, counted, calls))


def test_azure_resource_manager_takes_220_reads_at_once_and_25_a_second() -> None:
    arm = Counted(Throttle.ARM, "/subscriptions/a")
    assert run(arm, 220) == 0
    assert run(arm, 470) == pytest.approx(10)


def test_storage_takes_nearly_100_lists_and_800_reads_in_five_minutes() -> None:
    lists = Counted(Throttle.STORAGE_LISTS, "/subscriptions/a", "westeurope")
    reads = Counted(Throttle.STORAGE_READS, "/subscriptions/a", "westeurope")
    assert run(lists, 95) == 0
    assert run(lists, 96) == pytest.approx(302)
    assert run(reads, 780) == pytest.approx((780 - 220) / 25)
    assert run(reads, 781) >= 300


def test_each_subscription_and_region_has_limits_of_its_own() -> None:
    async def others() -> float:
        clock = FakeClock()
        limits = Limits(clock)
        await admitted(limits, clock, Counted(Throttle.STORAGE_LISTS, "/subscriptions/a", "westeurope"), 95)
        elsewhere = Counted(Throttle.STORAGE_LISTS, "/subscriptions/a", "northeurope")
        somebody = Counted(Throttle.STORAGE_LISTS, "/subscriptions/b", "westeurope")
        return await admitted(limits, clock, elsewhere, 95) + await admitted(limits, clock, somebody, 95)

    assert asyncio.run(others()) == 0


def test_an_account_keeps_most_of_its_calls_for_documents() -> None:
    assert run(Counted(Throttle.DOCUMENT_INTELLIGENCE, "/subscriptions/a", account="/a"), 60) == pytest.approx(10)


def test_storage_calls_count_at_azure_resource_manager_too() -> None:
    async def arm_after_storage() -> float:
        clock = FakeClock()
        limits = Limits(clock)
        await admitted(limits, clock, Counted(Throttle.STORAGE_READS, "/subscriptions/a", "westeurope"), 220)
        return await admitted(limits, clock, Counted(Throttle.ARM, "/subscriptions/a"), 25)

    assert asyncio.run(arm_after_storage()) == pytest.approx(1)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=300), st.sampled_from(["read", "list"]))
def test_azure_never_has_to_refuse_a_call(delays: list[float], kind: str) -> None:
    """Neither the generic nor the storage limits, with up to a second on the way."""

    async def go() -> None:
        clock = FakeClock()
        limits, server = Limits(clock), Limiter(RateLimits())
        throttle = {"read": Throttle.STORAGE_READS, "list": Throttle.STORAGE_LISTS}[kind]
        counted = Counted(throttle, "/subscriptions/a", "westeurope")
        arrivals = []
        for number in range(1000):
            await limits.admit(counted)
            arrivals.append(clock.time + delays[number % len(delays)])
        for arrival in sorted(arrivals):
            server.clock = lambda arrival=arrival: arrival
            assert server.take("a", kind, "westeurope") is None

    asyncio.run(go())


def test_a_pause_is_for_the_calls_that_azure_meant() -> None:
    async def paused() -> tuple[float, float]:
        clock = FakeClock()
        limits = Limits(clock)
        reads = Counted(Throttle.STORAGE_READS, "/subscriptions/a", "westeurope")
        limits.pause(reads, 30)
        others = await admitted(limits, clock, Counted(Throttle.ARM, "/subscriptions/a"), 1)
        return others, await admitted(limits, clock, reads, 1)

    assert asyncio.run(paused()) == (0, 30)


def test_the_system_clock_goes_on() -> None:
    async def a_moment() -> float:
        clock = SystemClock()
        began = clock.now()
        await clock.sleep(0.01)
        return clock.now() - began

    assert asyncio.run(a_moment()) > 0


@pytest.mark.parametrize("gate", [TokenBucket(burst=3, rate=2), SlidingWindow(count=3, period=300)])
def test_a_gate_goes_on_by_the_clock_of_another_machine(gate: TokenBucket | SlidingWindow) -> None:
    times(gate, 5, start=100.0)
    gate.pause(100.5)
    there = deepcopy(gate)
    there.shift(-70.0)
    assert times(there, 4, start=31.0) == pytest.approx([at - 70 for at in times(gate, 4, start=101.0)])


def test_limits_go_on_where_they_were_spent() -> None:
    here, there = FakeClock(), FakeClock()
    there.time = 5.0
    counted = Counted(Throttle.STORAGE_LISTS, "s", "westeurope")

    async def use(limits: Limits, calls: int) -> None:
        for _ in range(calls):
            await limits.admit(counted)

    first = Limits(here)
    asyncio.run(use(first, 95))
    assert here.time == 1000.0
    here.time += 100
    asyncio.run(use(Limits(there, first.spent()), 1))
    assert there.time == 5.0 + 202  # the window of 302 seconds opened 100 seconds ago


def test_those_who_ask_at_once_share_what_azure_counts_for_all_of_them() -> None:
    clock = FakeClock()
    limits = Limits(clock, among=3)

    async def use() -> None:
        for _ in range(51):
            await limits.admit(Counted(Throttle.LOGS, "log queries"))

    asyncio.run(use())
    assert clock.time == 1000.0 + 31  # 50 of 150 are its share
