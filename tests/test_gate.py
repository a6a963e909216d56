"""Files judged by the real rules, read by readers that take them as they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor import audit
from auditor.data import policies_folder
from auditor.gate import Gate, Judged, judge_files
from auditor.infra.ids import group_scope, principal_of, resource_id
from auditor.model.snapshot import utc_now
from auditor.model.types import ACCOUNT, BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY, ROLE_ASSIGNMENT, STORAGE
from auditor.report.formats.github import render as as_github
from auditor.report.formats.json import render
from auditor.report.formats.junit import render as as_junit
from auditor.report.formats.text import render as as_text
from auditor.statements import read_declared
from tests.builders import BLOB_READER
from tests.infra.stubs import STUBS
from tests.needs import PROJECT

GROUP = group_scope()
DOCS = resource_id(GROUP, STORAGE, "docs")
DI = resource_id(GROUP, ACCOUNT, "di")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def store(name: str = "docs", tls: str = "TLS1_2", **properties: Any) -> dict[str, Any]:
    return {
        "type": STORAGE,
        "name": name,
        "location": "westeurope",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "properties": {"minimumTlsVersion": tls, "supportsHttpsTrafficOnly": True, **properties},
    }


def account(**properties: Any) -> dict[str, Any]:
    return {
        "type": ACCOUNT,
        "name": "di",
        "location": "westeurope",
        "kind": "FormRecognizer",
        "identity": {"type": "SystemAssigned", "principalId": principal_of(DI)},
        "properties": properties,
    }


def grant() -> dict[str, Any]:
    role = f"{GROUP}/providers/Microsoft.Authorization/roleDefinitions/{BLOB_READER}"
    return {
        "type": ROLE_ASSIGNMENT,
        "name": "g",
        "properties": {"scope": DOCS, "principalId": principal_of(DI), "roleDefinitionId": role},
    }


def write(name: str, *resources: dict[str, Any]) -> Path:
    path = Path(name)
    path.write_text(json.dumps({"contentVersion": "1.0.0.0", "resources": list(resources)}, indent=2), encoding="utf-8")
    return path


def plan(name: str, changes: dict[str, dict[str, Any]]) -> Path:
    found = [
        {
            "address": f"a.{body['name']}",
            "change": {
                "actions": [action],
                "after": {"id": resource_id(GROUP, body["type"], *body.pop("names", [body["name"]])), **body},
            },
        }
        for action, body in ((key.split()[0], body) for key, body in changes.items())
    ]
    path = Path(name)
    path.write_text(json.dumps({"resource_changes": found}), encoding="utf-8")
    return path


def judge(
    *paths: Path,
    every: bool = False,
    config: str = "",
    profile: str = "baseline",
    declared: bool = False,
    **options: Any,
) -> Judged:
    statements = []
    if config:
        Path("auditor.yaml").write_text(config, encoding="utf-8")
        statements = [read_declared(Path("auditor.yaml"), utc_now())]
    prepared = audit.prepare(audit.Choice(profile=profile, all_documents=every, declared_only=declared))
    return judge_files(prepared, Gate(paths, **options), statements, readers=STUBS)


def statuses(found: Judged, rule: str) -> dict[str, str]:
    return {
        line.finding.subject.id.rpartition("/")[2]: line.finding.status
        for line in found.report.lines
        if line.finding.rule == rule
    }


def test_an_account_of_which_no_file_tells_is_judged_as_document_storage() -> None:
    file = write("main.json", store("good"), store("bad", "TLS1_0"))
    found = judge(file)
    assert statuses(found, "DI-TLS-001") == {"good": "pass", "bad": "fail"}
    assert audit.fails(found.report, "low", fail_on_unknown=False)
    spot = next(spot for spot in found.report.blind_spots if spot.kind == "assumedDocuments")
    assert spot.words == "2 storage accounts are judged as document storage because no file tells what they hold."
    assert [item.name for item in spot.resources] == ["bad", "good"]
    none = judge(file, config="storage: []\n")
    assert statuses(none, "DI-TLS-001") == {"good": "pass", "bad": "unknown"}
    assert all(spot.kind != "assumedDocuments" for spot in none.report.blind_spots)
    other = judge(file, config='storage:\n  - storage: good\n    reason: "scans"\n')
    assert statuses(other, "DI-TLS-001") == {"good": "pass", "bad": "unknown"}
    silent = judge(file, config="fail-on: low\n")
    assert statuses(silent, "DI-TLS-001") == {"good": "pass", "bad": "fail"}


def test_where_only_declared_accounts_count_what_passes_passes_and_what_fails_is_unknown() -> None:
    file = write("main.json", store("good"), store("bad", "TLS1_0"))
    found = judge(file, declared=True)
    assert statuses(found, "DI-TLS-001") == {"good": "pass", "bad": "unknown"}
    told = next(line.message for line in found.report.lines if line.finding.status == "unknown")
    assert "declare it in auditor.yaml, or use --scope all" in told
    assert not audit.fails(found.report, "low", fail_on_unknown=False)
    assert audit.fails(found.report, "low", fail_on_unknown=True)
    assert statuses(judge(file, every=True), "DI-TLS-001") == {"good": "pass", "bad": "fail"}
    declared = judge(file, config='storage:\n  - storage: bad\n    reason: "scans"\n')
    assert statuses(declared, "DI-TLS-001") == {"good": "pass", "bad": "fail"}


def test_a_role_in_another_file_is_a_link() -> None:
    found = judge(write("a.json", store(tls="TLS1_0"), account()), write("b.json", grant()))
    assert statuses(found, "DI-TLS-001") == {"docs": "fail"}
    assert statuses(found, "DI-REG-001") == {"docs": "pass"}


def test_a_declared_name_that_two_files_use_declares_both() -> None:
    files = write("a.json", store(tls="TLS1_0")), write("b.json", store(tls="TLS1_1"))
    found = judge(*files, config="storage:\n  - storage: docs\n")
    assert statuses(found, "DI-TLS-001") == {"docs": "fail", "docs {in b.json}": "fail"}


def test_a_finding_has_the_place_of_the_property_that_decides() -> None:
    found = judge(write("main.json", store(tls="TLS1_0")), every=True)
    line = next(line for line in found.report.lines if line.finding.rule == "DI-TLS-001")
    assert line.finding.place is not None
    assert (line.finding.place.file, line.finding.place.line) == ("main.json", 13)
    assert "docs (westeurope) at main.json:13:9: properties.minimumTlsVersion is TLS1_0" in as_text(found.report)
    assert "in 1 file, " in as_text(found.report)


def test_what_no_file_holds_is_said_in_one_line_and_gives_no_finding() -> None:
    found = judge(write("main.json", store(), account(), grant()), profile="strict")
    spot = next(spot for spot in found.report.blind_spots if spot.kind == "onlyLive")
    expected = [
        *(
            "DI-ACC-009",
            "DI-ACC-010",
            "DI-ACC-012",
            "DI-MDL-001",
            "DI-MDL-002",
            "DI-MDL-003",
            "DI-MDL-004",
            "DI-MDL-005",
            "DI-MDL-006",
        ),
        *("DI-MDL-007", "DI-MDL-008", "DI-NET-010", "DI-REG-009", "DI-REG-012", "DI-RET-010", "DI-RET-011"),
        *("DI-RET-012", "DI-RET-014"),
        *("DI-TLS-003", "DI-TLS-004", "DI-TLS-005"),
    ]
    assert spot.words == (
        f"{len(expected)} rules ask about what no file holds (models, handshakes, logs, keys): {', '.join(expected)}."
    )
    judged = {line.finding.rule for line in found.report.lines}
    assert judged & set(expected) == set()
    assert {"otherFiles", "microsoft"} <= {spot.kind for spot in found.report.blind_spots}


def test_documents_need_a_container_even_if_the_file_declares_none() -> None:
    """Without a lifecycle policy nothing deletes them, wherever they lie; no container is no proof that there are none."""
    rules = {
        "id": "r",
        "enabled": True,
        "type": "Lifecycle",
        "definition": {"filters": {"blobTypes": ["blockBlob", "appendBlob"]}},
    }
    policy = {"type": LIFECYCLE_POLICY, "name": "docs/default", "properties": {"policy": {"rules": [rules]}}}
    deleting = {"delete": {"daysAfterCreationGreaterThan": 0}}
    rules["definition"]["actions"] = {"baseBlob": deleting, "snapshot": {"delete": {"daysAfterCreationGreaterThan": 0}}}
    service = {"type": BLOB_SERVICE, "name": "docs/default", "properties": {}}
    without = judge(write("a.json", store(), service), every=True)
    assert statuses(without, "DI-RET-001") == statuses(without, "DI-RET-002") == {"docs": "fail"}
    covered = judge(write("a.json", store(), service, policy), every=True)
    assert statuses(covered, "DI-RET-002") == {"docs": "pass"}
    declared = {"type": CONTAINER, "name": "docs/default/scans", "properties": {"publicAccess": "None"}}
    assert statuses(judge(Path("a.json"), every=True), "DI-ACC-005") == {"docs": "unknown"}
    assert statuses(judge(write("a.json", store(), service, declared), every=True), "DI-ACC-005") == {"scans": "pass"}


def test_what_no_file_holds_stays_out_where_something_else_was_not_seen() -> None:
    """Containers that a linked template may declare have no blobs to look at either."""
    file = write("main.json", store())
    data = json.loads(file.read_text(encoding="utf-8"))
    data["gaps"] = {f"{CONTAINER}/read": "a linked template was not read", f"{CONTAINER}/blobs/read": "the same"}
    file.write_text(json.dumps(data), encoding="utf-8")
    found = judge(file, every=True)
    assert [item.operation for item in found.report.unseen] == sorted(data["gaps"])
    undecided = {line.finding.rule for line in found.report.lines if line.finding.status == "unknown"}
    assert "DI-ACC-005" in undecided
    assert "DI-RET-010" not in undecided


def test_one_rule_that_no_file_answers() -> None:
    Path("rule.yaml").write_text(
        (policies_folder() / "tls" / "storage-refuses-old-tls.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    prepared = audit.prepare(audit.Choice(policies=(Path("rule.yaml"),), all_documents=True))
    found = judge_files(prepared, Gate((write("main.json", store()),)), readers=STUBS)
    assert [spot.words.split(" (")[0] for spot in found.report.blind_spots if spot.kind == "onlyLive"] == [
        "1 rule asks about what no file holds"
    ]
    assert found.report.lines == ()
    Path("rule.yaml").write_text(
        (policies_folder() / "tls" / "storage-minimum-tls.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    prepared = audit.prepare(audit.Choice(policies=(Path("rule.yaml"),)))
    found = judge_files(prepared, Gate((Path("main.json"),)), readers=STUBS)
    assert "onlyLive" not in {spot.kind for spot in found.report.blind_spots}


def test_changed_only_judges_what_the_change_concerns() -> None:
    policy = {"type": LIFECYCLE_POLICY, "name": "default", "names": ["kept", "default"], "properties": {}}
    service = {"type": BLOB_SERVICE, "name": "default", "names": ["left", "default"], "properties": {}}
    file = plan(
        "plan.json",
        {
            "create 1": store("new", "TLS1_0"),
            "no-op 2": store("kept", "TLS1_0"),
            "no-op 3": store("left", "TLS1_0"),
            "update 4": policy,
            "no-op 5": service,
        },
    )
    assert set(statuses(judge(file, every=True), "DI-TLS-001")) == {"new", "kept", "left"}
    assert set(statuses(judge(file, every=True, changed_only=True), "DI-TLS-001")) == {"new", "kept"}


def test_a_baseline_lets_pass_what_it_knows() -> None:
    before = judge(write("main.json", store("old", "TLS1_0")), every=True)
    Path("before.json").write_text(render(before.report), encoding="utf-8")
    same = judge(Path("main.json"), every=True, baseline=Path("before.json"))
    assert not audit.fails(same.report, "low", fail_on_unknown=False)
    assert statuses(same, "DI-TLS-001") == {"old": "fail"}
    line = next(line for line in same.report.lines if line.finding.rule == "DI-TLS-001")
    assert line.known
    assert line.message.endswith(" Known: the baseline has it.")
    data = json.loads(render(same.report))
    Draft202012Validator(json.loads((PROJECT / "auditor/schemas/assessment-1.schema.json").read_bytes())).validate(data)
    assert {item["known"] for item in data["findings"] if item["status"] == "fail"} == {True}
    assert all("known" not in item for item in data["findings"] if item["status"] == "pass")
    assert "::error" in as_github(before.report)
    assert "::error" not in as_github(same.report)
    assert as_github(same.report).count("::notice") > as_github(before.report).count("::notice")
    assert "<failure" in as_junit(before.report)
    assert "<failure" not in as_junit(same.report)
    write("main.json", store("old", "TLS1_0"), store("new", "TLS1_0"))
    more = judge(Path("main.json"), every=True, baseline=Path("before.json"))
    assert audit.fails(more.report, "low", fail_on_unknown=False)


def test_parameters_and_variables_reach_the_readers() -> None:
    write("main.json", store("[name]", "TLS1_0"))
    Path("p.json").write_text(json.dumps({"name": {"value": "given"}}), encoding="utf-8")
    found = judge(Path("main.json"), parameters=Path("p.json"), variables={"x": "1"})
    assert statuses(found, "DI-TLS-001") == {"given": "fail"}
