"""A plan that Terraform 1.15.5 itself wrote (`real_plan.json`): what each expression refers to.

It has only the built-in `terraform_data`, since no provider of Azure runs without a network. The sources:

    variable "keys" { default = ["a", "b"] }
    resource "terraform_data" "docs"     { for_each = toset(var.keys), input = each.key }
    resource "terraform_data" "by_key"   { for_each = toset(var.keys), input = terraform_data.docs[each.key].id }
    resource "terraform_data" "by_word"  { input = terraform_data.docs["a"].id }
    resource "terraform_data" "suffixed" { input = "${terraform_data.docs["a"].id}/blobServices/default" }
    resource "terraform_data" "chained"  { for_each = terraform_data.docs, input = each.value.id }
    resource "terraform_data" "chosen"   { input = var.make ? module.store["a"].id : "none" }
    resource "terraform_data" "modules"  { for_each = toset(var.keys), input = module.store[each.key].id }
    resource "terraform_data" "local"    { input = local.lost }          # = terraform_data.docs["a"].id
    module "store" { for_each = toset(var.keys), name = each.key }       # outputs id (of terraform_data.this), name
    module "box"   { store = module.store["b"], id = terraform_data.docs["b"].id }
                                                                         # inbox: var.id, deep: var.store.id
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.infra.terraform.configuration import Configuration
from auditor.infra.terraform.instances import AFTER_APPLY, of_plan

PLAN = json.loads(Path(__file__).with_name("real_plan.json").read_text(encoding="utf-8"))
INSTANCES = of_plan(PLAN)
CONFIGURATION = Configuration(PLAN, INSTANCES)
A, B = 'terraform_data.docs["a"]', 'terraform_data.docs["b"]'


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ('terraform_data.by_key["a"]', A),
        ('terraform_data.by_key["b"]', B),
        ("terraform_data.by_word", A),
        ("terraform_data.suffixed", A),
        ('terraform_data.chained["b"]', B),
        ("terraform_data.chosen", 'module.store["a"].terraform_data.this'),
        ('terraform_data.modules["b"]', 'module.store["b"].terraform_data.this'),
        ("module.box.terraform_data.inbox", B),
        ("module.box.terraform_data.deep", 'module.store["b"].terraform_data.this'),
    ],
)
def test_an_expression_leads_to_its_resource(address: str, leads_to: str) -> None:
    (instance,) = [item for item in INSTANCES if item.address == address]
    targets = CONFIGURATION.targets(instance, ("input",))
    assert targets.whole
    assert [item.instance.address for item in targets.found] == [leads_to]
    assert targets.found[0].is_one_of(("id",))
    assert instance.values["input"] is AFTER_APPLY


def test_a_local_is_not_in_a_plan() -> None:
    (instance,) = [item for item in INSTANCES if item.address == "terraform_data.local"]
    targets = CONFIGURATION.targets(instance, ("input",))
    assert (targets.found, targets.whole) == ((), False)


def test_all_resources_are_there_and_new() -> None:
    assert len(INSTANCES) == 16
    assert all(item.created and item.changed for item in INSTANCES)
    assert {item.module for item in INSTANCES} == {"", "module.box", 'module.store["a"]', 'module.store["b"]'}
