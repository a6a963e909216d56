"""`make lint` on `deploy/`: content with what is there, and with no broken copy of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.deploy import linters
from tests.deploy.linters import DEPLOY, LINTERS, Lacking
from tests.needs import need

BY_NAME = {linter.what: linter for linter in LINTERS}


def ask(name: str, deploy: Path) -> str:
    try:
        return BY_NAME[name].check(deploy)
    except Lacking as error:
        need(None, f"the command {error}")
        raise


def test_every_folder_has_its_linter() -> None:
    assert set(BY_NAME) == {path.name for path in DEPLOY.iterdir()} - {"nightly.py", "README.md", "__pycache__"}


@pytest.mark.parametrize("name", BY_NAME)
def test_what_is_there_passes(name: str) -> None:
    assert not ask(name, DEPLOY)


BROKEN = [
    ("Dockerfile", "Dockerfile", "COPY constraints.txt", "ADD constraints.txt"),
    ("Dockerfile", "Dockerfile", "WORKDIR /source", "WORKDIR source"),
    ("kubernetes", "kubernetes/base/nightly.yaml", "backoffLimit: 1", "backoffLimit: one"),
    ("kubernetes", "kubernetes/base/nightly.yaml", "readOnlyRootFilesystem", "readonlyRootFilesystem"),
    ("kubernetes", "kubernetes/example/kustomization.yaml", "identity.yaml", "identities.yaml"),
    ("github", "github/nightly.yml", "runs-on: ubuntu-24.04", "runs_on: ubuntu-24.04"),
    ("github", "github/nightly.yml", 'exit "$status"', "exit $STATUS"),
    ("github", "github/nightly.yml", "@a457da9ea143d694b1b9c7c869ebb04ebe844ef5 # v2.3.0", "@v2"),
    ("github", "github/nightly.yml", "permissions: {}", "permissions: write-all"),
    ("azure-pipelines", "azure-pipelines/nightly.yml", "keepAzSessionActive", "keepAzSession"),
    ("azure-pipelines", "azure-pipelines/nightly.yml", "always: true", "always: maybe"),
    ("azure-pipelines", "azure-pipelines/nightly.yml", '"$quarter"', "$undefined"),
    ("container-apps", "container-apps/job.bicep", "resource identity", "resource"),
    ("systemd", "systemd/docintel-auditor.service", "ProtectSystem=strict", "ProtectSytem=strict"),
    ("systemd", "systemd/docintel-auditor.service", "SystemCallFilter=@system-service\n", ""),
    ("systemd", "systemd/docintel-auditor.timer", "*-*-* 02:15:00", "*-*-* 26:15:00"),
    ("systemd", "systemd/credentials.conf", "LoadCredentialEncrypted=azure", "LoadCredentialEncrypted=/azure"),
]


@pytest.mark.parametrize(("name", "file", "right", "wrong"), BROKEN)
def test_a_broken_copy_does_not(name: str, file: str, right: str, wrong: str, tmp_path: Path) -> None:
    copy = tmp_path / "deploy"
    shutil.copytree(DEPLOY, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert right in text
    (copy / file).write_text(text.replace(right, wrong), encoding="utf-8")
    assert ask(name, copy)


def test_a_linter_that_is_missing_is_named_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacking(_: Path) -> str:
        raise Lacking("hadolint")

    only = (linters.Linter("Dockerfile", "hadolint", lacking),)
    monkeypatch.setattr(linters, "LINTERS", only)
    monkeypatch.delenv("CI", raising=False)
    assert linters.main() == 0
    assert capsys.readouterr().err == "deploy/Dockerfile: not checked by hadolint: this machine has no hadolint\n"
    monkeypatch.setenv("CI", "true")
    assert linters.main() == 1


def test_a_complaint_fails_everywhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    only = (linters.Linter("Dockerfile", "hadolint", lambda _: "line 3: no"),)
    monkeypatch.setattr(linters, "LINTERS", only)
    monkeypatch.delenv("CI", raising=False)
    assert linters.main() == 1
    assert capsys.readouterr().err == "deploy/Dockerfile: line 3: no\n"
