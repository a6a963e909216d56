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
            "backups": {"[]": dict.fromkeys(("kind", "vault", "hours", "words"))},
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
        hears=(*_LINK_HINTS, INSPECTION),
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
        "firewall",
        (ACCOUNT, STORAGE),
        {"addresses": {"[]": dict.fromkeys(("value", "prefix", "wide", "words"))}},
        (),
        _by("network:firewall"),
        "The ranges of addresses that the firewall lets in, each with the length of its prefix.",
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
