"""What peers have labelled as good or bad in files of their own tests, beside what the gate says of these files.

The 15 Bicep cases of KICS need a compiler; `arm/test_files_of_the_corpus.py` has them, with a small stand-in. The others
are here, all 28 of them: where a peer asks what a rule of ours asks, the answers agree or the difference is explained.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import Choice, prepare
from auditor.errors import InfrastructureError
from auditor.gate import Gate, judge_files
from tests.infra.terraform.plans import account, made, plan
from tests.needs import CORPUS, corpus

KEY, CONTAINER_CLOSED, ACCOUNT_KEYS = "DI-ENC-002", "DI-ACC-005", "DI-ACC-001"
SAME_QUESTION = {"AVM_SEC_2_1": KEY, "AZU-0060": KEY, "CKV_AZURE_34": CONTAINER_CLOSED, "CKV_AZURE_236": ACCOUNT_KEYS}
OTHER_QUESTION = {
    "CKV2_AZURE_20": "logs of the table service, in which no document lies",
    "FG_R00208": "that trusted services of Azure are let in, which a privacy rule does not want to ask for",
    "1367dd13-2c90-4020-80b7-e4339a3dc2c4": "Bicep",
    "d855ced8-6157-448f-9f1d-f05a41d046f7": "Bicep",
}
AZAPI = "StorageCriticalDataEncryptedCMK.azapi/"
NO_SOURCE = "the body names a key and no keySource; Azure's default for that is Microsoft.Storage, and the key unused"
DIFFERENT = {
    f"{AZAPI}cmk.json": ("fail", NO_SOURCE),
    f"{AZAPI}cmk_as_update_resource.json": ("fail", NO_SOURCE),
    f"{AZAPI}cmk_known_after_apply.json": ("fail", NO_SOURCE),
    f"{AZAPI}cmk_as_update_resource_known_after_apply.json": ("fail", NO_SOURCE),
    "StorageCriticalDataEncryptedCMK/invalid_resource_in_state.json": (
        "unknown",
        "a state by hand without the block: real ones hold every argument, so that nobody knows what this one left out",
    ),
}
AUDIT = prepare(Choice(profile="strict", all_documents=True))


def cases() -> list[dict[str, Any]]:
    path = CORPUS / "labels-sample.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def named(case: dict[str, Any]) -> str:
    return f"{case['check_id']}-{Path(case['file']).name}-{case['name']}"


def statuses(path: Path, rule: str) -> dict[str | None, str]:
    """By address of the resource, what the rule says of it."""
    lines = judge_files(AUDIT, Gate((path,))).report.lines
    findings = [line.finding for line in lines if line.rule.id == rule]
    return {item.subject.place.address if item.subject.place else None: item.status for item in findings}


def test_no_label_is_left_out() -> None:
    corpus("labels-sample.json")
    assert len(cases()) == 43
    assert {case["check_id"] for case in cases()} == SAME_QUESTION.keys() | OTHER_QUESTION.keys()
    assert not SAME_QUESTION.keys() & OTHER_QUESTION.keys()


@pytest.mark.parametrize("case", [case for case in cases() if case["format"] == "plan"], ids=named)
def test_plans(case: dict[str, Any]) -> None:
    known = [DIFFERENT[name] for name in DIFFERENT if case["file"].endswith(f"/{name}")]
    expected = known[0][0] if known else case["expected"]
    assert statuses(corpus(case["file"]), SAME_QUESTION[case["check_id"]]) == {case["resource"]: expected}


def test_differences_are_differences() -> None:
    labels = {case["file"]: case["expected"] for case in cases()}
    for name, (status, _) in DIFFERENT.items():
        assert all(labels[file] != status for file in labels if file.endswith(f"/{name}"))


# Terraform sources are not read without their plan. What stands in the files, as the plan has it:

KEYED = {"customer_managed_key": [{"user_assigned_identity_id": None}]}
OF_KEY = {"customer_managed_key": [{"key_vault_key_id": {"references": ["azurerm_key_vault_key.example.id"]}}]}
FACE = {"kind": "Face", "sku_name": "S0", "custom_subdomain_name": None}
SOURCES: dict[str, dict[str, Any]] = {
    "bad_example": account("storageaccountname", label="bad_example"),
    "good_example": account(
        "storageaccountname",
        KEYED,
        unknown={"customer_managed_key": [{"key_vault_key_id": True}]},
        label="good_example",
        **OF_KEY,
    ),
    "fail": made("azurerm_cognitive_account", "fail", {**FACE, "name": "a", "local_auth_enabled": True}),
    "fail2": made("azurerm_cognitive_account", "fail2", {**FACE, "name": "b", "local_auth_enabled": True}),
    "pass": made("azurerm_cognitive_account", "pass", {**FACE, "name": "c", "local_auth_enabled": False}),
}


def container(access: str) -> list[dict[str, Any]]:
    values = {"name": "vhds", "container_access_type": access}
    return [account("docs"), made("azurerm_storage_container", "example", values, storage_account_name=STORE_NAME)]


STORE_NAME = "azurerm_storage_account.docs.name"


@pytest.mark.parametrize("case", [case for case in cases() if case["format"] == "tf"], ids=named)
def test_sources(case: dict[str, Any], tmp_path: Path) -> None:
    """The source is refused, never passed; its plan gets the answer of the label, unless the question is another one."""
    with pytest.raises(InfrastructureError, match="terraform show -json"):
        judge_files(AUDIT, Gate((corpus(case["file"]),)))
    rule = SAME_QUESTION.get(case["check_id"])
    if rule is None:
        assert case["check_id"] in OTHER_QUESTION
        return
    made_of = (
        container("blob" if "failure" in case["file"] else "private")
        if rule == CONTAINER_CLOSED
        else [SOURCES[case["name"]]]
    )
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan(*made_of)), encoding="utf-8")
    found = statuses(path, rule)
    if rule == ACCOUNT_KEYS:  # accounts of the kind Face host no Document Intelligence: no rule of ours is about them
        assert found == {}
        path.write_text(path.read_text(encoding="utf-8").replace('"Face"', '"FormRecognizer"'), encoding="utf-8")
        found = statuses(path, rule)
    assert found == {case["resource"]: case["expected"]}


@pytest.mark.parametrize("name", ["invalid", "invalidunset", "valid", "validmulti", "validmulti2"])
def test_trusted_services_change_no_verdict_of_ours(name: str) -> None:
    """Regula wants them let in; here all five accounts deny by default, whatever they let past that."""
    (file,) = {case["file"] for case in cases() if case["check_id"] == "FG_R00208"} or {""}
    lines = judge_files(AUDIT, Gate((corpus(file),))).report.lines
    found = {line.finding.subject.name: line.finding.status for line in lines if line.rule.id == "DI-NET-003"}
    assert found[name] == "pass"
