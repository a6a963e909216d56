"""Records that hang together: each holds the hash of the one before, and may be signed.

A record is JSON, hashed as the text that is stored. That of a run holds all that is known of the run, and the hash of
what it changed in the intervals; that of a cut says what was pruned, and the hash of what was carried over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from auditor.errors import UsageError
from auditor.history.period import Run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model.reading import Json

KEY_VARIABLE: Final = "AUDITOR_SIGNING_KEY"
RUN: Final = "run"
CUT: Final = "cut"
_SCHEMA: Final = "auditor.history/1"
_CONTEXT: Final = b"auditor.history/1 "
_HOW: Final = (
    "openssl genpkey -algorithm ed25519 -out key.pem makes one, openssl pkey -in key.pem -pubout its public half."
)


def canonical(data: Json) -> str:
    """JSON in the one form that is hashed: sorted keys, no blanks, ASCII."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def sha256(text: str) -> str:
    """The hash of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_lines(lines: Iterable[Json]) -> str:
    """The hash of lines of data, in whatever order they come."""
    return sha256("\n".join(sorted(canonical(line) for line in lines)))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record with its hash, and its signature if there is one."""

    record: str
    digest: str
    signature: str | None


def seal(content: dict[str, Any], key: Ed25519PrivateKey | None) -> Sealed:
    """Write a record, hash it, and sign it if there is a key; the record then names the key."""
    signer = None if key is None else public_text(key.public_key())
    record = canonical({"schema": _SCHEMA, "signer": signer, **content})
    digest = sha256(record)
    signature = None if key is None else base64.b64encode(key.sign(_CONTEXT + digest.encode())).decode()
    return Sealed(record, digest, signature)


def run_content(run: Run, position: int, changes: dict[str, Json]) -> dict[str, Any]:
    """What the record of a run says, and where in the chain it stands."""
    content = asdict(run)
    for name in ("digest", "signature"):
        del content[name]
    previous = content.pop("previous")
    return {"kind": RUN, "position": position, "previous": previous, "run": content, "changes": changes}


def run_of(sealed: Sealed) -> Run:
    """The run that a record tells of. Raises what Python raises if it is no such record."""
    data = json.loads(sealed.record)
    content = data["run"]
    lists = {name: tuple(content[name]) for name in ("scope", "rules")}
    unseen = tuple((scope, operation, reason) for scope, operation, reason in content["unseen"])
    own = {"digest": sealed.digest, "previous": data["previous"], "signature": sealed.signature}
    return Run(**{**content, **lists, "unseen": unseen, **own})


def signed_by(sealed: Sealed, signer: str) -> bool:
    """Whether the signature is that of the key over this record's hash."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer))
        key.verify(base64.b64decode(sealed.signature or "", validate=True), _CONTEXT + sha256(sealed.record).encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as records write it: its 32 bytes in hexadecimal digits."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def signing_key(path: Path | None) -> Ed25519PrivateKey | None:
    """The key to sign with: the file, or else what the environment holds or names; None if there is neither."""
    given = os.environ.get(KEY_VARIABLE, "").strip()
    if path is None and not given:
        return None
    if path is None and given.startswith("-----BEGIN"):
        found, where = given.encode(), KEY_VARIABLE
    else:
        file = path or Path(given)
        found, where = _read(file), str(file)
    try:
        key = load_pem_private_key(found, password=None)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{where} is no private key in PEM, or one with a password", _HOW) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{where} is no Ed25519 key", _HOW)
    return key


def trusted_key(path: Path) -> str:
    """The public half of the key that signatures have to be of, as records write it."""
    try:
        key = load_pem_public_key(_read(path))
    except ValueError as error:
        raise UsageError(f"{path} is no public key in PEM", _HOW) from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path} is no Ed25519 key", _HOW)
    return public_text(key)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"the key {path} cannot be read: {error.strerror or error}", _HOW) from error
