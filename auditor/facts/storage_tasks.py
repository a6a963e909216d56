"""Storage tasks that act on an account: an assignment below the account names a task, which lies in any subscription.

A task that deletes is no proof that documents are deleted: it takes the blobs that meet a condition, when it is
triggered. A task that holds blobs or brings them back can keep any of them (operations of Azure Storage Actions,
Microsoft Learn).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.bounds import Reason
from auditor.facts.parts import list_in, part_of, text_in
from auditor.model.reading import Json, Unread
from auditor.model.types import STORAGE_TASK_ASSIGNMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_CAUSE: Final = "storageTask"
_DELETES: Final = "deleteblob"
_KEEPS: Final = {
    "setblobimmutabilitypolicy": "sets immutability policies",
    "setbloblegalhold": "sets legal holds",
    "undeleteblob": "brings deleted blobs back",
}
"""Operations that keep blobs, in lower case, and what a sentence calls them."""


def tasks_on(storage: Resource, estate: Estate) -> tuple[Reason, ...]:
    """What each task does to the blobs of an account; those that are off or do neither say nothing."""
    assignments = estate.snapshot.listing(storage.id, STORAGE_TASK_ASSIGNMENT).resources
    found = (_reason(item, estate) for item in assignments)
    return tuple(reason for reason in found if reason is not None)


def _reason(assignment: Resource, estate: Estate) -> Reason | None:
    properties = assignment.body.get("properties")
    if part_of(properties, "enabled") is False:
        return None
    name = f"storage task assignment {assignment.name}"
    written = text_in(part_of(properties, "taskId"))
    task = estate.snapshot.get(written) if written else None
    if task is None:
        return Reason(_CAUSE, None, f"{name} acts on blobs, and what it does was not read", unread=True)
    content = task.body.get("properties")
    if part_of(content, "enabled") is False:
        return None
    operations = set(_operations(content))
    if None in operations:
        return Reason(_CAUSE, None, f"{name} acts on blobs, and what task {task.name} does was not read", unread=True)
    kept = [words for operation, words in _KEEPS.items() if operation in operations]
    if kept:
        return Reason(_CAUSE, None, f"{name} {' and '.join(kept)}, of which blobs is not known", unread=True)
    if _DELETES in operations:
        return Reason(
            _CAUSE, None, f"{name} deletes blobs that meet its condition, which proves no delete of documents"
        )
    return None


def _operations(content: Json) -> Iterator[str | None]:
    """The names of a task's operations, in lower case; None for what was not read."""
    action = part_of(content, "action")
    if not isinstance(action, dict):
        yield None
        return
    for branch in ("if", "else"):
        listed = part_of(action, branch, "operations")
        if isinstance(listed, Unread):
            yield None
        for operation in list_in(listed):
            name = part_of(operation, "name")
            yield name.lower() if isinstance(name, str) else None
