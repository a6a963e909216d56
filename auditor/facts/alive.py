"""What keeps a document that nobody deletes, or only a lifecycle rule does (azure-facts 2.6, 3b).

A rule of N days acts after more than (N + 1) * 24 hours; for a rule of 0 days nothing is claimed, since it acts
whenever it runs. A version's age counts from when it was first written, and the run that deletes a blob leaves its last
version to a later one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from auditor.facts.bounds import HOURS, Bound, Reason, days, longest, unread, worst
from auditor.facts.lifecycle import may_cover, soonest
from auditor.facts.store import SEEN_TYPES, is_off
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from auditor.facts.store import Store


def forgotten(store: Store, name: str | None) -> Bound:
    """Nobody deletes the document: only a lifecycle rule ends it."""
    place = _place(name)
    if isinstance(store.policy, Unread):
        return unread("lifecycle", f"the lifecycle policy was not read: {store.policy.why}", name)
    found = soonest(store.rules, name, "blobs")
    if found is not None:
        number, rule = found
        if number < 1:
            return Bound(
                0, [Reason("lifecycle", None, f"lifecycle rule {rule} deletes after 0 days, whenever it runs", name)]
            )
        words = f"lifecycle rule {rule} deletes after more than {days(number)}, at a later run"
        return Bound((number + 1) * HOURS, [Reason("lifecycle", (number + 1) * HOURS, words, name)])
    if name is None and may_cover(store.rules, "blobs"):
        return unread("lifecycle", f"whether lifecycle rules cover {place} is not known")
    misses = [f"rule {rule.name} {miss}" for rule in store.rules if (miss := rule.misses(name)) is not None]
    words = f"no lifecycle rule deletes what is left in {place}"
    words += f" ({'; '.join(misses)})" if misses else ""
    return Bound(math.inf, [Reason("lifecycle", math.inf, words, name)])


def to_come(store: Store) -> Bound:
    """As `forgotten`, in the next container of an account that has none: only a rule for all containers covers it."""
    if isinstance(store.policy, Unread) or soonest(store.rules, None, "blobs") is not None:
        return forgotten(store, None)
    return unread("lifecycle", "there is no container now, and no lifecycle rule deletes what is left in the next one")


def other_types(store: Store, name: str | None) -> Bound:
    """Blobs that were seen and that no rule takes: append blobs need a type of their own, page blobs are never taken."""
    if isinstance(store.policy, Unread):
        return Bound()
    reasons = [
        Reason(
            "lifecycle", math.inf, f"{seen} {label} were seen in {_place(name)}, which no lifecycle rule deletes", name
        )
        for (blob_type, counted), label in zip(SEEN_TYPES.items(), ("append blobs", "page blobs"), strict=True)
        if (seen := store.left_of(name, counted)) and soonest(store.rules, name, "blobs", blob_type) is None
    ]
    return longest(reasons)


def uncommitted(store: Store, name: str | None) -> Bound:
    """Blocks that were written and not committed stay for a week, and no rule deletes them (Put Block, Microsoft Learn).

    Whether an upload is under way or was given up cannot be seen, nor since when.
    """
    seen = store.left_of(name, "uncommitted")
    if not seen:
        return Bound()
    words = f"uncommitted blocks of {seen} blobs were seen in {_place(name)}: they stay for up to 7 days"
    return Bound(0, [Reason("uncommittedBlocks", None, words, name)])


def left_behind(store: Store, name: str | None) -> Bound:
    """Previous versions of a container, and what else was seen that is no current blob: snapshots, deleted blobs."""
    return worst((versions(store, name), _seen_snapshots(store, name), leftovers(store, name)))


def versions(store: Store, name: str | None) -> Bound:
    """With versioning on, a delete leaves a previous version, for which soft delete's clock does not start."""
    enabled = store.versioning()
    left = store.left_of(name, "versions")
    if isinstance(enabled, Unread):
        return unread("versions", f"versioning was not read: {enabled.why}", name)
    if is_off(enabled) and not left:
        return Bound()
    state = "versioning is on" if not is_off(enabled) else f"{left} versions of before versioning was off were seen"
    if isinstance(store.policy, Unread):
        return unread("versions", f"{state}, and the lifecycle policy was not read", name)
    found = soonest(store.rules, name, "versions")
    if found is None:
        if name is None and may_cover(store.rules, "versions"):
            return unread("versions", "whether lifecycle rules delete all versions is not known")
        words = f"{state} and no lifecycle rule deletes previous versions"
        return Bound(math.inf, [Reason("versions", math.inf, words, name)])
    number, rule = found
    if number < 1:
        return Bound(0, [Reason("versions", None, f"lifecycle rule {rule} deletes versions after 0 days", name)])
    hours = (number + 1) * HOURS
    words = f"lifecycle rule {rule} deletes versions after more than {days(number)}"
    return Bound(hours, [Reason("versions", hours, words, name)])


def last_version(store: Store, name: str | None, blob: Bound) -> Bound:
    """The version that a lifecycle delete leaves waits for at least one more run, a day later at the worst."""
    enabled = store.versioning()
    if isinstance(enabled, Unread) or is_off(enabled) or blob.hours in {0, math.inf}:
        return Bound()
    words = "versioning is on, so what a run deletes stays as a version until one more run"
    return Bound(blob.hours + HOURS, [Reason("versions", blob.hours + HOURS, words, name)])


def snapshots(store: Store, name: str | None, blob: Bound) -> Bound:
    """Snapshots that no rule deletes stay without end, and their blob with them; whether there are any, blobs tell.

    Where nobody looked at the blobs, nothing is claimed: the rule of the blobs cannot be proved to end them.
    """
    if isinstance(store.policy, Unread) or blob.hours == math.inf or soonest(store.rules, name, "snapshots"):
        return Bound()
    if store.left_of(name, "snapshots") is not None:
        return _seen_snapshots(store, name)
    words = (
        f"no lifecycle rule deletes snapshots in {_place(name)}: a blob that has one would stay, and it, without end"
    )
    return Bound(0, [Reason("snapshots", None, words, name)])


def _seen_snapshots(store: Store, name: str | None) -> Bound:
    left = store.left_of(name, "snapshots")
    if not left or isinstance(store.policy, Unread) or soonest(store.rules, name, "snapshots"):
        return Bound()
    words = (
        f"{left} snapshots were seen in {_place(name)}, and no lifecycle rule deletes them, nor the blobs they are of"
    )
    return Bound(math.inf, [Reason("snapshots", math.inf, words, name)])


_LEFT_BEHIND: Final = (
    "soft-deleted blobs were seen although soft delete is off: each keeps the days it was deleted under"
)


def leftovers(store: Store, name: str | None) -> Bound:
    """Turning soft delete off, or shortening it, purges nothing of what is already soft-deleted."""
    left = store.left_of(name, "deleted")
    if not left or not is_off(store.setting("deleteRetentionPolicy", "enabled")):
        return Bound()
    return Bound(0, [Reason("softDelete", None, f"{left} {_LEFT_BEHIND}", name)])


def _place(name: str | None) -> str:
    return f"container {name}" if name else "containers that could not be listed"
