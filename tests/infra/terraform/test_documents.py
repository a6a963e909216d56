"""The table beside the provider's own documents in the corpus (version 5): its names are theirs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.infra.terraform.lifecycle import _ACTIONS
from auditor.infra.terraform.table import RECORDS
from tests import needs

PAGES = "hashicorp+terraform-provider-azurerm/website/docs/r"
PAGED = [
    name for name in RECORDS if (needs.CORPUS / PAGES / f"{name.removeprefix('azurerm_')}.html.markdown").is_file()
]
COMPUTED = {"principal_id", "tenant_id"}
LEFT_OUT = {
    "azurerm_storage_account": {
        "azure_files_authentication",
        "edge_zone",
        "large_file_share_enabled",
        "queue_encryption_key_type",
        "routing",
        "share_properties",
        "table_encryption_key_type",
    },
    "azurerm_cognitive_account": {
        "custom_question_answering_search_service_id",
        "custom_question_answering_search_service_key",
        "metrics_advisor_aad_client_id",
        "metrics_advisor_aad_tenant_id",
        "metrics_advisor_super_user_name",
        "metrics_advisor_website_name",
        "network_injection",
        "qna_runtime_endpoint",
    },
    "azurerm_cognitive_account_project": set(),
    "azurerm_storage_container": {"encryption_scope_override_enabled"},
}
"""Arguments of the documents that no rule or fact asks for."""


def page(name: str) -> str:
    return needs.corpus(PAGES, f"{name.removeprefix('azurerm_')}.html.markdown").read_text(encoding="utf-8")


def arguments_of(name: str) -> list[str]:
    """The arguments of a resource itself: those up to the first line of its blocks."""
    part = page(name).partition("## Argument")[2].partition("## Attribute")[0]
    return re.findall(r"^\* `(\w+)` - ", re.split(r"\n---\n+An? `|\nAn? `", part)[0], re.MULTILINE)


def sources() -> str:
    folder = Path(RECORDS["azurerm_storage_account"].finish.__code__.co_filename).parent
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))


def test_pages_are_there() -> None:
    needs.corpus(PAGES)
    assert len(PAGED) >= 10


@pytest.mark.parametrize("name", PAGED)
def test_each_row_has_a_name_of_the_documents(name: str) -> None:
    written = page(name)
    for row in RECORDS[name].arguments:
        assert any(f"* `{argument}` - " in written for argument in row.names), row.names


@pytest.mark.parametrize("name", sorted(set(LEFT_OUT) & set(PAGED)))
def test_each_argument_of_the_documents_is_read_or_left_out_on_purpose(name: str) -> None:
    read = sources()
    missing = {argument for argument in arguments_of(name) if f'"{argument}"' not in read}
    assert missing == LEFT_OUT[name]


def test_each_action_of_the_documents_is_read() -> None:
    written = set(re.findall(r"^\* `(\w+_days_since_\w+)` - ", page("azurerm_storage_management_policy"), re.MULTILINE))
    assert written == {argument for _, rows in _ACTIONS.values() for argument, _ in rows}
