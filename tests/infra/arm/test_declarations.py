"""Resources that one file declares more than once, and those that it deploys only where they do not exist."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Unread
from auditor.model.types import BLOB_SERVICE, LIFECYCLE_POLICY, STORAGE
from tests.infra.arm.templates import STORES, account, declared, deployment, only, store, template

OLD, NEW = {"minimumTlsVersion": "TLS1_0", "a": 1}, {"minimumTlsVersion": "TLS1_2", "b": 2}
UPDATE = template(store(properties=NEW))
ID = "[resourceId('Microsoft.Storage/storageAccounts', 'docs')]"
BETWEEN = {"type": "Microsoft.KeyVault/vaults", "name": "kv", "dependsOn": ["docs"]}
NOT_ORDERED = "several declarations of it differ here, and the file does not tell which comes last"
YES_OR_NO = {"p": {"type": "bool"}}
ORDER: dict[str, tuple[dict[str, Any], Any]] = {
    "a deployment after the account": (
        template(store(properties=OLD), deployment(UPDATE, dependsOn=["docs"])),
        "TLS1_2",
    ),
    "by its id": (template(store(properties=OLD), deployment(UPDATE, dependsOn=[ID])), "TLS1_2"),
    "written before the account": (template(deployment(UPDATE, dependsOn=["DOCS"]), store(properties=OLD)), "TLS1_2"),
    "through another resource": (
        template(store(properties=OLD), BETWEEN, deployment(UPDATE, dependsOn=["kv"])),
        "TLS1_2",
    ),
    "by what it refers to": (
        template(store(properties=OLD), deployment(UPDATE, tags={"x": f"[reference({ID[1:-1]}).x]"})),
        "TLS1_2",
    ),
    "two deployments": (
        template(deployment(template(store(properties=OLD)), "one"), deployment(UPDATE, "two", dependsOn=["one"])),
        "TLS1_2",
    ),
    "in a group of a name, as names are unique": (
        template(store(properties=OLD), deployment(UPDATE, resourceGroup="g", dependsOn=["docs"])),
        "TLS1_2",
    ),
    "in no order": (template(store(properties=OLD), deployment(UPDATE)), NOT_ORDERED),
    "a wrong expression tells no order": (
        template(store(properties=OLD), deployment(UPDATE, tags={"x": "[reference(]"})),
        NOT_ORDERED,
    ),
    "a reference inside tells none": (
        template(
            store(properties=OLD), deployment(template(store(properties=NEW, tags={"x": f"[reference({ID[1:-1]})]"})))
        ),
        NOT_ORDERED,
    ),
}


@pytest.mark.parametrize(("value", "expected"), ORDER.values(), ids=ORDER)
def test_a_later_declaration_updates_an_earlier_one(value: dict[str, Any], expected: Any) -> None:
    found = only(declared(value)).body["properties"]
    version = found["minimumTlsVersion"]
    assert (version.why if isinstance(version, Unread) else version) == expected
    assert (found["a"], found["b"]) == (1, 2)


def test_what_may_be_updated_is_unread_where_that_would_differ() -> None:
    value = template(
        store(properties=OLD),
        store(properties=NEW, condition="[parameters('p')]", dependsOn=["docs"]),
        parameters=YES_OR_NO,
    )
    found = only(declared(value)).body
    assert "condition" not in found
    assert found["properties"]["a"] == 1
    assert all(isinstance(found["properties"][name], Unread) for name in ("minimumTlsVersion", "b"))


def test_either_of_two_declarations() -> None:
    value = template(
        store(properties={**OLD, "same": 1}, condition="[parameters('p')]"),
        store(properties={**NEW, "same": 1}, condition="[not(parameters('p'))]"),
        parameters=YES_OR_NO,
    )
    found = only(declared(value)).body
    assert isinstance(found["condition"], Unread)
    assert found["properties"]["same"] == 1
    assert all(isinstance(found["properties"][name], Unread) for name in ("minimumTlsVersion", "a", "b"))


def test_places_are_those_of_the_declaration_that_decides() -> None:
    value = template(store(properties=OLD), deployment(UPDATE, dependsOn=["docs"]))
    where = only(declared(value)).origin
    assert where is not None
    own, a, version = (where.place(path).line for path in ("", "properties.a", "properties.minimumtlsversion"))
    assert own is not None
    assert a is not None
    assert version is not None
    assert own < a < version
    assert where.place("tags").line == own
    assert (list(where.places), len(where.places)) == ([], 0)


def test_children_are_updated_as_well_and_roles_of_one_text_are_not_one() -> None:
    service = {"type": BLOB_SERVICE, "name": "docs/default", "properties": {"a": 1}}
    role = {
        "type": "Microsoft.Authorization/roleAssignments",
        "name": "[newGuid()]",
        "properties": {"principalId": "p"},
    }
    value = template(
        store(),
        service,
        deployment(template({**service, "properties": {"b": 2}})),
        role,
        {**role, "properties": {"principalId": "q"}},
    )
    found = declared(value)
    assert only(found, BLOB_SERVICE).body["properties"] == {"a": 1, "b": 2}
    assert sum(item.type == role["type"] for item in found.resources) == 2


# Only where it does not exist

ONLY_NEW = "it is deployed only if it does not exist yet (onlyIfNotExists): what exists stays as it is"
OPTION: dict[str, Any] = {"@options": {"onlyIfNotExists": []}}
CHILD = {"type": LIFECYCLE_POLICY, "name": "docs/default", "properties": {}}


@pytest.mark.parametrize(
    "value",
    [
        template(store(**OPTION)),
        template(store(**{"@Options": {"OnlyIfNotExists": True}})),
        template(deployment(template(store()), **OPTION)),
    ],
)
def test_what_may_exist_is_unread_and_changed_all_the_same(value: dict[str, Any]) -> None:
    found = declared(value)
    assert only(found).body["properties"] == Unread(ONLY_NEW)
    assert f"{STORES}/docs".lower() in (found.changed or ())
    assert {gap.scope for gap in found.gaps} == {f"{STORES}/docs"}
    assert f"{BLOB_SERVICE}/read" in {gap.operation for gap in found.gaps}
    assert [item.type for item in found.resources] == [STORAGE]


@pytest.mark.parametrize("kind", [LIFECYCLE_POLICY, BLOB_SERVICE])
def test_a_child_that_may_exist_is_a_gap(kind: str) -> None:
    found = declared(template(store(), account(), {**CHILD, "type": kind, **OPTION}))
    assert [(gap.scope.lower(), gap.operation, gap.reason) for gap in found.gaps] == [
        (f"{STORES}/docs".lower(), f"{kind}/read", f"docs/default: {ONLY_NEW}")
    ]
    assert all(item.type != kind or kind == LIFECYCLE_POLICY for item in found.resources)


def test_an_option_that_is_off_changes_nothing() -> None:
    assert only(declared(template(store(**{"@options": {"onlyIfNotExists": False}})))).body["properties"] != Unread(
        ONLY_NEW
    )
