"""What judging leaves behind: evidence, judgements, findings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

from auditor.model.reading import Found, Json, Missing, Reading, Unread
from auditor.model.verdict import Verdict

if TYPE_CHECKING:
    from auditor.model.resource import Place, Resource
    from auditor.model.waiver import Waiver

Status: TypeAlias = Literal["pass", "fail", "unknown", "waived"]
STATUS_OF: Final[dict[Verdict, Status]] = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.UNKNOWN: "unknown"}
STATUSES: Final[tuple[Status, ...]] = ("fail", "unknown", "waived", "pass")
"""In the order in which reports show them."""
SEVERITIES: Final = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was looked at: its path, what was read there, and what was asked of it.

    `asked` is the operator with its operand (`{"atLeast": "TLS1_2"}`), `wish` the same as a phrase ("be at least
    TLS1_2"). `assumed` is what Azure does when the property is missing, where the table of defaults or the rule says
    so; `negated` tells that a `not:` stands around it. `source` is where and when it was read, `place` where infrastructure
    code says so. `holds` tells whether what was read is as asked (`negated` counted in), None
    where that is not known; an empty `wish` marks an element that a count only names.
    """

    path: str
    asked: Json
    wish: str
    reading: Reading
    assumed: Found | None = None
    negated: bool = False
    source: str | None = None
    holds: bool | None = None
    place: Place | None = None

    @property
    def read(self) -> Literal["found", "missing", "unread"]:
        """How the reading went, as the result file writes it."""
        match self.reading:
            case Found():
                return "found"
            case Missing():
                return "missing"
            case Unread():
                return "unread"
            case _:
                assert_never(self.reading)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the evidence that decided it."""

    verdict: Verdict
    because: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about: enough of the resource to name it, also where only its scope is known."""

    id: str
    type: str
    name: str
    location: str | None = None
    place: Place | None = None

    @property
    def key(self) -> str:
        """The id as ARM compares it."""
        return self.id.rstrip("/").lower()

    @classmethod
    def of(cls, resource: Resource) -> Subject:
        """The subject that stands for a resource."""
        place = None if resource.origin is None else resource.origin.place()
        return cls(resource.id, resource.type, resource.name, resource.location, place)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's judgement of one resource.

    `waiver` is there where the status is waived; `note` is a sentence about one that fits and does not count.
    """

    rule: str
    status: Status
    subject: Subject
    evidence: tuple[Evidence, ...]
    waiver: Waiver | None = None
    note: str = ""

    @property
    def place(self) -> Place | None:
        """Where infrastructure code decides it: the first property that was looked at, or else the resource."""
        looked_at = (item.place for item in self.evidence if item.place is not None)
        return next(looked_at, self.subject.place)

    @property
    def fingerprint(self) -> str:
        """Depends on the rule's id and the resource's identity alone; 32 hexadecimal digits."""
        return fingerprint(self.rule, self.subject.id)


def fingerprint(rule: str, resource_id: str) -> str:
    """Name a finding in a way that survives reordering, other spellings of an id and new evidence."""
    identity = f"{rule}\n{resource_id.rstrip('/').lower()}"
    return hashlib.sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()[:32]
