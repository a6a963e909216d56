"""Azure Monitor's metrics as Resource Manager answers them at a resource, from the counts of an estate."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from tests.fakes.azure.arm import forbidden, unauthorized
from tests.fakes.azure.entra import ARM_AUDIENCES, Entra, Refused
from tests.fakes.azure.estate import Estate, Json, key
from tests.fakes.azure.exchange import Answer, Call, answer, error
from tests.fakes.azure.grants import Grants

API_VERSION: Final = "2024-02-01"
ACTION: Final = "Microsoft.Insights/metrics/read"
_PATH: Final = re.compile(r"^(/subscriptions/.+)/providers/microsoft\.insights/metrics$", re.IGNORECASE)
_FILTER: Final = re.compile(r"^(\w+) eq '\*'$")


def is_metric(call: Call) -> bool:
    """Whether a call to Resource Manager asks for metrics."""
    return _PATH.match(call.path) is not None


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metrics of all resources of an estate."""

    estate: Estate
    entra: Entra
    grants: Grants

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        return replace(self._answer(call), route="metrics")

    def _answer(self, call: Call) -> Answer:
        who = self.entra.check(call, ARM_AUDIENCES[call.host])
        if isinstance(who, Refused):
            return unauthorized(who, self.estate.tenant_id)
        path = _PATH.match(call.path)
        assert path is not None
        if not self.grants.allow((ACTION,), path[1]):
            return forbidden(who.client_id, who.object_id, ACTION, call.path)
        wanted = _FILTER.match(call.query.get("$filter", ""))
        asked = {name: call.query.get(name) for name in ("metricnames", "metricnamespace", "aggregation", "interval")}
        usual = {
            "metricnames": "TotalCalls",
            "metricnamespace": "Microsoft.CognitiveServices/accounts",
            "aggregation": "Total",
            "interval": "P1D",
        }
        if call.method != "GET" or wanted is None or asked != usual or call.query.get("api-version") != API_VERSION:
            return error(400, "BadRequest", f"Failed to find metric configuration for {asked}")
        start, _, end = call.query["timespan"].partition("/")
        counts = [item for item in self.estate.metrics if key(item["account"]) == key(path[1])]
        counts = [item for item in counts if start <= item["at"] <= end]
        series = _series(counts, wanted[1])[: int(call.query.get("top", "10"))]
        return answer(_body(path[1], call, series))


def _series(counts: list[Json], dimension: str) -> list[Json]:
    found: dict[str, list[Json]] = {}
    for item in counts:
        found.setdefault(item["dimensions"][dimension], []).append({"timeStamp": item["at"], "total": item["calls"]})
    name = {"value": dimension.lower(), "localizedValue": dimension.lower()}
    return [
        {"metadatavalues": [{"name": name, "value": value}], "data": [*points, {"timeStamp": points[0]["timeStamp"]}]}
        for value, points in found.items()
    ]


def _body(resource_id: str, call: Call, series: list[Json]) -> Json:
    metric = {
        "id": f"{resource_id}/providers/Microsoft.Insights/metrics/TotalCalls",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": "TotalCalls", "localizedValue": "Total Calls"},
        "displayDescription": "Total number of calls.",
        "unit": "Count",
        "timeseries": series,
        "errorCode": "Success",
    }
    return {
        "cost": 43199,
        "timespan": call.query["timespan"],
        "interval": "P1D",
        "value": [metric],
        "namespace": "Microsoft.CognitiveServices/accounts",
        "resourceregion": "westeurope",
    }
