"""Cuts secrets out of what was read, before anything is stored or judged.

By place: the fields of ARM bodies that can hold a secret (azure-facts 1.6). By name: any text below a key that ends in
`key`, `secret`, `password`, `token` or `connectionstring`, in a list too. By shape, in any text at all, names of tags included: query
strings of URLs (a SAS stands there), connection strings, account keys, bearer tokens, the signatures of SAS.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, overload

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        # Ahead of what ends at the end of a line: it would take the first line, by which the rest is known.
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL),
        # The query of a bare address; those of whole URLs are cut before.
        (r"(?<=[^\s?])\?(?:[^\s?\"'<>]*&)?(?:sig|se|sv|sp|spr|sr|code|token|key)=[^\s\"'<>]*", re.IGNORECASE),
        (r"(?:AccountKey|SharedAccessKey|SharedAccessSignature)\s*=\s*[^;\s\"']+", re.IGNORECASE),
        (r"(?:Password|Pwd)\s*=\s*[^;\"'\r\n]+", re.IGNORECASE),
        (r"(?<![A-Za-z0-9])sig=[A-Za-z0-9%+/=_-]{10,}", re.IGNORECASE),
        (r"bearer\s+[A-Za-z0-9._~+/-]{16,}=*", re.IGNORECASE),
        (r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86,}==", 0),
        # Keys with Azure's own signature: 52 or 84 characters around JQQJ99, or ending in AAA…: identifiable secrets.
        (r"(?<![A-Za-z0-9])[A-Za-z0-9]{20,}JQQJ99[A-Za-z0-9]{6,}", 0),
    )
)
"""None of them looks at a letter more than a few times, however long and hostile the text is; a test holds them to it."""
_WORD = re.compile(r"[^\s\"'<>]+")
_SHORTEST_PART: Final = 6
"""Letters that each of the first two parts of a web token has at least."""
_DOTTED = re.compile(r"[A-Za-z0-9_.-]+")
_BARE_KEY = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])", re.IGNORECASE)
_HINT: Final = re.compile("=|://|eyJ|earer|EARER|JQQJ99|-----BEGIN")
"""What a text has in it if there is anything to cut by its shape: most have nothing."""


@overload
def cut_secrets(value: Mapping[str, Json], *, free_text: bool = False) -> dict[str, Any]: ...
@overload
def cut_secrets(value: Json, *, free_text: bool = False) -> Json: ...
def cut_secrets(value: Any, *, free_text: bool = False) -> Any:
    """Return the JSON value without secrets; values without any come back as equal copies."""
    match value:
        case dict():
            kept = {}
            for key, item in value.items():
                name, secret, free = (_name if len(key) <= _LONG_NAME else _name.__wrapped__)(key, free_text)
                if secret:
                    kept[name] = _cut_named(item)
                elif isinstance(item, str):
                    kept[name] = cut_text(item, free_text=True) if free else _cut_shapes(item)
                elif isinstance(item, dict | list):
                    kept[name] = cut_secrets(item, free_text=free)
                else:
                    kept[name] = item
            return kept
        case list():
            return [cut_secrets(item, free_text=free_text) for item in value]
        case str():
            return cut_text(value, free_text=free_text)
        case _:
            return value


def cut_text(text: str, *, free_text: bool = False) -> str:
    """Return the text without secrets, as told by their shape; in free text also what may be a bare key."""
    cut = _cut_shapes(text)
    return _BARE_KEY.sub(CUT, cut) if free_text else cut


def _cut_shapes(text: str) -> str:
    if _HINT.search(text) is None:
        return text
    if "://" in text:
        text = _WORD.sub(_cut_url, text)
    for shape in _SHAPES:
        text = shape.sub(CUT, text)
    return _DOTTED.sub(_cut_web_token, text) if "eyJ" in text else text


def _cut_named(value: Json) -> Json:
    """What stands below the name of a secret: every text, alone or in a list."""
    match value:
        case str():
            return CUT if value else value
        case list():
            return [_cut_named(item) for item in value]
        case _:
            return cut_secrets(value)


def _cut_url(match: re.Match[str]) -> str:
    """A URL without its query and without a password: the base stays, since it says which container was meant."""
    scheme, sign, rest = match[0].partition("://")
    if not sign:
        return match[0]
    address = re.split(r"[?#]", rest, maxsplit=1)[0]
    host, slash, path = address.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _cut_web_token(match: re.Match[str]) -> str:
    """JSON web tokens, three parts with dots of which the first begins with `{"` in Base64."""
    parts = match[0].split(".")
    for index in range(len(parts) - 2):
        at = parts[index].find("eyJ")
        if 0 <= at <= len(parts[index]) - _SHORTEST_PART and len(parts[index + 1]) >= _SHORTEST_PART:
            return ".".join([*parts[:index], parts[index][:at]]) + CUT
    return match[0]


@lru_cache(maxsize=4096)
def _name(key: str, free_text: bool) -> tuple[str, bool, bool]:  # noqa: FBT001 - of a cache
    """What there is to know of a key: without secrets, whether it names one, and whether people write freely below it."""
    lower = key.lower()
    secret = lower in _BY_PLACE or _BY_NAME.search(key) is not None
    return cut_text(key, free_text=free_text), secret, free_text or lower in _FREE_TEXT


_LONG_NAME: Final = 64
"""Letters; longer names are not remembered, or a stranger's file would fill the memory with them."""
