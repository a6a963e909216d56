"""Every template of the corpus is read, and no account in it is lost; labelled cases of peers; probes of what they miss."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import Choice, prepare
from auditor.gate import Gate, judge_files
from auditor.infra import bicep
from auditor.infra.arm.template import read
from auditor.infra.declared import Document, Inputs
from auditor.infra.detect import Kind, kind_of
from auditor.infra.json_text import JsonTextError, parse_json
from auditor.infra.text import decode
from tests.infra.arm.templates import account, deployment, store, template
from tests.needs import corpus

ACCOUNTS = {"microsoft.storage/storageaccounts", "microsoft.cognitiveservices/accounts"}
TEMPLATES = {Kind.TEMPLATE, Kind.COMPILED_BICEP}


def written(resources: Any, above: str = "") -> Iterator[dict[str, Any]]:
    """All accounts in a template, found by walking through its JSON, whatever becomes of them."""
    items = resources.values() if isinstance(resources, dict) else resources if isinstance(resources, list) else ()
    for item in items:
        if isinstance(item, dict):
            kind = f"{above}/{item.get('type', '')}".strip("/").lower()
            if kind in ACCOUNTS:
                yield item
            yield from written(item.get("resources"), kind)
            properties = item.get("properties")
            inner = properties.get("template") if isinstance(properties, dict) else None
            yield from written(inner.get("resources") if isinstance(inner, dict) else None)


def templates() -> Iterator[tuple[Path, str, Any]]:
    for path in sorted(corpus().rglob("*.json")):
        text = decode(path.read_bytes(), path.name)
        try:
            value = parse_json(text)
        except JsonTextError:
            continue
        if kind_of(value) in TEMPLATES:
            yield path, text, value


# Why an account that stands in a file is no resource of its own there, by folder below `avm/res`.
ABSENT = {
    "cognitive-services/account": "a deployment of a loop over no element, or of a false condition",
    "storage/storage-account": "named as existing in modules for children, next to its declaration or with no child given",
}


def test_every_template_is_read_and_no_account_is_lost() -> None:
    files = accounts = kept = 0
    lost = set()
    for path, text, value in templates():
        found = read(Document(path, path.name, text, value), Inputs())
        files += 1
        own = list(written(value["resources"]))
        accounts += len(own)
        named = [item for item in found.resources if item.type_key in ACCOUNTS]
        kept += len(named)
        names = {json.dumps(item["name"]) for item in own if item.get("condition", True) is True}
        if len({item.origin.places.pointer for item in named if item.origin}) < len(names):  # type: ignore[attr-defined]
            lost.add(path.relative_to(corpus("Azure+bicep-registry-modules/avm/res")).parent.as_posix())
        for resource in found.resources:
            assert resource.origin is not None
            assert resource.origin.place("").line is not None, f"{path}: {resource.id}"
    assert files > 450
    assert accounts > 300
    assert kept > 350  # of 373
    assert {name for name in lost if not name.startswith(tuple(ABSENT))} == set()


def test_accounts_are_as_many_as_their_loops_make() -> None:
    path = corpus("Azure+bicep/src/Bicep.Decompiler.IntegrationTests/Files/Working/batchSize/main.json")
    text = path.read_text(encoding="utf-8-sig")
    found = read(Document(path, path.name, text, parse_json(text)), Inputs())
    assert len({item.key for item in found.resources if item.type_key in ACCOUNTS}) == 30  # three loops of ten turns


# Judged by our rules

HTTPS, TLS, NETWORK = "DI-TLS-002", "DI-TLS-001", "DI-NET-003"
KEYS, IDENTITY, OPEN = "DI-ACC-001", "DI-ACC-007", "DI-NET-001"
AUDIT = prepare(Choice(profile="strict", all_documents=True))


def verdicts(path: Path, **gate: Any) -> dict[tuple[str, str], str]:
    """Status by rule and name of a resource; every storage account counts as one that holds documents."""
    judged = judge_files(AUDIT, Gate((path,), **gate), explain_passes=False)
    return {(item.finding.rule, item.finding.subject.name): item.finding.status for item in findings(judged)}


def findings(judged: Any) -> list[Any]:
    return list(judged.report.lines)


def object_style(**resources: Any) -> dict[str, Any]:
    return template(resources=resources, languageVersion="2.0")


BAD = {"minimumTlsVersion": "TLS1_0", "supportsHttpsTrafficOnly": False}
VALUELESS = {name: {"type": kind} for name, kind in {"tls": "string", "https": "bool", "local": "bool"}.items()}
PROBES: dict[str, tuple[dict[str, Any], dict[tuple[str, str], str]]] = {
    "TLS 1.0 and HTTP, resources as an object": (
        object_style(docs=store(properties=BAD)),
        {(HTTPS, "docs"): "fail", (TLS, "docs"): "fail"},
    ),
    "the same, the type in lower case": (
        object_style(docs=store(type="microsoft.storage/storageaccounts", properties=BAD)),
        {(HTTPS, "docs"): "fail", (TLS, "docs"): "fail"},
    ),
    "a minimum of TLS 1.3": (
        template(store(properties={"minimumTlsVersion": "TLS1_3"})),
        {(TLS, "docs"): "pass"},
    ),
    "parameters without defaults": (
        template(
            store(
                properties={
                    "minimumTlsVersion": "[parameters('tls')]",
                    "supportsHttpsTrafficOnly": "[parameters('https')]",
                    "publicNetworkAccess": "[parameters('tls')]",
                }
            ),
            account(
                identity="[parameters('tls')]",
                properties={"disableLocalAuth": "[parameters('local')]", "publicNetworkAccess": "[parameters('tls')]"},
            ),
            parameters=VALUELESS,
        ),
        {
            (HTTPS, "docs"): "unknown",
            (TLS, "docs"): "unknown",
            (NETWORK, "docs"): "unknown",
            (KEYS, "di"): "unknown",
            (IDENTITY, "di"): "unknown",
            (OPEN, "di"): "unknown",
        },
    ),
    "expressions that come out good": (
        template(
            store(
                properties={
                    "minimumTlsVersion": "[if(equals(1, 1), 'TLS1_2', 'TLS1_0')]",
                    "supportsHttpsTrafficOnly": "[bool('true')]",
                }
            )
        ),
        {(HTTPS, "docs"): "pass", (TLS, "docs"): "pass"},
    ),
    "nothing set": (
        template(store(), account()),
        {(NETWORK, "docs"): "fail", (HTTPS, "docs"): "pass", (TLS, "docs"): "fail", (KEYS, "di"): "fail"},
    ),
    "nothing set, by an old version": (template(store(apiVersion="2018-11-01")), {(HTTPS, "docs"): "fail"}),
    "an identity of type None": (template(account(identity={"type": "None"})), {(IDENTITY, "di"): "fail"}),
    "loops and nested deployments": (
        template(
            deployment(
                template(
                    store("[format('docs{0}', copyIndex())]", copy={"name": "all", "count": 2}, properties=BAD),
                )
            )
        ),
        {(TLS, "docs0"): "fail", (TLS, "docs1"): "fail"},
    ),
    "a condition that is not known: what passes passes, what fails is unknown": (
        template(
            store(condition="[parameters('https')]", properties={"minimumTlsVersion": "TLS1_0"}),
            account(condition="[parameters('https')]"),
            parameters=VALUELESS,
        ),
        {(TLS, "docs"): "unknown", (HTTPS, "docs"): "pass", (KEYS, "di"): "unknown", (IDENTITY, "di"): "pass"},
    ),
}


@pytest.mark.parametrize(("value", "expected"), PROBES.values(), ids=PROBES)
def test_probes(tmp_path: Path, value: dict[str, Any], expected: dict[tuple[str, str], str]) -> None:
    path = tmp_path / "main.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    found = verdicts(path)
    assert {key: found.get(key) for key in expected} == expected


def test_parameter_files_settle_what_has_no_default(tmp_path: Path) -> None:
    value = template(store(properties={"minimumTlsVersion": "[parameters('tls')]"}), parameters=VALUELESS)
    (tmp_path / "main.json").write_text(json.dumps(value), encoding="utf-8")
    given = {"parameters": {"tls": {"value": "TLS1_2"}}}
    (tmp_path / "prod.json").write_text(json.dumps(given), encoding="utf-8")
    main = tmp_path / "main.json"
    assert verdicts(main)[TLS, "docs"] == "unknown"
    assert verdicts(main, parameters=tmp_path / "prod.json")[TLS, "docs"] == "pass"
    assert verdicts(main, variables={"tls": "TLS1_0"})[TLS, "docs"] == "fail"


# Links and regions, by nothing but what the template says


def linked(store_at: str, account_at: str) -> dict[str, Any]:
    """An account in a module of its own, whose identity another module lets at the blobs of a store."""
    reader = (
        "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')]"
    )
    grant = {
        "type": "Microsoft.Authorization/roleAssignments",
        "name": "[guid(parameters('principal'))]",
        "scope": "[format('Microsoft.Storage/storageAccounts/{0}', 'docs')]",
        "properties": {"principalId": "[parameters('principal')]", "roleDefinitionId": reader},
    }
    principal = "[reference(resourceId('Microsoft.CognitiveServices/accounts', 'di'), '2023-05-01', 'full').identity.principalId]"
    first = template(
        account(location="[parameters('location')]"),
        parameters={"location": {"type": "string"}},
        outputs={"principal": {"type": "string", "value": principal}},
    )
    second = template(grant, parameters={"principal": {"type": "string"}})
    return template(
        store(location=store_at),
        deployment(first, "account", properties={"parameters": {"location": {"value": account_at}}}),
        deployment(
            second,
            "grant",
            properties={"parameters": {"principal": {"value": "[reference('account').outputs.principal.value]"}}},
        ),
        parameters={
            "where": {"type": "string"},
            "group": {"type": "string", "defaultValue": "[resourceGroup().location]"},
        },
    )


HERE = "[resourceGroup().location]"
REGIONS = {
    "in the region of the group, both": (HERE, "[parameters('group')]", "pass"),
    "in one region": ("West Europe", "westeurope", "pass"),
    "in two regions": ("westeurope", "northeurope", "fail"),
    "in the group's, and in one that is named": (HERE, "westeurope", "unknown"),
    "in one without a value, both": ("[parameters('where')]", "[parameters('where')]", "pass"),
    "in two without a value": ("[parameters('where')]", HERE, "unknown"),
}


@pytest.mark.parametrize(("store_at", "account_at", "expected"), REGIONS.values(), ids=REGIONS)
def test_a_store_lies_where_the_account_does_that_may_read_it(
    tmp_path: Path, store_at: str, account_at: str, expected: str
) -> None:
    path = tmp_path / "main.json"
    path.write_text(json.dumps(linked(store_at, account_at)), encoding="utf-8")
    found = {
        (item.finding.rule, item.finding.subject.name): item.finding.status
        for item in findings(judge_files(prepare(Choice()), Gate((path,))))
    }
    assert found["DI-REG-001", "docs"] == expected
    assert found[TLS, "docs"] == "fail"  # it holds documents: the role says so


# Cases that peers have labelled

RULES = {"1367dd13-2c90-4020-80b7-e4339a3dc2c4": HTTPS, "d855ced8-6157-448f-9f1d-f05a41d046f7": NETWORK}
"""Rules of KICS, and what of ours asks the same."""


def labels(form: str) -> list[Any]:
    path = Path(__file__).parents[4] / "shared" / "corpus" / "labels-sample.json"
    cases = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return [
        pytest.param(item, id=f"{Path(item['file']).name}-{item['name']}") for item in cases if item["format"] == form
    ]


def compiled(source: str) -> dict[str, Any]:
    """What the compiler makes of such simple files: no compiler is there for tests."""
    names = {"parameters": re.findall(r"^param (\w+)", source, re.MULTILINE)}
    names["variables"] = re.findall(r"^var (\w+)", source, re.MULTILINE)

    def value(written: str) -> Any:
        if written.startswith("'"):
            return written[1:-1]
        kind = next((kind for kind, known in names.items() if written in known), None)
        return (
            f"[{kind}('{written}')]"
            if kind
            else f"[{written}]"
            if re.search(r"[a-z]\(", written)
            else json.loads(written)
        )

    def members(lines: Iterator[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for line in lines:
            if line.strip() == "}":
                break
            key, _, rest = (part.strip() for part in line.partition(":"))
            found[key] = members(lines) if rest == "{" else value(rest)
        return found

    lines = iter([line for line in source.splitlines() if line.strip()])
    whole = template(parameters={}, variables={})
    for line in lines:
        head = re.match(r"(param|var|resource) (\w+) (?:'([^']+)'|\w+)?(?: ?= (.+))?", line)
        match head and head.groups():
            case ("param", name, _, default):
                whole["parameters"][name] = {"type": "string"} | (
                    {} if default is None else {"defaultValue": value(default)}
                )
            case ("var", name, _, written):
                whole["variables"][name] = value(written)
            case ("resource", _, target, _):
                kind, _, version = target.partition("@")
                version = value(version) if version in names["parameters"] else version
                whole["resources"].append({"type": kind, "apiVersion": version, **members(lines)})
            case _:
                raise AssertionError(line)
    return whole


@pytest.mark.parametrize("case", labels("bicep"))
def test_cases_of_kics_agree(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    path = corpus(case["file"])
    source = path.read_text(encoding="utf-8")
    monkeypatch.setattr(bicep, "_compiled", lambda _document: json.dumps(compiled(source)))
    judged = judge_files(AUDIT, Gate((path,)), explain_passes=True)
    (found,) = [item.finding for item in findings(judged) if item.finding.rule == RULES[case["check_id"]]]
    assert found.status == case["expected"]
    if "line" in case and found.status == "fail":
        lines = {item.place.line for item in found.evidence if item.place}
        # Where there are no properties at all KICS names the line of the name, and we that of the resource.
        assert case["line"] in lines or (case["line"], lines) == (2, {1})


@pytest.mark.parametrize("case", labels("arm"))
def test_cases_of_regula_are_read_as_they_are_labelled(case: dict[str, Any]) -> None:
    """Regula asks that trusted services be let in, which is none of our rules: what it asks for is read here."""
    path = corpus(case["file"])
    text = path.read_text(encoding="utf-8")
    found = read(Document(path, path.name, text, json.loads(text)), Inputs())
    (account_,) = [item for item in found.resources if item.type == case["type"] and item.name == case["name"]]
    bypass = account_.body["properties"]["networkAcls"].get("bypass", "None")
    assert ("AzureServices" in bypass) is (case["expected"] == "pass")
