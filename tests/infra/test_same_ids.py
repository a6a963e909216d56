"""Ids that are known in part: which mean one resource, which do not, and of which nobody can tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.infra.ids import group_scope, principal_of, resource_id
from auditor.infra.same_ids import SameIds, folded_name, in_value, may_be
from auditor.model.reading import Json, Unread
from auditor.model.types import ACCOUNT, STORAGE, VAULT

HERE, SUBSCRIPTION, THERE = group_scope(), group_scope("s"), group_scope("s", "g")
OTHER = group_scope("t", "h")
IDS: dict[str, tuple[str, str, bool]] = {
    "a store in a group that is known, and here": (
        resource_id(HERE, STORAGE, "docs"),
        resource_id(THERE, STORAGE, "docs"),
        True,
    ),
    "a store in two groups, as its name is unique": (
        resource_id(OTHER, STORAGE, "docs"),
        resource_id(THERE, STORAGE, "DOCS"),
        True,
    ),
    "a vault in two groups": (resource_id(OTHER, VAULT, "kv"), resource_id(THERE, VAULT, "kv"), True),
    "a vault of the name of a store": (resource_id(HERE, STORAGE, "docs"), resource_id(HERE, VAULT, "docs"), False),
    "another store": (resource_id(HERE, STORAGE, "docs"), resource_id(HERE, STORAGE, "logs"), False),
    "an account here, and in a group": (resource_id(HERE, ACCOUNT, "di"), resource_id(THERE, ACCOUNT, "di"), True),
    "accounts in two groups": (resource_id(OTHER, ACCOUNT, "di"), resource_id(THERE, ACCOUNT, "di"), False),
    "an account in a group of a known subscription": (
        resource_id(SUBSCRIPTION, ACCOUNT, "di"),
        resource_id(OTHER, ACCOUNT, "di"),
        False,
    ),
    "a group whose name fits": (
        resource_id(group_scope("s", "rg-{env}"), ACCOUNT, "di"),
        resource_id(group_scope("s", "rg-west"), ACCOUNT, "di"),
        True,
    ),
    "a group whose name does not": (
        resource_id(group_scope("s", "rg-{env}"), ACCOUNT, "di"),
        resource_id(group_scope("s", "west"), ACCOUNT, "di"),
        False,
    ),
    "one parameter as a name": (
        resource_id(HERE, STORAGE, "{parameters('p')}"),
        resource_id(THERE, STORAGE, "{parameters('p')}"),
        True,
    ),
    "one text for the names of two groups": (
        resource_id(HERE, STORAGE, "{uniqueString(resourceGroup().id)}"),
        resource_id(THERE, STORAGE, "{uniqueString(resourceGroup().id)}"),
        False,
    ),
    "a scope of which nothing is known": (resource_id(HERE, ACCOUNT, "di"), resource_id("{x}", ACCOUNT, "di"), True),
    "the tenant": (resource_id(HERE, ACCOUNT, "di"), resource_id("", ACCOUNT, "di"), False),
}


@pytest.mark.parametrize(("declared", "written", "same"), IDS.values(), ids=IDS)
def test_ids(declared: str, written: str, same: bool) -> None:
    of = SameIds([declared]).of
    expected = declared if same else written
    assert of(written) == expected
    assert of(f"{written}/x/Y/providers/z/") == (
        f"{expected}/x/Y/providers/z" if same else f"{written}/x/Y/providers/z/"
    )
    assert of(principal_of(written)) == principal_of(expected)


def test_of_several_that_fit_none_is_taken_and_an_exact_one_is() -> None:
    both = [resource_id(THERE, ACCOUNT, "di"), resource_id(OTHER, ACCOUNT, "di")]
    of = SameIds(both).of
    here = resource_id(HERE, ACCOUNT, "di")
    assert (of(here), of(both[1])) == (here, both[1])


GROUPS = {
    "known there, and its subscription here": (group_scope("s", "g"), group_scope(None, "G"), group_scope("s", "g")),
    "of another subscription": (group_scope("s", "g"), group_scope("t", "g"), group_scope("t", "g")),
    "not known here": (group_scope("s", "g"), HERE, HERE),
    "a subscription": (group_scope("s", "g"), "/subscriptions/s", "/subscriptions/s"),
}


@pytest.mark.parametrize(("declared", "written", "expected"), GROUPS.values(), ids=GROUPS)
def test_groups(declared: str, written: str, expected: str) -> None:
    assert SameIds([resource_id(declared, ACCOUNT, "di")]).of(written) == expected


NAMES = {
    "Docs": "docs",
    "{toLower(parameters('p'))}": "{parameters('p')}",
    "{toUpper(toLower(parameters('p')))}": "{parameters('p')}",
    "{toLower({parameters('p')}Docs)}": "{parameters('p')}docs",
    "{toLower(a)}{toLower(b)}": "{tolower(a)}{tolower(b)}",
    "{take(toLower(parameters('p')), 3)}": "{take(tolower(parameters('p')), 3)}",
    "{toLower(a)), x(b)}": "{tolower(a)), x(b)}",
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items())
def test_names_have_no_case(name: str, expected: str) -> None:
    assert folded_name(name) == expected


FIT = {
    ("docs", "docs"): True,
    ("docs", "logs"): False,
    ("{p}", "docs"): True,
    ("st{p}", "stdocs"): True,
    ("st{p}", "docs"): False,
    ("{p}docs", "stdocs"): True,
    ("{p}docs", "stlogs"): False,
    ("st{p}", "{q}docs"): True,
    ("a{p}", "b{q}"): False,
}


@pytest.mark.parametrize(("pair", "expected"), FIT.items())
def test_names_that_may_be_one(pair: tuple[str, str], expected: bool) -> None:
    assert may_be(*pair) is may_be(*pair[::-1]) is expected


def test_what_holds_no_id_stays_as_it_is() -> None:
    own: Json = {"a": [1, "x", "/x", None, Unread("why")], "b": {"c": "/subscriptions/s"}}
    assert in_value(own, SameIds([resource_id(HERE, STORAGE, "docs")]).of) is own


PIECES = st.sampled_from(["", "/", "{", "}", "providers", "Microsoft.Storage/storageAccounts", "docs", "subscriptions"])


@given(st.lists(PIECES, max_size=12).map("/".join), st.lists(PIECES, max_size=12).map("/".join))
def test_any_text_is_taken_and_what_was_changed_stays(declared: str, written: str) -> None:
    of = SameIds([declared, resource_id(HERE, STORAGE, "docs")]).of
    assert of(of(written)) == of(written)
