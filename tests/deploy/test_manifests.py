"""What no schema asks of the manifests: hardening, no secret, and commands and settings that the auditor knows."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.deploy.linters import DEPLOY, Lacking, kustomizations
from tests.deploy.test_nightly import SCRIPT
from tests.needs import PROJECT, need

FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
CONFIGURATION = PROJECT / "auditor" / "schemas" / "configuration-1.schema.json"


def shown(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.fixture(scope="module")
def objects() -> dict[str, list[dict[str, Any]]]:
    try:
        return kustomizations(DEPLOY)
    except Lacking as error:
        need(None, f"the command {error}")
        raise


def jobs(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The specification of each CronJob."""
    return {item["metadata"]["name"]: item["spec"] for item in found if item["kind"] == "CronJob"}


def pod(spec: dict[str, Any]) -> Any:
    return spec["jobTemplate"]["spec"]["template"]["spec"]


@pytest.mark.parametrize("folder", ["base", "example"])
@pytest.mark.parametrize("name", ["nightly", "quarterly"])
def test_each_pod_is_locked_up(objects: dict[str, list[dict[str, Any]]], folder: str, name: str) -> None:
    spec = jobs(objects[folder])[name]
    inside = pod(spec)
    (container,) = inside["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    around = inside["securityContext"]
    assert (around["runAsNonRoot"], around["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    assert f"USER {around['runAsUser']}:{around['runAsGroup']}\n" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert inside["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(inside)
    assert {"limits", "requests"} == set(container["resources"])
    assert (spec["concurrencyPolicy"], inside["restartPolicy"]) == ("Forbid", "Never")
    assert spec["failedJobsHistoryLimit"] > 1


def test_the_identity_is_that_of_the_workload(objects: dict[str, list[dict[str, Any]]]) -> None:
    for folder in ("base", "example"):
        (account,) = (item for item in objects[folder] if item["kind"] == "ServiceAccount")
        assert re.fullmatch(
            r"[01]{8}(-[01]{4}){3}-[01]{12}", account["metadata"]["annotations"]["azure.workload.identity/client-id"]
        )
        for spec in jobs(objects[folder]).values():
            assert pod(spec)["serviceAccountName"] == account["metadata"]["name"]
            labels = spec["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
            assert labels["azure.workload.identity/use"] == "true"


def test_the_history_is_on_the_disk_or_comes_from_a_secret_by_name(objects: dict[str, list[dict[str, Any]]]) -> None:
    for folder, expected in (
        ("base", {"value": "/data/history.db"}),
        ("example", {"valueFrom": {"secretKeyRef": {"name": "docintel-auditor-history", "key": "url"}}}),
    ):
        for spec in jobs(objects[folder]).values():
            (container,) = pod(spec)["containers"]
            (history,) = (item for item in container["env"] if item["name"] == "AUDITOR_HISTORY")
            assert {key: value for key, value in history.items() if key != "name"} == expected
            assert "/data" in {item["mountPath"] for item in container["volumeMounts"]}


def scheduled() -> list[list[str]]:
    """How nightly.py is called, wherever it is."""
    found = []
    for path in sorted((DEPLOY / "kubernetes" / "base").glob("*ly.yaml")):
        (container,) = pod(yaml.safe_load(path.read_text(encoding="utf-8"))["spec"])["containers"]
        found.append([*container["command"], *container["args"]])
    for path in sorted((DEPLOY / "systemd").glob("*.service")):
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read(path, encoding="utf-8")
        found.append(unit["Service"]["ExecStart"].split())
    return found


def test_the_scheduled_run_takes_what_it_is_given() -> None:
    calls = scheduled()
    assert len(calls) == 4
    for python, script, *arguments in calls:
        assert (Path(python).name, Path(script).name) == ("python", "nightly.py")
        SCRIPT["parser"]().parse_args(arguments)


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "auditor.yaml"], ids=shown)
def test_each_configuration_is_one(path: Path) -> None:
    schema = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


SECRETS = re.compile(
    r"""-----BEGIN                                                  # a key
      | \b(?:sig|AccountKey|SharedAccessKey)=[\w%/+]{8}             # a signature, a connection string
      | \w+://[^\s/:@]+:[^\s@$]+@                                   # a password in a URL
      | (?:password|passwd|client_?secret|api_?key)\b\s*[:=]\s*["']?[\w/+]{6}
      | \beyJ[\w-]{10}                                              # a token
      | (?<![\w@:-])(?=[a-z+/]*\d)[a-z\d+/]{40,}={0,2}(?![\w=])     # anything as long and as random as one
    """,
    re.VERBOSE | re.IGNORECASE,
)


@pytest.mark.parametrize("path", [*FILES, PROJECT / "docs" / "scheduled.md"], ids=shown)
def test_no_file_holds_a_secret(path: Path) -> None:
    text = re.sub(r"sha256:[0-9a-f]{64}|@[0-9a-f]{40} # v", "", path.read_text(encoding="utf-8"))
    assert not [found[0] for found in SECRETS.finditer(text)]
    ids = set(re.findall(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", text))
    assert ids <= {f"{n * 8}-{n * 4}-{n * 4}-{n * 4}-{n * 12}" for n in "0123"}


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN PRIVATE KEY-----",
        "https://x.blob.core.windows.net/c?sig=abc%2Bdef12345",
        "postgresql://audit:hunter2@db/audits",
        "password: hunter2",
        "eyJhbGciOiJIUzI1NiJ9",
        "AZURE_CLIENT_SECRET: abcDEF123~x",
        "Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6",
        "key: 7f3a9c0b1d2e4f5a6b7c8d9e0f1a2b3c4d5e6f70",
    ],
)
def test_a_secret_would_be_found(secret: str) -> None:
    assert SECRETS.search(secret)
