from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.collectors.answers import DEEPEST, NotReadError, json_of, parse, retry_after


def refused(status: int, content: bytes = b"", **headers: str) -> NotReadError:
    with pytest.raises(NotReadError) as raised:
        json_of(status, {name.replace("_", "-").lower(): value for name, value in headers.items()}, content)
    assert str(raised.value) == raised.value.reason
    return raised.value


def arm_error(code: object) -> bytes:
    return json.dumps({"error": {"code": code, "message": "The client 'abc' at https://x/?sig=secret"}}).encode()


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (403, arm_error("AuthorizationFailed"), "403 AuthorizationFailed"),
        (401, b'{"code": "InvalidToken"}', "401 InvalidToken"),
        (401, arm_error("401"), "401 Unauthorized"),
        (404, arm_error("ResourceNotFound"), "404 ResourceNotFound"),
        (404, b"", "404 Not Found"),
        (409, arm_error("MissingSubscriptionRegistration"), "409 MissingSubscriptionRegistration"),
        (500, b"<html>", "500 Internal Server Error"),
        (502, b'"text"', "502 Bad Gateway"),
        (503, arm_error(["list"]), "503 Service Unavailable"),
        (429, arm_error("Bearer eyJ0 secret"), "429 Too Many Requests"),
        (418, arm_error("x" * 81), "418 I'm a Teapot"),
        (599, b"", "599"),
        (204, b"", "204 No Content"),
        (302, b"", "302 was redirected; refused"),
        (307, arm_error("Elsewhere"), "307 was redirected; refused"),
    ],
)
def test_a_reason_is_short_and_tells_no_secrets(status: int, content: bytes, reason: str) -> None:
    assert refused(status, content).reason == reason


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (arm_error("ManagementPolicyNotFound"), "ManagementPolicyNotFound"),
        (b"", ""),
        (b"  \r\n", ""),
        (b"{}", ""),
        (b"[]", ""),
        (b"<html>Not Found</html>", None),
        (b"[" * 5000, None),
    ],
)
def test_a_404_tells_whether_it_names_a_code(content: bytes, code: str | None) -> None:
    failure = refused(404, content)
    assert failure.code == code
    assert failure.status == 404


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_be_over_soon_is_passing(status: int) -> None:
    assert refused(status, Retry_After="7").passing
    assert refused(status, Retry_After="7").retry_after == 7


@pytest.mark.parametrize("status", [204, 302, 400, 401, 403, 404, 409, 501])
def test_what_stays_is_not_passing(status: int) -> None:
    failure = refused(status, Retry_After="7")
    assert not failure.passing
    assert failure.retry_after is None


def test_an_expired_token_is_passing() -> None:
    failure = refused(401, arm_error("ExpiredAuthenticationToken"))
    assert failure.passing
    assert failure.token_expired


@pytest.mark.parametrize(
    ("status", "challenge", "expired"),
    [
        (401, 'Bearer realm="", error="invalid_token", error_description="expired"', True),
        (401, "Bearer error=invalid_token", True),
        (401, 'Bearer error="insufficient_claims", claims="e30="', False),
        (401, 'Bearer error="invalid_token_type"', False),
        (401, "", False),
        (403, 'Bearer error="invalid_token"', False),
    ],
)
def test_a_challenge_may_say_that_the_token_is_no_good(status: int, challenge: str, expired: bool) -> None:
    failure = refused(status, arm_error("Unauthorized"), WWW_Authenticate=challenge)
    assert (failure.token_expired, failure.passing) == (expired, expired)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "17"}, 17),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"x-ms-retry-after-ms": "1000", "retry-after": "9"}, 1),
        ({"retry-after": ""}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 40}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0),
        ({"retry-after": f"Wed, 21 Oct 2015 07:28:00 +{'9' * 20}"}, None),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 -2359"}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_as_a_time_to_come() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    assert 30 < (retry_after({"retry-after": later}) or 0) <= 40


def test_retry_after_as_a_time_counts_by_the_clock_that_set_it() -> None:
    headers = {"retry-after": "Wed, 21 Oct 2015 07:28:40 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}
    assert retry_after(headers) == 40


@given(st.text())
def test_no_header_makes_it_fall_over(text: str) -> None:
    seconds = retry_after({"retry-after": text})
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b'{"value": [',
        b'{"value": NaN}',
        b'{"value": Infinity}',
        b'{"value": -1e999}',
        b'{"value": 1e999}',
        '{"value": "Ü"}'.encode("latin-1"),
        '{"value": "Ü"}'.encode("utf-16"),
        b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_json_is_said_to_be_none(content: bytes) -> None:
    assert refused(200, content).reason == "the answer was not JSON"


@pytest.mark.parametrize("value", [None, [], {}, 7, 1.5, "Ü", {"value": [{"id": "/x"}]}])
def test_json_is_read(value: Any) -> None:
    content = json.dumps(value).encode()
    assert json_of(200, {}, content) == value
    assert parse(b"\xef\xbb\xbf" + content) == value


def test_nesting_that_azure_could_have_is_read() -> None:
    content = b"[" * (DEEPEST - 1) + b"7" + b"]" * (DEEPEST - 1)
    assert json.dumps(parse(content)).encode() == content


def test_halves_of_characters_are_replaced_so_that_a_file_can_hold_them() -> None:
    value = parse(rb'{"\ud800": ["\udc00x", "\ud83d\ude00", "\u00dc", 1]}')
    assert value == {"\ufffd": ["\ufffdx", "😀", "Ü", 1]}
    assert json.dumps(value, ensure_ascii=False).encode()


def test_numbers_are_those_that_can_be_counted_with() -> None:
    assert parse(b"[1, -7, 1.5, 1e308]") == [1, -7, 1.5, 1e308]
    assert parse(b"9" * 300) + 0.5 > 1e299  # type: ignore[operator]
    with pytest.raises(ValueError, match="too large"):
        parse(b"9" * 301)
