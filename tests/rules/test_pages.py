"""The pages about rules in `docs/` are those that `auditor rules docs` writes."""

from __future__ import annotations

from auditor.audit import load_rules, types_of
from auditor.model.types import ACCOUNT, BLOB_LOGS, ERASURE_REQUEST, STORAGE, STORAGE_TLS
from auditor.policy.needs import evidence_of
from auditor.report.rule_pages import rule_pages
from tests.needs import PROJECT


def test_the_documentation_has_the_same_pages() -> None:
    rules = load_rules().rules
    pages = rule_pages(rules, types_of(rules))
    docs = PROJECT / "docs"
    written = {f"rules/{path.name}" for path in (docs / "rules").iterdir()} | {"coverage.md"}
    assert written == set(pages)
    stale = [name for name, text in pages.items() if (docs / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run auditor rules docs"


def test_where_a_rule_looks_follows_from_what_it_reads() -> None:
    assert evidence_of(frozenset({ACCOUNT, STORAGE})) == ("configuration",)
    assert evidence_of(frozenset({STORAGE, STORAGE_TLS})) == ("wire",)
    assert evidence_of(frozenset({BLOB_LOGS, STORAGE_TLS, ERASURE_REQUEST})) == ("wire", "practice", "register")
