"""Infrastructure files become one snapshot: each is opened, its kind told, and read by the reader for that kind."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor.errors import InfrastructureError
from auditor.infra.declared import Inputs
from auditor.infra.detect import Kind
from auditor.infra.files import find_files, shown_path
from auditor.infra.parameters import parameters_beside, read_parameters
from auditor.infra.same_ids import unified
from auditor.infra.together import Together
from auditor.infra.unplaced import placed, with_doubts
from auditor.lazy import Entry
from auditor.model.reading import LIVE_SCAN, Unread
from auditor.model.redaction import cut_secrets, cut_text
from auditor.model.resource import Resource
from auditor.model.snapshot import INFRASTRUCTURE, End, Header, Snapshot
from auditor.model.types import STORAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.infra.declared import Declared
    from auditor.infra.files import Opened

_LOG: Final = logging.getLogger(__name__)
_TEMPLATE: Final = "auditor.infra.arm.template:read"
READERS: Final[Mapping[Kind, Entry]] = {
    Kind.TEMPLATE: Entry(_TEMPLATE, "ARM templates of all scopes and schema versions."),
    Kind.COMPILED_BICEP: Entry(_TEMPLATE, "What `bicep build` makes."),
    Kind.BICEP: Entry("auditor.infra.bicep:read", "Bicep, through the compiler on the PATH."),
    Kind.WHAT_IF: Entry("auditor.infra.whatif:read", "The answer of `az deployment … what-if --no-pretty-print`."),
    Kind.PLAN: Entry("auditor.infra.terraform.plan:read", "`terraform show -json` of a plan; OpenTofu alike."),
    Kind.STATE: Entry("auditor.infra.terraform.state:read", "`terraform show -json` of a state."),
}
"""By kind of file, its reader: `read(document, inputs) -> Declared`. To add one, add a row and a kind."""
_SOURCES: Final = Entry("auditor.infra.terraform.places:placed", "Where Terraform's sources declare a resource.")
_FROM_SOURCES: Final = frozenset({Kind.PLAN, Kind.STATE})
_TAKE_PARAMETERS: Final = frozenset({Kind.TEMPLATE, Kind.COMPILED_BICEP, Kind.BICEP})
_ONLY_AZURE_KNOWS: Final[Mapping[str, tuple[str, ...]]] = {STORAGE.lower(): ("keyCreationTime",)}
"""Properties that Azure alone writes, so that a file without them does not tell that they are absent (Storage API)."""


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """What was read: the snapshot, and the keys of what a deployment would create or change.

    `files` counts them by kind; `notes` say what a user should know of how they were read.
    """

    snapshot: Snapshot
    changed: frozenset[str]
    files: Mapping[str, int]
    notes: tuple[str, ...]


def read(
    paths: Sequence[Path],
    *,
    started: str,
    tool: str,
    parameters: Path | None = None,
    variables: Mapping[str, str] | None = None,
    sources: Path | None = None,
    readers: Mapping[Kind, Entry] = READERS,
) -> Infrastructure:
    """Read files and folders into one snapshot; `started` is the time to note.

    Values of parameters come from the file `parameters`, or else from the one that lies beside a template. Raises
    `InfrastructureError` where a file cannot be read, or where there is none to be read.
    """
    values = {} if parameters is None else read_parameters(parameters, shown_path(parameters))
    given = Inputs(values, variables or {}, sources)
    found = find_files(paths)
    files: dict[str, Declared] = {}
    notes: list[str] = []
    broken: dict[str, InfrastructureError] = {}
    done: list[Opened] = []
    through: set[Path] = set()
    for index, item in enumerate((*found.files, *found.parts)):
        if index >= len(found.files) and item.document.path.resolve() in through:
            continue
        done.append(item)
        _LOG.info("reading %s: %s", item.document.shown, item.kind)
        inputs = given
        beside = parameters_beside(item.document.path) if item.kind in _TAKE_PARAMETERS else None
        if parameters is None and beside is not None:
            inputs = replace(given, parameters=read_parameters(beside, shown_path(beside)))
            notes.append(f"{item.document.shown}: values of parameters from {shown_path(beside)}")
        try:
            declared = _declared(item, inputs, readers)
            files[item.document.shown] = declared
            through |= declared.through
        except InfrastructureError as error:
            broken.setdefault(error.mistakes[0].problem, error)
    _raise(list(broken.values()))
    together = Together()
    for shown, declared in zip(files, placed(unified(list(files.values()))), strict=True):
        together.add(shown, declared)
    notes += _notes(together)
    scope = tuple(item.document.shown for item in done)
    snapshot = Snapshot(
        Header(tool, INFRASTRUCTURE, scope, started),
        tuple(map(_as_deployed, with_doubts(together.resources).values())),
        tuple(dict.fromkeys(replace(gap, reason=cut_text(gap.reason)) for gap in together.gaps)),
        tuple(dict.fromkeys(together.reads)),
        End(started),
    )
    counted = Counter(str(item.kind) for item in done)
    return Infrastructure(snapshot, frozenset(together.changed), dict(sorted(counted.items())), tuple(notes))


def _raise(broken: Sequence[InfrastructureError]) -> None:
    """Report what readers could not read, all in one go; of one problem the first file stands for all."""
    if broken:
        mistakes = tuple(mistake for error in broken for mistake in error.mistakes)
        raise InfrastructureError(mistakes, broken[0].hint) from broken[0]


def _declared(item: Opened, inputs: Inputs, readers: Mapping[Kind, Entry]) -> Declared:
    declared: Declared = readers[item.kind].load()(item.document, inputs)
    folder = inputs.sources or item.document.path.parent
    if item.kind in _FROM_SOURCES and any(folder.glob("*.tf")):
        return replace(declared, resources=tuple(_in_sources(resource, folder) for resource in declared.resources))
    return declared


def _in_sources(resource: Resource, folder: Path) -> Resource:
    """A resource of a plan, with its place in the sources in a folder, where they declare it."""
    found: Resource = _SOURCES.load()(resource, folder)
    if found is resource or found.origin is None:
        return resource
    return replace(found, origin=replace(found.origin, file=shown_path(Path(found.origin.file))))


def _as_deployed(resource: Resource) -> Resource:
    """A resource without secrets, and with what Azure alone knows of it marked as unread."""
    body = cut_secrets(resource.body)
    names = _ONLY_AZURE_KNOWS.get(resource.type_key, ())
    properties = body.setdefault("properties", {}) if names else None
    if isinstance(properties, dict):
        unread = Unread("a file does not tell it", settled_by=LIVE_SCAN)
        properties |= {name: unread for name in names if name not in properties}
    return Resource(body, resource.read, resource.origin)


def _notes(together: Together) -> list[str]:
    notes = []
    if together.folded:
        notes.append(f"declared alike by several files, counted once: {together.folded}")
    if together.apart:
        notes.append(f"declared differently under one id, judged each, as 'NAME {{in FILE}}': {together.apart}")
    return notes
