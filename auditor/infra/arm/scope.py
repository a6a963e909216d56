"""What names mean where an expression stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from auditor.infra.arm.values import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.model.reading import Json


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function of the template's own: the names of its parameters, and the value that it gives, expressions inside."""

    parameters: tuple[str, ...]
    output: Json


class Scope(Protocol):
    """What names mean where an expression stands.

    Names have no case. A value is `Unread` where nobody can know it: a `Symbolic` brings its own text for names and
    ids, otherwise the text of the expression serves. An object of which only a part is known is `Open`. What does not
    exist is a `KeyError`.
    """

    def parameter(self, name: str) -> Json:
        """The value of a parameter; unread for secure ones and for those without a value."""

    def variable(self, name: str) -> Json:
        """The value of a variable, evaluated."""

    def copy_index(self, loop: str | None, offset: int) -> Json:
        """The turn of the named or the innermost loop, with `offset` added."""

    def reference(self, target: Json, api_version: Json, full: bool) -> Json:  # noqa: FBT001
        """What a resource will be, by its name, symbolic name or id; `full` asks for more than its properties."""

    def function(self, namespace: str, name: str) -> UserFunction | None:
        """A function of the template's own, None if there is none of that name."""

    def deployment(self, name: str) -> Json:
        """The answer of `deployment`, `resourceGroup`, `subscription`, `tenant`, `managementGroup`, `environment`, `deployer`."""

    def resource_scope(self) -> str:
        """The id of where resources go that name no other place (`ids.group_scope`); of a tenant, the empty text."""


def inside(function: UserFunction, values: Sequence[Json], outer: Scope) -> Scope:
    """What names mean inside of a function of the template's own, for some arguments."""
    names = (name.lower() for name in function.parameters)
    return _Inside(outer, dict(zip(names, values, strict=True)))


@dataclass(frozen=True, slots=True)
class _Inside:
    """Parameters of a function hide those of the template; variables and loops are not seen."""

    outer: Scope
    values: Mapping[str, Json]

    def parameter(self, name: str) -> Json:
        return self.values[name.lower()]

    def variable(self, name: str) -> Json:
        raise ArgumentError(f"the variable “{name}” is not seen inside of a function")

    def copy_index(self, loop: str | None, offset: int) -> Json:  # noqa: ARG002
        raise ArgumentError("loops are not seen inside of a function")

    def reference(self, target: Json, api_version: Json, full: bool) -> Json:  # noqa: FBT001
        return self.outer.reference(target, api_version, full)

    def function(self, namespace: str, name: str) -> UserFunction | None:
        return self.outer.function(namespace, name)

    def deployment(self, name: str) -> Json:
        return self.outer.deployment(name)

    def resource_scope(self) -> str:
        return self.outer.resource_scope()
