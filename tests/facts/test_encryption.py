"""What the customer's key of an account covers (azure-facts 2.1, 3a)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.facts.encryption import key_coverage
from auditor.facts.estate import Estate
from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import CONTAINER, ENCRYPTION_SCOPE
from tests.builders import account, child, container, facts, gap, grant, now, snapshot, storage

OWN = {"keySource": "Microsoft.KeyVault"}
NO_RIGHT = Unread("known only after deployment")
OLD, NEW = "2021-03-01T08:00:00Z", "2024-03-01T08:00:00.1234567Z"


def coverage(changed: Json = None, **properties: Json) -> Any:
    made = account(**properties)
    body = {**made.body, "systemData": {"lastModifiedAt": changed}}
    return key_coverage(Resource(body), Estate(snapshot(made), now()))


def results(changed: Json = None, **properties: Json) -> Json:
    return coverage(changed, encryption=OWN, **properties)["results"]


@pytest.mark.parametrize(
    "encryption",
    [
        None,
        {},
        {"keySource": None},
        {"keySource": "Microsoft.CognitiveServices"},
        {"keySource": 7},
        "Microsoft.KeyVault",
    ],
    ids=str,
)
def test_without_a_key_of_the_customers_there_is_nothing_to_say(encryption: Json) -> None:
    assert coverage(encryption=encryption, dateCreated=OLD) is None


@pytest.mark.parametrize("encryption", [NO_RIGHT, {"keySource": NO_RIGHT}])
def test_whether_there_is_a_key_may_be_unread(encryption: Json) -> None:
    assert coverage(encryption=encryption, dateCreated=NEW) is NO_RIGHT


@pytest.mark.parametrize(
    ("made", "changed", "covered"),
    [
        (NEW, None, True),
        (NEW, NO_RIGHT, True),
        ("2023-07-31T00:00:00Z", None, True),
        ("2023-07-30T23:59:59Z", OLD, False),
        ("2023-07-31T01:00:00+02:00", OLD, False),
        (OLD, "2023-07-30T23:59:59Z", False),
    ],
)
def test_accounts_made_since_the_change_cover_results_and_older_ones_models_alone(
    made: str, changed: Json, covered: bool
) -> None:
    assert results(changed, dateCreated=made) is covered


@pytest.mark.parametrize(
    ("made", "changed", "why"),
    [
        (OLD, "2023-07-31T00:00:00Z", "it was changed since, and whether its key was is not told"),
        (OLD, NO_RIGHT, "when the account was changed last was not read: known only after deployment"),
        (OLD, None, "when the account was changed last is not told"),
        (OLD, "soon", "when the account was changed last is not told"),
        (OLD, 7, "when the account was changed last is not told"),
        (None, None, "when the account was made is not told"),
        ("soon", None, "when the account was made is not told"),
        (NO_RIGHT, OLD, "when the account was made was not read: known only after deployment"),
    ],
)
def test_what_is_not_told_is_not_known(made: Json, changed: Json, why: str) -> None:
    found = results(changed, dateCreated=made)
    assert isinstance(found, Unread)
    assert found.why.endswith(why)


def test_it_says_when_the_account_was_made() -> None:
    words = {
        made: coverage(encryption={"keySource": "microsoft.keyvault"}, dateCreated=made)["words"] for made in (OLD, NEW)
    }
    assert words == {
        OLD: "the account was made on 2021-03-01, when keys covered models alone",
        NEW: "the account was made on 2024-03-01, and keys cover results since 2023-07-31",
    }
    assert results(NEW, dateCreated=OLD).why.startswith(words[OLD])


def test_when_an_account_without_system_data_was_changed_is_not_told() -> None:
    made = account(encryption=OWN, dateCreated=OLD)
    hidden = replace(made, body={**made.body, "systemData": NO_RIGHT})
    for either in (made, hidden):
        assert isinstance(key_coverage(either, Estate(snapshot(either), now()))["results"], Unread)


def scope(store: Resource, name: str = "own", **properties: Json) -> Resource:
    return child(store, ENCRYPTION_SCOPE, name, **properties)


@pytest.mark.parametrize("name", [None, "", "$account-encryption-key", "$Account-Encryption-Key"])
def test_a_container_without_a_scope_of_its_own_uses_the_accounts_key(name: Json) -> None:
    store = storage()
    assert facts(snapshot(store, container(store, defaultEncryptionScope=name))).of(store)["containerKeys"] == []


@pytest.mark.parametrize(
    ("properties", "wanted"),
    [
        ({"source": "Microsoft.KeyVault"}, "Microsoft.KeyVault"),
        ({"source": "Microsoft.Storage"}, "Microsoft.Storage"),
        ({"source": NO_RIGHT}, "unread"),
        ({"source": None}, "unread"),
        ({}, "unread"),
        ({"source": 7}, "unread"),
    ],
)
def test_a_scope_has_a_key_of_its_own(properties: dict[str, Json], wanted: str) -> None:
    store = storage()
    box = container(store, defaultEncryptionScope="Own")
    (key,) = facts(snapshot(store, box, scope(store, "other"), scope(store, **properties))).of(store)["containerKeys"]
    assert ("unread" if isinstance(key["keySource"], Unread) else key["keySource"]) == wanted


def test_a_scope_or_a_list_that_was_not_read_leaves_the_key_open() -> None:
    store = storage()
    box = container(store, defaultEncryptionScope="own")
    (unlisted,) = facts(snapshot(store, box)).of(store)["containerKeys"]
    assert unlisted["keySource"] == Unread(
        "the encryption scope own was not read: the encryption scope list was not read"
    )
    (other,) = facts(snapshot(store, box, scope(store, "other"))).of(store)["containerKeys"]
    assert other["keySource"] == Unread("the encryption scope own was not read: it is not in the list")
    (named,) = facts(snapshot(store, container(store, defaultEncryptionScope=NO_RIGHT))).of(store)["containerKeys"]
    assert isinstance(named["keySource"], Unread)
    (more,) = facts(snapshot(store, gaps=(gap(store, CONTAINER),))).of(store)["containerKeys"]
    assert isinstance(more, Unread)
    assert facts(snapshot(store, kind="infrastructure")).of(store)["containerKeys"] == []


def test_only_containers_with_documents_count() -> None:
    """The only link names one container; what lies in the other is no document."""
    store = storage()
    boxes = [container(store, name, defaultEncryptionScope="own") for name in ("scans", "site")]
    linked = grant(f"{store.id}/blobServices/default/containers/scans")
    forms = account()
    found = facts(snapshot(forms, store, *boxes, scope(store, source="Microsoft.Storage"), linked)).of(store)
    assert [key["container"] for key in found["containerKeys"] if not isinstance(key["keySource"], Unread)] == ["scans"]
