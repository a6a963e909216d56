"""What another auditor silently misses or gets wrong (the probes of a study of peers), through the command itself.

Each probe names the rules that it is about; these alone are loaded, so that the exit code is theirs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from auditor.data import policies_folder
from tests.infra.arm.templates import account, deployment, store, template
from tests.infra.terraform.plans import account as tf_store
from tests.infra.terraform.plans import forms, plan

HTTPS, TLS, NETWORK, KEYS = "DI-TLS-002", "DI-TLS-001", "DI-NET-003", "DI-ACC-001"
IDENTITY, OPEN = "DI-ACC-007", "DI-NET-001"
FILES = {
    HTTPS: "tls/storage-https-only.yaml",
    TLS: "tls/storage-minimum-tls.yaml",
    NETWORK: "network/storage-network-restricted.yaml",
    KEYS: "access/account-keys-disabled.yaml",
    IDENTITY: "access/account-managed-identity.yaml",
    OPEN: "network/account-network-restricted.yaml",
}
BAD = {"minimumTlsVersion": "TLS1_0", "supportsHttpsTrafficOnly": False}
GOOD = {"minimumTlsVersion": "TLS1_2", "supportsHttpsTrafficOnly": True}
UNSET = {name: {"type": kind} for name, kind in {"tls": "string", "https": "bool", "off": "bool"}.items()}
AFTER_APPLY = dict.fromkeys(["min_tls_version", "https_traffic_only_enabled", "network_rules"], True)
REFERS = dict.fromkeys(AFTER_APPLY, "random_id.x.hex")


def by_name(*resources: dict[str, Any]) -> dict[str, Any]:
    """A template whose resources are an object, as newer ones have it."""
    named = {f"r{number}": item for number, item in enumerate(resources)}
    return {**template(), "resources": named, "languageVersion": "2.0"}


PROBES: dict[str, tuple[Any, dict[str, str]]] = {
    "resources as an object": (by_name(store(properties=BAD)), {HTTPS: "fail", TLS: "fail"}),
    "the type in lower case": (
        by_name(store(type="microsoft.storage/storageaccounts", properties=BAD)),
        {HTTPS: "fail", TLS: "fail"},
    ),
    "names of properties in lower case": (
        template(store(properties={"minimumtlsversion": "tls1_0", "supportshttpstrafficonly": False})),
        {HTTPS: "fail", TLS: "fail"},
    ),
    "a minimum of TLS 1.3": (template(store(properties={"minimumTlsVersion": "TLS1_3"})), {TLS: "pass"}),
    "parameters without defaults": (
        template(
            store(
                properties={
                    "minimumTlsVersion": "[parameters('tls')]",
                    "supportsHttpsTrafficOnly": "[parameters('https')]",
                    "publicNetworkAccess": "[parameters('tls')]",
                }
            ),
            account(properties={"disableLocalAuth": "[parameters('off')]"}, identity="[parameters('tls')]"),
            parameters=UNSET,
        ),
        {HTTPS: "unknown", TLS: "unknown", NETWORK: "unknown", KEYS: "unknown", IDENTITY: "unknown"},
    ),
    "expressions that come out good": (
        template(
            store(
                properties={
                    "minimumTlsVersion": "[if(true(), 'TLS1_2', 'TLS1_0')]",
                    "supportsHttpsTrafficOnly": "[bool('true')]",
                }
            )
        ),
        {HTTPS: "pass", TLS: "pass"},
    ),
    "expressions that come out bad": (
        template(
            store(
                properties={
                    "minimumTlsVersion": "[concat('TLS1', '_', string(0))]",
                    "supportsHttpsTrafficOnly": "[not(true())]",
                }
            )
        ),
        {HTTPS: "fail", TLS: "fail"},
    ),
    "nothing set": (template(store(), account()), {NETWORK: "fail", HTTPS: "pass", TLS: "fail", OPEN: "fail"}),
    "an identity of type None": (template(account(identity={"type": "None"})), {IDENTITY: "fail"}),
    "in a nested deployment in a nested deployment": (
        template(deployment(template(deployment(template(store(properties=BAD)))))),
        {HTTPS: "fail", TLS: "fail"},
    ),
    "a plan under the name of today": (
        plan(tf_store("docs", {"https_traffic_only_enabled": False, "min_tls_version": "TLS1_0"})),
        {HTTPS: "fail", TLS: "fail"},
    ),
    "a plan under the name of before": (
        plan(tf_store("docs", {"enable_https_traffic_only": False}), version="~> 3.0"),
        {HTTPS: "fail"},
    ),
    "a plan of which all is known after apply": (
        plan(tf_store("docs", {}, unknown=AFTER_APPLY, **REFERS)),
        {HTTPS: "unknown", TLS: "unknown", NETWORK: "unknown"},
    ),
    "a plan of a provider whose version nobody knows": (plan(tf_store(), version=None), {TLS: "unknown"}),
    "an account in a plan that leaves keys on": (
        plan(forms("forms", {"local_auth_enabled": True}), version="~> 4.0"),
        {KEYS: "fail"},
    ),
    "a store in a module, one of several": (
        plan(
            tf_store("docs", {"https_traffic_only_enabled": False}, module='module.stores["a"]', index=0),
            calls={"stores": {}},
        ),
        {HTTPS: "fail"},
    ),
}


def gate(name: str, rules: dict[str, str], *more: str) -> int:
    policies = [part for rule in rules for part in ("--policies", str(policies_folder() / FILES[rule]))]
    return main(["gate", name, "--scope", "all", "-o", "json=out.json", "--quiet", *policies, *more])


def statuses() -> dict[str, str]:
    findings = json.loads(Path("out.json").read_text(encoding="utf-8"))["findings"]
    return {item["rule"]: item["status"] for item in findings}


@pytest.mark.parametrize(("value", "expected"), PROBES.values(), ids=PROBES)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["bare", "byte order mark"])
def test_probes(
    value: Any, expected: dict[str, str], mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("main.json").write_text(mark + json.dumps(value), encoding="utf-8")
    code = gate("main.json", expected, "--fail-on", "low")
    assert statuses() == expected
    assert code == ("fail" in expected.values())
    assert gate("main.json", expected, "--fail-on", "low", "--fail-on-unknown") == (set(expected.values()) != {"pass"})
