"""What is unread spreads only as far as it must, and no expression takes more than its share of time."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.infra.arm.evaluate import UserFunction, evaluate, evaluate_value
from auditor.infra.arm.expressions import Call, ExpressionError, Literal, show
from auditor.infra.arm.functions import FUNCTIONS
from auditor.infra.arm.functions.function import MANY
from auditor.infra.arm.values import Open, Partly, Perhaps, Rest, Symbolic
from auditor.infra.ids import group_scope
from auditor.model.reading import Json, Unread
from tests.infra.arm.scopes import LATER, Simple

WHY = "parameter later has no value"
LATER_VALUE = Unread(WHY)
CASE = "Azure's documentation leaves open whether upper and lower case differ here"
GROUP_ID = f"the id {group_scope()} is known only after deployment"
SOME = Open({"name": "n", "tags": {"a": 1}}, "more is known later")
SCOPE = Simple(
    parameters={
        "later": LATER_VALUE,
        "also": Unread("parameter also has no value"),
        "some": SOME,
        "leaf": {"a": 1, "b": LATER_VALUE},
        "list": [1, LATER_VALUE],
        "rest": ["a", "b", Rest(WHY), "d"],
        "only rest": [Rest(WHY)],
        "perhaps": {"a": 1, "b": Perhaps(WHY)},
        "only perhaps": {"b": Perhaps(WHY)},
        "objects": [{"k": "x", "v": 1}, {"k": LATER_VALUE, "v": 2}],
        "id": Partly("/subscriptions/{s}/x"),
    },
    variables={
        "name": "[concat('docs', parameters('later'))]",
        "renamed": "[variables('name')]",
        "plain": {"a": ["b"]},
    },
)


def unread(text: str) -> Symbolic:
    found = evaluate(text, SCOPE)
    assert isinstance(found, Symbolic)
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("[[concat('a')]", "[concat('a')]"),
        ("[ concat ( 'a' , 'it''s' ) ]", "ait's"),
        ("[CONCAT('a', 'b')]", "ab"),
        ("[variables('plain').A[0]]", "b"),
        ("[variables('plain')['a'][0]]", "b"),
        ("[variables('plain').?nothing]", None),
        ("[variables('plain').a[?5]]", None),
        ("[variables('plain').a[?0]]", "b"),
        ("[5]", 5),
    ],
)
def test_a_string_of_a_template_has_a_value(text: str, value: Json) -> None:
    assert evaluate(text, SCOPE) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[if(true(), 'a', reference('x'))]", "a"),
        ("[if(false(), reference('x'), 'a')]", "a"),
        ("[and(false(), parameters('later'))]", False),
        ("[and(parameters('later'), false())]", False),
        ("[and(parameters('later'), true())]", LATER_VALUE),
        ("[or(true(), parameters('later'))]", True),
        ("[or(parameters('later'), true())]", True),
        ("[or(parameters('later'), false())]", LATER_VALUE),
        ("[and(parameters('later'), 1)]", LATER_VALUE),
        ("[or(parameters('later'), fail('no'), true())]", True),
        ("[not(parameters('later'))]", LATER_VALUE),
        ("[coalesce(null(), 'a', parameters('later'))]", "a"),
        ("[coalesce(parameters('later'), 'a')]", LATER_VALUE),
        ("[if(parameters('later'), 'a', 'a')]", "a"),
        ("[if(parameters('later'), 'a', 'b')]", LATER_VALUE),
        ("[if(parameters('later'), 'a', fail('no'))]", LATER_VALUE),
        ("[if(parameters('later'), resourceGroup(), resourceGroup())]", LATER_VALUE),
        (
            "[if(parameters('later'), createObject('a', 1, 'b', 2), createObject('A', 1, 'c', createArray()))]",
            {"a": 1, "b": LATER_VALUE, "c": LATER_VALUE},
        ),
    ],
)
def test_what_decides_is_enough(text: str, value: Json) -> None:
    assert evaluate(text, SCOPE) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # Texts hang on each of their parts, objects and arrays do not.
        ("[concat('a', parameters('later'))]", LATER_VALUE),
        ("[format('{0}{1}', 'a', parameters('later'))]", LATER_VALUE),
        ("[format('{0}', 'a', parameters('later'))]", "a"),
        ("[format(parameters('later'))]", LATER_VALUE),
        ("[format('{0}', parameters('leaf'))]", LATER_VALUE),
        ("[join(createArray('a', parameters('later')), ',')]", LATER_VALUE),
        ("[join(parameters('rest'), ',')]", LATER_VALUE),
        ("[toLower(parameters('later'))]", LATER_VALUE),
        ("[split('a,b', createArray(parameters('later')))]", LATER_VALUE),
        (
            "[tryGet(variables('plain'), 'a', createObject('value', parameters('later'), 'fromEnd', true()))]",
            LATER_VALUE,
        ),
        ("[string(parameters('leaf'))]", LATER_VALUE),
        ("[createArray('a', parameters('later'))]", ["a", LATER_VALUE]),
        ("[createObject('a', parameters('later'))]", {"a": LATER_VALUE}),
        ("[createObject('a', 1, parameters('later'), 2)]", LATER_VALUE),
        ("[createObject('a', 1, parameters('later'), 2).a]", 1),
        ("[parameters('leaf').a]", 1),
        ("[parameters('leaf').b]", LATER_VALUE),
        ("[parameters('leaf').b.c[0]]", LATER_VALUE),
        ("[parameters('leaf')[parameters('later')]]", LATER_VALUE),
        ("[parameters(parameters('later'))]", LATER_VALUE),
        ("[copyIndex(parameters('later'))]", LATER_VALUE),
        ("[lambdaVariables(parameters('later'))]", LATER_VALUE),
        ("[tryGet(parameters('later'), 'x')]", LATER_VALUE),
        ("[tryGet(parameters('leaf'), 'b', 'x')]", LATER_VALUE),
        ("[length(parameters('leaf'))]", 2),
        ("[items(parameters('leaf'))[0]]", {"key": "a", "value": 1}),
        ("[objectKeys(parameters('leaf'))]", ["a", "b"]),
        ("[shallowMerge(createArray(parameters('leaf'), createObject('b', 2)))]", {"a": 1, "b": 2}),
        ("[shallowMerge(createArray(parameters('later')))]", LATER_VALUE),
        ("[array(parameters('later'))]", LATER_VALUE),
        # Equality: a difference that is seen is one, however much is unread.
        ("[equals(parameters('later'), 1)]", LATER_VALUE),
        ("[equals(1, parameters('later'))]", LATER_VALUE),
        ("[equals(parameters('leaf'), createObject('a', 2, 'b', 1))]", False),
        ("[equals(parameters('leaf'), createObject('a', 1, 'b', 1))]", LATER_VALUE),
        ("[equals(parameters('list'), createArray(2, 1))]", False),
        ("[equals(parameters('list'), createArray(1, 1))]", LATER_VALUE),
        ("[equals(parameters('list'), createArray(1))]", False),
        ("[equals(parameters('rest'), createArray(1))]", LATER_VALUE),
        ("[equals(parameters('some'), createObject('name', 'n'))]", Unread("more is known later")),
        ("[contains(parameters('list'), 1)]", True),
        ("[contains(parameters('list'), 2)]", LATER_VALUE),
        ("[contains(parameters('rest'), 'd')]", True),
        ("[contains(parameters('rest'), 'e')]", LATER_VALUE),
        ("[contains(parameters('later'), 'e')]", LATER_VALUE),
        ("[contains('abc', parameters('later'))]", LATER_VALUE),
        ("[indexOf(parameters('list'), 1)]", 0),
        ("[indexOf(parameters('list'), 2)]", LATER_VALUE),
        ("[indexOf(parameters('rest'), 'b')]", 1),
        ("[indexOf(parameters('rest'), 'd')]", LATER_VALUE),
        ("[lastIndexOf(parameters('rest'), 'a')]", LATER_VALUE),
        # Documentation and engine differ on case.
        ("[contains('Premium', 'premium')]", Unread(CASE)),
        ("[contains('Premium', 'Pre')]", True),
        ("[replace('A-a', 'a', 'b')]", Unread(CASE)),
        # A text that Azure orders by culture.
        ("[less('a-b', 'ab')]", Unread("the order of such texts is a matter of culture")),
        ("[format('{0:R}', 5)]", Unread("the format R is not written here")),
    ],
)
def test_unread_spreads_only_as_far_as_it_must(text: str, value: Json) -> None:
    assert evaluate(text, SCOPE) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[concat(createArray('a'), parameters('later'), createArray('b'))]", ["a", Rest(WHY), "b"]),
        ("[concat(parameters('later'), parameters('later'))]", LATER_VALUE),
        ("[flatten(createArray(createArray(1), parameters('later')))]", [1, Rest(WHY)]),
        ("[union(createArray(1, 2), parameters('later'), createArray(2, 3))]", [1, 2, Rest(WHY), 3]),
        ("[union(createArray(parameters('leaf')), createArray(parameters('leaf')))]", [SCOPE.parameters["leaf"]] * 2),
        ("[union(createArray(parameters('id')), createArray(parameters('id')))]", ["/subscriptions/{s}/x"]),
        ("[union(createObject('a', 1), parameters('later'))]", LATER_VALUE),
        ("[union(createObject('a', 1), parameters('some'))]", Unread("more is known later")),
        ("[union(parameters('leaf'), createObject('b', createObject()))]", {"a": 1, "b": LATER_VALUE}),
        ("[union(parameters('leaf'), createObject('b', 2))]", {"a": 1, "b": 2}),
        (
            "[union(createObject('a', parameters('some')), createObject('a', createObject('name', 'm')))]",
            {"a": Unread("more is known later")},
        ),
        (
            "[union(createObject('a', createObject('name', 'm')), createObject('a', parameters('some')))]",
            {"a": Unread("more is known later")},
        ),
        ("[union(createObject('b', 2), parameters('leaf')).b]", LATER_VALUE),
        ("[length(parameters('list'))]", 2),
        ("[length(parameters('rest'))]", LATER_VALUE),
        ("[empty(parameters('rest'))]", False),
        ("[empty(parameters('only rest'))]", LATER_VALUE),
        ("[empty(createArray(parameters('later')))]", False),
        ("[first(parameters('rest'))]", "a"),
        ("[first(parameters('only rest'))]", LATER_VALUE),
        ("[last(parameters('rest'))]", LATER_VALUE),
        ("[parameters('rest')[1]]", "b"),
        ("[parameters('rest')[3]]", LATER_VALUE),
        ("[parameters('rest')[?9]]", LATER_VALUE),
        ("[indexFromEnd(parameters('rest'), 1)]", LATER_VALUE),
        ("[take(parameters('rest'), 2)]", ["a", "b"]),
        ("[take(parameters('rest'), 3)]", LATER_VALUE),
        ("[skip(parameters('rest'), 1)]", ["b", Rest(WHY), "d"]),
        ("[skip(parameters('rest'), 3)]", LATER_VALUE),
        (
            "[filter(parameters('list'), lambda('x', equals(lambdaVariables('x'), 1)))]",
            [1, Rest(WHY)],
        ),
        ("[filter(parameters('rest'), lambda('x', true()))]", ["a", "b", Rest(WHY), "d"]),
        ("[map(parameters('rest'), lambda('x', 1))]", [1, 1, Rest(WHY), 1]),
        ("[map(parameters('list'), lambda('x', lambdaVariables('x')))]", [1, LATER_VALUE]),
        ("[map(parameters('list'), lambda('x', 'known'))]", ["known", "known"]),
        ("[map(parameters('later'), lambda('x', 1))]", LATER_VALUE),
        ("[reduce(parameters('rest'), 1, lambda('a', 'b', lambdaVariables('a')))]", LATER_VALUE),
        ("[sort(parameters('list'), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]", LATER_VALUE),
        ("[toObject(parameters('objects'), lambda('x', lambdaVariables('x').k))]", LATER_VALUE),
        ("[toObject(take(parameters('objects'), 1), lambda('x', lambdaVariables('x').k))]", {"x": {"k": "x", "v": 1}}),
        ("[groupBy(parameters('objects'), lambda('x', lambdaVariables('x').k))]", LATER_VALUE),
        ("[mapValues(parameters('leaf'), lambda('x', lambdaVariables('x')))]", {"a": 1, "b": LATER_VALUE}),
        ("[mapValues(parameters('some'), lambda('x', 1))]", Unread("more is known later")),
    ],
)
def test_of_a_list_what_is_known_stays_known(text: str, value: Json) -> None:
    assert evaluate(text, SCOPE) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[parameters('some')]", Unread("more is known later")),
        ("[createArray(parameters('some'), 1)]", [Unread("more is known later"), 1]),
        ("[createObject('a', parameters('some'))]", {"a": Unread("more is known later")}),
        ("[if(parameters('later'), createObject('a', 1), createObject())]", {"a": Perhaps(WHY)}),
        (
            "[if(parameters('later'), createObject('b', 1), parameters('perhaps'))]",
            {"a": Perhaps(WHY), "b": Perhaps(WHY)},
        ),
        ("[parameters('perhaps')]", {"a": 1, "b": Perhaps(WHY)}),
        ("[parameters('perhaps').b]", LATER_VALUE),
        ("[createObject('c', parameters('perhaps').b)]", {"c": LATER_VALUE}),
        ("[length(createObject('c', parameters('perhaps').b))]", 1),
        ("[tryGet(parameters('perhaps'), 'b', 'x')]", LATER_VALUE),
        ("[contains(parameters('perhaps'), 'A')]", True),
        ("[contains(parameters('perhaps'), 'b')]", LATER_VALUE),
        ("[contains(parameters('perhaps'), 'c')]", False),
        ("[length(parameters('perhaps'))]", LATER_VALUE),
        ("[empty(parameters('perhaps'))]", False),
        ("[empty(parameters('only perhaps'))]", LATER_VALUE),
        ("[items(parameters('perhaps'))]", LATER_VALUE),
        ("[equals(parameters('perhaps'), createObject('a', 1))]", LATER_VALUE),
        ("[mapValues(parameters('perhaps'), lambda('x', 2))]", {"a": 2, "b": Perhaps(WHY)}),
        ("[union(parameters('perhaps'), parameters('perhaps'))]", {"a": 1, "b": Perhaps(WHY)}),
        ("[union(createObject('b', 1), parameters('perhaps')).b]", LATER_VALUE),
        ("[length(union(createObject('b', 1), parameters('perhaps')))]", 2),
        (
            "[shallowMerge(createArray(parameters('perhaps'), createObject('c', 3)))]",
            {"a": 1, "b": Perhaps(WHY), "c": 3},
        ),
        ("[shallowMerge(createArray(parameters('some')))]", Unread("more is known later")),
        ("[union(parameters('perhaps'), createObject('b', 2))]", {"a": 1, "b": 2}),
        ("[length(union(parameters('perhaps'), createObject('b', createObject())))]", 2),
        ("[parameters('some').name]", "n"),
        ("[parameters('some').tags.a]", 1),
        ("[parameters('some').location]", Unread("more is known later")),
        ("[tryGet(parameters('some'), 'location')]", Unread("more is known later")),
        ("[contains(parameters('some'), 'Name')]", True),
        ("[contains(parameters('some'), 'location')]", Unread("more is known later")),
        ("[length(parameters('some'))]", Unread("more is known later")),
        ("[empty(parameters('some'))]", False),
        ("[empty(tenant())]", Unread(LATER)),
        ("[items(parameters('some'))]", Unread("more is known later")),
    ],
)
def test_of_an_object_what_is_known_stays_known(text: str, value: Json) -> None:
    assert evaluate(text, SCOPE) == value


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("[parameters('later')]", "{parameters('later')}"),
        ("[variables('name')]", "docs{parameters('later')}"),
        ("[variables('renamed')]", "docs{parameters('later')}"),
        ("[toLower(variables('renamed'))]", "{toLower(docs{parameters('later')})}"),
        ("[take(variables('name'), 5)]", "{take(docs{parameters('later')}, 5)}"),
        ("[reference('x').a.b[0]]", "{reference('x').a.b[0]}"),
        ("[guid('a', parameters('later'))]", "{guid('a', parameters('later'))}"),
        ("[uniqueString(resourceGroup().id)]", "{uniqueString(resourceGroup().id)}"),
        ("[uniqueString(parameters('id'), 'a')]", "{uniqueString(' subscriptions {s} x', 'a')}"),
        ("[string(parameters('leaf'))]", "{string(parameters('leaf'))}"),
        ("[if(parameters('later'), 'a', 'b')]", "{if(parameters('later'), 'a', 'b')}"),
        ("[tenant()]", "{tenant()}"),
        ("[resourceGroup().location]", "{resourceGroup().location}"),
        ("[resourceGroup().name]", "{group}"),
        ("[subscription().subscriptionId]", "{subscription}"),
        ("[concat(resourceGroup().name, '-', parameters('later'))]", "{group}-{parameters('later')}"),
    ],
)
def test_an_unread_value_has_a_text_for_names(text: str, symbol: str) -> None:
    assert unread(text).text == symbol


STORE = "Microsoft.Storage/storageAccounts"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            f"[resourceId('{STORE}', variables('name'))]",
            f"{group_scope()}/providers/{STORE}/docs{{parameters('later')}}",
        ),
        (f"[resourceId('{STORE}', 'a')]", f"{group_scope()}/providers/{STORE}/a"),
        (
            f"[resourceId(subscription().subscriptionId, resourceGroup().name, '{STORE}', 'a')]",
            f"{group_scope()}/providers/{STORE}/a",
        ),
        (f"[concat(resourceGroup().id, '/providers/{STORE}/', 'a')]", f"{group_scope()}/providers/{STORE}/a"),
        (
            "[format('/subscriptions/{0}/resourceGroups/{1}', subscription().subscriptionId, parameters('later'))]",
            "/subscriptions/{subscription}/resourceGroups/{parameters('later')}",
        ),
        (
            f"[extensionResourceId(resourceId('{STORE}', parameters('later')), 'Microsoft.X/y', parameters('also'))]",
            (
                f"{group_scope()}/providers/{STORE}/{{parameters('later')}}/providers/Microsoft.X/y"
                "/{parameters('also')}"
            ),
        ),
        ("[subscriptionResourceId('Microsoft.X/y', 'a')]", "/subscriptions/{subscription}/providers/Microsoft.X/y/a"),
        ("[last(split(resourceGroup().id, '/'))]", "{group}"),
        ("[split(resourceGroup().id, '-')]", Unread(GROUP_ID)),
        ("[string(createObject(resourceGroup().id, 1))]", Unread(GROUP_ID)),
        ("[toLower(resourceGroup().id)]", "/subscriptions/{subscription}/resourcegroups/{group}"),
        ("[string(resourceGroup().id)]", Unread(GROUP_ID)),
        ("[equals(resourceGroup().id, resourceGroup().id)]", True),
        ("[equals(resourceGroup().id, 'x')]", Unread(GROUP_ID)),
        ("[equals(resourceGroup().id, 5)]", False),
        ("[contains(resourceGroup().id, 'x')]", Unread(GROUP_ID)),
        ("[startsWith(resourceGroup().id, 'x')]", Unread(GROUP_ID)),
        ("[length(resourceGroup().id)]", Unread(GROUP_ID)),
        ("[first(resourceGroup().id)]", Unread(GROUP_ID)),
        ("[format('{0,90}', resourceGroup().id)]", Unread(GROUP_ID)),
        ("[resourceId(parameters('later'), 'a')]", LATER_VALUE),
        ("[extensionResourceId('/x', parameters('later'), 'a')]", LATER_VALUE),
    ],
)
def test_ids_stay_texts_with_their_unknown_parts_in_braces(text: str, value: Json) -> None:
    assert evaluate(text, SCOPE) == value


def test_an_unread_value_equals_another_of_its_reason() -> None:
    assert Symbolic("why", text="a") == Symbolic("why", text="b") == Unread("why")
    assert hash(Symbolic("why", text="a")) == hash(Unread("why"))
    assert Symbolic("why") != Unread("other")
    assert Symbolic("why") != "why"


def test_a_value_has_all_its_expressions_evaluated_names_too() -> None:
    value = {
        "[concat('a', 'b')]": ["[add(1, 2)]", {"[[c]": None, "d": 1.5}],
        "[parameters('later')]": "[parameters('later')]",
        "[add(1, 1)]": True,
    }
    assert evaluate_value(value, SCOPE) == {
        "ab": [3, {"[c]": None, "d": 1.5}],
        "{parameters('later')}": LATER_VALUE,
        "2": True,
    }


OWN = Simple(
    parameters={"x": "the template's"},
    variables={"v": 1},
    functions={
        "my.double": UserFunction(("x",), "[concat(parameters('X'), parameters('x'))]"),
        "my.twice": UserFunction(("y",), "[my.double(my.double(parameters('y')))]"),
        "my.object": UserFunction(("y",), {"[parameters('y')]": ["[parameters('y')]", "[[plain]", 1, None]}),
        "my.constant": UserFunction((), "constant"),
        "my.spy": UserFunction((), "[variables('v')]"),
        "my.loop": UserFunction((), "[copyIndex()]"),
        "my.outer": UserFunction((), "[parameters('z')]"),
        "my.endless": UserFunction((), "[my.endless()]"),
        "my.more": UserFunction(("x",), "[createArray(parameters('x'), parameters('x'))]"),
        "my.place": UserFunction((), "[concat(resourceId('Microsoft.X/y', 'a'), environment().name, reference('r'))]"),
        "my.wrong": UserFunction((), "[nothing()]"),
    },
    references={"r": "!"},
    scope="/subscriptions/s",
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[my.double('a')]", "aa"),
        ("[MY.Double('a')]", "aa"),
        ("[my.twice('a')]", "aaaa"),
        ("[my.object('k')]", {"k": ["k", "[plain]", 1, None]}),
        ("[my.constant()]", "constant"),
        ("[my.place()]", "/subscriptions/s/providers/Microsoft.X/y/aAzureCloud!"),
        ("[concat(my.double('a'), parameters('x'))]", "aathe template's"),
    ],
)
def test_a_function_of_the_template_sees_its_arguments_alone(text: str, value: Json) -> None:
    assert evaluate(text, OWN) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[my.double()]", "double: expected 1 argument, found 0"),
        ("[my.spy()]", "the variable “v” is not seen inside of a function"),
        ("[my.loop()]", "loops are not seen inside of a function"),
        ("[my.outer()]", "there is no parameter “z”"),
        ("[my.endless()]", "the expression leads too deep"),
        ("[my.wrong()]", r"there is no function “nothing” \(character 2 of \[nothing\(\)\]\)"),
        ("[my.double(lambda('x', 1))]", "a lambda is no value"),
        ("[" + "my.more(" * 30 + "'x'" + ")" * 30 + "]", "takes more than 500000 steps"),
    ],
)
def test_a_wrong_function_of_the_template_is_an_error(text: str, problem: str) -> None:
    with pytest.raises(ExpressionError, match=problem):
        evaluate(text, OWN)


def test_an_unread_argument_of_a_function_of_the_template_spreads_as_elsewhere() -> None:
    scope = Simple(parameters={"later": LATER_VALUE}, functions={"my.pair": UserFunction(("x",), {"a": "[parameters('x')]", "b": 1})})  # fmt: skip
    assert evaluate("[my.pair(parameters('later'))]", scope) == {"a": LATER_VALUE, "b": 1}
    assert evaluate("[my.pair(parameters('later')).b]", scope) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[map(parameters('big'), lambda('x', map(parameters('big'), lambda('y', 'a'))))]",
        "[map(range(0, 10000), lambda('x', range(0, 10000)))]",
        "[reduce(range(0, 100), createArray(1), lambda('a', 'x', concat(lambdaVariables('a'), lambdaVariables('a'))))]",
        "[reduce(range(0, 100), 'aaaaaaaa', lambda('a', 'x', concat(lambdaVariables('a'), lambdaVariables('a'))))]",
        "[reduce(range(0, 100), 1, lambda('a', 'x', createArray(lambdaVariables('a'), lambdaVariables('a'))))]",
        "[reduce(range(0, 99), 'aa', lambda('a', 'x', replace(lambdaVariables('a'), 'a', lambdaVariables('a'))))]",
        "[join(range(0, 10000), parameters('long'))]",
        "[replace(parameters('long'), 'x', parameters('long'))]",
        "[format('{0,999999}{0,999999}', 1)]",
        "[padLeft('a', 9223372036854775807)]",
        "[sort(parameters('big'), lambda('a', 'b', contains(parameters('big'), lambdaVariables('b'))))]",
    ],
)
def test_an_expression_takes_no_more_than_its_share(text: str) -> None:
    scope = Simple(parameters={"big": list(range(10_000)), "long": "x" * 10_000})
    started = time.process_time()
    with pytest.raises(ExpressionError, match=r"takes more than 500000 steps|the text would have"):
        evaluate(text, scope)
    assert time.process_time() - started < 10


def test_variables_cannot_double_for_ever() -> None:
    scope = Simple(variables={"v0": "x"})
    for turn in range(40):
        scope.variables[f"v{turn + 1}"] = f"[createArray(variables('v{turn}'), variables('v{turn}'))]"
    for turn in range(1, 17):
        scope.variables[f"v{turn}"] = evaluate(f"[variables('v{turn}')]", scope)
    with pytest.raises(ExpressionError, match="takes more than 500000 steps"):
        evaluate("[variables('v30')]", scope)


def test_a_value_nested_too_deep_is_an_error() -> None:
    value: Json = "x"
    for _ in range(2_000):
        value = [value]
    with pytest.raises(ExpressionError, match="the value is nested too deep"):
        evaluate_value(value, SCOPE)
    with pytest.raises(ExpressionError, match="the expression leads too deep"):
        evaluate("[parameters('deep')]", Simple(parameters={"deep": value}))
    with pytest.raises(ExpressionError, match="the expression leads too deep"):
        evaluate("[json(parameters('text'))]", Simple(parameters={"text": "[" * 50_000}))


# Laws

TEXTS = [
    "", "a", "B", "ab,c", "1", "true", "10.0.0.0/24", "P1D", "2020-01-01T00:00:00Z", "{0}", "{0:N2}", "{0,5}", "Microsoft.X/y",
    "/subscriptions/s/x", "https://x/y", "data:,x", "YQ==", "{'a': 1}", "\ud800",
]  # fmt: skip
NUMBERS = st.integers(-3, 12) | st.sampled_from([0.5, 1e308, 2**63 - 1, 10**400])
LEAVES = st.none() | st.booleans() | NUMBERS | st.sampled_from(TEXTS)
PLAIN = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "A", "b"]), inner, max_size=2),
    max_leaves=6,
)
UNKNOWN = st.sampled_from(
    [LATER_VALUE, {"a": Perhaps(WHY)}, Partly("/subscriptions/{s}/x"), Rest(WHY), Open({"a": 1}, WHY)]
)
KNOWN_IN_PART = st.recursive(
    LEAVES | UNKNOWN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "A", "b"]), inner, max_size=2),
    max_leaves=6,
)
LAMBDA = "lambda('x', 'y', equals(lambdaVariables('x'), lambdaVariables('y')))"


def calls(values: st.SearchStrategy[Json]) -> st.SearchStrategy[tuple[str, list[Json]]]:
    """A function and as many values as it takes, of any kind; a lambda where it may take one."""

    def filled(name: str) -> st.SearchStrategy[tuple[str, list[Json]]]:
        function = FUNCTIONS[name]
        most = min(function.most, function.least + 2) if function.most == MANY else function.most
        return st.tuples(st.just(name), st.lists(values, min_size=function.least, max_size=most))

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(filled)


def text_of(name: str, values: list[Json], *, with_lambda: bool) -> str:
    arguments: list[Call | Literal] = [Call(None, "parameters", (Literal(f"p{at}"),)) for at in range(len(values))]
    shown = [show(argument) for argument in arguments]
    if with_lambda and len(shown) > 1:
        shown[-1] = LAMBDA
    return f"[{FUNCTIONS[name].name}({', '.join(shown)})]"


def asked(name: str, values: list[Json], *, with_lambda: bool) -> Json:
    scope = Simple(parameters={f"p{at}": value for at, value in enumerate(values)}, loops={"a": 1})
    return evaluate(text_of(name, values, with_lambda=with_lambda), scope)


@given(calls(KNOWN_IN_PART), st.booleans())
@example(("concat", ["\ud800"]), False)
def test_any_call_gives_a_value_or_an_error(call: tuple[str, list[Json]], with_lambda: bool) -> None:
    try:
        value = asked(*call, with_lambda=with_lambda)
    except ExpressionError:
        return
    assert not isinstance(value, Open)


def covers(rough: Json, exact: Json) -> bool:
    """Whether what is known in part may be what was meant."""
    match rough, exact:
        case (Unread(), _) | (Partly(), str()):
            return True
        case (dict(), dict()):
            sure = {key for key, value in rough.items() if not isinstance(value, Perhaps)}
            return sure <= exact.keys() <= rough.keys() and all(covers(rough[key], exact[key]) for key in exact)
        case (list(), list()):
            return covers_list(rough, exact)
        case _:
            return rough == exact and type(rough) is type(exact)


def covers_list(rough: list[Json], exact: list[Json]) -> bool:
    if not rough:
        return not exact
    if isinstance(rough[0], Rest):
        return all(isinstance(item, Rest) or any(covers(item, other) for other in exact) for item in rough[1:])
    return bool(exact) and covers(rough[0], exact[0]) and covers_list(rough[1:], exact[1:])


@given(calls(PLAIN), st.integers(0, 4), st.booleans())
@example(("union", [[1, 2], [2]]), 0, False)
@example(("if", [False, {"a": None}, {}]), 0, False)
@example(("union", [[None, False, None]]), 0, False)
@example(("concat", [["a"], ["b"]]), 1, False)
def test_not_knowing_an_argument_never_changes_what_is_answered(
    call: tuple[str, list[Json]], place: int, with_lambda: bool
) -> None:
    """Whatever the value is that is unread, the answer for it is among those that the rough answer allows."""
    name, values = call
    try:
        exact = asked(name, values, with_lambda=with_lambda)
    except ExpressionError:
        return
    place %= max(len(values), 1)
    for rough in roughened(values[place]) if values else ():
        rough_values = [rough if at == place else value for at, value in enumerate(values)]
        assert covers(asked(name, rough_values, with_lambda=with_lambda), exact)


def roughened(value: Json) -> list[Json]:
    """The value unread, with one of its leaves unread, or with what is known of it alone."""
    match value:
        case {"a": first}:
            maybe = [{**value, "a": Perhaps(WHY)}, {**value, "c": Perhaps(WHY)}]
            return [LATER_VALUE, {**value, "a": LATER_VALUE}, Open({"a": first}, WHY), *maybe]
        case [first, *rest]:
            return [LATER_VALUE, [LATER_VALUE, *rest], [first, Rest(WHY)]]
        case _:
            return [LATER_VALUE]


ATOMS = [
    "parameters('p0')", "parameters('p1')", "parameters('p0').a", "parameters('p1')[0]", "'a'", "1", "null()", "true()",
    "createArray('a', 'b')", "createObject('a', parameters('p0'))", "lambdaVariables('x')",
]  # fmt: skip


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Calls of calls; every function that takes a lambda gets one."""

    def filled(name: str) -> st.SearchStrategy[str]:
        function = FUNCTIONS[name]
        arguments = st.lists(inner, min_size=function.least, max_size=min(function.most, function.least + 2))
        if function.run.__module__.endswith("lambdas") and not name.startswith("lambda"):
            bodies = inner.map(lambda body: f"lambda('x', {body})") | inner.map(
                lambda body: f"lambda('x', 'y', {body})"
            )
            arguments = st.tuples(arguments.map(lambda given: given[:-1]), bodies).map(lambda both: [*both[0], both[1]])
        return arguments.map(lambda shown: f"{function.name}({', '.join(shown)})")

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(filled)


EXPRESSIONS = st.recursive(st.sampled_from(ATOMS), nested, max_leaves=8)


@given(EXPRESSIONS, PLAIN, PLAIN)
def test_not_knowing_a_parameter_never_changes_what_is_answered(text: str, first: Json, second: Json) -> None:
    def value(first: Json) -> Json:
        return evaluate(f"[{text}]", Simple(parameters={"p0": first, "p1": second}, loops={"a": 1}))

    try:
        exact = value(first)
    except ExpressionError:
        return
    for rough in roughened(first):
        assert covers(value(rough), exact)
