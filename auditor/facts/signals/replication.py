"""Object replication: an account that receives copies of documents holds documents as well.

A policy copies the contents of each blob from a container of the source to a container of the destination (object
replication overview, Microsoft Learn). So each link of the source is a link of the destination, and of its own
destinations. The other signals have to be known before; `auditor.facts.links` asks for these links last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.facts.parts import part_of
from auditor.facts.replication import Replica, replica_in, replicas_of, versioning_is_off
from auditor.facts.signals.link import STRENGTHS, Link
from auditor.model.reading import Json, Unread
from auditor.model.types import OBJECT_REPLICATION, STORAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

SIGNAL: Final = "replicationTarget"


@dataclass(frozen=True, slots=True)
class Flow:
    """One policy whose destination was seen; `source` is `Unread` where the source is not known or was not seen."""

    source: Resource | Unread
    destination: Resource
    replica: Replica


def links(known: Callable[[str], Sequence[Link]], add: Callable[[Link], bool], estate: Estate) -> None:
    """Add the links of all destinations; `known` gives the links of a store by its key, `add` tells what is new."""
    outgoing: dict[str, list[Flow]] = {}
    for flow in _flows(estate):
        if not isinstance(flow.source, Unread):
            outgoing.setdefault(flow.source.key, []).append(flow)
    left = list(outgoing)
    while left:
        key = left.pop()
        inherited = _strongest(known(key))
        for flow in outgoing[key]:
            new = [add(link) for link in _links(flow, inherited)]
            if any(new) and flow.destination.key in outgoing:
                left.append(flow.destination.key)


def _strongest(links: Sequence[Link]) -> list[Link]:
    """The strongest link for each account."""
    found: dict[str, Link] = {}
    for link in sorted(links, key=lambda link: STRENGTHS.index(link.strength)):
        found.setdefault("" if link.account is None else link.account.key, link)
    return list(found.values())


def _links(flow: Flow, inherited: Sequence[Link]) -> Iterator[Link]:
    rules = flow.replica.rules
    containers = {None: None} if isinstance(rules, Unread) else dict.fromkeys(_name(target) for _, target in rules)
    for container in containers:
        source = "" if isinstance(flow.source, Unread) else f" of {flow.source.name}"
        words = f"object replication copies documents{source} to {'it' if container is None else f'its container {container}'}"
        for link in inherited:
            yield Link(flow.destination.key, link.account, SIGNAL, link.strength, words, container)


def _name(container: Json) -> str | None:
    return container if isinstance(container, str) else None


def doubt(storage: Resource, known: Callable[[Resource], bool | Unread], estate: Estate) -> Unread | None:
    """Why copies of documents may arrive, by the policies that were read.

    `known` tells whether the other signals say that a store holds documents.
    """
    return estate.once("doubt about copies", lambda: _doubts(known, estate)).get(storage.key)


def _doubts(known: Callable[[Resource], bool | Unread], estate: Estate) -> dict[str, Unread]:
    found: dict[str, Unread] = {}
    flows = _flows(estate)
    while True:
        before = len(found)
        for flow in flows:
            why = flow.source if isinstance(flow.source, Unread) else found.get(flow.source.key) or known(flow.source)
            if isinstance(why, Unread):
                name = "an account" if isinstance(flow.source, Unread) else flow.source.name
                told = Unread(f"object replication copies blobs of {name} to it: {why.why}")
                found.setdefault(flow.destination.key, why if flow.destination.key in found else told)
        if len(found) == before:
            return found


def doubt_by_unread_policies(storage: Resource, holds: Callable[[Resource], bool], estate: Estate) -> Unread | None:
    """Why copies of documents may arrive by a policy that was not read at the source.

    The destination has the policy too, so its own list settles it; and it needs versioning (azure-facts 2.7).
    """
    why: Unread | None = estate.once("unread policies", lambda: _unread_policies(holds, estate))
    if why is None or part_of(storage.body.get("properties"), "isHnsEnabled") is True:
        return None
    if estate.snapshot.listing(storage.id, OBJECT_REPLICATION).unread is None or versioning_is_off(storage, estate):
        return None
    return why


def _unread_policies(holds: Callable[[Resource], bool], estate: Estate) -> Unread | None:
    for storage in estate.snapshot.of_type(STORAGE):
        if holds(storage):
            replicas, unread = replicas_of(storage, estate)
            if unread is not None:
                return Unread(f"object replication policies of {storage.name} were not read: {unread.why}")
            if any(not isinstance(replica.written, str) for replica in replicas):
                return Unread(f"where object replication of {storage.name} copies to was not read")
    return None


def _flows(estate: Estate) -> Sequence[Flow]:
    """Every policy with a destination that was seen. A policy stands at both accounts; either is enough."""
    return estate.once("replication flows", lambda: list(_read_flows(estate)))


def _read_flows(estate: Estate) -> Iterator[Flow]:
    told = set()
    for policy in estate.snapshot.of_type(OBJECT_REPLICATION):
        properties = policy.body.get("properties")
        owner = None if policy.owner is None else estate.snapshot.get(policy.owner)
        replica = replica_in(properties, estate)
        source = _source(properties, owner, replica, estate)
        if isinstance(replica.written, Unread | None) and isinstance(source, Unread) and owner is not None:
            replica = Replica(owner.id, owner, replica.rules)  # neither end is told: the owner is one of them
        if replica.destination is None:
            continue
        ends = (source.why if isinstance(source, Unread) else source.key, replica.destination.key, repr(replica.rules))
        if ends not in told:
            told.add(ends)
            yield Flow(source, replica.destination, replica)


def _source(properties: Json, owner: Resource | None, replica: Replica, estate: Estate) -> Resource | Unread:
    written = part_of(properties, "sourceAccount")
    if isinstance(written, str) and written:
        return estate.storage(written) or Unread(f"the source {written.rpartition('/')[2]} was not seen")
    if owner is not None and replica.destination is not None and owner.key != replica.destination.key:
        return owner
    return Unread("the source of a replication policy was not read")
