"""How much memory `auditor scan --snapshot FILE` takes, by the size of the file and how it is compressed.

Beside it stands what Python takes to hold the same file: `json.loads` of every line, each kept. Both are processes of
their own. The estate is one with the bodies that Azure really sends (`large_estate.py`), judged by the rules of the
baseline as the command does it by default.

    python benchmarks/memory.py                     20 and 60 MB
    python benchmarks/memory.py --sizes 1000        1 GB, and the same as .gz and .zst; takes a quarter of an hour
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import zstandard
from large_estate import lines

PROJECT = Path(__file__).parents[1]
MOST = 500
"""MiB that a snapshot of 1 GB may take."""
KEEP = "import json, sys; kept = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]"
ENDINGS = ("", ".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of the processor, and its most memory in MiB."""

    cpu: float
    memory: float


def measure(command: list[str], expected: tuple[int, ...]) -> Cost:
    """Run a command to its end."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expected:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def opened(path: Path) -> IO[str]:
    """A new file, compressed as its name says."""
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, "wt", encoding="utf-8", compresslevel=1))
    if path.suffix == ".zst":
        return cast("IO[str]", zstandard.open(path, "wt", encoding="utf-8"))
    return path.open("w", encoding="utf-8")


def main() -> None:
    """Measure each size: as it is, and the largest compressed too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 60], metavar="MB")
    parser.add_argument("--json", action="store_true", help="write the report as JSON, with every pass explained")
    chosen = parser.parse_args()
    report = ["-o", "json=-"] if chosen.json else ["-o", "text=-"]
    print(f"{'file':<28} {'MB':>6} {'CPU s':>8} {'MiB':>6}  {'json.loads: MiB':>16} {'times ours':>11}")
    with tempfile.TemporaryDirectory() as folder:
        for size in chosen.sizes:
            plain: Cost | None = None
            for ending in ENDINGS if size == max(chosen.sizes) else ENDINGS[:1]:
                path = Path(folder) / f"estate{size}.jsonl{ending}"
                with opened(path) as stream:
                    stream.writelines(lines(size * 10**6))
                scan = [sys.executable, "-m", "auditor", "scan", "--snapshot", str(path), "-q", *report]
                ours = measure(scan, (0, 1))
                plain = plain or measure([sys.executable, "-c", KEEP, str(path)], (0,))
                ratio = f"{plain.memory:>16.0f} {plain.memory / ours.memory:>11.1f}"
                name, length = f"{size} MB{ending and f', {ending}'}", path.stat().st_size / 10**6
                print(f"{name:<28} {length:>6.0f} {ours.cpu:>8.1f} {ours.memory:>6.0f}  {ratio}", flush=True)
                if ours.memory > MOST and size <= 1000:  # noqa: PLR2004 - MB, for which the limit is said
                    print(f"{'':<28} more than the {MOST} MiB that a snapshot of 1 GB may take")
                path.unlink()


if __name__ == "__main__":
    main()
