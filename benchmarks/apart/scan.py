"""The collecting of one scan in a process of its own: `scan.py RESULT SPEED SNAPSHOT PROBE [rule file …]`.

Time passes SPEED times as fast for our own limits (1: as it does), which a fake of Azure can be told to do as well. With
a very large SPEED there are no limits, for only they and pauses look at that clock. PROBE: `probe` or `no-probe`.
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


class Silent:
    """Progress that nobody sees."""

    def expect(self, what: str, count: int) -> None:
        """Say nothing."""

    def done(self, what: str) -> None:
        """Say nothing."""


def main(result: Path, speed: float, snapshot: Path, probe: str, rules: list[Path]) -> None:
    """Collect for these rules (none: all of the baseline), and write down what it took."""
    judged = audit.prepare(audit.Choice(tuple(rules)))
    wish = audit.LiveScan(auth="environment", no_probe=probe == "no-probe", save_to=snapshot)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock, processor = time.perf_counter(), time.process_time()
    with mock.patch.object(reader, "Patience", partial(reader.Patience, clock=Hurried(speed))):
        read = audit.collect_live(judged, wish, (), Silent()).snapshot
    taken = {"clock": time.perf_counter() - clock, "processor": time.process_time() - processor}
    taken["MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    gaps = sorted({f"{gap.operation}: {gap.reason}" for gap in read.gaps})
    found = {**taken, "MiB before": before, "rules": len(judged.rules), "gaps": gaps}
    result.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], [Path(name) for name in sys.argv[5:]])
