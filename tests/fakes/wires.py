"""Servers of odd manners on loopback, each in a thread: TLS of chosen versions, bytes as they are given, a CONNECT proxy."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tests.fakes.azure.tls import speaking

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def listening(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve every connection with `handle`, in a thread of its own; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            line.settimeout(10)
            handle(line)

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(line,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits
        listener.close()


def tls(
    lowest: str = "TLS1_0",
    highest: str = "TLS1_3",
    *,
    answer: Callable[[str], bytes] = lambda _version: OK,
    hosts: tuple[str, ...] = ("localhost",),
    context: ssl.SSLContext | None = None,
    heard: list[bytes] | None = None,
) -> contextlib.AbstractContextManager[int]:
    """A server that answers one request by the version that it came over, and hangs up."""
    speaks = context or speaking(hosts, lowest, highest)

    def handle(line: socket.socket) -> None:
        with speaks.wrap_socket(line, server_side=True) as secure:
            request = head(secure)
            if heard is not None:
                heard.append(request)
            secure.sendall(answer(secure.version() or ""))
            with contextlib.suppress(ssl.SSLError):
                secure.unwrap()

    return listening(handle)


def raw(*says: bytes, reset: bool = False) -> contextlib.AbstractContextManager[int]:
    """A server that waits for a greeting, says these bytes whatever it was, and hangs up (or breaks off)."""

    def handle(line: socket.socket) -> None:
        line.recv(4096)
        for part in says:
            line.sendall(part)
        if reset:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return listening(handle)


def silent() -> contextlib.AbstractContextManager[int]:
    """A server that takes the connection and never says a word."""

    def handle(line: socket.socket) -> None:
        while line.recv(4096):
            pass

    return listening(handle)


def proxy(
    routes: Mapping[str, int],
    *,
    otherwise: int | None = None,
    heads: list[str] | None = None,
    context: ssl.SSLContext | None = None,
) -> contextlib.AbstractContextManager[int]:
    """A CONNECT proxy that leads hosts to ports of this machine; others go to the proxy `otherwise`, or are refused."""

    def handle(line: socket.socket) -> None:
        if context is None:
            lead(line)
            return
        with context.wrap_socket(line, server_side=True) as secure:
            lead(secure)

    def lead(client: socket.socket) -> None:
        asked = head(client)
        host = asked.split(b" ")[1].decode().partition(":")[0]
        if heads is not None:
            heads.append(asked.decode())
        if host not in routes and otherwise is None:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", routes.get(host, otherwise) or 0)) as server:
            if host in routes:
                client.sendall(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            else:
                server.sendall(asked)
            relay(client, server)

    return listening(handle)


def relay(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until both sides have ended."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=carry, args=(other, one), daemon=True)
    back.start()
    carry(one, other)
    back.join(10)


def head(line: socket.socket) -> bytes:
    """What is said up to an empty line."""
    said = b""
    while b"\r\n\r\n" not in said:
        part = line.recv(4096)
        if not part:
            break
        said += part
    return said


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
