"""Keeps what was read, without its secrets, and hands the very same to the sink: memory and file cannot differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.reading import mark_unread
from auditor.model.redaction import cut_secrets
from auditor.model.resource import Gap, ListRead, Read, Resource, resource_key
from auditor.model.snapshot import End, Header, Snapshot, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from auditor.collectors.collect import Sink
    from auditor.collectors.held import Outcome
    from auditor.collectors.shapes import Body


class Recorder:
    """What one scan has read so far."""

    def __init__(self, header: Header, sink: Sink, now: Callable[[], str] = utc_now) -> None:
        self._header = header
        self._sink = sink
        self._now = now
        self._resources: dict[str, Resource] = {}
        self._gaps: dict[tuple[str, str, str], Gap] = {}
        self._reads: list[ListRead] = []
        self._listed: set[tuple[str, str]] = set()
        # Keys alone: looking through all resources at each of them would take quadratic time.
        self._of_type: dict[str, list[str]] = {}
        self._below: dict[tuple[str, str], list[str]] = {}

    def resource(self, body: Body, source: str) -> Resource | None:
        """Keep one resource; None if there is one with its id, as a list that changes meanwhile gives on two pages."""
        # Marked as the snapshot file is read, so that a tag called $unread means the same in both.
        return self.keep(Resource(mark_unread(cut_secrets(body)), Read(source, self._now())))

    def keep(self, resource: Resource) -> Resource | None:
        """Keep a resource as it is; None as above."""
        if resource.key in self._resources:
            return None
        self._resources[resource.key] = resource
        self._of_type.setdefault(resource.type_key, []).append(resource.key)
        if resource.owner is not None:
            self._below.setdefault((resource.owner, resource.type_key), []).append(resource.key)
        self._sink.resource(resource)
        return resource

    def gap(self, scope: str, operation: str, reason: str) -> None:
        """Record what could not be read; the same words about the same list count once."""
        self.keep_gap(Gap(scope, operation, reason, self._now()))

    def keep_gap(self, gap: Gap) -> None:
        """Record a gap as it is."""
        key = (resource_key(gap.scope), gap.operation, gap.reason)
        if key not in self._gaps:
            self._gaps[key] = gap
            self._sink.gap(gap)

    def list_read(self, of: str, operation: str, source: str) -> None:
        """Record that a list was read to its end."""
        self.keep_read(ListRead(of, operation, source, self._now()))

    def keep_read(self, read: ListRead) -> None:
        """Record a list that was read as it is."""
        self._reads.append(read)
        self._listed.add((resource_key(read.of), read.operation))
        self._sink.list_read(read)

    def recall(self, outcome: Outcome) -> list[Resource]:
        """Record what a job came to in an earlier part of this scan; its resources."""
        kept = [item for resource in outcome.resources if (item := self.keep(resource)) is not None]
        for gap in outcome.gaps:
            self.keep_gap(gap)
        for read in outcome.reads:
            self.keep_read(read)
        return kept

    def remember(self, resources: Iterable[Resource], reads: Iterable[ListRead]) -> None:
        """Know what another recorder has kept, without keeping it here: the sink is not told."""
        self._resources.update((resource.key, resource) for resource in resources)
        self._listed.update((resource_key(read.of), read.operation) for read in reads)

    def get(self, resource_id: str) -> Resource | None:
        """The resource with this id, if it was read."""
        return self._resources.get(resource_key(resource_id))

    def of_type(self, type_name: str) -> list[Resource]:
        """All resources of a type that were read."""
        return [self._resources[key] for key in self._of_type.get(type_name.lower(), ())]

    def below(self, owner_id: str, type_name: str) -> list[Resource]:
        """All resources of a type that were read and belong to this one."""
        return [self._resources[key] for key in self._below.get((resource_key(owner_id), type_name.lower()), ())]

    def was_listed(self, of: str, operation: str) -> bool:
        """Whether the list that this right reads was read to its end at this resource."""
        return (resource_key(of), operation) in self._listed

    def snapshot(self, end: End | None = None) -> Snapshot:
        """What was read so far; with an end, all of it."""
        return Snapshot(
            self._header, tuple(self._resources.values()), tuple(self._gaps.values()), tuple(self._reads), end
        )
