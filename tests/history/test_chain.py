"""Records, hashes and keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from auditor.errors import UsageError
from auditor.history.chain import (
    KEY_VARIABLE,
    canonical,
    hash_lines,
    public_text,
    seal,
    signed_by,
    signing_key,
    trusted_key,
)
from tests.history.keys import KEY, private_pem, public_pem, written

PUBLIC = public_text(KEY.public_key())
EXCHANGE = X25519PrivateKey.generate()
FOREIGN_PRIVATE = EXCHANGE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
FOREIGN_PUBLIC = EXCHANGE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
LOCKED = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")).decode()


def test_canonical_json_has_one_form() -> None:
    assert canonical({"b": 1, "a": ["é", None]}) == '{"a":["\\u00e9",null],"b":1}'


def test_lines_are_hashed_in_any_order() -> None:
    assert hash_lines([["a"], ["b"]]) == hash_lines([["b"], ["a"]]) != hash_lines([["a", "b"]])


def test_a_record_is_hashed_as_sha256sum_does() -> None:
    """`printf '{"schema":"auditor.history/1","signer":null,"x":1}' | sha256sum`, run by hand."""
    sealed = seal({"x": 1}, None)
    assert sealed.record == '{"schema":"auditor.history/1","signer":null,"x":1}'
    assert sealed.digest == "0ce14660615d125b97f95f86565d39a08f227600db1473a52e7f29d2d779ba0d"
    assert sealed.signature is None


def test_a_signature_is_of_the_record_and_the_key() -> None:
    sealed = seal({"x": 1}, KEY)
    assert signed_by(sealed, PUBLIC)
    assert not signed_by(seal({"x": 2}, None), PUBLIC)
    assert not signed_by(sealed, "00" * 32)
    assert not signed_by(sealed, "no key")


@pytest.fixture(autouse=True)
def _without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def test_without_a_key_nothing_is_signed() -> None:
    assert signing_key(None) is None


def test_the_key_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "key.pem", private_pem())
    assert _public(path) == PUBLIC
    monkeypatch.setenv(KEY_VARIABLE, str(path))
    assert _public(None) == PUBLIC
    monkeypatch.setenv(KEY_VARIABLE, f"\n{private_pem()}")
    assert _public(None) == PUBLIC
    monkeypatch.setenv(KEY_VARIABLE, "nowhere.pem")
    assert _public(path) == PUBLIC


def _public(path: Path | None) -> str:
    key = signing_key(path)
    assert key is not None
    return public_text(key.public_key())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rubbish", "no private key"),
        (public_pem(), "no private key"),
        (LOCKED, "password"),
        (FOREIGN_PRIVATE, "no Ed25519"),
    ],
)
def test_what_is_no_signing_key_is_an_error(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        signing_key(written(tmp_path / "key.pem", text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [("rubbish", "no public key"), (private_pem(), "no public key"), (FOREIGN_PUBLIC, "no Ed25519")],
)
def test_what_is_no_public_key_is_an_error(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        trusted_key(written(tmp_path / "key.pem", text))


def test_a_public_key_is_read(tmp_path: Path) -> None:
    assert trusted_key(written(tmp_path / "key.pem", public_pem())) == PUBLIC


def test_a_key_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        signing_key(tmp_path / "missing.pem")
