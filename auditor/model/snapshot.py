"""A snapshot: what was read of an estate at one time, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from auditor.model.index import JoinedReads, JoinedResources, Reads, ReadsInMemory, Resources, ResourcesInMemory
from auditor.model.reading import LIVE_SCAN, MISSING, Found, Json, Reading, Unread
from auditor.model.resource import Gap, ListRead, Resource, resource_key
from auditor.model.types import BY_NAME, BY_OPERATION, CONTAINER, ONLY_LIVE, SUBSCRIPTION, ResourceType, subscription_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

AZURE = "azure"
INFRASTRUCTURE = "infrastructure"


def utc_now() -> str:
    """The time as snapshots write it."""
    return text_of(datetime.now(UTC))


def text_of(moment: datetime) -> str:
    """A time in UTC as snapshots write it: ISO 8601, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a scan was told to read; one that goes on with it has to read the same."""

    cloud: str
    subscriptions: tuple[str, ...] = ()
    management_group: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a snapshot: who made it, of what (`kind` azure or infrastructure), and when it began.

    `asked` stands in files that a scan wrote.
    """

    tool: str
    kind: str
    scope: tuple[str, ...]
    started: str
    asked: Asked | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class End:
    """The end of a snapshot: when the collecting ended, and how many calls were made for which operation."""

    finished: str
    calls: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """The children of one kind that a resource has. `unread` says why there may be more, or None if that is all."""

    resources: Sequence[Resource]
    unread: Unread | None

    def bodies(self) -> list[Json]:
        """The children's JSON, with an `Unread` at the end when there may be more."""
        bodies: list[Json] = [resource.body for resource in self.resources]
        return bodies if self.unread is None else [*bodies, self.unread]

    def only(self) -> Reading:
        """The one child of a relation that has at most one: found, missing or unread."""
        for resource in self.resources:
            return Found(resource.body)
        return MISSING if self.unread is None else self.unread


@dataclass(frozen=True)
class Snapshot:
    """Resources, gaps and lists that were read; `end` is None when the scan broke off."""

    header: Header
    resources: Sequence[Resource]
    gaps: Sequence[Gap] = ()
    reads: Sequence[ListRead] = ()
    end: End | None = None

    @cached_property
    def _known(self) -> Resources:
        return self.resources if isinstance(self.resources, Resources) else ResourcesInMemory(self.resources)

    @cached_property
    def _listed(self) -> Reads:
        return self.reads if isinstance(self.reads, Reads) else ReadsInMemory(self.reads)

    @cached_property
    def _gaps_at(self) -> dict[tuple[str, str], Gap]:
        return {(resource_key(gap.scope), gap.operation.lower()): gap for gap in reversed(self.gaps)}

    def get(self, resource_id: str) -> Resource | None:
        """The resource with this id, whatever its case."""
        return self._known.get(resource_key(resource_id))

    def of_type(self, type_name: str) -> Sequence[Resource]:
        """All resources of a type, in the order in which they were read."""
        return self._known.of_type(type_name.lower())

    @cached_property
    def subscriptions(self) -> tuple[str, ...]:
        """The ids (lower case) of all subscriptions that something in the snapshot lies in, sorted."""
        scopes = chain(self._known.keys(), (gap.scope for gap in self.gaps), (read.of for read in self.reads))
        heads = {"/".join(scope.split("/", 3)[:3]) for scope in scopes}  # many scopes, few subscriptions
        return tuple(sorted({found for head in heads if (found := subscription_of(head)) is not None}))

    def listing(self, owner_id: str, type_name: str) -> Listing:
        """The children of `type_name` that the resource `owner_id` has, and whether that is all of them.

        A gap at the owner or above it makes the list incomplete; so does a scan that broke off before it was read,
        and a list that nobody read. Children in a complete snapshot stand for a list that was read.
        """
        owner = resource_key(owner_id)
        kind = BY_NAME[type_name.lower()]
        children = self._known.below(owner, kind.key)
        return Listing(children, self._why_incomplete(owner, kind, children))

    def lister(self, kind: ResourceType) -> Callable[[str], tuple[Sequence[Resource], Unread | None]]:
        """The same as `listing` for one kind, by the keys of owners: for those who ask about very many of them.

        Of an owner whose list was not read it matters only whether children were seen, unless there are gaps.
        """
        name, operation, nowhere = kind.key, kind.operation.lower(), self.only_live(kind)
        special = kind.owner_kinds is not None or any(gap.operation.lower() == operation for gap in self.gaps)
        usual: dict[bool, Unread | None] = {}

        def children_of(owner: str) -> tuple[Sequence[Resource], Unread | None]:
            children = self._known.below(owner, name)
            if special:
                return children, self._why_incomplete(owner, kind, children)
            if nowhere is None and self._listed.has(owner, operation):
                return children, None
            some = bool(children)
            if some not in usual:
                usual[some] = self._why_incomplete(owner, kind, children)
            return children, usual[some]

        return children_of

    def _why_incomplete(self, owner: str, kind: ResourceType, children: Sequence[Resource]) -> Unread | None:
        if self._has_none(owner, kind):
            return None
        if (nowhere := self.only_live(kind)) is not None:
            return nowhere
        gap = self.gap_at(owner, kind)
        if gap is not None:
            return Unread(gap.reason)
        if self._listed.has(owner, kind.operation.lower()) or (kind.single and children):
            return None
        noun = "" if kind.single else " list"
        if self.end is None:
            return Unread(f"the scan ended before the {kind.label}{noun} was read")
        if children or (self.header.kind == INFRASTRUCTURE and kind.key != CONTAINER.lower()):
            return None
        if self.header.kind == INFRASTRUCTURE:  # documents will lie in some: applications make what no file declares
            return Unread("the files declare no container of it, and documents will lie in one")
        return Unread(f"the {kind.label}{noun} was not read")

    def only_live(self, kind: ResourceType) -> Unread | None:
        """Why nothing of a kind was read where these are files, and such resources stand in none; None for others."""
        if self.header.kind != INFRASTRUCTURE or kind.key not in ONLY_LIVE:
            return None
        return Unread(f"a file declares no {kind.label}", settled_by=LIVE_SCAN)

    def _has_none(self, owner: str, kind: ResourceType) -> bool:
        """Whether the owner is of a kind that has no such children, as an account for another service has no models."""
        resource = None if kind.owner_kinds is None else self._known.get(owner)
        own = None if resource is None else resource.body.get("kind")
        return kind.owner_kinds is not None and isinstance(own, str) and own.lower() not in kind.owner_kinds

    def gap_at(self, scope: str, kind: ResourceType) -> Gap | None:
        """The gap that hides resources of this kind at the scope, be it recorded there or further up."""
        if not self._gaps_at:
            return None
        parts = resource_key(scope).split("/")
        for length in range(len(parts), 1, -1):
            gap = self._gaps_at.get(("/".join(parts[:length]), kind.operation.lower()))
            if gap is not None:
                return gap
        return self._gaps_at.get(("", kind.operation.lower()))

    def unlisted(self, kind: ResourceType) -> Iterable[tuple[str, Unread]]:
        """Each scope (lower case) below which resources of this kind may exist that were not seen, and why.

        Where a scan was refused the list of owners (accounts, say), there may be more of the kind below them.
        """
        if kind.owner is None:
            return
        if kind.owner == SUBSCRIPTION:
            owners: Iterable[str] = self.subscriptions if self.header.kind == AZURE else ()
        else:
            owners = [resource.key for resource in self.of_type(kind.owner)]
            owner_kind = BY_NAME[kind.owner.lower()]
            yield from (item for item in self.unlisted(owner_kind) if self._was_refused(item[0], owner_kind))
        children_of = self.lister(kind)
        for owner in owners:
            _, unread = children_of(resource_key(owner))
            if unread is not None:
                yield owner, unread

    def _was_refused(self, scope: str, kind: ResourceType) -> bool:
        """Whether a list of this kind, or of what it hangs on, was asked for at a scope and did not come."""
        if self.end is None or self.gap_at(scope, kind) is not None:
            return True
        return kind.owner not in {None, SUBSCRIPTION} and self._was_refused(scope, BY_NAME[str(kind.owner).lower()])

    def extended(self, resources: Iterable[Resource], reads: Iterable[ListRead]) -> Snapshot:
        """The same snapshot with more resources and lists: those that are known to be used and were not seen, say."""
        return self.restated(resources, reads, frozenset(), frozenset())

    def restated(
        self,
        resources: Iterable[Resource],
        reads: Iterable[ListRead],
        types: frozenset[str],
        operations: frozenset[str],
    ) -> Snapshot:
        """The same snapshot with these resources and lists in place of all of some types and operations (lower case)."""
        known, listed = (
            JoinedResources(self._known, resources, types),
            JoinedReads(self._listed, reads, operations),
        )
        return Snapshot(
            self.header,
            known if isinstance(self.resources, Resources) else tuple(known),
            self.gaps,
            listed if isinstance(self.reads, Reads) else tuple(listed),
            self.end,
        )


def kind_of_gap(gap: Gap) -> ResourceType | None:
    """The type of resource that a gap hides, where its operation is one that the table of types knows."""
    return BY_OPERATION.get(gap.operation.lower())


class Stopped(KeyboardInterrupt):
    """A scan that a signal has ended: what it had read by then, None if it had not begun to."""

    def __init__(self, signal: int, snapshot: Snapshot | None) -> None:
        super().__init__()
        self.signal = signal
        self.snapshot = snapshot
