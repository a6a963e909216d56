"""Addresses of containers: `https://NAME.blob.core.windows.net/CONTAINER`, in any cloud."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_BLOB_HOST = re.compile(r"^([a-z0-9]{3,24})\.(?:z\d+\.)?(?:blob|dfs)\.", re.IGNORECASE)


def container_at(address: str) -> tuple[str, str] | None:
    """The storage account's name and the container's, None for what is no address of one; anything behind is ignored."""
    try:
        parts = urlsplit(address.strip())
        store = _BLOB_HOST.match(parts.hostname or "")
    except ValueError:
        return None
    container = parts.path.strip("/").split("/")[0]
    if store is None or not container or parts.scheme not in {"http", "https"}:
        return None
    return store[1].lower(), container
