"""Each command as a user calls it: what it prints, what it leaves, how it exits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from auditor.cli import COMMANDS, main
from auditor.data import policies_folder, samples_folder
from auditor.policy.schema import rule_schema

ESTATE = str(samples_folder() / "estate.jsonl")
MODELS = str(samples_folder() / "models.yaml")
RULE = policies_folder() / "tls" / "storage-https-only.yaml"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_demo_leaves_three_reports_and_prints_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    assert {path.name for path in (tmp_path / "auditor-demo").iterdir()} == {"report.html", "report.md", "report.json"}
    out, err = capsys.readouterr()
    assert out.startswith("Not compliant: ")
    assert "html: auditor-demo/report.html" in err
    assert main(["demo", "--directory", "there", "-q"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "there" / "report.html").read_bytes() == (tmp_path / "auditor-demo" / "report.html").read_bytes()


def test_demo_into_a_place_that_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["demo", "--directory", "file/below"]) == 2
    assert "cannot make the folder" in capsys.readouterr().err


def test_rules_list_names_every_rule_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list", "--json"]) == 0
    listed = [item["id"] for item in json.loads(capsys.readouterr().out)]
    assert len(listed) == len(set(listed)) == len(list(policies_folder().rglob("*.yaml"))) - 1
    assert main(["rules", "list"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {rule} " in out for rule in listed)
    assert f"{len(listed)} rules, policy " in out


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("DI-REG-002", ["## How to fix it", "Terraform:", "Others ask for the opposite", "Prowler", "NIST SP 800-53"]),
        ("di-tls-001", ['| `minimumTls` | `"TLS1_2"` | `"TLS1_2"`, `"TLS1_3"` |', "Azure CLI:", "Bicep:", "atLeast"]),
    ],
)
def test_rules_show_says_everything(rule: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", rule]) == 0
    out = capsys.readouterr().out
    assert [word for word in words if word not in out] == []


def test_rules_show_of_none_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "DI-TLS-01"]) == 2
    assert "did you mean DI-TLS-001?" in capsys.readouterr().err


def test_rules_docs_writes_a_page_a_rule_and_links_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "docs", "--directory", "there"]) == 0
    index = (tmp_path / "there" / "rules" / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\((DI-[A-Z]+-\d+\.md)\)", index))
    assert linked | {"README.md"} == {path.name for path in (tmp_path / "there" / "rules").iterdir()}
    coverage = (tmp_path / "there" / "coverage.md").read_text(encoding="utf-8")
    assert {f"rules/{name}" for name in linked} == set(re.findall(r"\]\((rules/[^)]+)\)", coverage))
    assert main(["rules", "show", "DI-TLS-001"]) == 0
    assert capsys.readouterr().out == (tmp_path / "there" / "rules" / "DI-TLS-001.md").read_text(encoding="utf-8")


def test_rules_docs_of_a_users_own_family_and_into_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = RULE.read_text(encoding="utf-8").replace("id: DI-TLS-002", "id: ACME-OWN-1")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert main(["rules", "docs", "--policies", "mine.yaml", "--directory", "out"]) == 0
    assert "## OWN" in (tmp_path / "out" / "rules" / "README.md").read_text(encoding="utf-8")
    assert "nothing here does yet" in (tmp_path / "out" / "coverage.md").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["rules", "docs", "--directory", "mine.yaml/below"]) == 2
    assert "cannot write mine.yaml/below" in capsys.readouterr().err


def test_rules_test_passes_ours_and_catches_a_wrong_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "test", "-v"]) == 0
    assert ", 0 wrong" in capsys.readouterr().out
    text = RULE.read_text(encoding="utf-8")
    assert "- expect: pass" in text or "{expect: pass" in text
    (tmp_path / "mine.yaml").write_text(text.replace("expect: pass", "expect: fail", 1), encoding="utf-8")
    assert main(["rules", "test", "mine.yaml"]) == 2
    out, err = capsys.readouterr()
    assert ", 1 wrong" in out
    assert "expected fail, got pass" in err
    assert err.startswith("mine.yaml:")


def test_a_rule_without_examples_is_not_called_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = RULE.read_text(encoding="utf-8")
    (tmp_path / "bare.yaml").write_text(text[: text.index("\nexamples:") + 1], encoding="utf-8")
    assert main(["rules", "test", "bare.yaml"]) == 2
    assert "has no examples" in capsys.readouterr().err


def test_rules_schema_is_what_editors_get(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema == json.loads(json.dumps(rule_schema()))
    Draft202012Validator.check_schema(schema)


CODES = [
    ([], 1),
    (["--fail-on", "critical"], 1),
    (["--policies", str(policies_folder() / "access" / "account-custom-subdomain.yaml")], 1),
    (["--policies", str(policies_folder() / "access" / "account-custom-subdomain.yaml"), "--fail-on", "high"], 0),
    (["--policies", str(policies_folder() / "access" / "account-custom-subdomain.yaml"), "--fail-on", "high", "--fail-on-unknown"], 1),
    (["--set", "maxModelAgeDays=abc"], 2),
    (["--set", "maxModelAgeDays"], 2),
    (["--set", "minimumTls=TLS1_1"], 2),
    (["--set", "minimumTsl=TLS1_2"], 2),
    (["-o", "sarrif"], 2),
    (["-o", "text", "-o", "json"], 2),
    (["-o", "json=no/folder/here.json"], 2),
    (["-s", "Production"], 2),
    (["--no-models"], 2),
    (["--profile", "paranoid"], 2),
    (["--policies", "nowhere"], 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code"), CODES, ids=[" ".join(arguments[-2:]) or "none" for arguments, _ in CODES]
)
def test_exit_codes(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--snapshot", ESTATE, "--models", MODELS, *arguments]) == code
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    assert (out == "") == (code == 2), "a report is written exactly when there was something to judge"
    if code == 2:
        assert err.strip()


def test_a_parameter_changes_the_verdict_and_stands_in_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["scan", "--snapshot", ESTATE, "--models", MODELS, "-o", "json", "--set", "maxModelAgeDays=100000"]
    main(arguments)
    result = json.loads(capsys.readouterr().out)
    assert result["policy"]["parameters"]["maxModelAgeDays"] == 100000
    assert "fail" not in {item["status"] for item in result["findings"] if item["rule"] == "DI-MDL-004"}


def test_auditor_yaml_and_models_yaml_are_found_by_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "auditor.yaml").write_text("storage: [{storage: ctsinsdesktops, reason: scans}]\n", encoding="utf-8")
    (tmp_path / "models.yaml").write_text("schema: auditor.models/1\nmodels: []\n", encoding="utf-8")
    main(["scan", "--snapshot", ESTATE, "-o", "json"])
    result = json.loads(capsys.readouterr().out)
    unregistered = {item["status"] for item in result["findings"] if item["rule"] == "DI-MDL-001"}
    assert "pass" not in unregistered
    assert "fail" in unregistered


def test_a_mistake_in_auditor_yaml_stops_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "auditor.yaml").write_text("storge: []\n", encoding="utf-8")
    assert main(["scan", "--snapshot", ESTATE]) == 2
    assert "auditor.yaml:1:1: storge is no key here; did you mean storage?" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_lists_every_command_and_each_explains_itself(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--help"]) == 0
    assert f"\n  {command} " in capsys.readouterr().out
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert f" {command} [OPTIONS]" in out
    assert max(map(len, out.splitlines())) <= 100


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scna"]) == 2
    assert "did you mean scan?" in capsys.readouterr().err


def test_an_interrupted_command_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("auditor.audit.read_saved", interrupted)
    assert main(["scan", "--snapshot", ESTATE]) == 130
    assert "stopped." in capsys.readouterr().err
