from __future__ import annotations

import asyncio

import pytest

from auditor.collectors.together import each, together


class MistakeError(Exception):
    pass


async def fail() -> None:
    raise MistakeError("ours")


def test_the_first_mistake_comes_out_as_itself() -> None:
    async def nested() -> None:
        async with together() as outer:
            outer.create_task(asyncio.sleep(60))
            async with together() as inner:
                inner.create_task(fail())
                inner.create_task(asyncio.sleep(60))

    with pytest.raises(MistakeError, match="ours"):
        asyncio.run(nested())


def test_no_more_is_done_at_once_than_allowed() -> None:
    running, most, done = 0, 0, []

    async def work(number: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        done.append(number)

    asyncio.run(each((work(number) for number in range(20)), 4))
    assert most == 4
    assert sorted(done) == list(range(20))


def test_a_mistake_stops_the_rest() -> None:
    started = []

    async def work(number: int) -> None:
        started.append(number)
        await asyncio.sleep(0)
        await fail()

    with pytest.raises(MistakeError):
        asyncio.run(each((work(number) for number in range(100)), 2))
    assert len(started) < 10
