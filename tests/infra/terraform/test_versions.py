"""Versions of a provider, and what they send where an argument is not set."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.infra.terraform.versions import ANY, Default, Span, default_for, span_of
from auditor.model.reading import Unread

PUBLIC = (Default((2,), value=False), Default((3,), value=True), Default((5,), value=False))


@pytest.mark.parametrize(
    ("constraints", "wanted"),
    [
        (["~> 3.50"], Span((3, 50), (4,))),
        (["~> 3.50.1"], Span((3, 50, 1), (3, 51))),
        (["~> 4"], Span((4,), (5,))),
        (["= 4.1.0"], Span((4, 1, 0), (4, 1, 0, 0))),
        (["4.1.0"], Span((4, 1, 0), (4, 1, 0, 0))),
        ([">= 3.36.0, < 4.0"], Span((3, 36, 0), (4, 0))),
        ([">= 3.36.0", "<= 3.99"], Span((3, 36, 0), (3, 99, 0))),
        (["> 2.1", "!= 3.0"], Span((2, 1))),
        (["v3.1.0-beta1"], Span((3, 1, 0), (3, 1, 0, 0))),
        (["whatever"], ANY),
        ([">= 5, < 4"], ANY),
        ([], ANY),
    ],
)
def test_a_constraint_allows_a_span_of_versions(constraints: list[str], wanted: Span) -> None:
    assert span_of(constraints) == wanted


@pytest.mark.parametrize(
    ("constraint", "wanted"),
    [("~> 1.44", None), ("~> 2.99", False), ("~> 3.0", True), ("= 4.80.0", True), ("~> 5.0", False), (">= 5", False)],
)
def test_a_default_is_that_of_the_version(constraint: str, wanted: Any) -> None:
    assert default_for(PUBLIC, span_of([constraint])) is wanted


@pytest.mark.parametrize("constraint", ["", ">= 3.36.0", ">= 2.0, < 4.0", "< 3"])
def test_where_versions_that_may_be_in_use_differ_nothing_is_known(constraint: str) -> None:
    assert isinstance(default_for(PUBLIC, span_of([constraint])), Unread)
