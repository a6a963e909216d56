"""Which ids mean one resource, where files know only a part of them.

A file names the group or the subscription of a resource in one place and leaves it out in another:
`/subscriptions/{subscription}/resourceGroups/{group}/…/stdocs` and `/subscriptions/1…/resourceGroups/rg-docs/…/stdocs`.
Names of storage accounts and key vaults are unique in all of Azure (naming rules, Microsoft Learn), so the name decides.
Others are the same where all that is known of both ids agrees. Ids have no case, and so `toLower` of a name is that name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from auditor.model.resource import Gap, ListRead, Resource, resource_key
from auditor.model.types import ACCOUNT, BACKUP_VAULT, STORAGE, VAULT, WORKSPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from auditor.infra.declared import Declared
    from auditor.model.reading import Json

STANDING: Final = frozenset(name.lower() for name in (ACCOUNT, STORAGE, VAULT, WORKSPACE, BACKUP_VAULT))
"""Types (lower case) of resources that stand for themselves: rules judge them, and others refer to them."""
_UNIQUE: Final = frozenset({STORAGE.lower(), VAULT.lower()})
"""Types (lower case) of which a name is unique in all of Azure."""
_ID: Final = re.compile(
    r"(?P<scope>.*?)/providers/(?P<type>[^/]+/[^/]+)/(?P<name>[^/]+)(?P<rest>(?:/.*)?)", re.IGNORECASE | re.DOTALL
)
_GROUP: Final = re.compile(r"/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?", re.IGNORECASE)
_PRINCIPAL: Final = re.compile(r"^(\{principal of )(.*)(\})$")
_CASED: Final = re.compile(r"\{to(?:lower|upper)\((.*)\)\}", re.DOTALL)
_OF_A_PLACE: Final = re.compile(r"(?:resourcegroup|subscription|deployment|managementgroup|newguid|utcnow)\(")
"""Functions that answer differently from place to place, so that one text stands for several names."""


@dataclass(frozen=True, slots=True)
class Id:
    """An id in pieces, in small letters: where it lies, type and name of the resource, and what stands below that."""

    scope: str
    type: str
    name: str
    rest: str = ""

    @property
    def decides(self) -> bool:
        """Whether the name alone tells which resource this is."""
        return self.type in _UNIQUE and "{" not in self.name

    def is_same(self, other: Id) -> bool:
        """Whether this is the resource of another id, of the same type and name."""
        if self.decides or self.scope == other.scope:
            return True
        return _OF_A_PLACE.search(self.name) is None and agree(self.scope, other.scope)


def parsed_id(text: str) -> Id | None:
    """The pieces of an id; None for a scope and for what is no id."""
    found = _ID.fullmatch(text.rstrip("/"))
    if found is None:
        return None
    return Id(found["scope"].lower(), found["type"].lower(), folded_name(found["name"]), found["rest"])


def folded_name(name: str) -> str:
    """A name as Azure compares it: without case, and so without functions that change nothing but the case."""
    lowered = name.lower()
    while (found := _CASED.fullmatch(lowered)) and _is_balanced(found[1]):
        lowered = found[1] if "{" in found[1] else f"{{{found[1]}}}"
    return lowered


def _is_balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return depth == 0


def agree(one: str, other: str) -> bool:
    """Whether two scopes may be the same, as far as both are known."""
    if one.startswith("{") or other.startswith("{"):
        return True
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return one.startswith("/") and other.startswith("/") and all(may_be(left, right) for left, right in pairs)


def may_be(one: str, other: str) -> bool:
    """Whether two names (in small letters) may be the same: one of them has unknown parts that fit the other."""
    if "{" not in one and "{" not in other:
        return one == other
    head, tail = _ends(one)
    other_head, other_tail = _ends(other)
    return _fits(head, other_head) and _fits(tail[::-1], other_tail[::-1])


def _ends(name: str) -> tuple[str, str]:
    """What is known of a name before its first unknown part and after its last one."""
    return (name.partition("{")[0], name.rpartition("}")[2]) if "{" in name else (name, name)


def _fits(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


class SameIds:
    """Ids of resources that files declare: finds the one that another id means."""

    def __init__(self, ids: Iterable[str]) -> None:
        """Of several that mean one resource the first counts."""
        self._ids: defaultdict[tuple[str, str], list[tuple[Id, str]]] = defaultdict(list)
        self._groups: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for text in ids:
            parsed = parsed_id(text)
            if parsed is not None and not parsed.rest:
                known = self._ids[parsed.type, parsed.name]
                if not any(item.scope == parsed.scope or parsed.decides for item, _ in known):
                    known.append((parsed, text.rstrip("/")))
                    scope = text[: len(parsed.scope)]
                    self._groups[parsed.scope.rpartition("/")[2]].setdefault(parsed.scope, scope)

    def of(self, text: str) -> str:
        """An id, of a child or an extension too, as the declared resource has it; the text itself where that is not told."""
        if not text.startswith(("/", "{")):
            return text
        principal = _PRINCIPAL.match(text)
        if principal:
            return f"{principal[1]}{self.of(principal[2]).lower()}{principal[3]}"
        parsed = parsed_id(text)
        if parsed is None:
            return self._group(text)
        found = self._declared(parsed)
        return text if found is None else found + parsed.rest

    def _declared(self, wanted: Id) -> str | None:
        known = [(item, text) for item, text in self._ids.get((wanted.type, wanted.name), ()) if item.is_same(wanted)]
        exact = [text for item, text in known if item.scope == wanted.scope]
        return exact[0] if exact else known[0][1] if len(known) == 1 else None

    def _group(self, text: str) -> str:
        """A resource group as the resources in it have it, where its name is known and the subscription may be the same."""
        scope = text.rstrip("/").lower()
        name = scope.rpartition("/")[2]
        if _GROUP.fullmatch(scope) is None or "{" in name or "/resourcegroups/" not in scope:
            return text
        known = self._groups.get(name, {})
        alike = [spelled for key, spelled in known.items() if agree(key, scope)]
        return text if scope in known or len(alike) != 1 else alike[0]


def in_value(value: Json, of: Callable[[str], str]) -> Json:
    """A value with all ids in it as `of` has them; the value itself where none changes."""
    match value:
        case str():
            return of(value)
        case dict():
            found = {of(key): in_value(item, of) for key, item in value.items()}
            return found if any(key not in value or value[key] is not item for key, item in found.items()) else value
        case list() | tuple():
            items = [in_value(item, of) for item in value]
            return items if any(one is not other for one, other in zip(items, value, strict=True)) else value
        case _:
            return value


def in_resource(resource: Resource, of: Callable[[str], str]) -> Resource:
    """A resource with all ids in it as `of` has them."""
    body: Mapping[str, Json] = in_value(resource.body, of)
    return resource if body is resource.body else Resource(body, resource.read, resource.origin)


def unified(files: Sequence[Declared]) -> list[Declared]:
    """What files declare, with one id for each resource that several of them name, or one of them in several ways.

    What Azure makes by itself of an account is left out where another file, without that account, declares it.
    """
    known = SameIds(item.id for declared in files for item in declared.resources if item.type_key in STANDING)
    renamed = [_renamed(declared, known.of) for declared in files]
    told = [
        {item.key: item.owner for item in declared.resources if item.key not in declared.implied}
        for declared in renamed
    ]
    said = {key for own in told for key, owner in own.items() if owner not in own}
    return [without_implied(declared, said) for declared in renamed]


def without_implied(declared: Declared, told: AbstractSet[str]) -> Declared:
    """The same without resources that Azure would make by itself, where something else tells of them, by key."""
    gone = declared.implied & told
    left = tuple(item for item in declared.resources if item.key not in gone)
    return replace(declared, resources=left, implied=declared.implied - gone) if gone else declared


def _renamed(declared: Declared, of: Callable[[str], str]) -> Declared:
    changed = None if declared.changed is None else frozenset(resource_key(of(key)) for key in declared.changed)
    return replace(
        declared,
        resources=tuple(in_resource(item, of) for item in declared.resources),
        gaps=tuple(gap_at(gap, of) for gap in declared.gaps),
        reads=tuple(ListRead(of(read.of), read.operation, read.source, read.at) for read in declared.reads),
        changed=changed,
        implied=frozenset(resource_key(of(key)) for key in declared.implied),
    )


def gap_at(gap: Gap, of: Callable[[str], str]) -> Gap:
    """A gap at the scope as `of` has it."""
    scope = of(gap.scope)
    return gap if scope is gap.scope else replace(gap, scope=scope)
