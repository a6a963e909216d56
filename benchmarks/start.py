"""How long the command takes to answer, beside the floor: Python importing click and nothing else.

Prints the median of several runs of each, taken in turns, and their ratio.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
COMMANDS = {
    "python -c 'import click'": [sys.executable, "-c", "import click"],
    "auditor --version": [sys.executable, "-m", "auditor", "--version"],
    "auditor --help": [sys.executable, "-m", "auditor", "--help"],
    "auditor rules list": [sys.executable, "-m", "auditor", "rules", "list"],
}


def main() -> None:
    """Run the commands in turns and print a table."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - started)
    floor = statistics.median(next(iter(seconds.values())))
    print(f"{'command':<28} {'median ms':>10} {'times click':>12}")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(f"{name:<28} {median * 1000:>10.0f} {median / floor:>12.1f}")


if __name__ == "__main__":
    main()
