"""Custom models against the customer's register, and whether what should be gone is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date

import pytest

from auditor.facts.models import NO_REGISTER
from auditor.model.reading import Json, Unread
from auditor.model.resource import ListRead, Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import (
    ACCOUNT,
    CLASSIFIER,
    CONTAINER,
    DELETED_ACCOUNT,
    ERASURE_REQUEST,
    INSPECTION,
    MODEL,
    REGISTER_ID,
    REGISTERED_MODEL,
)
from tests.builders import (
    SUBSCRIPTION_ID,
    account,
    child,
    container,
    facts,
    gap,
    read,
    snapshot,
    storage,
    subscription,
)
from tests.needs import PROJECT

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


def erasure_request(number: int = 0, **stated: Json) -> Resource:
    body = {"id": f"{REGISTER_ID}/erasureRequests/{number}", "type": ERASURE_REQUEST, "name": "x"}
    return Resource({**body, "properties": {"requestedAt": "2026-05-02T09:00:00Z", **stated}})


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ({"account": "forms", "model": "invoices-v2"}, True),
        ({"account": FORMS.id.upper(), "model": "invoices-v2"}, True),
        ({"account": "for*", "model": "invoices-v2"}, True),
        ({"account": "forms", "model": "INVOICES-V2"}, False),
        ({"account": "forms", "model": "invoices-*"}, False),
        ({"account": "other", "model": "invoices-v2"}, False),
        ({"model": "invoices-v2"}, False),
        ({"account": "forms"}, False),
    ],
    ids=str,
)
def test_a_model_knows_the_requests_to_erase_it(stated: dict[str, Json], named: bool) -> None:
    """A request names one model as the service spells it, as `modelPresent` reads it."""
    asked = erasure_request(1, **stated)
    found = facts(snapshot(FORMS, INVOICES, asked, erasure_request(2, account="forms", model="receipts")))
    wanted = [{"id": asked.id, "requestedAt": "2026-05-02T09:00:00Z"}] if named else []
    assert found.of(INVOICES).get("erasureRequests") == wanted
    assert found.of(asked).get("modelPresent") is True or not named


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


# API versions: judged on 1 November 2026


def api(kind: str = MODEL, **properties: Json) -> Json:
    model = child(FORMS, kind, "m", **properties)
    return facts(snapshot(FORMS, model)).of(model)["api"]


@pytest.mark.parametrize(
    ("version", "retires", "left"),
    [
        ("2024-11-30", None, None),
        ("2023-07-31", None, None),
        ("2024-07-31-preview", "2026-06-30", -124),
        ("2024-07-31-PREVIEW", "2026-06-30", -124),
        ("2024-02-29-preview", "2026-06-30", -124),
        ("2023-10-31-preview", "2026-06-30", -124),
        ("2022-08-31", "2029-03-30", 880),
        ("v2.1", "2027-09-15", 318),
        ("2.1", "2027-09-15", 318),
        ("v2.0", "2026-08-31", -62),
    ],
)
def test_a_version_has_days_left_until_it_retires(version: str, retires: str | None, left: int | None) -> None:
    for kind in (MODEL, CLASSIFIER):
        found = api(kind, apiVersion=version)
        assert (found["version"], found["retires"], found["daysLeft"]) == (version, retires, left)


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("2024-11-30", "API version 2024-11-30 built it, whose retirement was not announced by 2026-11-23"),
        ("v2.1", "API version v2.1 built it, which retires on 2027-09-15"),
        ("v2.0", "API version v2.0 built it, which retired on 2026-08-31"),
    ],
)
def test_when_a_version_retires_is_told(version: str, words: str) -> None:
    assert api(apiVersion=version)["words"] == words


@pytest.mark.parametrize(
    ("version", "why"),
    [
        (None, "the API version that built it was not read: the service did not tell"),
        (7, "the API version that built it was not read: the service did not tell"),
        (HIDDEN, f"the API version that built it was not read: {HIDDEN.why}"),
        ("2027-01-01", "when API version 2027-01-01 retires is not known here"),
    ],
)
def test_of_a_version_that_is_not_known_nobody_can_tell(version: Json, why: str) -> None:
    found = api(apiVersion=version)
    named = version if version == "2027-01-01" else Unread(why)
    assert found == {"version": named, "retires": Unread(why), "daysLeft": Unread(why), "words": why}


def test_the_table_of_versions_names_its_sources() -> None:
    table = json.loads((PROJECT / "auditor/facts/api_versions.json").read_text(encoding="utf-8"))
    assert date.fromisoformat(table["asOf"])
    for version, entry in table["versions"].items():
        assert re.fullmatch(r"2\.[01]|\d{4}-\d{2}-\d{2}(-preview)?", version)
        assert entry.keys() == {"retires", "source"}
        assert entry["source"].startswith(("https://learn.microsoft.com/", "https://azure.microsoft.com/"))
        assert entry["retires"] is None or date.fromisoformat(entry["retires"])


# Training data

LAKE = storage("lake")
CLAIMS = "https://lake.blob.core.windows.net/claims"
TAKES_A_LOOK = "it is there, and whether anything is left in it takes --inspect-blobs"


def look(name: str = "claims", **counted: Json) -> Resource:
    place = container(LAKE, name)
    body = {"id": f"{place.id}/inspections/default", "type": INSPECTION, "name": "default"}
    return Resource(
        {**body, "properties": {**dict.fromkeys(("blobs", "deleted", "versions", "snapshots"), 0), **counted}}
    )


def trained(kind: str = MODEL, name: str = "invoices-v2", **properties: Json) -> Resource:
    return child(FORMS, kind, name, **properties)


FROM_CLAIMS = trained(azureBlobSource={"containerUrl": CLAIMS})


def data(resource: Resource, *parts: Resource, hidden: Iterable[tuple[object, str]] = ()) -> Json:
    gaps = tuple(gap(of, kind) for of, kind in hidden)  # type: ignore[arg-type]
    return facts(snapshot(FORMS, resource, *parts, gaps=gaps)).of(resource)["trainingData"]


def left(*parts: Resource, hidden: Iterable[tuple[object, str]] = ()) -> Json:
    (found,) = data(FROM_CLAIMS, *parts, hidden=hidden)
    assert (found["storage"], found["container"]) == ("lake", "claims")
    return found["left"].why if isinstance(found["left"], Unread) else found["left"]


@pytest.mark.parametrize(
    ("parts", "hidden", "wanted"),
    [
        # The container is not there any more, or may be.
        ((LAKE,), (), False),
        ((LAKE, container(LAKE, "Claims"), container(LAKE, "claims2")), (), False),
        ((LAKE,), ((LAKE, CONTAINER),), "the containers of lake were not read: 403 AuthorizationFailed"),
        ((), (), "storage account lake was not seen"),
        ((LAKE, container(LAKE, "claims", deleted=True)), (), True),
        ((LAKE, container(LAKE, "claims", deleted=True)), ((LAKE, CONTAINER),), True),
        # It is there, and somebody looked into it, or nobody did.
        ((LAKE, container(LAKE, "claims")), (), TAKES_A_LOOK),
        ((LAKE, container(LAKE, "claims", deleted=HIDDEN)), (), TAKES_A_LOOK),
        ((LAKE, container(LAKE, "claims"), look()), (), False),
        ((LAKE, container(LAKE, "claims"), look(deleted=False, versions=False, snapshots=False)), (), False),
        ((LAKE, container(LAKE, "claims"), look(blobs=1)), (), True),
        ((LAKE, container(LAKE, "claims"), look(deleted=2)), (), True),
        ((LAKE, container(LAKE, "claims"), look(versions=3)), (), True),
        ((LAKE, container(LAKE, "claims"), look(snapshots=True)), (), True),
        ((LAKE, container(LAKE, "claims"), look(blobs=HIDDEN)), (), f"what is left in it was not seen: {HIDDEN.why}"),
        ((LAKE, container(LAKE, "claims"), look(blobs=HIDDEN, versions=1)), (), True),
        ((LAKE, container(LAKE, "claims"), look(versions=None)), (), "what is left in it was not counted"),
        ((LAKE, container(LAKE, "claims"), look("other")), (), TAKES_A_LOOK),
    ],
    ids=range(18),
)
def test_a_container_is_empty_only_if_that_can_be_seen(
    parts: tuple[Resource, ...], hidden: tuple[tuple[object, str], ...], wanted: Json
) -> None:
    found = left(*parts, hidden=hidden)
    if isinstance(wanted, bool):
        assert found is wanted
    else:
        assert found == wanted


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((LAKE,), "container claims of lake: it is gone"),
        (
            (LAKE, container(LAKE, "claims", deleted=True)),
            "container claims of lake: it is deleted, and can be restored with all that was in it",
        ),
        ((LAKE, container(LAKE, "claims"), look()), "container claims of lake: it is empty"),
        ((LAKE, container(LAKE, "claims"), look(blobs=1)), "container claims of lake: something is left in it"),
        ((LAKE, container(LAKE, "claims")), f"container claims of lake: {TAKES_A_LOOK}"),
        ((), "container claims of lake: storage account lake was not seen"),
    ],
    ids=range(6),
)
def test_what_is_left_is_told(parts: tuple[Resource, ...], words: str) -> None:
    assert [item["words"] for item in data(FROM_CLAIMS, *parts)] == [words]


SCANS = "https://lake.blob.core.windows.net/scans/"


NOT_READ = f"what invoices-v2 was trained from was not read: {HIDDEN.why}"


@pytest.mark.parametrize(
    ("model", "containers", "why"),
    [
        (trained(azureBlobSource={"containerUrl": CLAIMS, "prefix": "a"}), ["claims"], None),
        (trained(azureBlobFileListSource={"containerUrl": SCANS, "fileList": "x.jsonl"}), ["scans"], None),
        (
            trained(azureBlobSource={"containerUrl": SCANS}, azureBlobFileListSource={"containerUrl": CLAIMS}),
            *(["claims", "scans"], None),
        ),
        (
            trained(
                CLASSIFIER,
                docTypes={
                    "one": {"azureBlobSource": {"containerUrl": CLAIMS}},
                    "two": {"azureBlobFileListSource": {"containerUrl": SCANS}},
                    "three": {"azureBlobSource": {"containerUrl": f"{CLAIMS}/sub?sig=1"}},
                },
            ),
            *(["claims", "scans"], None),
        ),
        # A composed model is made of others; of a model that names nothing, nobody knows.
        (trained(classifierId="sorter", docTypes={"one": {"modelId": "a"}}), [], None),
        (trained(classifierId=HIDDEN), [], "the service does not tell what it was trained from, as of copies and old"),
        (trained(docTypes={"one": {"buildMode": "neural"}}), [], "the service does not tell"),
        (trained(azureBlobSource={"containerUrl": None}), [], "what invoices-v2 was trained from was not read: it has no URL"),
        (trained(CLASSIFIER, docTypes={}), [], "the service does not tell"),
        # What was not read may name one.
        (Resource({**FROM_CLAIMS.body, "properties": HIDDEN}), [], NOT_READ),
        (trained(azureBlobSource=HIDDEN), [], NOT_READ),
        (trained(azureBlobSource={"containerUrl": HIDDEN}), [], NOT_READ),
        (trained(azureBlobSource={"containerUrl": CLAIMS}, docTypes=HIDDEN), ["claims"], NOT_READ),
        (trained(docTypes={"one": HIDDEN, "two": {"azureBlobSource": {"containerUrl": CLAIMS}}}), ["claims"], NOT_READ),
        (trained(azureBlobSource={"containerUrl": "https://x.org/c"}), [], "https://x.org/c is no address of a container"),
        (trained(azureBlobSource={"containerUrl": CLAIMS[:-7]}), [], f"{CLAIMS[:-7]} is no address of a container"),
        (trained(azureBlobSource={"containerUrl": 7}), [], "what invoices-v2 was trained from was not read: it has no URL"),
    ],
    ids=range(17),
)  # fmt: skip
def test_a_model_names_what_it_was_trained_from(model: Resource, containers: list[str], why: str | None) -> None:
    found = data(model, LAKE)
    assert [item["container"] for item in found if isinstance(item, dict)] == containers
    doubts = [item.why for item in found if isinstance(item, Unread)]
    assert len(doubts) == (0 if why is None else 1)
    assert all(doubt.startswith(why or "") for doubt in doubts)


LISTED = {"containerUrl": CLAIMS, "fileList": "x.jsonl"}


@pytest.mark.parametrize(
    ("sources", "blobs", "wanted"),
    [
        # What the model was trained from, how many blobs its container has, and whether the training data is left.
        ({"azureBlobSource": {"containerUrl": CLAIMS, "prefix": "2024/"}}, 3, "unread"),
        ({"azureBlobSource": {"containerUrl": CLAIMS, "prefix": "2024/"}}, 0, False),
        ({"azureBlobSource": {"containerUrl": CLAIMS, "prefix": ""}}, 3, True),
        ({"azureBlobSource": {"containerUrl": CLAIMS, "prefix": None}}, 3, True),
        ({"azureBlobSource": {"containerUrl": CLAIMS, "prefix": HIDDEN}}, 3, "unread"),
        ({"azureBlobFileListSource": LISTED}, 3, "unread"),
        ({"azureBlobFileListSource": LISTED}, 0, False),
        ({"docTypes": {"a": {"azureBlobSource": {"containerUrl": CLAIMS, "prefix": "a"}}}}, 3, "unread"),
        ({"azureBlobSource": {"containerUrl": CLAIMS}, "azureBlobFileListSource": LISTED}, 3, True),
        (
            {"azureBlobFileListSource": LISTED, "docTypes": {"a": {"azureBlobSource": {"containerUrl": CLAIMS}}}},
            3,
            True,
        ),
    ],
    ids=range(10),
)
def test_only_a_part_of_a_container_may_be_training_data(sources: dict[str, Json], blobs: int, wanted: Json) -> None:
    (found,) = data(trained(**sources), LAKE, container(LAKE, "claims"), look(blobs=blobs))
    assert ("unread" if isinstance(found["left"], Unread) else found["left"]) == wanted


def test_a_request_may_state_a_part_of_a_container() -> None:
    parts = (LAKE, container(LAKE, "claims"), look(blobs=1))
    assert [item["left"] for item in data(erasure(CLAIMS), *parts)] == [True]
    (found,) = data(erasure(f"{CLAIMS}/2024/05"), *parts)
    assert "begin with 2024/05" in found["left"].why


def test_uncommitted_blocks_are_left_too() -> None:
    assert left(LAKE, container(LAKE, "claims"), look(uncommitted=1)) is True
    assert left(LAKE, container(LAKE, "claims"), look(uncommitted=0)) is False


def erasure(stated: Json = None, account_name: str = "forms") -> Resource:
    asked = request(account_name)
    return Resource({**asked.body, "properties": {**asked.body["properties"], "trainingData": stated}})


@pytest.mark.parametrize(
    ("asked", "parts", "containers"),
    [
        (erasure(), (FROM_CLAIMS,), ["claims"]),
        (erasure(SCANS), (FROM_CLAIMS,), ["claims"]),
        (erasure(account_name=FORMS.id), (trained(CLASSIFIER, azureBlobSource={"containerUrl": SCANS}),), ["scans"]),
        (erasure(SCANS), (), ["scans"]),
        (erasure([SCANS, CLAIMS, CLAIMS]), (), ["claims", "scans"]),
        (erasure(SCANS), (trained(name="other", azureBlobSource={"containerUrl": CLAIMS}),), ["scans"]),
        (erasure(SCANS, account_name="others"), (FROM_CLAIMS,), ["scans"]),
        (erasure(SCANS), (trained(),), ["scans"]),
        (erasure(SCANS), (trained(azureBlobSource=HIDDEN),), ["scans"]),
    ],
    ids=range(9),
)
def test_a_request_knows_it_from_the_model_or_states_it(
    asked: Resource, parts: tuple[Resource, ...], containers: list[str]
) -> None:
    found = data(asked, LAKE, *parts)
    assert [(item["storage"], item["container"], item["left"]) for item in found] == [
        ("lake", name, False) for name in containers
    ]


@pytest.mark.parametrize(
    ("asked", "parts", "why"),
    [
        (erasure(), (), "the model is gone or was not seen, and with it what it was trained from: state that as"),
        (erasure([]), (), "the model is gone or was not seen"),
        (erasure(account_name="others"), (FROM_CLAIMS,), "the model is gone or was not seen"),
        (erasure(), (trained(),), "the service does not tell what it was trained from"),
        (erasure(), (trained(azureBlobSource=HIDDEN),), NOT_READ),
        (erasure("lake/claims"), (), "lake/claims is no address of a container"),
        (erasure(HIDDEN), (), HIDDEN.why),
    ],
    ids=range(7),
)
def test_without_either_a_request_is_open(asked: Resource, parts: tuple[Resource, ...], why: str) -> None:
    (found,) = data(asked, LAKE, *parts)
    assert isinstance(found, Unread)
    assert found.why.startswith(why)


def test_a_composed_model_whose_erasure_was_asked_for_was_trained_from_nothing() -> None:
    assert data(erasure(), trained(classifierId="sorter")) == []
