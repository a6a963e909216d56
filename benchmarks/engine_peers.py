"""The other side of `benchmarks/engine.py --peers`: ten rules in Rego and as Cloud Custodian's value filters.

Runs in an environment of its own, over JSON lines of storage accounts with their blob service and containers inside, and
prints by engine: CPU seconds, accounts, and how many times each rule failed. Reading the file is not counted, but what an
engine must do to be given an account is.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

Run: TypeAlias = Callable[[], dict[str, int]]
"""Judges accounts that were handed over when it was made, and counts how often each rule fails."""

REGO = """
package audit

import rego.v1

result := fails

versions := {"TLS1_0": 0, "TLS1_1": 1, "TLS1_2": 2, "TLS1_3": 3}

store := input.properties

service := input.blobService.properties

fails["DI-ACC-003"] := object.get(store, "allowSharedKeyAccess", true) if {
	object.get(store, "allowSharedKeyAccess", true) != false
}

fails["DI-ACC-004"] := store.allowBlobPublicAccess if store.allowBlobPublicAccess != false

fails["DI-NET-003"] := object.get(store, "publicNetworkAccess", "Enabled") if {
	not object.get(store, "publicNetworkAccess", "Enabled") in {"Disabled", "SecuredByPerimeter"}
	object.get(store, ["networkAcls", "defaultAction"], "Allow") != "Deny"
}

fails["DI-REG-010"] := object.get(store, "allowCrossTenantReplication", true) if {
	object.get(store, "allowCrossTenantReplication", true) != false
}

fails["DI-RET-003"] := service.deleteRetentionPolicy.days if {
	service.deleteRetentionPolicy.enabled
	service.deleteRetentionPolicy.days * 24 > 24
}

fails["DI-RET-004"] := service.containerDeleteRetentionPolicy.days if {
	service.containerDeleteRetentionPolicy.enabled
	service.containerDeleteRetentionPolicy.days * 24 > 24
}

fails["DI-RET-006"] := service.restorePolicy.enabled if service.restorePolicy.enabled

fails["DI-RET-008"] := object.get(service.changeFeed, "retentionInDays", 0) if {
	service.changeFeed.enabled
	object.get(service.changeFeed, "retentionInDays", 0) <= 0
}

fails["DI-TLS-001"] := store.minimumTlsVersion if versions[store.minimumTlsVersion] < versions.TLS1_2

fails["DI-TLS-002"] := store.supportsHttpsTrafficOnly if store.supportsHttpsTrafficOnly != true
"""


def value(key: str, op: str, wanted: object) -> dict[str, Any]:
    """A value filter."""
    return {"type": "value", "key": key, "op": op, "value": wanted}


_SERVICE = "blobService.properties"
FILTERS: dict[str, list[dict[str, Any]]] = {
    "DI-ACC-003": [value("properties.allowSharedKeyAccess", "ne", wanted=False)],
    "DI-ACC-004": [value("properties.allowBlobPublicAccess", "ne", wanted=False)],
    "DI-NET-003": [
        value("properties.publicNetworkAccess", "not-in", ["Disabled", "SecuredByPerimeter"]),
        value("properties.networkAcls.defaultAction", "ne", "Deny"),
    ],
    "DI-REG-010": [value("properties.allowCrossTenantReplication", "ne", wanted=False)],
    "DI-RET-003": [
        value(f"{_SERVICE}.deleteRetentionPolicy.enabled", "eq", wanted=True),
        value(f"{_SERVICE}.deleteRetentionPolicy.days", "gt", 1),
    ],
    "DI-RET-004": [
        value(f"{_SERVICE}.containerDeleteRetentionPolicy.enabled", "eq", wanted=True),
        value(f"{_SERVICE}.containerDeleteRetentionPolicy.days", "gt", 1),
    ],
    "DI-RET-006": [value(f"{_SERVICE}.restorePolicy.enabled", "eq", wanted=True)],
    "DI-RET-008": [
        value(f"{_SERVICE}.changeFeed.enabled", "eq", wanted=True),
        {
            "or": [
                {f"{_SERVICE}.changeFeed.retentionInDays": "absent"},
                value(f"{_SERVICE}.changeFeed.retentionInDays", "le", 0),
            ]
        },
    ],
    "DI-TLS-001": [value("properties.minimumTlsVersion", "in", ["TLS1_0", "TLS1_1"])],
    "DI-TLS-002": [value("properties.supportsHttpsTrafficOnly", "ne", wanted=True)],
}


def regorus(lines: list[str]) -> Run:
    """Regorus, the Rego interpreter in Rust, by its Python bindings (celine-regorus)."""
    import regorus as binding  # noqa: PLC0415 - only in its own environment

    engine = binding.Engine()
    engine.add_policy("audit.rego", REGO)

    def run() -> dict[str, int]:
        counts: Counter[str] = Counter()
        for line in lines:
            engine.set_input_json(line)
            counts.update(engine.eval_rule("data.audit.result").keys())
        return counts

    return run


def rego_cpp(lines: list[str]) -> Run:
    """The Rego interpreter in C++, by its Python bindings (regopy)."""
    import regopy  # noqa: PLC0415 - only in its own environment

    engine = regopy.Interpreter()
    engine.add_module("audit", REGO)

    def run() -> dict[str, int]:
        counts: Counter[str] = Counter()
        for line in lines:
            engine.set_input(json.loads(line))
            counts.update(json.loads(str(engine.query("data.audit.result")))["expressions"][0].keys())
        return counts

    return run


def custodian(lines: list[str]) -> Run:
    """Cloud Custodian: a policy for each rule, whose value filters find what fails among resources that are there."""
    from c7n.config import Config  # noqa: PLC0415 - only in its own environment
    from c7n.policy import PolicyCollection  # noqa: PLC0415
    from c7n.resources import load_resources  # noqa: PLC0415

    load_resources(("azure.storage",))
    written = [
        {"name": name.lower(), "resource": "azure.storage", "filters": filters} for name, filters in FILTERS.items()
    ]
    policies = PolicyCollection.from_data({"policies": written}, Config.empty())
    resources = [json.loads(line) for line in lines]
    return lambda: {
        policy.name.upper(): len(policy.resource_manager.filter_resources([*resources])) for policy in policies
    }


ENGINES: dict[str, Callable[[list[str]], Run]] = {"regorus": regorus, "rego-cpp": rego_cpp, "custodian": custodian}


def main() -> None:
    """Run engines on as many accounts as each was given: `regorus=1000`."""
    if len(sys.argv) == 1:
        print("a part of engine.py --peers; nothing to measure by itself")
        return
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    told = {}
    for name, accounts in (item.split("=") for item in sys.argv[2:]):
        run = ENGINES[name](lines[: int(accounts)])
        started = time.process_time()
        fails = run()
        told[name] = {"seconds": time.process_time() - started, "accounts": int(accounts), "fails": fails}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
