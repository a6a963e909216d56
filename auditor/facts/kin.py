"""Which storage accounts have the same facts, but for their own names: these are derived once for all of them.

Estates repeat themselves: thousands of accounts are made from one template. Facts about an account follow from itself and
what lies below it, from what names it elsewhere, and from what holds for its whole subscription or resource group. So
accounts are kin if they lie in one subscription, look the same with all that lies below them, and nothing else in the
snapshot names any of them. What is only for its own kind is derived by itself, as ever.
"""

from __future__ import annotations

import re
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from auditor.facts.links import linked_stores
from auditor.facts.parts import part_of
from auditor.model.reading import plain
from auditor.model.resource import resource_key
from auditor.model.types import (
    BLOB_SERVICE,
    BY_NAME,
    CONTAINER,
    DIAGNOSTIC_SETTING,
    LIFECYCLE_POLICY,
    OBJECT_REPLICATION,
    RESOURCE_TYPES,
    ROLE_ASSIGNMENT,
    STORAGE,
)
from auditor.policy.views import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource

_STORE: Final = re.compile(
    r"(?P<group>(?P<subscription>/subscriptions/[^/]+)/resourcegroups/[^/]+)"
    r"/providers/microsoft\.storage/storageaccounts/(?P<name>[a-z0-9]+)"
)
_WORD: Final = re.compile(r"[a-z0-9]+")
_OF_SUBSCRIPTION: Final = re.compile(r"|/|(/providers/microsoft\.management/.*)|(/subscriptions/[^/]+)")
_OF_GROUP: Final = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+")
_OWN: Final = (STORAGE, BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY)
"""Types of which the bodies name no storage account but the one that they belong to."""
_NAMES: Final = frozenset({"id", "name", "type", "etag", "tags", "systemData", "properties"})
_TIMES: Final = frozenset({"creationTime", "keyCreationTime", "lastModifiedTime", "etag"})
_ADDRESSES: Final = frozenset({"primaryEndpoints", "secondaryEndpoints"})
"""What differs between accounts and no fact is made of, unless the account is named by something: then it has no kin."""


class Kin:
    """The kin of the resources of one estate, as numbers."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._known: dict[str, int | None] = {}
        self._numbers: dict[Hashable, int] = {}
        self._rest = _but(_NAMES)
        self._settings = _but(_TIMES | _ADDRESSES)

    def of(self, resource: Resource) -> Hashable:
        """See `auditor.facts.derive.Facts.kin`."""
        key = resource.key
        if key not in self._known:
            kin = self._kin(resource)
            self._known[key] = None if kin is None else self._numbers.setdefault(kin, len(self._numbers))
        return self._known[key]

    def _kin(self, resource: Resource) -> Hashable:
        place = _STORE.fullmatch(resource.key)
        if place is None or resource.name.lower() != place["name"] or not self._places_are_plain:
            return None
        if resource.key in self._linked or place["name"] in self._named:
            return None
        seen = [self._look(resource)]
        for children_of, below in self._below:
            children, unread = children_of(resource.key + below)
            seen.append(unread and (unread.why, unread.settled_by))
            seen.extend([(child.name, self._look(child)) for child in children])
        special = place["group"] if place["group"] in self._groups else place["subscription"]
        return special, digest(seen)

    def _look(self, resource: Resource) -> tuple[Any, Any]:
        return self._rest(resource.body), self._settings(resource.body.get("properties"))

    @cached_property
    def _below(self) -> list[tuple[Callable[[str], Any], str]]:
        """The lists below a store that facts follow from; those that hang on its blob service among them."""
        lister = self._estate.snapshot.lister
        own = (BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY, OBJECT_REPLICATION)
        below = [(lister(BY_NAME[name.lower()]), "") for name in own]
        return [*below, (lister(BY_NAME[DIAGNOSTIC_SETTING.lower()]), "/blobservices/default")]

    @cached_property
    def _linked(self) -> frozenset[str]:
        return linked_stores(self._estate)

    @cached_property
    def _named(self) -> frozenset[str]:
        """All words in what was read of other types, and in the scopes of gaps: a name that is none of them is not named."""
        own = {name.lower() for name in _OWN}
        others = [item for kind in RESOURCE_TYPES if kind.key not in own for item in self._snapshot_of(kind.name)]
        texts = [repr(plain(item.body)) for item in others]
        texts += [gap.scope for gap in self._estate.snapshot.gaps]
        return frozenset(word for text in texts for word in _WORD.findall(text.lower()))

    def _snapshot_of(self, type_name: str) -> Any:
        return self._estate.snapshot.of_type(type_name)

    @cached_property
    def _scopes(self) -> frozenset[str]:
        """The scopes of role assignments and gaps that are not above resource groups."""
        written = [part_of(item.body.get("properties"), "scope") for item in self._snapshot_of(ROLE_ASSIGNMENT)]
        written += [gap.scope for gap in self._estate.snapshot.gaps]
        scopes = {resource_key(scope) for scope in written if isinstance(scope, str)}
        return frozenset(scope for scope in scopes if _OF_SUBSCRIPTION.fullmatch(scope) is None)

    @cached_property
    def _groups(self) -> frozenset[str]:
        """Resource groups that are special: roles are given on them, or something of them could not be read."""
        return frozenset(scope for scope in self._scopes if _OF_GROUP.fullmatch(scope))

    @cached_property
    def _places_are_plain(self) -> bool:
        """Whether all scopes are resource groups or name a resource, so that it is known which stores they concern."""
        rest = self._scopes - self._groups
        return all(_OF_GROUP.match(scope) and scope.count("/") >= 8 for scope in rest)  # noqa: PLR2004 - …/NAMESPACE/TYPE/NAME


def _but(left_out: frozenset[str]) -> Callable[[Json], Any]:
    """What takes all of an object but these names; the layout stands for the names that are there."""
    layouts: dict[tuple[str, ...], tuple[int, Callable[[Json], Any]]] = {}

    def take(value: Json) -> Any:
        if not isinstance(value, dict):
            return value
        shape = tuple(value)
        layout = layouts.get(shape)
        if layout is None:
            kept = [name for name in shape if name not in left_out]
            layout = layouts[shape] = len(layouts), itemgetter(*kept) if kept else _nothing
        return layout[0], layout[1](value)

    return take


def _nothing(_value: Json) -> None:
    return None
