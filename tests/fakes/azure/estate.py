"""What a tenant holds, as plain data: the resources that the fake Azure lists, gets and pages.

Every resource is a dictionary as Azure answers it. Models and classifiers, which have no ARM id in Azure, are written
like the auditor's snapshots write them: an id below their account, the data plane's JSON in `properties`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

Json = dict[str, Any]

TENANT: Final = "3f1b2c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"

ACCOUNT: Final = "microsoft.cognitiveservices/accounts"
STORAGE: Final = "microsoft.storage/storageaccounts"

_MANAGEMENT_GROUPS: Final = "/providers/Microsoft.Management/managementGroups"
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_GROUP = re.compile(r"^(/subscriptions/[^/]+)/resourcegroups/[^/]+(/providers/[^/]+/[^/]+)$")
_ASSIGNMENT = re.compile(r"^(.*)/providers/microsoft\.authorization/roleassignments/[^/]+$", re.IGNORECASE)
_DELETED = re.compile(
    r"^(/subscriptions/[^/]+/providers/[^/]+)/locations/[^/]+(?:/resourcegroups/[^/]+)?/(deletedaccounts)/[^/]+$"
)


def key(resource_id: str) -> str:
    """An id as ARM compares it: without case and without a slash at the end."""
    return resource_id.rstrip("/").lower()


class Estate:
    """A tenant: `resources` in the order in which lists give them; nobody changes it once it is made.

    A subscription that is only mentioned in ids exists all the same. `management_groups` names a subscription's
    ancestors (by subscription id, from the root down); role assignments at other management groups are not inherited.
    A subscription that is not in it lies below all of them. `logs` are rows of tables in workspaces, `metrics` are counts
    of calls: see `practice`.
    """

    def __init__(
        self,
        resources: Iterable[Json] = (),
        *,
        tenant_id: str = TENANT,
        management_groups: Mapping[str, tuple[str, ...]] | None = None,
        logs: Iterable[Json] = (),
        metrics: Iterable[Json] = (),
    ) -> None:
        given = tuple(resources)
        self.resources = (*given, *_mentioned_subscriptions(given, tenant_id))
        self.tenant_id = tenant_id
        self.logs = tuple(logs)
        self.metrics = tuple(metrics)
        self.by_id: dict[str, Json] = {}
        self._ancestors = {
            name.lower(): tuple(map(str.lower, groups)) for name, groups in (management_groups or {}).items()
        }
        self._lists: dict[str, list[Json]] = {}
        self._assignments: list[Json] = []
        self._accounts_by_host: dict[str, Json] = {}
        self.stores: dict[str, Json] = {}
        for resource in self.resources:
            self._add(resource)

    def _add(self, resource: Json) -> None:
        identity = key(resource["id"])
        self.by_id[identity] = resource
        if _ASSIGNMENT.match(identity):
            self._assignments.append(resource)
        for collection in _collections(identity):
            self._lists.setdefault(collection, []).append(resource)
        if resource.get("type", "").lower() == STORAGE:
            self.stores[resource["name"].lower()] = resource
        domain = resource.get("properties", {}).get("customSubDomainName")
        if domain and resource.get("type", "").lower() == ACCOUNT:
            host = re.sub(r"^https://([^/]+).*", r"\1", resource["properties"].get("endpoint", "")).lower()
            self._accounts_by_host[host or f"{domain.lower()}.cognitiveservices.azure.com"] = resource

    def list_at(self, path: str) -> list[Json]:
        """The resources of a collection, told by its path, in order; empty if there are none."""
        return self._lists.get(key(path), [])

    def account_at(self, host: str) -> Json | None:
        """The cognitive account whose custom subdomain is this host."""
        return self._accounts_by_host.get(host.lower())

    @property
    def subscriptions(self) -> list[Json]:
        """The subscriptions, in order."""
        return self.list_at("/subscriptions")

    def role_assignments(self, subscription_id: str) -> list[Json]:
        """The assignments at the subscription, above it (inherited) and below it."""
        return [item for item in self._assignments if self._applies(item, subscription_id.lower())]

    def descendants(self, group: str) -> list[Json] | None:
        """What lies below a management group, groups first, as ARM answers it; None if there is no such group."""
        wanted = group.lower()
        below = {name: above for name, above in self._ancestors.items() if wanted in above}
        if not below:
            return None
        deeper = dict.fromkeys(item for above in below.values() for item in above[above.index(wanted) + 1 :])
        groups = [
            {"id": f"{_MANAGEMENT_GROUPS}/{name}", "type": "Microsoft.Management/managementGroups", "name": name}
            for name in deeper
        ]
        return groups + [{"id": f"/subscriptions/{name}", "type": "/subscriptions", "name": name} for name in below]

    def _applies(self, assignment: Json, subscription_id: str) -> bool:
        scope = key(assignment["properties"]["scope"])
        at = _SUBSCRIPTION.match(scope)
        if at:
            return at[1].lower() == subscription_id
        ancestors = self._ancestors.get(subscription_id)
        return not scope or ancestors is None or scope.rpartition("/")[2] in ancestors


def _mentioned_subscriptions(resources: tuple[Json, ...], tenant_id: str) -> list[Json]:
    given = {key(resource["id"]) for resource in resources}
    found: dict[str, Json] = {}
    for resource in resources:
        match = _SUBSCRIPTION.match(resource["id"])
        if match and key(match[0]) not in given:
            found.setdefault(key(match[0]), subscription_body(match[1], tenant_id=tenant_id))
    return list(found.values())


def subscription_body(subscription_id: str, name: str = "", *, state: str = "Enabled", tenant_id: str = TENANT) -> Json:
    """A subscription as `GET /subscriptions` answers it."""
    return {
        "id": f"/subscriptions/{subscription_id}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription_id,
        "tenantId": tenant_id,
        "displayName": name or f"Subscription {subscription_id[:8]}",
        "state": state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _collections(identity: str) -> tuple[str, ...]:
    """The lists that a resource stands in, in lower case: its own, and that of the whole subscription."""
    deleted = _DELETED.match(identity)
    if deleted:
        return (f"{deleted[1]}/{deleted[2]}",)
    own = identity.rpartition("/")[0]
    wide = _GROUP.match(own)
    return (own, f"{wide[1]}{wide[2]}") if wide else (own,)
