"""What the file of a scan that broke off holds: a scan that goes on with it asks for the rest alone.

It is a scan like any other, only that each job looks here before it asks Azure. A job is over if the file has what is
written when it is over: that its list was read to its end, the one child of its kind, or the gaps that it left. Of a list
that broke off in the middle nothing is taken, but for what was read one by one. Not taken either is what a scan finds
out without asking (the options of this run decide that), and gaps of which the next attempt may know better: throttling,
errors of the server, the network, a sign-in that had expired. What Azure refused, it is not asked again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from auditor.collectors.catalogue import COLLECTORS, SUBSCRIPTIONS
from auditor.collectors.subscriptions import TENANT, Scope
from auditor.model.reading import Unread
from auditor.model.resource import ListRead, resource_key
from auditor.model.types import BY_NAME, SUBSCRIPTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.collectors.jobs import Job
    from auditor.model.resource import Gap, Resource
    from auditor.model.snapshot import Header, Snapshot

BEGIN_ANEW: Final = "Begin anew: `auditor scan --save-snapshot FILE`."
"""What is left to do where a scan cannot go on."""
_REFUSED: Final = re.compile(r"401 PermissionDenied\b|4(?!01|08|29)\d\d\b")
_ONE_BY_ONE: Final = frozenset(record.kind.key for record in COLLECTORS if record.kind.single or record.each)
"""Types (lower case) of which each resource is read by itself, so that one is whole although the list was not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job left in the file."""

    resources: tuple[Resource, ...]
    gaps: tuple[Gap, ...] = ()
    reads: tuple[ListRead, ...] = ()


class Held:
    """The part of a snapshot that need not be asked for once more. `calls`: what it took, by operation."""

    def __init__(self, snapshot: Snapshot, calls: Mapping[str, int]) -> None:
        self.calls = calls
        self._gaps: dict[tuple[str, str], list[Gap]] = {}
        for gap in snapshot.gaps:
            self._gaps.setdefault((resource_key(gap.scope), gap.operation), []).append(gap)
        for place, gaps in list(self._gaps.items()):
            if place != _SUBSCRIPTIONS and not all(_REFUSED.match(gap.reason) for gap in gaps):
                del self._gaps[place]
        reads = [read for read in snapshot.reads if read.source.startswith("GET ")]
        self._reads = {(resource_key(read.of), read.operation): read for read in reads}
        self.scope = self._scope_of(snapshot)
        if self.scope is None:  # it is asked for once more
            self._gaps.pop(_SUBSCRIPTIONS, None)
            self._reads.pop(_SUBSCRIPTIONS, None)
        self.kept = replace(
            snapshot,
            resources=tuple(item for item in snapshot.resources if self._keeps(item)),
            gaps=tuple(gap for gaps in self._gaps.values() for gap in gaps),
            reads=tuple(self._reads.values()),
            end=None,
        )

    @property
    def header(self) -> Header:
        """The head of the file."""
        return self.kept.header

    def outcome(self, job: Job) -> Outcome | None:
        """What a job came to, None if it was not over."""
        kind = job.collector.kind
        place = resource_key(job.scope), kind.operation
        gaps, read = self._gaps.get(place, ()), self._reads.get(place)
        resources = tuple(self.kept.listing(job.scope, kind.name).resources)
        if read is None and kind.single and resources and resources[0].read is not None:
            if job.collector.survey is not None:
                return Outcome(resources)
            read = ListRead(job.scope, kind.operation, resources[0].read.source, resources[0].read.at)
        if not gaps and read is None:
            return None
        return Outcome(resources, tuple(gaps), () if read is None else (read,))

    def one(self, resource_id: str) -> Resource | None:
        """A resource that was read by itself."""
        return self.kept.get(resource_id)

    def tenant(self) -> Outcome:
        """How the list of subscriptions ended."""
        read = self._reads.get(_SUBSCRIPTIONS)
        subscriptions = tuple(self.kept.of_type(SUBSCRIPTION))
        return Outcome(subscriptions, tuple(self._gaps.get(_SUBSCRIPTIONS, ())), () if read is None else (read,))

    def _scope_of(self, snapshot: Snapshot) -> Scope | None:
        """The subscriptions that the scan began with, if the file tells all about them that was found out."""
        asked = snapshot.header.asked
        found = [item for key in snapshot.header.scope if (item := snapshot.get(key)) is not None]
        narrowed = asked is not None and (asked.subscriptions or asked.management_group is not None)
        told = narrowed or _SUBSCRIPTIONS in self._reads or _SUBSCRIPTIONS in self._gaps
        if not told or len(found) < len(snapshot.header.scope):
            return None
        return Scope(tuple(dict(item.body) for item in found), "", (), whole=False)

    def _keeps(self, resource: Resource) -> bool:
        kind = BY_NAME.get(resource.type_key)
        if kind is None:
            return False
        if kind.name == SUBSCRIPTION:
            return self.scope is not None
        if kind.key in _ONE_BY_ONE:
            return not isinstance(resource.body.get("properties"), Unread)
        place = resource.owner or "", kind.operation
        return place in self._reads or place in self._gaps


_SUBSCRIPTIONS: Final = resource_key(TENANT), SUBSCRIPTIONS.operation
