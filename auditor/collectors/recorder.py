"""Keeps what was read, without its secrets, and hands the very same to the sink: memory and file cannot differ."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from auditor.model.gathering import Gathering
from auditor.model.reading import mark_unread, plain
from auditor.model.redaction import cut_secrets
from auditor.model.resource import Gap, ListRead, Read, Resource, resource_key
from auditor.model.snapshot import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from auditor.collectors.collect import Sink
    from auditor.collectors.held import Outcome
    from auditor.collectors.shapes import Body
    from auditor.model.snapshot import End, Header, Snapshot


class Recorder:
    """What one scan has read so far."""

    def __init__(
        self, header: Header, sink: Sink, now: Callable[[], str] = utc_now, gathered: Gathering | None = None
    ) -> None:
        self._header = header
        self._sink = sink
        self._now = now
        self._gathered = gathered or Gathering()
        self._gaps: dict[tuple[str, str, str], Gap] = {}

    def resource(self, body: Body, source: str) -> Resource | None:
        """Keep one resource; None if there is one with its id, as a list that changes meanwhile gives on two pages."""
        # Marked as the snapshot file is read, so that a tag called $unread means the same in both.
        return self.keep(Resource(mark_unread(cut_secrets(body)), Read(source, self._now())))

    def keep(self, resource: Resource) -> Resource | None:
        """Keep a resource as it is; None as above."""
        if self._gathered.get(resource.key) is not None:
            return None
        self._sink.resource(resource)
        return self._take(resource)

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
        self._gathered.take_read(read)
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
        for resource in resources:
            self._take(resource)
        for read in reads:
            self._gathered.take_read(read)

    def _take(self, resource: Resource) -> Resource:
        return self._gathered.take(resource, len(json.dumps(plain(dict(resource.body)))))

    def get(self, resource_id: str) -> Resource | None:
        """The resource with this id, if it was read."""
        return self._gathered.get(resource_key(resource_id))

    def of_type(self, type_name: str) -> Sequence[Resource]:
        """All resources of a type that were read."""
        return self._gathered.of_type(type_name.lower())

    def below(self, owner_id: str, type_name: str) -> Sequence[Resource]:
        """All resources of a type that were read and belong to this one."""
        return self._gathered.below(resource_key(owner_id), type_name.lower())

    def was_listed(self, of: str, operation: str) -> bool:
        """Whether the list that this right reads was read to its end at this resource."""
        return self._gathered.was_listed(resource_key(of), operation.lower())

    def snapshot(self, end: End | None = None) -> Snapshot:
        """What was read so far; with an end, all of it."""
        return self._gathered.snapshot(self._header, self._gaps.values(), end)
