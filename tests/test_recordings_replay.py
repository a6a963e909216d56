"""Azure's real answers, played again: the recordings load, the replay gives them back, the fake serves what was in them."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests

from auditor.collectors.collect import Request, collect
from auditor.collectors.reader import Patience
from auditor.model.redaction import cut_secrets
from auditor.model.resource import Gap, ListRead, Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import STORAGE
from tests.collectors.scans import ALL_TYPES
from tests.fakes.azure import FakeAzure
from tests.fakes.azure.arm_routes import COGNITIVE as COGNITIVE_VERSION
from tests.fakes.azure.arm_routes import ROUTES
from tests.fakes.azure.arm_routes import STORAGE as STORAGE_VERSION
from tests.fakes.azure.entra import Entra
from tests.fakes.azure.exchange import Answer, Call
from tests.fakes.azure.recordings import (
    Recorded,
    RecordedEstate,
    Recording,
    Replay,
    recorded_estates,
    replaying,
)
from tests.judges.oav import objections, the_judge

pytestmark = pytest.mark.xdist_group("recordings")

ARM = "https://management.azure.com"
VERSIONS = {route.name: route.api_version for route in ROUTES}

WRONG_IN_AZURE = {
    "azureFilesAadIntegration",  # of an api-version long gone
    "primaryExtendedLocation",
    "hnsOnMigrationInProgress",
    "armFeatures",
    "tenantId",  # beside a user-assigned identity
    "location",  # of a subscription's diagnostic setting
    "kind",  # of a project
    "internalId",  # of a project
}
"""Properties that Azure really sent and no specification of today declares."""


def get(azure: FakeAzure, url: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {azure.entra.issue(ARM)}"}
    proxies = {"https": azure.proxy_url}
    return requests.get(url, headers=headers, proxies=proxies, verify=str(azure.ca_file), timeout=10)


def pages(azure: FakeAzure, path: str, version: str) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found, link = [], f"{ARM}{path}?api-version={version}"
    while link:
        body = get(azure, link).json()
        found += body["value"]
        link = body.get("nextLink")
    return found


def named(part: str) -> RecordedEstate:
    return next(estate for estate in recorded_estates() if part in estate.name)


def test_the_corpus_holds_answers_for_the_collectors() -> None:
    estates = recorded_estates()
    counted = sum((Counter(estate.routes) for estate in estates), Counter())
    assert len(estates) >= 60
    assert len({estate.name for estate in estates}) == len(estates)
    assert set(counted) >= {
        *("accounts", "account", "storageAccounts", "storageAccount", "blobService", "containers"),
        *("managementPolicy", "objectReplicationPolicies", "roleAssignments", "diagnosticSettings"),
    }
    assert counted["storageAccounts"] >= 25


def test_every_recorded_read_comes_back_whatever_the_version() -> None:
    for estate in recorded_estates():
        replay = Replay(estate.recording, Entra())
        for recorded in estate.recording.reads:
            reply = play(
                replay, recorded.url.partition("?")[0], recorded.url.partition("?")[2] + "&api-version=2099-01-01"
            )
            assert reply.status != 404 or b"NotRecorded" not in reply.content, recorded.url


def play(replay: Replay, url: str, query: str = "") -> Answer:
    path = url.removeprefix(ARM)
    headers = {"Authorization": f"Bearer {replay.entra.issue(ARM)}"}
    return replay.answer(Call("GET", "management.azure.com", path, path, query, {}, headers))


def test_answers_come_in_recorded_order_and_the_last_for_ever() -> None:
    estate = named("test_storage_account_update_delete_retention_policy")
    url = estate.recording.reads[0].url.partition("?")[0]
    recorded = [item.body["properties"]["deleteRetentionPolicy"].get("days") for item in estate.recording.reads]
    with replaying(estate.recording) as azure:
        played = [get(azure, f"{url}?api-version={STORAGE_VERSION}").json() for _ in range(len(recorded) + 2)]
    assert [item["properties"]["deleteRetentionPolicy"].get("days") for item in played] == [
        *recorded,
        recorded[-1],
        recorded[-1],
    ]
    assert len(set(recorded)) > 1


def recording(*answers: tuple[str, str]) -> Recording:
    return Recording("made", tuple(Recorded("GET", f"{ARM}{url}", 200, {}, content) for url, content in answers))


def test_a_further_page_is_never_the_first_one_again() -> None:
    made = recording(
        ("/subscriptions/a/x?api-version=1", "first"), ("/subscriptions/a/x?api-version=1&%24skiptoken=t", "second")
    )
    replay = Replay(made, Entra())
    assert play(replay, "/subscriptions/a/x", "api-version=2&$skiptoken=t").content == b"second"
    assert play(replay, "/subscriptions/a/x", "api-version=2").content == b"first"
    assert play(replay, "/subscriptions/a/x", "api-version=2&$skiptoken=other").status == 404


def test_a_replay_tells_what_it_does_not_have() -> None:
    estate = named("StorageContainerTest.containers")
    subscription = f"{ARM}/subscriptions/{estate.recording.subscriptions[0]}"
    with replaying(estate.recording) as azure:
        missing = get(
            azure, f"{subscription}/providers/Microsoft.CognitiveServices/accounts?api-version={COGNITIVE_VERSION}"
        )
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "NotRecorded")
        assert get(azure, f"{ARM}/subscriptions?api-version=2022-12-01").json()["value"]
        assert get(azure, f"{subscription}?api-version=2022-12-01").json()["state"] == "Enabled"
        assert get(azure, f"{subscription}/locations?api-version=2022-12-01").json()["value"]
        assert (
            requests.get(
                f"{ARM}/subscriptions", proxies={"https": azure.proxy_url}, verify=str(azure.ca_file), timeout=10
            ).status_code
            == 401
        )


def test_recorded_resources_stand_behind_the_lists_of_the_fake() -> None:
    estate = named("StorageContainerTest.containers").as_estate()
    with FakeAzure(estate) as azure:
        subscription = estate.subscriptions[0]["id"]
        accounts = pages(azure, f"{subscription}/providers/Microsoft.Storage/storageAccounts", STORAGE_VERSION)
        containers = [
            item["name"]
            for account in accounts
            for item in pages(azure, f"{account['id']}/blobServices/default/containers", STORAGE_VERSION)
        ]
        assert len(accounts) == 3
        assert {"containerone", "containertwo"} <= set(containers)
        assert objections(azure.exchanges) == []


def test_a_deleted_resource_is_not_in_the_recorded_estate() -> None:
    policy = named("test_management_policy")
    assert policy.routes["managementPolicy"] == 2
    kinds = [item["type"].rpartition("/")[2] for item in policy.as_estate().resources if "type" in item]
    assert kinds == ["storageAccounts", "blobServices"], "the account is made up, the policy was deleted in the end"


# The auditor's collectors over all of it.


class Hurried:
    """A clock on which waiting takes no time, so that limits cost a test nothing."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def now(self) -> float:
        return time.monotonic() + self.skipped

    async def sleep(self, seconds: float) -> None:
        self.skipped += seconds
        await asyncio.sleep(0)


class Nobody:
    """Takes what a scan gives and keeps nothing of it."""

    def resource(self, resource: Resource) -> None: ...
    def gap(self, gap: Gap) -> None: ...
    def list_read(self, read: ListRead) -> None: ...
    def expect(self, what: str, count: int) -> None: ...
    def done(self, what: str) -> None: ...


def scan(azure: FakeAzure) -> Snapshot:
    """Collect everything, the details of all storage accounts included."""
    request = Request(ALL_TYPES, (), None, cloud="public", auth="environment", skipped={}, tool="0")
    patience = Patience(clock=Hurried())
    with azure.exported():
        return collect(request, Nobody(), all_storage, Nobody(), patience=patience)


def all_storage(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(item.key for item in snapshot.resources if item.type_key == STORAGE.lower())


def distinct() -> list[RecordedEstate]:
    """One recording of each estate: many tests of Cloud Custodian ran over the same accounts."""
    return list({json.dumps(item.as_estate().resources): item for item in recorded_estates()}.values())


def bodies(found: Mapping[str, Any], key: str) -> list[Any]:
    """The body under an id, or, of what is inherited from above subscriptions, the body in each that inherits it."""
    last = f"/providers/{key.rpartition('/providers/')[2]}"
    own = (
        [found[key]] if key.startswith("/subscriptions/") else [found[other] for other in found if other.endswith(last)]
    )
    assert own, f"{key} was not read"
    return own


def test_the_collectors_read_every_recorded_resource_as_azure_sent_it() -> None:
    for recorded in distinct():
        estate = recorded.as_estate()
        with FakeAzure(estate, page_size=50) as azure:
            snapshot = scan(azure)
        found = {item.key: item.body for item in snapshot.resources}
        for resource in estate.resources:
            if "type" in resource:
                for body in bodies(found, resource["id"].lower()):
                    assert {**body, "id": resource["id"]} == cut_secrets(resource), f"{recorded.name}: {resource['id']}"
        assert {gap.reason for gap in snapshot.gaps} <= {NO_DOMAIN}, recorded.name


def test_the_collectors_take_a_replay_for_what_it_is() -> None:
    for recorded in distinct():
        if not {"accounts", "storageAccounts"} & recorded.routes.keys():
            continue  # nothing leads a scan to what was recorded
        with replaying(recorded.recording) as azure:
            snapshot = scan(azure)
        expected = {NO_DOMAIN, "404 NotRecorded", "the proxy did not let it through"}
        assert {gap.reason for gap in snapshot.gaps} <= expected, recorded.name
        listed = [item for item in azure.calls() if item.status == 200 and "resourceGroups" not in item.path]
        sent = {resource["id"].lower() for item in listed for resource in item.body.get("value", [])}
        assert sent <= {item.key for item in snapshot.resources}, recorded.name


NO_DOMAIN = "the account has no custom subdomain, so signing in to it with Entra ID is impossible"


# The judge, calibrated on what Azure really said.


def test_the_judge_accepts_what_azure_really_answered() -> None:
    accepted, refused = 0, []
    for estate in recorded_estates():
        for recorded in estate.recording.reads:
            route = next((route for route in ROUTES if route.path.match(recorded.path)), None)
            if route is None:
                continue
            url = f"{ARM}{recorded.path}?api-version={VERSIONS[route.name]}"
            verdict = the_judge().judge(url, recorded.status, recorded.body, headers=recorded.headers)
            serious = [item for item in verdict.objections if not azures_own(item.code, item.message)]
            refused += [str(item) for item in serious if item.where == "response"]
            accepted += not serious
    assert refused == []
    assert accepted >= 160


def azures_own(code: str, message: str) -> bool:
    return code == "ENUM_CASE_MISMATCH" or (
        code == "OBJECT_ADDITIONAL_PROPERTIES" and message.rpartition(" ")[2] in WRONG_IN_AZURE
    )


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "text for a boolean": lambda account: account["properties"].update(supportsHttpsTrafficOnly="true"),
    "number for a word": lambda account: account["properties"]["encryption"].update(keySource=7),
    "no date": lambda account: account["properties"].update(creationTime="19 June"),
    "unheard of": lambda account: account["properties"].update(minimumTls="TLS1_2"),
    "null for a region": lambda account: account.update(location=None),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_the_judge_refuses_real_answers_once_they_are_spoilt(spoil: Callable[[dict[str, Any]], Any]) -> None:
    recorded = next(
        item for item in named("test_create_storage_account").recording.reads if item.path.endswith("storageAccounts")
    )
    url = f"{ARM}{recorded.path}?api-version={STORAGE_VERSION}"
    body = recorded.body
    assert the_judge().judge(url, 200, body).objections == ()
    spoil(body["value"][0])
    assert the_judge().judge(url, 200, body).objections
