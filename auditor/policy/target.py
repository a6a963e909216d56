"""What a rule is held against: a resource together with its facts, its children and its parent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from auditor.model.reading import MISSING, Json, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from auditor.model.resource import Resource
    from auditor.policy.paths import Segment


class FactSource(Protocol):
    """Gives the facts about a resource. See `QuickFacts` for what else it may have."""

    def of(self, resource: Resource) -> dict[str, Json]:
        """The facts by name, JSON with `Unread` leaves, for reading only; a fact with nothing to say about this resource is left out."""
        ...


@runtime_checkable
class QuickFacts(FactSource, Protocol):
    """A source that derives each fact only when it is asked for, and knows which resources are alike.

    `quick` names the facts (lower case) that cost less than finding out who is kin to whom.
    """

    quick: frozenset[str]

    def one(self, resource: Resource, name: str) -> Json:
        """The fact with this name, in whatever case; MISSING where there is none or it has nothing to say."""
        ...

    def kin(self, resource: Resource) -> Hashable:
        """A key that resources share whose facts are the same but for their own names; None for one without its like."""
        ...

    def same_for_kin(self, type_name: str, segments: tuple[Segment, ...], *, whole: bool) -> bool:
        """Whether what a path leads to is the same for the kin of a resource of this type, but for its own name in facts.

        Where not the `whole` of it counts, it is enough that there are as many elements.
        """
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """One resource under judgement. Each part is JSON, or `Unread` where the resource could not be seen at all.

    `facts` is asked only when a rule asks, and only for the one that it reads where `fact` gives each by its name, in
    whatever case; `child` gives the children by the name of their relation.
    """

    body: Json
    facts: Callable[[], Json]
    child: Callable[[str], Json]
    parent: Target | None = None
    fact: Callable[[str], Json] | None = None

    def start(self, segments: tuple[Segment, ...]) -> tuple[Json, int]:
        """Where a path begins: a value, and how many segments have led there."""
        match str(segments[0]).lower():
            case "facts" if self.fact is not None and len(segments) > 1:
                return self.fact(str(segments[1])), 2
            case "facts":
                return self.facts(), 1
            case "children" if len(segments) > 1:
                return self.child(str(segments[1])), 2
            case "parent":
                if self.parent is None:
                    return MISSING, 1
                value, used = self.parent.start(segments[1:]) if len(segments) > 1 else (self.parent.body, 0)
                return value, used + 1
            case _:
                return self.body, 0


def unseen(why: Unread, parent: Target | None, child: Callable[[str], Json] | None = None) -> Target:
    """A target for resources that may exist but could not be seen; only its parent can be known.

    `child` says more of their children than that they were not seen either.
    """
    return Target(why, lambda: why, child or (lambda _relation: why), parent)


def given(body: Json, facts: Json, children: Mapping[str, Json], parent: Target | None, *, silent: str) -> Target:
    """A target made from plain data, as the examples of rules are; what is not given is unread because of `silent`."""
    folded = {name.lower(): value for name, value in children.items()}
    return Target(body, lambda: facts, lambda name: folded.get(name.lower(), Unread(silent)), parent)
