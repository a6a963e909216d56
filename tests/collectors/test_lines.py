"""Sessions, proxies, and connections that end when nothing more is asked."""

from __future__ import annotations

import asyncio

import pytest

from auditor.collectors.clients import Azure, connect
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.lines import Lines, Proxy, proxy_for, trusted
from auditor.collectors.reader import Patience
from auditor.model.types import MODEL, STORAGE
from tests.collectors.scans import scan
from tests.fakes.azure import FakeAzure, estate_large, estate_small

FORMS = "https://forms.cognitiveservices.azure.com"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("", None),
        ("http://proxy.example:8080", Proxy("http://proxy.example:8080", None)),
        ("proxy.example:8080", Proxy("http://proxy.example:8080", None)),
        ("https://proxy.example", Proxy("https://proxy.example", None)),
        ("http://us%40er:p%3Aw@proxy.example:8080", Proxy("http://proxy.example:8080", "Basic dXNAZXI6cDp3")),
        ("http://user@proxy.example", Proxy("http://proxy.example", "Basic dXNlcjo=")),
    ],
)
def test_the_environment_names_the_proxy(named: str, found: Proxy | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", named)
    monkeypatch.setenv("no_proxy", "near.example")
    assert proxy_for("far.example") == found
    assert proxy_for("near.example") is None


def test_each_call_is_told_the_proxy_and_what_to_say_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://user:word@proxy.example")
    monkeypatch.setenv("no_proxy", "forms.cognitiveservices.azure.com")
    lines = Lines(Patience(), trusted())
    said = {"Proxy-Authorization": "Basic dXNlcjp3b3Jk"}
    assert lines.options("https://management.azure.com") == {"proxy": "http://proxy.example", "proxy_headers": said}
    assert lines.options(FORMS) == {}


def test_an_account_that_is_left_has_no_client_and_no_connection_any_more() -> None:
    async def look() -> tuple[bool, bool]:
        async with connect(CLOUDS["public"], "environment", "1.2.3", Patience()) as azure:
            azure._client("documentintelligence", FORMS)
            session, _ = azure._lines._open[FORMS]
            await azure.leave(FORMS)
            await azure.leave(FORMS)  # nobody is there any more
            return session.closed, FORMS in azure._lines._open

    with FakeAzure(estate_small()) as azure, azure.exported():
        assert asyncio.run(look()) == (True, False)


def test_every_account_that_a_scan_visits_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    leave = Azure.leave

    async def noted(self: Azure, endpoint: str) -> None:
        left.append(endpoint)
        await leave(self, endpoint)
        assert endpoint not in self._lines._open

    monkeypatch.setattr(Azure, "leave", noted)
    with FakeAzure(estate_large(3, models=2), page_size=100) as azure:
        result = scan(azure, [MODEL, STORAGE])
        assert len(result.snapshot.of_type(MODEL)) == 6
        tunnels = [tunnel.host for tunnel in azure.proxy_log]
    hosts = [f"forms0000{number}.cognitiveservices.azure.com" for number in range(3)]
    assert sorted(left) == [f"https://{host}" for host in hosts]
    assert all(tunnels.count(host) == 1 for host in hosts), "a list and two models over one connection"
