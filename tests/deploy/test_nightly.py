"""The scheduled run: what it asks of the auditor, what it keeps, and what it tells the scheduler."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from auditor.cli.report import report
from auditor.cli.scan import scan
from tests.deploy.linters import DEPLOY
from tests.e2e.estate import estate
from tests.fakes import wires
from tests.fakes.azure import FakeAzure
from tests.fakes.azurite import azurite

SCRIPT = runpy.run_path(str(DEPLOY / "nightly.py"), run_name="nightly")
run: Callable[..., int] = SCRIPT["run"]
NOW = datetime(2026, 11, 25, 2, 15, 7, tzinfo=UTC)
STAMP = "2026-11-25T021507Z"
STORE = "https://docsstore.blob.core.windows.net"


class Auditor:
    """Notes what it is asked, writes a report and ends as it is told."""

    def __init__(self, status: int = 0) -> None:
        self.status = status
        self.asked: list[str] = []
        self.kept: list[str] = []

    def __call__(self, arguments: Sequence[str]) -> int:
        self.asked = list(arguments)
        return self.status

    def keep(self, folder: Path, url: str) -> None:
        self.kept.append(f"{folder.name} {url}")


def test_an_audit_leaves_snapshot_page_and_json_in_a_folder_of_its_own(tmp_path: Path) -> None:
    auditor = Auditor()
    assert run(["audit", "--to", str(tmp_path / "new"), "--", "-s", "Production"], NOW, auditor) == 0
    folder = tmp_path / "new" / STAMP
    assert auditor.asked == [
        *("scan", "--save-snapshot", f"{folder}/snapshot.jsonl.zst", "-o", "text"),
        *("-o", f"html={folder}/report.html", "-o", f"json={folder}/report.json", "-s", "Production"),
    ]
    assert folder.is_dir()


def test_a_quarter_is_reported_once_it_is_over(tmp_path: Path) -> None:
    auditor = Auditor()
    assert run(["quarter", "--to", str(tmp_path)], NOW, auditor) == 0
    folder = tmp_path / "2026-Q3" / STAMP
    assert auditor.asked == [
        *("report", "--quarter", "2026-Q3", "-o", f"html={folder}/quarter.html"),
        *("-o", f"json={folder}/quarter.json", "-o", f"oscal={folder}/quarter-oscal.json"),
    ]


@pytest.mark.parametrize(
    ("month", "expected"), [(1, "2025-Q4"), (3, "2025-Q4"), (4, "2026-Q1"), (7, "2026-Q2"), (12, "2026-Q3")]
)
def test_which_quarter_is_over(month: int, expected: str) -> None:
    assert SCRIPT["quarter_before"](NOW.replace(month=month, day=2)) == expected


@pytest.mark.parametrize(
    ("status", "expected", "said"),
    [
        (0, 0, "done; see"),
        (1, 0, "findings; see"),
        (2, 2, "ended with 2; this run proves nothing"),
        (3, 3, "ended with 3; this run proves nothing"),
        (130, 130, "ended with 130; this run proves nothing"),
    ],
)
def test_findings_are_no_failure_and_all_else_is(
    status: int, expected: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    auditor = Auditor(status)
    old = tmp_path / "2020-01-01T000000Z"
    old.mkdir()
    asked = ["audit", "--to", str(tmp_path), "--keep", "30", "--upload", "https://store/audits/"]
    assert run(asked, NOW, auditor, auditor.keep) == expected
    assert auditor.kept == ([] if expected else [f"{STAMP} https://store/audits/{STAMP}"])
    assert old.exists() is bool(expected)
    assert said in capsys.readouterr().err


def test_a_crash_is_no_finding(tmp_path: Path) -> None:
    def crash(_: Sequence[str]) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(["audit", "--to", str(tmp_path), "--upload", "https://store/audits"], NOW, crash, Auditor().keep)


def test_only_old_audits_are_removed(tmp_path: Path) -> None:
    for name in ("2026-10-26T021506Z", "2026-10-26T021507Z", "2026-01-01", "2026-Q1", "history.db", "lost+found"):
        (tmp_path / name).mkdir()
    (tmp_path / "2026-10-26T021506Z" / "report.html").touch()
    run(["audit", "--to", str(tmp_path), "--keep", "30"], NOW, Auditor())
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"2026-10-26T021507Z", "2026-01-01", "2026-Q1", "history.db", "lost+found", STAMP}


def test_without_keep_nothing_is_removed(tmp_path: Path) -> None:
    (tmp_path / "2020-01-01T000000Z").mkdir()
    run(["audit", "--to", str(tmp_path)], NOW, Auditor())
    assert (tmp_path / "2020-01-01T000000Z").exists()


@pytest.mark.parametrize(("what", "command"), [("audit", scan), ("quarter", report)])
def test_every_option_that_it_gives_exists(what: str, command: Any) -> None:
    name, *given = SCRIPT["command"](what, Path("x"), "2026-Q3")
    known = {option for parameter in command.params for option in parameter.opts}
    assert name == command.name
    assert {item for item in given if item.startswith("-")} <= known


def test_a_real_audit_ends_up_as_blobs_and_writes_over_none(tmp_path: Path) -> None:
    """The script itself, Microsoft's own client of sign-in, its stand-in for storage, and the fake for all the rest."""
    with ExitStack() as stack:
        fake = stack.enter_context(FakeAzure(estate()))
        port = stack.enter_context(azurite(tmp_path, "docsstore"))
        at = stack.enter_context(wires.proxy({"docsstore.blob.core.windows.net": port}, otherwise=fake.port))
        through = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), f"http://127.0.0.1:{at}")
        own = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "AUDITOR_AUTH": "environment"}
        environment = {**fake.environment, **through, **own, "AUDITOR_NO_PROBE": "true"}
        address = f"{STORE}/audits?restype=container"
        headers = {"Authorization": f"Bearer {fake.entra.issue('https://storage.azure.com')}"}
        headers["x-ms-version"] = SCRIPT["BLOB_VERSION"]
        asking = requests.Session()
        asking.trust_env = False
        asking.proxies, asking.verify, asking.headers = {"https": through["https_proxy"]}, str(fake.ca_file), headers
        assert asking.put(address, timeout=20).status_code == 201

        command = [sys.executable, DEPLOY / "nightly.py", "audit", "--to", tmp_path / "audits"]
        command += ["--upload", f"{STORE}/audits"]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (folder,) = (tmp_path / "audits").iterdir()
        assert f"nightly: findings; see {STORE}/audits/{folder.name}" in done.stderr
        names = {path.name for path in folder.iterdir()}
        assert names == {"report.html", "report.json", "snapshot.jsonl.zst"}
        for name in names:
            assert (
                asking.get(f"{STORE}/audits/{folder.name}/{name}", timeout=20).content == (folder / name).read_bytes()
            )

        again = [sys.executable, "-c", "import runpy, sys, pathlib; upload = runpy.run_path(sys.argv[1])['upload'];"]
        again[-1] += "upload(pathlib.Path(sys.argv[2]), sys.argv[3])"
        again += [DEPLOY / "nightly.py", folder, f"{STORE}/audits/{folder.name}"]
        done = subprocess.run(again, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith(f"nightly: report.html was not kept at {STORE}/audits/{folder.name}: ")
        assert "already exists" in done.stderr
        assert "Traceback" not in done.stderr
