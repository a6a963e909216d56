"""Laws over the catalogue: what holds for every collector, those that are added later included."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.collectors.catalogue import (
    COLLECTORS,
    MANAGEMENT_GROUP_ACTION,
    SUBSCRIPTIONS,
    Collector,
    Stage,
    permissions,
    with_owners,
)
from auditor.collectors.clients import SERVICES
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.guard import refusal
from auditor.collectors.limits import Throttle
from auditor.model.resource import Resource
from auditor.model.types import (
    ACCOUNT,
    BACKUP_VAULT,
    BATCH_RESULTS,
    BLOB_LOGS,
    BY_NAME,
    CLASSIFIER,
    CONTAINER,
    DIAGNOSTIC_SETTING,
    INSPECTION,
    MODEL,
    PROJECT,
    PROJECT_CONNECTION,
    RESOURCE_TYPES,
    STORAGE,
    SUBSCRIPTION,
    WORKSPACE,
)
from tests import needs
from tests.collectors.scans import each_collector, each_read
from tools.documented_tables import FILES, renewed

_GROUP = "/subscriptions/11111111-aaaa-4bbb-8ccc-000000000001/resourceGroups/g/providers"
OWNERS = {
    SUBSCRIPTION: "/subscriptions/11111111-aaaa-4bbb-8ccc-000000000001",
    ACCOUNT: f"{_GROUP}/Microsoft.CognitiveServices/accounts/forms",
    PROJECT: f"{_GROUP}/Microsoft.CognitiveServices/accounts/forms/projects/mailroom",
    STORAGE: f"{_GROUP}/Microsoft.Storage/storageAccounts/docsstore",
    CONTAINER: f"{_GROUP}/Microsoft.Storage/storageAccounts/docsstore/blobServices/default/containers/invoices",
    WORKSPACE: f"{_GROUP}/Microsoft.OperationalInsights/workspaces/audit",
    BACKUP_VAULT: f"{_GROUP}/Microsoft.DataProtection/BackupVaults/backups",
}
NO_SPECIFICATION = {
    "microsoft.keyvault": "2026-02-01",
    "microsoft.dataprotection": "2026-03-01",
    "microsoft.network": "2025-07-01",
    "microsoft.storageactions": "2023-01-01",
}
"""Providers of which the corpus holds nothing: stable versions of azure-rest-api-specs, folders of these names."""
KNOWN_SOURCES = json.loads((needs.PROJECT / "auditor" / "policy" / "shapes.json").read_text(encoding="utf-8"))[
    "$sources"
]


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
    assert record.operation == BY_NAME[record.type.lower()].operation
    rights = {*record.actions, *record.data_actions}
    if record.throttle is Throttle.WIRE:  # whoever can reach an endpoint can shake hands with it
        assert not rights
        assert record.operation.startswith("Auditor.Wire/")
    else:
        assert record.operation in rights
    assert bool(record.data_actions) == (record.throttle in {Throttle.DOCUMENT_INTELLIGENCE, Throttle.BLOBS})


@each_collector
def test_rights_are_to_read_and_never_to_read_content_or_keys(record: Collector) -> None:
    for right in (*record.actions, *record.data_actions):
        assert re.fullmatch(r"Microsoft\.[A-Za-z]+(?:/[A-Za-z]+)+/read", right)
        assert not re.search(r"keys\b|/key|/\*", right, re.IGNORECASE)
        assert "result" not in right or record.type == BATCH_RESULTS, (
            "names of batch files, for those who ask by a flag"
        )
        assert "/blobs/" not in right or record.type == INSPECTION, "only what users ask for by a flag"


@each_read
def test_the_service_is_an_official_client_that_can_be_loaded(record: Collector) -> None:
    client = SERVICES[record.service].load()
    assert client.__module__.startswith("azure.")
    assert hasattr(client, "send_request") or hasattr(client, "_send_request")


@each_read
def test_the_guard_lets_it_through(record: Collector) -> None:
    for cloud in CLOUDS.values():
        start = cloud.arm + OWNERS.get(record.owner, "") + record.below
        if record.throttle is Throttle.DOCUMENT_INTELLIGENCE:
            start = f"https://forms.{cloud.cognitive_suffix}"
        assert refusal("GET", f"{start}{record.path}?api-version={record.api_version}{record.query}", cloud) is None


@each_collector
def test_details_are_of_storage_accounts_and_wait_for_the_choice(record: Collector) -> None:
    if record.stage is Stage.DETAILS:
        assert record.owner == STORAGE
    if record.owner == STORAGE:
        assert record.stage in {Stage.DETAILS, Stage.PRACTICE} or record.type.endswith("/blobServices")
    if record.survey is not None:
        assert record.single
        assert record.stage in {Stage.SIGNALS, Stage.PRACTICE}, "it looks at what the lists gave"


@each_collector
def test_what_it_looks_at_is_read_before_it_is_asked(record: Collector) -> None:
    for name in record.after:
        readers = [other for other in COLLECTORS if other.type == name]
        assert readers
        assert all(other.stage < record.stage for other in readers), name


def provider_of(record: Collector) -> str:
    """The provider whose API version a collector asks for, as `$sources` of the known shapes spells it."""
    if record.data_actions:
        return "DocumentIntelligence"
    provider = record.path.partition("/providers/")[2].partition("/")[0]
    return provider or (record.owner or SUBSCRIPTION).partition("/")[0]


@each_read
def test_the_api_version_is_the_one_whose_properties_are_known(record: Collector) -> None:
    """Rules are held against these names (`tools/known_shapes.py`), facts by `tests/facts/test_versions.py`."""
    provider = provider_of(record)
    if provider.lower() in NO_SPECIFICATION:
        assert record.api_version == NO_SPECIFICATION[provider.lower()]
        return
    known = [source.split()[1] for source in KNOWN_SOURCES if source.split()[0].lower() == provider.lower()]
    assert known
    assert record.api_version == max(known)


@each_read
def test_no_newer_stable_version_stands_in_the_corpus(record: Collector) -> None:
    folder = needs.corpus()
    names = [path.parts for path in folder.glob("Azure+azure-rest-api-specs/specification/**/stable/*")]
    names += [path.parts for path in folder.glob("Azure+bicep-types-az/generated/*/*/*")]
    provider = provider_of(record).lower()
    newer = [parts[-1] for parts in names if provider == parts[-2].lower() or provider == parts[-3].lower()]
    assert not [version for version in newer if version > record.api_version and "preview" not in version]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_documentation_has_the_same_table(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count("<!-- table: ") == 1
    assert renewed(text) == text, "run python tools/documented_tables.py"


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
    assert with_owners([PROJECT_CONNECTION]) == {
        name.lower() for name in (PROJECT_CONNECTION, PROJECT, ACCOUNT, SUBSCRIPTION)
    }
    assert with_owners(["Auditor.Register/models"]) == {"auditor.register/models"}
    assert with_owners([]) == frozenset()


def test_what_a_question_looks_at_comes_with_it() -> None:
    assert with_owners([BLOB_LOGS]) == {
        name.lower() for name in (BLOB_LOGS, STORAGE, DIAGNOSTIC_SETTING, ACCOUNT, WORKSPACE, SUBSCRIPTION)
    }


def test_listing_what_could_be_done_loads_nothing_of_azure() -> None:
    code = (
        "import sys\n"
        "import auditor.collectors.catalogue, auditor.collectors.collect, auditor.collectors.sign_in\n"
        "auditor.collectors.catalogue.permissions()\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'azure', 'aiohttp', 'msal'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
