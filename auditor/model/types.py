"""The types of resources that the auditor knows: what owns them, how rules reach them, which right reads them.

One record a type. A rule says `children.containers[*]` on a storage account, a snapshot says
`Microsoft.Storage/storageAccounts/blobServices/containers`, a gap says `…/containers/read`: this table connects them.
Models and classifiers have no ARM id; they get one below their account, as the format of the snapshot documents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

SUBSCRIPTION: Final = "Microsoft.Resources/subscriptions"
LOCATION: Final = "Microsoft.Resources/subscriptions/locations"
ACCOUNT: Final = "Microsoft.CognitiveServices/accounts"
DELETED_ACCOUNT: Final = "Microsoft.CognitiveServices/deletedAccounts"
MODEL: Final = "Microsoft.CognitiveServices/accounts/documentModels"
CLASSIFIER: Final = "Microsoft.CognitiveServices/accounts/documentClassifiers"
STORAGE: Final = "Microsoft.Storage/storageAccounts"
DELETED_STORAGE: Final = "Microsoft.Storage/deletedAccounts"
BLOB_SERVICE: Final = "Microsoft.Storage/storageAccounts/blobServices"
CONTAINER: Final = "Microsoft.Storage/storageAccounts/blobServices/containers"
LIFECYCLE_POLICY: Final = "Microsoft.Storage/storageAccounts/managementPolicies"
OBJECT_REPLICATION: Final = "Microsoft.Storage/storageAccounts/objectReplicationPolicies"
INVENTORY_POLICY: Final = "Microsoft.Storage/storageAccounts/inventoryPolicies"
ROLE_ASSIGNMENT: Final = "Microsoft.Authorization/roleAssignments"
DIAGNOSTIC_SETTING: Final = "Microsoft.Insights/diagnosticSettings"
ROLE_DEFINITION: Final = "Microsoft.Authorization/roleDefinitions"
WORKSPACE: Final = "Microsoft.OperationalInsights/workspaces"
WORKSPACE_TABLE: Final = "Microsoft.OperationalInsights/workspaces/tables"
DATA_EXPORT: Final = "Microsoft.OperationalInsights/workspaces/dataExports"
VAULT: Final = "Microsoft.KeyVault/vaults"
BACKUP_VAULT: Final = "Microsoft.DataProtection/backupVaults"
BACKUP_INSTANCE: Final = "Microsoft.DataProtection/backupVaults/backupInstances"
BACKUP_POLICY: Final = "Microsoft.DataProtection/backupVaults/backupPolicies"
PRIVATE_ENDPOINT: Final = "Microsoft.Network/privateEndpoints"
ACCOUNT_PERIMETER: Final = "Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations"
STORAGE_PERIMETER: Final = "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations"
CONNECTION: Final = "Microsoft.CognitiveServices/accounts/connections"
PROJECT: Final = "Microsoft.CognitiveServices/accounts/projects"
PROJECT_CONNECTION: Final = "Microsoft.CognitiveServices/accounts/projects/connections"
OPERATION: Final = "Microsoft.CognitiveServices/accounts/operations"
LOCAL_USER: Final = "Microsoft.Storage/storageAccounts/localUsers"
ENCRYPTION_SCOPE: Final = "Microsoft.Storage/storageAccounts/encryptionScopes"
STORAGE_TASK: Final = "Microsoft.StorageActions/storageTasks"
STORAGE_TASK_ASSIGNMENT: Final = "Microsoft.Storage/storageAccounts/storageTaskAssignments"
# What the auditor finds out by looking at practice has no ARM id: it gets one below what it is about.
ACCOUNT_TLS: Final = "Microsoft.CognitiveServices/accounts/tlsProbes"
STORAGE_TLS: Final = "Microsoft.Storage/storageAccounts/tlsProbes"
DOCUMENT_ACCESS: Final = "Microsoft.OperationalInsights/workspaces/documentAccess"
REQUEST_LOGS: Final = "Microsoft.CognitiveServices/accounts/requestLogs"
BLOB_LOGS: Final = "Microsoft.Storage/storageAccounts/blobLogs"
CALL_METRICS: Final = "Microsoft.CognitiveServices/accounts/callMetrics"
BATCH_RESULTS: Final = "Microsoft.CognitiveServices/accounts/batchResults"
INSPECTION: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/inspections"
REGISTERED_MODEL: Final = "Auditor.Register/models"
ERASURE_REQUEST: Final = "Auditor.Register/erasureRequests"
DECLARED_STORAGE: Final = "Auditor.Register/storage"

DOCUMENT_INTELLIGENCE_KINDS: Final = frozenset({"formrecognizer", "cognitiveservices", "aiservices"})
"""Kinds of cognitive accounts that host Document Intelligence, in lower case (azure-facts 2.1, source D1)."""

FOUNDRY_KINDS: Final = frozenset({"aiservices"})
"""Kinds of cognitive accounts that have projects and connections, in lower case (azure-facts 2.1)."""

ACCOUNT_KEY_SCOPE: Final = "$account-encryption-key"
"""What a container names as its encryption scope where it has none of its own (API, defaultEncryptionScope)."""

ONLY_LIVE: Final = frozenset(
    {
        MODEL.lower(),
        CLASSIFIER.lower(),
        OPERATION.lower(),
        DELETED_ACCOUNT.lower(),
        DELETED_STORAGE.lower(),
        ACCOUNT_PERIMETER.lower(),
        STORAGE_PERIMETER.lower(),
        ACCOUNT_TLS.lower(),
        STORAGE_TLS.lower(),
        DOCUMENT_ACCESS.lower(),
        REQUEST_LOGS.lower(),
        BLOB_LOGS.lower(),
        CALL_METRICS.lower(),
        BATCH_RESULTS.lower(),
        INSPECTION.lower(),
    }
)
"""Types (lower case) that no file of infrastructure code declares: what the data plane, logs, metrics and handshakes
tell, and what Azure derives, as the perimeter that a resource is in (its association is a resource of the perimeter)."""

REGISTER_ID: Final = "/auditor/register"
"""The scope of what the customer states about the estate: registered models, erasure requests, declared storage."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource: `name` as Azure spells it, `owner` the type whose child it is, `relation` its name there.

    `single` tells a child of which there is at most one (`blobServices/default`) from a list. `operation` is the
    right that reads it, and with it the name of a gap. `owner_kinds` are the only kinds of owner that have any.
    """

    name: str
    operation: str
    owner: str | None = None
    relation: str | None = None
    single: bool = False
    label: str = ""
    owner_kinds: frozenset[str] | None = None

    @property
    def key(self) -> str:
        """The type as ARM compares it: without case."""
        return self.name.lower()


def _type(
    name: str,
    owner: str | None,
    relation: str | None,
    label: str,
    *,
    single: bool = False,
    operation: str | None = None,
    owner_kinds: frozenset[str] | None = None,
) -> ResourceType:
    return ResourceType(name, operation or f"{name}/read", owner, relation, single, label, owner_kinds)


_FORM_RECOGNIZER = "Microsoft.CognitiveServices/accounts/FormRecognizer"
RESOURCE_TYPES: Final[tuple[ResourceType, ...]] = (
    _type(SUBSCRIPTION, None, None, "subscription"),
    _type(LOCATION, SUBSCRIPTION, "locations", "region"),
    _type(ACCOUNT, SUBSCRIPTION, "accounts", "Document Intelligence account"),
    _type(DELETED_ACCOUNT, SUBSCRIPTION, "deletedAccounts", "soft-deleted account"),
    _type(STORAGE, SUBSCRIPTION, "storageAccounts", "storage account"),
    _type(DELETED_STORAGE, SUBSCRIPTION, "deletedStorageAccounts", "deleted storage account"),
    _type(ROLE_ASSIGNMENT, SUBSCRIPTION, "roleAssignments", "role assignment"),
    _type(
        MODEL,
        ACCOUNT,
        "models",
        "custom model",
        operation=f"{_FORM_RECOGNIZER}/documentmodels/read",
        owner_kinds=DOCUMENT_INTELLIGENCE_KINDS,
    ),
    _type(
        CLASSIFIER,
        ACCOUNT,
        "classifiers",
        "custom classifier",
        operation=f"{_FORM_RECOGNIZER}/management/get/classifier/read",
        owner_kinds=DOCUMENT_INTELLIGENCE_KINDS,
    ),
    _type(BLOB_SERVICE, STORAGE, "blobService", "blob service", single=True),
    _type(CONTAINER, STORAGE, "containers", "container"),
    _type(LIFECYCLE_POLICY, STORAGE, "lifecyclePolicy", "lifecycle policy", single=True),
    _type(OBJECT_REPLICATION, STORAGE, "objectReplication", "object replication policy"),
    _type(INVENTORY_POLICY, STORAGE, "inventoryPolicies", "inventory policy"),
    _type(ROLE_DEFINITION, SUBSCRIPTION, "roleDefinitions", "role definition"),
    _type(WORKSPACE, SUBSCRIPTION, "workspaces", "Log Analytics workspace"),
    _type(WORKSPACE_TABLE, WORKSPACE, "tables", "table"),
    _type(DATA_EXPORT, WORKSPACE, "dataExports", "data export"),
    _type(VAULT, SUBSCRIPTION, "vaults", "key vault"),
    _type(BACKUP_VAULT, SUBSCRIPTION, "backupVaults", "backup vault"),
    _type(BACKUP_INSTANCE, BACKUP_VAULT, "instances", "backup instance"),
    _type(BACKUP_POLICY, BACKUP_VAULT, "policies", "backup policy"),
    _type(PRIVATE_ENDPOINT, SUBSCRIPTION, "privateEndpoints", "private endpoint"),
    _type(
        ACCOUNT_PERIMETER,
        ACCOUNT,
        "perimeters",
        "network perimeter of an account",
        owner_kinds=DOCUMENT_INTELLIGENCE_KINDS,
    ),
    _type(STORAGE_PERIMETER, STORAGE, "perimeters", "network perimeter of a storage account"),
    _type(CONNECTION, ACCOUNT, "connections", "connection", owner_kinds=FOUNDRY_KINDS),
    _type(PROJECT, ACCOUNT, "projects", "project", owner_kinds=FOUNDRY_KINDS),
    _type(PROJECT_CONNECTION, PROJECT, "connections", "connection of a project"),
    _type(
        OPERATION,
        ACCOUNT,
        "operations",
        "operation on models",
        operation=f"{_FORM_RECOGNIZER}/operations/read",
        owner_kinds=DOCUMENT_INTELLIGENCE_KINDS,
    ),
    _type(LOCAL_USER, STORAGE, "localUsers", "local user"),
    _type(ENCRYPTION_SCOPE, STORAGE, "encryptionScopes", "encryption scope"),
    _type(STORAGE_TASK, SUBSCRIPTION, "storageTasks", "storage task"),
    _type(STORAGE_TASK_ASSIGNMENT, STORAGE, "taskAssignments", "storage task assignment"),
    _type(
        ACCOUNT_TLS,
        ACCOUNT,
        "tlsProbe",
        "TLS probe of an account",
        single=True,
        operation="Auditor.Wire/accountTls/read",
        owner_kinds=DOCUMENT_INTELLIGENCE_KINDS,
    ),
    _type(
        STORAGE_TLS,
        STORAGE,
        "tlsProbe",
        "TLS probe of a storage account",
        single=True,
        operation="Auditor.Wire/storageTls/read",
    ),
    _type(
        DOCUMENT_ACCESS,
        WORKSPACE,
        "documentAccess",
        "log of who reads documents",
        single=True,
        operation="Microsoft.OperationalInsights/workspaces/query/read",
    ),
    _type(
        REQUEST_LOGS,
        ACCOUNT,
        "requestLogs",
        "log of requests",
        single=True,
        operation="Microsoft.OperationalInsights/workspaces/query/AzureDiagnostics/read",
        owner_kinds=DOCUMENT_INTELLIGENCE_KINDS,
    ),
    _type(
        BLOB_LOGS,
        STORAGE,
        "blobLogs",
        "log of blob requests",
        single=True,
        operation="Microsoft.OperationalInsights/workspaces/query/StorageBlobLogs/read",
    ),
    _type(
        CALL_METRICS,
        ACCOUNT,
        "callMetrics",
        "metrics of calls",
        single=True,
        operation="Microsoft.Insights/metrics/read",
        owner_kinds=DOCUMENT_INTELLIGENCE_KINDS,
    ),
    _type(
        BATCH_RESULTS,
        ACCOUNT,
        "batchResults",
        "list of batch analyses",
        single=True,
        operation=f"{_FORM_RECOGNIZER}/analysis/get/batchanalyze/result/read",
        owner_kinds=DOCUMENT_INTELLIGENCE_KINDS,
    ),
    _type(
        INSPECTION,
        CONTAINER,
        "inspection",
        "look at the ages of blobs",
        single=True,
        operation=f"{CONTAINER}/blobs/read",
    ),
    _type(DIAGNOSTIC_SETTING, None, "diagnosticSettings", "diagnostic setting"),
    _type(REGISTERED_MODEL, None, None, "registered model"),
    _type(ERASURE_REQUEST, None, None, "erasure request"),
    _type(DECLARED_STORAGE, None, None, "declared storage account"),
)
REGISTER_TYPES: Final = frozenset(name.lower() for name in (REGISTERED_MODEL, ERASURE_REQUEST, DECLARED_STORAGE))
"""Types (lower case) of what the customer states."""
BY_NAME: Final = {kind.key: kind for kind in RESOURCE_TYPES}
BY_OPERATION: Final = {kind.operation.lower(): kind for kind in RESOURCE_TYPES}


@cache
def relations_of(type_name: str) -> dict[str, ResourceType]:
    """The children of a type by the name under which rules reach them; for reading only."""
    key = type_name.lower()
    owned = {
        kind.relation: kind
        for kind in RESOURCE_TYPES
        if kind.relation is not None and kind.owner is not None and kind.owner.lower() == key
    }
    if key in {ACCOUNT.lower(), STORAGE.lower(), BLOB_SERVICE.lower()}:
        owned["diagnosticSettings"] = BY_NAME[DIAGNOSTIC_SETTING.lower()]
    return owned


@cache
def relation_of(type_name: str, relation: str) -> ResourceType | None:
    """The type of the children that a type has by the name of a relation, in any case."""
    return next((kind for name, kind in relations_of(type_name).items() if name.lower() == relation.lower()), None)


_SUBSCRIPTION_ID = re.compile(r"^(/subscriptions/[^/]+)(?=/|$)", re.IGNORECASE)
_EXTENSION = re.compile(r"^(.+?)/providers/(?:microsoft\.insights/diagnosticsettings)/", re.IGNORECASE)


def subscription_of(resource_id: str) -> str | None:
    """The subscription's id at the head of a resource's id, in lower case; None above subscriptions."""
    match = _SUBSCRIPTION_ID.match(resource_id)
    return match[1].lower() if match else None


def owner_of(resource_id: str, type_name: str) -> str | None:
    """The id (lower case) of the resource whose child this is: the account of a container, say.

    Always a part of its own id, and never the whole: no resource is its own owner, whatever a stranger's snapshot says.
    """
    key = type_name.lower()
    kind = BY_NAME.get(key)
    if key == DIAGNOSTIC_SETTING.lower():
        match = _EXTENSION.match(resource_id)
        return match[1].lower() if match else None
    if kind is None or kind.owner is None:
        return None
    if kind.owner == SUBSCRIPTION:
        subscription = subscription_of(resource_id)
        return None if subscription == resource_id.lower() else subscription
    match = _below(kind.owner.count("/")).match(resource_id)
    return match[1].lower() if match else None


@cache
def _below(levels: int) -> re.Pattern[str]:
    """What stands below a resource whose type has so many names behind its provider; the first group is that resource."""
    return re.compile(rf"^(.+/providers/[^/]+(?:/[^/]+/[^/]+){{{levels}}})/", re.IGNORECASE)
