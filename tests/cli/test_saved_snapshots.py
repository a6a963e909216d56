"""Scans of saved snapshots: which end clean, which with findings, and which cannot be judged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor import audit
from auditor.cli import main
from auditor.errors import ExitCode
from auditor.model.resource import Gap
from auditor.model.snapshot import Snapshot
from auditor.model.snapshot_file import write_snapshot
from auditor.model.types import BY_NAME, OBJECT_REPLICATION, SUBSCRIPTION
from tests.builders import SUBSCRIPTION_ID, account, blob_service, child, container, gap, grant, read, snapshot, storage
from tests.policy.files import RULE, write

CLEAN, FINDINGS, USAGE, NOT_AUDITED = ExitCode
GOOD = storage(supportsHttpsTrafficOnly=True)
BAD = storage(supportsHttpsTrafficOnly=False)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "r", rule=RULE)


def saved(found: Snapshot, name: str = "s.jsonl") -> list[str]:
    write_snapshot(Path(name), found)
    return ["scan", "--snapshot", name, "--policies", "r"]


@pytest.mark.parametrize(
    ("found", "options", "code"),
    [
        (snapshot(GOOD), [], CLEAN),
        (snapshot(BAD), [], FINDINGS),
        (snapshot(BAD), ["--fail-on", "high"], FINDINGS),
        (snapshot(BAD), ["--fail-on", "critical"], CLEAN),
        (snapshot(BAD), ["--fail-on", "critical", "--fail-on-unknown"], CLEAN),
        (snapshot(GOOD, gaps=(gap(SUBSCRIPTION_ID, storage().type),)), [], CLEAN),
        (snapshot(GOOD, gaps=(gap(SUBSCRIPTION_ID, storage().type),)), ["--fail-on-unknown"], FINDINGS),
        (snapshot(GOOD, gaps=(Gap("/x", "any/read", "403"),)), ["--fail-on-unknown"], FINDINGS),
        (replace(snapshot(GOOD), end=None), [], CLEAN),
        (replace(snapshot(GOOD), end=None), ["--fail-on-unknown"], FINDINGS),
        (snapshot(), [], CLEAN),
    ],
    ids=range(11),
)
def test_the_exit_code_tells_what_was_found(
    found: Snapshot, options: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*saved(found), *options, "-o", "json"]) == code
    out, err = capsys.readouterr()
    assert json.loads(out)["schema"] == "auditor.assessment/1"
    assert err == ""


REFUSED = gap(SUBSCRIPTION_ID, storage().type)


def bare(*gaps: Gap, lists: tuple[str, ...] = ()) -> Snapshot:
    """A scan that saw subscriptions at most."""
    whole = snapshot(gaps=gaps)
    return replace(whole, reads=tuple(read(SUBSCRIPTION_ID, name) for name in lists))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (bare(REFUSED), NOT_AUDITED),
        (bare(REFUSED, lists=(f"{SUBSCRIPTION}/locations",)), NOT_AUDITED),
        (bare(REFUSED, lists=("Auditor.Register/models",)), NOT_AUDITED),
        (bare(REFUSED, lists=(account().type,)), CLEAN),
        (bare(), CLEAN),
        (snapshot(GOOD, gaps=(REFUSED,)), CLEAN),
    ],
    ids=range(6),
)
def test_an_audit_that_saw_nothing_was_none_and_still_says_what_is_missing(
    found: Snapshot, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(saved(found)) == code
    out, err = capsys.readouterr()
    assert "could not be read" in out
    assert (err == "") == (code == CLEAN)
    if code == NOT_AUDITED:
        assert err.splitlines()[0] == "error: nothing could be read: every request was refused or failed"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "there is no such file"),
        ("", "the file is empty"),
        ("no json", "this is not JSON"),
        ('{"schema": "auditor.snapshot/2"}', "this version reads auditor.snapshot/1"),
        (
            '{"schema": "auditor.snapshot/1", "source": {"kind": "azure"}, "started": "soon"}',
            "started is no time: 'soon'",
        ),
    ],
)
def test_a_snapshot_that_cannot_be_read_is_wrong_input(
    text: str | None, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        Path("s.jsonl").write_text(text, encoding="utf-8")
    assert main(["scan", "--snapshot", "s.jsonl"]) == USAGE
    out, err = capsys.readouterr()
    first, second = err.splitlines()
    assert out == ""
    assert first.startswith("error: s.jsonl:1: ")
    assert problem in first
    assert second.startswith("hint: ")


def test_the_mistakes_of_a_rule_are_all_told_and_nothing_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = saved(snapshot(BAD))
    write(Path("r"), rule=RULE.replace("high", "hihg").replace("equals", "equal"), more=RULE)
    assert main(arguments) == USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(
        "error: 1 mistake in the rules:\n  r/rule.yaml:4:1: hihg is not known here; did you mean high?"
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["-s", "x"], "--subscription is for Azure, and --snapshot contacts nothing"),
        (["--management-group", "x"], "--management-group is for Azure"),
        (["--auth", "cli"], "--auth is for Azure"),
        (["--save-snapshot", "x"], "--save-snapshot is for Azure"),
        (["--no-models"], "--no-models is for Azure"),
        (["--set", "=1"], "'=1' is not NAME=VALUE"),
        (["--set", "nothing=1"], "no rule has a parameter nothing"),
        (["-o", "jsno"], "no format 'jsno'; did you mean json?"),
        (["-o", "json", "-o", "text=-"], "two reports would go to stdout"),
        (["-o", "json=x", "-o", "text=x"], "two reports would go to"),
        (["-o", "json=none/x"], "there is no folder"),
        (["--models", "none.yaml"], "does not exist"),
        (["--config", "none.yaml"], "does not exist"),
        (["--fail-on", "hihg"], "hihg"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else None,
)
def test_wrong_usage_is_told_before_anything_is_written(
    options: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = saved(snapshot(BAD))
    before = sorted(Path().rglob("*"))
    assert main([*arguments, *options]) == USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert problem in err
    assert "Traceback" not in err
    assert sorted(Path().rglob("*")) == before


def judged(*options: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    main(["scan", "--snapshot", "s.jsonl", "-o", "json", *options])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def statuses(result: dict[str, Any], rule: str) -> list[str]:
    return [finding["status"] for finding in result["findings"] if finding["rule"] == rule]


def test_declared_storage_is_judged_and_other_storage_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    saved(snapshot(BAD, blob_service(BAD)))
    assert statuses(judged(capsys=capsys), "DI-TLS-002") == []
    assert statuses(judged("--scope", "all", capsys=capsys), "DI-TLS-002") == ["fail"]
    Path("auditor.yaml").write_text("storage: [{storage: docs}]", encoding="utf-8")
    assert statuses(judged(capsys=capsys), "DI-TLS-002") == ["fail"]
    Path("mine.yaml").write_text("storage: [{storage: other}]", encoding="utf-8")
    assert statuses(judged("--config", "mine.yaml", capsys=capsys), "DI-TLS-002") == []


def test_the_register_is_named_found_or_named_by_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    forms = account("forms")
    model = replace(
        container(storage(), "m"), body={"id": f"{forms.id}/documentModels/m", "type": f"{forms.type}/documentModels"}
    )
    saved(snapshot(forms, model))
    register = "schema: auditor.models/1\nmodels: [{account: forms, model: MODEL, owner: o, purpose: p}]"
    assert statuses(judged(capsys=capsys), "DI-MDL-001") == ["unknown"]
    Path("models.yaml").write_text(register.replace("MODEL", "other"), encoding="utf-8")
    assert statuses(judged(capsys=capsys), "DI-MDL-001") == ["fail"]
    Path("sub").mkdir()
    Path("sub/mine.yaml").write_text(register.replace("MODEL", "m"), encoding="utf-8")
    Path("auditor.yaml").write_text("models: sub/mine.yaml", encoding="utf-8")
    assert statuses(judged(capsys=capsys), "DI-MDL-001") == ["pass"]
    assert statuses(judged("--models", "models.yaml", capsys=capsys), "DI-MDL-001") == ["fail"]


def test_ages_count_to_the_moment_of_the_snapshot_not_to_today(capsys: pytest.CaptureFixture[str]) -> None:
    forms = account("forms")
    body = {
        "id": f"{forms.id}/documentModels/m",
        "type": f"{forms.type}/documentModels",
        "properties": {"expirationDateTime": "2026-11-01T06:00:01Z"},
    }
    saved(snapshot(forms, replace(container(storage(), "m"), body=body)))
    assert statuses(judged(capsys=capsys), "DI-MDL-003") == ["pass"]
    header = replace(snapshot().header, started="2026-11-01T06:00:02Z")
    saved(replace(snapshot(forms, replace(container(storage(), "m"), body=body)), header=header))
    assert statuses(judged(capsys=capsys), "DI-MDL-003") == ["fail"]


def test_the_same_snapshot_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*saved(snapshot(BAD, account(), grant(BAD.id))), "-o", "json"]
    main(arguments)
    first = capsys.readouterr().out
    main(arguments)
    assert capsys.readouterr().out == first


def test_only_what_rules_need_is_asked_for() -> None:
    """What a scan would collect follows from the rules that were loaded."""
    assert audit.prepare(audit.Choice((Path("r"),))).types == {SUBSCRIPTION, storage().type}
    everything = audit.prepare(audit.Choice(profile="strict"))
    assert {name.lower() for name in everything.types} <= BY_NAME.keys()
    assert set(everything.needs) == {rule.id for rule in everything.rules}


def test_a_scan_that_still_runs_knows_which_stores_may_hold_documents() -> None:
    linked, unlinked = storage("linked"), storage("unlinked")
    found = snapshot(linked, unlinked, account(), blob_service(linked), blob_service(unlinked), grant(linked.id))
    chosen = audit.prepare(audit.Choice((Path("r"),)))
    assert audit.documents_stores(found, chosen, ()) == {linked.key}
    hidden = snapshot(linked, unlinked, account(), gaps=(gap(SUBSCRIPTION_ID, account().type),))
    assert audit.documents_stores(hidden, chosen, ()) == {linked.key, unlinked.key}
    everything = audit.prepare(audit.Choice((Path("r"),), all_documents=True))
    assert audit.documents_stores(found, everything, ()) == {linked.key, unlinked.key}
    rules = {"sourceAccount": linked.id, "destinationAccount": unlinked.id, "rules": []}
    copied = found.extended([child(linked, OBJECT_REPLICATION, "p", **rules)], ())
    assert audit.documents_stores(copied, chosen, ()) == {linked.key, unlinked.key}
    with pytest.raises(ValueError, match="write the time of the header themselves"):
        audit.documents_stores(replace(found, header=replace(found.header, started="soon")), chosen, ())
