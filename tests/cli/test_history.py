"""`scan --history` and `auditor history`, as a user calls them."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from auditor.errors import ExitCode
from auditor.history.chain import KEY_VARIABLE
from auditor.history.recall import period
from auditor.history.store import open_store
from auditor.model.snapshot import INFRASTRUCTURE, Header
from auditor.model.snapshot_file import write_snapshot
from auditor.recording import file_hash
from tests.builders import STARTED, SUBSCRIPTION_ID, gap, snapshot, storage
from tests.history.keys import OTHER, private_pem, public_pem, written
from tests.policy.files import RULE, write

CLEAN, FINDINGS, USAGE, _ = ExitCode
NOT_READ = "Not known (properties.supportsHttpsTrafficOnly): 403 AuthorizationFailed."
NIGHTS = (
    (storage("a", supportsHttpsTrafficOnly=False), storage("b", supportsHttpsTrafficOnly=True)),
    (storage("a", supportsHttpsTrafficOnly=True), storage("b", supportsHttpsTrafficOnly=False)),
    (storage("a", supportsHttpsTrafficOnly=True),),
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    write(tmp_path / "r", rule=RULE)


def scan(night: int, *options: str, gaps: tuple[Any, ...] = ()) -> int:
    """Audit a night's estate into h.db."""
    found = snapshot(*NIGHTS[night - 1], gaps=gaps)
    header = Header("0", "azure", (SUBSCRIPTION_ID,), f"2026-11-{night:02d}T06:00:00Z")
    write_snapshot(Path("s.jsonl"), replace(found, header=header))
    return main(
        ["scan", "--snapshot", "s.jsonl", "--policies", "r", "--scope", "all", *(options or ("--history", "h.db"))]
    )


def history(*arguments: str) -> int:
    return main(["history", arguments[0], *arguments[1:], "--history", "h.db"])


@pytest.fixture
def three(capsys: pytest.CaptureFixture[str]) -> None:
    for night in (1, 2, 3):
        scan(night)
    capsys.readouterr()


def test_scan_records_and_tells_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(1) == FINDINGS
    err = capsys.readouterr().err
    assert re.fullmatch(r"history: run 1 in h\.db, digest [0-9a-f]{64}, not signed\n", err)
    assert scan(2) == FINDINGS
    assert capsys.readouterr().err.splitlines()[1:] == [
        "changed: 1 new, 1 fixed",
        "new:",
        "  T-TLS-001  high      b (passes -> fails): properties.supportsHttpsTrafficOnly is false; it must be true.",
        "fixed:",
        "  T-TLS-001  high      a (fails -> passes)",
    ]
    assert scan(3) == CLEAN
    assert capsys.readouterr().err.splitlines()[1:] == [
        "changed: 1 gone",
        "gone:",
        "  T-TLS-001  high      b (fails before; the resource is gone)",
    ]
    assert scan(3) == CLEAN
    assert capsys.readouterr().err.splitlines()[1:] == ["changed: nothing"]


def test_what_cannot_be_seen_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    scan(2)
    capsys.readouterr()
    scan(3, gaps=(gap(SUBSCRIPTION_ID, storage().type),))
    assert capsys.readouterr().err.splitlines()[1:] == [
        "changed: 1 new, 1 no longer visible",
        "new:",
        f"  T-TLS-001  high      sub (nothing -> unknown): {NOT_READ}",
        "no longer visible:",
        "  T-TLS-001  high      b (fails -> not seen)",
    ]


def test_long_lists_are_cut_on_scan(capsys: pytest.CaptureFixture[str]) -> None:
    scan(3)
    capsys.readouterr()
    many = tuple(storage(f"s{number:02d}", supportsHttpsTrafficOnly=False) for number in range(23))
    header = Header("0", "azure", (SUBSCRIPTION_ID,), "2026-11-05T06:00:00Z")
    write_snapshot(Path("s.jsonl"), replace(snapshot(*many), header=header))
    main(["scan", "--snapshot", "s.jsonl", "--policies", "r", "--scope", "all", "--history", "h.db"])
    lines = capsys.readouterr().err.splitlines()
    assert "changed: 23 new, 1 gone" in lines
    assert "  and 3 more; `auditor history diff` has all" in lines
    assert history("diff") == CLEAN
    assert capsys.readouterr().out.count("(nothing -> fails)") == 23


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(1, "--history", "h.db", "-q", "-o", "json=out.json") == FINDINGS
    assert capsys.readouterr() == ("", "")
    assert history("list") == CLEAN


def test_without_a_url_it_is_the_file_of_the_platform(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(1, "--history") == FINDINGS
    found = tmp_path / "data" / "docintel-auditor" / "history.db"
    assert found.exists()
    assert str(found) in capsys.readouterr().err
    assert main(["history", "list"]) == CLEAN


def test_without_the_option_nothing_is_recorded(tmp_path: Path) -> None:
    scan(1, "-q")
    assert not (tmp_path / "data").exists()


def test_a_history_that_cannot_be_opened_ends_the_scan_before_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(1, "--history", "mysql://host/x") == USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "mysql is not supported" in err


def test_files_have_no_history(capsys: pytest.CaptureFixture[str]) -> None:
    header = Header("0", INFRASTRUCTURE, ("main.json",), "2026-11-01T06:00:00Z")
    write_snapshot(Path("s.jsonl"), replace(snapshot(*NIGHTS[0]), header=header))
    assert main(["scan", "--snapshot", "s.jsonl", "--policies", "r", "--history", "h.db"]) == USAGE
    assert "only audits of Azure have a history" in capsys.readouterr().err


@pytest.mark.usefixtures("three")
def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert history("list") == CLEAN
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split() == ["run", "started", "fail", "unknown", "waived", "pass", "seen", "digest"]
    assert [line.split()[:7] for line in lines] == [
        ["1", "2026-11-01T06:00:00Z", "1", "0", "0", "1", "all"],
        ["2", "2026-11-02T06:00:00Z", "1", "0", "0", "1", "all"],
        ["3", "2026-11-03T06:00:00Z", "0", "0", "0", "1", "all"],
    ]


@pytest.mark.usefixtures("three")
def test_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert history("list", "-o", "json") == CLEAN
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "auditor.history/1"
    first, second, _third = data["runs"]
    assert (first["number"], first["started"], first["previous"]) == (1, "2026-11-01T06:00:00Z", None)
    assert second["previous"] == first["digest"]
    assert first["source"] == {"kind": "azure", "scope": [SUBSCRIPTION_ID]}
    assert first["policy"]["rules"] == ["T-TLS-001"]
    assert first["summary"] == {"fail": 1, "pass": 1, "unknown": 0, "waived": 0}
    assert (first["complete"], first["gaps"], first["signature"]) == (True, [], None)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("wish", "number"), [((), 3), (("2",), 2), (("2026-11-02T12:00:00Z",), 2), (("2026-11-02",), 1), (("3",), 3)]
)
def test_show(wish: tuple[str, ...], number: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert history("show", *wish, "-o", "json") == CLEAN
    data = json.loads(capsys.readouterr().out)
    assert data["run"]["number"] == number
    kinds = {1: ["new"], 2: ["new", "fixed"], 3: ["gone"]}[number]
    assert [item["kind"] for item in data["changes"]] == kinds


@pytest.mark.usefixtures("three")
def test_show_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert history("show", "2") == CLEAN
    out = capsys.readouterr().out
    hashes = re.findall(r"[0-9a-f]{64}", out)
    assert len(hashes) == 4
    policy, kept, digest, previous = hashes
    assert out.splitlines() == [
        "run         2",
        f"time        2026-11-02T06:00:00Z to {STARTED}",
        "found       1 fail, 1 pass, 0 unknown, 0 waived",
        f"scope       1: {SUBSCRIPTION_ID}",
        f"policy      baseline, 1 rule, {policy}",
        "parameters  maxWaiverDays=90",
        "not seen    nothing",
        f"snapshot    {kept}",
        f"digest      {digest}",
        f"previous    {previous}",
        "changed: 1 new, 1 fixed",
        "new:",
        "  T-TLS-001  high      b (passes -> fails): properties.supportsHttpsTrafficOnly is false; it must be true.",
        "fixed:",
        "  T-TLS-001  high      a (fails -> passes)",
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"gaps": (gap(SUBSCRIPTION_ID, storage().type),)}, "not seen    1 list"),
        ({"end": None}, "not seen    the rest"),
        ({"end": None}, "time        2026-11-01T06:00:00Z to (broke off)"),
    ],
)
def test_show_tells_what_was_not_seen(changes: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    write_snapshot(Path("s.jsonl"), replace(snapshot(*NIGHTS[0], gaps=changes.get("gaps", ())), **changes))
    main(["scan", "--snapshot", "s.jsonl", "--policies", "r", "--history", "h.db"])
    capsys.readouterr()
    assert history("show") == CLEAN
    assert told in capsys.readouterr().out.splitlines()


def test_the_file_of_the_snapshot_is_named_by_its_hash(capsys: pytest.CaptureFixture[str]) -> None:
    scan(1)
    capsys.readouterr()
    history("show", "-o", "json")
    assert json.loads(capsys.readouterr().out)["run"]["snapshot"] == file_hash(Path("s.jsonl"))


@pytest.mark.usefixtures("three")
def test_diff(capsys: pytest.CaptureFixture[str]) -> None:
    assert history("diff", "1", "3") == CLEAN
    assert capsys.readouterr().out.splitlines() == [
        "from run 1 (2026-11-01T06:00:00Z) to run 3 (2026-11-03T06:00:00Z)",
        "changed: 1 gone, 1 fixed",
        "gone:",
        "  T-TLS-001  high      b (passes before; the resource is gone)",
        "fixed:",
        "  T-TLS-001  high      a (fails -> passes)",
    ]
    assert history("diff", "-o", "json") == CLEAN
    data = json.loads(capsys.readouterr().out)
    assert (data["from"], data["to"]) == (2, 3)
    (gone,) = data["changes"]
    assert (gone["kind"], gone["before"], gone["after"], gone["ending"]) == ("gone", "fail", None, "gone")
    assert gone["resource"]["name"] == "b"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("show", "9"), "there is no run 9"),
        (("show", "2026-10-01"), "there is no run 2026-10-01"),
        (("show", "yesterday"), "cannot be read"),
        (("diff", "7"), "there is no run 7"),
        (("prune", "--before", "soon"), "cannot be read"),
    ],
)
def test_runs_that_are_not_there(arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert history(*arguments) == USAGE
    assert problem in capsys.readouterr().err


def test_a_single_run_has_nothing_to_compare_with(capsys: pytest.CaptureFixture[str]) -> None:
    scan(1)
    assert history("diff") == USAGE
    assert "run 1 is the first" in capsys.readouterr().err


def test_a_history_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert history("list") == USAGE
    assert "there is no history h.db" in capsys.readouterr().err


@pytest.mark.usefixtures("three")
def test_prune(capsys: pytest.CaptureFixture[str]) -> None:
    assert history("prune", "--before", "2026-11-03") == CLEAN
    assert re.fullmatch(
        r"2 runs and 2 intervals are gone; the cut has the digest [0-9a-f]{64}\n", capsys.readouterr().err
    )
    assert history("prune", "--before", "2026-11-03") == CLEAN
    assert capsys.readouterr().err == "0 runs and 0 intervals are gone\n"
    assert history("verify") == CLEAN
    assert history("prune", "--before", "2026-12-01", "-q") == CLEAN
    capsys.readouterr()
    assert history("show") == USAGE
    assert "holds no audit" in capsys.readouterr().err


@pytest.mark.usefixtures("three")
def test_verify(capsys: pytest.CaptureFixture[str]) -> None:
    assert history("verify") == CLEAN
    out = capsys.readouterr().out
    assert out.startswith("3 runs, nothing changed, missing or moved; none is signed, so whoever may write here")
    with closing(sqlite3.connect("h.db")) as connection:
        connection.execute("UPDATE intervals SET state = 'pass'")
        connection.commit()
    assert history("verify") == FINDINGS
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "  run 1: what it changed was edited afterwards",
        "  run 2: what it changed was edited afterwards",
        "2 problems in 3 runs: this is not the history that was recorded",
    ]
    assert history("verify", "-o", "json") == FINDINGS
    data = json.loads(capsys.readouterr().out)
    assert (data["intact"], data["runs"], len(data["problems"]), data["signedThrough"]) == (False, 3, 2, None)


def test_signatures(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    key, public = written(tmp_path / "key.pem", private_pem()), written(tmp_path / "pub.pem", public_pem())
    other = written(tmp_path / "other.pem", public_pem(OTHER))
    scan(1, "--history", "h.db", "--signing-key", str(key))
    assert capsys.readouterr().err.endswith(", signed\n")
    assert history("list") == CLEAN
    assert capsys.readouterr().out.endswith(" signed\n")
    assert history("verify", "--public-key", str(public)) == CLEAN
    assert "a signature covers all of them" in capsys.readouterr().out
    scan(2)
    capsys.readouterr()
    assert history("verify", "--public-key", str(public)) == CLEAN
    assert "a signature covers those up to 1" in capsys.readouterr().out
    assert history("verify", "--public-key", str(other)) == FINDINGS
    assert "run 1: it is signed with another key" in capsys.readouterr().out
    monkeypatch.setenv(KEY_VARIABLE, str(key))
    assert history("prune", "--before", "2026-11-02") == CLEAN
    assert history("verify", "--public-key", str(public), "--digest", "00" * 32) == FINDINGS
    assert "no record has the digest" in capsys.readouterr().out


def test_an_empty_history_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    open_store("h.db").close()
    assert history("verify") == CLEAN
    assert capsys.readouterr().out == "the history is empty\n"


def test_waivers_that_are_in_force_are_kept_with_their_findings(capsys: pytest.CaptureFixture[str]) -> None:
    entry = {
        "rule": "T-TLS-001",
        "resource": "*/storageAccounts/a",
        "reason": "moves next month",
        "owner": "Claims",
        "approvedBy": "Security",
        "ticket": "SEC-1",
        "approvedAt": "2026-10-20T00:00:00Z",
        "expires": "2026-11-30T23:59:59Z",
    }
    ended = entry | {"resource": "*/storageAccounts/b", "expires": "2026-10-31T23:59:59Z"}
    waivers = {"schema": "auditor.waivers/1", "waivers": [entry, ended]}
    written(Path("waivers.yaml"), json.dumps(waivers))
    assert scan(1) == CLEAN
    capsys.readouterr()
    assert scan(2) == FINDINGS
    assert "changed: 1 new, 1 fixed" in capsys.readouterr().err
    store = open_store("h.db")
    found = period(store, "2026-11-01", "2026-11-02")
    store.close()
    assert found.waivers == (entry,)
    assert [(item.resource_name, item.state) for item in found.intervals] == [("a", "waived"), ("b", "pass")]
