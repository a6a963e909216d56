"""Turns conditions as written into conditions that run, and says everything that is wrong with them."""

# mypy: disable-error-code="func-returns-value"
# `return self._fail(...)` notes a mistake and gives None, in one line each.

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from auditor.model.reading import Found, Json
from auditor.policy.condition import (
    ANY_TIME,
    AllOf,
    AnyOf,
    Condition,
    Count,
    Field,
    Not,
    Operand,
    Seen,
    Setting,
    Test,
    say,
)
from auditor.policy.operators import OPERATORS, Operator
from auditor.policy.paths import EACH, Path, PathSyntaxError, parse_path
from auditor.policy.settled import that_matter
from auditor.yaml_source import Place, nearest

if TYPE_CHECKING:
    from auditor.policy.defaults import Defaults
    from auditor.policy.rule import Rule
    from auditor.policy.shapes import Shapes

Report = Callable[[Place, str], None]
_DEEPEST: Final = 20
_ALWAYS = AllOf(())
_ALONE: Final = ("allOf", "anyOf", "not", "seen", "byType")
_HEADS: Final = (*_ALONE, "count", "field", "parameter")


@dataclass(frozen=True, slots=True)
class Language:
    """What conditions are compiled against: the known paths and the table of defaults."""

    shapes: Shapes
    defaults: Defaults


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule, ready to judge resources of one type."""

    rule: Rule
    where: Condition
    check: Condition


def compile_rule(
    rule: Rule, type_name: str, language: Language, parameters: Mapping[str, Json], report: Report
) -> CompiledRule | None:
    """Compile a rule for one of the types that it applies to; None after any mistake, each of which is reported."""
    compiler = _Compiler(language, type_name, rule.applies_to, parameters, report)
    where = compiler.condition(rule.where, ("where",)) if rule.where is not None else _ALWAYS
    check = compiler.condition(rule.check, ("check",))
    return CompiledRule(rule, where, check) if where is not None and check is not None else None


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Compiles for one of the rule's types; `around` are the paths of the counts inside which a condition stands."""

    language: Language
    type_name: str
    types: tuple[str, ...]
    parameters: Mapping[str, Json]
    report: Report
    around: tuple[Path, ...] = field(default=())

    def condition(self, written: Json, place: Place) -> Condition | None:
        """Compile one condition."""
        if len(place) > _DEEPEST * 2:
            return self._fail(place, f"conditions nest at most {_DEEPEST} deep")
        match written:
            case {"allOf": parts, **rest} if not rest:
                return self._parts(AllOf, parts, (*place, "allOf"))
            case {"anyOf": parts, **rest} if not rest:
                return self._parts(AnyOf, parts, (*place, "anyOf"))
            case {"not": part} | {"seen": part} if len(written) == 1:
                word = next(iter(written))
                inner = self.condition(part, (*place, word))
                return None if inner is None else Not(inner) if word == "not" else Seen(inner)
            case {"byType": kinds, **rest} if not rest:
                return self._by_type(kinds, (*place, "byType"))
            case {"count": dict() as count, **rest}:
                return self._count(count, rest, place)
            case {"field": path, **rest}:
                return self._test(path, rest, place)
            case {"parameter": name, **rest}:
                return self._setting(name, rest, place)
            case dict() if written:
                return self._stranger(written, place)
            case _:
                return self._fail(
                    place,
                    "a condition is wanted here: field with an operator, allOf, anyOf, not, seen, byType or count",
                )

    def _stranger(self, written: dict[str, Json], place: Place) -> None:
        heads = [key for key in written if key in _HEADS]
        if len(heads) == 1 and heads[0] in _ALONE:
            for key in sorted(set(written) - set(heads)):
                self._fail((*place, key), f"nothing can stand beside {heads[0]}, but {key} does")
            return
        if heads:
            self._fail(place, f"{' and '.join(sorted(heads))} cannot stand in one condition")
            return
        key = next(iter(written))
        if key in OPERATORS:
            self._fail((*place, key), f"{key} needs a field beside it")
        else:
            self._fail((*place, key), f"{key} is no condition; {nearest(key, _HEADS)}")

    def _parts(self, node: type[AllOf | AnyOf], parts: Json, place: Place) -> Condition | None:
        if not isinstance(parts, list) or not parts:
            return self._fail(place, f"{place[-1]} takes a list of conditions, at least one")
        compiled = [self.condition(part, (*place, index)) for index, part in enumerate(parts)]
        done = tuple(part for part in compiled if part is not None)
        return node(that_matter(node, done)) if len(done) == len(compiled) else None

    def _by_type(self, kinds: Json, place: Place) -> Condition | None:
        if not isinstance(kinds, dict):
            return self._fail(place, "byType takes a condition for each type that the rule applies to")
        known = {name.lower() for name in self.types}
        for name in kinds:
            if name.lower() not in known:
                self._fail((*place, name), f"the rule does not apply to {name}; {nearest(name, self.types)}")
        for name, part in kinds.items():
            if name.lower() == self.type_name.lower():
                return self.condition(part, (*place, name))
        return self._fail(place, f"byType has no condition for {self.type_name}")

    def _test(self, path: Json, rest: dict[Any, Json], place: Place) -> Condition | None:
        rest = dict(rest)
        default = None
        if "default" in rest:
            if rest["default"] is None:
                return self._fail((*place, "default"), "null is what absent means; say what Azure does then")
            default = Found(rest.pop("default"))
        found = self._field(path, (*place, "field"), default)
        operator = self._operator(rest, place, of_count=False)
        if found is None or operator is None:
            return None
        operand = self._operand(operator, rest[operator.name], (*place, operator.name))
        return None if operand is None else Test(found, operator, operand)

    def _setting(self, name: Json, rest: dict[Any, Json], place: Place) -> Condition | None:
        value = self._fill({"parameter": name}, (*place, "parameter"))
        operator = self._operator(rest, place, of_count=False)
        if value is _BROKEN or operator is None:
            return None
        there = (*place, operator.name)
        operand = self._operand(operator, rest[operator.name], there)
        if operand is None:
            return None
        if operator.name == "exists":
            return self._fail(there, f"a parameter is always there: {name} has a default")
        if operand.field is not None:
            return self._fail(there, "a parameter is held against a value, not against a field")
        if operator.test(value, operand.prepared, ANY_TIME) is None:
            return self._fail(there, f"{operator.name} cannot be asked of {name}, which is {say(value)}")
        return Setting(str(name), value, operator, operand)

    def _count(self, count: dict[Any, Json], rest: dict[Any, Json], place: Place) -> Condition | None:
        inside = (*place, "count")
        for key in sorted(set(count) - {"field", "where"}):
            self._fail((*inside, key), f"{key} is nothing that count knows; {nearest(key, ('field', 'where'))}")
            return None
        found = self._field(count.get("field"), (*inside, "field"), None)
        operator = self._operator(rest, place, of_count=True)
        operand = None if operator is None else self._operand(operator, rest[operator.name], (*place, operator.name))
        if found is not None and found.path.segments[-1] is not EACH:
            return self._fail((*inside, "field"), f"count counts the elements of a list: {found.path.text}[*]")
        where: Condition | None = None
        if "where" in count and found is not None:
            where = replace(self, around=(*self.around, found.path)).condition(count["where"], (*inside, "where"))
            if where is None:
                return None
        if found is None or operator is None or operand is None:
            return None
        if not isinstance(operand.prepared, int) or isinstance(operand.prepared, bool):
            return self._fail((*place, operator.name), "a count is compared with a whole number")
        return Count(found, where, operator, operand)

    def _operator(self, rest: dict[str, Json], place: Place, *, of_count: bool) -> Operator | None:
        known = {name: operator for name, operator in OPERATORS.items() if operator.of_count or not of_count}
        chosen = [key for key in rest if key in known]
        for key in rest:
            if key not in known:
                self._fail((*place, key), f"{key} is no operator here; {nearest(key, known)}")
        if len(chosen) != 1:
            if len(rest) == len(chosen):
                self._fail(place, "one operator is wanted here, and only one")
            return None
        return known[chosen[0]] if len(rest) == 1 else None

    def _operand(self, operator: Operator, written: Json, place: Place) -> Operand | None:
        if isinstance(written, dict) and set(written) == {"field"}:
            found = self._field(written["field"], (*place, "field"), None)
            if found is not None and EACH in found.segments:
                return self._fail((*place, "field"), "an operand is one value; this path leads to many")
            return None if found is None else Operand(written, field=found)
        value = self._fill(written, place)
        if value is _BROKEN:
            return None
        try:
            return Operand(value, operator.prepare(value))
        except ValueError as error:
            return self._fail(place, f"{operator.name}: {error}")

    def _fill(self, written: Json, place: Place) -> Any:
        """Put in the values of parameters, at any depth."""
        match written:
            case {"parameter": name, **rest} if not rest:
                if isinstance(name, str) and name in self.parameters:
                    return self.parameters[name]
                self._fail(place, f"the rule has no parameter {name}; {nearest(str(name), self.parameters)}")
                return _BROKEN
            case dict():
                filled = {key: self._fill(item, (*place, key)) for key, item in written.items()}
                return _BROKEN if _BROKEN in filled.values() else filled
            case list():
                items = [self._fill(item, (*place, index)) for index, item in enumerate(written)]
                return _BROKEN if _BROKEN in items else items
            case _:
                return written

    def _field(self, written: Json, place: Place, default: Found | None) -> Field | None:
        if not isinstance(written, str):
            return self._fail(place, "a path is wanted here: properties.minimumTlsVersion")
        try:
            path = parse_path(written)
        except PathSyntaxError as error:
            return self._fail(place, str(error))
        problem = self.language.shapes.problem(self.type_name, path.segments)
        if problem is not None:
            return self._fail(place, problem)
        default = default or self._default(path)
        for depth in range(len(self.around) - 1, -1, -1):
            below = path.below(self.around[depth])
            if below is not None:
                return Field(path, below, depth, default)
        head = path.segments[: path.segments.index(EACH)] if path.many else ()
        return Field(path, path.segments, None, default, self._default(Path("", head)) if head else None)

    def _default(self, path: Path) -> Found | None:
        return self.language.defaults.get(*self.language.shapes.placed(self.type_name, path.segments))

    def _fail(self, place: Place, problem: str) -> None:
        self.report(place, problem)


_BROKEN: Final = object()
