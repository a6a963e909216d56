"""The report as data: what every format writes, in the order in which a reader needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.blind_spot import BlindSpot
    from auditor.model.finding import Finding, Status
    from auditor.model.reading import Json
    from auditor.model.waiver import Applied
    from auditor.policy.clauses import Promise
    from auditor.policy.rule import Rule
    from auditor.report.fixes.snippets import Known

Answer: TypeAlias = Literal["broken", "not seen", "not provable", "waived", "kept", "nothing to check"]
"""The answer to a question, worst first; `not provable` means that all was read and Azure gives no proof, `waived` that
all is kept but for what somebody accepted."""

Counts: TypeAlias = "Mapping[Status, int]"


@dataclass(frozen=True, slots=True)
class Line:
    """One finding with what a reader needs beside it.

    `unprovable` tells an unknown that no reading can settle, `known` one that was as bad in the baseline; `fix` has what
    the snippets are written from, where it fails.
    """

    finding: Finding
    rule: Rule
    message: str
    unprovable: bool = False
    known: bool = False
    fix: Known | None = None


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
    lines: tuple[Line, ...]
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
    def complete(self) -> bool:
        """Whether nothing that was asked for stayed unread."""
        return self.finished is not None and not self.unseen
