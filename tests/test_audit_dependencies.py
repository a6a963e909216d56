"""Whether dependencies are known to be vulnerable: what the service did not check is never called clean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tools.audit_dependencies import exit_code, read_answer, told

CLEAN = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3", "4"]}, {"id": "CVE-2"}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found and could not be audited"}
NOT_CHECKED = "NOT CHECKED for known vulnerabilities"


@pytest.mark.parametrize(
    ("packages", "lines", "code", "complete"),
    [
        ([CLEAN], ["1 checked, 0 known vulnerabilities"], 0, 0),
        (
            [CLEAN, BAD],
            [
                "b 2: CVE-1, fixed in 3 or 4",
                "b 2: CVE-2, not fixed yet",
                "2 checked, 2 known vulnerabilities",
            ],
            1,
            1,
        ),
        ([SKIPPED], [f"1 {NOT_CHECKED}: the service does not know them"], 0, 1),
        (
            [CLEAN, SKIPPED],
            [f"1 {NOT_CHECKED}: the service does not know them", "1 checked, 0 known vulnerabilities"],
            0,
            1,
        ),
    ],
)
def test_what_it_tells(packages: list[Any], lines: list[str], code: int, complete: int) -> None:
    answer = read_answer(json.dumps({"dependencies": packages, "fixes": []}))
    assert told(answer) == [f"dependencies: {line}" for line in lines]
    assert (exit_code(answer, complete=False), exit_code(answer, complete=True)) == (code, complete)


@pytest.mark.parametrize("printed", ["", "Traceback", "[]", "{}", "null", '{"dependencies": null}'])
def test_no_answer_is_not_clean(printed: str) -> None:
    answer = read_answer(printed)
    assert told(answer) == [f"dependencies: {NOT_CHECKED}: the service did not answer"]
    assert (exit_code(answer, complete=False), exit_code(answer, complete=True)) == (0, 1)
