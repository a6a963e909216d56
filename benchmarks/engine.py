"""How fast many storage accounts are judged: by all rules that apply, and by ten of them beside other engines.

Makes a snapshot of N storage accounts with their blob services, containers and lifecycle policies, every list read, one
account in five bad in many ways. Reads it, derives facts, judges, makes the findings that fail with their evidence, and
prints judgements per CPU second beyond reading.

    python benchmarks/engine.py                  # 100,000 accounts
    python benchmarks/engine.py --million        # 10,000, 100,000 and 1,000,000: is it linear?
    python benchmarks/engine.py --peers          # ten rules beside regorus, rego-cpp and Cloud Custodian
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine_peers import FILTERS

from auditor import audit
from auditor.facts.derive import Facts
from auditor.facts.estate import Estate
from auditor.model.durations import parse_moment
from auditor.model.gathering import Gathering
from auditor.model.snapshot_file import read_snapshot
from auditor.model.types import RESOURCE_TYPES, STORAGE
from auditor.policy.judge import group_by_type, judge
from auditor.policy.loader import compile_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STARTED = "2026-11-01T06:00:00Z"
KIND = "Microsoft.Storage/storageAccounts"
REGIONS = ("westeurope", "northeurope", "swedencentral")
CONTAINERS = (("scans",), ("input", "output"), ("documents",), ("invoices", "letters"))


MOST_AT_ONCE = 200_000
"""Accounts of which the values fit into the memory of a common machine."""


def lines(stores: int) -> Iterator[dict[str, Any]]:
    """The lines of the snapshot: subscriptions of a thousand stores each, and what lies in them."""
    for number in range(-(-stores // 1000)):
        subscription = f"/subscriptions/{number:08d}-1111-1111-1111-111111111111"
        yield {"resource": {"id": subscription, "type": "Microsoft.Resources/subscriptions", "name": f"sub{number}"}}
        for kind in RESOURCE_TYPES:
            if kind.owner == "Microsoft.Resources/subscriptions":
                yield read(subscription, kind.operation)
        for store in range(number * 1000, min(stores, number * 1000 + 1000)):
            yield from lines_of(subscription, store)


def read(of: str, operation: str) -> dict[str, Any]:
    """That a list was read to its end."""
    return {"read": {"of": of, "operation": operation, "from": f"GET https://management.azure.com{of}", "at": STARTED}}


def found(body: dict[str, Any], address: str) -> dict[str, Any]:
    """A resource, and where it was read."""
    return {"resource": body, "read": {"from": f"GET https://management.azure.com{address}", "at": STARTED}}


def lines_of(subscription: str, number: int) -> Iterator[dict[str, Any]]:
    """One store, much as Azure tells of it."""
    store = f"{subscription}/resourceGroups/rg{number // 20}/providers/{KIND}/store{number}"
    bad = number % 5 == 0
    yield found(account(store, number, bad=bad), f"{subscription}/providers/{KIND}")
    soft = {"enabled": bad, "days": 7 + number % 3} if bad else {"enabled": False}
    service = {
        "deleteRetentionPolicy": soft,
        "containerDeleteRetentionPolicy": soft,
        "cors": {"corsRules": []},
    }
    service |= {"isVersioningEnabled": bad, "changeFeed": {"enabled": False}, "restorePolicy": {"enabled": False}}
    address = f"{store}/blobServices/default"
    yield found({"id": address, "type": f"{KIND}/blobServices", "name": "default", "properties": service}, address)
    for name in CONTAINERS[number % 4]:
        settings = {"publicAccess": "Blob" if bad else "None", "hasImmutabilityPolicy": False, "hasLegalHold": False}
        settings |= {"lastModifiedTime": f"2026-10-01T06:{number % 60:02d}:00.000Z", "leaseState": "available"}
        container = f"{address}/containers/{name}"
        body = {"id": container, "type": f"{KIND}/blobServices/containers", "name": name, "etag": f'"0x{number:X}"'}
        yield found({**body, "properties": settings}, f"{address}/containers")
    if not bad:
        delete = {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 0}}}
        rule = {"name": "tidy", "enabled": True, "type": "Lifecycle", "definition": {"actions": delete}}
        policy = f"{store}/managementPolicies/default"
        body = {"id": policy, "type": f"{KIND}/managementPolicies", "name": "default"}
        yield found({**body, "properties": {"policy": {"rules": [rule]}}}, policy)
    for kind in RESOURCE_TYPES:
        if kind.owner == STORAGE:
            yield read(store, kind.operation)
    yield read(address, "Microsoft.Insights/diagnosticSettings/read")


def account(store: str, number: int, *, bad: bool) -> dict[str, Any]:
    """The body of a storage account."""
    name = f"store{number}"
    made = f"2026-0{1 + number % 9}-01T06:{number % 60:02d}:{number % 59:02d}.1234567Z"
    services = ("blob", "dfs", "file", "queue", "table", "web")
    properties = {
        "accessTier": "Hot",
        "allowBlobPublicAccess": bad,
        "allowCrossTenantReplication": bad,
        "allowSharedKeyAccess": bad,
        "creationTime": made,
        "encryption": {"keySource": "Microsoft.Storage", "services": {"blob": {"enabled": True, "keyType": "Account"}}},
        "keyCreationTime": dict.fromkeys(("key1", "key2"), made),
        "minimumTlsVersion": "TLS1_0" if bad else "TLS1_2",
        "networkAcls": {"bypass": "AzureServices", "defaultAction": "Allow" if bad else "Deny", "ipRules": []},
        "primaryEndpoints": {each: f"https://{name}.{each}.core.windows.net/" for each in services},
        "primaryLocation": REGIONS[number % 3],
        "privateEndpointConnections": [],
        "provisioningState": "Succeeded",
        "publicNetworkAccess": "Enabled",
        "statusOfPrimary": "available",
        "supportsHttpsTrafficOnly": not bad,
    }
    body = {"id": store, "type": KIND, "name": name, "location": REGIONS[number % 3], "kind": "StorageV2", "tags": {}}
    sku = {"name": "Standard_GRS" if bad else "Standard_LRS", "tier": "Standard"}
    return {**body, "sku": sku, "properties": properties}


def write(path: Path, stores: int) -> None:
    """Write the snapshot file."""
    header = {"schema": "auditor.snapshot/1", "source": {"kind": "azure", "scope": []}, "started": STARTED}
    with path.open("w", encoding="utf-8") as stream:
        for line in (header, *lines(stores), {"end": {"finished": STARTED}}):
            stream.write(json.dumps(line, separators=(",", ":")) + "\n")


def documents(stores: int) -> Iterator[dict[str, Any]]:
    """The same accounts as one document each, as engines want them that know no relations."""
    found_at: dict[str, dict[str, Any]] = {}
    for line in lines(stores):
        body = line.get("resource", {})
        store = body.get("id", "").partition("/blobServices/")[0]
        if body.get("type") == KIND:
            found_at[store] = {**body, "containers": []}
        elif body.get("type") == f"{KIND}/blobServices":
            found_at[store]["blobService"] = body
        elif body.get("type") == f"{KIND}/blobServices/containers":
            found_at[store]["containers"].append(body)
    yield from found_at.values()


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU seconds of one run, how many judgements it made, and how often each rule failed.

    `judging` derives the facts, too; `known` is what it takes when they are there. `failures` makes the findings that
    fail, with their evidence.
    """

    reading: float
    judging: float
    failures: float
    known: float
    pairs: int
    fails: Counter[str]

    @property
    def all(self) -> float:
        """Seconds beyond reading."""
        return self.judging + self.failures


def measure(path: Path, wanted: Sequence[str] = (), kept: Gathering | None = None) -> Measured:
    """Read a snapshot and judge it by all rules, or by some; `kept` says where, as the command does it if it is None."""
    prepared = audit.prepare(audit.Choice(all_documents=True))
    chosen = [rule for rule in prepared.rules if not wanted or rule.id in wanted]
    rules = group_by_type(compile_all(prepared.policy, chosen, prepared.parameters))
    now = parse_moment(STARTED)
    if now is None:
        raise ValueError(STARTED)
    gc.collect()
    times = [time.process_time()]
    snapshot = read_snapshot(path, kept)
    times.append(time.process_time())
    facts = Facts(Estate(snapshot, now, all_documents=True))
    judged = judge(rules, snapshot, facts, now)
    times.append(time.process_time())
    failures = [item for item in judged.notable if item.status == "fail"]
    times.append(time.process_time())
    judge(rules, snapshot, facts, now)
    times.append(time.process_time())
    pairs = len(judged.findings) + sum(judged.not_applicable.values())
    fails = Counter(finding.rule for finding in failures)
    return Measured(*(after - before for before, after in pairwise(times)), pairs, fails)


def floor(path: Path) -> float:
    """CPU seconds that `json.loads` takes for every line."""
    gc.collect()
    started = time.process_time()
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            json.loads(line)
    return time.process_time() - started


def alone(folder: Path, sizes: Sequence[int]) -> None:
    """All rules that apply, by size."""
    head = ("accounts", "judgements", "json.loads", "reading", "judging", "failures", "facts known", "a CPU second")
    print("CPU seconds".rjust(12) + "".join(f"{name:>13}" for name in head[1:]))
    for size in sizes:
        path = folder / f"{size}.jsonl"
        write(path, size)
        least = floor(path)
        for where, kept in (
            ("all in memory", Gathering(most_in_memory=sys.maxsize)),
            ("as the command keeps it", None),
        ):
            if size > MOST_AT_ONCE and kept is not None:
                continue
            took = measure(path, kept=kept)
            row = (least, took.reading, took.judging, took.failures, took.known)
            seconds = "".join(f"{value:>13.2f}" for value in row)
            print(f"{size:>12,}{took.pairs:>13,}{seconds}{took.pairs / took.all:>13,.0f}  {where}", flush=True)
        path.unlink()


def environment_of_peers(folder: Path) -> Path | None:
    """The Python of an environment with the other engines, made on first use."""
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"installing the other engines into {folder} …", flush=True)
        venv.create(folder, with_pip=True)
        packages = ("celine-regorus", "regopy", "c7n", "c7n-azure")
        if subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=False).returncode:
            print("they could not be installed")
            return None
    return python


def beside(folder: Path, python: Path, size: int) -> None:
    """Ten rules beside the other engines; all must find the same failures."""
    path, flat = folder / "estate.jsonl", folder / "documents.jsonl"
    write(path, size)
    flat.write_text("".join(json.dumps(each) + "\n" for each in documents(size)), encoding="utf-8")
    ours = measure(path, tuple(FILTERS), Gathering(most_in_memory=sys.maxsize))
    script = str(Path(__file__).with_name("engine_peers.py"))
    asked = [f"regorus={size}", f"rego-cpp={min(size, 500)}", f"custodian={size}"]
    told = json.loads(subprocess.run([python, script, str(flat), *asked], check=True, stdout=subprocess.PIPE).stdout)
    rate = ours.pairs / ours.all
    print(f"{'ten rules':<16}{'accounts':>10}{'CPU s':>9}{'judgements a CPU second':>26}{'ours is':>12}")
    print(f"{'auditor':<16}{size:>10,}{ours.all:>9.2f}{rate:>26,.0f}")
    for name, found in told.items():
        theirs = found["accounts"] * len(FILTERS) / found["seconds"]
        times = f"{rate / theirs:.1f} times"
        print(f"{name:<16}{found['accounts']:>10,}{found['seconds']:>9.2f}{theirs:>26,.0f}{times:>12}")
        share = found["accounts"] / size
        wrong = [rule for rule in FILTERS if found["fails"].get(rule, 0) != round(ours.fails[rule] * share)]
        print(f"{'':<16}the same failures" if not wrong else f"{'':<16}OTHER FAILURES: {', '.join(wrong)}", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stores", type=int, nargs="?", default=100_000)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--peers", nargs="?", type=Path, const=Path(sys.prefix) / "engines", metavar="FOLDER")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.peers:
            python = environment_of_peers(chosen.peers)
            if python is not None:
                beside(Path(folder), python, chosen.stores)
        else:
            alone(Path(folder), (10_000, 100_000, 1_000_000) if chosen.million else (chosen.stores,))


if __name__ == "__main__":
    main()
