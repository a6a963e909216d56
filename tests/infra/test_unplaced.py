"""What several files say of each other's resources, and what nobody can tell of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.infra.read import Infrastructure, read
from auditor.model.reading import MISSING, Found, Unread
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    CONTAINER,
    LIFECYCLE_POLICY,
    OBJECT_REPLICATION,
    ROLE_ASSIGNMENT,
    STORAGE,
)
from tests.infra.arm.templates import GROUP, STORES, account, deployment, store, template

DOCS = f"{STORES}/docs"
ELSEWHERE = "/subscriptions/s/resourceGroups/g"
SERVICE = {"type": BLOB_SERVICE, "name": "docs/default", "properties": {"isVersioningEnabled": True}}
PARAMETERS = {name: {"type": "string"} for name in "pq"}


def together(tmp_path: Path, *values: dict[str, Any]) -> Infrastructure:
    for number, value in enumerate(values):
        (tmp_path / f"{number}.json").write_text(json.dumps(value), encoding="utf-8")
    return read([tmp_path], started="2026-11-24T06:00:00Z", tool="test")


def service_of(found: Infrastructure, owner: str = DOCS) -> Any:
    return found.snapshot.listing(owner, BLOB_SERVICE)


def test_a_child_in_another_file_takes_the_place_of_what_azure_makes(tmp_path: Path) -> None:
    other = template(deployment(template(SERVICE), resourceGroup="g"))
    reading = service_of(together(tmp_path, template(store()), other)).only()
    assert isinstance(reading, Found)
    assert reading.value["properties"] == SERVICE["properties"]


CHILDREN: dict[str, tuple[str, bool]] = {
    "of a name that fits": ("[concat(parameters('q'), '/default')]", True),
    "of a name that fits at its beginning": ("[concat('do', parameters('q'), '/default')]", True),
    "of a name that does not": ("[concat('st', parameters('q'), '/default')]", False),
    "of another account": ("other/default", False),
    "of a name in one expression": ("[parameters('q')]", True),
}


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(("name", "hidden"), CHILDREN.values(), ids=CHILDREN)
def test_a_child_without_a_parent_may_belong_to_all_that_fit(
    tmp_path: Path, name: str, hidden: bool, apart: bool
) -> None:
    child = {**SERVICE, "name": name}
    values = [template(store()), template(child, parameters=PARAMETERS)]
    found = together(tmp_path, *(values if apart else [template(store(), child, parameters=PARAMETERS)]))
    reading = service_of(found).only()
    assert isinstance(reading, Unread if hidden else Found)
    (gap,) = [gap for gap in found.snapshot.gaps if gap.operation == f"{STORAGE}/read"]
    assert (
        gap.reason
        == f"blob service {'default' if '/' in name else name.replace('[', '{').replace(']', '}')}: no file declares the storage account that it belongs to"
    )


def test_a_list_that_may_have_a_child_without_a_parent_may_go_on(tmp_path: Path) -> None:
    policy = {
        "type": LIFECYCLE_POLICY,
        "name": "[concat(parameters('q'), '/default')]",
        "condition": "[parameters('p')]",
    }
    found = together(tmp_path, template(store(), {**policy, "properties": {}}, parameters=PARAMETERS))
    assert isinstance(found.snapshot.listing(DOCS, LIFECYCLE_POLICY).only(), Unread)
    alone = together(tmp_path / "x", template(store())) if (tmp_path / "x").mkdir() is None else found
    assert alone.snapshot.listing(DOCS, LIFECYCLE_POLICY).only() is MISSING


def test_an_account_of_another_group_does_not_fit(tmp_path: Path) -> None:
    project = {"type": f"{ACCOUNT}/projects", "name": "[concat(parameters('q'), '/x')]", "properties": {}}
    own = deployment(template(account(kind="AIServices")), "own", subscriptionId="s", resourceGroup="g")
    inner = deployment(template(project, parameters=PARAMETERS), "other", subscriptionId="s", resourceGroup="h")
    found = together(tmp_path, template(own, inner))
    resource = f"{ELSEWHERE}/providers/{ACCOUNT}/di"
    assert found.snapshot.listing(resource, f"{ACCOUNT}/projects").unread is None


def role(scope: str | None = None) -> dict[str, Any]:
    own = {"type": ROLE_ASSIGNMENT, "name": "r", "properties": {"principalId": "p"}}
    return own if scope is None else {**own, "scope": scope}


SCOPES: dict[str, tuple[dict[str, Any], Any]] = {
    "a store by its id": (role(f"{ELSEWHERE}/providers/{STORAGE}/docs"), DOCS),
    "its own group": (role(), GROUP),
    "a group of a name": (deployment(template(role()), resourceGroup="g"), Unread("")),
    "a group of a known subscription": (role(ELSEWHERE), Unread("")),
    "a subscription": (role("/subscriptions/s"), Unread("")),
    "a management group": (
        role("/providers/Microsoft.Management/managementGroups/m"),
        "/providers/Microsoft.Management/managementGroups/m",
    ),
    "a store that nobody declares": (
        role(f"{ELSEWHERE}/providers/{STORAGE}/other"),
        f"{ELSEWHERE}/providers/{STORAGE}/other",
    ),
}


@pytest.mark.parametrize(("own", "expected"), SCOPES.values(), ids=SCOPES)
def test_scopes_of_roles(tmp_path: Path, own: dict[str, Any], expected: Any) -> None:
    found = together(tmp_path, template(store(), own))
    (assignment,) = found.snapshot.of_type(ROLE_ASSIGNMENT)
    scope = assignment.body["properties"]["scope"]
    assert isinstance(scope, Unread) if isinstance(expected, Unread) else scope == expected


SOURCES: dict[str, tuple[str, Any]] = {
    "by its id": (f"{ELSEWHERE}/providers/{STORAGE}/docs", DOCS),
    "by its name": ("docs", "docs"),
    "another": ("[resourceId('Microsoft.Storage/storageAccounts', 'other')]", f"{STORES}/other"),
    "not known": ("[resourceId('Microsoft.Storage/storageAccounts', parameters('p'))]", None),
}


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=SOURCES)
def test_sources_of_replication(tmp_path: Path, source: str, expected: str | None) -> None:
    policy = {"type": OBJECT_REPLICATION, "name": "docs/x", "properties": {"sourceAccount": source}}
    found = together(tmp_path, template(store(), policy, parameters=PARAMETERS))
    (kept,) = found.snapshot.of_type(OBJECT_REPLICATION)
    written = kept.body["properties"]["sourceAccount"]
    assert isinstance(written, Unread) if expected is None else written == expected


def test_a_container_in_another_group_belongs_to_the_account_of_its_name(tmp_path: Path) -> None:
    container = {"type": CONTAINER, "name": "docs/default/letters", "properties": {"publicAccess": "Blob"}}
    found = together(tmp_path, template(store(), deployment(template(container), resourceGroup="g")))
    assert [item.name for item in found.snapshot.listing(DOCS, CONTAINER).resources] == ["letters"]


def test_what_was_not_read_of_a_subscription_of_unknown_name_is_not_read_here_either(tmp_path: Path) -> None:
    hidden = {
        "type": "Microsoft.Resources/deployments",
        "name": "hidden",
        "subscriptionId": "s",
        "properties": {"templateLink": {"uri": "https://x.test/a.json"}},
    }
    inner = deployment(template(store()), subscriptionId="[parameters('p')]", resourceGroup="g")
    found = together(tmp_path, template(hidden, inner, parameters=PARAMETERS))
    (own,) = found.snapshot.of_type(STORAGE)
    assert isinstance(found.snapshot.listing(own.id, LIFECYCLE_POLICY).only(), Unread)


FOLDER: dict[str, tuple[Any, str]] = {
    "PowerShell": (
        {"Status": "Succeeded", "Changes": [{"ChangeType": "Create", "Before": None, "After": None}]},
        "utf-8",
    ),
    "a stack": ({"type": "Microsoft.Resources/deploymentStacksWhatIfResults", "properties": {"changes": {}}}, "utf-8"),
    "UTF-16 without a mark": (template(store()), "utf-16-le"),
    "UTF-16 without a mark, the other way": (template(store()), "utf-16-be"),
}


@pytest.mark.parametrize(("value", "encoding"), FOLDER.values(), ids=FOLDER)
def test_nothing_in_a_folder_is_passed_over(tmp_path: Path, value: Any, encoding: str) -> None:
    (tmp_path / "b.json").write_bytes(json.dumps(value).encode(encoding))
    found = together(tmp_path, template(account()))
    assert sum(found.files.values()) == 2
