"""The vault of a customer-managed key: keys only, no documents (azure-facts 3d, D32)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place, unseen
from auditor.facts.parts import part_of
from auditor.model.reading import Json, Unread
from auditor.model.types import VAULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

VIA: Final = "keyVault"
_SOURCE: Final = "microsoft.keyvault"


def key_edges(resource: Resource, properties: tuple[str, str], estate: Estate) -> Iterator[Edge]:
    """An edge to the vault of a customer-managed key; `properties` names its object and the vault's address there."""
    encryption = part_of(resource.body.get("properties"), "encryption")
    source, uri = part_of(encryption, "keySource"), part_of(encryption, *properties)
    if isinstance(source, Unread):
        yield hidden(VIA, "metadata", f"whose key encrypts {resource.name} was not read")
    elif isinstance(source, str) and source.lower() == _SOURCE:
        yield _edge(resource, uri, estate)


def _edge(resource: Resource, uri: Json, estate: Estate) -> Edge:
    host = _host(uri)
    if not host:
        return hidden(VIA, "metadata", f"in which vault the key of {resource.name} lies was not read")
    vault = estate.once("vaults by host", lambda: _by_host(estate)).get(host)
    if vault is None:
        name = host.partition(".")[0]
        why = unseen(name, VAULT, estate)
        words = f"its key lies in vault {name}, whose region is not known: {why.why}"
        return Edge(VIA, "metadata", why, name, why, why, words)
    region = home_of(vault)
    words = f"its key lies in vault {vault.name} in {place(region)}"
    return Edge(VIA, "metadata", vault.id, vault.name, region, leaves(home_of(resource), region), words)


def _by_host(estate: Estate) -> Mapping[str, Resource]:
    found = {
        _host(part_of(vault.body.get("properties"), "vaultUri")): vault for vault in estate.snapshot.of_type(VAULT)
    }
    return {host: vault for host, vault in found.items() if host}


def _host(uri: Json) -> str:
    try:
        return (urlsplit(uri).hostname or "") if isinstance(uri, str) else ""
    except ValueError:
        return ""
