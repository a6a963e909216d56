"""Role assignments that let an account's identity at blobs: at a storage account, above it, or on one of its containers.

Stores find the assignments that reach them by place, so that an estate of many stores and many assignments stays cheap:
a storage account, a resource group, a subscription, or what lies above a subscription.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from auditor.facts.addresses import store_id
from auditor.facts.parts import any_of, part_of, text_in
from auditor.facts.roles import role_grants, role_name
from auditor.facts.signals.accounts import principals, short
from auditor.facts.signals.link import Link
from auditor.model.reading import Unread
from auditor.model.resource import resource_key
from auditor.model.types import ROLE_ASSIGNMENT, STORAGE, subscription_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource

_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_ON_BLOBS: Final = (f"{_BLOBS}/read", f"{_BLOBS}/write", f"{_BLOBS}/add/action")
"""Data actions that carry bytes of documents: the service reads its input, and writes results of batches."""
_ABOVE: Final = "above "
_LONGEST_CONDITION: Final = 160


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that lets an account's identity at blobs, and where."""

    account: Resource
    role: str
    scope: str
    container: str | None
    condition: Json


@dataclass(frozen=True, slots=True)
class _Places:
    """Grants, and doubts about assignments, by the place at which stores find them."""

    grants: defaultdict[str, list[Grant]] = field(default_factory=lambda: defaultdict(list))
    doubts: dict[str, Unread] = field(default_factory=dict)


def links(estate: Estate) -> Iterator[Link]:
    """A link for each store that a role assignment reaches; the nearest first, and those without a condition."""
    found = _places(estate)
    for storage in estate.snapshot.of_type(STORAGE) if found.grants else ():
        reaching = [grant for place in _places_of(storage) for grant in found.grants.get(place, ())]
        for grant in sorted(reaching, key=lambda grant: bool(grant.condition)):
            yield Link(storage.key, grant.account, "roleAssignment", "grant", _words(grant, storage), grant.container)


def doubt(storage: Resource, estate: Estate) -> Unread | None:
    """Assignments that were not read matter to the stores that they may reach, if any account has an identity."""
    subscription = subscription_of(storage.key)
    if subscription is not None and principals(estate):
        unread = estate.snapshot.listing(subscription, ROLE_ASSIGNMENT).unread
        if unread is not None:
            return Unread(f"role assignments in {short(subscription)} were not read: {unread.why}")
    doubts = _places(estate).doubts
    return next((doubts[place] for place in _places_of(storage) if place in doubts), None) if doubts else None


def lets_at_blobs(assignment: Resource, estate: Estate) -> bool | Unread:
    """Whether the role of an assignment grants reading or writing of blobs, by its definition (azure-facts 2.12, 3e)."""
    role = part_of(assignment.body.get("properties"), "roleDefinitionId")
    subscription = assignment.owner or subscription_of(text_in(role))
    return any_of(role_grants(role, subscription, action, estate, data=True) for action in _ON_BLOBS)


def _places(estate: Estate) -> _Places:
    return estate.once("role assignments", lambda: _sorted_by_place(estate))


def _sorted_by_place(estate: Estate) -> _Places:
    found = _Places()
    known = principals(estate)
    for assignment in estate.snapshot.of_type(ROLE_ASSIGNMENT):
        properties = assignment.body.get("properties")
        principal = part_of(properties, "principalId")
        accounts: Sequence[Resource] = known.get(text_in(principal).lower(), ())
        if not accounts and not isinstance(principal, Unread):
            continue  # somebody else's
        allowed = lets_at_blobs(assignment, estate)
        if allowed is False:
            continue
        scope = _scope_of(assignment)
        place = f"{_ABOVE}{assignment.owner or ''}" if isinstance(scope, Unread) else _place(scope, assignment.owner)
        if place is None:
            continue
        if isinstance(scope, Unread) or isinstance(principal, Unread):
            found.doubts.setdefault(place, Unread("a part of a role assignment was not read"))
        elif isinstance(allowed, Unread):
            why = Unread(f"whether a role lets {accounts[0].name} at its blobs is not known: {allowed.why}")
            found.doubts.setdefault(place, why)
        else:
            found.grants[place] += _grants(assignment, accounts, scope, estate)
    return found


def _grants(assignment: Resource, accounts: Sequence[Resource], scope: str, estate: Estate) -> Iterator[Grant]:
    properties = assignment.body.get("properties")
    role = role_name(part_of(properties, "roleDefinitionId"), estate)
    store = store_id(scope)
    container = None if store is None else store.container
    for account in accounts:
        yield Grant(account, role, scope, container, part_of(properties, "condition"))


def _scope_of(assignment: Resource) -> str | Unread:
    """The key of the scope; an assignment that does not tell it stands below it in its id."""
    scope = part_of(assignment.body.get("properties"), "scope")
    if isinstance(scope, Unread):
        return scope
    own = assignment.key.rpartition(f"/providers/{ROLE_ASSIGNMENT.lower()}/")[0]
    return resource_key(scope) if isinstance(scope, str) else own


def _place(scope: str, owner: str | None) -> str | None:
    """Where stores look for an assignment of this scope; None where it reaches no blobs.

    A subscription's list tells what it inherits from management groups; others need not lie below these.
    """
    if _is_inherited(scope):
        return f"{_ABOVE}{owner or ''}"
    store = store_id(scope)
    if store is None:
        return scope
    on_blobs = not store.below or store.below.startswith("/blobservices")
    return store.key if on_blobs else None


def _is_inherited(scope: str) -> bool:
    """Whether a scope lies above subscriptions: a management group, or the root (`/`, of which the key is empty)."""
    return scope == "" or scope.startswith("/providers/microsoft.management/")


def _places_of(storage: Resource) -> Iterator[str]:
    """The places at which an assignment reaches a store, the nearest first."""
    parts = storage.key.split("/")
    for length in range(len(parts), 1, -1):
        yield "/".join(parts[:length])
    yield f"{_ABOVE}{subscription_of(storage.key) or ''}"
    yield _ABOVE


def _words(grant: Grant, storage: Resource) -> str:
    words = f"the identity of {grant.account.name} has {grant.role} on {_on(grant, storage)}"
    if isinstance(grant.condition, Unread):
        words += ", perhaps under a condition, which was not read"
    elif grant.condition:
        text = " ".join(str(grant.condition).split())
        shown = text if len(text) <= _LONGEST_CONDITION else f"{text[:_LONGEST_CONDITION]}…"
        words += f", under a condition: {shown}"
    return f"{words}, and its firewall lets trusted services in" if _trusts_services(storage) else words


def _on(grant: Grant, storage: Resource) -> str:
    if grant.container is not None:
        return f"its container {grant.container}"
    if grant.scope.startswith(storage.key):
        return "the account"
    if _is_inherited(grant.scope):
        group = grant.scope.rpartition("/")[2]
        return f"the management group {group} above it" if group else "the whole tenant"
    return "its subscription" if grant.scope.count("/") == 2 else "its resource group"  # noqa: PLR2004 - /subscriptions/x


def _trusts_services(storage: Resource) -> bool:
    """Whether the firewall lets Azure's trusted services in, which cognitive accounts of its tenant are (azure-facts 3e).

    Where it lets everything in that adds nothing.
    """
    network = part_of(storage.body.get("properties"), "networkAcls")
    denies = text_in(part_of(network, "defaultAction")).lower() == "deny"
    return denies and "azureservices" in text_in(part_of(network, "bypass")).lower()
