"""What of a report a history takes in."""

from __future__ import annotations

from pathlib import Path

from auditor.recording import assessment_of, file_hash
from tests.builders import snapshot, storage
from tests.report.builders import mixed


def test_all_findings_and_gaps_of_a_report_are_taken_in() -> None:
    report = mixed()
    found = assessment_of(report)
    assert [(item.rule, item.resource_id, item.status, item.message) for item in found.findings] == [
        (line.rule.id, line.finding.subject.id, line.finding.status, line.message) for line in report.lines
    ]
    assert {item.severity for item in found.findings} == {line.rule.severity for line in report.lines}
    assert [item[:2] for item in found.unseen] == [(item.scope, item.operation) for item in report.unseen]
    assert (found.started, found.finished, found.complete) == (report.started, report.finished, False)
    assert set(found.rules) == set(report.rules)
    assert found.counts == report.counts
    assert found.present == frozenset()


def test_a_snapshot_says_what_is_there() -> None:
    found = assessment_of(mixed(), snapshot(storage("Docs")), "ab" * 32)
    assert storage("Docs").key in found.present
    assert found.snapshot_hash == "ab" * 32


def test_the_hash_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"abc")
    assert file_hash(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
