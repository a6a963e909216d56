"""What a firewall lets in."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final

from auditor.facts.parts import elements_of, part_of
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_SHORTEST: Final = {4: 16, 6: 32}
"""The shortest prefix by version of IP; a shorter one is a wide range (DI-NET-009)."""


def firewall(resource: Resource, estate: Estate) -> Json:  # noqa: ARG001
    """The ranges of addresses that the rules let in, each with the length of its prefix and whether it is wide.

    They are listed also where they let nobody in, since public access is disabled; the words say so then.
    """
    properties = resource.body.get("properties")
    off = part_of(properties, "publicNetworkAccess")
    idle = ", but public network access is disabled" if isinstance(off, str) and off.lower() == "disabled" else ""
    rules = part_of(properties, "networkAcls")
    lists = [part_of(rules, name) for name in ("ipRules", "ipv6Rules")]
    if isinstance(rules, Unread):  # both say so
        lists = lists[:1]
    return {"addresses": [_address(rule, idle) for each in lists for rule in elements_of(each, "its firewall rules")]}


def _address(rule: Json, idle: str) -> Json:
    if isinstance(rule, Unread):
        return rule
    value = part_of(rule, "value")
    network = _network(value)
    if isinstance(network, Unread):
        written = value if isinstance(value, str | Unread) else network
        return {"value": written, "prefix": network, "wide": network, "words": network.why}
    some = "1 address" if network.num_addresses == 1 else f"{network.num_addresses} addresses"
    return {
        "value": value,
        "prefix": network.prefixlen,
        "wide": network.prefixlen < _SHORTEST[network.version],
        "words": f"{value} lets {some} in{idle}",
    }


def _network(value: Json) -> IPv4Network | IPv6Network | Unread:
    if isinstance(value, Unread):
        return Unread(f"the address of a firewall rule was not read: {value.why}")
    if not isinstance(value, str):
        return Unread("a firewall rule names no address")
    try:
        return ip_network(value.strip(), strict=False)
    except ValueError:
        return Unread(f"{value} of a firewall rule is no address")
