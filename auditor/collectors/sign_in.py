"""Signing in: the standard chain of azure-identity, or the one link of it that the user names.

Nothing of ours replaces the standard environment variables (`AZURE_*`). A key never serves as a credential: keys can
write, and the SDK carries them to foreign hosts (azure-facts 1.6).
"""

from __future__ import annotations

import asyncio
import base64
import json
import math
import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from auditor.errors import SignInError, UsageError
from auditor.lazy import Entry
from auditor.model.redaction import cut_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from azure.core.credentials import AccessTokenInfo, TokenRequestOptions
    from azure.core.credentials_async import AsyncSupportsTokenInfo

    from auditor.collectors.clouds import Cloud
    from auditor.model.reading import Json

LINKS: Final = {
    "environment": Entry("azure.identity.aio:EnvironmentCredential", "a service principal in AZURE_* variables"),
    "workload-identity": Entry("azure.identity.aio:WorkloadIdentityCredential", "a federated token, as in Kubernetes"),
    "managed-identity": Entry("azure.identity.aio:ManagedIdentityCredential", "the identity of the machine"),
    "cli": Entry("azure.identity.aio:AzureCliCredential", "who is signed in to `az`"),
    "powershell": Entry("azure.identity.aio:AzurePowerShellCredential", "who is signed in to Azure PowerShell"),
    "azd": Entry("azure.identity.aio:AzureDeveloperCliCredential", "who is signed in to `azd`"),
}
"""What `--auth` can name."""

_CHAIN: Final = Entry("azure.identity.aio:DefaultAzureCredential", "the standard chain")
_COMMANDS: Final = frozenset({"cli", "powershell", "azd"})
_EARLY: Final = 300
"""Seconds before its end at which a token is renewed, as azure-core does."""
_LONGEST: Final = 120
"""Seconds for signing in; the standard chain asks the machine and up to three commands, ten seconds each."""
_QUIET: Final = 30
"""Seconds for which an attempt, failed or not, speaks for those that follow it: an account each, otherwise."""
_FIT: Final = re.compile(r"[!-~]+")
"""What can stand in a header."""

_DOTS: Final = 2
"""Between the three parts of a JSON web token."""

_HINT: Final = (
    "Sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; `--auth` names one way."
)
_HINTS: Final = {
    "AADSTS7000215": "Check AZURE_CLIENT_SECRET: it takes the secret's value, not its id.",
    "AADSTS7000222": "The client secret has expired: make a new one and set AZURE_CLIENT_SECRET.",
    "AADSTS700016": "Check AZURE_CLIENT_ID, and that AZURE_TENANT_ID is the tenant that the application lives in.",
    "AADSTS90002": "Check AZURE_TENANT_ID, and whether the tenant lives in another cloud (`--cloud`).",
}


def credential(auth: str | None, cloud: Cloud, transport: object) -> AsyncSupportsTokenInfo:
    """The credential that `--auth` names, the standard chain without; it shares our session where it uses HTTP."""
    if auth is not None and auth not in LINKS:
        raise UsageError(f"there is no way to sign in called {auth!r}", f"Ways are {', '.join(LINKS)}.")
    options: dict[str, Any] = {}
    if auth not in _COMMANDS:
        options["transport"] = transport
    if cloud.authority is not None and auth not in {*_COMMANDS, "managed-identity"}:
        options["authority"] = cloud.authority
    if auth == "managed-identity":
        options["client_id"] = os.environ.get("AZURE_CLIENT_ID")
    try:
        made: AsyncSupportsTokenInfo = (LINKS[auth] if auth else _CHAIN).load()(**options)
    except ValueError as error:
        raise _not_signed_in(error) from error
    return made


@dataclass(frozen=True, slots=True)
class _Held:
    """A token, for which claims it was asked, and when: by the clock of the wall and by one that nobody sets."""

    token: AccessTokenInfo
    claims: str | None
    at: float
    since: float

    def serves(self, claims: str | None) -> bool:
        """Whether it answers a demand for a token, with those claims if any are demanded."""
        just_got = time.monotonic() - self.since < _QUIET
        if claims:
            return just_got and claims == self.claims
        if (
            self.token.expires_on <= self.at
        ):  # ended before it was given: this machine's clock is fast, ask no more often
            return just_got
        return self.token.expires_on - time.time() > _EARLY


class SignIn:
    """One credential for all clients: a token is asked for once, however many clients and calls need it."""

    def __init__(self, inner: AsyncSupportsTokenInfo, anew: Callable[[], AsyncSupportsTokenInfo] | None = None) -> None:
        """`anew` makes the credential once more: each keeps its tokens, and gives those that were refused again."""
        self._inner = inner
        self._anew = anew
        self._outworn: list[AsyncSupportsTokenInfo] = []
        self._forgot = -math.inf
        self._tokens: dict[tuple[str, ...], _Held] = {}
        self._failures: dict[tuple[str, ...], tuple[float, Exception]] = {}
        self._locks: dict[tuple[str, ...], asyncio.Lock] = {}

    async def first(self, scope: str) -> None:
        """Get the first token; raises `SignInError` if there is none."""
        from azure.core.exceptions import AzureError  # noqa: PLC0415 - `LINKS` is listed without Azure

        try:
            await self.get_token_info(scope)
        except (AzureError, ValueError, OSError) as error:
            raise _not_signed_in(error) from error

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """A token for these scopes, as clients ask for it; with claims of a challenge always a new one."""
        async with self._locks.setdefault(scopes, asyncio.Lock()):
            claims = options.get("claims") if options else None
            known = self._tokens.get(scopes)
            if known is not None and known.serves(claims):
                return known.token
            failed_at, failure = self._failures.get(scopes, (0.0, None))
            if failure is not None and time.monotonic() - failed_at < _QUIET:
                raise failure
            try:
                token = await self._ask(scopes, options)
            except Exception as error:
                self._failures[scopes] = (time.monotonic(), error)
                raise
            self._tokens[scopes] = _Held(token, claims, time.time(), time.monotonic())
            return token

    async def _ask(self, scopes: tuple[str, ...], options: TokenRequestOptions | None) -> AccessTokenInfo:
        """A new token that can be used; whatever the SDK falls over (a page that is none, say) is an error of its own."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError  # noqa: PLC0415 - as above

        try:
            async with asyncio.timeout(_LONGEST):
                return _usable(await self._inner.get_token_info(*scopes, options=options))
        except (AzureError, OSError):
            raise
        except Exception as error:
            words = str(error) if isinstance(error, ValueError) else "the answer made no sense"
            raise ClientAuthenticationError(words) from error

    async def claims(self, scope: str) -> dict[str, Json]:
        """What the token for a scope says of whom it speaks for. Not checked: that is for Azure to do."""
        return claims_of((await self.get_token_info(scope)).token)

    def forget(self) -> None:
        """Ask for new tokens from now on. Calls that were refused at the same time all say so; one is enough."""
        if time.monotonic() - self._forgot < _QUIET:
            return
        self._forgot = time.monotonic()
        self._tokens.clear()
        if self._anew is not None:
            self._outworn.append(self._inner)
            self._inner = self._anew()

    async def close(self) -> None:
        """Let the credential go."""
        for inner in (*self._outworn, self._inner):
            await inner.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self.close()


def _usable(token: AccessTokenInfo) -> AccessTokenInfo:
    """The token, if it can be sent and has an end; everything in it is as the answer had it."""
    if not _FIT.fullmatch(token.token) or not math.isfinite(float(token.expires_on)):
        raise ValueError("the token is none that could be sent")
    return token


def claims_of(token: str) -> dict[str, Json]:
    """The claims of a token; none if it is no JSON web token."""
    body = token.split(".")[1] if token.count(".") == _DOTS else ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def short_reason(error: Exception) -> str:
    """The AADSTS code of a failed sign-in, or that there was none."""
    match = re.search(r"AADSTS\d+", str(error))
    return match[0] if match else "signing in failed"


def _not_signed_in(error: Exception) -> SignInError:
    text = str(getattr(error, "message", None) or error)
    match = re.search(r"(AADSTS\d+):[^\r\n]*", text)
    line = match[0] if match else next(iter(text.splitlines()), "no answer in time")
    line = re.split(r"\s+(?:Trace ID|Correlation ID|Timestamp)\b", line)[0][:300].strip()
    return SignInError(f"signing in to Azure failed: {cut_text(line)}", _HINTS.get(match[1], _HINT) if match else _HINT)
