"""Names of properties in Azure's own spelling."""

from __future__ import annotations

from auditor.infra.spelling import respelled
from auditor.model.reading import Unread
from tests.infra.arm.templates import declared, only, store, template

BLOBS = "Microsoft.Storage/storageAccounts/blobServices"


def test_names_that_a_type_knows() -> None:
    written = {
        "type": BLOBS.lower(),
        "Properties": {
            "ISVERSIONINGENABLED": True,
            "cors": {"corsrules": [{"AllowedOrigins": ["*"], "own": {"X": 1}}, Unread("why")]},
            "unHeardOf": {"A": 1},
            "deleteRetentionPolicy": Unread("why"),
        },
    }
    assert respelled(written) == {
        "type": BLOBS.lower(),
        "properties": {
            "isVersioningEnabled": True,
            "cors": {"corsRules": [{"allowedOrigins": ["*"], "own": {"X": 1}}, Unread("why")]},
            "unHeardOf": {"A": 1},
            "deleteRetentionPolicy": Unread("why"),
        },
    }


def test_names_that_are_free_stay() -> None:
    identity = {"TYPE": "UserAssigned", "userAssignedIdentities": {"/Some/Id": {"PrincipalId": "p"}}}
    own = {"type": "Microsoft.Storage/storageAccounts", "identity": identity}
    assert respelled(own)["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": {"/Some/Id": {"principalId": "p"}},
    }


def test_types_that_are_not_known_stay() -> None:
    assert respelled({"type": "A.B/c", "Kind": 1}) == {"type": "A.B/c", "Kind": 1}


def test_templates_may_write_as_they_like() -> None:
    found = only(declared(template(store(properties={"MinimumTLSVersion": "TLS1_2"}))))
    assert found.body["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert found.origin is not None
    assert "properties.minimumtlsversion" in found.origin.places
