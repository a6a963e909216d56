"""What an answer of Azure means: JSON, or a reason why it is none, in words that are safe to report.

Reasons have the form `403 AuthorizationFailed`, or are words of ours. They never hold an address, a token or the
server's own sentences: those can quote what they were sent.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.reading import Json

DEEPEST: Final = 100
"""Levels of JSON; ARM's deepest bodies have about twenty. More would only exhaust the stack of those who walk it."""

_REDIRECTION: Final = 3
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
_EXPIRED: Final = "ExpiredAuthenticationToken"
_INVALID_TOKEN: Final = re.compile(r'\berror\s*=\s*"?invalid_token\b', re.IGNORECASE)
_MOST_DIGITS: Final = 300
"""Of a whole number: about those of the largest float, with which numbers are compared and added."""
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")
_SECONDS: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


class NotReadError(Exception):
    """Something could not be read; the text is the reason of a gap.

    `status` and `code` are the answer's, where there was one; `code` is empty if a JSON answer (or no body at all) named
    none, None if the body was something else. `passing`: it may be over soon; `retry_after`: when, says Azure.
    `token_expired`: a new token may open the door.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        code: str | None = None,
        passing: bool = False,
        retry_after: float | None = None,
        token_expired: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.code = code
        self.passing = passing
        self.retry_after = retry_after
        self.token_expired = token_expired


def json_of(status: int, headers: Mapping[str, str], content: bytes) -> Json:
    """The JSON of an answer; raises `NotReadError` for everything but a 200 with JSON in it."""
    if status != HTTPStatus.OK:
        raise not_ok(status, headers, _code_of(content))
    try:
        return parse(content)
    except (ValueError, RecursionError) as error:
        raise NotReadError("the answer was not JSON", status=status) from error


def not_ok(status: int, headers: Mapping[str, str], code: str | None) -> NotReadError:
    """What an answer other than 200 means; `code` is the error's, None if the body was none that could name one."""
    if status // 100 == _REDIRECTION:
        return NotReadError(f"{status} was redirected; refused", status=status)
    named = code if code and is_code(code) else _phrase(status)
    expired = status == HTTPStatus.UNAUTHORIZED and _refuses_token(headers, code)
    return NotReadError(
        f"{status} {named}".rstrip(),
        status=status,
        code=code,
        passing=status in _PASSING or expired,
        retry_after=retry_after(headers) if status in _PASSING else None,
        token_expired=expired,
    )


def _refuses_token(headers: Mapping[str, str], code: str | None) -> bool:
    """Whether it is the token that is no good (any more), as ARM's code or the challenge says (RFC 6750, section 3.1)."""
    return code == _EXPIRED or _INVALID_TOKEN.search(headers.get("www-authenticate", "")) is not None


def is_code(text: str) -> bool:
    """Whether a text has the form of an error code, so that it may be reported."""
    return _CODE.fullmatch(text) is not None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _code_of(content: bytes) -> str | None:
    """The error code as ARM and the data planes write it; empty if JSON names none, None if the body is no JSON."""
    if not content.strip():
        return ""
    try:
        body = parse(content)
    except (ValueError, RecursionError):
        return None
    match body:
        case {"error": {"code": str(code)}} | {"code": str(code)}:
            return code
        case _:
            return ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds Azure asks us to wait, in any of the forms it uses; None if it does not say."""
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        text = headers.get(name, "")
        if _SECONDS.fullmatch(text):
            return float(text) / 1000
    text = headers.get("retry-after", "")
    if _SECONDS.fullmatch(text):
        return float(text)
    at = moment_of(text)
    if at is None:
        return None
    now = moment_of(headers.get("date", "")) or datetime.now(UTC)  # by the clock that set the time to come back
    return max(0.0, (at - now).total_seconds())


def moment_of(text: str) -> datetime | None:
    """A time as HTTP writes it; None if it cannot be read."""
    try:
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse(content: bytes) -> Json:
    """JSON in UTF-8, strictly: no NaN, no number beyond a float, no endless nesting. Everything else: `ValueError`."""
    value = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite, parse_int=_short)
    if _too_deep(value):
        raise ValueError("nested too deeply")
    return _whole(value) if b"\\u" in content else value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError("a number is too large")
    return number


def _short(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError("a number is too large")
    return int(text)


def _too_deep(value: Json) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        inner = [node for node in level if isinstance(node, (dict, list))]
        level = [item for node in inner for item in (node.values() if isinstance(node, dict) else node)]
        if not level:
            return False
    return True


def _whole(value: Json) -> Json:
    r"""Replace halves of surrogate pairs (`\ud800`): JSON allows them, and no file in UTF-8 can hold them."""
    match value:
        case dict():
            return {_whole(key): _whole(item) for key, item in value.items()}
        case list():
            return [_whole(item) for item in value]
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case _:
            return value
