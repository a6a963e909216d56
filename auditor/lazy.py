"""Loading by name, so that a table of commands or formats costs nothing until one of them is used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a table: where the thing is (`package.module:name`) and one line on what it is."""

    target: str
    summary: str

    def load(self) -> Any:
        """Import the module and return the named object."""
        module, _, name = self.target.partition(":")
        return getattr(import_module(module), name)
