"""What goes wrong at Azure: what it touches is a gap with a reason, everything else is read all the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from auditor.collectors import reader as reader_module
from auditor.errors import SignInError
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    CLASSIFIER,
    CONTAINER,
    LIFECYCLE_POLICY,
    MODEL,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
)
from tests.collectors.scans import ALL_TYPES, Scan, hurried, scan
from tests.fakes.azure import Estate, FakeAzure, estate_large, estate_small, estate_two_subscriptions
from tests.fakes.azure import builders as make
from tests.fakes.azure.exchange import Answer, Call, error
from tests.fakes.azure.faults import (
    BrokenJson,
    Changed,
    CutConnection,
    ExpiredToken,
    Fault,
    Forbidden,
    ForeignNextLink,
    HtmlBody,
    LoopingPages,
    NotFound,
    OddShape,
    Proceed,
    Redirect,
    ServerError,
    Stall,
    Throttled,
    Unregistered,
    WrongEncoding,
    items_without,
    without,
)

STORES = r"storageAccounts\?"


def disturbed(
    *faults: Fault, estate: Estate | None = None, types: Any = ALL_TYPES, **more: Any
) -> tuple[Scan, FakeAzure]:
    with FakeAzure(estate or estate_two_subscriptions(), faults=faults) as azure:
        return scan(azure, types, **more), azure


@cache
def undisturbed() -> Scan:
    return disturbed()[0]


@dataclass(frozen=True)
class Plain(Fault):
    """Any status, headers and body."""

    status: int = 200
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    async def apply(self, call: Call, proceed: Proceed) -> Answer:  # noqa: ARG002 - as all faults
        return Answer(self.status, self.content, dict(self.headers))


LASTING = [
    (Forbidden(STORES), "403 AuthorizationFailed"),
    (NotFound(STORES, code="SubscriptionNotFound"), "404 SubscriptionNotFound"),
    (Unregistered(STORES), "409 MissingSubscriptionRegistration"),
    (Throttled(STORES, 1, times=None), "429 TooManyRequests"),
    (Throttled(STORES, None, times=None), "429 TooManyRequests"),
    (Throttled(STORES, 300, times=None), "429 TooManyRequests: asks to wait 300 s"),
    (ServerError(STORES, 500, times=None), "500 InternalServerError"),
    (ServerError(STORES, 503, times=None), "503 ServerTimeout"),
    (HtmlBody(STORES), "502 Bad Gateway"),
    (HtmlBody(STORES, status=200), "the answer was not JSON"),
    (Redirect(STORES), "302 was redirected; refused"),
    (CutConnection(STORES), "the connection broke off"),
    (BrokenJson(STORES), "the answer was not JSON"),
    (WrongEncoding(STORES, kind="latin-1"), "the answer was not JSON"),
    (WrongEncoding(STORES, kind="utf-16"), "the answer was not JSON"),
    (WrongEncoding(STORES, kind="gzip"), "the answer was not compressed as it said"),
    (OddShape(STORES), "the answer was no list: it has no value"),
    (OddShape(STORES, []), "the answer was no list: it has no value"),
    (OddShape(STORES, {"value": 7}), "the answer was no list: it has no value"),
    (Changed(STORES, without("value")), "the answer was no list: it has no value"),
    (ExpiredToken(STORES, times=None), "401 ExpiredAuthenticationToken"),
    (Plain(STORES, content=b"[" * 100_000), "the answer was not JSON"),
    (Plain(STORES, content=b'{"value":[{"id":"/x","n":NaN}]}'), "the answer was not JSON"),
]


@pytest.mark.parametrize(
    ("fault", "reason"), LASTING, ids=[f"{type(f).__name__}-{i}" for i, (f, _) in enumerate(LASTING)]
)
def test_what_is_touched_is_a_gap_and_all_else_is_read(fault: Fault, reason: str) -> None:
    whole = undisturbed()
    result, azure = disturbed(fault)
    assert result.reasons(STORAGE) == {reason}
    assert {gap.scope for gap in result.snapshot.gaps if "storage" in gap.operation.lower()} <= result_scopes(result)
    assert result.names(STORAGE) == set()
    for type_name in (SUBSCRIPTION, ACCOUNT, MODEL, CLASSIFIER, ROLE_ASSIGNMENT):
        assert result.names(type_name) == whole.names(type_name)
    assert azure.violations == []
    assert azure.refused_hosts == set()
    assert result.progress.expected == result.progress.finished


def result_scopes(result: Scan) -> set[str]:
    return {resource.id for resource in result.snapshot.of_type(SUBSCRIPTION)}


@pytest.mark.parametrize("subscription", [make.SUBSCRIPTION, make.OTHER_SUBSCRIPTION])
def test_a_broken_subscription_leaves_the_others_whole(subscription: str) -> None:
    whole = undisturbed()
    result, _ = disturbed(ServerError(f"/subscriptions/{subscription}/", 500, times=None))
    assert {gap.scope.split("/")[2] for gap in result.snapshot.gaps} >= {subscription}

    def elsewhere(one: Scan) -> set[str]:
        own = f"/subscriptions/{subscription}/"
        return {item.key for item in one.snapshot.resources if not item.key.startswith(own)}

    assert elsewhere(result) == elsewhere(whole)


PASSING = [
    Throttled(".", 1),
    Throttled(".", None),
    ServerError(".", 500),
    ServerError(".", 502),
    ServerError(".", 503, times=2),
    ServerError(".", 504),
    CutConnection(".", times=1),
    HtmlBody(".", times=2),
    ExpiredToken("management"),
    Stall(".", seconds=2, times=1),
]


@pytest.mark.parametrize("fault", PASSING, ids=[f"{type(f).__name__}-{i}" for i, f in enumerate(PASSING)])
@pytest.mark.parametrize("on", ["storageAccounts", "/subscriptions", "documentModels", "blobServices/default"])
def test_what_is_over_soon_is_not_seen_at_all(fault: Fault, on: str) -> None:
    pattern = rf"^GET.*{on}\?" if fault.on == "." else rf"{fault.on}.*{on}\?"
    result, azure = disturbed(replace(fault, on=pattern), estate=estate_small(), patience=hurried(read=0.5))
    assert result.snapshot.gaps == ()
    expected = 0 if on == "documentModels" and fault.on != "." else 1
    assert len([item for item in azure.exchanges if item.faults]) >= expected
    assert result.names(MODEL) == {"invoices-v3"}


def test_what_breaks_off_keeps_what_was_read() -> None:
    result, _ = disturbed(ServerError(f"{STORES}.*skiptoken", 500, times=None), types=[STORAGE])
    assert result.reasons() == {"500 InternalServerError"}
    assert result.names(STORAGE) == {"docsstore", "docscopies", "trialdocs", "scratch"}
    assert not result.was_read(f"/subscriptions/{make.SUBSCRIPTION}", STORAGE)
    assert result.was_read(f"/subscriptions/{make.OTHER_SUBSCRIPTION}", STORAGE)


def test_children_of_what_was_read_before_a_break_off_are_read() -> None:
    result, _ = disturbed(ServerError(f"{STORES}.*skiptoken", 500, times=None))
    assert {item.owner.rpartition("/")[2] for item in result.snapshot.of_type(BLOB_SERVICE)} >= {
        "docsstore",
        "docscopies",
    }


def test_pages_that_lead_round_are_left() -> None:
    result, azure = disturbed(LoopingPages(STORES), types=[STORAGE])
    assert result.reasons() == {"the list leads back to a page that was read before"}
    assert result.names(STORAGE) == {"docsstore", "docscopies", "trialdocs", "scratch"}
    assert len(azure.calls("storageAccounts")) == 3


@pytest.mark.parametrize("on", [STORES, r"documentModels\?", r"containers\?", r"roleAssignments\?", r"accounts\?"])
@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/steal?api-version=2025-01-01",
        "http://management.azure.com/x",
        "https://management.azure.com.evil.example/",
    ],
)
def test_a_foreign_host_is_never_contacted(on: str, link: str) -> None:
    result, azure = disturbed(ForeignNextLink(on, link))
    assert "the next page lies on another host; refused" in result.reasons()
    assert azure.refused_hosts == set()
    assert not [host for host in azure.hosts if "evil" in host]


def test_a_redirect_is_not_followed() -> None:
    result, azure = disturbed(Redirect(r"documentModels\?"))
    assert "302 was redirected; refused" in result.reasons(MODEL)
    assert azure.refused_hosts == set()


def test_a_provider_that_is_not_registered_is_not_registered_by_us() -> None:
    result, azure = disturbed(Unregistered("/providers/"))
    assert result.reasons() == {"409 MissingSubscriptionRegistration"}
    assert {item.method for item in azure.calls()} == {"GET"}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (None, "item 1 of the list is no object"),
        ("text", "item 1 of the list is no object"),
        ([], "item 1 of the list is no object"),
        ({}, "item 1 of the list has no id"),
        ({"id": 7}, "item 1 of the list has no id"),
        ({"id": "relative"}, "item 1 of the list has no id"),
    ],
)
def test_an_odd_item_costs_only_itself(item: object, reason: str) -> None:
    def spoil(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "value": [item, *body["value"]]}

    fault = Changed(f"{make.OTHER_SUBSCRIPTION}.*{STORES}", spoil, times=1)
    result, _ = disturbed(fault)
    assert [
        (gap.scope, gap.reason) for gap in result.snapshot.gaps if gap.operation.endswith("storageAccounts/read")
    ] == [(f"/subscriptions/{make.OTHER_SUBSCRIPTION}", reason)]
    assert result.names(STORAGE) >= {"trialdocs", "scratch"}
    assert not result.was_read(f"/subscriptions/{make.OTHER_SUBSCRIPTION}", STORAGE)


def test_items_without_an_id_are_counted_over_all_pages() -> None:
    result, _ = disturbed(Changed(r"containers\?", items_without("id")), estate=estate_small())
    assert result.reasons(CONTAINER) == {f"item {number} of the list has no id" for number in (1, 2, 3)}


def test_a_model_without_an_id_is_odd() -> None:
    result, _ = disturbed(Changed(r"documentClassifiers\?", items_without("classifierId")), estate=estate_small())
    assert result.reasons(CLASSIFIER) == {"item 1 of the list has no classifierId"}
    assert result.names(MODEL) == {"invoices-v3"}


@pytest.mark.parametrize("value", [None, [], "text", {}])
def test_a_single_resource_of_an_odd_shape_is_a_gap(value: object) -> None:
    result, _ = disturbed(OddShape(r"blobServices/default\?", value), estate=estate_small())
    assert result.reasons(BLOB_SERVICE) <= {"the answer is no object", "the answer has no id"}
    assert result.reasons(BLOB_SERVICE)


def test_no_lifecycle_policy_is_an_answer() -> None:
    store = make.storage_account("docsstore")
    result, azure = disturbed(estate=Estate([store]))
    assert azure.calls("managementPolicy")[0].status == 404
    assert result.was_read(store["id"], LIFECYCLE_POLICY)
    assert result.reasons(LIFECYCLE_POLICY) == set()


def test_a_404_without_a_code_means_no_policy() -> None:
    result, _ = disturbed(Plain("managementPolicies", status=404), estate=estate_small())
    assert result.names(LIFECYCLE_POLICY) == set()
    assert result.reasons(LIFECYCLE_POLICY) == set()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (NotFound("managementPolicies"), "404 ResourceNotFound"),
        (NotFound("managementPolicies", code="ResourceGroupNotFound"), "404 ResourceGroupNotFound"),
        (HtmlBody("managementPolicies", status=404), "404 Not Found"),
        (Plain("managementPolicies", status=400, content=b""), "400 Bad Request"),
        (Plain("managementPolicies", status=204), "204 No Content"),
    ],
)
def test_any_other_answer_does_not_mean_no_policy(fault: Fault, reason: str) -> None:
    result, _ = disturbed(fault, estate=estate_small())
    assert result.reasons(LIFECYCLE_POLICY) == {reason}


@pytest.mark.parametrize(
    "on", ["blobServices/default[?]", "containers[?]", "diagnosticSettings[?]", "documentModels[?]"]
)
def test_a_404_of_anything_else_is_a_gap(on: str) -> None:
    result, _ = disturbed(Plain(f"GET.*{on}", status=404), estate=estate_small())
    assert result.reasons() == {"404 Not Found"}


def test_a_model_that_went_meanwhile_is_a_gap() -> None:
    gone = Fault("x")
    result, _ = disturbed(NotFound("documentModels/invoices-v2", code="NotFound"), gone)
    assert result.reasons(MODEL) >= {"404 NotFound"}
    assert result.names(MODEL) >= {"invoices-v1", "invoices-v3", "letters"}
    assert "invoices-v2" not in result.names(MODEL)
    forms = next(item for item in result.snapshot.of_type(ACCOUNT) if item.name == "forms")
    assert not result.was_read(forms.id, MODEL)
    assert result.was_read(forms.id, CLASSIFIER)


def test_models_before_a_break_off_are_read() -> None:
    fault = ServerError(r"documentModels\?.*nextLink", 500, skip=7, times=None)
    result, _ = disturbed(fault, estate=estate_small(), types=[MODEL])
    assert result.reasons() <= {"500 InternalServerError"}


def test_a_model_of_an_odd_shape_is_a_gap() -> None:
    result, _ = disturbed(OddShape("documentModels/invoices-v3", []), estate=estate_small())
    assert result.reasons(MODEL) == {"the answer is no object"}


@pytest.mark.parametrize("name", ["another", "prebuilt-read", "INVOICES-V3"])
def test_a_model_that_answers_for_another_is_a_gap(name: str) -> None:
    result, _ = disturbed(OddShape("documentModels/invoices-v3", {"modelId": name}), estate=estate_small())
    assert result.reasons(MODEL) == {"the answer is about something else"}
    assert result.names(MODEL) == set()


def test_the_data_plane_may_be_out_of_reach() -> None:
    forms = make.document_intelligence("forms", network="Deny")
    with FakeAzure(Estate([forms, make.custom_model(forms, "m")]), inside_network=False) as azure:
        result = scan(azure)
    assert result.reasons() == {"403 Forbidden"}


def test_a_data_plane_without_a_host_is_a_gap() -> None:
    forms = make.document_intelligence("forms")
    forms["properties"]["customSubDomainName"] = "another"
    result, _ = disturbed(estate=Estate([forms]), types=[MODEL])
    assert result.reasons(MODEL) == {"the proxy did not let it through"}


def test_an_answer_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "LARGEST", 1000)
    result, _ = disturbed(Plain(STORES, content=b" " * 5000), estate=estate_small())
    assert result.reasons(STORAGE) == {"the answer is larger than 0 MB"}


def test_a_server_that_says_nothing_is_left_after_a_while() -> None:
    result, _ = disturbed(
        Stall(STORES, seconds=3),
        estate=estate_small(),
        types=[STORAGE, ACCOUNT],
        patience=hurried(read=0.2, attempts=2),
    )
    assert result.reasons() == {"no answer in time"}
    assert result.names(ACCOUNT) == {"forms"}
    assert result.snapshot.end is not None
    assert result.snapshot.end.calls["Microsoft.Storage/storageAccounts/read"] == 2


def test_a_challenge_that_makes_no_sense_is_a_gap() -> None:
    headers = (("WWW-Authenticate", 'Bearer error="insufficient_claims", claims="%%% no base64 \u00fc"'),)
    content = error(401, "InvalidAuthenticationToken", "x").content
    result, _ = disturbed(Plain(STORES, 401, content, headers), estate=estate_small())
    assert result.reasons(STORAGE) == {"401 InvalidAuthenticationToken"}


def test_a_challenge_is_answered_with_a_new_token() -> None:
    challenge = 'Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'
    fault = Plain(STORES, 401, b"{}", (("WWW-Authenticate", challenge),), times=1)
    result, _ = disturbed(fault, estate=estate_small())
    assert result.snapshot.gaps == ()


def test_a_token_for_the_data_plane_may_be_refused() -> None:
    content = b'{"error":"invalid_resource","error_description":"AADSTS500011: not found","error_codes":[500011]}'
    fault = Plain("POST.*token", 400, content, (("Content-Type", "application/json"),), skip=1)
    result, azure = disturbed(fault)
    assert result.reasons(MODEL) >= {"no token: AADSTS500011"}
    assert result.names(STORAGE)
    tokens = [item for item in azure.exchanges if item.path.endswith("/token")]
    assert len(tokens) == 2, "a failure speaks for the other accounts"


def test_after_a_run_of_failures_no_more_is_asked() -> None:
    fault = ServerError(r"blobServices/default\?", 500, times=None)
    result, azure = disturbed(
        fault,
        estate=estate_large(40, containers=0, models=0),
        types=[BLOB_SERVICE],
        patience=hurried(attempts=1, fruitless=5, in_flight=2, least_share=2),
    )
    assert result.reasons() == {"500 InternalServerError", "not asked: 5 such calls in a row had failed"}
    assert len(result.snapshot.gaps) == 40
    assert 5 <= len([item for item in azure.calls() if item.path.endswith("/blobServices/default")]) <= 7


def test_a_failure_now_and_then_does_not_end_the_asking() -> None:
    fault = ServerError("docs000[0-9][02468]/blobServices/default", 500, times=None)
    result, _ = disturbed(
        fault,
        estate=estate_large(20, containers=0, models=0),
        types=[BLOB_SERVICE],
        patience=hurried(attempts=1, fruitless=3, in_flight=1, least_share=1),
    )
    assert result.reasons() == {"500 InternalServerError"}
    assert len(result.snapshot.of_type(BLOB_SERVICE)) == 10


def test_waiting_has_an_end() -> None:
    result, azure = disturbed(
        Throttled(STORES, 50, times=None),
        estate=estate_small(),
        types=[STORAGE],
        patience=hurried(call=120, attempts=9),
    )
    assert result.reasons() == {"429 TooManyRequests"}
    assert len(azure.calls("storageAccounts")) <= 3


def test_no_reason_tells_an_address_or_a_token() -> None:
    for fault, _ in LASTING:
        result, _ = disturbed(fault, estate=estate_small(), types=[STORAGE])
        for gap in result.snapshot.gaps:
            assert not re.search(r"https?://|Bearer|eyJ|\?|sig=", gap.reason), gap


def test_no_connection_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeAzure(estate_small()) as azure:
        closed = {**azure.environment, "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        monkeypatch.setattr(FakeAzure, "environment", property(lambda _: closed))
        with pytest.raises(SignInError) as raised:
            scan(azure)
    assert "\n" not in raised.value.problem
