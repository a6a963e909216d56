"""`auditor role`: the roles that it prints are enough, grant nothing else, and are what az, Bicep and Terraform take."""

from __future__ import annotations

import io
import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import hcl2
import pytest
from pycep import BicepParser

from auditor.cli import main
from auditor.collectors.catalogue import COLLECTORS, MANAGEMENT_GROUP_ACTION, PERMISSIONS_ACTION, permissions
from auditor.data import policies_folder
from auditor.model.types import BATCH_RESULTS, INSPECTION
from auditor.role import ANY_SCOPE, Wish, roles
from tests.collectors.scans import EVERY_TYPE, scan
from tests.fakes.azure import FakeAzure, estate_of_every_type
from tests.fakes.azure import builders as make

AT = f"/subscriptions/{make.SUBSCRIPTION}"
GROUP = make.management_group("contoso")
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
FORM_RECOGNIZER = "Microsoft.CognitiveServices/accounts/FormRecognizer"
BATCHES = f"{FORM_RECOGNIZER}/analysis/get/batchanalyze/result/read"
SUBDOMAIN = str(policies_folder() / "access" / "account-custom-subdomain.yaml")

CONTROL = {
    # azure-facts 3h, as far as a collector reads it
    "Microsoft.Resources/subscriptions/read",
    "Microsoft.Resources/subscriptions/locations/read",
    "Microsoft.CognitiveServices/accounts/read",
    "Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations/read",
    "Microsoft.CognitiveServices/accounts/projects/read",
    "Microsoft.CognitiveServices/accounts/connections/read",
    "Microsoft.CognitiveServices/deletedAccounts/read",
    "Microsoft.Storage/storageAccounts/read",
    "Microsoft.Storage/storageAccounts/inventoryPolicies/read",
    "Microsoft.Storage/deletedAccounts/read",
    "Microsoft.OperationalInsights/workspaces/dataExports/read",
    "Microsoft.Storage/storageAccounts/blobServices/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/read",
    "Microsoft.Storage/storageAccounts/managementPolicies/read",
    "Microsoft.Storage/storageAccounts/objectReplicationPolicies/read",
    "Microsoft.Storage/storageAccounts/encryptionScopes/read",
    "Microsoft.Storage/storageAccounts/localUsers/read",
    "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read",
    "Microsoft.Insights/diagnosticSettings/read",
    "Microsoft.Insights/metrics/read",
    "Microsoft.OperationalInsights/workspaces/read",
    "Microsoft.OperationalInsights/workspaces/tables/read",
    "Microsoft.OperationalInsights/workspaces/query/read",
    "Microsoft.OperationalInsights/workspaces/query/AzureDiagnostics/read",
    "Microsoft.OperationalInsights/workspaces/query/StorageBlobLogs/read",
    "Microsoft.KeyVault/vaults/read",
    "Microsoft.Authorization/roleAssignments/read",
    "Microsoft.Authorization/roleDefinitions/read",
    "Microsoft.Network/privateEndpoints/read",
    "Microsoft.DataProtection/backupVaults/read",
    "Microsoft.DataProtection/backupVaults/backupInstances/read",
    "Microsoft.Storage/storageAccounts/storageTaskAssignments/read",
    # beyond it: what vaults keep for how long, what storage tasks do, connections of projects, and what `auditor doctor` asks
    "Microsoft.StorageActions/storageTasks/read",
    "Microsoft.DataProtection/backupVaults/backupPolicies/read",
    "Microsoft.CognitiveServices/accounts/projects/connections/read",
    "Microsoft.Authorization/permissions/read",
}
DATA = {
    f"{FORM_RECOGNIZER}/documentmodels/read",
    f"{FORM_RECOGNIZER}/operations/read",
    f"{FORM_RECOGNIZER}/management/get/model/read",
    f"{FORM_RECOGNIZER}/management/get/classifier/read",
    f"{FORM_RECOGNIZER}/operation/list/operations/read",
}


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    assert main(["role", *arguments]) == code
    return capsys.readouterr()


def definition(capsys: pytest.CaptureFixture[str], plane: str, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed(capsys, "--plane", plane, *arguments)[0])
    return found


def test_the_two_roles_are_those_of_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    control, data = definition(capsys, "control"), definition(capsys, "data")
    assert control["Name"] == "Document Intelligence Privacy Auditor (control plane)"
    assert data["Name"] == "Document Intelligence Privacy Auditor (models, no content)"
    assert (set(control["Actions"]), control["DataActions"]) == (CONTROL, [])
    assert (data["Actions"], set(data["DataActions"])) == ([], DATA)


def test_json_is_what_az_takes(capsys: pytest.CaptureFixture[str]) -> None:
    role = definition(capsys, "control", "--scope", AT)
    keys = ["Name", "IsCustom", "Description", "Actions", "NotActions", "DataActions", "NotDataActions"]
    assert list(role) == [*keys, "AssignableScopes"]
    assert role["IsCustom"] is True
    assert role["Actions"] == sorted(set(role["Actions"]))
    assert role["AssignableScopes"] == [AT]


def test_both_planes_are_an_array(capsys: pytest.CaptureFixture[str]) -> None:
    both = json.loads(printed(capsys)[0])
    assert both == [definition(capsys, "control"), definition(capsys, "data")]


WISHES = [
    Wish(types, planes, (), inspect_blobs=inspect, batch_results=inspect, management_group=group)
    for types, planes, inspect, group in product(
        (None, *(frozenset({record.type}) for record in COLLECTORS)),
        (("control",), ("data",), ("control", "data")),
        (False, True),
        (False, True),
    )
]


def test_no_role_reads_content_or_keys_or_changes_anything() -> None:
    for wish in WISHES:
        for role in roles(wish):
            assert not (role.actions and role.data_actions)
            for right in (*role.actions, *role.data_actions):
                assert re.fullmatch(r"Microsoft\.[A-Za-z]+(?:/[A-Za-z]+)+/read", right)
                assert not re.search(r"listkeys|/keys?/|secrets?/", right, re.IGNORECASE)
                assert "result/" not in right or (wish.batch_results and right == BATCHES)
                assert "blobs/" not in right or wish.inspect_blobs
            assert role.reads_content == (BLOBS in role.data_actions)


def test_blobs_come_only_with_a_flag_and_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = printed(capsys, "--plane", "data", "--inspect-blobs")
    role = json.loads(out)
    assert set(role["DataActions"]) == {*DATA, BLOBS}
    assert "no content" not in role["Name"]
    assert "reads their content" in role["Description"]
    assert "warning: Listing blobs takes a right that also reads their content" in err
    assert "\n// Listing blobs takes a right" in printed(capsys, "--inspect-blobs", "--format", "bicep")[0]
    assert "\n# Listing blobs takes a right" in printed(capsys, "--inspect-blobs", "--format", "terraform")[0]
    for form in ("json", "bicep", "terraform"):
        assert "content: " not in "".join(printed(capsys, "--format", form))


def test_the_right_of_management_groups_is_extra(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(definition(capsys, "control", "--management-group")["Actions"]) == {*CONTROL, MANAGEMENT_GROUP_ACTION}


def test_rules_narrow_the_roles(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(definition(capsys, "control", "--policies", SUBDOMAIN)["Actions"]) == {
        "Microsoft.Resources/subscriptions/read",
        "Microsoft.CognitiveServices/accounts/read",
        "Microsoft.Authorization/permissions/read",
    }
    assert json.loads(printed(capsys, "--policies", SUBDOMAIN)[0])["DataActions"] == []
    baseline = set(definition(capsys, "control", "--profile", "baseline")["Actions"])
    strict = set(definition(capsys, "control", "--profile", "strict")["Actions"])
    assert baseline <= strict <= CONTROL


def test_rules_that_need_no_right_on_data_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "--plane", "data", "--policies", SUBDOMAIN) == ("", "these rules need no right on data\n")
    assert printed(capsys, "--plane", "data", "--policies", SUBDOMAIN, "-q") == ("", "")


@pytest.mark.parametrize(
    "scope",
    ["", "/", "/subscriptions", "/subscriptions/abc", AT[1:], f"{AT}/", f"{AT}'", f"{AT}/resourceGroups/a${{b}}", f"{GROUP}/x"],
)  # fmt: skip
def test_a_scope_that_is_none_is_refused(scope: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = printed(capsys, "--scope", scope, code=2)
    assert out == ""
    assert "a role cannot be assigned there" in err


def test_what_is_left_to_do_is_said_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert "replace the placeholder" in printed(capsys)[1]
    assert ANY_SCOPE in printed(capsys)[0]
    assert printed(capsys, "-q")[1] == ""
    assert printed(capsys, "--scope", f"{AT}/resourceGroups/documents-(eu)")[1] == ""
    assert "may refuse to assign a role with data actions" in printed(capsys, "--scope", GROUP)[1]
    assert printed(capsys, "--scope", GROUP, "--plane", "control")[1] == ""
    assert printed(capsys, "--format", "bicep")[1] == ""


# Bicep and Terraform, read by parsers that are not ours.

SCOPES: list[list[str]] = [
    [],
    ["--scope", AT],
    ["--scope", AT, "--scope", f"{AT}/resourceGroups/x"],
    ["--scope", GROUP],
]


@pytest.mark.parametrize("arguments", [[*scopes, *flag] for scopes in SCOPES for flag in ([], ["--inspect-blobs"])])
def test_bicep_defines_the_same_roles(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    expected = json.loads(printed(capsys, *arguments)[0])
    found = BicepParser().parse(text=printed(capsys, *arguments, "--format", "bicep")[0])
    (target,) = found["globals"].values()
    assert target["value"] == ("managementGroup" if GROUP in arguments else "subscription")
    assert set(found["resources"]) == {"controlPlane", "dataPlane"}
    for role, name in zip(expected, ("controlPlane", "dataPlane"), strict=True):
        resource = found["resources"][name]
        assert (resource["type"], resource["api_version"]) == ("Microsoft.Authorization/roleDefinitions", "2022-04-01")
        properties = resource["config"]["properties"]
        (permission,) = properties["permissions"]
        assert (properties["roleName"], properties["description"]) == (role["Name"], role["Description"])
        assert properties["type"] == "CustomRole"
        assert [list(permission[key]) for key in ("actions", "notActions", "dataActions", "notDataActions")] == [
            role["Actions"],
            [],
            role["DataActions"],
            [],
        ]
        if ANY_SCOPE not in role["AssignableScopes"]:
            assert list(properties["assignableScopes"]) == role["AssignableScopes"]


def test_bicep_without_a_scope_is_for_wherever_it_is_deployed(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = printed(capsys, "--format", "bicep")
    assert "    assignableScopes: [\n      subscription().id\n    ]" in out
    assert "name: guid(subscription().id, 'Document Intelligence Privacy Auditor (control plane)')" in out


@pytest.mark.parametrize("arguments", [[*scopes, *flag] for scopes in SCOPES for flag in ([], ["--inspect-blobs"])])
def test_terraform_defines_the_same_roles(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    expected = json.loads(printed(capsys, *arguments)[0])
    found = hcl2.load(io.StringIO(printed(capsys, *arguments, "--format", "terraform")[0]))
    blocks = [_plain(block)["azurerm_role_definition"] for block in found["resource"]]
    assert [next(iter(block)) for block in blocks] == [
        "document_intelligence_auditor_control",
        "document_intelligence_auditor_data",
    ]
    for role, block in zip(expected, blocks, strict=True):
        (body,) = block.values()
        (permission,) = body["permissions"]
        assert (body["name"], body["description"]) == (role["Name"], role["Description"])
        assert body["scope"] == role["AssignableScopes"][0]
        assert body["assignable_scopes"] == role["AssignableScopes"]
        assert permission.get("actions", []) == role["Actions"]
        assert permission.get("data_actions", []) == role["DataActions"]


def _plain(value: Any) -> Any:
    """What the parser read, without the quotation marks that it keeps and the marks of its own."""
    match value:
        case dict():
            return {_plain(name): _plain(item) for name, item in value.items() if not str(name).startswith("__")}
        case list():
            return [_plain(item) for item in value]
        case str():
            return value.removeprefix('"').removesuffix('"')
        case _:
            return value


# Enough, and nothing too much: `tests/collectors/test_collect.py` shows that each of these rights is needed.


def test_the_roles_hold_what_the_collectors_ask_for(capsys: pytest.CaptureFixture[str]) -> None:
    every = permissions(record.type for record in COLLECTORS if record.type not in {INSPECTION, BATCH_RESULTS})
    assert set(definition(capsys, "control")["Actions"]) == {*every.actions, PERMISSIONS_ACTION}
    assert set(definition(capsys, "data")["DataActions"]) == set(every.data_actions)


def granted_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    both = json.loads(printed(capsys, *arguments)[0])
    return [right for role in both for right in (*role["Actions"], *role["DataActions"])]


@pytest.mark.parametrize(
    ("flags", "types"),
    [
        ([], EVERY_TYPE - {INSPECTION, BATCH_RESULTS}),
        (["--batch-results"], EVERY_TYPE - {INSPECTION}),
        (["--inspect-blobs", "--batch-results"], EVERY_TYPE),
    ],
)
def test_a_whole_scan_with_the_roles_leaves_no_gap(
    flags: list[str], types: frozenset[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeAzure(estate_of_every_type(), granted=granted_by(capsys, *flags), page_size=100) as azure:
        result = scan(azure, types)
    assert result.snapshot.gaps == ()
    assert {item.type.lower() for item in result.snapshot.resources} >= {name.lower() for name in types}


def test_doctor_finds_nothing_missing_with_the_roles(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    granted = granted_by(capsys)
    with FakeAzure(estate_of_every_type(), granted=granted) as azure, azure.exported():
        assert main(["doctor", "--auth", "environment", "--profile", "strict"]) == 0
    assert "everything is there" in capsys.readouterr().out
