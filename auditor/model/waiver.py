"""A waiver: somebody's word that a rule may fail for a resource until a day, and what became of it in an audit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection

    from auditor.model.finding import Subject
    from auditor.model.resource import Place

WaiverState: TypeAlias = Literal["inForce", "expired", "notYet"]
RemarkKind: TypeAlias = Literal["expired", "expiring", "notYet", "unmatched", "unknown"]


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry of `waivers.yaml`. `resource` is an id, an address in infrastructure code, or a pattern of either.

    `expires` and `approved_at` are moments in UTC, `2026-12-31T23:59:59Z`: as texts they sort by time. `place` is where
    the entry stands, and no part of what it says.
    """

    rule: str
    resource: str
    reason: str
    owner: str
    approved_by: str
    ticket: str
    expires: str
    approved_at: str | None = None
    place: Place | None = field(default=None, compare=False)

    def state(self, now: datetime) -> WaiverState:
        """Whether it counts: from its approval, where that is told, to its expiry."""
        moment = written(now)
        if moment > self.expires:
            return "expired"
        return "notYet" if self.approved_at is not None and moment < self.approved_at else "inForce"

    @property
    def until(self) -> str:
        """Its expiry for people: `2026-12-31 23:59 UTC`."""
        return shown(self.expires)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that whoever keeps the waivers has to know about one of them; `words` is a sentence."""

    kind: RemarkKind
    words: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a waiver in an audit: the resources for which it waives its rule, and what is to be said of it."""

    waiver: Waiver
    state: WaiverState
    waived: tuple[Subject, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def among(self, keys: Collection[str]) -> Applied:
        """What of it concerns these resources; what is to be said stays."""
        return replace(self, waived=tuple(subject for subject in self.waived if subject.key in keys))


def written(moment: datetime) -> str:
    """A moment as waivers carry it: in UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def shown(moment: str) -> str:
    """A moment of a waiver for people."""
    return f"{moment[:10]} {moment[11:16]} UTC"


def as_data(waiver: Waiver) -> dict[str, str]:
    """A waiver as plain data, keys as in `waivers.yaml` and in their order; `approvedAt` only where it is told."""
    approved_at = {} if waiver.approved_at is None else {"approvedAt": waiver.approved_at}
    return {
        "rule": waiver.rule,
        "resource": waiver.resource,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approvedBy": waiver.approved_by,
        **approved_at,
        "ticket": waiver.ticket,
        "expires": waiver.expires,
    }
