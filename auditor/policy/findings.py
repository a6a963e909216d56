"""The findings of an audit: kept as groups of resources that got the same answer, made one by one when somebody looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

from auditor.model.finding import STATUS_OF, STATUSES, Evidence, Finding, Judgement, Subject
from auditor.model.pause import nothing_collected
from auditor.model.types import SUBSCRIPTION
from auditor.policy.sources import Seen, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.model.finding import Status
    from auditor.model.snapshot import Snapshot
    from auditor.policy.groups import Group


class Findings(Sequence[Finding]):
    """All findings, sorted by rule and resource."""

    def __init__(self, groups: Iterable[Group], snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._by_rule: defaultdict[str, list[_Shared]] = defaultdict(list)
        self._members: dict[str, _Member] = {}
        for group in groups:
            for rule, answer in group.answers:
                if isinstance(answer, Judgement):
                    self._by_rule[rule.rule.id].append(_Shared(group, answer))

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...

    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        return self._all[index]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._all)

    def __eq__(self, other: object) -> bool:
        return self._all == tuple(other) if isinstance(other, Findings | tuple) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # made of lists

    @property
    def number(self) -> int:
        """How many answers there are; of several about one place only the worst is a finding."""
        return sum(len(item.members) for shared in self._by_rule.values() for item in shared)

    def failures(self) -> list[Finding]:
        """What fails, in the same order; the rest is not made for it."""
        with nothing_collected():
            return list(self._made("fail"))

    @cached_property
    def _all(self) -> tuple[Finding, ...]:
        with nothing_collected():
            return tuple(self._made())

    def _made(self, only: Status | None = None) -> Iterator[Finding]:
        for rule_id in sorted(self._by_rule):
            shared = [item for item in self._by_rule[rule_id] if only is None or item.status == only]
            found = [item for each in shared for item in self._of(rule_id, each)]
            if any(item.unlisted for item in shared):
                found = list(_worst(found))
            found.sort(key=_place_in_order)
            for _, finding in found:
                yield finding

    def _of(self, rule_id: str, shared: _Shared) -> Iterator[tuple[str, Finding]]:
        """The findings of one rule about one group, each with what sorts it."""
        status, members, explain = shared.status, self._members, shared.explain
        for key in shared.members:
            member = members.get(key)
            if member is None:
                member = members[key] = _Member(key, self._snapshot)
            yield member.order, Finding(rule_id, status, member.subject, explain(member.source))


def _place_in_order(item: tuple[str, Finding]) -> str:
    return item[0]


def _worst(found: Iterable[tuple[str, Finding]]) -> Iterable[tuple[str, Finding]]:
    """The worst of what is found at one place: a resource may be the scope of lists that could not be read."""
    worst: dict[str, Finding] = {}
    for order, finding in found:
        known = worst.get(order)
        if known is None or STATUSES.index(finding.status) < STATUSES.index(known.status):
            worst[order] = finding
    return worst.items()


class _Shared:
    """The answer of one rule about one group."""

    __slots__ = ("because", "list_name", "members", "status", "told", "unlisted")

    def __init__(self, group: Group, judgement: Judgement) -> None:
        self.members = group.members
        self.status: Status = STATUS_OF[judgement.verdict]
        self.because = [Seen.of(item) for item in judgement.because]
        self.unlisted = group.unlisted is not None
        self.list_name = None if group.unlisted is None else f"the {group.unlisted.label} list"
        self.told: dict[tuple[str | None, ...], tuple[Evidence, ...]] = {}

    def explain(self, source: Source | None) -> tuple[Evidence, ...]:
        """The evidence with where it was read; resources of which all was read at one place share it."""
        if self.unlisted or source is None:
            return tuple([item.at(item.fixed or self.list_name, None) for item in self.because])
        if source.origin is not None:
            return tuple([source.explain(item) for item in self.because])
        read_at = source.read_at(self.because)
        told = self.told.get(read_at)
        if told is None:
            told = self.told[read_at] = tuple([source.explain(item) for item in self.because])
        return told


class _Member:
    """A resource in a group, or a scope of which a list was not read, as findings tell of it."""

    __slots__ = ("order", "source", "subject")

    def __init__(self, key: str, snapshot: Snapshot) -> None:
        resource = snapshot.get(key)
        if resource is None:
            self.subject = Subject(key, SUBSCRIPTION, key.rpartition("/")[2])
        else:
            self.subject = Subject.of(resource)
        self.source = None if resource is None else Source(resource, snapshot)
        self.order = self.subject.id.lower()
