"""The waivers of the sample estate: one of each kind, and what each comes to."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from jsonschema import Draft202012Validator

from auditor import audit
from auditor.data import samples_folder
from auditor.statements import read_models
from auditor.waivers import read_waivers
from auditor.yaml_source import read_yaml
from tests.builders import STARTED
from tests.needs import PROJECT

FILE = PROJECT / "samples" / "waivers.yaml"


def test_they_are_as_the_schema_says() -> None:
    schema = json.loads((PROJECT / "auditor/schemas/waivers-1.schema.json").read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(schema).iter_errors(read_yaml(FILE).value))


def test_each_comes_to_what_is_written_above_it() -> None:
    prepared = audit.prepare(audit.Choice())
    read = audit.read_saved(samples_folder() / "estate.jsonl", [read_models(samples_folder() / "models.yaml", STARTED)])
    waivers = read_waivers(FILE, datetime(2026, 11, 1, tzinfo=UTC), prepared.max_waiver_days)
    plain, waived = audit.judge_snapshot(prepared, read), audit.judge_snapshot(prepared, read, waivers=waivers)
    assert (waived.counts["waived"], waived.counts["fail"]) == (2, plain.counts["fail"] - 2)
    assert (waived.counts["unknown"], waived.counts["pass"]) == (plain.counts["unknown"], plain.counts["pass"])
    assert {item.waiver.ticket: (item.state, [remark.kind for remark in item.remarks]) for item in waived.waivers} == {
        "SEC-4121": ("inForce", []),
        "SEC-4130": ("inForce", ["expiring"]),
        "SEC-3987": ("expired", ["expired"]),
        "DPO-77": ("inForce", ["unknown"]),
    }
    assert "2 checks fail and are waived" in waived.headline
