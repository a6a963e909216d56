"""Whether to ask at all: what is known of a resource can tell that there is nothing, or that asking is in vain.

Each question is asked of the resource that a collector hangs on. `Ask` sends the call. `NoneThere` records the list as
read and empty, with the place that proves it. `Hidden` is a gap without a call. `Elsewhere`: the collector is not for
resources of this kind, so nothing is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from auditor.model.types import DOCUMENT_INTELLIGENCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.model.reading import Json
    from auditor.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask Azure."""


@dataclass(frozen=True, slots=True)
class NoneThere:
    """There can be none; `because` says where that was read."""

    because: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """It cannot be read; `reason` is the gap's."""

    reason: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Such a resource has nothing of the kind."""


Decision: TypeAlias = Ask | NoneThere | Hidden | Elsewhere
Lookup: TypeAlias = "Callable[[str], Resource | None]"
Question: TypeAlias = "Callable[[Resource, Lookup], Decision]"

ASK: Final = Ask()
ELSEWHERE: Final = Elsewhere()


def always(_owner: Resource, _lookup: Lookup) -> Decision:
    """Ask."""
    return ASK


def document_intelligence(account: Resource, _lookup: Lookup) -> Decision:
    """Only accounts of a kind that hosts Document Intelligence (azure-facts 2.1); one that names none may be."""
    kind = account.body.get("kind")
    return ELSEWHERE if isinstance(kind, str) and kind.lower() not in DOCUMENT_INTELLIGENCE_KINDS else ASK


def models(account: Resource, lookup: Lookup) -> Decision:
    """Only where Entra sign-in is possible, which takes a subdomain of the account's own (azure-facts 2.1, D10)."""
    decision = document_intelligence(account, lookup)
    if decision is ASK and not subdomain(account):
        return Hidden("the account has no custom subdomain, so signing in to it with Entra ID is impossible")
    return decision


def subdomain(account: Resource) -> str:
    """The account's own subdomain, empty if it has none."""
    name = _properties(account).get("customSubDomainName")
    return name if isinstance(name, str) else ""


def holds_blobs(account: Resource, _lookup: Lookup) -> Decision:
    """Accounts for files only have no blob service, hence none of what belongs to it."""
    if str(account.body.get("kind")).lower() == "filestorage":
        return NoneThere("kind FileStorage, which has no blob service")
    return ASK


def replicates(account: Resource, lookup: Lookup) -> Decision:
    """Object replication takes versioning and excludes a hierarchical namespace (azure-facts 2.7): saves most calls."""
    if _properties(account).get("isHnsEnabled") is True:
        return NoneThere("isHnsEnabled, which excludes object replication")
    service = lookup(f"{account.id}/blobServices/default")
    settings = _properties(service) if service is not None else {}
    if settings and settings.get("isVersioningEnabled") in (None, False):
        return NoneThere("isVersioningEnabled is off, which object replication needs")
    return holds_blobs(account, lookup)


def _properties(resource: Resource) -> dict[str, Json]:
    properties = resource.body.get("properties")
    return properties if isinstance(properties, dict) else {}
