"""What a reader of infrastructure files takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from auditor.model.reading import Json
    from auditor.model.resource import Gap, ListRead, Resource


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its path, how reports call it, its text, and its JSON (None for what is no JSON)."""

    path: Path
    shown: str
    text: str
    value: Json = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the user gives beside the files: values of parameters (`--parameters`, `--var`), by name.

    `sources` is the folder of the Terraform sources from which a plan was made (`--tf-dir`), to tell file and line.
    """

    parameters: Mapping[str, Json] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    sources: Path | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file declares.

    `resources` have an `origin`; `gaps` are what the file names and nobody could read; `reads` are lists that it states
    in full. `through` are the files, by their real paths, that were read for this one. `changed` are the keys of resources that a deployment would create or change, None where the file does not
    tell (then all count as changed). `implied` are the keys of resources that Azure makes by itself, as far as nothing else
    tells of them.
    """

    resources: tuple[Resource, ...]
    gaps: tuple[Gap, ...] = ()
    reads: tuple[ListRead, ...] = ()
    changed: frozenset[str] | None = None
    through: frozenset[Path] = frozenset()
    implied: frozenset[str] = frozenset()
