"""Answers that no one should believe or wait for, one kind at a time: a gap with its reason, and nothing else changes."""

from __future__ import annotations

import json
import re

import pytest

from auditor.errors import SignInError
from tests.collectors.scans import hurried
from tests.e2e.faulty import BLOB_SERVICE, POLICY, STORAGE_LIST, Outcome, calm, outcome, wrongs
from tests.fakes.azure import FakeAzure
from tests.fakes.azure import faults as fault
from tests.fakes.azure import odd_answers as odd
from tests.fakes.azure.faults import Fault

TOKEN = "POST .*/oauth2/v2.0/token"
TRIAL_SERVICE = BLOB_SERVICE.replace("docsstore", "trialdocs")
PERIMETER = "GET .*/storageAccounts/trialdocs/networkSecurityPerimeterConfigurations\\?"
USERS = "GET .*/storageAccounts/trialdocs/localUsers\\?"
REPLICATION = "GET .*/storageAccounts/trialdocs/objectReplicationPolicies\\?"
LEAVES = (BLOB_SERVICE, POLICY, TRIAL_SERVICE, PERIMETER, USERS, REPLICATION)
"""Calls on whose answers no further call depends, so that each costs only itself."""


def hit(azure: FakeAzure) -> list[str]:
    return [item.path for item in azure.exchanges if item.faults]


# What Azure asks us to wait; in time that passes a thousand times as fast, and never longer than a minute each.

WAITS: list[tuple[str | None, str | None]] = [
    # Retry-After, the reason of the gap (None: the next attempt is as good as ever)
    (None, None),
    ("0", None),
    ("59", None),
    ("61", "429 TooManyRequests: asks to wait 61 s"),
    ("999999999", "429 TooManyRequests: asks to wait 999999999 s"),
    ("9" * 400, None),
    ("-5", None),
    ("1e9", None),
    ("soon", None),
    ("٣", None),
    ("Wed, 21 Oct 2015 07:28:00 GMT", None),
    (f"Wed, 21 Oct 2015 07:28:00 +{'9' * 20}", None),
]


def test_whatever_azure_asks_us_to_wait_ends_soon() -> None:
    for start in range(0, len(WAITS), len(LEAVES)):
        waits = dict(zip(LEAVES, WAITS[start : start + len(LEAVES)], strict=True))
        faults = [odd.AsksToWait(on, wait, times=1) for on, (wait, _) in waits.items()]
        found, azure = outcome(*faults)
        assert len(hit(azure)) == len(LEAVES)
        assert found.reasons == {reason for _, reason in waits.values() if reason}
        assert wrongs(found) == {}
        assert found.statuses == calm().statuses or found.reasons
        assert found.seconds < 10


def test_a_time_to_come_back_is_capped_too() -> None:
    found, _ = outcome(
        odd.AsksToWait(BLOB_SERVICE, odd.date(40), times=1), odd.AsksToWait(TRIAL_SERVICE, odd.date(4e6), times=1)
    )
    [reason] = found.reasons
    assert re.fullmatch("429 TooManyRequests: asks to wait (3999[0-9]{3}|4000000) s", reason)
    assert wrongs(found) == {}


# Bodies. Each of these answers is about one resource; all else is as it was.


def by_leaf(kinds: list[str]) -> list[list[tuple[str, str]]]:
    pairs = [(kind, LEAVES[index % len(LEAVES)]) for index, kind in enumerate(kinds)]
    return [pairs[start : start + len(LEAVES)] for start in range(0, len(pairs), len(LEAVES))]


@pytest.mark.parametrize("pairs", by_leaf(sorted(odd.ENCODINGS)), ids=lambda pairs: pairs[0][0])
def test_a_body_that_is_no_json_is_a_gap(pairs: list[tuple[str, str]]) -> None:
    found, azure = outcome(*(odd.Encoded(on, kind) for kind, on in pairs))
    assert len(hit(azure)) == len(pairs), "what is no JSON is not asked for again"
    assert len(found.result["gaps"]) == len(pairs)
    odd_ones = {"the answer is no object", "the answer was no list: it has no value"}  # `null` is JSON
    assert found.reasons <= {"the answer was not JSON"} | odd_ones
    assert wrongs(found) == {}
    assert lost_below(found) <= {"docsstore", "trialdocs", "trialcopies"}


def lost_below(found: Outcome) -> set[str]:
    """The resources (or the stores that they belong to) that have another verdict than without the fault."""
    lost = {key for key, status in calm().statuses.items() if found.statuses.get(key) != status}
    return {key.partition("/storageaccounts/")[2].partition("/")[0] for _, key in lost}


def test_the_same_said_in_another_way_is_the_same() -> None:
    labels = [("Content-Type", "text/html"), ("Content-Type", "application/json; charset=utf-16"), ("X-Odd", "é" * 999)]
    for faults in (
        [odd.Encoded("management|//forms", kind) for kind in odd.HARMLESS],
        [odd.Labelled("management", name, value) for name, value in labels],
    ):
        found, _ = outcome(*faults)
        assert found.statuses == calm().statuses
        assert found.result["gaps"] == []


def test_headers_that_lie_about_the_bytes_are_a_gap() -> None:
    lies = [("Content-Encoding", "deflate"), ("Content-Encoding", "gzip"), ("Content-Length", "7")]
    found, _ = outcome(*(odd.Labelled(on, *lie) for lie, on in zip(lies, LEAVES, strict=False)))
    assert found.reasons == {"the answer was not compressed as it said", "the connection broke off"}
    assert wrongs(found) == {}
    assert lost_below(found) <= {"docsstore", "trialdocs", "trialcopies"}


# Connections


def test_a_connection_that_breaks_is_made_again_and_one_that_always_breaks_is_a_gap() -> None:
    shares = (None, 0.0, 0.5)
    once, _ = outcome(*(odd.Cut(on, share, times=1) for share, on in zip(shares, LEAVES, strict=False)))
    assert once.statuses == calm().statuses
    assert once.result["gaps"] == []
    always, _ = outcome(*(odd.Cut(on, share) for share, on in zip(shares, LEAVES, strict=False)))
    assert always.reasons == {"the connection broke off"}
    assert wrongs(always) == {}
    assert lost_below(always) <= {"docsstore", "trialdocs", "trialcopies"}


def test_silence_has_an_end_wherever_it_begins() -> None:
    silent = [
        fault.Stall(BLOB_SERVICE, seconds=9),
        *(odd.Cut(on, share, 9) for share, on in ((0.0, PERIMETER), (0.5, USERS))),
    ]
    found, _ = outcome(*silent, patience=hurried(read=1.5, attempts=1))
    assert found.reasons == {"no answer in time"}
    assert wrongs(found) == {}
    assert lost_below(found) <= {"docsstore", "trialdocs", "trialcopies"}
    assert found.seconds < 8


# Pages


def test_pages_without_end_are_left() -> None:
    found, azure = outcome(odd.GrowingPages(STORAGE_LIST))
    assert found.reasons == {"200 pages of the list in a row were empty"}
    assert len(hit(azure)) == 201
    assert wrongs(found) == {}


# Signing in: the answer of whoever sits in Entra's place


def token(**said: object) -> bytes:
    return json.dumps({"token_type": "Bearer", **said}).encode()


NO_TOKENS = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"<html>",
    b"\xff\xfe",
    token(access_token="x"),
    token(access_token="x", expires_in="soon"),
    token(access_token="x", expires_in=None),
    token(expires_in=3600),
    token(access_token=[], expires_in=3600),
    token(access_token="a\r\nX-Evil: b", expires_in=3600),
    token(access_token="tök", expires_in=3600),
    b'{"access_token":"x","expires_in":1e999}',
    b'{"access_token":"x","expires_in":' + b"9" * 400 + b"}",
]


@pytest.mark.parametrize("content", NO_TOKENS, ids=range(len(NO_TOKENS)))
def test_an_answer_that_is_no_token_is_no_sign_in(content: bytes) -> None:
    with pytest.raises(SignInError) as raised:
        outcome(odd.Replaced(TOKEN, content=content))
    assert "\n" not in raised.value.problem
    assert raised.value.exit_code == 3


@pytest.mark.parametrize("content", [b"\xff\xfe", token(expires_in=3600), token(access_token=[], expires_in=3600)])
def test_in_the_middle_of_a_scan_it_costs_what_the_token_was_for(content: bytes) -> None:
    found, azure = outcome(odd.Replaced(TOKEN, content=content, skip=1))  # the first is for the management API
    assert found.reasons == {"no token: signing in failed"}
    assert {item.host for item in azure.calls() if item.method != "HEAD"} == {"management.azure.com"}
    assert wrongs(found) == {}
    kept = {key for key, status in found.statuses.items() if status in {"pass", "fail"}}
    assert len(kept) > 150, "what the management API tells is judged as ever"


def test_a_page_of_blobs_that_is_none_is_not_an_empty_one() -> None:
    blobs = "GET .*//{}.blob.core.windows.net/"
    empty: Fault = odd.Replaced(blobs.format("docsstore"), content=b"<EnumerationResults/>")
    strange = odd.Replaced(blobs.format("trialdocs"), content=b'<?xml version="1.0" encoding="nonsense"?><a/>')
    found, _ = outcome(empty, strange)
    assert found.reasons == {"the answer was no list of blobs", "the answer was not XML"}
    assert wrongs(found) == {}


def test_numbers_beyond_all_floats_are_no_practice() -> None:
    def beyond(number: float) -> Fault:
        def change(body: dict[str, list[dict[str, list[dict[str, list[dict[str, float]]]]]]]) -> object:
            for metric in body["value"]:
                for series in metric["timeseries"]:
                    series["data"] = [{"total": number}, {"total": number}]
            return body

        return fault.Changed("GET .*/accounts/trial-forms/providers/Microsoft.Insights/metrics\\?", change=change)

    for number, reasons in ((1.7e308, set()), (10**400, {"the answer was not JSON"})):
        found, _ = outcome(beyond(number))
        assert found.reasons == reasons
        assert wrongs(found) == {}
