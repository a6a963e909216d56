"""Immutability and legal holds: while they last, nobody can delete a blob, and lifecycle rules fail without a word.

A policy of a blob goes before that of its container, and that before the account's (azure-facts 6, "immutability
precedence"). Policies of blobs are not read. Version-level immutability only makes them possible: it holds nothing by
itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from auditor.facts.bounds import HOURS, Bound, Reason, days, longest
from auditor.facts.parts import any_of, part_of
from auditor.facts.store import property_of
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.facts.store import Store
    from auditor.model.resource import Resource

_CAUSE = "immutability"
_VERSIONS = "has version-level immutability and no default policy; whether a version has a policy was not seen"


def holds_of(store: Store) -> list[Json]:
    """Each documents container, with whether its documents are held; the account, where it has no container yet.

    A storage task that holds blobs, or of which it is not known what it does, may hold any.
    """
    found: list[Json] = [_entry(store, container) for container in store.containers]
    if store.unlisted is not None:
        found.append(Unread(f"the containers were not listed: {store.unlisted.why}"))
    policy = account_hold(store)
    if policy is not None and (not store.containers or store.unlisted is not None):
        found.append({"container": None, "held": _is_held((policy,)), "words": policy.words})
    tasks = (task.words for task in store.tasks if task.unread)
    return [*found, *({"container": None, "held": Unread(words), "words": words} for words in tasks)]


def _entry(store: Store, container: Resource) -> Json:
    reasons = _reasons(store, container)
    answer = property_of(container, "hasImmutabilityPolicy") is True or _is_held(reasons)
    doubt = store.doubts.get(container.name)
    words = "; ".join(reason.words for reason in reasons) or f"container {container.name} has no hold"
    return {"container": container.name, "held": answer if answer is False else doubt or answer, "words": words}


def _is_held(reasons: tuple[Reason, ...]) -> bool | Unread:
    return any_of(Unread(reason.words) if reason.unread else True for reason in reasons)


def held(store: Store, name: str | None) -> Bound:
    """What holds the documents of a container; None stands for one that was not seen."""
    own = next((container for container in store.live if container.name == name), None)
    return longest(_reasons(store, own) if own is not None else [account_hold(store)])


def account_hold(store: Store) -> Reason | None:
    """The default policy of the account, with which it was made, for containers that have none."""
    setting = part_of(store.body, "immutableStorageWithVersioning")
    enabled, policy = part_of(setting, "enabled"), part_of(setting, "immutabilityPolicy")
    if enabled is None or enabled is False:
        return None
    if enabled is not True:
        return Reason(_CAUSE, None, f"immutability of the account was not read{_why(enabled)}", unread=True)
    state = part_of(policy, "state")
    period = None if str(state).lower() == "disabled" else part_of(policy, "immutabilityPeriodSinceCreationInDays")
    return _hold("the account", Unread("its state was not read") if isinstance(state, Unread) else period)


def _reasons(store: Store, container: Resource) -> tuple[Reason, ...]:
    """A legal hold, and one policy: the container's own if it has one, else the account's."""
    found = (_legal_hold(container), _policy(store, container))
    return tuple(reason for reason in found if reason is not None)


def _policy(store: Store, container: Resource) -> Reason | None:
    name = container.name
    on = property_of(container, "hasImmutabilityPolicy")
    period = part_of(
        property_of(container, "immutabilityPolicy"), "properties", "immutabilityPeriodSinceCreationInDays"
    )
    if on is True or (on is None and period is not None):
        if isinstance(period, int | float) and not isinstance(period, bool):
            return _hold(f"container {name}", period, name)
        return Reason(_CAUSE, None, f"container {name} is immutable, for how long was not read", name, unread=True)
    if on is not None and on is not False:
        return Reason(_CAUSE, None, f"its immutability policy was not read{_why(on)}", name, unread=True)
    account = account_hold(store)
    versioned = part_of(property_of(container, "immutableStorageWithVersioning"), "enabled")
    if account is not None or versioned is None or versioned is False:
        return account
    return _hold(f"container {name}", None if versioned is True else versioned, name)


def _hold(place: str, period: Json, container: str | None = None) -> Reason:
    """A policy for a period; without one, version-level immutability alone."""
    if isinstance(period, int | float) and not isinstance(period, bool):
        return Reason(_CAUSE, period * HOURS, f"{place} is immutable for {days(period)}", container)
    words = _VERSIONS if period is None else f"may be immutable, for how long was not read{_why(period)}"
    return Reason(_CAUSE, None, f"{place} {words}", container, unread=True)


def _why(value: Json) -> str:
    return f": {value.why}" if isinstance(value, Unread) else ""


def _legal_hold(container: Resource) -> Reason | None:
    on = property_of(container, "hasLegalHold")
    if on is None or on is False:
        return None
    if on is True:
        return Reason("legalHold", math.inf, f"container {container.name} is under a legal hold", container.name)
    return Reason("legalHold", None, f"its legal hold was not read{_why(on)}", container.name, unread=True)
