"""Conditions: compiled once from a rule, then asked of many targets.

Each node answers twice: `verdict` as fast as it can, and `judge` with the evidence that decided. Both agree; a law in
the tests holds them to it.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from auditor.model.finding import Evidence, Judgement
from auditor.model.reading import MISSING, Found, Json, Missing, Reading, Unread, read_whole
from auditor.model.verdict import Verdict, all_of
from auditor.policy.paths import EACH, Path, Segment, as_reading, below, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditor.policy.operators import Operator
    from auditor.policy.target import Target

COUNT_UNREAD: Final = "their number is "
"""How the reason begins where elements that could not be read leave a count open."""

ANY_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""A time for operators that do not use it."""
_SHOWN_ELEMENTS: Final = 10
"""Elements of a count whose evidence is kept; the number itself is always there."""


@dataclass(slots=True)
class Scope:
    """What a condition is asked of, when, and inside which elements of which `count` it stands."""

    target: Target
    now: datetime
    elements: tuple[tuple[Json, str], ...] = ()


Ask: TypeAlias = "Callable[[Scope], Verdict]"
"""A compiled condition: the verdict alone, without evidence."""


class Condition(Protocol):
    """A node of a compiled condition."""

    @property
    def verdict(self) -> Ask:
        """The compiled condition."""
        ...

    def judge(self, scope: Scope) -> Judgement:
        """The verdict with the evidence that decided it."""
        ...


_PASS, _UNKNOWN, _FAIL = Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL


_HOLDS: Final = {Verdict.PASS: True, Verdict.FAIL: False, Verdict.UNKNOWN: None}


def judge_parts(verdict: Verdict, parts: Sequence[Condition], scope: Scope) -> Judgement:
    """The verdict of several parts, with the evidence of those that agree with it; only these are judged."""
    deciding = (part.judge(scope) for part in parts if part.verdict(scope) is verdict)
    return Judgement(verdict, tuple(item for part in deciding for item in part.because))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must pass."""

    parts: tuple[Condition, ...]
    verdict: Ask = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile: the worst of the parts."""
        asks = tuple(part.verdict for part in self.parts)

        def verdict(scope: Scope) -> Verdict:
            worst = _PASS
            for ask in asks:
                answer = ask(scope)
                if answer is _FAIL:
                    return answer
                if answer is _UNKNOWN:
                    worst = answer
            return worst

        object.__setattr__(self, "verdict", asks[0] if len(asks) == 1 else verdict)

    def judge(self, scope: Scope) -> Judgement:
        """The worst of the parts, with why."""
        return judge_parts(self.verdict(scope), self.parts, scope)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part must pass."""

    parts: tuple[Condition, ...]
    verdict: Ask = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile: the best of the parts."""
        asks = tuple(part.verdict for part in self.parts)

        def verdict(scope: Scope) -> Verdict:
            best = _FAIL
            for ask in asks:
                answer = ask(scope)
                if answer is _PASS:
                    return answer
                if answer is _UNKNOWN:
                    best = answer
            return best

        object.__setattr__(self, "verdict", asks[0] if len(asks) == 1 else verdict)

    def judge(self, scope: Scope) -> Judgement:
        """The best of the parts, with why."""
        return judge_parts(self.verdict(scope), self.parts, scope)


@dataclass(frozen=True, slots=True)
class Not:
    """The part must fail."""

    part: Condition
    verdict: Ask = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile: the opposite; an unknown stays one."""
        ask = self.part.verdict

        def verdict(scope: Scope) -> Verdict:
            answer = ask(scope)
            return _FAIL if answer is _PASS else _PASS if answer is _FAIL else answer

        object.__setattr__(self, "verdict", verdict)

    def judge(self, scope: Scope) -> Judgement:
        """The opposite, with the evidence marked as turned round."""
        inner = self.part.judge(scope)
        turned = (
            replace(item, negated=not item.negated, holds=None if item.holds is None else not item.holds)
            for item in inner.because
        )
        return Judgement(~inner.verdict, tuple(turned))


@dataclass(frozen=True, slots=True)
class Seen:
    """The part must pass; where it fails nothing is known, for what a log or a probe does not show may still be."""

    part: Condition
    verdict: Ask = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile: pass, or unknown."""
        ask = self.part.verdict
        object.__setattr__(self, "verdict", lambda scope: _PASS if ask(scope) is _PASS else _UNKNOWN)

    def judge(self, scope: Scope) -> Judgement:
        """Pass, or unknown; a part that fails shows what was seen instead."""
        inner = self.part.judge(scope)
        if inner.verdict is not Verdict.FAIL:
            return inner
        settled = (_settles_nothing(item) if item.wish else item for item in inner.because)
        return Judgement(Verdict.UNKNOWN, tuple(settled))


def _settles_nothing(item: Evidence) -> Evidence:
    reading = item.reading
    if isinstance(reading, Found):
        reading = Unread(f"what was seen, {say(reading.value)}, settles nothing")
    return replace(item, reading=reading, holds=None)


@dataclass(frozen=True, slots=True)
class Field:
    """A path in place: from the target's root, or from the current element of the `depth`-th count around it.

    `default` is what Azure does where the value is missing; `list_default` the same for the array before the first
    `[*]`.
    """

    path: Path
    segments: tuple[Segment, ...]
    depth: int | None = None
    default: Found | None = None
    list_default: Found | None = None
    single: bool = dataclasses.field(init=False)
    value: Callable[[Scope], Json] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the reading of the one place that a path without `[*]` leads to."""
        object.__setattr__(self, "single", EACH not in (self.path.segments if self.depth is None else self.segments))
        if self.single:
            object.__setattr__(self, "value", self._reader())

    def _reader(self) -> Callable[[Scope], Json]:
        """A function that returns the value itself; MISSING or an `Unread` where there is none."""
        depth, segments = self.depth, self.segments
        if depth is not None:
            return lambda scope: below(scope.elements[depth][0], segments)
        start, used = _start(segments)
        rest = segments[used:]
        if used:
            return lambda scope: below(start(scope.target), rest)
        return lambda scope: below(scope.target.body, rest)

    def read(self, scope: Scope) -> Reading:
        """Read the one place that the path leads to; a path with `[*]` is for `read_all`."""
        return as_reading(self.value(scope))

    def place(self, scope: Scope) -> str:
        """The path of the one place that the path leads to, as evidence names it."""
        names = ".".join(map(str, self.segments))
        if self.depth is None:
            return names
        around = scope.elements[self.depth][1]
        return f"{around}.{names}" if names else around

    def read_all(self, scope: Scope) -> Iterator[tuple[str, Reading]]:
        """Read every place that the path leads to, each with its own path."""
        if self.depth is not None:
            value, text = scope.elements[self.depth]
            rest = self.segments
        else:
            start, used = _start(self.segments)
            value = start(scope.target)
            rest = self.segments[used:]
            text = ".".join(str(segment) for segment in self.segments[:used])
        if self.list_default is not None and EACH in rest:
            head = rest[: rest.index(EACH)]
            if below(value, head) is MISSING:
                text = ".".join([text, *map(str, head)]).lstrip(".")
                yield from walk(self.list_default.value, rest[len(head) :], text)
                return
        yield from walk(value, rest, text)


@cache
def _start(segments: tuple[Segment, ...]) -> tuple[Callable[[Target], Json], int]:
    """Where a path begins: a function that returns the value there, and how many segments lead to it."""
    first, second = str(segments[0]).lower(), str(segments[1]) if len(segments) > 1 else ""
    if first == "facts" and second:
        return lambda target: target.fact(second), 2
    if first == "facts":
        return lambda target: target.facts, 1
    if first == "children" and second:
        return lambda target: target.child(second), 2
    if first == "parent":
        start, used = _start(segments[1:]) if second else (_body, 0)
        return lambda target: MISSING if target.parent is None else start(target.parent), used + 1
    return _body, 0


def _body(target: Target) -> Json:
    return target.body


@dataclass(frozen=True, slots=True)
class Operand:
    """What is asked for: prepared when the rule was compiled, or read from a field when it is asked."""

    written: Json
    prepared: Any = None
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """A field held against an operand; with `[*]` in the path, every element must pass."""

    field: Field
    operator: Operator
    operand: Operand
    verdict: Ask = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile: ask each place that the path leads to."""
        object.__setattr__(self, "verdict", self._compile())

    def _compile(self) -> Ask:
        if self.operand.field is not None:
            return self._compared
        if not self.field.single:
            return self._of_all
        value_of, test, prepared = self.field.value, self.operator.test, self.operand.prepared
        absent = self._ask(MISSING, prepared, ANY_TIME) if self.operator.name != "within" else None

        def verdict(scope: Scope) -> Verdict:
            value = value_of(scope)
            if value is MISSING:
                return self._ask(MISSING, prepared, scope.now) if absent is None else absent
            if isinstance(value, Unread):
                return _UNKNOWN
            answer = test(value, prepared, scope.now)
            return _PASS if answer is True else _FAIL if answer is False else _UNKNOWN

        return verdict

    def _of_all(self, scope: Scope) -> Verdict:
        prepared = self.operand.prepared
        return all_of(self._ask(reading, prepared, scope.now) for _, reading in self.field.read_all(scope))

    def _compared(self, scope: Scope) -> Verdict:
        """The operand is read from another field."""
        asked, prepared = self._operand(scope)
        if isinstance(asked, Unread):
            empty = next(self.field.read_all(scope), None) is None
            return Verdict.PASS if empty else Verdict.UNKNOWN
        return all_of(self._ask(reading, prepared, scope.now) for _, reading in self.field.read_all(scope))

    def judge(self, scope: Scope) -> Judgement:
        """Ask each place that the path leads to, and keep what was read there."""
        asked, prepared = self._operand(scope)
        if self.field.single and self.operand.field is None:
            text, reading = self.field.place(scope), self.field.read(scope)
            verdict = self._ask(reading, prepared, scope.now)
            return Judgement(verdict, (self._evidence(text, reading, asked, verdict),))
        parts = []
        for text, reading in self.field.read_all(scope):
            if isinstance(asked, Unread):
                verdict = Verdict.UNKNOWN
                shown: Reading = asked if isinstance(reading, Found) else reading
                written: Json = self.operand.written
            else:
                verdict, shown, written = self._ask(reading, prepared, scope.now), reading, asked
            parts.append(Judgement(verdict, (self._evidence(text, shown, written, verdict),)))
        if not parts:
            empty = Evidence(
                self.field.path.text, {"elements": 0}, "have no element that differs", Found([]), holds=True
            )
            return Judgement(Verdict.PASS, (empty,))
        verdict = all_of(part.verdict for part in parts)
        return Judgement(verdict, tuple(item for part in parts if part.verdict is verdict for item in part.because))

    def _ask(self, reading: Reading, prepared: Any, now: datetime) -> Verdict:
        if isinstance(reading, Unread):
            return Verdict.UNKNOWN
        if isinstance(reading, Missing):
            if self.operator.name == "exists":
                return Verdict.FAIL if prepared else Verdict.PASS
            if self.field.default is None:
                return Verdict.UNKNOWN
            reading = self.field.default
        answer = self.operator.test(reading.value, prepared, now)
        return Verdict.UNKNOWN if answer is None else Verdict.PASS if answer else Verdict.FAIL

    def _operand(self, scope: Scope) -> tuple[Json, Any]:
        """The operand as it shall be shown, and prepared; shown is an `Unread` if it cannot be known."""
        if self.operand.field is None:
            return self.operand.written, self.operand.prepared
        field = self.operand.field
        reading = field.read(scope)
        if isinstance(reading, Missing):
            reading = field.default or Unread(f"{field.path.text}, with which it is compared, is missing")
        if isinstance(reading, Unread):
            return reading, None
        if not read_whole(reading.value):
            return Unread(f"{field.path.text}, with which it is compared, was read only in part"), None
        try:
            return reading.value, self.operator.prepare(reading.value)
        except ValueError as error:
            return Unread(f"{field.path.text} cannot be compared with: {error}"), None

    def _evidence(self, text: str, reading: Reading, written: Json, verdict: Verdict) -> Evidence:
        assumed = self.field.default if reading is MISSING and self.operator.name != "exists" else None
        asked, wish = {self.operator.name: written}, wished(self.operator, written)
        return Evidence(text, asked, wish, reading, assumed, holds=_HOLDS[verdict])


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter held against an operand: one answer for all resources, whatever could be read of them."""

    name: str
    value: Json
    operator: Operator
    operand: Operand
    verdict: Ask = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile: ask the parameter. The compiler has made sure that there is an answer."""
        value, test, prepared = self.value, self.operator.test, self.operand.prepared
        object.__setattr__(self, "verdict", lambda scope: _PASS if test(value, prepared, scope.now) else _FAIL)

    def judge(self, scope: Scope) -> Judgement:
        """Ask the parameter, and show how it is set."""
        verdict, written = self.verdict(scope), self.operand.written
        asked, wish = {self.operator.name: written}, wished(self.operator, written)
        shown = Evidence(f"parameters.{self.name}", asked, wish, Found(self.value), holds=_HOLDS[verdict])
        return Judgement(verdict, (shown,))


@dataclass(frozen=True, slots=True)
class Count:
    """The number of elements for which `where` passes, held against a number.

    Elements that could not be read make the number a range, and the verdict unknown where the range decides it.
    """

    field: Field
    where: Condition | None
    operator: Operator
    operand: Operand
    verdict: Ask = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile: count, and compare."""
        object.__setattr__(self, "verdict", self._counted)

    def _counted(self, scope: Scope) -> Verdict:
        low, high = 0, 0.0
        for text, reading in self.field.read_all(scope):
            if isinstance(reading, Found):
                verdict = Verdict.PASS if self.where is None else self.where.verdict(_inside(scope, reading, text))
                low += verdict is Verdict.PASS
                high += verdict is not Verdict.FAIL
            else:
                high = math.inf
        return self._compare(low, high)

    def judge(self, scope: Scope) -> Judgement:
        """Count, compare, and keep the evidence of the elements that were counted."""
        low, high, counted = self._count(scope)
        verdict = self._compare(low, high)
        most = "an unknown number" if high == math.inf else str(high)
        number: Reading = Found(low) if low == high else Unread(f"{COUNT_UNREAD}between {low} and {most}")
        wish = "number " + self.operator.wish.format(say(self.operand.written)).removeprefix("be ")
        asked = {"count": {self.operator.name: self.operand.written}}
        total = Evidence(self.field.path.text, asked, wish, number, holds=_HOLDS[verdict])
        wanted = Verdict.UNKNOWN if verdict is Verdict.UNKNOWN else Verdict.PASS
        shown = [judgement for judgement in counted if judgement.verdict is wanted][:_SHOWN_ELEMENTS]
        named = (replace(item, wish="") for judgement in shown for item in judgement.because)
        return Judgement(verdict, (total, *named))

    def _count(self, scope: Scope) -> tuple[int, float, list[Judgement]]:
        low, high = 0, 0.0
        counted = []
        for text, reading in self.field.read_all(scope):
            match reading:
                case Found():
                    judgement = self._element(_inside(scope, reading, text), text, reading)
                    low += judgement.verdict is Verdict.PASS
                    high += judgement.verdict is not Verdict.FAIL
                case _:
                    judgement = Judgement(Verdict.UNKNOWN, (Evidence(text, {}, "be readable", reading),))
                    high = math.inf
            counted.append(judgement)
        return low, high if high == math.inf else int(high), counted

    def _element(self, inside: Scope, text: str, reading: Found) -> Judgement:
        if self.where is not None:
            return self.where.judge(inside)
        return Judgement(Verdict.PASS, (Evidence(text, {}, "be counted", Found(brief(reading.value))),))

    def _compare(self, low: int, high: float) -> Verdict:
        wanted = self.operand.prepared
        match self.operator.name:
            case "equals":
                yes, no = low == high == wanted, wanted < low or wanted > high
            case "less":
                yes, no = high < wanted, low >= wanted
            case "lessOrEquals":
                yes, no = high <= wanted, low > wanted
            case "greater":
                yes, no = low > wanted, high <= wanted
            case _:
                yes, no = low >= wanted, high < wanted
        return Verdict.PASS if yes else Verdict.FAIL if no else Verdict.UNKNOWN


def _inside(scope: Scope, element: Found, text: str) -> Scope:
    """The scope inside an element of a count."""
    return Scope(scope.target, scope.now, (*scope.elements, (element.value, text)))


def wished(operator: Operator, written: Json) -> str:
    """What an operator asks for, as a phrase."""
    match operator.name, written:
        case "within", "0h" | "PT0S" | "P0D":
            return "lie in the future"
        case "exists", _:
            return "be there" if written else "be absent"
        case "sameRegionAs", list():
            return f"be in one of the regions {say(written)}" if written else "be in no region at all"
        case _:
            return operator.wish.format(say(written))


def brief(value: Json) -> Json:
    """What names an element: its name or id where it has one, else the element itself."""
    if isinstance(value, dict):
        return next((value[key] for key in ("name", "id") if isinstance(value.get(key), str)), value)
    return value


def say(value: Json) -> str:
    """A JSON value in a sentence."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case list() | tuple():
            return ", ".join(say(item) for item in value) or "nothing"
        case {"hours": hours}:
            return f"{say(hours)} hours"
        case {"days": days}:
            return f"{say(days)} days"
        case dict():
            return ", ".join(f"{key}: {say(item)}" for key, item in value.items())
        case _:
            return str(value)
