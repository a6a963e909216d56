"""A scan of the fake Azure once recorded, then played again without it: hundreds of scans take seconds.

Only the reader is replaced: each call gets what it got the first time, in an order that a seed decides.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from auditor import audit
from auditor.collectors.answers import NotReadError
from auditor.collectors.limits import Counted
from auditor.collectors.reader import Call, Reader
from auditor.model.snapshot import Snapshot
from auditor.saving import find_resumed
from auditor.statements import Statement
from tests.collectors.scans import Progress
from tests.fakes.azure import FakeAzure

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\dZ")


def timeless(text: str) -> str:
    """The text without its moments: two scans are never at the same time."""
    return _TIME.sub("T", text)


@dataclass
class Tape:
    """What calls were answered, by what was asked; `played` are those of the scan that was played last."""

    answers: dict[str, Any] = field(default_factory=dict)
    played: list[str] = field(default_factory=list)
    operations: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Let calls through, and remember what they were answered."""
        get, probe = Reader.get, Reader.probe

        async def remember(key: str, work: Awaitable[Any]) -> Any:
            try:
                self.answers[key] = await work
            except NotReadError as failure:
                self.answers[key] = failure
                raise
            return self.answers[key]

        async def recorded_get(reader: Reader, call: Call) -> Any:
            return await remember(_asked(call), get(reader, call))

        async def recorded_probe(reader: Reader, operation: str, counted: Counted, work: Callable[..., Any]) -> Any:
            return await remember(_probed(operation, work), probe(reader, operation, counted, work))

        with mock.patch.object(Reader, "get", recorded_get), mock.patch.object(Reader, "probe", recorded_probe):
            yield

    @contextmanager
    def playing(
        self, seed: int, cut_off_after: int | None = None, then: Callable[[], object] | None = None
    ) -> Iterator[None]:
        """Answer calls from the tape; after so many, the next one never comes back: the scan is over, or what `then` does."""
        chance = random.Random(seed)  # noqa: S311 - a seed, no secret
        self.played, self.operations = [], Counter()

        async def give(reader: Reader, key: str, operation: str) -> Any:
            self.played.append(key)
            self.operations[operation] += 1
            reader.calls[operation] += 1
            if cut_off_after is not None and len(self.played) > cut_off_after:
                if then is None:
                    raise PowerCutError
                if len(self.played) == cut_off_after + 1:
                    then()
                await asyncio.sleep(60)
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            answer = self.answers[key]
            if isinstance(answer, NotReadError):
                raise NotReadError(
                    answer.reason, status=answer.status, code=answer.code, passing=answer.passing
                ) from None
            return answer

        async def played_get(reader: Reader, call: Call) -> Any:
            return await give(reader, _asked(call), call.operation)

        async def played_probe(reader: Reader, operation: str, _: Counted, work: Callable[..., Any]) -> Any:
            return await give(reader, _probed(operation, work), operation)

        @asynccontextmanager
        async def nowhere(*_: object) -> AsyncIterator[object]:
            yield object()

        with (
            mock.patch.object(Reader, "get", played_get),
            mock.patch.object(Reader, "probe", played_probe),
            mock.patch.object(Reader, "leave", _left),
            mock.patch("auditor.collectors.scan.connect", nowhere),
        ):
            yield


async def _left(_reader: Reader, _endpoint: str) -> None:
    """There is no connection to end."""


class PowerCutError(Exception):
    """The scan is gone, as after `kill -9`."""


def _asked(call: Call) -> str:
    return timeless(call.url + ("" if call.body is None else f" {json.dumps(call.body)}"))


def _probed(operation: str, work: Callable[..., Any]) -> str:
    return f"{operation} {work.args}" if isinstance(work, partial) else operation


@dataclass(frozen=True)
class Played:
    """Scans of a tape by the rules of an audit."""

    tape: Tape
    judged: audit.Audit
    wish: audit.LiveScan
    statements: tuple[Statement, ...] = ()

    @classmethod
    def of(cls, azure: FakeAzure, judged: audit.Audit, wish: audit.LiveScan) -> Played:
        """Record a scan of a fake that runs."""
        played = cls(Tape(), judged, wish)
        with azure.exported(), played.tape.recording():
            audit.collect_live(judged, replace(wish, auth="environment"), (), Progress())
        return played

    def scan(self, path: Path, *, resume: bool = False, seed: int = 0, cut_off_after: int | None = None) -> Snapshot:
        """Scan and save, or go on with what is there."""
        wish = replace(self.wish, save_to=path, resumed=find_resumed(path) if resume else None)
        with self.tape.playing(seed, cut_off_after):
            return audit.collect_live(self.judged, wish, self.statements, Progress()).snapshot


def content(snapshot: Snapshot) -> dict[str, list[str]]:
    """What a snapshot says, in any order and without moments: what findings are made of."""
    return {
        "resources": sorted(timeless(f"{item.key} {item.type} {item.body}") for item in snapshot.resources),
        "gaps": sorted(f"{gap.scope} {gap.operation} {gap.reason}" for gap in snapshot.gaps),
        "reads": sorted(timeless(f"{read.of} {read.operation} {read.source}") for read in snapshot.reads),
    }
