"""Reads a lifecycle policy the way Azure's engine does (lifecycle management pages on Microsoft Learn).

A rule covers a container only if it covers all of it: it is on, has no index match, and one of its prefixes, if it has
any, is a prefix of `container/` (`docs` covers `docs2` too). It covers the types of blobs that it names: block blobs,
append blobs; no rule covers page blobs. Several rules that each cover a part are not put together: prefixes cannot say
"all the rest". Conditions are whole days. A condition on the last access bounds nothing, since a blob that is read every
day never expires; one on the last modification starts anew with each write of metadata or properties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model.reading import Json

KINDS_WITH_LIFECYCLE: Final = frozenset({"storagev2", "blobstorage", "blockblobstorage"})
UNTOUCHED: Final = frozenset({"$web", "$logs"})
"""Containers that lifecycle rules never touch (lifecycle management overview)."""
BLOCK, APPEND = "blockblob", "appendblob"
"""The types of blobs that rules can name, in lower case."""


@dataclass(frozen=True, slots=True)
class LifecycleRule:
    """What matters of one rule: which prefixes it covers (none: all), and after how many days it deletes what.

    None where it does not delete that; `blobs` are current versions, `versions` previous ones. A rule that deletes
    some blobs only says in `partial` which, and deletes nothing of what it is asked for. `since_creation` tells that the
    days of blobs count from a moment that does not move; `types` are the types of blobs that it takes.
    """

    name: str
    prefixes: tuple[str, ...]
    blobs: float | None
    snapshots: float | None
    versions: float | None
    partial: str | None = None
    since_creation: bool = False
    types: frozenset[str] = frozenset({BLOCK})

    def covers(self, container: str | None) -> bool:
        """Whether the rule covers every blob of a container; None asks for every container that there may be."""
        if container is not None and container.lower() in UNTOUCHED:
            return False
        if not self.prefixes:
            return True
        return container is not None and any(f"{container}/".startswith(prefix) for prefix in self.prefixes)

    def misses(self, container: str | None) -> str | None:
        """Why the rule does not delete all blobs of a container although it seems to; None if it has nothing to say."""
        touched = not self.prefixes or any(
            prefix.startswith(f"{container}/") or f"{container}/".startswith(prefix) for prefix in self.prefixes
        )
        if container is None or not touched or (self.partial is None and self.blobs is None):
            return None
        if container.lower() in UNTOUCHED:
            return "does not touch this container"
        if self.partial is not None:
            return self.partial
        if BLOCK not in self.types:
            return "takes no block blobs"
        return None if self.covers(container) else f"covers {' and '.join(self.prefixes)} only"


def lifecycle_rules(policy: Json) -> tuple[LifecycleRule, ...]:
    """The rules of a policy resource; whatever is odd about a rule keeps it from deleting anything."""
    rules = _at(policy, "properties", "policy", "rules")
    read = (_rule(item) for item in rules) if isinstance(rules, list) else ()
    return tuple(rule for rule in read if rule is not None)


def soonest(
    rules: Iterable[LifecycleRule], container: str | None, what: str, blob_type: str = BLOCK
) -> tuple[float, str] | None:
    """The fewest days after which a rule deletes `what` (blobs, snapshots, versions) of a container, and its name."""
    found = [
        (days, rule.name)
        for rule in rules
        if blob_type in rule.types and rule.covers(container) and (days := getattr(rule, what)) is not None
    ]
    return min(found, default=None)


def may_cover(rules: Iterable[LifecycleRule], what: str) -> bool:
    """Whether a rule deletes `what` of some container, so that it may cover one that was not listed."""
    return any(getattr(rule, what) is not None for rule in rules)


def _rule(rule: Json) -> LifecycleRule | None:
    """A rule as it stands; one that covers only some blobs deletes nothing, and says why."""
    name = str(_at(rule, "name") or "without a name")
    filters = _at(rule, "definition", "filters")
    actions = _at(rule, "definition", "actions")
    prefixes = _at(filters, "prefixMatch") or []
    if not isinstance(prefixes, list) or not all(isinstance(item, str) for item in prefixes):
        return None
    partial = _partial(rule, filters)
    if partial is not None:
        return LifecycleRule(name, tuple(prefixes), None, None, None, partial)
    deletes = _at(actions, "baseBlob", "delete")
    created, modified = (_days(_at(deletes, part)) for part in _BASE_CONDITIONS)
    days = [number for number in (created, modified) if number is not None]
    return LifecycleRule(
        name=name,
        prefixes=tuple(prefixes),
        blobs=min(days, default=None),
        snapshots=_days(_at(actions, "snapshot", "delete", "daysAfterCreationGreaterThan")),
        versions=_days(_at(actions, "version", "delete", "daysAfterCreationGreaterThan")),
        partial=_last_access(deletes) if not days else None,
        since_creation=created is not None,
        types=_types(filters),
    )


_BASE_CONDITIONS: Final = ("daysAfterCreationGreaterThan", "daysAfterModificationGreaterThan")


def _types(filters: Json) -> frozenset[str]:
    """The types of blobs that a rule takes; block blobs where it names none."""
    types = _at(filters, "blobTypes")
    return frozenset({BLOCK}) if types is None else frozenset(str(item).lower() for item in types)


def _partial(rule: Json, filters: Json) -> str | None:
    """Why a rule leaves blobs out whatever its prefixes; None if it takes every blob of a type."""
    enabled, types = _at(rule, "enabled"), _at(filters, "blobTypes")
    if not (enabled is None or enabled is True):
        return "is off"
    if _at(filters, "blobIndexMatch"):
        return "takes only blobs with certain index tags"
    if types is None or (isinstance(types, list) and {BLOCK, APPEND}.intersection(str(item).lower() for item in types)):
        return None
    return "takes neither block blobs nor append blobs"


def _last_access(deletes: Json) -> str | None:
    counts = _days(_at(deletes, "daysAfterLastAccessTimeGreaterThan")) is not None
    return "counts from the last access, so a blob that is read every day never expires" if counts else None


def _days(value: Json) -> float | None:
    """A number of days; a text or a truth value is none."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _at(value: Json, *names: str) -> Any:  # the value below nested objects, None where there is none
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
