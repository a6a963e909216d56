"""Queries of logs: the KQL that is sent, and what of an answer can be believed.

The queries are the files in `kql`; values reach them by `let` statements in front, nowhere else. Each reads its table
through a fuzzy union with an empty one, so that a workspace without the table is no error. The same union leaves out
a table that may not be read, without a word (union operator, Kusto documentation): **an empty answer proves nothing**.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from auditor.collectors.answers import NotReadError
from auditor.collectors.limits import Counted
from auditor.collectors.reader import Call
from auditor.model.durations import parse_moment
from auditor.model.snapshot import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from auditor.collectors.surveys import Desk
    from auditor.model.reading import Json
    from auditor.model.resource import Resource

LONGEST: Final = 30
"""Days that are looked back, and how long a workspace keeps logs unless it says otherwise (azure-facts 2.10, 3f)."""

Value: TypeAlias = "str | datetime | Sequence[str]"
Row: TypeAlias = dict[str, Any]

_FOLDER: Final = Path(__file__).parent / "kql"
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")
_QUERYING: Final = "log queries"
"""Azure counts the log queries of a user, wherever they go (azure-facts 3g, D40): they all stand in one queue."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is looked at."""

    start: datetime
    end: datetime

    @property
    def as_json(self) -> dict[str, Json]:
        """The first two properties of every answer."""
        return {"from": text_of(self.start), "to": text_of(self.end)}

    @property
    def words(self) -> str:
        """The window in a sentence."""
        return f"between {text_of(self.start)} and {text_of(self.end)}"


def window_of(workspaces: Sequence[Resource], now: datetime | None = None) -> Window:
    """The last 30 days, or what every one of the workspaces still keeps."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    kept = [days for workspace in workspaces if (days := _retention(workspace)) is not None]
    return Window(now - timedelta(days=min([LONGEST, *kept])), now)


def _retention(workspace: Resource) -> float | None:
    days = _properties(workspace).get("retentionInDays")
    return days if isinstance(days, int | float) and not isinstance(days, bool) and days > 0 else None


def _properties(workspace: Resource) -> dict[str, Json]:
    properties = workspace.body.get("properties")
    return properties if isinstance(properties, dict) else {}


def literal(value: Value) -> str:
    r"""A value as KQL writes it. JSON's escapes (`\"`, `\\`, `\n`, `\u2028`) are KQL's too; nothing else gets out of quotes."""
    match value:
        case str():
            return json.dumps(value)
        case datetime():
            return f"datetime({text_of(value)})"
        case _:
            return f"dynamic([{', '.join(literal(item) for item in value)}])"


def query_text(name: str, values: Mapping[str, Value]) -> str:
    """The query of that name as it is sent: its name, the values, the file."""
    lets = "".join(f"let {variable} = {literal(value)};\n" for variable, value in values.items())
    return f"// {name}\n{lets}{(_FOLDER / f'{name}.kql').read_text(encoding='utf-8')}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a workspace answered: the rows that could be read, and why there may be more (None: there are not)."""

    rows: tuple[Row, ...]
    doubt: str | None


Column: TypeAlias = "Callable[[Json], Json]"
"""Takes a value of a row; raises `ValueError` or `TypeError` for one that does not belong there."""


async def ask(
    desk: Desk, workspace: Resource, name: str, values: Mapping[str, Value], columns: Mapping[str, Column]
) -> Answer:
    """Ask one workspace; raises `NotReadError`. The rows hold the columns that are named, each as its reader gives it."""
    identity = _properties(workspace).get("customerId")
    if not isinstance(identity, str) or not _GUID.fullmatch(identity):
        raise NotReadError("the workspace names no id for queries")
    endpoint = f"https://{desk.cloud.logs_host}"
    call = Call(
        desk.record.service,
        endpoint,
        f"{endpoint}/{desk.record.api_version}/workspaces/{identity}/query",
        desk.record.operation,
        Counted(desk.record.throttle, _QUERYING, account=workspace.key),
        {"query": query_text(name, values)},
    )
    return read_answer(await desk.reader.get(call), columns)


def read_answer(body: Json, columns: Mapping[str, Column]) -> Answer:
    """The rows of an answer; raises `NotReadError` if it is no table with these columns.

    An answer with an `error` beside its tables is partial (`LogsQueryPartialResult` of the official client).
    """
    match body:
        case {"tables": [{"columns": list(named), "rows": list(rows)}, *_]}:
            names = [item.get("name") if isinstance(item, dict) else None for item in named]
        case _:
            raise NotReadError("the answer was no table")
    missing = [name for name in columns if name not in names]
    if missing:
        raise NotReadError(f"the answer has no column {missing[0]}")
    places = {name: names.index(name) for name in columns}
    doubts = [_partial(body["error"])] if body.get("error") else []
    found = []
    for row in rows:
        try:
            found.append({name: columns[name](row[place]) for name, place in places.items()})
        except (ValueError, TypeError, IndexError, KeyError):
            doubts.append("a row of the answer made no sense")
    return Answer(tuple(found), doubts[0] if doubts else None)


def _partial(error: Json) -> str:
    code = error.get("code") if isinstance(error, dict) else None
    named = f": {code}" if isinstance(code, str) and _CODE.fullmatch(code) else ""
    return f"the workspace answered only in part{named}"


def text(value: Json) -> str:
    """A text; an unset one is empty, as KQL has it."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def count(value: Json) -> int:
    """A number of things."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("no count")
    return value


def hours(value: Json) -> float | None:
    """A length of time; none where there was nothing to measure (KQL then says null or NaN)."""
    if value in {None, "NaN"}:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise ValueError("no hours")
    return round(float(value), 2)


def moment(value: Json) -> str | None:
    """A time as snapshots write it; none where nothing happened."""
    if value is None:
        return None
    read = parse_moment(value) if isinstance(value, str) else None
    if read is None:
        raise ValueError("no time")
    return text_of(read)
