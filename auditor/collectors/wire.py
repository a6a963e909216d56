"""One handshake with a host, in exactly one version of TLS, and the answer to one anonymous HEAD over it.

Storage enforces its minimum by request, with a 400 after a handshake that was completed (test-bed 5), so a handshake
alone would call an account open that is closed. Nothing secret is sent. The certificate must be the host's: a proxy
that opens TLS would otherwise answer in its place. A handshake that failed is told apart by who ended it: the server
(`Refused`), our own OpenSSL or nobody at all (`Unclear`); bytes go through memory, so that it is known who spoke last.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias, cast
from urllib.parse import urlsplit

from auditor.collectors.answers import is_code
from auditor.collectors.lines import Proxy, proxy_for, trusted

VERSIONS: Final = {
    "TLS1_0": ssl.TLSVersion.TLSv1,
    "TLS1_1": ssl.TLSVersion.TLSv1_1,
    "TLS1_2": ssl.TLSVersion.TLSv1_2,
    "TLS1_3": ssl.TLSVersion.TLSv1_3,
}
"""By the names that storage accounts use in `minimumTlsVersion`, oldest first."""

_SPEAKS_NO_SUCH: Final = ("ALERT_PROTOCOL_VERSION", "ALERT_HANDSHAKE_FAILURE", "ALERT_INSUFFICIENT_SECURITY")
_ALERT: Final = b"\x15"
_CHOSE_ANOTHER: Final = "UNSUPPORTED_PROTOCOL"
_CHUNK: Final = 16 * 1024
_LONGEST_HEAD: Final = 64 * 1024
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)[ \r]")
_ERROR_CODE: Final = re.compile(rb"\r\nx-ms-error-code:[ \t]*([^\r\n]*?)[ \t]*\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answered:
    """The version was spoken and the HEAD was answered; `code` is the error code of the answer, empty without one.

    `issuer` vouches for the host. A proxy that opens TLS, and whose authority this machine trusts, shows in nothing else.
    """

    status: int
    code: str
    issuer: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The server ended the handshake as one does who does not speak the version."""

    how: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing follows for this version.

    `reached`: whether there was a host at the other end of the line; `spoke`: whether it completed the handshake.
    """

    why: str
    reached: bool = True
    spoke: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """Whoever answered has no certificate for this host."""

    why: str


_Names: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]
Outcome: TypeAlias = Answered | Refused | Unclear | Foreign


def spoke(outcome: Outcome) -> bool:
    """Whether the version was spoken, whatever was said in it."""
    return isinstance(outcome, Answered) or (isinstance(outcome, Unclear) and outcome.spoke)


class _EndedError(Exception):
    """The talk is over; it carries the outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


async def greet(
    host: str, version: str, seconds: float, *, port: int = 443, own: ssl.SSLContext | None = None
) -> Outcome:
    """Try one version (a name of `VERSIONS`) with a host; over in that many seconds. `own`: a context in place of ours."""
    try:
        context = own or context_for(version)
    except ValueError:
        return Unclear("the OpenSSL of this machine was built without it")
    try:
        async with asyncio.timeout(seconds):
            incoming, outgoing = await _open(host, port)
    except _EndedError as ended:
        return ended.outcome
    except TimeoutError:
        return Unclear("no answer in time", reached=False)
    talk = _Talk(incoming, outgoing, context, host)
    try:
        async with asyncio.timeout(seconds):
            await talk.shake_hands()
            return await talk.head()
    except _EndedError as ended:
        return ended.outcome
    except TimeoutError:
        return Unclear("no answer in time", spoke=talk.spoke)
    finally:
        outgoing.transport.abort()


def context_for(version: str) -> ssl.SSLContext:
    """A context that speaks this version alone, if it can; raises `ValueError` where OpenSSL was built without it."""
    return _made(version, *(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")))


@lru_cache(maxsize=16)
def _made(version: str, *_trust: str | None) -> ssl.SSLContext:
    """Reading the certificates takes longer than a handshake, so contexts are made once."""
    context = trusted()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of old versions; we ask in order to be refused
        context.minimum_version = context.maximum_version = VERSIONS[version]
    # No anonymous ciphers: with them nobody would show a certificate.
    context.set_ciphers("ALL:!aNULL:@SECLEVEL=0")
    return context


async def _open(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A line to the host, through the proxy that the environment names for it."""
    try:
        proxy = proxy_for(host)
        line = None if proxy is None else await _connect_to(proxy)
    except (_EndedError, ValueError) as ended:
        raise _EndedError(Unclear("no connection to the proxy", reached=False)) from ended
    if proxy is None or line is None:
        return await _connect(host, port)
    incoming, outgoing = line
    lines = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
    if proxy.authorization is not None:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    try:
        outgoing.write("\r\n".join([*lines, "", ""]).encode())
        head = await incoming.readuntil(b"\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        head = b""
    except BaseException:
        outgoing.transport.abort()
        raise
    status = _STATUS.match(head)
    if status is None or status[1] != b"200":
        outgoing.transport.abort()
        raise _EndedError(Unclear("the proxy did not let it through", reached=False))
    return incoming, outgoing


async def _connect_to(proxy: Proxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    at = urlsplit(proxy.url)
    secure = at.scheme == "https"
    return await _connect(at.hostname or "", at.port or (443 if secure else 80), secure=secure)


async def _connect(host: str, port: int, *, secure: bool = False) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    # A private endpoint without a public one, a firewall, a name that is not there: nobody said no to a version.
    try:
        return await asyncio.open_connection(host, port, ssl=trusted() if secure else None)
    except (socket.gaierror, UnicodeError) as error:
        raise _EndedError(Unclear("there is no such host", reached=False)) from error
    except OSError as error:
        raise _EndedError(Unclear("no connection", reached=False)) from error


class _Talk:
    """TLS over a line, by way of memory."""

    def __init__(
        self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter, context: ssl.SSLContext, host: str
    ) -> None:
        self._incoming, self._outgoing, self._host = incoming, outgoing, host
        self._heard, self._said = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._heard, self._said, server_hostname=host)
        self._asked = False
        self._first = b""
        self.spoke = False

    async def shake_hands(self) -> None:
        """Complete the handshake; raises `_EndedError` with what else came of it."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                if not await self._exchange():
                    how = "closed the connection in the handshake"
                    raise _EndedError(Unclear(how) if self._first else Refused(how)) from None
            except ssl.SSLError as error:
                raise _EndedError(self._meaning(error)) from error
            else:
                self.spoke = True
                return

    async def head(self) -> Answered:
        """Send a HEAD of the root without any name or token, and read what it is answered."""
        # Storage names the code of an error in a header from this version of its API on, and older ones for no version.
        lines = ["HEAD / HTTP/1.1", f"Host: {self._host}", "User-Agent: docintel-auditor", "Accept: */*"]
        lines += ["x-ms-version: 2021-12-02", "Connection: close", "", ""]
        self._tls.write("\r\n".join(lines).encode())
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
            part = await self._read()
            if not part:
                break
            head += part
        status = _STATUS.match(head)
        if status is None or b"\r\n\r\n" not in head:
            raise _EndedError(Unclear("completed the handshake, then gave no answer that could be read", spoke=True))
        code = _ERROR_CODE.search(head)
        text = code[1].decode("latin-1") if code else ""
        return Answered(int(status[1]), text if is_code(text) else "", self._issuer())

    def _issuer(self) -> str:
        """The organisation that issued the certificate, or its common name."""
        certificate = self._tls.getpeercert() or {}
        names = dict(part for parts in cast("_Names", certificate.get("issuer", ())) for part in parts)
        return names.get("organizationName") or names.get("commonName") or ""

    async def _read(self) -> bytes:
        """More of the answer; nothing at its end, however it came to it."""
        while True:
            try:
                return self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                if not await self._exchange():
                    return b""
            except ssl.SSLError:
                return b""

    async def _exchange(self) -> bool:
        """Send what there is to send and wait for more; False once the other side has closed the line."""
        try:
            if self._said.pending:
                self._asked = True
                self._outgoing.write(self._said.read())
                await self._outgoing.drain()
            data = await self._incoming.read(_CHUNK)
        except OSError:
            return False
        self._first = self._first or data
        self._heard.write(data)
        return bool(data)

    def _meaning(self, error: ssl.SSLError) -> Outcome:
        reason = error.reason or "for no reason that it names"
        if isinstance(error, ssl.SSLCertVerificationError):
            return Foreign(f"the certificate that was shown is not trusted for {self._host}")
        if not self._asked:
            return Unclear(f"the OpenSSL of this machine cannot speak it ({_words(reason)})")
        if reason.endswith(_SPEAKS_NO_SUCH) and self._first[:1] == _ALERT:  # before it had chosen a version
            return Refused(_words(reason[reason.index("ALERT_") :]))
        if reason == _CHOSE_ANOTHER:
            return Refused("offered another version")
        return Unclear(f"the handshake failed ({_words(reason)})")


def _words(reason: str) -> str:
    return reason.replace("_", " ").lower()
