"""Where copies of a document come to rest: same region is a question about bytes, not about one field.

Source: azure-facts 3d and the pages that it names. Each edge says on which way bytes go, what it carries, and whether it
leaves the region. What could not be read is an edge as well, which names its way and leaves all else unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.edges.accounts import copy_edges, routing_edges
from auditor.facts.edges.backup import backup_edges
from auditor.facts.edges.copies import redundancy_edges, redundancy_of, replication_edges
from auditor.facts.edges.edge import home_of
from auditor.facts.edges.keys import key_edges
from auditor.facts.edges.links import link_edges
from auditor.facts.edges.logs import log_edges
from auditor.facts.edges.names import export_edges, inventory_edges
from auditor.facts.edges.network import endpoint_edges
from auditor.facts.edges.sharing import sharing_edges

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource

_KEY_OF_STORAGE: Final = ("keyvaultproperties", "keyvaulturi")
_KEY_OF_ACCOUNT: Final = ("keyVaultProperties", "keyVaultUri")


def residency_of(storage: Resource, estate: Estate) -> Json:
    """Redundancy, and the edges over which documents, or what tells of them, leave a storage account."""
    redundancy = redundancy_of(storage, estate)
    edges = (
        *redundancy_edges(storage, redundancy, estate),
        *replication_edges(storage, estate),
        *backup_edges(storage, estate),
        *link_edges(storage, estate),
        *sharing_edges(storage, estate),
        *log_edges(storage, f"{storage.id}/blobServices/default", estate),
        *export_edges(storage, f"{storage.id}/blobServices/default", estate),
        *inventory_edges(storage, estate),
        *endpoint_edges(storage, estate),
        *key_edges(storage, _KEY_OF_STORAGE, estate),
    )
    return {"redundancy": redundancy, "edges": [edge.as_json(storage) for edge in edges]}


def rests_in(storage: Resource, _estate: Estate) -> Json:
    """The region in which the bytes of a storage account rest."""
    return home_of(storage)


def residency_of_account(account: Resource, estate: Estate) -> Json:
    """The edges over which what an account processes can go elsewhere."""
    edges = (
        *routing_edges(account),
        *copy_edges(account, estate),
        *log_edges(account, account.id, estate),
        *export_edges(account, account.id, estate),
        *endpoint_edges(account, estate),
        *key_edges(account, _KEY_OF_ACCOUNT, estate),
    )
    return {"edges": [edge.as_json(account) for edge in edges]}
