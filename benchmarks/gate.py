"""What `auditor gate` costs as a process, by the size of what it judges; with `--peer` beside Checkov.

Time of the clock, of the processor, and memory of the whole process, the best and the median of several runs that are
taken in turns with the peer's; ratios are of medians. The peer gets an environment of its own on first use (about 300 MB,
by pip); where that fails the script says so and goes on without.

    python benchmarks/gate.py                        ours alone, to 50,000 resources
    python benchmarks/gate.py --peer                 beside Checkov, on 20, 200 and 2,000 resources
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

from estates import plan, template

PROJECT = Path(__file__).parents[1]
FILES = {"template": ("arm", template), "plan": ("terraform_plan", plan)}
ALONE = (20, 200, 2_000, 10_000, 50_000)
BESIDE = (20, 200, 2_000)
ONCE_FROM = 10_000
FOUND = 1
"""The exit code of both when they have findings, and there are some in every file."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a process took: seconds of the clock, of the processor, and its most memory in MiB."""

    wall: float
    cpu: float
    memory: float


def measure(command: list[str], compiled: Path) -> Cost:
    """Run a command to its end, its modules compiled as they are once it is installed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(compiled), "PYTHONPATH": str(PROJECT)}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != FOUND:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def ours(_kind: str, file: Path) -> list[str]:
    """Our gate, with all stores judged, and text as the report."""
    return [sys.executable, "-m", "auditor", "gate", str(file), "--scope", "all", "--fail-on", "low"]


def peer(folder: Path, kind: str, file: Path) -> list[str]:
    """Checkov on one file: only the framework that is needed, nothing from the network, failures alone, no code."""
    command = [str(folder / "bin" / "python"), str(folder / "bin" / "checkov"), "-f", str(file), "--framework", kind]
    return [*command, "--compact", "--quiet", "--skip-download"]


def environment_of_peer(folder: Path) -> bool:
    """Whether Checkov is there, after an attempt to get it."""
    if not (folder / "bin" / "checkov").exists():
        print(f"installing Checkov into {folder} …", flush=True)
        venv.create(folder, with_pip=True)
        done = subprocess.run([folder / "bin" / "pip", "install", "--quiet", "checkov"], check=False)
        if done.returncode:
            print("Checkov could not be installed: ours alone")
            return False
    return True


def show(name: str, costs: list[Cost]) -> Cost:
    """Print best and median; returns the medians."""
    middle = Cost(*(statistics.median(getattr(cost, part) for cost in costs) for part in ("wall", "cpu", "memory")))
    best = Cost(*(min(getattr(cost, part) for cost in costs) for part in ("wall", "cpu", "memory")))
    print(
        f"{name:<32} {best.wall:>8.2f} {middle.wall:>8.2f} {best.cpu:>8.2f} {middle.cpu:>8.2f} {middle.memory:>8.0f}",
        flush=True,
    )
    return middle


def main() -> None:
    """Measure each size of each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", nargs="?", type=Path, const=Path(sys.prefix) / "checkov", metavar="FOLDER")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+")
    chosen = parser.parse_args()
    beside: Path | None = chosen.peer if chosen.peer and environment_of_peer(chosen.peer) else None
    sizes = chosen.sizes or (BESIDE if beside else ALONE)
    print(f"{'seconds: best, median':<32} {'wall':>8} {'wall':>8} {'CPU':>8} {'CPU':>8} {'MiB':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        for kind, (framework, make) in FILES.items():
            for size in sizes:
                file = Path(scratch) / f"{kind}.json"
                file.write_text(make(size), encoding="utf-8")
                commands = {"auditor": ours(framework, file)}
                if beside:
                    commands["checkov"] = peer(beside, framework, file)
                turns = 1 if size >= ONCE_FROM else chosen.runs
                compiled = Path(scratch) / "compiled"
                for command in commands.values():
                    measure(command, compiled) if size == sizes[0] else None  # the first run compiles
                costs: dict[str, list[Cost]] = {name: [] for name in commands}
                for _ in range(turns):
                    for name, command in commands.items():
                        costs[name].append(measure(command, compiled))
                shown = {name: show(f"{kind}, {size:,}: {name}", found) for name, found in costs.items()}
                if beside:
                    one, other = shown["auditor"], shown["checkov"]
                    parts = [getattr(other, part) / getattr(one, part) for part in ("wall", "cpu", "memory")]
                    print(f"{'  times ours':<32} {parts[0]:>17.1f} {parts[1]:>17.1f} {parts[2]:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
