"""Finds what the customer states: `auditor.yaml` and `models.yaml`, named or found by themselves."""

from __future__ import annotations

from pathlib import Path

from auditor.model.snapshot import utc_now
from auditor.statements import Statement, read_configuration, read_models


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


def _existing(name: str) -> Path | None:
    path = Path(name)
    return path if path.is_file() else None
