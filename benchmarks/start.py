"""How long the command takes to answer, beside the floor: Python importing click and nothing else.

Prints the medians of several runs of each, taken in turns: by the clock, and of the processor, which other work on the
machine disturbs less; and their ratio.
"""

from __future__ import annotations

import resource
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
    clock: dict[str, list[float]] = {name: [] for name in COMMANDS}
    processor: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            started, used = time.perf_counter(), _used()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            clock[name].append(time.perf_counter() - started)
            processor[name].append(_used() - used)
    floor = statistics.median(next(iter(processor.values())))
    print(f"{'median ms':<28} {'clock':>8} {'CPU':>8} {'times click':>12} {'more':>8}")
    for name in COMMANDS:
        by_clock, cpu = statistics.median(clock[name]), statistics.median(processor[name])
        print(
            f"{name:<28} {by_clock * 1000:>8.0f} {cpu * 1000:>8.0f} {cpu / floor:>12.1f} {(cpu - floor) * 1000:>8.0f}"
        )


def _used() -> float:
    """Seconds of the processor that ended children took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
