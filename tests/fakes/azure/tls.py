"""Which versions of TLS each host takes, and how it turns the older ones away.

Storage completes every handshake and answers 400 to a request over a version below the account's minimum, which an
account that names none has at 1.0; all other hosts end the handshake below 1.2 (azure-facts 2.1, 2.3, test-bed 5).
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

from tests.fakes.azure import certificates
from tests.fakes.azure.estate import Estate, Json

BLOB_HOSTS: Final = ("*.blob.core.windows.net", "*.blob.core.usgovcloudapi.net", "*.blob.core.chinacloudapi.cn")

ORDER: Final = ("TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3")
_WIRE: Final = {
    "TLS1_0": ssl.TLSVersion.TLSv1,
    "TLS1_1": ssl.TLSVersion.TLSv1_1,
    "TLS1_2": ssl.TLSVersion.TLSv1_2,
    "TLS1_3": ssl.TLSVersion.TLSv1_3,
}
_SPOKEN: Final = {"TLSv1": "TLS1_0", "TLSv1.1": "TLS1_1", "TLSv1.2": "TLS1_2", "TLSv1.3": "TLS1_3"}


@dataclass(frozen=True, slots=True)
class Floor:
    """The lowest version that a host takes; `by` says what ends below it: the `handshake`, or the `request`."""

    lowest: str = "TLS1_2"
    by: str = "handshake"


@dataclass(frozen=True, slots=True)
class Floors:
    """The floors of all hosts of an estate; those of `given`, by patterns of hosts, come first."""

    estate: Estate
    given: Mapping[str, Floor] = field(default_factory=dict)

    def at(self, host: str) -> Floor:
        """The floor of a host."""
        for pattern, floor in self.given.items():
            if fnmatchcase(host, pattern):
                return floor
        account = storage_at(self.estate, host)
        if account is None:
            return Floor()
        return Floor(account["properties"].get("minimumTlsVersion") or "TLS1_0", "request")

    def context(self, host: str, hosts: tuple[str, ...]) -> ssl.SSLContext:
        """The server's side of a handshake with this host; the certificate is for all hosts."""
        floor = self.at(host)
        return speaking(hosts, floor.lowest if floor.by == "handshake" else "TLS1_0")

    def turns_away(self, host: str, spoken: str | None) -> bool:
        """Whether a request over this version (as `ssl` names it) is refused."""
        floor = self.at(host)
        return floor.by == "request" and ORDER.index(_SPOKEN[spoken or "TLSv1.3"]) < ORDER.index(floor.lowest)


def storage_at(estate: Estate, host: str) -> Json | None:
    """The storage account whose blob endpoint this is."""
    is_one = any(fnmatchcase(host, pattern) for pattern in BLOB_HOSTS)
    return estate.stores.get(host.partition(".")[0]) if is_one else None


@cache
def speaking(hosts: tuple[str, ...], lowest: str, highest: str = "TLS1_3") -> ssl.SSLContext:
    """A server's context that speaks these versions, old ones too."""
    context = certificates.new_context(hosts)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the old versions
        context.minimum_version, context.maximum_version = _WIRE[lowest], _WIRE[highest]
    return context
