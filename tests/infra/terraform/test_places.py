"""Where the sources declare a resource."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.infra.terraform.places import blocks_in, placed, places_in
from auditor.model.resource import Origin, Resource
from tests import needs

MAIN = """\
# resource "azurerm_storage_account" "docs" { }
/* resource "azurerm_storage_account" "docs" {
} */
locals { text = "a { b ${join("}", ["{"])} c" }
resource "azurerm_storage_account" "docs" {
  name            = "docs" // = }
  min_tls_version = var.tls ? "TLS1_2" : (
    "TLS1_0"
  )
  tags = {
    min_tls_version = "x"
  }
  policy = <<-EOT
    resource "azurerm_storage_account" "docs" {
  EOT
  network_rules {
    default_action = "Deny"
  }
  dynamic "sas_policy" {
    for_each = [1]
    content { expiration_period = "1" }
  }
  account_replication_type = "LRS"
}
module "inner" {
  source = "./inner"
}
module "far" {
  source = "Azure/avm/azurerm"
}
module "gone" {
}
"""
INNER = 'resource azurerm_cognitive_account "forms" {\n\n  local_auth_enabled = false\n}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(MAIN, encoding="utf-8")
    (tmp_path / "bad.tf").write_bytes(b"\xff\xfe{")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "forms.tf").write_text(INNER, encoding="utf-8")
    return tmp_path


def test_arguments_and_blocks_have_places(folder: Path) -> None:
    found = places_in(folder, 'azurerm_storage_account.docs["x.y"]')
    assert found is not None
    assert found.file == str(folder / "main.tf")
    assert found.places == {
        "": (5, 1),
        "properties.minimumtlsversion": (7, 3),
        "tags": (10, 3),
        "properties.networkacls": (16, 3),
        "properties.networkacls.defaultaction": (17, 5),
        "properties.saspolicy": (19, 3),
        "sku.name": (23, 3),
    }


def test_a_resource_gets_its_places(folder: Path) -> None:
    body = {"id": "/x", "type": "Microsoft.Storage/storageAccounts"}
    known = placed(Resource(body, origin=Origin("plan.json", "azurerm_storage_account.docs", {})), folder)
    assert known.origin is not None
    place = known.origin.place("properties.minimumTlsVersion")
    assert (place.file, place.line, place.column) == (str(folder / "main.tf"), 7, 3)
    assert place.address == "azurerm_storage_account.docs"
    for origin in (None, Origin("plan.json", None, {}), Origin("plan.json", "azurerm_storage_account.gone", {})):
        other = Resource(body, origin=origin)
        assert placed(other, folder) is other


def test_modules_are_followed(folder: Path) -> None:
    found = places_in(folder, 'module.inner["a"].azurerm_cognitive_account.forms')
    assert found is not None
    assert found.places == {"": (1, 1), "properties.disablelocalauth": (3, 3)}


def test_modules_are_followed_as_they_were_noted(folder: Path) -> None:
    noted = folder / ".terraform" / "modules"
    (noted / "far").mkdir(parents=True)
    (noted / "far" / "main.tf").write_text(INNER, encoding="utf-8")
    text = json.dumps({"Modules": [{"Key": "far", "Dir": ".terraform/modules/far"}]})
    (noted / "modules.json").write_text(text, encoding="utf-8")
    assert places_in(folder, "module.far.azurerm_cognitive_account.forms") is not None


@pytest.mark.parametrize("text", ["{", "[]", '{"Modules": [{}]}', '{"Modules": 1}'])
def test_odd_notes_are_no_notes(folder: Path, text: str) -> None:
    (folder / ".terraform" / "modules").mkdir(parents=True)
    (folder / ".terraform" / "modules" / "modules.json").write_text(text, encoding="utf-8")
    assert places_in(folder, "module.inner.azurerm_cognitive_account.forms") is not None


@pytest.mark.parametrize(
    "address",
    [
        "azurerm_storage_account.gone",
        "module.far.azurerm_storage_account.docs",
        "module.gone.azurerm_storage_account.docs",
        "module.none.azurerm_storage_account.docs",
    ],
)
def test_what_is_not_there_has_no_place(folder: Path, address: str) -> None:
    assert places_in(folder, address) is None


def test_a_type_without_record_has_a_place_alone(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "random_string" "x" {\n  length = 5\n}\n', encoding="utf-8")
    found = places_in(tmp_path, "random_string.x")
    assert found is not None
    assert found.places == {"": (1, 1)}


@pytest.mark.parametrize("text", ["", "}", "{", 'a "b', "a = [", "a = {", "word\n", 'x "y" {', "=", '"" {}'])
def test_any_text_ends(text: str) -> None:
    blocks_in(text)


def test_a_very_long_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(INNER + "#" * 1024 * 1024, encoding="utf-8")
    assert places_in(tmp_path, "azurerm_cognitive_account.forms") is None


def test_the_corpus_has_places() -> None:
    folder = needs.corpus() / "bridgecrewio+terragoat" / "terraform" / "azure"
    found = places_in(folder, "azurerm_storage_account.example")
    assert found is not None
    lines = Path(found.file).read_text(encoding="utf-8").splitlines()
    assert "azurerm_storage_account" in lines[found.places[""][0] - 1]
    assert "account_replication_type" in lines[found.places["sku.name"][0] - 1]
