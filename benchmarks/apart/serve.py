"""The fake Azure in a process of its own, so that its work is not counted as ours: told by lines on stdin what to do.

Prints the environment that leads a client to it; then for each line `calls FILE` writes what was asked since the last
one, as JSON, and prints `done`. Ends with its stdin.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.apart.estate import estate
from tests.fakes.azure.limits import RateLimits
from tests.fakes.azure.quick import QuickAzure


def main(accounts: int, delay: float, speed: float) -> None:
    """Serve so many accounts, each answer after a delay; with a `speed`, under Azure's limits in hurried time."""
    limits = RateLimits(speed=speed) if speed else None
    with QuickAzure(estate(accounts), delay=delay, limits=limits) as azure:
        print(json.dumps(azure.environment), flush=True)
        for line in sys.stdin:
            Path(line.split()[1]).write_text(json.dumps(azure.asked), encoding="utf-8")
            azure.asked.clear()
            print("done", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
