"""Storage tasks that act on document storage: one that deletes proves nothing, one that may hold leaves the answer open."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import STORAGE_TASK, STORAGE_TASK_ASSIGNMENT
from tests.builders import (
    account,
    blob_service,
    child,
    container,
    delete_rule,
    facts,
    grant,
    lifecycle,
    snapshot,
    storage,
)
from tests.collectors.scans import every_store, scan
from tests.facts.estates import top
from tests.fakes.azure import Estate, FakeAzure, around
from tests.fakes.azure import builders as make

STORE = storage()
HIDDEN = Unread("403 AuthorizationFailed")


def task(*operations: Json, other: Json = None, **properties: Json) -> Resource:
    action: dict[str, Json] = {"if": {"condition": "[[true]]", "operations": [{"name": name} for name in operations]}}
    if other is not None:
        action["else"] = {"operations": [{"name": other}]}
    return top(STORAGE_TASK, "clean-up", **{"enabled": True, "action": action, **properties})


def assigned(to: Json = None, **properties: Json) -> Resource:
    written = task().id.upper() if to is None else to
    return child(STORE, STORAGE_TASK_ASSIGNMENT, "nightly", **{"taskId": written, "enabled": True, **properties})


def retention(*parts: Resource) -> dict[str, Any]:
    basic = (account(), grant(STORE.id), STORE, blob_service(STORE), container(STORE))
    rule = lifecycle(STORE, delete_rule(0, snapshots=0, versions=0))
    return dict(facts(snapshot(*basic, rule, *parts)).of(STORE)["retention"])


CASES: list[tuple[str, tuple[Resource, ...], str | None, bool]] = [
    # assignment and task; what the reason says of it; whether it may hold blobs
    ("no assignment", (task("SetBlobLegalHold"),), None, False),
    ("deletes", (assigned(), task("DeleteBlob")), "deletes blobs that meet its condition", False),
    ("changes tiers", (assigned(), task("SetBlobTier", "SetBlobTags")), None, False),
    ("sets legal holds", (assigned(), task("setbloblegalhold")), "sets legal holds", True),
    ("deletes, else holds", (assigned(), task("DeleteBlob", other="SetBlobImmutabilityPolicy")), "sets immutability policies", True),
    ("brings back", (assigned(), task("UndeleteBlob")), "brings deleted blobs back", True),
    ("an assignment that is off", (assigned(enabled=False), task("SetBlobLegalHold")), None, False),
    ("whether it is on was not read", (assigned(enabled=HIDDEN), task("SetBlobLegalHold")), "sets legal holds", True),
    ("a task that is off", (assigned(), task("SetBlobLegalHold", enabled=False)), None, False),
    ("a task that was not seen", (assigned(),), "what it does was not read", True),
    ("a task that is not told", (assigned(HIDDEN), task("DeleteBlob")), "what it does was not read", True),
    ("an action that was not read", (assigned(), task(action=HIDDEN)), "what task clean-up does was not read", True),
    ("operations that were not read", (assigned(), task(action={"if": {"operations": HIDDEN}})), "what task clean-up does was not read", True),
    ("an operation without a name", (assigned(), task("DeleteBlob", HIDDEN)), "what task clean-up does was not read", True),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "said", "may_hold"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_tasks_are_reasons_and_may_hold(parts: tuple[Resource, ...], said: str | None, *, may_hold: bool) -> None:
    fact = retention(*parts)
    words = [reason["words"] for reason in fact["reasons"] if reason["cause"] == "storageTask"]
    assert len(words) == (0 if said is None else 1)
    assert all((said or "") in item for item in words)
    assert any(isinstance(item["held"], Unread) for item in fact["holds"]) is may_hold
    assert (fact["atMostHours"].settled_by is None) is may_hold


def test_a_scan_reads_tasks_and_their_assignments() -> None:
    docs = make.storage_account("docsstore")
    nightly = around.storage_task("nightly", "DeleteBlob")
    estate = Estate([make.subscription(), docs, nightly, around.storage_task_assignment(docs, nightly)])
    with FakeAzure(estate) as fake:
        result = scan(fake, {STORAGE_TASK, STORAGE_TASK_ASSIGNMENT}, select=every_store)
    (assignment,) = result.snapshot.of_type(STORAGE_TASK_ASSIGNMENT)
    (found,) = result.snapshot.of_type(STORAGE_TASK)
    assert assignment.body["properties"]["taskId"] == found.id
