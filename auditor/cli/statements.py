"""Finds what the customer states: storage in `auditor.yaml`, `models.yaml` and `waivers.yaml`, named or found."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor.model.snapshot import utc_now
from auditor.statements import Statement, read_declared, read_models
from auditor.waivers import read_waivers

if TYPE_CHECKING:
    from auditor.model.waiver import Waiver

_MODELS: Final = Path("models.yaml")
_WAIVERS: Final = Path("waivers.yaml")


def find_statements(config: Path | None, models: Path | None) -> tuple[Statement, ...]:
    """Read what the configuration declares, and the register that was named or that lies in the current folder."""
    declared = find_declared(config)
    models = models or (_MODELS if _MODELS.is_file() else None)
    return declared if models is None else (*declared, read_models(models, utc_now()))


def find_declared(config: Path | None) -> tuple[Statement, ...]:
    """What the configuration declares of storage. The register is about models, of which infrastructure files have none."""
    return () if config is None else (read_declared(config, utc_now()),)


def find_waivers(waivers: Path | None, max_days: float) -> tuple[Waiver, ...]:
    """Read the file that was named or that lies in the current folder; none is no mistake."""
    waivers = waivers or (_WAIVERS if _WAIVERS.is_file() else None)
    return () if waivers is None else read_waivers(waivers, datetime.now(UTC), max_days)
