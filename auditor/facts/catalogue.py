"""The table of facts: about which type, what it looks like, from which types it follows, and who derives it.

To add a fact, add a record and the function it names. The tree says which paths rules may use (`auditor.policy.shapes`
describes trees); `reads` says what must be collected for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from auditor.facts.estate import Estate
from auditor.lazy import Entry
from auditor.model.reading import Json
from auditor.model.resource import Resource
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    BACKUP_INSTANCE,
    BACKUP_POLICY,
    BACKUP_VAULT,
    BATCH_RESULTS,
    BLOB_SERVICE,
    CLASSIFIER,
    CONNECTION,
    CONTAINER,
    DATA_EXPORT,
    DECLARED_STORAGE,
    DELETED_ACCOUNT,
    DELETED_STORAGE,
    DIAGNOSTIC_SETTING,
    DOCUMENT_ACCESS,
    ENCRYPTION_SCOPE,
    ERASURE_REQUEST,
    INSPECTION,
    INVENTORY_POLICY,
    LIFECYCLE_POLICY,
    LOCATION,
    MODEL,
    OBJECT_REPLICATION,
    OPERATION,
    PRIVATE_ENDPOINT,
    PROJECT,
    PROJECT_CONNECTION,
    REGISTERED_MODEL,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    STORAGE,
    STORAGE_PERIMETER,
    STORAGE_TASK,
    STORAGE_TASK_ASSIGNMENT,
    SUBSCRIPTION,
    VAULT,
    WORKSPACE,
)

Derive: TypeAlias = Callable[[Resource, Estate], Json]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about resources of some types; `derive` gives JSON with `Unread` leaves, or None for nothing to say.

    It follows from the types in `reads`: what could not be read of them leaves it unknown. Those that it `hears` are
    collected too and may add to it, but hide nothing where they could not be read.
    """

    name: str
    about: tuple[str, ...]
    tree: Any
    reads: tuple[str, ...]
    derive: Derive
    summary: str
    hears: tuple[str, ...] = ()


def _by(target: str) -> Derive:
    """The function that derives a fact; its module is loaded when it is asked first, since listing rules asks for none."""
    load: Callable[[], Derive] = cache(Entry(f"auditor.facts.{target}", "derives a fact").load)

    def derive(resource: Resource, estate: Estate) -> Json:
        return load()(resource, estate)

    return derive


_LINK_SOURCES: Final = (
    ACCOUNT,
    STORAGE,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    MODEL,
    CLASSIFIER,
    BLOB_SERVICE,
    CONNECTION,
    PROJECT,
    PROJECT_CONNECTION,
    OBJECT_REPLICATION,
    DECLARED_STORAGE,
)
_LINK_HINTS: Final = (WORKSPACE, DOCUMENT_ACCESS, BATCH_RESULTS)
"""Logs and batches can only add links: what could not be read of them takes nothing away from what is known."""
_ACCESS_SOURCES: Final = (ROLE_ASSIGNMENT, ROLE_DEFINITION)
_EDGES: Final = {
    "[]": dict.fromkeys(
        ("via", "carries", "to", "name", "region", "leavesRegion", "leavesSubscription", "words"),
    )
}
_BOUND: Final = {"unbounded": None, "exceedsHours": None, "atMostHours": None}
_NETWORK: Final = {
    **dict.fromkeys(("settingsApply", "perimeterOpen", "perimeterWide", "words")),
    "addresses": {"[]": dict.fromkeys(("value", "prefix", "wide", "words"))},
    "perimeters": {"[]": dict.fromkeys(("name", "mode", "enforced", "words"))},
}
_REASONS: Final = {"[]": {"cause": None, "kind": None, "hours": None, "words": None, "container": None}}

FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        "holdsDocuments",
        (STORAGE,),
        None,
        _LINK_SOURCES,
        _by("links:holds_documents"),
        "Whether any signal links the storage account to Document Intelligence, or it is declared to hold documents.",
        hears=_LINK_HINTS,
    ),
    Fact(
        "holdsDocuments",
        (CONTAINER,),
        None,
        (CONTAINER, *_LINK_SOURCES),
        _by("document_containers:container_holds_documents"),
        "Whether the container holds documents: all containers of an account that does, or those that its links name.",
        hears=_LINK_HINTS,
    ),
    Fact(
        "links",
        (STORAGE,),
        {"[]": dict.fromkeys(("account", "name", "region", "signal", "strength", "container", "words"))},
        _LINK_SOURCES,
        _by("links:links_of"),
        "The Document Intelligence accounts that the storage account is linked to, each with its signal and strength.",
        hears=_LINK_HINTS,
    ),
    Fact(
        "restsIn",
        (STORAGE,),
        None,
        (),
        _by("residency:rests_in"),
        "The region in which the bytes of the storage account rest: its primary location, which a failover changes.",
    ),
    Fact(
        "residency",
        (STORAGE,),
        {
            "redundancy": {"leavesRegion": None, "secondary": None, "words": None},
            "edges": _EDGES,
        },
        (
            STORAGE,
            BLOB_SERVICE,
            OBJECT_REPLICATION,
            LOCATION,
            BACKUP_VAULT,
            BACKUP_INSTANCE,
            DIAGNOSTIC_SETTING,
            WORKSPACE,
            VAULT,
            PRIVATE_ENDPOINT,
            BACKUP_POLICY,
            CONTAINER,
            *_LINK_SOURCES,
        ),
        _by("residency:residency_of"),
        "Where copies of a document come to rest: redundancy, and an edge for each path that carries bytes.",
        hears=(*_LINK_HINTS, INVENTORY_POLICY, DATA_EXPORT),
    ),
    Fact(
        "residency",
        (ACCOUNT,),
        {"edges": _EDGES},
        (ACCOUNT, LOCATION, OPERATION, DIAGNOSTIC_SETTING, WORKSPACE, STORAGE, VAULT, PRIVATE_ENDPOINT),
        _by("residency:residency_of_account"),
        "Where what an account processes can go: further regions, copies of models, logs, keys, private endpoints.",
        hears=(DATA_EXPORT,),
    ),
    Fact(
        "retention",
        (STORAGE,),
        {
            **_BOUND,
            "versions": _BOUND,
            "lifecycle": {
                "[]": dict.fromkeys(("container", "deletesBlobs", "deletesSnapshots", "deletesVersions", "words"))
            },
            "reasons": _REASONS,
            "holds": {"[]": dict.fromkeys(("container", "held", "words"))},
            "backups": {"[]": dict.fromkeys(("kind", "vault", "unbounded", "hours", "words"))},
            "containers": {"[]": {"name": None, **_BOUND, "reasons": _REASONS}},
        },
        (
            STORAGE,
            BLOB_SERVICE,
            LIFECYCLE_POLICY,
            CONTAINER,
            OBJECT_REPLICATION,
            BACKUP_VAULT,
            BACKUP_INSTANCE,
            BACKUP_POLICY,
            *_LINK_SOURCES,
        ),
        _by("retention:retention_of"),
        "How long a forgotten or deleted document stays recoverable at the worst, with the chain of reasons.",
        hears=(*_LINK_HINTS, INSPECTION, STORAGE_TASK, STORAGE_TASK_ASSIGNMENT),
    ),
    Fact(
        "keyReaders",
        (ACCOUNT, STORAGE),
        {
            "principals": {"[]": dict.fromkeys(("id", "type", "role", "scope", "conditional", "words"))},
            "count": None,
        },
        _ACCESS_SOURCES,
        _by("access:key_readers"),
        "Who may list the keys of the resource or read results, by the role assignments at and above it.",
    ),
    Fact(
        "documentReaders",
        (ACCOUNT, STORAGE),
        {
            "principals": {"[]": dict.fromkeys(("id", "type", "role", "scope", "conditional", "words"))},
            "count": None,
        },
        _ACCESS_SOURCES,
        _by("access:document_readers"),
        "Who can read blobs of the storage account, or results of the account, by a role with data actions.",
    ),
    Fact(
        "sharedKeyAccess",
        (STORAGE,),
        None,
        (),
        _by("keys:shared_key_access"),
        "Whether the storage account accepts its access keys for blobs: by its own setting and those of its services.",
    ),
    Fact(
        "network",
        (ACCOUNT,),
        _NETWORK,
        (ACCOUNT_PERIMETER,),
        _by("network:network"),
        "Whether the account's own network settings apply, and whom its firewall and its network security perimeter let in.",
    ),
    Fact(
        "network",
        (STORAGE,),
        _NETWORK,
        (STORAGE_PERIMETER,),
        _by("network:network"),
        "Whether the storage account's own network settings apply, and whom its firewall and its perimeter let in.",
    ),
    Fact(
        "privateEndpoints",
        (STORAGE,),
        {"connections": {"[]": dict.fromkeys(("name", "approved", "blob", "words"))}, "words": None},
        (PRIVATE_ENDPOINT,),
        _by("private_endpoints:private_endpoints"),
        "The private endpoints of the storage account: whether each is approved, and whether it leads to blobs.",
    ),
    Fact(
        "secureTransferApplies",
        (STORAGE,),
        None,
        (),
        _by("protocols:secure_transfer_applies"),
        "Whether the setting for secure transfer decides over all requests; unread with SFTP or a custom domain.",
    ),
    Fact(
        "staticWebsite",
        (STORAGE,),
        None,
        (BLOB_SERVICE, CONTAINER),
        _by("protocols:static_website"),
        "Whether the storage account publishes the container $web as a static website.",
    ),
    Fact(
        "logging",
        (ACCOUNT, STORAGE),
        {
            **dict.fromkeys(("audit", "requests", "reads", "writes", "deletes")),
            "destinations": {"[]": dict.fromkeys(("kind", "to", "name", "region", "words"))},
        },
        (DIAGNOSTIC_SETTING, WORKSPACE, STORAGE),
        _by("logs:logging_of"),
        "Which kinds of requests the diagnostic settings log, and where to.",
    ),
    Fact(
        "receivesLogs",
        (WORKSPACE,),
        {"[]": dict.fromkeys(("of", "name", "words"))},
        (DIAGNOSTIC_SETTING, ACCOUNT, *_LINK_SOURCES),
        _by("logs:receives_logs"),
        "The accounts and documents stores whose logs the workspace receives.",
        hears=_LINK_HINTS,
    ),
    Fact(
        "logArchive",
        (STORAGE,),
        dict.fromkeys(("unbounded", "days", "soonestDays", "settingDays", "settingActs", "words")),
        (
            *(STORAGE, BLOB_SERVICE, LIFECYCLE_POLICY, CONTAINER, OBJECT_REPLICATION, DIAGNOSTIC_SETTING, ACCOUNT),
            *(BACKUP_VAULT, BACKUP_INSTANCE, BACKUP_POLICY, *_LINK_SOURCES),
        ),
        _by("log_archives:archive_of"),
        "For how many days the account keeps the logs that diagnostic settings of accounts and document storage send to it.",
        hears=_LINK_HINTS,
    ),
    Fact(
        "keepsKeysOf",
        (VAULT,),
        {"[]": dict.fromkeys(("id", "name", "words"))},
        (ACCOUNT, *_LINK_SOURCES),
        _by("keys:keeps_keys_of"),
        "The accounts and documents stores whose customer-managed key lies in the vault.",
        hears=_LINK_HINTS,
    ),
    Fact(
        "keyCoverage",
        (ACCOUNT,),
        dict.fromkeys(("results", "words")),
        (),
        _by("encryption:key_coverage"),
        "Whether the account's customer-managed key covers results, or models alone.",
    ),
    Fact(
        "containerKeys",
        (STORAGE,),
        {"[]": dict.fromkeys(("container", "scope", "keySource", "words"))},
        (CONTAINER, ENCRYPTION_SCOPE, *_LINK_SOURCES),
        _by("encryption:container_keys"),
        "The containers with documents that have an encryption scope of their own, and where its key comes from.",
        hears=_LINK_HINTS,
    ),
    Fact(
        "api",
        (MODEL, CLASSIFIER),
        dict.fromkeys(("version", "retires", "daysLeft", "words")),
        (),
        _by("models:api_of"),
        "The API version that built the model, and how many days it has left; without `retires` and `daysLeft`, where no retirement is announced.",
    ),
    Fact(
        "trainingData",
        (MODEL, CLASSIFIER, ERASURE_REQUEST),
        {"[]": dict.fromkeys(("storage", "container", "left", "words"))},
        (STORAGE, CONTAINER, MODEL, CLASSIFIER),
        _by("models:training_data"),
        "The containers that the model was trained from, and whether anything is left in them.",
        hears=(INSPECTION,),
    ),
    Fact(
        "register",
        (MODEL, CLASSIFIER),
        dict.fromkeys(("owner", "purpose", "deleteBy")),
        (REGISTERED_MODEL,),
        _by("models:register_entry"),
        "What the customer's register says about the model.",
    ),
    Fact(
        "erasureRequests",
        (MODEL, CLASSIFIER),
        {"[]": dict.fromkeys(("id", "requestedAt"))},
        (ERASURE_REQUEST,),
        _by("models:erasure_requests"),
        "The requests to erase the model that stand in the customer's register.",
    ),
    Fact(
        "modelPresent",
        (ERASURE_REQUEST,),
        None,
        (ERASURE_REQUEST, MODEL, CLASSIFIER, ACCOUNT, DELETED_ACCOUNT),
        _by("models:model_present"),
        "Whether the model whose erasure was asked for is still there, or could still be restored.",
    ),
    Fact(
        "restorableAccounts",
        (SUBSCRIPTION, DELETED_ACCOUNT),
        {"[]": dict.fromkeys(("id", "name", "purge"))},
        (DELETED_ACCOUNT,),
        _by("models:restorable_accounts"),
        "Soft-deleted accounts that host Document Intelligence and can still be restored, with their models.",
    ),
    Fact(
        "restorableStorage",
        (SUBSCRIPTION, DELETED_STORAGE),
        {"[]": dict.fromkeys(("id", "name", "deleted", "words"))},
        (DELETED_STORAGE, *_LINK_SOURCES),
        _by("deleted_storage:restorable_storage"),
        "Deleted storage accounts that can still be restored; of a deleted account, whether it held documents.",
        hears=_LINK_HINTS,
    ),
)


def fact_shapes() -> Mapping[str, Mapping[str, Any]]:
    """The tree of facts by type name, for the check of paths in rules."""
    found: dict[str, dict[str, Any]] = {}
    for fact in FACTS:
        for type_name in fact.about:
            found.setdefault(type_name, {})[fact.name] = fact.tree
    return found
