"""One scan in a process of its own: `scan.py RESULT SPEED [argument …]` measures `auditor scan [argument …]`.

Time passes SPEED times as fast for our own limits (1: as it does), which a fake of Azure can be told to do as well. With
a very large SPEED there are no limits, for only they and pauses look at that clock.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from functools import partial
from pathlib import Path
from unittest import mock

from auditor import audit
from auditor.cli import main as auditor
from auditor.collectors import reader


class Hurried:
    """So many seconds pass in one."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        await asyncio.sleep(seconds / self._speed)


def measured() -> dict[str, float]:
    """Seconds of the clock and of the processor so far, and the most memory that was ever needed."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"clock": time.perf_counter(), "processor": time.process_time(), "MiB": peak}


def main(result: Path, speed: float, arguments: list[str]) -> None:
    """Scan, and write down what it took to collect and to do all of it."""
    moments: dict[str, dict[str, float]] = {"started": measured()}
    collect = audit.collect_live
    calls: dict[str, int] = {}
    gaps: list[str] = []

    def timed(*given: object) -> object:
        moments["prepared"] = measured()
        snapshot = collect(*given)  # type: ignore[arg-type]
        moments["collected"] = measured()
        calls.update(snapshot.end.calls if snapshot.end else {})
        gaps.extend(sorted({f"{gap.operation}: {gap.reason}" for gap in snapshot.gaps}))
        return snapshot

    patience = partial(reader.Patience, clock=Hurried(speed))
    with mock.patch.object(audit, "collect_live", timed), mock.patch.object(reader, "Patience", patience):
        code = int(auditor(["scan", "--auth", "environment", "-q", *arguments]))
    moments["judged"] = measured()
    result.write_text(json.dumps({"code": code, "moments": moments, "calls": calls, "gaps": gaps}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
