"""What the identity may do at each subscription, as the fake Azure tells it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.collectors.collect import Request
from auditor.collectors.rights import Identity, Rights, identity_of, read_rights
from auditor.collectors.sign_in import claims_of
from auditor.errors import SourceError
from auditor.model.permissions import Permission
from tests.collectors.scans import Progress, hurried
from tests.fakes.azure import Estate, FakeAzure, estate_two_subscriptions
from tests.fakes.azure import builders as make
from tests.fakes.azure.entra import CLIENT_ID, OBJECT_ID
from tests.fakes.azure.estate import TENANT
from tests.fakes.azure.faults import BrokenJson, Changed, Fault, ForeignNextLink, Throttled

SCOPE = f"/subscriptions/{make.SUBSCRIPTION}"
PERMISSIONS = "Authorization/permissions"


def rights(
    *faults: Fault, granted: Any = None, estate: Estate | None = None, **named: Any
) -> tuple[Rights, FakeAzure, Progress]:
    request = Request(
        types=frozenset(),
        subscriptions=named.get("subscriptions", ()),
        management_group=named.get("management_group"),
        cloud="public",
        auth="environment",
        skipped={},
        tool="1.2.3",
    )
    progress = Progress()
    with FakeAzure(estate or estate_two_subscriptions(), faults, granted) as azure, azure.exported():
        found = read_rights(request, progress, patience=hurried())
    return found, azure, progress


def test_rights_are_read_at_each_subscription_and_nothing_else_is() -> None:
    found, azure, progress = rights()
    assert [held.name for held in found.held] == ["Documents (production)", "Documents (trial)", "Nothing here"]
    assert {held.permissions for held in found.held} == {(Permission(("*",), (), ("*",), ()),)}
    assert {held.unread for held in found.held} == {None}
    assert {item.route for item in azure.calls()} == {"subscriptions", "permissions"}
    assert azure.hosts == {"login.microsoftonline.com", "management.azure.com"}
    assert found.unread == ()
    assert progress.expected == progress.finished == {"permission": 3}


def test_who_signed_in_is_what_the_token_says() -> None:
    found, _, _ = rights(subscriptions=("Nothing here",))
    assert found.identity == Identity("application", "", OBJECT_ID, CLIENT_ID, TENANT)


def test_rights_differ_from_subscription_to_subscription() -> None:
    here, there = f"/subscriptions/{make.SUBSCRIPTION}", f"/subscriptions/{make.OTHER_SUBSCRIPTION}"
    granted = {
        "/": ["Microsoft.Resources/subscriptions/read", "Microsoft.Authorization/permissions/read"],
        here: ["*/read"],
        there: ["Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/read"],
    }
    found, _, _ = rights(granted=granted)
    first, second, third = found.held
    store, models = "Microsoft.Storage/storageAccounts/read", granted[there][0]
    assert [held.allows(store) for held in found.held] == [True, False, False]
    assert (first.allows(models, data=True), second.allows(models, data=True)) == (False, True)
    assert third.allows("Microsoft.Authorization/permissions/read")


def test_a_management_group_narrows_the_subscriptions() -> None:
    found, azure, _ = rights(management_group="contoso-production")
    assert [held.subscription for held in found.held] == [SCOPE]
    assert "descendants" in {item.route for item in azure.calls()}


def changed(value: object) -> Changed:
    return Changed(f"{make.OTHER_SUBSCRIPTION}/.*{PERMISSIONS}", lambda body: {**body, "value": value})


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (BrokenJson(f"{make.OTHER_SUBSCRIPTION}/.*{PERMISSIONS}"), "the answer was not JSON"),
        (changed(["*"]), "the answer was no list of permissions"),
        (changed([{"actions": ["*"]}, {"actions": "*"}]), "the answer was no list of permissions"),
        (changed({}), "the answer was no list: it has no value"),
        (
            ForeignNextLink(f"{make.OTHER_SUBSCRIPTION}/.*{PERMISSIONS}"),
            "the next page lies on another host; refused",
        ),
        (
            Throttled(f"{make.OTHER_SUBSCRIPTION}/.*{PERMISSIONS}", 300, times=None),
            "429 TooManyRequests: asks to wait 300 s",
        ),
    ],
)
def test_what_could_not_be_read_grants_nothing_and_says_why(fault: Fault, reason: str) -> None:
    found, azure, _ = rights(fault)
    assert [held.unread for held in found.held] == [None, reason, None]
    assert found.held[1].permissions == ()
    assert not found.held[1].allows("Microsoft.Storage/storageAccounts/read")
    assert azure.refused_hosts == set()


def test_what_a_role_takes_out_is_not_granted() -> None:
    role = {"actions": ["*"], "notActions": ["Microsoft.KeyVault/*"]}
    found, _, _ = rights(changed([role, {"actions": [], "dataActions": None}]))
    assert not found.held[1].allows("Microsoft.KeyVault/vaults/read")
    assert found.held[1].allows("Microsoft.Storage/storageAccounts/read")


def test_nothing_is_taken_out_of_another_role() -> None:
    roles = [{"actions": ["*"], "notActions": ["Microsoft.KeyVault/*"]}, {"actions": ["*/read"]}]
    found, _, _ = rights(changed(roles))
    assert found.held[1].allows("Microsoft.KeyVault/vaults/read")
    assert not found.held[1].allows("Microsoft.KeyVault/vaults/write")


def test_without_a_subscription_there_is_nothing_to_ask() -> None:
    with pytest.raises(SourceError, match="sees no subscription"):
        rights(granted=[])


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (
            {"upn": "anna@contoso.example", "oid": "o", "appid": "a", "tid": "t"},
            Identity("user", "anna@contoso.example", "o", "a", "t"),
        ),
        ({"preferred_username": "anna", "azp": "a"}, Identity("user", "anna", "", "a", "")),
        ({"appid": "a", "app_displayname": "auditor"}, Identity("application", "auditor", "", "a", "")),
        ({"oid": "o"}, Identity("identity", "", "o", "", "")),
        ({"upn": 7, "oid": None, "appid": ["a"]}, Identity("identity", "", "", "", "")),
        ({}, Identity("identity", "", "", "", "")),
    ],
)
def test_identities_by_what_tokens_claim(claims: dict[str, Any], expected: Identity) -> None:
    assert identity_of(claims) == expected


@pytest.mark.parametrize(
    "token", ["", "opaque", "a.b", "a.b.c", "a.%%%.c", "a.bnVsbA.c", "a.W10.c", "a.eyJv.c", "a.b.c.d", "a.\u00fc.c"]
)
def test_a_token_that_is_none_claims_nothing(token: str) -> None:
    assert claims_of(token) == {}


def test_a_token_claims_what_it_says() -> None:
    assert claims_of("e30.eyJvaWQiOiAibyJ9.c2ln") == {"oid": "o"}
