"""Runs a whole audit under faults with time that passes quickly, and holds its verdicts against the undisturbed ones.

The command itself waits as long as Azure asks it to; here a second is a thousandth, so that a test of patience is none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from auditor import audit
from auditor.cli.statements import find_statements
from auditor.collectors.reader import Patience
from auditor.errors import ExitCode
from auditor.model.snapshot import Snapshot
from auditor.report.formats.json import as_data
from tests.collectors.scans import hurried
from tests.collectors.scans import scan as collect
from tests.e2e.estate import BAD, GOOD, MODELS, estate
from tests.fakes.azure import Estate, FakeAzure
from tests.fakes.azure.faults import Fault

STORAGE_LIST = f"GET .*/subscriptions/{BAD}/providers/Microsoft.Storage/storageAccounts\\?"
BLOB_SERVICE = "GET .*/storageAccounts/docsstore/blobServices/default\\?"
POLICY = "GET .*/storageAccounts/docsstore/managementPolicies/default\\?"
CONTAINERS = "GET .*/storageAccounts/trialdocs/blobServices/default/containers\\?"
ROLES = f"GET .*/subscriptions/{GOOD}/providers/Microsoft.Authorization/roleAssignments\\?"
ACCOUNTS = f"GET .*/subscriptions/{BAD}/providers/Microsoft.CognitiveServices/accounts\\?"
MODEL_LIST = "GET .*//trial-forms.cognitiveservices.azure.com/documentintelligence/documentModels\\?"
ONE_MODEL = "GET .*//trial-forms.cognitiveservices.azure.com/documentintelligence/documentModels/forgotten\\?"
DEFINITIONS = f"GET .*/subscriptions/{BAD}/providers/Microsoft.Authorization/roleDefinitions\\?"
WORKSPACES = f"GET .*/subscriptions/{BAD}/providers/Microsoft.OperationalInsights/workspaces\\?"
BACKUP_VAULTS = f"GET .*/subscriptions/{BAD}/providers/Microsoft.DataProtection/backupVaults\\?"
SETTINGS = "GET .*/storageAccounts/docsstore/blobServices/default/providers/Microsoft.Insights/diagnosticSettings\\?"
OPERATIONS = "GET .*//trial-forms.cognitiveservices.azure.com/documentintelligence/operations\\?"
METRICS = "GET .*/accounts/trial-forms/providers/Microsoft.Insights/metrics\\?"
QUERIES = "POST .*//api.loganalytics.io/v1/workspaces/"
DELETED = f"GET .*/subscriptions/{BAD}/providers/Microsoft.CognitiveServices/deletedAccounts\\?"

PLACES = {
    "storage list": STORAGE_LIST,
    "blob service": BLOB_SERVICE,
    "lifecycle policy": POLICY,
    "containers": CONTAINERS,
    "role assignments": ROLES,
    "accounts": ACCOUNTS,
    "model list": MODEL_LIST,
    "one model": ONE_MODEL,
    "deleted accounts": DELETED,
    "role definitions": DEFINITIONS,
    "workspaces": WORKSPACES,
    "backup vaults": BACKUP_VAULTS,
    "diagnostic settings": SETTINGS,
    "operations": OPERATIONS,
    "metrics": METRICS,
    "log queries": QUERIES,
}
"""One call each, or the same call about each of several resources, as faults name them."""

Pair = tuple[str, str]
"""A rule, and the id of a resource in lower case."""

NONE = "not applicable"
UNSEEN = "/unseen/"
"""Where stores stand of which only a log or an account tells; where that was not read, they are not known of."""
MAY_HOLD_DOCUMENTS = ("/storageaccounts/website", "/storageaccounts/trialcopies")
"""Resources that are not judged because it was seen that no account uses them. Where that can no longer be seen they may
hold documents, and a check that passes still passes (design, section 4)."""

HOLD_NOTHING = ("/storageaccounts/inlinestore", "/storageaccounts/ownedstore", "/storageaccounts/ruledstore")
"""Stores without a container, so that no document waits in them. Where their containers could not be listed they are
judged as stores that have some (`tests/facts/test_retention.py`): without a lifecycle policy they fail these rules."""
ABOUT_CONTAINERS = ("DI-RET-001", "DI-RET-002")


@dataclass(frozen=True)
class Outcome:
    """What came of an audit; `seconds` is how long it took."""

    snapshot: Snapshot
    result: Mapping[str, Any]
    code: int
    seconds: float

    @property
    def statuses(self) -> dict[Pair, str]:
        return {(item["rule"], item["resource"]["id"].lower()): item["status"] for item in self.result["findings"]}

    @property
    def explained(self) -> dict[Pair, str]:
        """What is said of each verdict."""
        return {(item["rule"], item["resource"]["id"].lower()): item["message"] for item in self.result["findings"]}

    def hides(self, key: str, operation: str) -> bool:
        """Whether a list of this resource could not be read."""
        return any(
            gap["operation"] == operation and gap["scope"].lower().startswith(key) for gap in self.result["gaps"]
        )

    def tells_of_more(self, pair: Pair) -> bool:
        """Whether the rule is unknown at something above the resource: there may be more that was not seen."""
        rule, key = pair
        if any(gap["scope"] == "/" for gap in self.result["gaps"]):  # not all subscriptions were seen
            return True
        return any(
            (name, status) == (rule, "unknown") and key.startswith(f"{scope}/")
            for (name, scope), status in self.statuses.items()
        )

    @property
    def reasons(self) -> set[str]:
        return {gap["reason"] for gap in self.result["gaps"]}


@cache
def judged() -> audit.Audit:
    return audit.prepare(audit.Choice(profile="strict"))


@cache
def statements() -> tuple[Any, ...]:
    with TemporaryDirectory() as folder:
        register = Path(folder) / "models.yaml"
        register.write_text(MODELS, encoding="utf-8")
        return find_statements(None, register)


def outcome(
    *faults: Fault, of: Estate | None = None, patience: Patience | None = None, types: Collection[str] | None = None
) -> tuple[Outcome, FakeAzure]:
    """Audit the estate under these faults as the command does, blobs inspected, the strict profile."""
    policy, said, began = judged(), statements(), time.monotonic()
    with FakeAzure(of or estate(signals=False), faults) as azure:
        snapshot = collect(
            azure,
            types or policy.types,
            select=lambda read: audit.documents_stores(read, policy, said),
            patience=patience or hurried(read=20, connect=20, call=100_000),
        ).snapshot
    for statement in said:
        snapshot = statement.added_to(snapshot)
    report = audit.judge_snapshot(policy, snapshot)
    failed = ExitCode.FINDINGS if audit.fails(report, "low", fail_on_unknown=False) else ExitCode.CLEAN
    code = ExitCode.NOT_AUDITED if audit.nothing_was_read(snapshot) else failed
    return Outcome(snapshot, as_data(report), int(code), time.monotonic() - began), azure


@cache
def calm() -> Outcome:
    """What the estate is like when nothing goes wrong."""
    return outcome()[0]


def wrongs(
    found: Outcome,
    may_change: Callable[[Pair], bool] = lambda _pair: False,
    *,
    fails_may_appear: bool = False,
) -> dict[Pair, str]:
    """The verdicts that are neither the undisturbed one nor unknown, and what was lost without a word; there must be none.

    Pairs that `may_change` names were changed by the world itself.
    """
    before, after = calm().statuses, found.statuses
    wrong = {}
    for pair in sorted(before.keys() | after.keys()):
        was, became = before.get(pair, NONE), after.get(pair, NONE)
        excused = may_change(pair) or (became == "fail" and fails_may_appear)
        if became != was and not excused and not _admitted(pair, was, became, found):
            wrong[pair] = f"{was} became {became}"
    return wrong


def _admitted(pair: Pair, was: str, became: str, found: Outcome) -> bool:
    match was, became:
        case _, "unknown":
            return bool(found.explained.get(pair))
        case "unknown", "not applicable" if pair[1].startswith(UNSEEN):
            return True
        case _, "not applicable":
            return found.tells_of_more(pair)
        case _, "fail" if pair[0] in ABOUT_CONTAINERS and pair[1].endswith(HOLD_NOTHING):
            return found.hides(pair[1], "Microsoft.Storage/storageAccounts/blobServices/containers/read")
        case "not applicable", "pass":
            return any(name in pair[1] for name in MAY_HOLD_DOCUMENTS) and bool(found.result["gaps"])
        case _:
            return False
