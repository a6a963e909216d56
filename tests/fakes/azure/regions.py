"""Azure's regions as `GET /subscriptions/{id}/locations` lists them, one row each, with the pairs that Azure fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Region:
    """A physical region: `pair` is where geo-redundant storage copies to, empty where there is none."""

    name: str
    label: str
    geography: str
    group: str
    place: str
    pair: str = ""
    recommended: bool = True


_TABLE: Final = """
eastus               | East US              | United States        | US            | Virginia            | westus
eastus2              | East US 2            | United States        | US            | Virginia            | centralus
southcentralus       | South Central US     | United States        | US            | Texas               | northcentralus
westus2              | West US 2            | United States        | US            | Washington          | westcentralus
westus3              | West US 3            | United States        | US            | Phoenix             | eastus
centralus            | Central US           | United States        | US            | Iowa                | eastus2
northcentralus       | North Central US     | United States        | US            | Illinois            | southcentralus     | other
westus               | West US              | United States        | US            | California          | eastus             | other
westcentralus        | West Central US      | United States        | US            | Wyoming             | westus2            | other
northeurope          | North Europe         | Europe               | Europe        | Ireland             | westeurope
westeurope           | West Europe          | Europe               | Europe        | Netherlands         | northeurope
uksouth              | UK South             | United Kingdom       | Europe        | London              | ukwest
ukwest               | UK West              | United Kingdom       | Europe        | Cardiff             | uksouth            | other
francecentral        | France Central       | France               | Europe        | Paris               | francesouth
francesouth          | France South         | France               | Europe        | Marseille           | francecentral      | other
germanywestcentral   | Germany West Central | Germany              | Europe        | Frankfurt           | germanynorth
germanynorth         | Germany North        | Germany              | Europe        | Berlin              | germanywestcentral | other
swedencentral        | Sweden Central       | Sweden               | Europe        | Gävle               | swedensouth
swedensouth          | Sweden South         | Sweden               | Europe        | Malmö               | swedencentral      | other
switzerlandnorth     | Switzerland North    | Switzerland          | Europe        | Zurich              | switzerlandwest
switzerlandwest      | Switzerland West     | Switzerland          | Europe        | Geneva              | switzerlandnorth   | other
norwayeast           | Norway East          | Norway               | Europe        | Norway              | norwaywest
norwaywest           | Norway West          | Norway               | Europe        | Norway              | norwayeast         | other
italynorth           | Italy North          | Italy                | Europe        | Milan               |
polandcentral        | Poland Central       | Poland               | Europe        | Warsaw              |
spaincentral         | Spain Central        | Spain                | Europe        | Madrid              |
southeastasia        | Southeast Asia       | Asia Pacific         | Asia Pacific  | Singapore           | eastasia
eastasia             | East Asia            | Asia Pacific         | Asia Pacific  | Hong Kong           | southeastasia
japaneast            | Japan East           | Japan                | Asia Pacific  | Tokyo, Saitama      | japanwest
japanwest            | Japan West           | Japan                | Asia Pacific  | Osaka               | japaneast          | other
koreacentral         | Korea Central        | Korea                | Asia Pacific  | Seoul               | koreasouth
koreasouth           | Korea South          | Korea                | Asia Pacific  | Busan               | koreacentral       | other
centralindia         | Central India        | India                | Asia Pacific  | Pune                | southindia
southindia           | South India          | India                | Asia Pacific  | Chennai             | centralindia       | other
australiaeast        | Australia East       | Australia            | Asia Pacific  | New South Wales     | australiasoutheast
australiasoutheast   | Australia Southeast  | Australia            | Asia Pacific  | Victoria            | australiaeast      | other
newzealandnorth      | New Zealand North    | New Zealand          | Asia Pacific  | Auckland            |
canadacentral        | Canada Central       | Canada               | Canada        | Toronto             | canadaeast
canadaeast           | Canada East          | Canada               | Canada        | Quebec              | canadacentral      | other
brazilsouth          | Brazil South         | Brazil               | South America | Sao Paulo State     | southcentralus
mexicocentral        | Mexico Central       | Mexico               | Mexico        | Querétaro State     |
southafricanorth     | South Africa North   | South Africa         | Africa        | Johannesburg        | southafricawest
southafricawest      | South Africa West    | South Africa         | Africa        | Cape Town           | southafricanorth   | other
uaenorth             | UAE North            | UAE                  | Middle East   | Dubai               | uaecentral
uaecentral           | UAE Central          | UAE                  | Middle East   | Abu Dhabi           | uaenorth           | other
qatarcentral         | Qatar Central        | Qatar                | Middle East   | Doha                |
israelcentral        | Israel Central       | Israel               | Middle East   | Israel              |
"""
_GOVERNMENT: Final = """
usgovvirginia        | USGov Virginia       | USGov                | US            | Virginia            | usgovtexas
usgovtexas           | USGov Texas          | USGov                | US            | Texas               | usgovarizona
usgovarizona         | USGov Arizona        | USGov                | US            | Phoenix             | usgovtexas
usdodeast            | USDoD East           | USDoD                | US            | Virginia            | usdodcentral
usdodcentral         | USDoD Central        | USDoD                | US            | Iowa                | usdodeast
"""
_CHINA: Final = """
chinaeast            | China East           | China                | Asia Pacific  | Shanghai            | chinanorth
chinanorth           | China North          | China                | Asia Pacific  | Beijing             | chinaeast
chinaeast2           | China East 2         | China                | Asia Pacific  | Shanghai            | chinanorth2
chinanorth2          | China North 2        | China                | Asia Pacific  | Beijing             | chinaeast2
chinaeast3           | China East 3         | China                | Asia Pacific  | Jiangsu             | chinanorth3
chinanorth3          | China North 3        | China                | Asia Pacific  | Hebei               | chinaeast3
"""
_LOGICAL: Final = (
    ("global", "Global"),
    ("europe", "Europe"),
    ("unitedstates", "United States"),
    ("uk", "United Kingdom"),
    ("asia", "Asia"),
    ("asiapacific", "Asia Pacific"),
    ("france", "France"),
    ("germany", "Germany"),
    ("switzerland", "Switzerland"),
    ("australia", "Australia"),
)
"""What a resource can name as its location without lying anywhere in particular."""


def _rows(table: str) -> tuple[Region, ...]:
    regions = []
    for line in table.strip().splitlines():
        name, label, geography, group, place, pair, *other = (cell.strip() for cell in line.split("|"))
        regions.append(Region(name, label, geography, group, place, pair, recommended=not other))
    return tuple(regions)


PUBLIC: Final = _rows(_TABLE)
GOVERNMENT: Final = _rows(_GOVERNMENT)
CHINA: Final = _rows(_CHINA)
BY_NAME: Final = {region.name: region for region in (*PUBLIC, *GOVERNMENT, *CHINA)}


def pair_of(region: str) -> str:
    """Where geo-redundant storage of this region copies to; empty for regions without a pair."""
    known = BY_NAME.get(region.replace(" ", "").lower())
    return known.pair if known else ""


def locations(subscription_id: str, arm_host: str) -> list[dict[str, Any]]:
    """The list as ARM of that cloud answers it: physical regions first, then logical ones."""
    regions = {"management.usgovcloudapi.net": GOVERNMENT, "management.chinacloudapi.cn": CHINA}.get(arm_host, PUBLIC)
    physical = [_physical(subscription_id, region) for region in regions]
    return physical + [_logical(subscription_id, *row) for row in _LOGICAL]


def _physical(subscription_id: str, region: Region) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "regionType": "Physical",
        "regionCategory": "Recommended" if region.recommended else "Other",
        "geography": region.geography,
        "geographyGroup": region.group,
        "physicalLocation": region.place,
        "pairedRegion": [],
    }
    if region.pair:
        metadata["pairedRegion"] = [{"name": region.pair, "id": _id(subscription_id, region.pair)}]
    return _location(subscription_id, region.name, region.label, f"({region.group}) {region.label}", metadata)


def _logical(subscription_id: str, name: str, label: str) -> dict[str, Any]:
    return _location(subscription_id, name, label, label, {"regionType": "Logical", "regionCategory": "Other"})


def _location(subscription_id: str, name: str, label: str, regional: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": _id(subscription_id, name),
        "name": name,
        "type": "Region",
        "displayName": label,
        "regionalDisplayName": regional,
        "metadata": metadata,
    }


def _id(subscription_id: str, name: str) -> str:
    return f"/subscriptions/{subscription_id}/locations/{name}"
