"""A rule as its file says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

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
    """How to put it right: in words, and as snippets in which `{name}`, `{group}`, `{subscription}` … are filled in."""

    text: str
    az: str | None = None
    bicep: str | None = None
    terraform: str | None = None


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
