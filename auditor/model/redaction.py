"""Cuts secrets out of what was read, before anything is stored or judged.

By place: the fields of ARM bodies that can hold a secret (azure-facts 1.6). By name: any text below a key that ends in
`key`, `secret`, `password`, `token` or `connectionstring`. By shape, in any text at all, names of tags included: query
strings of URLs (a SAS stands there), connection strings, account keys, bearer tokens, the signatures of SAS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.model.reading import Json

CUT: Final = "[secret removed]"

_BY_PLACE: Final = frozenset(
    {"storageaccountconnectionstring", "eventhubconnectionstring", "qnaazuresearchendpointkey", "migrationtoken"}
)
_BY_NAME = re.compile(r"(?:key|secret|password|passwd|pwd|token|connectionstring|credential)s?$", re.IGNORECASE)
_FREE_TEXT: Final = frozenset({"tags", "metadata"})
_SHAPES: Final = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        # The query of a URL: the base stays, since it says which container was meant.
        (r"(?<=[^\s?])\?[^\s\"'<>]*(?:sig|se|sv|sp|spr|sr|code|token|key)=[^\s\"'<>]*", re.IGNORECASE),
        (r"\b(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)\s*=\s*[^;\s\"']+", re.IGNORECASE),
        (r"\bsig=[A-Za-z0-9%+/=_-]{10,}", re.IGNORECASE),
        (r"\b[Bb]earer\s+[A-Za-z0-9._~+/-]{16,}=*", 0),
        (r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*", 0),
        (r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==", 0),
        # Keys with Azure's own signature: 52 or 84 characters around JQQJ99, or ending in AAA…: identifiable secrets.
        (r"\b[A-Za-z0-9]{20,}JQQJ99[A-Za-z0-9]{6,}\b", 0),
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL),
    )
)
_URL_QUERY = re.compile(r"(https?://[^\s?\"'<>#]+)[?#][^\s\"'<>]*", re.IGNORECASE)
_BARE_KEY = re.compile(r"^[0-9a-f]{32}$", re.IGNORECASE)
_HINTS: Final = ("=", "://", "eyJ", "earer", "JQQJ99", "-----BEGIN")


def cut_secrets(value: Json, *, free_text: bool = False) -> Json:
    """Return the JSON value without secrets; values without any come back as equal copies."""
    match value:
        case dict():
            return {
                cut_text(key): CUT
                if isinstance(item, str) and item and _is_secret_name(key)
                else cut_secrets(item, free_text=free_text or key.lower() in _FREE_TEXT)
                for key, item in value.items()
            }
        case list():
            return [cut_secrets(item, free_text=free_text) for item in value]
        case str():
            return CUT if free_text and _BARE_KEY.match(value) else cut_text(value)
        case _:
            return value


def cut_text(text: str) -> str:
    """Return the text without secrets, as told by their shape."""
    if not any(hint in text for hint in _HINTS):
        return text
    text = _URL_QUERY.sub(r"\1", text)
    for shape in _SHAPES:
        text = shape.sub(CUT, text)
    return text


def _is_secret_name(key: str) -> bool:
    return key.lower() in _BY_PLACE or _BY_NAME.search(key) is not None
