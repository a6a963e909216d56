"""Real plans and states: read without losing an account, and with the answers that their labels give."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from auditor import audit
from auditor.infra.declared import Declared, Document, Inputs
from auditor.infra.terraform import plan, state
from auditor.model.reading import Unread
from auditor.model.types import ACCOUNT, STORAGE
from tests import needs
from tests.infra.terraform.plans import snapshot

if TYPE_CHECKING:
    from pathlib import Path

FILES = (
    "fugue+regula/rego/tests/rules/tf/azurerm/network/inputs/security_group_no_inbound_22_infra.json",
    "fugue+regula/rego/tests/rules/tf/azurerm/network/inputs/security_group_no_inbound_3389_infra.json",
    "fugue+regula/rego/tests/rules/tf/azurerm/storage/inputs/account_deny_access_infra.json",
    "fugue+regula/rego/tests/rules/tf/azurerm/storage/inputs/account_microsoft_services_infra.json",
    "fugue+regula/rego/tests/lib/inputs/resource_view_03_infra.json",
    "Azure+PSRule.Rules.Azure/tests/PSRule.Rules.Azure.Tests/Terraform/PlanFile.Modules.json",
    "Azure+PSRule.Rules.Azure/tests/PSRule.Rules.Azure.Tests/Terraform/PlanFile.AzApi.json",
    "infracost+infracost/cmd/infracost/testdata/express_route_gateway_plan.json",
    "infracost+infracost/cmd/infracost/testdata/azure_firewall_plan.json",
    "terraform-compliance+cli/tests/functional/test_issue-193_confirm_list_of_queues_available/plan.out.json",
    "terraform-compliance+cli/tests/functional/test_in_step_variables_slicing/plan.out.json",
    "terraform-compliance+cli/tests/functional/test_issue-221/plan.out.json",
    "terraform-compliance+cli/tests/functional/noskip_general/plan.out.json",
    "terraform-compliance+cli/tests/functional/test_any_match_regex/plan.out.json",
    "bridgecrewio+checkov/tests/terraform/runner/resources/plan_with_resource_reference/tfplan_extra_ref.json",
)
LABELLED = "Azure+policy-library-avm/extracted/policy/avmsec"
OURS = {
    "azurerm_storage_account": STORAGE,
    "azurerm_cognitive_account": ACCOUNT,
    "azurerm_ai_services": ACCOUNT,
}


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8-sig"))


def read(value: Any, path: Path) -> Declared:
    reader = plan if "resource_changes" in value or "planned_values" in value else state
    return reader.read(Document(path, path.name, "", value), Inputs())


def accounts_in(value: Any) -> set[str]:
    """The addresses of accounts, by walking all of the JSON without knowing its form."""
    found: set[str] = set()
    if isinstance(value, list):
        return found.union(*map(accounts_in, value))
    if not isinstance(value, dict):
        return found
    kind, values = str(value.get("type")), value.get("values") or value.get("change", {}).get("after") or {}
    named = value.get("mode") == "managed" and isinstance(value.get("address"), str)
    arm = str(values.get("type")) if isinstance(values, dict) else ""
    azapi = kind == "azapi_resource" and arm.partition("@")[0] in {STORAGE, ACCOUNT}
    if named and ("values" in value or "change" in value) and (kind in OURS or azapi):
        found.add(value["address"])
    return found.union(*(accounts_in(item) for key, item in value.items() if key != "configuration"))


def is_account(item: Any) -> bool:
    return item.type in {STORAGE, ACCOUNT}


@pytest.mark.parametrize("name", FILES, ids=lambda name: "/".join(name.rsplit("/", 2)[-2:]))
def test_no_account_is_lost(name: str) -> None:
    path = needs.corpus(name)
    value = load(path)
    found = read(value, path)
    assert {item.origin.address for item in found.resources if item.origin and is_account(item)} == accounts_in(value)
    assert not [gap for gap in found.gaps if "entries" in gap.reason]


def test_the_walk_finds_accounts() -> None:
    found = set[str]().union(*(accounts_in(load(needs.corpus(name))) for name in FILES))
    assert "azurerm_storage_account.validstorageaccount1" in found
    assert "azapi_resource.root_storage" in found
    assert len(found) >= 6


def labels() -> list[Any]:
    if not (needs.CORPUS / "labels-sample.json").is_file():
        return []
    return [
        label
        for label in load(needs.CORPUS / "labels-sample.json")
        if label["file"].startswith(LABELLED) and label["format"] == "plan"
    ]


@pytest.mark.parametrize("label", labels(), ids=lambda label: label["file"].removeprefix(LABELLED)[-60:])
def test_the_labels_of_plans_agree(label: Any) -> None:
    """AVM_SEC_2_1, a customer-managed key on storage, is DI-ENC-002.

    The azapi labels ask whether `keyvaultproperties.keyname` is set, or will be; azurerm ones whether there is a key.
    """
    path = needs.corpus(label["file"])
    found = read(load(path), path)
    (store,) = [item for item in found.resources if item.type == STORAGE and item.origin]
    assert store.origin is not None
    assert store.origin.address == label["resource"]
    properties = store.body.get("properties", {})
    encryption = properties.get("encryption", {}) if isinstance(properties, dict) else properties
    has_key = isinstance(encryption, dict) and (
        str(encryption.get("keySource")).lower() == "microsoft.keyvault" or "keyvaultproperties" in encryption
    )
    if isinstance(encryption, Unread):  # a state by hand that leaves the block out: real ones hold every argument
        assert path.name == "invalid_resource_in_state.json"
    assert has_key is (label["expected"] == "pass")


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        # invalid: the default action is Allow, written or by leaving the block out; valid: Deny
        (
            FILES[2],
            {
                "invalidstorageaccount1": "fail",
                "invalidstorageaccount2": "fail",
                "validstorageaccount1": "pass",
                "validstorageaccount2": "pass",
            },
        ),
    ],
)
def test_the_network_labels_of_regula_agree(name: str, statuses: dict[str, str]) -> None:
    path = needs.corpus(name)
    report = audit.judge_snapshot(audit.prepare(audit.Choice(all_documents=True)), snapshot(read(load(path), path)))
    found = {line.finding.subject.name: line.finding.status for line in report.lines if line.rule.id == "DI-NET-003"}
    assert found == statuses
