"""Log Analytics' query API: answers the auditor's queries from the rows of an estate.

It evaluates no KQL. A query says by its first line which one it is, and gives its values by `let`; what it would find
is computed here, in Python. Microsoft's own parser judges the KQL itself (`tests/judges/kusto.py`).
"""

# ruff: noqa: ARG002  every fault takes the same two arguments

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from tests.fakes.azure.entra import LOG_AUDIENCES, Entra, Refused
from tests.fakes.azure.estate import Estate, Json, key
from tests.fakes.azure.exchange import Answer, Call, Exchange, answer, error
from tests.fakes.azure.faults import Fault, Proceed
from tests.fakes.azure.grants import Grants
from tests.fakes.azure.practice import BLOB, REQUEST

_PATH: Final = re.compile(r"^/v1/workspaces/([0-9a-f-]{36})/query$", re.IGNORECASE)
_QUERY: Final = re.compile(r"// (\w+)\n")
_LET: Final = re.compile(r'^let (\w+) = ((?:"|datetime\(|dynamic\().*);$', re.MULTILINE)
_WORKSPACE: Final = "microsoft.operationalinsights/workspaces"
_ACTION: Final = "Microsoft.OperationalInsights/workspaces/query"

Values = dict[str, Any]
Table = tuple[dict[str, str], list[list[Any]]]


def is_log_query(call: Call | Exchange) -> bool:
    """Whether this is a query of a workspace, which is a POST and a read all the same."""
    return call.method == "POST" and _PATH.match(call.path) is not None


@dataclass(frozen=True, slots=True)
class Logs:
    """All workspaces of an estate."""

    estate: Estate
    entra: Entra
    grants: Grants

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        return replace(self._answer(call), route="logQuery")

    def _answer(self, call: Call) -> Answer:
        who = self.entra.check(call, LOG_AUDIENCES)
        if isinstance(who, Refused):
            return error(401, "InvalidTokenError", "Valid authentication was not provided")
        path = _PATH.match(call.path)
        if path is None or call.method != "POST":
            return error(404, "PathNotFoundError", "The requested path does not exist")
        workspace = self._workspace(path[1])
        if workspace is None:
            return error(404, "WorkspaceNotFoundError", "The workspace could not be found")
        if not self.grants.allow((f"{_ACTION}/read",), workspace["id"]):
            return insufficient_access()
        query = json.loads(call.body).get("query", "")
        name = _QUERY.match(query)
        if name is None or name[1] not in QUERIES:
            return semantic_error("Nothing")
        table, find = QUERIES[name[1]]
        # Tables that may not be read are left out of a fuzzy union, as if there were none.
        readable = self.grants.allow((f"{_ACTION}/{table}/read",), workspace["id"])
        values = {item[1]: _value(item[2]) for item in _LET.finditer(query)}
        columns, rows = find(list(self._rows(workspace, table, values)) if readable else [], values)
        named = [{"name": column, "type": kind} for column, kind in columns.items()]
        return answer({"tables": [{"name": "PrimaryResult", "columns": named, "rows": rows}]})

    def _workspace(self, identity: str) -> Json | None:
        for resource in self.estate.resources:
            own = resource.get("type", "").lower() == _WORKSPACE
            if own and resource["properties"]["customerId"].lower() == identity.lower():
                return resource
        return None

    def _rows(self, workspace: Json, table: str, values: Values) -> Iterable[Json]:
        for row in self.estate.logs:
            there = key(row["workspace"]) == key(workspace["id"]) and row["table"] == table
            if there and values["From"] <= _moment(row["TimeGenerated"]) <= values["To"]:
                yield row


def _value(text: str) -> Any:
    if text.startswith("datetime("):
        return _moment(text[len("datetime(") : -1])
    return json.loads(text.removeprefix("dynamic(").removesuffix(")") if text.startswith("dynamic(") else text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _grouped(rows: Iterable[Json], of: Callable[[Json], tuple[str, ...]]) -> dict[tuple[str, ...], list[Json]]:
    found: dict[tuple[str, ...], list[Json]] = {}
    for row in rows:
        found.setdefault(of(row), []).append(row)
    return found


def _last(rows: Iterable[Json]) -> str | None:
    return max((row["TimeGenerated"] for row in rows), default=None)


def _of_account(rows: Iterable[Json], values: Values) -> list[Json]:
    account = values["Account"].lower()
    return [row for row in rows if row["_ResourceId"] == account or row["_ResourceId"].startswith(f"{account}/")]


def _succeeded(rows: Iterable[Json]) -> list[Json]:
    return [row for row in rows if row["StatusCode"].startswith("2")]


def _path(row: Json) -> list[str]:
    return row["ObjectKey"].strip('"').split("/")


def _requests(rows: list[Json], values: Values) -> Table:
    columns = {"TlsVersion": "string", "Protocol": "string", "Authentication": "string"}
    columns |= {"Requests": "long", "Callers": "long", "Last": "datetime"}
    groups = _grouped(
        _of_account(rows, values),
        lambda row: (row["TlsVersion"], row["Protocol"], row["AuthenticationType"].replace(" ", "")),
    )
    callers = {name: {row["CallerIpAddress"].partition(":")[0] for row in own} for name, own in groups.items()}
    return columns, [[*name, len(own), len(callers[name]), _last(own)] for name, own in groups.items()]


def _documents(rows: list[Json], values: Values) -> Table:
    columns = {"Container": "string", "Written": "long", "Deleted": "long", "LongestHours": "real", "Sweeps": "long"}
    known = [row for row in _succeeded(_of_account(rows, values)) if row["Category"] != "StorageRead"]
    known = [row for row in known if _container(row) not in {"$logs", "$blobchangefeed"}]
    found = []
    for (container,), own in _grouped(known, lambda row: (_container(row),)).items():
        sweeps = [row for row in own if row["OperationName"].startswith("Rename") or row["OperationName"] in _SWEEPING]
        rest = [row for row in own if row not in sweeps and row["OperationName"] != "CreatePathDir"]
        blobs = _grouped((row for row in rest if len(_path(row)) > 3), lambda row: (row["ObjectKey"],))
        lives = [life for blob in blobs.values() for life in _lives(blob)]
        longest = max((((end or values["To"]) - begin).total_seconds() / 3600 for begin, end in lives), default=None)
        if lives or sweeps:
            found.append([container, len(lives), len([end for _, end in lives if end]), longest, len(sweeps)])
    return columns, found


_SWEEPING: Final = ("DeleteContainer", "DeleteFilesystem", "DeleteDirectory")


def _container(row: Json) -> str:
    return [*_path(row), "", ""][2]


def _lives(rows: Iterable[Json]) -> Iterable[tuple[datetime, datetime | None]]:
    """When the documents of one name were written and deleted."""
    begin = None
    for row in sorted(rows, key=lambda row: row["TimeGenerated"]):
        at = _moment(row["TimeGenerated"])
        if row["Category"] == "StorageWrite":
            begin = begin or at
        elif begin and "snapshot=" not in row["Uri"] and "versionid=" not in row["Uri"]:
            yield begin, at
            begin = None
    if begin:
        yield begin, None


def _lifecycle(rows: list[Json], values: Values) -> Table:
    columns = {"Deletes": "long", "Failures": "long", "Last": "datetime"}
    scanner = ("objectlifecyclescanner", "olcmscanner")
    own = [
        row
        for row in _of_account(rows, values)
        if "DeleteBlob" in row["OperationName"] and any(word in row["UserAgentHeader"].lower() for word in scanner)
    ]
    done = _succeeded(own)
    return columns, [[len(done), len(own) - len(done), _last(done)]]


def _access(rows: list[Json], values: Values) -> Table:
    columns = {"Principal": "string", "AccountName": "string", "Container": "string"}
    columns |= {"Reads": "long", "Writes": "long", "Deletes": "long", "Last": "datetime"}
    own = [row for row in _succeeded(rows) if row["RequesterObjectId"].lower() in values["Principals"]]
    groups = _grouped(own, lambda row: (row["RequesterObjectId"].lower(), row["AccountName"], _container(row)))
    kinds = ("StorageRead", "StorageWrite", "StorageDelete")
    return columns, [
        [*name, *(len([row for row in part if row["Category"] == kind]) for kind in kinds), _last(part)]
        for name, part in groups.items()
    ]


def _operations(rows: list[Json], values: Values) -> Table:
    columns = {"Category": "string", "OperationName": "string", "Result": "string"}
    columns |= {"Calls": "long", "First": "datetime", "Last": "datetime"}
    own = [row for row in rows if row["_ResourceId"] == values["Account"].lower()]
    groups = _grouped(own, lambda row: (row["Category"], row["OperationName"], row.get("ResultSignature", "")))
    return columns, [
        [*name, len(part), min(row["TimeGenerated"] for row in part), _last(part)] for name, part in groups.items()
    ]


QUERIES: Final[dict[str, tuple[str, Callable[[list[Json], Values], Table]]]] = {
    "requests": (BLOB, _requests),
    "documents": (BLOB, _documents),
    "lifecycle": (BLOB, _lifecycle),
    "access": (BLOB, _access),
    "operations": (REQUEST, _operations),
}


# What goes wrong with queries, in the words of the API.


def insufficient_access() -> Answer:
    """403: the right to query is missing."""
    text = "The provided credentials have insufficient access to perform the requested operation"
    return error(403, "InsufficientAccessError", text)


def semantic_error(name: str) -> Answer:
    """400: the query names something that is not there."""
    cause = {"code": "SEM0100", "message": f"Failed to resolve table or column expression named '{name}'"}
    inner = {"code": "SemanticError", "message": "A semantic error occurred.", "innererror": cause}
    return error(400, "BadArgumentError", "The request had some invalid properties", inner)


@dataclass(frozen=True)
class NoAccess(Fault):
    """403 InsufficientAccessError."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        return insufficient_access()


@dataclass(frozen=True)
class BadQuery(Fault):
    """400 with a SemanticError in it."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        return semantic_error("StorageBlobLogs")


@dataclass(frozen=True)
class Partial(Fault):
    """200 with tables and an error beside them: `LogsQueryPartialResult` of the official client."""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        cause = {"code": "-2133196797", "message": "The results of this query exceed the set limit of 64000000 bytes."}
        detail = {"code": "EngineError", "message": "Something went wrong.", "innererror": cause}
        text = "There were some errors when processing your query."
        return reply.with_body({**reply.body, "error": {"code": "PartialError", "message": text, "details": [detail]}})
