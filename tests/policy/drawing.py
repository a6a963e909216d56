"""Draws conditions and what they are asked of, for the laws: few names and values, so that they often meet.

Each is drawn from one seed, which Hypothesis chooses and reports. That shrinks less than drawing part by part would,
and is twenty times as fast, so that the laws see thousands of conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

from auditor.model.reading import Json, Unread
from auditor.model.types import STORAGE

UNREAD = Unread("403 AuthorizationFailed")
SCALARS = (True, False, 0, 1, 2.5, "x", "X", "", "TLS1_1", "TLS1_2", "westeurope", "West Europe", "24h", "P3D")
OPERANDS: dict[str, tuple[Json, ...]] = {
    "equals": (True, False, 0, 1, "x", "tls1_2", ["x"], ["x", 1], {"a": "x"}),
    "in": (["x", 1], [True], [], [["x"], "y"], [{"a": "x"}, ["x", "x", 1]]),
    "like": ("x", "*", "TLS?_*", "west*"),
    "contains": ("x", 1, True, "w", {"a": "x"}, ["x"]),
    "containsKey": ("a", "A", "z"),
    "exists": (True, False),
    "less": (1, 2),
    "lessOrEquals": (0, 2.5),
    "greater": (0, 1),
    "greaterOrEquals": (1, 3),
    "atLeast": ("TLS1_0", "TLS1_2", "tls1_3"),
    "sameRegionAs": ("westeurope", "North Europe", [], ["North Europe", "westeurope"]),
    "within": ("24h", "P7D", {"hours": 24}, {"days": 2, "numbersAre": "days"}),
}
SETTINGS: tuple[tuple[str, str, Json], ...] = (
    ("few", "equals", []),
    ("few", "contains", "x"),
    ("one", "less", 2),
    ("one", "equals", 2),
)
"""Conditions on the parameters in `tests.policy.asking`."""
COUNTING = ("equals", "less", "lessOrEquals", "greater", "greaterOrEquals")
ROOT = ("facts.a", "facts.b", "facts.o", "facts.o.a", "facts.l", "facts.l[*]", "facts.l[*].a", "facts.l[*].l[*].a")
INSIDE = ("facts.l[*]", "facts.l[*].a", "facts.l[*].b", "facts.l[*].l", "facts.l[*].l[*].a", "facts.a", "facts.l")
NESTED = ("facts.l[*].l[*].a", "facts.l[*].l[*]", "facts.l[*].a", "facts.b")


def draw_condition(random: Random, paths: tuple[str, ...] = ROOT, depth: int = 3) -> Json:
    """A condition as rules write them, without a mistake."""
    kind = random.choice(("test", "test", "allOf", "anyOf", "not", "seen", "count", "rare")) if depth else "test"
    if kind in {"allOf", "anyOf"}:
        return {kind: [draw_condition(random, paths, depth - 1) for _ in range(random.randint(1, 3))]}
    if kind in {"not", "seen"}:
        return {kind: draw_condition(random, paths, depth - 1)}
    if kind == "rare":
        parameter, operator, operand = random.choice(SETTINGS)
        by_type = {"byType": {STORAGE: draw_condition(random, paths, depth - 1)}}
        return random.choice((by_type, {"parameter": parameter, operator: operand}))
    if kind == "count" and paths is not NESTED:
        path, inside = ("facts.l[*]", INSIDE) if paths is ROOT else ("facts.l[*].l[*]", NESTED)
        count: dict[str, Any] = {"field": path}
        if random.random() < 0.7:
            count["where"] = draw_condition(random, inside, depth - 1)
        return {"count": count, random.choice(COUNTING): random.randint(0, 3)}
    return _test(random, paths)


def _test(random: Random, paths: tuple[str, ...]) -> Json:
    operator = random.choice((*sorted(OPERANDS), "equals", "in", "contains"))
    single = [path for path in paths if "[*]" not in path or paths is not ROOT]
    operand = random.choice(OPERANDS[operator])
    if random.random() < 0.25:
        operand = {"field": random.choice([path for path in single if not path.endswith("l[*].a") or paths is NESTED])}
    test = {"field": random.choice(paths), operator: operand}
    return {**test, "default": random.choice(SCALARS)} if random.random() < 0.2 else test


def draw_value(random: Random, depth: int = 2) -> Json:
    """Some JSON, a part of it null or unread."""
    kind = random.choice(("scalar", "scalar", "list", "object")) if depth else "scalar"
    if kind == "list":
        return [draw_value(random, depth - 1) for _ in range(random.randint(0, 3))]
    if kind == "object":
        return {
            name: draw_value(random, depth - 1) for name in random.sample(("a", "b", "A", "l"), random.randint(0, 3))
        }
    return random.choice((*SCALARS, *SCALARS, None, UNREAD))


def draw_facts(random: Random) -> Json:
    """What conditions are asked of: the facts in `tests.policy.asking.TREE`, at times of another shape than expected."""

    def element() -> Json:
        if random.random() < 0.3:
            return draw_value(random, 1)
        found = {"a": draw_value(random, 1), "b": draw_value(random, 1), "l": _list(random, inner)}
        return {name: found[name] for name in random.sample(sorted(found), random.randint(1, 3))}

    def inner() -> Json:
        return {"a": draw_value(random, 0)} if random.random() < 0.7 else draw_value(random, 1)

    known = {
        "a": draw_value(random),
        "b": draw_value(random),
        "o": {"a": draw_value(random, 1)},
        "l": _list(random, element),
    }
    if random.random() < 0.2:
        known[random.choice(("o", "l"))] = draw_value(random)
    return {name: known[name] for name in known if random.random() < 0.9}


def _list(random: Random, draw: Callable[[], Json]) -> list[Json]:
    return [draw() for _ in range(random.randint(0, 3))]


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


randoms = st.randoms(use_true_random=True)
conditions = randoms.map(draw_condition)
facts = randoms.map(draw_facts)
values = randoms.map(draw_value)
