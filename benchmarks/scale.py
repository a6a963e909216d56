"""What 100, 1,000 and 10,000 subscriptions take, on one machine and on ten: computed, from what a short run measures.

Measures on the fake Azure how many calls of which kind a subscription, an account and a store each add, what a call costs
in CPU time and a resource in memory, what judging a resource costs, and what moving one between machines costs. With
Azure's limits (`auditor.collectors.limits`) and the time of a call that gives the tables. `docs/scale.md` quotes them.
"""

from __future__ import annotations

import argparse
import math
import os
import pickle
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from auditor.collectors.catalogue import COLLECTORS
from auditor.collectors.limits import LOG_QUERIES, Throttle
from auditor.collectors.reader import Patience
from auditor.model.snapshot_file import read_snapshot
from tests.fakes.azure import Estate, FakeAzure, around
from tests.fakes.azure import builders as make

THROTTLES = {record.operation: record.throttle for record in COLLECTORS}
SENT = [{"categoryGroup": "allLogs", "enabled": True}]
MIB = 1024 * 1024
MINUTE, HOUR = 60, 3600
COUNTS = (100, 1_000, 10_000)


@dataclass(frozen=True)
class Shape:
    """What is in one subscription; all stores in one region, the worst case for storage's limits."""

    accounts: int
    plain: int
    documents: int


@dataclass(frozen=True)
class Ran:
    """What a scan took."""

    calls: Counter[Throttle]
    resources: int
    cpu: float
    peak: float


@dataclass(frozen=True)
class Costs:
    """What was measured: calls by what adds them, then CPU seconds and bytes."""

    calls: dict[str, Counter[Throttle]]
    resources: dict[str, float]
    call: float
    judged: float
    moved: float
    held: float
    start: float
    resource: float
    base: float


def subscription(number: int, shape: Shape) -> list[Any]:
    """A subscription with everything of that shape, whose logs go to a workspace of its own."""
    where: dict[str, Any] = {"subscription": f"44444444-aaaa-4bbb-8ccc-{number:012d}"}
    logs = around.workspace(f"logs{number:05d}", **where)
    found: list[Any] = [make.subscription(where["subscription"], f"Subscription {number}"), logs]
    accounts = [make.document_intelligence(f"forms{number:05d}x{item}", **where) for item in range(shape.accounts)]
    for account in accounts:
        models = [make.custom_model(account, f"model-{item}") for item in range(2)]
        found += [account, *models, make.diagnostic_setting(account, workspace=logs["id"], logs=SENT)]
    for item in range(shape.plain + shape.documents):
        store = make.storage_account(f"store{number:05d}x{item}", isLocalUserEnabled=True, **where)
        found += [store, make.blob_service(store, versioning=True)]
        if item < shape.documents and accounts:
            blobs = f"{store['id']}/blobServices/default"
            role = make.role_assignment(accounts[item % len(accounts)], "Storage Blob Data Reader", store)
            containers = [make.container(store, f"container-{index}") for index in range(3)]
            found += [*containers, role, make.diagnostic_setting(blobs, workspace=logs["id"], logs=SENT)]
    return found


def run(count: int, shape: Shape) -> tuple[Ran, Ran, float, float]:
    """Scan so many subscriptions, then judge the snapshot again; what both took, seconds to move it, bytes it fills."""
    resources = [item for number in range(count) for item in subscription(number, shape)]
    with tempfile.TemporaryDirectory() as folder, FakeAzure(Estate(resources), any_api_version=True) as azure:
        file = Path(folder) / "kept.jsonl"
        options = ["--profile", "strict", "-q", "-o", f"json={folder}/report.json"]
        environment = {**os.environ, **azure.environment}
        scanned = measured([*options, "--auth", "environment", "--save-snapshot", str(file)], environment)
        judged = measured([*options, "--snapshot", str(file)], environment)
        tracemalloc.start()
        found = read_snapshot(file)
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    if found.end is None:
        raise SystemExit("the scan did not come to its end")
    began = time.process_time()
    pickle.loads(pickle.dumps(tuple(found.resources)))  # noqa: S301 - as the cluster's protocol does
    moved = time.process_time() - began
    calls = Counter[Throttle]()
    for operation, number in found.end.calls.items():
        calls[THROTTLES[operation]] += number
    return Ran(calls, len(found.resources), *scanned), Ran(calls, len(found.resources), *judged), moved, held


def measured(options: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """CPU seconds and peak bytes of `auditor scan` in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "auditor", "scan", *options], env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise SystemExit(f"auditor scan ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def measure() -> Costs:
    """Single subscriptions that differ in one thing tell calls, two sizes of an estate what calls and resources cost."""
    one, two = run(1, Shape(1, 0, 0))[0], run(1, Shape(2, 0, 0))[0]
    differences = {
        "account": (two, one),
        "plain": (run(1, Shape(1, 1, 0))[0], one),
        "documents": (run(1, Shape(1, 0, 1))[0], one),
    }
    calls = {name: more.calls - less.calls for name, (more, less) in differences.items()}
    resources = {name: float(more.resources - less.resources) for name, (more, less) in differences.items()}
    calls["subscription"] = one.calls - calls["account"]
    resources["subscription"] = one.resources - resources["account"]
    calls["subscription"][Throttle.ARM] -= 1  # the list of subscriptions is one for all
    small, large = run(2, Shape(2, 8, 2)), run(12, Shape(5, 40, 10))
    (less, less_judged, _, _), (more, more_judged, moved, held) = small, large
    further = more.resources - less.resources
    judged = (more_judged.cpu - less_judged.cpu) / further
    collected = (more.cpu - less.cpu) - judged * further
    return Costs(
        calls=calls,
        resources=resources,
        call=collected / (more.calls.total() - less.calls.total()),
        judged=judged,
        moved=moved / more.resources,
        held=held / more.resources,
        start=less.cpu - less.calls.total() * collected / (more.calls.total() - less.calls.total()),
        resource=(more.peak - less.peak) / further,
        base=less.peak,
    )


def total(parts: dict[str, Any], shape: Shape, zero: Any) -> Any:
    """What one subscription of that shape comes to."""
    found = zero
    for name, count in (
        ("subscription", 1),
        ("account", shape.accounts),
        ("plain", shape.plain),
        ("documents", shape.documents),
    ):
        part = parts[name]
        more = (
            Counter({key: value * count for key, value in part.items()}) if isinstance(part, Counter) else part * count
        )
        found = found + more
    return found


def bounds(costs: Costs, shape: Shape, count: int, hands: int, latency: float) -> dict[str, float]:
    """Seconds by what may hold a scan up; all of it goes on side by side, so the longest is the scan's."""
    calls: Counter[Throttle] = total(costs.calls, shape, Counter[Throttle]())
    own = calls[Throttle.ARM] + calls[Throttle.STORAGE_READS] + calls[Throttle.STORAGE_LISTS]
    most = math.ceil(count / hands)  # subscriptions of one process
    return {
        "log queries of the identity": max(0, math.ceil(calls[Throttle.LOGS] * count / LOG_QUERIES[0]) - 1)
        * float(LOG_QUERIES[1]),
        "storage lists of a region": max(0, math.ceil(calls[Throttle.STORAGE_LISTS] / 95) - 1) * 302.0,
        "storage reads of a region": max(0, math.ceil(calls[Throttle.STORAGE_READS] / 780) - 1) * 302.0,
        "ARM reads of a subscription": max(0, own - 220) / 25.0,
        "calls in flight": calls.total() * most * latency / Patience().in_flight,
        "CPU of a process": calls.total() * most * costs.call,
    }


def report(costs: Costs, shape: Shape, latency: float) -> None:
    """Print the table of one shape."""
    print(f"\n{shape.accounts} accounts, {shape.documents} stores of documents and {shape.plain} others in each")
    head = (
        "subscriptions",
        "machines",
        "logs",
        "calls",
        "collecting",
        "bound by",
        "merging",
        "judging",
        "snapshot",
        "driver",
        "worker",
    )
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for count in COUNTS:
        resources = total(costs.resources, shape, 0.0) * count
        for machines, hands in (("1, one process", 1), ("1, 4 workers", 4), ("10, 40 workers", 40)):
            for logs in (True, False):
                asked = costs if logs else replace(costs, calls={n: without_logs(c) for n, c in costs.calls.items()})
                why, seconds = max(bounds(asked, shape, count, hands, latency).items(), key=lambda item: item[1])
                calls = total(asked.calls, shape, Counter[Throttle]()).total() * count
                alone = hands == 1
                print(
                    f"| {count:,} | {machines} | {'yes' if logs else 'no'} | {calls:,} | {clock(seconds)} | {why} |"
                    f" {'-' if alone else clock(resources * costs.moved)} | {clock(resources * costs.judged)} |"
                    f" {size(resources * costs.held)} |"
                    f" {size(costs.base + resources * costs.resource)} |"
                    f" {'-' if alone else size(costs.base + 2 * resources * costs.held / hands)} |"
                )


def without_logs(calls: Counter[Throttle]) -> Counter[Throttle]:
    """The calls that `--no-logs` leaves (but for the metrics that it leaves out, too)."""
    return Counter({throttle: number for throttle, number in calls.items() if throttle is not Throttle.LOGS})


def clock(seconds: float) -> str:
    """A time that one can read."""
    if seconds >= 1.5 * HOUR:
        return f"{seconds / HOUR:.1f} h"
    return f"{seconds / MINUTE:.0f} min" if seconds >= 1.5 * MINUTE else f"{seconds:.0f} s"


def size(count: float) -> str:
    """Bytes that one can read."""
    return f"{count / MIB / 1024:.1f} GiB" if count >= 1024 * MIB else f"{count / MIB:.0f} MiB"


def main() -> None:
    """Measure, and print what was measured and the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--latency", type=float, default=0.1, help="seconds that a call takes [default: 0.1]")
    latency = parser.parse_args().latency
    costs = measure()
    print("calls that are added by")
    for name, calls in costs.calls.items():
        listed = ", ".join(f"{throttle.name} {number}" for throttle, number in sorted(calls.items(), key=str))
        print(f"  one {name:<13}{calls.total():>4} calls, {costs.resources[name]:>4.0f} resources: {listed}")
    print(f"a call takes {costs.call * 1000:.2f} ms of CPU, and {latency * 1000:.0f} ms on the way (--latency)")
    print(
        f"a resource: {costs.held / 1024:.1f} KiB, with its findings and report {costs.resource / 1024:.1f} KiB; judging {costs.judged * 1000:.2f} ms, moving {costs.moved * 1e6:.0f} µs"
    )
    print(f"a scan of hardly anything: {costs.start:.1f} s of CPU, {size(costs.base)}")
    for shape in (Shape(2, 16, 4), Shape(20, 160, 100)):
        report(costs, shape, latency)


if __name__ == "__main__":
    main()
