"""Answers that no client should believe, or wait for: further faults for `FakeAzure(estate, faults=[…])`.

Each is a record like those of `faults`, which tell what their common fields mean.
"""

# ruff: noqa: ARG002  every fault takes the same two arguments

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from tests.fakes.azure.exchange import Answer, Call, answer, error
from tests.fakes.azure.faults import Fault, Proceed


@dataclass(frozen=True)
class AsksToWait(Fault):
    """429 (or a 5xx) with whatever text in `Retry-After`; None leaves the header out."""

    wait: str | None = None
    status: int = 429

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        headers = {} if self.wait is None else {"Retry_After": self.wait}
        return error(self.status, "TooManyRequests", "Please try again later.", **headers)


def date(seconds: float) -> str:
    """A time so many seconds from now, as HTTP writes it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@dataclass(frozen=True)
class Cut(Fault):
    """The connection ends after a share of the body (None: before any answer), perhaps after some silence."""

    share: float | None = 0.5
    silence: float = 0.0

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        return replace(await proceed(), cut=True, share=self.share, silence=self.silence)


ENCODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "invalid UTF-8": lambda content: b'{"note":"\xff\xfe\xc3\x28",' + content.removeprefix(b"{"),
    "half a surrogate": lambda content: b'{"note":"\xed\xa0\x80",' + content.removeprefix(b"{"),
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "UTF-32": lambda content: content.decode().encode("utf-32-le"),
    "two bodies": lambda content: content + content,
    "a BOM in the middle": lambda content: content.replace(b":", b":\xef\xbb\xbf", 1),
    "NUL bytes": lambda content: content + b"\0" * 8,
    "single quotes": lambda content: content.replace(b'"', b"'"),
    "NaN": lambda content: b'{"note":NaN,' + content.removeprefix(b"{"),
    "Infinity": lambda content: b'{"note":-Infinity,' + content.removeprefix(b"{"),
    "a number beyond all floats": lambda content: b'{"note":1e999,' + content.removeprefix(b"{"),
    "a whole number beyond all floats": lambda content: b'{"note":' + b"9" * 400 + b"," + content.removeprefix(b"{"),
    "a number of 5000 digits": lambda content: b'{"note":' + b"9" * 5000 + b"," + content.removeprefix(b"{"),
    "too deep": lambda content: b'{"note":' + b"[" * 500 + b"]" * 500 + b"," + content.removeprefix(b"{"),
    "empty": lambda _content: b"",
    "blanks": lambda _content: b" \r\n ",
    "half": lambda content: content[: len(content) // 2],
    "null": lambda _content: b"null",
    "HTML": lambda _content: b"<html><head><title>Contoso Web Gateway</title></head></html>",
}
"""Bodies that are no JSON that could be believed, made of the one that is."""
HARMLESS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "a BOM": lambda content: b"\xef\xbb\xbf" + content,
    "blanks around": lambda content: b"\r\n " + content + b" \r\n",
    "everything escaped": lambda content: json.dumps(json.loads(content), ensure_ascii=True, indent=1).encode(),
}
"""Bodies that say the same in another way."""


@dataclass(frozen=True)
class Encoded(Fault):
    """The body as one of `ENCODINGS` or `HARMLESS` makes it."""

    kind: str = "invalid UTF-8"

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        return replace(reply, content=(ENCODINGS | HARMLESS)[self.kind](reply.content))


@dataclass(frozen=True)
class Labelled(Fault):
    """The right body under a header that lies about it."""

    header: str = "Content-Type"
    value: str = "text/html"

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        return replace(reply, headers={**reply.headers, self.header: self.value})


@dataclass(frozen=True)
class WrongType(Fault):
    """One value somewhere in a JSON body is of another type, 7 or "seven"; `at` (0 to 1) chooses it among all."""

    at: float = 0.0

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        if reply.status != 200 or not reply.content.startswith((b"{", b"[")):
            return reply
        holder = [reply.body]
        places = list(_places(holder))
        inside, key = places[min(int(self.at * len(places)), len(places) - 1)]
        number = isinstance(inside[key], int | float) and not isinstance(inside[key], bool)
        inside[key] = "seven" if number else 7
        return reply.with_body(holder[0])


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value, its own place in `holder` first."""
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    for key in keys:
        yield holder, key
        if isinstance(holder[key], dict | list):
            yield from _places(holder[key])


@dataclass(frozen=True)
class GrowingPages(Fault):
    """Every page leads to one that nobody has seen yet, and that holds nothing."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        grown = int(call.query.get("grown", "0"))
        link = f"{call.url.partition('&grown=')[0]}&grown={grown + 1}"
        if grown:
            return answer({"value": [], "nextLink": link})
        reply = await proceed()
        return reply.with_body({**reply.body, "nextLink": link})


@dataclass(frozen=True)
class Replaced(Fault):
    """Another status, other headers, another body; what is None stays."""

    status: int | None = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        content = reply.content if self.content is None else self.content
        return replace(
            reply, status=self.status or reply.status, content=content, headers={**reply.headers, **self.headers}
        )
