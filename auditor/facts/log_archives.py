"""How long a storage account keeps the logs that diagnostic settings send to it.

Azure Monitor writes them as append blobs into containers `insights-logs-CATEGORY`. Only lifecycle rules of the account
delete them. `retentionPolicy` of a diagnostic setting did so until 30 September 2025, when Azure turned it off (Migrate
diagnostic settings storage retention to Azure Storage lifecycle management, Microsoft Learn): nothing is claimed of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.facts.alive import versions
from auditor.facts.bounds import HOURS
from auditor.facts.bounds import days as days_in_words
from auditor.facts.holds import held
from auditor.facts.lifecycle import APPEND, soonest
from auditor.facts.parts import list_in, part_of, text_in
from auditor.facts.store import read_store
from auditor.facts.subjects import subjects
from auditor.model.reading import Json, Unread
from auditor.model.resource import resource_key
from auditor.model.types import ACCOUNT, DIAGNOSTIC_SETTING, STORAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.bounds import Bound
    from auditor.facts.estate import Estate
    from auditor.facts.store import Store
    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot

_PREFIX: Final = "insights-logs-"
_RETIRED: Final = Unread("the diagnostic setting names days, by a retention that Azure has turned off")


def archives(snapshot: Snapshot) -> frozenset[str]:
    """The keys of the storage accounts that diagnostic settings name, as far as they were seen."""
    named = (part_of(item.body.get("properties"), "storageAccountId") for item in snapshot.of_type(DIAGNOSTIC_SETTING))
    keys = {resource_key(written) for written in named if isinstance(written, str)}
    return frozenset(item.key for item in snapshot.of_type(STORAGE) if item.key in keys)


def archive_of(storage: Resource, estate: Estate) -> Json:
    """For how many days an account keeps logs of accounts and documents; None where it receives none."""
    settings = estate.once("log archives", lambda: _by_archive(estate)).get(storage.key)
    if settings is None:
        return None
    store = read_store(storage, estate)
    retired = _RetiredDays.of(settings)
    if isinstance(store.policy, Unread):
        why = Unread(f"its lifecycle policy was not read: {store.policy.why}")
        return {"unbounded": why, "days": why, "soonestDays": why, **retired.as_json(), "words": why.why}
    names = _containers(store, settings)
    rules = [(soonest(store.rules, name, "blobs", APPEND) or (math.inf, ""))[0] for name in names]
    keeps = [bound for name in names for bound in (held(store, name), versions(store, name))]
    days = max(*rules, *(bound.hours / HOURS for bound in keeps))
    unbounded: bool | Unread = days == math.inf
    if unbounded and retired.longest is not None and all(bound.hours < math.inf for bound in keeps):
        unbounded, days = _RETIRED, retired.longest
    elif not unbounded:
        unbounded = _unseen(store, keeps) or False
    return {
        "unbounded": unbounded,
        "days": Unread("it is unbounded") if days == math.inf else days,
        "soonestDays": _soonest(store, names),
        **retired.as_json(),
        "words": _words(days, unbounded),
    }


def _unseen(store: Store, keeps: list[Bound]) -> Unread | None:
    """What was not read and may keep logs longer."""
    if store.unlisted is not None:
        return Unread(f"its containers were not listed: {store.unlisted.why}")
    return next((Unread(reason.words) for bound in keeps for reason in bound.reasons if reason.unread), None)


def _words(days: float, unbounded: Json) -> str:
    if days == math.inf:
        return "no lifecycle rule deletes the logs, or something keeps them from being deleted"
    told = f"keeps logs for {days_in_words(days)}"
    return f"{told}, as far as was read: {unbounded.why}" if isinstance(unbounded, Unread) else told


@dataclass(frozen=True, slots=True)
class _RetiredDays:
    """The days that diagnostic settings name: the longest if each log has some, the shortest; 0 days are for ever."""

    longest: float | None
    shortest: float | None

    @classmethod
    def of(cls, settings: list[Resource]) -> _RetiredDays:
        named = [_days_of(entry) for setting in settings for entry in _enabled(setting)]
        found = [days for days in named if days is not None]
        return cls(max(found, default=None) if None not in named else None, min(found, default=None))

    def as_json(self) -> dict[str, Json]:
        return {"settingDays": self.shortest, "settingActs": None if self.shortest is None else _RETIRED}


def _days_of(entry: Json) -> float | None:
    policy = part_of(entry, "retentionPolicy")
    days = part_of(policy, "days")
    known = part_of(policy, "enabled") is True and isinstance(days, int | float) and not isinstance(days, bool)
    return days if known and days > 0 else None


def _by_archive(estate: Estate) -> dict[str, list[Resource]]:
    """The diagnostic settings of accounts and document storage that send logs to a storage account, by its key."""
    found: dict[str, list[Resource]] = {}
    for subject, _ in subjects(estate):
        below = "" if subject.type_key == ACCOUNT.lower() else "/blobServices/default"
        for setting in estate.snapshot.listing(f"{subject.id}{below}", DIAGNOSTIC_SETTING).resources:
            written = part_of(setting.body.get("properties"), "storageAccountId")
            if isinstance(written, str) and any(True for _ in _enabled(setting)):
                found.setdefault(resource_key(written), []).append(setting)
    return found


def _enabled(setting: Resource) -> Iterator[Json]:
    for entry in list_in(part_of(setting.body.get("properties"), "logs")):
        if part_of(entry, "enabled") is not False:
            yield entry


def _containers(store: Store, settings: list[Resource]) -> list[str]:
    """The containers that logs go to: those that are there, and those of the categories; any for a group of them."""
    there = {item.name for item in store.live if item.name.startswith(_PREFIX)}
    categories = {text_in(part_of(entry, "category")).lower() for item in settings for entry in _enabled(item)}
    named = {f"{_PREFIX}{category}" for category in categories if category}
    return sorted(there | named) or [_PREFIX]


def _soonest(store: Store, names: list[str]) -> float | None:
    """The fewest days after which a rule deletes any of the logs; None where none does."""
    found = [
        rule.blobs
        for rule in store.rules
        if rule.blobs is not None
        and APPEND in rule.types
        and (not rule.prefixes or any(_touches(prefix, name) for prefix in rule.prefixes for name in names))
    ]
    return min(found, default=None)


def _touches(prefix: str, name: str) -> bool:
    return prefix.startswith(name) or f"{name}/".startswith(prefix)
