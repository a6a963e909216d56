"""Runs the command in this process against the fake Azure, and reads what it wrote."""

from __future__ import annotations

import contextlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from auditor.cli import main
from tests.fakes.azure import FakeAzure


@dataclass(frozen=True)
class Ran:
    """What a run left behind; `result` is the JSON report, None if there is none."""

    code: int
    result: dict[str, Any] | None
    out: str
    err: str

    @property
    def statuses(self) -> dict[tuple[str, str], str]:
        """Status by rule and resource id (lower case)."""
        assert self.result is not None, self.err
        return {(item["rule"], item["resource"]["id"].lower()): item["status"] for item in self.result["findings"]}

    @property
    def named(self) -> dict[tuple[str, str], str]:
        """Status by rule and the resource's name."""
        assert self.result is not None, self.err
        return {(item["rule"], item["resource"]["name"]): item["status"] for item in self.result["findings"]}


def scan(azure: FakeAzure | None, folder: Path, *arguments: str) -> Ran:
    """`auditor scan … -o json=FILE`, in a folder of its own, with the environment of the fake if there is one."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    out, err = io.StringIO(), io.StringIO()
    environment = {} if azure is None else azure.environment
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, environment),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main(
            ["scan", "--auth", "environment", *arguments, "-o", f"json={report}"]
            if azure
            else ["scan", *arguments, "-o", f"json={report}"]
        )
    result = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
    return Ran(int(code), result, out.getvalue(), err.getvalue())
