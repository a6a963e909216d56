"""Whether to ask at all: what is known of a resource can tell that there is nothing, or that asking is in vain.

Each question is asked of the resource that a collector hangs on. `Ask` sends the call. `NoneThere` records the list as
read and empty, with the place that proves it. `Hidden` is a gap without a call. `Silent` is no gap: the estate itself
has nothing to tell (no logs are sent anywhere, say), which is kept as a resource with unread properties. `Elsewhere`: the
collector is not for resources of this kind, so nothing is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from auditor.model.resource import resource_key
from auditor.model.types import (
    ACCOUNT_KEY_SCOPE,
    BY_NAME,
    CONTAINER,
    DIAGNOSTIC_SETTING,
    DOCUMENT_INTELLIGENCE_KINDS,
    FOUNDRY_KINDS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
class Silent:
    """There is nothing to ask, for a reason that is no failure of the scan: the answer is kept as unread."""

    reason: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Such a resource has nothing of the kind."""


Decision: TypeAlias = Ask | NoneThere | Hidden | Silent | Elsewhere


class Seen(Protocol):
    """What the scan has read so far; `Recorder` fits."""

    def get(self, resource_id: str) -> Resource | None:
        """The resource with this id, if it was read."""
        ...

    def of_type(self, type_name: str) -> Sequence[Resource]:
        """All resources of a type that were read."""
        ...

    def below(self, owner_id: str, type_name: str) -> Sequence[Resource]:
        """All resources of a type that were read and belong to this one."""
        ...

    def was_listed(self, of: str, operation: str) -> bool:
        """Whether the list that this right reads was read to its end at this resource."""
        ...


Question: TypeAlias = "Callable[[Resource, Seen], Decision]"

ASK: Final = Ask()
ELSEWHERE: Final = Elsewhere()

REQUEST_CATEGORIES: Final = frozenset({"audit", "requestresponse"})
BLOB_CATEGORIES: Final = frozenset({"storageread", "storagewrite", "storagedelete"})
"""The categories of logs that tell of requests to accounts and to blobs, in lower case (azure-facts 2.8, 3f)."""


def always(_owner: Resource, _seen: Seen) -> Decision:
    """Ask."""
    return ASK


def document_intelligence(account: Resource, _seen: Seen) -> Decision:
    """Only accounts of a kind that hosts Document Intelligence (azure-facts 2.1); one that names none may be."""
    kind = account.body.get("kind")
    return ELSEWHERE if isinstance(kind, str) and kind.lower() not in DOCUMENT_INTELLIGENCE_KINDS else ASK


def models(account: Resource, seen: Seen) -> Decision:
    """Only where Entra sign-in is possible, which takes a subdomain of the account's own (azure-facts 2.1, D10)."""
    decision = document_intelligence(account, seen)
    if decision is ASK and not subdomain(account):
        return Hidden("the account has no custom subdomain, so signing in to it with Entra ID is impossible")
    return decision


def subdomain(account: Resource) -> str:
    """The account's own subdomain, empty if it has none."""
    name = _properties(account).get("customSubDomainName")
    return name if isinstance(name, str) else ""


def holds_blobs(account: Resource, _seen: Seen) -> Decision:
    """Accounts for files only have no blob service, hence none of what belongs to it."""
    if str(account.body.get("kind")).lower() == "filestorage":
        return NoneThere("kind FileStorage, which has no blob service")
    return ASK


def replicates(account: Resource, seen: Seen) -> Decision:
    """Object replication takes versioning and excludes a hierarchical namespace (azure-facts 2.7): saves most calls."""
    if _properties(account).get("isHnsEnabled") is True:
        return NoneThere("isHnsEnabled, which excludes object replication")
    service = seen.get(f"{account.id}/blobServices/default")
    settings = _properties(service) if service is not None else {}
    if settings and settings.get("isVersioningEnabled") in (None, False):
        return NoneThere("isVersioningEnabled is off, which object replication needs")
    return holds_blobs(account, seen)


def has_projects(account: Resource, _seen: Seen) -> Decision:
    """Projects and connections hang on accounts of kind AIServices; others have none (azure-facts 2.1)."""
    kind = account.body.get("kind")
    return ELSEWHERE if isinstance(kind, str) and kind.lower() not in FOUNDRY_KINDS else ASK


def has_local_users(account: Resource, seen: Seen) -> Decision:
    """No user of the account's own can sign in while they are switched off."""
    if keeps_blobs_data(account, seen) is ELSEWHERE:
        return ELSEWHERE
    if _properties(account).get("isLocalUserEnabled") is False:
        return NoneThere("isLocalUserEnabled is false")
    return ASK


def has_own_scopes(account: Resource, seen: Seen) -> Decision:
    """Only where a container names an encryption scope of its own: others use the account's key."""
    named = (_properties(item).get("defaultEncryptionScope") for item in seen.below(account.id, CONTAINER))
    return ASK if any(name not in (None, "", ACCOUNT_KEY_SCOPE) for name in named) else ELSEWHERE


def keeps_blobs_data(account: Resource, _seen: Seen) -> Decision:
    """Accounts for files only have no blob endpoint."""
    return ELSEWHERE if str(account.body.get("kind")).lower() == "filestorage" else ASK


def logs_requests(account: Resource, seen: Seen) -> Decision:
    """Only where a diagnostic setting sends the account's logs to a workspace that was seen."""
    decision = document_intelligence(account, seen)
    return _logged(account.id, REQUEST_CATEGORIES, seen) if decision is ASK else decision


def logs_blobs(account: Resource, seen: Seen) -> Decision:
    """Only where a diagnostic setting of the blob service sends its logs to a workspace that was seen."""
    decision = keeps_blobs_data(account, seen)
    return _logged(f"{account.id}/blobServices/default", BLOB_CATEGORIES, seen) if decision is ASK else decision


def receives_logs(workspace: Resource, seen: Seen) -> Decision:
    """Only workspaces that a diagnostic setting which was read names."""
    named = (log_workspaces(setting) for setting in seen.of_type(DIAGNOSTIC_SETTING))
    return ASK if any(workspace.key in keys for keys in named) else ELSEWHERE


def log_workspaces(setting: Resource) -> frozenset[str]:
    """The key of the workspace that a diagnostic setting sends logs to, if it sends any to one."""
    workspace = _properties(setting).get("workspaceId")
    return frozenset({resource_key(workspace)}) if isinstance(workspace, str) and workspace else frozenset()


@dataclass(frozen=True, slots=True)
class LogRoute:
    """A workspace that gets logs of a resource: `categories` are those that it is sure to get, in lower case."""

    workspace: Resource
    categories: frozenset[str]


def log_routes(resource_id: str, wanted: frozenset[str], seen: Seen) -> tuple[LogRoute, ...]:
    """The workspaces, as far as they were seen, that get logs of the wanted categories, or may."""
    found: dict[str, LogRoute] = {}
    for setting in _settings_of(resource_id, seen):
        categories = _categories(setting, wanted)
        for key in log_workspaces(setting) if categories is not None else ():
            workspace, known = seen.get(key), found.get(key)
            if workspace is not None:
                others = known.categories if known is not None else frozenset()
                found[key] = LogRoute(workspace, others | (categories or frozenset()))
    return tuple(found[key] for key in sorted(found))


def _settings_of(resource_id: str, seen: Seen) -> Sequence[Resource]:
    return seen.below(resource_id, DIAGNOSTIC_SETTING)


def _categories(setting: Resource, wanted: frozenset[str]) -> frozenset[str] | None:
    """Which of the wanted categories a setting is sure to send; None if it sends none of them.

    The group `allLogs` holds all; `audit` holds `Audit` of accounts, and of blobs nobody says which (azure-facts 2.8).
    """
    logs = _properties(setting).get("logs")
    if not isinstance(logs, list):
        return frozenset()
    enabled = [item for item in logs if isinstance(item, dict) and item.get("enabled") is True]
    named = {str(item.get("category")).lower() for item in enabled}
    groups = {str(item.get("categoryGroup")).lower() for item in enabled}
    sure = wanted if "alllogs" in groups else frozenset(wanted & (named | groups))
    return sure if sure or "audit" in groups else None


def _logged(resource_id: str, wanted: frozenset[str], seen: Seen) -> Decision:
    """Ask where logs arrive. Silent only if it was read that none do; everything else is something that was not read."""
    if log_routes(resource_id, wanted, seen):
        return ASK
    settings = _settings_of(resource_id, seen)
    if any(log_workspaces(setting) and _categories(setting, wanted) is not None for setting in settings):
        return Hidden("its logs go to a workspace that was not read")
    if not seen.was_listed(resource_id, BY_NAME[DIAGNOSTIC_SETTING.lower()].operation):
        return Hidden("its diagnostic settings were not read")
    if any(log_workspaces(setting) for setting in settings):
        return Silent("its diagnostic settings send none of the logs that tell of this to a workspace")
    return Silent("no diagnostic setting sends its logs to a workspace")


def _properties(resource: Resource) -> dict[str, Json]:
    properties = resource.body.get("properties")
    return properties if isinstance(properties, dict) else {}
