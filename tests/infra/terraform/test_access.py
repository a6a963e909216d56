"""Role assignments, identities and diagnostic settings, and the accounts that they belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.facts.estate import Estate
from auditor.facts.links import links_of
from auditor.facts.logs import logging_of
from auditor.infra.ids import principal_of
from auditor.model.types import STORAGE
from tests.infra.terraform.plans import FORMS, GROUP, STORE, account, bodies, body, forms, made, read, snapshot

LATER = {"$unread": "known only after apply"}
READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me"
SYSTEM = {"identity": [{"type": "SystemAssigned"}]}
PRINCIPAL = "azurerm_cognitive_account.forms.identity[0].principal_id"
STORE_ID = "azurerm_storage_account.docs.id"
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"


def assignment(values: Any = None, *, unknown: Any = None, **refers: Any) -> dict[str, Any]:
    own = {"role_definition_name": "Storage Blob Data Reader", **(values or {})}
    hidden = {"id": True, "name": True, **dict.fromkeys(refers, True), **(unknown or {})}
    return made("azurerm_role_assignment", "r", own, unknown=hidden, **refers)


def found_in(declared: Any, kind: str) -> Any:
    (one,) = [item for item in bodies(declared).values() if item["type"].endswith(kind)]
    return one


def links(declared: Any) -> Any:
    estate = Estate(snapshot(declared), datetime(2026, 11, 24, tzinfo=UTC))
    return links_of(estate.snapshot.of_type(STORAGE)[0], estate)


def test_a_role_links_an_account_to_its_storage() -> None:
    declared = read(account(), forms("forms", SYSTEM), assignment(scope=STORE_ID, principal_id=PRINCIPAL))
    one = found_in(declared, "roleAssignments")
    assert one["id"] == f"{STORE}/providers/Microsoft.Authorization/roleAssignments/{{azurerm_role_assignment.r.name}}"
    assert one["properties"] == {
        "scope": STORE,
        "principalId": principal_of(FORMS),
        "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
    }
    (link,) = links(declared)
    assert (link["signal"], link["strength"]) == ("roleAssignment", "grant")


def test_an_active_role_of_privileged_identity_management_is_a_role() -> None:
    given = assignment(
        {"role_definition_name": None, "role_definition_id": f"/x/{READER}"}, scope=STORE_ID, principal_id=PRINCIPAL
    )
    given |= {"type": "azurerm_pim_active_role_assignment", "own": "azurerm_pim_active_role_assignment.r"}
    given["address"] = given["own"]
    assert len(links(read(account(), forms("forms", SYSTEM), given))) == 1


def test_a_role_above_and_a_role_below() -> None:
    group = made("azurerm_resource_group", "g", {"name": "rg"}, unknown={"id": True})
    above = read(
        account(),
        forms("forms", SYSTEM),
        group,
        assignment(scope="azurerm_resource_group.g.id", principal_id=PRINCIPAL),
    )
    assert found_in(above, "roleAssignments")["properties"]["scope"] == GROUP
    assert len(links(above)) == 1
    inbox = made("azurerm_storage_container", "c", {"name": "inbox", "storage_account_id": STORE})
    refers = {"scope": "azurerm_storage_container.c.resource_manager_id", "principal_id": PRINCIPAL}
    below = read(account(), forms("forms", SYSTEM), inbox, assignment(**refers))
    assert links(below)[0]["container"] == "inbox"


def test_a_role_of_an_identity_that_a_user_assigned() -> None:
    me = made(
        "azurerm_user_assigned_identity",
        "me",
        {"name": "me", "resource_group_name": "rg", "location": "westeurope"},
        unknown={"id": True, "principal_id": True, "client_id": True},
    )
    owner = forms(
        "forms",
        {"identity": [{"type": "UserAssigned"}]},
        unknown={"identity": [{"identity_ids": True}]},
        identity=[
            {
                "identity_ids": {
                    "references": ["azurerm_user_assigned_identity.me.id", "azurerm_user_assigned_identity.me"]
                }
            }
        ],
    )
    refers = {"scope": STORE_ID, "principal_id": "azurerm_user_assigned_identity.me.principal_id"}
    declared = read(account(), me, owner, assignment(**refers))
    assert body(declared, FORMS)["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": {IDENTITY: {"principalId": principal_of(IDENTITY)}},
    }
    assert len(links(declared)) == 1


def test_a_role_of_an_identity_that_is_there_already() -> None:
    there = IDENTITY.replace("{subscription}", "s")
    source = made("azurerm_user_assigned_identity", "me", {"id": there, "principal_id": "p1"}, data=True)
    owner = forms("forms", {"identity": [{"type": "UserAssigned", "identity_ids": [there]}]})
    declared = read(account(), owner, assignment({"principal_id": "p1"}, scope=STORE_ID), before=[source])
    assert body(declared, FORMS)["identity"]["userAssignedIdentities"] == {there: {"principalId": "p1"}}
    assert len(links(declared)) == 1


@pytest.mark.parametrize(
    "of", ["azurerm_linux_web_app.site.identity[0].principal_id", "azuread_group.staff.principal_id"]
)
def test_a_role_of_somebody_else_is_no_link_and_no_doubt(of: str) -> None:
    kind, name = of.split(".")[:2]
    other = made(kind, name, unknown={"id": True, "identity": True})
    declared = read(account(), forms("forms", SYSTEM), other, assignment(scope=STORE_ID, principal_id=of))
    assert links(declared) == []


@pytest.mark.parametrize(
    "refers",
    [
        {"scope": STORE_ID, "principal_id": "local.who"},
        {"scope": STORE_ID, "principal_id": "data.azuread_user.who.principal_id"},
        {"scope": STORE_ID, "principal_id": (PRINCIPAL, "azurerm_cognitive_account.more.identity[0].principal_id")},
        {"scope": "local.where", "principal_id": PRINCIPAL},
        {"scope": "module.gone.id", "principal_id": PRINCIPAL},
    ],
)
def test_what_is_not_known_of_a_role_leaves_a_doubt(refers: Any) -> None:
    source = made("azuread_user", "who", unknown={"principal_id": True}, data=True)
    declared = read(account(), forms("forms", SYSTEM), forms("more", SYSTEM), source, assignment(**refers))
    assert [item.why for item in links(declared)] == ["a part of a role assignment was not read"]


def test_a_role_without_configuration_leaves_a_doubt() -> None:
    wanted = assignment(scope=STORE_ID, principal_id=PRINCIPAL)
    declared = read(account(), forms("forms", SYSTEM), wanted, configured=False)
    assert len(links(declared)) == 1
    assert not isinstance(links(declared)[0], dict)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"role_definition_id": f"/subscriptions/s/providers/x/{READER}"}, f"/subscriptions/s/providers/x/{READER}"),
        (
            {"role_definition_name": "storage blob data reader"},
            f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
        ),
        ({"role_definition_name": "Odd"}, {"$unread": "the role Odd is not among those that are known"}),
        (
            {"role_definition_name": None},
            {"$unread": "known only after apply: azurerm_role_assignment.r.role_definition_id"},
        ),
    ],
)
def test_the_role(values: Any, wanted: Any) -> None:
    known = {"scope": STORE, "principal_id": "p1", **values}
    assert found_in(read(assignment(known)), "roleAssignments")["properties"]["roleDefinitionId"] == wanted


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_role_that_the_file_defines(by: str) -> None:
    allowed = {
        "actions": ["Microsoft.Storage/*/read"],
        "data_actions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    }
    hidden = {"id": True, "role_definition_id": True, "role_definition_resource_id": True}
    role = made("azurerm_role_definition", "own", {"name": "Own", "permissions": [allowed]}, unknown=hidden)
    refers: dict[str, Any] = {"scope": STORE_ID, "principal_id": PRINCIPAL}
    if by == "id":
        refers["role_definition_id"] = "azurerm_role_definition.own.role_definition_resource_id"
    given = assignment({"role_definition_name": "Own" if by == "name" else None}, **refers)
    declared = read(account(), forms("forms", SYSTEM), role, given)
    definition = found_in(declared, "roleDefinitions")
    assert definition["properties"]["permissions"] == [
        {"actions": allowed["actions"], "notActions": [], "dataActions": allowed["data_actions"], "notDataActions": []}
    ]
    assert [item["signal"] for item in links(declared)] == ["roleAssignment"]


def test_what_is_known_of_a_role_definition() -> None:
    own = {
        "role_definition_resource_id": f"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    }
    found = read(made("azurerm_role_definition", "own", own, unknown={"permissions": True}))
    assert found_in(found, "roleDefinitions")["id"] == own["role_definition_resource_id"]
    assert found_in(found, "roleDefinitions")["properties"]["permissions"] == LATER
    guid = read(made("azurerm_role_definition", "own", {"role_definition_id": READER}))
    assert found_in(guid, "roleDefinitions")["id"].endswith(f"/roleDefinitions/{READER}")


def test_what_is_known_of_an_assignment() -> None:
    own = f"{STORE}/providers/Microsoft.Authorization/roleAssignments/a1"
    condition = {"condition": "@Resource[x]", "condition_version": "2.0", "principal_type": "ServicePrincipal"}
    known = assignment(
        {"id": f"{own}|tenant", "scope": STORE, "principal_id": "p1", **condition}, unknown={"id": False}
    )
    one = found_in(read(known), "roleAssignments")
    assert one["id"] == own
    assert one["properties"] == {
        "scope": STORE,
        "principalId": "p1",
        "principalType": "ServicePrincipal",
        "condition": "@Resource[x]",
        "conditionVersion": "2.0",
        "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
    }


@pytest.mark.parametrize(
    ("hidden", "wanted"),
    [
        (True, LATER),
        ([{"type": True}], {"type": LATER, "principalId": LATER}),
        (
            [{"identity_ids": True}],
            {
                "type": "SystemAssigned",
                "principalId": principal_of(FORMS),
                "userAssignedIdentities": {"{others}": LATER},
            },
        ),
    ],
)
def test_identities_may_be_known_only_after_apply(hidden: Any, wanted: Any) -> None:
    assert body(read(forms("forms", SYSTEM, unknown={"identity": hidden})), FORMS)["identity"] == wanted


def test_some_identities_may_be_known() -> None:
    identity = {"type": "UserAssigned", "identity_ids": [IDENTITY]}
    owner = forms("forms", {"identity": [identity]}, unknown={"identity": [{"identity_ids": [False, True]}]})
    assert set(body(read(owner), FORMS)["identity"]["userAssignedIdentities"]) == {IDENTITY, "{others}"}


def test_an_identity_without_a_type_is_none() -> None:
    assert body(read(forms("forms", {"identity": [{}]})), FORMS)["identity"] == {"type": "None"}


# Diagnostic settings


def setting(values: Any, **refers: Any) -> dict[str, Any]:
    hidden = {"id": True, **dict.fromkeys(refers, True)}
    return made("azurerm_monitor_diagnostic_setting", "d", {"name": "d", **values}, unknown=hidden, **refers)


def test_a_setting_of_an_account_and_its_workspace() -> None:
    workspace = made(
        "azurerm_log_analytics_workspace",
        "w",
        {"name": "w", "resource_group_name": "rg", "location": "westeurope"},
        unknown={"id": True},
    )
    given = setting(
        {
            "enabled_log": [{"category": "Audit"}, {"category_group": "allLogs"}],
            "enabled_metric": [{"category": "AllMetrics"}],
            "eventhub_name": "hub",
            "log_analytics_destination_type": "Dedicated",
        },
        target_resource_id="azurerm_cognitive_account.forms.id",
        log_analytics_workspace_id="azurerm_log_analytics_workspace.w.id",
    )
    declared = read(forms(), workspace, given)
    to = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/w"
    assert body(declared, f"{FORMS}/providers/{DIAGNOSTICS}/d")["properties"] == {
        "eventHubName": "hub",
        "logAnalyticsDestinationType": "Dedicated",
        "workspaceId": to,
        "logs": [{"enabled": True, "category": "Audit"}, {"enabled": True, "categoryGroup": "allLogs"}],
        "metrics": [{"enabled": True, "category": "AllMetrics"}],
    }
    estate = Estate(snapshot(declared), datetime(2026, 11, 24, tzinfo=UTC))
    logged = logging_of(estate.accounts[0], estate)
    assert (logged["audit"], logged["destinations"][0]["region"]) == (True, "westeurope")


def test_older_settings_say_what_is_on() -> None:
    given = setting(
        {
            "target_resource_id": FORMS,
            "storage_account_id": STORE,
            "eventhub_authorization_rule_id": "/hub",
            "partner_solution_id": "/partner",
            "log": [{"category": "Audit", "enabled": False}, {"category": "RequestResponse"}],
            "metric": [{"category": "AllMetrics", "enabled": True}],
        }
    )
    assert body(read(given), f"{FORMS}/providers/{DIAGNOSTICS}/d")["properties"] == {
        "storageAccountId": STORE,
        "eventHubAuthorizationRuleId": "/hub",
        "marketplacePartnerId": "/partner",
        "logs": [{"enabled": False, "category": "Audit"}, {"enabled": True, "category": "RequestResponse"}],
        "metrics": [{"enabled": True, "category": "AllMetrics"}],
    }


def test_a_setting_that_is_there_in_both_words_is_told_once() -> None:
    both = {
        "target_resource_id": FORMS,
        "enabled_log": [{"category": "Audit"}],
        "log": [{"category": "Audit", "enabled": True}],
    }
    assert len(body(read(setting(both)), f"{FORMS}/providers/{DIAGNOSTICS}/d")["properties"]["logs"]) == 1


def test_parts_of_a_setting_may_be_known_only_after_apply() -> None:
    hidden = {"enabled_log": True, "log_analytics_workspace_id": True}
    given = made("azurerm_monitor_diagnostic_setting", "d", {"name": "d", "target_resource_id": FORMS}, unknown=hidden)
    found = body(read(given, configured=False), f"{FORMS}/providers/{DIAGNOSTICS}/d")["properties"]
    assert found["logs"] == [LATER]
    assert "after apply" in found["workspaceId"]["$unread"]


def test_blob_logs_of_a_service_that_only_the_expression_tells() -> None:
    """`"${azurerm_storage_account.docs.id}/blobServices/default"` and `….id` look the same in a plan."""
    declared = read(account(), setting({"enabled_log": [{"category": "StorageRead"}]}, target_resource_id=STORE_ID))
    assert [(gap.scope, gap.operation) for gap in declared.gaps] == [(STORE, f"{DIAGNOSTICS}/read")]
    assert f"{STORE}/{{service}}/providers/{DIAGNOSTICS}/d" in bodies(declared)
    estate = Estate(snapshot(declared), datetime(2026, 11, 24, tzinfo=UTC))
    logged = logging_of(estate.snapshot.of_type(STORAGE)[0], estate)
    assert "after apply" in logged["reads"].why


def test_metrics_alone_hide_no_logs() -> None:
    declared = read(account(), setting({"enabled_metric": [{"category": "Transaction"}]}, target_resource_id=STORE_ID))
    assert declared.gaps == ()


def test_blob_logs_of_a_service_that_is_told() -> None:
    service = f"{STORE}/blobServices/default"
    declared = read(account(), setting({"target_resource_id": service, "enabled_log": [{"category": "StorageRead"}]}))
    assert declared.gaps == ()
    assert f"{service}/providers/{DIAGNOSTICS}/d" in bodies(declared)


def test_a_setting_of_a_resource_that_is_not_known() -> None:
    declared = read(account(), setting({}, target_resource_id="local.x"))
    assert [(gap.scope, gap.operation) for gap in declared.gaps] == [("", f"{DIAGNOSTICS}/read")]


def test_groups_and_management_groups() -> None:
    there = "/providers/Microsoft.Management/managementGroups/top"
    top = made("azurerm_management_group", "top", {"id": there})
    fresh = made("azurerm_management_group", "new")
    group = made("azurerm_resource_group", "g", {"id": "/subscriptions/s/resourceGroups/g", "name": "g"})
    assert [item.id for item in read(top, fresh, group).resources] == [
        there,
        "/{azurerm_management_group.new.id}",
        "/subscriptions/s/resourceGroups/g",
    ]
