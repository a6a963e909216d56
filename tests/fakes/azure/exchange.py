"""What passes between a client and the fake: a call, the answer to it, and the record of both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the server got it. `path` is decoded and keeps its case; names of the query are in lower case.

    `tls`: the version that it came over, as `ssl` names it.
    """

    method: str
    host: str
    path: str
    raw_path: str
    raw_query: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    tls: str | None = None

    @property
    def url(self) -> str:
        """The whole address, as the client wrote it."""
        return f"https://{self.host}{self.raw_path}" + (f"?{self.raw_query}" if self.raw_query else "")

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(self.path.strip("/").split("/"))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: `content` is what goes over the wire.

    `cut` closes the connection once that `share` of it was sent (None: before the first byte of the head), after a
    `silence` of so many seconds.
    """

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    share: float | None = 0.5
    silence: float = 0.0
    route: str | None = None

    @property
    def body(self) -> Any:
        """The content as JSON."""
        return json.loads(self.content)

    def with_body(self, body: Any) -> Answer:
        """The same answer with other JSON in it."""
        return replace(self, content=to_bytes(body))


def to_bytes(body: Any) -> bytes:
    """JSON as Azure writes it: without blanks, not escaped."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def answer(body: Any, status: int = 200, **headers: str) -> Answer:
    """A JSON answer; `Retry_After="3"` becomes the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, to_bytes(body), {"Content-Type": JSON_TYPE, **named})


def error(status: int, code: str, message: str, /, inner: Any = None, **headers: str) -> Answer:
    """An error in the shape that ARM and the data planes share."""
    body: dict[str, Any] = {"code": code, "message": message}
    if inner is not None:
        body["innererror"] = inner
    return answer({"error": body}, status, **headers)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A recorded call and its answer. A bearer token shows as its audience only; secrets of the sign-in are cut out.

    `route` names what the fake took it for (`storageAccounts`), `faults` what disturbed the answer, in order.
    """

    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    headers: Mapping[str, str]
    content: bytes
    route: str | None
    faults: tuple[str, ...]
    started: float
    seconds: float

    @property
    def host(self) -> str:
        """The host that was asked."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """The path that was asked, decoded."""
        return unquote(urlsplit(self.url).path)

    @property
    def body(self) -> Any:
        """The answer's JSON, or its text where it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return self.content.decode(errors="replace")

    def __str__(self) -> str:
        return f"{self.method} {self.url} -> {self.status}"
