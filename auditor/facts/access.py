"""Who may list keys or read results: role assignments at and above a resource, by what their roles grant.

Not seen: members of groups, eligible roles that are not active, access that somebody may grant to himself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from auditor.facts.parts import all_of, any_of, part_of
from auditor.facts.roles import is_inherited, role_grants, role_name
from auditor.model.reading import LIVE_SCAN, Json, Unread
from auditor.model.resource import resource_key
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import ACCOUNT, ROLE_ASSIGNMENT, subscription_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


@dataclass(frozen=True, slots=True)
class _Grant:
    """One role assignment that lets a principal list keys (`keys`), or only read results."""

    principal: str
    type: str | Unread | None
    role: str
    scope: str
    conditional: bool | Unread
    keys: bool


def key_readers(resource: Resource, estate: Estate) -> Json:
    """The principals that may, each once with all its roles, and how many they are.

    Where keys are switched off, listing them opens nothing: then only those count who read results, of which a store
    has none. A group is one principal. The count is unread where there may be more principals than were seen.
    """
    usable = _keys_work(resource)
    if usable is False and not _is_account(resource):
        return {"principals": [], "count": 0}
    grants: dict[str, list[_Grant]] = {}
    doubt = _unseen(resource, estate)
    for found in _grants(resource, estate, usable=usable):
        if isinstance(found, Unread):
            doubt = doubt or found
        else:
            grants.setdefault(found.principal, []).append(found)
    principals: list[Json] = [_principal(grants[key], usable=usable) for key in sorted(grants)]
    if doubt is not None:
        return {"principals": [*principals, doubt], "count": doubt}
    return {"principals": principals, "count": len(principals)}


def _is_account(resource: Resource) -> bool:
    return resource.type_key == ACCOUNT.lower()


def _keys_work(resource: Resource) -> bool | Unread:
    """Whether the keys open anything; they do unless they are switched off (azure-facts 2.1, 2.3).

    What `allowSharedKeyAccessForServices` says of blobs may go before what is said of the account (unconfirmed there).
    """
    properties = resource.body.get("properties")
    if _is_account(resource):
        off = part_of(properties, "disableLocalAuth")
        return off if isinstance(off, Unread) else off is not True
    on = part_of(properties, "allowSharedKeyAccess")
    blobs = part_of(properties, "allowSharedKeyAccessForServices", "blob", "enabled")
    return any_of(
        (on if isinstance(on, Unread) else on is not False, blobs if isinstance(blobs, Unread) else blobs is True)
    )


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


def _grants(resource: Resource, estate: Estate, *, usable: bool | Unread) -> Iterator[_Grant | Unread]:
    """What assignments at the resource and above it grant, and those of which that is not known.

    One below it (on a container, say) grants neither keys nor results. Resources of one kind share what is above them.
    """
    subscription = subscription_of(resource.key)
    by_scope = estate.once(("assignments by scope", subscription), lambda: _by_scope(subscription, estate))
    parts = resource.key.split("/")
    for scope in (None, "", *("/".join(parts[:length]) for length in range(2, len(parts) + 1))):
        if scope in by_scope:
            key = ("grants at", subscription, scope, _is_account(resource), usable)
            yield from estate.once(key, partial(_granted, resource, by_scope[scope], estate, usable=usable))


def _granted(
    resource: Resource, assignments: Sequence[Resource], estate: Estate, *, usable: bool | Unread
) -> list[_Grant | Unread]:
    found = (_grant(resource, assignment, estate, usable=usable) for assignment in assignments)
    return [grant for grant in found if grant is not None]


def _by_scope(subscription: str | None, estate: Estate) -> Mapping[str | None, Sequence[Resource]]:
    """The assignments in a subscription by the key of their scope; "" for all above it, None for one that is not read.

    Those above stand in the list of each subscription that inherits them.
    """
    found: dict[str | None, list[Resource]] = {}
    for assignment in estate.snapshot.of_type(ROLE_ASSIGNMENT):
        if assignment.owner in {None, subscription}:
            written = part_of(assignment.body.get("properties"), "scope")
            scope = resource_key(written) if isinstance(written, str) else None
            found.setdefault("" if scope is not None and is_inherited(scope) else scope, []).append(assignment)
    return found


def _grant(
    resource: Resource, assignment: Resource, estate: Estate, *, usable: bool | Unread
) -> _Grant | Unread | None:
    """What an assignment grants; None if nothing that counts."""
    properties = assignment.body.get("properties")
    scope, role, principal, kind, condition = (
        part_of(properties, name) for name in ("scope", "roleDefinitionId", "principalId", "principalType", "condition")
    )
    keys = all_of((usable, _lists_keys(resource, role, assignment, estate)))
    counts = any_of((keys, _reads_results(resource, role, assignment, estate)))
    if isinstance(counts, Unread):
        return counts
    if not counts:
        return None
    if not isinstance(principal, str) or not isinstance(scope, str):
        return Unread(f"who holds {role_name(role, estate)}, and where, was not read")
    conditional = condition if isinstance(condition, Unread) else bool(condition)
    kind = kind if isinstance(kind, str | Unread) else None
    return _Grant(principal.lower(), kind, role_name(role, estate), scope, conditional, keys is True)


def _lists_keys(resource: Resource, role: Json, assignment: Resource, estate: Estate) -> bool | Unread:
    action = _ACCOUNT_KEYS if _is_account(resource) else _STORAGE_KEYS
    return role_grants(role, assignment.owner, action, estate, data=False)


def _reads_results(resource: Resource, role: Json, assignment: Resource, estate: Estate) -> bool | Unread:
    if not _is_account(resource):
        return False
    return any_of(role_grants(role, assignment.owner, action, estate, data=True) for action in _RESULTS)


def _principal(grants: list[_Grant], *, usable: bool | Unread) -> dict[str, Json]:
    """One principal with its roles; conditional only if each of them is."""
    grants.sort(key=lambda grant: (len(grant.scope), grant.role))
    first = grants[0]
    roles = sorted({grant.role for grant in grants})
    conditional = all_of(grant.conditional for grant in grants)
    acts = "list keys" if any(grant.keys for grant in grants) else "read results"
    who = "group" if str(first.type).lower() in {"group", "foreigngroup"} else "principal"
    words = f"{who} {first.principal} may {acts}: {', '.join(roles)} on {first.scope}"
    if who == "group":
        words += "; its members were not seen"
    if conditional is True:
        words += "; under a condition"
    if usable is False:
        words += "; keys are switched off, so listing them does not count"
    return {
        "id": first.principal,
        "type": first.type,
        "role": ", ".join(roles),
        "scope": first.scope,
        "conditional": conditional,
        "words": words,
    }
