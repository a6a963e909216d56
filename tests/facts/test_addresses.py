"""Which storage account and container an address names: all clouds, endpoints of every kind, custom domains, ids."""

from __future__ import annotations

import pytest

from auditor.facts.addresses import address_in, store_id
from auditor.facts.estate import Estate
from auditor.model.reading import Unread
from auditor.model.resource import Resource
from tests.builders import now, snapshot, storage
from tests.facts.linked import DOCS, changed

DOMAIN = storage(
    "zoned",
    primaryEndpoints={"blob": "https://zoned.z6.blob.storage.azure.net/", "dfs": None, "web": "https://w.example/"},
    secondaryEndpoints={"blob": "https://zoned-secondary.internal.example/"},
    customDomain={"name": "Scans.Example.com"},
)


@pytest.mark.parametrize(
    ("written", "name", "seen", "container"),
    [
        ("https://docs.blob.core.windows.net/scans/a/b.pdf?sv=1", "docs", True, "scans"),
        ("https://docs.blob.core.windows.net", "docs", True, None),
        ("https://docs.blob.core.windows.net/%24root", "docs", True, "$root"),
        ("HTTPS://DOCS.dfs.core.usgovcloudapi.net:443/scans/", "docs", True, "scans"),
        ("https://docs.blob.core.chinacloudapi.cn/scans", "docs", True, "scans"),
        ("https://docs.z12.blob.storage.azure.net/scans", "docs", True, "scans"),
        ("https://docs.privatelink.blob.core.windows.net/scans", "docs", True, "scans"),
        ("https://docs.z6.privatelink.dfs.storage.azure.net/scans", "docs", True, "scans"),
        ("https://docs-secondary.blob.core.windows.net/scans", "docs", True, "scans"),
        ("https://docs-secondary-internetrouting.dfs.core.windows.net/scans", "docs", True, "scans"),
        ("https://docs.blob.local.azurestack.external/scans", "docs", True, "scans"),
        ("https://far.blob.core.windows.net/one", "far", False, "one"),
        ("https://scans.example.com/inbox", "zoned", True, "inbox"),
        ("https://zoned-secondary.internal.example/inbox", "zoned", True, "inbox"),
        (DOCS.id.upper() + "/", "docs", True, None),
        (f"{DOCS.id}/blobServices/default/containers/scans", "docs", True, "scans"),
        (f"{DOCS.id}/blobServices/default", "docs", True, None),
        (f"{DOCS.id}2", "docs2", False, None),
    ],
)
def test_what_an_address_names(written: str, name: str, seen: bool, container: str | None) -> None:
    found = address_in(written, Estate(snapshot(DOCS, DOMAIN), now()))
    assert found is not None
    assert (found.name, found.store and found.store.name, found.container) == (name, name if seen else None, container)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "no address",
        "https://docs.example.com/scans",
        "https://www.scans.example.com/scans",
        "https://w.example/scans",
        "https://docs.file.core.windows.net/share",
        "https://do.blob.core.windows.net/scans",
        "https://10.0.0.4/docs/scans",
        "https://[docs.blob.core.windows.net/scans",
        "/subscriptions/1/resourceGroups/docs",
    ],
)
def test_what_names_no_storage_account(written: str) -> None:
    assert address_in(written, Estate(snapshot(DOCS, DOMAIN), now())) is None


@pytest.mark.parametrize("properties", [Unread("403"), None, {"customDomain": {"name": ""}}, {"primaryEndpoints": 7}])
def test_an_account_of_which_no_endpoint_was_read_goes_by_its_name(properties: object) -> None:
    estate = Estate(snapshot(changed(DOCS, properties=properties)), now())
    found = address_in("https://docs.blob.core.windows.net/scans", estate)
    assert found is not None
    assert found.store is not None


def test_a_domain_that_two_accounts_have_names_neither() -> None:
    """In files that are not deployed yet."""
    stores: list[Resource] = [storage(name, customDomain={"name": "scans.example.com"}) for name in ("one", "two")]
    assert address_in("https://scans.example.com/inbox", Estate(snapshot(*stores), now())) is None


def test_an_id_tells_the_account_and_what_lies_below() -> None:
    found = store_id(f"{DOCS.id}/fileServices/default/shares/s")
    assert found is not None
    assert (found.key, found.name, found.below, found.container) == (
        DOCS.key,
        "docs",
        "/fileservices/default/shares/s",
        None,
    )
    assert store_id("/subscriptions/1") is None
