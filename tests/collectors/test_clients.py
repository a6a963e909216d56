"""The pipeline of each client, the session under it, and whom it trusts."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.core.pipeline.policies import (
    AsyncRedirectPolicy,
    AsyncRetryPolicy,
    HttpLoggingPolicy,
    NetworkTraceLoggingPolicy,
)
from azure.core.rest import HttpRequest
from azure.mgmt.core.policies import AsyncARMAutoResourceProviderRegistrationPolicy

from auditor.collectors.clients import SERVICES, Azure, Bearer, connect, trusted
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.guard import ReadOnly, RefusedError
from auditor.collectors.reader import Patience
from auditor.collectors.surveys.queries import query_text
from auditor.errors import SourceError
from tests.fakes.azure import Estate, FakeAzure, estate_small
from tests.fakes.azure.around import workspace

ARM = "https://management.azure.com"
FORMS = "https://forms.cognitiveservices.azure.com"
LOGS = "https://api.loganalytics.io"
BLOBS = "https://docsstore.blob.core.windows.net"
ENDPOINTS = {name: {"documentintelligence": FORMS, "logs": LOGS, "blobs": BLOBS}.get(name, ARM) for name in SERVICES}
AUDIENCES = {
    "documentintelligence": "https://cognitiveservices.azure.com",
    "logs": LOGS,
    "blobs": "https://storage.azure.com",
}


def within(azure: FakeAzure, work: Callable[[Azure], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        async with connect(CLOUDS["public"], "environment", "1.2.3", Patience()) as clients:
            return await work(clients)

    with azure.exported():
        return asyncio.run(connected())


def policies_of(client: Any) -> list[Any]:
    pipeline = getattr(client, "_client", client)._pipeline
    return [getattr(policy, "_policy", policy) for policy in pipeline._impl_policies]


@pytest.mark.parametrize("service", SERVICES)
def test_a_pipeline_guards_both_ends_and_holds_nothing_that_acts_by_itself(service: str) -> None:
    async def look(clients: Azure) -> list[Any]:
        return policies_of(clients._client(service, ENDPOINTS[service]))

    with FakeAzure(estate_small()) as azure:
        policies = within(azure, look)
    kinds = [type(policy) for policy in policies]
    assert kinds[0] is ReadOnly
    assert kinds.index(Bearer) > 0
    assert kinds[kinds.index(Bearer) + 1] is ReadOnly
    unwanted = (
        AsyncARMAutoResourceProviderRegistrationPolicy,
        AsyncRedirectPolicy,
        AsyncRetryPolicy,
        HttpLoggingPolicy,
        NetworkTraceLoggingPolicy,
    )
    assert not [policy for policy in policies if isinstance(policy, unwanted)]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", f"{ARM}/subscriptions/x/providers/Microsoft.Storage/register?api-version=1"),
        ("PUT", f"{ARM}/subscriptions/x?api-version=1"),
        ("GET", "https://evil.example/steal?api-version=1"),
        ("GET", "http://management.azure.com/subscriptions?api-version=1"),
    ],
)
def test_no_client_lets_anything_else_out_and_no_token_is_asked_for(service: str, method: str, url: str) -> None:
    async def send(clients: Azure) -> None:
        clients.forget_tokens()
        with pytest.raises(RefusedError):
            async with clients.send(service, ENDPOINTS[service], HttpRequest(method, url)):
                pytest.fail("it was sent")

    with FakeAzure(estate_small()) as azure:
        within(azure, send)
        assert azure.calls() == []
        assert azure.refused_hosts == set()
        assert len([exchange for exchange in azure.exchanges if "token" in exchange.path]) == 1


def test_a_client_is_made_once_for_an_endpoint() -> None:
    async def same(clients: Azure) -> tuple[bool, bool]:
        first = clients._client("documentintelligence", FORMS)
        again = clients._client("documentintelligence", FORMS)
        other = clients._client("documentintelligence", "https://other.cognitiveservices.azure.com")
        return first is again, first is other

    with FakeAzure(estate_small()) as azure:
        assert within(azure, same) == (True, False)


@pytest.mark.parametrize("service", SERVICES)
def test_each_client_sends_its_own_token_and_our_name(service: str) -> None:
    audit = workspace()
    paths = {
        "documentintelligence": "/documentintelligence/documentModels?api-version=2024-11-30",
        "logs": f"/v1/workspaces/{audit['properties']['customerId']}/query",
        "blobs": "/invoices?restype=container&comp=list&include=deleted",
    }

    async def send(clients: Azure) -> int:
        path = paths.get(service, "/subscriptions?api-version=2022-12-01")
        request = HttpRequest("GET", ENDPOINTS[service] + path)
        if service == "logs":
            request = HttpRequest("POST", LOGS + path, json={"query": query_text("requests", values)})
        async with clients.send(service, ENDPOINTS[service], request) as response:
            await response.read()
            return response.status_code

    values = {"From": datetime.now(UTC), "To": datetime.now(UTC), "Account": "/subscriptions/x"}
    with FakeAzure(Estate([*estate_small().resources, audit])) as azure:
        assert within(azure, send) == 200
        headers = azure.calls()[0].request_headers
    assert headers["Authorization"] == f"Bearer for {AUDIENCES.get(service, ARM)}"
    assert headers["User-Agent"] == "docintel-auditor/1.2.3"
    assert "Cookie" not in headers


def test_a_warning_of_the_sdk_does_not_reach_the_terminal() -> None:
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("azure").handlers)


def authority(folder: Path) -> Path:
    with FakeAzure() as azure:
        copy = folder / "ca.pem"
        copy.write_bytes(azure.ca_file.read_bytes())
    return copy


def subjects(context: ssl.SSLContext) -> str:
    return str([item["subject"] for item in context.get_ca_certs()])


def test_a_bundle_of_certificates_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority(tmp_path)))
    assert "Fake Azure" in subjects(trusted())


def test_ssl_cert_file_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority(tmp_path)))
    assert "Fake Azure" in subjects(trusted())


def test_a_folder_of_certificates_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert trusted().verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_bundle_that_cannot_be_read_is_an_error(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(SourceError, match=r"ca\.pem cannot be read") as raised:
        trusted()
    assert "PEM" in raised.value.hint
