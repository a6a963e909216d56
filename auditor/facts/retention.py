"""How long a forgotten or deleted document can come back, composed of all that azure-facts 3b names.

For each documents container, and for the account as the worst of them, three figures: `unbounded` (something is known
to keep documents without end), `exceedsHours` (the worst case is known to be longer than this many hours), and
`atMostHours` (an upper bound). Azure gives no upper bound for the run time of lifecycle rules, so `atMostHours` is
unread, with the reason and the evidence that would settle it. That there is no container now bounds nothing: the
account's settings say what becomes of a document in the next one.

In a container a document is alive as long as the longest of what lets it live (`alive`, `holds`), then stays as long as
the longest of what keeps it after its delete (`kept`); a copy elsewhere lives by the rules there (`copied`). Change
feed, inventory and logs keep names and no bytes; the archive tier keeps nothing longer; a lease is on a blob and cannot
be seen from outside: none of these counts.

Every retaining feature can only raise these figures, every lifecycle rule can only lower them; laws hold that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from auditor.facts.alive import (
    forgotten,
    last_version,
    left_behind,
    leftovers,
    other_types,
    snapshots,
    to_come,
    uncommitted,
    versions,
)
from auditor.facts.bounds import Bound, longest, no_bound, unread, whole, worst
from auditor.facts.copied import Trail, copied, copies_of_gone, unseen_copies
from auditor.facts.coverage import coverage
from auditor.facts.holds import account_hold, held, holds_of
from auditor.facts.kept import kept, standing
from auditor.facts.store import Store, read_store
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.backups import Protection
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


def retention_of(storage: Resource, estate: Estate) -> Json:
    """The worst case of a storage account and of each of its documents containers."""
    store = read_store(storage, estate)
    names: list[str | None] = [container.name for container in store.containers]
    if store.unlisted is not None:
        names.append(None)  # containers that may exist but were not seen
    bounds = [_doubted(store, name, _whole(store, name, Trail(estate, _whole))) for name in names]
    account = worst((*bounds, _whatever_there_is(store, estate)))
    version = worst(_doubted(store, name, left_behind(store, name)) for name in (names if store.live else [None]))
    return {
        **account.as_json(no_bound(account)),
        "versions": version.as_json(no_bound(version) if version.reasons else 0),
        "lifecycle": [coverage(store, name) for name in names],
        "reasons": [reason.as_json() for reason in account.reasons],
        "holds": holds_of(store),
        "backups": list(_backups(store, names)),
        "containers": [
            {
                "name": name or Unread("containers that could not be listed"),
                **bound.as_json(no_bound(bound)),
                "reasons": [reason.as_json() for reason in bound.reasons],
            }
            for name, bound in zip(names, bounds, strict=True)
        ],
    }


def _whole(store: Store, name: str | None, trail: Trail) -> Bound:
    """A document's worst case in one container: alive, then kept after its delete; or as a copy elsewhere."""
    blob = forgotten(store, name)
    waits = (last_version(store, name, blob), snapshots(store, name, blob), leftovers(store, name))
    seen = (other_types(store, name), uncommitted(store, name))
    parts = (blob, versions(store, name), *waits, *seen, held(store, name))
    after = kept(store, name)
    alive = max(part.hours for part in parts)
    reasons = [reason for part in (*parts, after) for reason in part.reasons]
    return worst((Bound(alive + after.hours, reasons), copied(store, name, trail)))


def _doubted(store: Store, name: str | None, bound: Bound) -> Bound:
    """The same bound, known for nothing where it is not known whether the container holds documents at all."""
    doubt = store.doubts.get(name or "")
    if doubt is None or not bound.reasons:
        return bound
    return unread("lifecycle", f"whether container {name} holds documents is not known: {doubt.why}", name)


def _whatever_there_is(store: Store, estate: Estate) -> Bound:
    """What keeps documents besides the containers of now: in the next one, in those that are gone, in copies."""
    gone = copies_of_gone(store, Trail(estate, _whole))
    next_one = () if store.live or store.unlisted is not None else (_next(store), unseen_copies(store, None))
    return worst((standing(store), gone, *next_one, longest(store.tasks)))


def _next(store: Store) -> Bound:
    """A document's worst case in the next container of an account that has none."""
    blob = to_come(store)
    parts = (blob, versions(store, None), last_version(store, None, blob), longest([account_hold(store)]))
    after = kept(store, None)
    return Bound(
        max(part.hours for part in parts) + after.hours, [item for part in (*parts, after) for item in part.reasons]
    )


def _backups(store: Store, names: list[str | None]) -> Iterator[dict[str, Json]]:
    """The backups that protect a documents container, and what could not be read of backups."""
    for item in store.backups:
        answers = [_covers(item, store, name) for name in names or [None]]
        if any(answer is not False for answer in answers):
            doubt = None if any(answer is True for answer in answers) else answers[-1]
            yield _backup(item, doubt if isinstance(doubt, Unread) else None)
    if store.unseen_backups is not None:
        why = Unread(store.unseen_backups)
        yield {"kind": why, "vault": why, "unbounded": why, "hours": why, "words": why.why}


def _covers(item: Protection, store: Store, name: str | None) -> bool | Unread:
    """Whether a backup takes a container, if that holds documents."""
    covers = item.covers(name)
    return covers if covers is False else store.doubts.get(name or "", covers)


def _backup(item: Protection, doubt: Unread | None) -> dict[str, Json]:
    """One backup; its length is not known to matter where it may protect no documents container."""
    hours = doubt or item.hours
    endless: Json = hours if isinstance(hours, Unread) else hours == math.inf
    length: Json = Unread("it keeps them without end") if endless is True else hours
    vault = item.vault_name if item.vault is None else item.vault.id
    length = length if isinstance(length, Unread) else whole(length)
    return {"kind": item.kind, "vault": vault, "unbounded": endless, "hours": length, "words": item.words}
