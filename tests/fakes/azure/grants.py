"""What the signed-in principal may do: patterns of actions, for the whole tenant or by scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

Granted = Iterable[str] | Mapping[str, Iterable[str]]
"""Patterns like `*/read`, `Microsoft.Storage/storageAccounts/read`; or such patterns by scope (`/subscriptions/…`)."""


class Grants:
    """Answers whether an action is allowed at a scope; without any rights given, everything is.

    As in Azure's roles, a pattern that begins with a star (`*`, `*/read`: Reader) gives no data actions.
    """

    def __init__(self, granted: Granted | None) -> None:
        scoped = granted if isinstance(granted, Mapping) or granted is None else {"/": granted}
        self._by_scope = (
            None if scoped is None else {scope.rstrip("/").lower(): _lower(scoped[scope]) for scope in scoped}
        )

    def allow(self, actions: Iterable[str], scope: str, *, data: bool = False) -> bool:
        """Whether one of the actions is granted at the scope or above it."""
        if self._by_scope is None:
            return True
        at = scope.rstrip("/").lower()
        patterns = [
            pattern
            for granted_at, patterns in self._by_scope.items()
            if at == granted_at or at.startswith(f"{granted_at}/")
            for pattern in patterns
            if not (data and pattern.startswith("*"))
        ]
        return any(fnmatchcase(action.lower(), pattern) for action in actions for pattern in patterns)


def _lower(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(pattern.lower() for pattern in patterns)
