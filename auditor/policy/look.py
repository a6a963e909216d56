"""Looks at resources the way that rules do: what a rule reads of a resource, its facts, children and parent, as a key.

Resources that look the same to a rule are judged the same by it. That is what makes judging large estates quick, and it
rests on one law: a look takes in all that the conditions read (`auditor.policy.views.reads`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.model.reading import MISSING, Json
from auditor.policy.paths import EACH
from auditor.policy.target import FactSource, QuickFacts
from auditor.policy.targets import relation_of
from auditor.policy.views import Tree, digest, grown, reads, shortened, sight, written

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot
    from auditor.policy.condition import Condition
    from auditor.policy.paths import Segment

_NONE: Final[Tree] = {}


class Paths:
    """The paths that conditions read, sorted by where they lead: into the body, facts, children, or the parent."""

    def __init__(self) -> None:
        self.body: Tree = {}
        self.facts: Tree = {}
        self.children: dict[str, Tree] = {}
        self.parent: Paths | None = None

    @classmethod
    def of(cls, conditions: Iterable[Condition], *more: str) -> Paths:
        """All paths of conditions, and more names in the body."""
        found = cls()
        for condition in conditions:
            for segments, whole in reads(condition):
                found.add(segments, whole=whole)
        for name in more:
            found.add((name,), whole=True)
        return found

    def add(self, segments: tuple[Segment, ...], *, whole: bool) -> None:
        """Add one; it leads where `auditor.policy.target.Target.start` says."""
        match str(segments[0]).lower() if segments else "":
            case "facts":
                self.facts = grown(self.facts, segments[1:], whole=whole)
            case "children" if len(segments) > 1:
                relation = str(segments[1]).lower()
                self.children[relation] = grown(self.children.get(relation, {}), segments[2:], whole=whole)
            case "parent":
                self.parent = self.parent or Paths()
                self.parent.add(segments[1:], whole=whole)
            case _:
                self.body = grown(self.body, segments, whole=whole)


class Looker:
    """Makes looks at the resources of one snapshot."""

    def __init__(self, snapshot: Snapshot, facts: FactSource) -> None:
        self.snapshot = snapshot
        self._facts = facts
        self._quick = facts if isinstance(facts, QuickFacts) else None
        self.named: set[Hashable] = set()
        """Kin whose facts tell of one of them by name, as far as anyone looked."""

    def kin(self, resource: Resource) -> Hashable:
        """The kin of a resource, None if it has none."""
        return None if self._quick is None else self._quick.kin(resource)

    def same_for_kin(self, type_name: str, conditions: Iterable[Condition]) -> bool:
        """Whether conditions read nothing in which resources of one kin differ, but for their own names in facts."""
        if self._quick is None:
            return False
        paths = [read for condition in conditions for read in reads(condition)]
        return all(self._quick.same_for_kin(type_name, segments, whole=whole) for segments, whole in paths)

    def facts_are_quick(self, tree: Tree) -> bool:
        """Whether deriving the facts in a tree costs less than finding out who is kin to whom."""
        if tree is None or self._quick is None:
            return tree == _NONE
        return all(str(name).lower() in self._quick.quick for name in tree)

    def look(self, type_name: str, paths: Paths) -> Callable[[Resource], list[Any]]:
        """The look of paths at resources of a type."""
        body = sight(paths.body) if paths.body != _NONE else None
        facts = self._look_at_facts(paths.facts) if paths.facts != _NONE else None
        below = [
            (self.snapshot.lister(kind), kind.single, sight(tree))
            for relation, tree in paths.children.items()
            if (kind := relation_of(type_name, relation)) is not None
        ]
        parent = None if paths.parent is None else self.look_at_owner(paths.parent)

        def look(resource: Resource) -> list[Any]:
            seen: list[Any] = []
            if body is not None:
                seen.append(body(resource.body))
            if facts is not None:
                seen.append(facts(resource))
            for children_of, single, see in below:
                children, unread = children_of(resource.key)
                if single and children:
                    seen.append((see(children[0].body),))
                else:
                    if children:
                        seen.append(see([child.body for child in children]))
                    seen.append(None if unread is None else (unread.why, unread.settled_by))
            if parent is not None:
                seen.append(parent(resource.owner))
            return seen

        return look

    def look_at_owner(self, paths: Paths) -> Callable[[str | None], Hashable]:
        """The look of paths at what owns a resource, by its key; siblings share it."""
        looks: dict[str, Callable[[Resource], list[Any]]] = {}
        known: dict[str | None, Hashable] = {}

        def look(owner: str | None) -> Hashable:
            if owner not in known:
                resource = None if owner is None else self.snapshot.get(owner)
                if resource is None:
                    known[owner] = None
                else:
                    if resource.type_key not in looks:
                        looks[resource.type_key] = self.look(resource.type, paths)
                    known[owner] = resource.type_key, digest(looks[resource.type_key](resource))
            return known[owner]

        return look

    def _look_at_facts(self, tree: Tree) -> Callable[[Resource], int]:
        """What the tree leads to in the facts about a resource, as a number that stands for it.

        Facts are costly to derive and to look at. Resources of one kin have the same facts, but for their own names: so
        what looks the same whatever the name is derived once for all of them.
        """
        see = sight(tree)
        wanted = None if tree is None else tuple(str(name) for name in tree if name is not EACH)
        quick = self.facts_are_quick(tree)
        numbers: dict[Hashable, int] = {}
        by_kin: dict[Hashable, int] = {}

        def derive(resource: Resource) -> tuple[int, bytes]:
            seen = written(see(self._facts_of(resource, wanted)))
            return numbers.setdefault(shortened(seen), len(numbers)), seen

        def look(resource: Resource) -> int:
            kin = None if quick else self.kin(resource)
            if kin is None:
                return derive(resource)[0]
            number = by_kin.get(kin)
            if number is None:
                number, seen = derive(resource)
                if _names(seen, resource):
                    self.named.add(kin)
                elif kin not in self.named:
                    by_kin[kin] = number
            return number

        return look

    def _facts_of(self, resource: Resource, wanted: Sequence[str] | None) -> Json:
        """The facts about a resource: those with these names, or all."""
        if wanted is None or self._quick is None:
            return self._facts.of(resource)
        found = {name: self._quick.one(resource, name) for name in wanted}
        return {name: value for name, value in found.items() if value is not MISSING}


def _names(seen: bytes, resource: Resource) -> bool:
    """Whether what was seen tells of the resource by name, so that it is true of no other."""
    return resource.name.lower() in seen.decode("utf-8", "replace").lower()
