"""Children inside their parents: all spellings are one child, and what does not fit is a gap on the parent."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.infra.additions import DECLARABLE
from auditor.model.types import BLOB_SERVICE, CONTAINER, DIAGNOSTIC_SETTING, STORAGE
from tests.infra.arm.templates import STORES, SUBSCRIPTION, declared, only, store, template

KEPT = {"deleteRetentionPolicy": {"enabled": True, "days": 30}}


def inside(type_name: Any, name: str, **parts: Any) -> dict[str, Any]:
    child = {"type": type_name, "apiVersion": "2023-05-01", "name": name, "properties": KEPT, **parts}
    return template(store(resources=[child]), parameters={"p": {"type": "string"}})


@pytest.mark.parametrize("type_name", ["blobServices", BLOB_SERVICE, BLOB_SERVICE.lower(), "BlobServices/"])
@pytest.mark.parametrize("name", ["default", "docs/default", "DOCS/default", "[concat('docs', '/default')]"])
def test_all_spellings_are_one_child(type_name: str, name: str) -> None:
    found = declared(inside(type_name, name))
    assert not found.gaps
    service = only(found, BLOB_SERVICE)
    assert (service.id, service.body["properties"]) == (f"{STORES}/docs/blobServices/default", KEPT)


def test_children_of_children_repeat_what_stands_above_them() -> None:
    container = {"type": CONTAINER, "name": "docs/default/letters", "properties": {}}
    found = declared(inside(BLOB_SERVICE, "docs/default", resources=[container]))
    assert only(found, CONTAINER).id == f"{STORES}/docs/blobServices/default/containers/letters"
    assert not found.gaps


def test_what_is_of_another_provider_extends_its_parent() -> None:
    found = declared(inside(DIAGNOSTIC_SETTING, "logs"))
    assert only(found, DIAGNOSTIC_SETTING).id == f"{STORES}/docs/providers/{DIAGNOSTIC_SETTING}/logs"


UNFIT = {
    "the name of another account": (BLOB_SERVICE, "other/default"),
    "too many names": ("blobServices", "docs/default/x"),
    "too few names": (f"{BLOB_SERVICE}/containers", "letters"),
    "a type without its provider": ("storageAccounts/blobServices", "default"),
}


@pytest.mark.parametrize(("type_name", "name"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit_is_a_gap_on_its_parent(type_name: str, name: str) -> None:
    found = declared(inside(type_name, name))
    kind = CONTAINER if "containers" in type_name else BLOB_SERVICE
    reasons = {gap.operation: gap.reason for gap in found.gaps if gap.scope.lower() == f"{STORES}/docs".lower()}
    assert "does not fit" in reasons[f"{kind}/read"]
    assert kind not in {item.type for item in found.resources}


@pytest.mark.parametrize("type_name", ["[concat('blob', 'Services')]", 1, "", None])
def test_what_has_no_type_may_be_anything(type_name: Any) -> None:
    found = declared(inside(type_name, "default"))
    assert {gap.operation for gap in found.gaps if gap.scope == SUBSCRIPTION} == {kind.operation for kind in DECLARABLE}
    assert [item.type for item in found.resources] == [STORAGE]
    assert found.gaps[0].reason.endswith(": default")
