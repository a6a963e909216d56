"""Which addresses a firewall lets in, and which ranges are wide."""

from __future__ import annotations

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from tests.builders import account, facts, snapshot, storage

HIDDEN = Unread("hidden")


def addresses(resource: Resource) -> Json:
    return facts(snapshot(resource)).of(resource)["firewall"]["addresses"]


@pytest.mark.parametrize(
    ("value", "prefix", "wide"),
    [
        ("20.3.165.95", 32, False),
        ("20.3.165.95/32", 32, False),
        ("203.0.113.0/24", 24, False),
        ("203.0.0.0/16", 16, False),
        ("203.0.0.0/15", 15, True),
        ("203.0.113.9/8", 8, True),
        ("0.0.0.0/0", 0, True),
        ("0.0.0.0/1", 1, True),
        ("203.0.0.0/255.255.0.0", 16, False),
        (" 203.0.113.0/24 ", 24, False),
        ("2001:db8::1", 128, False),
        ("2001:db8::/32", 32, False),
        ("2001:db8::/31", 31, True),
        ("::/0", 0, True),
    ],
)
def test_a_range_is_wide_from_sixteen_bits_down(value: str, prefix: int, wide: bool) -> None:
    for resource in (
        account("forms", networkAcls={"ipRules": [{"value": value}]}),
        storage(networkAcls={"ipRules": [{"value": value, "action": "Allow"}]}),
        storage(networkAcls={"ipv6Rules": [{"value": value, "action": "Allow"}]}),
    ):
        (found,) = addresses(resource)
        assert (found["value"], found["prefix"], found["wide"]) == (value, prefix, wide)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("203.0.113.0-203.0.113.9", "203.0.113.0-203.0.113.9 of a firewall rule is no address"),
        ("203.0.113.0/33", "203.0.113.0/33 of a firewall rule is no address"),
        ("", " of a firewall rule is no address"),
        (None, "a firewall rule names no address"),
        (7, "a firewall rule names no address"),
        (HIDDEN, "the address of a firewall rule was not read: hidden"),
    ],
)
def test_of_what_is_no_address_nobody_knows_how_wide_it_is(value: Json, why: str) -> None:
    (found,) = addresses(storage(networkAcls={"ipRules": [{"value": value}]}))
    assert (found["prefix"], found["wide"], found["words"]) == (Unread(why), Unread(why), why)


@pytest.mark.parametrize(
    ("properties", "wanted"),
    [
        ({}, []),
        ({"networkAcls": None}, []),
        ({"networkAcls": {"ipRules": None}}, []),
        ({"networkAcls": {"ipRules": []}}, []),
        ({"networkAcls": HIDDEN}, [Unread("its firewall rules were not read: hidden")]),
        ({"networkAcls": {"ipRules": HIDDEN}}, [Unread("its firewall rules were not read: hidden")]),
        ({"networkAcls": {"ipv6Rules": HIDDEN}}, [Unread("its firewall rules were not read: hidden")]),
        ({"networkAcls": {"ipRules": "*"}}, [Unread("its firewall rules are no list")]),
        ({"networkAcls": {"ipRules": [HIDDEN]}}, [HIDDEN]),
    ],
    ids=range(9),
)
def test_rules_that_were_not_read_are_not_none(properties: dict[str, Json], wanted: list[Json]) -> None:
    assert addresses(storage(**properties)) == wanted


@pytest.mark.parametrize(
    ("public", "words"),
    [
        ("Enabled", "203.0.113.0/24 lets 256 addresses in"),
        (None, "203.0.113.0/24 lets 256 addresses in"),
        (HIDDEN, "203.0.113.0/24 lets 256 addresses in"),
        ("disabled", "203.0.113.0/24 lets 256 addresses in, but public network access is disabled"),
    ],
)
def test_rules_are_listed_also_where_they_let_nobody_in(public: Json, words: str) -> None:
    rules = {"ipRules": [{"value": "203.0.113.0/24"}, {"value": "203.0.113.9"}]}
    first, second = addresses(account("forms", publicNetworkAccess=public, networkAcls=rules))
    assert first["words"] == words
    assert second["words"] == words.replace("0/24", "9").replace("256 addresses", "1 address")
