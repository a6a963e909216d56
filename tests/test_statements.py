"""What the customer states: the register of models, requests for erasure, declared storage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor.errors import ConfigurationError, ExitCode
from auditor.model.resource import ListRead, Read, Resource
from auditor.model.types import (
    BY_NAME,
    DECLARED_STORAGE,
    ERASURE_REQUEST,
    REGISTER_ID,
    REGISTERED_MODEL,
    STORAGE,
)
from auditor.statements import Statement, read_declared, read_models
from auditor.yaml_source import parse_yaml
from tests.builders import snapshot, storage
from tests.needs import PROJECT

AT = "2026-11-01T06:00:00Z"
MODELS = """\
schema: auditor.models/1
models:
  - account: /subscriptions/1/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/forms
    model: invoices
    owner: Ada
    purpose: reading invoices
    deleteBy: 2026-12-31
  - {account: forms, model: "claims*", owner: Ada, purpose: p}
erasureRequests:
  - {account: forms, model: invoices, requestedAt: "2026-10-01T12:00:00+02:00", reference: T-7}
"""


HEAD = "schema: auditor.models/1\n"
ENTRY = "account: forms, model: a, owner: o, purpose: p"
ASKED = "account: a, model: b, requestedAt: 2026-01-01"
CLAIMS = "https://lake.blob.core.windows.net/claims"


def write(folder: Path, text: str, name: str = "models.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def mistakes(read: Any, folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(write(folder, text), AT)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.problem.startswith(f"{len(caught.value.mistakes)} mistake")
    return [f"{item.line} {item.problem}" for item in caught.value.mistakes]


def test_the_register_becomes_resources(tmp_path: Path) -> None:
    found = read_models(write(tmp_path, MODELS), AT)
    first, second, request = found.resources
    account = "%2Fsubscriptions%2F1%2FresourceGroups%2Frg%2Fproviders%2FMicrosoft.CognitiveServices%2Faccounts%2Fforms"
    assert first == Resource(
        {
            "id": f"{REGISTER_ID}/models/{account}/invoices",
            "type": REGISTERED_MODEL,
            "name": "invoices",
            "properties": {
                "account": "/subscriptions/1/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/forms",
                "model": "invoices",
                "owner": "Ada",
                "purpose": "reading invoices",
                "deleteBy": "2026-12-31",
            },
        },
        Read("models.yaml:3", AT),
    )
    assert (second.id, second.read) == (f"{REGISTER_ID}/models/forms/claims%2A", Read("models.yaml:8", AT))
    assert (request.type, request.read) == (ERASURE_REQUEST, Read("models.yaml:10", AT))
    assert request.body["properties"]["reference"] == "T-7"
    operations = [BY_NAME[kind.lower()].operation for kind in (REGISTERED_MODEL, ERASURE_REQUEST)]
    assert found.reads == tuple(ListRead(REGISTER_ID, operation, "models.yaml", AT) for operation in operations)


@pytest.mark.parametrize(
    "text",
    [
        "schema: auditor.models/1",
        "schema: auditor.models/1\nmodels:\nerasureRequests: null",
        "schema: auditor.models/1\nmodels: []",
    ],
)
def test_an_empty_register_is_a_register_that_knows_no_model(text: str, tmp_path: Path) -> None:
    found = read_models(write(tmp_path, text), AT)
    assert found.resources == ()
    assert len(found.reads) == 2


def schema() -> Draft202012Validator:
    published = json.loads((PROJECT / "auditor/schemas/models-1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    return Draft202012Validator(published)


def test_what_the_reader_takes_the_published_schema_takes(tmp_path: Path) -> None:
    schema().validate(parse_yaml(MODELS, "models.yaml").value)
    assert read_models(write(tmp_path, MODELS), AT).resources


@pytest.mark.parametrize("written", [CLAIMS, [CLAIMS], [CLAIMS, "https://lake.dfs.core.chinacloudapi.cn/scans/"]])
def test_a_request_states_what_the_model_was_trained_from(written: Any, tmp_path: Path) -> None:
    text = HEAD + f"erasureRequests:\n  - {{{ASKED}, trainingData: {json.dumps(written)}}}"
    (request,) = read_models(write(tmp_path, text), AT).resources
    assert request.body["properties"]["trainingData"] == written
    schema().validate(parse_yaml(text, "models.yaml").value)


@pytest.mark.parametrize("written", [[], "", 7, "lake/claims", f"{CLAIMS}?sig=1", [CLAIMS, "x"], "https://x.org/"])
def test_what_the_reader_refuses_the_published_schema_refuses(written: Any, tmp_path: Path) -> None:
    text = HEAD + f"erasureRequests:\n  - {{{ASKED}, trainingData: {json.dumps(written)}}}"
    assert mistakes(read_models, tmp_path, text)
    assert not schema().is_valid(parse_yaml(text, "models.yaml").value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ["1 the schema is missing or not known; write schema: auditor.models/1"]),
        ("models: []", ["1 the schema is missing or not known; write schema: auditor.models/1"]),
        ("schema: auditor.models/2", ["1 the schema is missing or not known; write schema: auditor.models/1"]),
        ("- 1", ["1 a mapping is wanted here: erasureRequests, models, schema"]),
        ("a: &b 1", ["1 anchors and aliases are not taken; write the value out"]),
        (HEAD + "model: []", ["2 model is no key here; did you mean models?"]),
        (HEAD + "models: {}", ["2 a list is wanted here"]),
        (HEAD + "models: false", ["2 a list is wanted here"]),
        (HEAD + "models: ''", ["2 a list is wanted here"]),
        (HEAD + "models: [x]", ["2 an entry holds account, model, owner, purpose"]),
        (
            HEAD + "models:\n  - {}",
            ["3 account is missing", "3 model is missing", "3 owner is missing", "3 purpose is missing"],
        ),
        (HEAD + f"models:\n  - {{{ENTRY}, deleteBye: x}}", ["3 deleteBye is no key here; did you mean deleteBy?"]),
        (
            HEAD + f"models:\n  - {{{ENTRY}, deleteBy: soon}}",
            ["3 'soon' is no date or time: 2026-12-31 or 2026-12-31T"],
        ),
        (HEAD + f"models:\n  - {{{ENTRY}, deleteBy: 2026-02-30}}", ["3 '2026-02-30' is no date or time"]),
        (HEAD + f"models:\n  - {{{ENTRY}, deleteBy: null}}", ["3 a text is wanted here (put numbers in quotes)"]),
        (
            HEAD + "models:\n  - {account: 7, model: ' ', owner: o, purpose: p}",
            ["3 a text is wanted", "3 a text is wanted"],
        ),
        (
            HEAD + f"models:\n  - {{{ENTRY}}}\n  - {{{ENTRY.replace('forms', 'FORMS')}}}",
            ["4 this stands here a second time: FORMS, a"],
        ),
        (
            HEAD + "erasureRequests:\n  - {account: a, model: 'b*', requestedAt: 2026-01-01}",
            ["3 a request names one model; patterns are for the register"],
        ),
        (HEAD + "erasureRequests:\n  - {account: a, model: b}", ["3 requestedAt is missing"]),
        (
            HEAD + f"erasureRequests:\n  - {{{ASKED}, trainingData: lake/claims}}",
            ["3 the address of a container is wanted"],
        ),
        (HEAD + f"erasureRequests:\n  - {{{ASKED}, trainingData: 7}}", ["3 the address of a container is wanted"]),
        (HEAD + f"erasureRequests:\n  - {{{ASKED}, trainingData: []}}", ["3 the list names no container"]),
        (
            HEAD + f"erasureRequests:\n  - {{{ASKED}, trainingData: ['{CLAIMS}', x, '{CLAIMS}?sig=1']}}",
            ["3 the address of a container is wanted", "3 only the address is wanted here; what stands behind the"],
        ),
        (HEAD + f"models:\n  - {{{ENTRY}, trainingData: '{CLAIMS}'}}", ["3 trainingData is no key here"]),
        (HEAD + "erasureRequests:\n  - {account: a, model: b, requestedAt: 7d}", ["3 '7d' is no date or time"]),
        (
            HEAD + "x: 1\nmodels:\n  - {account: a}\nerasureRequests: 7",
            ["2 x is no key here", "4 model is missing", "4 owner is missing", "4 purpose is missing", "5 a list"],
        ),
    ],
    ids=range(26),
)
def test_every_mistake_in_the_register_is_told_with_its_line(text: str, wanted: list[str], tmp_path: Path) -> None:
    found = mistakes(read_models, tmp_path, text)
    assert len(found) == len(wanted), found
    assert all(got.startswith(start) for got, start in zip(found, wanted, strict=True)), found


def test_the_configuration_declares_storage(tmp_path: Path) -> None:
    text = "storage:\n  - storage: docs\n    reason: scans\n  - {storage: docs, account: forms}\nmodels: sub/m.yaml\n"
    found = read_declared(write(tmp_path, text, "auditor.yaml"), AT)
    assert [(item.id, item.name, item.type) for item in found.resources] == [
        (f"{REGISTER_ID}/storage/docs", "docs", DECLARED_STORAGE),
        (f"{REGISTER_ID}/storage/docs/forms", "docs", DECLARED_STORAGE),
    ]
    assert found.reads == (ListRead(REGISTER_ID, BY_NAME[DECLARED_STORAGE.lower()].operation, "auditor.yaml", AT),)


@pytest.mark.parametrize("text", ["", "# nothing yet", "storage:\nmodels:", "failOn: high", "[1]"])
def test_an_empty_configuration_declares_nothing(text: str, tmp_path: Path) -> None:
    assert read_declared(write(tmp_path, text), AT).resources == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("storage: docs", ["1 a list is wanted here"]),
        ("storage: [docs]", ["1 an entry holds storage"]),
        ("storage:\n  - account: forms", ["2 storage is missing"]),
        ("storage:\n  - storage: a\n  - storage: A", ["3 this stands here a second time: A"]),
    ],
    ids=range(4),
)
def test_every_mistake_in_what_is_declared_is_told_with_its_line(text: str, wanted: list[str], tmp_path: Path) -> None:
    assert mistakes(read_declared, tmp_path, text) == wanted


def test_a_store_is_named_by_the_end_of_its_id(tmp_path: Path) -> None:
    for written in (f"/subscriptions/1/resourceGroups/rg/providers/{STORAGE}/docs", "docs"):
        found = read_declared(write(tmp_path, f"storage: [{{storage: {written}}}]"), AT)
        assert [item.name for item in found.resources] == ["docs"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        read_models(tmp_path / "none.yaml", AT)


def test_a_statement_takes_the_place_of_an_earlier_one_about_the_same(tmp_path: Path) -> None:
    old = read_models(write(tmp_path, MODELS), "2026-01-01")
    declared = read_declared(write(tmp_path, "storage: [{storage: docs}]"), AT)
    new = read_models(write(tmp_path, HEAD + f"models: [{{{ENTRY}}}]"), AT)
    before = declared.added_to(old.added_to(snapshot(storage())))
    after = new.added_to(before)
    stated = [item.id for item in after.resources if item.id.startswith(REGISTER_ID)]
    assert stated == [f"{REGISTER_ID}/storage/docs", f"{REGISTER_ID}/models/forms/a"]
    assert [read.at for read in after.reads if read.of == REGISTER_ID] == [AT, AT, AT]
    assert [item for item in after.resources if not item.id.startswith(REGISTER_ID)] == list(
        snapshot(storage()).resources
    )
    assert (after.header, after.gaps, after.end) == (before.header, before.gaps, before.end)


def test_a_statement_of_nothing_changes_nothing() -> None:
    found = snapshot(storage())
    assert Statement((), ()).added_to(found) == found
