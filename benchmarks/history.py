"""What a history costs, beside keeping every run whole: 365 nights, 20,000 judged pairs, 1 % of which change a day.

The peer is a folder with each night's assessment as JSON, compressed with gzip; to tell how a quarter was, all of its
nights are read. Prints the size of both, the time to record a night, and the time of a quarter's figures from each.

    python benchmarks/history.py [PAIRS [NIGHTS]]    2,000 pairs and 120 nights by default; 20000 365 is the whole
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.history.assessment import Assessment, Judged
from auditor.history.recall import period
from auditor.history.record import record
from auditor.history.store import open_store
from auditor.history.verify import verify
from auditor.model.finding import fingerprint

if TYPE_CHECKING:
    from auditor.history.period import State

PAIRS = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
NIGHTS = int(sys.argv[2]) if len(sys.argv) > 2 else 120  # noqa: PLR2004
CHANGE = 0.01
QUARTER = 92
RULES = 40
BEGIN = datetime(2026, 1, 1, 2, tzinfo=UTC)
SUBSCRIPTIONS = tuple(f"/subscriptions/{number:08d}-0000-4000-8000-000000000000" for number in range(10))
STORAGE = "Microsoft.Storage/storageAccounts"
STATUSES = ("pass", "pass", "pass", "fail", "unknown")


def at(night: int) -> str:
    """When a night's audit began."""
    return (BEGIN + timedelta(days=night)).strftime("%Y-%m-%dT%H:%M:%SZ")


def estate(chance: random.Random) -> list[Judged]:
    """The findings of the first night."""
    found = []
    for number in range(PAIRS):
        store, rule = divmod(number, RULES)
        place = (
            f"{SUBSCRIPTIONS[store % len(SUBSCRIPTIONS)]}/resourceGroups/rg-documents-{store % 37}/providers/{STORAGE}"
        )
        status = chance.choice(STATUSES)
        found.append(
            Judged(
                f"DI-TST-{rule:03d}",
                f"{place}/stdocuments{store:05d}",
                STORAGE,
                f"stdocuments{store:05d}",
                "westeurope",
                "high",
                status,
                sentence(rule, status),
            )
        )
    return found


def sentence(rule: int, status: str) -> str:
    """What a report says of it."""
    return f"properties.setting{rule} is {status}; it must be as the rule asks, and the report says so in a sentence."


def changed(findings: list[Judged], chance: random.Random) -> list[Judged]:
    """The findings of the next night."""
    following = list(findings)
    for index in chance.sample(range(len(findings)), max(1, int(len(findings) * CHANGE))):
        old = findings[index]
        status = chance.choice([item for item in ("pass", "fail", "unknown") if item != old.status])
        following[index] = replace(old, status=status, message=sentence(index % RULES, status))
    return following


def whole(night: int, findings: list[Judged]) -> bytes:
    """A night's assessment as `-o json` writes it, without blanks; the history keeps no evidence."""
    data = {
        "schema": "auditor.assessment/1",
        "started": at(night),
        "findings": [
            {
                "rule": item.rule,
                "status": item.status,
                "severity": item.severity,
                "message": item.message,
                "fingerprint": fingerprint(item.rule, item.resource_id),
                "resource": {"id": item.resource_id, "type": item.resource_type, "name": item.resource_name},
                "evidence": [
                    {
                        "path": f"properties.setting{item.rule[-3:]}",
                        "expected": {"equals": True},
                        "actual": item.status == "pass",
                        "read": "found",
                        "source": f"GET https://management.azure.com{item.resource_id}?api-version=2025-01-01, {at(night)}",
                    }
                ],
            }
            for item in findings
        ],
    }
    return gzip.compress(json.dumps(data, separators=(",", ":")).encode(), compresslevel=6)


def assessment(night: int, findings: list[Judged]) -> Assessment:
    """The same for the history."""
    return Assessment(
        started=at(night),
        finished=at(night),
        kind="azure",
        tool="0",
        scope=SUBSCRIPTIONS,
        profile="baseline",
        parameters={},
        policy_hash="0" * 64,
        rules=tuple(f"DI-TST-{number:03d}" for number in range(RULES)),
        complete=True,
        counts={},
        findings=tuple(findings),
    )


def seconds(since: str, until: str) -> float:
    """How long between two times."""
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds()


def from_intervals(database: Path, since: str, until: str) -> dict[tuple[str, State], float]:
    """Time by rule and state in a quarter, from the history."""
    store = open_store(str(database))
    found: defaultdict[tuple[str, State], float] = defaultdict(float)
    for item in period(store, since, until).intervals:
        begun, ended = max(item.first_seen, since), min(item.until or until, until)
        found[item.rule, item.state] += seconds(begun, ended)
    store.close()
    return found


def from_files(folder: Path, nights: range, until: str) -> dict[tuple[str, State], float]:
    """The same from the files, each night until the next."""
    found: defaultdict[tuple[str, State], float] = defaultdict(float)
    for night in nights:
        data = json.loads(gzip.decompress((folder / f"{night:03d}.json.gz").read_bytes()))
        length = seconds(data["started"], min(at(night + 1), until))
        for item in data["findings"]:
            found[item["rule"], item["status"]] += length
    return found


def main() -> None:
    """Write both, then ask both the same, and see that they say the same."""
    chance = random.Random(7)  # noqa: S311 - no secret
    with tempfile.TemporaryDirectory() as name:
        folder, database = Path(name), Path(name) / "history.db"
        findings = estate(chance)
        recording = writing = 0.0
        for night in range(NIGHTS):
            started = time.perf_counter()
            store = open_store(str(database))
            record(store, assessment(night, findings))
            store.close()
            recording += time.perf_counter() - started
            started = time.perf_counter()
            (folder / f"{night:03d}.json.gz").write_bytes(whole(night, findings))
            writing += time.perf_counter() - started
            findings = changed(findings, chance)

        size = database.stat().st_size
        size_whole = sum(path.stat().st_size for path in folder.glob("*.json.gz"))
        first = max(NIGHTS - QUARTER, 0)
        since, until = at(first), at(NIGHTS)
        started = time.perf_counter()
        told = from_intervals(database, since, until)
        asking = time.perf_counter() - started
        started = time.perf_counter()
        told_whole = from_files(folder, range(first, NIGHTS), until)
        asking_whole = time.perf_counter() - started
        if told != told_whole:
            sys.exit("the history and the files do not agree")
        started = time.perf_counter()
        store = open_store(str(database))
        intact = not verify(store).problems
        store.close()
        verifying = time.perf_counter() - started

    print(f"{NIGHTS} nights, {PAIRS} judged pairs, {CHANGE:.0%} change a night; a quarter of {NIGHTS - first} nights")
    print(f"{'':<34} {'history':>12} {'every run whole':>16} {'ratio':>7}")
    for what, ours, theirs, unit in (
        ("size", size / 1e6, size_whole / 1e6, "MB"),
        ("recording a night", recording / NIGHTS * 1e3, writing / NIGHTS * 1e3, "ms"),
        ("a quarter's figures", asking * 1e3, asking_whole * 1e3, "ms"),
    ):
        print(f"{what:<34} {ours:>9.1f} {unit} {theirs:>13.1f} {unit} {theirs / ours:>6.1f}x")
    print(f"verifying all of it: {verifying * 1e3:.0f} ms, {'intact' if intact else 'BROKEN'}")


if __name__ == "__main__":
    main()
