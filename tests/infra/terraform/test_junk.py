"""Whatever stands in a plan or a state, it is read or told: no traceback, from seeds that stay the same."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from auditor.errors import InfrastructureError
from auditor.infra.declared import Inputs
from auditor.infra.terraform import plan as plans
from auditor.infra.terraform import state as states
from auditor.infra.terraform.table import RECORDS
from auditor.model.reading import plain
from tests.infra.terraform.plans import STORE, document, made, plan

KINDS = (*RECORDS, "azapi_resource", "azapi_update_resource", "azurerm_storage_odd")
NAMES = [
    "name",
    "resource_group_name",
    "identity",
    "network_rules",
    "blob_properties",
    "customer_managed_key",
    "rule",
    "permissions",
    "rules",
    "storage",
    "network_acls",
    "private_service_connection",
    "enabled_log",
    "log",
    "retention_rule",
    "sas_policy",
    "immutability_policy",
    "body",
    "parent_id",
    "resource_id",
    "id",
    "scope",
    "principal_id",
    "vault_id",
    "account_tier",
    "account_replication_type",
    "ip_rules",
    "default_action",
    "life_cycle",
    "key_vault_key_id",
    "role_definition_name",
    "role_definition_id",
    "target_resource_id",
    "cors_rule",
    "delete_retention_policy",
    "filters",
    "actions",
    "base_blob",
    "days",
    "bypass",
    "identity_ids",
    "storage_account_id",
    "storage_account_name",
    "location",
    "kind",
    "min_tls_version",
]
SCALARS = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    "",
    "x",
    STORE,
    "Microsoft.Storage/storageAccounts@x",
    "{",
    "[]",
    "https://[x",
)
REFERENCES = ("local.x", "azurerm_storage_account.a.id", "var.x", "module.m.id", "each.value", "azapi_resource.b")


def junk(source: random.Random, depth: int = 0) -> Any:
    choice = source.randrange(10)
    if choice < 5 or depth > 3:
        return source.choice(SCALARS)
    if choice < 7:
        return [junk(source, depth + 1) for _ in range(source.randrange(3))]
    return {source.choice(NAMES): junk(source, depth + 1) for _ in range(source.randrange(4))}


def changed(value: Any, source: random.Random, chance: float) -> Any:
    if source.random() < chance:
        return junk(source)
    if isinstance(value, dict):
        return {key: changed(item, source, chance) for key, item in value.items() if source.random() > chance / 2}
    if isinstance(value, list):
        return [changed(item, source, chance) for item in value]
    return value


def resource(source: random.Random) -> dict[str, Any]:
    values = {name: junk(source) for name in source.sample(NAMES, 8)}
    values["type"] = source.choice(SCALARS)
    hidden = {name: source.choice([True, [{"days": True}], {}]) for name in source.sample(NAMES, 4)}
    refers = {name: source.choice(REFERENCES) for name in source.sample([name for name in NAMES if name != "name"], 6)}
    refers.pop("actions", None)
    key = source.choice([None, None, 0, "k"])
    return made(source.choice(KINDS), source.choice("ab"), values, unknown=hidden, index=key, **refers)


@pytest.mark.parametrize("seed", range(20))
def test_junk_is_read_or_told(seed: int) -> None:
    source = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(15):
        given = plan(*(resource(source) for _ in range(6)), calls={"m": {"outputs": {"id": "local.x"}}})
        value = changed(given, source, source.choice([0, 0.005, 0.05]))
        before = json.dumps(value)
        for reader in (plans.read, states.read):
            assert json.dumps(value) == before
            try:
                found = reader(document(value), Inputs())
            except InfrastructureError:
                assert not isinstance(value, dict)
                continue
            for item in found.resources:
                json.dumps(plain(dict(item.body)))
                assert item.id.startswith("/")
                assert item.name
