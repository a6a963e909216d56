"""The door of this room: `collect` reads live Azure and returns a snapshot.

Importing this module loads nothing of Azure; `collect` does, and only the clients that it needs.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from auditor.collectors.stopping import Stop
from auditor.lazy import Entry
from auditor.model.snapshot import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from auditor.collectors.held import Held
    from auditor.collectors.reader import Patience
    from auditor.model.resource import Gap, ListRead, Resource
    from auditor.model.snapshot import Header, Snapshot


@dataclass(frozen=True, slots=True)
class Request:
    """What to collect.

    `types`: names of the resource types that rules and facts need; only these are asked for, with the lists that lead
    to them. `subscriptions`: ids or display names, empty for all that can be seen. `auth`: one link of the sign-in
    chain (`sign_in.LINKS`), None for the standard chain. `skipped`: types that the user does not want asked for, and
    why; each becomes a gap at every resource that would have been asked. `tool`: our version. `unasked`: types
    that are looked at only when the user asks for it, and how to; no gap, but unread.
    """

    types: frozenset[str]
    subscriptions: tuple[str, ...]
    management_group: str | None
    cloud: str
    auth: str | None
    skipped: Mapping[str, str]
    tool: str
    unasked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Other machines that read: one of `EXECUTORS`, and where its scheduler is."""

    executor: str
    scheduler: str


EXECUTORS: Final[Mapping[str, Entry]] = {
    "dask": Entry("auditor.collectors.cluster:dask", "The workers of a Dask cluster; takes the extra `dask`.")
}


class Sink(Protocol):
    """Takes what was read, as it is read; `SnapshotWriter` fits."""

    def resource(self, resource: Resource) -> None:
        """Take a resource."""
        ...

    def gap(self, gap: Gap) -> None:
        """Take what could not be read."""
        ...

    def list_read(self, read: ListRead) -> None:
        """Take that a list was read to its end."""
        ...


class Progress(Protocol):
    """Is told how far the scan is. `what` is a type's label of the table of types: `blob service`."""

    def expect(self, what: str, count: int) -> None:
        """So many more reads of this kind will come; called again when more turn up."""
        ...

    def done(self, what: str) -> None:
        """One of them is over, whatever came of it."""
        ...


def collect(
    request: Request,
    sink: Sink,
    select: Callable[[Snapshot], frozenset[str]],
    progress: Progress,
    *,
    begin: Callable[[Header], None] | None = None,
    patience: Patience | None = None,
    calls: Counter[str] | None = None,
    held: Held | None = None,
    cluster: Cluster | None = None,
) -> Snapshot:
    """Read what the request names, and give it to the sink while it is read.

    `select` is called with everything but the details of storage accounts, and returns the keys of the accounts whose
    details are wanted; then again, as long as it names further accounts for what these details tell. `begin` is told
    the head of the snapshot before anything else. `calls` is counted on from what it holds, by operation. What is `held`
    from a part of this scan that broke off is not asked for, but given to the sink as if it was. With a `cluster` its machines read, and nothing else
    changes.

    What cannot be read is a gap in the snapshot; raises `SignInError` or `SourceError` if there is nothing to audit at
    all, `UsageError` for a cloud or a way to sign in that does not exist, `Stopped` where SIGINT or SIGTERM came.
    """
    from auditor.collectors.reader import Patience  # noqa: PLC0415 - loads aiohttp and azure-core
    from auditor.collectors.scan import scan  # noqa: PLC0415 - as above

    stop = Stop()
    scanning: dict[str, Any] = {
        "begin": begin,
        "patience": patience or Patience(),
        "calls": Counter() if calls is None else calls,
        "held": held,
        "stop": stop,
    }
    try:
        if cluster is None:
            snapshot = asyncio.run(scan(request, sink, select, progress, **scanning))
        else:
            from auditor.collectors.shards import scan_on  # noqa: PLC0415 - as above

            machines = EXECUTORS[cluster.executor].load()(cluster.scheduler)
            snapshot = asyncio.run(scan_on(machines, request, sink, select, progress, **scanning))
    except asyncio.CancelledError:
        raise Stopped(stop.signal, None) from None
    if stop.signal:
        raise Stopped(stop.signal, snapshot)
    return snapshot
