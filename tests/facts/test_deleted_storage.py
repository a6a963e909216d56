"""Deleted storage accounts: what shows that they held documents, and what makes them unrecoverable."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import (
    CONNECTION,
    DECLARED_STORAGE,
    DELETED_STORAGE,
    MODEL,
    OBJECT_REPLICATION,
    ROLE_ASSIGNMENT,
    SUBSCRIPTION,
)
from tests.builders import GROUP, SUBSCRIPTION_ID, account, child, facts, gap, grant, read, snapshot, storage

HERE = Resource({"id": SUBSCRIPTION_ID, "type": SUBSCRIPTION, "name": "here"})
WAS = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/old"
FORMS = account("forms", "westeurope", "AIServices")
UNKNOWN = Unread("whether it held documents is not known: nothing that was read names it")
HIDDEN = Unread("no")


def deleted(name: str = "old", **properties: Json) -> Resource:
    identity = f"{SUBSCRIPTION_ID}/providers/Microsoft.Storage/locations/westeurope/deletedAccounts/{name}"
    given = {"storageAccountResourceId": WAS, "location": "westeurope", "deletionTime": "2026-10-25T08:00:00.1234567Z"}
    return Resource({"id": identity, "type": DELETED_STORAGE, "name": name, "properties": {**given, **properties}})


def restorable(about: Resource, *parts: Resource, **how: Any) -> list[Json]:
    found = snapshot(HERE, about, *parts, **how)
    if "gaps" not in how:
        found = found.extended((), [read(SUBSCRIPTION_ID, DELETED_STORAGE)])
    return list(facts(found).of(about)["restorableStorage"])


def declared(name: str) -> Resource:
    body = {"id": "/auditor/register/storage/1", "type": DECLARED_STORAGE, "name": "1"}
    return Resource({**body, "properties": {"storage": name, "reason": "scans"}})


SOURCE = {"azureBlobSource": {"containerUrl": "https://old.blob.core.windows.net/scans"}}
RULES = [{"sourceContainer": "scans", "destinationContainer": "kept"}]
DOCS = storage()


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((child(FORMS, MODEL, "invoices", **SOURCE),), "model invoices was trained from its container scans"),
        ((grant(WAS),), "the identity of forms has Storage Blob Data Reader on the account"),
        ((grant(GROUP),), "the identity of forms has Storage Blob Data Reader on its resource group"),
        ((declared("old"),), "declared in auditor.yaml: scans"),
        ((declared(WAS.upper()),), "declared in auditor.yaml: scans"),
        ((child(FORMS, CONNECTION, "c", target="https://old.blob.core.windows.net/"),), "connection c of forms leads to it"),
        (
            (DOCS, grant(DOCS.id), child(DOCS, OBJECT_REPLICATION, "p", sourceAccount=DOCS.id, destinationAccount=WAS, rules=RULES)),
            "object replication copies documents of docs to its container kept",
        ),
    ],
)  # fmt: skip
def test_what_shows_that_it_held_documents(parts: tuple[Resource, ...], words: str) -> None:
    (found,) = restorable(deleted(), FORMS, *parts)
    assert found == {
        "id": deleted().id,
        "name": "old",
        "deleted": "2026-10-25T08:00:00.1234567Z",
        "words": f"it held documents: {words}",
    }


def test_nothing_that_names_it_is_no_proof_that_it_held_none() -> None:
    assert restorable(deleted(), FORMS) == [UNKNOWN]
    assert restorable(deleted(), FORMS, grant(f"{GROUP}x")) == [UNKNOWN]
    refused = (gap(SUBSCRIPTION_ID, ROLE_ASSIGNMENT),)
    assert restorable(deleted(), FORMS, gaps=refused) == [UNKNOWN]


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"deletionTime": HIDDEN}, HIDDEN),
        ({"deletionTime": None}, Unread("the list does not tell when it was deleted")),
        ({"deletionTime": "soon"}, "soon"),
        ({"storageAccountResourceId": None}, "2026-10-25T08:00:00.1234567Z"),
    ],
)
def test_what_the_list_does_not_tell(properties: dict[str, Json], told: Json) -> None:
    (found,) = restorable(deleted(**properties), FORMS, grant(SUBSCRIPTION_ID))
    assert found["deleted"] == told


def test_one_that_is_listed_after_14_days_may_be_restorable() -> None:
    (found,) = restorable(deleted(deletionTime="2026-10-18T05:59:59Z"), FORMS, grant(WAS))
    assert isinstance(found, Unread)
    assert "more than 14 days ago" in found.why


def test_a_name_that_is_in_use_again_ends_it() -> None:
    assert restorable(deleted(), FORMS, storage("OLD"), grant(WAS)) == []
    assert restorable(HERE, deleted(), storage("old")) == []


def test_a_subscription_lists_all_of_them() -> None:
    assert restorable(HERE) == []
    assert [item["name"] for item in restorable(HERE, deleted(), deleted("other"))] == ["old", "other"]
    assert restorable(HERE, gaps=(gap(SUBSCRIPTION_ID, DELETED_STORAGE),)) == [Unread("403 AuthorizationFailed")]
