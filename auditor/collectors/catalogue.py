"""What the auditor reads from Azure: one record a collector. To add a collector, add a record.

Paths, API versions and permissions: azure-facts 1.3, 2, 3h and the specifications of those versions. Nothing here
imports Azure, so the permissions can be listed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from auditor.collectors.limits import Throttle
from auditor.collectors.questions import (
    Question,
    always,
    document_intelligence,
    has_local_users,
    has_projects,
    holds_blobs,
    keeps_blobs_data,
    logs_blobs,
    logs_requests,
    models,
    receives_logs,
    replicates,
)
from auditor.collectors.shapes import (
    Shape,
    arm_resource,
    classifier,
    custom_model,
    log_table,
    operation,
    role_assignment,
    role_definition,
    subscription,
)
from auditor.lazy import Entry
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    ACCOUNT_TLS,
    BACKUP_INSTANCE,
    BACKUP_POLICY,
    BACKUP_VAULT,
    BLOB_LOGS,
    BLOB_SERVICE,
    BY_NAME,
    CALL_METRICS,
    CLASSIFIER,
    CONNECTION,
    CONTAINER,
    DELETED_ACCOUNT,
    DIAGNOSTIC_SETTING,
    DOCUMENT_ACCESS,
    INSPECTION,
    LIFECYCLE_POLICY,
    LOCAL_USER,
    LOCATION,
    MODEL,
    OBJECT_REPLICATION,
    OPERATION,
    PRIVATE_ENDPOINT,
    PROJECT,
    PROJECT_CONNECTION,
    REQUEST_LOGS,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    STORAGE,
    STORAGE_PERIMETER,
    STORAGE_TLS,
    SUBSCRIPTION,
    VAULT,
    WORKSPACE,
    WORKSPACE_TABLE,
    ResourceType,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Stage(IntEnum):
    """When a collector is asked: each stage begins when the one before it is over, and may look at what that one read.

    `DETAILS` and `PRACTICE` are only for the storage accounts that the caller chooses before them; resources of other
    types take part in every stage.
    """

    LISTS = 0
    SIGNALS = 1
    DETAILS = 2
    PRACTICE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """How resources of one type are read.

    `type` and `owner` are types of `auditor.model.types`; `owner` is the type below each of whose resources this is
    asked once, None for the tenant. `below` leads from the owner to the resource that the answer belongs to
    (`/blobServices/default`), `path` from there to what is asked. With `single` the answer is one resource, else a
    list. `service` names the official client (`clients.SERVICES`).

    `actions` and `data_actions` are the rights that reading it takes. `survey` names a function that finds out in a way
    of its own (a handshake, a query), in place of a GET of `path`; see `auditor.collectors.surveys`. `absent`: the codes of a 404 that mean "there is none" (an empty one: a 404
    that names no code); every other error is a gap. `each`: the list may leave things out, so each item is read once
    more below the list. `after` names types that `question` or `survey`
    look at, which are therefore collected too. `question` decides whether to ask at all; `shape` makes resources of what comes.
    """

    type: str
    owner: str | None
    path: str
    service: str
    api_version: str
    throttle: Throttle
    actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    below: str = ""
    query: str = ""
    single: bool = False
    each: bool = False
    stage: Stage = Stage.LISTS
    survey: Entry | None = None
    absent: frozenset[str] = frozenset()
    after: tuple[str, ...] = ()
    question: Question = always
    shape: Shape = arm_resource

    @property
    def kind(self) -> ResourceType:
        """The row of the table of types."""
        return BY_NAME[self.type.lower()]

    @property
    def operation(self) -> str:
        """The right that names gaps and counts calls."""
        return self.kind.operation


_FORM_RECOGNIZER: Final = "Microsoft.CognitiveServices/accounts/FormRecognizer"
_SUBSCRIPTIONS: Final = "2022-12-01"
_COGNITIVE: Final = "2025-06-01"
_LOG_ANALYTICS: Final = "2025-02-01"
_KEY_VAULT: Final = "2023-07-01"  # specification/keyvault/resource-manager of azure-rest-api-specs, as are the next two
_DATA_PROTECTION: Final = "2023-05-01"  # specification/dataprotection
_NETWORK: Final = "2023-05-01"  # specification/network
_STORAGE: Final = "2025-01-01"
_AUTHORIZATION: Final = "2022-04-01"
_INSIGHTS: Final = "2021-05-01-preview"
_DOCUMENT_INTELLIGENCE: Final = "2024-11-30"

SUBSCRIPTIONS: Final = Collector(
    type=SUBSCRIPTION,
    owner=None,
    path="/subscriptions",
    service="subscriptions",
    api_version=_SUBSCRIPTIONS,
    throttle=Throttle.ARM,
    actions=("Microsoft.Resources/subscriptions/read",),
    shape=subscription,
)
COLLECTORS: Final[tuple[Collector, ...]] = (
    SUBSCRIPTIONS,
    Collector(
        type=LOCATION,
        owner=SUBSCRIPTION,
        path="/locations",
        service="subscriptions",
        api_version=_SUBSCRIPTIONS,
        throttle=Throttle.ARM,
        actions=("Microsoft.Resources/subscriptions/locations/read",),
    ),
    Collector(
        type=ACCOUNT,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.CognitiveServices/accounts",
        service="cognitiveservices",
        api_version=_COGNITIVE,
        throttle=Throttle.ARM,
        actions=("Microsoft.CognitiveServices/accounts/read",),
    ),
    Collector(
        type=DELETED_ACCOUNT,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.CognitiveServices/deletedAccounts",
        service="cognitiveservices",
        api_version=_COGNITIVE,
        throttle=Throttle.ARM,
        actions=("Microsoft.CognitiveServices/deletedAccounts/read",),
    ),
    Collector(
        type=STORAGE,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.Storage/storageAccounts",
        service="storage",
        api_version=_STORAGE,
        throttle=Throttle.STORAGE_LISTS,
        actions=("Microsoft.Storage/storageAccounts/read",),
    ),
    Collector(
        type=ROLE_ASSIGNMENT,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.Authorization/roleAssignments",
        service="authorization",
        api_version=_AUTHORIZATION,
        throttle=Throttle.ARM,
        actions=("Microsoft.Authorization/roleAssignments/read",),
        shape=role_assignment,
    ),
    Collector(
        type=MODEL,
        owner=ACCOUNT,
        path="/documentintelligence/documentModels",
        service="documentintelligence",
        api_version=_DOCUMENT_INTELLIGENCE,
        throttle=Throttle.DOCUMENT_INTELLIGENCE,
        # Two generations of names stand side by side; which one is checked is UNCONFIRMED (azure-facts 3h).
        data_actions=(f"{_FORM_RECOGNIZER}/documentmodels/read", f"{_FORM_RECOGNIZER}/management/get/model/read"),
        each=True,
        question=models,
        shape=custom_model,
    ),
    Collector(
        type=CLASSIFIER,
        owner=ACCOUNT,
        path="/documentintelligence/documentClassifiers",
        service="documentintelligence",
        api_version=_DOCUMENT_INTELLIGENCE,
        throttle=Throttle.DOCUMENT_INTELLIGENCE,
        data_actions=(f"{_FORM_RECOGNIZER}/management/get/classifier/read",),
        each=True,
        question=models,
        shape=classifier,
    ),
    Collector(
        type=DIAGNOSTIC_SETTING,
        owner=ACCOUNT,
        path="/providers/Microsoft.Insights/diagnosticSettings",
        service="subscriptions",  # no client has them (azure-facts 1.3)
        api_version=_INSIGHTS,
        throttle=Throttle.ARM,
        actions=("Microsoft.Insights/diagnosticSettings/read",),
        question=document_intelligence,
    ),
    Collector(
        type=BLOB_SERVICE,
        owner=STORAGE,
        path="/blobServices/default",
        service="storage",
        api_version=_STORAGE,
        throttle=Throttle.STORAGE_READS,
        actions=("Microsoft.Storage/storageAccounts/blobServices/read",),
        single=True,
        question=holds_blobs,
    ),
    Collector(
        type=LIFECYCLE_POLICY,
        owner=STORAGE,
        path="/managementPolicies/default",
        service="storage",
        api_version=_STORAGE,
        throttle=Throttle.STORAGE_READS,
        actions=("Microsoft.Storage/storageAccounts/managementPolicies/read",),
        single=True,
        stage=Stage.DETAILS,
        absent=frozenset({"ManagementPolicyNotFound", ""}),
        question=holds_blobs,
    ),
    Collector(
        type=CONTAINER,
        owner=STORAGE,
        path="/blobServices/default/containers",
        query="&$include=deleted",
        service="storage",
        api_version=_STORAGE,
        throttle=Throttle.STORAGE_LISTS,
        actions=("Microsoft.Storage/storageAccounts/blobServices/containers/read",),
        stage=Stage.DETAILS,
        question=holds_blobs,
    ),
    Collector(
        type=OBJECT_REPLICATION,
        owner=STORAGE,
        path="/objectReplicationPolicies",
        service="storage",
        api_version=_STORAGE,
        throttle=Throttle.STORAGE_LISTS,
        actions=("Microsoft.Storage/storageAccounts/objectReplicationPolicies/read",),
        stage=Stage.DETAILS,
        question=replicates,
    ),
    Collector(
        type=DIAGNOSTIC_SETTING,
        owner=STORAGE,
        below="/blobServices/default",  # where Azure keeps the settings for blob logs (azure-facts 2.8)
        path="/providers/Microsoft.Insights/diagnosticSettings",
        service="subscriptions",
        api_version=_INSIGHTS,
        throttle=Throttle.ARM,
        actions=("Microsoft.Insights/diagnosticSettings/read",),
        stage=Stage.DETAILS,
        question=holds_blobs,
    ),
    Collector(
        type=ROLE_DEFINITION,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.Authorization/roleDefinitions",
        service="authorization",
        api_version=_AUTHORIZATION,
        throttle=Throttle.ARM,
        actions=("Microsoft.Authorization/roleDefinitions/read",),
        shape=role_definition,
    ),
    Collector(
        type=WORKSPACE,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.OperationalInsights/workspaces",
        service="subscriptions",  # one list and its tables need no client of their own
        api_version=_LOG_ANALYTICS,
        throttle=Throttle.ARM,
        actions=("Microsoft.OperationalInsights/workspaces/read",),
    ),
    Collector(
        type=VAULT,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.KeyVault/vaults",
        service="subscriptions",
        api_version=_KEY_VAULT,
        throttle=Throttle.ARM,
        actions=("Microsoft.KeyVault/vaults/read",),
    ),
    Collector(
        type=BACKUP_VAULT,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.DataProtection/backupVaults",
        service="subscriptions",
        api_version=_DATA_PROTECTION,
        throttle=Throttle.ARM,
        actions=("Microsoft.DataProtection/backupVaults/read",),
    ),
    Collector(
        type=BACKUP_INSTANCE,
        owner=BACKUP_VAULT,
        path="/backupInstances",
        service="subscriptions",
        api_version=_DATA_PROTECTION,
        throttle=Throttle.ARM,
        actions=("Microsoft.DataProtection/backupVaults/backupInstances/read",),
    ),
    Collector(
        type=BACKUP_POLICY,
        owner=BACKUP_VAULT,
        path="/backupPolicies",
        service="subscriptions",
        api_version=_DATA_PROTECTION,
        throttle=Throttle.ARM,
        actions=("Microsoft.DataProtection/backupVaults/backupPolicies/read",),
    ),
    Collector(
        type=PRIVATE_ENDPOINT,
        owner=SUBSCRIPTION,
        path="/providers/Microsoft.Network/privateEndpoints",
        service="subscriptions",
        api_version=_NETWORK,
        throttle=Throttle.ARM,
        actions=("Microsoft.Network/privateEndpoints/read",),
    ),
    Collector(
        type=ACCOUNT_PERIMETER,
        owner=ACCOUNT,
        path="/networkSecurityPerimeterConfigurations",
        service="cognitiveservices",
        api_version=_COGNITIVE,
        throttle=Throttle.ARM,
        actions=("Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations/read",),
        question=document_intelligence,
    ),
    Collector(
        type=CONNECTION,
        owner=ACCOUNT,
        path="/connections",
        service="cognitiveservices",
        api_version=_COGNITIVE,
        throttle=Throttle.ARM,
        actions=("Microsoft.CognitiveServices/accounts/connections/read",),
        question=has_projects,
    ),
    Collector(
        type=PROJECT,
        owner=ACCOUNT,
        path="/projects",
        service="cognitiveservices",
        api_version=_COGNITIVE,
        throttle=Throttle.ARM,
        actions=("Microsoft.CognitiveServices/accounts/projects/read",),
        question=has_projects,
    ),
    Collector(
        type=PROJECT_CONNECTION,
        owner=PROJECT,
        path="/connections",
        service="cognitiveservices",
        api_version=_COGNITIVE,
        throttle=Throttle.ARM,
        actions=("Microsoft.CognitiveServices/accounts/projects/connections/read",),
    ),
    Collector(
        type=OPERATION,
        owner=ACCOUNT,
        path="/documentintelligence/operations",
        service="documentintelligence",
        api_version=_DOCUMENT_INTELLIGENCE,
        throttle=Throttle.DOCUMENT_INTELLIGENCE,
        data_actions=(f"{_FORM_RECOGNIZER}/operations/read", f"{_FORM_RECOGNIZER}/operation/list/operations/read"),
        question=models,
        shape=operation,
    ),
    Collector(
        type=DOCUMENT_ACCESS,
        owner=WORKSPACE,
        path="/documentAccess/default",
        service="logs",
        api_version="v1",
        throttle=Throttle.LOGS,
        actions=(
            "Microsoft.OperationalInsights/workspaces/query/read",
            "Microsoft.OperationalInsights/workspaces/query/StorageBlobLogs/read",
        ),
        single=True,
        stage=Stage.SIGNALS,
        after=(ACCOUNT,),
        survey=Entry(
            "auditor.collectors.surveys.logs:document_access", "which containers the accounts' identities use"
        ),
    ),
    Collector(
        type=REQUEST_LOGS,
        owner=ACCOUNT,
        path="/requestLogs/default",
        service="logs",
        api_version="v1",
        throttle=Throttle.LOGS,
        actions=(
            "Microsoft.OperationalInsights/workspaces/query/read",
            "Microsoft.OperationalInsights/workspaces/query/AzureDiagnostics/read",
        ),
        single=True,
        stage=Stage.PRACTICE,
        after=(DIAGNOSTIC_SETTING, WORKSPACE),
        question=logs_requests,
        survey=Entry("auditor.collectors.surveys.logs:requests", "which operations an account has served"),
    ),
    Collector(
        type=CALL_METRICS,
        owner=ACCOUNT,
        path="/callMetrics/default",
        service="subscriptions",  # ARM's own metrics: see `surveys.metrics`
        api_version="2024-02-01",
        throttle=Throttle.ARM,
        actions=("Microsoft.Insights/metrics/read",),
        single=True,
        stage=Stage.PRACTICE,
        question=document_intelligence,
        survey=Entry("auditor.collectors.surveys.metrics:calls", "in which regions calls were served"),
    ),
    Collector(
        type=ACCOUNT_TLS,
        owner=ACCOUNT,
        path="/tlsProbes/default",
        service="",
        api_version="",
        throttle=Throttle.WIRE,
        single=True,
        stage=Stage.PRACTICE,
        question=document_intelligence,
        survey=Entry("auditor.collectors.surveys.tls:probe_account", "which TLS versions the endpoint takes"),
    ),
    Collector(
        type=WORKSPACE_TABLE,
        owner=WORKSPACE,
        path="/tables",
        service="subscriptions",
        api_version=_LOG_ANALYTICS,
        throttle=Throttle.ARM,
        actions=("Microsoft.OperationalInsights/workspaces/tables/read",),
        stage=Stage.PRACTICE,
        after=(DIAGNOSTIC_SETTING, ACCOUNT, STORAGE),
        question=receives_logs,
        shape=log_table,
    ),
    Collector(
        type=STORAGE_PERIMETER,
        owner=STORAGE,
        path="/networkSecurityPerimeterConfigurations",
        service="storage",
        api_version=_STORAGE,
        throttle=Throttle.STORAGE_LISTS,
        actions=("Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read",),
        stage=Stage.DETAILS,
        question=keeps_blobs_data,
    ),
    Collector(
        type=LOCAL_USER,
        owner=STORAGE,
        path="/localUsers",
        service="storage",
        api_version=_STORAGE,
        throttle=Throttle.STORAGE_LISTS,
        actions=("Microsoft.Storage/storageAccounts/localUsers/read",),
        stage=Stage.DETAILS,
        question=has_local_users,
    ),
    Collector(
        type=STORAGE_TLS,
        owner=STORAGE,
        path="/tlsProbes/default",
        service="",
        api_version="",
        throttle=Throttle.WIRE,
        single=True,
        stage=Stage.PRACTICE,
        question=keeps_blobs_data,
        survey=Entry("auditor.collectors.surveys.tls:probe_storage", "which TLS versions the blob endpoint takes"),
    ),
    Collector(
        type=BLOB_LOGS,
        owner=STORAGE,
        path="/blobLogs/default",
        service="logs",
        api_version="v1",
        throttle=Throttle.LOGS,
        actions=(
            "Microsoft.OperationalInsights/workspaces/query/read",
            "Microsoft.OperationalInsights/workspaces/query/StorageBlobLogs/read",
        ),
        single=True,
        stage=Stage.PRACTICE,
        after=(DIAGNOSTIC_SETTING, WORKSPACE),
        question=logs_blobs,
        survey=Entry("auditor.collectors.surveys.logs:blobs", "how clients used the blobs, and when they deleted them"),
    ),
    Collector(
        type=INSPECTION,
        owner=CONTAINER,
        path="/inspections/default",
        service="blobs",
        api_version="",
        throttle=Throttle.BLOBS,
        data_actions=("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",),
        single=True,
        stage=Stage.PRACTICE,
        survey=Entry("auditor.collectors.surveys.blobs:inspect", "how old the oldest blob is"),
    ),
)

MANAGEMENT_GROUP_ACTION: Final = "Microsoft.Management/managementGroups/descendants/read"
"""The right that `--management-group` takes, at that group; it names no resource type of the snapshot."""

PERMISSIONS_ACTION: Final = "Microsoft.Authorization/permissions/read"
"""The right that `auditor doctor` takes, and whose answer is no part of a snapshot either."""
PERMISSIONS_PATH: Final = "/providers/Microsoft.Authorization/permissions"
PERMISSIONS_VERSION: Final = _AUTHORIZATION


@dataclass(frozen=True, slots=True)
class Permissions:
    """Rights on the control plane and on data planes, sorted. Azure grants them by different roles."""

    actions: tuple[str, ...]
    data_actions: tuple[str, ...]


def permissions(types: Iterable[str] | None = None) -> Permissions:
    """The rights that reading these types takes, with the lists that lead to them; all collectors' without types."""
    wanted = None if types is None else with_owners(types)
    chosen = [record for record in COLLECTORS if wanted is None or record.kind.key in wanted]
    return Permissions(
        tuple(sorted({action for record in chosen for action in record.actions})),
        tuple(sorted({action for record in chosen for action in record.data_actions})),
    )


def with_owners(types: Iterable[str]) -> frozenset[str]:
    """These types (any case) and those that lead to them, in lower case: containers need the storage accounts."""
    wanted = {name.lower() for name in types}
    while True:
        asked = [record for record in COLLECTORS if record.kind.key in wanted]
        owners = {name.lower() for record in asked for name in (record.owner, *record.after) if name}
        if owners <= wanted:
            return frozenset(wanted)
        wanted |= owners
