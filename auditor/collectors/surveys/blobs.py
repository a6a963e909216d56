"""How old the oldest blob of a container is, and what is left of deleted ones: counted from the list of its blobs.

Asked only for `--inspect-blobs`, since the right to list blobs is also the right to read them (azure-facts 3b). Names
are passed over while the answer is parsed: none is kept, so none can reach a snapshot, a report or a log. "Oldest" is
over everything that is listed, for a snapshot, a version or a soft-deleted blob is a document that can still be read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.parsers import expat

from auditor.collectors.answers import NotReadError, moment_of, not_ok
from auditor.collectors.limits import Counted
from auditor.collectors.reader import Call
from auditor.collectors.surveys import Desk, Survey
from auditor.collectors.surveys.tls import blob_host
from auditor.model.reading import Unread
from auditor.model.snapshot import text_of
from auditor.model.types import subscription_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from auditor.model.reading import Json
    from auditor.model.resource import Resource

PAGES: Final = 400
"""Of 5000 blobs each; longer lists are given up. Two million blobs take minutes already."""

_EVERYTHING: Final = "snapshots,versions,deleted,uncommittedblobs"
# A hierarchical namespace has no versions and lists soft-deleted paths by a request of another form (List Blobs,
# learn.microsoft.com/rest/api/storageservices/list-blobs: `showonly=deleted`).
_HIERARCHY: Final = "snapshots,uncommittedblobs"
_HEADERS: Final = {"Accept": "application/xml", "Accept-Encoding": "gzip", "x-ms-version": "2021-12-02"}
_KINDS: Final = ("blobs", "deleted", "versions", "snapshots", "uncommitted")
_TYPES: Final = {"AppendBlob": "appendBlobs", "PageBlob": "pageBlobs"}
"""Types of blobs that are counted apart, since lifecycle rules have to name the one and never delete the other."""


@dataclass(slots=True)
class Tally:
    """What a page of a list holds, in numbers: how many of each kind, the oldest moment, where the next page begins.

    `undated` counts blobs without a date, `since_unknown` those among uncommitted blocks.
    """

    counts: Counter[str] = field(default_factory=Counter)
    oldest: datetime | None = None
    undated: int = 0
    since_unknown: int = 0
    marker: str = ""

    def add(self, kind: str, moment: datetime | None, blob_type: str = "") -> None:
        """Count one more."""
        self.counts[kind] += 1
        if kind == "blobs" and blob_type in _TYPES:
            self.counts[_TYPES[blob_type]] += 1
        if moment is None and kind == "uncommitted":
            self.since_unknown += 1
        elif moment is None:
            self.undated += 1
        else:
            self.oldest = min(self.oldest or moment, moment)

    def include(self, page: Tally) -> None:
        """Count what a further page holds."""
        self.counts += page.counts
        self.undated += page.undated
        self.since_unknown += page.since_unknown
        self.marker = page.marker
        self.oldest = min((moment for moment in (self.oldest, page.oldest) if moment is not None), default=None)


async def inspect(container: Resource, desk: Desk) -> Survey:
    """Go through the list of a container's blobs; a list that breaks off is a gap."""
    if _properties(container).get("deleted") is True:
        raise NotReadError("the container is soft-deleted, so its blobs cannot be listed")
    storage = desk.seen.get(container.owner or "")
    if storage is None:
        raise NotReadError("its storage account was not read")
    hierarchy = _properties(storage).get("isHnsEnabled") is True
    endpoint = f"https://{blob_host(storage, desk)}"
    address = f"{endpoint}/{quote(container.name, safe='$')}?restype=container&comp=list"
    asked = f"{address}&include={_HIERARCHY if hierarchy else _EVERYTHING}"
    counted = Counted(desk.record.throttle, subscription_of(container.key) or container.key)
    total, whole, seen = Tally(), False, {""}
    for _ in range(PAGES):
        url = f"{asked}&marker={quote(total.marker, safe='')}" if total.marker else asked
        call = Call(desk.record.service, endpoint, url, desk.record.operation, counted, headers=_HEADERS, means=page_of)
        total.include(await desk.reader.get(call))
        if not total.marker:
            whole = True
            break
        if total.marker in seen:
            raise NotReadError("the list leads back to a page that it had given")
        seen.add(total.marker)
    return Survey(_answer(total, whole=whole, hierarchy=hierarchy), f"GET {address}")


def _answer(total: Tally, *, whole: bool, hierarchy: bool) -> Json:
    """The numbers; those that a part of the list could have changed are unread.

    The oldest blob of a part is told too, since an even older one would make things no better: a rule that wants all of
    them young has to ask whether `deleted` was counted.
    """
    counts: dict[str, Json] = {kind: total.counts[kind] for kind in (*_KINDS, *_TYPES.values())}
    counts["uncommittedSince"] = (
        Unread("the list does not say since when blocks lie there") if total.since_unknown else None
    )
    oldest = text_of(total.oldest) if total.oldest else None
    words = "{blobs} current, {deleted} soft-deleted, {versions} previous versions, {snapshots} snapshots".format(
        **counts
    )
    words += f", {total.counts['uncommitted']} with uncommitted blocks only" if total.counts["uncommitted"] else ""
    words = f"{words}; the oldest of all is from {oldest}" if oldest else words
    unseen = None
    if hierarchy:
        unseen = Unread("with a hierarchical namespace, what is soft-deleted stands in no list of blobs")
        counts |= {"deleted": unseen, "versions": unseen}
        words += f"; {unseen.why}"
    if not whole:
        unseen = Unread(f"the list has more than {PAGES} pages")
        counts = dict.fromkeys(counts, unseen)
        words = f"{unseen.why}; in these: {words}"
    if total.undated:
        words += f"; {total.undated} without a date"
        return {**counts, "oldest": Unread("there are blobs without a date"), "words": words}
    return {**counts, "oldest": oldest or unseen, "words": words}


def page_of(status: int, headers: Mapping[str, str], content: bytes) -> Json:
    """The tally of a page of blobs; raises `NotReadError` for everything else."""
    if status != HTTPStatus.OK:
        raise not_ok(status, headers, headers.get("x-ms-error-code", ""))
    page = _Page()
    try:
        page.parser.Parse(content, True)  # noqa: FBT003 - expat takes it by position
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two: an encoding that it cannot read
        raise NotReadError("the answer was not XML", status=status) from error
    if not page.whole:
        raise NotReadError("the answer was no list of blobs", status=status)
    return page.tally


class _Page:
    """Goes through a page of a list as it is parsed, and keeps no text but that of a few elements."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.CharacterDataHandler = self._text
        self.parser.EndElementHandler = self._end
        self._path: list[str] = []
        self._blob: dict[str, str] = {}
        self._keeping: str | None = None
        self._parts: set[str] = set()

    @property
    def whole(self) -> bool:
        """Whether both parts were there that every page has, so that one without blobs is an answer."""
        return {"Blobs", "NextMarker"} <= self._parts

    def _refuse(self, *_declared: object) -> None:
        raise NotReadError("the answer declares a type of document; refused")

    def _begin(self, name: str, _attributes: object) -> None:
        if (not self._path and name != "EnumerationResults") or len(self._path) > _DEEPEST:
            raise NotReadError("the answer was no list of blobs")
        above = self._path[:]
        self._path.append(name)
        if above == _ROOT:
            self._parts.add(name)
        self._keeping = name if name in _KEPT and above in (_BLOB, [*_BLOB, "Properties"]) else None
        if self._keeping:
            self._blob[name] = ""
        elif self._path == _BLOB:
            self._blob = {}

    def _text(self, text: str) -> None:
        if self._path == _MARKER:
            self.tally.marker += text
        elif self._keeping:
            self._blob[self._keeping] += text

    def _end(self, _name: str) -> None:
        if self._path == _BLOB and self._blob.get("ResourceType") != "directory":
            self.tally.add(_kind(self._blob), _moment(self._blob), self._blob.get("BlobType", ""))
        self._keeping = None
        self._path.pop()


_DEEPEST: Final = 10
_ROOT: Final = ["EnumerationResults"]
_BLOB: Final = ["EnumerationResults", "Blobs", "Blob"]
_MARKER: Final = ["EnumerationResults", "NextMarker"]
_KEPT: Final = frozenset(
    {
        *("Deleted", "Snapshot", "VersionId", "IsCurrentVersion", "ResourceType"),
        *("Creation-Time", "Last-Modified", "Etag", "BlobType"),
    }
)


def _kind(blob: Mapping[str, str]) -> str:
    """What an entry is. A block blob of which no block was committed has neither date of change nor Etag (List Blobs)."""
    if blob.get("Deleted") == "true":
        return "deleted"
    if "Snapshot" in blob:
        return "snapshots"
    if "VersionId" in blob and blob.get("IsCurrentVersion") != "true":
        return "versions"
    uncommitted = blob.get("BlobType") == "BlockBlob" and not {"Last-Modified", "Etag"} & blob.keys()
    return "uncommitted" if uncommitted else "blobs"


def _moment(blob: Mapping[str, str]) -> datetime | None:
    """When it was created, or last written where that is not said; None if it has no date that can be read."""
    text = blob.get("Creation-Time") or blob.get("Last-Modified") or ""
    return moment_of(text)


def _properties(resource: Resource) -> dict[str, Json]:
    properties = resource.body.get("properties")
    return properties if isinstance(properties, dict) else {}
