"""Laws over the catalogue: what holds for every collector, those that are added later included."""

from __future__ import annotations

import re
import subprocess
import sys

from auditor.collectors.catalogue import (
    COLLECTORS,
    MANAGEMENT_GROUP_ACTION,
    SUBSCRIPTIONS,
    Collector,
    permissions,
    with_owners,
)
from auditor.collectors.clients import SERVICES
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.guard import refusal
from auditor.collectors.limits import Throttle
from auditor.model.resource import Resource
from auditor.model.types import ACCOUNT, BY_NAME, CLASSIFIER, CONTAINER, MODEL, RESOURCE_TYPES, STORAGE, SUBSCRIPTION
from tests.collectors.scans import each_collector
from tests.needs import PROJECT, corpus

OWNERS = {
    SUBSCRIPTION: "/subscriptions/11111111-aaaa-4bbb-8ccc-000000000001",
    ACCOUNT: "/subscriptions/11111111-aaaa-4bbb-8ccc-000000000001/resourceGroups/g/providers/"
    "Microsoft.CognitiveServices/accounts/forms",
    STORAGE: "/subscriptions/11111111-aaaa-4bbb-8ccc-000000000001/resourceGroups/g/providers/"
    "Microsoft.Storage/storageAccounts/docsstore",
}


def test_every_type_of_azure_has_a_collector() -> None:
    azure = {kind.name for kind in RESOURCE_TYPES if not kind.name.startswith("Auditor.")}
    assert {record.type for record in COLLECTORS} == azure


def test_no_two_collectors_read_the_same_of_the_same_owner() -> None:
    keys = [(record.type, record.owner, record.below) for record in COLLECTORS]
    assert len(keys) == len(set(keys))


@each_collector
def test_the_owner_is_the_one_that_the_table_of_types_names(record: Collector) -> None:
    if record is SUBSCRIPTIONS:
        assert record.owner is None
        return
    scope = OWNERS[record.owner] + record.below
    child = f"{scope}{record.path}" if record.single else f"{scope}{record.path}/name"
    if record.throttle is Throttle.DOCUMENT_INTELLIGENCE:
        child = f"{scope}/{record.path.rpartition('/')[2]}/name"
    resource = Resource({"id": child, "type": record.type})
    assert resource.owner == scope.lower()
    assert record.kind.single == record.single


@each_collector
def test_the_right_that_names_its_gaps_is_one_that_it_asks_for(record: Collector) -> None:
    assert record.operation in {*record.actions, *record.data_actions}
    assert record.operation == BY_NAME[record.type.lower()].operation
    assert bool(record.data_actions) == (record.throttle is Throttle.DOCUMENT_INTELLIGENCE)


@each_collector
def test_rights_are_to_read_and_never_to_read_content_or_keys(record: Collector) -> None:
    for right in (*record.actions, *record.data_actions):
        assert re.fullmatch(r"Microsoft\.[A-Za-z]+(?:/[A-Za-z]+)+/read", right)
        assert not re.search(r"key|result|blobs/|/\*", right, re.IGNORECASE)


@each_collector
def test_the_service_is_an_official_client_that_can_be_loaded(record: Collector) -> None:
    client = SERVICES[record.service].load()
    assert client.__module__.startswith("azure.")
    assert hasattr(client, "send_request") or hasattr(client, "_send_request")


@each_collector
def test_the_guard_lets_it_through(record: Collector) -> None:
    for cloud in CLOUDS.values():
        start = cloud.arm + OWNERS.get(record.owner, "") + record.below
        if record.throttle is Throttle.DOCUMENT_INTELLIGENCE:
            start = f"https://forms.{cloud.cognitive_suffix}"
        assert refusal("GET", f"{start}{record.path}?api-version={record.api_version}{record.query}", cloud) is None


@each_collector
def test_only_details_of_storage_accounts_wait_for_the_choice(record: Collector) -> None:
    assert not record.detailed or record.owner == STORAGE
    assert record.detailed or record.owner != STORAGE or record.type.endswith("/blobServices")


@each_collector
def test_the_api_version_is_one_that_has_a_specification(record: Collector) -> None:
    folder = corpus("Azure+azure-rest-api-specs", "specification")
    provider = (
        "DocumentIntelligence" if record.data_actions else record.path.partition("/providers/")[2].partition("/")[0]
    )
    provider = provider or {STORAGE: "Microsoft.Storage"}.get(record.owner, "Microsoft.Resources")
    found = [
        path
        for path in folder.rglob(record.api_version)
        if provider.lower() in {part.lower() for part in path.parts} and any(path.glob("*.json"))
    ]
    assert found, f"{provider} {record.api_version}"


def test_the_documentation_has_the_same_table() -> None:
    lines = (PROJECT / "docs" / "collectors.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]
    assert len(rows) == len(COLLECTORS)
    for (name, owner, address, version, rights), record in zip(rows, COLLECTORS, strict=True):
        assert name == f"`{record.type}`"
        assert owner.endswith(", chosen") == record.detailed
        assert address == f"`{record.below}{record.path}`"
        assert version == record.api_version
        assert rights == ", ".join(f"`{right}`" for right in (*record.actions, *record.data_actions))


def test_permissions_are_those_of_the_records() -> None:
    everything = permissions()
    assert everything.actions == tuple(sorted({right for record in COLLECTORS for right in record.actions}))
    assert everything.data_actions == tuple(sorted({right for record in COLLECTORS for right in record.data_actions}))
    assert MANAGEMENT_GROUP_ACTION not in everything.actions


def test_permissions_of_some_types_lead_to_them() -> None:
    containers = permissions([CONTAINER])
    assert containers.data_actions == ()
    assert containers.actions == (
        "Microsoft.Resources/subscriptions/read",
        "Microsoft.Storage/storageAccounts/blobServices/containers/read",
        "Microsoft.Storage/storageAccounts/read",
    )


def test_owners_come_with_what_hangs_on_them() -> None:
    assert with_owners([MODEL, CLASSIFIER]) == {name.lower() for name in (MODEL, CLASSIFIER, ACCOUNT, SUBSCRIPTION)}
    assert with_owners(["Auditor.Register/models"]) == {"auditor.register/models"}
    assert with_owners([]) == frozenset()


def test_listing_what_could_be_done_loads_nothing_of_azure() -> None:
    code = (
        "import sys\n"
        "import auditor.collectors.catalogue, auditor.collectors.collect, auditor.collectors.sign_in\n"
        "auditor.collectors.catalogue.permissions()\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'azure', 'aiohttp', 'msal'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
