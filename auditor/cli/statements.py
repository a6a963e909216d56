"""Finds what the customer states: storage in `auditor.yaml`, and `models.yaml`, named or found by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from auditor.model.snapshot import utc_now
from auditor.statements import Statement, read_declared, read_models

_MODELS: Final = Path("models.yaml")


def find_statements(config: Path | None, models: Path | None) -> tuple[Statement, ...]:
    """Read what the configuration declares, and the register that was named or that lies in the current folder."""
    declared = find_declared(config)
    models = models or (_MODELS if _MODELS.is_file() else None)
    return declared if models is None else (*declared, read_models(models, utc_now()))


def find_declared(config: Path | None) -> tuple[Statement, ...]:
    """What the configuration declares of storage. The register is about models, of which infrastructure files have none."""
    return () if config is None else (read_declared(config, utc_now()),)
