"""Which storage accounts have the same facts, but for their own names: these are derived once for all of them.

Estates repeat themselves: thousands of accounts are made from one template. Facts about an account follow from itself and
what lies below it, from what names it elsewhere, and from what holds for its whole subscription or resource group. So
accounts are kin if they lie in one subscription, are the same with all that lies below them but for names and times, and
nothing else in the snapshot names any of them. An account without kin has its facts derived for itself.
"""

from __future__ import annotations

import re
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from auditor.facts.links import known_links
from auditor.facts.parts import part_of
from auditor.model.reading import plain
from auditor.model.resource import resource_key
from auditor.model.types import (
    BLOB_LOGS,
    BLOB_SERVICE,
    BY_NAME,
    CONTAINER,
    DIAGNOSTIC_SETTING,
    ENCRYPTION_SCOPE,
    INVENTORY_POLICY,
    LIFECYCLE_POLICY,
    LOCAL_USER,
    OBJECT_REPLICATION,
    RESOURCE_TYPES,
    ROLE_ASSIGNMENT,
    STORAGE,
    STORAGE_PERIMETER,
    STORAGE_TLS,
    relations_of,
)
from auditor.policy.views import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from auditor.facts.estate import Estate
    from auditor.facts.signals.link import Link
    from auditor.model.reading import Json, Unread
    from auditor.model.resource import Resource
    from auditor.policy.paths import Segment

_STORES_OF: Final = re.compile(
    r"(?P<group>(?P<subscription>/subscriptions/[^/]+)/resourcegroups/[^/]+)/providers/microsoft\.storage/storageaccounts"
)
_WORD: Final = re.compile(r"[a-z0-9]+")
_WIDE: Final = re.compile(r"|/|/providers/microsoft\.management/.*|/subscriptions/[^/]+")
_GROUP: Final = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+")
_RESOURCE: Final = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/[^/]+/[^/]+/[^/]+")
_BY_SETTINGS: Final = (
    BLOB_SERVICE,
    CONTAINER,
    LIFECYCLE_POLICY,
    INVENTORY_POLICY,
    ENCRYPTION_SCOPE,
    STORAGE_TLS,
    BLOB_LOGS,
)
"""Types below a store that are the same if their names and properties are."""
_WHOLE: Final = (LOCAL_USER, STORAGE_PERIMETER)
"""Types below a store that are the same only if all of them is."""
_OWN: Final = frozenset(name.lower() for name in (STORAGE, *_BY_SETTINGS, *_WHOLE))
"""Types of which the bodies name no storage account but the one that they belong to."""
_APART: Final = frozenset({"id", "type", "etag", "tags", "systemData", "properties"})
_UNLIKE: Final = frozenset(
    {"creationTime", "keyCreationTime", "lastModifiedTime", "etag", "primaryEndpoints", "secondaryEndpoints"}
)
"""Properties that differ between kin. No fact is made of them but links, and kin have the same links."""
_OF_ITSELF: Final = frozenset(name.lower() for name in _APART - {"properties"})
_DIFFERENT: Final = frozenset(name.lower() for name in _UNLIKE)


class Kin:
    """The kin of the storage accounts of one estate, as numbers."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._known: dict[str, int | None] = {}
        self._numbers: dict[Hashable, int] = {}
        self._places: dict[str, str | None] = {}
        self._look = _settings(_APART | {"name"})
        self._look_below = _settings(_APART)

    def of(self, store: Resource) -> int | None:
        """See `auditor.facts.derive.Facts.kin`."""
        key = store.key
        if key not in self._known:
            kin = self._kin(store)
            self._known[key] = None if kin is None else self._numbers.setdefault(kin, len(self._numbers))
        return self._known[key]

    def _kin(self, store: Resource) -> Hashable:
        group, _, name = store.key.rpartition("/")
        if group not in self._places:
            self._places[group] = self._place(group)
        place = self._places[group]
        written = store.body.get("name")
        if place is None or name in self._named or not (isinstance(written, str) and written.lower() == name):
            return None
        if _WORD.fullmatch(name) is None:
            return None
        links = known_links(store, self._estate)
        seen: list[Any] = [self._look(store.body), [_told(link) for link in links] if links else None]
        for children_of, below, look in self._lists:
            children, unread = children_of(store.key + below)
            seen.append(unread and (unread.why, unread.settled_by))
            seen.append([look(child.body) for child in children])
        return place, digest(seen)

    def _place(self, group: str) -> str | None:
        """What accounts of a resource group have in common: their subscription; the group itself where it is special."""
        found = _STORES_OF.fullmatch(group)
        if found is None or not self._scopes_are_plain:
            return None
        return found["group"] if found["group"] in self._special_groups else found["subscription"]

    @cached_property
    def _lists(
        self,
    ) -> list[tuple[Callable[[str], tuple[Sequence[Resource], Unread | None]], str, Callable[[Json], Any]]]:
        """The lists below a store, but for those that are the same for all: nothing is in them, and all were read."""
        snapshot = self._estate.snapshot
        wanted = [
            *((name, "", self._look_below) for name in _BY_SETTINGS),
            *((name, "", _all_of_it) for name in _WHOLE),
        ]
        wanted += [(OBJECT_REPLICATION, "", _all_of_it)]
        wanted.append((DIAGNOSTIC_SETTING, "/blobservices/default", self._look_below))
        lists = []
        for name, below, look in wanted:
            children_of = snapshot.lister(BY_NAME[name.lower()])
            if snapshot.of_type(name) or any(children_of(item.key + below)[1] for item in snapshot.of_type(STORAGE)):
                lists.append((children_of, below, look))
        return lists

    @cached_property
    def _named(self) -> frozenset[str]:
        """All words in what was read of other types, and in the scopes of gaps: a name that is none of them is not named."""
        snapshot = self._estate.snapshot
        others = (item for kind in RESOURCE_TYPES if kind.key not in _OWN for item in snapshot.of_type(kind.name))
        scopes = (word for gap in snapshot.gaps for word in _WORD.findall(gap.scope.lower()))
        return frozenset({word for item in others for word in _words_of(item)}.union(scopes))

    @cached_property
    def _scopes(self) -> frozenset[str]:
        """The scopes of role assignments and gaps that lie below subscriptions."""
        snapshot = self._estate.snapshot
        written = [part_of(item.body.get("properties"), "scope") for item in snapshot.of_type(ROLE_ASSIGNMENT)]
        written += [gap.scope for gap in snapshot.gaps]
        scopes = {resource_key(scope) for scope in written if isinstance(scope, str)}
        return frozenset(scope for scope in scopes if _WIDE.fullmatch(scope) is None)

    @cached_property
    def _special_groups(self) -> frozenset[str]:
        """Resource groups on which roles are given, or of which something could not be read."""
        return frozenset(scope for scope in self._scopes if _GROUP.fullmatch(scope))

    @cached_property
    def _scopes_are_plain(self) -> bool:
        """Whether each scope is a resource group or names a resource, so that it is known which stores it concerns."""
        return all(_RESOURCE.match(scope) for scope in self._scopes - self._special_groups)


def _words_of(resource: Resource) -> set[str]:
    """The words in a body. A diagnostic setting is named after the store that it hangs on, and does not name it for that."""
    words = set(_WORD.findall(repr(plain(resource.body)).lower()))
    if resource.type_key == DIAGNOSTIC_SETTING.lower():
        _, _, below = resource.key.partition("/storageaccounts/")
        words.discard(below.partition("/")[0])
    return words


def _told(link: Link) -> tuple[str | None, ...]:
    """What facts take from a link to a store."""
    account = None if link.account is None else link.account.key
    return account, link.signal, link.strength, link.container, link.words


def same_for_kin(segments: tuple[Segment, ...], *, whole: bool) -> bool:
    """Whether what a path leads to is the same for accounts that are kin; facts are but for their own names.

    Where not the `whole` of it counts, it is enough that there are as many elements.
    """
    first, *rest = (segment.lower() if isinstance(segment, str) else segment for segment in segments)
    if first == "children" and rest:
        return _same_below(rest, whole=whole)
    return first in {"facts", "parent"} or (first != "name" and _same_in_body([first, *rest]))


def _same_below(path: list[Segment], *, whole: bool) -> bool:
    kind = _RELATIONS.get(str(path[0]))
    if kind is None or kind.name in _WHOLE:
        return kind is not None
    below = path[1:] if kind.single else path[2:]
    return _same_in_body(below) if below else not whole


def _same_in_body(path: list[Segment]) -> bool:
    if path[0] != "properties":
        return path[0] not in _OF_ITSELF
    return len(path) > 1 and path[1] not in _DIFFERENT


_RELATIONS: Final = {
    name.lower(): kind for name, kind in relations_of(STORAGE).items() if kind.name in (*_BY_SETTINGS, *_WHOLE)
}


def _settings(left_out: frozenset[str]) -> Callable[[Json], Any]:
    """What takes of a body all but some names, and of its properties all that does not differ between kin."""
    rest, settings = _but(left_out), _but(_UNLIKE)

    def take(body: Json) -> Any:
        nameless = "name" not in left_out and not (isinstance(name := body.get("name"), str) and name)
        return rest(body), settings(body.get("properties")), body["id"] if nameless else None

    return take


def _but(left_out: frozenset[str]) -> Callable[[Json], Any]:
    """What takes all of an object but these names; a number stands for the names that are there."""
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


def _all_of_it(value: Json) -> Json:
    return value
