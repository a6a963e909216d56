"""Loops: `copy` on resources, on properties, on variables and on outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.arm.comparing import field_of, key_of
from auditor.infra.arm.evaluate import ALWAYS, Budget, Room, Scope, evaluate
from auditor.infra.arm.expressions import ExpressionError
from auditor.infra.arm.values import TooLargeError, symbol_of
from auditor.infra.text import HINT
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STEPS_A_TURN: Final = 100
"""What a large expression counts for among the turns of loops; that of ordinary ones is nothing."""
GROWS: Final = Unread(str(TooLargeError("its loop takes too many steps, or all values of the file together do")))
MOST_TURNS: Final = 800
"""Azure takes no more (https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices, limits)."""


class View(Scope, Protocol):
    """What names mean, in a template and in the loops around an expression."""

    def inside(self, loop: str | None, turn: int | Unread, *, of_resource: bool = False) -> View:
        """The same names inside a turn of a loop."""

    @property
    def shown(self) -> str:
        """How reports call the file."""

    @property
    def room(self) -> Room:
        """The steps that are left to large expressions of the file."""

    def take(self, turns: int) -> None:
        """Count turns of loops; raises `InfrastructureError` where the file has more than anybody could want."""


def value_of(raw: Json, view: View) -> Json:
    """A value of a template: expressions evaluated, loops run. An expression that Azure would refuse is unread."""
    match raw:
        case str():
            return text_of(raw, view)
        case dict():
            return _object(raw, view)
        case list():
            return [value_of(item, view) for item in raw]
        case _:
            return raw


def text_of(text: str, view: View) -> Json:
    """The value of a string of a template."""
    if not text.startswith("["):
        return text
    budget = Budget(room=view.room)
    try:
        return evaluate(text, view, budget)
    except ExpressionError as error:
        if isinstance(error.__cause__, TooLargeError):
            return Unread(str(error.__cause__))
        return Unread(f"its expression is wrong: {error}")
    finally:
        budget.end()
        view.take(budget.used // _STEPS_A_TURN)


def affordable(raw: Json, times: int, view: View) -> bool:
    """Whether a value may be made so often, which is taken from what the file has left."""
    budget = Budget()
    try:
        budget.spend([raw])
    except TooLargeError:
        return False
    steps = budget.used * times
    allowed = steps <= max(view.room.steps, ALWAYS)
    view.room.steps -= steps if allowed and steps >= ALWAYS else 0
    return allowed


def _object(raw: Mapping[str, Json], view: View) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, item in raw.items():
        if key.lower() == "copy" and is_loops(item):
            found |= loops(item, view)
        else:
            found[_name(key, view)] = value_of(item, view)
    return found


def _name(key: str, view: View) -> str:
    if not key.startswith("["):
        return key
    name = text_of(key, view)
    return symbol_of(name) if isinstance(name, Unread) else str(name)


def is_loops(value: Json) -> bool:
    """Whether this is what stands under `copy` in an object: loops, each of which makes a property."""
    return isinstance(value, list) and all(
        isinstance(item, dict) and key_of(item, "name") is not None and key_of(item, "count") is not None
        for item in value
    )


def loops(items: list[dict[str, Any]], view: View) -> Iterator[tuple[str, Json]]:
    """The properties that loops make, by name."""
    for item in items:
        name = _name(str(field_of(item, "name")), view)
        yield name, loop(name, item, view)


def loop(name: str | None, item: Mapping[str, Json], view: View) -> Json:
    """The list that a loop makes of its `input`; unread if nobody knows how long it is."""
    count = turns(field_of(item, "count"), view)
    if isinstance(count, Unread):
        return Unread(f"how often it is repeated is not known: {count.why}")
    view.take(count)
    raw = field_of(item, "input")
    if not affordable(raw, count, view):
        return GROWS
    return [value_of(raw, view.inside(name, turn)) for turn in range(count)]


def turns(written: Json, view: View) -> int | Unread:
    """How many turns a loop has. Raises `InfrastructureError` for more than Azure takes."""
    count = value_of(written, view)
    if isinstance(count, Unread):
        return count
    if not isinstance(count, int) or isinstance(count, bool):
        return Unread("the number of turns is no number")
    if count > MOST_TURNS:
        problem = f"a loop has {count} turns, and Azure takes {MOST_TURNS} at most"
        raise InfrastructureError((Mistake(view.shown, 1, 1, problem),), HINT)
    return max(count, 0)
