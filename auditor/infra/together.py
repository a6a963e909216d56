"""Puts what several files declare into one estate, without one declaration hiding another.

Two files may declare a resource with one id: Bicep beside its compiled JSON, a plan beside the state, or two templates
whose names are parameters of one name. Where both say the same of it and of all that lies below it, it counts once.
Where they differ, the later one gets an id of its own, `… {in FILE}`, with all that lies below it and all that its file
says of it, and both are judged.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from auditor.infra.same_ids import in_resource
from auditor.model.reading import Unread
from auditor.model.resource import Gap, ListRead, Resource, resource_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from auditor.infra.declared import Declared

_PLACE: Final = re.compile(r" \{in [^{}/]*\}$")
_PRINCIPAL: Final = re.compile(r"^(\{principal of )(.*)(\})$")


@dataclass(slots=True)
class Together:
    """What several files declare: resources by key, and how many counted once or got an id of their own."""

    resources: dict[str, Resource] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    reads: list[ListRead] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    folded: int = 0
    apart: int = 0
    _trees: dict[str, set[str]] = field(default_factory=dict)

    def add(self, shown: str, declared: Declared) -> None:
        """Take in what one file declares; `shown` is how reports call it."""
        first = _Moved({})
        for number, layer in enumerate(_layers(declared.resources)):
            label = shown if number == 0 else f"{shown}, {number + 1}"
            own = [first.resource(item) for item in layer]
            moved = self._add(own, label)
            self._note(declared, own, first, moved)
            first = moved if number == 0 else first

    def _note(self, declared: Declared, own: Sequence[Resource], first: _Moved, moved: _Moved) -> None:
        """Keep what a file says beside its resources, about these as they are called after both moves."""

        def now(text: str) -> str:
            return moved.of(first.of(text))

        keys = (item.id for item in own) if declared.changed is None else declared.changed
        self.changed |= {resource_key(now(key)) for key in keys}
        self.gaps += [Gap(now(gap.scope), gap.operation, gap.reason, gap.at) for gap in declared.gaps]
        self.reads += [ListRead(now(read.of), read.operation, read.source, read.at) for read in declared.reads]

    def _add(self, layer: Sequence[Resource], label: str) -> _Moved:
        own = {resource.key: resource for resource in layer}
        trees: defaultdict[str, list[str]] = defaultdict(list)
        for key in own:
            trees[_root(key, own)].append(key)
        same = {root for root, keys in trees.items() if self._is_same(root, keys, own)}
        differing = [root for root in trees if root in self._trees and root not in same]
        place = f"{{in {label.replace('/', ':')}}}"
        moved = _Moved({root: f"{_PLACE.sub('', own[root].id)} {place}" for root in differing})
        self.folded += len(same)
        self.apart += len(differing)
        for root, keys in trees.items():
            if root not in same:
                self._keep([moved.resource(own[key]) for key in keys], label)
        return moved

    def _is_same(self, root: str, keys: Sequence[str], own: Mapping[str, Resource]) -> bool:
        """Whether an earlier file says the same of a resource and all that lies below it."""
        if self._trees.get(root) != set(keys):
            return False
        return all(self.resources[key].body == own[key].body for key in keys)

    def _keep(self, tree: Sequence[Resource], label: str) -> None:
        root = tree[0].key if len(tree) == 1 else min((item.key for item in tree), key=len)
        self._trees[root] = {item.key for item in tree}
        for resource in tree:
            known = self.resources.get(resource.key)
            if known is not None and known.body != resource.body:
                resource = _in_doubt(known, resource, label)  # noqa: PLW2901 - what is kept in its place
            self.resources[resource.key] = resource


def _layers(resources: Sequence[Resource]) -> Iterator[list[Resource]]:
    """The resources of one file, so that no key stands twice in a layer.

    A further declaration of a resource takes along what lies below it: that belongs to the one as well as to the other.
    """
    first: dict[str, Resource] = {}
    rest: list[Resource] = []
    for resource in resources:
        if resource.key not in first:
            first[resource.key] = resource
        elif first[resource.key].body != resource.body:
            rest.append(resource)
    yield list(first.values())
    if rest:
        again = {resource.key for resource in rest}
        below = [item for key, item in first.items() if key not in again and _root(key, again) != key]
        yield from _layers([*rest, *below])


def _root(key: str, keys: Iterable[str]) -> str:
    """The highest of the keys at or above one; the key itself where none lies above it."""
    end = key.find("/", 1)
    while end != -1:
        if key[:end] in keys:
            return key[:end]
        end = key.find("/", end + 1)
    return key


def _in_doubt(known: Resource, other: Resource, label: str) -> Resource:
    """A child that two files declare differently, below a parent that only one of them declares: neither is believed."""
    file = "another file" if known.origin is None else known.origin.file
    why = Unread(f"{file} and {label} declare it differently")
    body: dict[str, Any] = dict.fromkeys({*known.body, *other.body}, why)
    body |= {name: known.body[name] for name in ("id", "type", "name") if name in known.body}
    return Resource(body, known.read, known.origin)


@dataclass(frozen=True, slots=True)
class _Moved:
    """New ids by key of those that got one; says it of all that lies below them too."""

    ids: Mapping[str, str]

    def of(self, text: str) -> str:
        """An id, or the stand-in for a principal, as it is now."""
        if not self.ids or "/" not in text:
            return text
        principal = _PRINCIPAL.match(text)
        if principal:
            return f"{principal[1]}{self.of(principal[2]).lower()}{principal[3]}"
        root = _root(text.rstrip("/").lower(), self.ids)
        new = self.ids.get(root)
        return text if new is None else new + text[len(root) :]

    def resource(self, resource: Resource) -> Resource:
        """A resource, with all ids in it as they are now."""
        return in_resource(resource, self.of) if self.ids else resource
