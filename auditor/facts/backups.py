"""Which backups protect a storage account, for how long they keep blobs, and where (azure-facts 3b, D29).

Operational backup keeps deleted blobs in the account itself; vaulted backup copies them to the vault. A backup vault of
any subscription can protect an account: only those that were seen count, and lists that were not read leave a doubt.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import isodate

from auditor.facts.parts import part_of
from auditor.model.reading import Json, Unread
from auditor.model.resource import resource_key
from auditor.model.snapshot import AZURE, INFRASTRUCTURE
from auditor.model.types import BACKUP_INSTANCE, BACKUP_VAULT, BY_NAME, subscription_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_KINDS: Final[dict[str, Literal["operational", "vaulted"]]] = {
    "operationalstore": "operational",
    "vaultstore": "vaulted",
    "archivestore": "vaulted",
}
_PROTECTING: Final = frozenset(
    {"protectionconfigured", "protectionerror", "configuringprotection", "updatingprotection"}
)
"""States in which the policy says how long recovery points stay."""
_KEEPING: Final = frozenset({"protectionstopped", "backupschedulessuspended"})
"""States in which vaulted recovery points stay without end: all of them once protection is stopped ("data will be held
forever"), the latest one while backups are suspended ("which will be retained forever"; DataProtection API,
BackupInstances_StopProtection and _SuspendBackups). What becomes of them in other states is not documented."""
_SHORTEST_MONTH: Final = 28
_SHORTEST_YEAR: Final = 365
_DAY: Final = 24
_LONGEST_TEXT: Final = 64


@dataclass(frozen=True, slots=True)
class Protection:
    """One backup of an account: of which kind, for how many hours (at least), in which vault, of which containers.

    `containers` None stands for all. Each part may be unread.
    """

    vault_name: str
    vault: Resource | None
    kind: str | Unread
    hours: float | Unread
    containers: frozenset[str] | Unread | None

    def covers(self, container: str | None) -> bool | Unread:
        """Whether it protects a container; None asks for one that was not listed. Operational backup takes all."""
        if self.kind == "operational" or self.containers is None:
            return True
        if isinstance(self.containers, Unread):
            return self.containers
        if container is None:
            return Unread("which containers there are is not known")
        return container in self.containers or (self.kind if isinstance(self.kind, Unread) else False)

    @property
    def words(self) -> str:
        """What it does, in a clause."""
        kind = "a" if isinstance(self.kind, Unread) else "an operational" if self.kind == "operational" else "a vaulted"
        length = "for how long is not known" if isinstance(self.hours, Unread) else _length(self.hours)
        place = "in the account itself" if self.kind == "operational" else f"in backup vault {self.vault_name}"
        managed = f", managed by backup vault {self.vault_name}" if self.kind == "operational" else ""
        return f"{kind} backup keeps deleted blobs {place}{', ' if 'not' in length else ' '}{length}{managed}"


def protections_of(storage: Resource, estate: Estate) -> tuple[Protection, ...]:
    """The backups of an account that were seen."""
    return estate.once("protections", lambda: _by_storage(estate)).get(storage.key, ())


def unseen_backups(storage: Resource, estate: Estate) -> str | None:
    """In a clause, what could not be read of backups that may protect an account; None if that is nothing."""
    if estate.snapshot.header.kind == AZURE and subscription_of(storage.key) is None:
        return f"{storage.name} lies outside of what was read, and so may vaults that protect it"
    return estate.once("unseen backups", lambda: _together(list(_unseen(estate))))


def _together(clauses: list[str]) -> str | None:
    """The first of them and how many more there are: hundreds of subscriptions may be closed to the auditor."""
    rest = f" (and {len(clauses) - 1} more like it)" if len(clauses) > 1 else ""
    return f"{clauses[0]}{rest}" if clauses else None


def _unseen(estate: Estate) -> Iterator[str]:
    snapshot = estate.snapshot
    for scope, unread in snapshot.unlisted(BY_NAME[BACKUP_VAULT.lower()]):
        yield f"backup vaults in subscription {scope.rpartition('/')[2]} were not read: {unread.why}"
    for scope in snapshot.subscriptions if snapshot.header.kind == INFRASTRUCTURE else ():
        if (
            gap := snapshot.gap_at(scope, BY_NAME[BACKUP_VAULT.lower()])
        ) is not None:  # what was not read may have some
            yield f"there may be backup vaults in what was not read: {gap.reason}"
    for vault in snapshot.of_type(BACKUP_VAULT):
        instances = snapshot.listing(vault.id, BACKUP_INSTANCE).unread
        if instances is not None:
            yield f"what backup vault {vault.name} protects was not read: {instances.why}"
    for instance in snapshot.of_type(BACKUP_INSTANCE):
        if _protected(instance) is None:
            yield f"what backup instance {instance.name} protects was not read"


def _by_storage(estate: Estate) -> Mapping[str, tuple[Protection, ...]]:
    found: defaultdict[str, list[Protection]] = defaultdict(list)
    for instance in estate.snapshot.of_type(BACKUP_INSTANCE):
        protected = _protected(instance)
        if protected is not None:
            found[protected].extend(_protections(instance, estate))
    return {storage: tuple(items) for storage, items in found.items()}


def _protected(instance: Resource) -> str | None:
    """The key of the resource that an instance protects; None where it was not read."""
    source = part_of(instance.body.get("properties"), "dataSourceInfo", "resourceID")
    return resource_key(source) if isinstance(source, str) and source else None


def _protections(instance: Resource, estate: Estate) -> Iterator[Protection]:
    """One for each kind of store that the policy keeps recovery points in, at the longest that it says."""
    properties = instance.body.get("properties")
    vault = None if instance.owner is None else estate.snapshot.get(instance.owner)
    name = (instance.owner or "").rpartition("/")[2] if vault is None else vault.name
    containers = _containers(properties)
    state = part_of(properties, "currentProtectionState")
    doubt = _state_doubt(state)
    policy = part_of(properties, "policyInfo", "policyId")
    seen = estate.snapshot.get(policy) if isinstance(policy, str) else None
    kept = _kept(None if seen is None else seen.body.get("properties"))
    endless = isinstance(state, str) and state.lower() in _KEEPING
    for kind, hours in kept:
        known = math.inf if endless and kind == "vaulted" else hours if doubt is None else doubt
        yield Protection(name, vault, kind, known, containers)


def _state_doubt(state: Json) -> Unread | None:
    if state is None or (isinstance(state, str) and state.lower() in _PROTECTING):
        return None
    told = state if isinstance(state, str) else "that was not read"
    return Unread(f"the protection is in a state, {told}, of which it is not known how long recovery points stay")


def _kept(policy: Json) -> list[tuple[str | Unread, float | Unread]]:
    """By kind the most hours that a policy's rules keep recovery points; what was not read of it besides."""
    rules = part_of(policy, "policyRules")
    unread = Unread("the backup policy was not read")
    if not isinstance(rules, list):
        return [(unread, unread)]
    longest: dict[str, float] = {}
    found: list[tuple[str | Unread, float | Unread]] = []
    for item in _lifecycles(rules):
        store = part_of(item, "sourceDataStore", "dataStoreType")
        kind = _KINDS.get(store.lower()) if isinstance(store, str) else None
        hours = _hours(part_of(item, "deleteAfter", "duration"))
        if kind is None or hours is None:
            entry = (
                kind or unread,
                Unread("how long its recovery points stay was not read") if hours is None else hours,
            )
            found.extend([] if entry in found else [entry])
        else:
            longest[kind] = max(longest.get(kind, 0), hours)
    return [*longest.items(), *found] or [(unread, unread)]


def _lifecycles(rules: list[Json]) -> Iterator[Json]:
    """The lifecycles of all rules that retain; rules that only schedule backups have none."""
    for rule in rules:
        lifecycles = part_of(rule, "lifecycles")
        if isinstance(lifecycles, list):
            yield from lifecycles
        elif lifecycles is not None or not isinstance(rule, dict):
            yield None


def _containers(properties: Json) -> frozenset[str] | Unread | None:
    """The containers that an instance names for vaulted backup; None where it names none, so that all may be meant."""
    listed = part_of(properties, "policyInfo", "policyParameters", "backupDatasourceParametersList")
    if listed is None or listed == []:
        return None
    if not isinstance(listed, list):
        return Unread("which containers it protects was not read")
    names = [part_of(item, "containersList") for item in listed]
    if all(item is None for item in names):
        return None
    flat = [name for item in names for name in (item if isinstance(item, list) else [item])]
    if not all(isinstance(name, str) for name in flat):
        return Unread("which containers it protects was not read")
    return frozenset(flat)


def _hours(duration: Json) -> float | None:
    """An ISO 8601 duration in hours; months and years count at their shortest, so that nothing is claimed too long."""
    if not isinstance(duration, str) or len(duration) > _LONGEST_TEXT:
        return None
    try:
        found = isodate.parse_duration(duration)
        days = float(getattr(found, "years", 0)) * _SHORTEST_YEAR + float(getattr(found, "months", 0)) * _SHORTEST_MONTH
        hours = days * _DAY + getattr(found, "tdelta", found).total_seconds() / 3600
    except (isodate.ISO8601Error, OverflowError, ValueError, ArithmeticError):
        return None
    return hours if hours >= 0 else None


def _length(hours: float) -> str:
    if hours == math.inf:
        return "without end"
    return f"for {hours / _DAY:g} day{'' if hours == _DAY else 's'}"
