"""Draws conditions and what they are asked of, for the laws: few names and values, so that they often meet."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from auditor.model.reading import Json, Unread

UNREAD = Unread("403 AuthorizationFailed")
SCALARS = (True, False, 0, 1, 2.5, "x", "X", "", "TLS1_1", "TLS1_2", "westeurope", "West Europe", "24h", "P3D")
OPERANDS: dict[str, tuple[Json, ...]] = {
    "equals": (True, False, 0, 1, "x", "tls1_2", ["x"], ["x", 1], {"a": "x"}),
    "in": (["x", 1], [True], [], [["x"], "y"], [{"a": "x"}]),
    "like": ("x", "*", "TLS?_*", "west*"),
    "contains": ("x", 1, True, "w", {"a": "x"}, ["x"]),
    "containsKey": ("a", "A", "z"),
    "exists": (True, False),
    "less": (1, 2),
    "lessOrEquals": (0, 2.5),
    "greater": (0, 1),
    "greaterOrEquals": (1, 3),
    "atLeast": ("TLS1_0", "TLS1_2", "tls1_3"),
    "sameRegionAs": ("westeurope", "North Europe"),
    "within": ("24h", "P7D", {"hours": 24}, {"days": 2, "numbersAre": "days"}),
}
COUNTING = ("equals", "less", "lessOrEquals", "greater", "greaterOrEquals")
ROOT = ("facts.a", "facts.b", "facts.o", "facts.o.a", "facts.l")
MANY = ("facts.l[*]", "facts.l[*].a", "facts.l[*].l[*].a")
INSIDE = ("facts.l[*]", "facts.l[*].a", "facts.l[*].b", "facts.l[*].l", "facts.l[*].l[*].a", *ROOT)

scalars = st.sampled_from((*SCALARS, None, UNREAD))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["a", "b", "A", "l", "$unreads"]), inner, max_size=3),
    max_leaves=6,
)
_elements = values | st.fixed_dictionaries({}, optional={"a": scalars, "b": scalars, "l": st.lists(values, max_size=2)})
facts = st.fixed_dictionaries(
    {},
    optional={
        "a": values,
        "b": values,
        "o": values | st.fixed_dictionaries({}, optional={"a": values, "B": values}),
        "l": st.lists(_elements, max_size=3) | values,
    },
)
"""What conditions are asked of: the facts in `tests.policy.asking.TREE`, often of another shape than expected."""


def _tests(paths: tuple[str, ...], of_operands: tuple[str, ...]) -> st.SearchStrategy[Json]:
    def with_operator(name: str) -> st.SearchStrategy[Json]:
        operands = st.sampled_from(OPERANDS[name]) | st.builds(lambda path: {"field": path}, st.sampled_from(of_operands))
        test = {"field": st.sampled_from(paths), name: operands}
        return st.fixed_dictionaries(test, optional={"default": st.sampled_from([value for value in SCALARS])})

    return st.sampled_from(sorted(OPERANDS)).flatmap(with_operator)


def _trees(leaves: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    def grow(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        parts = st.lists(inner, min_size=1, max_size=3)
        return (
            st.builds(lambda part: {"allOf": part}, parts)
            | st.builds(lambda part: {"anyOf": part}, parts)
            | st.builds(lambda part: {"not": part}, inner)
        )

    return st.recursive(leaves, grow, max_leaves=5)


def _counts(path: str, where: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    def count(operator: str, number: int, inner: Json) -> dict[str, Any]:
        return {"count": {"field": path} | ({} if inner is None else {"where": inner}), operator: number}

    return st.builds(count, st.sampled_from(COUNTING), st.integers(0, 3), st.none() | where)


_inside = _tests(INSIDE, ("facts.a", "facts.l[*].b", "facts.l"))
_nested = _counts("facts.l[*].l[*]", _tests(("facts.l[*].l[*].a", "facts.l[*].a"), ("facts.l[*].a",)))
conditions = _trees(
    _tests((*ROOT, *MANY), ("facts.a", "facts.o.a", "facts.l")) | _counts("facts.l[*]", _trees(_inside | _nested))
)
"""Conditions as rules write them, without a mistake."""


def forget(value: Json, random: Random, chance: float = 0.3) -> Json:
    """The same JSON with some of it unread: any part of it, or the rest of a list."""
    if random.random() < chance / 3:
        return UNREAD
    match value:
        case dict():
            return {key: forget(item, random, chance) for key, item in value.items()}
        case list() if random.random() < chance:
            kept = value[: random.randint(0, len(value))]
            return [*(forget(item, random, chance) for item in kept), UNREAD]
        case list():
            return [forget(item, random, chance) for item in value]
        case _:
            return UNREAD if random.random() < chance else value
