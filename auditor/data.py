"""Finds the data that ships with the package: `policies/`, `reports/templates/`, `samples/`."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_folder(name: str, *, checkout: str | None = None) -> Path:
    """Return the folder `name` of the wheel or, in a checkout, the top-level folder that the wheel takes it from."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / (checkout or name)


def policies_folder() -> Path:
    """Where the rules stand that come with the tool."""
    return data_folder("policies")


def templates_folder() -> Path:
    """Where the templates of the reports stand."""
    return data_folder("templates", checkout="reports/templates")


def samples_folder() -> Path:
    """Where the sample estate of `auditor demo` stands."""
    return data_folder("samples")
