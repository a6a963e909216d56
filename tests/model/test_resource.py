"""Resources and what names them; findings and what identifies them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.finding import SEVERITIES, STATUS_OF, STATUSES, Evidence, Finding, Subject, fingerprint
from auditor.model.reading import MISSING, Found, Json, Reading, Unread
from auditor.model.resource import Origin, Place, Resource, resource_key
from auditor.model.types import CONTAINER
from auditor.model.verdict import Verdict
from tests.builders import container, storage


@pytest.mark.parametrize(
    ("body", "name", "location"),
    [
        ({"name": "n", "location": "West Europe"}, "n", "West Europe"),
        ({}, "last", None),
        ({"name": "", "location": None}, "last", None),
        ({"name": 7, "location": 7}, "last", None),
        ({"name": Unread("x"), "location": Unread("x")}, "last", None),
    ],
)
def test_a_resource_has_a_name_whatever_its_body_says(body: dict[str, Json], name: str, location: str | None) -> None:
    for resource_id in ("/a/Last", "/a/Last/"):
        resource = Resource({"id": resource_id, "type": "T/t", **body})
        assert (resource.name.lower(), resource.location) == (name, location)
        assert (resource.id, resource.type) == (resource_id, "T/t")
        assert (resource.key, resource.type_key) == ("/a/last", "t/t")


def test_a_child_knows_its_owner() -> None:
    store = storage()
    assert container(store).owner == store.key
    assert Resource({"id": "/odd", "type": CONTAINER}).owner is None


def test_a_subject_is_enough_to_name_a_resource() -> None:
    store = storage("docs", location="West Europe")
    assert Subject.of(store) == Subject(store.id, store.type, "docs", "West Europe")


@pytest.mark.parametrize(
    ("reading", "word"), [(Found(None), "found"), (Found(0), "found"), (MISSING, "missing"), (Unread("x"), "unread")]
)
def test_evidence_says_in_a_word_how_the_reading_went(reading: Reading, word: str) -> None:
    assert Evidence("a", {}, "be", reading).read == word


def test_every_verdict_is_a_status_and_statuses_stand_worst_first() -> None:
    assert {verdict: STATUS_OF[verdict] for verdict in Verdict} == {
        Verdict.PASS: "pass",
        Verdict.FAIL: "fail",
        Verdict.UNKNOWN: "unknown",
    }
    assert STATUSES == ("fail", "unknown", "waived", "pass")
    assert SEVERITIES == ("critical", "high", "medium", "low")


def test_a_fingerprint_never_changes() -> None:
    """Waivers and code scanning services keep it: changing it loses their memory."""
    assert fingerprint("DI-TLS-001", "/subscriptions/1/x") == "b4ef66815df2cb9b79e1131f7e70b6bc"


def test_a_fingerprint_depends_on_the_rule_and_the_resource_alone() -> None:
    subject = Subject("/Sub/X", "t", "x", "westeurope")
    one = Finding("R-1", "fail", subject, ())
    other = Finding("R-1", "pass", Subject("/sub/x/", "T", "y"), (Evidence("a", {}, "be", MISSING),))
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != Finding("R-2", "fail", subject, ()).fingerprint
    assert one.fingerprint != Finding("R-1", "fail", Subject("/sub/y", "t", "x"), ()).fingerprint


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_id_has_a_fingerprint(rule: str, resource_id: str) -> None:
    found = fingerprint(rule, resource_id)
    assert len(found) == 32
    assert found == fingerprint(rule, f"{resource_key(resource_id)}/")
    assert fingerprint(rule, "a\ud800") != fingerprint(rule, "a\ud801")


def test_a_property_stands_where_the_nearest_thing_around_it_stands() -> None:
    origin = Origin("main.json", "docs", {"": (3, 5), "properties": (9, 7), "properties.cors.corsrules[0]": (14, 11)})
    assert origin.place("properties.cors.corsRules[0].maxAgeInSeconds") == Place("main.json", 14, 11, "docs")
    assert origin.place("properties.cors.corsRules[1]") == Place("main.json", 9, 7, "docs")
    assert origin.place("properties.minimumTlsVersion") == Place("main.json", 9, 7, "docs")
    assert origin.place("sku.name") == origin.place() == Place("main.json", 3, 5, "docs")
    assert Origin("plan.json", None, {}).place("sku") == Place("plan.json", None, None, None)
