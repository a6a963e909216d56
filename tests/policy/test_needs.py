"""Which types a rule needs: collectors ask for nothing else, and a gap names its rules by it."""

from __future__ import annotations

import pytest

from auditor.model.reading import Json
from auditor.model.types import ACCOUNT, BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY, MODEL, STORAGE, SUBSCRIPTION
from auditor.policy.needs import types_needed
from tests.policy.asking import rule

FACT_READS = {
    (STORAGE.lower(), "links"): (ACCOUNT, MODEL),
    (STORAGE.lower(), "retention"): (LIFECYCLE_POLICY,),
    (SUBSCRIPTION.lower(), "links"): ("never",),
}


@pytest.mark.parametrize(
    ("type_name", "check", "needed"),
    [
        (STORAGE, {"field": "name", "equals": "x"}, set()),
        (STORAGE, {"field": "facts", "exists": True}, set()),
        (STORAGE, {"field": "facts.links[*].name", "equals": "x"}, {ACCOUNT, MODEL}),
        (STORAGE, {"field": "FACTS.Retention.unbounded", "equals": False}, {LIFECYCLE_POLICY}),
        (STORAGE, {"field": "facts.unknown", "equals": False}, set()),
        (STORAGE, {"field": "children.blobService.name", "equals": "x"}, {BLOB_SERVICE}),
        (STORAGE, {"field": "children.CONTAINERS[*].name", "equals": "x"}, {CONTAINER}),
        (STORAGE, {"field": "children", "exists": True}, set()),
        (STORAGE, {"not": {"allOf": [{"count": {"field": "children.containers[*]"}, "less": 1}]}}, {CONTAINER}),
        (
            STORAGE,
            {"count": {"field": "tags.x[*]", "where": {"field": "children.blobService.name", "equals": 1}}, "less": 1},
            {BLOB_SERVICE},
        ),
        (STORAGE, {"field": "name", "equals": {"field": "children.blobService.name"}}, {BLOB_SERVICE}),
        (STORAGE, {"field": "name", "in": ["children.blobService.name"]}, set()),
        (STORAGE, {"field": "name", "equals": {"field": "no path"}}, set()),
        (STORAGE, {"field": "name", "equals": {"field": 7}}, set()),
        (STORAGE, {"field": "parent", "exists": True}, set()),
        (CONTAINER, {"field": "parent.name", "equals": "x"}, {STORAGE}),
        (CONTAINER, {"field": "parent.facts.links[*].name", "equals": "x"}, {STORAGE, ACCOUNT, MODEL}),
        (CONTAINER, {"field": "parent.children.blobService.name", "equals": "x"}, {STORAGE, BLOB_SERVICE}),
        (CONTAINER, {"field": "parent.parent.name", "equals": "x"}, {STORAGE, SUBSCRIPTION}),
        (SUBSCRIPTION, {"field": "parent.name", "equals": "x"}, set()),
    ],
    ids=lambda value: ",".join(sorted(value)) if isinstance(value, set) else str(value),
)
def test_what_paths_lead_to_is_needed(type_name: str, check: Json, needed: set[str]) -> None:
    assert types_needed(rule(check, applies_to=(type_name,)), FACT_READS) == {type_name, *needed}


def test_what_where_reads_is_needed_as_well_and_for_every_type() -> None:
    asked = rule(
        {"field": "name", "equals": "x"},
        where={"field": "facts.links", "contains": "x"},
        applies_to=(STORAGE, SUBSCRIPTION),
    )
    assert types_needed(asked, FACT_READS) == {STORAGE, SUBSCRIPTION, ACCOUNT, MODEL, "never"}
