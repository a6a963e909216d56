"""Expressions become values, as far as a template alone can tell.

`evaluate` is total: any text gives a value, or `ExpressionError` with the place of what Azure would refuse or of what
is larger than anybody would write. What only the deployment settles is `Unread`; every such value of this module is a
`Symbolic`, whose `text` stands for it in names and ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from auditor.infra.arm.expressions import (
    Access,
    Call,
    ExpressionError,
    Literal,
    is_expression,
    parse,
    show,
    unescaped,
)
from auditor.infra.arm.functions import FUNCTIONS
from auditor.infra.arm.functions.function import MANY, Function, Takes
from auditor.infra.arm.functions.objects import property_of
from auditor.infra.arm.functions.resources import LIST
from auditor.infra.arm.scope import Scope, UserFunction, inside
from auditor.infra.arm.values import (
    ArgumentError,
    Partly,
    Symbolic,
    TooLargeError,
    UndecidedError,
    bounded,
    in_braces,
    named,
    settled,
    symbol_of,
    unknown_in,
)
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from auditor.infra.arm.expressions import Node

__all__ = ["Budget", "Evaluation", "Lambda", "Scope", "UserFunction", "evaluate", "evaluate_value"]

MOST_STEPS: Final = 500_000
"""Of one expression: a function called, an element of a list made or looked at, a hundred characters."""
MOST_STEPS_OF_A_FILE: Final = 1_000_000
"""Of all large expressions of a file together, and of the inputs of its loops."""
ALWAYS: Final = 1_000
"""Steps that every expression may take, however large the others of its file are."""
_CHARACTERS_A_STEP: Final = 100
_NAMES: Final = {"parameters", "variables", "lambdavariables"}
"""Functions whose text says too little of an id, as the same name may mean another thing elsewhere."""


def evaluate(text: str, scope: Scope, budget: Budget | None = None) -> Json:
    """The value of a string of a template: of its expression, or the string itself; raises `ExpressionError`.

    Whoever brings a budget sees how much of it was spent.
    """
    if not is_expression(text):
        return unescaped(text)
    try:
        return _whole(text, scope, budget or Budget())
    except RecursionError:
        raise ExpressionError("the expression leads too deep", text, 0) from None


def _whole(text: str, scope: Scope, budget: Budget) -> Json:
    node = parse(text)
    evaluation = Evaluation(text, scope, budget)
    try:
        value = evaluation.argument(node)
        evaluation.budget.spend([value])
    except ArgumentError as error:
        raise ExpressionError(str(error), text, node.at) from error
    value = settled(value)
    return Symbolic(value.why, None, in_braces(show(node))) if type(value) is Unread else value


def evaluate_value(value: Json, scope: Scope) -> Json:
    """A value of a template with all its expressions evaluated, in names of properties too; raises `ExpressionError`."""
    try:
        return _every_string(value, lambda text: evaluate(text, scope))
    except RecursionError:
        raise ExpressionError("the value is nested too deep", "", 0) from None


def _every_string(value: Json, change: Callable[[str], Json]) -> Json:
    match value:
        case str():
            return change(value)
        case dict():
            return {named(change(key)): _every_string(item, change) for key, item in value.items()}
        case list():
            return [_every_string(item, change) for item in value]
        case _:
            return value


@dataclass(slots=True)
class Room:
    """The steps that are left to all large expressions of a file together."""

    steps: int = MOST_STEPS_OF_A_FILE


@dataclass(slots=True)
class Budget:
    """The steps that are left to an expression, taken from those of its file as well."""

    steps: int = MOST_STEPS
    room: Room = field(default_factory=Room)

    @property
    def used(self) -> int:
        """The steps that were taken."""
        return MOST_STEPS - self.steps

    def spend(self, values: Iterable[Json]) -> None:
        """Take what some values cost to be walked through; raises `TooLargeError` when nothing is left."""
        allowed = min(self.steps, max(self.room.steps, ALWAYS - self.used))
        waiting, count = list(values), 0
        while waiting and count <= allowed:
            value = waiting.pop()
            count += 1
            if isinstance(value, str):
                count += len(value) // _CHARACTERS_A_STEP
            elif isinstance(value, dict):
                waiting += value.values()
            elif isinstance(value, list):
                waiting += value
        self.take(count)
        if count > allowed:
            raise TooLargeError(f"its expression takes more than {MOST_STEPS} steps, or all of its file take too many")

    def take(self, steps: int) -> None:
        """Take some steps."""
        self.steps -= steps
        self.room.steps -= steps

    def end(self) -> None:
        """Give back what an ordinary expression took from its file."""
        self.room.steps += self.used if self.used < ALWAYS else 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An expression under way: its text for errors, what names mean in it, and the variables of the lambdas around."""

    text: str
    scope: Scope
    budget: Budget
    variables: Mapping[str, Json] = field(default_factory=dict)

    def value(self, node: Node) -> Json:
        """The value of a part of the expression."""
        if isinstance(node, Literal):
            return node.value
        result = self._access(node) if isinstance(node, Access) else self._call(node)
        if isinstance(result, Unread) and type(result) is not Symbolic:
            return Symbolic(result.why, result.settled_by, in_braces(show(node)))
        return result

    def closure(self, parameters: tuple[str, ...], body: Node) -> Lambda:
        """A lambda that stands here."""
        return Lambda(self, parameters, body)

    def function(self, node: Node, least: int, most: int) -> Lambda:
        """The lambda that an argument is, with as many variables as are asked for."""
        found = self.value(node)
        if not isinstance(found, Lambda):
            raise ArgumentError("expected a lambda")
        if not least <= len(found.parameters) <= most:
            raise ArgumentError(f"expected a lambda of {_count(least, most, 'variable')}")
        return found

    def _access(self, node: Access) -> Json:
        base = self.value(node.base)
        key = self.value(node.key)
        if isinstance(base, Unread):
            return Symbolic(base.why, base.settled_by, in_braces(f"{_bare(base)}{_suffix(key)}"))
        try:
            return property_of(base, key, safe=node.safe)
        except UndecidedError as undecided:
            return Unread(undecided.unread.why, undecided.unread.settled_by)
        except ArgumentError as error:
            raise self._error(str(error), node.at) from error

    def _call(self, node: Call) -> Json:
        try:
            self.budget.spend([None])
            if node.namespace is not None:
                return self._own(node.namespace, node)
            function = self._named(node)
            if function.takes is Takes.CALL:
                return function.run(self, node)
            return self._answer(function, node)
        except UndecidedError as undecided:
            return Unread(undecided.unread.why, undecided.unread.settled_by)
        except OverflowError as error:
            raise self._error(f"{node.name}: the number is too large", node.at) from error
        except ArgumentError as error:
            raise self._error(f"{node.name}: {error}", node.at) from error

    def _named(self, node: Call) -> Function:
        name = node.name.lower()
        function = FUNCTIONS.get(name) or (LIST if name.startswith("list") else None)
        if function is None:
            raise self._error(f"there is no function “{node.name}”", node.at)
        _expect(len(node.arguments), function.least, function.most)
        return function

    def _answer(self, function: Function, node: Call) -> Json:
        """What a function says to the values of its arguments, or that it hangs on one of them."""
        arguments = []
        for argument in node.arguments:
            arguments.append(value := self.value(argument))
            if isinstance(value, Lambda):
                raise ArgumentError("a lambda is no value")
        self.budget.spend(arguments)
        unread = next((found for value in arguments if (found := _missing(function.takes, value))), None)
        if unread:
            shown = ", ".join(map(_shown, node.arguments, arguments))
            return Symbolic(unread.why, unread.settled_by, in_braces(f"{function.name}({shown})"))
        result = function.run(*arguments)
        if isinstance(result, str):
            bounded(len(result))
        self.budget.spend([result])
        return result

    def argument(self, node: Node) -> Json:
        """The value of a part of the expression that cannot be a lambda."""
        value = self.value(node)
        if isinstance(value, Lambda):
            raise ArgumentError("a lambda is no value")
        return value

    def _own(self, namespace: str, node: Call) -> Json:
        """The answer of a function of the template's own, which sees nothing but its arguments."""
        function = self.scope.function(namespace, node.name)
        if function is None:
            raise self._error(f"there is no function “{namespace}.{node.name}”", node.at)
        _expect(len(node.arguments), len(function.parameters), len(function.parameters))
        values = [self.argument(argument) for argument in node.arguments]
        within = inside(function, values, self.scope)
        result = _every_string(function.output, lambda text: self._string(text, within))
        self.budget.spend([result])
        return result

    def _string(self, text: str, scope: Scope) -> Json:
        """A string of the template that stands elsewhere, as a part of this evaluation."""
        return Evaluation(text, scope, self.budget).value(parse(text)) if is_expression(text) else unescaped(text)

    def _error(self, problem: str, at: int) -> ExpressionError:
        return ExpressionError(problem, self.text, at)


@dataclass(frozen=True, slots=True)
class Lambda:
    """A lambda: no value of JSON, only what some functions take."""

    evaluation: Evaluation
    parameters: tuple[str, ...]
    body: Node

    def __call__(self, *values: Json) -> Json:
        """The value of the body for some values of its variables."""
        outer = self.evaluation
        variables = {**outer.variables, **dict(zip(self.parameters, values, strict=True))}
        result = Evaluation(outer.text, outer.scope, outer.budget, variables).argument(self.body)
        outer.budget.spend([result])
        return result


def _missing(takes: Takes, value: Json) -> Unread | None:
    """What a function would need to know of an argument and cannot."""
    match takes:
        case Takes.WHOLE:
            return unknown_in(value)
        case Takes.SHAPE if isinstance(value, Unread):
            return value
        case _:
            return None


def _expect(count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        raise ArgumentError(f"expected {_count(least, most, 'argument')}, found {count}")


def _count(least: int, most: int, what: str) -> str:
    number = str(least) if least == most else f"{least} or more" if most == MANY else f"{least} to {most}"
    return f"{number} {what}{'' if number == '1' else 's'}"


def _shown(node: Node, value: Json) -> str:
    """An argument in the text of an unread answer, the same whichever way the value came about."""
    match value:
        case Unread():
            return _bare(value)
        case Partly() if not (isinstance(node, Call) and node.name.lower() in _NAMES):
            return show(node)
        case str() | int():
            return show(Literal(value))
        case _:
            return show(node)


def _bare(unread: Unread) -> str:
    """The text of an unread value without the braces around a single unknown."""
    text = symbol_of(unread)
    return text[1:-1] if text[:1] == "{" and text.index("}") == len(text) - 1 else text


def _suffix(key: Json) -> str:
    if isinstance(key, Unread):
        return f"[{_bare(key)}]"
    return f".{key}" if isinstance(key, str) else f"[{key}]"
