"""How fast a scan reads Azure, beside plain aiohttp that makes the same calls with as many in flight.

An estate of 1,000 Document Intelligence accounts with their storage in ten subscriptions lies on a fake Azure, in a
process of its own; each answer takes 20 or 50 ms. Three tables: time, processor and memory of both, without limits on
either side; the calls that different rules make; and a scan under Azure's limits, in hurried time.

    python benchmarks/collecting.py [accounts [apart|calls|limits [speed]]]

The speed of the last: at 1 it takes as long as with Azure. What only takes our processor is hurried with all the rest,
hence counts that many times as much.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

APART = Path(__file__).parent / "apart"
PROJECT = Path(__file__).parent.parent
DELAYS = (0.02, 0.05)
IN_FLIGHT = 64
UNLIMITED = 1e6
SPEED = 3.0
FEW = 200
"""Accounts, where it is not time that is measured: two subscriptions of a hundred."""
RULES = {
    "all of the baseline": None,
    "DI-ACC-001 alone": "access/account-keys-disabled.yaml",
    "DI-TLS-001 alone": "tls/storage-minimum-tls.yaml",
    "DI-RET-001 alone": "retention/documents-gone-in-time.yaml",
    "DI-MDL-004 alone": "models/model-within-age-limit.yaml",
}
ARM, STORAGE, LOGS = "management.azure.com", "/providers/microsoft.storage/storageaccounts", "api.loganalytics.io"

Asked = list[Any]


class Served:
    """A fake Azure in a process of its own."""

    def __init__(self, folder: Path, accounts: int, delay: float, speed: float = 0.0) -> None:
        self._calls = folder / "calls.json"
        self._command = [sys.executable, str(APART / "serve.py"), str(accounts), str(delay), str(speed)]
        compiled = {"PYTHONPATH": str(PROJECT), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = {**kept, **compiled}

    def __enter__(self) -> Self:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(self._command, **pipes, text=True, env=self.environment)
        self.environment |= json.loads(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()

    @property
    def processor(self) -> float:
        """Seconds that it has worked."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def calls(self) -> tuple[list[Asked], Path]:
        """What was asked since the last time, but for signing in; and the file in which it stands."""
        self._process.stdin.write(f"calls {self._calls}\n")
        self._process.stdin.flush()
        self._process.stdout.readline()
        asked = [call for call in json.loads(self._calls.read_text(encoding="utf-8")) if "//login." not in call[1]]
        self._calls.write_text(json.dumps(asked), encoding="utf-8")
        return asked, self._calls


def run(script: str, azure: Served, *arguments: object) -> dict[str, Any]:
    """Run one of the scripts to its end; what it measured."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, str(APART / script), str(result), *map(str, arguments)]
        subprocess.run(command, check=True, env=azure.environment, cwd=folder, stdout=subprocess.DEVNULL)
        return json.loads(result.read_text(encoding="utf-8"))


def beside_plain(folder: Path, accounts: int) -> None:
    """Without limits: what takes the time is the latency of Azure, or a processor."""
    print(f"{accounts} accounts, no limits, no handshakes in old versions; plain: aiohttp, {IN_FLIGHT} in flight\n")
    print("| an answer takes | calls | scan: s | CPU s | MiB | plain: s | CPU s | MiB | fake: CPU s | ratio | of CPU |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for delay in DELAYS:
        with Served(folder, accounts, delay) as azure:
            run("scan.py", azure, UNLIMITED, folder / "snapshot.jsonl", "no-probe")  # makes the answers, and compiles
            azure.calls()
            before = azure.processor
            scan = run("scan.py", azure, UNLIMITED, folder / "snapshot.jsonl", "no-probe")
            served = azure.processor - before
            asked, file = azure.calls()
            plain = run("plain.py", azure, file, IN_FLIGHT)
        cells = [f"{delay * 1000:.0f} ms", f"{len(asked):,}"]
        cells += [f"{one[name]:.{digits}f}" for one in (scan, plain) for name, digits in COLUMNS]
        cells += [f"{served:.1f}", *(f"{scan[name] / plain[name]:.2f}" for name in ("clock", "processor"))]
        print(f"| {' | '.join(cells)} |", flush=True)
        unexpected = [gap for gap in scan["gaps"] if "no-probe" not in gap]
        if unexpected:
            print(f"could not be read: {unexpected}")


COLUMNS = (("clock", 1), ("processor", 1), ("MiB", 0))


def by_rules(folder: Path, accounts: int) -> None:
    """How many calls the rules make that are loaded, and how many of these ask for what was asked before."""
    print(
        f"\n{accounts} accounts\n\n| rules | number | calls | an account | twice | what for, an account |\n|---|---|---|---|---|---|"
    )
    with Served(folder, accounts, 0.0) as azure:
        for name, file in RULES.items():
            chosen = [] if file is None else [PROJECT / "policies" / file]
            scan = run("scan.py", azure, UNLIMITED, folder / "snapshot.jsonl", "no-probe", *chosen)
            asked, _ = azure.calls()
            same = Counter((call[0], call[1], call[2]) for call in asked)
            kinds = Counter(_kind(call) for call in asked)
            often = {kind: number for kind, number in kinds.items() if number >= accounts}
            listed = ", ".join(f"{kind} {number / accounts:.3g}" for kind, number in sorted(often.items()))
            cells = [name, scan["rules"], len(asked), f"{len(asked) / accounts:.2f}", len(asked) - len(same), listed]
            print(f"| {' | '.join(map(str, cells))} |", flush=True)


def _kind(call: Asked) -> str:
    """What a call asks for: the last part of its path that is no name."""
    at = urlsplit(call[1])
    if at.hostname == LOGS:
        return "log query"
    parts = at.path.rstrip("/").split("/")
    if parts[-1] == "default":
        return parts[-2]
    return "one model" if parts[-2] == "documentModels" else parts[-1]


def under_limits(folder: Path, accounts: int, speed: float) -> None:
    """In hurried time, with the limits of ARM and of the storage provider on the other side."""
    with Served(folder, accounts, DELAYS[0], speed) as azure:
        scan = run("scan.py", azure, speed, folder / "snapshot.jsonl", "no-probe")
        asked, _ = azure.calls()
    taken = scan["clock"] * speed
    dictated = {why: seconds for why, seconds in _dictated(asked).items() if seconds}
    refused = sum(call[5] == 429 for call in asked)  # noqa: PLR2004 - too many requests
    print(f"\n{accounts} accounts under limits, time {speed:g} times as fast\n\n| | seconds |\n|---|---|")
    for why, seconds in sorted(dictated.items(), key=lambda item: -item[1]):
        print(f"| {why} | {seconds:.0f} |")
    print(
        f"| the scan took | {taken:.0f} |\n| ratio to the longest | {taken / max(dictated.values(), default=math.nan):.2f} |"
    )
    print(f"| answers 429 | {refused} of {len(asked):,} |")
    last = Counter[str]()
    for call in asked:
        last[_kind(call)] = max(last[_kind(call)], int((call[6] - asked[0][6]) * speed))
    print(f"last asked for, in seconds: {', '.join(f'{kind} {at}' for kind, at in last.most_common(8))}")


def _dictated(asked: list[Asked]) -> dict[str, float]:
    """The time that each limit makes these calls take at least: of all subscriptions, that which it makes slowest."""
    arm: Counter[str] = Counter()
    storage: Counter[tuple[str, str]] = Counter()
    for call in asked:
        at = urlsplit(call[1])
        if at.hostname != ARM:
            continue
        subscription, path = at.path.split("/")[2:3], at.path.lower()
        arm[str(subscription)] += 1
        if STORAGE in path and "/providers/microsoft.insights" not in path:
            storage[str(subscription) + call[7], "reads" if path.endswith("/default") else "lists"] += 1
    queries = sum(urlsplit(call[1]).hostname == LOGS for call in asked)
    most = {kind: max((n for (_, other), n in storage.items() if other == kind), default=0) for kind in LARGEST}
    found = {
        f"{kind} of storage in a region, {LARGEST[kind]} in 300 s": _windows(most[kind], LARGEST[kind], 300)
        for kind in most
    }
    found["reads of a subscription, 250 and then 25 a second"] = max(0, max(arm.values()) - 250) / 25
    found["log queries of all, 200 in 30 s"] = _windows(queries, 200, 30)
    return found


LARGEST = {"reads": 800, "lists": 100}


def _windows(calls: int, most: int, seconds: float) -> float:
    """When the last of so many calls may be made."""
    return max(0, math.ceil(calls / most) - 1) * seconds


def main(accounts: int, tables: str = "", speed: float = SPEED) -> None:
    """Print what was asked for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if tables in {"apart", ""}:
            beside_plain(folder, accounts)
        if tables in {"calls", ""}:
            by_rules(folder, min(accounts, FEW))
        if tables in {"limits", ""}:
            under_limits(folder, accounts if tables else min(accounts, FEW), speed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("accounts", nargs="?", type=int, default=1000)
    parser.add_argument("tables", nargs="?", choices=["apart", "calls", "limits"], default="")
    parser.add_argument("speed", nargs="?", type=float, default=SPEED)
    main(**vars(parser.parse_args()))
