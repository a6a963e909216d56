"""Files become one snapshot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InfrastructureError
from auditor.infra.detect import Kind
from auditor.infra.files import READABLE
from auditor.infra.ids import group_scope, resource_id
from auditor.infra.read import READERS, Infrastructure, read
from auditor.model.reading import LIVE_SCAN, Unread
from auditor.model.resource import Gap
from auditor.model.snapshot import INFRASTRUCTURE, End, Header
from auditor.model.types import BLOB_SERVICE, MODEL, STORAGE
from tests.infra.stubs import STUBS

STARTED = "2026-11-24T06:00:00Z"
GROUP = group_scope()


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def template(*names: str, **properties: Any) -> str:
    resources = [{"type": STORAGE, "name": name, "kind": "StorageV2", "properties": properties} for name in names]
    return json.dumps({"contentVersion": "1.0.0.0", "resources": resources})


def lay(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", ".").replace("_in_", "/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(*paths: str, **options: Any) -> Infrastructure:
    return read([Path(path) for path in paths], started=STARTED, tool="1.0", readers=STUBS, **options)


def names(found: Infrastructure) -> list[str]:
    return [resource.name for resource in found.snapshot.of_type(STORAGE)]


def test_every_kind_that_can_be_read_has_a_reader() -> None:
    assert set(READERS) == set(READABLE) == set(STUBS)
    assert all(entry.target.startswith("auditor.infra.") for entry in READERS.values())


def test_a_snapshot_of_files() -> None:
    lay(i_in_a__json=template("one"), i_in_b__bicep="", c__json=template("three"))
    found = run("c.json", "i")
    assert found.snapshot.header == Header("1.0", INFRASTRUCTURE, ("c.json", "i/a.json", "i/b.bicep"), STARTED)
    assert found.snapshot.end == End(STARTED)
    assert names(found) == ["three", "one", "b"]
    assert found.files == {"ARM template": 2, "Bicep source": 1}
    assert found.notes == ()
    assert found.changed == {resource.key for resource in found.snapshot.resources}


def test_what_a_plan_leaves_alone_is_not_changed() -> None:
    body = {"id": resource_id(GROUP, STORAGE, "old"), "type": STORAGE, "name": "old", "properties": {}}
    new = {**body, "id": resource_id(GROUP, STORAGE, "new"), "name": "new"}
    changes = [
        {"address": "a.old", "change": {"actions": ["no-op"], "after": body}},
        {"address": "a.new", "change": {"actions": ["create"], "after": new}},
    ]
    lay(plan__json=json.dumps({"resource_changes": changes}), a__json=template("one"))
    found = run("plan.json", "a.json")
    assert names(found) == ["old", "new", "one"]
    assert found.changed == {str(new["id"]).lower(), resource_id(GROUP, STORAGE, "one").lower()}


def test_parameters_come_from_the_file_that_is_given_or_lies_beside() -> None:
    lay(
        a__json=template("[name]"),
        a__parameters__json=json.dumps({"parameters": {"name": {"value": "beside"}}}),
        b__bicep="",
        prod__json=json.dumps({"name": {"value": "prod"}}),
    )
    found = run("a.json", "b.bicep")
    assert names(found) == ["beside", "b"]
    assert found.notes == ("a.json: values of parameters from a.parameters.json",)
    given = run("a.json", parameters=Path("prod.json"))
    assert names(given) == ["prod"]
    assert given.notes == ()
    with pytest.raises(InfrastructureError, match=r"none\.json"):
        run("a.json", parameters=Path("none.json"))


def test_a_plan_has_its_places_in_the_sources() -> None:
    body = {"id": resource_id(GROUP, STORAGE, "docs"), "type": STORAGE, "name": "docs", "properties": {}}
    other = {**body, "id": resource_id(GROUP, STORAGE, "other"), "name": "other"}
    changes = [
        {"address": "azurerm_storage_account.docs", "change": {"actions": ["create"], "after": body}},
        {"address": "azurerm_storage_account.other", "change": {"actions": ["create"], "after": other}},
    ]
    source = '\n\nresource "azurerm_storage_account" "docs" {\n  min_tls_version = "TLS1_0"\n}\n'
    lay(plan__json=json.dumps({"resource_changes": changes}), src_in_main__tf=source)

    def places(**options: Any) -> list[tuple[str, int | None]]:
        found = run("plan.json", **options).snapshot.of_type(STORAGE)
        at = [resource.origin.place("properties.minimumTlsVersion") for resource in found if resource.origin]
        return [(place.file, place.line) for place in at]

    assert places() == [("plan.json", 1), ("plan.json", 1)]
    assert places(sources=Path("src")) == [("src/main.tf", 4), ("plan.json", 1)]
    lay(main__tf="\n" + source)
    assert places() == [("main.tf", 5), ("plan.json", 1)]


def test_a_plan_takes_no_parameters_from_beside() -> None:
    lay(plan__json=json.dumps({"planned_values": {}, "resource_changes": []}), plan__parameters__json="{")
    assert run("plan.json").notes == ()


def test_two_files_with_one_id_are_both_judged() -> None:
    lay(a__json=template("docs", x=1), b__json=template("docs", x=2), c__json=template("docs", x=1))
    found = run("a.json", "b.json", "c.json")
    properties = [resource.body["properties"]["x"] for resource in found.snapshot.of_type(STORAGE)]
    assert properties == [1, 2]
    assert found.notes == (
        "declared alike by several files, counted once: 1",
        "declared differently under one id, judged each, as 'NAME {in FILE}': 1",
    )
    assert [resource.id for resource in found.snapshot.of_type(STORAGE)][1].endswith("/docs {in b.json}")


def test_gaps_are_kept_once() -> None:
    text = json.dumps({"contentVersion": "1", "resources": [], "gaps": {f"{STORAGE}/read": "why"}})
    lay(a__json=text, b__json=text)
    assert run("a.json", "b.json").snapshot.gaps == (Gap(GROUP, f"{STORAGE}/read", "why"),)


def test_what_readers_cannot_read_is_told_in_one_go() -> None:
    lay(a__bicep="no compiler", b__bicep="no compiler", c__bicep="no module")
    with pytest.raises(InfrastructureError) as caught:
        run("a.bicep", "b.bicep", "c.bicep")
    assert list(map(str, caught.value.mistakes)) == ["a.bicep:1:1: no compiler", "c.bicep:1:1: no module"]
    assert caught.value.hint == "Mend it."


def test_what_azure_alone_knows_is_unread() -> None:
    lay(a__json=template("one"), b__json=template("two", keyCreationTime={"key1": "x"}))
    first, second = run("a.json", "b.json").snapshot.of_type(STORAGE)
    assert first.body["properties"] == {"keyCreationTime": Unread("a file does not tell it", settled_by=LIVE_SCAN)}
    assert second.body["properties"] == {"keyCreationTime": {"key1": "x"}}
    assert first.origin is not None
    lay(c__bicep="")
    bare = run("c.bicep").snapshot.of_type(STORAGE)[0]
    assert "keyCreationTime" in bare.body["properties"]


def test_lists_of_files_are_whole_but_for_what_no_file_holds() -> None:
    lay(a__json=template("one"))
    found = run("a.json").snapshot
    assert found.listing(resource_id(GROUP, STORAGE, "one"), BLOB_SERVICE).unread is None
    assert found.listing("/x", MODEL).unread == Unread("a file declares no custom model", settled_by=LIVE_SCAN)


def test_the_kind_of_a_file_chooses_its_reader() -> None:
    lay(s__json=json.dumps({"values": {"root_module": {}}}), w__json=json.dumps({"changes": [], "status": "x"}))
    assert run("s.json", "w.json").files == {str(Kind.STATE): 1, str(Kind.WHAT_IF): 1}
