"""Holding rules against a snapshot: what is judged, what could not be seen, and what does not apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from auditor.model.finding import Finding
from auditor.model.reading import MISSING, Found, Json, Unread
from auditor.model.resource import Origin, Place, Read, Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import ACCOUNT, BLOB_SERVICE, CONTAINER, LOCATION, MODEL, STORAGE, SUBSCRIPTION
from auditor.policy.compiler import CompiledRule, Language, compile_rule
from auditor.policy.defaults import Defaults
from auditor.policy.judge import Judged, group_by_type, judge
from auditor.policy.shapes import Shapes
from auditor.policy.target import ResourceTarget
from tests import builders
from tests.builders import SUBSCRIPTION_ID, account, blob_service, container, gap, snapshot, storage
from tests.policy.asking import NOW, rule

NO_RIGHT = "403 AuthorizationFailed"
IS_DOCS = {"field": "name", "equals": "docs"}
IN_WEST = {"field": "location", "sameRegionAs": "westeurope"}


class Facts:
    """Facts as given, by the name of the resource."""

    def __init__(self, **known: Mapping[str, Json]) -> None:
        self._known = known

    def one(self, resource: Resource, name: str) -> Json:
        return self.of(resource).get(name, MISSING)

    def of(self, resource: Resource) -> Mapping[str, Json]:
        return self._known.get(resource.name, {})

    def forget(self, resource: Resource) -> None:
        pass


def compiled(
    check: Json, *types: str, where: Json = None, rule_id: str = "T-1", **trees: Any
) -> list[tuple[str, CompiledRule]]:
    """A rule about some types, storage accounts if none is named, ready to judge."""
    language = Language(Shapes(dict.fromkeys(types or (STORAGE,), trees)), Defaults({}))
    found = []
    for type_name in types or (STORAGE,):
        made = compile_rule(rule(check, where, id=rule_id), type_name, language, {"limit": 1}, pytest.fail)
        assert made is not None
        found.append((type_name, made))
    return found


def judged(rules: list[tuple[str, CompiledRule]], found: Snapshot, facts: Facts | None = None, **how: Any) -> Judged:
    return judge(group_by_type(rules), found, facts or Facts(), NOW, **how)


def told(result: Judged) -> list[tuple[str, str]]:
    """Name of the subject and status, in order."""
    return [(finding.subject.name, finding.status) for finding in result.findings]


def test_every_resource_of_the_type_is_judged_and_no_other() -> None:
    found = snapshot(storage("a"), storage("b", location="northeurope"), account())
    assert told(judged(compiled(IN_WEST), found)) == [("a", "pass"), ("b", "fail")]


def test_what_a_rule_does_not_apply_to_is_counted_and_not_judged() -> None:
    found = snapshot(storage("docs"), storage("other"), storage("third"))
    result = judged(compiled(IN_WEST, where=IS_DOCS), found)
    assert told(result) == [("docs", "pass")]
    assert result.not_applicable == {"T-1": 2}


FACT = {"a": None}


@pytest.mark.parametrize(
    ("applies", "passes", "status"),
    [
        (True, True, "pass"),
        (True, False, "fail"),
        (True, Unread("x"), "unknown"),
        (False, True, None),
        (False, False, None),
        (False, Unread("x"), None),
        (Unread("w"), True, "pass"),
        (Unread("w"), False, "unknown"),
        (Unread("w"), Unread("x"), "unknown"),
        (None, True, "pass"),
        (None, False, "unknown"),
    ],
)
def test_where_it_is_not_known_whether_a_rule_applies_a_pass_stays_and_a_fail_becomes_unknown(
    applies: Json, passes: Json, status: str | None
) -> None:
    rules = compiled(
        {"field": "facts.good", "equals": True},
        where={"field": "facts.applies", "equals": True},
        applies=None,
        good=None,
    )
    result = judged(rules, snapshot(storage()), Facts(docs={"applies": applies, "good": passes}))
    assert [finding.status for finding in result.findings] == ([] if status is None else [status])
    assert result.not_applicable == ({"T-1": 1} if status is None else {})


@pytest.mark.parametrize(("region", "status"), [("westeurope", "pass"), ("northeurope", "unknown")])
def test_of_a_resource_that_may_not_be_deployed_a_pass_stays_and_a_fail_becomes_unknown(
    region: str, status: str
) -> None:
    doubt = Unread("whether it is deployed is not known")
    perhaps = Resource({**storage(location=region).body, "condition": doubt})
    (found,) = judged(compiled(IN_WEST), snapshot(perhaps)).findings
    assert found.status == status
    told = [(item.path, item.reading) for item in found.evidence]
    assert (("condition", doubt) in told) is (status == "unknown")
    assert told[-1] == ("location", Found(region))


def test_a_condition_that_is_known_changes_nothing() -> None:
    found = snapshot(Resource({**storage(location="northeurope").body, "condition": True}))
    assert told(judged(compiled(IN_WEST), found)) == [("docs", "fail")]


def test_the_doubt_whether_a_rule_applies_stands_before_what_else_was_seen() -> None:
    rules = compiled(IN_WEST, where={"field": "facts.applies", "equals": True}, applies=None)
    facts = Facts(docs={"applies": Unread("role assignments were not read")})
    (finding,) = judged(rules, snapshot(storage(location="northeurope")), facts).findings
    assert [item.reading for item in finding.evidence] == [
        Unread("role assignments were not read"),
        Found("northeurope"),
    ]


# What could not be seen


def test_a_list_that_could_not_be_read_is_unknown_at_its_scope() -> None:
    found = snapshot(account(), gaps=(gap(SUBSCRIPTION_ID, STORAGE),))
    (finding,) = judged(compiled(IN_WEST), found).findings
    assert finding.status == "unknown"
    assert (finding.subject.id, finding.subject.type) == (SUBSCRIPTION_ID, SUBSCRIPTION)
    assert [item.reading for item in finding.evidence] == [Unread(NO_RIGHT)]
    assert [item.source for item in finding.evidence] == ["the storage account list"]


def test_what_was_seen_of_a_list_is_judged_beside_what_was_not() -> None:
    found = snapshot(storage("a"), gaps=(gap(SUBSCRIPTION_ID, STORAGE),))
    assert told(judged(compiled(IN_WEST), found)) == [("sub", "unknown"), ("a", "pass")]


def test_a_list_that_nobody_read_is_unknown_too() -> None:
    found = snapshot(account(), unread=((SUBSCRIPTION_ID, STORAGE),))
    assert told(judged(compiled(IN_WEST), found)) == [("sub", "unknown")]


def test_an_empty_list_that_was_read_gives_nothing() -> None:
    assert told(judged(compiled(IN_WEST), snapshot(account()))) == []


def test_where_the_rule_surely_does_not_apply_what_was_not_seen_does_not_matter() -> None:
    store, other = storage("docs"), storage("other")
    found = snapshot(store, other, gaps=(gap(store, CONTAINER), gap(other, CONTAINER)))
    rules = compiled(
        {"field": "properties.publicAccess", "equals": "None"},
        CONTAINER,
        where={"field": "parent.name", "equals": "docs"},
    )
    result = judged(rules, found)
    assert told(result) == [("docs", "unknown")]
    assert result.notable[0].subject.type == STORAGE
    assert result.not_applicable == {"T-1": 1}


def test_a_scope_of_which_nothing_was_read_is_named_by_its_id() -> None:
    other = "/subscriptions/22222222-2222-2222-2222-222222222222"
    found = snapshot(gaps=(gap(other, STORAGE),))
    (finding,) = judged(compiled(IN_WEST), found).findings
    assert (finding.subject.id, finding.subject.name) == (other, other.rpartition("/")[2])


def test_what_was_not_seen_never_hides_a_fail_at_its_scope_nor_hides_behind_a_pass() -> None:
    """A rule about subscriptions and storage accounts: the subscription is the scope of the storage list too."""
    found = snapshot(account(), gaps=(gap(SUBSCRIPTION_ID, STORAGE),))
    for name, status in (("sub", "unknown"), ("other", "fail")):
        check = {"anyOf": [{"field": "name", "equals": name}, {"field": "name", "equals": "docs"}]}
        for types in ((SUBSCRIPTION, STORAGE), (STORAGE, SUBSCRIPTION)):
            (finding,) = judged(compiled(check, *types), found).findings
            assert finding.status == status


def test_a_lost_list_of_children_does_not_hide_behind_its_owner() -> None:
    owner = account()
    found = snapshot(owner, gaps=(gap(owner, f"{ACCOUNT}/documentModels"),))
    rules = compiled({"field": "name", "like": "*"}, ACCOUNT, f"{ACCOUNT}/documentModels")
    assert told(judged(rules, found)) == [("di", "unknown")]


def test_a_partial_scan_knows_nothing_of_what_it_had_not_read() -> None:
    found = replace(snapshot(storage("a"), unread=((SUBSCRIPTION_ID, STORAGE),)), end=None)
    (unknown, passed) = judged(compiled(IN_WEST), found).findings
    assert (unknown.status, passed.status) == ("unknown", "pass")
    assert unknown.evidence[0].reading == Unread("the scan ended before the storage account list was read")


# Facts, children, parents


def test_a_relation_that_there_is_not_leads_nowhere() -> None:
    """The loader refuses such a path; a reading of it must not break all the same."""
    found = snapshot(storage())
    assert ResourceTarget(found.resources[1], found, Facts()).child("nothing") is MISSING


def test_facts_are_asked_only_where_a_rule_asks() -> None:
    class Broken(Facts):
        def one(self, resource: Resource, name: str) -> Json:
            raise LookupError(resource.name, name)

    found = snapshot(storage())
    assert judge(group_by_type(compiled(IN_WEST)), found, Broken(), NOW).findings
    with pytest.raises(LookupError) as caught:
        judge(group_by_type(compiled({"field": "facts.a", "equals": 1}, a=None)), found, Broken(), NOW)
    assert caught.value.__notes__ == [f"while judging {storage().id} by T-1"]


def test_a_bug_while_asking_where_is_told_with_rule_and_resource_too() -> None:
    class Broken(Facts):
        def one(self, resource: Resource, name: str) -> Json:
            raise ZeroDivisionError(resource.name, name)

    rules = compiled(IN_WEST, where={"field": "facts.a", "equals": 1}, a=None)
    with pytest.raises(ZeroDivisionError) as caught:
        judge(group_by_type(rules), snapshot(storage()), Broken(), NOW)
    assert caught.value.__notes__ == [f"while judging {storage().id} by T-1"]


@pytest.mark.parametrize(
    ("check", "parts", "status"),
    [
        ({"field": "children.blobService.properties.isVersioningEnabled", "equals": True}, {"service": True}, "pass"),
        ({"field": "children.BLOBSERVICE.properties.isVersioningEnabled", "equals": False}, {"service": True}, "fail"),
        ({"field": "children.blobService", "exists": False}, {}, "pass"),
        ({"field": "children.blobService", "exists": True}, {"hidden": BLOB_SERVICE}, "unknown"),
        ({"count": {"field": "children.containers[*]"}, "equals": 2}, {"containers": ("a", "b")}, "pass"),
        ({"count": {"field": "children.containers[*]"}, "equals": 0}, {}, "pass"),
        ({"count": {"field": "children.containers[*]"}, "equals": 0}, {"hidden": CONTAINER}, "unknown"),
        ({"field": "children.containers[*].name", "equals": "a"}, {"containers": ("a", "b")}, "fail"),
        (
            {"field": "children.containers[*].name", "equals": "a"},
            {"containers": ("a",), "hidden": CONTAINER},
            "unknown",
        ),
    ],
)
def test_children_are_found_by_their_relation(check: Json, parts: dict[str, Any], status: str) -> None:
    store = storage()
    below = [container(store, name) for name in parts.get("containers", ())]
    below += [blob_service(store, isVersioningEnabled=True)] if parts.get("service") else []
    hidden = (gap(store, parts["hidden"]),) if "hidden" in parts else ()
    (finding,) = judged(compiled(check), snapshot(store, *below, gaps=hidden)).findings
    assert finding.status == status


def test_the_parent_and_its_facts_can_be_asked() -> None:
    store = storage()
    check = {
        "allOf": [
            {"field": "parent.facts.holdsDocuments", "equals": True},
            {"field": "parent.parent.name", "equals": "sub"},
        ]
    }
    found = snapshot(store, container(store))
    language = Language(Shapes({STORAGE: {"holdsDocuments": None}}), Defaults({}))
    made = compile_rule(rule(check), CONTAINER, language, {}, pytest.fail)
    assert made is not None
    result = judge(group_by_type([(CONTAINER, made)]), found, Facts(docs={"holdsDocuments": True}), NOW)
    assert [finding.status for finding in result.findings] == ["pass"]


def test_evidence_says_where_it_was_read() -> None:
    store = replace(storage(), read=Read("GET store", "2026-11-01T06:00:00Z"))
    service = replace(blob_service(store, isVersioningEnabled=True), read=Read("GET service", "2026-11-01T06:00:01Z"))
    parts = [
        {"field": "name", "equals": "docs"},
        {"field": "facts.a", "equals": 1},
        {"field": "children.blobService.properties.isVersioningEnabled", "equals": True},
        {"field": "children.containers[*].name", "equals": "x"},
    ]
    (finding,) = judged(compiled({"allOf": parts}, a=None), snapshot(store, service), Facts(docs={"a": 1})).findings
    assert [(item.path, item.source) for item in finding.evidence] == [
        ("name", "GET store, 2026-11-01T06:00:00Z"),
        ("facts.a", "derived from the whole snapshot"),
        ("children.blobService.properties.isVersioningEnabled", "GET service, 2026-11-01T06:00:01Z"),
        ("children.containers[*].name", "GET store, 2026-11-01T06:00:00Z"),
    ]


def test_a_parameter_is_as_set_for_the_audit() -> None:
    (finding,) = judged(compiled({"parameter": "limit", "less": 2}), snapshot(storage())).findings
    assert [(item.path, item.source) for item in finding.evidence] == [("parameters.limit", "as set for this audit")]


def test_what_was_made_by_hand_names_no_source() -> None:
    (finding,) = judged(compiled(IS_DOCS), snapshot(storage())).findings
    assert [item.source for item in finding.evidence] == [None]


# Order


def several() -> tuple[list[tuple[str, CompiledRule]], list[Resource]]:
    rules = [*compiled(IN_WEST, rule_id="T-2"), *compiled({"field": "name", "like": "?*"}, STORAGE, ACCOUNT)]
    return rules, [storage("b"), account("di"), storage("a", location="northeurope"), storage("C")]


def test_findings_stand_in_order_of_rule_and_resource_whatever_the_order_of_reading() -> None:
    rules, resources = several()
    forward = judged(rules, snapshot(*resources))
    assert [(finding.rule, finding.subject.name) for finding in forward.findings] == [
        ("T-1", "di"),
        ("T-1", "a"),
        ("T-1", "b"),
        ("T-1", "C"),
        ("T-2", "a"),
        ("T-2", "b"),
        ("T-2", "C"),
    ]
    assert judged(rules[::-1], snapshot(*resources[::-1])) == forward
    assert judged(rules, snapshot(*resources)) == forward


def test_rules_are_grouped_by_type_in_order_of_id() -> None:
    rules, _ = several()
    grouped = group_by_type(rules)
    assert {key: [item.rule.id for item in found] for key, found in grouped.items()} == {
        ACCOUNT.lower(): ["T-1"],
        STORAGE.lower(): ["T-1", "T-2"],
    }


def test_passes_can_go_without_evidence_and_nothing_else_changes() -> None:
    rules, resources = several()
    found = snapshot(*resources, gaps=(gap(SUBSCRIPTION_ID, ACCOUNT),))
    whole, short = judged(rules, found), judged(rules, found, explain_passes=False)

    def without(finding: Finding) -> Finding:
        return replace(finding, evidence=()) if finding.status == "pass" else finding

    assert {finding.status for finding in whole.findings} == {"pass", "fail", "unknown"}
    assert short.findings == tuple(without(finding) for finding in whole.findings)
    assert short.not_applicable == whole.not_applicable


def test_a_finding_names_its_subject_as_azure_does() -> None:
    (finding,) = judged(compiled(IS_DOCS), snapshot(storage("Docs", location="West Europe"))).findings
    subject = finding.subject
    assert (subject.id, subject.type, subject.name, subject.location) == (
        f"{builders.GROUP}/providers/{STORAGE}/Docs",
        STORAGE,
        "Docs",
        "West Europe",
    )


def test_a_type_without_a_list_of_its_own_is_judged_where_it_is_seen() -> None:
    region = Resource({"id": f"{SUBSCRIPTION_ID}/locations/westeurope", "type": LOCATION, "name": "westeurope"})
    assert told(judged(compiled({"field": "name", "like": "west*"}, LOCATION), snapshot(region))) == [
        ("westeurope", "pass")
    ]


def test_evidence_stands_where_infrastructure_code_says_it() -> None:
    at = Origin("main.json", "docs", {"": (2, 3), "properties.minimumtlsversion": (8, 9)})
    below = Origin("main.json", "default", {"": (20, 3), "properties.isversioningenabled": (23, 9)})
    store = replace(storage("docs", minimumTlsVersion="TLS1_0"), origin=at)
    service = replace(blob_service(store, isVersioningEnabled=True), origin=below)
    check = {
        "allOf": [
            {"field": "properties.minimumTlsVersion", "equals": "TLS1_2"},
            {"field": "children.blobService.properties.isVersioningEnabled", "equals": False},
            {"field": "facts.a", "equals": True},
        ]
    }
    (finding,) = judged(compiled(check, a=None), snapshot(store, service), Facts(docs={"a": False})).findings
    assert [item.place for item in finding.evidence] == [
        Place("main.json", 8, 9, "docs"),
        Place("main.json", 23, 9, "default"),
        Place("main.json", 2, 3, "docs"),
    ]
    assert finding.place == Place("main.json", 8, 9, "docs")


def test_without_infrastructure_code_nothing_has_a_place() -> None:
    (finding,) = judged(compiled(IN_WEST), snapshot(storage("docs"))).findings
    assert finding.place is None


@pytest.mark.parametrize(
    ("check", "where", "told_of"),
    [
        ({"field": "children.tlsProbe.properties.host", "equals": "h"}, None, "only live"),
        ({"count": {"field": "children.models[*]"}, "equals": 0}, None, "only live"),
        ({"field": "name", "equals": "di"}, {"field": "children.tlsProbe.properties.host", "equals": "h"}, "pass"),
        ({"field": "name", "equals": "x"}, {"field": "children.tlsProbe.properties.host", "equals": "h"}, "only live"),
        (
            {"field": "children.tlsProbe.properties.host", "equals": "h"},
            {"field": "kind", "equals": "x"},
            "not applicable",
        ),
        (
            {
                "anyOf": [
                    {"field": "children.tlsProbe.properties.host", "equals": "h"},
                    {"field": "name", "equals": "di"},
                ]
            },
            None,
            "pass",
        ),
        (
            {
                "allOf": [
                    {"field": "children.tlsProbe.properties.host", "equals": "h"},
                    {"field": "name", "equals": "x"},
                ]
            },
            None,
            "fail",
        ),
        (
            {
                "allOf": [
                    {"field": "children.tlsProbe.properties.host", "equals": "h"},
                    {"field": "sku.name", "equals": "x"},
                ]
            },
            None,
            "unknown",
        ),
    ],
)
def test_what_no_file_holds_gives_no_finding_about_a_file(check: Json, where: Json, told_of: str) -> None:
    """Of live Azure the same is unknown: there somebody could have looked."""
    di = account()
    rules = compiled(check, ACCOUNT, where=where)
    found = judged(rules, snapshot(di, unread=((di.id, MODEL),), kind="infrastructure"))
    assert dict(found.only_live) == ({"T-1": 1} if told_of == "only live" else {})
    assert dict(found.not_applicable) == ({"T-1": 1} if told_of in {"only live", "not applicable"} else {})
    assert [status for _, status in told(found)] == ([told_of] if told_of in {"pass", "fail", "unknown"} else [])
    live = judged(rules, snapshot(di, unread=((di.id, MODEL),)))
    assert dict(live.only_live) == {}
    assert [status for _, status in told(live)] == [{"only live": "unknown"}.get(told_of, told_of)] * (
        told_of != "not applicable"
    )
