"""Practice in logs: who used which blobs, over which TLS, what was deleted when, which operations accounts served.

Logs are evidence of what happened, never of what did not: they may arrive late or nowhere, and a table that may not
be read looks empty. So an answer without any row leaves its lists open with an `Unread`, and only what was logged as
a whole is counted. Names of blobs stay in the workspace: the queries answer counts (`queries`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.collectors.answers import NotReadError
from auditor.collectors.questions import ASK, BLOB_CATEGORIES, REQUEST_CATEGORIES, document_intelligence, log_routes
from auditor.collectors.surveys import Survey
from auditor.collectors.surveys.queries import Row, Window, ask, count, hours, moment, text, window_of
from auditor.model.reading import Unread
from auditor.model.types import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.collectors.questions import LogRoute
    from auditor.collectors.surveys import Desk
    from auditor.collectors.surveys.queries import Answer, Column, Value
    from auditor.model.reading import Json
    from auditor.model.resource import Resource

_NAMES: Final = {
    "audit": "Audit",
    "requestresponse": "RequestResponse",
    "storageread": "StorageRead",
    "storagewrite": "StorageWrite",
    "storagedelete": "StorageDelete",
}
_LIVES: Final = frozenset({"storagewrite", "storagedelete"})
_ENDS: Final = frozenset({"storagedelete"})
"""The categories that tell how long documents live, and what lifecycle management deletes."""
_SWEPT: Final = Unread(
    "documents were also moved, or deleted with their container or folder, which no log tells one by one"
)
_TLS: Final = re.compile(r"tls\s*v?([0-9])(?:\.([0-9]))?", re.IGNORECASE)
_ACCESS: Final[Mapping[str, Column]] = {
    "Principal": text,
    "AccountName": text,
    "Container": text,
    "Reads": count,
    "Writes": count,
    "Deletes": count,
    "Last": moment,
}
_OPERATIONS: Final[Mapping[str, Column]] = {
    "Category": text,
    "OperationName": text,
    "Result": text,
    "Calls": count,
    "First": moment,
    "Last": moment,
}
_REQUESTS: Final[Mapping[str, Column]] = {
    "TlsVersion": text,
    "Protocol": text,
    "Authentication": text,
    "Requests": count,
    "Callers": count,
    "Last": moment,
}
_DOCUMENTS: Final[Mapping[str, Column]] = {
    "Container": text,
    "Written": count,
    "Deleted": count,
    "LongestHours": hours,
    "Sweeps": count,
}
_LIFECYCLE: Final[Mapping[str, Column]] = {"Deletes": count, "Failures": count, "Last": moment}


async def document_access(workspace: Resource, desk: Desk) -> Survey:
    """Which containers the identities of the accounts that were seen have read or written, successfully."""
    principals, hidden = _principals(desk)
    window = window_of([workspace], desk.reader.time.now())
    uses: list[Json] = []
    if principals:
        answer = await ask(desk, workspace, "access", {**_window(window), "Principals": principals}, _ACCESS)
        uses = [
            {
                "principal": row["Principal"],
                "storage": row["AccountName"],
                "container": row["Container"] or None,
                "reads": row["Reads"],
                "writes": row["Writes"],
                "deletes": row["Deletes"],
                "last": row["Last"],
            }
            for row in answer.rows
        ]
        hidden = hidden or answer.doubt
    uses += [Unread(hidden)] if hidden else []
    return Survey({**window.as_json, "uses": uses}, _source([workspace]))


def _principals(desk: Desk) -> tuple[list[str], str | None]:
    """The identities of all accounts that host Document Intelligence, and why there may be more."""
    found: set[str] = set()
    hidden = None
    for account in desk.seen.of_type(ACCOUNT):
        if document_intelligence(account, desk.seen) is not ASK:
            continue
        identities = _identities(account.body.get("identity"))
        if identities is None:
            hidden = f"the identity of {account.name} was not read"
        found |= identities or set()
    return sorted(found), hidden


def _identities(identity: Json) -> set[str] | None:
    """The object ids of an `identity`, the system's own and the assigned ones; None if a part of it was not read."""
    if not isinstance(identity, dict):
        return None if isinstance(identity, Unread) else set()
    assigned = identity.get("userAssignedIdentities")
    parts = [identity, *(assigned.values() if isinstance(assigned, dict) else [assigned])]
    given = [part.get("principalId") if isinstance(part, dict) else part for part in parts]
    if any(isinstance(item, Unread) for item in given):
        return None
    return {item.lower() for item in given if isinstance(item, str) and item}


async def requests(account: Resource, desk: Desk) -> Survey:
    """Which operations the account served, as its diagnostic logs say."""
    study = _Study(account, log_routes(account.id, REQUEST_CATEGORIES, desk.seen), desk)
    answers = await study.ask("operations", _OPERATIONS)
    study.must_have_answered()
    merged = _merged(answers.rows, ("Category", "OperationName", "Result"))
    operations: list[Json] = [
        {
            "category": row["Category"],
            "operation": row["OperationName"],
            "kind": kind_of(row["OperationName"]),
            "result": row["Result"],
            "calls": row["Calls"],
            "first": row["First"],
            "last": row["Last"],
        }
        for row in merged
    ]
    if not operations and not answers.doubts:
        operations.append(Unread(f"no request was logged {study.window.words}; logs may not arrive"))
    operations += study.open_ends(answers, REQUEST_CATEGORIES)
    return study.survey({"operations": operations})


def kind_of(operation: str) -> str:
    """What an operation does, by its name: patterns, since the names are documented nowhere (azure-facts 3f, query 2)."""
    name = operation.lower()
    if "delete" in name:
        return "deleteResult" if "result" in name else "deleteModel"
    if "build" in name or "train" in name:
        return "build"
    return next((word for word in ("copy", "analyze") if word in name), "other")


async def blobs(storage: Resource, desk: Desk) -> Survey:
    """How clients used the blobs of a storage account, and how long documents lived in it."""
    study = _Study(storage, log_routes(f"{storage.id}/blobServices/default", BLOB_CATEGORIES, desk.seen), desk)
    asked = await study.ask("requests", _REQUESTS)
    documents = await study.ask("documents", _DOCUMENTS, _LIVES)
    lifecycle = await study.ask("lifecycle", _LIFECYCLE, _ENDS)
    study.must_have_answered()
    merged = _merged(asked.rows, ("TlsVersion", "Protocol", "Authentication"))
    found: list[Json] = [_request(row) for row in merged]
    silence = None
    if not found and not asked.doubts:
        silence = Unread(f"no request of blobs was logged {study.window.words}; logs may not arrive")
        found.append(silence)
    found += study.open_ends(asked, BLOB_CATEGORIES)
    return study.survey(
        {
            "requests": found,
            "documents": study.not_logged(_LIVES) or silence or _documents(documents, study.window),
            "lifecycle": study.not_logged(_ENDS) or silence or _lifecycle(lifecycle),
        }
    )


def _request(row: Row) -> Json:
    tls = _TLS.fullmatch(row["TlsVersion"].strip())
    protocol = row["Protocol"].strip().upper()
    return {
        "tls": f"TLS{tls[1]}_{tls[2] or 0}" if tls else Unread("the log names no TLS version"),
        "protocol": protocol if protocol in {"HTTPS", "HTTP"} else Unread("the log names no protocol"),
        "authentication": row["Authentication"],
        "requests": row["Requests"],
        "callers": row["Callers"],
        "last": row["Last"],
    }


def _documents(answers: _Answers, window: Window) -> Json:
    """How many documents were written and deleted meanwhile. Of several workspaces, what the worst one says."""
    if answers.doubts:
        return Unread(answers.doubts[0])
    worst: dict[str, Row] = {}
    for row in sorted(answers.rows, key=lambda row: (row["LongestHours"] or 0, row["Written"])):
        swept = row["Sweeps"] or worst.get(row["Container"], row)["Sweeps"]
        worst[row["Container"]] = {**row, "Sweeps": swept}
    containers: list[Json] = [{"container": name, **_lives([worst[name]], window)} for name in sorted(worst)]
    return {
        **_lives(list(worst.values()), window),
        "containers": containers or [_none_written(window)],
        "words": f"documents that were written {window.words}; what the log does not tell is those written before",
    }


def _lives(rows: Sequence[Row], window: Window) -> dict[str, Json]:
    """The figures of some containers."""
    written, deleted = (sum(row[name] for row in rows) for name in ("Written", "Deleted"))
    lengths = [row["LongestHours"] for row in rows if row["Written"]]
    longest: Json = _none_written(window)
    if lengths:
        unknown = Unread("the workspace did not tell how long documents lived")
        longest = unknown if None in lengths else max(lengths)
    found = {"written": written, "deleted": deleted, "remaining": max(written - deleted, 0), "longestHours": longest}
    if any(row["Sweeps"] for row in rows):
        return {name: value if name == "written" else _SWEPT for name, value in found.items()}
    return found


def _none_written(window: Window) -> Unread:
    return Unread(f"no document was written {window.words}")


def _lifecycle(answers: _Answers) -> Json:
    if answers.doubts or not answers.rows:
        return Unread(answers.doubts[0] if answers.doubts else "the answer was empty")
    most = max(answers.rows, key=lambda row: (row["Deletes"], row["Failures"]))
    return {
        "deletes": most["Deletes"],
        "failures": max(row["Failures"] for row in answers.rows),
        "last": most["Last"],
    }


@dataclass(frozen=True, slots=True)
class _Answers:
    """What all workspaces answered to one query; `doubts` say what of it is missing."""

    rows: tuple[Row, ...]
    doubts: tuple[str, ...]


class _Study:
    """The logs of one resource, in all workspaces that get them, over one window."""

    def __init__(self, resource: Resource, routes: Sequence[LogRoute], desk: Desk) -> None:
        self._routes = routes
        self._desk = desk
        self._failure: NotReadError | None = None
        self._answered = False
        self.window = window_of([route.workspace for route in routes], desk.reader.time.now())
        self._values: dict[str, Value] = {**_window(self.window), "Account": resource.key}

    async def ask(self, name: str, columns: Mapping[str, Column], needs: frozenset[str] = frozenset()) -> _Answers:
        """Ask every workspace that gets all the categories that the query needs."""
        rows: list[Row] = []
        doubts: list[str] = []
        for route in (route for route in self._routes if needs <= route.categories):
            try:
                answer: Answer = await ask(self._desk, route.workspace, name, self._values, columns)
            except NotReadError as failure:
                self._failure = self._failure or failure
                doubts.append(f"workspace {route.workspace.name}: {failure.reason}")
            else:
                self._answered = True
                rows += answer.rows
                doubts += [f"workspace {route.workspace.name}: {answer.doubt}"] if answer.doubt else []
        return _Answers(tuple(rows), tuple(doubts))

    def must_have_answered(self) -> None:
        """Raise the first failure if no workspace has answered anything: that is a gap, not an answer."""
        if not self._answered and self._failure is not None:
            raise self._failure

    def not_logged(self, categories: frozenset[str]) -> Unread | None:
        """Why the logs of these categories are not whole; None if a workspace gets all of them."""
        if any(categories <= route.categories for route in self._routes):
            return None
        sure = frozenset[str]().union(*(route.categories for route in self._routes))
        lacking = sorted(_NAMES[name] for name in categories - sure)
        if not lacking:
            return Unread("no workspace gets all the logs that tell of this")
        return Unread(f"no diagnostic setting is known to log {' and '.join(lacking)}")

    def open_ends(self, answers: _Answers, categories: frozenset[str]) -> list[Json]:
        """What may be missing from a list."""
        sure = frozenset[str]().union(*(route.categories for route in self._routes))
        unlogged = self.not_logged(categories) if categories - sure else None
        return [*(Unread(doubt) for doubt in answers.doubts), *([unlogged] if unlogged else [])]

    def survey(self, properties: dict[str, Json]) -> Survey:
        """The answer."""
        workspaces = [route.workspace for route in self._routes]
        names = [workspace.id for workspace in workspaces]
        return Survey({**self.window.as_json, "workspaces": names, **properties}, _source(workspaces))


def _window(window: Window) -> dict[str, Value]:
    return {"From": window.start, "To": window.end}


def _source(workspaces: Iterable[Resource]) -> str:
    return "log queries of " + ", ".join(f"workspace {workspace.name}" for workspace in workspaces)


def _merged(rows: Iterable[Row], names: tuple[str, ...]) -> list[Row]:
    """One row for what is the same in several workspaces. They may hold the same logs: counts are the largest, no sums."""
    found: dict[tuple[Json, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in names)
        known = found.get(key)
        if known is None:
            found[key] = dict(row)
            continue
        for name in row.keys() - set(names):
            choose = min if name == "First" else max
            known[name] = choose(filter(None, (known[name], row[name])), default=known[name])
    return [found[key] for key in sorted(found)]
