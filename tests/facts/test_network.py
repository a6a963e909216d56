"""Which networks reach an account: its own settings, and the network security perimeter that it is in.

What is expected was written by hand from the table of azure-docs, private-link/network-security-perimeter-transition.
"""

from __future__ import annotations

from functools import cache

import pytest

from auditor import audit
from auditor.model.reading import Json, Unread
from auditor.model.resource import Gap, Resource
from auditor.model.types import ACCOUNT_PERIMETER, STORAGE, STORAGE_PERIMETER
from auditor.policy.compiler import CompiledRule
from auditor.policy.judge import group_by_type, judge
from auditor.policy.loader import compile_all
from tests.builders import account, child, facts, gap, now, snapshot, storage

HIDDEN = Unread("hidden")


def addresses(resource: Resource) -> Json:
    return network(resource)["addresses"]


def network(resource: Resource, *others: Resource, gaps: tuple[Gap, ...] = (), kind: str = "azure") -> Json:
    return facts(snapshot(resource, *others, gaps=gaps, kind=kind)).of(resource)["network"]


def perimeter(owner: Resource, mode: Json = "Enforced", *rules: Json, **more: Json) -> Resource:
    """An association that Azure has carried out, with the inbound rules of its profile."""
    kind = STORAGE_PERIMETER if owner.type == STORAGE else ACCOUNT_PERIMETER
    properties: dict[str, Json] = {
        "provisioningState": "Succeeded",
        "provisioningIssues": [],
        "networkSecurityPerimeter": {
            "id": "/subscriptions/s/providers/Microsoft.Network/networkSecurityPerimeters/nsp"
        },
        "resourceAssociation": {"name": "a", "accessMode": mode},
        "profile": {"name": "p", "accessRules": list(rules)},
    }
    return child(owner, kind, "guid.a", **{**properties, **more})


def inbound(*prefixes: Json, **more: Json) -> Json:
    return {"name": "rule", "properties": {"direction": "Inbound", "addressPrefixes": list(prefixes), **more}}


ALL, WIDE, OFFICE = inbound("0.0.0.0/0"), inbound("20.0.0.0/8"), inbound("203.0.113.0/24")
OUTBOUND = {"name": "out", "properties": {"direction": "Outbound", "fullyQualifiedDomainNames": ["example.com"]}}
FRIENDS = inbound(subscriptions=[{"id": "/subscriptions/other"}])
UNKNOWN = "unknown"


def said(value: Json) -> Json:
    return UNKNOWN if isinstance(value, Unread) else value


@cache
def rules() -> dict[str, tuple[CompiledRule, ...]]:
    strict = audit.prepare(audit.Choice(profile="strict"))
    return group_by_type(compile_all(strict.policy, strict.rules, strict.parameters))


def answers(resource: Resource, *others: Resource, gaps: tuple[Gap, ...] = (), kind: str = "azure") -> Json:
    """Whether rules say that it is open to all networks, that its endpoint is public, that a wide range is let in."""
    found = snapshot(resource, *others, gaps=gaps, kind=kind)
    judged = judge(rules(), found, facts(found, all_documents=True), now())
    status = {item.rule: item.status for item in judged.findings if item.subject.id == resource.id}
    names = ("DI-NET-003", "DI-NET-004") if resource.type == STORAGE else ("DI-NET-001", "DI-NET-002")
    words = {"fail": True, "pass": False, "unknown": UNKNOWN}
    return tuple(words[status[name]] for name in (*names, "DI-NET-009"))


@pytest.mark.parametrize(
    ("setting", "mode", "rules", "wanted"),
    [
        # Not associated: the resource's own rules, or denied.
        ("Enabled", None, (), (True, True, True)),
        (None, None, (), (True, True, True)),
        ("Disabled", None, (), (False, False, False)),
        ("SecuredByPerimeter", None, (), (False, False, False)),
        # Learning: its own rules and those of the perimeter.
        ("Enabled", "Learning", (), (True, True, True)),
        ("Disabled", "Learning", (), (False, False, False)),
        ("Disabled", "Learning", (OFFICE,), (False, False, False)),
        ("Disabled", "Learning", (WIDE,), (False, True, True)),
        ("Disabled", "learning", (ALL,), (True, True, True)),
        ("SecuredByPerimeter", "Learning", (), (False, False, False)),
        ("SecuredByPerimeter", "Learning", (ALL,), (True, True, True)),
        # Enforced: those of the perimeter, whatever the resource says.
        ("Enabled", "Enforced", (), (False, False, False)),
        (None, "ENFORCED", (), (False, False, False)),
        (HIDDEN, "Enforced", (), (False, False, False)),
        ("Enabled", "Enforced", (OFFICE,), (False, False, False)),
        ("Enabled", "Enforced", (OUTBOUND,), (False, False, False)),
        ("Enabled", "Enforced", (FRIENDS,), (False, False, False)),
        ("Enabled", "Enforced", (WIDE,), (False, True, True)),
        ("Disabled", "Enforced", (ALL,), (True, True, True)),
        ("SecuredByPerimeter", "Enforced", (OFFICE, ALL), (True, True, True)),
        ("SecuredByPerimeter", "Enforced", (inbound("::/0"),), (True, True, True)),
        ("SecuredByPerimeter", "Enforced", (inbound("0.0.0.0/1", "128.0.0.0/1"),), (True, True, True)),
        ("SecuredByPerimeter", "Enforced", (inbound("0.0.0.0/1"), inbound("128.0.0.0/1")), (True, True, True)),
        # A mode that the table does not have: what it opens or closes is not known.
        ("Enabled", "Audit", (), (True, True, True)),
        ("Disabled", "Audit", (), (UNKNOWN, UNKNOWN, UNKNOWN)),
        ("SecuredByPerimeter", "Audit", (), (UNKNOWN, UNKNOWN, UNKNOWN)),
        ("Enabled", None, (HIDDEN,), (UNKNOWN, UNKNOWN, UNKNOWN)),
        ("Enabled", "Strict", (), (UNKNOWN, UNKNOWN, UNKNOWN)),
        ("Disabled", HIDDEN, (), (UNKNOWN, UNKNOWN, UNKNOWN)),
        ("Disabled", True, (ALL,), (UNKNOWN, UNKNOWN, UNKNOWN)),
        # A value that the auditor does not know.
        ("Sometimes", None, (), (True, True, UNKNOWN)),
        ("Sometimes", "Enforced", (), (False, False, False)),
        (False, None, (), (UNKNOWN, UNKNOWN, UNKNOWN)),
        (HIDDEN, "Learning", (ALL,), (True, True, True)),
    ],
)
def test_settings_and_perimeters_decide_together(
    setting: Json, mode: Json, rules: tuple[Json, ...], wanted: tuple[Json, Json, Json]
) -> None:
    """The account's own firewall allows all networks, and has a wide rule."""
    for resource in (
        storage(publicNetworkAccess=setting, networkAcls={"ipRules": [{"value": "13.0.0.0/8"}]}),
        account("forms", kind="AIServices", publicNetworkAccess=setting, networkAcls={"ipRules": [{"value": "::/0"}]}),
    ):
        if setting == "SecuredByPerimeter" and resource.type != STORAGE:
            continue
        associated = [] if mode is None and not rules else [perimeter(resource, mode, *rules)]
        assert answers(resource, *associated) == wanted


@pytest.mark.parametrize(("mode", "passes"), [(None, False), ("Learning", False), ("Audit", False), ("Enforced", True)])
def test_a_value_that_the_api_of_accounts_does_not_have_closes_nothing_by_itself(
    mode: str | None, *, passes: bool
) -> None:
    forms = account("forms", kind="AIServices", publicNetworkAccess="SecuredByPerimeter")
    found = answers(forms, *([] if mode is None else [perimeter(forms, mode)]))
    assert (False in found[:2]) is passes


@pytest.mark.parametrize(
    ("acls", "wanted"),
    [
        ({"defaultAction": "Deny"}, False),
        ({"defaultAction": "deny", "ipRules": [{"value": "0.0.0.0/0"}]}, False),  # the matter of DI-NET-009
        ({"defaultAction": "Allow"}, True),
        ({}, True),
        (None, True),
        (HIDDEN, UNKNOWN),
        ({"defaultAction": HIDDEN}, UNKNOWN),
        ({"defaultAction": True}, UNKNOWN),
    ],
)
def test_an_account_in_no_perimeter_is_open_by_its_firewall(acls: Json, wanted: Json) -> None:
    for setting in ("Enabled", None):
        assert answers(storage(publicNetworkAccess=setting, networkAcls=acls))[0] == wanted
    assert answers(storage(publicNetworkAccess="Disabled", networkAcls=acls))[0] is False
    denied = answers(storage(publicNetworkAccess=HIDDEN, networkAcls=acls))[0]
    assert denied == (False if wanted is False else UNKNOWN)


@pytest.mark.parametrize(
    ("setting", "mode", "wanted"),
    [
        ("Disabled", None, False),
        ("SecuredByPerimeter", None, False),
        ("Enabled", None, True),
        (None, None, True),
        ("Enabled", "Learning", True),
        ("Disabled", "Learning", False),
        ("Enabled", "Enforced", False),
        (HIDDEN, None, UNKNOWN),
        (HIDDEN, "Enforced", False),
        ("Enabled", "Strict", UNKNOWN),
        ("Disabled", "Strict", UNKNOWN),
    ],
)
def test_a_wide_rule_of_the_firewall_counts_while_the_firewall_does(
    setting: Json, mode: str | None, wanted: Json
) -> None:
    acls = {"defaultAction": "Deny", "ipRules": [{"value": "20.0.0.0/8"}]}
    store = storage(publicNetworkAccess=setting, networkAcls=acls)
    assert answers(store, *([] if mode is None else [perimeter(store, mode)]))[2] == wanted


@pytest.mark.parametrize(
    "more",
    [
        {"provisioningState": "Failed"},
        {"provisioningState": "Accepted"},
        {"provisioningState": HIDDEN},
        {"provisioningState": 1},
        {"provisioningIssues": [{"name": "issue", "properties": {"severity": "Warning"}}]},
        {"provisioningIssues": HIDDEN},
    ],
)
def test_an_association_that_azure_has_not_carried_out_proves_nothing(more: dict[str, Json]) -> None:
    for setting, mode, rules in (
        ("Enabled", "Enforced", ()),
        ("Disabled", "Learning", (ALL,)),
        ("Disabled", "Enforced", ()),
    ):
        store = storage(publicNetworkAccess=setting)
        association = perimeter(store, mode, *rules, **more)
        assert answers(store, association) == (UNKNOWN, UNKNOWN, UNKNOWN)
        found = network(store, association)
        assert said(found["perimeters"][0]["enforced"]) == (UNKNOWN if mode == "Enforced" else False)
    store = storage(publicNetworkAccess="Enabled")
    assert answers(store, perimeter(store, "Learning", **more))[:2] == (True, True)  # open in any case


@pytest.mark.parametrize("kind", ["FormRecognizer", "CognitiveServices", HIDDEN, None])
def test_a_perimeter_proves_nothing_of_kinds_that_it_cannot_protect(kind: Json) -> None:
    forms = account("forms", kind=kind, publicNetworkAccess="Enabled")
    assert said(network(forms, perimeter(forms))["perimeters"][0]["enforced"]) == UNKNOWN
    if isinstance(kind, str):  # of others it is not known whether the rules apply
        assert answers(forms, perimeter(forms)) == (UNKNOWN, UNKNOWN, UNKNOWN)
        assert answers(forms, perimeter(forms, "Learning"))[:2] == (True, True)


@pytest.mark.parametrize(
    "profile",
    [
        None,
        HIDDEN,
        {},
        {"accessRules": None},
        {"accessRules": HIDDEN},
        {"accessRules": "all"},
        {"accessRules": [HIDDEN]},
        {"accessRules": [{"name": "rule"}]},
        {"accessRules": [{"name": "rule", "properties": {"addressPrefixes": ["203.0.113.9"]}}]},
        {"accessRules": [{"name": "rule", "properties": {"direction": HIDDEN}}]},
        {"accessRules": [{"name": "rule", "properties": {"direction": "Sideways"}}]},
        {"accessRules": [inbound()]},
        {"accessRules": [inbound(serviceTags=["Internet"])]},
        {"accessRules": [inbound("Internet")]},
        {"accessRules": [{"name": "rule", "properties": {"direction": "Inbound", "addressPrefixes": HIDDEN}}]},
        {"accessRules": [inbound(HIDDEN)]},
    ],
    ids=range(16),
)
def test_rules_of_a_perimeter_that_were_not_read_may_let_anybody_in(profile: Json) -> None:
    store = storage(publicNetworkAccess="SecuredByPerimeter")
    assert answers(store, perimeter(store, profile=profile)) == (UNKNOWN, UNKNOWN, UNKNOWN)
    known = (
        perimeter(store, profile={"accessRules": [*(profile or {}).get("accessRules", ()), ALL]})
        if (isinstance(profile, dict) and isinstance(profile.get("accessRules"), list))
        else perimeter(store, "Enforced", ALL)
    )
    assert answers(store, known) == (True, True, True)  # one that lets all in is known, whatever else is not


@pytest.mark.parametrize("setting", ["Enabled", "Disabled", "SecuredByPerimeter", None])
def test_a_list_of_perimeters_that_was_not_read_may_open_or_close(setting: Json) -> None:
    store = storage(publicNetworkAccess=setting, networkAcls={"defaultAction": "Deny"})
    assert answers(store, gaps=(gap(store, STORAGE_PERIMETER),)) == (UNKNOWN, UNKNOWN, UNKNOWN)


def test_files_leave_only_those_open_that_ask_for_a_perimeter() -> None:
    """A perimeter is often managed elsewhere; a gap tells that the files declare an association."""
    for setting, wanted in (("Enabled", True), ("Disabled", False), ("SecuredByPerimeter", UNKNOWN)):
        store = storage(publicNetworkAccess=setting)
        assert answers(store, kind="infrastructure")[:2] == (wanted, wanted)
        assert [said(item["enforced"]) for item in network(store, kind="infrastructure")["perimeters"]] == [UNKNOWN]
        declared = Gap("", gap(store, STORAGE_PERIMETER).operation, "p is of a type that is not read")
        assert answers(store, gaps=(declared,), kind="infrastructure") == (UNKNOWN, UNKNOWN, UNKNOWN)
    (one,) = network(storage(), kind="infrastructure")["perimeters"]
    assert one["enforced"].settled_by == "a live scan"
    words = network(storage(), kind="infrastructure")["words"]
    assert words == "the files declare no network security perimeter for it"


def test_the_words_tell_what_decides() -> None:
    store = storage(publicNetworkAccess="Disabled")
    assert network(store)["words"] == "it is in no network security perimeter"
    assert network(store, perimeter(store, "Learning", OFFICE, FRIENDS))["words"] == (
        "network security perimeter nsp is in the mode Learning; "
        "its inbound rules let in 203.0.113.0/24, resources of subscription other"
    )
    names = [f"203.0.113.{number}" for number in range(5)]
    assert network(store, perimeter(store, "Enforced", inbound(*names)))["words"] == (
        "network security perimeter nsp is in the mode Enforced; "
        "its inbound rules let in 203.0.113.0, 203.0.113.1, 203.0.113.2 and 2 more"
    )
    assert network(store, perimeter(store, networkSecurityPerimeter=None))["perimeters"][0]["name"] == "guid.a"


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


def test_words_tell_how_many_addresses_a_rule_lets_in() -> None:
    rules = {"ipRules": [{"value": "203.0.113.0/24"}, {"value": "203.0.113.9"}]}
    first, second = addresses(account("forms", networkAcls=rules))
    assert first["words"] == "203.0.113.0/24 lets 256 addresses in"
    assert second["words"] == "203.0.113.9 lets 1 address in"
