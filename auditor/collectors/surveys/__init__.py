"""Surveys: what is found out in another way than by a GET of one address: handshakes, queries, ages of blobs.

A survey is an async function of the resource that it is about and a `Desk`; it returns a `Survey`, or raises
`NotReadError` with the reason of a gap. `catalogue` names it, so that nothing of Azure is loaded before it is used.
What it could not tell stands in its answer as `Unread`, so a part that is missing never hides the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.collectors.catalogue import Collector
    from auditor.collectors.clouds import Cloud
    from auditor.collectors.questions import Seen
    from auditor.collectors.reader import Reader
    from auditor.model.reading import Json


@dataclass(frozen=True, slots=True)
class Desk:
    """What a survey works with: the cloud, the reader of Azure's answers, what was read so far, its own record."""

    cloud: Cloud
    reader: Reader
    seen: Seen
    record: Collector


@dataclass(frozen=True, slots=True)
class Survey:
    """What a survey found out: the `properties` of a resource (leaves may be `Unread`), and where it looked."""

    properties: Json
    source: str
