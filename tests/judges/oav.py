"""Azure's own validator (oav) over Azure's own specifications: judges every exchange with the fake, request and answer.

One Node process serves a test session. Blind spots, found while calibrating: oav does not mind values that no open
enumeration knows, nor a list in place of an object whose schema names no type; a body that is no object is caught here.
What Azure itself does against its specifications is forgiven here, each case with its reason; everything else that the
validator says is an `Objection`.
"""

from __future__ import annotations

import atexit
import json
import subprocess
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from tests import needs

SPECIFIED: Final = {
    "Microsoft.CognitiveServices": ("2026-07-01", "2025-06-01"),
    "Microsoft.Storage": ("2026-09-01", "2025-01-01"),
}
"""Providers for which the corpus has OpenAPI files only of an older version than the auditor asks for: both versions.

Exchanges are judged by the older files. Names that came later are allowed where the known shapes have them.
"""
SCRIPT: Final = needs.PROJECT / "tests" / "node" / "oav-judge.mjs"
SIGN_IN: Final = "login."
UNSPECIFIED: Final = frozenset(
    {
        *("descendants", "permissions", "vaults", "backupVaults", "backupInstances", "backupPolicies"),
        *("privateEndpoints", "logQuery", "metrics", "storageTasks"),
    }
)
"""Routes of the fake for which the corpus holds no specification (of permissions, only those at other scopes)."""


@dataclass(frozen=True, slots=True)
class Objection:
    """What the validator says against one exchange; `where` is `request` or `response`."""

    call: str
    operation: str | None
    where: str
    code: str
    message: str
    paths: tuple[str, ...] = ()

    def __str__(self) -> str:
        at = f" at {', '.join(self.paths)}" if self.paths else ""
        return f"{self.call}: {self.operation or 'no operation'}: {self.where}: {self.code}: {self.message}{at}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the validator found: the operation of the specification (None: it knows none) and the objections."""

    operation: str | None
    objections: tuple[Objection, ...]


class OavJudge:
    """The Node process; `judge` may be called as often as wanted."""

    def __init__(self) -> None:
        needs.node_package("oav")
        specifications = needs.corpus("Azure+azure-rest-api-specs")
        node = needs.tool("node")
        self._process = subprocess.Popen(
            [node, SCRIPT, specifications], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        atexit.register(self.close)

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.communicate()

    def judge(
        self,
        url: str,
        status: int,
        body: Any,
        *,
        method: str = "GET",
        request_headers: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        request_body: Any = None,
        forgive: bool = True,
    ) -> Verdict:
        """Judge one exchange; without `forgive`, what Azure itself does wrong is an objection too."""
        host = urlsplit(url).hostname or ""
        url = _as_specified(
            url.replace(f"{host}//", f"{host}/")
        )  # endpoints end with a slash, the SDK adds one, Azure does not mind
        request = {"method": method.lower(), "url": url, "headers": dict(request_headers or {}), "body": request_body}
        given = headers if headers is not None else {"Content-Type": "application/json"}
        response = {"statusCode": str(status), "headers": _lowered(given), "body": body}
        verdict = self._ask(
            {"dataPlane": ".cognitiveservices." in host, "liveRequest": request, "liveResponse": response}
        )
        call = f"{method} {url} -> {status}"
        objections = tuple(
            Objection(call, verdict["operation"], item["where"], item["code"], item["message"], tuple(item["paths"]))
            for item in verdict["errors"]
        )
        kept = [item for item in objections if not (forgive and _forgiven(item, status))]
        if status == 200 and not isinstance(body, dict):
            kept.append(
                Objection(call, verdict["operation"], "response", "NOT_AN_OBJECT", f"The body is {body!r:.80}.")
            )
        return Verdict(verdict["operation"], tuple(kept))

    def _ask(self, exchange: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(exchange) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the validator's process has ended"
        verdict: dict[str, Any] = json.loads(line)
        return verdict


def _as_specified(url: str) -> str:
    """The address with the API version of the newest OpenAPI files for its provider."""
    path, _, query = url.partition("?")
    provider = path.rpartition("/providers/")[2].partition("/")[0]
    asked, judged = SPECIFIED.get(provider, ("", ""))
    return f"{path}?{query.replace(f'api-version={asked}', f'api-version={judged}')}" if asked else url


@cache
def _later_names() -> frozenset[str]:
    """All names of properties that the collected versions of these providers have."""
    shapes = json.loads((needs.PROJECT / "auditor" / "policy" / "shapes.json").read_text(encoding="utf-8"))
    return frozenset(
        name for key, shape in shapes.items() if key.startswith(tuple(SPECIFIED)) for name in _names_in(shape)
    )


def _names_in(shape: Any) -> Iterable[str]:
    for name, below in (shape or {}).items():
        yield name
        yield from _names_in(below)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _forgiven(objection: Objection, status: int) -> bool:
    """Where Azure and its specification disagree, Azure is right."""
    if objection.where != "response":
        return False
    if objection.code == "OBJECT_ADDITIONAL_PROPERTIES":
        return objection.message.rpartition(": ")[2] in _later_names()
    if objection.code == "INVALID_RESPONSE_CODE":
        # Storage declares no error at all; ARM answers these before or instead of any provider.
        return status in {400, 401, 403, 404, 409, 429} or status >= 500
    if objection.operation == "Subscriptions_List":
        # "nextLink" is declared required, but the last page has none; "count" comes and is not declared.
        return objection.message.endswith((": nextLink", ": count"))
    # diagnosticSettings declares {code, message} without the envelope that ARM puts around every error.
    return (objection.operation or "").startswith("DiagnosticSettings_") and status >= 400


@cache
def the_judge() -> OavJudge:
    """The judge of this test session, started when first wanted; skips the test where it cannot run."""
    return OavJudge()


def objections(exchanges: Iterable[Any], *, disturbed: Collection[str] = ()) -> list[str]:
    """Everything to say against recorded exchanges, as lines; empty if they are as Azure's specifications want them.

    Sign-in is not judged. An answer that a fault disturbed is not judged either, but the request is. `disturbed` names
    faults (by class) whose answers are to be judged all the same.
    """
    lines = []
    for exchange in exchanges:
        if exchange.host.startswith(SIGN_IN) or exchange.route in UNSPECIFIED or ".api.cognitive." in exchange.host:
            continue
        if exchange.method == "HEAD" or ".blob." in exchange.host:  # handshakes, and lists of blobs, which are XML
            continue
        verdict = the_judge().judge(
            exchange.url,
            exchange.status,
            exchange.body,
            method=exchange.method,
            request_headers=exchange.request_headers,
            headers=exchange.headers,
        )
        spoilt = bool(set(exchange.faults) - set(disturbed))
        lines += [str(item) for item in verdict.objections if not (spoilt and item.where == "response")]
    return lines
