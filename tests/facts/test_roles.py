"""What a role grants: actions with wildcards, less what it withholds, and what cannot be known of it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.facts.estate import Estate
from auditor.facts.roles import BUILT_IN_ROLES, grants, role_grants, role_name
from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import ROLE_DEFINITION
from tests.builders import SUBSCRIPTION_ID, gap, now, snapshot

LIST_KEYS = "Microsoft.Storage/storageAccounts/listKeys/action"
ACCOUNT_KEYS = "Microsoft.CognitiveServices/accounts/listKeys/action"
READ_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
READ_RESULTS = "Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/analyzeresults/read"
HIDDEN = Unread("hidden")


def permission(*actions: Json, **more: Json) -> dict[str, Json]:
    return {"actions": list(actions), "notActions": [], "dataActions": [], "notDataActions": [], **more}


def role(*permissions: Json) -> dict[str, Any]:
    return {"properties": {"roleName": "r", "permissions": list(permissions)}}


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        ("*", LIST_KEYS, True),
        ("**", LIST_KEYS, True),
        (LIST_KEYS, LIST_KEYS, True),
        (LIST_KEYS.upper(), LIST_KEYS, True),
        ("microsoft.storage/*", LIST_KEYS, True),
        ("*/action", LIST_KEYS, True),
        ("*/read", LIST_KEYS, False),
        ("*/listkeys/*", LIST_KEYS, True),
        ("Microsoft.Storage/*/listkeys/action", LIST_KEYS, True),
        ("Microsoft.Storage/*/*/*/listkeys/action", LIST_KEYS, False),
        ("Microsoft.*/accounts/*", LIST_KEYS, False),
        ("Microsoft.Storage/storageAccounts/listKeys", LIST_KEYS, False),
        ("Microsoft.Storage/storageAccounts/listKeys/action/*", LIST_KEYS, False),
        ("Microsoft.Storage/storageAccounts/listKeys/action*action", LIST_KEYS, False),
        ("Microsoft?Storage/*", LIST_KEYS, False),
        ("[Mm]icrosoft.Storage/*", LIST_KEYS, False),
        ("", LIST_KEYS, False),
    ],
    ids=range(17),
)
def test_a_star_stands_for_anything(pattern: str, action: str, matches: bool) -> None:
    assert grants(role(permission(pattern)), action, data=False) is matches


@pytest.mark.parametrize(
    ("permissions", "granted"),
    [
        ([permission("*", notActions=["*/listKeys/action"])], False),
        ([permission("*", notActions=["*/regenerateKey/action"])], True),
        ([permission("*", notActions=["*"]), permission("*/listkeys/action")], True),
        ([permission("*", notActions=None)], True),
        ([{"dataActions": ["*"]}], False),
        ([{}], False),
        ([], False),
        ([permission("*", notActions=[HIDDEN])], "an action of a role was not read"),
        ([permission("*", notActions=HIDDEN)], "an action of a role was not read"),
        ([permission("*", notActions=[HIDDEN, "*"])], False),
        ([permission("x", notActions=[HIDDEN])], False),
        ([permission("x", HIDDEN)], "an action of a role was not read"),
        ([permission("x", HIDDEN, notActions=["*"])], False),
        ([permission("x", HIDDEN, "*")], True),
        ([permission(7)], "an action of a role is no text"),
        ([HIDDEN], "a permission of a role was not read"),
        ([HIDDEN, permission("*")], True),
    ],
    ids=range(17),
)
def test_what_is_withheld_is_withheld_by_its_own_permission(permissions: list[Json], granted: Json) -> None:
    found = grants(role(*permissions), LIST_KEYS, data=False)
    if isinstance(granted, bool):
        assert found is granted
    else:
        assert isinstance(found, Unread)
        assert found.why.startswith(granted)


@pytest.mark.parametrize(
    "body", [{}, {"properties": {}}, {"properties": HIDDEN}, {"properties": {"permissions": HIDDEN}}]
)
def test_a_definition_without_permissions_tells_nothing(body: dict[str, Json]) -> None:
    assert isinstance(grants(body, LIST_KEYS, data=False), Unread)


def test_data_actions_are_another_matter() -> None:
    both = role(permission("*", dataActions=["*"], notDataActions=["*/analyzeresults/read"]))
    assert grants(both, READ_RESULTS, data=False) is True
    assert grants(both, READ_RESULTS, data=True) is False
    assert grants(both, READ_BLOBS, data=True) is True


@pytest.mark.parametrize(
    ("name", "granted"),
    [
        # Storage keys, account keys, blobs, results (azure-facts 3e, and the page on built-in roles).
        ("Owner", (True, True, False, False)),
        ("Contributor", (True, True, False, False)),
        ("Reader", (False, False, False, False)),
        ("User Access Administrator", (False, False, False, False)),
        ("Role Based Access Control Administrator", (False, False, False, False)),
        ("Storage Blob Data Reader", (False, False, True, False)),
        ("Storage Blob Data Contributor", (False, False, True, False)),
        ("Storage Blob Data Owner", (False, False, True, False)),
        ("Storage Blob Delegator", (False, False, False, False)),
        ("Storage Account Contributor", (True, False, False, False)),
        ("Storage Account Key Operator Service Role", (True, False, False, False)),
        ("Reader and Data Access", (True, False, False, False)),
        ("Cognitive Services User", (False, True, False, True)),
        ("Cognitive Services Data Reader", (False, False, False, True)),
        ("Cognitive Services Contributor", (False, True, False, False)),
        ("Log Analytics Contributor", (True, False, False, False)),
        ("Log Analytics Reader", (False, False, False, False)),
        ("Key Vault Crypto Service Encryption User", (False, False, False, False)),
    ],
)
def test_built_in_roles_grant_what_microsoft_says(name: str, granted: tuple[bool, ...]) -> None:
    body = next(body for body in BUILT_IN_ROLES.values() if body["properties"]["roleName"] == name)
    asked = ((LIST_KEYS, False), (ACCOUNT_KEYS, False), (READ_BLOBS, True), (READ_RESULTS, True))
    assert tuple(grants(body, action, data=data) for action, data in asked) == granted


def test_every_built_in_role_was_looked_at() -> None:
    assert len(BUILT_IN_ROLES) == 18


CUSTOM = "12345678-0000-0000-0000-000000000001"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


def definition(guid: str, *actions: str, scope: str = SUBSCRIPTION_ID, name: str = "Key keepers") -> Resource:
    path = f"{scope}/providers/{ROLE_DEFINITION}/{guid}"
    properties = {"roleName": name, "permissions": [permission(*actions)]}
    return Resource({"id": path, "type": ROLE_DEFINITION, "name": guid, "properties": properties})


def asked(guid: Json, *parts: Resource, subscription: str | None = SUBSCRIPTION_ID, **how: Any) -> bool | Unread:
    role_id = f"/providers/Microsoft.Authorization/roleDefinitions/{guid}" if isinstance(guid, str) else guid
    return role_grants(role_id, subscription, LIST_KEYS, Estate(snapshot(*parts, **how), now()), data=False)


def test_a_definition_that_was_read_counts_before_the_table() -> None:
    assert asked(CUSTOM, definition(CUSTOM, LIST_KEYS)) is True
    assert asked(CUSTOM.upper(), definition(CUSTOM, LIST_KEYS)) is True
    assert asked(CUSTOM, definition(CUSTOM, "*/read")) is False
    assert asked(OWNER) is True
    assert asked(OWNER, definition(OWNER, "*/read", scope="")) is False


def test_a_role_that_is_in_no_list_grants_nothing_only_if_the_list_was_read() -> None:
    refused = (gap(SUBSCRIPTION_ID, ROLE_DEFINITION),)
    assert asked(CUSTOM) is False
    assert asked(CUSTOM, gaps=refused) == Unread(
        f"the definition of role {CUSTOM} was not read: 403 AuthorizationFailed"
    )
    assert asked(OWNER, gaps=refused) is True
    unknown = Unread(f"what role {CUSTOM} grants is not known here")
    assert asked(CUSTOM, subscription=None) == unknown
    assert asked(CUSTOM, kind="infrastructure") == unknown
    assert asked(HIDDEN) == Unread("the role of an assignment was not read: hidden")
    assert asked(None) == Unread("the role of an assignment was not read: it names none")


def test_a_role_has_a_name() -> None:
    estate = Estate(snapshot(definition(CUSTOM)), now())
    assert role_name(f"/x/{CUSTOM.upper()}", estate) == "Key keepers"
    assert role_name(OWNER, estate) == "Owner"
    assert role_name("/x/Y", estate) == "role y"
    assert role_name(None, estate) == "role "
