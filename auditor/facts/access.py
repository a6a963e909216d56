"""Who can list keys, read analysis results or read blobs: role assignments, by what their roles grant.

A group is one principal: its members are not read. Not seen either: eligible roles that are not active, access control
lists of a hierarchical namespace, access that a principal can grant to itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from auditor.facts.addresses import store_id
from auditor.facts.keys import shared_key_access
from auditor.facts.parts import all_of, any_of, part_of
from auditor.facts.roles import is_inherited, role_grants, role_name
from auditor.model.reading import LIVE_SCAN, Json, Unread
from auditor.model.resource import resource_key
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import ACCOUNT, ROLE_ASSIGNMENT, subscription_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_FORM_RECOGNIZER: Final = "Microsoft.CognitiveServices/accounts/FormRecognizer"
_ACCOUNT_KEYS: Final = "Microsoft.CognitiveServices/accounts/listKeys/action"
_STORAGE_KEYS: Final = "Microsoft.Storage/storageAccounts/listKeys/action"
_RESULTS: Final = (
    f"{_FORM_RECOGNIZER}/documentmodels/analyzeresults/read",
    f"{_FORM_RECOGNIZER}/analysis/get/analyze/result/read",
    f"{_FORM_RECOGNIZER}/classification/get/analyze/result/read",
)
"""Data actions that read results, of both generations of names (azure-facts 3h)."""
_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
_LIST_KEYS: Final = "list keys"
_SYSTEM_CONTAINERS: Final = ("$logs", "$blobchangefeed")
"""Containers that Azure fills with logs; they hold no documents."""

_Role: TypeAlias = "Callable[[Json, str | None], str | Unread | None]"
"""What a role (by its id, assigned in a subscription) lets its holder do that counts: words, or None for nothing."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of the roles of one resource. `below`: whether scopes inside the resource count too."""

    key: Hashable
    lets: _Role
    below: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Grant:
    """One role assignment that lets a principal do what counts (`acts`)."""

    principal: str
    type: str | Unread | None
    role: str
    scope: str
    conditional: bool | Unread
    acts: str


@dataclass(frozen=True, slots=True)
class _Assignments:
    """The assignments of a subscription by the key of their scope, and the scopes inside the blob service of each store.

    The scope "" stands for all above the subscription, None for one that was not read.
    """

    at: Mapping[str | None, Sequence[Resource]]
    inside: Mapping[str, Sequence[str]]


def key_readers(resource: Resource, estate: Estate) -> Json:
    """The principals that can list keys or read results, each once with all its roles, and how many they are.

    Where keys are switched off, listing them opens nothing: then only those count who read results, of which a store
    has none. The count is unread where there may be more principals than were seen.
    """
    usable = _keys_work(resource, estate)
    if usable is False and not _is_account(resource):
        return {"principals": [], "count": 0}
    lets = partial(_lists_keys_or_reads_results, resource, estate, usable=usable)
    note = "; keys are switched off, so listing them does not count" if usable is False else ""
    return _readers(resource, estate, _Question(("keys", _is_account(resource), usable), lets, note=note))


def document_readers(resource: Resource, estate: Estate) -> Json:
    """The principals that can read blobs of a store, or results of an account, by the data actions of their roles.

    A role on one container counts as well as one on the account, and one with a condition as well as one without. The
    count is unread where there may be more principals than were seen.
    """
    actions, acts = (_RESULTS, "read results") if _is_account(resource) else ((_BLOBS,), "read blobs")

    def lets(role: Json, subscription: str | None) -> str | Unread | None:
        granted = any_of(role_grants(role, subscription, action, estate, data=True) for action in actions)
        return granted if isinstance(granted, Unread) else acts if granted else None

    return _readers(resource, estate, _Question(("documents", acts), lets, below=not _is_account(resource)))


def lets_read_results(assignment: Resource, estate: Estate) -> bool | Unread:
    """Whether the role of an assignment lets its holder read results of an account in its scope."""
    role = part_of(assignment.body.get("properties"), "roleDefinitionId")
    return any_of(role_grants(role, assignment.owner, action, estate, data=True) for action in _RESULTS)


def _readers(resource: Resource, estate: Estate, question: _Question) -> Json:
    grants: dict[str, list[_Grant]] = {}
    doubt = _unseen(resource, estate)
    for found in _grants(resource, estate, question):
        if isinstance(found, Unread):
            doubt = doubt or found
        else:
            grants.setdefault(found.principal, []).append(found)
    principals: list[Json] = [_principal(grants[key], question.note) for key in sorted(grants)]
    if doubt is not None:
        return {"principals": [*principals, doubt], "count": doubt}
    return {"principals": principals, "count": len(principals)}


def _is_account(resource: Resource) -> bool:
    return resource.type_key == ACCOUNT.lower()


def _keys_work(resource: Resource, estate: Estate) -> bool | Unread:
    """Whether the keys open anything; those of an account do unless they are switched off (azure-facts 2.1)."""
    if not _is_account(resource):
        return shared_key_access(resource, estate)
    off = part_of(resource.body.get("properties"), "disableLocalAuth")
    return off if isinstance(off, Unread) else off is not True


def _unseen(resource: Resource, estate: Estate) -> Unread | None:
    """Why there may be assignments that were not seen."""
    subscription = subscription_of(resource.key)
    in_files = estate.snapshot.header.kind == INFRASTRUCTURE
    if in_files or subscription is None:
        why = "files do not tell who has a role on the scopes above it"
        return Unread(why, settled_by=LIVE_SCAN if in_files else None)
    unread = estate.snapshot.listing(subscription, ROLE_ASSIGNMENT).unread
    return unread and Unread(
        f"role assignments in subscription {subscription.rpartition('/')[2]} were not read: {unread.why}"
    )


def _grants(resource: Resource, estate: Estate, question: _Question) -> Iterator[_Grant | Unread]:
    """What assignments at the resource and above it grant, and those of which that is not known.

    One inside it (on a container, say) grants neither keys nor results. Resources of one kind share what is above them.
    """
    subscription = subscription_of(resource.key)
    found = estate.once(("assignments", subscription), lambda: _assignments(subscription, estate))
    parts = resource.key.split("/")
    scopes = [None, "", *("/".join(parts[:length]) for length in range(2, len(parts) + 1))]
    if question.below:
        scopes += found.inside.get(resource.key, ())
    for scope in scopes:
        if scope in found.at:
            key = ("grants at", subscription, scope, question.key)
            yield from estate.once(key, partial(_granted, found.at[scope], estate, question))


def _granted(assignments: Sequence[Resource], estate: Estate, question: _Question) -> list[_Grant | Unread]:
    found = (_grant(assignment, estate, question) for assignment in assignments)
    return [grant for grant in found if grant is not None]


def _assignments(subscription: str | None, estate: Estate) -> _Assignments:
    """Sort what is assigned in a subscription. What it inherits stands in the list of each subscription."""
    at: dict[str | None, list[Resource]] = {}
    inside: dict[str, list[str]] = {}
    for assignment in estate.snapshot.of_type(ROLE_ASSIGNMENT):
        if assignment.owner in {None, subscription}:
            written = part_of(assignment.body.get("properties"), "scope")
            scope = resource_key(written) if isinstance(written, str) else None
            place = "" if scope is not None and is_inherited(scope) else scope
            if place is not None and place not in at and (store := _store_around(place)) is not None:
                inside.setdefault(store, []).append(place)
            at.setdefault(place, []).append(assignment)
    return _Assignments(at, inside)


def _store_around(scope: str) -> str | None:
    """The storage account in whose blob service a scope lies; None for other scopes and for system containers."""
    found = store_id(scope)
    if found is None or not found.below.startswith("/blobservices") or found.container in _SYSTEM_CONTAINERS:
        return None
    return found.key


def _grant(assignment: Resource, estate: Estate, question: _Question) -> _Grant | Unread | None:
    """What an assignment grants; None if nothing that counts."""
    properties = assignment.body.get("properties")
    scope, role, principal, kind, condition = (
        part_of(properties, name) for name in ("scope", "roleDefinitionId", "principalId", "principalType", "condition")
    )
    acts = question.lets(role, assignment.owner)
    if acts is None or isinstance(acts, Unread):
        return acts
    if not isinstance(principal, str) or not isinstance(scope, str):
        return Unread(f"who holds {role_name(role, estate)}, and where, was not read")
    conditional = condition if isinstance(condition, Unread) else bool(condition)
    kind = kind if isinstance(kind, str | Unread) else None
    return _Grant(principal.lower(), kind, role_name(role, estate), scope, conditional, acts)


def _lists_keys_or_reads_results(
    resource: Resource, estate: Estate, role: Json, subscription: str | None, *, usable: bool | Unread
) -> str | Unread | None:
    action = _ACCOUNT_KEYS if _is_account(resource) else _STORAGE_KEYS
    keys = all_of((usable, role_grants(role, subscription, action, estate, data=False)))
    if keys is True:
        return _LIST_KEYS
    results = _is_account(resource) and any_of(
        role_grants(role, subscription, name, estate, data=True) for name in _RESULTS
    )
    counts = any_of((keys, results))
    return counts if isinstance(counts, Unread) else "read results" if counts else None


def _principal(grants: list[_Grant], note: str) -> dict[str, Json]:
    """One principal with its roles; conditional only if each of them is."""
    grants.sort(key=lambda grant: (len(grant.scope), grant.role))
    first = grants[0]
    roles = sorted({grant.role for grant in grants})
    conditional = all_of(grant.conditional for grant in grants)
    acts = next((grant.acts for grant in grants if grant.acts == _LIST_KEYS), first.acts)
    who = "group" if str(first.type).lower() in {"group", "foreigngroup"} else "principal"
    words = f"{who} {first.principal} may {acts}: {', '.join(roles)} on {first.scope}"
    if who == "group":
        words += "; its members were not seen"
    if conditional is True:
        words += "; under a condition"
    return {
        "id": first.principal,
        "type": first.type,
        "role": ", ".join(roles),
        "scope": first.scope,
        "conditional": conditional,
        "words": f"{words}{note}",
    }
