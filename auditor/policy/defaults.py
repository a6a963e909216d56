"""What Azure does when a property is absent: one table, `policies/defaults.yaml`, each entry with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.model.reading import Found
from auditor.policy.paths import PathSyntaxError, parse_path
from auditor.yaml_source import Document, nearest, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from auditor.policy.shapes import Shapes

FILE_NAME: Final = "defaults.yaml"


@dataclass(frozen=True, slots=True)
class Default:
    """What an absent property means, and who says so."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """The table, keyed by type and path, both in lower case."""

    entries: Mapping[tuple[str, str], Default]

    def get(self, type_name: str, path: str) -> Found | None:
        """What Azure does where this property of this type is absent, if the table says so."""
        entry = self.entries.get((type_name.lower(), path.lower()))
        return None if entry is None else Found(entry.value)


def read_defaults(path: Path, shapes: Shapes) -> tuple[Defaults, Document]:
    """Read the table; mistakes stand in the document."""
    document = read_yaml(path)
    entries: dict[tuple[str, str], Default] = {}
    types = document.value if isinstance(document.value, dict) else {}
    if not types and not document.mistakes:
        document.mistake((), "the table of defaults holds resource types, each with its properties")
    known = {name.lower() for name in shapes.type_names()}
    for type_name, properties in types.items():
        if type_name.lower() not in known:
            document.mistake((type_name,), f"no type {type_name} is known; {nearest(type_name, shapes.type_names())}")
        elif not isinstance(properties, dict):
            document.mistake((type_name,), "the properties of the type are wanted here")
        else:
            for written, entry in properties.items():
                _entry(document, shapes, (type_name, written), entry, entries)
    return Defaults(entries), document


def _entry(
    document: Document,
    shapes: Shapes,
    place: tuple[str, str],
    entry: Any,
    entries: dict[tuple[str, str], Default],
) -> None:
    type_name, written = place
    if not isinstance(entry, dict) or set(entry) != {"value", "source"} or not isinstance(entry["source"], str):
        document.mistake(place, "an entry holds a value and a source")
        return
    if entry["value"] is None:
        document.mistake(place, "null is what absent means; say what Azure does then")
        return
    try:
        problem = shapes.problem(type_name, parse_path(written).segments)
    except PathSyntaxError as error:
        problem = str(error)
    if problem:
        document.mistake(place, problem)
        return
    entries[type_name.lower(), written.lower()] = Default(entry["value"], entry["source"])
