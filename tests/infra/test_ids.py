"""Ids of what is not deployed yet."""

from __future__ import annotations

import pytest

from auditor.infra.ids import group_scope, principal_of, resource_id, unknown
from auditor.model.resource import Resource
from auditor.model.types import BLOB_SERVICE, CONTAINER, STORAGE, subscription_of


def test_what_is_not_known_stands_in_braces_and_splits_nothing() -> None:
    name = unknown("[concat(parameters('prefix'), '/docs')]")
    assert name == "{concat(parameters('prefix'), ' docs')}"
    scope = group_scope()
    assert scope == "/subscriptions/{subscription}/resourceGroups/{group}"
    store = resource_id(scope, STORAGE, name)
    container = resource_id(scope, CONTAINER, name, "default", "inbox")
    assert subscription_of(store) == "/subscriptions/{subscription}"
    assert Resource({"id": container, "type": CONTAINER}).owner == store.lower()
    assert Resource({"id": f"{store}/blobServices/default", "type": BLOB_SERVICE}).owner == store.lower()


def test_known_parts_stand_as_they_are() -> None:
    assert resource_id(group_scope("s1", "g"), STORAGE, "docs") == (
        "/subscriptions/s1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/docs"
    )


def test_a_type_takes_as_many_names_as_it_has_parts() -> None:
    with pytest.raises(ValueError, match="takes 3 names, not 1"):
        resource_id("/subscriptions/1", CONTAINER, "docs")


def test_a_principal_is_the_same_however_its_resource_is_spelled() -> None:
    assert (
        principal_of("/subscriptions/S1/x")
        == principal_of("/subscriptions/s1/X")
        == "{principal of /subscriptions/s1/x}"
    )
