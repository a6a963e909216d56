"""`FakeAzure`: Azure for as long as a `with` block lasts, under its real host names.

    with FakeAzure(estate_small(), faults=[Throttled("storageAccounts")]) as azure:
        subprocess.run([...], env={**os.environ, **azure.environment})
    assert azure.hosts == {"login.microsoftonline.com", "management.azure.com", "forms.cognitiveservices.azure.com"}

Everything runs in a thread of its own with its own event loop. A client needs nothing but the environment: the proxy
leads it here, the certificate authority makes it trust what it finds, the secret signs it in.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self
from unittest import mock
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from tests.fakes.azure import certificates
from tests.fakes.azure.arm import Arm
from tests.fakes.azure.blobs import Blobs
from tests.fakes.azure.document_intelligence import DocumentIntelligence
from tests.fakes.azure.entra import LOG_AUDIENCES, Entra, claims_of
from tests.fakes.azure.estate import Estate
from tests.fakes.azure.exchange import Answer, Call, Exchange, error
from tests.fakes.azure.faults import Fault
from tests.fakes.azure.grants import Granted, Grants
from tests.fakes.azure.limits import RateLimits
from tests.fakes.azure.logs import Logs, is_log_query
from tests.fakes.azure.metrics import Metrics, is_metric
from tests.fakes.azure.proxy import ConnectProtocol, Proxy, Tunnel
from tests.fakes.azure.tls import BLOB_HOSTS, Floor, Floors, storage_at

SIGN_IN_HOSTS: Final = ("login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn")
ARM_HOSTS: Final = ("management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn")
DATA_HOSTS: Final = tuple(f"*.cognitiveservices.azure.{top}" for top in ("com", "us", "cn"))
REGIONAL_HOSTS: Final = ("*.api.cognitive.microsoft.com", "*.api.cognitive.microsoft.us", "*.api.cognitive.azure.cn")
LOG_HOSTS: Final = tuple(address.removeprefix("https://") for address in LOG_AUDIENCES)
HOSTS: Final = (*SIGN_IN_HOSTS, *ARM_HOSTS, *DATA_HOSTS, *REGIONAL_HOSTS, *LOG_HOSTS, *BLOB_HOSTS)

COMPRESS_FROM: Final = 1400
"""Bytes from which answers are compressed for clients that take it, as Azure's gateways do."""


class ControlPlane(Protocol):
    """What answers the calls to the management hosts: `Arm` over an estate, or recordings played again."""

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        ...


class WriteAttemptedError(AssertionError):
    """The client under test sent something else than a read."""


class FakeAzure:
    """Azure with an estate in it, from `__enter__` to `__exit__`.

    - `faults`: what goes wrong, see `faults`; `granted`: what the principal may do (None: everything), see `grants`.
    - `limits`: Azure's rate limits (None: none). `page_size`: items on a page, of every list that has pages.
    - `sources_in_lists`, `results_in_lists`, `inside_network`: see `DocumentIntelligence`. `any_api_version`: take any version of ARM.
    - `token_lifetime`, `latency`: in seconds. `control_plane`: what stands in for ARM, recordings for example.
    - `tls`: by patterns of hosts, which versions they take; without it as Azure does, see `tls`.
    - `tolerate_writes`: without it, leaving the block after a write was tried raises `WriteAttemptedError`. A mistake
      in the fake itself (or in a `Changed` fault) is raised there, too.

    While it runs and afterwards: `exchanges` (in the order of their answers), `proxy_log`, `violations` (calls that
    were no reads), `hosts` (reached), `refused_hosts`, `most_at_once` (calls in flight together).
    """

    def __init__(
        self,
        estate: Estate | None = None,
        faults: Collection[Fault] = (),
        granted: Granted | None = None,
        *,
        limits: RateLimits | None = None,
        page_size: int = 2,
        sources_in_lists: bool = False,
        results_in_lists: bool = True,
        inside_network: bool = True,
        any_api_version: bool = False,
        token_lifetime: float = 3600.0,
        latency: float = 0.0,
        control_plane: Callable[[Entra], ControlPlane] | None = None,
        tls: Mapping[str, Floor] | None = None,
        tolerate_writes: bool = False,
    ) -> None:
        self.estate = estate or Estate()
        self.entra = Entra(tenant_id=self.estate.tenant_id, lifetime=token_lifetime)
        self.exchanges: list[Exchange] = []
        self.proxy_log: list[Tunnel] = []
        self.most_at_once = 0
        grants = Grants(granted)
        self._arm = (
            control_plane(self.entra)
            if control_plane
            else Arm(self.estate, self.entra, grants, page_size, any_api_version, limits)
        )
        self._data = DocumentIntelligence(
            self.estate, self.entra, grants, page_size, sources_in_lists, inside_network, results_in_lists
        )
        self._logs = Logs(self.estate, self.entra, grants)
        self._metrics = Metrics(self.estate, self.entra, grants)
        self._floors = Floors(self.estate, tls or {})
        self._blobs = Blobs(self.estate, self.entra, grants, self._floors, page_size, inside_network)
        self._faults = tuple(faults)
        self._seen = [0] * len(self._faults)
        self._latency = latency
        self._tolerate_writes = tolerate_writes
        self._at_once = 0
        self._crashes: list[Exception] = []
        self._failure: BaseException | None = None

    # What a test looks at.

    @property
    def violations(self) -> list[Exchange]:
        """The calls to Azure that were no reads (signing in and log queries are POSTs and none of them)."""
        return [
            item
            for item in self.exchanges
            if item.method not in {"GET", "HEAD"}
            and item.host not in SIGN_IN_HOSTS
            and not (item.host in LOG_HOSTS and is_log_query(item))
        ]

    @property
    def hosts(self) -> set[str]:
        """The hosts that were reached."""
        return {tunnel.host for tunnel in self.proxy_log if tunnel.allowed}

    @property
    def refused_hosts(self) -> set[str]:
        """The hosts that somebody tried to reach and could not."""
        return {tunnel.host for tunnel in self.proxy_log if not tunnel.allowed}

    @property
    def in_flight(self) -> int:
        """How many calls wait for their answer now."""
        return self._at_once

    def calls(self, route: str | None = None) -> list[Exchange]:
        """The exchanges apart from signing in; only those of a route (`storageAccounts`) if it is named."""
        return [item for item in self.exchanges if item.host not in SIGN_IN_HOSTS and route in {None, item.route}]

    # Life.

    def __enter__(self) -> Self:
        self._scratch = certificates.scratch()
        self.ca_file = certificates.write_authority(Path(self._scratch.name))
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-azure", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._scratch.cleanup()
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)
        self._scratch.cleanup()
        if raised is not None:
            return
        if self._crashes:
            raise self._crashes[0]
        if self.violations and not self._tolerate_writes:
            raise WriteAttemptedError("The client tried to write: " + "; ".join(map(str, self.violations)))

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as failure:  # noqa: BLE001  it belongs to the thread that started us
            self._failure = failure
        finally:
            self._ready.set()

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = web.Server(self._handle, access_log=None, keepalive_timeout=75)
        proxy = Proxy(
            self._decide, self._protocol(server), lambda host: self._floors.context(host, HOSTS), self.proxy_log
        )
        listener = await self._loop.create_server(lambda: ConnectProtocol(proxy), "127.0.0.1", 0, backlog=1024)
        self.port = listener.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        listener.close()
        await proxy.close()
        await server.shutdown(0.1)

    def _protocol(self, server: web.Server) -> Callable[[], asyncio.Protocol]:
        """What makes the protocol of a connection once its tunnel is open."""
        return server

    def _decide(self, host: str, port: int) -> str | None:
        if not any(fnmatchcase(host, pattern) for pattern in HOSTS):
            return "not allowed"
        if port != 443:
            return f"port {port}"
        if any(fnmatchcase(host, pattern) for pattern in DATA_HOSTS) and self.estate.account_at(host) is None:
            return "no such host"
        if any(fnmatchcase(host, pattern) for pattern in BLOB_HOSTS) and storage_at(self.estate, host) is None:
            return "no such host"
        return None

    # What a client needs.

    @property
    def proxy_url(self) -> str:
        """The proxy, which leads to everything."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead a client here and sign it in; to merge into a subprocess's environment."""
        proxies = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), self.proxy_url)
        trust = {name: str(self.ca_file) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}
        return {
            **proxies,
            **{name.lower(): value for name, value in proxies.items()},
            "NO_PROXY": "",
            "no_proxy": "",
            **trust,
            "AZURE_TENANT_ID": self.entra.tenant_id,
            "AZURE_CLIENT_ID": self.entra.client_id,
            "AZURE_CLIENT_SECRET": self.entra.client_secret,
            "AZURE_CORE_COLLECT_TELEMETRY": "0",
        }

    @contextmanager
    def exported(self) -> Iterator[Self]:
        """The same variables in this process, for clients that run in the test itself.

        aiohttp reads SSL_CERT_FILE when it is imported: give aio clients `connection_verify=str(azure.ca_file)`.
        """
        with mock.patch.dict(os.environ, self.environment):
            yield self

    # One call.

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        started = time.time()
        call = await _call_of(request)
        disturbed: list[str] = []
        reply = Answer(0)
        try:
            reply = await self._answer(call, disturbed)
        except Exception as crash:
            self._crashes.append(crash)
            raise
        finally:
            self._at_once -= 1
            self._record(call, reply, disturbed, started)
        return await _send(request, reply)

    async def _answer(self, call: Call, disturbed: list[str]) -> Answer:
        if self._latency:
            await asyncio.sleep(self._latency)
        due = []
        for index, fault in enumerate(self._faults):
            if fault.matches(call):
                if fault.due(self._seen[index]):
                    due.append(fault)
                self._seen[index] += 1
        disturbed.extend(type(fault).__name__ for fault in due)
        return await self._through(call, due)

    async def _through(self, call: Call, faults: list[Fault]) -> Answer:
        if not faults:
            return self._serve(call)
        first, *others = faults
        return await first.apply(call, lambda: self._through(call, others))

    def _serve(self, call: Call) -> Answer:
        if call.host in SIGN_IN_HOSTS:
            return self.entra.answer(call)
        if call.host in LOG_HOSTS:
            return self._logs.answer(call)
        if call.host in ARM_HOSTS and is_metric(call):
            return self._metrics.answer(call)
        if call.host in ARM_HOSTS:
            return self._arm.answer(call)
        if any(fnmatchcase(call.host, pattern) for pattern in (*DATA_HOSTS, *REGIONAL_HOSTS)):
            return self._data.answer(call)
        if any(fnmatchcase(call.host, pattern) for pattern in BLOB_HOSTS):
            return self._blobs.answer(call)
        return error(421, "MisdirectedRequest", f"Nobody here is called '{call.host}'.")

    def _record(self, call: Call, reply: Answer, disturbed: list[str], started: float) -> None:
        signing_in = call.host in SIGN_IN_HOSTS
        exchange = Exchange(
            method=call.method,
            url=call.url,
            request_headers=_recorded_headers(call.headers),
            request_body=b"" if signing_in else call.body,
            status=reply.status,
            headers=dict(reply.headers),
            content=b"" if signing_in and reply.status == 200 else reply.content,
            route=reply.route,
            faults=tuple(disturbed),
            started=started,
            seconds=time.time() - started,
        )
        self.exchanges.append(exchange)


async def _call_of(request: web.BaseRequest) -> Call:
    tls = request.transport.get_extra_info("ssl_object") if request.transport is not None else None
    raw_path, _, raw_query = request.raw_path.partition("?")
    return Call(
        method=request.method,
        host=request.host.partition(":")[0].lower(),
        path=unquote(raw_path),
        raw_path=raw_path,
        raw_query=raw_query,
        query={name.lower(): value for name, value in parse_qsl(raw_query, keep_blank_values=True)},
        headers=request.headers,
        body=await request.read(),
        tls=tls.version() if tls is not None else None,
    )


async def _send(request: web.BaseRequest, reply: Answer) -> web.StreamResponse:
    content, headers = reply.content, dict(reply.headers)
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    if takes_gzip and len(content) >= COMPRESS_FROM and "Content-Encoding" not in headers and not reply.cut:
        content = gzip.compress(content, compresslevel=1, mtime=0)
        headers.update({"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
    if not reply.cut:
        return web.Response(status=reply.status, body=content, headers=headers)
    headers["Content-Length"] = str(len(content))
    response = web.StreamResponse(status=reply.status, headers=headers)
    if reply.share is not None:
        await response.prepare(request)
        await response.write(content[: int(len(content) * reply.share)])
    await asyncio.sleep(reply.silence)
    if request.transport is not None:
        request.transport.abort()
    return response


def _recorded_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: f"Bearer for {claims_of(value).get('aud', 'nobody')}" if name.lower() == "authorization" else value
        for name, value in headers.items()
    }
