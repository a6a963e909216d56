"""Who else may let an account at blobs without a trace: groups, and whoever can sign a link with an Entra identity.

A group may have the account's identity as a member. A user delegation SAS takes two rights of one principal: to get a
user delegation key, by a role on the storage account or above it, and to read or write the blobs, by a role there or on
their container (Create a user delegation SAS, Microsoft Learn).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from auditor.facts.addresses import store_id
from auditor.facts.parts import all_of, any_of, part_of, text_in
from auditor.facts.roles import is_inherited, role_grants
from auditor.facts.signals.accounts import principals
from auditor.facts.signals.grants import lets_at_blobs
from auditor.model.reading import Unread
from auditor.model.resource import resource_key
from auditor.model.types import ROLE_ASSIGNMENT, subscription_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_SIGN: Final = "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"


@dataclass(frozen=True, slots=True)
class Signers:
    """Why somebody else may let an account at blobs: of every container, or of some, by their names."""

    everywhere: Unread | None
    by_container: Mapping[str, Unread]


@dataclass(frozen=True, slots=True)
class _Holder:
    """What a role gives a principal that is no account: access to blobs, and user delegation keys."""

    principal: str
    may_be_group: bool
    at_blobs: bool | Unread
    signs: bool | Unread


@dataclass(frozen=True, slots=True)
class _Holders:
    """Holders by the scope of their role: storage accounts and what lies above them; containers by their account."""

    above: defaultdict[str, list[_Holder]] = field(default_factory=lambda: defaultdict(list))
    on_containers: defaultdict[str, dict[str, list[_Holder]]] = field(default_factory=lambda: defaultdict(dict))


def signers_of(storage: Resource, estate: Estate) -> Signers:
    """Who may let an account at the blobs of a storage account, by the role assignments that were read."""
    known = estate.once("other holders of roles", lambda: _holders(estate))
    whole = [holder for scope in _scopes_of(storage) for holder in known.above.get(scope, ())]
    everywhere = _let_in(whole, whole)
    if everywhere is not None:
        return Signers(everywhere, {})
    by_container = {
        container: why
        for container, holders in known.on_containers.get(storage.key, {}).items()
        if (why := _let_in(holders, whole)) is not None
    }
    return Signers(None, by_container)


def _let_in(readers: Iterable[_Holder], whole: Iterable[_Holder]) -> Unread | None:
    """Why one of these readers may let an account in; `whole` are those whose role covers the account."""
    signing: defaultdict[str, list[bool | Unread]] = defaultdict(list)
    for holder in whole:
        signing[holder.principal].append(holder.signs)
    for reader in readers:
        if reader.at_blobs is False:
            continue
        if reader.may_be_group:
            return Unread(
                f"principal {reader.principal} has a role on blobs and may be a group with an account as a member"
            )
        if all_of((reader.at_blobs, any_of(signing[reader.principal]))) is not False:
            return Unread(f"principal {reader.principal} has a role on blobs and may sign links to them")
    return None


def _holders(estate: Estate) -> _Holders:
    found = _Holders()
    accounts = principals(estate)
    for assignment in estate.snapshot.of_type(ROLE_ASSIGNMENT):
        properties = assignment.body.get("properties")
        principal = text_in(part_of(properties, "principalId")).lower()
        if principal in accounts:
            continue
        role = part_of(properties, "roleDefinitionId")
        subscription = assignment.owner or subscription_of(text_in(role))
        kind = text_in(part_of(properties, "principalType")).lower()
        holder = _Holder(
            principal or "(not read)",
            kind not in {"user", "serviceprincipal", "device"},
            lets_at_blobs(assignment, estate),
            role_grants(role, subscription, _SIGN, estate, data=False),
        )
        if holder.at_blobs is not False or holder.signs is not False:
            _place(holder, assignment, found)
    return found


def _place(holder: _Holder, assignment: Resource, found: _Holders) -> None:
    written = part_of(assignment.body.get("properties"), "scope")
    own = assignment.key.rpartition(f"/providers/{ROLE_ASSIGNMENT.lower()}/")[0]
    scope = resource_key(written) if isinstance(written, str) else own
    store = store_id(scope)
    if store is not None and store.container is not None:
        found.on_containers[store.key].setdefault(store.container, []).append(holder)
    elif is_inherited(scope):
        found.above[f"above {assignment.owner or ''}"].append(holder)
    elif store is None or not store.below or store.below.startswith("/blobservices"):
        found.above[scope if store is None else store.key].append(holder)


def _scopes_of(storage: Resource) -> Iterator[str]:
    """The scopes of roles that cover a storage account."""
    parts = storage.key.split("/")
    yield from ("/".join(parts[:length]) for length in range(len(parts), 1, -1))
    yield f"above {subscription_of(storage.key) or ''}"
    yield "above "
