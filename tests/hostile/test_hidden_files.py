"""No file in a folder is kept from the gate by what another file says of it, and none keeps the gate waiting."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InfrastructureError
from auditor.infra.read import read
from tests.infra.arm.templates import deployment, store, template

LINKED = {"mode": "Incremental", "templateLink": {"relativePath": "main.json"}}
WITH_STORE = template(store(name="docs"))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "i").mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    compiler = tmp_path / "bin" / "bicep"
    compiler.write_text('#!/bin/sh\nPATH=/usr/bin:/bin\ncat "bin/$(basename "$3").json"\n', encoding="utf-8")
    compiler.chmod(0o755)


def stores(**files: Any) -> tuple[list[str], dict[str, int]]:
    """The stores that reading the folder finds, and how many files it counts; `a__b` is the file `a.b`."""
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        Path("i", name.replace("__", ".")).write_text(text, encoding="utf-8")
    found = read([Path("i")], started="2026-11-24T12:00:00Z", tool="x")
    return [item.name for item in found.snapshot.resources if item.type.endswith("storageAccounts")], dict(found.files)


def compiled(name: str, *resources: dict[str, Any]) -> None:
    """What the compiler prints for a file."""
    written = {**template(*resources), "metadata": {"_generator": {"name": "bicep"}}}
    Path("bin", f"{name}.json").write_text(json.dumps(written), encoding="utf-8")


DECOYS: dict[str, dict[str, Any]] = {
    "words in the metadata": {**template(), "metadata": {"see": {"relativePath": "main.json"}}},
    "a link on a condition that does not hold": template({**deployment("x"), "condition": False, "properties": LINKED}),
    "a link in a loop that never turns": template(
        {**deployment("x"), "copy": {"name": "c", "count": 0}, "properties": LINKED}
    ),
    "a variable": {**template(), "variables": LINKED},
    "its own name": {},
}


@pytest.mark.parametrize("decoy", DECOYS)
def test_a_template_that_nothing_links_is_judged_whatever_is_said_of_it(decoy: str) -> None:
    own = {**WITH_STORE, "metadata": {"relativePath": "main.json"}} if decoy == "its own name" else WITH_STORE
    names, _ = stores(a__json=DECOYS[decoy] or template(), main__json=own)
    assert names == ["docs"]


def test_a_template_that_is_linked_is_judged_once() -> None:
    names, files = stores(a__json=template({**deployment("x"), "properties": LINKED}), main__json=WITH_STORE)
    assert (names, files) == (["docs"], {"ARM template": 1})


BICEP_DECOYS = {
    "a comment": "/*\nmodule m 'main.bicep' = {\n}\n*/\n",
    "a long text": "var x = '''\nmodule m 'main.bicep' = {\n}\n'''\n",
    "a condition": "module m 'main.bicep' = if (false) {\n}\n",
    "a loop": "module m 'main.bicep' = [for i in []: {\n}]\n",
    "an import": "import { t } from 'main.bicep'\n",
    "an import in a comment": "/*\nimport { t } from 'main.bicep'\n*/",
}


@pytest.mark.parametrize("decoy", BICEP_DECOYS)
def test_a_bicep_file_that_nothing_deploys_is_judged_whatever_is_said_of_it(decoy: str) -> None:
    compiled("a.bicep")
    compiled("main.bicep", store(name="docs"))
    source = "resource s 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n}\n"
    names, files = stores(a__bicep=BICEP_DECOYS[decoy], main__bicep=source)
    assert (names, files) == (["docs"], {"Bicep source": 2})


def test_modules_and_what_only_gives_types_are_read_through_what_uses_them() -> None:
    compiled("a.bicep", store(name="docs"))
    names, files = stores(
        a__bicep="import { t } from 'types.bicep'\nmodule m 'b.bicep' = {\n}\nmodule far 'br/public:x:1' = {\n}\n",
        b__bicep="module m 'c.bicep' = {\n}\nmodule gone 'gone.bicep' = {\n}\n",
        c__bicep="var x = 1\n",
        types__bicep="type t = string\n",
    )
    assert (names, files) == (["docs"], {"Bicep source": 1})


def test_what_is_no_file_ends_the_gate_at_once() -> None:
    os.mkfifo("i/waits.json")
    Path("i/endless.json").symlink_to("/dev/zero")
    with pytest.raises(InfrastructureError) as caught:
        stores(a__json=template())
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "i/endless.json:1:1: this is a pipe or a device, and no file",
        "i/waits.json:1:1: this is a pipe or a device, and no file",
    ]


@pytest.mark.parametrize("path", ["a\0b.json", "waits.pipe", "/dev/zero", "..", "../i", "gone.json", "i\n::error::x"])
def test_a_link_to_what_is_no_file_is_not_read(path: str) -> None:
    os.mkfifo("i/waits.pipe")
    link = {"mode": "Incremental", "templateLink": {"relativePath": path}}
    Path("i/a.json").write_text(json.dumps(template({**deployment("x"), "properties": link})), encoding="utf-8")
    found = read([Path("i")], started="2026-11-24T12:00:00Z", tool="x")
    assert found.snapshot.gaps
    assert {"cannot be read" in gap.reason or "no template" in gap.reason for gap in found.snapshot.gaps} == {True}
