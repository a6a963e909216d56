"""One estate in which every name, tag and text that comes from outside is an attack, and its twin in which none is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import yaml

from auditor.model.resource import Resource
from auditor.model.snapshot import Header
from auditor.model.snapshot_file import write_snapshot
from auditor.model.types import MODEL
from tests.builders import GROUP, STARTED, SUBSCRIPTION_ID, account, child, container, gap, snapshot, storage
from tests.report.builders import HOSTILE

COMMANDS = (
    "##vso[task.complete result=Succeeded;]x",
    "##[error]x",
    "##teamcity[buildStatus status='SUCCESS']",
    "::stop-commands::x",
    "padding " * 12 + "::add-mask::x",
    "x" * 97 + "::warning file=a::x",
)
NAMES = (
    *HOSTILE,
    *COMMANDS,
    "1;=1+1",
    "c1\x9b31m\x85",
    "tag\U000e0041\U000e007f",
    "\ufffe\uffff",
    "]]>",
    "%0A::error::x",
)
PAIRS = tuple(one + two for one, two in zip(NAMES[::2], NAMES[1::2], strict=False))
"""Two attacks in a name: what a letter of each does is shown one by one by the tests of the formats."""
PLAIN = tuple(f"name {number:02d}" for number in range(6))
_ODD_IN_IDS = re.compile(r"[/\ud800]")


def resources(names: Iterable[str]) -> Iterable[Resource]:
    """For each name a store called so with a container, or an account with a model, and all their texts."""
    for number, name in enumerate(names):
        last = _ODD_IN_IDS.sub("", name)
        store = storage(f"{number}{last}", name if number % 4 else "westeurope", minimumTlsVersion=name)
        store = Resource({**store.body, "name": name, "tags": {name: name}, "sku": {"name": name}})
        if number % 2:
            yield store
            yield container(store, f"c{last}", metadata={name: name}, publicAccess=name)
        forms = account(f"{number}{last}", name if number % 4 else "westeurope", publicNetworkAccess=name)
        forms = Resource({**forms.body, "name": name, "tags": {name: name}})
        if not number % 2:
            yield forms
            yield child(
                forms, MODEL, f"m{last}", modelId=name, description=name, createdDateTime=name, tags={name: name}
            )


def write_estate(path: Path, names: tuple[str, ...], day: int = 1) -> None:
    """The estate as a snapshot file; each day one store less passes."""
    first = storage("first", supportsHttpsTrafficOnly=day == 1)
    gaps = [replace(gap(f"{GROUP}/{name}", MODEL), reason=name, operation=name or "x") for name in names]
    found = snapshot(first, *resources(names), gaps=tuple(gaps))
    scope = (SUBSCRIPTION_ID, *(f"/subscriptions/{name}" for name in names))
    header = Header(names[0], "azure", scope, STARTED.replace("-01T", f"-{day:02d}T"))
    write_snapshot(path, replace(found, header=header))


def write_statements(folder: Path, names: tuple[str, ...]) -> None:
    """Register, declared storage and waivers with such names; half a letter cannot stand in YAML."""
    names = tuple(name.replace("\ud800", "").replace("\ufffe\uffff", "z") for name in names)
    models = [{"account": name, "model": name, "owner": name, "purpose": name} for name in names]
    declared = [{"storage": name, "account": name, "reason": name} for name in names]
    waivers = [
        {"rule": "DI-TLS-001", "resource": f"*{number}?*", "expires": "2026-12-01", "approvedAt": "2026-10-20"}
        | dict.fromkeys(("reason", "owner", "approvedBy", "ticket"), name)
        for number, name in enumerate(names)
    ]
    for name, value in (
        ("models.yaml", {"schema": "auditor.models/1", "models": models}),
        ("auditor.yaml", {"storage": declared}),
        ("waivers.yaml", {"schema": "auditor.waivers/1", "waivers": waivers}),
    ):
        (folder / name).write_text(yaml.safe_dump(value), encoding="utf-8")


def hidden(text: str) -> set[str]:
    """The letters that hide or reorder text, but for the end of a line."""
    return {letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n"}


def commands(text: str) -> list[str]:
    """The lines that a pipeline takes for commands: those of GitHub at their beginning, the others' anywhere."""
    github = re.compile(r"\s*::[A-Za-z][^\n]*?::")
    return [line for line in text.splitlines() if github.match(line) or re.search(r"##[A-Za-z]*\[", line)]
