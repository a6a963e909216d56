"""Writes what a scan of made-up subscriptions would write: the same lines, a second apart, with its calls counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING, Final

from auditor.model.redaction import cut_secrets
from auditor.model.resource import Gap, ListRead, Read, Resource
from auditor.model.snapshot import AZURE, End, Header
from auditor.model.snapshot_file import SnapshotWriter
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
    DATA_EXPORT,
    DELETED_ACCOUNT,
    DELETED_STORAGE,
    DIAGNOSTIC_SETTING,
    DOCUMENT_ACCESS,
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
)
from samples.bodies import DATA_VERSION, REGIONS, Json, child, location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.statements import Statement

ARM: Final = "https://management.azure.com"
COGNITIVE_VERSION: Final = "2026-07-01"
STORAGE_VERSION: Final = "2026-09-01"
AUTHORIZATION_VERSION: Final = "2022-04-01"
SUBSCRIPTION_VERSION: Final = "2022-12-01"
INSIGHTS_VERSION: Final = "2021-05-01-preview"
WORKSPACE_VERSION: Final = "2025-02-01"
VAULT_VERSION: Final = "2026-02-01"
BACKUP_VERSION: Final = "2026-03-01"
NETWORK_VERSION: Final = "2025-07-01"
STORAGE_ACTIONS_VERSION: Final = "2023-01-01"
LOGS: Final = "https://api.loganalytics.io/v1/workspaces"
NOT_INSPECTED: Final = "--inspect-blobs was not given"
NO_LOGS: Final = "no diagnostic setting that was read sends logs to a workspace that was read"

NO_SIGN_IN: Final = "the account has no custom subdomain, so signing in to it with Entra ID is impossible"
NO_VERSIONING: Final = "isVersioningEnabled is off, which object replication needs"
NO_BLOBS: Final = "kind FileStorage, which has no blob service"


@dataclass(frozen=True, slots=True)
class Account:
    """A cognitive account, with what is below it; a text in place of an answer is why it could not be read.

    `refused` is why models could not be listed, and whether that took a call. `tls`, `metrics`: what surveys found;
    `logs`: what they found in the workspaces, None where no log is sent to one that was read.
    """

    body: Json
    models: tuple[Json, ...] = ()
    classifiers: tuple[Json, ...] = ()
    operations: tuple[Json, ...] = ()
    refused: tuple[str, bool] | None = None
    settings: tuple[Json, ...] = ()
    tls: Json | str = "no answer in time"
    metrics: Json | str = "403 AuthorizationFailed"
    logs: Json | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """A storage account with everything below it; `lifecycle` may also be why the policy could not be read."""

    body: Json
    service: Json | None = None
    containers: tuple[Json, ...] = ()
    lifecycle: Json | str | None = None
    replication: tuple[Json, ...] = ()
    users: tuple[Json, ...] = ()
    settings: tuple[Json, ...] = ()
    tls: Json | str = "no answer in time"
    logs: Json | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace, its tables, and which containers the accounts' identities used, as its logs tell."""

    body: Json
    tables: tuple[Json, ...] = ()
    access: Json | None = None


@dataclass(frozen=True, slots=True)
class BackupVault:
    """A backup vault with what it protects, and how."""

    body: Json
    instances: tuple[Json, ...] = ()
    policies: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Estate:
    """One subscription and what is in it."""

    subscription: Json
    accounts: tuple[Account, ...]
    deleted: tuple[Json, ...]
    stores: tuple[Store, ...]
    assignments: tuple[Json, ...]
    roles: tuple[Json, ...] = ()
    workspaces: tuple[Workspace, ...] = ()
    vaults: tuple[Json, ...] = ()
    backups: tuple[BackupVault, ...] = ()
    endpoints: tuple[Json, ...] = ()


class Scan:
    """Writes what a scan would write, a second apart, and counts its calls."""

    def __init__(self, stream: IO[str], tool: str, scope: tuple[str, ...], started: str) -> None:
        self._began = datetime.fromisoformat(started)
        self._calls: Counter[str] = Counter()
        self._seconds = 0
        self._writer = SnapshotWriter(stream, Header(tool, AZURE, scope, started))

    def listed(self, of: str, type_name: str, url: str, bodies: Sequence[Json]) -> None:
        """One call that gave a list, or a resource that there is at most one of."""
        at = self._call(type_name)
        for body in bodies:
            self._writer.resource(Resource(cut_secrets(body), Read(f"GET {url}", at)))
        self._writer.list_read(ListRead(of, BY_NAME[type_name.lower()].operation, f"GET {url}", at))

    def each(self, of: str, type_name: str, url: str, version: str, bodies: Sequence[Json]) -> None:
        """A list, and one call more for every item of it."""
        self._call(type_name)
        for body in bodies:
            read = Read(f"GET {url}/{body['name']}?{version}", self._call(type_name))
            self._writer.resource(Resource(cut_secrets(body), read))
        operation = BY_NAME[type_name.lower()].operation
        self._writer.list_read(ListRead(of, operation, f"GET {url}?{version}", self._now()))

    def surveyed(self, of: Json, type_name: str, source: str, found: Json | str, *, asked: bool = True) -> None:
        """What a survey found out about a resource, or why it could not; `asked` tells whether it took a call."""
        if isinstance(found, str):
            self.gap(of["id"], type_name, found, asked=asked)
            return
        at = self._call(type_name) if asked else self._now()
        body = {**child(of, type_name, "default"), "location": of.get("location"), "properties": found}
        self._writer.resource(Resource(cut_secrets(body), Read(source, at)))
        if asked:
            self._writer.list_read(ListRead(of["id"], BY_NAME[type_name.lower()].operation, source, at))

    def none_there(self, of: str, type_name: str, because: str) -> None:
        """No call: something that was read already proves that there is none."""
        self._writer.list_read(ListRead(of, BY_NAME[type_name.lower()].operation, because, self._now()))

    def gap(self, of: str, type_name: str, reason: str, *, asked: bool = True) -> None:
        """What could not be read; `asked` tells whether that took a call."""
        at = self._call(type_name) if asked else self._now()
        self._writer.gap(Gap(of, BY_NAME[type_name.lower()].operation, reason, at))

    def stated(self, statement: Statement) -> None:
        """What the customer states in a file."""
        for resource in statement.resources:
            self._writer.resource(resource)
        for read in statement.reads:
            self._writer.list_read(read)

    def end(self) -> None:
        """The last line."""
        self._writer.end(End(self._now(), self._calls))

    def _call(self, type_name: str) -> str:
        self._calls[BY_NAME[type_name.lower()].operation] += 1
        self._seconds += 1
        return self._now()

    def _now(self) -> str:
        return (self._began + timedelta(seconds=self._seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def scan_all(scan: Scan, estates: Sequence[Estate], statements: Sequence[Statement]) -> None:
    """A whole scan, in the order in which a real one writes."""
    for statement in statements:
        scan.stated(statement)
    subscriptions = [
        {"id": body["id"], "type": SUBSCRIPTION, "name": body["displayName"], "properties": body}
        for body in (estate.subscription for estate in estates)
    ]
    scan.listed("/", SUBSCRIPTION, f"{ARM}/subscriptions?api-version={SUBSCRIPTION_VERSION}", subscriptions)
    for estate in estates:
        _read_lists(scan, estate)
    for estate in estates:
        for workspace in estate.workspaces:
            if workspace.access is not None:
                scan.surveyed(workspace.body, DOCUMENT_ACCESS, _query(workspace.body), workspace.access)
    for estate in estates:
        for store in estate.stores:
            if store.service is not None:  # without blobs it holds no documents, so nobody looks closer
                _read_details(scan, store, store.service)
    for estate in estates:
        _look_at_practice(scan, estate)
    scan.end()


def _query(workspace: Json) -> str:
    return f"POST {LOGS}/{workspace['properties']['customerId']}/query"


def _read_lists(scan: Scan, estate: Estate) -> None:
    """The first stage: the lists of a subscription, and what hangs on their items."""
    of = estate.subscription["id"]
    for type_name, path, version, bodies in (
        (LOCATION, "/locations", SUBSCRIPTION_VERSION, [location(of, name) for name in REGIONS]),
        (ACCOUNT, f"/providers/{ACCOUNT}", COGNITIVE_VERSION, [account.body for account in estate.accounts]),
        (DELETED_ACCOUNT, f"/providers/{DELETED_ACCOUNT}", COGNITIVE_VERSION, estate.deleted),
        (STORAGE, f"/providers/{STORAGE}", STORAGE_VERSION, [store.body for store in estate.stores]),
        (DELETED_STORAGE, f"/providers/{DELETED_STORAGE}", STORAGE_VERSION, ()),
        (ROLE_ASSIGNMENT, f"/providers/{ROLE_ASSIGNMENT}", AUTHORIZATION_VERSION, estate.assignments),
        (ROLE_DEFINITION, f"/providers/{ROLE_DEFINITION}", AUTHORIZATION_VERSION, estate.roles),
        (WORKSPACE, f"/providers/{WORKSPACE}", WORKSPACE_VERSION, [item.body for item in estate.workspaces]),
        (VAULT, f"/providers/{VAULT}", VAULT_VERSION, estate.vaults),
        (BACKUP_VAULT, f"/providers/{BACKUP_VAULT}", BACKUP_VERSION, [item.body for item in estate.backups]),
        (PRIVATE_ENDPOINT, f"/providers/{PRIVATE_ENDPOINT}", NETWORK_VERSION, estate.endpoints),
        (STORAGE_TASK, f"/providers/{STORAGE_TASK}", STORAGE_ACTIONS_VERSION, ()),
    ):
        scan.listed(of, type_name, f"{ARM}{of}{path}?api-version={version}", bodies)
    for account in estate.accounts:
        if account.body["kind"] != "OpenAI":
            _read_account(scan, account)
    for store in estate.stores:
        if store.service is None:
            scan.none_there(store.body["id"], BLOB_SERVICE, NO_BLOBS)
        else:
            url = f"{ARM}{store.service['id']}?api-version={STORAGE_VERSION}"
            scan.listed(store.body["id"], BLOB_SERVICE, url, [store.service])
    for vault in estate.backups:
        for type_name, bodies in ((BACKUP_INSTANCE, vault.instances), (BACKUP_POLICY, vault.policies)):
            below = f"{vault.body['id']}/{type_name.rpartition('/')[2]}"
            scan.listed(vault.body["id"], type_name, f"{ARM}{below}?api-version={BACKUP_VERSION}", bodies)


def _read_account(scan: Scan, account: Account) -> None:
    """What hangs on an account: its settings, and models, classifiers and operations from its own endpoint."""
    body = account.body
    lists = [
        (DIAGNOSTIC_SETTING, f"/providers/{DIAGNOSTIC_SETTING}", INSIGHTS_VERSION, account.settings),
        (ACCOUNT_PERIMETER, "/networkSecurityPerimeterConfigurations", COGNITIVE_VERSION, ()),
    ]
    if body["kind"] == "AIServices":
        lists += [(kind, f"/{kind.rpartition('/')[2]}", COGNITIVE_VERSION, ()) for kind in (CONNECTION, PROJECT)]
    for type_name, path, version, bodies in lists:
        scan.listed(body["id"], type_name, f"{ARM}{body['id']}{path}?api-version={version}", bodies)
    endpoint = f"{body['properties']['endpoint']}documentintelligence"
    for type_name, found, id_field in (
        (MODEL, account.models, "modelId"),
        (CLASSIFIER, account.classifiers, "classifierId"),
        (OPERATION, account.operations, "operationId"),
    ):
        if account.refused is not None:
            reason, asked = account.refused
            scan.gap(body["id"], type_name, reason, asked=asked)
            continue
        url = f"{endpoint}/{type_name.rpartition('/')[2]}"
        bodies = [
            {**child(body, type_name, item[id_field]), "location": body["location"], "properties": item}
            for item in found
        ]
        if type_name == OPERATION:
            scan.listed(body["id"], type_name, f"{url}?api-version={DATA_VERSION}", bodies)
        else:
            scan.each(body["id"], type_name, url, f"api-version={DATA_VERSION}", bodies)


def _read_details(scan: Scan, store: Store, service: Json) -> None:
    """The third stage: what lies below a store that holds documents, or may."""
    of, version = store.body["id"], f"api-version={STORAGE_VERSION}"
    if isinstance(store.lifecycle, str):
        scan.gap(of, LIFECYCLE_POLICY, store.lifecycle)
    else:
        policies = [] if store.lifecycle is None else [store.lifecycle]
        scan.listed(of, LIFECYCLE_POLICY, f"{ARM}{of}/managementPolicies/default?{version}", policies)
    containers_url = f"{ARM}{of}/blobServices/default/containers?{version}&$include=deleted"
    scan.listed(of, CONTAINER, containers_url, store.containers)
    if service["properties"].get("isVersioningEnabled"):
        scan.listed(of, OBJECT_REPLICATION, f"{ARM}{of}/objectReplicationPolicies?{version}", store.replication)
    else:
        scan.none_there(of, OBJECT_REPLICATION, NO_VERSIONING)
    scan.listed(of, INVENTORY_POLICY, f"{ARM}{of}/inventoryPolicies?{version}", ())
    scan.listed(of, STORAGE_PERIMETER, f"{ARM}{of}/networkSecurityPerimeterConfigurations?{version}", ())
    scan.listed(of, LOCAL_USER, f"{ARM}{of}/localUsers?{version}", store.users)
    scan.listed(of, STORAGE_TASK_ASSIGNMENT, f"{ARM}{of}/storageTaskAssignments?{version}", ())
    settings_url = f"{ARM}{service['id']}/providers/{DIAGNOSTIC_SETTING}?api-version={INSIGHTS_VERSION}"
    scan.listed(service["id"], DIAGNOSTIC_SETTING, settings_url, store.settings)


def _look_at_practice(scan: Scan, estate: Estate) -> None:
    """The last stage: handshakes, logs, metrics, and the tables of workspaces that receive logs."""
    for workspace in estate.workspaces:
        url = f"{ARM}{workspace.body['id']}/tables?api-version={WORKSPACE_VERSION}"
        scan.listed(workspace.body["id"], WORKSPACE_TABLE, url, workspace.tables)
        exports = f"{ARM}{workspace.body['id']}/dataExports?api-version={WORKSPACE_VERSION}"
        scan.listed(workspace.body["id"], DATA_EXPORT, exports, ())
    for account in estate.accounts:
        if account.body["kind"] == "OpenAI":
            continue
        host = account.body["properties"]["endpoint"].removeprefix("https://").rstrip("/")
        scan.surveyed(account.body, ACCOUNT_TLS, f"TLS handshakes with {host}", account.tls)
        metrics = f"POST https://{account.body['location']}.metrics.monitor.azure.com/…/metrics:getBatch"
        scan.surveyed(account.body, CALL_METRICS, metrics, account.metrics)
        _surveyed_logs(scan, account.body, REQUEST_LOGS, account.logs)
    for store in estate.stores:
        if store.service is None:
            continue
        host = store.body["properties"]["primaryEndpoints"]["blob"].removeprefix("https://").rstrip("/")
        scan.surveyed(store.body, STORAGE_TLS, f"TLS handshakes with {host}", store.tls)
        _surveyed_logs(scan, store.body, BLOB_LOGS, store.logs)
        for container in store.containers:
            scan.surveyed(*(container, INSPECTION, "the resources themselves", {"$unread": NOT_INSPECTED}), asked=False)


def _surveyed_logs(scan: Scan, body: Json, type_name: str, logs: Json | None) -> None:
    if logs is None:
        scan.surveyed(body, type_name, "the resources themselves", {"$unread": NO_LOGS}, asked=False)
    else:
        scan.surveyed(body, type_name, f"POST {LOGS}/…/query", logs)
