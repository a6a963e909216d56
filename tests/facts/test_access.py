"""Who can list the keys of an account or a store, read results, or read blobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from auditor.model.reading import LIVE_SCAN, Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import ACCOUNT, PROJECT, ROLE_ASSIGNMENT, ROLE_DEFINITION, STORAGE
from tests.builders import GROUP, SUBSCRIPTION_ID, account, facts, gap, grant, snapshot, storage

FORMS, DOCS = account("forms"), storage()
HIDDEN = Unread("hidden")
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
KEY_OPERATOR = "81a9662b-bebf-436f-a333-f67b29880f12"
BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
SERVICES_USER = "a97b65f3-24c7-4388-baec-2e87135dc908"
DATA_READER = "b59867f0-fa02-499b-be73-45a86b5b3e1c"
CUSTOM = "12345678-0000-0000-0000-000000000001"
FORM_RECOGNIZER = "Microsoft.CognitiveServices/accounts/FormRecognizer"


def readers(resource: Resource, *parts: Resource, **how: Any) -> Json:
    return facts(snapshot(resource, *parts, **how)).of(resource)["keyReaders"]


def doubt(found: Json) -> str:
    """What is not known: the count and the end of the list say the same."""
    last = found["principals"][-1]
    assert isinstance(last, Unread)
    assert found["count"] == last
    return last.why


def custom(*actions: Json, data: Sequence[Json] = (), **more: Json) -> Resource:
    permission = {"actions": [*actions], "dataActions": [*data], **more}
    properties = {"roleName": "Key keepers", "permissions": [permission]}
    path = f"{SUBSCRIPTION_ID}/providers/{ROLE_DEFINITION}/{CUSTOM}"
    return Resource({"id": path, "type": ROLE_DEFINITION, "name": CUSTOM, "properties": properties})


@pytest.mark.parametrize(
    ("role", "of_account", "of_store"),
    [
        (OWNER, 1, 1),
        (READER, 0, 0),
        (KEY_OPERATOR, 0, 1),
        (BLOB_OWNER, 0, 0),  # who reads blobs is no reader of keys
        (SERVICES_USER, 1, 0),
        (DATA_READER, 1, 0),
        ("00000000-9999-0000-0000-000000000000", 0, 0),  # not in the list of roles, which was read
    ],
)
def test_what_counts_is_what_the_role_grants(role: str, of_account: int, of_store: int) -> None:
    for resource, count in ((FORMS, of_account), (DOCS, of_store)):
        found = readers(resource, grant(GROUP, role, "p"))
        assert (found["count"], len(found["principals"])) == (count, count)


@pytest.mark.parametrize(
    ("definition", "of_account", "of_store"),
    [
        (custom("Microsoft.CognitiveServices/accounts/listkeys/action"), 1, 0),
        (custom("Microsoft.Storage/storageAccounts/listkeys/action"), 0, 1),
        (custom("*", notActions=["*/listKeys/action"]), 0, 0),
        (custom(data=[f"{FORM_RECOGNIZER}/documentmodels/analyzeresults/read"]), 1, 0),
        (custom(data=[f"{FORM_RECOGNIZER}/analysis/get/analyze/result/read"]), 1, 0),
        (custom(data=[f"{FORM_RECOGNIZER}/classification/get/analyze/result/read"]), 1, 0),
        (custom(data=[f"{FORM_RECOGNIZER}/documentmodels/read"]), 0, 0),
        (custom(data=["Microsoft.CognitiveServices/*"], notDataActions=["*/read"]), 0, 0),
    ],
    ids=range(8),
)
def test_custom_roles_count_by_their_definition(definition: Resource, of_account: int, of_store: int) -> None:
    for resource, count in ((FORMS, of_account), (DOCS, of_store)):
        assert readers(resource, definition, grant(GROUP, CUSTOM, "p"))["count"] == count


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (DOCS.id, 1),
        (f"{DOCS.id.upper()}/", 1),
        (GROUP, 1),
        (GROUP.upper(), 1),
        (SUBSCRIPTION_ID, 1),
        (GROUP[:-1], 0),
        (f"{DOCS.id}/blobServices/default/containers/scans", 0),
        (f"{GROUP}/providers/{STORAGE}/other", 0),
    ],
)
def test_an_assignment_counts_at_the_resource_and_above_it(scope: str, count: int) -> None:
    assert readers(DOCS, grant(scope, OWNER, "p"))["count"] == count


@pytest.mark.parametrize("scope", ["/", "/providers/Microsoft.Management/managementGroups/all"])
@pytest.mark.parametrize(
    ("place", "count"),
    [
        (SUBSCRIPTION_ID, 1),
        ("", 1),
        ("/subscriptions/22222222-2222-2222-2222-222222222222", 0),
    ],
)
def test_one_above_the_subscription_counts_where_the_subscription_lists_it(scope: str, place: str, count: int) -> None:
    made = grant("/x", OWNER, "p")
    properties = {**made.body["properties"], "scope": scope}
    inherited = Resource({**made.body, "id": f"{place}/providers/{ROLE_ASSIGNMENT}/1", "properties": properties})
    assert readers(DOCS, inherited)["count"] == count


def test_a_role_below_an_account_does_not_count() -> None:
    assert readers(FORMS, grant(f"{FORMS.id}/{PROJECT.rpartition('/')[2]}/p", OWNER, "p"))["count"] == 0


def test_a_principal_counts_once_with_all_its_roles() -> None:
    found = readers(
        FORMS,
        grant(FORMS.id, SERVICES_USER, "B", principalType="User"),
        grant(GROUP, OWNER, "b", principalType="User", condition="@Resource[…]"),
        grant(GROUP, DATA_READER, "a", principalType="ServicePrincipal"),
    )
    assert found == {
        "principals": [
            {
                "id": "a",
                "type": "ServicePrincipal",
                "role": "Cognitive Services Data Reader",
                "scope": GROUP,
                "conditional": False,
                "words": f"principal a may read results: Cognitive Services Data Reader on {GROUP}",
            },
            {
                "id": "b",
                "type": "User",
                "role": "Cognitive Services User, Owner",
                "scope": GROUP,
                "conditional": False,
                "words": f"principal b may list keys: Cognitive Services User, Owner on {GROUP}",
            },
        ],
        "count": 2,
    }


def test_a_condition_is_told_and_so_is_that_nobody_looked_into_a_group() -> None:
    found = readers(DOCS, grant(GROUP, OWNER, "g", principalType="Group", condition="@Resource[…]"))
    assert found["count"] == 1
    assert found["principals"][0]["conditional"] is True
    words = f"group g may list keys: Owner on {GROUP}; its members were not seen; under a condition"
    assert found["principals"][0]["words"] == words
    unsure = readers(DOCS, grant(GROUP, OWNER, "p", condition=HIDDEN, principalType=None))
    assert unsure["count"] == 1
    assert (unsure["principals"][0]["conditional"], unsure["principals"][0]["type"]) == (HIDDEN, None)


@pytest.mark.parametrize(
    ("properties", "roles", "count"),
    [
        ({"disableLocalAuth": True}, (OWNER,), 0),
        ({"disableLocalAuth": True}, (DATA_READER,), 1),
        ({"disableLocalAuth": True}, (SERVICES_USER,), 1),
        ({"disableLocalAuth": False}, (OWNER,), 1),
        ({"disableLocalAuth": None}, (OWNER,), 1),
        ({"disableLocalAuth": HIDDEN}, (OWNER,), "hidden"),
        ({"disableLocalAuth": HIDDEN}, (DATA_READER,), 1),
        ({"disableLocalAuth": HIDDEN}, (READER,), 0),
    ],
    ids=range(8),
)
def test_the_keys_of_an_account_open_nothing_once_they_are_switched_off(
    properties: dict[str, Json], roles: tuple[str, ...], count: Json
) -> None:
    found = readers(account("forms", **properties), *(grant(GROUP, role, "p") for role in roles))
    assert (doubt(found) if isinstance(count, str) else found["count"]) == count


def test_that_keys_are_switched_off_is_told() -> None:
    found = readers(account("forms", disableLocalAuth=True), grant(GROUP, SERVICES_USER, "p"))
    words = found["principals"][0]["words"]
    assert words.startswith("principal p may read results: Cognitive Services User on ")
    assert words.endswith("; keys are switched off, so listing them does not count")


@pytest.mark.parametrize(
    ("properties", "count"),
    [
        ({"allowSharedKeyAccess": False}, 0),
        ({}, 1),
        ({"allowSharedKeyAccess": HIDDEN}, "the setting of the account for shared key access was not read: hidden"),
    ],
)
def test_the_keys_of_a_store_open_nothing_once_they_are_switched_off(properties: dict[str, Json], count: Json) -> None:
    found = readers(storage(**properties), grant(GROUP, OWNER, "p"))
    assert (doubt(found) if isinstance(count, str) else found["count"]) == count


def test_nobody_has_to_look_at_roles_where_there_is_nothing_to_read() -> None:
    refused = (gap(SUBSCRIPTION_ID, ROLE_ASSIGNMENT),)
    assert readers(storage(allowSharedKeyAccess=False), gaps=refused) == {"principals": [], "count": 0}


def changed(made: Resource, **properties: Json) -> Resource:
    return Resource({**made.body, "properties": {**made.body["properties"], **properties}})


@pytest.mark.parametrize(
    ("assignment", "known", "why"),
    [
        (changed(grant(GROUP, OWNER, "p"), scope=HIDDEN), 0, "who holds Owner, and where, was not read"),
        (changed(grant(GROUP, READER, "p"), scope=HIDDEN), 0, None),
        (changed(grant(GROUP, OWNER, "p"), principalId=HIDDEN), 0, "who holds Owner, and where, was not read"),
        (changed(grant(GROUP, OWNER, "p"), principalId=None), 0, "who holds Owner, and where, was not read"),
        (
            changed(grant(GROUP, OWNER, "p"), roleDefinitionId=HIDDEN),
            0,
            "the role of an assignment was not read: hidden",
        ),
        (
            Resource({**grant(GROUP, OWNER, "p").body, "properties": HIDDEN}),
            0,
            "the role of an assignment was not read: hidden",
        ),
        (changed(grant(f"{GROUP}x", OWNER, "p"), principalId=HIDDEN), 0, None),
    ],
    ids=range(7),
)
def test_an_assignment_that_was_read_in_part_may_be_one_more(assignment: Resource, known: int, why: str | None) -> None:
    other = grant(DOCS.id, OWNER, "other")
    found = readers(DOCS, assignment, other)
    named = [item["id"] for item in found["principals"] if isinstance(item, dict)]
    assert len(named) == known + 1
    if why is None:
        assert found["count"] == known + 1
    else:
        assert doubt(found) == why


def test_what_was_not_read_may_hide_principals() -> None:
    named = grant(DOCS.id, OWNER, "p")
    found = readers(DOCS, named, gaps=(gap(SUBSCRIPTION_ID, ROLE_ASSIGNMENT),))
    name = SUBSCRIPTION_ID.rpartition("/")[2]
    assert doubt(found) == f"role assignments in subscription {name} were not read: 403 AuthorizationFailed"
    assert [item["id"] for item in found["principals"][:-1]] == ["p"]
    refused = (gap(SUBSCRIPTION_ID, ROLE_DEFINITION),)
    assert readers(DOCS, named, gaps=refused)["count"] == 1
    found = readers(DOCS, named, grant(DOCS.id, CUSTOM, "q"), gaps=refused)
    assert doubt(found).startswith(f"the definition of role {CUSTOM} was not read: 403")


def test_files_do_not_tell_who_has_a_role_above_them() -> None:
    found = readers(DOCS, grant(DOCS.id, OWNER, "p"), kind="infrastructure")
    assert doubt(found) == "files do not tell who has a role on the scopes above it"
    assert found["principals"][-1].settled_by == LIVE_SCAN
    assert len(found["principals"]) == 2
    odd = Resource({"id": "/odd", "type": ACCOUNT})
    assert doubt(readers(odd)) == "files do not tell who has a role on the scopes above it"
    assert readers(odd)["principals"][-1].settled_by is None


def test_the_order_of_reading_does_not_matter() -> None:
    parts = [grant(GROUP, OWNER, "a"), grant(DOCS.id, KEY_OPERATOR, "a"), grant(GROUP, OWNER, "b")]
    found = snapshot(DOCS, *parts)
    turned = replace(found, resources=tuple(reversed(found.resources)))
    for name in ("keyReaders", "documentReaders"):
        assert facts(found).of(DOCS)[name] == facts(turned).of(DOCS)[name]


# Who can read documents by a role with data actions

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
BLOB_DELEGATOR = "db58b8e5-c6ad-4a2a-8342-4190687cbf4a"
SCANS = f"{DOCS.id}/blobServices/default/containers/scans"


def document_readers(resource: Resource, *parts: Resource, **how: Any) -> Json:
    return facts(snapshot(resource, *parts, **how)).of(resource)["documentReaders"]


@pytest.mark.parametrize(
    ("role", "of_account", "of_store"),
    [
        (OWNER, 0, 0),  # no data actions; its keys are a matter of keyReaders
        (READER, 0, 0),
        (KEY_OPERATOR, 0, 0),
        (BLOB_DELEGATOR, 0, 0),  # a user delegation SAS carries no more than its signer's own rights
        (BLOB_READER, 0, 1),
        (BLOB_CONTRIBUTOR, 0, 1),
        (BLOB_OWNER, 0, 1),
        (SERVICES_USER, 1, 0),
        (DATA_READER, 1, 0),
        ("00000000-9999-0000-0000-000000000000", 0, 0),  # not in the list of roles, which was read
    ],
)
def test_data_actions_of_a_role_let_read_documents(role: str, of_account: int, of_store: int) -> None:
    for resource, count in ((FORMS, of_account), (DOCS, of_store)):
        assert document_readers(resource, grant(GROUP, role, "p"))["count"] == count


@pytest.mark.parametrize(
    ("definition", "of_account", "of_store"),
    [
        (custom("*"), 0, 0),
        (custom(data=["*"]), 1, 1),
        (custom(data=["*/read"]), 1, 1),
        (custom(data=["*"], notDataActions=["*/blobs/read"]), 1, 0),
        (custom(data=["Microsoft.Storage/*"], notDataActions=["*/BLOBS/*"]), 0, 0),
        (custom(data=[f"{BLOBS}/read"]), 0, 1),
        (custom(data=[f"{BLOBS}/write", f"{BLOBS}/delete", f"{BLOBS}/tags/read"]), 0, 0),
        (custom(data=["Microsoft.Storage/storageAccounts/fileServices/*/read"]), 0, 0),
        (custom(data=[f"{FORM_RECOGNIZER}/documentmodels/analyzeresults/read"]), 1, 0),
        (custom(data=[f"{FORM_RECOGNIZER}/documentmodels:analyze/action"]), 0, 0),
    ],
    ids=range(10),
)
def test_a_custom_role_lets_read_what_its_data_actions_name(
    definition: Resource, of_account: int, of_store: int
) -> None:
    for resource, count in ((FORMS, of_account), (DOCS, of_store)):
        assert document_readers(resource, definition, grant(GROUP, CUSTOM, "p"))["count"] == count


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (SUBSCRIPTION_ID, 1),
        (GROUP.upper(), 1),
        (DOCS.id, 1),
        (SCANS, 1),
        (SCANS.upper(), 1),
        (f"{DOCS.id}/blobServices/default", 1),
        (f"{DOCS.id}/blobServices/default/containers/$logs", 0),
        (f"{DOCS.id}/fileServices/default/fileshares/scans", 0),
        (f"{GROUP}/providers/{STORAGE}/other", 0),
        (f"{DOCS.id}2/blobServices/default/containers/scans", 0),
    ],
)
def test_a_role_inside_the_blob_service_lets_read_documents_too(scope: str, count: int) -> None:
    assert document_readers(DOCS, grant(scope, BLOB_READER, "p"))["count"] == count


def test_forty_readers_are_forty_and_one_with_two_roles_is_one() -> None:
    many = [grant(SCANS, BLOB_READER, f"p{number}") for number in range(40)]
    assert document_readers(DOCS, *many)["count"] == 40
    twice = (grant(SCANS, BLOB_READER, "P"), grant(GROUP, BLOB_OWNER, "p"), grant(f"{SCANS}2", BLOB_READER, "p"))
    assert document_readers(DOCS, *twice)["count"] == 1


def test_a_group_is_one_reader_and_a_condition_is_told() -> None:
    found = document_readers(DOCS, grant(SCANS, BLOB_READER, "g", principalType="Group", condition="@Resource[…]"))
    words = f"group g may read blobs: Storage Blob Data Reader on {SCANS}; its members were not seen; under a condition"
    assert (found["count"], found["principals"][0]["words"]) == (1, words)
    of_account = document_readers(FORMS, grant(GROUP, DATA_READER, "p"))
    assert of_account["principals"][0]["words"].startswith("principal p may read results: Cognitive Services Data")


def test_switched_off_keys_take_no_right_to_read_away() -> None:
    assert document_readers(storage(allowSharedKeyAccess=False), grant(GROUP, BLOB_READER, "p"))["count"] == 1
    assert document_readers(account("forms", disableLocalAuth=True), grant(GROUP, DATA_READER, "p"))["count"] == 1


def test_readers_that_may_be_hidden_leave_their_number_open() -> None:
    known = grant(SCANS, BLOB_READER, "p")
    for hidden in (ROLE_ASSIGNMENT, ROLE_DEFINITION):
        found = document_readers(DOCS, known, grant(SCANS, CUSTOM, "q"), gaps=(gap(SUBSCRIPTION_ID, hidden),))
        assert [item["id"] for item in found["principals"][:-1]] == ["p"]
        assert "403 AuthorizationFailed" in doubt(found)
    assert doubt(document_readers(DOCS, known, changed(grant(SCANS, BLOB_READER, "q"), principalId=HIDDEN))) == (
        "who holds Storage Blob Data Reader, and where, was not read"
    )
    assert doubt(document_readers(DOCS, known, kind="infrastructure")).startswith("files do not tell")
