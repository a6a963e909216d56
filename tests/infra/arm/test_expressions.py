"""The text of expressions becomes trees, and trees become text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.infra.arm.expressions import (
    DEEPEST,
    LONGEST,
    Access,
    Call,
    ExpressionError,
    Literal,
    Node,
    is_expression,
    parse,
    show,
    unescaped,
)

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_$]{0,8}", fullmatch=True)
TEXTS = st.text(max_size=12)
LITERALS = st.builds(Literal, TEXTS | st.integers(-(2**63), 2**63 - 1))


def nodes() -> st.SearchStrategy[Node]:
    def larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        arguments = st.lists(inner, max_size=3).map(tuple)
        calls = st.builds(Call, st.none() | NAMES, NAMES, arguments)
        return calls | st.builds(Access, inner, inner | NAMES.map(Literal), st.booleans())

    return st.recursive(LITERALS, larger, max_leaves=12)


def test_an_expression_is_a_whole_string_in_square_brackets() -> None:
    assert is_expression("[parameters('x')]")
    assert is_expression("[]")
    assert not is_expression("[[not one]")
    assert not is_expression("[parameters('x')] and more")
    assert not is_expression(" [parameters('x')]")
    assert not is_expression("plain")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("[[x]", "[x]"), ("[[x", "[[x"), ("[x", "[x"), ("plain", "plain"), ("", ""), ("[[]]", "[]]")],
)
def test_two_brackets_start_a_string_that_is_no_expression(text: str, meant: str) -> None:
    assert unescaped(text) == meant


def test_the_tree_of_an_expression_knows_where_its_parts_stand() -> None:
    found = parse("[first( x.y('it''s', -2)).?name[0]['a-b'] ]")
    inner = Call("x", "y", (Literal("it's", 12), Literal(-2, 21)), 8)
    called = Call(None, "first", (inner,), 1)
    assert found == Access(
        Access(Access(called, Literal("name", 27), safe=True, at=25), Literal(0, 32), safe=False, at=31),
        Literal("a-b", 35),
        safe=False,
        at=34,
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("plain", "an expression stands in square brackets (character 1 of plain)"),
        ("[]", "expected a value, found nothing (character 2 of [])"),
        ("[a]", "expected “(”, found nothing (character 3 of [a])"),
        ("[a b]", "expected “(”, found “b” (character 4 of [a b])"),
        ("[a.()]", "expected the name of a function, found “(” (character 4 of [a.()])"),
        ("[a().1]", "expected the name of a property, found “1” (character 6 of [a().1])"),
        ("[a(]", "expected a value, found nothing (character 4 of [a(])"),
        ("[a(1 2)]", "expected “)”, found “2” (character 6 of [a(1 2)])"),
        ("[a(1,)]", "expected a value, found “)” (character 6 of [a(1,)])"),
        ("[a()[0]", "expected “]”, found nothing (character 7 of [a()[0])"),
        ("[a() b()]", "expected the end of the expression, found “b” (character 6 of [a() b()])"),
        ("[a()  # ]", "expected the end of the expression, found “#” (character 7 of [a()  # ])"),
        ("[a(  'b)]", "a text without its closing quote (character 6 of [a(  'b)])"),
        ("[9223372036854775808]", "the number does not fit into 64 bits (character 2 of [9223372036854775808])"),
        ("[-" + "9" * 400 + "]", f"the number does not fit into 64 bits (character 2 of [-{'9' * 57}…)"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse(text)
    assert str(error.value) == problem


def test_numbers_may_have_a_fraction() -> None:
    assert parse("[-1.5]") == Literal(-1.5, 1)
    assert parse("[-9223372036854775808]") == Literal(-(2**63), 1)


@pytest.mark.parametrize("inside", ["f({})", "f(1)[{}]", "f({}).a", "f(1, {})"])
def test_depth_is_bounded(inside: str) -> None:
    text = "1"
    while len(text) < 30 * DEEPEST:
        text = inside.format(text)
    with pytest.raises(ExpressionError, match="more than 100 levels deep"):
        parse(f"[{text}]")


def test_depth_is_that_of_the_tree() -> None:
    """What a long chain is read from counts as deep as the chain is long."""
    assert parse("[f()" + ".a" * (DEEPEST - 1) + "]")
    with pytest.raises(ExpressionError, match="more than 100 levels deep"):
        parse("[f(f(1)" + ".a" * (DEEPEST - 1) + ")]")


def test_length_is_bounded() -> None:
    with pytest.raises(ExpressionError, match=f"the expression has {LONGEST + 1} characters"):
        parse("['" + "x" * (LONGEST - 3) + "']")


@given(nodes())
def test_the_text_of_a_tree_gives_the_tree(node: Node) -> None:
    text = show(node)
    assert show(parse(f"[{text}]")) == text


@given(st.text(alphabet="abf01'.,?()[] -\n", max_size=40) | st.text(max_size=20))
def test_any_text_is_a_tree_or_an_error(text: str) -> None:
    try:
        node = parse(f"[{text}]")
    except ExpressionError as error:
        assert 0 <= error.at <= len(text) + 2  # noqa: PT017
    else:
        assert show(parse(f"[{show(node)}]")) == show(node)
