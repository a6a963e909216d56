"""How fast snapshots are judged, beside the floor: `json.loads` over the same file.

Makes a snapshot of N storage accounts with their children, reads it, judges it with all rules of the baseline profile,
and prints CPU seconds and judgements per CPU second.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from auditor import audit

STORES = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
STARTED = "2026-11-01T06:00:00Z"


def lines() -> list[dict[str, object]]:
    """The lines of the snapshot: one store in five is bad in every way that the rules know."""
    provider = f"{SUBSCRIPTION}/resourceGroups/docs/providers/Microsoft.Storage/storageAccounts"
    found: list[dict[str, object]] = []
    for number in range(STORES):
        bad = number % 5 == 0
        store = f"{provider}/store{number}"
        properties = {
            "minimumTlsVersion": "TLS1_0" if bad else "TLS1_2",
            "supportsHttpsTrafficOnly": not bad,
            "allowBlobPublicAccess": bad,
            "allowSharedKeyAccess": bad,
        }
        kind = "Microsoft.Storage/storageAccounts"
        body = {"id": store, "type": kind, "name": f"store{number}", "location": "westeurope", "kind": "StorageV2"}
        found.append({**body, "sku": {"name": "Standard_GRS" if bad else "Standard_LRS"}, "properties": properties})
        soft = {"deleteRetentionPolicy": {"enabled": bad, "days": 7}, "isVersioningEnabled": bad}
        found.append({"id": f"{store}/blobServices/default", "type": f"{kind}/blobServices", "properties": soft})
        container = f"{store}/blobServices/default/containers/scans"
        access = {"publicAccess": "Blob" if bad else "None"}
        found.append(
            {"id": container, "type": f"{kind}/blobServices/containers", "name": "scans", "properties": access}
        )
    return found


def main() -> None:
    """Write the file, then time reading and judging it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "estate.jsonl"
        header = {"schema": "auditor.snapshot/1", "source": {"kind": "azure", "scope": []}, "started": STARTED}
        resources = [{"resource": body} for body in lines()]
        end = {"end": {"finished": STARTED}}
        path.write_text("".join(json.dumps(line) + "\n" for line in [header, *resources, end]), encoding="utf-8")

        started = time.process_time()
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                json.loads(line)
        floor = time.process_time() - started

        prepared = audit.prepare(audit.Choice(all_documents=True))
        started = time.process_time()
        snapshot = audit.read_saved(path, [])
        read = time.process_time() - started

        started = time.process_time()
        report = audit.judge_snapshot(prepared, snapshot)
        judged = time.process_time() - started

        started = time.process_time()
        audit.judge_snapshot(prepared, snapshot, explain_passes=False)
        briefly = time.process_time() - started

    pairs = sum(report.counts.values()) + report.not_applicable
    print(f"{STORES} stores, {len(resources)} resources, {pairs} judgements, {len(prepared.rules)} rules")
    print(f"{'step':<34} {'CPU s':>8} {'times json.loads':>17}")
    for name, seconds in (
        ("json.loads of every line", floor),
        ("reading the snapshot", read),
        ("judging, all explained", judged),
        ("judging, passes not explained", briefly),
    ):
        print(f"{name:<34} {seconds:>8.2f} {seconds / floor:>17.1f}")
    print(f"{pairs / judged:,.0f} judgements per CPU second with facts, evidence, sentences and pictures")
    print(f"{pairs / briefly:,.0f} where passes are not explained")


if __name__ == "__main__":
    main()
