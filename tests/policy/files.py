"""Rule files for tests of the loader and of what reads what it loads."""

from __future__ import annotations

from pathlib import Path

from auditor.data import policies_folder
from auditor.errors import PolicyError
from auditor.facts.catalogue import fact_shapes
from auditor.policy.loader import Policy, load_policy
from auditor.policy.shapes import Shapes

RULE = """\
id: T-TLS-001
name: https-only
title: Only HTTPS
severity: high
profile: baseline
basis: data-in-transit
appliesTo: Microsoft.Storage/storageAccounts
check: {field: properties.supportsHttpsTrafficOnly, equals: true}
why: Because.
fix: {text: Turn it on.}
references: [https://learn.microsoft.com/azure/storage]
"""


def write(folder: Path, **texts: str) -> Path:
    """Write files by name (`rule` becomes `rule.yaml`) into a folder, and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def load(*folders: Path, defaults_from: Path | None = None) -> Policy:
    """Load rules against all of the tool's shapes and facts."""
    return load_policy(folders, Shapes(fact_shapes()), defaults_from=defaults_from or policies_folder())


def mistakes(*folders: Path, defaults_from: Path | None = None) -> list[str]:
    """All mistakes, as `file:line problem` with the file's name alone; none if the rules can be loaded."""
    try:
        load(*folders, defaults_from=defaults_from)
    except PolicyError as error:
        return [f"{Path(item.file).name}:{item.line} {item.problem}" for item in error.mistakes]
    return []
