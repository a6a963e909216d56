"""What is logged of accounts and stores, where to, and which workspace receives it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import ListRead, Resource
from auditor.model.types import ACCOUNT, BY_NAME, DIAGNOSTIC_SETTING, LOCATION, STORAGE, WORKSPACE
from tests.builders import GROUP, SUBSCRIPTION_ID, account, facts, gap, read, snapshot, storage

FORMS, DOCS = account("forms"), storage(networkAcls={"resourceAccessRules": [{"resourceId": account("forms").id}]})
BLOBS = f"{DOCS.id}/blobServices/default"
HIDDEN = Unread("hidden")
LOGS_ID = f"{GROUP}/providers/{WORKSPACE}/logs"
LOGS = Resource({"id": LOGS_ID, "type": WORKSPACE, "name": "logs", "location": "northeurope"})
WHICH = "the category group audit is logged, but which categories it has is not documented"


def log(category: Json = None, group: Json = None, enabled: Json = True) -> dict[str, Json]:
    return {"category": category, "categoryGroup": group, "enabled": enabled}


def setting(owner_id: str, *logs: Json, name: str = "audit", **properties: Json) -> Resource:
    path = f"{owner_id}/providers/{DIAGNOSTIC_SETTING}/{name}"
    body = {"workspaceId": LOGS_ID, **properties, "logs": [*logs], "metrics": [{"enabled": True}]}
    return Resource({"id": path, "type": DIAGNOSTIC_SETTING, "name": name, "properties": body})


def logging(resource: Resource, *parts: Resource, listed: bool = True, **how: Any) -> Json:
    place = resource.id if resource.type == ACCOUNT else f"{resource.id}/blobServices/default"
    found = snapshot(resource, LOGS, *parts, **how).extended((), [read(place, DIAGNOSTIC_SETTING)] if listed else [])
    return facts(found).of(resource)["logging"]


@pytest.mark.parametrize(
    ("logs", "audit", "requests"),
    [
        ((), False, False),
        ((log("Audit"),), True, False),
        ((log("audit"), log("REQUESTRESPONSE")), True, True),
        ((log(group="allLogs"),), True, True),
        ((log(group="audit"),), True, Unread(WHICH)),
        ((log(group="audit"), log("RequestResponse")), True, True),
        ((log("Audit", enabled=False), log("Trace"), log("AzureOpenAIRequestUsage")), False, False),
        ((log("Audit", enabled=False), log("Audit")), True, False),
        ((log(group="allLogs", enabled=False),), False, False),
        ((log(), log(""), log(group="others")), False, False),
        ((log("Audit", enabled=HIDDEN),), HIDDEN, False),
        ((log("Audit", enabled=None),), Unread("a log of a diagnostic setting says not if it is on"), False),
        ((log(HIDDEN),), Unread("the category of a log was not read: hidden"), Unread("the category of a log was not read: hidden")),
        ((log(None, HIDDEN),), Unread("the category of a log was not read: hidden"), Unread("the category of a log was not read: hidden")),
        ((log("Audit", HIDDEN),), True, False),
        ((HIDDEN, log("Audit")), True, HIDDEN),
    ],
    ids=range(16),
)  # fmt: skip
def test_what_is_logged_of_an_account(logs: tuple[Json, ...], audit: Json, requests: Json) -> None:
    found = logging(FORMS, setting(FORMS.id, *logs))
    assert (found["audit"], found["requests"]) == (audit, requests)
    assert [found[kind] for kind in ("reads", "writes", "deletes")] == [None, None, None]


@pytest.mark.parametrize(
    ("logs", "reads", "writes", "deletes"),
    [
        ((), False, False, False),
        ((log("StorageRead"),), True, False, False),
        ((log("storagewrite"), log("StorageDelete")), False, True, True),
        ((log(group="allLogs"),), True, True, True),
        ((log(group="audit"),), Unread(WHICH), Unread(WHICH), Unread(WHICH)),
        ((log(group="audit"), log("StorageRead")), True, Unread(WHICH), Unread(WHICH)),
        ((log("Audit"), log("RequestResponse")), False, False, False),
    ],
    ids=range(7),
)
def test_what_is_logged_of_a_store(logs: tuple[Json, ...], reads: Json, writes: Json, deletes: Json) -> None:
    found = logging(DOCS, setting(BLOBS, *logs))
    assert (found["reads"], found["writes"], found["deletes"]) == (reads, writes, deletes)
    assert (found["audit"], found["requests"]) == (None, None)


def test_settings_of_the_store_itself_tell_nothing_of_blobs() -> None:
    assert logging(DOCS, setting(DOCS.id, log(group="allLogs")))["reads"] is False


@pytest.mark.parametrize(
    ("properties", "logged"),
    [
        ({"workspaceId": None}, False),
        ({"workspaceId": ""}, False),
        ({"workspaceId": None, "storageAccountId": DOCS.id}, True),
        ({"workspaceId": None, "eventHubAuthorizationRuleId": "/x"}, True),
        ({"workspaceId": None, "serviceBusRuleId": "/x"}, True),
        ({"workspaceId": None, "marketplacePartnerId": "/x"}, True),
        ({"workspaceId": HIDDEN}, HIDDEN),
        ({"workspaceId": HIDDEN, "storageAccountId": DOCS.id}, True),
    ],
    ids=range(8),
)
def test_a_setting_logs_only_to_somewhere(properties: dict[str, Json], logged: Json) -> None:
    assert logging(FORMS, setting(FORMS.id, log("Audit"), **properties))["audit"] == logged


def test_several_settings_add_up() -> None:
    first = setting(FORMS.id, log("Audit"), name="one")
    second = setting(FORMS.id, log("RequestResponse"), name="two", workspaceId=None, storageAccountId=DOCS.id)
    found = logging(FORMS, first, second, DOCS)
    assert (found["audit"], found["requests"]) == (True, True)
    assert [place["kind"] for place in found["destinations"]] == ["workspace", "storage"]


def test_settings_that_were_not_read_may_log_anything() -> None:
    refused = (gap(FORMS, DIAGNOSTIC_SETTING),)
    why = Unread("403 AuthorizationFailed")
    assert logging(FORMS, listed=False, gaps=refused) == {
        "audit": why,
        "requests": why,
        "reads": None,
        "writes": None,
        "deletes": None,
        "destinations": [why],
    }
    found = logging(FORMS, setting(FORMS.id, log("Audit")), listed=False, gaps=refused)
    assert (found["audit"], found["requests"]) == (True, why)
    assert [type(place) for place in found["destinations"]] == [dict, Unread]
    assert logging(FORMS, listed=False)["audit"] == Unread("the diagnostic setting list was not read")
    hidden = Resource({**setting(FORMS.id).body, "properties": HIDDEN})
    assert logging(FORMS, hidden)["audit"] == HIDDEN
    listed = setting(FORMS.id)
    hidden = Resource({**listed.body, "properties": {**listed.body["properties"], "logs": HIDDEN}})
    assert logging(FORMS, hidden)["audit"] == Unread("the logs of a diagnostic setting were not read: hidden")


HUB = f"{GROUP}/providers/Microsoft.EventHub/namespaces/stream/authorizationRules/send"


@pytest.mark.parametrize(
    ("properties", "kind", "name", "region", "words"),
    [
        ({}, "workspace", "logs", "northeurope", "sends logs to workspace logs in northeurope"),
        (
            {"workspaceId": LOGS_ID.upper()},
            *("workspace", "logs", "northeurope", "sends logs to workspace logs in northeurope"),
        ),
        (
            {"workspaceId": f"{LOGS_ID}2"},
            *("workspace", "logs2", Unread("the region of workspace logs2 was not read")),
            "sends logs to workspace logs2 in an unknown region",
        ),
        (
            {"workspaceId": None, "storageAccountId": DOCS.id},
            *("storage", "docs", "westeurope", "sends logs to storage account docs in westeurope"),
        ),
        (
            {"workspaceId": None, "eventHubAuthorizationRuleId": HUB},
            *("eventHub", "stream", Unread("the region of event hub namespace stream was not read")),
            "sends logs to event hub namespace stream in an unknown region",
        ),
        (
            {"workspaceId": None, "serviceBusRuleId": HUB},
            *("eventHub", "stream", Unread("the region of event hub namespace stream was not read")),
            "sends logs to event hub namespace stream in an unknown region",
        ),
        (
            {"workspaceId": None, "marketplacePartnerId": f"{GROUP}/providers/Microsoft.Datadog/monitors/dog"},
            *("partner", "dog", Unread("the region of partner solution dog was not read")),
            "sends logs to partner solution dog in an unknown region",
        ),
    ],
    ids=range(7),
)
def test_a_destination_is_told_with_its_region(
    properties: dict[str, Json], kind: str, name: str, region: Json, words: str
) -> None:
    made = setting(FORMS.id, log("Audit"), **properties)
    to = next(value for key, value in made.body["properties"].items() if key.endswith("Id") and value)
    (found,) = logging(FORMS, made, DOCS)["destinations"]
    assert found == {
        "kind": kind,
        "to": to,
        "name": name,
        "region": region,
        "words": f"diagnostic setting audit {words}",
    }


@pytest.mark.parametrize(
    ("logs", "properties", "wanted"),
    [
        ((), {}, []),
        ((log("Audit", enabled=False),), {}, []),
        ((log("Audit"),), {"workspaceId": None}, []),
        (
            (log("Audit", enabled=HIDDEN),),
            {},
            [Unread("whether diagnostic setting audit sends logs is not known: hidden")],
        ),
        (
            (log("Audit"),),
            {"workspaceId": HIDDEN},
            [Unread("a destination of diagnostic setting audit was not read: hidden")],
        ),
    ],
    ids=range(5),
)
def test_where_no_logs_go_there_is_no_destination(
    logs: tuple[Json, ...], properties: dict[str, Json], wanted: list[Json]
) -> None:
    assert logging(FORMS, setting(FORMS.id, *logs, **properties))["destinations"] == wanted


# Workspaces


def received(*parts: Resource, listed: tuple[str, ...] = (FORMS.id, BLOBS), **how: Any) -> Json:
    reads = [read(place, DIAGNOSTIC_SETTING) for place in listed]
    return facts(snapshot(LOGS, *parts, **how).extended((), reads)).of(LOGS)["receivesLogs"]


ALL = log(group="allLogs")
OF_FORMS = {"of": FORMS.id, "name": "forms", "words": "it receives logs of forms"}
OF_DOCS = {"of": DOCS.id, "name": "docs", "words": "it receives logs of docs"}


def test_a_workspace_receives_the_logs_of_accounts_and_documents_stores() -> None:
    found = received(FORMS, DOCS, setting(FORMS.id, ALL), setting(BLOBS, ALL))
    assert found == [OF_FORMS, OF_DOCS]
    twice = setting(FORMS.id, log("Audit"), name="two", workspaceId=LOGS_ID.upper())
    assert received(FORMS, DOCS, setting(FORMS.id, ALL), twice, setting(BLOBS, ALL)) == found


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (setting(FORMS.id, log("Audit", enabled=False)),),
        (setting(FORMS.id, ALL, workspaceId=f"{LOGS_ID}2"),),
        (setting(FORMS.id, ALL, workspaceId=None, storageAccountId=DOCS.id),),
        (setting(DOCS.id, ALL),),
    ],
    ids=range(5),
)
def test_it_receives_none_that_go_elsewhere(parts: tuple[Resource, ...]) -> None:
    assert received(FORMS, DOCS, *parts) == []


def test_accounts_of_other_services_and_stores_without_documents_do_not_count() -> None:
    chat, other = account("chat", kind="OpenAI"), storage("other")
    parts = (chat, other, setting(chat.id, ALL), setting(f"{other.id}/blobServices/default", ALL))
    assert received(FORMS, DOCS, *parts) == []


def test_an_account_or_a_store_that_may_not_count_is_told() -> None:
    hidden = Resource({**account("maybe").body, "kind": HIDDEN})
    found = received(hidden, setting(hidden.id, ALL), listed=(hidden.id,))
    assert found == [
        Unread("whether maybe, whose logs it receives, counts is not known: the kind of maybe was not read: hidden")
    ]


def test_what_was_not_read_may_be_logged_there() -> None:
    assert received(FORMS, DOCS, setting(FORMS.id, ALL), listed=(FORMS.id,)) == [
        OF_FORMS,
        Unread("where the logs of docs go was not read: the diagnostic setting list was not read"),
    ]
    name = SUBSCRIPTION_ID.rpartition("/")[2]
    for kind, label in ((ACCOUNT, "Document Intelligence account"), (STORAGE, "storage account")):
        found = received(FORMS, setting(FORMS.id, ALL), gaps=(gap(SUBSCRIPTION_ID, kind),))
        assert found == [
            OF_FORMS,
            Unread(f"each {label} in subscription {name} was not read: 403 AuthorizationFailed"),
        ]


def test_a_list_of_something_else_tells_nothing() -> None:
    found = snapshot(FORMS, LOGS).extended((), [ListRead(FORMS.id, BY_NAME[LOCATION.lower()].operation)])
    assert facts(found).of(FORMS)["logging"]["audit"] == Unread("the diagnostic setting list was not read")
