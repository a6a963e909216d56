"""Which networks reach an account, by its own firewall and by the network security perimeter that it is in.

What counts (azure-docs, private-link/network-security-perimeter-transition): an association in the mode Enforced takes
the place of the account's own settings, whatever `publicNetworkAccess` says. In the mode Learning both count, the rules of
the perimeter also where public network access is disabled. `SecuredByPerimeter` closes a storage account that is in no
perimeter. The page does not describe the mode Audit, so nothing that the mode could open or close is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import TYPE_CHECKING, Final

from auditor.facts.parts import all_of, any_of, elements_of, list_in, part_of, text_in
from auditor.model.reading import Json, Unread
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import ACCOUNT, ACCOUNT_PERIMETER, BY_NAME, STORAGE_PERIMETER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource
    from auditor.model.types import ResourceType

_SHORTEST: Final = {4: 16, 6: 32}
"""The shortest prefix by version of IP; a shorter one is a wide range (DI-NET-009)."""
_ONBOARDED: Final = frozenset({"aiservices"})
"""Kinds of cognitive accounts that host Document Intelligence and that a perimeter can protect, in lower case
(azure-docs, private-link/network-security-perimeter-concepts, August 2025)."""
_MOST_NAMED: Final = 3
_NONE: Final = "it is in no network security perimeter"
_NONE_IN_FILES: Final = "the files declare no network security perimeter for it"


@dataclass(frozen=True, slots=True)
class _Perimeter:
    """An association with a perimeter: whether the account's own settings count beside it, and whom it lets in.

    `addresses` are those of its inbound rules, as in the fact.
    """

    name: str
    mode: str
    own_counts: bool | Unread
    enforced: bool | Unread
    addresses: tuple[Json, ...]
    words: str


def network(resource: Resource, estate: Estate) -> Json:
    """What perimeters do to an account: whether its own settings apply beside them, and whom their inbound rules let in.

    `addresses` are the ranges that rules in force let in, those of its own firewall among them. Of a rule that may not be
    in force it is not known whether it lets a wide range in.
    """
    listed = _perimeters(resource, estate)
    silent = _files_say_nothing(resource, estate)
    counted = _of_files(resource) if silent else listed
    apply = all_of(item.own_counts for item in counted)
    rules = [address for item in counted for address in item.addresses]
    words = [item.words for item in counted if item.words]
    return {
        "settingsApply": apply,
        "perimeterOpen": _lets_all_in(rules),
        "perimeterWide": any_of(map(_is_wide, rules)),
        "words": "; ".join(words) if counted else _NONE_IN_FILES if silent else _NONE,
        "addresses": [*_in_force(_firewall(resource), all_of((_answers(resource), apply))), *rules],
        "perimeters": [
            {"name": item.name, "mode": item.mode, "enforced": item.enforced, "words": item.words} for item in listed
        ],
    }


def _answers(resource: Resource) -> bool | Unread:
    """Whether the public endpoint answers by the account's own settings; it does where nothing is set."""
    setting = part_of(resource.body, "properties", "publicNetworkAccess")
    word = setting.lower() if isinstance(setting, str) else setting
    if word is None or word == "enabled":
        return True
    if word == "disabled" or (_is_secured(resource) and not _is_account(resource)):
        return False
    return Unread(f"whether public network access is enabled is {_said(setting)}")


def _is_secured(resource: Resource) -> bool:
    """Whether the account leaves its network to a perimeter; a value that the API of cognitive accounts does not have."""
    return text_in(part_of(resource.body, "properties", "publicNetworkAccess")).lower() == "securedbyperimeter"


def _is_account(resource: Resource) -> bool:
    return resource.type_key == ACCOUNT.lower()


def _files_say_nothing(resource: Resource, estate: Estate) -> bool:
    """Whether these are files that declare no perimeter; a gap tells that they declare an association, which is not read."""
    in_files = estate.snapshot.header.kind == INFRASTRUCTURE
    return in_files and estate.snapshot.gap_at(resource.key, _perimeter_kind(resource)) is None


def _of_files(resource: Resource) -> tuple[_Perimeter, ...]:
    """A perimeter is often managed elsewhere: it is taken for none unless the account leaves its network to one."""
    why = Unread(f"public network access is SecuredByPerimeter, and {_NONE_IN_FILES}")
    return (_perimeter(why, resource),) if _is_secured(resource) else ()


def _perimeter_kind(resource: Resource) -> ResourceType:
    return BY_NAME[(ACCOUNT_PERIMETER if _is_account(resource) else STORAGE_PERIMETER).lower()]


def _perimeters(resource: Resource, estate: Estate) -> tuple[_Perimeter, ...]:
    kind = _perimeter_kind(resource)
    bodies = estate.snapshot.listing(resource.id, kind.name).bodies()
    gap = estate.snapshot.gap_at(resource.key, kind)
    if gap is not None and estate.snapshot.header.kind == INFRASTRUCTURE:  # the files do declare one
        bodies = [Unread(gap.reason)]
    return tuple(_perimeter(body, resource) for body in bodies)


def _perimeter(body: Json, resource: Resource) -> _Perimeter:
    if isinstance(body, Unread):
        why = f"whether the account is in a network security perimeter is not known: {body.why}"
        unread = Unread(why, body.settled_by)
        return _Perimeter("", "", unread, unread, (unread,), "")
    properties = part_of(body, "properties")
    name = _name_of(properties, body)
    mode = part_of(properties, "resourceAssociation", "accessMode")
    word = mode.lower() if isinstance(mode, str) else ""
    unknown = Unread(f"the access mode of network security perimeter {name} is {_said(mode)}")
    own_counts = {"enforced": False, "learning": True, "audit": True}.get(word, unknown)
    enforced = word == "enforced" if isinstance(mode, str) else unknown
    addresses = tuple(_inbound(properties, name))
    if word not in {"enforced", "learning"}:  # what the mode Audit lets through is not documented
        addresses = (unknown, *(_in_doubt(item, unknown) for item in addresses))
    if (doubt := _doubt(properties, name, resource)) is not None:
        own_counts = own_counts is True or doubt
        enforced = enforced is not False and doubt
        addresses = (doubt, *(_in_doubt(item, doubt) for item in addresses))
    words = f"network security perimeter {name} is in the mode {_said(mode)}; {_lets_in(properties, addresses)}"
    return _Perimeter(name, _said(mode), own_counts, enforced, addresses, words)


def _name_of(properties: Json, body: Json) -> str:
    """The perimeter's own name; the association's where the perimeter is not named."""
    perimeter = part_of(properties, "networkSecurityPerimeter", "id")
    name = perimeter if isinstance(perimeter, str) else part_of(body, "name")
    return name.rpartition("/")[2] if isinstance(name, str) else "without a name"


def _said(value: Json) -> str:
    return f"not known: {value.why}" if isinstance(value, Unread) else "not known" if value is None else str(value)


def _doubt(properties: Json, name: str, resource: Resource) -> Unread | None:
    """Why an association may not do what it says: Azure has not carried it out, or not for such an account."""
    state, issues = part_of(properties, "provisioningState"), part_of(properties, "provisioningIssues")
    if isinstance(state, Unread) or (state is not None and str(state).lower() != "succeeded"):
        return Unread(f"the provisioning state of network security perimeter {name} is {_said(state)}")
    if isinstance(issues, Unread) or issues:
        return Unread(f"Azure reports provisioning issues of network security perimeter {name}")
    kind = resource.body.get("kind")
    if _is_account(resource) and not (isinstance(kind, str) and kind.lower() in _ONBOARDED):
        return Unread(
            f"Microsoft does not document that network security perimeter {name} can protect an account of kind {_said(kind)}"
        )
    return None


def _inbound_rules(properties: Json, name: str) -> Iterator[Json]:
    """The properties of the rules that may be inbound; an `Unread` for each that was not read."""
    what = f"the access rules of network security perimeter {name}"
    rules = part_of(properties, "profile", "accessRules")
    if rules is None:
        yield Unread(f"{what} are not in Azure's answer")
    for rule in elements_of(rules, what):
        inner = part_of(rule, "properties")
        direction = part_of(inner, "direction")
        if isinstance(direction, str) and direction.lower() == "inbound":
            yield inner
        elif not (isinstance(direction, str) and direction.lower() == "outbound"):
            yield Unread(f"the direction of one of {what} is {_said(direction)}")


def _inbound(properties: Json, name: str) -> Iterator[Json]:
    """The ranges of addresses that inbound rules let in, and an `Unread` for a rule that lets in what is not known.

    A rule for subscriptions or for another perimeter lets in no address: its requests come from Azure resources there,
    by their identities (azure-docs, private-link/network-security-perimeter-concepts).
    """
    by = f", by a rule of network security perimeter {name}"
    for rule in _inbound_rules(properties, name):
        prefixes = part_of(rule, "addressPrefixes")
        for prefix in elements_of(prefixes, f"the addresses of a rule of network security perimeter {name}"):
            yield _address(prefix, by)
        if not isinstance(rule, Unread) and not prefixes and not any(_sources(rule)):
            yield Unread(f"whom a rule of network security perimeter {name} lets in is not known")


def _sources(rule: Json) -> Iterator[str]:
    """The subscriptions and perimeters whose resources an inbound rule lets in."""
    for member, noun in (("subscriptions", "subscription"), ("networkSecurityPerimeters", "perimeter")):
        for source in list_in(part_of(rule, member)):
            written = part_of(source, "id")
            yield f"{noun} {written.rpartition('/')[2]}" if isinstance(written, str) else f"a {noun}"


def _lets_in(properties: Json, addresses: Sequence[Json]) -> str:
    values = [text for item in addresses if (text := text_in(part_of(item, "value")))]
    sources = [f"resources of {source}" for rule in _inbound_rules(properties, "") for source in _sources(rule)]
    names = [*values, *sources]
    if names:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        return f"its inbound rules let in {', '.join(names[:_MOST_NAMED])}{more}"
    return "its inbound rules are not known" if addresses else "it has no inbound rules"


def _lets_all_in(rules: Sequence[Json]) -> bool | Unread:
    """Whether rules of perimeters together let in every address of one version of IP."""
    wide = [_is_wide(rule) for rule in rules]
    sure = [_network(rule["value"]) for rule, known in zip(rules, wide, strict=True) if isinstance(known, bool)]
    four = collapse_addresses(item for item in sure if isinstance(item, IPv4Network))
    six = collapse_addresses(item for item in sure if isinstance(item, IPv6Network))
    if any(item.prefixlen == 0 for item in four) or any(item.prefixlen == 0 for item in six):
        return True
    return next((item for item in wide if isinstance(item, Unread)), False)


def _is_wide(rule: Json) -> bool | Unread:
    found: bool | Unread = rule if isinstance(rule, Unread) else rule["wide"]
    return found


def _in_force(addresses: list[Json], counts: bool | Unread) -> list[Json]:  # noqa: FBT001 - one of three values
    """The addresses of the rules that count: none, all, or all of them in doubt."""
    if isinstance(counts, Unread):
        return [_in_doubt(address, counts) for address in addresses]
    return addresses if counts else []


def _in_doubt(address: Json, why: Unread) -> Json:
    """The address of a rule that may not be in force: whether it lets a wide range in is then not known."""
    return {**address, "wide": why} if not isinstance(address, Unread) and address["wide"] is True else address


def _firewall(resource: Resource) -> list[Json]:
    """The ranges of addresses that the rules of the account's firewall let in."""
    rules = part_of(resource.body, "properties", "networkAcls")
    lists = [part_of(rules, name) for name in ("ipRules", "ipv6Rules")]
    if isinstance(rules, Unread):  # both say so
        lists = lists[:1]
    found = (rule for each in lists for rule in elements_of(each, "its firewall rules"))
    return [rule if isinstance(rule, Unread) else _address(part_of(rule, "value")) for rule in found]


def _address(value: Json, by: str = "") -> Json:
    """A range of addresses, with the length of its prefix and whether it is wide."""
    found = _network(value)
    if isinstance(found, Unread):
        written = value if isinstance(value, str | Unread) else found
        return {"value": written, "prefix": found, "wide": found, "words": found.why}
    some = "1 address" if found.num_addresses == 1 else f"{found.num_addresses} addresses"
    return {
        "value": value,
        "prefix": found.prefixlen,
        "wide": found.prefixlen < _SHORTEST[found.version],
        "words": f"{value} lets {some} in{by}",
    }


def _network(value: Json) -> IPv4Network | IPv6Network | Unread:
    if isinstance(value, Unread):
        return Unread(f"the address of a firewall rule was not read: {value.why}", value.settled_by)
    if not isinstance(value, str):
        return Unread("a firewall rule names no address")
    try:
        return ip_network(value.strip(), strict=False)
    except ValueError:
        return Unread(f"{value} of a firewall rule is no address")
