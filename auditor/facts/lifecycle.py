"""Reads a lifecycle policy the way Azure's engine does (lifecycle management pages on Microsoft Learn).

A rule covers a container only if it covers all of it: it is on, takes block blobs, has no index match, and each of its
prefixes, if any, is a prefix of `container/`. Conditions are whole days; a condition on the last access bounds nothing,
since a blob that is read every day never expires.
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
_BASE_CONDITIONS: Final = ("daysAfterModificationGreaterThan", "daysAfterCreationGreaterThan")


@dataclass(frozen=True, slots=True)
class LifecycleRule:
    """What matters of one rule: which prefixes it covers (none: all), and after how many days it deletes what.

    None where it does not delete that; `blobs` are current versions, `versions` previous ones.
    """

    name: str
    prefixes: tuple[str, ...]
    blobs: float | None
    snapshots: float | None
    versions: float | None

    def covers(self, container: str | None) -> bool:
        """Whether the rule covers every blob of a container; None asks for every container that there may be."""
        if container is not None and container.lower() in UNTOUCHED:
            return False
        if not self.prefixes:
            return True
        return container is not None and any(f"{container}/".startswith(prefix) for prefix in self.prefixes)


def lifecycle_rules(policy: Json) -> tuple[LifecycleRule, ...]:
    """The rules of a policy resource that delete something wholly; whatever is odd about a rule leaves it out."""
    rules = _at(policy, "properties", "policy", "rules")
    read = (_rule(item) for item in rules) if isinstance(rules, list) else ()
    return tuple(rule for rule in read if rule is not None)


def soonest(rules: Iterable[LifecycleRule], container: str | None, what: str) -> tuple[float, str] | None:
    """The fewest days after which a rule deletes `what` (blobs, snapshots, versions) of a container, and its name."""
    found = [
        (days, rule.name) for rule in rules if rule.covers(container) and (days := getattr(rule, what)) is not None
    ]
    return min(found, default=None)


def _rule(rule: Json) -> LifecycleRule | None:
    definition = _at(rule, "definition")
    filters = _at(definition, "filters")
    enabled = _at(rule, "enabled")
    if not (enabled is None or enabled is True) or _at(filters, "blobIndexMatch"):
        return None
    types = _at(filters, "blobTypes")
    if types is not None and not (isinstance(types, list) and any(str(item).lower() == "blockblob" for item in types)):
        return None
    prefixes = _at(filters, "prefixMatch") or []
    if not isinstance(prefixes, list) or not all(isinstance(item, str) for item in prefixes):
        return None
    actions = _at(definition, "actions")
    days_of_blobs = [
        days for name in _BASE_CONDITIONS if (days := _days(_at(actions, "baseBlob", "delete", name))) is not None
    ]
    return LifecycleRule(
        name=str(_at(rule, "name") or "without a name"),
        prefixes=tuple(prefixes),
        blobs=min(days_of_blobs, default=None),
        snapshots=_days(_at(actions, "snapshot", "delete", "daysAfterCreationGreaterThan")),
        versions=_days(_at(actions, "version", "delete", "daysAfterCreationGreaterThan")),
    )


def _days(value: Json) -> float | None:
    """A number of days; a text or a truth value is none."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _at(value: Json, *names: str) -> Any:  # the value below nested objects, None where there is none
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
