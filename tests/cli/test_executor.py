"""`--executor` and `--scheduler`: neither is dropped without a word."""

from __future__ import annotations

import pytest

from auditor.audit import LOCAL
from auditor.cli import main
from auditor.cli.scan import scan
from auditor.collectors.collect import EXECUTORS


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--executor", "dask"], "--executor dask takes --scheduler"),
        (["--scheduler", "tcp://here:8786"], "--scheduler is for a cluster"),
        (["--snapshot", "x", "--executor", "dask"], "--executor is for Azure, and --snapshot contacts nothing"),
        (["--snapshot", "x", "--scheduler", "tcp://here:8786"], "--scheduler is for Azure"),
    ],
)
def test_what_does_not_go_together_is_refused(
    options: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", *options]) == 2
    assert problem in capsys.readouterr().err


def test_the_choices_are_this_machine_and_the_table() -> None:
    option = next(item for item in scan.params if item.name == "executor")
    assert list(option.type.choices) == [LOCAL, *EXECUTORS]  # type: ignore[attr-defined]
