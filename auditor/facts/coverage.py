"""Whether lifecycle rules delete everything in a container: blobs, snapshots and, if there can be any, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.holds import held
from auditor.facts.lifecycle import may_cover, soonest
from auditor.facts.store import is_off
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
        enabled = store.versioning()
        answers["versions"] = enabled if isinstance(enabled, Unread) else is_off(enabled)
    missing = [what for what, answer in answers.items() if answer is False]
    doubt = store.doubts.get(name or "")
    if doubt is not None:
        answers |= dict.fromkeys(missing, doubt)
    if holds and hold is None:
        may = Unread(holds[0].words)
        answers = {what: may if answer is True else answer for what, answer in answers.items()}
    return _entry(container, answers, hold.words if hold else _words(missing))


def _deletes(store: Store, name: str | None, what: str) -> bool | Unread:
    if soonest(store.rules, name, what) is not None:
        return True
    if name is None and may_cover(store.rules, what):
        return Unread("which containers there are is not known")
    return False


def _entry(container: Json, answers: dict[str, Json], words: str) -> dict[str, Json]:
    return {"container": container, **{member: answers[what] for what, member in _WHAT.items()}, "words": words}


def _words(missing: list[str]) -> str:
    return f"no lifecycle rule deletes {' or '.join(missing)}" if missing else "lifecycle rules delete everything"
