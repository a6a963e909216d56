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
    from collections.abc import Iterable

    from auditor.collectors.collect import Sink
    from auditor.collectors.shapes import Body
    from auditor.model.snapshot import End, Header, Snapshot


class Recorder:
    """What one scan has read so far."""

    def __init__(self, header: Header, sink: Sink, gathered: Gathering | None = None) -> None:
        self._header = header
        self._sink = sink
        self._gathered = gathered or Gathering()
        self._gaps: dict[tuple[str, str, str], Gap] = {}

    def resource(self, body: Body, source: str) -> Resource | None:
        """Keep one resource; None if there is one with its id, as a list that changes meanwhile gives on two pages."""
        # Marked as the snapshot file is read, so that a tag called $unread means the same in both.
        resource = Resource(mark_unread(cut_secrets(body)), Read(source, utc_now()))
        if self._gathered.get(resource.key) is not None:
            return None
        self._sink.resource(resource)
        return self._gathered.take(resource, len(json.dumps(plain(body))))

    def gap(self, scope: str, operation: str, reason: str) -> None:
        """Record what could not be read; the same words about the same list count once."""
        key = (resource_key(scope), operation, reason)
        if key not in self._gaps:
            self._gaps[key] = Gap(scope, operation, reason, utc_now())
            self._sink.gap(self._gaps[key])

    def list_read(self, of: str, operation: str, source: str) -> None:
        """Record that a list was read to its end."""
        read = ListRead(of, operation, source, utc_now())
        self._gathered.take_read(read)
        self._sink.list_read(read)

    def get(self, resource_id: str) -> Resource | None:
        """The resource with this id, if it was read."""
        return self._gathered.get(resource_key(resource_id))

    def of_type(self, type_name: str) -> Iterable[Resource]:
        """All resources of a type that were read."""
        return self._gathered.of_type(type_name.lower())

    def was_listed(self, of: str, operation: str) -> bool:
        """Whether the list that this right reads was read to its end at this resource."""
        return self._gathered.was_listed(resource_key(of), operation.lower())

    def snapshot(self, end: End | None = None) -> Snapshot:
        """What was read so far; with an end, all of it."""
        return self._gathered.snapshot(self._header, self._gaps.values(), end)
