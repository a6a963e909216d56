"""Pairs and geographies of regions: from the locations of the subscription, else from a table that comes along.

The table is from Microsoft's lists of regions of the public cloud, of US Government and of China (azure-facts 2.13: a pair
is fixed, and may lie in another country). It serves files of infrastructure, and scans that could not list locations; words say which one was used.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.facts.parts import part_of
from auditor.model.reading import Unread
from auditor.model.region import normalise_region
from auditor.model.types import LOCATION, subscription_of

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Pair:
    """The region that Azure pairs with another; `note` says in which geography it lies and where that is written."""

    region: str | Unread
    note: str = ""

    @property
    def words(self) -> str:
        """Where a copy is kept, in a sentence."""
        return f"{self.region}{self.note}" if isinstance(self.region, str) else self.note or "the paired region"


def pair_of(region: str, near: Resource, estate: Estate) -> Pair:
    """The pair of a region, as the locations of the subscription of `near` tell it, or else the table."""
    source = ""
    pair = _pair_in(_location(region, near, estate))
    if pair is None:
        known = _table()["regions"].get(normalise_region(region), {})
        pair = known.get("pair")
        source = f" (Microsoft's list of regions of {_table()['dated']})"
        if pair is None and "pair" in known:
            none = f"Azure pairs {region} with no other region{source}"
            return Pair(Unread(none), f"a region that is not known: {none}")
    if pair is None:
        return Pair(Unread("the paired region was not read"))
    here, there = (geography_of(name, near, estate) for name in (region, pair))
    abroad = f", in another geography, {there} instead of {here}" if here and there and here != there else ""
    return Pair(pair, f"{abroad}{source}")


def geography_of(region: str, near: Resource, estate: Estate) -> str | None:
    """The geography of a region, Azure's boundary of data residency; None where neither source knows it."""
    told = part_of(_location(region, near, estate), "metadata", "geography")
    if isinstance(told, str) and told:
        return told
    known: str | None = _table()["regions"].get(normalise_region(region), {}).get("geography")
    return known


def _location(region: str, near: Resource, estate: Estate) -> Any:  # the body of a location, None where there is none
    subscription = subscription_of(near.key)
    found = () if subscription is None else estate.snapshot.listing(subscription, LOCATION).resources
    wanted = normalise_region(region)
    return next((location.body for location in found if normalise_region(location.name) == wanted), None)


def _pair_in(location: Any) -> str | None:
    pairs = part_of(location, "metadata", "pairedRegion")
    name = part_of(pairs[0], "name") if isinstance(pairs, list) and pairs else None
    return name if isinstance(name, str) and name else None


@cache
def _table() -> Any:
    return json.loads((Path(__file__).parent / "regions.json").read_text(encoding="utf-8"))
