"""Practice in metrics: in which regions an account's calls were served, and which operations they were.

Asked of Resource Manager at the account itself (`GET …/providers/Microsoft.Insights/metrics`), not of the batch API
`metrics:getBatch`: that one wants its right at the subscription, a host for each region of which those outside of the
public cloud are UNCONFIRMED, and a token of its own (azure-facts 1.1, 3g, 3h). What it saves, fifty accounts in a
call, is little: an account takes two calls, and accounts are few.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from auditor.collectors.answers import NotReadError
from auditor.collectors.limits import Counted
from auditor.collectors.reader import Call
from auditor.collectors.surveys import Survey
from auditor.collectors.surveys.queries import window_of
from auditor.model.reading import Unread
from auditor.model.snapshot import text_of
from auditor.model.types import subscription_of

if TYPE_CHECKING:
    from auditor.collectors.surveys import Desk
    from auditor.collectors.surveys.queries import Window
    from auditor.model.reading import Json
    from auditor.model.resource import Resource

TOP: Final = 100
"""Series that are asked for: Azure gives 10 where nobody says, and does not tell that there are more (azure-facts 3f)."""

_METRIC: Final = "TotalCalls"
_NAMESPACE: Final = "Microsoft.CognitiveServices/accounts"


async def calls(account: Resource, desk: Desk) -> Survey:
    """The calls of the last 30 days by region and by operation; raises `NotReadError` if neither could be read."""
    window = window_of([], desk.reader.time.now())
    found: dict[str, list[Json]] = {}
    failures: list[NotReadError] = []
    for name, dimension, item in (("regions", "Region", "region"), ("operations", "OperationName", "operation")):
        try:
            body = await desk.reader.get(_call(account, desk, window, dimension))
            found[name] = read_series(body, dimension, item)
        except NotReadError as failure:
            failures.append(failure)
            found[name] = [Unread(f"the metric was not read: {failure.reason}")]
    if len(failures) == len(found):
        raise failures[0]
    return Survey({**window.as_json, **found}, f"GET {desk.cloud.arm}{account.id}/providers/Microsoft.Insights/metrics")


def _call(account: Resource, desk: Desk, window: Window, dimension: str) -> Call:
    query = {
        "api-version": desk.record.api_version,
        "metricnamespace": _NAMESPACE,
        "metricnames": _METRIC,
        "aggregation": "Total",
        "interval": "P1D",
        "timespan": f"{text_of(window.start)}/{text_of(window.end)}",
        "$filter": f"{dimension} eq '*'",
        "top": str(TOP),
    }
    address = f"{desk.cloud.arm}{quote(account.id)}/providers/Microsoft.Insights/metrics"
    return Call(
        desk.record.service,
        desk.cloud.arm,
        f"{address}?{urlencode(query, quote_via=quote, safe='')}",
        desk.record.operation,
        Counted(desk.record.throttle, subscription_of(account.key) or account.key),
    )


def read_series(body: Json, dimension: str, name: str) -> list[Json]:
    """How many calls each value of the dimension counts, under `name`; those without any are left out.

    Raises `NotReadError` if the answer is none; what of it cannot be told is an `Unread` at the end of the list.
    """
    match body:
        case {"value": [{"timeseries": list(series)} as metric]}:
            pass
        case _:
            raise NotReadError("the answer was no metric")
    if metric.get("errorCode", "Success") != "Success":
        raise NotReadError("Azure could not compute the metric")
    counted: dict[str, int] = {}
    odd = 0
    for one in series:
        value, total = _value_of(one, dimension), _total(one)
        if value is None or total is None:
            odd += 1
        else:
            counted[value] = counted.get(value, 0) + total
    found: list[Json] = [{name: value, "calls": total} for value, total in sorted(counted.items()) if total]
    if odd:
        found.append(Unread("a part of the metric made no sense"))
    if len(series) >= TOP:
        found.append(Unread(f"Azure gave {len(series)} series, and there may be more"))
    return found


def _value_of(series: Json, dimension: str) -> str | None:
    """The value of the dimension that a series is about."""
    match series:
        case {"metadatavalues": list(values)}:
            pass
        case _:
            return None
    for item in values:
        match item:
            case {"name": {"value": str(name)}, "value": str(value)} if name.lower() == dimension.lower() and value:
                return value
            case _:
                pass
    return None


def _total(series: Json) -> int | None:
    """The sum over the days; one without calls has no total. None if it makes no sense."""
    match series:
        case {"data": list(points)}:
            pass
        case _:
            return None
    total = 0.0
    for point in points:
        number = point.get("total", 0) if isinstance(point, dict) else "no point"
        if isinstance(number, bool) or not isinstance(number, int | float | None) or (number or 0) < 0:
            return None
        total += number or 0
    return round(total) if isfinite(total) else None
