"""The official clients over one shared session, each with a pipeline of five steps and nothing else.

A client's own pipeline would register providers, follow redirects and print tokens to a debug log (azure-facts 1.6),
so each is given `policies=[…]`: the guard, an id for the request, the user agent, the token, the guard again. Clients
send requests as they are (`send_request`): the raw JSON loses nothing and costs a tenth of the models (test-bed 4.5).
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

from auditor.collectors.clouds import STORAGE_SCOPE
from auditor.collectors.guard import ReadOnly
from auditor.collectors.sign_in import SignIn, credential
from auditor.errors import SourceError
from auditor.lazy import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from azure.core.credentials_async import AsyncSupportsTokenInfo
    from azure.core.pipeline import PipelineRequest, PipelineResponse

    from auditor.collectors.clouds import Cloud
    from auditor.collectors.reader import Patience
    from auditor.model.reading import Json

SERVICES: Final = {
    "subscriptions": Entry("azure.mgmt.resource.subscriptions.aio:SubscriptionClient", "subscriptions and regions"),
    "cognitiveservices": Entry(
        "azure.mgmt.cognitiveservices.aio:CognitiveServicesManagementClient", "accounts, soft-deleted ones too"
    ),
    "storage": Entry("azure.mgmt.storage.aio:StorageManagementClient", "storage accounts and what is in them"),
    "authorization": Entry(
        "azure.mgmt.authorization.v2022_04_01.aio:AuthorizationManagementClient", "role assignments"
    ),
    "documentintelligence": Entry(
        "azure.ai.documentintelligence.aio:DocumentIntelligenceAdministrationClient", "models and classifiers"
    ),
    "logs": Entry("azure.monitor.query.aio:LogsQueryClient", "log queries"),
    "blobs": Entry(
        "azure.core:AsyncPipelineClient", "lists of blobs; the official client would make models of all names"
    ),
}
"""The clients by the names that the catalogue uses."""

_ANY_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
"""Clients want a subscription for the addresses that they make; ours are whole, so one client serves all."""
_CHUNK: Final = 16 * 1024
_GOODBYE: Final = 0.05
"""Seconds for connections to end once nobody needs them."""

# azure-core warns on the log about what we report as a gap; without a handler Python would print it on stderr.
logging.getLogger("azure").addHandler(logging.NullHandler())


class Bearer(AsyncBearerTokenCredentialPolicy[HttpRequest, AsyncHttpResponse]):
    """Attaches the token; a challenge of Azure that makes no sense is no challenge."""

    async def on_challenge(
        self,
        request: PipelineRequest[HttpRequest],
        response: PipelineResponse[HttpRequest, AsyncHttpResponse],
    ) -> bool:
        """Answer a demand for further claims with a new token, if it can be read."""
        try:
            return await super().on_challenge(request, response)
        except ValueError:
            return False


class Azure:
    """All clients of one scan; each is made when it is first needed."""

    def __init__(self, cloud: Cloud, tool: str, sign_in: SignIn, transport: AioHttpTransport) -> None:
        self.cloud = cloud
        self._agent = f"docintel-auditor/{tool}"
        self._sign_in = sign_in
        self._transport = transport
        self._clients: dict[tuple[str, str], Any] = {}

    def send(
        self, service: str, endpoint: str, request: HttpRequest, **options: object
    ) -> AbstractAsyncContextManager[AsyncHttpResponse]:
        """Send a request through the official client of a service at that endpoint; the body is left to be read."""
        client = self._client(service, endpoint)
        send = getattr(client, "send_request", None) or client._send_request  # noqa: SLF001 - the older clients' name
        response: AbstractAsyncContextManager[AsyncHttpResponse] = send(request, stream=True, **options)
        return response

    async def claims(self) -> dict[str, Json]:
        """What the token for the management API says of who signed in."""
        return await self._sign_in.claims(self.cloud.arm_scope)

    def forget_tokens(self) -> None:
        """Ask for new tokens from now on."""
        self._sign_in.forget()

    def _client(self, service: str, endpoint: str) -> Any:
        key = (service, endpoint)
        if key not in self._clients:
            self._clients[key] = self._make(service, endpoint)
        return self._clients[key]

    def _make(self, service: str, endpoint: str) -> Any:
        own_scopes = {
            "documentintelligence": self.cloud.cognitive_scope,
            "logs": self.cloud.logs_scope,
            "blobs": STORAGE_SCOPE,
        }
        scope = own_scopes.get(service, self.cloud.arm_scope)
        bearer = Bearer(self._sign_in, scope)
        guard = ReadOnly(self.cloud, lists_blobs=service == "blobs")
        options = {
            "policies": [
                guard,
                RequestIdPolicy(),
                UserAgentPolicy(base_user_agent=self._agent, user_agent_use_env=False),
                bearer,
                guard,
            ],
            "authentication_policy": bearer,
            "transport": self._transport,
            "credential_scopes": [scope],
        }
        make = SERVICES[service].load()
        if service == "blobs":
            return make(endpoint, policies=options["policies"], transport=self._transport)
        if service == "documentintelligence":
            return make(endpoint, self._sign_in, **options)
        if service == "logs":
            return make(self._sign_in, endpoint=endpoint, **options)
        if service == "subscriptions":
            return make(self._sign_in, base_url=endpoint, **options)
        return make(self._sign_in, _ANY_SUBSCRIPTION, base_url=endpoint, **options)


@asynccontextmanager
async def connect(cloud: Cloud, auth: str | None, tool: str, patience: Patience) -> AsyncIterator[Azure]:
    """Sign in, and give the clients for as long as the block lasts; raises `SignInError`."""
    connector = aiohttp.TCPConnector(limit=patience.in_flight, keepalive_timeout=60, ssl=trusted())
    async with AsyncExitStack() as stack:
        # aiohttp ends TLS connections after the session has closed (its page on graceful shutdown): runs last of all.
        stack.push_async_callback(asyncio.sleep, _GOODBYE)
        # Bodies are unpacked by azure-core, proxies and certificates come from the environment, cookies are not kept.
        session = await stack.enter_async_context(
            aiohttp.ClientSession(
                connector=connector, trust_env=True, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
            )
        )
        transport = AioHttpTransport(
            session=session,
            session_owner=False,
            connection_data_block_size=_CHUNK,
            connection_timeout=patience.connect,  # for signing in; readers name their own with each call
            read_timeout=patience.read,
        )

        def anew() -> AsyncSupportsTokenInfo:
            return credential(auth, cloud, transport)

        sign_in = await stack.enter_async_context(SignIn(anew(), anew))
        await sign_in.first(cloud.arm_scope)
        yield Azure(cloud, tool, sign_in, transport)


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
