"""What holds of every way out of a region: knowing less never turns the answer of a way round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.reading import Unread
from auditor.model.resource import Resource
from tests.builders import account, facts, storage
from tests.facts.edges.test_rows import ROWS
from tests.facts.estates import estate
from tests.policy.drawing import forget

if TYPE_CHECKING:
    from random import Random

    from auditor.model.snapshot import Snapshot

LESS = {"stays": {"stays", "unknown"}, "leaves": {"leaves", "unknown"}, "unknown": {"unknown"}}


def answers(about: Resource, found: Snapshot) -> dict[str, str]:
    """By way, what a rule that counts the edges which leave on it would find."""
    resource = found.get(about.id)
    assert resource is not None
    given_edges = facts(found).of(resource)["residency"]["edges"]
    ways: dict[str, str] = {}
    for edge in given_edges:
        leaves = edge["leavesRegion"]
        told = "unknown" if isinstance(leaves, Unread) else "leaves" if leaves else "stays"
        order = ("stays", "unknown", "leaves")
        ways[edge["via"]] = max(told, ways.get(edge["via"], "stays"), key=order.index)
    return ways


@pytest.mark.parametrize(("about", "parts"), [row[1:3] for row in ROWS], ids=[row[0] for row in ROWS])
@settings(deadline=None, max_examples=40)
@given(random=st.randoms(use_true_random=True), chance=st.sampled_from([0.05, 0.2, 0.5]))
def test_knowing_less_never_turns_a_way_round(
    about: Resource, parts: tuple[Resource, ...], random: Random, chance: float
) -> None:
    found = estate(about, *parts)
    before = answers(about, found)
    resources = [
        Resource({key: item if key in {"id", "type", "name"} else forget(item, random, chance) for key, item in resource.body.items()})
        for resource in found.resources
    ]  # fmt: skip
    after = answers(about, replace(found, resources=resources))
    for way in before.keys() | after.keys():
        assert after.get(way, "stays") in LESS[before.get(way, "stays")], way


def test_the_rows_are_about_something() -> None:
    found = [answer for _, about, parts, _ in ROWS for answer in answers(about, estate(about, *parts)).values()]
    assert set(found) == {"stays", "leaves", "unknown"}
    assert answers(storage(), estate(storage(), account())) == {}
