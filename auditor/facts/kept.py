"""What keeps a document after its delete: soft deletes, point-in-time restore, backups (azure-facts 3b).

Each counts from the delete, be it of the blob or of its container, on top of whatever came before; side by side, the
longest counts. The recovery of a whole account that was deleted (14 days, by best effort) is no promise to anybody and
no property of an account that is there, so it is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.bounds import HOURS, Bound, Reason, days, longest
from auditor.facts.store import is_off, number_in, property_of
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from auditor.facts.backups import Protection
    from auditor.facts.store import Store
    from auditor.model.resource import Resource

_DEFAULT_CONTAINER_DAYS: Final = 7
"""What the service takes when container soft delete is on without a number (soft delete for containers page)."""
_UNREAD: Final = "; for how many days was not read"


def kept(store: Store, name: str | None) -> Bound:
    """How long a document of a container stays after its delete."""
    return longest((*_of_service(store), *_by_backups(store, name)))


def standing(store: Store) -> Bound:
    """What is kept whether or not there is a container now: what the service keeps, and containers that were deleted."""
    backups = () if store.live else _by_backups(store, None)
    return longest((*_of_service(store), *backups, *(_deleted_container(item, store) for item in store.deleted)))


def _of_service(store: Store) -> tuple[Reason | None, ...]:
    """What the blob service keeps of any container."""
    return (
        _soft_delete(store),
        _window(store, "restorePolicy", "pointInTimeRestore", "point-in-time restore reaches back {}", None),
        _window(
            store,
            "containerDeleteRetentionPolicy",
            "containerSoftDelete",
            "soft delete keeps deleted containers for {}",
            _DEFAULT_CONTAINER_DAYS,
        ),
    )


def _soft_delete(store: Store) -> Reason | None:
    """Soft delete of blobs; its minimum is one day. That callers may purge snapshots and versions helps no blob."""
    enabled = store.setting("deleteRetentionPolicy", "enabled")
    if isinstance(enabled, Unread):
        return Reason("softDelete", None, f"soft delete of blobs was not read: {enabled.why}", unread=True)
    if is_off(enabled):
        return None
    reading = store.setting("deleteRetentionPolicy", "days")
    number = number_in(reading)
    length = f" for {days(number)}" if number else _UNREAD if isinstance(reading, Unread) else ""
    words = f"soft delete keeps deleted blobs{length}"
    return Reason("softDelete", max(number or 1, 1) * HOURS, words, unread=isinstance(reading, Unread))


def _window(store: Store, setting: str, cause: str, words: str, days_if_silent: int | None) -> Reason | None:
    enabled = store.setting(setting, "enabled")
    if isinstance(enabled, Unread):
        return Reason(cause, None, f"{setting} was not read: {enabled.why}", unread=True)
    if is_off(enabled):
        return None
    reading = store.setting(setting, "days")
    number = number_in(reading) or (None if isinstance(reading, Unread) else days_if_silent)
    if number is None:
        at_least = f"at least 1 day{_UNREAD if isinstance(reading, Unread) else ''}"
        return Reason(cause, HOURS, words.format(at_least), unread=isinstance(reading, Unread))
    return Reason(cause, max(number, 0) * HOURS, words.format(days(number)))


def _by_backups(store: Store, name: str | None) -> tuple[Reason, ...]:
    """What backups keep of a container; a backup may be made just before the delete, so it counts from then."""
    found = tuple(reason for item in store.backups if (reason := _by_backup(item, name)) is not None)
    if store.unseen_backups is None:
        return found
    return (*found, Reason("backup", None, store.unseen_backups, unread=True))


def _by_backup(protection: Protection, name: str | None) -> Reason | None:
    covers = protection.covers(name)
    if covers is False:
        return None
    if isinstance(covers, Unread):
        return Reason("backup", None, f"{protection.words}, but {covers.why}", unread=True)
    if isinstance(protection.hours, Unread):
        return Reason("backup", None, f"{protection.words}: {protection.hours.why}", unread=True)
    return Reason("backup", protection.hours, protection.words)


def _deleted_container(container: Resource, store: Store) -> Reason:
    left = property_of(container, "remainingRetentionDays")
    number = left if isinstance(left, int | float) and not isinstance(left, bool) else None
    words = f"deleted container {container.name} can be restored"
    words += ", for how long was not read" if number is None else f" for {days(number)} more"
    doubt = store.doubts.get(container.name)
    if doubt is not None:
        words = f"{words}; whether it held documents is not known: {doubt.why}"
    hours = None if number is None or doubt is not None else max(number, 0) * HOURS
    return Reason("containerSoftDelete", hours, words, container.name, unread=hours is None)
