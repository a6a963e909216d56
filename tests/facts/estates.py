"""Estates for the facts that look at much: every list is read, those of the newer types too, but for what a test hides."""

from __future__ import annotations

from typing import Any

from auditor.model.resource import Gap, ListRead, Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import (
    ACCOUNT,
    BACKUP_INSTANCE,
    BACKUP_POLICY,
    BACKUP_VAULT,
    BLOB_SERVICE,
    BY_NAME,
    DIAGNOSTIC_SETTING,
    OPERATION,
    PRIVATE_ENDPOINT,
    STORAGE,
    VAULT,
    WORKSPACE,
)
from tests.builders import GROUP, child, read, snapshot

_MORE = {
    ACCOUNT: ((OPERATION, ""), (DIAGNOSTIC_SETTING, "")),
    STORAGE: ((DIAGNOSTIC_SETTING, "/blobServices/default"),),
    BACKUP_VAULT: ((BACKUP_INSTANCE, ""), (BACKUP_POLICY, "")),
}


def estate(*resources: Resource, gaps: tuple[Gap, ...] = (), unread: tuple[tuple[str, str], ...] = ()) -> Snapshot:
    """A snapshot in which every list was read, but for gaps and for the (id, type) pairs in `unread`."""
    hidden = {(of.lower(), BY_NAME[name.lower()].operation) for of, name in unread}
    hidden |= {(item.scope.lower(), item.operation) for item in gaps}
    reads: list[ListRead] = [
        read(f"{resource.id}{below}", type_name)
        for resource in resources
        for type_name, below in _MORE.get(resource.type, ())
    ]
    kept = [item for item in reads if (item.of.lower(), item.operation) not in hidden]
    return snapshot(*resources, gaps=gaps, unread=unread).extended((), kept)


def top(type_name: str, name: str, location: Any = "westeurope", **properties: Any) -> Resource:
    """A resource of a resource group."""
    body = {"id": f"{GROUP}/providers/{type_name}/{name}", "type": type_name, "name": name, "location": location}
    return Resource({**body, "properties": properties})


def workspace(name: str = "logs", location: Any = "westeurope", **properties: Any) -> Resource:
    return top(WORKSPACE, name, location, **properties)


def key_vault(name: str = "keys", location: Any = "westeurope") -> Resource:
    return top(VAULT, name, location, vaultUri=f"https://{name}.vault.azure.net/")


def endpoint(name: str = "door", location: Any = "westeurope") -> Resource:
    return top(PRIVATE_ENDPOINT, name, location)


def connection(target: Any, status: Any = "Approved") -> dict[str, Any]:
    state = {"status": status}
    return {"properties": {"privateEndpoint": {"id": target}, "privateLinkServiceConnectionState": state}}


def backup_vault(
    name: str = "safe", location: Any = "westeurope", kind: Any = "LocallyRedundant", **properties: Any
) -> Resource:
    settings = [{"datastoreType": "VaultStore", "type": kind}]
    return top(BACKUP_VAULT, name, location, **{"storageSettings": settings, **properties})


def backup_policy(vault: Resource, *kept: tuple[Any, Any], name: str = "daily") -> Resource:
    """A policy that keeps recovery points in stores, each for a duration."""
    rules = [
        {
            "objectType": "AzureRetentionRule",
            "lifecycles": [{"sourceDataStore": {"dataStoreType": store}, "deleteAfter": {"duration": duration}}],
        }
        for store, duration in kept
    ]
    schedule = {"objectType": "AzureBackupRule", "name": "schedule"}
    return child(vault, BACKUP_POLICY, name, policyRules=[schedule, *rules])


def backup_instance(vault: Resource, store: Any, policy: Resource | None = None, **properties: Any) -> Resource:
    """A backup of a storage account: the resource, its id, or something odd."""
    source = store.id if isinstance(store, Resource) else store
    basic = {
        "dataSourceInfo": {"resourceID": source, "datasourceType": "Microsoft.Storage/storageAccounts/blobServices"},
        "policyInfo": {"policyId": f"{vault.id}/backupPolicies/daily" if policy is None else policy.id},
        "currentProtectionState": "ProtectionConfigured",
    }
    return child(vault, BACKUP_INSTANCE, "docs-backup", **{**basic, **properties})


def of_containers(policy_id: str, *names: Any) -> dict[str, Any]:
    """The policy of an instance, with the containers that it takes."""
    parameters = {"backupDatasourceParametersList": [{"containersList": list(names)}]}
    return {"policyId": policy_id, "policyParameters": parameters}


def setting(
    of: Resource, name: str = "all", logs: Any = ({"categoryGroup": "allLogs", "enabled": True},), **targets: Any
) -> Resource:
    """A diagnostic setting of an account, or of the blob service of a store."""
    below = "/blobServices/default" if of.type in {STORAGE, BLOB_SERVICE} else ""
    identity = f"{of.id}{below}/providers/{DIAGNOSTIC_SETTING}/{name}"
    listed = list(logs) if isinstance(logs, tuple) else logs
    return Resource(
        {"id": identity, "type": DIAGNOSTIC_SETTING, "name": name, "properties": {"logs": listed, **targets}}
    )


def operation(
    account: Resource, kind: Any = "documentModelCopyTo", location: Any = None, **properties: Any
) -> Resource:
    basic = {"kind": kind, "status": "succeeded", "resourceLocation": location}
    return child(account, OPERATION, "op1", **{**basic, **properties})
