"""What `docs/snapshot.md` and `docs/register.md` say about the formats is what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from auditor import audit
from auditor.model.snapshot_file import read_snapshot
from auditor.model.types import RESOURCE_TYPES, ResourceType
from auditor.statements import read_declared, read_models
from tests.needs import PROJECT

SNAPSHOT: Final = (PROJECT / "docs" / "snapshot.md").read_text(encoding="utf-8")
REGISTER: Final = (PROJECT / "docs" / "register.md").read_text(encoding="utf-8")
AT: Final = "2026-11-01T06:00:00Z"


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def examples() -> list[dict[str, Any]]:
    found = [json.loads(line) for block in blocks(SNAPSHOT, "json") for line in block.splitlines()]
    return [line for line in found if "properties" not in line]  # part of a body, not a line


@pytest.mark.parametrize("line", examples())
def test_each_line_that_the_text_shows_is_as_the_schema_says(line: dict[str, Any]) -> None:
    schema = json.loads((PROJECT / "auditor" / "schemas" / "snapshot-1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(line)


@pytest.mark.parametrize("kind", RESOURCE_TYPES, ids=lambda kind: kind.name)
def test_the_table_names_every_type_and_the_right_that_reads_it(kind: ResourceType) -> None:
    rows = [
        [cell.strip(" `") for cell in row.split("|")[1:-1]] for row in SNAPSHOT.splitlines() if row.startswith("| `")
    ]
    found = [row for row in rows if kind.name.endswith(row[0].removeprefix("…")) and len(row) == 4]
    assert [row for row in found if kind.operation.endswith(row[3].removeprefix("…"))], found


def test_the_snapshot_made_by_hand_can_be_judged(tmp_path: Path) -> None:
    file = tmp_path / "hand.jsonl"
    file.write_text(blocks(SNAPSHOT.split("## By hand")[1], "json")[0], encoding="utf-8")
    report = audit.judge_snapshot(audit.prepare(audit.Choice()), read_snapshot(file))
    assert {line.finding.status for line in report.lines} == {"pass", "fail", "unknown"}


def test_the_files_that_the_text_shows_are_read(tmp_path: Path) -> None:
    models, configuration = blocks(REGISTER, "yaml")
    (tmp_path / "models.yaml").write_text(models, encoding="utf-8")
    (tmp_path / "auditor.yaml").write_text(configuration, encoding="utf-8")
    assert len(read_models(tmp_path / "models.yaml", AT).resources) == 2
    found = read_declared(tmp_path / "auditor.yaml", AT)
    assert len(found.resources) == 1
