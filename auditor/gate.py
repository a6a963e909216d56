"""The gate: infrastructure files judged before they are deployed, by the rules of the live scan and without Azure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.audit import judge_snapshot
from auditor.infra.read import READERS, read
from auditor.model.snapshot import utc_now
from auditor.report.baseline import NOTHING_BEFORE, read_baseline
from auditor.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from auditor.audit import Audit
    from auditor.infra.detect import Kind
    from auditor.infra.read import Infrastructure
    from auditor.lazy import Entry
    from auditor.model.waiver import Waiver
    from auditor.report.report import Report
    from auditor.statements import Statement


@dataclass(frozen=True, slots=True)
class Gate:
    """What to judge, as the user said it: files and folders, values, and what of it counts."""

    paths: tuple[Path, ...]
    parameters: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    sources: Path | None = None
    changed_only: bool = False
    baseline: Path | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The report, and what was read for it."""

    report: Report
    infrastructure: Infrastructure


def judge_files(
    audit: Audit,
    gate: Gate,
    statements: Sequence[Statement] = (),
    *,
    waivers: Sequence[Waiver] = (),
    explain_passes: bool = True,
    charts: bool = True,
    readers: Mapping[Kind, Entry] = READERS,
) -> Judged:
    """Read the files and judge them. Raises `AuditorError` where one of them, or the baseline, cannot be read."""
    baseline = NOTHING_BEFORE if gate.baseline is None else read_baseline(gate.baseline)
    found = read(
        gate.paths,
        started=utc_now(),
        tool=VERSION,
        parameters=gate.parameters,
        variables=gate.variables,
        sources=gate.sources,
        readers=readers,
    )
    snapshot = found.snapshot
    for statement in statements:
        snapshot = statement.added_to(snapshot)
    changed = found.changed if gate.changed_only else None
    report = judge_snapshot(
        audit,
        snapshot,
        explain_passes=explain_passes,
        charts=charts,
        changed=changed,
        baseline=baseline,
        waivers=waivers,
    )
    return Judged(report, found)
