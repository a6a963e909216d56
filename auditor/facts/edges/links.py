"""The accounts that read from a store and write to it: documents travel into their regions (azure-facts 3d)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place
from auditor.facts.links import doubt_about, known_links
from auditor.facts.signals import replication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

VIA = "accountLink"


def link_edges(storage: Resource, estate: Estate) -> Iterator[Edge]:
    """An edge for each linked account, by its strongest signal; one each for links that do not tell, or may be hidden.

    No account works on copies that object replication makes: they travel on an edge of their source.
    """
    accounts = set()
    links = [link for link in known_links(storage, estate) if link.signal != replication.SIGNAL]
    for link in links:
        if link.account is None:
            continue
        if link.account.key not in accounts:
            accounts.add(link.account.key)
            region = home_of(link.account)
            words = f"account {link.account.name} in {place(region)} works on its documents: {link.words}"
            stays = leaves(home_of(storage), region)
            yield Edge(VIA, "documents", link.account.id, link.account.name, region, stays, words)
    nameless = [link for link in links if link.account is None]
    if nameless:
        yield hidden(VIA, "documents", f"{nameless[0].words}; which account reads them is not known")
    doubt = doubt_about(storage, estate)
    if doubt is not None:
        yield hidden(VIA, "documents", f"there may be accounts that were not seen: {doubt.why}")
