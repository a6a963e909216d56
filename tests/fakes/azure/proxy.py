"""A CONNECT proxy that ends the tunnels itself: real host names, real TLS, and nobody else can be reached.

A tunnel to an allowed host is not carried on to another port: the TLS handshake happens on the proxy's own connection,
and the fake's HTTP server takes over from there. Every other host is refused, and each attempt is written down.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakSet


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One attempt to reach a host: `refused` says why not (`not allowed`, `no such host`, …), None if it was let through."""

    host: str
    port: int
    refused: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether the tunnel was opened."""
        return self.refused is None


@dataclass(slots=True)
class Proxy:
    """What the proxy's connections share.

    `decide` says why a host and port are refused (None: they are not), `serve` makes the HTTP server's protocol,
    `tls` the server's side of a handshake with a host.
    """

    decide: Callable[[str, int], str | None]
    serve: Callable[[], asyncio.Protocol]
    tls: Callable[[str], ssl.SSLContext]
    log: list[Tunnel]
    open: WeakSet[asyncio.Transport] = field(default_factory=WeakSet)

    async def close(self) -> None:
        """Break every connection that is still open."""
        for transport in list(self.open):
            transport.abort()
        await asyncio.sleep(0)


class ConnectProtocol(asyncio.Protocol):
    """One connection of a client to the proxy."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._head = b""
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._proxy.open.add(transport)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" in self._head and self._transport is not None:
            self._answer(self._transport)

    def _answer(self, transport: asyncio.Transport) -> None:
        method, _, rest = self._head.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
        target = rest.rpartition(" ")[0]
        self._head = b""
        if method != "CONNECT":
            host, port = _target_of_url(target)
            self._refuse(transport, host, port, f"plain HTTP ({method})")
            return
        host, _, port_text = target.rpartition(":")
        port = int(port_text) if port_text.isdigit() else 0
        refused = self._proxy.decide(host.lower(), port)
        if refused:
            self._refuse(transport, host.lower(), port, refused)
            return
        self._proxy.log.append(Tunnel(host.lower(), port))
        transport.pause_reading()
        transport.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        self._task = asyncio.get_running_loop().create_task(self._hand_over(transport, host.lower()))

    def _refuse(self, transport: asyncio.Transport, host: str, port: int, why: str) -> None:
        self._proxy.log.append(Tunnel(host, port, why))
        status = b"502 Bad Gateway" if why == "no such host" else b"403 Forbidden"
        transport.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        transport.close()

    async def _hand_over(self, transport: asyncio.Transport, host: str) -> None:
        """TLS on this connection, then the HTTP server's protocol in our place."""
        waiting = _Waiting()
        context = self._proxy.tls(host)
        try:
            tunnel = await asyncio.get_running_loop().start_tls(transport, waiting, context, server_side=True)
        except (OSError, ssl.SSLError) as failure:  # the client did not like the certificate, or went away
            if getattr(failure, "reason", None) != "UNSUPPORTED_PROTOCOL":  # turned away for its version, as it should
                self._proxy.log.append(Tunnel(host, 443, f"no TLS: {failure}"))
            transport.abort()
            return
        if tunnel is None or waiting.lost:
            transport.abort()
            return
        waiting.give_to(self._proxy.serve(), tunnel)


class _Waiting(asyncio.Protocol):
    """Keeps what comes between the end of the handshake and the hand-over."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self.lost = False

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)

    def connection_lost(self, _exc: Exception | None) -> None:
        self.lost = True

    def give_to(self, protocol: asyncio.Protocol, transport: asyncio.Transport) -> None:
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for chunk in self._chunks:
            protocol.data_received(chunk)


def _target_of_url(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
    return host.lower(), int(port) if port.isdigit() else 80
