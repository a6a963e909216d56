"""The sample estate that `auditor demo` audits: what each rule says about it, and that a scan could have written it."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from auditor import audit
from auditor.collectors.catalogue import COLLECTORS
from auditor.data import samples_folder
from auditor.errors import ConfigurationError, SnapshotFormatError
from auditor.model.redaction import cut_secrets
from auditor.model.snapshot import Snapshot
from auditor.model.snapshot_file import read_snapshot
from auditor.model.types import (
    BACKUP_INSTANCE,
    BACKUP_POLICY,
    BACKUP_VAULT,
    BATCH_RESULTS,
    BLOB_SERVICE,
    BY_NAME,
    CLASSIFIER,
    CONTAINER,
    ERASURE_REQUEST,
    LOCATION,
    MODEL,
    OPERATION,
    PRIVATE_ENDPOINT,
    STORAGE,
    SUBSCRIPTION,
    VAULT,
)
from auditor.policy.rule import QUESTIONS
from auditor.report.formats.json import as_data, render
from auditor.report.report import Report
from auditor.statements import read_declared, read_models
from auditor.yaml_source import read_yaml
from samples.make_estate import STARTED, build
from tests.judges.oav import the_judge
from tests.needs import PROJECT

SAMPLES: Final = samples_folder()
SCHEMAS: Final = PROJECT / "auditor" / "schemas"
EXPECTED: Final[dict[str, dict[str, str]]] = yaml.safe_load(
    Path(__file__).with_name("expected.yaml").read_text(encoding="utf-8")
)
STATUSES: Final = ("fail", "unknown", "pass")


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / "estate.jsonl").read_text(encoding="utf-8").splitlines()]


@cache
def snapshot() -> Snapshot:
    return audit.read_saved(SAMPLES / "estate.jsonl", [read_models(SAMPLES / "models.yaml", STARTED)])


@cache
def prepared() -> audit.Audit:
    return audit.prepare(audit.Choice())


@cache
def report() -> Report:
    return audit.judge_snapshot(prepared(), snapshot())


def name_of(resource_id: str, type_name: str, name: str) -> str:
    """What `expected.yaml` calls a resource."""
    if type_name == ERASURE_REQUEST:
        return f"erasure {'/'.join(resource_id.split('/')[-2:])}"
    if type_name in {CONTAINER, MODEL, CLASSIFIER}:
        owner = resource_id.split("/providers/")[1].split("/")[2]
        return f"{owner}/{name}"
    return name


def judged() -> dict[tuple[str, str], str]:
    return {
        (finding["rule"], name_of(*(finding["resource"][key] for key in ("id", "type", "name")))): finding["status"]
        for finding in as_data(report())["findings"]
    }


def expected() -> dict[tuple[str, str], str]:
    return {(rule, name): status for name, rules in EXPECTED.items() for rule, status in rules.items()}


def test_every_rule_says_about_every_resource_what_the_facts_say() -> None:
    wanted = {pair: status for pair, status in expected().items() if status != "notApplicable"}
    found = judged()
    wrong = {
        pair: f"expected {wanted.get(pair, 'nothing')}, judged {found.get(pair, 'nothing')}"
        for pair in sorted(wanted.keys() | found.keys())
        if wanted.get(pair) != found.get(pair)
    }
    assert not wrong


def test_every_pair_of_rule_and_resource_is_expected() -> None:
    """What does not apply is no finding, so nothing else would miss it."""
    types = {rule.id: rule.applies_to for rule in prepared().rules}
    pairs = {
        (rule, name_of(resource.id, type_name, resource.name))
        for rule, applies_to in types.items()
        for type_name in applies_to
        for resource in snapshot().of_type(type_name)
    }
    hidden = {
        (rule, account)
        for rule, applies_to in types.items()
        if {MODEL, CLASSIFIER} & set(applies_to)
        for account in ("ctsins-di-mailroom", "ctsins-cognitive")
    }
    assert expected().keys() == pairs | hidden


def test_every_status_occurs() -> None:
    assert set(judged().values()) == set(STATUSES)
    assert "notApplicable" in expected().values()


@pytest.mark.parametrize("family", QUESTIONS)
def test_each_of_the_four_questions_passes_somewhere_and_fails_somewhere(family: str) -> None:
    assert {"pass", "fail"} <= {status for (rule, _), status in expected().items() if rule.split("-")[1] == family}


def test_every_rule_has_something_to_say() -> None:
    """All but the one about allowed regions, of which none is named; it does not apply until some are."""
    assert {rule for rule, _ in judged()} == {rule.id for rule in prepared().rules} - {"DI-REG-005"}
    choice = audit.Choice(profile="strict", parameters={"allowedRegions": "[westeurope, northeurope]"})
    lines_of_strict = audit.judge_snapshot(audit.prepare(choice), snapshot()).lines
    allowed = {
        line.finding.subject.name: line.finding.status for line in lines_of_strict if line.rule.id == "DI-REG-005"
    }
    assert allowed["ctsins-di-claims"] == "pass"
    assert allowed["ctsins-di-lab"] == allowed["ctsinslab"] == "fail"  # Sweden Central


def test_judging_twice_gives_the_same_bytes() -> None:
    again = audit.judge_snapshot(audit.prepare(audit.Choice()), snapshot())
    assert render(again) == render(report())


def test_the_file_holds_what_the_customer_states() -> None:
    """So that the demo, and whoever judges the file alone or in its own folder, see the same."""
    configuration = read_declared(SAMPLES / "auditor.yaml", STARTED)
    alone = audit.read_saved(SAMPLES / "estate.jsonl", [])
    both = audit.read_saved(SAMPLES / "estate.jsonl", [configuration, read_models(SAMPLES / "models.yaml", STARTED)])
    assert render(audit.judge_snapshot(prepared(), alone)) == render(report())
    assert render(audit.judge_snapshot(prepared(), both)) == render(report())


def test_the_script_writes_the_committed_bytes() -> None:
    assert build() == (SAMPLES / "estate.jsonl").read_bytes().decode("utf-8"), "run python -m samples.make_estate"


def schema(name: str) -> Any:
    written = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(written)
    return jsonschema.Draft202012Validator(written)


def test_every_line_is_as_the_schema_of_snapshots_says() -> None:
    validator = schema("snapshot-1.schema.json")
    assert not [error.message for line in lines() for error in validator.iter_errors(line)]


def test_the_register_is_as_its_schema_says() -> None:
    document = read_yaml(SAMPLES / "models.yaml")
    assert not document.mistakes
    assert not [error.message for error in schema("models-1.schema.json").iter_errors(document.value)]


HEADER: Final = {"schema": "auditor.snapshot/1", "source": {"kind": "azure"}, "started": STARTED}
ANY: Final = {"id": "/subscriptions/1", "type": SUBSCRIPTION}


@pytest.mark.parametrize(
    "line",
    [
        {},
        HEADER | {"schema": "auditor.snapshot/2"},
        HEADER | {"source": {"kind": "aws"}},
        {"resource": {"id": "/subscriptions/1"}},
        {"resource": ANY | {"id": ""}},
        {"resource": ANY, "read": {"from": "GET https://…"}},
        {"gap": {"scope": "/subscriptions/1", "operation": f"{STORAGE}/read"}},
        {"read": {"of": "/subscriptions/1"}},
        {"end": {"resources": 1, "gaps": 0}},
        {"end": {"finished": STARTED, "calls": {f"{STORAGE}/read": "1"}}},
    ],
)
def test_a_line_that_the_reader_refuses_fits_no_schema(line: dict[str, Any], tmp_path: Path) -> None:
    assert not schema("snapshot-1.schema.json").is_valid(line)
    before = [] if "schema" in line else [HEADER]
    file = tmp_path / "snapshot.jsonl"
    file.write_text("".join(f"{json.dumps(item)}\n" for item in (*before, line)), encoding="utf-8")
    with pytest.raises(SnapshotFormatError):
        read_snapshot(file)


@pytest.mark.parametrize(
    "line",
    [
        HEADER,
        {"resource": ANY},
        {"resource": ANY | {"properties": {"state": {"$unread": "known only after deployment"}}}},
        {"gap": {"scope": "/", "operation": f"{STORAGE}/read", "reason": "403 AuthorizationFailed"}},
        {"read": {"of": "/subscriptions/1", "operation": f"{STORAGE}/read"}},
        {"end": {"finished": STARTED}},
    ],
)
def test_the_least_that_a_line_must_say_is_enough(line: dict[str, Any], tmp_path: Path) -> None:
    assert schema("snapshot-1.schema.json").is_valid(line)
    file = tmp_path / "snapshot.jsonl"
    lines_before = [] if "schema" in line else [HEADER]
    file.write_text("".join(f"{json.dumps(item)}\n" for item in (*lines_before, line)), encoding="utf-8")
    assert read_snapshot(file).header.started == STARTED


def test_two_things_on_one_line_fit_no_schema() -> None:
    gap = {"scope": "/", "operation": f"{STORAGE}/read", "reason": "403 AuthorizationFailed"}
    assert not schema("snapshot-1.schema.json").is_valid({"resource": ANY, "gap": gap})


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "auditor.models/2"},
        {"model": []},
        {"models": {"account": "forms"}},
        {"models": [{"account": "forms", "model": "invoices", "owner": "Finance"}]},
        {"models": [{"account": "forms", "model": "invoices", "owner": " ", "purpose": "Reads invoices"}]},
        {"models": [{"account": "forms", "model": 7, "owner": "Finance", "purpose": "Reads invoices"}]},
        {"erasureRequests": [{"account": "forms", "model": "invoices", "requestedAt": "yesterday"}]},
        {"erasureRequests": [{"account": "forms", "model": "invoices"}]},
    ],
)
def test_a_register_that_the_reader_refuses_does_not_fit_its_schema(change: dict[str, Any], tmp_path: Path) -> None:
    right = {"schema": "auditor.models/1", "models": [], "erasureRequests": None}
    file = tmp_path / "models.yaml"
    validator = schema("models-1.schema.json")
    file.write_text(json.dumps(right), encoding="utf-8")
    assert validator.is_valid(right)
    assert not read_models(file, STARTED).resources
    file.write_text(json.dumps(right | change), encoding="utf-8")
    assert not validator.is_valid(right | change)
    with pytest.raises(ConfigurationError):
        read_models(file, STARTED)


def test_every_list_that_a_scan_asks_for_was_read_or_is_a_gap() -> None:
    """What lies below a store is asked for only where it may hold documents, models only where there can be any."""
    found = snapshot()
    answered = {(item.scope.lower(), item.operation) for item in found.gaps}
    answered |= {(item.of.lower(), item.operation) for item in found.reads}
    missing = []
    for type_name in sorted(prepared().types - {BATCH_RESULTS}):  # those only on request
        kind = BY_NAME[type_name.lower()]
        for owner in found.of_type(kind.owner) if kind.owner else ():
            if kind.owner_kinds is not None and owner.body["kind"].lower() not in kind.owner_kinds:
                continue
            if owner.type == STORAGE and kind.name != BLOB_SERVICE and owner.body["kind"] == "FileStorage":
                continue
            if kind.single and found.listing(owner.id, kind.name).resources:
                continue
            if (owner.key, kind.operation) not in answered:
                missing.append((owner.name, kind.label))
    assert not missing


def test_the_calls_add_up() -> None:
    """One for every address that was asked, and one for every refusal."""
    sources = {item.source for item in snapshot().reads} | {
        item.read.source for item in snapshot().resources if item.read
    }
    addresses = {source for source in sources if source.startswith("GET ")}
    queries = {item.id for item in snapshot().resources if item.read and item.read.source.startswith(("POST ", "TLS "))}
    failures = [gap for gap in snapshot().gaps if gap.reason.startswith("403") or gap.reason == "no connection"]
    assert snapshot().end is not None
    assert sum(snapshot().end.calls.values()) == len(addresses) + len(queries) + len(failures)


def test_bodies_are_as_azures_own_specifications_want_them() -> None:
    answers: defaultdict[str, list[Any]] = defaultdict(list)
    unspecified = {VAULT, BACKUP_VAULT, BACKUP_INSTANCE, BACKUP_POLICY, PRIVATE_ENDPOINT}  # in the corpus, that is
    surveyed = {record.type for record in COLLECTORS if record.survey is not None}
    for line in lines():
        body = line.get("resource", {"id": "/auditor/"})
        if body["id"].startswith("/auditor/") or body["type"] in unspecified | surveyed:
            continue
        if body["type"] in {SUBSCRIPTION, MODEL, CLASSIFIER, OPERATION}:  # what Azure sent stands in their properties
            answers[line["read"]["from"]].append(body["properties"])
        elif body["type"] == LOCATION:
            answers[line["read"]["from"]].append({**body, "type": "Region"})
        else:
            answers[line["read"]["from"]].append(body)
    objections = []
    for source, bodies in answers.items():
        url = source.removeprefix("GET ")
        alone = "/default?" in url or "/documentModels/" in url or "/documentClassifiers/" in url
        verdict = the_judge().judge(url, 200, bodies[0] if alone else {"value": bodies})
        assert verdict.operation is not None, url
        objections += [str(item) for item in verdict.objections]
    assert not objections


def test_nothing_in_it_is_a_secret_or_a_person() -> None:
    text = (SAMPLES / "estate.jsonl").read_text(encoding="utf-8")
    for sign in ("sig=", "AccountKey=", "eyJ", "@contoso", "userPrincipalName", "upn", "[secret removed]"):
        assert sign not in text
    assert all(cut_secrets(item.body) == item.body for item in snapshot().resources)
