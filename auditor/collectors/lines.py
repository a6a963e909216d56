"""The lines to Azure: sessions of HTTP with the certificates and the proxy that the environment names.

aiohttp would look the proxy up in a thread with each call, and a password in a file of its own (netrc) besides: two
threads a call take more time than all the rest. Here the environment is asked once for a host.
"""

from __future__ import annotations

import base64
import os
import ssl
from asyncio import sslproto
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport

from auditor.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from auditor.collectors.reader import Patience

_CHUNK: Final = 16 * 1024
# asyncio keeps a buffer of 256 KB for each TLS connection; more than the bodies of a hundred accounts take.
sslproto.SSLProtocol.max_size = 32 * 1024
_SHARED: Final = ""
_SIGN_IN: Final = "sign in"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy without its password, and the header that says who we are to it (None: nobody in particular)."""

    url: str
    authorization: str | None


def proxy_for(host: str) -> Proxy | None:
    """The proxy that the environment names for https to a host; raises `ValueError` if its address is none."""
    named = None if proxy_bypass(host) else getproxies().get("https")
    if not named:
        return None
    at = urlsplit(named if "//" in named else f"http://{named}")
    url = f"{at.scheme}://{at.netloc.rpartition('@')[2]}"
    if not at.username:
        return Proxy(url, None)
    user = f"{unquote(at.username)}:{unquote(at.password or '')}"
    return Proxy(url, f"Basic {base64.b64encode(user.encode()).decode()}")


class Lines:
    """Sessions and their transports: one for all, and one for each host that is named."""

    def __init__(self, patience: Patience, trust: ssl.SSLContext) -> None:
        self._patience = patience
        self._trust = trust
        self._open: dict[str, tuple[aiohttp.ClientSession, AioHttpTransport]] = {}
        self._proxies: dict[str, dict[str, object]] = {}

    def to(self, endpoint: str = _SHARED) -> AioHttpTransport:
        """The transport that leads to an endpoint; without one, that which is for all."""
        return self._at(endpoint, trust_env=False)

    def to_sign_in(self) -> AioHttpTransport:
        """The transport for credentials, which tell it nothing of proxies."""
        return self._at(_SIGN_IN, trust_env=True)

    def _at(self, name: str, *, trust_env: bool) -> AioHttpTransport:
        if name not in self._open:
            self._open[name] = self._make(trust_env=trust_env)
        return self._open[name][1]

    def options(self, endpoint: str) -> Mapping[str, object]:
        """What to tell a transport with each call: the proxy to the endpoint, if there is one."""
        if endpoint not in self._proxies:
            self._proxies[endpoint] = _options(proxy_for(urlsplit(endpoint).hostname or ""))
        return self._proxies[endpoint]

    async def close(self, endpoint: str) -> None:
        """Close all connections with an endpoint."""
        self._proxies.pop(endpoint, None)
        session, _ = self._open.pop(endpoint)
        await session.close()

    def _make(self, *, trust_env: bool) -> tuple[aiohttp.ClientSession, AioHttpTransport]:
        connector = aiohttp.TCPConnector(limit=self._patience.in_flight, keepalive_timeout=60, ssl=self._trust)
        # Bodies are unpacked by azure-core; cookies are not kept.
        session = aiohttp.ClientSession(
            connector=connector, trust_env=trust_env, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        )
        transport = AioHttpTransport(
            session=session,
            session_owner=False,
            connection_data_block_size=_CHUNK,
            connection_timeout=self._patience.connect,  # for signing in; readers name their own with each call
            read_timeout=self._patience.read,
        )
        return session, transport

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for endpoint in tuple(self._open):
            await self.close(endpoint)


def _options(proxy: Proxy | None) -> dict[str, object]:
    if proxy is None:
        return {}
    said = {"proxy_headers": {"Proxy-Authorization": proxy.authorization}} if proxy.authorization else {}
    return {"proxy": proxy.url, **said}


def trusted() -> ssl.SSLContext:
    """Whom to trust: the system, or SSL_CERT_FILE in its place, and REQUESTS_CA_BUNDLE besides."""
    context = ssl.create_default_context()
    bundle = os.environ.get("REQUESTS_CA_BUNDLE")
    if bundle:
        path = Path(bundle)
        try:
            context.load_verify_locations(capath=path) if path.is_dir() else context.load_verify_locations(path)
        except OSError as error:
            raise SourceError(
                f"the certificates in {bundle} cannot be read: {error.strerror or error}",
                "REQUESTS_CA_BUNDLE names a file of certificates in PEM form, or a folder of them.",
            ) from error
    return context
