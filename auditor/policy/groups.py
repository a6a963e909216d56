"""Judges resources in groups: those that look the same to the rules are judged once.

A *panel* is all rules for one type. It first looks at what decides which rules apply; those that do, and those of which
it is not known, form a *bench*. A bench looks at what its rules read, and keeps one group for all that look the same.
Where most look new, it is divided: rules that see something of its own in each resource sit apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from auditor.model.verdict import Verdict
from auditor.policy.answer import DEPLOYED, Answer, Unjudged, answer, applies
from auditor.policy.condition import Scope
from auditor.policy.look import Looker, Paths
from auditor.policy.views import UnknownReadsError, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from datetime import datetime

    from auditor.model.reading import Unread
    from auditor.model.resource import Resource
    from auditor.model.types import ResourceType
    from auditor.policy.compiler import CompiledRule
    from auditor.policy.condition import Condition
    from auditor.policy.targets import Targets

_MANY: Final = 64
"""So many groups a bench may have before it is asked whether they are worth it."""
Applying: TypeAlias = "tuple[CompiledRule, Verdict]"
"""A rule, and whether it applies: yes, or not known."""


@dataclass(slots=True)
class Group:
    """What looks the same: the keys of resources, and the answer of each rule about any of them.

    Of lists that could not be read it holds the scopes; `unlisted` then says what is listed there.
    """

    answers: tuple[tuple[CompiledRule, Answer], ...]
    members: list[str] = field(default_factory=list)
    unlisted: ResourceType | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """How rules are asked about the resources of one type."""

    kind: ResourceType
    looker: Looker
    targets: Targets
    now: datetime
    explain_passes: bool

    def scope(self, resource: Resource) -> Scope:
        """What the conditions of rules are asked of."""
        return Scope(self.targets.of(resource), self.now)

    def look(self, conditions: Sequence[Condition], *more: str) -> Callable[[Resource], Hashable]:
        """What conditions see of a resource, as a key. What cannot be looked at looks like nothing else."""
        try:
            see = self.looker.look(self.kind.name, Paths.of(conditions, *more))
        except UnknownReadsError:
            return lambda _resource: object()

        def look(resource: Resource) -> Hashable:
            try:
                return digest(see(resource))
            except Exception:  # noqa: BLE001 - whatever it is, the rule that asks for it will meet it, and tell
                self.looker.named.add(self.looker.kin(resource))
                return object()

        return look

    def look_at_owner(self, conditions: Sequence[Condition]) -> Callable[[str], Hashable]:
        """What conditions see of what owns a resource, by its key."""
        try:
            parent = Paths.of(conditions).parent
        except UnknownReadsError:
            return lambda _owner: object()
        return (lambda _owner: None) if parent is None else self.looker.look_at_owner(parent)

    def same_for_kin(self, condition: Condition) -> bool:
        """Whether a condition reads nothing in which kin differ."""
        try:
            return self.looker.same_for_kin(self.kind.name, [condition])
        except UnknownReadsError:
            return False

    def at_once(self, rules: Sequence[CompiledRule]) -> Callable[[Resource], Hashable] | None:
        """What rules see with one look; None where it takes facts that are costly to derive."""
        conditions = [part for rule in rules for part in (rule.where, rule.check)]
        try:
            quick = self.looker.facts_are_quick(Paths.of(conditions).facts)
        except UnknownReadsError:
            quick = False
        return self.look(conditions, DEPLOYED) if quick else None

    def answer(self, rule: CompiledRule, scope: Scope, subject_id: str) -> Answer:
        """The answer about one pair, of which it is not known yet whether the rule applies."""
        applied = applies(rule, scope, subject_id)
        if applied is Verdict.FAIL:
            return Unjudged.NOT_APPLICABLE
        return answer(rule, scope, subject_id, applied, explain_passes=self.explain_passes)


class Bench:
    """Rules that judge together."""

    def __init__(self, asking: Asking, rules: Sequence[Applying]) -> None:
        self._asking = asking
        self._rules = tuple(rules)
        self._look = _look_of(asking, rules)
        self._groups: dict[Hashable, Group] = {}
        self._asked = 0
        self._examples: list[str] = []
        self._parts: tuple[Bench, ...] = ()

    def take(self, resource: Resource) -> list[Group]:
        """Put a resource into its group, or one in each part; judge it if it is the first of its kind."""
        if self._parts or not self._rules:
            return [group for part in self._parts for group in part.take(resource)]
        self._asked += 1
        key = self._look(resource)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(self._answers(resource))
            self._divide_where_most_look_new(resource.key)
        group.members.append(resource.key)
        return [group]

    def groups(self) -> Iterator[Group]:
        """All groups, those that were made before it was divided first."""
        yield from self._groups.values()
        for part in self._parts:
            yield from part.groups()

    def _answers(self, resource: Resource) -> tuple[tuple[CompiledRule, Answer], ...]:
        scope, explain = self._asking.scope(resource), self._asking.explain_passes
        return tuple(
            (rule, answer(rule, scope, resource.id, applied, explain_passes=explain)) for rule, applied in self._rules
        )

    def _divide_where_most_look_new(self, key: str) -> None:
        """Each time that there are many new groups, ask whether they were worth it."""
        self._examples.append(key)
        if len(self._rules) == 1 or len(self._examples) < _MANY:
            return
        if self._asked < 2 * len(self._examples):
            snapshot = self._asking.looker.snapshot
            self._parts = self._divided([found for key in self._examples if (found := snapshot.get(key)) is not None])
        self._asked = 0
        self._examples.clear()

    def _divided(self, examples: Sequence[Resource]) -> tuple[Bench, ...]:
        """Those rules apart to which half of the examples look new; each by itself if none is such, or all."""
        alone: list[Applying] = []
        together: list[Applying] = []
        for rule in self._rules:
            looks = set(map(_look_of(self._asking, [rule]), examples))
            (alone if 2 * len(looks) > len(examples) else together).append(rule)
        if not alone:
            alone, together = together, []
        apart = [[rule] for rule in alone]
        return tuple(Bench(self._asking, rules) for rules in (*apart, together) if rules)


def _look_of(asking: Asking, rules: Sequence[Applying]) -> Callable[[Resource], Hashable]:
    """What rules see by their checks, and by what decides whether they apply where that is not known."""
    doubted = [rule.where for rule, applied in rules if applied is Verdict.UNKNOWN]
    return asking.look([*(rule.check for rule, _ in rules), *doubted], DEPLOYED)


@dataclass(slots=True)
class _Session:
    """For resources to which the same rules apply: the benches, the other rules, and how many resources there were.

    The rules of `alike` answer the same about all resources of a kin, those of `apart` may not.
    """

    alike: Bench
    apart: Bench
    others: tuple[CompiledRule, ...]
    asked: int = 0


class Panel:
    """Rules for one type, of which it is the same for resources with the same key by `short` whether they apply.

    Those that are `alike` answer the same about them, too: so resources with the same key go the same way.
    """

    def __init__(
        self,
        asking: Asking,
        rules: Sequence[CompiledRule],
        short: Callable[[Resource], Hashable],
        alike: Callable[[Condition], bool],
    ) -> None:
        self._asking = asking
        self._rules = rules
        self._short = short
        self._alike = alike
        self._asked = 0
        self._look = asking.look([rule.where for rule in rules])
        self._look_at_owner = asking.look_at_owner([part for rule in rules for part in (rule.where, rule.check)])
        self._by_look: dict[Hashable, _Session] = {}
        self._sessions: dict[tuple[Verdict, ...], _Session] = {}
        self._ways: dict[Hashable, tuple[_Session, list[Group]]] = {}
        self._unlisted: dict[Hashable, Group] = {}

    def take(self, resource: Resource) -> None:
        """Judge a resource."""
        short = self._short(resource)
        way = self._ways.get(short)
        if way is None:
            session = self._session(resource)
            groups = session.alike.take(resource)
            if short is not None and short not in self._asking.looker.named:
                self._ways[short] = session, groups
                self._give_up_where_most_are_new()
        else:
            session, groups = way
            for group in groups:
                group.members.append(resource.key)
        session.asked += 1
        self._asked += 1
        session.apart.take(resource)

    def take_unlisted(self, owner: str, why: Unread) -> None:
        """Judge what could not be listed at a scope, as a resource of which nothing is known."""
        key = (why.why, why.settled_by, self._look_at_owner(owner))
        group = self._unlisted.get(key)
        if group is None:
            asking = self._asking
            scope = Scope(asking.targets.unseen(asking.kind, owner, why), asking.now)
            answers = tuple((rule, asking.answer(rule, scope, owner)) for rule in self._rules)
            group = self._unlisted[key] = Group(answers, unlisted=asking.kind)
        group.members.append(owner)

    def groups(self) -> Iterator[Group]:
        """All groups, those of resources first."""
        for session in self._sessions.values():
            yield from session.alike.groups()
            yield from session.apart.groups()
        yield from self._unlisted.values()

    def not_applicable(self) -> Iterator[tuple[CompiledRule, int]]:
        """How many of the resources each rule does not apply to, but for those in the groups."""
        for session in self._sessions.values():
            for rule in session.others:
                yield rule, session.asked

    def _session(self, resource: Resource) -> _Session:
        key = self._look(resource)
        session = self._by_look.get(key)
        if session is None:
            scope = self._asking.scope(resource)
            verdicts = tuple(applies(rule, scope, resource.id) for rule in self._rules)
            if verdicts not in self._sessions:
                self._sessions[verdicts] = self._new_session(list(zip(self._rules, verdicts, strict=True)))
            session = self._by_look[key] = self._sessions[verdicts]
        return session

    def _give_up_where_most_are_new(self) -> None:
        if len(self._ways) > _MANY and 2 * len(self._ways) > self._asked:
            self._short = _no_key
            self._ways.clear()

    def _new_session(self, rules: Sequence[Applying]) -> _Session:
        alike: list[Applying] = []
        apart: list[Applying] = []
        for rule, applied in rules:
            if applied is not Verdict.FAIL:
                (alike if self._alike(rule.check) else apart).append((rule, applied))
        others = tuple(rule for rule, applied in rules if applied is Verdict.FAIL)
        return _Session(Bench(self._asking, alike), Bench(self._asking, apart), others)


def panels(asking: Asking, rules: Sequence[CompiledRule]) -> list[Panel]:
    """The panels for a type.

    Where one look is enough for all rules, there is one. Else there is one for the rules of which it is the same for kin
    whether they apply, and one for the others.
    """
    at_once = asking.at_once(rules)
    if at_once is not None:
        return [Panel(asking, rules, at_once, lambda _check: True)]
    alike = [rule for rule in rules if asking.same_for_kin(rule.where)]
    others = [rule for rule in rules if rule not in alike]
    found = [Panel(asking, alike, asking.looker.kin, asking.same_for_kin)] if alike else []
    if others:
        found.append(Panel(asking, others, asking.at_once(others) or _no_key, lambda _check: True))
    return found


def _no_key(_resource: Resource) -> None:
    return None
