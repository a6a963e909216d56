"""How long the copies stay that object replication makes: by the rules of the account that they lie in (azure-facts 3b).

A delete at the source removes no version at the destination, so a copy has a clock of its own, and the destination may
replicate further. Each container is followed to once: what it adds to the worst case does not depend on the way there,
and ways that lead in a circle end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.facts.bounds import Bound, Reason, unread, worst
from auditor.facts.store import read_store
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.facts.estate import Estate
    from auditor.facts.replication import Replica
    from auditor.facts.store import Store

_CAUSE = "objectReplication"


@dataclass(frozen=True, slots=True)
class Trail:
    """How copies are followed: through which estate, by which measure, and to which containers (account, name) before.

    `measure` gives the worst case in a container, its own copies included.
    """

    estate: Estate
    measure: Callable[[Store, str, Trail], Bound]
    seen: set[tuple[str, str]] = field(default_factory=set)


def copied(store: Store, name: str | None, trail: Trail) -> Bound:
    """The worst case of the copies of a container; None asks for containers that were not listed, any of which may be."""
    trail.seen.add((store.key, name or ""))
    bounds = [
        _copy(source, target, replica, trail)
        for replica in store.replicas
        for source, target in _rules(replica)
        if name is None or isinstance(source, Unread) or source == name
    ]
    return worst((*bounds, unseen_copies(store, name)))


def copies_of_gone(store: Store, trail: Trail) -> Bound:
    """The copies of containers that are no longer there: these stay."""
    names = {container.name for container in store.live}
    return worst(
        _copy(source, target, replica, trail)
        for replica in store.replicas
        for source, target in _rules(replica)
        if not isinstance(source, Unread) and source not in names
    )


def unseen_copies(store: Store, name: str | None) -> Bound:
    """That the policies which may copy a container were not read."""
    if store.unseen_replicas is None:
        return Bound()
    return unread(_CAUSE, f"object replication policies were not read: {store.unseen_replicas.why}", name)


def _rules(replica: Replica) -> tuple[tuple[Json, Json], ...]:
    return ((replica.rules, replica.rules),) if isinstance(replica.rules, Unread) else replica.rules


def _copy(source: Json, target: Json, replica: Replica, trail: Trail) -> Bound:
    """The worst case of one copy, with its reasons told as those of the copy."""
    container = source if isinstance(source, str) else None
    where = f"{replica.name}{f', container {target}' if isinstance(target, str) else ''}"
    copy = f"object replication copies {f'container {container}' if container else 'blobs'} to {where}"
    if replica.destination is None:
        return unread(_CAUSE, f"{copy}, which was not seen", container)
    for side in (source, target):
        if isinstance(side, Unread):
            return unread(_CAUSE, f"{copy}, but {side.why}", container)
    there = read_store(replica.destination, trail.estate)
    if (there.key, target) in trail.seen:
        return Bound()
    if all(item.name != target for item in there.live):
        why = "" if there.unlisted is None else f": {there.unlisted.why}"
        return unread(_CAUSE, f"{copy}, a container that was not seen{why}", container)
    bound = trail.measure(there, target, trail)
    return Bound(bound.hours, [_told(bound, copy, container), *_doubts(bound, copy, container)])


def _told(bound: Bound, copy: str, container: str | None) -> Reason:
    """What is known of a copy: how long it stays, and the reasons that hold it."""
    known = [reason.words for reason in bound.reasons if reason.hours or (reason.hours is None and not reason.unread)]
    endless = [reason.words for reason in bound.reasons if reason.hours == math.inf]
    words = "; ".join(endless or known)
    hours = bound.hours or None
    return Reason(
        _CAUSE, hours, f"{copy}, where {words}" if words else f"{copy}, which keeps it by its own rules", container
    )


def _doubts(bound: Bound, copy: str, container: str | None) -> list[Reason]:
    found = [reason.words for reason in bound.reasons if reason.unread]
    return [Reason(_CAUSE, None, f"{copy}, where {found[0]}", container, unread=True)] if found else []
