"""What an earlier report of ours found, so that only what is new fails: `--baseline FILE`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.model.finding import Finding

SARIF_FINGERPRINT: Final = "auditorFingerprint/v1"
"""Where our SARIF has the fingerprint of a result, in `partialFingerprints`."""
_HINT: Final = "A baseline is what `auditor gate -o json=FILE` or `-o sarif=FILE` wrote earlier."


@dataclass(frozen=True, slots=True)
class Baseline:
    """The fingerprints of what failed, and of what was unknown."""

    failed: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    def knows(self, finding: Finding) -> bool:
        """Whether a finding was as bad before. What was unknown and fails now is new; a waived failure is none."""
        worse = self.failed | self.unknown if finding.status == "unknown" else self.failed
        return finding.status in {"fail", "unknown"} and finding.fingerprint in worse


NOTHING_BEFORE: Final = Baseline()


def read_baseline(path: Path) -> Baseline:
    """Read an earlier report, JSON or SARIF. Raises `UsageError` where it is neither."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"the baseline {path} cannot be read: {error}", _HINT) from error
    try:
        found = list(_found(data))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UsageError(f"the baseline {path} is no report of the auditor, in JSON or SARIF", _HINT) from error
    return Baseline(
        frozenset(name for name, status in found if status == "fail"),
        frozenset(name for name, status in found if status == "unknown"),
    )


def _found(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Fingerprint and status of each finding; raises what Python raises where the data is of another form."""
    if data.get("schema") == "auditor.assessment/1":
        for finding in data["findings"]:
            yield _text(finding["fingerprint"]), finding["status"]
        return
    for run in data["runs"]:
        if run["tool"]["driver"]["name"] != "auditor":
            raise ValueError("another tool's")
        for result in run["results"]:
            if not result.get("suppressions"):
                yield _text(result["partialFingerprints"][SARIF_FINGERPRINT]), _STATUSES[result.get("kind", "fail")]


_STATUSES: Final = {"fail": "fail", "open": "unknown", "pass": "pass", "notApplicable": "pass"}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a fingerprint is a text")
    return value
