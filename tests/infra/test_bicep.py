"""Bicep through a compiler: here a script that prints what a compiler would."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import ExitCode, InfrastructureError
from auditor.infra import bicep
from auditor.infra.declared import Document, Inputs
from auditor.infra.files import shown_path
from auditor.infra.text import decode
from auditor.model.resource import Resource
from tests.infra.arm.templates import deployment, only, store, template
from tests.needs import corpus

SOURCE = """\
param location string
// resource fake 'Microsoft.Storage/storageAccounts@2023-05-01' = {
var text = '''
resource fake 'Microsoft.Storage/storageAccounts@2023-05-01' = {
'''

@description('it { is')
resource docs 'Microsoft.Storage/storageAccounts@2023-05-01' = if (location != '}') {
  name: 'docs'
  location: location // { a comment
  tags: { 'my tag': 'x', other: 'y' }
  properties: {
    minimumTlsVersion: 'TLS1_0'
    networkAcls: {
      ipRules: [
        { value: '1.1.1.1' }
        {
          value: '2.2.2.2'
        }
      ]
      virtualNetworkRules: [for id in ids: {
        id: id
      }]
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      isVersioningEnabled: true
    }
  }
}

resource others 'Microsoft.Storage/storageAccounts@2023-05-01' = [for i in range(0, 2): {
  name: 'other${i}'
  location: location
}]

module inner 'modules/store.bicep' = {
  name: 'inner'
}

module registry 'br/public:avm/x:1.0' = {
  name: 'fromRegistry'
}
"""
MODULE = """\
resource deep 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'deep'
}
"""


def compiled(*, symbols: bool) -> dict[str, Any]:
    """What the compiler makes of it, with or without symbolic names."""
    docs = store(properties={"minimumTlsVersion": "TLS1_0", "networkAcls": {"ipRules": [{}, {"value": "2.2.2.2"}]}})
    blobs = {
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "name": "docs/default",
        "properties": {"isVersioningEnabled": True},
    }
    others = store("[format('other{0}', copyIndex())]", copy={"name": "others", "count": 2})
    inner, registry = deployment(template(store("deep")), "inner"), deployment(template(store("far")), "fromRegistry")
    resources = {"docs": docs, "docs::blobs": blobs, "others": others, "inner": inner, "registry": registry}
    if symbols:
        return template(resources=resources, languageVersion="2.0")
    return template(*resources.values())


@pytest.fixture
def main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Bicep file in the current folder, and no compiler."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "infra" / "modules").mkdir(parents=True)
    (tmp_path / "infra" / "modules" / "store.bicep").write_text(MODULE, encoding="utf-8")
    path = tmp_path / "infra" / "main.bicep"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def compiler(main: Path, script: str, name: str = "bicep") -> None:
    """Lay a script where the compiler is looked for."""
    path = main.parents[1] / "bin" / name
    path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def printing(main: Path, value: dict[str, Any], name: str = "bicep", mark: str = "") -> None:
    out = main.parents[1] / "out.json"
    out.write_text(mark + json.dumps(value), encoding="utf-8")
    compiler(main, f'echo "$@" > {main.parents[1]}/arguments\ncat {out}', name)


def read(main: Path) -> Any:
    return bicep.read(Document(main, shown_path(main), decode(main.read_bytes(), "x")), Inputs())


def line_of(resource: Resource, path: str = "") -> tuple[str, str | None]:
    """The file of a property, and the line there without its indentation."""
    assert resource.origin is not None
    place = resource.origin.place(path)
    if place.line is None:
        return place.file, None
    line = Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert place.column == len(line) - len(line.lstrip()) + 1 or "tags" in line or "value" in line
    return place.file, line.strip()


@pytest.mark.parametrize("symbols", [True, False])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_are_those_in_bicep(main: Path, symbols: bool, mark: str) -> None:
    printing(main, compiled(symbols=symbols), mark=mark)
    found = {item.name: item for item in read(main).resources if item.type == store()["type"]}
    file = "infra/main.bicep"
    docs = found["docs"]
    head = "resource docs 'Microsoft.Storage/storageAccounts@2023-05-01' = if (location != '}') {"
    assert line_of(docs) == (file, head)
    assert line_of(docs, "properties.minimumtlsversion") == (file, "minimumTlsVersion: 'TLS1_0'")
    assert line_of(docs, "properties.networkacls.iprules[0].value") == (file, "{ value: '1.1.1.1' }")
    assert line_of(docs, "properties.networkacls.iprules[1].value") == (file, "value: '2.2.2.2'")
    assert line_of(docs, "properties.networkacls.iprules[2].value") == (file, "ipRules: [")
    assert (
        line_of(docs, "properties.networkacls.virtualnetworkrules[0].id")[1] == "virtualNetworkRules: [for id in ids: {"
    )
    assert line_of(docs, "properties.supportshttpstrafficonly") == (file, "properties: {")
    assert line_of(docs, "tags['my tag']")[1] == "tags: { 'my tag': 'x', other: 'y' }"
    assert line_of(docs, "tags.other")[1] == "tags: { 'my tag': 'x', other: 'y' }"
    assert line_of(docs, "name.below")[1] == "name: 'docs'"
    assert line_of(found["other1"]) == (
        file,
        "resource others 'Microsoft.Storage/storageAccounts@2023-05-01' = [for i in range(0, 2): {",
    )
    assert line_of(found["deep"]) == (
        "infra/modules/store.bicep",
        "resource deep 'Microsoft.Storage/storageAccounts@2023-05-01' = {",
    )
    assert line_of(found["far"]) == (file, "module registry 'br/public:avm/x:1.0' = {")
    arguments = (main.parents[1] / "arguments").read_text(encoding="utf-8").split()
    assert arguments == ["build", "--stdout", str(main)]
    assert docs.origin is not None
    assert (len(docs.origin.places), list(docs.origin.places)) == (0, [])


def test_children_inside_are_found_by_the_whole_of_their_type(main: Path) -> None:
    printing(main, compiled(symbols=False))
    blobs = only_service(read(main).resources)
    assert line_of(blobs) == ("infra/main.bicep", "resource blobs 'blobServices' = {")
    assert line_of(blobs, "properties.isversioningenabled")[1] == "isVersioningEnabled: true"


def only_service(resources: Any) -> Resource:
    (found,) = [item for item in resources if item.id.endswith("docs/blobServices/default")]
    return found  # type: ignore[no-any-return]


def test_what_cannot_be_told_apart_has_no_place(main: Path) -> None:
    twice = "resource a 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n  name: x\n}\n" * 2
    main.write_text(twice + "resource broken 'A.B/c@1' = ", encoding="utf-8")
    printing(main, template(store("y"), deployment(template(store("z")))))
    assert [line_of(item) for item in read(main).resources] == [("infra/main.bicep", None)] * 4


def test_a_module_that_is_not_there_stands_where_it_is_used(main: Path) -> None:
    (main.parent / "modules" / "store.bicep").unlink()
    printing(main, template(deployment(template(store("deep")), "inner")))
    assert line_of(only(read(main))) == ("infra/main.bicep", "module inner 'modules/store.bicep' = {")


def test_a_linked_template_keeps_its_own_places(main: Path) -> None:
    (main.parent / "linked.json").write_text(json.dumps(template(store())), encoding="utf-8")
    link = {
        "type": "Microsoft.Resources/deployments",
        "name": "l",
        "properties": {"templateLink": {"relativePath": "linked.json"}},
    }
    printing(main, template(link))
    where = only(read(main)).origin
    assert where is not None
    assert (where.file, where.place("").line) == ("infra/linked.json", 1)


def test_az_will_do(main: Path) -> None:
    printing(main, compiled(symbols=True), "az")
    assert read(main).resources
    arguments = (main.parents[1] / "arguments").read_text(encoding="utf-8").split()
    assert arguments == ["bicep", "build", "--stdout", "--file", str(main)]


# Failures


def failure(main: Path) -> InfrastructureError:
    with pytest.raises(InfrastructureError) as caught:
        read(main)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def test_without_a_compiler_the_hint_says_how_to_get_one(main: Path) -> None:
    error = failure(main)
    assert "infra/main.bicep:1:1: there is no Bicep compiler on the PATH" in error.problem
    assert "az bicep install" in error.hint
    assert "`bicep build`" in error.hint


def test_mistakes_have_the_place_that_the_compiler_says(main: Path) -> None:
    said = [
        f"{main}(2,7) : Warning no-unused-params: Parameter is declared but never used.",
        f"{main}(3,1) : Error BCP007: This declaration type is not recognized. [https://aka.ms/bicep/core-diagnostics#BCP007]",
        f"{main.parent}/modules/store.bicep(1,2) : Error BCP018: Expected something.",
    ]
    compiler(main, "".join(f"echo '{line}' >&2\n" for line in said) + "exit 1")
    error = failure(main)
    assert [(item.file, item.line, item.column) for item in error.mistakes] == [
        (f"{main.parent}/modules/store.bicep", 1, 2),
        ("infra/main.bicep", 3, 1),
    ]
    assert error.mistakes[1].problem.startswith("BCP007: This declaration type")


FAILURES = {
    "with words": (
        'test "$1" = --version && echo "Bicep CLI version 0.30.1" && exit\necho "no  network" >&2; exit 1',
        "bicep (Bicep CLI version 0.30.1) failed: no network",
    ),
    "without a word": ('test "$1" = --version && exit\nexit 1', "bicep failed: without a word"),
    "no JSON": ('test "$1" = --version && exit\necho "{"', "bicep made of it is no JSON"),
}


@pytest.mark.parametrize(("script", "expected"), FAILURES.values(), ids=FAILURES)
def test_failures_name_the_compiler(main: Path, script: str, expected: str) -> None:
    compiler(main, script)
    assert expected in failure(main).problem


def test_az_says_its_version_in_its_own_way(main: Path) -> None:
    compiler(main, 'test "$2" = version && echo "Bicep CLI version 1" && exit\nexit 1', "az")
    assert "az bicep (Bicep CLI version 1) failed" in failure(main).problem


def test_a_compiler_that_takes_too_long_is_stopped(main: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bicep, "SECONDS", 0.2)
    compiler(main, "exec sleep 20")
    assert "took longer than 0.2 seconds" in failure(main).problem


def test_a_compiler_that_cannot_be_run(main: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = main.parents[1] / "bin" / "bicep"
    path.write_text("#!/nowhere/at/all\n", encoding="utf-8")
    path.chmod(0o755)
    assert "cannot be run" in failure(main).problem
    compiler(main, "exit 1")
    run = subprocess.run

    def no_version(arguments: list[str], **options: Any) -> Any:
        if "--version" in arguments:
            raise OSError("gone")
        return run(arguments, **options)

    monkeypatch.setattr(subprocess, "run", no_version)
    assert "/bicep failed: without a word" in failure(main).problem


# The corpus: Bicep beside what it compiles to


def test_pairs_of_the_corpus(main: Path) -> None:
    found = placed = 0
    compiler(main, 'exec cat "${3%.bicep}.json"')
    for path in sorted(corpus("Azure+bicep-registry-modules").rglob("main.bicep")):
        if path.with_suffix(".json").exists():
            for resource in bicep.read(
                Document(path, path.name, decode(path.read_bytes(), path.name)), Inputs()
            ).resources:
                assert resource.origin is not None
                found += 1
                placed += resource.origin.place("").line is not None
    assert found > 20
    assert placed == found
