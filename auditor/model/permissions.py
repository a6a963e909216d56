"""What a set of Azure permissions allows: patterns of actions with stars, and what is taken out of them again.

Each role stands alone: `notActions` take away from the `actions` of the same role, not from those of another
(learn.microsoft.com/azure/role-based-access-control/role-definitions). Deny assignments and conditions are not part
of it. Actions compare without case; a star stands for any text, slashes too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model.reading import Json


@dataclass(frozen=True, slots=True)
class Permission:
    """What one role grants, on the control plane and on data planes."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def allows(self, action: str, *, data: bool = False) -> bool:
        """Whether the role grants an action."""
        granted, taken = (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)
        return covers(granted, action) and not covers(taken, action)


def permission_of(item: Json) -> Permission | None:
    """The permission that Azure wrote down (`actions`, `notActions`, …); None if it is none that can be understood."""
    if not isinstance(item, dict):
        return None
    lists = [_texts(item.get(name)) for name in ("actions", "notActions", "dataActions", "notDataActions")]
    if any(listed is None for listed in lists):
        return None
    return Permission(*(listed for listed in lists if listed is not None))


def covers(patterns: Iterable[str], action: str) -> bool:
    """Whether one of the patterns matches the action."""
    return any(matches(pattern, action) for pattern in patterns)


def matches(pattern: str, action: str) -> bool:
    """Whether a pattern matches an action. Takes no longer for a hostile pattern, as a regular expression would."""
    first, *others = pattern.lower().split("*")
    rest = action.lower()
    if not others:
        return rest == first
    if not rest.startswith(first):
        return False
    rest = rest[len(first) :]
    *middle, last = others
    for part in middle:
        _, found, rest = rest.partition(part) if part else ("", "*", rest)
        if not found:
            return False
    return rest.endswith(last)


def _texts(value: Json) -> tuple[str, ...] | None:
    """The texts of a list; an absent list is empty, and anything that is no list of texts is None."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return tuple(value)
