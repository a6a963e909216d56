from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.infra.detect import Kind, azure_line, is_plan_log, kind_by_name, kind_of, may_be_infrastructure
from auditor.infra.json_text import parse_json
from auditor.infra.text import decode, read_bytes
from tests.needs import CORPUS, need

SCHEMAS = "https://schema.management.azure.com/schemas"
RESOURCE = {"id": "/subscriptions/1/resourceGroups/g/providers/A.B/c/d", "type": "A.B/c", "name": "d"}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"$schema": f"{SCHEMAS}/2019-04-01/deploymentTemplate.json#", "resources": []}, Kind.TEMPLATE),
        ({"$schema": f"{SCHEMAS}/2015-01-01/deploymenttemplate.JSON", "resources": {}}, Kind.TEMPLATE),
        ({"$schema": f"{SCHEMAS}/2018-05-01/subscriptionDeploymentTemplate.json#"}, Kind.TEMPLATE),
        ({"$schema": f"{SCHEMAS}/2019-08-01/managementGroupDeploymentTemplate.json#"}, Kind.TEMPLATE),
        ({"$schema": f"{SCHEMAS}/2019-08-01/tenantDeploymentTemplate.json#"}, Kind.TEMPLATE),
        ({"$schema": "http://example.org/x/deploymentTemplate.json?a=b"}, Kind.TEMPLATE),
        ({"contentVersion": "1.0.0.0", "resources": []}, Kind.TEMPLATE),
        ({"contentVersion": "1.0.0.0", "resources": {"store": {}}}, Kind.TEMPLATE),
        (
            {
                "$schema": f"{SCHEMAS}/2019-04-01/deploymentTemplate.json#",
                "metadata": {"_generator": {"name": "bicep", "version": "0.30.3"}},
                "resources": [],
            },
            Kind.COMPILED_BICEP,
        ),
        (
            {
                "$schema": f"{SCHEMAS}/2019-04-01/deploymentTemplate.json#",
                "metadata": {"_generator": {"name": "mine"}},
            },
            Kind.TEMPLATE,
        ),
        ({"metadata": {"_generator": {"name": "bicep"}}, "body": {}}, None),
        ({"$schema": f"{SCHEMAS}/2019-04-01/deploymentParameters.json#", "parameters": {}}, Kind.PARAMETERS),
        ({"$schema": f"{SCHEMAS}/2018-05-01/subscriptionDeploymentParameters.json#"}, Kind.PARAMETERS),
        ({"contentVersion": "1.0.0.0", "parameters": {"a": {"value": 1}}}, Kind.PARAMETERS),
        ({"changes": [{"resourceId": "/x", "changeType": "Create"}], "status": "Succeeded"}, Kind.WHAT_IF),
        ({"status": "Succeeded", "properties": {"changes": [{"changeType": "Delete"}]}}, Kind.WHAT_IF),
        ({"changes": [], "status": "Succeeded"}, Kind.WHAT_IF),
        ({"Changes": [{"FullyQualifiedResourceId": "/x", "ChangeType": 0}], "Status": "Succeeded"}, Kind.WHAT_IF),
        ([{"ChangeType": "Create", "Before": None, "After": {}}], Kind.WHAT_IF),
        ({"changeType": "Create", "before": None, "after": {}}, Kind.WHAT_IF),
        ({"properties": {"changes": {"resourceChanges": []}}}, Kind.WHAT_IF),
        ({"type": "microsoft.resources/deploymentStacksWhatIfResults", "properties": {}}, Kind.WHAT_IF),
        ({"properties": {"changes": [], "diagnostics": [{"code": "x"}]}}, Kind.WHAT_IF),
        ({"properties": {"changes": {}}}, None),
        ({"changes": []}, None),
        ({"changes": [{"version": "1.2"}], "status": "ok"}, None),
        ({"properties": ["changes"]}, None),
        ({"format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": []}, Kind.PLAN),
        ({"format_version": "1.2", "planned_values": {}}, Kind.PLAN),
        ({"resource_changes": [{"address": "a.b", "change": {"actions": ["create"]}}]}, Kind.PLAN),
        ({"resource_changes": ["a change"]}, None),
        ({"format_version": "1.0", "values": {"root_module": {"resources": []}}}, Kind.STATE),
        ({"format_version": "1.0", "terraform_version": "1.9.0"}, Kind.STATE),
        ({"format_version": "1.0", "provider_schemas": {}}, None),
        ({"values": {"a": 1}}, None),
        ({"version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "x", "resources": []}, Kind.RAW_STATE),
        (RESOURCE, Kind.EXPORT),
        ([RESOURCE, RESOURCE], Kind.EXPORT),
        ([RESOURCE, {"id": 1}], None),
        ({"$schema": f"{SCHEMAS}/0.1.2-preview/CreateUIDefinition.MultiVm.json#", "handler": "x"}, None),
        ({"$schema": "x/apiManagementTemplate.json", "contentVersion": "1", "parameters": {}}, None),
        ({"$schema": 1, "resources": []}, None),
        ({"name": "package", "version": "1.0.0"}, None),
        ([], None),
        (["a"], None),
        ("text", None),
        (None, None),
    ],
)
def test_kinds(value: Any, kind: Kind | None) -> None:
    assert kind_of(value) is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("main.bicep", Kind.BICEP),
        ("MAIN.BICEP", Kind.BICEP),
        ("main.bicepparam", Kind.BICEP_PARAMETERS),
        ("main.tf", Kind.TERRAFORM),
        ("main.tofu", Kind.TERRAFORM),
        ("main.tf.json", Kind.TERRAFORM),
        ("main.json", None),
        ("bicep", None),
    ],
)
def test_sources_go_by_their_name(name: str, kind: Kind | None) -> None:
    assert kind_by_name(name) is kind


def test_what_is_no_json_may_still_be_infrastructure() -> None:
    assert may_be_infrastructure('{"resources": [{"type": "microsoft.storage/storageAccounts"')
    assert may_be_infrastructure('{"format_version": "1.2", "planned_values": {')
    assert not may_be_infrastructure('{"name": "package",, }')


def test_terraform_that_is_not_of_azure_matters_not() -> None:
    assert azure_line('terraform {}\n\nresource "azurerm_storage_account" "docs" {}\n') == 3
    assert azure_line('resource "azapi_resource" "docs" {}') == 1
    assert azure_line('resource "aws_s3_bucket" "docs" {}') is None


def test_the_log_of_a_plan_is_no_plan() -> None:
    assert is_plan_log('\n{"@level":"info","@message":"Terraform 1.9.0"}\n{"@level":"info"}')
    assert not is_plan_log('{"format_version": "1.2"}')


def corpus_kind(path: Path) -> Kind | None:
    name = str(path)
    return kind_of(parse_json(decode(read_bytes(path, name), name)))


def test_every_json_of_the_corpus_is_of_the_kind_that_it_is() -> None:
    """Counted after a look: by schemas, by `_generator`, and by folder for Terraform (README of the corpus)."""
    corpus = need(CORPUS, "the corpus of real inputs: shared/corpus")
    found = Counter((path.relative_to(corpus).parts[0], corpus_kind(path)) for path in sorted(corpus.rglob("*.json")))
    by_kind: Counter[Kind | None] = Counter()
    for (_folder, kind), number in found.items():
        by_kind[kind] += number
    assert by_kind == {
        Kind.TEMPLATE: 324,
        Kind.COMPILED_BICEP: 168,
        Kind.PARAMETERS: 285,
        Kind.PLAN: 27,
        Kind.STATE: 2,
        None: 930,  # specifications, types, recordings, lists of abbreviations and policies that Bicep loads
    }
    assert {folder for folder, kind in found if kind is Kind.PLAN} == {
        "Azure+PSRule.Rules.Azure",
        "Azure+policy-library-avm",
        "bridgecrewio+checkov",
        "fugue+regula",
        "infracost+infracost",
        "terraform-compliance+cli",
    }
    without = {folder for folder, kind in found if kind is not None} - {
        folder for folder, kind in found if kind is None
    }
    assert "Azure+azure-rest-api-specs" not in {folder for folder, kind in found if kind is not None}
    assert "fugue+regula" in without


def test_every_azuredeploy_of_the_quickstarts_is_a_template() -> None:
    corpus = need(CORPUS, "the corpus of real inputs: shared/corpus")
    files = sorted((corpus / "Azure+azure-quickstart-templates").rglob("azuredeploy.json"))
    assert len(files) > 100
    assert {corpus_kind(path) for path in files} == {Kind.TEMPLATE, Kind.COMPILED_BICEP}


NAMES = st.sampled_from(
    [
        "$schema",
        "contentVersion",
        "metadata",
        "_generator",
        "name",
        "parameters",
        "resources",
        "changes",
        "properties",
        "status",
        "changeType",
        "resource_changes",
        "change",
        "planned_values",
        "values",
        "root_module",
        "id",
        "type",
    ]
)
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.sampled_from(["bicep", "x/deploymentTemplate.json"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)


@given(ANY)
def test_any_json_has_a_kind_or_none(value: Any) -> None:
    assert kind_of(value) in {None, *Kind}
