"""Finds the files that hold infrastructure, and says which of them cannot be read: never in silence.

A file that the user names must hold infrastructure. In a folder what is something else is passed over, and so is what is
read through another file: the modules of Bicep, the templates that others link, Terraform sources beside their plan.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.declared import Document
from auditor.infra.detect import (
    ENDINGS,
    Kind,
    azure_line,
    is_plan_log,
    kind_by_name,
    kind_of,
    may_be_infrastructure,
)
from auditor.infra.json_text import JsonTextError, parse_json
from auditor.infra.parameters import parameters_beside
from auditor.infra.text import HINT, decode, is_file, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

READABLE: Final = (Kind.TEMPLATE, Kind.COMPILED_BICEP, Kind.BICEP, Kind.WHAT_IF, Kind.PLAN, Kind.STATE)
_PASSED_OVER: Final = frozenset(
    {".git", ".hg", ".svn", ".terraform", ".venv", "node_modules", "__pycache__", ".mypy_cache", ".tox"}
)
_MODULE: Final = re.compile(r"^\s*(?:module\s+\w+|import\b.*?\bfrom)\s+'([^':]+)'", re.MULTILINE)
_LINKED: Final = re.compile(r'"relativePath"\s*:\s*"([^"\[][^"]*)"')
_ADVICE: Final = {
    Kind.PARAMETERS: "this file gives values to a template: pass it with --parameters",
    Kind.BICEP_PARAMETERS: "this file gives values to a template: run `bicep build-params`, pass the JSON with --parameters",
    Kind.TERRAFORM: "Terraform source says little without its plan: pass `terraform show -json PLAN > plan.json`",
    Kind.RAW_STATE: "a raw state is Terraform's own: pass `terraform show -json > state.json`",
    Kind.PLAN_LOG: "this is the log of `terraform plan -json`: pass `terraform show -json PLAN > plan.json`",
    Kind.EXPORT: "these are live resources, without what belongs to them: `auditor scan` reads them whole",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that holds infrastructure, or says something of it; `named` by the user, or found in a folder."""

    kind: Kind
    document: Document
    named: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The files to read, and those that others name as a part of theirs: to be read where these turn out not to be."""

    files: list[Opened]
    parts: list[Opened]


def find_files(paths: Sequence[Path]) -> Found:
    """All files to read, among paths of files and folders, in the order of the paths and of the names in a folder.

    Raises `InfrastructureError` with everything that holds infrastructure and cannot be read, or if there is none.
    """
    opened: list[Opened] = []
    mistakes: list[Mistake] = []
    for path, named in _each_once(paths):
        try:
            found = _open(path, named=named)
        except InfrastructureError as error:
            mistakes += error.mistakes
        else:
            opened += [] if found is None else [found]
    mistakes += _not_read(opened)
    if mistakes:
        raise InfrastructureError(tuple(mistakes), HINT)
    through = _named_by_others(opened)
    readable = [item for item in opened if item.kind in READABLE]
    files: list[Opened] = []
    parts: list[Opened] = []
    for item in readable:
        (parts if not item.named and item.document.path.resolve() in through else files).append(item)
    if not files:
        where = ", ".join(map(str, paths))
        raise InfrastructureError((Mistake(str(paths[0]), 1, 1, f"no infrastructure was found in {where}"),), HINT)
    return Found(files, parts)


def shown_path(path: Path) -> str:
    """How reports call a file: below the current folder where it lies there, with slashes on every system."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _each_once(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Each file with whether it was named; what is both named and found counts as named."""
    seen = {path.resolve() for path in paths if not path.is_dir()}
    yield from {path.resolve(): (path, True) for path in paths if not path.is_dir()}.values()
    for folder in paths:
        if folder.is_dir():
            for path in _walk(folder):
                real = path.resolve()
                if real not in seen:
                    seen.add(real)
                    yield path, False


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, onerror=_not_entered):
        folders[:] = sorted(set(folders) - _PASSED_OVER)
        for name in sorted(names):
            if name.lower().endswith(ENDINGS):
                yield Path(place, name)


def _not_entered(error: OSError) -> None:
    """A folder that cannot be listed may hold anything."""
    shown = shown_path(Path(error.filename))
    problem = f"the folder cannot be read: {error.strerror or error}"
    raise InfrastructureError((Mistake(shown, 1, 1, problem),), HINT) from error


def _open(path: Path, *, named: bool) -> Opened | None:
    """Read a file and tell its kind; None for what a folder holds beside infrastructure."""
    shown = shown_path(path)
    if not named and path.exists() and not is_file(path):
        raise InfrastructureError((Mistake(shown, 1, 1, "this is a pipe or a device, and no file"),), HINT)
    text = _text_of(path, shown, named=named)
    if text is None:
        return None
    kind = kind_by_name(path.name) or (Kind.PLAN_LOG if is_plan_log(text) else None)
    if kind is not None:
        return Opened(kind, Document(path, shown, text), named)
    try:
        value = parse_json(text)
    except JsonTextError as error:
        if not named and not may_be_infrastructure(text):
            return None
        mistake = Mistake(shown, error.line, error.column, f"this is no JSON: {error.problem}")
        raise InfrastructureError((mistake,), HINT) from error
    kind = kind_of(value)
    if kind is not None:
        return Opened(kind, Document(path, shown, text, value), named)
    if named:
        raise InfrastructureError((Mistake(shown, 1, 1, "this file holds no infrastructure"),), HINT)
    return None


def _text_of(path: Path, shown: str, *, named: bool) -> str | None:
    """The text of a file; None for what is none, lies in a folder and looks like nothing that matters."""
    data = read_bytes(path, shown)
    try:
        return decode(data, shown)
    except InfrastructureError:
        bare = data.replace(b"\0", b"").decode("latin-1")  # UTF-16 without its mark
        if named or kind_by_name(path.name) is not None or may_be_infrastructure(bare):
            raise
        return None


def _not_read(opened: Sequence[Opened]) -> Iterator[Mistake]:
    """A mistake for each file that tells of infrastructure and cannot be read; of a folder's files of one kind the first."""
    kinds = {item.kind for item in opened}
    given = {parameters_beside(item.document.path) for item in opened if item.kind in READABLE}
    told: set[tuple[Kind, Path]] = set()
    for item in opened:
        line = _unread_line(item, planned=bool(kinds & {Kind.PLAN, Kind.STATE}), given=item.document.path in given)
        place = (item.kind, item.document.path.parent)
        if line is not None and (item.named or place not in told):
            told.add(place)
            yield Mistake(item.document.shown, line, 1, _ADVICE[item.kind])


def _unread_line(item: Opened, *, planned: bool, given: bool) -> int | None:
    """The line that tells of infrastructure which is not read; None where nothing is missed."""
    match item.kind:
        case Kind.TERRAFORM | Kind.RAW_STATE:
            line = azure_line(item.document.text)
            return None if planned else line or (1 if item.named else None)
        case Kind.PARAMETERS | Kind.BICEP_PARAMETERS:
            return 1 if item.named and not given else None
        case Kind.EXPORT:
            return 1 if item.named else None
        case Kind.PLAN_LOG:
            return 1
        case _:
            return None


def _named_by_others(opened: Sequence[Opened]) -> set[Path]:
    """The files that others name as their modules or linked templates, by their real paths."""
    patterns = {Kind.BICEP: _MODULE, Kind.TEMPLATE: _LINKED, Kind.COMPILED_BICEP: _LINKED}
    return {
        (item.document.path.parent / name).resolve()
        for item in opened
        if item.kind in patterns
        for name in patterns[item.kind].findall(item.document.text)
        if "\0" not in name
    }
