"""Functions on ranges of IP addresses."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final

from auditor.infra.arm.functions.function import Function
from auditor.infra.arm.values import ArgumentError, UndecidedError, integer, text

if TYPE_CHECKING:
    from auditor.model.reading import Json

_SMALLEST_DOCUMENTED: Final = 30
"""Below two bits for hosts, the reference does not say which addresses are usable."""


def _network(value: Json) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text(value), strict=False)
    except ValueError as error:
        raise ArgumentError("expected a range of addresses in CIDR notation") from error


def _parse_cidr(value: Json) -> dict[str, Json]:
    network = _network(value)
    first, last = _usable(network)
    ends = {"firstUsable": str(network[first]), "lastUsable": str(network[last])}
    broadcast = {"broadcast": str(network.broadcast_address)} if isinstance(network, IPv4Network) else {}
    start = {"network": str(network.network_address), "netmask": str(network.netmask)}
    return start | broadcast | ends | {"cidr": network.prefixlen}


def _usable(network: IPv4Network | IPv6Network) -> tuple[int, int]:
    """The places of the first and the last usable address; IPv6 keeps none back."""
    if isinstance(network, IPv6Network):
        return 0, -1
    if network.prefixlen > _SMALLEST_DOCUMENTED:
        raise UndecidedError(f"which addresses of a range of /{network.prefixlen} are usable is not documented")
    return 1, -2


def _subnet(value: Json, prefix: Json, index: Json) -> str:
    network, bits, place = _network(value), integer(prefix), integer(index)
    if not network.prefixlen <= bits <= network.max_prefixlen:
        raise ArgumentError(f"a range of /{network.prefixlen} has no parts of /{bits}")
    if not 0 <= place < 1 << bits - network.prefixlen:
        raise ArgumentError(f"a range of /{network.prefixlen} has no part {place} of /{bits}")
    start = int(network.network_address) + (place << network.max_prefixlen - bits)
    return str(type(network)((start, bits)))


def _host(value: Json, index: Json) -> str:
    """The address at a place; the first is the one after that of the range itself."""
    network, place = _network(value), integer(index)
    _, last = _usable(network)
    if not 0 <= place < network.num_addresses + last:
        raise ArgumentError(f"a range of /{network.prefixlen} has no host {place}")
    return str(network[place + 1])


FUNCTIONS: Final = (
    Function("cidrHost", 2, 2, _host),
    Function("cidrSubnet", 3, 3, _subnet),
    Function("parseCidr", 1, 1, _parse_cidr),
)
