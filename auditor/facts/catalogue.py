"""The table of facts: about which type, what it looks like, from which types it follows, and who derives it.

To add a fact, add a record and the function it names. The tree says which paths rules may use (`auditor.policy.shapes`
describes trees); `reads` says what must be collected for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from auditor.facts import links, models, residency, retention
from auditor.facts.estate import Estate
from auditor.model.reading import Json
from auditor.model.resource import Resource
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    CLASSIFIER,
    CONTAINER,
    DECLARED_STORAGE,
    DELETED_ACCOUNT,
    ERASURE_REQUEST,
    LIFECYCLE_POLICY,
    LOCATION,
    MODEL,
    OBJECT_REPLICATION,
    REGISTERED_MODEL,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
)

Derive: TypeAlias = Callable[[Resource, Estate], Json]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about resources of some types; `derive` gives JSON with `Unread` leaves, or None for nothing to say."""

    name: str
    about: tuple[str, ...]
    tree: Any
    reads: tuple[str, ...]
    derive: Derive
    summary: str


_LINK_SOURCES: Final = (ACCOUNT, STORAGE, ROLE_ASSIGNMENT, MODEL, CLASSIFIER, BLOB_SERVICE, DECLARED_STORAGE)
_BOUND: Final = {"unbounded": None, "exceedsHours": None, "atMostHours": None}
_REASONS: Final = {"[]": {"cause": None, "kind": None, "hours": None, "words": None, "container": None}}

FACTS: Final[tuple[Fact, ...]] = (
    Fact(
        "holdsDocuments",
        (STORAGE,),
        None,
        _LINK_SOURCES,
        links.holds_documents,
        "Whether any signal links the storage account to Document Intelligence, or it is declared to hold documents.",
    ),
    Fact(
        "links",
        (STORAGE,),
        {"[]": dict.fromkeys(("account", "name", "region", "signal", "strength", "container", "words"))},
        _LINK_SOURCES,
        links.links_of,
        "The Document Intelligence accounts that the storage account is linked to, each with its signal and strength.",
    ),
    Fact(
        "residency",
        (STORAGE,),
        {
            "redundancy": {"leavesRegion": None, "secondary": None, "words": None},
            "edges": {"[]": dict.fromkeys(("via", "carries", "to", "name", "region", "leavesRegion", "words"))},
        },
        (STORAGE, BLOB_SERVICE, OBJECT_REPLICATION, LOCATION),
        residency.residency_of,
        "Where copies of a document come to rest: redundancy, and an edge for each path that carries bytes.",
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
            "containers": {"[]": {"name": None, **_BOUND, "reasons": _REASONS}},
        },
        (STORAGE, BLOB_SERVICE, LIFECYCLE_POLICY, CONTAINER, OBJECT_REPLICATION, *_LINK_SOURCES),
        retention.retention_of,
        "How long a forgotten or deleted document stays recoverable at the worst, with the chain of reasons.",
    ),
    Fact(
        "register",
        (MODEL, CLASSIFIER),
        dict.fromkeys(("owner", "purpose", "deleteBy")),
        (REGISTERED_MODEL,),
        models.register_entry,
        "What the customer's register says about the model.",
    ),
    Fact(
        "modelPresent",
        (ERASURE_REQUEST,),
        None,
        (ERASURE_REQUEST, MODEL, CLASSIFIER, ACCOUNT, DELETED_ACCOUNT),
        models.model_present,
        "Whether the model whose erasure was asked for is still there, or could still be restored.",
    ),
    Fact(
        "restorableAccounts",
        (SUBSCRIPTION, DELETED_ACCOUNT),
        {"[]": dict.fromkeys(("id", "name", "purge"))},
        (DELETED_ACCOUNT,),
        models.restorable_accounts,
        "Soft-deleted accounts that host Document Intelligence and can still be restored, with their models.",
    ),
)


def fact_shapes() -> Mapping[str, Mapping[str, Any]]:
    """The tree of facts by type name, for the check of paths in rules."""
    found: dict[str, dict[str, Any]] = {}
    for fact in FACTS:
        for type_name in fact.about:
            found.setdefault(type_name, {})[fact.name] = fact.tree
    return found
