"""One handshake, with servers of every manner; what follows from it was written down by hand."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from auditor.collectors import wire
from auditor.collectors.wire import VERSIONS, Answered, Foreign, Outcome, Refused, Unclear, greet, spoke
from tests.fakes import wires
from tests.fakes.azure import certificates
from tests.needs import need, tool

FINE = Answered(200, "")
TOO_OLD = Refused("alert protocol version")
OTHER = Refused("offered another version")
BROKEN_OFF = "closed the connection in the handshake"
MUTE = Unclear("completed the handshake, then gave no answer that could be read", spoke=True)

# What each server says to 1.0, 1.1, 1.2 and 1.3. Who is asked for more than it speaks offers what it does speak, except
# for 1.3, which is asked for in a list (RFC 8446, 4.2.1): there a server that finds nothing of its own in it says so.
SERVERS = {
    ("TLS1_0", "TLS1_0"): (FINE, OTHER, OTHER, TOO_OLD),
    ("TLS1_1", "TLS1_1"): (TOO_OLD, FINE, OTHER, TOO_OLD),
    ("TLS1_2", "TLS1_2"): (TOO_OLD, TOO_OLD, FINE, TOO_OLD),
    ("TLS1_3", "TLS1_3"): (TOO_OLD, TOO_OLD, TOO_OLD, FINE),
    ("TLS1_2", "TLS1_3"): (TOO_OLD, TOO_OLD, FINE, FINE),
    ("TLS1_0", "TLS1_2"): (FINE, FINE, FINE, TOO_OLD),
}
each_server = pytest.mark.parametrize("speaks", SERVERS, ids=["-".join(speaks) for speaks in SERVERS])


@pytest.fixture(autouse=True)
def _loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, and trust in the tests' own authority."""
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.write_authority(tmp_path)))


def ask(port: int, version: str = "TLS1_2", *, host: str = "localhost", seconds: float = 5) -> Outcome:
    return asyncio.run(greet(host, version, seconds, port=port))


@each_server
def test_servers_of_every_version(speaks: tuple[str, str]) -> None:
    with wires.tls(*speaks) as port:
        assert tuple(ask(port, version) for version in VERSIONS) == SERVERS[speaks]


_FLAGS = {"TLS1_0": "-tls1", "TLS1_1": "-tls1_1", "TLS1_2": "-tls1_2", "TLS1_3": "-tls1_3"}
_EXCEPT = {("TLS1_2", "TLS1_3"): ["-no_tls1", "-no_tls1_1"], ("TLS1_0", "TLS1_2"): ["-no_tls1_3"]}


@contextmanager
def s_server(folder: Path, flags: list[str]) -> Iterator[int]:
    """OpenSSL's own server. It says what stands on its input to whoever comes, and knows no HEAD."""
    key, port = folder / "server.pem", wires.closed_port()
    issued = certificates.issue("localhost")
    key.write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    command = [tool("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-cert", key, "-key", key, "-quiet"]
    command += ["-cipher", "ALL:@SECLEVEL=0", "-naccept", "1", *flags]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        assert run.stdin is not None
        run.stdin.write(wires.OK)
        run.stdin.flush()
        _until_listening(port)
        try:
            yield port
        finally:
            run.kill()


def _until_listening(port: int) -> None:
    """Wait without connecting: the first connection is the last."""
    wanted = f"0100007F:{port:04X} 00000000:0000 0A"
    sockets = need("/proc/net/tcp", "Linux's list of sockets")
    for _ in range(500):
        if wanted in sockets.read_text(encoding="ascii"):
            return
        time.sleep(0.01)
    pytest.fail("s_server does not listen")


@each_server
def test_openssls_own_server_is_understood_in_the_same_way(speaks: tuple[str, str], tmp_path: Path) -> None:
    found = []
    for version in VERSIONS:
        with s_server(tmp_path, _EXCEPT.get(speaks, [_FLAGS[speaks[0]]])) as port:
            found.append(ask(port, version))
    assert tuple(found) == SERVERS[speaks]


def test_who_vouches_for_the_host_is_told() -> None:
    with wires.tls() as port:
        outcome = ask(port)
    assert isinstance(outcome, Answered)
    assert outcome.issuer == "Fake Azure"


def test_nothing_but_a_bare_head_is_sent() -> None:
    heard: list[bytes] = []
    with wires.tls(heard=heard) as port:
        ask(port)
    lines = ["HEAD / HTTP/1.1", "Host: localhost", "User-Agent: docintel-auditor", "Accept: */*"]
    lines += ["x-ms-version: 2021-12-02", "Connection: close", "", ""]
    assert heard == ["\r\n".join(lines).encode()]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            b"HTTP/1.1 400 Bad\r\nx-ms-error-code: TlsVersionNotPermitted\r\n\r\n",
            Answered(400, "TlsVersionNotPermitted"),
        ),
        (b"HTTP/1.1 409 C\r\nA: b\r\nX-MS-Error-Code:Public \r\nC: d\r\n\r\n", Answered(409, "Public")),
        (b"HTTP/1.0 404 Not Found\r\n\r\n", Answered(404, "")),
        (b"HTTP/1.1 400 Bad\r\nx-ms-error-code: <script>alert(1)</script>\r\n\r\n", Answered(400, "")),
        (b"HTTP/1.1 400 Bad\r\nx-ms-error-code: \r\n\r\n", Answered(400, "")),
        (b"HTTP/1.1 400 Bad\r\nA: x-ms-error-code: No\r\n\r\n", Answered(400, "")),
        (b"", MUTE),
        (b"HTTP/1.1 200 OK\r\n", MUTE),
        (b"SSH-2.0-OpenSSH\r\n\r\n", MUTE),
        (b"HTTP/1.1 999 What\r\n\r\n", MUTE),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000, MUTE),
    ],
)
def test_what_is_read_of_the_answer(answer: bytes, outcome: Outcome) -> None:
    with wires.tls(answer=lambda _version: answer) as port:
        assert ask(port, "TLS1_3") == outcome


@pytest.mark.parametrize("version", ["TLS1_0", "TLS1_3"])
def test_an_answer_by_version_after_a_handshake_that_was_completed(version: str) -> None:
    old = b"HTTP/1.1 400 Bad\r\n\r\n"
    with wires.tls(answer=lambda spoken: old if spoken == "TLSv1" else wires.OK) as port:
        assert ask(port, version) == (Answered(400, "") if version == "TLS1_0" else FINE)


def _alert(number: int) -> bytes:
    return bytes([21, 3, 1, 0, 2, 2, number])


@pytest.mark.parametrize(
    ("says", "reset", "outcome"),
    [
        ([], False, Refused(BROKEN_OFF)),
        ([], True, Refused(BROKEN_OFF)),
        ([_alert(70)], False, TOO_OLD),
        ([_alert(40)], False, Refused("alert handshake failure")),
        ([_alert(71)], False, Refused("alert insufficient security")),
        ([_alert(80)], False, Unclear("the handshake failed (tlsv1 alert internal error)")),
        ([_alert(80)[:4]], False, Unclear(BROKEN_OFF)),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], False, Unclear("the handshake failed (wrong version number)")),
    ],
)
def test_how_a_server_may_end_a_handshake(says: list[bytes], reset: bool, outcome: Outcome) -> None:
    with wires.raw(*says, reset=reset) as port:
        assert ask(port, "TLS1_0") == outcome


def test_whoever_has_no_certificate_for_the_host_is_not_the_host() -> None:
    foreign = Foreign("the certificate that was shown is not trusted for localhost")
    with wires.tls(hosts=("other.example",)) as port:
        assert ask(port) == foreign
    with wires.tls(context=certificates.untrusted_context(("localhost",))) as port:
        assert ask(port) == foreign


def test_who_asks_for_a_certificate_of_ours_has_spoken_the_version() -> None:
    asking = certificates.new_context(("localhost",))
    asking.verify_mode = ssl.CERT_REQUIRED
    with wires.tls(context=asking) as port:
        assert ask(port, "TLS1_3") == MUTE
        assert ask(port, "TLS1_2") == Unclear("the handshake failed (sslv3 alert handshake failure)")


@pytest.mark.parametrize("says", [bytes([23, 3, 3, 0, 5]) + b"hello", b""], ids=["tampered with", "cut off"])
def test_an_answer_that_was_disturbed_is_none(says: bytes) -> None:
    speaks = certificates.new_context(("localhost",))

    def handle(line) -> None:
        with line.dup() as below, speaks.wrap_socket(line, server_side=True) as secure:
            wires.head(secure)
            below.sendall(says)

    with wires.listening(handle) as port:
        assert ask(port) == MUTE


def test_no_cipher_without_a_certificate_is_offered() -> None:
    anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    anonymous.set_ciphers("aNULL:@SECLEVEL=0")
    anonymous.maximum_version = ssl.TLSVersion.TLSv1_2
    with wires.tls(context=anonymous) as port:
        assert ask(port) == Refused("alert handshake failure")


@pytest.mark.parametrize("server", [wires.silent, lambda: wires.tls(answer=_slow)])
def test_who_does_not_answer_has_not_refused(server) -> None:
    with server() as port:
        outcome = ask(port, seconds=1)
    assert outcome == Unclear("no answer in time", spoke=server is not wires.silent)


def _slow(_version: str) -> bytes:
    time.sleep(3)
    return wires.OK


@pytest.mark.parametrize(
    ("host", "why"),
    [("localhost", "no connection"), ("nobody.invalid", "there is no such host"), ("a..b", "there is no such host")],
)
def test_where_nobody_is(host: str, why: str) -> None:
    assert ask(wires.closed_port(), host=host) == Unclear(why, reached=False)


def test_what_our_own_openssl_cannot_speak_is_no_refusal() -> None:
    deaf = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    deaf.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")  # which came with 1.2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        deaf.minimum_version = deaf.maximum_version = ssl.TLSVersion.TLSv1
    with wires.tls() as port:
        outcome = asyncio.run(greet("localhost", "TLS1_0", 5, port=port, own=deaf))
    assert outcome == Unclear("the OpenSSL of this machine cannot speak it (no ciphers available)")


def test_a_version_that_openssl_was_built_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERSIONS, "TLS9", 0x0309)
    with wires.tls() as port:
        assert ask(port, "TLS9") == Unclear("the OpenSSL of this machine was built without it")


def test_contexts_are_made_once_for_those_who_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = wire.context_for("TLS1_2")
    assert wire.context_for("TLS1_2") is first
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert wire.context_for("TLS1_2") is not first


@pytest.mark.parametrize(
    ("outcome", "spoken"), [(FINE, True), (MUTE, True), (Unclear("no answer in time"), False), (TOO_OLD, False)]
)
def test_who_spoke_the_version(outcome: Outcome, spoken: bool) -> None:
    assert spoke(outcome) is spoken


# Proxies.


def test_a_proxy_is_used_and_told_no_more_than_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    heads: list[str] = []
    with wires.tls(hosts=("far.example",)) as far, wires.proxy({"far.example": far}, heads=heads) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://us%40er:p%3Aw@127.0.0.1:{port}")
        assert ask(443, host="far.example") == FINE
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{port}")
        assert ask(443, host="far.example") == FINE
    plain = "CONNECT far.example:443 HTTP/1.1\r\nHost: far.example:443\r\n"
    assert heads == [f"{plain}Proxy-Authorization: Basic dXNAZXI6cDp3\r\n\r\n", f"{plain}\r\n"]  # us@er:p:w


def test_a_proxy_may_speak_tls_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    own = certificates.new_context(("localhost",))
    with wires.tls(hosts=("far.example",)) as far, wires.proxy({"far.example": far}, context=own) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"https://localhost:{port}")
        assert ask(443, host="far.example", version="TLS1_0") == FINE


def test_hosts_that_need_no_proxy_are_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{wires.closed_port()}")
    monkeypatch.setenv("NO_PROXY", "localhost")
    with wires.tls() as port:
        assert ask(port) == FINE


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "the proxy did not let it through"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "the proxy did not let it through"),
        (b"HTTP/1.1 200", "the proxy did not let it through"),
        (b"what?\r\n\r\n", "the proxy did not let it through"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000, "the proxy did not let it through"),
    ],
)
def test_a_proxy_that_lets_nothing_through_says_nothing_of_the_host(
    says: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with wires.raw(says) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert ask(443, host="far.example") == Unclear(why, reached=False)


def test_a_proxy_that_is_not_there_or_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in (f"http://127.0.0.1:{wires.closed_port()}", "http://[::1", "http://127.0.0.1:port"):
        monkeypatch.setenv("HTTPS_PROXY", address)
        assert ask(443, host="far.example") == Unclear("no connection to the proxy", reached=False)
    with wires.silent() as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert ask(443, host="far.example", seconds=0.3) == Unclear("no answer in time", reached=False)


def test_a_proxy_that_opens_tls_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    between = certificates.untrusted_context(("far.example",))
    with wires.tls(context=between) as far, wires.proxy({"far.example": far}) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert ask(443, host="far.example") == Foreign("the certificate that was shown is not trusted for far.example")


def test_no_connection_stays_open() -> None:
    closed: list[bytes] = []

    def handle(line) -> None:
        with contextlib.suppress(OSError):
            line.recv(4096)
            line.sendall(_alert(80))
            closed.append(line.recv(4096))

    with wires.listening(handle) as port:
        ask(port)
        for _ in range(100):
            if closed:
                break
            time.sleep(0.02)
    assert closed == [b""]
