"""Which addresses name a container, and which."""

from __future__ import annotations

import pytest

from auditor.model.containers import container_at


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://docs.blob.core.windows.net/scans", ("docs", "scans")),
        ("https://DOCS.Blob.core.windows.net/scans/", ("docs", "scans")),
        (" https://docs.blob.core.usgovcloudapi.net/scans/2026/a.pdf?sv=1 ", ("docs", "scans")),
        ("https://docs.z6.blob.storage.azure.net/scans", ("docs", "scans")),
        ("https://docs.dfs.core.chinacloudapi.cn/scans", ("docs", "scans")),
        ("https://docs.blob.core.windows.net", None),
        ("https://docs.blob.core.windows.net//", None),
        ("https://docs.file.core.windows.net/scans", None),
        ("https://example.org/scans", None),
        ("ftp://docs.blob.core.windows.net/scans", None),
        ("docs.blob.core.windows.net/scans", None),
        ("https://[/scans", None),
        ("", None),
    ],
)
def test_a_container_is_named_by_its_address(address: str, place: tuple[str, str] | None) -> None:
    assert container_at(address) == place
