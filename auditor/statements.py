"""What the customer states about the estate: the register of models, requests for erasure, storage that holds documents.

`models.yaml` (schema auditor.models/1) and the `storage` list of `auditor.yaml` become resources of the types
`Auditor.Register/…` in the snapshot, so that a saved snapshot is judged again by what was stated then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

from auditor.errors import ConfigurationError
from auditor.model.durations import parse_moment
from auditor.model.redaction import cut_secrets
from auditor.model.resource import ListRead, Read, Resource
from auditor.model.types import BY_NAME, DECLARED_STORAGE, ERASURE_REQUEST, REGISTER_ID, REGISTERED_MODEL
from auditor.yaml_source import Document, Place, nearest, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.model.snapshot import Snapshot

_CONTAINER = re.compile(r"^https?://[^/?#\s]+/[^/?#\s]+/?$", re.IGNORECASE)
_Entries: TypeAlias = tuple[str, list[Resource]]
MODELS_SCHEMA: Final = "auditor.models/1"
_HINT: Final = "The documentation of the register shows a whole models.yaml and auditor.yaml."


@dataclass(frozen=True, slots=True)
class Statement:
    """What one file states: the resources it becomes, and the lists that are complete with it."""

    resources: tuple[Resource, ...]
    reads: tuple[ListRead, ...]

    def added_to(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with this statement, in place of an earlier one about the same."""
        operations = frozenset(read.operation.lower() for read in self.reads)
        types = frozenset(kind.key for kind in BY_NAME.values() if kind.operation.lower() in operations)
        return snapshot.restated(self.resources, self.reads, types, operations)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One list of a file: the type its entries become, their fields, and which of these are times or containers."""

    type_name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    times: tuple[str, ...]
    identity: tuple[str, ...]
    containers: tuple[str, ...] = ()


_MODELS: Final = _Kind(
    REGISTERED_MODEL, ("account", "model", "owner", "purpose"), ("deleteBy",), ("deleteBy",), ("account", "model")
)
_ERASURES: Final = _Kind(
    ERASURE_REQUEST,
    ("account", "model", "requestedAt"),
    ("reference", "trainingData"),
    ("requestedAt",),
    ("account", "model"),
    ("trainingData",),
)
_STORAGE: Final = _Kind(DECLARED_STORAGE, ("storage",), ("account", "reason"), (), ("storage", "account"))


def read_models(path: Path, at: str) -> Statement:
    """Read `models.yaml`; `at` is the time to note. Raises `ConfigurationError` with all mistakes."""
    document = read_yaml(path)
    body = _mapping(document, {"schema", "models", "erasureRequests"})
    if body.get("schema") != MODELS_SCHEMA and not document.mistakes:
        document.mistake(("schema",), f"the schema is missing or not known; write schema: {MODELS_SCHEMA}")
    stated = [
        _entries(document, body, "models", _MODELS, at),
        _entries(document, body, "erasureRequests", _ERASURES, at),
    ]
    return _statement(document, stated, at)


def read_declared(path: Path, at: str) -> Statement:
    """Read the `storage` list of `auditor.yaml`, nothing else of it. Raises `ConfigurationError` with all mistakes.

    A file without the list states nothing; an empty list states that no storage account is declared.
    """
    document = read_yaml(path)
    declared = check_declared(document, at)
    says = isinstance(document.value, dict) and document.value.get("storage") is not None
    return _statement(document, [declared] if says else [], at)


def check_declared(document: Document, at: str = "") -> _Entries:
    """The `storage` list of a configuration; what is wrong with it is noted in the document."""
    body = document.value if isinstance(document.value, dict) else {}
    return _entries(document, body, "storage", _STORAGE, at)


def _statement(document: Document, stated: list[_Entries], at: str) -> Statement:
    if document.mistakes:
        raise ConfigurationError(tuple(document.mistakes), _HINT)
    reads = tuple(ListRead(REGISTER_ID, BY_NAME[name.lower()].operation, _source(document), at) for name, _ in stated)
    return Statement(tuple(resource for _, resources in stated for resource in resources), reads)


def _source(document: Document) -> str:
    return document.file.replace("\\", "/").rpartition("/")[2]


def _mapping(document: Document, known: set[str]) -> dict[str, Any]:
    if not isinstance(document.value, dict):
        if not document.mistakes and document.value is not None:
            document.mistake((), f"a mapping is wanted here: {', '.join(sorted(known))}")
        return {}
    for key in document.value:
        if key not in known:
            document.mistake((key,), f"{key} is no key here; {nearest(key, known)}")
    return document.value


def _entries(document: Document, body: dict[str, Any], key: str, kind: _Kind, at: str) -> _Entries:
    written = [] if body.get(key) is None else body[key]
    if not isinstance(written, list):
        document.mistake((key,), "a list is wanted here")
        return kind.type_name, []
    seen: dict[str, Resource] = {}
    for index, entry in enumerate(written):
        place: Place = (key, index)
        if _check(document, entry, place, kind):
            resource = _resource(document, entry, kind, place, at)
            if resource.key in seen:
                document.mistake(
                    place,
                    "this stands here a second time: " + ", ".join(str(entry[n]) for n in kind.identity if n in entry),
                )
            seen[resource.key] = resource
    return kind.type_name, list(seen.values())


def _check(document: Document, entry: Any, place: Place, kind: _Kind) -> bool:  # whatever stands in the file
    if not isinstance(entry, dict):
        document.mistake(place, f"an entry holds {', '.join(kind.required)}")
        return False
    before = len(document.mistakes)
    known = (*kind.required, *kind.optional)
    for name, value in entry.items():
        if name not in known:
            document.mistake((*place, name), f"{name} is no key here; {nearest(name, known)}")
        elif name in kind.containers:
            _check_containers(document, value, (*place, name))
        elif not isinstance(value, str) or not value.strip():
            document.mistake((*place, name), "a text is wanted here (put numbers in quotes)")
        elif kind is _ERASURES and name == "model" and set(value) & set("*?["):
            document.mistake((*place, name), "a request names one model; patterns are for the register")
        elif name in kind.times and parse_moment(value) is None:
            document.mistake((*place, name), f"{value!r} is no date or time: 2026-12-31 or 2026-12-31T12:00:00Z")
    for name in kind.required:
        if name not in entry:
            document.mistake(place, f"{name} is missing")
    return len(document.mistakes) == before


def _check_containers(document: Document, value: Any, place: Place) -> None:
    """The address of a container, or a list of some. Not its query: a SAS stands there, and this file is kept."""
    several = isinstance(value, list)
    if several and not value:
        document.mistake(place, "the list names no container; leave it out if the model was trained from none")
    for index, address in enumerate(value if several else [value]):
        where = (*place, index) if several else place
        if isinstance(address, str) and "?" in address:
            document.mistake(where, "only the address is wanted here; what stands behind the question mark is a secret")
        elif not isinstance(address, str) or _CONTAINER.match(address) is None:
            document.mistake(
                where, "the address of a container is wanted here: https://NAME.blob.core.windows.net/CONTAINER"
            )


def _resource(document: Document, entry: dict[str, Any], kind: _Kind, place: Place, at: str) -> Resource:
    short = kind.type_name.rpartition("/")[2]
    parts = "/".join(quote(entry[name], safe="") for name in kind.identity if name in entry)
    name = entry.get("model") or entry["storage"].rpartition("/")[2]
    body = {
        "id": f"{REGISTER_ID}/{short}/{parts}",
        "type": kind.type_name,
        "name": name,
        "properties": cut_secrets(entry),
    }
    return Resource(body, Read(f"{_source(document)}:{document.line_of(place)}", at))
