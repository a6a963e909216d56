"""Immutability and legal holds: while they last, deletes by lifecycle rules fail without a word (azure-facts 3b)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from auditor.facts.bounds import HOURS, Bound, Reason, days, longest
from auditor.facts.parts import part_of
from auditor.facts.store import property_of
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.store import Store
    from auditor.model.resource import Resource


def held(store: Store, name: str | None) -> Bound:
    """What holds the documents of a container: a policy of the account, its own, a legal hold."""
    holds = [account_hold(store)]
    for container in store.live:
        if container.name == name:
            holds.extend((_legal_hold(container), _immutability(container)))
    return longest(holds)


def account_hold(store: Store) -> Reason | None:
    """Immutability of versions, with which the whole account was made."""
    enabled = part_of(store.body, "immutableStorageWithVersioning", "enabled")
    if isinstance(enabled, Unread):
        return Reason("immutability", None, f"immutability of the account was not read: {enabled.why}", unread=True)
    if enabled is None or enabled is False:
        return None
    policy = part_of(store.body, "immutableStorageWithVersioning", "immutabilityPolicy")
    state = part_of(policy, "state")
    known = not isinstance(state, Unread) and str(state).lower() != "disabled"
    return _hold("the account", part_of(policy, "immutabilityPeriodSinceCreationInDays") if known else None)


def _immutability(container: Resource) -> Reason | None:
    on = property_of(container, "hasImmutabilityPolicy")
    versioned = part_of(property_of(container, "immutableStorageWithVersioning"), "enabled")
    if isinstance(on, Unread):
        words = f"its immutability policy was not read: {on.why}"
        return Reason("immutability", None, words, container.name, unread=True)
    if on is True:
        policy = part_of(property_of(container, "immutabilityPolicy"), "properties")
        period = part_of(policy, "immutabilityPeriodSinceCreationInDays")
        return _hold(f"container {container.name}", period, container.name)
    if versioned is True or isinstance(versioned, Unread):
        return _hold(f"container {container.name}", None, container.name)
    return None


def _hold(place: str, period: Json, container: str | None = None) -> Reason:
    if isinstance(period, int | float) and not isinstance(period, bool):
        return Reason("immutability", period * HOURS, f"{place} is immutable for {days(period)}", container)
    return Reason("immutability", None, f"{place} is immutable, for how long is not known", container, unread=True)


def _legal_hold(container: Resource) -> Reason | None:
    on = property_of(container, "hasLegalHold")
    if isinstance(on, Unread):
        return Reason("legalHold", None, f"its legal hold was not read: {on.why}", container.name, unread=True)
    if on is not True:
        return None
    return Reason("legalHold", math.inf, f"container {container.name} is under a legal hold", container.name)
