"""Microsoft's own Kusto parser (`@kusto/language-service-next`) over our queries: does each name mean something?

One Node process serves a test session. The tables are those of Azure Monitor's references (azure-facts 3f, source
D33), as far as we use them and a little further.
"""

from __future__ import annotations

import atexit
import json
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests import needs

SCRIPT: Final = needs.PROJECT / "tests" / "node" / "kusto-judge.mjs"

_TEXTS: Final = dict.fromkeys
TABLES: Final[dict[str, dict[str, str]]] = {
    "AzureDiagnostics": {
        "TimeGenerated": "datetime",
        **_TEXTS(
            (
                *("TenantId", "SourceSystem", "Type", "_ResourceId", "ResourceId", "ResourceProvider", "ResourceType"),
                *("Resource", "ResourceGroup", "SubscriptionId", "Category", "OperationName", "ResultType"),
                *("ResultDescription", "CallerIPAddress", "CorrelationId"),
            ),
            "string",
        ),
        "DurationMs": "long",
        "AdditionalFields": "dynamic",
    },
    "StorageBlobLogs": {
        "TimeGenerated": "datetime",
        **_TEXTS(
            (
                *("TenantId", "SourceSystem", "Type", "_ResourceId", "AccountName", "AuthenticationHash"),
                *("AuthenticationType", "AuthorizationDetails", "CallerIpAddress", "Category", "CorrelationId"),
                *("DestinationUri", "Location", "ObjectKey", "OperationName", "Protocol", "ReferrerHeader"),
                *("RequesterAppId", "RequesterObjectId", "RequesterTenantId", "SasExpiryStatus", "ServiceType"),
                *("SourceUri", "StatusCode", "StatusText", "TlsVersion", "Uri", "UserAgentHeader"),
            ),
            "string",
        ),
        "DurationMs": "real",
        "ServerLatencyMs": "real",
    },
}
"""`AzureDiagnostics` without `ResultSignature`, which is there only where some resource ever wrote it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the parser found: errors as lines, the columns of the answer, the string literals, the kinds of statements."""

    errors: tuple[str, ...]
    columns: dict[str, str]
    strings: tuple[str, ...]
    statements: tuple[str, ...]


class KustoJudge:
    """The Node process; `judge` may be called as often as wanted."""

    def __init__(self) -> None:
        needs.node_package("@kusto/language-service-next")
        self._process = subprocess.Popen(
            [needs.tool("node"), SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        atexit.register(self.close)

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.communicate()

    def judge(self, query: str, tables: dict[str, dict[str, str]] | None = None) -> Judgement:
        """Parse and bind a query."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        given = {"query": query, "tables": TABLES if tables is None else tables}
        self._process.stdin.write(json.dumps(given) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the parser's process has ended"
        found = json.loads(line)
        errors = tuple(f"{item['code']}: {item['message']} at {item['at']!r}" for item in found["errors"])
        return Judgement(errors, found["columns"], tuple(found["strings"]), tuple(found["kinds"]))


@cache
def the_judge() -> KustoJudge:
    """The judge of this test session, started when first wanted; skips the test where it cannot run."""
    return KustoJudge()
