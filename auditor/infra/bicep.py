"""Bicep, through the compiler on the PATH: `bicep`, or `az bicep`.

The compiler prints the template of one file, so each file takes a process of its own. Places are those in the Bicep files,
as far as a search finds them (`auditor.infra.bicep_source`).
"""

from __future__ import annotations

import logging
import os
import posixpath
import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.arm import template
from auditor.infra.arm.comparing import field_of
from auditor.infra.bicep_source import BicepSource, InBicep
from auditor.infra.json_text import JsonTextError, parse_json
from auditor.infra.origins import Below, Latest
from auditor.infra.text import is_file, read_bytes
from auditor.model.resource import Origin, Resource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from auditor.infra.declared import Declared, Document, Inputs
    from auditor.infra.json_text import Pointer
    from auditor.model.reading import Json

_LOG: Final = logging.getLogger(__name__)
SECONDS: Final = 180
"""For one file, its modules fetched from a registry among it."""
INSTALL: Final = (
    "Install Bicep (https://aka.ms/bicep-install, or `az bicep install`), or pass the JSON that `bicep build` makes."
)
_DIAGNOSTIC: Final = re.compile(
    r"^(?P<file>.+?)\((?P<line>\d+),(?P<column>\d+)\)\s*:\s*Error\s+(?P<problem>.+?)\s*$", re.MULTILINE
)
_MOST_SHOWN: Final = 500


def read(document: Document, inputs: Inputs) -> Declared:
    """The resources that a Bicep file declares. Raises `InfrastructureError` where it does not compile."""
    text = _compiled(document)
    try:
        value = parse_json(text)
    except JsonTextError as error:
        problem = f"what {_version(_command())} made of it is no JSON: {error.problem}"
        raise InfrastructureError((Mistake(document.shown, 1, 1, problem),), INSTALL) from error
    declared = template.read(replace(document, text=text, value=value), inputs)
    files: dict[Path, BicepSource] = {document.path: BicepSource(document.text)}
    resources = tuple(_in_bicep(item, document, value, files) for item in declared.resources)
    return replace(declared, resources=resources, through=declared.through | _through(document.path, files))


def _through(path: Path, files: dict[Path, BicepSource]) -> frozenset[Path]:
    """The files that were read with one: those that a resource came from, what these deploy in any case, and imports.

    A module on a condition that does not hold was not read, nor were the resources of a file that is only imported.
    """
    waiting = list(files)
    found = {item.resolve() for item in waiting} - {path.resolve()}
    while waiting:
        at = waiting.pop()
        source = files[at]
        for target in (*source.parts, *source.imports):
            inner = (at.parent / target).resolve()
            other = _source(inner, files)
            if other is not None and inner not in found and (target in source.parts or not other.declarations):
                found.add(inner)
                waiting.append(inner)
    return frozenset(found) - {path.resolve()}


def _command() -> list[str]:
    """The compiler, as a command without its arguments; empty where there is none."""
    bicep, az = shutil.which("bicep"), shutil.which("az")
    return [bicep] if bicep else [az, "bicep"] if az else []


def _compiled(document: Document) -> str:
    command = _command()
    if not command:
        mistake = Mistake(document.shown, 1, 1, "there is no Bicep compiler on the PATH")
        raise InfrastructureError((mistake,), INSTALL)
    path = str(document.path.resolve())
    file = [path] if len(command) == 1 else ["--file", path]
    try:
        done = _run([*command, "build", "--stdout", *file], SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        late = isinstance(error, subprocess.TimeoutExpired)
        why = f"took longer than {SECONDS} seconds" if late else f"cannot be run: {error}"
        raise InfrastructureError((Mistake(document.shown, 1, 1, f"{' '.join(command)} {why}"),), INSTALL) from error
    if done.returncode:
        raise InfrastructureError(_mistakes(document, done.stderr, command), "Correct the file, as `bicep build` says.")
    return done.stdout.removeprefix("\ufeff")


def _run(arguments: Sequence[str], seconds: float) -> subprocess.CompletedProcess[str]:
    _LOG.debug("running %s", " ".join(arguments))
    environment = {**os.environ, "AZURE_BICEP_CHECK_VERSION": "False"}
    return subprocess.run(  # noqa: S603 - the user's own compiler, found on the PATH
        arguments,
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
    )


def _mistakes(document: Document, said: str, command: list[str]) -> tuple[Mistake, ...]:
    """What the compiler says, with its files called as reports call them."""
    found = tuple(
        Mistake(_shown(match["file"], document), int(match["line"]), int(match["column"]), match["problem"])
        for match in _DIAGNOSTIC.finditer(said)
    )
    if found:
        return found
    words = " ".join(said.split())[:_MOST_SHOWN] or "without a word"
    return (Mistake(document.shown, 1, 1, f"{_version(command)} failed: {words}"),)


def _shown(file: str, document: Document) -> str:
    return document.shown if os.path.realpath(file) == os.path.realpath(document.path) else file


def _version(command: list[str]) -> str:
    """The compiler and its version, for errors that may hang on it."""
    name = " ".join(command)
    try:
        said = _run([*command, "--version" if len(command) == 1 else "version"], 30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return name
    return f"{name} ({said.splitlines()[0]})" if said else name


# Places


def _in_bicep(resource: Resource, document: Document, value: Json, files: dict[Path, BicepSource]) -> Resource:
    """A resource with its place in Bicep instead of that in the compiled template; without one if it is not found."""
    own = resource.origin
    if own is None or not isinstance(own.places, Below | Latest) or own.file != document.shown:
        return resource  # of a linked template, which is no Bicep
    file, places = _place(own.places.pointer, document, value, files)
    return Resource(resource.body, resource.read, Origin(file, own.address, {} if places is None else places))


def _place(
    pointer: Pointer, document: Document, value: Json, files: dict[Path, BicepSource]
) -> tuple[str, InBicep | None]:
    """The file, and the places in it, of what stands at a pointer of the compiled template; modules lie in their own."""
    path, shown, source = document.path, document.shown, files[document.path]
    *modules, (symbol, raw) = _levels(pointer, value)
    for name, module in modules:
        found = source.module(name, str(field_of(module, "name")))
        inner = None if found is None else _source(path.parent / found.target, files)
        if found is None or inner is None:  # of a module that is no file here: where it is used will do
            return shown, None if found is None else InBicep(source, found)
        path, shown = path.parent / found.target, posixpath.normpath(f"{posixpath.dirname(shown)}/{found.target}")
        source = inner
    found = source.resource(symbol, str(field_of(raw, "type")), str(field_of(raw, "name")))
    return shown, None if found is None else InBicep(source, found)


def _source(path: Path, files: dict[Path, BicepSource]) -> BicepSource | None:
    """The Bicep file at a path; None where there is none, as of a module from a registry."""
    if path not in files:
        if not is_file(path):
            return None
        files[path] = BicepSource(read_bytes(path, str(path)).decode("utf-8-sig", errors="replace"))
    return files[path]


def _levels(pointer: Pointer, value: Json) -> list[tuple[str | None, dict[str, Any]]]:
    """The deployments on the way to a resource, and the resource: each with its symbolic name if it has one."""
    found: list[tuple[str | None, dict[str, Any]]] = []
    at = value
    for before, step in zip(("", *pointer), pointer, strict=False):
        at = at[step]
        if str(before).lower() == "resources":
            found.append((step if isinstance(step, str) else None, at))
    return found
