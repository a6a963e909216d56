"""Whether lifecycle rules delete everything in a container: blobs, snapshots and, if there can be any, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.holds import held
from auditor.facts.lifecycle import APPEND, may_cover, soonest
from auditor.facts.parts import all_of
from auditor.facts.store import SEEN_TYPES, is_off
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.store import Store

_WHAT = {"blobs": "deletesBlobs", "snapshots": "deletesSnapshots", "versions": "deletesVersions"}


def coverage(store: Store, name: str | None) -> dict[str, Json]:
    """What lifecycle rules delete of a container; they do not act on what is held (immutable storage page)."""
    container: Json = name or Unread("containers that could not be listed")
    if isinstance(store.policy, Unread):
        answers: dict[str, Json] = dict.fromkeys(_WHAT, store.policy)
        return _entry(container, answers, "the lifecycle policy was not read")
    holds = held(store, name).reasons
    hold = next((reason for reason in holds if not reason.unread), None)
    answers = {what: _deletes(store, name, what) if hold is None else False for what in _WHAT}
    if answers["versions"] is False and hold is None:
        answers["versions"] = _has_no_versions(store, name)
    missing = [what for what, answer in answers.items() if answer is False]
    doubt = store.doubts.get(name or "")
    if doubt is not None:
        answers |= dict.fromkeys(missing, doubt)
    if holds and hold is None:
        may = Unread(holds[0].words)
        answers = {what: may if answer is True else answer for what, answer in answers.items()}
    return _entry(container, answers, hold.words if hold else _words(missing, answers))


def _has_no_versions(store: Store, name: str | None) -> bool | Unread:
    """Whether there is no version to delete: none arises, and none of an earlier time was seen."""
    enabled = store.versioning()
    if isinstance(enabled, Unread):
        return enabled
    return is_off(enabled) and not store.left_of(name, "versions")


def _deletes(store: Store, name: str | None, what: str) -> bool | Unread:
    covered = soonest(store.rules, name, what)
    if covered is None:
        may = name is None and may_cover(store.rules, what)
        return Unread("which containers there are is not known") if may else False
    if what != "blobs":
        return True
    others = [_deletes_type(store, name, *item) for item in SEEN_TYPES.items()]
    return all_of((*others, _counts_from_creation(store, name, covered[1])))


def _deletes_type(store: Store, name: str | None, blob_type: str, seen_as: str) -> bool | Unread:
    """Whether rules delete the blobs of a type that is no block blob, or there are none."""
    if soonest(store.rules, name, "blobs", blob_type) is not None:
        return True
    seen = store.left_of(name, seen_as)
    if seen is None and blob_type == APPEND:
        return Unread("lifecycle rules take block blobs only; whether there are append blobs takes --inspect-blobs")
    return not seen


def _counts_from_creation(store: Store, name: str | None, rule: str) -> bool | Unread:
    """Whether one of the rules that delete the blobs counts from their creation."""
    if soonest([item for item in store.rules if item.since_creation], name, "blobs") is not None:
        return True
    return Unread(f"lifecycle rule {rule} counts from the last modification, which each write of metadata sets anew")


def _entry(container: Json, answers: dict[str, Json], words: str) -> dict[str, Json]:
    return {"container": container, **{member: answers[what] for what, member in _WHAT.items()}, "words": words}


def _words(missing: list[str], answers: dict[str, Json]) -> str:
    if missing:
        return f"no lifecycle rule deletes {' or '.join(missing)}"
    doubt = next((answer.why for answer in answers.values() if isinstance(answer, Unread)), None)
    return doubt or "lifecycle rules delete everything"
