"""Secrets of every shape in every place: none in a report, a log, a snapshot, the history or an error. All are made up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from auditor.data import policies_folder
from auditor.report.formats import FORMATS
from auditor.report.period.formats import FORMATS as PERIOD_FORMATS
from tests.e2e.estate import BAD, CONFIGURATION, estate
from tests.e2e.run import scan
from tests.fakes.azure import FakeAzure
from tests.fakes.azure import faults as fault
from tests.fakes.azure.exchange import Answer, Call, error
from tests.infra.arm.templates import account, deployment, store, template
from tests.model.test_redaction import HEX_KEY, IN_ANY_TEXT

TEXTS = {f"note{number}": text for number, (text, _, _) in enumerate(IN_ANY_TEXT)}
SECRETS = {secret for _, _, secret in IN_ANY_TEXT} | {HEX_KEY}
NAMED = {
    "adminKey": "a-secret-by-name-1",
    "clientSecret": "a-secret-by-name-2",
    "connectionString": "a-secret-by-name-3",
}
ALL = SECRETS | set(NAMED.values())
LONG = " and ".join(TEXTS.values())


def planted(value: Any) -> Any:
    """The JSON value with secrets in each object: by shape in any text, by name, and bare keys where people write."""
    match value:
        case dict():
            inner = {key: planted(item) for key, item in value.items()}
            tags = {**inner["tags"], **TEXTS, "bare": HEX_KEY} if isinstance(inner.get("tags"), dict) else None
            return {**inner, **TEXTS, **NAMED, **({"tags": tags} if tags else {})} if "id" in value else inner
        case list():
            return [planted(item) for item in value]
        case _:
            return value


@dataclass(frozen=True)
class Planted(fault.Fault):
    """What Azure says is full of secrets: each resource, and the headers."""

    async def apply(self, call: Call, proceed: fault.Proceed) -> Answer:
        reply = await proceed()
        if call.host.startswith("login.") or not reply.content.startswith(b"{"):
            return reply
        return replace(reply.with_body(planted(reply.body)), headers={**reply.headers, "x-ms-note": TEXTS["note0"]})


@dataclass(frozen=True)
class Talkative(fault.Fault):
    """A refusal that tells secrets, in its code too."""

    async def apply(self, call: Call, proceed: fault.Proceed) -> Answer:  # noqa: ARG002 - as all faults have them
        return error(403, TEXTS["note13"], LONG, WWW_Authenticate=TEXTS["note20"])


REFUSED = Talkative(f"GET .*/subscriptions/{BAD}/providers/Microsoft.Storage/storageAccounts\\?")
SHOWN = """
id: TEST-TAG-001
name: tag-is-shown
title: The tag of a store is one thing
severity: low
profile: baseline
basis: same-region
appliesTo: Microsoft.Storage/storageAccounts
check: {field: "tags.NAME", equals: nothing}
why: A test.
fix: {text: None.}
references: ["https://learn.microsoft.com/azure"]
mappings: {mcsb: [DP-3]}
examples:
  - {expect: fail, resource: {tags: {NAME: x}}}
  - {expect: pass, resource: {tags: {NAME: nothing}}}
"""


def rules(folder: Path) -> list[str]:
    """Ours, and for each tag with a secret a rule that shows it."""
    own = folder / "rules"
    own.mkdir()
    for number, name in enumerate([*TEXTS, "bare", *NAMED]):
        text = SHOWN.replace("NAME", name).replace("TAG-001", f"TAG-{number:03d}").replace("tag-is", f"tag-{number}-is")
        (own / f"{number}.yaml").write_text(text, encoding="utf-8")
    return ["--policies", str(policies_folder()), "--policies", str(own)]


def statements(folder: Path) -> None:
    """What the customer writes, with a secret in each text."""
    entry = {"account": "forms", "model": "invoices-*", "owner": TEXTS["note6"], "purpose": LONG}
    register = {"schema": "auditor.models/1", "models": [entry]}
    (folder / "models.yaml").write_text(json.dumps(register), encoding="utf-8")
    (folder / "auditor.yaml").write_text(
        CONFIGURATION.replace("receives results by SAS", TEXTS["note7"]), encoding="utf-8"
    )
    soon = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d")
    waiver = {"rule": "TEST-TAG-000", "resource": "*", "expires": soon, "ticket": TEXTS["note10"]}
    waiver |= {"reason": LONG, "owner": TEXTS["note20"], "approvedBy": TEXTS["note5"]}
    waivers = {"schema": "auditor.waivers/1", "waivers": [waiver]}
    (folder / "waivers.yaml").write_text(json.dumps(waivers), encoding="utf-8")


def leaks(folder: Path, *texts: str) -> Iterator[str]:
    """Where a secret was found, among the files of a folder (but not those that were put there) and texts."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.iterdir() if path.is_file()}
    inputs = {"models.yaml", "auditor.yaml", "waivers.yaml", "main.json", "plan.json"}
    places = {name: data for name, data in found.items() if name not in inputs}
    places |= {f"text {number}": text.encode() for number, text in enumerate(texts)}
    for name, data in places.items():
        for secret in ALL:
            if secret.encode() in data or json.dumps(secret)[1:-1].encode() in data:
                yield f"{secret} in {name}"


def outputs(folder: Path) -> list[str]:
    return [word for name in FORMATS if name != "json" for word in ("-o", f"{name}={folder / name}")]


def test_no_secret_of_azures_answers_leaves_a_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    statements(tmp_path)
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    with FakeAzure(estate(signals=False), faults=[REFUSED, Planted(".")]) as azure:
        kept = ("--save-snapshot", "kept.jsonl", "--history", "history.db")
        ran = scan(azure, tmp_path, "-vv", "--profile", "strict", *rules(tmp_path), *kept, *outputs(tmp_path))
        client_secret = azure.environment["AZURE_CLIENT_SECRET"]
    assert ran.result is not None, ran.err
    shown = [item for item in ran.result["findings"] if item["rule"].startswith("TEST-TAG-0")]
    assert {item["status"] for item in shown} >= {"fail", "waived"}  # so they were there, and were shown
    assert "removed" in json.dumps(shown)
    assert "403" in json.dumps(ran.result["gaps"])
    monkeypatch.chdir(tmp_path)
    for words in (["list"], ["show"], ["diff", "1", "1"], ["verify"]):
        for form in ("text", "json"):
            main(["history", *words, "--history", "history.db", "-o", form])
    period = [word for name in PERIOD_FORMATS if name != "pdf" for word in ("-o", f"{name}={tmp_path / name}.period")]
    assert (
        main(["report", "--from", "2026-01-01", "--to", "2099-01-01", "--history", "history.db", "-vv", *period]) == 0
    )
    printed = capsys.readouterr()
    assert summary.stat().st_size
    texts = (ran.out, ran.err, printed.out, printed.err)
    assert [*leaks(tmp_path, *texts)] == []
    assert client_secret not in "".join(texts)
    assert not re.search(r"eyJ[\w-]{6,}\.[\w-]{6,}", "".join(texts))


def test_the_log_tells_each_request_and_why_something_was_not_read(tmp_path: Path) -> None:
    faults = [
        REFUSED,
        fault.ServerError(r"GET .*roleDefinitions\?", times=1),
        fault.CutConnection("/deletedAccounts", times=1),
    ]
    with FakeAzure(estate(signals=False), faults=faults) as azure:
        ran = scan(azure, tmp_path, "-vv")
    calls = [call for call in azure.calls() if not call.host.startswith("login.") and call.method != "HEAD"]
    asked = [line.split()[1:] for line in ran.err.splitlines() if " GET " in line or " POST " in line]
    assert len(asked) == len(calls)
    assert {(method, address.rstrip(":")) for method, address, *_ in asked} == {
        (call.method, call.url.removeprefix("https://").partition("?")[0]) for call in calls
    }
    assert {line[2] for line in asked} >= {"200", "403", "503", "the"}
    assert ": the connection broke off in " in ran.err
    assert "roleDefinitions: 503 ServerTimeout; asked again in 0.5 s" in ran.err
    assert "handshake with docsstore.blob.core.windows.net, TLS1_0: " in ran.err
    assert f"not read: Microsoft.Storage/storageAccounts/read of /subscriptions/{BAD}: 403 Forbidden" in ran.err
    assert "?" not in "".join(address for _, address, *_ in asked)


def test_no_secret_of_a_template_leaves_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    statements(tmp_path)
    (tmp_path / "auditor.yaml").unlink()
    tags = {**TEXTS, **NAMED, "bare": HEX_KEY}
    link = {
        "mode": "Incremental",
        "templateLink": {"uri": f"https://x.example/t.json{TEXTS['note4']}&sig=c2VjcmV0MTIzNDU2"},
    }
    whole = template(
        store(name="docs", tags=tags, properties={**planted({"id": "x"})}),
        account(name="di", tags=tags, properties={"apiProperties": NAMED, **TEXTS}),
        {**deployment("x"), "properties": link},
        parameters={"p": {"type": "string", "defaultValue": LONG}, "none": {"type": "securestring"}},
        variables=planted({"id": 1}),
        outputs={"o": {"type": "string", "value": LONG}},
    )
    (tmp_path / "main.json").write_text(json.dumps(whole), encoding="utf-8")
    code = main(["gate", "main.json", "--scope", "all", "-vv", *rules(tmp_path), *outputs(tmp_path), "-o", "json"])
    printed = capsys.readouterr()
    assert code == 1
    assert "TEST-TAG-001" in printed.out
    assert "removed" in printed.out
    assert "was not fetched" in printed.out
    assert [*leaks(tmp_path, printed.out, printed.err)] == []
    assert "c2VjcmV0MTIzNDU2" not in printed.out


@pytest.mark.parametrize(
    "words", [["gate", "main.json"], ["scan", "--snapshot", "kept.jsonl", "--history", "h.db"], ["demo"]]
)
def test_every_command_that_can_be_quiet_logs(words: list[str], tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.json").write_text(json.dumps(template(store())), encoding="utf-8")
    head = {"schema": "auditor.snapshot/1", "source": {"kind": "azure"}, "started": "2026-11-01T06:00:00Z"}
    (tmp_path / "kept.jsonl").write_text(f"{json.dumps(head)}\n", encoding="utf-8")
    main([*words, "-q"])
    assert capsys.readouterr().err == ""
    main([*words, "-q", "-v"])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) >= 3
    assert [line for line in lines if not re.match(r"\d\d:\d\d:\d\d\.\d{3} \w", line)] == []


def test_no_secret_stands_in_an_error(tmp_path: Path, monkeypatch: Any, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    keys = ("rule", "resource", "reason", "owner", "approvedBy", "ticket", "expires")
    waivers = [dict.fromkeys((*keys, text), text) for text in TEXTS.values()]
    written = {
        "waivers.yaml": {"schema": LONG, **dict.fromkeys(TEXTS.values(), 1), "waivers": waivers},
        "kept.jsonl": {"schema": LONG},
        "auditor.yaml": {**{text: text for text in TEXTS.values()}, "failOn": LONG, "storage": [*TEXTS.values()]},
    }
    for name, value in written.items():
        (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
    for words in (["gate", "."], ["scan", "--config", "models.yaml"], ["scan", "--snapshot", "kept.jsonl"]):
        assert main([*words, "-vv"]) == 2
        (tmp_path / "auditor.yaml").unlink(missing_ok=True)
        (tmp_path / "models.yaml").write_text("{}")
    printed = capsys.readouterr()
    (tmp_path / "none").mkdir()
    assert len(printed.err.splitlines()) > len(TEXTS)
    assert [*leaks(tmp_path / "none", printed.out, printed.err)] == []
