"""Machines of a Dask cluster, which do the tasks of a scan.

What goes over the wire is what Azure answered, and what to ask next: no credential, each worker signs in by itself. The
protocol of `distributed` is made of pickles, so whoever can talk to scheduler or workers can run code there: a cluster
is a circle of trust, which TLS closes (`tls://…`, with the certificates in Dask's own configuration; docs/scale.md).
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from socket import gethostname
from typing import TYPE_CHECKING, Final

from auditor.collectors.parts import read_part
from auditor.errors import AuditorError, SourceError, UsageError, how_to_install

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from distributed import Client, Future

    from auditor.collectors.parts import Part, Task

PATIENCE: Final = 30.0
"""Seconds in which a scheduler answers, and then has a worker."""

_QUIET: Final = {"distributed.admin.large-graph-warning-threshold": "1 TB"}
"""A task brings what its stage looks at. Left on the cluster it would be gone with the worker that holds it."""


@asynccontextmanager
async def dask(scheduler: str, patience: float = PATIENCE) -> AsyncIterator[DaskCluster]:
    """The cluster of a scheduler, for as long as the block lasts; raises `UsageError` and `SourceError`."""
    try:
        from dask import config  # noqa: PLC0415 - an extra
        from distributed import Client  # noqa: PLC0415 - as above
    except ImportError as error:
        raise UsageError("Dask is not installed", how_to_install("dask")) from error
    client = Client(scheduler, asynchronous=True, timeout=patience, set_as_default=False)
    try:
        with config.set(_QUIET):
            yield DaskCluster(client, await _hands(client, scheduler, patience))
    finally:
        await client.close()


async def _hands(client: Client, scheduler: str, patience: float) -> int:
    """How many threads the workers have."""
    try:
        await client
    except (OSError, ValueError) as error:
        raise SourceError(
            f"no Dask scheduler answers at {scheduler}: {error}",
            "It takes the address that `dask scheduler` prints (tcp://HOST:8786, or tls:// with certificates).",
        ) from error
    try:
        await client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise SourceError(
            f"the Dask scheduler at {scheduler} has no workers", f"Start some: `dask worker {scheduler}`."
        ) from error
    return sum((await client.nthreads()).values())


class DaskCluster:
    """An executor over the workers of a scheduler. `hands`: the threads that they had when the scan began."""

    def __init__(self, client: Client, hands: int) -> None:
        self.hands = hands
        self._client = client

    async def run(self, tasks: Sequence[Task]) -> AsyncIterator[Part]:
        """Do all tasks. What a worker leaves undone when it dies, the scheduler gives to another."""
        from distributed import as_completed  # noqa: PLC0415 - an extra

        futures = [self._client.submit(attempt, task, pure=False) for task in tasks]
        try:
            async for future in as_completed(futures, loop=self._client.loop):
                yield await _part(future)
                future.release()
        finally:
            await self._client.cancel(futures)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a machine could not do a task, in the words of an error (exceptions of ours are no good as pickles)."""

    machine: str
    problem: str
    hint: str


def attempt(task: Task) -> Part | Refusal:
    """What a worker runs."""
    try:
        return read_part(task)
    except AuditorError as error:
        return Refusal(gethostname(), error.problem, error.hint)


async def _part(future: Future[Part | Refusal]) -> Part:
    """What came of a task; raises `SourceError`."""
    from distributed import KilledWorker  # noqa: PLC0415 - an extra

    if future.cancelled():
        raise SourceError("the Dask scheduler is gone", "Nothing is lost but time: start it, and scan again.")
    try:
        found: Part | Refusal = await future
    except KilledWorker as error:
        raise SourceError(
            f"{error.allowed_failures + 1} workers died over the same task",
            "Their logs tell why; with too little memory, give each worker more, or take more workers.",
        ) from error
    except ImportError as error:
        raise SourceError(
            f"the cluster cannot load the auditor: {error}", "Install the same version of it on every machine."
        ) from error
    if isinstance(found, Refusal):
        raise SourceError(f"on {found.machine}: {found.problem}", found.hint)
    return found
