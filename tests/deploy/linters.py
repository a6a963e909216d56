"""What `make lint` asks about `deploy/`: each file of the linter, or the schema, of the platform that takes it.

`python -m tests.deploy.linters`. A linter that this machine lacks is named; in CI that is a failure.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft7Validator, ValidationError, validators
from kubernetes_validate import ValidationError as SchemaError
from kubernetes_validate import validate
from pycep import BicepParser

from tests.needs import PROJECT

DEPLOY: Final = PROJECT / "deploy"
KUBERNETES: Final = ("1.30.0", "1.35.0")  # what AKS runs lies between them, or is newer
EXPOSURE: Final = 15  # tenths, of 100: systemd calls up to 20 "OK", and a service that talks to the Internet has 13


class Lacking(Exception):  # noqa: N818 (it is no error: the machine is another one)
    """A tool that is not there."""


def program(name: str) -> str:
    """Return the program of that name: of this environment first, then of the machine."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        raise Lacking(name)
    return found


def complaints(*command: str | Path, text: str | None = None, quiet: bool = False) -> str:
    """Run a linter; return what it says if it is not content, or if it is `quiet` whenever it is."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [program(str(command[0])), *command[1:]],
        cwd=PROJECT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    said = (done.stdout + done.stderr).strip()
    if done.returncode:
        return said or f"exit code {done.returncode}"
    return said if quiet else ""


def container_file(deploy: Path) -> str:
    return complaints("hadolint", deploy / "Dockerfile")


def kustomizations(deploy: Path) -> dict[str, list[dict[str, Any]]]:
    """Return what kustomize makes of the base and of the example, as objects of Kubernetes."""
    made = {}
    for folder in ("base", "example"):
        command = [program("kubectl"), "kustomize", str(deploy / "kubernetes" / folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or "deprecated" in done.stderr:
            raise ValidationError(done.stderr)
        made[folder] = list(yaml.safe_load_all(done.stdout))
    return made


def cluster(deploy: Path) -> str:
    try:
        for objects in kustomizations(deploy).values():
            for item in objects:
                for version in KUBERNETES:
                    validate(item, version, strict=True)
    except (SchemaError, ValidationError) as error:
        return str(error.message)
    return ""


def workflow(deploy: Path) -> str:
    path = deploy / "github" / "nightly.yml"
    program("shellcheck")  # actionlint asks it about each `run:`, and says nothing if it is not there
    return complaints("actionlint", path) or complaints("zizmor", "--offline", "--quiet", "--persona=pedantic", path)


def _as_text(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    """A pattern holds for a number or a truth value as it is spelled: the schema is one of text."""
    spelled = str(instance).lower() if isinstance(instance, bool) else str(instance)
    if isinstance(instance, (str, int)) and not re.search(pattern, spelled, re.IGNORECASE):
        yield ValidationError(f"{instance!r} is not {pattern}")


def pipeline(deploy: Path) -> str:
    """Microsoft's schema, as check-jsonschema carries it, and shellcheck about each script."""
    (found,) = (item for item in files("check-jsonschema") or () if item.name == "azure-pipelines.json")
    schema = json.loads(found.read_text(encoding="utf-8"))
    checker = Draft7Validator.TYPE_CHECKER.redefine("string", lambda _, value: isinstance(value, (str, int)))
    judge = validators.extend(Draft7Validator, {"pattern": _as_text}, type_checker=checker)(schema)
    content = yaml.safe_load((deploy / "azure-pipelines" / "nightly.yml").read_text(encoding="utf-8"))
    said = [_deepest(error).message for error in judge.iter_errors(content)]
    for step in (step for job in content["jobs"] for step in job["steps"]):
        script = step.get("bash") or step.get("script") or step.get("inputs", {}).get("inlineScript", "")
        said.append(complaints("shellcheck", "--shell=bash", "-", text=re.sub(r"\$\((\w+)\)", "VALUE", script)))
    return "\n".join(filter(None, said))


def _deepest(error: ValidationError) -> ValidationError:
    below = [_deepest(item) for item in error.context or ()]
    return max([error, *below], key=lambda item: len(item.absolute_path))


def templates(deploy: Path) -> str:
    """No compiler of Bicep can be had from a package: a parser says whether it is Bicep at all."""
    for path in sorted(deploy.rglob("*.bicep")):
        try:
            BicepParser().parse(text=path.read_text(encoding="utf-8"))
        except Exception as error:  # noqa: BLE001 (whatever the parser raises)
            return f"{path.name}: {error}"
    return ""


def units(deploy: Path) -> str:
    """Verify the units in a root of their own, in which what they start is there; then rate the hardening."""
    program("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
        at = root / "etc/systemd/system"
        at.mkdir(parents=True)
        names = [shutil.copy(path, at) for path in sorted((deploy / "systemd").glob("*.[st]*er*"))]
        names = [Path(name).name for name in names]
        (at / "docintel-auditor.service.d").mkdir()
        shutil.copy(deploy / "systemd" / "credentials.conf", at / "docintel-auditor.service.d")
        python = root / "opt/docintel-auditor/bin/python"
        python.parent.mkdir(parents=True)
        python.touch(0o755)
        said = complaints("systemd-analyze", "verify", f"--root={root}", "--man=no", *names, quiet=True)
        for name in (name for name in names if name.endswith(".service") and not said):
            rating = ("--offline=yes", f"--root={root}", f"--threshold={EXPOSURE}", "--no-pager")
            said = complaints("systemd-analyze", "security", *rating, name)
    return said


@dataclass(frozen=True, slots=True)
class Linter:
    """What is checked, by whom."""

    what: str
    by: str
    check: Callable[[Path], str]


LINTERS: Final = (
    Linter("Dockerfile", "hadolint", container_file),
    Linter("kubernetes", "kustomize and the schemas of Kubernetes", cluster),
    Linter("github", "actionlint, shellcheck and zizmor", workflow),
    Linter("azure-pipelines", "the schema of Azure Pipelines and shellcheck", pipeline),
    Linter("container-apps", "a parser of Bicep", templates),
    Linter("systemd", "systemd-analyze", units),
)


def main() -> int:
    """Ask them all; say who found what, and who could not be asked."""
    status = 0
    for linter in LINTERS:
        try:
            said = linter.check(DEPLOY)
        except Lacking as error:
            said = f"not checked by {linter.by}: this machine has no {error}"
            status |= bool(os.environ.get("CI"))
        else:
            status |= bool(said)
        if said:
            sys.stderr.write(f"deploy/{linter.what}: {said}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
