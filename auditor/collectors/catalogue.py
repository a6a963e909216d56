"""What the auditor reads from Azure: one record a collector. To add a collector, add a record.

Paths, API versions and permissions: azure-facts 1.3, 2, 3h and the specifications of those versions. Nothing here
imports Azure, so the permissions can be listed at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.collectors.limits import Throttle
from auditor.collectors.questions import Question, always, document_intelligence, holds_blobs, models, replicates
from auditor.collectors.shapes import Shape, arm_resource, classifier, custom_model, role_assignment, subscription
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    BY_NAME,
    CLASSIFIER,
    CONTAINER,
    DELETED_ACCOUNT,
    DIAGNOSTIC_SETTING,
    LIFECYCLE_POLICY,
    LOCATION,
    MODEL,
    OBJECT_REPLICATION,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
    ResourceType,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """How resources of one type are read.

    `type` and `owner` are types of `auditor.model.types`; `owner` is the type below each of whose resources this is
    asked once, None for the tenant. `below` leads from the owner to the resource that the answer belongs to
    (`/blobServices/default`), `path` from there to what is asked. With `single` the answer is one resource, else a
    list. `service` names the official client (`clients.SERVICES`).

    `actions` and `data_actions` are the rights that reading it takes. `detailed`: only for the storage accounts that
    the caller chooses between the stages. `absent`: the codes of a 404 that mean "there is none" (an empty one: a 404
    that names no code); every other error is a gap. `each`: the list may leave things out, so each item is read once
    more below the list. `question` decides whether to ask at all; `shape` makes resources of what comes.
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
    detailed: bool = False
    absent: frozenset[str] = frozenset()
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
        detailed=True,
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
        detailed=True,
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
        detailed=True,
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
        detailed=True,
        question=holds_blobs,
    ),
)

MANAGEMENT_GROUP_ACTION: Final = "Microsoft.Management/managementGroups/descendants/read"
"""The right that `--management-group` takes, at that group; it names no resource type of the snapshot."""


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
    """These types (any case) and those on which they hang, in lower case: containers need the storage accounts."""
    wanted = {name.lower() for name in types}
    while True:
        owners = {record.owner.lower() for record in COLLECTORS if record.owner and record.kind.key in wanted}
        if owners <= wanted:
            return frozenset(wanted)
        wanted |= owners
