"""What a template calls by name: parameters, variables, functions of its own; and the loops around an expression.

Everything is evaluated when somebody asks, and once. What refers to itself is unread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from auditor.infra.arm.comparing import field_of, key_of
from auditor.infra.arm.copies import is_loops, loop, value_of
from auditor.infra.arm.evaluate import Room, UserFunction
from auditor.infra.arm.values import Symbolic
from auditor.infra.ids import unknown
from auditor.infra.json_text import JsonTextError, parse_json
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

Given: TypeAlias = Mapping[str, Callable[[], Json]]
"""Values that a template is given, by name in small letters; each is evaluated where it is written, when asked for."""
_SECURE: Final = frozenset({"securestring", "secureobject"})
_MOST_REFERENCES: Final = 20


class Surroundings(Protocol):
    """Where a template is deployed, and what it deploys: the answers of `reference` and `resourceGroup`."""

    @property
    def shown(self) -> str:
        """How reports call the file."""

    @property
    def scope(self) -> str:
        """The id of where its resources go."""

    @property
    def room(self) -> Room:
        """The steps that are left to large expressions of the file."""

    def take(self, turns: int) -> None:
        """Count turns of loops."""

    def reference(self, target: Json, *, full: bool) -> Json:
        """What a resource will be."""

    def about(self, name: str) -> Json:
        """The answer of `resourceGroup()` and the like."""


def objects_of(raw: Json) -> dict[str, dict[str, Any]]:
    """The objects in an object, by name in small letters."""
    return {key.lower(): item for key, item in raw.items() if isinstance(item, dict)} if isinstance(raw, dict) else {}


class Names:
    """The parameters, variables and functions of one template, with the values that it is given."""

    def __init__(self, template: Mapping[str, Json], given: Given, *, secrets: str | None = None) -> None:
        """`secrets` stands in place of every secure parameter; without it they are unread."""
        self._template, self._secrets = template, secrets
        self._parameters = objects_of(field_of(template, "parameters"))
        self._types = objects_of(field_of(template, "definitions"))
        written = field_of(template, "parameters")
        self._spelled = {key.lower(): key for key in written} if isinstance(written, dict) else {}
        self._variables = dict(_variables(field_of(template, "variables")))
        self._functions = dict(_functions(field_of(template, "functions")))
        self._given = given
        self._known: dict[tuple[str, str], Json] = {}

    def parameter(self, name: str, view: Symbols) -> Json:
        """The value of a parameter; `KeyError` where there is none."""
        definition = self._parameters[name.lower()]
        return self._once("parameter", name.lower(), lambda: self._parameter(name.lower(), definition, view))

    def variable(self, name: str, view: Symbols) -> Json:
        """The value of a variable; `KeyError` where there is none."""
        make = self._variables[name.lower()]
        return self._once("variable", name.lower(), lambda: make(view))

    def function(self, namespace: str, name: str) -> UserFunction | None:
        """A function of the template's own."""
        return self._functions.get(f"{namespace}.{name}".lower())

    def without_secrets(self) -> Names:
        """The same with an empty text in place of every secure parameter."""
        return Names(self._template, self._given, secrets="")

    def _once(self, kind: str, name: str, make: Callable[[], Json]) -> Json:
        if (kind, name) not in self._known:
            self._known[kind, name] = Unread(f"{kind} {name} refers to itself")
            self._known[kind, name] = make()
        return self._known[kind, name]

    def _parameter(self, name: str, definition: dict[str, Any], view: Symbols) -> Json:
        spelled = self._spelled[name]
        types = list(self._definitions(definition))
        kind = next((found for item in types if isinstance(found := field_of(item, "type"), str)), "")
        if kind.lower() in _SECURE and self._secrets is not None:
            return self._secrets
        if kind.lower() in _SECURE:
            return Unread(f"parameter {spelled} is secure, and its value is not looked at")
        has_default = key_of(definition, "defaultValue") is not None
        if name in self._given:
            given = self._given[name]()
            if given is not None or not has_default:  # null asks for the default (modules of Bicep, Microsoft Learn)
                return _typed(given, kind)
        if has_default:
            return value_of(field_of(definition, "defaultValue"), view)
        if any(field_of(item, "nullable") is True for item in types):
            return None
        return Unread(f"parameter {spelled} has no value")

    def _definitions(self, definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What defines a parameter, and the types of the template's own that it refers to."""
        for _ in range(_MOST_REFERENCES):
            yield definition
            reference = field_of(definition, "$ref")
            name = reference.rpartition("/")[2].lower() if isinstance(reference, str) else ""
            if name not in self._types:
                return
            definition = self._types[name]


def _typed(value: Json, kind: str) -> Json:
    """A value as its type wants it: what the command line gives is a text."""
    if not isinstance(value, Text) or kind.lower() in {"", "string"}:
        return value
    try:
        return parse_json(value.lower() if kind.lower() == "bool" else value)
    except JsonTextError:
        return value


class Text(str):
    """A value of a parameter from the command line."""

    __slots__ = ()


def _variables(raw: Json) -> Iterator[tuple[str, Callable[[Symbols], Json]]]:
    for key, item in raw.items() if isinstance(raw, dict) else ():
        if key.lower() == "copy" and is_loops(item):
            for each in item:
                name = str(field_of(each, "name"))
                yield name.lower(), _loop(name, each)
        else:
            yield key.lower(), _value(item)


def _value(raw: Json) -> Callable[[Symbols], Json]:
    return lambda view: value_of(raw, view)


def _loop(name: str, raw: dict[str, Json]) -> Callable[[Symbols], Json]:
    return lambda view: loop(name, raw, view)


def _functions(raw: Json) -> Iterator[tuple[str, UserFunction]]:
    for group in raw if isinstance(raw, list) else ():
        namespace = field_of(group, "namespace")
        for name, member in objects_of(field_of(group, "members")).items():
            listed = field_of(member, "parameters")
            parameters = tuple(str(field_of(item, "name")) for item in (listed if isinstance(listed, list) else ()))
            yield f"{namespace}.{name}".lower(), UserFunction(parameters, field_of(field_of(member, "output"), "value"))


@dataclass(frozen=True, slots=True)
class Symbols:
    """What names mean at one place of a template. `loops` are those around it, by name in small letters."""

    names: Names
    place: Surroundings
    loops: Mapping[str, int | Unread] = field(default_factory=dict)
    innermost: int | Unread | None = None
    of_resource: int | Unread | None = None

    @property
    def shown(self) -> str:
        """How reports call the file."""
        return self.place.shown

    @property
    def room(self) -> Room:
        """The steps that are left to large expressions of the file."""
        return self.place.room

    def take(self, turns: int) -> None:
        """Count turns of loops; raises `InfrastructureError` where there are too many."""
        self.place.take(turns)

    def inside(self, loop: str | None, turn: int | Unread, *, of_resource: bool = False) -> Symbols:
        """The same names inside a turn of a loop."""
        loops = self.loops if loop is None else {**self.loops, loop.lower(): turn}
        own = turn if of_resource else self.of_resource
        return replace(self, loops=loops, innermost=turn, of_resource=own)

    def outside(self) -> Symbols:
        """The same names outside of all loops, where parameters and variables stand."""
        return Symbols(self.names, self.place) if self.loops or self.innermost is not None else self

    def without_secrets(self) -> Symbols:
        """The same with an empty text in place of every secure parameter."""
        return replace(self, names=self.names.without_secrets())

    def parameter(self, name: str) -> Json:
        """The value of a parameter; a text stands for it in names where it has none."""
        value = self.names.parameter(name, self.outside())
        return _symbolic(value, f"parameters('{name}')")

    def variable(self, name: str) -> Json:
        """The value of a variable."""
        value = self.names.variable(name, self.outside())
        return _symbolic(value, f"variables('{name}')")

    def copy_index(self, loop: str | None, offset: int) -> Json:
        """The turn of a loop; without a name that of the resource, or else of the innermost."""
        turn = self.loops[loop.lower()] if loop else self.innermost if self.of_resource is None else self.of_resource
        if turn is None:
            raise KeyError("loop")
        if isinstance(turn, Unread):
            return Symbolic(turn.why, None, unknown(f"copyIndex{f'+{offset}' if offset else ''}"))
        return turn + offset

    def reference(self, target: Json, api_version: Json, full: bool) -> Json:  # noqa: ARG002, FBT001 - as `Scope` has it
        """What a resource will be, as far as the template tells."""
        return self.place.reference(target, full=full)

    def function(self, namespace: str, name: str) -> UserFunction | None:
        """A function of the template's own."""
        return self.names.function(namespace, name)

    def deployment(self, name: str) -> Json:
        """What is known of where the template is deployed."""
        return self.place.about(name)

    def resource_scope(self) -> str:
        """Where resources go that name no other place."""
        return self.place.scope


def _symbolic(value: Json, text: str) -> Json:
    if isinstance(value, Unread) and not isinstance(value, Symbolic):
        return Symbolic(value.why, value.settled_by, unknown(text))
    return value
