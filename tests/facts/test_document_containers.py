"""Which containers of a document storage account hold documents: what links name, and what may lead to the others."""

from __future__ import annotations

from typing import Any

import pytest

from auditor import audit
from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import CONTAINER, MODEL
from tests.builders import (
    GROUP,
    SUBSCRIPTION_ID,
    account,
    blob_service,
    child,
    container,
    facts,
    gap,
    grant,
    lifecycle,
    snapshot,
    storage,
)

CLOSED = {"allowSharedKeyAccess": False, "allowBlobPublicAccess": False}
OTHER = "bbbbbbbb-0000-0000-0000-000000000002"
OWNER, DELEGATOR = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "db58b8e5-c6ad-4a2a-8342-4190687cbf4a"
HIDDEN = Unread("403 AuthorizationFailed")
ROOT = storage().id
INBOX, ARCHIVE = (f"{ROOT}/blobServices/default/containers/{name}" for name in ("inbox", "archive"))
TO_INBOX = grant(INBOX)


def user(scope: str, **more: Any) -> Resource:
    return grant(scope, **{"principal": OTHER, "principalType": "User", **more})


def rule_for(name: str) -> dict[str, Json]:
    return {"networkAcls": {"resourceAccessRules": [{"resourceId": account(name).id}]}}


def answers(*parts: Resource, kind: str = "azure", gaps: tuple[Any, ...] = (), **properties: Json) -> list[Json]:
    """Whether inbox, archive and $logs hold documents: true, false, or unread."""
    store = storage(**{**CLOSED, **properties})
    given = {part.key for part in parts}
    basic = (account(), blob_service(store), *(container(store, name) for name in ("inbox", "archive", "$logs")))
    found = facts(snapshot(store, *(item for item in basic if item.key not in given), *parts, gaps=gaps, kind=kind))
    boxes = (container(store, name) for name in ("inbox", "archive", "$logs"))
    told = [found.of(found.estate.snapshot.get(box.id) or box).get("holdsDocuments") for box in boxes]
    return ["unread" if isinstance(item, Unread) else item for item in told]


ONE, ALL, OPEN = [True, False, False], [True, True, False], [True, "unread", False]
TWO = Resource({**account("two").body, "identity": {"type": "SystemAssigned", "principalId": "dddd"}})
NAMELESS = Resource({**account().body, "identity": {"type": "None"}})
MODEL_OF_INBOX = child(
    account(), MODEL, "m1", azureBlobSource={"containerUrl": "https://docs.blob.core.windows.net/inbox"}
)
CASES: list[tuple[str, list[Json], tuple[Resource, ...], dict[str, Any]]] = [
    ("a role on one container, and nothing else leads there", ONE, (TO_INBOX,), {}),
    ("a role on one container, and the network is opened to the account", ONE, (TO_INBOX,), rule_for("di")),
    ("the network is opened to an account of which nothing names a container", ALL, (TO_INBOX, TWO), rule_for("two")),
    ("a role on the account", ALL, (TO_INBOX, grant(ROOT)), {}),
    ("a role above the account", ALL, (TO_INBOX, grant(GROUP)), {}),
    ("the container that is named is gone", ALL, (grant(f"{ROOT}/blobServices/default/containers/gone"),), {}),
    ("a model names one container, and the identity has a role nowhere", ONE, (MODEL_OF_INBOX,), {}),
    ("a model names one container, and the account has no identity", OPEN, (MODEL_OF_INBOX, NAMELESS), {}),
    ("keys are on", OPEN, (TO_INBOX,), {"allowSharedKeyAccess": True}),
    ("keys are on, since nothing is set", OPEN, (TO_INBOX,), {"allowSharedKeyAccess": None}),
    ("keys were not read", OPEN, (TO_INBOX,), {"allowSharedKeyAccess": HIDDEN}),
    ("keys are off, but not for blobs", OPEN, (TO_INBOX,), {"allowSharedKeyAccessForServices": {"blob": {"enabled": True}}}),
    ("keys are off, for blobs too", ONE, (TO_INBOX,), {"allowSharedKeyAccessForServices": {"blob": {"enabled": False}}}),
    ("a hierarchical namespace", OPEN, (TO_INBOX,), {"isHnsEnabled": True}),
    ("whether there is a hierarchical namespace was not read", OPEN, (TO_INBOX,), {"isHnsEnabled": HIDDEN}),
    ("a link may be hidden", OPEN, (TO_INBOX,), {"gaps": (gap(SUBSCRIPTION_ID, "Microsoft.Authorization/roleAssignments"),)}),
    ("a file, which need not hold all roles", OPEN, (TO_INBOX,), {"kind": "infrastructure"}),
    ("a user reads the whole account", OPEN, (TO_INBOX, user(ROOT)), {}),
    ("a user reads the whole subscription", OPEN, (TO_INBOX, user(SUBSCRIPTION_ID)), {}),
    ("a user reads the other container, and gets no delegation key", ONE, (TO_INBOX, user(ARCHIVE)), {}),
    ("a user reads the other container, and is an owner", OPEN, (TO_INBOX, user(ARCHIVE), user(GROUP, role=OWNER)), {}),
    ("a user reads the other container, and is a delegator", OPEN, (TO_INBOX, user(ARCHIVE), user(ROOT, role=DELEGATOR)), {}),
    ("a user reads the named container, and is an owner", ONE, (TO_INBOX, user(INBOX), user(GROUP, role=OWNER)), {}),
    ("an owner without a role on blobs", ONE, (TO_INBOX, user(ROOT, role=OWNER)), {}),
    ("two users, one with each right", ONE, (TO_INBOX, user(ARCHIVE), user(ROOT, role=OWNER, principal="c")), {}),
    ("a user of another account", ONE, (TO_INBOX, user(f"{ROOT}2")), {}),
    ("a role on queues of the account", ONE, (TO_INBOX, user(f"{ROOT}/queueServices/default")), {}),
    ("a group reads the other container", OPEN, (TO_INBOX, user(ARCHIVE, principalType="Group")), {}),
    ("somebody of an unknown kind reads it", OPEN, (TO_INBOX, user(ARCHIVE, principalType=None)), {}),
    ("a group reads the whole tenant", OPEN, (TO_INBOX, user("/", principalType="ForeignGroup")), {}),
    ("a role that is not known", OPEN, (TO_INBOX, user(ROOT, role="dddddddd")), {"gaps": (gap(SUBSCRIPTION_ID, "Microsoft.Authorization/roleDefinitions"),)}),
    ("the other is anonymous", OPEN, (TO_INBOX, container(storage(), "archive", publicAccess="Blob")), {"allowBlobPublicAccess": True}),
    ("the other is anonymous, by default", OPEN, (TO_INBOX, container(storage(), "archive", publicAccess="Blob")), {"allowBlobPublicAccess": None}),
    ("the other would be anonymous", ONE, (TO_INBOX, container(storage(), "archive", publicAccess="Blob")), {}),
    ("the other may be anonymous", OPEN, (TO_INBOX, container(storage(), "archive", publicAccess=HIDDEN)), {"allowBlobPublicAccess": True}),
    ("the other is private", ONE, (TO_INBOX, container(storage(), "archive", publicAccess="None")), {"allowBlobPublicAccess": True}),
    ("the other is deleted", ONE, (TO_INBOX, container(storage(), "archive", deleted=True)), {}),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "parts", "how"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_containers_of_an_account(wanted: list[Json], parts: tuple[Resource, ...], how: dict[str, Any]) -> None:
    assert answers(*parts, **how) == wanted


def test_an_account_that_holds_none_has_none_and_one_of_which_it_is_unknown_leaves_its_containers_open() -> None:
    assert answers() == [False, False, False]
    assert answers(gaps=(gap(SUBSCRIPTION_ID, "Microsoft.CognitiveServices/accounts"),)) == ["unread"] * 3


def test_the_user_takes_all_and_a_container_without_its_account_is_open() -> None:
    store = storage(**CLOSED)
    boxes = [container(store, name) for name in ("inbox", "archive")]
    found = facts(snapshot(store, account(), TO_INBOX, *boxes), all_documents=True)
    assert [found.of(box)["holdsDocuments"] for box in boxes] == [True, True]
    alone = facts(snapshot(boxes[0]))
    assert isinstance(alone.of(boxes[0])["holdsDocuments"], Unread)


def test_what_is_kept_of_other_containers_does_not_count_and_what_may_be_is_open() -> None:
    """A legal hold, a container that can be restored, and a backup, each of a container that no link names."""
    for properties, holds, unbounded in ((CLOSED, [False], 0), ({}, [False, "unread"], 0)):
        store = storage(**properties)
        parts = (
            container(store, "inbox"),
            container(store, "archive", hasLegalHold=True),
            container(store, "old", deleted=True, remainingRetentionDays=9),
        )
        rule = {
            "name": "all",
            "definition": {
                "filters": {"blobTypes": ["blockBlob", "appendBlob"]},
                "actions": {
                    "baseBlob": {"delete": {"daysAfterCreationGreaterThan": 0}},
                    "snapshot": {"delete": {"daysAfterCreationGreaterThan": 0}},
                },
            },
        }
        found = facts(snapshot(store, account(), TO_INBOX, blob_service(store), lifecycle(store, rule), *parts))
        fact = found.of(store)["retention"]
        told = ["unread" if isinstance(item["held"], Unread) else item["held"] for item in fact["holds"]]
        assert (told, fact["exceedsHours"]) == (holds, unbounded)


def test_containers_that_were_not_listed_are_an_unknown_of_their_account() -> None:
    store = storage(**CLOSED)
    hidden = (gap(store, CONTAINER),)
    found = facts(snapshot(store, account(), TO_INBOX, blob_service(store), lifecycle(store), gaps=hidden))
    (told,) = found.of(store)["retention"]["holds"]
    assert isinstance(told, Unread)


@pytest.mark.parametrize(
    ("keys", "access", "statuses"),
    [
        (False, "Blob", {"inbox": "pass"}),  # nothing leads to the other container: it is not judged
        (True, "Blob", {"inbox": "pass", "archive": "unknown"}),
        (True, "None", {"inbox": "pass", "archive": "pass"}),  # private, whether or not it holds documents
    ],
    ids=range(3),
)
def test_rules_judge_containers_that_hold_documents_and_leave_others_open(
    keys: Json, access: str, statuses: dict[str, str]
) -> None:
    store = storage(allowSharedKeyAccess=keys, allowBlobPublicAccess=False)
    boxes = (container(store, "inbox"), container(store, "archive", publicAccess=access))
    found = snapshot(store, account(), TO_INBOX, blob_service(store), lifecycle(store), *boxes)
    report = audit.judge_snapshot(audit.prepare(audit.Choice()), found)
    lines = [line.finding for line in report.lines if line.rule.id == "DI-ACC-005"]
    assert {item.subject.name: item.status for item in lines} == statuses
