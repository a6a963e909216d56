"""Edges of diagnostic settings that were read in part, and of destinations that were not seen."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import DIAGNOSTIC_SETTING, WORKSPACE
from tests.builders import GROUP, SUBSCRIPTION_ID, account, facts, gap, storage
from tests.facts.estates import estate, setting, workspace

HIDDEN = Unread("known only after deployment")
STORE, DI, FAR = storage(), account(), "northeurope"
HUB = f"{GROUP}/providers/Microsoft.EventHub/namespaces/Hub/authorizationRules/Root"


def logs(about: Resource, *parts: Resource, **how: Any) -> list[dict[str, Any]]:
    edges = facts(estate(about, *parts, **how)).of(about)["residency"]["edges"]
    return [edge for edge in edges if edge["via"] == "logs"]


def leaving(about: Resource, *parts: Resource, **how: Any) -> list[Json]:
    return [read(edge["leavesRegion"]) for edge in logs(about, *parts, **how)]


def read(value: Json) -> Json:
    return "unread" if isinstance(value, Unread) else value


def entry(enabled: Json) -> dict[str, Json]:
    return {"category": "StorageRead", "enabled": enabled}


@pytest.mark.parametrize("about", [STORE, DI], ids=["store", "account"])
@pytest.mark.parametrize(
    ("entries", "near", "far"),
    [
        ((entry(True),), [False], [True]),
        ((entry(False), entry(True)), [False], [True]),
        ((entry(False),), [], []),
        ((), [], []),  # metrics alone
        (None, [], []),
        ((entry(HIDDEN),), [False], ["unread"]),
        ((entry(None),), [False], ["unread"]),
        (HIDDEN, [False], ["unread"]),
        ((HIDDEN,), [False], ["unread"]),
    ],
    ids=range(9),
)
def test_only_settings_that_send_logs_count(about: Resource, entries: Any, near: list[Json], far: list[Json]) -> None:
    here, there = workspace("here"), workspace("there", FAR)
    assert leaving(about, setting(about, logs=entries, workspaceId=here.id), here) == near
    assert leaving(about, setting(about, logs=entries, workspaceId=there.id), there) == far


def test_a_setting_without_a_destination_sends_nothing() -> None:
    assert logs(STORE, setting(STORE, workspaceId=None, storageAccountId="")) == []


@pytest.mark.parametrize(
    "member",
    ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "serviceBusRuleId", "marketplacePartnerId"],
)
def test_a_destination_that_was_not_read_may_be_anywhere(member: str) -> None:
    (edge,) = logs(STORE, setting(STORE, **{member: HIDDEN}))
    assert edge["leavesRegion"] == Unread(f"the {member} of diagnostic setting all was not read")


def test_a_setting_of_which_nothing_was_read() -> None:
    body = {**setting(STORE).body, "properties": HIDDEN}
    assert set(leaving(STORE, Resource(body))) == {"unread"}


def test_settings_that_were_not_read() -> None:
    for about, place in ((STORE, f"{STORE.id}/blobServices/default"), (DI, DI.id)):
        (edge,) = logs(about, gaps=(gap(place, DIAGNOSTIC_SETTING),))
        assert edge["leavesRegion"] == Unread("diagnostic settings were not read: 403 AuthorizationFailed")


def test_settings_of_the_account_itself_are_metrics_and_do_not_count() -> None:
    body = setting(DI, workspaceId=workspace("there", FAR).id).body
    of_store = Resource({**body, "id": f"{STORE.id}/providers/{DIAGNOSTIC_SETTING}/all"})
    assert logs(STORE, of_store, workspace("there", FAR)) == []


def test_a_workspace_that_was_not_seen() -> None:
    (edge,) = logs(STORE, setting(STORE, workspaceId=f"{workspace().id}/"))
    why = Unread("the Log Analytics workspace logs was not seen")
    assert (edge["to"], edge["name"], edge["region"], edge["leavesRegion"]) == (f"{workspace().id}/", "logs", why, why)
    assert edge["words"] == f"logs go to workspace logs, whose region is not known: {why.why}"
    (edge,) = logs(STORE, setting(STORE, workspaceId=workspace().id), gaps=(gap(SUBSCRIPTION_ID, WORKSPACE),))
    assert edge["region"] == Unread("the Log Analytics workspace logs was not seen: 403 AuthorizationFailed")


@pytest.mark.parametrize(
    ("replication", "expected"),
    [
        (None, [False]),
        ({}, [False]),
        ({"enabled": False, "location": FAR}, [False]),
        ({"enabled": True, "location": FAR}, [False, True]),
        ({"enabled": True, "location": "West Europe"}, [False, False]),
        ({"enabled": True, "location": HIDDEN}, [False, "unread"]),
        ({"enabled": True}, [False, "unread"]),
        ({"enabled": HIDDEN, "location": FAR}, [False, "unread"]),
        (HIDDEN, [False, "unread"]),
    ],
    ids=range(9),
)
def test_the_replica_of_a_workspace(replication: Json, expected: list[Json]) -> None:
    sink = workspace(replication=replication)
    assert leaving(STORE, setting(STORE, workspaceId=sink.id), sink) == expected


def test_a_workspace_without_a_region() -> None:
    sink = workspace(location=HIDDEN)
    (edge,) = logs(STORE, setting(STORE, workspaceId=sink.id), sink)
    why = Unread("the region of logs was not read: known only after deployment")
    assert (edge["region"], edge["leavesRegion"]) == (why, why)


@pytest.mark.parametrize(
    ("sink", "parts", "region", "leaves"),
    [
        (storage("sink"), (storage("sink"),), "westeurope", False),
        (storage("sink"), (storage("sink", FAR),), FAR, True),
    ],
    ids=["seen", "an anomaly"],
)
def test_a_storage_account_for_logs(sink: Resource, parts: tuple[Resource, ...], region: str, leaves: bool) -> None:
    (edge,) = logs(DI, setting(DI, storageAccountId=sink.id), *parts)
    assert (edge["to"], edge["name"], edge["region"], edge["leavesRegion"]) == (sink.id, "sink", region, leaves)


@pytest.mark.parametrize("member", ["eventHubAuthorizationRuleId", "serviceBusRuleId"])
def test_an_event_hub_is_in_the_same_region_even_where_that_is_not_known(member: str) -> None:
    nowhere = Resource({**DI.body, "location": HIDDEN})
    for about, region in (
        (DI, "westeurope"),
        (nowhere, Unread("the region of di was not read: known only after deployment")),
    ):
        (edge,) = logs(about, setting(about, **{member: HUB}))
        assert (edge["name"], edge["region"], edge["leavesRegion"]) == ("Hub", region, False)
        assert edge["words"] == "logs go to event hubs of Hub, which Azure takes in the same region only"


def test_a_partner_is_a_third_party() -> None:
    dog = f"{GROUP}/providers/Microsoft.Datadog/monitors/dog"
    (edge,) = logs(DI, setting(DI, marketplacePartnerId=dog))
    why = Unread("partner dog is a third party, whose region is not known")
    assert (edge["to"], edge["region"], edge["leavesRegion"]) == (dog, why, why)


def test_every_destination_of_every_setting_is_told() -> None:
    here, there = workspace("here"), workspace("there", FAR)
    one = setting(STORE, "one", workspaceId=here.id, eventHubAuthorizationRuleId=HUB)
    two = setting(STORE, "two", workspaceId=there.id)
    assert [edge["name"] for edge in logs(STORE, one, two, here, there)] == ["here", "Hub", "there"]
