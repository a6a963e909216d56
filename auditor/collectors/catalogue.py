"""What the auditor reads from Azure: one record a collector. To add a collector, add a record.

Paths, API versions and permissions: azure-facts 1.3, 2, 3h and the specifications of those versions. Nothing here
imports Azure, so the permissions can be listed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from auditor.collectors.limits import Throttle
from auditor.collectors.questions import (
    Question,
    always,
    document_intelligence,
    has_local_users,
    has_own_scopes,
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
    BATCH_RESULTS,
    BLOB_LOGS,
    BLOB_SERVICE,
    BY_NAME,
    CALL_METRICS,
    CLASSIFIER,
    CONNECTION,
    CONTAINER,
    DATA_EXPORT,
    DELETED_ACCOUNT,
    DELETED_STORAGE,
    DIAGNOSTIC_SETTING,
    DOCUMENT_ACCESS,
    ENCRYPTION_SCOPE,
    INSPECTION,
    INVENTORY_POLICY,
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
    STORAGE_TASK,
    STORAGE_TASK_ASSIGNMENT,
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
    of its own (a handshake, a query), in place of a GET of `path`; see `auditor.collectors.surveys`. `absent`: the codes
    of a 404 that mean "there is none" (an empty one: a 404 that names no code); every other error is a gap. `each`: the
    list may leave things out, so each item is read once more below the list. `after` names types that `question` or
    `survey` look at, which are therefore collected too. `question` decides whether to ask at all; `shape` makes
    resources of what comes.
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
_QUERY: Final = "Microsoft.OperationalInsights/workspaces/query"
_SUBSCRIPTIONS: Final = "2022-12-01"
_COGNITIVE: Final = "2026-07-01"
_LOG_ANALYTICS: Final = "2025-02-01"
_KEY_VAULT: Final = "2026-02-01"  # specification/keyvault/resource-manager of azure-rest-api-specs, as are the next two
_DATA_PROTECTION: Final = "2026-03-01"  # specification/dataprotection
_NETWORK: Final = "2025-07-01"  # specification/network
_STORAGE: Final = "2026-09-01"  # what azure-mgmt-storage 25.3 sends
_STORAGE_ACTIONS: Final = "2023-01-01"  # specification/storageactions
_AUTHORIZATION: Final = "2022-04-01"
_INSIGHTS: Final = "2021-05-01-preview"
_DOCUMENT_INTELLIGENCE: Final = "2024-11-30"


def _arm(type_name: str, service: str, api_version: str, throttle: Throttle = Throttle.ARM, **more: Any) -> Collector:
    """What ARM lists (or has one of) below the owner that the table of types names: address and right follow from that."""
    kind = BY_NAME[type_name.lower()]
    owner = str(kind.owner)
    below = type_name.removeprefix(owner) if type_name.startswith(f"{owner}/") else f"/providers/{type_name}"
    asked: dict[str, Any] = {
        "path": f"{below}/default" if kind.single else below,
        "actions": (kind.operation,),
        "single": kind.single,
        **more,
    }
    return Collector(type=type_name, owner=owner, service=service, api_version=api_version, throttle=throttle, **asked)


def _data_plane(type_name: str, path: str, *rights: str, **more: Any) -> Collector:
    """What the data plane of Document Intelligence lists.

    Two generations of rights stand side by side; which one is checked is UNCONFIRMED (azure-facts 3h).
    """
    return Collector(
        type=type_name,
        owner=ACCOUNT,
        path=f"/documentintelligence/{path}",
        service="documentintelligence",
        api_version=_DOCUMENT_INTELLIGENCE,
        throttle=Throttle.DOCUMENT_INTELLIGENCE,
        data_actions=tuple(f"{_FORM_RECOGNIZER}/{right}/read" for right in rights),
        question=models,
        **more,
    )


def _survey(type_name: str, throttle: Throttle, survey: Entry, service: str = "", **more: Any) -> Collector:
    """What is found out in a way of its own, as the one child of its kind."""
    asked: dict[str, Any] = {"api_version": "", "stage": Stage.PRACTICE, **more}
    return Collector(
        type=type_name,
        owner=BY_NAME[type_name.lower()].owner,
        path=f"/{type_name.rpartition('/')[2]}/default",
        service=service,
        throttle=throttle,
        single=True,
        survey=survey,
        **asked,
    )


def _query(type_name: str, table: str, name: str, summary: str, **more: Any) -> Collector:
    """What the logs of workspaces tell; `table` is the one that the right names."""
    rights = (f"{_QUERY}/read", f"{_QUERY}/{table}/read")
    entry = Entry(f"auditor.collectors.surveys.logs:{name}", summary)
    return _survey(type_name, Throttle.LOGS, entry, "logs", api_version="v1", actions=rights, **more)


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
_SETTINGS: Final[dict[str, Any]] = {
    "type": DIAGNOSTIC_SETTING,
    "path": "/providers/Microsoft.Insights/diagnosticSettings",
    "service": "subscriptions",  # no client has them (azure-facts 1.3)
    "api_version": _INSIGHTS,
    "throttle": Throttle.ARM,
    "actions": ("Microsoft.Insights/diagnosticSettings/read",),
}
_ABOUT_LOGS: Final = (DIAGNOSTIC_SETTING, WORKSPACE)

# Where no client of its own is named, `subscriptions` sends: one list needs no further package.
COLLECTORS: Final[tuple[Collector, ...]] = (
    SUBSCRIPTIONS,
    _arm(LOCATION, "subscriptions", _SUBSCRIPTIONS),
    _arm(ACCOUNT, "cognitiveservices", _COGNITIVE),
    _arm(DELETED_ACCOUNT, "cognitiveservices", _COGNITIVE),
    _arm(STORAGE, "storage", _STORAGE, Throttle.STORAGE_LISTS),
    _arm(DELETED_STORAGE, "storage", _STORAGE, Throttle.STORAGE_LISTS),
    _arm(ROLE_ASSIGNMENT, "authorization", _AUTHORIZATION, shape=role_assignment),
    _arm(ROLE_DEFINITION, "authorization", _AUTHORIZATION, shape=role_definition),
    _arm(WORKSPACE, "subscriptions", _LOG_ANALYTICS),
    _arm(VAULT, "subscriptions", _KEY_VAULT),
    _arm(BACKUP_VAULT, "subscriptions", _DATA_PROTECTION),
    _arm(BACKUP_INSTANCE, "subscriptions", _DATA_PROTECTION),
    _arm(BACKUP_POLICY, "subscriptions", _DATA_PROTECTION),
    _arm(PRIVATE_ENDPOINT, "subscriptions", _NETWORK),
    _arm(STORAGE_TASK, "subscriptions", _STORAGE_ACTIONS),
    # An account, and what it holds.
    Collector(**_SETTINGS, owner=ACCOUNT, question=document_intelligence),
    _arm(ACCOUNT_PERIMETER, "cognitiveservices", _COGNITIVE, question=document_intelligence),
    _arm(CONNECTION, "cognitiveservices", _COGNITIVE, question=has_projects),
    _arm(PROJECT, "cognitiveservices", _COGNITIVE, question=has_projects),
    _arm(PROJECT_CONNECTION, "cognitiveservices", _COGNITIVE),
    _data_plane(MODEL, "documentModels", "documentmodels", "management/get/model", each=True, shape=custom_model),
    _data_plane(CLASSIFIER, "documentClassifiers", "management/get/classifier", each=True, shape=classifier),
    _data_plane(OPERATION, "operations", "operations", "operation/list/operations", shape=operation),
    # A storage account, and what it holds.
    _arm(BLOB_SERVICE, "storage", _STORAGE, Throttle.STORAGE_READS, question=holds_blobs),
    _arm(
        *(LIFECYCLE_POLICY, "storage", _STORAGE, Throttle.STORAGE_READS),
        stage=Stage.DETAILS,
        absent=frozenset({"ManagementPolicyNotFound", ""}),
        question=holds_blobs,
    ),
    _arm(
        *(CONTAINER, "storage", _STORAGE, Throttle.STORAGE_LISTS),
        path="/blobServices/default/containers",
        query="&$include=deleted",
        stage=Stage.DETAILS,
        question=holds_blobs,
    ),
    _arm(
        *(OBJECT_REPLICATION, "storage", _STORAGE, Throttle.STORAGE_LISTS),
        stage=Stage.DETAILS,
        question=replicates,
    ),
    _arm(
        *(INVENTORY_POLICY, "storage", _STORAGE, Throttle.STORAGE_LISTS),
        stage=Stage.DETAILS,
        question=holds_blobs,
    ),
    _arm(
        *(STORAGE_PERIMETER, "storage", _STORAGE, Throttle.STORAGE_LISTS),
        stage=Stage.DETAILS,
        question=keeps_blobs_data,
    ),
    _arm(
        *(LOCAL_USER, "storage", _STORAGE, Throttle.STORAGE_LISTS),
        stage=Stage.DETAILS,
        question=has_local_users,
    ),
    _arm(
        *(ENCRYPTION_SCOPE, "storage", _STORAGE, Throttle.STORAGE_LISTS),
        stage=Stage.PRACTICE,  # containers, which name scopes, are read before
        after=(CONTAINER,),
        question=has_own_scopes,
    ),
    _arm(
        *(STORAGE_TASK_ASSIGNMENT, "storage", _STORAGE, Throttle.STORAGE_LISTS),
        stage=Stage.DETAILS,
        question=holds_blobs,
    ),
    Collector(
        **_SETTINGS,
        owner=STORAGE,
        below="/blobServices/default",  # where Azure keeps the settings for blob logs (azure-facts 2.8)
        stage=Stage.DETAILS,
        question=holds_blobs,
    ),
    # Practice: logs, metrics, handshakes, ages of blobs.
    _query(
        *(DOCUMENT_ACCESS, "StorageBlobLogs", "document_access", "which containers the accounts' identities use"),
        stage=Stage.SIGNALS,
        after=(ACCOUNT,),
    ),
    _survey(
        *(BATCH_RESULTS, Throttle.DOCUMENT_INTELLIGENCE),
        Entry("auditor.collectors.surveys.batches:batches", "which containers batch analyses of 24 hours used"),
        "documentintelligence",
        api_version=_DOCUMENT_INTELLIGENCE,
        stage=Stage.SIGNALS,
        data_actions=(
            f"{_FORM_RECOGNIZER}/analysis/get/batchanalyze/result/read",
            f"{_FORM_RECOGNIZER}/documentmodels/read",
            f"{_FORM_RECOGNIZER}/management/get/model/read",
        ),
        question=models,
    ),
    _query(
        *(REQUEST_LOGS, "AzureDiagnostics", "requests", "which operations an account has served"),
        after=_ABOUT_LOGS,
        question=logs_requests,
    ),
    _query(
        *(BLOB_LOGS, "StorageBlobLogs", "blobs", "how clients used the blobs, and when they deleted them"),
        after=_ABOUT_LOGS,
        question=logs_blobs,
    ),
    _arm(
        *(WORKSPACE_TABLE, "subscriptions", _LOG_ANALYTICS),
        stage=Stage.PRACTICE,
        after=(DIAGNOSTIC_SETTING, ACCOUNT, STORAGE),
        question=receives_logs,
        shape=log_table,
    ),
    _arm(
        *(DATA_EXPORT, "subscriptions", _LOG_ANALYTICS),
        stage=Stage.PRACTICE,
        after=(DIAGNOSTIC_SETTING, ACCOUNT, STORAGE),
        question=receives_logs,
    ),
    _survey(
        *(CALL_METRICS, Throttle.ARM),
        Entry("auditor.collectors.surveys.metrics:calls", "in which regions calls were served"),
        "subscriptions",  # ARM's own metrics: see `surveys.metrics`
        api_version="2024-02-01",
        actions=("Microsoft.Insights/metrics/read",),
        question=document_intelligence,
    ),
    _survey(
        *(ACCOUNT_TLS, Throttle.WIRE),
        Entry("auditor.collectors.surveys.tls:probe_account", "which TLS versions the endpoint takes"),
        question=document_intelligence,
    ),
    _survey(
        *(STORAGE_TLS, Throttle.WIRE),
        Entry("auditor.collectors.surveys.tls:probe_storage", "which TLS versions the blob endpoint takes"),
        question=keeps_blobs_data,
    ),
    _survey(
        *(INSPECTION, Throttle.BLOBS),
        Entry("auditor.collectors.surveys.blobs:inspect", "how old the oldest blob is"),
        "blobs",
        data_actions=(f"{CONTAINER}/blobs/read",),
    ),
)

ON_REQUEST: Final = {"inspect_blobs": INSPECTION, "batch_results": BATCH_RESULTS}
"""Types that are read only where the user asks for them, by the name of the option."""

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
