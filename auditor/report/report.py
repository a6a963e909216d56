"""The report as data: what every format writes, in the order in which a reader needs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditor.model.blind_spot import BlindSpot
    from auditor.model.finding import Finding, Status
    from auditor.model.reading import Json
    from auditor.model.waiver import Applied
    from auditor.policy.clauses import Promise
    from auditor.policy.judge import Passing
    from auditor.policy.rule import Rule
    from auditor.report.fixes.snippets import Known

Answer: TypeAlias = Literal["broken", "not seen", "not provable", "waived", "kept", "nothing to check"]
"""The answer to a question, worst first; `not provable` means that all was read and Azure gives no proof, `waived` that
all is kept but for what somebody accepted."""

Counts: TypeAlias = "Mapping[Status, int]"


@dataclass(frozen=True, slots=True)
class Line:
    """One finding with what a reader needs beside it.

    `unprovable` tells an unknown that no reading can settle, `known` one that was as bad in the baseline. `make_fix` looks
    up what the snippets are written from; None where it does not fail.
    """

    finding: Finding
    rule: Rule
    message: str
    unprovable: bool = False
    known: bool = False
    make_fix: Callable[[], Known] | None = field(default=None, compare=False)

    @property
    def fix(self) -> Known | None:
        """What the snippets of the fix are written from, where it fails."""
        return None if self.make_fix is None else self.make_fix()


class Lines(Collection[Line]):
    """All findings of a report, sorted by rule and resource. Those that pass are made while they are iterated."""

    def __init__(
        self, rules: Mapping[str, Rule], notable: Iterable[Line], passed: Passing, make: Callable[[Finding], Line]
    ) -> None:
        """`notable` holds what does not pass; `make` makes the line of a finding that passes."""
        self.rules = rules
        self.notable = tuple(notable)
        self._passed = passed
        self._make = make

    def passed_keys(self) -> Iterator[tuple[str, Mapping[str, Sequence[str]]]]:
        """Of each rule, the keys of resources that pass it, by their type (lower case)."""
        for rule_id in self._passed.rules:
            yield rule_id, self._passed.keys(rule_id)

    def __len__(self) -> int:
        return len(self.notable) + len(self._passed)

    def __iter__(self) -> Iterator[Line]:
        notable: defaultdict[str, list[Line]] = defaultdict(list)
        for line in self.notable:
            notable[line.finding.rule].append(line)
        for rule_id in sorted({*notable, *self._passed.rules}):
            found = [*notable[rule_id], *map(self._make, self._passed.of(rule_id))]
            found.sort(key=_place_in_order)
            yield from found

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Lines | tuple) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # equality goes by what is iterated

    def __contains__(self, item: object) -> bool:
        return any(item == found for found in self)


def _place_in_order(line: Line) -> str:
    return line.finding.subject.id.lower()


@dataclass(frozen=True, slots=True)
class Group:
    """The failing or unknown findings of one rule, for the list of what to do first."""

    rule: Rule
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A family of rules and its answer; the first four are the four questions."""

    family: str
    title: str
    answer: Answer
    counts: Counts
    sentence: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that could not be read, what it makes unknown, and what would help."""

    scope: str
    name: str
    operation: str
    reason: str
    rules: tuple[str, ...]
    advice: str
    at: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A way on which bytes go from one place to another."""

    source: str
    target: str
    target_region: str | None
    via: str
    carries: str
    leaves_region: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Place:
    """A store or an account in the residency picture; `region` is None where it was not read.

    `failing` are the rules that it fails, or something that lies in it, the most severe first.
    """

    id: str
    name: str
    kind: Literal["account", "store", "elsewhere"]
    region: str | None
    failing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Residency:
    """Where documents go: the places, and the edges between them."""

    places: tuple[Place, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A reason in a retention bar: its hours, None when unknown; `kind` is hours, unbounded or unknown."""

    cause: str
    kind: Literal["hours", "unbounded", "unknown"]
    hours: float | None
    words: str
    container: str | None


@dataclass(frozen=True, slots=True)
class Bar:
    """How long documents live in one store. `exceeds` is None when unbounded; `at_most` None when not provable.

    `failing` are the rules that the store fails, or something that lies in it, the most severe first.
    """

    id: str
    name: str
    region: str | None
    unbounded: bool
    exceeds: float | None
    at_most: float | None
    segments: tuple[Segment, ...]
    status: Status | None
    failing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A custom model or classifier on the time line; times are ISO 8601 texts as Azure or the register gave them.

    `statuses` has the worst status of each rule that judged the model, or a request to erase it.
    """

    id: str
    name: str
    account: str
    kind: Literal["model", "classifier"]
    created: str | None
    expires: str | None
    delete_by: str | None
    owner: str | None
    registered: bool | None
    statuses: Mapping[str, Status]


@dataclass(frozen=True, slots=True)
class Erasure:
    """A request to erase a model, and whether the model is gone (None: not known)."""

    model: str
    account: str
    requested: str
    gone: bool | None
    status: Status | None
    failing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of Microsoft's page, with the rules that check the customer's half of it."""

    promise: Promise
    rules: tuple[str, ...]
    answer: Answer


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report says. All tuples are sorted; all times are texts in UTC."""

    tool: str
    kind: str
    scope: tuple[str, ...]
    started: str
    finished: str | None
    profile: str
    parameters: Mapping[str, Json]
    policy_hash: str
    rules: Mapping[str, Rule]
    headline: str
    answer: Answer
    counts: Counts
    resources: int
    not_applicable: int
    not_applicable_by_rule: Mapping[str, int]
    questions: tuple[Question, ...]
    lines: Collection[Line]
    first: tuple[Group, ...]
    unseen: tuple[Unseen, ...]
    blind_spots: tuple[BlindSpot, ...]
    residency: Residency
    retention: tuple[Bar, ...]
    models: tuple[Model, ...]
    erasures: tuple[Erasure, ...]
    clauses: tuple[Clause, ...]
    calls: Mapping[str, int]
    read: Mapping[str, int]
    limit_hours: float | None
    waivers: tuple[Applied, ...] = ()

    @property
    def notable(self) -> Sequence[Line]:
        """The findings that do not pass, in the same order."""
        if isinstance(self.lines, Lines):
            return self.lines.notable
        return tuple(line for line in self.lines if line.finding.status != "pass")

    @property
    def complete(self) -> bool:
        """Whether nothing that was asked for stayed unread."""
        return self.finished is not None and not self.unseen
