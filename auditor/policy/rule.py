"""A rule as its file says it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from auditor.model.types import ACCOUNT, CONTAINER, STORAGE, VAULT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.reading import Json

Profile: TypeAlias = Literal["baseline", "strict"]
PROFILES: Final[tuple[Profile, ...]] = ("baseline", "strict")

REQUIRED: Final = (
    "id",
    "name",
    "title",
    "severity",
    "profile",
    "basis",
    "appliesTo",
    "check",
    "why",
    "fix",
    "references",
)
"""The keys that every rule file has."""

FAMILIES: Final = {
    "REG": ("region", "Same region"),
    "TLS": ("tls", "TLS in transit"),
    "RET": ("retention", "24 hours or less"),
    "MDL": ("models", "Model deletion"),
    "ACC": ("access", "Access"),
    "NET": ("network", "Network"),
    "ENC": ("encryption", "Encryption at rest"),
    "LOG": ("logs", "Logs"),
}
"""Families by the middle of a rule's id: the folder below `policies/`, and the title in reports. The first four are
the four questions that every report answers."""
QUESTIONS: Final = ("REG", "TLS", "RET", "MDL")
DECLARABLE: Final = frozenset({ACCOUNT, STORAGE, CONTAINER, VAULT})
"""Types of which a fix can `set` properties."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number, text or list that users may set: its default, and what is allowed (nothing: anything of its kind)."""

    name: str
    default: Json
    allowed: tuple[Json, ...] = ()
    about: str = ""


PARAMETER_IN_SUMMARY: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a report says of the resources that fail, behind their number: of `one`, and of `many`.

    `{maxRetentionHours}` stands for the value of that parameter of the rule.
    """

    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Fix:
    """How to put it right: in words, and as snippets in which `{name}`, `{group}`, `{subscription}` … are filled in.

    `warning` says what the fix deletes, exposes, breaks or cannot undo, and stands first wherever a fix is shown. `set`
    gives properties by path their values, from which Bicep and ARM JSON are written where there is no `bicep`.
    """

    text: str
    az: str | None = None
    bicep: str | None = None
    terraform: str | None = None
    warning: str | None = None
    set: Mapping[str, Json] = field(default_factory=dict)

    @property
    def told(self) -> tuple[str, ...]:
        """The warning, if there is one, and what to do, each in a line."""
        parts = [("Warning", self.warning), ("Fix", self.text)]
        return tuple(f"{head}: {' '.join(text.split())}" for head, text in parts if text is not None)


@dataclass(frozen=True, slots=True)
class Peers:
    """Rules of other auditors that ask for the opposite, what they ask, and why it is overruled here."""

    rules: tuple[str, ...]
    asks: str
    overruled: str


@dataclass(frozen=True, slots=True)
class Example:
    """A proof that the rule works: what it is held against, and the answer that it must give."""

    expect: Literal["pass", "fail", "unknown", "notApplicable"]
    about: str
    resource: Mapping[str, Json]
    facts: Mapping[str, Json]
    children: Mapping[str, Json]
    parent: Mapping[str, Json] | None
    parameters: Mapping[str, Json]
    now: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `where` and `check` are conditions as written; `auditor.policy.compiler` makes them run."""

    id: str
    name: str
    title: str
    severity: str
    profile: Profile
    basis: str
    applies_to: tuple[str, ...]
    where: Json
    check: Json
    parameters: tuple[Parameter, ...]
    why: str
    fix: Fix
    references: tuple[str, ...]
    mappings: Mapping[str, tuple[str, ...]]
    peers: Peers | None
    examples: tuple[Example, ...]
    file: str
    summary: Summary | None = None

    @property
    def family(self) -> str:
        """The middle of the id: REG, TLS, RET, …; user rules have families of their own."""
        parts = self.id.split("-")
        return parts[-2] if len(parts) > 1 else self.id
