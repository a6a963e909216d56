"""How long a forgotten or deleted document can come back.

Sources: Microsoft's pages on lifecycle management, soft delete, versioning, point-in-time restore and immutable
storage.

For each documents container, and for the account as the worst of them, three figures: `unbounded` (something is known
to keep documents without end), `exceedsHours` (the worst case is known to be longer than this many hours), and
`atMostHours` (an upper bound). Azure gives no upper bound for the run time of lifecycle rules, so there is one only
where no container exists; otherwise `atMostHours` is unread, with the reason and the evidence that would settle it.

Every retaining feature can only raise these figures, every lifecycle rule can only lower them; laws hold that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from auditor.facts.lifecycle import soonest
from auditor.facts.store import Store, is_off, number_in, part_of, property_of, read_store
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

HOURS: Final = 24
_DEFAULT_CONTAINER_DAYS: Final = 7
"""What the service takes when container soft delete is on without a number (soft delete for containers page)."""
_NO_BOUND: Final = Unread(
    "Azure gives no upper bound: a lifecycle run starts up to 24 hours late and may last days",
    settled_by="logs that pair each write with a delete (DI-RET-011), or a look at the oldest blob (DI-RET-010)",
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a document stays: `hours` that it adds or imposes (infinite: without end; None: not known)."""

    cause: str
    hours: float | None
    words: str
    container: str | None = None
    unread: bool = False

    def as_json(self) -> dict[str, Json]:
        """The reason as rules and reports see it; `kind` tells hours from unbounded and unknown."""
        kind = "unknown" if self.hours is None else "unbounded" if self.hours == math.inf else "hours"
        hours = _whole(self.hours) if kind == "hours" else None
        return {"cause": self.cause, "kind": kind, "hours": hours, "words": self.words, "container": self.container}


@dataclass(slots=True)
class Bound:
    """A worst case under computation: known to exceed `hours`; `doubts` are what could not be read."""

    hours: float = 0
    reasons: list[Reason] = field(default_factory=list)

    def as_json(self, at_most: Json) -> dict[str, Json]:
        """The bound as rules see it."""
        unbounded = self.hours == math.inf
        exceeds = Unread("it is unbounded") if unbounded else _whole(self.hours)
        return {"unbounded": unbounded, "exceedsHours": exceeds, "atMostHours": at_most}


def retention_of(storage: Resource, estate: Estate) -> Json:
    """The worst case of a storage account and of each of its documents containers."""
    store = read_store(storage, estate)
    names: list[str | None] = [container.name for container in store.containers]
    if store.unlisted is not None:
        names.append(None)  # containers that may exist but were not seen
    kept = _kept_after_delete(store)
    versions = [_versions(store, name) for name in names]
    bounds = [_container(store, name, version, kept) for name, version in zip(names, versions, strict=True)]
    versions = [_doubted(store, name, version) for name, version in zip(names, versions, strict=True)]
    bounds = [_doubted(store, name, bound) for name, bound in zip(names, bounds, strict=True)]
    account = _worst([*bounds, _standing(store)])
    empty = not names and not store.deleted and account.hours == 0 and not account.reasons and not store.replicates
    at_most: Json = 0 if empty else _no_bound(account)
    worst_version = _worst(versions)
    return {
        **account.as_json(at_most),
        "versions": worst_version.as_json(0 if is_off(store.versioning()) else _no_bound(worst_version)),
        "lifecycle": [_coverage(store, name) for name in names],
        "reasons": [reason.as_json() for reason in account.reasons],
        "containers": [
            {
                "name": name or Unread("containers that could not be listed"),
                **bound.as_json(_no_bound(bound)),
                "reasons": [reason.as_json() for reason in bound.reasons],
            }
            for name, bound in zip(names, bounds, strict=True)
        ],
    }


def _no_bound(bound: Bound) -> Unread:
    """Why there is no upper bound: something was not read, or Azure gives none."""
    return next((Unread(reason.words) for reason in bound.reasons if reason.unread), _NO_BOUND)


def _container(store: Store, name: str | None, versions: Bound, kept: Bound) -> Bound:
    """A document's worst case in one container: forgotten or held, then kept after its delete."""
    parts = [_forgotten(store, name), versions, _held(store, name)]
    alive = max(part.hours for part in parts)
    reasons = [reason for part in parts for reason in part.reasons]
    return Bound(alive + kept.hours, [*reasons, *kept.reasons])


def _doubted(store: Store, name: str | None, bound: Bound) -> Bound:
    """The same bound, known for nothing where it is not known whether the container holds documents at all."""
    doubt = store.doubts.get(name or "")
    if doubt is None or not bound.reasons:
        return bound
    words = f"whether container {name} holds documents is not known: {doubt.why}"
    return Bound(0, [Reason("lifecycle", None, words, name, unread=True)])


def _forgotten(store: Store, name: str | None) -> Bound:
    """Nobody deletes the document: only a lifecycle rule ends it. A rule of N days acts after more than (N + 1) * 24 h."""
    place = f"container {name}" if name else "containers that could not be listed"
    if isinstance(store.policy, Unread):
        return Bound(
            0, [Reason("lifecycle", None, f"the lifecycle policy was not read: {store.policy.why}", name, unread=True)]
        )
    found = soonest(store.rules, name, "blobs")
    if found is None:
        if name is None and store.rules:
            return Bound(
                0, [Reason("lifecycle", None, f"whether lifecycle rules cover {place} is not known", name, unread=True)]
            )
        return Bound(
            math.inf, [Reason("lifecycle", math.inf, f"no lifecycle rule deletes what is left in {place}", name)]
        )
    days, rule = found
    if days < 1:
        return Bound(
            0, [Reason("lifecycle", None, f"lifecycle rule {rule} deletes after 0 days, whenever it runs", name)]
        )
    hours = (days + 1) * HOURS
    words = f"lifecycle rule {rule} deletes after more than {_days(days)}, at a later run"
    return Bound(hours, [Reason("lifecycle", hours, words, name)])


def _versions(store: Store, name: str | None) -> Bound:
    """With versioning on, a delete leaves a previous version, whose age counts from when it was first written."""
    enabled = store.versioning()
    if isinstance(enabled, Unread):
        return Bound(0, [Reason("versions", None, f"versioning was not read: {enabled.why}", name, unread=True)])
    if is_off(enabled):
        return Bound()
    if isinstance(store.policy, Unread):
        return Bound(
            0, [Reason("versions", None, "versioning is on, and the lifecycle policy was not read", name, unread=True)]
        )
    found = soonest(store.rules, name, "versions")
    if found is None:
        if name is None and store.rules:
            return Bound(
                0,
                [
                    Reason(
                        "versions", None, "whether lifecycle rules delete all versions is not known", name, unread=True
                    )
                ],
            )
        words = "versioning is on and no lifecycle rule deletes previous versions"
        return Bound(math.inf, [Reason("versions", math.inf, words, name)])
    days, rule = found
    if days < 1:
        return Bound(0, [Reason("versions", None, f"lifecycle rule {rule} deletes versions after 0 days", name)])
    hours = (days + 1) * HOURS
    words = f"lifecycle rule {rule} deletes versions after more than {_days(days)}"
    return Bound(hours, [Reason("versions", hours, words, name)])


def _held(store: Store, name: str | None) -> Bound:
    """Immutability and legal holds; while they last, lifecycle deletes fail without a word."""
    holds = [_account_hold(store)]
    for container in store.containers:
        if container.name == name:
            holds.extend((_legal_hold(container), _immutability(container)))
    found = [hold for hold in holds if hold is not None]
    return Bound(max((hold.hours or 0 for hold in found), default=0), found)


def _account_hold(store: Store) -> Reason | None:
    enabled = part_of(store.body, "immutableStorageWithVersioning", "enabled")
    if isinstance(enabled, Unread):
        return Reason("immutability", None, f"immutability of the account was not read: {enabled.why}", unread=True)
    if enabled is None or enabled is False:
        return None
    policy = part_of(store.body, "immutableStorageWithVersioning", "immutabilityPolicy")
    state = part_of(policy, "state")
    known = not isinstance(state, Unread) and str(state).lower() != "disabled"
    return _hold("the account", part_of(policy, "immutabilityPeriodSinceCreationInDays") if known else None)


def _immutability(container: Resource) -> Reason | None:
    on = property_of(container, "hasImmutabilityPolicy")
    versioned = part_of(property_of(container, "immutableStorageWithVersioning"), "enabled")
    if isinstance(on, Unread):
        return Reason(
            "immutability", None, f"its immutability policy was not read: {on.why}", container.name, unread=True
        )
    if on is True:
        policy = part_of(property_of(container, "immutabilityPolicy"), "properties")
        days = part_of(policy, "immutabilityPeriodSinceCreationInDays")
        return _hold(f"container {container.name}", days, container.name)
    if versioned is True or isinstance(versioned, Unread):
        return _hold(f"container {container.name}", None, container.name)
    return None


def _hold(place: str, days: Json, container: str | None = None) -> Reason:
    if isinstance(days, int | float) and not isinstance(days, bool):
        return Reason("immutability", days * HOURS, f"{place} is immutable for {_days(days)}", container)
    return Reason("immutability", None, f"{place} is immutable, for how long is not known", container, unread=True)


def _legal_hold(container: Resource) -> Reason | None:
    held = property_of(container, "hasLegalHold")
    if isinstance(held, Unread):
        return Reason("legalHold", None, f"its legal hold was not read: {held.why}", container.name, unread=True)
    if held is not True:
        return None
    return Reason("legalHold", math.inf, f"container {container.name} is under a legal hold", container.name)


def _kept_after_delete(store: Store) -> Bound:
    """Blob soft delete counts from the delete, on top of whatever came before. Its minimum is one day."""
    enabled = store.setting("deleteRetentionPolicy", "enabled")
    if isinstance(enabled, Unread):
        return Bound(0, [Reason("softDelete", None, f"soft delete of blobs was not read: {enabled.why}", unread=True)])
    if is_off(enabled):
        return Bound()
    days = number_in(store.setting("deleteRetentionPolicy", "days"))
    hours = max(days or 1, 1) * HOURS
    words = f"soft delete keeps deleted blobs for {_days(days)}" if days else "soft delete keeps deleted blobs"
    return Bound(hours, [Reason("softDelete", hours, words)])


def _standing(store: Store) -> Bound:
    """What keeps documents whatever happens to single blobs: restore, container soft delete, a replica elsewhere."""
    parts = [
        *_kept_after_delete(store).reasons,
        _window(store, "restorePolicy", "pointInTimeRestore", "point-in-time restore reaches back {}", None),
        _window(
            store,
            "containerDeleteRetentionPolicy",
            "containerSoftDelete",
            "soft delete keeps deleted containers for {}",
            _DEFAULT_CONTAINER_DAYS,
        ),
        _account_hold(store),
    ]
    if isinstance(store.policy, Unread) and not store.containers:
        parts.append(Reason("lifecycle", None, f"the lifecycle policy was not read: {store.policy.why}", unread=True))
    if store.replicates:
        parts.append(
            Reason("objectReplication", None, "the copies that object replication makes have a clock of their own")
        )
    parts.extend(_deleted_container(container) for container in store.deleted)
    found = [part for part in parts if part is not None]
    return Bound(max((part.hours or 0 for part in found), default=0), found)


def _window(store: Store, setting: str, cause: str, words: str, days_if_silent: int | None) -> Reason | None:
    enabled = store.setting(setting, "enabled")
    if isinstance(enabled, Unread):
        return Reason(cause, None, f"{setting} was not read: {enabled.why}", unread=True)
    if is_off(enabled):
        return None
    reading = store.setting(setting, "days")
    days = number_in(reading) or (None if isinstance(reading, Unread) else days_if_silent)
    if days is None:
        return Reason(cause, HOURS, words.format("at least 1 day"))
    return Reason(cause, days * HOURS, words.format(_days(days)))


def _deleted_container(container: Resource) -> Reason:
    left = property_of(container, "remainingRetentionDays")
    days = left if isinstance(left, int | float) and not isinstance(left, bool) else None
    words = f"deleted container {container.name} can be restored"
    if days is not None:
        words += f" for {_days(days)} more"
    return Reason("containerSoftDelete", None if days is None else days * HOURS, words, container.name)


def _coverage(store: Store, name: str | None) -> dict[str, Json]:
    """Whether lifecycle rules delete everything in a container: blobs, snapshots and, if there can be any, versions."""
    container: Json = name or Unread("containers that could not be listed")
    if isinstance(store.policy, Unread):
        return {
            "container": container,
            **dict.fromkeys(("deletesBlobs", "deletesSnapshots", "deletesVersions"), store.policy),
            "words": "the lifecycle policy was not read",
        }
    # Lifecycle rules do not act on what is held (immutable storage page).
    holds = _held(store, name).reasons
    held = next((hold for hold in holds if not hold.unread), None)
    deletes = {
        what: held is None and soonest(store.rules, name, what) is not None
        for what in ("blobs", "snapshots", "versions")
    }
    answers: dict[str, Json] = {
        what: done if done or name or not store.rules else Unread("which containers there are is not known")
        for what, done in deletes.items()
    }
    if answers["versions"] is False and held is None:
        enabled = store.versioning()
        answers["versions"] = enabled if isinstance(enabled, Unread) else is_off(enabled)
    missing = [what for what, answer in answers.items() if answer is False]
    doubt = store.doubts.get(name or "")
    if doubt is not None:
        answers |= dict.fromkeys(missing, doubt)
    if holds and held is None:
        may = Unread(holds[0].words)
        answers = {what: may if answer is True else answer for what, answer in answers.items()}
    return {
        "container": container,
        "deletesBlobs": answers["blobs"],
        "deletesSnapshots": answers["snapshots"],
        "deletesVersions": answers["versions"],
        "words": held.words if held else _coverage_words(missing),
    }


def _coverage_words(missing: list[str]) -> str:
    return f"no lifecycle rule deletes {' or '.join(missing)}" if missing else "lifecycle rules delete everything"


def _worst(bounds: Iterable[Bound]) -> Bound:
    """The longest of several worst cases, with the reasons of all, each once."""
    worst = Bound()
    for bound in bounds:
        worst.hours = max(worst.hours, bound.hours)
        worst.reasons.extend(reason for reason in bound.reasons if reason not in worst.reasons)
    return worst


def _days(number: float) -> str:
    return f"{_whole(number)} day{'' if number == 1 else 's'}"


def _whole(number: float | None) -> Json:
    """A number without `.0`."""
    return int(number) if number is not None and number != math.inf and number == int(number) else number
