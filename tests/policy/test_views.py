"""What rules see of a value: no less than what they read, and nothing that looks the same and is not."""

from __future__ import annotations

from itertools import combinations

import pytest

from auditor.model.reading import Json, Unread
from auditor.policy.paths import parse_path
from auditor.policy.views import Tree, digest, grown, sight

DIFFERENT: tuple[Json, ...] = (
    *({}, {"a": None}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": "1"}, {"a": "x"}, {"a": "X"}, {"a": []}, {"a": {}}),
    *({"b": 1}, {"a": 1, "b": 1}, {"a": {"c": 1}}, {"a": {"c": Unread("why")}}, {"a": Unread("why")}),
    *(
        {"a": Unread("why", "a live scan")},
        {"a": Unread("not")},
        [],
        [{"a": 1}],
        [1],
        "x",
        1,
        True,
        None,
        Unread("why"),
    ),
    *({"a": [1]}, {"a": [[1]]}, {"a": {"c": [1, 2]}}, {"a": {"c": [2, 1]}}),
)


def looking_at(*paths: str) -> Tree:
    tree: Tree = {}
    for path in paths:
        tree = grown(tree, parse_path(path).segments, whole=True)
    return tree


@pytest.mark.parametrize(("one", "other"), [*combinations(DIFFERENT, 2)])
def test_what_differs_looks_different(one: Json, other: Json) -> None:
    see = sight(looking_at("a", "b"))
    assert digest(see(one)) != digest(see(other))


@pytest.mark.parametrize(
    ("paths", "one", "other", "same"),
    [
        (("a",), {"a": 1, "b": 2}, {"b": 3, "a": 1}, True),
        (("a",), {"a": 1}, {"A": 1}, True),
        (("a.c",), {"a": {"c": 1, "d": 2}}, {"a": {"C": 1}}, True),
        (("a.c",), {"a": {"c": 1}}, {"a": {"c": 2}}, False),
        (("a.c",), {"a": {"c": 1}}, {"a": {}}, False),
        (("a.c", "b.c"), {"a": {"c": 1}}, {"b": {"c": 1}}, False),
        (("a[*].c",), {"a": [{"c": 1, "d": 1}]}, {"a": [{"c": 1, "d": 2}]}, True),
        (("a[*].c",), {"a": [{"c": 1}]}, {"a": [{"c": 1}, {"c": 1}]}, False),
        (("a[*].c",), {"a": [{"c": 1}]}, {"a": [{"c": 1}, Unread("why")]}, False),
        (("a[*].c",), {"a": [{"c": 1}]}, {"a": {"c": 1}}, False),
        (("a", "a.c"), {"a": {"c": 1, "d": 1}}, {"a": {"c": 1, "d": 2}}, False),
        (("a.c", "a"), {"a": {"c": 1, "d": 1}}, {"a": {"c": 1, "d": 2}}, False),
        (("a", "A"), {"a": 1, "A": 2}, {"a": 1, "A": 3}, False),
    ],
)
def test_what_paths_lead_to_decides(paths: tuple[str, ...], one: Json, other: Json, same: bool) -> None:
    see = sight(looking_at(*paths))
    assert (digest(see(one)) == digest(see(other))) is same
