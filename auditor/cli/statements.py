"""Finds what the customer states: `auditor.yaml`, `models.yaml` and `waivers.yaml`, named or found by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.model.snapshot import utc_now
from auditor.statements import Statement, read_configuration, read_models
from auditor.waivers import read_waivers

if TYPE_CHECKING:
    from auditor.model.waiver import Waiver


def find_statements(config: Path | None, models: Path | None) -> tuple[Statement, ...]:
    """Read the files that were named or that lie in the current folder; none is no mistake."""
    at = utc_now()
    found: list[Statement] = []
    config = config or _existing("auditor.yaml")
    if config is not None:
        configuration = read_configuration(config, at)
        found.append(configuration.storage)
        models = models or configuration.models
    models = models or _existing("models.yaml")
    if models is not None:
        found.append(read_models(models, at))
    return tuple(found)


def find_configuration(config: Path | None) -> tuple[Statement, ...]:
    """What `auditor.yaml` declares of storage. The register is about models, of which infrastructure files have none."""
    config = config or _existing("auditor.yaml")
    return () if config is None else (read_configuration(config, utc_now()).storage,)


def find_waivers(waivers: Path | None, max_days: float) -> tuple[Waiver, ...]:
    """Read the file that was named or that lies in the current folder; none is no mistake."""
    waivers = waivers or _existing("waivers.yaml")
    return () if waivers is None else read_waivers(waivers, datetime.now(UTC), max_days)


def _existing(name: str) -> Path | None:
    path = Path(name)
    return path if path.is_file() else None
