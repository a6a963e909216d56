"""Work side by side: a group of tasks that fails as one of its tasks failed, and a bounded number of them at a time."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group out of which comes the first error itself and no group of errors.

    What a reader can expect to go wrong is a gap and never gets here: this is for a full disk under the sink, and for
    our own mistakes.
    """
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None


async def each(work: Iterable[Coroutine[object, object, object]], at_once: int) -> None:
    """Do this work, at most so much at once: a coroutine is taken from the iterable when there is a hand for it."""
    waiting = iter(work)

    async def hand() -> None:
        for coroutine in waiting:
            await coroutine

    async with together() as group:
        for _ in range(at_once):
            group.create_task(hand())
