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
        patterns = [pattern for pattern in self._reaching(scope) if not (data and pattern.startswith("*"))]
        return any(fnmatchcase(action.lower(), pattern) for action in actions for pattern in patterns)

    def permissions(self, scope: str) -> list[dict[str, list[str]]]:
        """What is granted at a scope, as Azure lists permissions: those of an owner without any rights given.

        A fake grants patterns, not roles, so the same ones stand under actions and data actions.
        """
        patterns = ["*"] if self._by_scope is None else self._reaching(scope)
        data = [pattern for pattern in patterns if self._by_scope is None or not pattern.startswith("*")]
        return [{"actions": patterns, "notActions": [], "dataActions": data, "notDataActions": []}] if patterns else []

    def _reaching(self, scope: str) -> list[str]:
        """The patterns that were granted at a scope or above it."""
        at = scope.rstrip("/").lower()
        return [
            pattern
            for granted_at, patterns in (self._by_scope or {}).items()
            if at == granted_at or at.startswith(f"{granted_at}/")
            for pattern in patterns
        ]


def _lower(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(pattern.lower() for pattern in patterns)
