"""Backups of a store: operational ones stay in it, vaulted ones are copied to the vault (azure-facts 3b, 3d)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.backups import Protection, protections_of, unseen_backups
from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place
from auditor.facts.parts import part_of
from auditor.facts.regions import Pair, pair_of
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

VIA: Final = "backup"
_GEO: Final = "georedundant"
_IN_REGION: Final = frozenset({"locallyredundant", "zoneredundant"})


def backup_edges(storage: Resource, estate: Estate) -> Iterator[Edge]:
    """Where the backups of a store lie, with the second copy of a vault whose storage is geo-redundant."""
    told = set()
    for protection in protections_of(storage, estate):
        for edge in _edges(storage, protection, estate):
            if (edge.to, edge.region, edge.leaves) not in told:
                told.add((edge.to, edge.region, edge.leaves))
                yield edge
    unseen = unseen_backups(storage, estate)
    if unseen is not None:
        yield hidden(VIA, "documents", unseen)


def _edges(storage: Resource, protection: Protection, estate: Estate) -> Iterator[Edge]:
    home = home_of(storage)
    if protection.kind == "operational":
        words = f"operational backup by vault {protection.vault_name} keeps deleted blobs in the account itself"
        yield Edge(VIA, "documents", storage.id, storage.name, home, leaves=False, words=words)
        return
    doubt = protection.kind if isinstance(protection.kind, Unread) else None
    vault = protection.vault
    if vault is None:
        yield hidden(VIA, "documents", f"backup vault {protection.vault_name} protects the account, and was not seen")
        return
    region = home_of(vault)
    verb = "copies" if doubt is None else "may copy"
    words = f"backup {verb} blobs to vault {vault.name} in {place(region)}"
    yield Edge(VIA, "documents", vault.id, vault.name, region, leaves(home, region), words).in_doubt(doubt)
    second = _second_copy(vault, region, estate)
    if second is not None:
        yield second.in_doubt(doubt)


def _second_copy(vault: Resource, region: Json, estate: Estate) -> Edge | None:
    """The copy of a geo-redundant vault in the paired region; None where its storage keeps all in one region.

    Whether it may be restored there (cross-region restore) changes nothing: the copy is there without it.
    """
    properties = vault.body.get("properties")
    kinds = _storage_kinds(part_of(properties, "storageSettings"))
    restored = part_of(properties, "featureSettings", "crossRegionRestoreSettings", "state")
    across = isinstance(restored, str) and restored.lower() == "enabled"
    if _GEO in kinds or across:
        pair = _second_region(vault, region, estate)
        words = f"vault {vault.name} is geo-redundant and keeps a second copy in {pair.words}"
        words += ", from where it can be restored" if across else ""
        return Edge(VIA, "documents", vault.id, vault.name, pair.region, leaves=True, words=words)
    if kinds and kinds <= _IN_REGION and not isinstance(restored, Unread):
        return None
    words = f"whether vault {vault.name} keeps a copy in another region was not read"
    return hidden(VIA, "documents", words)


def _storage_kinds(settings: Json) -> frozenset[str]:
    """The kinds of redundancy of a vault's stores, in lower case; an empty text for one that was not read."""
    if not isinstance(settings, list):
        return frozenset()
    kinds = [part_of(item, "type") for item in settings]
    return frozenset(kind.lower() if isinstance(kind, str) else "" for kind in kinds)


def _second_region(vault: Resource, region: Json, estate: Estate) -> Pair:
    """Where the second copy lies: as the vault itself says, or else in the pair of its region."""
    replicated = part_of(vault.body.get("properties"), "replicatedRegions")
    if isinstance(replicated, list) and replicated and isinstance(replicated[0], str) and replicated[0]:
        return Pair(replicated[0])
    if isinstance(region, str):
        return pair_of(region, vault, estate)
    return Pair(Unread("the region of the vault was not read"))
