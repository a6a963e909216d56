"""What a snapshot knows of its lists: none there, not looked, not allowed to look, broken off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.model.reading import LIVE_SCAN, MISSING, Found, Unread
from auditor.model.resource import Gap, ListRead, Resource
from auditor.model.snapshot import End, Header, Snapshot, kind_of_gap, utc_now
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    BY_NAME,
    CLASSIFIER,
    CONTAINER,
    DIAGNOSTIC_SETTING,
    ERASURE_REQUEST,
    INSPECTION,
    MODEL,
    ONLY_LIVE,
    STORAGE,
    SUBSCRIPTION,
)
from tests.builders import STARTED, SUBSCRIPTION_ID, account, blob_service, child, container, gap, storage, subscription
from tests.builders import read as list_read

STORE = storage()
OTHER = storage("other")
SCAN, SERVICE = container(STORE), blob_service(STORE)
AZURE = Header("test", "azure", (), STARTED)
CODE = Header("test", "infrastructure", (), STARTED)
HIDDEN = Gap("/", BY_NAME[CONTAINER.lower()].operation, "403 at the tenant")
READ_LIST, READ_ONE = list_read(STORE, CONTAINER), list_read(STORE, BLOB_SERVICE)
END = End(STARTED)

ALL = None
NOT_READ = "the container list was not read"
BROKEN_OFF = "the scan ended before the container list was read"


@pytest.mark.parametrize(
    ("header", "end", "parts", "reads", "gaps", "names", "why"),
    [
        # of a whole scan
        (AZURE, END, (SCAN,), (READ_LIST,), (), ["scans"], ALL),
        (AZURE, END, (), (READ_LIST,), (), [], ALL),
        (AZURE, END, (), (), (), [], NOT_READ),
        (AZURE, END, (SCAN,), (), (), ["scans"], ALL),  # by hand: children stand for a list that was read
        (AZURE, END, (), (), (gap(STORE, CONTAINER),), [], "403 AuthorizationFailed"),
        (AZURE, END, (SCAN,), (), (gap(STORE, CONTAINER),), ["scans"], "403 AuthorizationFailed"),
        (AZURE, END, (SCAN,), (READ_LIST,), (gap(STORE, CONTAINER),), ["scans"], "403 AuthorizationFailed"),
        (AZURE, END, (SCAN,), (), (gap(SUBSCRIPTION_ID, CONTAINER, "429"),), ["scans"], "429"),
        (AZURE, END, (), (), (gap(f"{SUBSCRIPTION_ID}/resourceGroups/docs", CONTAINER, "429"),), [], "429"),
        (AZURE, END, (), (READ_LIST,), (HIDDEN,), [], "403 at the tenant"),
        (AZURE, END, (), (READ_LIST,), (gap(OTHER, CONTAINER),), [], ALL),
        (AZURE, END, (), (READ_LIST,), (gap(STORE, BLOB_SERVICE),), [], ALL),
        (AZURE, END, (), (READ_LIST,), (gap(f"{STORE.id}/blobServices/default", CONTAINER),), [], ALL),
        (AZURE, END, (), (list_read(OTHER, CONTAINER),), (), [], NOT_READ),
        # of a scan that broke off
        (AZURE, None, (SCAN,), (READ_LIST,), (), ["scans"], ALL),
        (AZURE, None, (), (READ_LIST,), (), [], ALL),
        (AZURE, None, (SCAN,), (), (), ["scans"], BROKEN_OFF),
        (AZURE, None, (), (), (), [], BROKEN_OFF),
        (AZURE, None, (SCAN,), (), (gap(STORE, CONTAINER),), ["scans"], "403 AuthorizationFailed"),
        # of infrastructure code, where what is not there does not exist, but for containers, which applications make
        (CODE, END, (SCAN,), (), (), ["scans"], ALL),
        (CODE, END, (), (READ_LIST,), (), [], ALL),
        (CODE, END, (), (), (), [], "the files declare no container of it, and documents will lie in one"),
        (CODE, END, (), (), (gap(STORE, CONTAINER, "a module that was not found"),), [], "a module that was not found"),
        (CODE, None, (), (), (), [], BROKEN_OFF),
    ],
    ids=range(24),
)
def test_a_list_is_read_to_its_end_or_says_why_there_may_be_more(
    header: Header,
    end: End | None,
    parts: tuple[Resource, ...],
    reads: tuple[ListRead, ...],
    gaps: tuple[Gap, ...],
    names: list[str],
    why: str | None,
) -> None:
    found = Snapshot(header, (STORE, *parts), gaps, reads, end).listing(STORE.id.upper(), CONTAINER.upper())
    assert [resource.name for resource in found.resources] == names
    assert found.unread == (None if why is None else Unread(why))
    bodies = [SCAN.body] * len(names)
    assert found.bodies() == (bodies if why is None else [*bodies, Unread(why)])


@pytest.mark.parametrize(
    ("end", "parts", "reads", "gaps", "reading"),
    [
        (END, (SERVICE,), (), (), Found(SERVICE.body)),
        (END, (SERVICE,), (READ_ONE,), (), Found(SERVICE.body)),
        (END, (), (READ_ONE,), (), MISSING),
        (END, (), (), (), Unread("the blob service was not read")),
        (END, (), (), (gap(STORE, BLOB_SERVICE),), Unread("403 AuthorizationFailed")),
        (END, (SERVICE,), (), (gap(STORE, BLOB_SERVICE),), Found(SERVICE.body)),
        (None, (SERVICE,), (), (), Found(SERVICE.body)),
        (None, (), (READ_ONE,), (), MISSING),
        (None, (), (), (), Unread("the scan ended before the blob service was read")),
    ],
    ids=range(9),
)
def test_a_child_of_which_there_is_one_is_found_missing_or_unread(
    end: End | None,
    parts: tuple[Resource, ...],
    reads: tuple[ListRead, ...],
    gaps: tuple[Gap, ...],
    reading: object,
) -> None:
    assert Snapshot(AZURE, (STORE, *parts), gaps, reads, end).listing(STORE.id, BLOB_SERVICE).only() == reading


@pytest.mark.parametrize(
    ("kind", "has_models"), [("FormRecognizer", True), ("AIServices", True), ("OpenAI", False), (None, True)]
)
def test_an_account_for_another_service_has_no_models_and_nobody_needs_to_ask(
    kind: str | None, has_models: bool
) -> None:
    owner = account()
    owner = Resource({**owner.body, "kind": kind})
    found = Snapshot(AZURE, (owner,), (gap(owner, MODEL),), (), END)
    assert (found.listing(owner.id, MODEL).unread is not None) == has_models
    assert (found.listing(owner.id, CLASSIFIER).unread is not None) == has_models


def test_of_an_account_that_was_not_seen_the_models_are_not_known() -> None:
    found = Snapshot(AZURE, (), (), (), END).listing(account().id, MODEL)
    assert found.unread == Unread("the custom model list was not read")


def test_children_belong_to_their_owner_whatever_the_case_of_their_id() -> None:
    shouted = Resource({**SCAN.body, "id": SCAN.id.upper(), "type": CONTAINER.lower()})
    assert [item.name for item in Snapshot(AZURE, (STORE, shouted)).listing(STORE.id, CONTAINER).resources] == ["scans"]


# Scopes below which something may exist that was not seen

UNSEEN = "/subscriptions/22222222-2222-2222-2222-222222222222"


@pytest.mark.parametrize(
    ("kind", "reads", "gaps", "scopes"),
    [
        (STORAGE, (), (), [SUBSCRIPTION_ID]),
        (STORAGE, (list_read(SUBSCRIPTION_ID, STORAGE),), (), []),
        (STORAGE, (list_read(SUBSCRIPTION_ID, STORAGE),), (gap(SUBSCRIPTION_ID, STORAGE),), [SUBSCRIPTION_ID]),
        (STORAGE, (list_read(SUBSCRIPTION_ID, STORAGE),), (gap(UNSEEN, ACCOUNT),), [UNSEEN]),
        (STORAGE, (list_read(SUBSCRIPTION_ID, STORAGE), list_read(UNSEEN, ACCOUNT)), (), [UNSEEN]),
        (CONTAINER, (), (), [STORE.key]),
        (CONTAINER, (READ_LIST,), (), []),
        (CONTAINER, (READ_LIST,), (gap(SUBSCRIPTION_ID, CONTAINER),), [STORE.key]),
        (MODEL, (), (), []),
        (DIAGNOSTIC_SETTING, (), (), []),
        (ERASURE_REQUEST, (), (), []),
    ],
    ids=range(11),
)
def test_tells_where_something_may_exist_that_was_not_seen(
    kind: str, reads: tuple[ListRead, ...], gaps: tuple[Gap, ...], scopes: list[str]
) -> None:
    seen = (subscription(), STORE) if kind != STORAGE else (subscription(),)
    found = Snapshot(AZURE, seen, gaps, reads, END)
    assert [scope for scope, _ in found.unlisted(BY_NAME[kind.lower()])] == scopes
    assert all(isinstance(why, Unread) for _, why in found.unlisted(BY_NAME[kind.lower()]))


@pytest.mark.parametrize(
    ("kind", "refused", "end", "scopes"),
    [
        (MODEL, ACCOUNT, END, [SUBSCRIPTION_ID]),
        (MODEL, STORAGE, END, []),
        (MODEL, ACCOUNT, None, [SUBSCRIPTION_ID]),
        (CONTAINER, STORAGE, END, [SUBSCRIPTION_ID]),
        (INSPECTION, STORAGE, END, [SUBSCRIPTION_ID]),
        (INSPECTION, ACCOUNT, END, []),
        (STORAGE, STORAGE, END, [SUBSCRIPTION_ID]),
    ],
    ids=range(7),
)
def test_below_what_could_not_be_listed_there_may_be_more(
    kind: str, refused: str, end: End | None, scopes: list[str]
) -> None:
    found = Snapshot(AZURE, (subscription(),), (gap(SUBSCRIPTION_ID, refused),), (), end)
    assert [scope for scope, _ in found.unlisted(BY_NAME[kind.lower()])] == scopes


def test_infrastructure_code_has_no_subscriptions_in_which_more_could_be() -> None:
    found = Snapshot(CODE, (STORE,), (), (), END)
    assert list(found.unlisted(BY_NAME[ACCOUNT.lower()])) == []


def test_subscriptions_are_all_that_something_lies_in() -> None:
    third = "/subscriptions/33333333-3333-3333-3333-333333333333"
    found = Snapshot(
        AZURE,
        (STORE,),
        (Gap(f"{UNSEEN.upper()}/resourceGroups/x", "y/read", "403"), Gap("/", "z/read", "403")),
        (ListRead(third, "x/read"), ListRead("/auditor/register", "y/read")),
    )
    assert found.subscriptions == (SUBSCRIPTION_ID, UNSEEN, third)


@pytest.mark.parametrize("scope", [SUBSCRIPTION_ID, SUBSCRIPTION_ID.upper(), f"{SUBSCRIPTION_ID}/", STORE.id])
def test_a_gap_is_found_at_a_scope_and_below_whatever_the_case(scope: str) -> None:
    hidden = gap(SUBSCRIPTION_ID.upper(), STORAGE)
    found = Snapshot(AZURE, (), (hidden, gap(SUBSCRIPTION_ID, STORAGE, "a second")))
    assert found.gap_at(scope, BY_NAME[STORAGE.lower()]) == hidden
    assert found.gap_at(scope, BY_NAME[ACCOUNT.lower()]) is None
    assert Snapshot(AZURE, ()).gap_at(scope, BY_NAME[STORAGE.lower()]) is None


def test_a_scope_is_not_below_another_because_its_name_begins_alike() -> None:
    found = Snapshot(AZURE, (), (gap("/subscriptions/1", STORAGE),))
    assert found.gap_at("/subscriptions/11", BY_NAME[STORAGE.lower()]) is None


# Finding resources


def test_resources_are_found_by_id_and_type_whatever_the_case() -> None:
    found = Snapshot(AZURE, (STORE, OTHER, account()))
    assert found.get(f"{STORE.id.upper()}/") is STORE
    assert found.get("/nowhere") is None
    assert list(found.of_type(STORAGE.upper())) == [STORE, OTHER]
    assert list(found.of_type("x/y")) == []


def test_of_two_resources_with_one_id_the_last_counts() -> None:
    later = replace(storage(location="northeurope"))
    found = Snapshot(AZURE, (STORE, later))
    assert list(found.of_type(STORAGE)) == [later]
    assert found.get(STORE.id) is later


def test_a_snapshot_grows_without_changing() -> None:
    before = Snapshot(AZURE, (STORE,), (gap(STORE, CONTAINER),), (READ_ONE,), END)
    after = before.extended([OTHER], [READ_LIST])
    assert (before.resources, before.reads) == ((STORE,), (READ_ONE,))
    assert after == Snapshot(AZURE, (STORE, OTHER), before.gaps, (READ_ONE, READ_LIST), END)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("Microsoft.Storage/storageAccounts/read", STORAGE),
        ("MICROSOFT.STORAGE/storageaccounts/READ", STORAGE),
        ("Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/read", MODEL),
        ("Microsoft.Resources/subscriptions/read", SUBSCRIPTION),
        ("Microsoft.Other/things/read", None),
    ],
)
def test_a_gap_tells_which_type_it_hides(operation: str, kind: str | None) -> None:
    found = kind_of_gap(Gap("/", operation, "403"))
    assert (None if found is None else found.name) == kind


def test_the_time_is_written_in_utc_and_whole_seconds() -> None:
    assert len(utc_now()) == len("2026-11-01T06:00:00Z")
    assert utc_now().endswith("Z")


def test_a_diagnostic_setting_belongs_to_what_it_is_set_on() -> None:
    setting = Resource(
        {"id": f"{SERVICE.id}/providers/Microsoft.Insights/diagnosticSettings/logs", "type": DIAGNOSTIC_SETTING}
    )
    found = Snapshot(AZURE, (STORE, SERVICE, setting, child(STORE, BLOB_SERVICE, "other")), (), (), END)
    assert [item.name for item in found.listing(SERVICE.id, DIAGNOSTIC_SETTING).resources] == ["logs"]
    assert found.listing(STORE.id, DIAGNOSTIC_SETTING).unread == Unread("the diagnostic setting list was not read")


@pytest.mark.parametrize("type_name", sorted(ONLY_LIVE))
def test_files_declare_nothing_of_what_only_a_scan_sees(type_name: str) -> None:
    """Whatever could not be read of them, and unlike other lists, which end where the file ends."""
    kind = BY_NAME[type_name]
    why = Unread(f"a file declares no {kind.label}", settled_by=LIVE_SCAN)
    gaps = (Gap("", kind.operation, "a linked template was not read"),)
    assert Snapshot(CODE, (), gaps, (), End(STARTED)).listing("/x", kind.name).unread == why
    assert Snapshot(CODE, (), (), (), End(STARTED)).only_live(kind) == why
    assert Snapshot(replace(CODE, kind="azure"), (), (), (), End(STARTED)).only_live(kind) is None
