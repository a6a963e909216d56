"""A certificate authority of our own, whose certificate covers Azure's real host names."""

from __future__ import annotations

import ssl
import tempfile
from functools import cache
from pathlib import Path

import trustme


@cache
def _authority() -> trustme.CA:
    return trustme.CA(organization_name="Fake Azure", organization_unit_name="tests")


@cache
def server_context(hosts: tuple[str, ...]) -> ssl.SSLContext:
    """A TLS context for a server of these names (`*.` allowed); made once in a process."""
    return new_context(hosts)


def new_context(hosts: tuple[str, ...]) -> ssl.SSLContext:
    """The same, for those who change it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert(*hosts).configure_cert(context)
    return context


def issue(*hosts: str) -> trustme.LeafCert:
    """A certificate with its key, for servers that are no Python."""
    return _authority().issue_cert(*hosts, key_type=trustme.KeyType.RSA)


def untrusted_context(hosts: tuple[str, ...]) -> ssl.SSLContext:
    """The same, with a certificate of an authority that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(*hosts).configure_cert(context)
    return context


def write_authority(directory: Path) -> Path:
    """Write the authority's certificate as PEM, for SSL_CERT_FILE and REQUESTS_CA_BUNDLE."""
    path = directory / "fake-azure-ca.pem"
    path.write_bytes(_authority().cert_pem.bytes())
    return path


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A directory that is gone when the fake stops."""
    return tempfile.TemporaryDirectory(prefix="fake-azure-")
