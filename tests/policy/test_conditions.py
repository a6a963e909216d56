"""What conditions answer, and with which evidence; the laws that hold for all of them are in test_laws.py."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.finding import STATUS_OF, Evidence
from auditor.model.reading import MISSING, Found, Json, Unread
from auditor.model.types import ACCOUNT, BLOB_SERVICE, CONTAINER, STORAGE, SUBSCRIPTION
from auditor.model.verdict import Verdict
from auditor.policy.compiler import Language, compile_rule
from auditor.policy.condition import Condition, Scope, say
from auditor.policy.defaults import Default, Defaults
from auditor.policy.target import given
from auditor.yaml_source import Place
from tests.policy.asking import NOW, SHAPES, answer, compile_one, judged, language, mistakes, rule, scope

NO_RIGHT = Unread("403")
IS_X = {"field": "facts.a", "equals": "x"}


@pytest.mark.parametrize(
    ("written", "known", "wanted"),
    [
        (IS_X, {"a": "X"}, "pass"),
        (IS_X, {"a": "y"}, "fail"),
        (IS_X, {"a": 1}, "unknown"),
        (IS_X, {"a": None}, "unknown"),
        (IS_X, {}, "unknown"),
        (IS_X, {"a": NO_RIGHT}, "unknown"),
        ({**IS_X, "default": "x"}, {}, "pass"),
        ({**IS_X, "default": "y"}, {}, "fail"),
        ({**IS_X, "default": "x"}, {"a": "y"}, "fail"),
        ({**IS_X, "default": "x"}, {"a": NO_RIGHT}, "unknown"),
        ({"field": "facts.a", "equals": 1, "default": "x"}, {}, "unknown"),
        ({"field": "facts.a", "exists": True}, {"a": False}, "pass"),
        ({"field": "facts.a", "exists": True}, {}, "fail"),
        ({"field": "facts.a", "exists": False}, {"a": None}, "pass"),
        ({"field": "facts.a", "exists": False}, {"a": 0}, "fail"),
        ({"field": "facts.a", "exists": False}, {"a": NO_RIGHT}, "unknown"),
        ({"field": "facts.a", "exists": True, "default": "x"}, {}, "fail"),
        ({"field": "facts.o.a", "exists": False}, {"o": "text"}, "unknown"),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": []}, "pass"),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": [{"a": 1}, {"a": 1}]}, "pass"),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": [{"a": 1}, {"a": 2}, NO_RIGHT]}, "fail"),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": [{"a": 1}, {}]}, "unknown"),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": [{"a": 1}, NO_RIGHT]}, "unknown"),
        ({"field": "facts.l[*].a", "equals": 1}, {}, "unknown"),
        ({"not": {"field": "facts.l[*].a", "equals": 1}}, {"l": [{"a": 1}, {"a": 2}]}, "pass"),
        ({"allOf": [IS_X, {"field": "facts.b", "equals": 1}]}, {"a": "x", "b": 1}, "pass"),
        ({"allOf": [IS_X, {"field": "facts.b", "equals": 1}]}, {"a": "x"}, "unknown"),
        ({"allOf": [IS_X, {"field": "facts.b", "equals": 1}]}, {"b": 2}, "fail"),
        ({"anyOf": [IS_X, {"field": "facts.b", "equals": 1}]}, {"b": 1}, "pass"),
        ({"anyOf": [IS_X, {"field": "facts.b", "equals": 1}]}, {"b": 2}, "unknown"),
        ({"anyOf": [IS_X, {"field": "facts.b", "equals": 1}]}, {"a": "y", "b": 2}, "fail"),
        ({"not": IS_X}, {"a": "y"}, "pass"),
        ({"not": IS_X}, {}, "unknown"),
        ({"seen": IS_X}, {"a": "x"}, "pass"),
        ({"seen": IS_X}, {"a": "y"}, "unknown"),
        ({"seen": IS_X}, {"a": NO_RIGHT}, "unknown"),
        ({"not": {"seen": IS_X}}, {"a": "x"}, "fail"),
        ({"not": {"seen": IS_X}}, {"a": "y"}, "unknown"),
        ({"seen": {"not": {"seen": IS_X}}}, {"a": "x"}, "unknown"),
    ],
)
def test_answer(written: Json, known: Json, wanted: str) -> None:
    assert answer(written, known) == wanted


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ({"a": "x", "b": "X"}, "pass"),
        ({"a": "x", "b": "y"}, "fail"),
        ({"a": "x", "b": 1}, "unknown"),
        ({"a": "x"}, "unknown"),
        ({"a": "x", "b": NO_RIGHT}, "unknown"),
        ({"b": "x"}, "unknown"),
    ],
)
def test_an_operand_can_be_another_field(known: Json, wanted: str) -> None:
    assert answer({"field": "facts.a", "equals": {"field": "facts.b"}}, known) == wanted


def test_an_operand_that_does_not_fit_the_operator_leaves_it_unknown_and_says_so() -> None:
    verdict, because = judged({"field": "facts.a", "sameRegionAs": {"field": "facts.b"}}, {"a": "westeurope", "b": 7})
    assert verdict == "unknown"
    assert [item.reading for item in because] == [
        Unread("facts.b cannot be compared with: a text that is not empty is wanted here, or a list of such")
    ]


def test_an_operand_that_is_missing_takes_what_azure_does_then() -> None:
    written = {"field": "facts.a", "equals": {"field": "properties.publicNetworkAccess"}}
    assert answer(written, {"a": "enabled"}, {"properties": {}}) == "unknown"
    assert answer(written, {"a": "enabled"}, {}, {"properties.publicNetworkAccess": "Enabled"}) == "pass"
    assert answer(written, {"a": "disabled"}, {}, {"properties.publicNetworkAccess": "Enabled"}) == "fail"


def test_an_operand_is_shown_as_it_was_read() -> None:
    _, because = judged({"field": "facts.a", "equals": {"field": "facts.b"}}, {"a": 1, "b": 2})
    assert because == (Evidence("facts.a", {"equals": 2}, "be 2", Found(1), holds=False),)
    _, because = judged({"field": "facts.a", "equals": {"field": "facts.b"}}, {"b": 2})
    assert because == (Evidence("facts.a", {"equals": 2}, "be 2", MISSING),)


DEFAULTS: dict[str, Json] = {
    "properties.networkAcls.defaultAction": "Allow",
    "properties.networkAcls.ipRules": [],
    "properties.networkAcls.resourceAccessRules": [{"tenantId": "t"}],
    "properties.networkAcls.virtualNetworkRules[*].action": "Allow",
}


@pytest.mark.parametrize(
    ("written", "body", "wanted"),
    [
        ({"field": "properties.networkAcls.defaultAction", "equals": "Allow"}, {}, "pass"),
        ({"field": "properties.networkAcls.defaultAction", "equals": "Allow"}, {"properties": NO_RIGHT}, "unknown"),
        ({"field": "PROPERTIES.networkacls.DEFAULTACTION", "equals": "Deny"}, {"properties": {}}, "fail"),
        ({"field": "properties.networkAcls.defaultAction", "equals": "Allow", "default": "Deny"}, {}, "fail"),
        ({"field": "properties.networkAcls.defaultAction", "exists": True}, {}, "fail"),
        ({"field": "properties.networkAcls.bypass", "equals": "None"}, {}, "unknown"),
        # A list that is absent is the default list, element by element.
        ({"field": "properties.networkAcls.ipRules[*].value", "equals": "1"}, {"properties": {}}, "pass"),
        ({"field": "properties.networkAcls.ipRules[*].value", "equals": "1"}, {"properties": NO_RIGHT}, "unknown"),
        ({"field": "properties.networkAcls.resourceAccessRules[*].tenantId", "equals": "t"}, {}, "pass"),
        ({"field": "properties.networkAcls.resourceAccessRules[*].tenantId", "equals": "u"}, {}, "fail"),
        ({"count": {"field": "properties.networkAcls.ipRules[*]"}, "equals": 0}, {}, "pass"),
        ({"count": {"field": "properties.networkAcls.resourceAccessRules[*]"}, "equals": 1}, {}, "pass"),
        ({"count": {"field": "properties.networkAcls.ipRules[*]"}, "equals": 0}, {"properties": NO_RIGHT}, "unknown"),
        ({"field": "properties.networkAcls.ipRules", "contains": "x"}, {}, "fail"),
        # A default of a leaf stands in for each element that lacks it, not for the list.
        (
            {"field": "properties.networkAcls.virtualNetworkRules[*].action", "equals": "Allow"},
            {"properties": {"networkAcls": {"virtualNetworkRules": [{}, {"action": "allow"}]}}},
            "pass",
        ),
        (
            {
                "count": {
                    "field": "properties.networkAcls.virtualNetworkRules[*]",
                    "where": {"field": "properties.networkAcls.virtualNetworkRules[*].action", "equals": "Allow"},
                },
                "equals": 2,
            },
            {"properties": {"networkAcls": {"virtualNetworkRules": [{}, {"action": "allow"}, {"action": "Deny"}]}}},
            "pass",
        ),
    ],
)
def test_what_azure_does_when_a_property_is_absent(written: Json, body: Json, wanted: str) -> None:
    assert answer(written, {}, body, DEFAULTS) == wanted


def test_elements_of_a_default_list_are_shown_where_they_would_be() -> None:
    _, because = judged(
        {"field": "properties.networkAcls.resourceAccessRules[*].tenantId", "equals": "u"}, {}, {}, DEFAULTS
    )
    assert [item.path for item in because] == ["properties.networkAcls.resourceAccessRules[0].tenantId"]


CORS = "children.blobService.properties.cors.corsRules"


@pytest.mark.parametrize(
    ("service", "number", "allowed"),
    [
        ({"properties": {}}, "pass", "pass"),
        ({"properties": {"cors": {"corsRules": None}}}, "pass", "pass"),
        ({"properties": {"cors": {"corsRules": []}}}, "pass", "pass"),
        ({"properties": {"cors": {"corsRules": [{"allowedOrigins": ["*"]}]}}}, "fail", "fail"),
        ({"properties": {"cors": {"corsRules": [{}]}}}, "fail", "unknown"),
        ({"properties": {"cors": NO_RIGHT}}, "unknown", "unknown"),
        ({"properties": {"cors": {"corsRules": NO_RIGHT}}}, "unknown", "unknown"),
        (NO_RIGHT, "unknown", "unknown"),
    ],
)
def test_a_list_that_is_absent_from_a_child_is_what_azure_does_then(service: Json, number: str, allowed: str) -> None:
    table = {(BLOB_SERVICE.lower(), "properties.cors.corsrules"): Default([], "")}
    compiled = [
        compile_one(written, against=Language(SHAPES, Defaults(table))).check
        for written in (
            {"count": {"field": f"{CORS}[*]"}, "equals": 0},
            {"field": f"{CORS}[*].allowedOrigins[*]", "equals": "https://documentintelligence.ai.azure.com"},
        )
    ]
    place = scope({}, {}, {"blobService": service})
    assert [STATUS_OF[asked.verdict(place)] for asked in compiled] == [number, allowed]
    assert [STATUS_OF[asked.judge(place).verdict] for asked in compiled] == [number, allowed]


def test_what_azure_does_about_a_child_says_nothing_of_the_list_of_children() -> None:
    table = {(CONTAINER.lower(), "properties.deleted"): Default(False, "")}
    asked = compile_one(
        {"count": {"field": "children.containers[*]"}, "equals": 0}, against=Language(SHAPES, Defaults(table))
    )
    assert asked.check.verdict(scope({}, {}, {"containers": None})) is Verdict.UNKNOWN


def test_a_list_that_is_absent_from_the_parent_is_what_azure_does_then() -> None:
    asked: list[Condition] = []
    for table in ({}, {(STORAGE.lower(), "properties.networkacls.iprules"): Default([], "")}):
        written = {"count": {"field": "parent.properties.networkAcls.ipRules[*]"}, "equals": 0}
        against = Language(SHAPES, Defaults(table))
        asked.append(compile_one(written, type_name=CONTAINER, applies_to=(CONTAINER,), against=against).check)
    place = Scope(given({}, {}, {}, given({"properties": {}}, {}, {}, None, silent=""), silent=""), NOW)
    assert [one.verdict(place) for one in asked] == [Verdict.UNKNOWN, Verdict.PASS]


def setting(operator: str, operand: Json, value: Json) -> tuple[str, tuple[Evidence, ...]]:
    """How a condition on a parameter with this value answers, of what nobody could see."""
    asked = compile_one({"parameter": "p", operator: operand}, parameters={"p": value}).check
    place = scope(NO_RIGHT)
    judgement = asked.judge(place)
    assert asked.verdict(place) is judgement.verdict
    return STATUS_OF[judgement.verdict], judgement.because


@pytest.mark.parametrize(
    ("operator", "operand", "value", "wanted"),
    [
        ("equals", [], [], "pass"),
        ("equals", [], ["westeurope"], "fail"),
        ("contains", "x", ["X"], "pass"),
        ("less", 3, 2, "pass"),
        ("less", 3, 3, "fail"),
        ("within", "2d", "24h", "pass"),
        ("within", "2d", "2026-01-01", "pass"),
        ("sameRegionAs", ["westeurope"], "West Europe", "pass"),
        ("equals", {"parameter": "p"}, "x", "pass"),
    ],
)
def test_a_condition_on_a_parameter_has_one_answer_whatever_could_be_read(
    operator: str, operand: Json, value: Json, wanted: str
) -> None:
    verdict, because = setting(operator, operand, value)
    assert verdict == wanted
    assert [(item.path, item.reading, item.holds) for item in because] == [
        ("parameters.p", Found(value), wanted == "pass")
    ]


def test_a_condition_on_a_parameter_is_said() -> None:
    _, because = setting("equals", [], ["westeurope"])
    assert because == (Evidence("parameters.p", {"equals": []}, "be nothing", Found(["westeurope"]), holds=False),)


BY_TYPE = {
    "byType": {
        "microsoft.storage/storageAccounts": {"field": "facts.a", "equals": "x"},
        ACCOUNT: {"field": "kind", "equals": "FormRecognizer"},
    }
}


@pytest.mark.parametrize(
    ("type_name", "body", "wanted"),
    [
        (STORAGE, {"kind": "FormRecognizer"}, "pass"),
        (ACCOUNT, {"kind": "FormRecognizer"}, "pass"),
        (ACCOUNT, {"kind": "OpenAI"}, "fail"),
    ],
)
def test_a_rule_about_several_types_can_ask_each_for_something_else(type_name: str, body: Json, wanted: str) -> None:
    asked = compile_one(BY_TYPE, type_name=type_name, applies_to=(STORAGE, ACCOUNT)).check
    assert STATUS_OF[asked.verdict(scope({"a": "x"}, body))] == wanted


@pytest.mark.parametrize(
    ("kinds", "place", "problem"),
    [
        ([], ("check", "byType"), "byType takes a condition for each type"),
        ({}, ("check", "byType"), f"byType has no condition for {STORAGE}"),
        ({ACCOUNT: IS_X}, ("check", "byType"), f"byType has no condition for {STORAGE}"),
        ({STORAGE: {"field": "facts.z", "equals": 1}}, ("check", "byType", STORAGE, "field"), "facts.z"),
        (
            {STORAGE: IS_X, "Microsoft.Storage/storage": IS_X},
            ("check", "byType", "Microsoft.Storage/storage"),
            "did you mean",
        ),
    ],
    ids=str,
)
def test_a_mistake_in_what_each_type_is_asked_is_told(kinds: Json, place: tuple[str, ...], problem: str) -> None:
    found: list[tuple[Place, str]] = []
    asked = rule({"byType": kinds}, applies_to=(STORAGE, ACCOUNT))
    compile_rule(asked, STORAGE, language(), {}, lambda where, text: found.append((where, text)))
    assert place in [where for where, _ in found]
    assert problem in dict(found)[place]


ONE, TWO = {"a": 1}, {"a": 2}
OPEN = {"a": NO_RIGHT}
IS_ONE = {"field": "facts.l[*].a", "equals": 1}
ELEMENTS: dict[str, list[Json]] = {
    "none": [],
    "exactly 1": [ONE, TWO],
    "exactly 2": [ONE, ONE],
    "1 or 2": [ONE, OPEN],
    "0 or 1": [TWO, OPEN],
    "2 or more": [ONE, ONE, NO_RIGHT],
    "any number": [NO_RIGHT],
}
P, F, U = "pass", "fail", "unknown"
COUNTS = {
    # operator: 1 against none, exactly 1, exactly 2, 1 or 2, 0 or 1, 2 or more, any number
    "equals": (F, P, F, U, U, F, U),
    "less": (P, F, F, F, U, F, U),
    "lessOrEquals": (P, P, F, U, P, F, U),
    "greater": (F, F, P, U, F, P, U),
    "greaterOrEquals": (F, P, P, P, U, P, U),
}


@pytest.mark.parametrize("operator", COUNTS)
@pytest.mark.parametrize("turned", [False, True], ids=["as it is", "turned round"])
def test_a_count_is_a_range_and_unknown_only_where_the_range_leaves_it_open(operator: str, turned: bool) -> None:
    written: Json = {"count": {"field": "facts.l[*]", "where": IS_ONE}, operator: 1}
    opposite = {P: F, F: P, U: U}
    wanted = [opposite[verdict] if turned else verdict for verdict in COUNTS[operator]]
    found = [answer({"not": written} if turned else written, {"l": elements}) for elements in ELEMENTS.values()]
    assert dict(zip(ELEMENTS, found, strict=True)) == dict(zip(ELEMENTS, wanted, strict=True))


@pytest.mark.parametrize(
    ("elements", "wanted"),
    [([], "pass"), ([ONE], "fail"), ([None], "unknown"), (NO_RIGHT, "unknown"), (None, "unknown")],
)
def test_a_count_without_where_counts_every_element(elements: Json, wanted: str) -> None:
    assert answer({"count": {"field": "facts.l[*]"}, "equals": 0}, {"l": elements}) == wanted


def test_a_count_can_stand_in_a_count_and_look_at_either_element() -> None:
    """Elements of which at least one part equals the element's own `a`."""
    inner = {
        "count": {
            "field": "facts.l[*].l[*]",
            "where": {"field": "facts.l[*].l[*].a", "equals": {"field": "facts.l[*].a"}},
        },
        "greater": 0,
    }
    written = {"count": {"field": "facts.l[*]", "where": inner}, "equals": 1}
    matching, other = {"a": 1, "l": [{"a": 2}, {"a": 1}]}, {"a": 1, "l": [{"a": 2}]}
    assert answer(written, {"l": [matching, other]}) == "pass"
    assert answer(written, {"l": [other, other]}) == "fail"
    assert answer(written, {"l": [matching, {"a": 1, "l": NO_RIGHT}]}) == "unknown"


def test_inside_a_count_every_other_path_means_the_resource() -> None:
    written = {
        "count": {"field": "facts.l[*]", "where": {"field": "facts.L[*].A", "equals": {"field": "facts.b"}}},
        "equals": 2,
    }
    assert answer(written, {"b": 1, "l": [ONE, TWO, ONE]}) == "pass"
    assert answer(written, {"b": 2, "l": [ONE, TWO, ONE]}) == "fail"


def test_a_test_on_all_parts_of_an_element_stands_in_a_count() -> None:
    written = {"count": {"field": "facts.l[*]", "where": {"field": "facts.l[*].l[*].a", "equals": 1}}, "equals": 1}
    assert answer(written, {"l": [{"l": [ONE, ONE]}, {"l": [ONE, TWO]}]}) == "pass"
    assert answer(written, {"l": [{"l": [ONE, TWO]}]}) == "fail"


# Evidence


def paths(written: Json, known: Json) -> list[str]:
    return [item.path for item in judged(written, known)[1]]


BOTH = [IS_X, {"field": "facts.b", "equals": "x"}]


@pytest.mark.parametrize(
    ("written", "known", "shown"),
    [
        ({"allOf": BOTH}, {"a": "y", "b": "y"}, ["facts.a", "facts.b"]),
        ({"allOf": BOTH}, {"a": "y"}, ["facts.a"]),
        ({"allOf": BOTH}, {"a": "x"}, ["facts.b"]),
        ({"allOf": BOTH}, {"a": "x", "b": "x"}, ["facts.a", "facts.b"]),
        ({"anyOf": BOTH}, {"a": "y", "b": "x"}, ["facts.b"]),
        ({"anyOf": BOTH}, {"a": "y"}, ["facts.b"]),
        ({"anyOf": BOTH}, {"a": "y", "b": "y"}, ["facts.a", "facts.b"]),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": [ONE, TWO, OPEN, TWO]}, ["facts.l[1].a", "facts.l[3].a"]),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": [ONE, OPEN]}, ["facts.l[1].a"]),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": [ONE, ONE]}, ["facts.l[0].a", "facts.l[1].a"]),
        ({"field": "facts.l[*].a", "equals": 1}, {"l": []}, ["facts.l[*].a"]),
    ],
    ids=str,
)
def test_evidence_is_what_decided(written: Json, known: Json, shown: list[str]) -> None:
    assert paths(written, known) == shown


def test_evidence_says_what_was_asked_and_what_was_read() -> None:
    assert judged({"field": "facts.a", "atLeast": "TLS1_2"}, {"a": "TLS1_0"}) == (
        "fail",
        (Evidence("facts.a", {"atLeast": "TLS1_2"}, "be at least TLS1_2", Found("TLS1_0"), holds=False),),
    )
    assert judged({"field": "facts.a", "equals": True}, {"a": NO_RIGHT}) == (
        "unknown",
        (Evidence("facts.a", {"equals": True}, "be true", NO_RIGHT),),
    )


def test_an_empty_list_is_evidence_too() -> None:
    assert judged({"field": "facts.l[*].a", "equals": 1}, {"l": []})[1] == (
        Evidence("facts.l[*].a", {"elements": 0}, "have no element that differs", Found([]), holds=True),
    )


def test_what_azure_does_then_is_told_beside_what_was_read() -> None:
    _, because = judged({**IS_X, "default": "x"}, {})
    assert because == (Evidence("facts.a", {"equals": "x"}, "be x", MISSING, assumed=Found("x"), holds=True),)
    assert judged({**IS_X, "default": "x"}, {"a": "x"})[1][0].assumed is None
    assert judged({"field": "facts.a", "exists": False, "default": "x"}, {})[1][0].assumed is None


@pytest.mark.parametrize(("operand", "wish"), [(True, "be there"), (False, "be absent")])
def test_existence_is_asked_for_in_words(operand: bool, wish: str) -> None:
    assert judged({"field": "facts.a", "exists": operand}, {"a": 1})[1][0].wish == wish


@pytest.mark.parametrize(
    ("operand", "wish"),
    [
        ("westeurope", "be in the region westeurope"),
        (["westeurope", "northeurope"], "be in one of the regions westeurope, northeurope"),
        ([], "be in no region at all"),
    ],
)
def test_regions_are_asked_for_in_words(operand: Json, wish: str) -> None:
    assert judged({"field": "facts.a", "sameRegionAs": operand}, {"a": "eastus"})[1][0].wish == wish


@pytest.mark.parametrize("operand", ["0h", "PT0S", "P0D"])
def test_not_in_the_past_is_said_so(operand: str) -> None:
    assert judged({"field": "facts.a", "within": operand}, {"a": "2026-02-01"})[1][0].wish == "lie in the future"


@pytest.mark.parametrize(("turns", "negated"), [(0, False), (1, True), (2, False), (3, True)])
def test_evidence_tells_whether_it_was_turned_round(turns: int, negated: bool) -> None:
    written: Json = {"allOf": [IS_X]}
    for _ in range(turns):
        written = {"not": written}
    verdict, because = judged(written, {"a": "x"})
    assert [(item.negated, item.holds) for item in because] == [(negated, verdict == "pass")]


def test_only_what_stands_below_a_not_is_turned_round() -> None:
    _, because = judged({"allOf": [{"not": IS_X}, {"field": "facts.b", "equals": 1}]}, {"a": "y", "b": 1})
    assert [(item.path, item.negated) for item in because] == [("facts.a", True), ("facts.b", False)]


def test_what_was_seen_in_place_of_a_proof_is_told() -> None:
    none = {"seen": {"count": {"field": "facts.l[*]"}, "greater": 0}}
    verdict, because = judged(none, {"l": []})
    assert verdict == "unknown"
    assert [(item.path, item.reading, item.holds) for item in because] == [
        ("facts.l[*]", Unread("what was seen, 0, settles nothing"), None)
    ]
    assert judged({"seen": {"field": "facts.a", "exists": True}}, {})[1][0].reading is MISSING
    assert judged({"seen": IS_X}, {"a": NO_RIGHT})[1][0].reading is NO_RIGHT
    assert judged({"seen": IS_X}, {"a": "x"})[1] == judged(IS_X, {"a": "x"})[1]


def test_elements_that_a_failed_count_names_stay_as_they_were_seen() -> None:
    _, because = judged({"seen": {"count": {"field": "facts.l[*]"}, "equals": 0}}, {"l": ["x"]})
    assert [item.reading for item in because] == [Unread("what was seen, 1, settles nothing"), Found("x")]


def test_a_count_shows_the_number_and_the_elements_that_were_counted() -> None:
    written = {"count": {"field": "facts.l[*]", "where": IS_ONE}, "less": 2}
    verdict, because = judged(written, {"l": [ONE, TWO, ONE]})
    assert verdict == "fail"
    assert because[0] == Evidence("facts.l[*]", {"count": {"less": 2}}, "number less than 2", Found(2), holds=False)
    assert [item.path for item in because[1:]] == ["facts.l[0].a", "facts.l[2].a"]


def test_a_count_without_where_names_the_elements() -> None:
    elements = [{"name": "one", "id": "1"}, {"id": "/two"}, {"name": 3}, "four"]
    _, because = judged({"count": {"field": "facts.l[*]"}, "equals": 0}, {"l": elements})
    assert [item.reading for item in because[1:]] == [Found("one"), Found("/two"), Found({"name": 3}), Found("four")]


def test_a_count_that_is_open_shows_what_could_not_be_told() -> None:
    written = {"count": {"field": "facts.l[*]", "where": IS_ONE}, "equals": 1}
    _, because = judged(written, {"l": [ONE, OPEN, TWO]})
    assert because[0].reading == Unread("their number is between 1 and 2")
    assert [item.path for item in because[1:]] == ["facts.l[1].a"]
    _, because = judged(written, {"l": [ONE, NO_RIGHT]})
    assert because[0].reading == Unread("their number is between 1 and an unknown number")
    assert because[1] == Evidence("facts.l[1]", {}, "", NO_RIGHT)


def test_a_count_of_many_shows_the_first_ten() -> None:
    verdict, because = judged({"count": {"field": "facts.l[*]"}, "less": 5}, {"l": list(range(30))})
    assert verdict == "fail"
    assert because[0].reading == Found(30)
    assert len(because) == 11


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "true"),
        (False, "false"),
        ("text", "text"),
        (3, "3"),
        (2.5, "2.5"),
        (["a", 1, True], "a, 1, true"),
        ([], "nothing"),
        ({"hours": 24, "numbersAre": "days"}, "24 hours"),
        ({"days": 2}, "2 days"),
        ({"a": "x", "b": [1]}, "a: x, b: 1"),
        (None, "None"),
    ],
)
def test_values_can_be_said(value: Json, said: str) -> None:
    assert say(value) == said


# Mistakes


@pytest.mark.parametrize(
    ("written", "place", "problem"),
    [
        (None, ("check",), "a condition is wanted here"),
        ([], ("check",), "a condition is wanted here"),
        ({}, ("check",), "a condition is wanted here"),
        ("x", ("check",), "a condition is wanted here"),
        ({"allOf": []}, ("check", "allOf"), "allOf takes a list of conditions, at least one"),
        ({"anyOf": {}}, ("check", "anyOf"), "anyOf takes a list"),
        ({"not": [IS_X]}, ("check", "not"), "a condition is wanted here"),
        ({"allOf": [IS_X], "not": IS_X}, ("check",), "allOf and not cannot stand in one condition"),
        ({"allOf": [IS_X], "field": "facts.a"}, ("check", "allOf"), "allOf is no operator here"),
        ({"allOf": [IS_X], "equals": 1}, ("check", "equals"), "nothing can stand beside allOf, but equals does"),
        ({"not": IS_X, "x": 1}, ("check", "x"), "nothing can stand beside not"),
        ({"seen": [IS_X]}, ("check", "seen"), "a condition is wanted here"),
        ({"seen": IS_X, "x": 1}, ("check", "x"), "nothing can stand beside seen"),
        ({"count": [], "equals": 1}, ("check",), "count cannot stand"),
        ({"equals": 1}, ("check", "equals"), "equals needs a field beside it"),
        ({"alOf": []}, ("check", "alOf"), "did you mean allOf?"),
        ({"zzz": []}, ("check", "zzz"), "known: allOf, anyOf, byType, count, field, not, parameter, seen"),
        ({"field": "facts.a"}, ("check",), "one operator is wanted here, and only one"),
        ({"field": "facts.a", "equals": 1, "in": [1]}, ("check",), "one operator is wanted here, and only one"),
        ({"field": "facts.a", "notEquals": 1}, ("check", "notEquals"), "did you mean equals?"),
        ({"field": "facts.a", "equals": 1, "x": 1}, ("check", "x"), "x is no operator here"),
        ({"field": "facts.a", "where": IS_X, "equals": 1}, ("check", "where"), "where is no operator here"),
        ({**IS_X, "default": None}, ("check", "default"), "null is what absent means"),
        ({"field": 1, "equals": 1}, ("check", "field"), "a path is wanted here"),
        ({"field": "facts.a[", "equals": 1}, ("check", "field"), "goes wrong at '['"),
        ({"field": "facts.aa", "equals": 1}, ("check", "field"), "did you mean"),
        ({"field": "facts.a.b", "equals": 1}, ("check", "field"), "there is nothing below facts.a"),
        ({"field": "facts.l.a", "equals": 1}, ("check", "field"), "facts.l is a list: put [*] behind it"),
        ({"field": "facts.o[*]", "equals": 1}, ("check", "field"), "facts.o is no list"),
        ({"field": "children", "exists": True}, ("check", "field"), "has no children ''"),
        ({"field": "children[*]", "exists": True}, ("check", "field"), "has no children"),
        ({"field": "children.containers.name", "equals": "x"}, ("check", "field"), "children.containers[*]"),
        ({"field": "facts.a", "equals": None}, ("check", "equals"), "null can be asked for with exists: false"),
        ({"field": "facts.a", "within": {"hours": 1, "numbersAre": ["days"]}}, ("check", "within"), "hours or days"),
        ({"field": "facts.a", "equals": {"field": "facts.l[*].a"}}, ("check", "equals", "field"), "leads to many"),
        ({"field": "facts.a", "equals": {"field": "facts.z"}}, ("check", "equals", "field"), "known: a, b, l, o"),
        ({"field": "facts.a", "equals": {"parameter": "lmit"}}, ("check", "equals"), "did you mean limit?"),
        ({"field": "facts.a", "in": [1, {"parameter": "no"}]}, ("check", "in", 1), "the rule has no parameter no"),
        ({"field": "facts.a", "equals": {"x": {"parameter": 5}}}, ("check", "equals", "x"), "has no parameter 5"),
        ({"field": "facts.a", "less": {"parameter": "words"}}, ("check", "less"), "less: a number is wanted here"),
        ({"count": {"field": "facts.l[*]"}, "like": "x"}, ("check", "like"), "like is no operator here"),
        ({"count": {"field": "facts.l[*]"}, "equals": 1.5}, ("check", "equals"), "a whole number"),
        ({"count": {"field": "facts.l[*]"}, "equals": True}, ("check", "equals"), "a whole number"),
        ({"count": {"field": "facts.l[*]"}, "equals": {"field": "facts.a"}}, ("check", "equals"), "a whole number"),
        ({"count": {"field": "facts.l"}, "equals": 1}, ("check", "count", "field"), "facts.l[*]"),
        ({"count": {"field": "facts.l[*].a"}, "equals": 1}, ("check", "count", "field"), "counts the elements"),
        ({"count": {}, "equals": 1}, ("check", "count", "field"), "a path is wanted here"),
        ({"count": {"field": "facts.l[*]", "were": IS_X}, "equals": 1}, ("check", "count", "were"), "mean where?"),
        ({"count": {"field": "facts.l[*]", "where": {}}, "equals": 1}, ("check", "count", "where"), "a condition"),
        ({"count": {"field": "facts.l[*]"}}, ("check",), "one operator is wanted here"),
        ({"parameter": "limt", "equals": 1}, ("check", "parameter"), "did you mean limit?"),
        ({"parameter": ["limit"], "equals": 1}, ("check", "parameter"), "the rule has no parameter ['limit']"),
        ({"parameter": "limit"}, ("check",), "one operator is wanted here"),
        ({"parameter": "limit", "default": 2, "equals": 1}, ("check", "default"), "default is no operator here"),
        ({"parameter": "limit", "exists": True}, ("check", "exists"), "a parameter is always there"),
        ({"parameter": "limit", "in": {"parameter": "no"}}, ("check", "in"), "the rule has no parameter no"),
        ({"parameter": "limit", "equals": {"field": "facts.a"}}, ("check", "equals"), "not against a field"),
        ({"parameter": "words", "less": 1}, ("check", "less"), "less cannot be asked of words, which is x"),
        ({"parameter": "words", "equals": []}, ("check", "equals"), "equals cannot be asked of words, which is x"),
        ({"byType": {STORAGE: IS_X}, "equals": 1}, ("check", "equals"), "nothing can stand beside byType"),
    ],
    ids=str,
)
def test_a_mistake_is_told_with_its_place(written: Json, place: tuple[str | int, ...], problem: str) -> None:
    found = mistakes(written, limit=1, words="x")
    assert [where for where, _ in found] == [place]
    assert problem in found[0][1]


def test_all_mistakes_of_a_condition_are_told_at_once() -> None:
    written = {"allOf": [{"field": "facts.z", "equals": 1}, {"field": "facts.a", "les": 1}, {"not": {"count": {}}}]}
    assert len(mistakes(written)) == 4


def test_conditions_nest_so_deep_and_no_deeper() -> None:
    def nested(depth: int) -> Json:
        written: Json = IS_X
        for _ in range(depth):
            written = {"allOf": [written]}
        return written

    assert not mistakes(nested(19))
    assert any("at most 20 deep" in text for _, text in mistakes(nested(25)))


@pytest.mark.parametrize(
    ("path", "type_name"),
    [
        ("parent", STORAGE),
        ("children.blobService", STORAGE),
        ("children.containers[*]", STORAGE),
        ("parent.facts", f"{STORAGE}/blobServices"),
        ("facts", STORAGE),
    ],
)
def test_a_path_may_end_at_a_whole_resource(path: str, type_name: str) -> None:
    assert mistakes({"field": path, "exists": True}, type_name) == []


def test_what_lies_at_the_top_has_no_parent() -> None:
    written = {"field": "parent.name", "equals": "x"}
    assert mistakes(written, SUBSCRIPTION) == [(("check", "field"), f"{SUBSCRIPTION} has no parent")]


@pytest.mark.parametrize("operand", [{"field": "facts.b", "x": 1}, {"parameter": "limit", "x": 1}])
def test_an_object_that_only_looks_like_a_reference_is_a_value(operand: dict[str, Any]) -> None:
    assert mistakes({"field": "facts.a", "equals": operand}, limit=1) == []
    assert answer({"field": "facts.a", "equals": operand}, {"a": operand}) == "pass"
