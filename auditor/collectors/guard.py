"""Lets nothing out but reading, and only to Azure: the promise of design section 8, kept inside the pipeline.

The policy stands at the front of every client's pipeline, before a token is attached, and again at its end, behind
everything that could change the request or send it once more. The SDK makes it necessary: it registers providers by
itself, follows a link to the next page to any host and takes the token along (azure-facts 1.4, 1.6).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineRequest

    from auditor.collectors.clouds import Cloud

# The whole address, by characters: what this pattern takes, every parser of addresses takes apart in the same way.
_ADDRESS: Final = re.compile(
    r"https://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::443)?(?P<path>/[!-\[\]-~]*)?", re.IGNORECASE
)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_GUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_GRAPH_QUERY: Final = re.compile(r"/providers/microsoft\.resourcegraph/resources", re.IGNORECASE)
_LOG_QUERY: Final = re.compile(rf"/v1/(?:workspaces/{_GUID}/query|subscriptions/[^?]+/query|\$batch)", re.IGNORECASE)
_METRICS_QUERY: Final = re.compile(rf"/subscriptions/{_GUID}/metrics:getbatch", re.IGNORECASE)


class RefusedError(Exception):
    """A request that must not leave; the text is the reason of a gap and names no address."""


def refusal(method: str, url: str, cloud: Cloud, *, lists_blobs: bool = False) -> str | None:
    """Why this request must not leave, or None for a read of the chosen cloud.

    With `lists_blobs` it is for the one request that is made of storage, and for nothing else: the list of a container.
    """
    address = _ADDRESS.fullmatch(url)
    if address is None:
        return "refused: not a plain https address"
    host = address["host"].lower()
    path, _, parameters = (address["path"] or "/").partition("?")
    if lists_blobs:
        return _no_list(method, host, path, parameters, cloud)
    query = _query_path(host, cloud)
    if query is None:
        return f"refused: not a host of the {cloud.name} cloud"
    if method == "GET" or (method == "POST" and query.fullmatch(path)):
        return None
    return f"refused: {method if method.isalpha() else 'this method'} is no read"


_CONTAINER: Final = re.compile(r"/(?:\$web|\$root|\$logs|[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9]))")
_LIST: Final = re.compile(r"restype=container&comp=list&include=[a-z,]+(?:&marker=[\w.~%-]+)?", re.ASCII)


def _no_list(method: str, host: str, path: str, parameters: str, cloud: Cloud) -> str | None:
    if not is_blob_host(host, cloud):
        return f"refused: not a blob endpoint of the {cloud.name} cloud"
    if method == "GET" and _CONTAINER.fullmatch(path) and _LIST.fullmatch(parameters):
        return None
    return "refused: not the list of a container"


def is_blob_host(host: str, cloud: Cloud) -> bool:
    """Whether this is a storage account's blob endpoint in the chosen cloud; in lower case."""
    return _below(host, cloud.blob_suffix)


def is_cognitive_host(host: str, cloud: Cloud) -> bool:
    """Whether this is an account's own endpoint in the chosen cloud, or a region's; in lower case."""
    return _below(host, cloud.cognitive_suffix) or _below(host, cloud.regional_suffix)


def _below(host: str, suffix: str) -> bool:
    return re.fullmatch(rf"{_LABEL}\.{re.escape(suffix)}", host) is not None


_NO_QUERY: Final = re.compile(r"(?!)")


def _query_path(host: str, cloud: Cloud) -> re.Pattern[str] | None:
    """The paths of this host that answer queries sent by POST; None for a host that is none of the cloud's."""
    if host == cloud.arm_host:
        return _GRAPH_QUERY
    if host == cloud.logs_host:
        return _LOG_QUERY
    if _below(host, cloud.metrics_suffix):
        return _METRICS_QUERY
    if _below(host, cloud.cognitive_suffix):
        return _NO_QUERY
    return None


class ReadOnly(SansIOHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Refuses, by raising `RefusedError`, every request that is no read of the chosen cloud."""

    def __init__(self, cloud: Cloud, *, lists_blobs: bool = False) -> None:
        self._cloud = cloud
        self._lists_blobs = lists_blobs

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        """Look at the request on its way out."""
        message = request.http_request
        why = refusal(message.method, message.url, self._cloud, lists_blobs=self._lists_blobs)
        if why is not None:
            raise RefusedError(why)
