"""The clauses of Microsoft's page, and in which of its editions each stands."""

from __future__ import annotations

import pytest

from auditor.policy.clauses import CLAUSES, EDITIONS, NEW, OLD, Promise

BY_BASIS = {clause.basis: clause for clause in CLAUSES}
DROPPED = {"other-purposes", "delete-models"}
"""Promises of the edition of 2021-05-04 that the edition of 2026-07-22 does not have (azure-facts, section 6)."""
REWORDED = {
    "data-in-transit": ("TLS 1.2", "TLS 1.3"),
    "delete-24h": ("within 24 hours", "after the operation completes"),
}


def test_the_editions_bear_their_dates_and_their_sources() -> None:
    assert [edition.dated for edition in EDITIONS] == ["2021-05-04", "2026-07-22"]
    assert all(
        edition.source.startswith("https://github.com/MicrosoftDocs/azure-ai-docs/blob/") for edition in EDITIONS
    )
    assert OLD.source != NEW.source


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.basis)
def test_a_promise_says_in_which_edition_it_stands(clause: Promise) -> None:
    assert clause.old is not None, "the promises that the tool was made for are kept"
    assert (clause.new is None) == (clause.basis in DROPPED)
    assert (clause.new is not None and clause.new != clause.old) == (clause.basis in REWORDED)
    assert [edition for edition, _ in clause.editions] == ([OLD] if clause.basis in DROPPED else [OLD, NEW])
    words = clause.standing
    assert OLD.dated in words
    assert ("only" in words) == (clause.basis in DROPPED)
    assert ("different words" in words) == (clause.basis in REWORDED)


@pytest.mark.parametrize("basis", REWORDED)
def test_what_was_reworded(basis: str) -> None:
    old, new = REWORDED[basis]
    assert old in str(BY_BASIS[basis].old)
    assert new in str(BY_BASIS[basis].new)


def test_results_can_be_deleted_early_by_the_newer_edition_alone() -> None:
    assert "Delete Analyze Result" in str(BY_BASIS["delete-24h"].new)
    assert "Delete Analyze Result" not in str(BY_BASIS["delete-24h"].old)
