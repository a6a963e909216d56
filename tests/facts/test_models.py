"""Custom models against the customer's register, and whether what should be gone is gone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from auditor.facts.models import NO_REGISTER
from auditor.model.reading import Json, Unread
from auditor.model.resource import ListRead, Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import (
    ACCOUNT,
    CLASSIFIER,
    DELETED_ACCOUNT,
    ERASURE_REQUEST,
    MODEL,
    REGISTER_ID,
    REGISTERED_MODEL,
)
from tests.builders import SUBSCRIPTION_ID, account, child, facts, gap, read, snapshot, subscription

FORMS = account("forms")
INVOICES = child(FORMS, MODEL, "invoices-v2")
OTHER_SUBSCRIPTION = "/subscriptions/22222222-2222-2222-2222-222222222222"
HIDDEN = Unread("known only after deployment")


def registered(number: int = 0, **stated: Json) -> Resource:
    body = {"id": f"{REGISTER_ID}/models/{number}", "type": REGISTERED_MODEL, "name": "x"}
    return Resource({**body, "properties": {"owner": "Ada", "purpose": "p", **stated}})


def entry(*entries: Resource, model: Resource = INVOICES, given: bool = True) -> Json:
    found = snapshot(FORMS, model, *entries)
    found = found.extended((), [read(REGISTER_ID, REGISTERED_MODEL)] if given else [])
    return facts(found).of(model).get("register")


KNOWN = {"owner": "Ada", "purpose": "p"}


@pytest.mark.parametrize(
    ("account_name", "model_name", "known"),
    [
        ("forms", "invoices-v2", True),
        ("FORMS", "invoices-v2", True),
        (FORMS.id, "invoices-v2", True),
        (f"{FORMS.id.upper()}/", "invoices-v2", True),
        ("forms", "invoices-*", True),
        ("forms", "*", True),
        ("forms", "invoices-v?", True),
        ("forms", "invoices-v[12]", True),
        ("*", "invoices-v2", True),
        ("f*", "*", True),
        (f"{SUBSCRIPTION_ID}/*", "*", True),
        ("forms", "Invoices-v2", False),
        ("forms", "invoices", False),
        ("form", "invoices-v2", False),
        (f"{OTHER_SUBSCRIPTION}/*", "*", False),
        ("", "*", False),
        (7, "*", False),
        (None, "*", False),
        ("forms", None, False),
    ],
)
def test_the_register_knows_a_model_by_account_and_name_or_patterns_of_them(
    account_name: Json, model_name: Json, known: bool
) -> None:
    for kind in (MODEL, CLASSIFIER):
        model = child(FORMS, kind, "invoices-v2")
        assert entry(registered(account=account_name, model=model_name), model=model) == (KNOWN if known else None)


@pytest.mark.parametrize(
    ("due", "until"),
    [
        ("2026-12-31", "2026-12-31T23:59:59Z"),
        ("2026-12-31T12:00:00Z", "2026-12-31T12:00:00Z"),
        ("2026-12-31T12:00:00+02:00", "2026-12-31T12:00:00+02:00"),
    ],
)
def test_a_date_means_until_its_end(due: str, until: str) -> None:
    assert entry(registered(account="forms", model="*", deleteBy=due)) == {**KNOWN, "deleteBy": until}


def test_the_first_entry_that_fits_counts() -> None:
    first = registered(1, account="forms", model="invoices-v2", owner="Grace")
    second = registered(2, account="forms", model="*")
    assert entry(first, second) == {"owner": "Grace", "purpose": "p"}
    assert entry(second, first) == KNOWN


def test_what_an_entry_does_not_say_is_left_out() -> None:
    assert entry(registered(account="forms", model="*", owner=None)) == {"purpose": "p"}
    odd = Resource({"id": f"{REGISTER_ID}/models/x", "type": REGISTERED_MODEL, "properties": "odd"})
    assert entry(odd) is None


def test_without_a_register_nobody_can_tell_what_should_be_in_it() -> None:
    assert entry(given=False) == NO_REGISTER
    assert entry(given=True) is None
    assert entry(registered(account="other", model="*"), given=False) is None
    assert "register" not in facts(snapshot(FORMS)).of(FORMS)


def test_a_list_of_something_else_is_no_register() -> None:
    found = snapshot(FORMS, INVOICES).extended((), [ListRead("/elsewhere", f"{REGISTERED_MODEL}/read")])
    assert facts(found).of(INVOICES)["register"] == NO_REGISTER


def test_a_model_without_an_account_is_known_by_no_name() -> None:
    odd = Resource({"id": "/odd", "type": MODEL, "name": "invoices-v2"})
    assert entry(registered(account="forms", model="*"), model=odd) is None


# Requests for erasure


def request(account_name: Json = "forms", model: Json = "invoices-v2") -> Resource:
    body = {"id": f"{REGISTER_ID}/erasureRequests/x", "type": ERASURE_REQUEST}
    return Resource({**body, "properties": {"account": account_name, "model": model}})


def deleted(name: str = "forms", kind: Json = "FormRecognizer", group: str = "docs") -> Resource:
    place = f"{SUBSCRIPTION_ID}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/{group}"
    body = {"id": f"{place}/deletedAccounts/{name}", "type": DELETED_ACCOUNT, "name": name, "kind": kind}
    return Resource({**body, "properties": {"scheduledPurgeDate": "2026-11-03T00:00:00Z"}})


def present(asked: Resource, *parts: Resource, hidden: Iterable[tuple[object, str]] = ()) -> Json:
    gaps = tuple(gap(of, kind) for of, kind in hidden)  # type: ignore[arg-type]
    return facts(snapshot(*parts, asked, gaps=gaps)).of(asked)["modelPresent"]


@pytest.mark.parametrize(
    ("asked", "parts", "hidden", "there"),
    [
        # The account was seen.
        (request(), (FORMS, INVOICES), (), True),
        (request(FORMS.id.upper()), (FORMS, INVOICES), (), True),
        (request(), (FORMS, child(FORMS, CLASSIFIER, "invoices-v2")), (), True),
        (request(), (FORMS,), (), False),
        (request(), (FORMS, child(FORMS, MODEL, "invoices-v3")), (), False),
        (request(), (FORMS, INVOICES), ((FORMS, MODEL),), True),
        (request(), (FORMS,), ((FORMS, MODEL),), "the custom model list of forms was not read: 403"),
        (request(), (FORMS,), ((FORMS, CLASSIFIER),), "the custom classifier list of forms was not read: 403"),
        (request(), (account("forms", kind="OpenAI"),), (), False),
        # It was seen, and so was one of its name that is deleted.
        (request(), (FORMS, deleted(group="old")), (), "a deleted account forms may still hold it"),
        (request(), (FORMS, deleted(group="old", kind="OpenAI")), (), False),
        (request(), (FORMS, deleted("other")), (), False),
        (request(), (FORMS, INVOICES, deleted(group="old")), (), True),
        # It was not seen, but deleted and can be restored.
        (request(), (deleted(),), (), True),
        (request("FORMS"), (deleted(),), (), True),
        (request(FORMS.id), (deleted(),), (), True),
        (request(FORMS.id), (deleted(group="old"),), (), False),
        (request(FORMS.id), (deleted("other"),), (), False),
        (request(FORMS.id), (deleted(kind="OpenAI"),), (), False),
        (request(FORMS.id), (deleted(kind=HIDDEN),), (), "the kind of forms was not read: known only"),
        (request(FORMS.id), (deleted(kind=HIDDEN), deleted("FORMS")), (), True),
        # It is not there at all.
        (request(FORMS.id), (), (), False),
        (request(FORMS.id), (), ((SUBSCRIPTION_ID, ACCOUNT),), "the Document Intelligence account list of its sub"),
        (request(FORMS.id), (), ((SUBSCRIPTION_ID, DELETED_ACCOUNT),), "the soft-deleted account list of its sub"),
        (request(FORMS.id.replace("1111", "2222")), (), (), "the Document Intelligence account list of its sub"),
        (request("forms"), (), (), "no account forms was seen"),
        (request(None), (FORMS, INVOICES), (), "no account None was seen"),
        (request(7), (FORMS, INVOICES), (), "no account 7 was seen"),
    ],
    ids=range(28),
)
def test_a_model_is_gone_only_if_that_can_be_seen(
    asked: Resource, parts: tuple[Resource, ...], hidden: tuple[tuple[object, str], ...], there: Json
) -> None:
    found = present(asked, *parts, hidden=hidden)
    if isinstance(there, bool):
        assert found is there
    else:
        assert isinstance(found, Unread)
        assert found.why.startswith(there)


def test_one_of_several_accounts_of_that_name_suffices() -> None:
    twin = Resource({**FORMS.body, "id": FORMS.id.replace("/docs/", "/other/")})
    assert present(request(), FORMS, twin, child(twin, MODEL, "invoices-v2")) is True
    assert present(request(), FORMS, twin) is False
    assert isinstance(present(request(), FORMS, twin, hidden=((twin, MODEL),)), Unread)


def test_a_deleted_account_with_an_odd_id_is_told_by_its_end() -> None:
    odd = Resource({"id": f"{SUBSCRIPTION_ID}/deleted/forms", "type": DELETED_ACCOUNT, "kind": "FormRecognizer"})
    assert present(request(), odd) is True


# Accounts that can be restored


def restorable(*parts: Resource, **how: object) -> Json:
    found: Snapshot = snapshot(*parts, **how)  # type: ignore[arg-type]
    return facts(found).of(subscription())["restorableAccounts"]


PURGE = "2026-11-03T00:00:00Z"


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ((), []),
        ((deleted(),), ["forms"]),
        ((deleted(), deleted("two", kind="aiservices"), deleted("chat", kind="OpenAI")), ["forms", "two"]),
        ((deleted(kind=None),), ["forms"]),
    ],
    ids=range(4),
)
def test_a_subscription_knows_the_deleted_accounts_that_can_be_restored(
    parts: tuple[Resource, ...], names: list[str]
) -> None:
    assert [(item["name"], item["purge"]) for item in restorable(*parts)] == [(name, PURGE) for name in names]


def test_what_was_not_read_may_hide_deleted_accounts() -> None:
    refused = gap(SUBSCRIPTION_ID, DELETED_ACCOUNT)
    assert restorable(gaps=(refused,)) == [Unread("403 AuthorizationFailed")]
    assert [type(item) for item in restorable(deleted(), gaps=(refused,))] == [dict, Unread]
    assert restorable(deleted(kind=HIDDEN)) == [Unread(f"the kind of forms was not read: {HIDDEN.why}")]


def test_a_deleted_account_can_be_restored_itself() -> None:
    gone = deleted()
    assert facts(snapshot(gone)).of(gone)["restorableAccounts"] == [{"id": gone.id, "name": "forms", "purge": PURGE}]
    odd = Resource({**gone.body, "properties": None})
    assert facts(snapshot(odd)).of(odd)["restorableAccounts"] == [{"id": gone.id, "name": "forms", "purge": None}]
